package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"mindflow/internal/mindflow"
	"mindflow/web"
)

// asked is one thing asked of one task.
type asked struct {
	task    int
	verb    string // create, read, list, rank, patch, complete, reopen, delete, restore
	title   string // of create and patch
	ifMatch int64  // a version; zero for no condition
}

// answered is what came of it.
type answered struct {
	unknown bool // the asker hung up: it has happened, or will, or never does
	status  int
	task    register // of a success that shows it
}

// register is a task as its readers see it; version 0 was never created.
type register struct {
	version int64
	title   string
	status  string
	deleted bool
	first   string // the title it was created with
}

func (r register) there() bool { return r.version > 0 && !r.deleted }

// after is what a task becomes, and the status that says so.
func (r register) after(in asked) (register, int) {
	next := r
	switch in.verb {
	case "create":
		switch {
		case r.version == 0:
			return register{version: 1, title: in.title, status: "pending", first: in.title}, http.StatusCreated
		case r.deleted || r.first != in.title:
			return r, http.StatusConflict
		}
		return r, http.StatusOK
	case "restore":
		next.deleted = false
		if r.version == 0 {
			return r, http.StatusNotFound
		}
	default:
		if !r.there() {
			return r, http.StatusNotFound
		}
	}
	if in.ifMatch != 0 && in.ifMatch != r.version {
		return r, http.StatusPreconditionFailed
	}
	status := http.StatusOK
	switch in.verb {
	case "patch":
		next.title = in.title
	case "complete":
		next.status = "completed"
	case "reopen":
		next.status = "pending"
	case "delete":
		next.deleted, status = true, http.StatusNoContent
	}
	if next != r {
		next.version++
	}
	return next, status
}

// shows reports whether an answer is that of a task.
func (r register) shows(in asked, out answered, status int) bool {
	switch in.verb {
	case "list", "rank": // they show what is there, or leave it out
		if out.task.version == 0 {
			return !r.there() || in.verb == "rank" && r.status != "pending"
		}
	default:
		if out.status != status {
			return false
		}
		if status >= http.StatusMultipleChoices || status == http.StatusNoContent {
			return true
		}
	}
	return r.there() && out.task.version == r.version && out.task.title == r.title && out.task.status == r.status
}

// tasksModel says what a task may answer while each change happens at one
// moment between its question and its answer.
var tasksModel = (&porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byTask := map[int][]porcupine.Operation{}
		for _, op := range history {
			task := op.Input.(asked).task
			byTask[task] = append(byTask[task], op)
		}
		var parts [][]porcupine.Operation
		for _, ops := range byTask {
			parts = append(parts, ops)
		}
		return parts
	},
	Init: func() []any { return []any{register{}} },
	Step: func(state, input, output any) []any {
		r, in, out := state.(register), input.(asked), output.(answered)
		next, status := r.after(in)
		switch {
		case out.unknown && next == r:
			return []any{r}
		case out.unknown:
			return []any{r, next}
		case next.shows(in, out, status):
			return []any{next}
		}
		return nil
	},
	Equal:             func(a, b any) bool { return a == b },
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
}).ToModel()

// never is the return of what nobody waited for.
const never = math.MaxInt64

// recorder keeps what clients asked and were answered.
type recorder struct {
	mu      sync.Mutex
	began   time.Time
	history []porcupine.Operation
}

func (r *recorder) now() int64 { return time.Since(r.began).Nanoseconds() }

func (r *recorder) add(client int, in asked, called, returned int64, out answered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: returned})
}

// taskShown is what an answer tells of a task.
type taskShown struct {
	ID      string
	Version int64
	Title   string
	Status  string
}

func (s taskShown) register() register {
	return register{version: s.Version, title: s.Title, status: s.Status}
}

// racer is a client of one of the servers, with what it remembers.
type racer struct {
	person

	client int
	ids    []string
	seen   map[int]int64 // the last version it saw of each task
	rec    *recorder
	r      *rand.Rand
}

// act asks one thing, and hangs up now and then.
func (c *racer) act(step int) {
	ctx, cancel := context.WithCancel(c.srv.t.Context())
	defer cancel()
	in := asked{task: c.r.IntN(len(c.ids))}
	in.verb = []string{"create", "read", "read", "read", "read", "list", "rank", "patch", "patch", "patch", "complete", "reopen", "delete", "restore", "restore"}[c.r.IntN(15)]
	in.title = fmt.Sprintf("%d-%d", c.client, step)
	if in.verb == "create" { // sometimes the same as somebody else's
		in.title = fmt.Sprint("first ", c.r.IntN(2))
	}
	path, body := "/api/tasks/"+c.ids[in.task], ""
	method := map[string]string{"read": "GET", "list": "GET", "rank": "GET", "patch": "PATCH", "delete": "DELETE"}[in.verb]
	switch in.verb {
	case "create":
		path, body = "/api/tasks", fmt.Sprintf(`{"id": %q, "title": %q}`, c.ids[in.task], in.title)
	case "list":
		path = "/api/tasks?limit=200&sort=title"
	case "rank":
		path = "/api/tasks/ranked?limit=200"
	case "patch":
		body = fmt.Sprintf(`{"title": %q}`, in.title)
	case "complete", "reopen", "restore":
		path += "/" + in.verb
	}
	if changes := method != "GET" && in.verb != "create"; changes && c.r.IntN(2) == 0 {
		in.ifMatch = c.seen[in.task]
	}
	hangsUp := method != "GET" && c.r.IntN(25) == 0
	if hangsUp {
		time.AfterFunc(time.Duration(c.r.IntN(3000))*time.Microsecond, cancel)
	}
	called := c.rec.now()
	status, raw, err := c.ask(ctx, method, path, body, in.ifMatch)
	returned := c.rec.now()
	switch {
	case err != nil && hangsUp:
		c.rec.add(c.client, in, called, never, answered{unknown: true})
	case err != nil:
		c.srv.t.Errorf("%s %s: %v", method, path, err)
	case status >= http.StatusInternalServerError || status == http.StatusBadRequest:
		c.srv.t.Errorf("%s %s: %d %s", method, path, status, raw)
	case in.verb == "list" || in.verb == "rank":
		c.listed(in, called, returned, raw)
	default:
		out := answered{status: status}
		if status < http.StatusMultipleChoices && status != http.StatusNoContent {
			var shown taskShown
			if err := json.Unmarshal(raw, &shown); err != nil {
				c.srv.t.Error(err)
			}
			out.task, c.seen[in.task] = shown.register(), shown.Version
		}
		c.rec.add(c.client, in, called, returned, out)
	}
}

// listed records a list as one question to each task.
func (c *racer) listed(in asked, called, returned int64, raw []byte) {
	var page struct {
		Tasks []struct {
			taskShown

			Task taskShown
		}
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		c.srv.t.Error(err)
	}
	found := map[string]taskShown{}
	for _, t := range page.Tasks {
		if t.ID == "" {
			t.taskShown = t.Task
		}
		found[t.ID] = t.taskShown
	}
	for i, id := range c.ids {
		in.task = i
		c.rec.add(c.client, in, called, returned, answered{status: http.StatusOK, task: found[id].register()})
	}
}

func (c *racer) ask(ctx context.Context, method, path, body string, ifMatch int64) (int, []byte, error) {
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.srv.http.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if ifMatch != 0 {
		req.Header.Set("If-Match", fmt.Sprintf(`"%d"`, ifMatch))
	}
	resp, err := c.srv.http.Client().Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, raw, err
}

// Eight clients of two servers create, read, list, rank, change, complete,
// reopen, delete and restore the same few tasks at once, with conditions and
// without, and hang up in between: what they were answered fits one order of
// changes, each at one moment between its question and its answer. Fails when
// an edit's condition is checked outside the transaction, or a server answers
// from memory without asking how far the workspace has come.
func TestTasksAreLinearizable(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		servers := [2]*server{srv, serve(t, srv.clock, srv.store, web.Site())}
		ada := srv.person("ada@example.com", "UTC")
		for round := range 3 {
			rec := &recorder{began: time.Now()}
			var ids []string
			for range 4 {
				ids = append(ids, mindflow.NewID[mindflow.Task](srv.store.Now()).String())
			}
			seed := uint64(time.Now().UnixNano())
			var all sync.WaitGroup
			for client := range 8 {
				c := &racer{person: ada, client: client, ids: ids, seen: map[int]int64{}, rec: rec, r: rand.New(rand.NewPCG(seed, uint64(client)))}
				c.srv = servers[client%2]
				all.Go(func() {
					for step := range 80 {
						c.act(step)
					}
				})
			}
			all.Wait()
			unknown := 0
			for _, op := range rec.history {
				if op.Output.(answered).unknown {
					unknown++
				}
			}
			began := time.Now()
			result := porcupine.CheckOperationsTimeout(tasksModel, rec.history, 30*time.Second)
			t.Logf("round %d, seed %d: %d questions, %d without an answer: %s after %s", round, seed, len(rec.history), unknown, result, time.Since(began))
			if result != porcupine.Ok {
				t.Fatal("no order of changes explains the answers")
			}
		}
	})
}

// The check itself must be able to fail.
func TestABrokenHistoryIsNotLinearizable(t *testing.T) {
	t.Parallel()
	shown := func(version int64, title string) answered {
		return answered{status: http.StatusOK, task: register{version: version, title: title, status: "pending"}}
	}
	made := porcupine.Operation{Input: asked{verb: "create", title: "a"}, Call: 0, Return: 1, Output: answered{status: http.StatusCreated, task: register{version: 1, title: "a", status: "pending"}}}
	op := func(call, end int64, in asked, out answered) porcupine.Operation {
		return porcupine.Operation{Input: in, Call: call, Return: end, Output: out}
	}
	patch := func(title string, ifMatch int64) asked { return asked{verb: "patch", title: title, ifMatch: ifMatch} }
	read := asked{verb: "read"}
	hungUp := answered{unknown: true}
	for name, c := range map[string]struct {
		want    porcupine.CheckResult
		history []porcupine.Operation
	}{
		"a read during a change may see it or not": {porcupine.Ok, []porcupine.Operation{
			op(2, 9, patch("b", 0), shown(2, "b")), op(3, 4, read, shown(1, "a")), op(5, 6, read, shown(2, "b")),
		}},
		"a read after a change must see it": {porcupine.Illegal, []porcupine.Operation{
			op(2, 3, patch("b", 0), shown(2, "b")), op(4, 5, read, shown(1, "a")),
		}},
		"nobody reads backwards": {porcupine.Illegal, []porcupine.Operation{
			op(2, 9, patch("b", 0), shown(2, "b")), op(3, 4, read, shown(2, "b")), op(5, 6, read, shown(1, "a")),
		}},
		"two edits of the same version cannot both land": {porcupine.Illegal, []porcupine.Operation{
			op(2, 9, patch("b", 1), shown(2, "b")), op(3, 8, patch("c", 1), shown(2, "c")),
		}},
		"one of two edits is refused": {porcupine.Ok, []porcupine.Operation{
			op(2, 9, patch("b", 1), shown(2, "b")), op(3, 8, patch("c", 1), answered{status: http.StatusPreconditionFailed}),
		}},
		"an edit without an answer may have landed": {porcupine.Ok, []porcupine.Operation{
			op(2, never, patch("b", 0), hungUp), op(5, 6, read, shown(2, "b")),
		}},
		"or land later": {porcupine.Ok, []porcupine.Operation{
			op(2, never, patch("b", 0), hungUp), op(5, 6, read, shown(1, "a")), op(7, 8, read, shown(2, "b")),
		}},
		"or never": {porcupine.Ok, []porcupine.Operation{
			op(2, never, patch("b", 0), hungUp), op(5, 6, patch("c", 0), shown(2, "c")), op(7, 8, read, shown(2, "c")),
		}},
		"but not twice": {porcupine.Illegal, []porcupine.Operation{
			op(2, never, patch("b", 0), hungUp), op(5, 6, patch("c", 0), shown(2, "c")), op(7, 8, read, shown(3, "b")),
			op(9, 10, patch("c", 0), shown(4, "c")), op(11, 12, read, shown(5, "b")),
		}},
		"a list leaves out what is deleted": {porcupine.Illegal, []porcupine.Operation{
			op(2, 3, asked{verb: "delete"}, answered{status: http.StatusNoContent}), op(4, 5, asked{verb: "list"}, shown(1, "a")),
		}},
		"and shows what is there": {porcupine.Illegal, []porcupine.Operation{op(4, 5, asked{verb: "list"}, answered{status: http.StatusOK})}},
	} {
		if got := porcupine.CheckOperationsTimeout(tasksModel, append([]porcupine.Operation{made}, c.history...), time.Minute); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

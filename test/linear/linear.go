// Package linear asks servers for changes of the same few tasks at once, and
// says whether one order of changes explains what they answered.
package linear

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
)

// Asked is one thing asked of one task.
type Asked struct {
	Task    int
	Verb    string // create, read, list, rank, patch, complete, reopen, delete, restore
	Title   string // of create and patch
	IfMatch int64  // a version; zero for no condition
}

// Answered is what came of it.
type Answered struct {
	Unknown bool // the asker hung up: it has happened, or will, or never does
	Status  int
	Task    Register // of a success that shows it
}

// Register is a task as its readers see it; version 0 was never created.
type Register struct {
	Version int64
	Title   string
	Status  string
	deleted bool
	first   string // the title it was created with
}

func (r Register) there() bool { return r.Version > 0 && !r.deleted }

// after is what a task becomes, and the status that says so.
func (r Register) after(in Asked) (Register, int) {
	next := r
	switch in.Verb {
	case "create":
		switch {
		case r.Version == 0:
			return Register{Version: 1, Title: in.Title, Status: "pending", first: in.Title}, http.StatusCreated
		case r.deleted || r.first != in.Title:
			return r, http.StatusConflict
		}
		return r, http.StatusOK
	case "restore":
		next.deleted = false
		if r.Version == 0 {
			return r, http.StatusNotFound
		}
	default:
		if !r.there() {
			return r, http.StatusNotFound
		}
	}
	if in.IfMatch != 0 && in.IfMatch != r.Version {
		return r, http.StatusPreconditionFailed
	}
	status := http.StatusOK
	switch in.Verb {
	case "patch":
		next.Title = in.Title
	case "complete":
		next.Status = "completed"
	case "reopen":
		next.Status = "pending"
	case "delete":
		next.deleted, status = true, http.StatusNoContent
	}
	if next != r {
		next.Version++
	}
	return next, status
}

// shows reports whether an answer is that of a task.
func (r Register) shows(in Asked, out Answered, status int) bool {
	switch in.Verb {
	case "list", "rank": // they show what is there, or leave it out
		if out.Task.Version == 0 {
			return !r.there() || in.Verb == "rank" && r.Status != "pending"
		}
	default:
		if out.Status != status {
			return false
		}
		if status >= http.StatusMultipleChoices || status == http.StatusNoContent {
			return true
		}
	}
	return r.there() && out.Task.Version == r.Version && out.Task.Title == r.Title && out.Task.Status == r.Status
}

// Tasks says what a task may answer while each change happens at one moment
// between its question and its answer.
var Tasks = (&porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byTask := map[int][]porcupine.Operation{}
		for _, op := range history {
			task := op.Input.(Asked).Task
			byTask[task] = append(byTask[task], op)
		}
		var parts [][]porcupine.Operation
		for _, ops := range byTask {
			parts = append(parts, ops)
		}
		return parts
	},
	Init: func() []any { return []any{Register{}} },
	Step: func(state, input, output any) []any {
		r, in, out := state.(Register), input.(Asked), output.(Answered)
		next, status := r.after(in)
		switch {
		case out.Unknown && next == r:
			return []any{r}
		case out.Unknown:
			return []any{r, next}
		case next.shows(in, out, status):
			return []any{next}
		}
		return nil
	},
	Equal:             func(a, b any) bool { return a == b },
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
}).ToModel()

// Never is the return of what nobody waited for.
const Never = math.MaxInt64

// Recorder keeps what clients asked and were answered.
type Recorder struct {
	mu      sync.Mutex
	began   time.Time
	history []porcupine.Operation
}

func (r *Recorder) now() int64 { return time.Since(r.began).Nanoseconds() }

func (r *Recorder) add(client int, in Asked, called, returned int64, out Answered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: returned})
}

// Check says whether one order of changes explains the history.
func (r *Recorder) Check(t *testing.T) {
	t.Helper()
	unknown := 0
	for _, op := range r.history {
		if op.Output.(Answered).Unknown {
			unknown++
		}
	}
	began := time.Now()
	result := porcupine.CheckOperationsTimeout(Tasks, r.history, 30*time.Second)
	t.Logf("%d questions, %d without an answer: %s after %s", len(r.history), unknown, result, time.Since(began))
	if result != porcupine.Ok {
		t.Fatal("no order of changes explains the answers")
	}
}

// taskShown is what an answer tells of a task.
type taskShown struct {
	ID      string
	Version int64
	Title   string
	Status  string
}

func (s taskShown) register() Register {
	return Register{Version: s.Version, Title: s.Title, Status: s.Status}
}

// Client is a way to a server, and who is signed in there.
type Client struct {
	URL, Token string
	HTTP       *http.Client
}

// racer is a client with what it remembers.
type racer struct {
	Client

	t      *testing.T
	client int
	ids    []string
	seen   map[int]int64 // the last version it saw of each task
	rec    *Recorder
	r      *rand.Rand
}

// Race has the clients create, read, list, rank, change, complete, reopen,
// delete and restore the same four tasks at once, with conditions and without,
// and hang up in between. Tasks are created at a moment of the servers' clock.
func Race(t *testing.T, steps int, now time.Time, clients ...Client) *Recorder {
	t.Helper()
	rec := &Recorder{began: time.Now()}
	var ids []string
	for range 4 {
		ids = append(ids, mindflow.NewID[mindflow.Task](now).String())
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var all sync.WaitGroup
	for i, client := range clients {
		c := &racer{Client: client, t: t, client: i, ids: ids, seen: map[int]int64{}, rec: rec, r: rand.New(rand.NewPCG(seed, uint64(i)))}
		all.Go(func() {
			for step := range steps {
				c.act(step)
			}
		})
	}
	all.Wait()
	return rec
}

// pageSize is the longest a page can be: a workspace with more tasks than that
// would be seen in parts.
const pageSize = 200

// act asks one thing, and hangs up now and then.
func (c *racer) act(step int) {
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	in := Asked{Task: c.r.IntN(len(c.ids))}
	in.Verb = []string{"create", "read", "read", "read", "read", "list", "rank", "patch", "patch", "patch", "complete", "reopen", "delete", "restore", "restore"}[c.r.IntN(15)]
	in.Title = fmt.Sprintf("%d-%d", c.client, step)
	if in.Verb == "create" { // sometimes the same as somebody else's
		in.Title = fmt.Sprint("first ", c.r.IntN(2))
	}
	path, body := "/api/tasks/"+c.ids[in.Task], ""
	method := map[string]string{"read": "GET", "list": "GET", "rank": "GET", "patch": "PATCH", "delete": "DELETE"}[in.Verb]
	switch in.Verb {
	case "create":
		path, body = "/api/tasks", fmt.Sprintf(`{"id": %q, "title": %q}`, c.ids[in.Task], in.Title)
	case "list":
		path = fmt.Sprintf("/api/tasks?limit=%d&sort=title", pageSize)
	case "rank":
		path = fmt.Sprintf("/api/tasks/ranked?limit=%d", pageSize)
	case "patch":
		body = fmt.Sprintf(`{"title": %q}`, in.Title)
	case "complete", "reopen", "restore":
		path += "/" + in.Verb
	}
	if changes := method != "GET" && in.Verb != "create"; changes && c.r.IntN(2) == 0 {
		in.IfMatch = c.seen[in.Task]
	}
	hangsUp := method != "GET" && c.r.IntN(25) == 0
	if hangsUp {
		time.AfterFunc(time.Duration(c.r.IntN(3000))*time.Microsecond, cancel)
	}
	called := c.rec.now()
	status, raw, err := c.ask(ctx, method, path, body, in.IfMatch)
	returned := c.rec.now()
	switch {
	case err != nil && hangsUp:
		c.rec.add(c.client, in, called, Never, Answered{Unknown: true})
	case err != nil:
		c.t.Errorf("%s %s: %v", method, path, err)
	case status >= http.StatusInternalServerError || status == http.StatusBadRequest:
		c.t.Errorf("%s %s: %d %s", method, path, status, raw)
	case in.Verb == "list" || in.Verb == "rank":
		c.listed(in, called, returned, raw)
	default:
		out := Answered{Status: status}
		if status < http.StatusMultipleChoices && status != http.StatusNoContent {
			var shown taskShown
			if err := json.Unmarshal(raw, &shown); err != nil {
				c.t.Error(err)
			}
			out.Task, c.seen[in.Task] = shown.register(), shown.Version
		}
		c.rec.add(c.client, in, called, returned, out)
	}
}

// listed records a list as one question to each task.
func (c *racer) listed(in Asked, called, returned int64, raw []byte) {
	var page struct {
		Tasks []struct {
			taskShown

			Task taskShown
		}
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		c.t.Error(err)
	}
	if len(page.Tasks) == pageSize {
		c.t.Errorf("a page is full: what it leaves out may be there")
	}
	found := map[string]taskShown{}
	for _, t := range page.Tasks {
		if t.ID == "" {
			t.taskShown = t.Task
		}
		found[t.ID] = t.taskShown
	}
	for i, id := range c.ids {
		in.Task = i
		c.rec.add(c.client, in, called, returned, Answered{Status: http.StatusOK, Task: found[id].register()})
	}
}

func (c *racer) ask(ctx context.Context, method, path, body string, ifMatch int64) (int, []byte, error) {
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if ifMatch != 0 {
		req.Header.Set("If-Match", fmt.Sprintf(`"%d"`, ifMatch))
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, raw, err
}

package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
	"mindflow/web"
)

const key = "Idempotency-Key: "

func TestSafeRetries(t *testing.T) {
	t.Parallel()
	const a, b = `{"title": "a"}`, `{"title": "b"}`
	table(t, "retries", []row{
		{says: "a task is made", req: "POST /api/tasks", head: key + "k1", body: a, status: 201, want: "title=a", save: "a"},
		{says: "sent again, it is the same task, and made", req: "POST /api/tasks", head: key + "k1", body: a, status: 201, want: "id={a}"},
		{says: "in quotes it is the same key", req: "POST /api/tasks", head: key + `"k1"`, body: a, status: 201, want: "id={a}"},
		{says: "another body", req: "POST /api/tasks", head: key + "k1", body: b, status: 422, want: "errors.0.field=Idempotency-Key"},
		{says: "the same body, written otherwise", req: "POST /api/tasks", head: key + "k1", body: `{"title":"a"}`, status: 422},
		{says: "somebody else's key is another one", by: "eve", req: "POST /api/tasks", head: key + "k1", body: a, status: 201},
		{says: "nobody's is none", by: "nobody", req: "POST /api/tasks", head: key + "k1", body: a, status: 401},
		{says: "another key is another task", req: "POST /api/tasks", head: key + "k2", body: b, status: 201, save: "b"},
		{says: "another route's key is another one", req: "POST /api/tasks/{a}/complete", head: key + "k1", status: 200, want: "status=completed; version=2"},
		{says: "another address", req: "POST /api/tasks/{b}/complete", head: key + "k1", status: 422, want: "errors.0.field=Idempotency-Key"},
		{says: "a body where none was", req: "POST /api/tasks/{a}/complete", head: key + "k1", body: "{}", status: 422},
		{says: "it is reopened", req: "POST /api/tasks/{a}/reopen", head: key + "k1", status: 200, want: "status=pending; version=3"},
		{says: "completing sent again answers as before", req: "POST /api/tasks/{a}/complete", head: key + "k1", status: 200, want: "status=completed; version=2"},
		{says: "and changes nothing", req: "GET /api/tasks/{a}", status: 200, want: "status=pending; version=3"},
		{says: "creating too answers as before", req: "POST /api/tasks", head: key + "k1", body: a, status: 201, want: "id={a}; version=1"},
		{says: "snoozed", req: "POST /api/tasks/{a}/snooze?hours=1", head: key + "s", status: 200, want: "status=snoozed; version=4"},
		{says: "another query", req: "POST /api/tasks/{a}/snooze?hours=2", head: key + "s", status: 422},
		{says: "snoozed again when it has ended", later: 2 * time.Hour, req: "POST /api/tasks/{a}/snooze?hours=1", head: key + "s", status: 200, want: "status=snoozed; version=4; snoozed_until=2026-11-27T09:00:16Z"},
		{says: "an error is not kept", req: "POST /api/tasks/" + someone + "/complete", head: key + "e", status: 404},
		{says: "its task is made", req: "POST /api/tasks", body: `{"title": "late", "id": "` + someone + `"}`, status: 201},
		{says: "now it is done", req: "POST /api/tasks/" + someone + "/complete", head: key + "e", status: 200, want: "version=2"},
		{says: "what is legal now", req: "POST /api/tasks", head: key + "n", body: `{"title": "nap", "snoozed_until": "2026-11-27T12:00:00Z"}`, status: 201, want: "status=snoozed", save: "nap"},
		{says: "and was legal then", later: 3 * time.Hour, req: "POST /api/tasks", head: key + "n", body: `{"title": "nap", "snoozed_until": "2026-11-27T12:00:00Z"}`, status: 201, want: "id={nap}; status=snoozed"},
		{says: "but never before", req: "POST /api/tasks", head: key + "o", body: `{"title": "nap", "snoozed_until": "2026-11-27T12:00:00Z"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "deleted meanwhile", req: "DELETE /api/tasks/{b}", status: 204},
		{says: "made, as it was answered", req: "POST /api/tasks", head: key + "k2", body: b, status: 201, want: "id={b}; deleted_at=null"},
		{says: "a change of another method has no key", req: "PATCH /api/tasks/{a}", head: key + "k1", body: `{"priority": 4}`, status: 200, want: "priority=4"},
		{says: "and takes it twice", req: "PATCH /api/tasks/{a}", head: key + "k1", body: `{"priority": 5}`, status: 200, want: "priority=5"},
		{says: "a signing-in has none", by: "nobody", req: "POST /api/auth/login", head: key + "k1", body: `{"email": "x@example.com", "password": "y"}`, status: 401},
		{says: "an import", req: "POST /api/import/todotxt", head: key + "i", body: "one\ntwo\n", status: 200, want: "created=2; known=0"},
		{says: "an import sent again", req: "POST /api/import/todotxt", head: key + "i", body: "one\ntwo\n", status: 200, want: "created=2; known=0"},
		{says: "another file", req: "POST /api/import/todotxt", head: key + "i", body: "one\ntwo\nthree\n", status: 422, want: "errors.0.field=Idempotency-Key"},
		{says: "another format", req: "POST /api/import/taskwarrior", head: key + "i", body: "one\ntwo\n", status: 422, want: "errors.0.field=Idempotency-Key"},
		{says: "dry", req: "POST /api/import/todotxt?dry_run=true", head: key + "d", body: "four\n", status: 200, want: "created=1; dry_run=true"},
		{says: "not dry any more", req: "POST /api/import/todotxt", head: key + "j", body: "four\n", status: 200, want: "created=1"},
		{says: "dry, sent again", req: "POST /api/import/todotxt?dry_run=true", head: key + "d", body: "four\n", status: 200, want: "created=1; dry_run=true"},
		{says: "an import that is refused", req: "POST /api/import/csv", head: key + "c", body: mappedCSV, status: 422, want: "errors.0.field=map"},
		{says: "its key is free", req: "POST /api/import/csv?map=title:Task", head: key + "c", body: mappedCSV, status: 200, want: "created=1"},
		{says: "nearly a day later", later: 18 * time.Hour, req: "POST /api/tasks", head: key + "k1", body: a, status: 201, want: "id={a}"},
		{says: "a day later the key is another one", later: time.Hour, req: "POST /api/tasks", head: key + "k1", body: b, status: 201, want: "title=b", save: "c"},
		{says: "and so is the request", req: "POST /api/tasks", head: key + "k1", body: b, status: 201, want: "id={c}"},
		{says: "a day later the file is another one", later: 5 * time.Hour, req: "POST /api/import/todotxt", head: key + "i", body: "one\ntwo\nthree\n", status: 200, want: "created=1; known=2"},
	})
}

func TestAKeyIsOneToManyVisibleCharacters(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	for says, name := range map[string]string{
		"nothing": "", "nothing in quotes": `""`, "a space": "a b", "a space in quotes": `"a b"`, "too long": strings.Repeat("k", 256), "not ASCII": "schlüssel",
		"no end": `"a`, "two ends": `"a"b"`, "a parameter": `"a";b`, "an unknown escape": `"a\b"`, "half an escape": `"a\`, "a tab": "a\tb",
	} {
		a := ada.do("POST /api/tasks", `{"title": "x"}`, key+name)
		if a.status != http.StatusUnprocessableEntity || a.fields() != "Idempotency-Key" {
			t.Errorf("%s: %d %s", says, a.status, a.body)
		}
	}
	for _, pair := range [][2]string{
		{strings.Repeat("k", 255), `"` + strings.Repeat("k", 255) + `"`}, {`say-"hi"`, `"say-\"hi\""`}, {`back\slash`, `"back\\slash"`}, {"~!", `"~!"`},
	} {
		first := ada.do("POST /api/tasks", `{"title": "x"}`, key+pair[0]).want(http.StatusCreated)
		again := ada.do("POST /api/tasks", `{"title": "x"}`, key+pair[1]).want(http.StatusCreated)
		if first.at("id") != again.at("id") {
			t.Errorf("%.20s and %.20s are two keys", pair[0], pair[1])
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.http.URL+"/api/tasks", strings.NewReader(`{"title": "x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Idempotency-Key": {"a", "b"}, "Content-Type": {"application/json"}, "Authorization": {"Bearer " + ada.token}}
	resp, err := srv.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("two keys: %d", resp.StatusCode)
	}
}

// same are the parts of an answer a repeat has to have in common with the first.
func (a answer) same() string {
	return fmt.Sprint(a.status, a.header.Get("ETag"), a.header.Get("Location"), a.header.Get("Content-Type"), string(a.body))
}

// Seen red with a route that nothing is sent to.
func TestEveryRouteAnswersARepeatToTheByteOnWhicheverServer(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		other := ada
		other.srv = serve(t, srv.clock, open(t, srv.url, srv.clock), web.Placeholder())
		id := ada.create(`{"title": "Tom & Jerry <3 \u2028 \u00e9", "description": "a\nb\tc", "due_date": "2026-12-01", "start_date": "2026-11-30T10:00:00+01:00", "tags": ["x", "y"], "effort_estimate_minutes": 15, "preferred_time": "morning", "recurrence": {"rule": "FREQ=DAILY"}}`)
		ada.do("POST /api/projects", `{"name": "x", "id": "`+id+`"}`).want(http.StatusCreated) // what is at {id} there
		ada.do("POST /api/templates", `{"name": "x", "id": "`+id+`", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated)
		change := ada.do("POST /api/projects", `{"name": "in vain"}`).want(http.StatusCreated).header.Get("Change")
		for _, path := range srv.posts() {
			tried := false
			ada.do("POST /api/tasks/"+id+"/reopen", "").want(http.StatusOK) // what the route before has left
			for _, body := range map[string][]string{
				"/api/tasks":           {`{"title": "& <new>", "assignee_id": null, "tags": ["t"]}`, `{"title": "mine", "id": "` + someone + `"}`, `{"title": "mine",  "id": "` + someone + `"}`},
				"/api/projects":        {`{"name": "& <new>"}`, `{"name": "mine", "id": "` + someone + `"}`},
				"/api/templates":       {`{"content": {"task": {"title": "& <new>"}}, "name": "t"}`, `{"name": "mine", "content": {"project": {"name": "p", "tasks": []}}, "id": "` + someone + `"}`},
				"/api/import/{format}": {`{"description": "line"}` + "\n" + `{"status": "pending"}`},
				"/api/tasks/quick":     {`{"text": "& <new> tomorrow #new @x every day remind me 1h before"}`},
				"/api/tasks/bulk":      {`{"ids": ["` + id + `"], "set": {"priority": 1}}`, `{"ids": ["` + id + `"], "action": "complete"}`},
				"/api/undo":            {`{"change": "` + change + `"}`},
			}[path] {
				tried = true
				ada.sameAgain(other, "POST "+strings.ReplaceAll(path, "{format}", "taskwarrior"), body)
			}
			if strings.Contains(path, "{id}") {
				tried = true
				ada.sameAgain(other, "POST "+strings.ReplaceAll(path, "{id}", id), map[bool]string{true: `{"last": true}`}[strings.HasSuffix(path, "/move")])
			}
			if !tried {
				t.Errorf("POST %s is not tried", path)
			}
		}
	})
}

// sameAgain sends a request with a new key, moves on, and sends it again.
func (p person) sameAgain(other person, request, body string) {
	t := p.srv.t
	t.Helper()
	name := key + mindflow.NewID[mindflow.Task](p.srv.clock.Now()).String()
	first := p.do(request, body, name)
	p.srv.clock.Move(7 * time.Hour)
	for _, again := range []answer{p.do(request, body, name), other.do(request, body, name)} {
		if first.status >= 300 || again.same() != first.same() {
			t.Errorf("%s %s: first\n%s\nthen\n%s", request, body, first.same(), again.same())
		}
	}
}

// posts are the documented routes that take a key.
func (srv *server) posts() map[string]string {
	found := map[string]string{}
	for path, methods := range srv.document().Paths {
		for method, op := range methods {
			if strings.EqualFold(method, http.MethodPost) && len(op.Security) > 0 && !strings.HasPrefix(path, "/api/auth/") && path != "/api/tokens" && path != "/api/recurrence/preview" && path != "/api/tasks/parse" && !strings.HasPrefix(path, "/api/oauth/") {
				found[op.OperationID] = path
			}
		}
	}
	return found
}

func TestTheDocumentOffersAKeyWhereItCounts(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	posts := srv.posts()
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name, In string }
		}
	}
	srv.nobody().do("GET /openapi.json", "").into(&document)
	for path, methods := range document.Paths {
		for method, op := range methods {
			has := slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == "Idempotency-Key" && p.In == "header" })
			if want := posts[op.OperationID] != ""; has != want {
				t.Errorf("%s %s: %v", method, path, has)
			}
		}
	}
}

// Fails on PostgreSQL when neither the workspace nor the key is locked.
func TestRacingRepeatsMakeOneTask(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		other := ada
		other.srv = serve(t, srv.clock, open(t, srv.url, srv.clock), web.Placeholder())
		for round := range 3 {
			var all sync.WaitGroup
			answers := make([]answer, 32)
			for i := range answers {
				all.Go(func() {
					answers[i] = []person{ada, other}[i%2].do("POST /api/tasks", `{"title": "one"}`, fmt.Sprint(key, "race", round))
				})
			}
			all.Wait()
			for _, a := range answers {
				if a.status != http.StatusCreated || a.same() != answers[0].same() {
					t.Errorf("%s\nbeside\n%s", a.same(), answers[0].same())
				}
			}
		}
		if titles := ada.do("GET /api/tasks", "").titles(); titles != "one one one" {
			t.Errorf("made %s", titles)
		}
	})
}

func TestAKeyCostsTwoStatements(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		id := ada.create(`{"title": "x"}`)
		for request, body := range map[string]string{"POST /api/tasks": `{"title": "y"}`, "POST /api/tasks/" + id + "/complete": ""} {
			plain := ada.statements(request, body)
			ada.do("POST /api/tasks/"+id+"/reopen", "")
			keyed := ada.statements(request, body, key+"k")
			repeated := ada.statements(request, body, key+"k")
			if keyed != plain+2 || repeated > 4 {
				srv.t.Errorf("%s: %d statements, with a key %d, repeated %d", request, plain, keyed, repeated)
			}
		}
	})
}

func TestABodyWithAKeyIsBoundedAsAnyOther(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	id := ada.create(`{"title": "x"}`)
	pad := func(n int) string { return `{"title":"x"` + strings.Repeat(" ", n-13) + "}" }
	ada.do("POST /api/tasks", pad(1<<20), key+"a").want(http.StatusCreated)
	ada.do("POST /api/tasks", pad(1<<20+1), key+"b").want(http.StatusRequestEntityTooLarge)
	ada.do("POST /api/tasks/"+id+"/complete", pad(1<<20+1), key+"b").want(http.StatusRequestEntityTooLarge)
	ada.do("GET /api/tasks/"+id, "").has("status=pending")
}

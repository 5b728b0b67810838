package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"mindflow/internal/mindflow"
)

func TestAChangeSaysWhatUndoesIt(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		change := func(request, body string, headers ...string) string {
			t.Helper()
			return ada.do(request, body, headers...).header.Get("Change")
		}
		made := ada.do("POST /api/tasks", `{"title": "a"}`, key+"k").want(http.StatusCreated)
		id, first := made.at("id"), made.header.Get("Change")
		if first == "" || first != change("POST /api/tasks", `{"title": "a"}`, key+"k") {
			t.Errorf("made by change %q, and again by another", first)
		}
		edited := change("PATCH /api/tasks/"+id, `{"title": "b"}`)
		if edited == "" || edited == first || strings.Trim(edited, "0123456789") != "" {
			t.Errorf("edited by change %q", edited)
		}
		for _, nothing := range []string{
			change("PATCH /api/tasks/"+id, `{"title": "b"}`), change("PATCH /api/tasks/"+id, `{"title": ""}`), change("GET /api/tasks/"+id, ""),
			change("POST /api/import/todotxt?dry_run=true", "x\n"), change("PATCH /api/auth/me", `{"full_name": "Ada"}`),
		} {
			if nothing != "" {
				t.Errorf("nothing that could be undone is undone by %q", nothing)
			}
		}
		taken := change("POST /api/import/todotxt", strings.Repeat("x\n", 20), key+"i") // in several transactions
		if len(taken) != 36 || taken != change("POST /api/import/todotxt", strings.Repeat("x\n", 20), key+"i") {
			t.Errorf("taken in by change %q", taken)
		}
		events, err := srv.store.Events(t.Context(), ada.actor.WorkspaceID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events[len(events)-20:] {
			if string(e.ChangeID()) != taken {
				t.Errorf("event %d is of change %q", e.Seq, e.ChangeID())
			}
		}
	})
}

func TestUndo(t *testing.T) {
	t.Parallel()
	table(t, "undo", []row{
		{says: "a task is made", req: "POST /api/tasks", body: `{"title": "a", "due_date": "2026-12-01"}`, status: 201, save: "a"},
		{says: "edited", req: "PATCH /api/tasks/{a}", body: `{"title": "b", "priority": 5}`, status: 200},
		{says: "and back again", req: "POST /api/undo", body: `{"change": "3"}`, status: 200, want: `undone=3; tasks=["{a}"]`},
		{says: "to what it was", req: "GET /api/tasks/{a}", status: 200, want: "title=a; priority=3; version=3"},
		{says: "once", req: "POST /api/undo", body: `{"change": "3"}`, status: 409, want: "overwrites.0.verb=task.undone"},
		{says: "done", req: "POST /api/tasks/{a}/complete", head: "X-Client: web", status: 200},
		{says: "and moved", req: "PATCH /api/tasks/{a}", body: `{"due_date": "2026-12-02"}`, status: 200},
		{says: "is reopened though it was moved since", req: "POST /api/undo", body: `{"change": "5"}`, status: 200},
		{says: "and stays moved", req: "GET /api/tasks/{a}", status: 200, want: "status=pending; completed_at=null; due_date=2026-12-02"},
		{says: "what was made is not taken away with later edits", req: "POST /api/undo", body: `{"change": "2"}`, status: 409, want: `overwrites.0.title=a; overwrites.0.change=6; overwrites.0.through=api; overwrites.0.fields=["due_date"]`},
		{says: "the last of them first", req: "POST /api/undo", body: `{"change": "6"}`, status: 200},
		{says: "then all is as it was when it was made", req: "POST /api/undo", body: `{"change": "2"}`, status: 200},
		{says: "which is in the trash now", req: "GET /api/tasks/{a}", status: 404},
		{says: "somebody else's change is none", by: "eve", req: "POST /api/undo", body: `{"change": "2"}`, status: 404},
		{says: "nor one that will be", req: "POST /api/undo", body: `{"change": "4711"}`, status: 404},
		{says: "nor a call", req: "POST /api/undo", body: `{"change": "` + someone + `"}`, status: 404},
		{says: "an account is not undone", req: "POST /api/undo", body: `{"change": "1"}`, status: 409},
		{says: "preferences are set", req: "PUT /api/preferences", body: `{"weight_urgency": 41.5, "windows": {"morning": {"start": "05:00", "end": "11:00"}}}`, status: 200},
		{says: "and set back", req: "POST /api/undo", body: `{"change": "10"}`, status: 200, want: "tasks=[]"},
		{says: "to what they were", req: "GET /api/preferences", status: 200, want: "weight_urgency=40; windows.morning.start=06:00"},
		{says: "it needs a name", req: "POST /api/undo", body: `{}`, status: 422, want: "errors.0.field=change"},
		{says: "of visible characters", req: "POST /api/undo", body: `{"change": "a b"}`, status: 422, want: "errors.0.field=change"},
	})
}

func TestBulk(t *testing.T) {
	t.Parallel()
	const all = `"ids": ["{a}", "{b}", "{c}"]`
	table(t, "bulk", []row{
		{says: "three tasks", req: "POST /api/tasks", body: `{"title": "a", "tags": ["Old", "x"]}`, status: 201, save: "a"},
		{says: "of which one", req: "POST /api/tasks", body: `{"title": "b", "priority": 5}`, status: 201, save: "b"},
		{says: "is done", req: "POST /api/tasks", body: `{"title": "c", "status": "completed"}`, status: 201, save: "c"},
		{says: "are changed alike", req: "POST /api/tasks/bulk", body: `{` + all + `, "set": {"priority": 5}, "add_tags": ["new", "X"], "remove_tags": ["old"]}`, status: 200, want: `changed=["{a}","{b}","{c}"]; unchanged=[]`},
		{says: "as each would be alone", req: "GET /api/tasks/{a}", status: 200, want: `priority=5; tags=["x","new"]; version=2`},
		{says: "and what is like that stays", req: "POST /api/tasks/bulk", body: `{` + all + `, "set": {"priority": 5}}`, status: 200, want: "changed=[]; change=null"},
		{says: "completed", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "complete"}`, status: 200, want: `changed=["{a}","{b}"]; unchanged=["{c}"]`},
		{says: "snoozed they cannot be", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "snooze", "duration": "1d"}`, status: 409, want: "errors.0.field=ids[0]"},
		{says: "reopened", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "reopen"}`, status: 200},
		{says: "they can", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "snooze", "duration": "1d"}`, status: 200},
		{says: "deleted, named twice", req: "POST /api/tasks/bulk", body: `{"ids": ["{a}", "{b}", "{a}"], "action": "delete"}`, status: 200, want: `changed=["{a}","{b}"]`},
		{says: "they are not there for others", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "cancel"}`, status: 404, want: "errors.1.field=ids[1]"},
		{says: "and nothing has changed", req: "GET /api/tasks/{c}", status: 200, want: "status=snoozed"},
		{says: "restored", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "restore"}`, status: 200, want: `changed=["{a}","{b}"]; unchanged=["{c}"]`},
		{says: "a title goes to all", req: "POST /api/tasks/bulk", head: key + "b", body: `{"ids": ["{a}"], "set": {"title": "A", "status": "pending"}}`, status: 200},
		{says: "somebody else has none of them", by: "eve", req: "POST /api/tasks/bulk", body: `{` + all + `, "action": "delete"}`, status: 404},
		{says: "all that is wrong at once", req: "POST /api/tasks/bulk", body: `{"ids": [], "set": {"parent_id": null, "priority": 9, "status": "pending"}, "add_tags": [""], "action": "eat", "hours": 1}`, status: 422},
		{says: "what is deleted is not changed too", req: "POST /api/tasks/bulk", body: `{"ids": ["{a}"], "set": {"priority": 1}, "action": "delete"}`, status: 422, want: "errors.0.field=action"},
		{says: "nor tagged", req: "POST /api/tasks/bulk", body: `{"ids": ["{a}"], "add_tags": ["x"], "action": "delete"}`, status: 422, want: "errors.0.field=action"},
		{says: "and stays", req: "GET /api/tasks/{a}", status: 200, want: "deleted_at=null; priority=5"},
		{says: "something must be said", req: "POST /api/tasks/bulk", body: `{"ids": ["{a}"]}`, status: 422, want: "errors.0.field=action"},
		{says: "about tasks", req: "POST /api/tasks/bulk", body: `{"ids": ["x"], "action": "delete"}`, status: 422, want: "errors.0.field=ids[0]"},
	})
}

// One change, one event for each task, and one undo; and one more is too many.
func TestAThousandAreChangedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		ids := makeTasks(t, srv.store, ada.actor, 1001)
		body := func(n int) string {
			return `{"ids": ["` + strings.Join(ids[:n], `","`) + `"], "set": {"priority": 5}, "add_tags": ["many"]}`
		}
		if a := ada.do("POST /api/tasks/bulk", body(1001)).want(http.StatusUnprocessableEntity); a.fields() != "ids" {
			t.Errorf("a thousand and one: %s", a.body)
		}
		first := len(events(t, srv, ada))
		done := ada.do("POST /api/tasks/bulk", body(1000)).want(http.StatusOK)
		all := events(t, srv, ada)[first:]
		if len(all) != 1000 {
			t.Errorf("%d events", len(all))
		}
		for _, e := range all {
			if string(e.ChangeID()) != done.at("change") {
				t.Fatalf("event %d is of change %q, not %q", e.Seq, e.ChangeID(), done.at("change"))
			}
		}
		undone := ada.do("POST /api/undo", `{"change": "`+done.at("change")+`"}`).want(http.StatusOK)
		again := ada.do("POST /api/undo", `{"change": "`+undone.at("change")+`"}`).want(http.StatusOK) // which is to do it again
		ada.do("GET /api/tasks/"+ids[999], "").has(`priority=5; tags=["many"]`)
		ada.do("POST /api/undo", `{"change": "`+again.at("change")+`"}`).want(http.StatusOK)
		ada.do("GET /api/tasks/"+ids[999], "").has(`tags=[]`)
	})
}

// events are all that happened in a person's workspace.
func events(t *testing.T, srv *server, p person) []mindflow.Event {
	t.Helper()
	all, err := srv.store.Events(t.Context(), p.actor.WorkspaceID, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheTrash(t *testing.T) {
	t.Parallel()
	table(t, "trash", []row{
		{says: "two tasks", req: "POST /api/tasks", body: `{"title": "a"}`, status: 201, save: "a"},
		{says: "and their like", req: "POST /api/tasks", body: `{"title": "b"}`, status: 201, save: "b"},
		{says: "nothing was deleted", req: "GET /api/trash", status: 200, want: "tasks=[]; next_cursor=null"},
		{says: "what is there is not in it", req: "DELETE /api/trash/{a}", status: 404},
		{says: "one is deleted", req: "DELETE /api/tasks/{a}", status: 204},
		{says: "and the other", req: "DELETE /api/tasks/{b}", status: 204},
		{says: "the newest comes first", req: "GET /api/trash?limit=1", status: 200, want: "tasks.0.task.id={b}; tasks.0.gone_at=2026-12-27T08:00:06Z"},
		{says: "somebody else's is empty", by: "eve", req: "GET /api/trash", status: 200, want: "tasks=[]"},
		{says: "and empties nothing", by: "eve", req: "DELETE /api/trash/{a}", status: 404},
		{says: "one goes for good", req: "DELETE /api/trash/{a}", status: 204},
		{says: "only the other is left", req: "GET /api/trash", status: 200, want: "tasks.0.task.id={b}; tasks.1=-"},
		{says: "it is restored no more", req: "POST /api/tasks/{a}/restore", status: 404},
		{says: "nor is its deletion undone", req: "POST /api/undo", body: `{"change": "4"}`, status: 409},
		{says: "that of the other is", req: "POST /api/undo", body: `{"change": "5"}`, status: 200},
		{says: "a cursor of nothing", req: "GET /api/trash?cursor=x&limit=0", status: 422},
		{says: "deleted again", req: "DELETE /api/tasks/{b}", status: 204},
		{says: "after thirty days it is gone", later: 30 * day, req: "GET /api/trash", status: 200, want: "tasks=[]"},
		{says: "and is not undone", req: "POST /api/undo", body: `{"change": "8"}`, status: 409},
	})
}

func TestWhatGoesForGoodGoesFromTheRanking(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		other := ada
		other.srv = serve(srv.t, srv.clock, srv.store, srv.http.Config.Handler)
		id := ada.create(`{"title": "a", "priority": 5}`)
		other.best().want(http.StatusOK)
		ada.do("DELETE /api/tasks/"+id, "").want(http.StatusNoContent)
		ada.do("DELETE /api/trash/"+id, "").want(http.StatusNoContent)
		if a := other.best(); a.status != http.StatusNotFound {
			srv.t.Errorf("the best is still answered: %s", a.body)
		}
	})
}

func TestWhatHasHappened(t *testing.T) {
	t.Parallel()
	table(t, "changes", []row{
		{says: "nothing yet", req: "GET /api/changes", status: 200, want: "changes=[]; next_cursor=null"},
		{says: "a task is made", req: "POST /api/tasks", body: `{"title": "a"}`, status: 201, save: "a"},
		{says: "and another", req: "POST /api/tasks", body: `{"title": "b"}`, status: 201, save: "b"},
		{says: "edited", req: "PATCH /api/tasks/{a}", head: "X-Client: web", body: `{"priority": 5}`, status: 200},
		{says: "both are", req: "POST /api/tasks/bulk", body: `{"ids": ["{a}", "{b}"], "set": {"priority": 4}}`, status: 200},
		{says: "the newest first", req: "GET /api/changes?limit=3", status: 200, want: `changes.0.count=2; changes.0.undoable=true; changes.1.change=4; changes.1.undoable=false; changes.1.through=web; changes.1.overwrites.0.fields=["priority"]; changes.2.undoable=false`},
		{says: "of one task", req: "GET /api/changes?task={b}", status: 200, want: `changes.0.count=2; changes.1.change=3; changes.2=-`},
		{says: "undone", req: "POST /api/undo", body: `{"change": "4"}`, status: 409},
		{says: "somebody else's are not told", by: "eve", req: "GET /api/changes?task={a}", status: 200, want: "changes=[]"},
		{says: "what is wrong", req: "GET /api/changes?task=x&limit=0&cursor=x", status: 422},
		{says: "and long after", later: 31 * day, req: "GET /api/changes?limit=1", status: 200, want: "changes.0.undoable=false"},
	})
}

package rest_test

import (
	"net/http"
	"strings"
	"testing"
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

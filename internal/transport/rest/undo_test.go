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

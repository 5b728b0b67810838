package rest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
)

// chain is somebody's tasks of which each waits for the one before: plan, build,
// ship, the last one due tomorrow.
func chain(srv *server, ada person) (plan, build, ship string) {
	plan = ada.create(`{"title": "plan"}`)
	srv.clock.Move(time.Second)
	build = ada.create(`{"title": "build", "blocked_by": ["` + plan + `"]}`)
	srv.clock.Move(time.Second)
	ship = ada.create(`{"title": "ship", "due_date": "2026-11-28", "blocked_by": ["` + build + `"]}`)
	srv.clock.Move(time.Second)
	return plan, build, ship
}

func TestWhatATaskWaitsForComesFirstAndSaysWhy(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		_, _, ship := chain(srv, ada)
		ada.create(`{"title": "other", "priority": 4}`)
		best := ada.best()
		best.has("task.title=plan; score=60; reasoning.deadline_urgency=0.75; reasoning.deadline_urgency_score=30; reasoning.total_score=60; " +
			"reasoning.inherited_from.id=" + ship + "; reasoning.inherited_from.title=ship; " +
			"reasoning.recommendation=Due tomorrow - good time to tackle this, because “ship” waits for it; valid_until=2026-11-27T23:00:00Z")
		ranked := ada.do("GET /api/tasks/ranked", "").want(http.StatusOK)
		if got := ranked.titles(); got != "plan other" {
			t.Errorf("ranked %s", got)
		}
		ranked.has("total=2; tasks.0.reasoning.inherited_from.title=ship; tasks.1.reasoning.inherited_from=null; tasks.1.reasoning.recommendation=No deadline with high priority - good time to tackle this")
		// A new name of what waits is told at once.
		ada.do("PATCH /api/tasks/"+ship, `{"title": "launch"}`).want(http.StatusOK)
		ada.best().has("task.title=plan; reasoning.inherited_from.title=launch")
		// What is put off or begins later waits all the same; what is done does not.
		ada.do("POST /api/tasks/"+ship+"/snooze", "").want(http.StatusOK)
		ada.best().has("task.title=plan; score=60")
		ada.do("PATCH /api/tasks/"+ship, `{"status": "cancelled"}`).want(http.StatusOK)
		ada.best().has("task.title=other; score=40")
		ada.do("POST /api/tasks/"+ship+"/reopen", "").want(http.StatusOK)
		ada.best().has("task.title=plan; score=60")
		ada.do("DELETE /api/tasks/"+ship, "").want(http.StatusNoContent)
		ada.best().has("task.title=other; score=40")
	})
}

func TestABlockedTaskIsCompletedOnlyByWhoSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		plan, build, _ := chain(srv, ada)
		for _, request := range [][2]string{{"POST /api/tasks/" + build + "/complete", ""}, {"PATCH /api/tasks/" + build, `{"status": "completed"}`}} {
			a := ada.do(request[0], request[1]).want(http.StatusConflict).has("type=blocked")
			if got, want := a.at("detail"), "It waits for “plan”, which is open; complete it all the same with POST /api/tasks/{id}/complete?blocked=true"; got != want {
				srv.t.Errorf("%q, want %q", got, want)
			}
		}
		ada.do("POST /api/tasks/"+build+"/complete?blocked=false", "").want(http.StatusConflict)
		ada.do("POST /api/tasks/"+build+"/complete?blocked=perhaps", "").want(http.StatusUnprocessableEntity).has("errors.0.field=blocked")
		ada.do("POST /api/tasks/"+build+"/complete?blocked=true", "").want(http.StatusOK).has("status=completed; version=2")
		ada.do("POST /api/tasks/"+build+"/complete", "").want(http.StatusOK).has("version=2")
		ada.do("POST /api/tasks/"+plan+"/complete", "").want(http.StatusOK)
		ada.best().has("task.title=ship; reasoning.inherited_from=null")
	})
}

func TestWhatWaitsForWhatIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		plan, build, ship := chain(srv, ada)
		read := func(id string) answer { return ada.do("GET /api/tasks/"+id+"/dependencies", "").want(http.StatusOK) }
		read(build).has("waits_for.0.id=" + plan + "; waits_for.0.title=plan; waits_for.0.status=pending; blocks.0.id=" + ship + "; blocks.0.status=pending; more=false; blocks.1=-")
		if got := string(read(plan).body); !strings.HasPrefix(got, `{"waits_for":[],"blocks":[{`) {
			srv.t.Errorf("of what waits for nothing: %s", got)
		}
		ada.do("POST /api/tasks/"+plan+"/complete", "").want(http.StatusOK)
		ada.do("POST /api/tasks/"+ship+"/snooze?hours=1", "").want(http.StatusOK)
		read(build).has("waits_for.0.status=completed; blocks.0.status=snoozed")
		srv.clock.Move(2 * time.Hour)
		read(build).has("blocks.0.status=pending")
		ada.do("DELETE /api/tasks/"+ship, "").want(http.StatusNoContent)
		read(build).has("blocks.0=-")
		if n := ada.statements("GET /api/tasks/"+build+"/dependencies", ""); n != 2 {
			srv.t.Errorf("%d statements", n)
		}
	})
}

// Seen red while the view embedded a struct without a name of its own outside: the
// document had the status alone.
func TestWhatATaskWaitsForIsDocumentedWhole(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	_, build, _ := chain(srv, ada)
	var d struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	srv.nobody().do("GET /openapi.json", "").want(http.StatusOK).into(&d)
	var answer struct {
		WaitsFor []any `json:"waits_for"`
		Blocks   []any `json:"blocks"`
	}
	ada.do("GET /api/tasks/"+build+"/dependencies", "").want(http.StatusOK).into(&answer)
	view := d.Components.Schemas["DependencyView"]
	if len(view.Properties) != 3 || len(answer.WaitsFor) != 1 || len(answer.Blocks) != 1 {
		t.Fatalf("documented are %v, answered is %v", view.Properties, answer)
	}
	for _, v := range slices.Concat(answer.WaitsFor, answer.Blocks) {
		if fault := view.fault(d.Components.Schemas, "dependency", v); fault != "" {
			t.Error(fault)
		}
	}
}

func TestListsOfWhatIsBlockedAndOfWhatIsNot(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		plan, build, _ := chain(srv, ada)
		gone := ada.create(`{"title": "gone"}`)
		ada.create(`{"title": "free", "blocked_by": ["` + gone + `"]}`)
		ada.do("DELETE /api/tasks/"+gone, "").want(http.StatusNoContent)
		list := func(query, want string) {
			t.Helper()
			if got := ada.do("GET /api/tasks"+query, "").want(http.StatusOK).titles(); got != want {
				t.Errorf("%s lists %q, want %q", query, got, want)
			}
		}
		list("?blocked=true&sort=created_at", "build ship")
		list("?blocked=false&sort=created_at", "plan free")
		list("?sort=created_at", "plan build ship free")
		list("/pending?sort=created_at", "plan free")
		list("/pending?sort=created_at&blocked=true", "build ship")
		list("?blocked=true&sort=due_date", "ship build")
		ada.do("POST /api/tasks/"+plan+"/complete", "").want(http.StatusOK)
		list("?blocked=true&sort=created_at", "ship")
		list("?blocked=false&sort=created_at", "plan build free")
		ada.do("POST /api/tasks/"+build+"/complete", "").want(http.StatusOK)
		list("?blocked=true", "")
		ada.do("GET /api/tasks?blocked=perhaps", "").want(http.StatusUnprocessableEntity).has("errors.0.field=blocked")
	})
}

func TestBlockersAreChecked(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		hers := eve.create(`{"title": "hers"}`)
		plan, _, ship := chain(srv, ada)
		refused := func(body, message string) {
			srv.t.Helper()
			ada.do("PATCH /api/tasks/"+plan, body).want(http.StatusUnprocessableEntity).has("errors.0.field=blocked_by; errors.0.message=" + message)
		}
		refused(`{"blocked_by": ["`+ship+`"]}`, "must not lead in a circle: “plan” waits for “ship”, which waits for “build”, which waits for “plan”")
		refused(`{"blocked_by": ["`+plan+`"]}`, "must not name the task itself, “plan”")
		refused(`{"blocked_by": ["`+hers+`"]}`, "names a task that is not there, "+hers)
		ada.do("POST /api/tasks", `{"title": "new", "blocked_by": ["`+hers+`"]}`).want(http.StatusUnprocessableEntity)
		ada.do("GET /api/tasks/"+plan, "").has("version=1; blocked_by.0=-")
	})
}

package rest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
)

// triedAlone are the routes of one thing that have a test of their own, in which
// somebody else comes by its id.
var triedAlone = []string{
	"DELETE /api/trash/{id}", "DELETE /api/grants/{id}", "DELETE /api/sessions/{id}", "DELETE /api/tokens/{id}", "PATCH /api/auth/passkeys/{id}",
}

func TestEveryRouteOfOneThingIsTriedBySomebodyElse(t *testing.T) {
	t.Parallel()
	tried := slices.Clone(triedAlone)
	for path, routes := range map[string][]struct{ method, path, body string }{"tasks": idRoutes, "projects": projectRoutes, "templates": templateRoutes} {
		for _, r := range routes {
			tried = append(tried, r.method+" /api/"+path+"/{id}"+r.path)
		}
	}
	tried = append(tried, "POST /api/templates/{id}/restore")
	srv := newServer(t, storetest.SQLite)
	known := map[string]bool{}
	for _, o := range operationsOf(t, srv.nobody().do("GET /openapi.json", "").body) {
		if request := o.method + " " + o.path; strings.Contains(request, "{id}") {
			known[request] = true
			if !slices.Contains(tried, request) {
				t.Errorf("%s is tried by nobody else", request)
			}
		}
	}
	for _, request := range triedAlone {
		if !known[request] {
			t.Errorf("%s is no route", request)
		}
	}
}

// An id in a body is one of the workspace's, or none: somebody else's is refused
// as one that nobody has, and nothing happens.
func TestSomebodyElsesIDInABodyIsNone(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		task := ada.create(`{"title": "Ada's"}`)
		project := ada.do("POST /api/projects", `{"name": "Ada's"}`).want(http.StatusCreated).at("id")
		change := ada.do("POST /api/tasks/bulk", `{"ids": ["`+task+`", "`+ada.create(`{"title": "another"}`)+`"], "set": {"priority": 5}}`).want(http.StatusOK).at("change")
		before := string(ada.do("GET /api/tasks/"+task, "").body) + string(ada.do("GET /api/projects/"+project, "").body)
		mine, two := eve.create(`{"title": "Eve's"}`), eve.create(`{"title": "too"}`)
		place := eve.do("POST /api/projects", `{"name": "Eve's"}`).want(http.StatusCreated).at("id")
		template := eve.do("POST /api/templates", `{"name": "Eve's", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated).at("id")
		for _, r := range []struct{ request, body, theirs string }{
			{"POST /api/tasks", `{"title": "x", "parent_id": "{theirs}"}`, task},
			{"POST /api/tasks", `{"title": "x", "blocked_by": ["{theirs}"]}`, task},
			{"POST /api/tasks", `{"title": "x", "project_id": "{theirs}"}`, project},
			{"PATCH /api/tasks/" + mine, `{"parent_id": "{theirs}"}`, task},
			{"PATCH /api/tasks/" + mine, `{"blocked_by": ["{theirs}"]}`, task},
			{"PATCH /api/tasks/" + mine, `{"project_id": "{theirs}"}`, project},
			{"POST /api/tasks/" + mine + "/move", `{"before": "{theirs}"}`, task},
			{"POST /api/tasks/" + mine + "/move", `{"after": "{theirs}"}`, task},
			{"POST /api/tasks/bulk", `{"ids": ["` + two + `", "{theirs}"], "action": "complete"}`, task},
			{"POST /api/tasks/bulk", `{"ids": ["` + two + `"], "set": {"project_id": "{theirs}"}}`, project},
			{"POST /api/projects", `{"name": "x", "parent_id": "{theirs}"}`, project},
			{"PATCH /api/projects/" + place, `{"parent_id": "{theirs}"}`, project},
			{"POST /api/projects/" + place + "/move", `{"before": "{theirs}"}`, project},
			{"POST /api/projects/" + place + "/move", `{"after": "{theirs}"}`, project},
			{"POST /api/templates", `{"from_task": "{theirs}"}`, task},
			{"POST /api/templates", `{"from_project": "{theirs}"}`, project},
			{"POST /api/templates/" + template + "/use", `{"project_id": "{theirs}"}`, project},
			{"POST /api/undo", `{"change": "{theirs}"}`, change},
		} {
			hers := eve.do(r.request, strings.ReplaceAll(r.body, "{theirs}", r.theirs))
			nobodys := eve.do(r.request, strings.ReplaceAll(r.body, "{theirs}", someone))
			if hers.status < 400 || hers.status != nobodys.status || scrubbed(indented(hers.body)) != scrubbed(indented(nobodys.body)) {
				t.Errorf("%s %s: %d %s, nobody's %d %s", r.request, r.body, hers.status, hers.body, nobodys.status, nobodys.body)
			}
		}
		for _, query := range []string{"project=" + project, "parent=" + task} {
			if a := eve.do("GET /api/tasks?"+query, "").want(http.StatusOK); a.at("tasks") != "[]" {
				t.Errorf("listed by %s: %s", query, a.body)
			}
		}
		if after := string(ada.do("GET /api/tasks/"+task, "").body) + string(ada.do("GET /api/projects/"+project, "").body); after != before {
			t.Errorf("Ada's are changed: %s", after)
		}
		if titles := eve.do("GET /api/tasks?status=pending&sort=title", "").titles(); titles != "Eve's too" {
			t.Errorf("Eve has %s", titles)
		}
	})
}

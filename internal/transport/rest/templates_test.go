package rest_test

import (
	"net/http"
	"strings"
	"testing"
)

// A template in the words of the API, and what somebody else sees of it: nothing.
func TestTemplatesOverHTTP(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		top := ada.create(`{"title": "trip", "due_date": "2027-05-10"}`)
		ada.create(`{"title": "pack", "due_date": "2027-05-09T18:30", "parent_id": "` + top + `"}`)
		made := ada.do("POST /api/templates", `{"from_task": "`+top+`", "name": " Trips "}`).want(http.StatusCreated)
		made.has("name=Trips; kind=task; tasks=2; content.task.title=trip; content.task.due_date.days=1; " +
			"content.task.steps.0.due_date.days=0; content.task.steps.0.due_date.time=18:30; version=1")
		path := strings.TrimPrefix(made.header.Get("Location"), srv.http.URL)
		used := ada.do("POST "+path+"/use", `{"date": "2028-02-29", "name": "Rome"}`).want(http.StatusCreated)
		used.has("tasks=2; task.title=Rome; task.due_date=2028-03-01; task.steps.total=1")
		if got := ada.do("GET "+used.header.Get("Location")+"/steps", "").titles(); got != "pack" {
			t.Errorf("its steps are %s", got)
		}
		ada.do("GET /api/templates", "").want(http.StatusOK).has("templates.0.name=Trips; templates.0.tasks=2; templates.0.content=-")
		ada.do("PATCH "+path, `{"name": "Travels"}`, `If-Match: "1"`).want(http.StatusOK).has("name=Travels; version=2")
		ada.do("PATCH "+path, `{"name": "x"}`, `If-Match: "1"`).want(http.StatusPreconditionFailed)
		// Of a content is told that it was changed, not what it holds. Seen red with all of it.
		ada.do("GET /api/changes", "").want(http.StatusOK).has("changes.0.fields.0.field=name; changes.0.fields.0.before=Trips")
		ada.do("GET /api/changes", "").has("changes.2.verbs.0=template.created; changes.2.fields.0.field=content; changes.2.fields.0.after=null")
		ada.do("GET "+path, "", `If-None-Match: "2"`).want(http.StatusNotModified)
		// Sent back as it was answered, a content is the same.
		ada.do("PATCH "+path, `{"content": `+made.at("content")+`}`).want(http.StatusOK).has("version=2")
		for body, want := range map[string]string{
			`{}`: "content", `{"name": "x", "content": {}}`: "content", `{"content": {"task": {"title": "x"}}}`: "name",
			`{"name": "x", "content": {"task": {"title": "x", "steps": [{"title": ""}]}}}`: "content.task.steps[0].title",
			`{"name": "x", "content": {"task": {"title": "x", "color": "red"}}}`:           "content.task",
			`{"name": "x", "content": {"task": {"title": "x", "due_date": "2026-01-01"}}}`: "content.task.due_date",
			`{"from_task": "` + top + `", "from_project": "` + top + `"}`:                  "content",
			`{"from_task": "` + someone + `"}`:                                             "from_task",
			`{"from_project": "` + someone + `"}`:                                          "from_project",
			`{"from_task": "` + top + `", "day": "soon"}`:                                  "day",
		} {
			if a := ada.do("POST /api/templates", body).want(http.StatusUnprocessableEntity); !strings.HasPrefix(a.fields(), want) {
				t.Errorf("%s: %s", body, a.body)
			}
		}
		ada.do("POST "+path+"/use", `{"date": "2028-02-30"}`).want(http.StatusUnprocessableEntity)
		ada.do("POST "+path+"/use", `{"project_id": "`+someone+`"}`).want(http.StatusUnprocessableEntity)
		eve := srv.person("eve@example.com", "UTC")
		for _, request := range []string{"GET " + path, "DELETE " + path, "POST " + path + "/use"} {
			eve.do(request, "").want(http.StatusNotFound)
		}
		eve.do("PATCH "+path, `{"name": "x"}`).want(http.StatusNotFound)
		eve.do("POST /api/templates", `{"from_task": "`+top+`"}`).want(http.StatusUnprocessableEntity)
		ada.do("DELETE "+path, "").want(http.StatusNoContent)
		ada.do("GET "+path, "").want(http.StatusNotFound)
	})
}

// Every way to name a template, with a body for those that take one.
var templateRoutes = []struct{ method, path, body string }{
	{"GET", "", ""},
	{"PATCH", "", `{"name": "x"}`},
	{"DELETE", "", ""},
	{"POST", "/use", `{}`},
	{"POST", "/use", ""},
}

func TestSomebodyElsesTemplateIsNotThereOnAnyRoute(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		id := ada.do("POST /api/templates", `{"name": "Ada's", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated).at("id")
		before := ada.do("GET /api/templates/"+id, "")
		for _, r := range templateRoutes {
			hers := eve.do(r.method+" /api/templates/"+id+r.path, r.body)
			unknown := eve.do(r.method+" /api/templates/"+someone+r.path, r.body)
			if hers.status != http.StatusNotFound || scrubbed(indented(hers.body)) != scrubbed(indented(unknown.body)) {
				t.Errorf("%s %s: %d %s, unknown %d %s", r.method, r.path, hers.status, hers.body, unknown.status, unknown.body)
			}
			if a := eve.do(r.method+" /api/templates/"+id+r.path, r.body, `If-Match: "7"`); a.status != http.StatusNotFound {
				t.Errorf("%s %s with a condition: %d", r.method, r.path, a.status)
			}
			if a := srv.nobody().do(r.method+" /api/templates/"+id+r.path, r.body); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s of nobody: %d", r.method, r.path, a.status)
			}
		}
		project := ada.do("POST /api/projects", `{"name": "Ada's"}`).want(http.StatusCreated).at("id")
		mine := eve.do("POST /api/templates", `{"name": "Eve's", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated).at("id")
		for request, body := range map[string]string{
			"POST /api/templates":                  `{"from_project": "` + project + `"}`,
			"POST /api/templates/" + mine + "/use": `{"project_id": "` + project + `"}`,
		} {
			hers, unknown := eve.do(request, body), eve.do(request, strings.ReplaceAll(body, project, someone))
			if hers.status != http.StatusUnprocessableEntity || scrubbed(indented(hers.body)) != scrubbed(indented(unknown.body)) {
				t.Errorf("%s: %d %s, unknown %d %s", request, hers.status, hers.body, unknown.status, unknown.body)
			}
		}
		if list := eve.do("GET /api/templates", "").want(http.StatusOK); strings.Contains(string(list.body), "Ada") {
			t.Errorf("the list: %s", list.body)
		}
		if after := ada.do("GET /api/templates/"+id, ""); string(after.body) != string(before.body) {
			t.Errorf("Ada's template was changed: %s", after.body)
		}
	})
}

package rest_test

import (
	"net/http"
	"testing"
	"time"
)

// A step in the words of the API, from its making to the completion of the whole.
func TestStepsOverHTTP(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		top := ada.create(`{"title": "trip"}`)
		first := ada.create(`{"title": "pack", "parent_id": "` + top + `"}`)
		srv.clock.Move(time.Second)
		ada.create(`{"title": "go", "parent_id": "` + top + `"}`)
		if a := ada.do("GET /api/tasks/"+top, "").want(http.StatusOK); a.at("steps.total") != "2" || a.at("steps.done") != "0" {
			t.Errorf("%s", a.body)
		}
		if got := ada.do("GET /api/tasks/"+top+"/steps", "").titles(); got != "pack go" {
			t.Errorf("the steps are %s", got)
		}
		if got := ada.do("GET /api/tasks?parent="+top+"&sort=title", "").titles(); got != "go pack" {
			t.Errorf("by parent: %s", got)
		}
		if got := ada.do("GET /api/tasks?parent=none", "").titles(); got != "trip" {
			t.Errorf("of no task: %s", got)
		}
		ada.do("GET /api/tasks?parent=x", "").want(http.StatusUnprocessableEntity)
		ada.do("PATCH /api/tasks/"+top, `{"parent_id": "`+first+`"}`).want(http.StatusUnprocessableEntity)
		eve := srv.person("eve@example.com", "UTC")
		eve.do("GET /api/tasks/"+top+"/steps", "").want(http.StatusNotFound)
		eve.do("POST /api/tasks", `{"title": "x", "parent_id": "`+top+`"}`).want(http.StatusUnprocessableEntity)
		done := ada.do("POST /api/tasks/"+top+"/complete?steps=true", "").want(http.StatusOK)
		if done.at("steps.done") != "2" || done.header.Get("ETag") != ada.do("GET /api/tasks/"+top, "").header.Get("ETag") {
			t.Errorf("%s %s", done.header.Get("ETag"), done.body)
		}
	})
}

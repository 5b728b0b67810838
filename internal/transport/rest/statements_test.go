package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"mindflow/web"
)

// What each route costs the database, whatever there is in it: on a server that
// has just started, and once it knows the workspace. Of both, one statement
// tells who asks and how far everything has come. A change of one task also
// locks, reads roles, reads the task, updates it (and its text), and records
// the event.
var costs = []struct {
	request    string // {id} is a task's, {project} a project's
	body       string
	cold, warm int64
}{
	{"GET /api/auth/me", "", 2, 2},
	{"GET /api/preferences", "", 2, 1},
	{"GET /api/tasks/{id}", "", 2, 1},
	{"GET /api/tasks/{id}/dependencies", "", 3, 2},
	{"GET /api/tasks", "", 4, 1},
	{"GET /api/tasks?blocked=false", "", 4, 1},
	{"GET /api/tasks?limit=200&sort=title", "", 4, 1},
	{"GET /api/tasks?sort=due_date&due_before=2030-01-01", "", 4, 1},
	{"GET /api/tasks/pending?priority=2&q=task", "", 4, 2},
	{"GET /api/tasks/best", "", 4, 1},
	{"GET /api/tasks/ranked", "", 4, 1},
	{"POST /api/tasks/parse", `{"text": "Call Bob tomorrow 5pm p1 #work"}`, 2, 1},
	{"POST /api/tasks", `{"title": "x"}`, 7, 6},
	{"POST /api/tasks/quick", `{"text": "Call Bob tomorrow 5pm p1 @work"}`, 7, 6},
	{"PATCH /api/tasks/{id}", `{"priority": 5}`, 7, 4}, // the second changes nothing
	{"PATCH /api/tasks/{id}", `{"title": "renamed"}`, 8, 4},
	{"PATCH /api/tasks/{id}", `{"blocked_by": ["{other}"]}`, 8, 4}, // who waits for whom
	{"POST /api/tasks/{id}/snooze", "", 7, 4},
	{"POST /api/tasks/{id}/complete?blocked=true", "", 6, 4},
	{"POST /api/tasks/{repeating}/complete", "", 9, 4}, // its next: a row, its text, its event
	{"POST /api/tasks/{id}/reopen", "", 6, 4},
	{"DELETE /api/tasks/{id}", "", 6, 4}, // the second finds nothing
	{"POST /api/tasks/{id}/restore", "", 6, 4},
	{"POST /api/recurrence/preview", `{"rule": "FREQ=DAILY", "start": "2026-11-27"}`, 2, 1},
	{"GET /api/tasks/{id}/steps", "", 4, 1},
	{"GET /api/tasks?parent=none", "", 4, 1},
	{"POST /api/tasks", `{"title": "x", "parent_id": "{id}"}`, 9, 8}, // also reads the tree, and counts
	{"POST /api/tasks/{id}/complete?steps=true&blocked=true", "", 10, 5},
	{"POST /api/tasks/{id}/reopen", "", 6, 4},
	{"POST /api/projects", `{"name": "x"}`, 6, 6},
	{"GET /api/projects", "", 2, 2},
	{"PATCH /api/tasks/{id}", `{"title": "in it", "project_id": "{project}"}`, 12, 4}, // and its steps
	{"GET /api/tasks?project={project}", "", 4, 1},
	{"POST /api/projects/{project}/archive", "", 7, 4},
	{"POST /api/projects/{project}/unarchive", "", 7, 4},
	{"POST /api/projects/{project}/move", `{"last": true}`, 6, 4},
	{"DELETE /api/projects/{project}", "", 11, 4}, // with the steps of its tasks
	{"POST /api/projects/{project}/restore", "", 10, 4},
	{"GET /api/tasks?project=none&sort=position", "", 4, 1},
	{"POST /api/templates", `{"name": "x", "content": {"task": {"title": "x", "steps": [{"title": "y"}]}}}`, 7, 6},
	{"POST /api/templates", `{"from_task": "{id}"}`, 9, 8},
	{"GET /api/templates", "", 2, 2},
	{"GET /api/templates/{template}", "", 2, 2},
	{"POST /api/templates/{template}/use", "", 9, 8},
	{"PUT /api/preferences", `{"weight_urgency": 41}`, 6, 4},
	{"POST /api/tasks/bulk", `{"ids": [{all}], "set": {"priority": 3}, "add_tags": ["x"]}`, 8, 4}, // the second changes nothing
	{"POST /api/undo", `{"change": "{change}"}`, 10, 5},                                           // the second is refused
	{"GET /api/changes", "", 8, 8},
	{"GET /api/trash", "", 2, 2},
	{"GET /api/reminders", "", 3, 2},
}

func TestARoutesStatementsDoNotGrowWithTheTasks(t *testing.T) {
	t.Parallel()
	for _, tasks := range []int{10, 1000} {
		t.Run(fmt.Sprint(tasks), func(t *testing.T) {
			each(t, func(srv *server, ada person) {
				t := srv.t
				all := `"` + strings.Join(makeTasks(t, srv.store, ada.actor, tasks), `","`) + `"`
				change := ada.do("POST /api/tasks/bulk", `{"ids": [`+all+`], "set": {"preferred_time": null, "description": "changed"}}`).want(http.StatusOK).at("change")
				id, other := ada.create(`{"title": "the one"}`), ada.create(`{"title": "another"}`)
				repeating := ada.create(`{"title": "again and again", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}}`)
				project := ada.do("POST /api/projects", `{"name": "x", "id": "`+someone+`"}`).want(http.StatusCreated).at("id") // before the others
				template := ada.do("POST /api/templates", `{"name": "x", "content": {"task": {"title": "x", "steps": [{"title": "y"}]}}}`).want(http.StatusCreated).at("id")
				for _, c := range costs {
					fresh := ada
					fresh.srv = serve(t, srv.clock, srv.store, web.Placeholder())
					names := strings.NewReplacer("{id}", id, "{other}", other, "{repeating}", repeating, "{project}", project, "{all}", all, "{change}", change, "{template}", template)
					request, body := names.Replace(c.request), names.Replace(c.body)
					cold, warm := fresh.statements(request, body), fresh.statements(request, body)
					wantCold, wantWarm := c.cold, c.warm
					if strings.HasSuffix(t.Name(), "/sqlite") && !strings.HasPrefix(c.request, "GET") && !strings.HasSuffix(c.request, "/preview") && !strings.HasSuffix(c.request, "/parse") {
						wantCold, wantWarm = wantCold-1, wantWarm-1 // its BEGIN is the lock
					}
					if cold != wantCold || warm != wantWarm {
						t.Errorf("%s %s at %d tasks: %d statements, then %d; want %d and %d", c.request, c.body, tasks, cold, warm, wantCold, wantWarm)
					}
				}
				// Right after a change: what changed, and its body.
				ada.best().want(http.StatusOK)
				ada.do("GET /api/tasks", "").want(http.StatusOK)
				ada.create(`{"title": "the best", "priority": 5, "due_date": "2026-01-01"}`)
				if n := ada.statements("GET /api/tasks/best", ""); n != 3 {
					t.Errorf("the best after a change: %d statements", n)
				}
			})
		})
	}
}

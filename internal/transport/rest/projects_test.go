package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

func TestAProjectIsCreatedAndHoldsTasks(t *testing.T) {
	t.Parallel()
	table(t, "projects", []row{
		{says: "none yet", req: "GET /api/projects", status: 200, want: "projects=[]"},
		{says: "a name is enough", req: "POST /api/projects", body: `{"name": "  House & <garden>  "}`, status: 201, want: "name=House & <garden>; parent_id=null; position=null; version=1; archived_at=null; deleted_at=null", save: "house"},
		{says: "it is read", req: "GET /api/projects/{house}", status: 200, want: "id={house}; version=1"},
		{says: "it is the same still", req: "GET /api/projects/{house}", head: `If-None-Match: "1"`, status: 304},
		{says: "a sub-project", req: "POST /api/projects", body: `{"name": "Roof", "parent_id": "{house}"}`, status: 201, want: "parent_id={house}", save: "roof"},
		{says: "but none of that", req: "POST /api/projects", body: `{"name": "Tiles", "parent_id": "{roof}"}`, status: 422, want: "errors.0.field=parent_id"},
		{says: "nor of nothing", req: "POST /api/projects", body: `{"name": "Tiles", "parent_id": "` + someone + `"}`, status: 422, want: "errors.0.field=parent_id"},
		{says: "nor of another's", by: "eve", req: "POST /api/projects", body: `{"name": "Tiles", "parent_id": "{house}"}`, status: 422, want: "errors.0.field=parent_id"},
		{says: "a name is required", req: "POST /api/projects", body: `{}`, status: 422, want: "errors.0.field=name"},
		{says: "a hundred characters once tidied", req: "POST /api/projects", by: "eve", body: `{"name": " ` + strings.Repeat("é", 100) + ` "}`, status: 201},
		{says: "not one more", req: "POST /api/projects", by: "eve", body: `{"name": "` + strings.Repeat("é", 101) + `"}`, status: 422, want: "errors.0.field=name"},
		{says: "every bad field is named", req: "POST /api/projects", body: `{"name": "a\u0007b", "parent_id": "x", "id": "y"}`, status: 422, want: "errors.0.field=id; errors.1.field=name; errors.2.field=parent_id"},
		{says: "a client may bring the id", req: "POST /api/projects", body: `{"name": "Mine", "id": "` + someone + `"}`, status: 201, want: "id=" + someone},
		{says: "the same body is the same project", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Mine"}`, status: 200, want: "id=" + someone + "; version=1"},
		{says: "another one is not", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Yours"}`, status: 409},
		{says: "somebody else has ids of her own", by: "eve", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Yours"}`, status: 201},
		{says: "a task in a project", req: "POST /api/tasks", body: `{"title": "Paint", "project_id": "{house}"}`, status: 201, want: "project_id={house}", save: "task"},
		{says: "not in another's", by: "eve", req: "POST /api/tasks", body: `{"title": "Paint", "project_id": "{house}"}`, status: 422, want: "errors.0.field=project_id"},
		{says: "it moves", req: "PATCH /api/tasks/{task}", body: `{"project_id": "{roof}"}`, status: 200, want: "project_id={roof}"},
		{says: "out of all", req: "PATCH /api/tasks/{task}", body: `{"project_id": null}`, status: 200, want: "project_id=null"},
		{says: "and back", req: "PATCH /api/tasks/{task}", body: `{"project_id": "{house}"}`, status: 200, want: "project_id={house}"},
		{says: "one that is done", req: "POST /api/tasks", body: `{"title": "Sweep", "project_id": "{house}", "status": "completed"}`, status: 201},
		{says: "one that is given up", req: "POST /api/tasks", body: `{"title": "Paint the cat", "project_id": "{house}", "status": "cancelled"}`, status: 201},
		{says: "the list counts them", req: "GET /api/projects", status: 200, want: "projects.0.open_tasks=1; projects.0.done_tasks=1; projects.1.name=Roof; projects.1.open_tasks=0; projects.2.id=" + someone},
		{says: "nobody has none", by: "nobody", req: "GET /api/projects", status: 401},

		{says: "it is renamed", req: "PATCH /api/projects/{house}", body: `{"name": "Home"}`, status: 200, want: "name=Home; version=2"},
		{says: "what is the same changes nothing", req: "PATCH /api/projects/{house}", body: `{"name": "Home", "version": 2, "archived_at": null, "parent_id": null}`, status: 200, want: "version=2"},
		{says: "what the server sets stays", req: "PATCH /api/projects/{house}", body: `{"version": 7, "position": "5"}`, status: 422, want: "errors.0.field=position; errors.1.field=version"},
		{says: "nobody edits what has changed since", req: "PATCH /api/projects/{house}", head: `If-Match: "1"`, body: `{"name": "x"}`, status: 412},
		{says: "one with sub-projects stays at the top", req: "PATCH /api/projects/{house}", body: `{"parent_id": "` + someone + `"}`, status: 422, want: "errors.0.field=parent_id"},
		{says: "none is its own parent", req: "PATCH /api/projects/{roof}", body: `{"parent_id": "{roof}"}`, status: 422, want: "errors.0.field=parent_id"},
		{says: "a sub-project comes to the top", req: "PATCH /api/projects/{roof}", body: `{"parent_id": null}`, status: 200, want: "parent_id=null"},
		{says: "and goes beneath another", req: "PATCH /api/projects/{roof}", body: `{"parent_id": "{house}"}`, status: 200, want: "parent_id={house}"},
	})
}

func TestAProjectIsArchivedDeletedAndComesBackWithWhatWentWithIt(t *testing.T) {
	t.Parallel()
	table(t, "project_life", []row{
		{says: "a project", req: "POST /api/projects", body: `{"name": "House"}`, status: 201, save: "house"},
		{says: "a sub-project", req: "POST /api/projects", body: `{"name": "Roof", "parent_id": "{house}"}`, status: 201, save: "roof"},
		{says: "one that was archived on its own", req: "POST /api/projects", body: `{"name": "Old", "parent_id": "{house}"}`, status: 201, save: "old"},
		{says: "it is", req: "POST /api/projects/{old}/archive", status: 200, want: "version=2"},
		{says: "a task in it", req: "POST /api/tasks", body: `{"title": "Paint", "project_id": "{house}"}`, status: 201, save: "paint"},
		{says: "a task beneath", req: "POST /api/tasks", body: `{"title": "Tile", "project_id": "{roof}", "priority": 5}`, status: 201, save: "tile"},
		{says: "a task that is deleted before", req: "POST /api/tasks", body: `{"title": "Gone", "project_id": "{roof}"}`, status: 201, save: "gone"},
		{says: "as it is", req: "DELETE /api/tasks/{gone}", status: 204},
		{says: "a task in none", req: "POST /api/tasks", body: `{"title": "Free", "priority": 1}`, status: 201, save: "free"},
		{says: "with its sub-projects", req: "GET /api/tasks?project={house}&sort=title", status: 200, want: "tasks.0.id={paint}; tasks.1.id={tile}; tasks.2=-"},
		{says: "in none", req: "GET /api/tasks?project=none", status: 200, want: "tasks.0.id={free}; tasks.1=-"},
		{says: "no project", req: "GET /api/tasks?project=house", status: 422, want: "errors.0.field=project"},

		{says: "archived", req: "POST /api/projects/{house}/archive", status: 200, want: "version=2"},
		{says: "again it changes nothing", req: "POST /api/projects/{house}/archive", status: 200, want: "version=2"},
		{says: "not in the ranking", req: "GET /api/tasks/ranked", status: 200, want: "total=1; tasks.0.task.id={free}"},
		{says: "not to be done", req: "GET /api/tasks/pending", status: 200, want: "tasks.0.id={free}; tasks.1=-"},
		{says: "even when it is named", req: "GET /api/tasks/pending?project={house}", status: 200, want: "tasks=[]"},
		{says: "not in the list", req: "GET /api/tasks", status: 200, want: "tasks.0.id={free}; tasks.1=-"},
		{says: "but where it is named", req: "GET /api/tasks?project={house}&sort=title", status: 200, want: "tasks.0.id={paint}; tasks.0.version=2; tasks.1.id={tile}; tasks.2=-"},
		{says: "or asked for", req: "GET /api/tasks?archived=true&sort=title", status: 200, want: "tasks.0.id={free}; tasks.1.id={paint}; tasks.2.id={tile}; tasks.3=-"},
		{says: "nothing comes into it", req: "POST /api/tasks", body: `{"title": "x", "project_id": "{roof}"}`, status: 409},
		{says: "nor is moved there", req: "PATCH /api/tasks/{free}", body: `{"project_id": "{house}"}`, status: 409},
		{says: "nor a project", req: "POST /api/projects", body: `{"name": "x", "parent_id": "{house}"}`, status: 409},
		{says: "what is in it may change", req: "PATCH /api/tasks/{paint}", body: `{"title": "Paint it", "project_id": "{house}"}`, status: 200, want: "version=3"},
		{says: "and leave it", req: "PATCH /api/tasks/{tile}", body: `{"project_id": null}`, status: 200},
		{says: "for what is to be done", req: "GET /api/tasks/best", status: 200, want: "task.id={tile}"},
		{says: "a sub-project does not come back alone", req: "POST /api/projects/{roof}/unarchive", status: 409},
		{says: "taken up again", req: "POST /api/projects/{house}/unarchive", status: 200, want: "version=3; archived_at=null"},
		{says: "what was put away with it, too", req: "GET /api/projects/{roof}", status: 200, want: "archived_at=null"},
		{says: "and nothing else", req: "GET /api/projects/{old}", status: 200, want: "version=2"},
		{says: "in the list again", req: "GET /api/tasks?sort=title", status: 200, want: "tasks.0.id={free}; tasks.1.id={paint}; tasks.2.id={tile}; tasks.3=-"},
		{says: "back beneath", req: "PATCH /api/tasks/{tile}", body: `{"project_id": "{roof}"}`, status: 200},

		{says: "the sub-project is deleted", req: "DELETE /api/projects/{roof}", head: `If-Match: "3"`, status: 204},
		{says: "with its task", req: "GET /api/tasks/{tile}", status: 404},
		{says: "which does not come back alone", req: "POST /api/tasks/{tile}/restore", status: 409},
		{says: "all of it is deleted", req: "DELETE /api/projects/{house}", status: 204},
		{says: "it is not there", req: "GET /api/projects/{house}", status: 404},
		{says: "and takes nothing in", req: "POST /api/tasks", body: `{"title": "x", "project_id": "{house}"}`, status: 422, want: "errors.0.field=project_id"},
		{says: "only what is free is left", req: "GET /api/tasks?archived=true", status: 200, want: "tasks.0.id={free}; tasks.1=-"},
		{says: "the trash has them", req: "GET /api/projects?deleted=true", status: 200, want: "projects.0.id={house}; projects.1.id={roof}; projects.2.id={old}"},
		{says: "the sub-project needs its parent", req: "POST /api/projects/{roof}/restore", status: 409},
		{says: "a stranger finds nothing", by: "eve", req: "POST /api/projects/{house}/restore", status: 404},
		{says: "restored", req: "POST /api/projects/{house}/restore", status: 200, want: "deleted_at=null"},
		{says: "again it changes nothing", req: "POST /api/projects/{house}/restore", status: 200, want: "deleted_at=null; version=5"},
		{says: "with its task", req: "GET /api/tasks/{paint}", status: 200, want: "deleted_at=null"},
		{says: "and what went with it", req: "GET /api/projects/{old}", status: 200, want: "deleted_at=null"},
		{says: "not what had gone before", req: "GET /api/projects/{roof}", status: 404},
		{says: "that comes back on its own", req: "POST /api/projects/{roof}/restore", status: 200},
		{says: "with its task", req: "GET /api/tasks/{tile}", status: 200},
		{says: "and none that had gone before", req: "GET /api/tasks/{gone}", status: 404},
		{says: "which can be restored now", req: "POST /api/tasks/{gone}/restore", status: 200},
		{says: "deleted once more", req: "DELETE /api/projects/{house}", status: 204},
		{says: "after a month it is gone", later: 31 * day, req: "POST /api/projects/{house}/restore", status: 404},
	})
}

// Undoing gives back what a project was, with what went with it, and nothing else.
func TestWhatIsDoneToProjectsIsUndone(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		project := func(body string) string {
			return ada.do("POST /api/projects", body).want(http.StatusCreated).at("id")
		}
		house := project(`{"name": "House"}`)
		roof := project(`{"name": "Roof", "parent_id": "` + house + `"}`)
		srv.clock.Move(time.Second) // behind the roof, whatever their ids
		old := project(`{"name": "Old", "parent_id": "` + house + `"}`)
		for range 3 { // made at moments that differ
			srv.clock.Move(time.Second)
			ada.create(`{"title": "in it", "project_id": "` + house + `"}`)
			ada.create(`{"title": "beneath", "project_id": "` + roof + `"}`)
		}
		gone := ada.create(`{"title": "gone before", "project_id": "` + roof + `"}`)
		ada.do("DELETE /api/tasks/"+gone, "").want(http.StatusNoContent)
		ada.do("POST /api/projects/"+old+"/archive", "").want(http.StatusOK)
		state := func() string {
			var b strings.Builder
			for _, path := range []string{"/api/projects", "/api/projects?deleted=true", "/api/tasks?sort=position", "/api/tasks?archived=true&sort=position", "/api/tasks/ranked", "/api/tasks/pending"} {
				for line := range strings.SplitSeq(indented(ada.do("GET "+path, "").want(http.StatusOK).body), "\n") {
					if !strings.Contains(line, `"version"`) && !strings.Contains(line, `"updated_at"`) && !strings.Contains(line, `"valid_until"`) {
						b.WriteString(line + "\n")
					}
				}
			}
			return b.String()
		}
		for _, c := range []struct{ request, body string }{
			{"PATCH /api/projects/" + roof, `{"name": "Attic", "parent_id": null}`},
			{"POST /api/projects/" + house + "/archive", ""},
			{"DELETE /api/projects/" + house, ""},
			{"DELETE /api/projects/" + roof, ""},
			{"POST /api/projects/" + old + "/unarchive", ""},
			{"POST /api/projects/" + old + "/move", `{"first": true}`},
			{"POST /api/tasks/quick", `{"text": "Plant a tree #Garden"}`},
		} {
			srv.clock.Move(time.Second)
			before := state()
			change := ada.do(c.request, c.body).header.Get("Change")
			after := state()
			if before == after || change == "" {
				t.Errorf("%s changed nothing", c.request)
			}
			srv.clock.Move(time.Second)
			undone := ada.do("POST /api/undo", `{"change": "`+change+`"}`).want(http.StatusOK)
			if got := state(); !strings.HasPrefix(c.request, "POST /api/tasks/quick") && got != before {
				t.Errorf("%s undone:\n%s\nwas\n%s", c.request, got, before)
			}
			ada.do("POST /api/undo", `{"change": "`+undone.header.Get("Change")+`"}`).want(http.StatusOK)
			if got := state(); got != after {
				t.Errorf("%s done again:\n%s\nwas\n%s", c.request, got, after)
			}
			ada.do("POST /api/undo", `{"change": "`+change+`"}`)
		}
		made := ada.do("POST /api/projects", `{"name": "Made"}`).want(http.StatusCreated)
		ada.create(`{"title": "later", "project_id": "` + made.at("id") + `"}`)
		ada.do("POST /api/undo", `{"change": "`+made.header.Get("Change")+`"}`).want(http.StatusConflict)
	})
}

// What a repeating task makes is put away as the task was.
func TestWhatRepeatsInAnArchivedProjectStaysThere(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		project := ada.do("POST /api/projects", `{"name": "House"}`).want(http.StatusCreated).at("id")
		task := ada.create(`{"title": "Water", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}, "project_id": "` + project + `"}`)
		ada.do("POST /api/projects/"+project+"/archive", "").want(http.StatusOK)
		next := ada.do("POST /api/tasks/"+task+"/complete", "").want(http.StatusOK).at("recurrence.next.id")
		ada.do("GET /api/tasks/ranked", "").want(http.StatusOK).has("total=0")
		ada.do("GET /api/tasks", "").want(http.StatusOK).has("tasks=[]")
		ada.do("POST /api/projects/"+project+"/unarchive", "").want(http.StatusOK)
		ada.do("GET /api/tasks/best", "").want(http.StatusOK).has("task.id=" + next)
	})
}

// projectRoutes are the routes of one project, with a body where one is needed.
var projectRoutes = []struct{ method, path, body string }{
	{"GET", "", ""},
	{"PATCH", "", `{"name": "x"}`},
	{"DELETE", "", ""},
	{"POST", "/archive", ""},
	{"POST", "/unarchive", ""},
	{"POST", "/restore", ""},
	{"POST", "/move", `{"first": true}`},
}

func TestSomebodyElsesProjectIsNotThereOnAnyRoute(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		id := ada.do("POST /api/projects", `{"name": "Ada's"}`).want(http.StatusCreated).at("id")
		before := ada.do("GET /api/projects/"+id, "")
		for _, r := range projectRoutes {
			hers := eve.do(r.method+" /api/projects/"+id+r.path, r.body)
			unknown := eve.do(r.method+" /api/projects/"+someone+r.path, r.body)
			if hers.status != http.StatusNotFound || scrubbed(indented(hers.body)) != scrubbed(indented(unknown.body)) {
				t.Errorf("%s %s: %d %s, unknown %d %s", r.method, r.path, hers.status, hers.body, unknown.status, unknown.body)
			}
			if a := eve.do(r.method+" /api/projects/"+id+r.path, r.body, `If-Match: "7"`); a.status != http.StatusNotFound {
				t.Errorf("%s %s with a condition: %d", r.method, r.path, a.status)
			}
			if a := srv.nobody().do(r.method+" /api/projects/"+id+r.path, r.body); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s of nobody: %d", r.method, r.path, a.status)
			}
		}
		if list := eve.do("GET /api/tasks?project="+id, "").want(http.StatusOK); list.at("tasks") != "[]" {
			t.Errorf("a list of it: %s", list.body)
		}
		if after := ada.do("GET /api/projects/"+id, ""); string(after.body) != string(before.body) {
			t.Errorf("Ada's project was changed: %s", after.body)
		}
	})
}

func TestAWorkspaceHoldsFiveHundredProjects(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	for i := range mindflow.MaxProjects {
		ada.do("POST /api/projects", fmt.Sprintf(`{"name": "%d"}`, i)).want(http.StatusCreated)
	}
	ada.do("POST /api/projects", `{"name": "one more"}`).want(http.StatusInsufficientStorage)
}

func TestTasksAndProjectsAreMovedByHand(t *testing.T) {
	t.Parallel()
	table(t, "moves", []row{
		{says: "a project", req: "POST /api/projects", body: `{"name": "p"}`, status: 201, save: "p"},
		{says: "another", req: "POST /api/projects", body: `{"name": "q"}`, status: 201, save: "q"},
		{says: "a third", req: "POST /api/projects", body: `{"name": "r"}`, status: 201, save: "r"},
		{says: "a", req: "POST /api/tasks", body: `{"title": "a"}`, status: 201, save: "a"},
		{says: "b", req: "POST /api/tasks", body: `{"title": "b"}`, status: 201, save: "b"},
		{says: "c", req: "POST /api/tasks", body: `{"title": "c"}`, status: 201, save: "c"},
		{says: "one in a project", req: "POST /api/tasks", body: `{"title": "x", "project_id": "{p}"}`, status: 201, save: "x"},
		{says: "c comes before b", req: "POST /api/tasks/{c}/move", body: `{"before": "{b}"}`, status: 200, want: "version=2"},
		{says: "it does", req: "GET /api/tasks?sort=position&project=none", status: 200, want: "tasks.0.id={a}; tasks.1.id={c}; tasks.2.id={b}"},
		{says: "where it is it stays", req: "POST /api/tasks/{c}/move", body: `{"after": "{a}"}`, status: 200, want: "version=2"},
		{says: "first", req: "POST /api/tasks/{b}/move", body: `{"first": true}`, status: 200, want: "position=1"},
		{says: "last", req: "POST /api/tasks/{a}/move", body: `{"last": true}`, status: 200},
		{says: "in that order", req: "GET /api/tasks?sort=position&project=none", status: 200, want: "tasks.0.id={b}; tasks.1.id={c}; tasks.2.id={a}"},
		{says: "a page of it", req: "GET /api/tasks?sort=-position&project=none&limit=2", status: 200, want: "tasks.0.id={a}; tasks.1.id={c}"},
		{says: "only if nobody else did", req: "POST /api/tasks/{a}/move", head: `If-Match: "1"`, body: `{"first": true}`, status: 412},
		{says: "not beside itself", req: "POST /api/tasks/{a}/move", body: `{"after": "{a}"}`, status: 422, want: "errors.0.field=after"},
		{says: "nor beside one of a project", req: "POST /api/tasks/{a}/move", body: `{"after": "{x}"}`, status: 422, want: "errors.0.field=after"},
		{says: "nor beside nothing", req: "POST /api/tasks/{a}/move", body: `{"before": "` + someone + `"}`, status: 422, want: "errors.0.field=before"},
		{says: "nor nowhere", req: "POST /api/tasks/{a}/move", body: `{}`, status: 422, want: "errors.0.field=before"},
		{says: "nor at both ends", req: "POST /api/tasks/{a}/move", body: `{"first": true, "last": true}`, status: 422},
		{says: "nor without a word", req: "POST /api/tasks/{a}/move", status: 400},
		{says: "the place is the server's", req: "PATCH /api/tasks/{a}", body: `{"position": "5"}`, status: 422, want: "errors.0.field=position"},
		{says: "a project to the front", req: "POST /api/projects/{r}/move", body: `{"before": "{p}"}`, status: 200, want: "version=2"},
		{says: "and one behind it", req: "POST /api/projects/{q}/move", body: `{"after": "{r}"}`, status: 200},
		{says: "where it is it stays", req: "POST /api/projects/{p}/move", body: `{"last": true}`, status: 200, want: "version=1"},
		{says: "in that order", req: "GET /api/projects", status: 200, want: "projects.0.id={r}; projects.1.id={q}; projects.2.id={p}"},
		{says: "not beside nothing", req: "POST /api/projects/{p}/move", body: `{"before": "` + someone + `"}`, status: 422, want: "errors.0.field=before"},
	})
}

// Where there is no room left between two, others get new keys, and the order is
// that of a list all the same.
func TestManyMovesAtOneSpotKeepTheOrder(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		var want []string
		for i := range 8 {
			want = append(want, ada.create(fmt.Sprintf(`{"title": "%d"}`, i)))
		}
		slices.Sort(want) // they were made at the same moment
		longest := 0
		for i := range 260 {
			who := want[len(want)-1]
			a := ada.do("POST /api/tasks/"+who+"/move", `{"after": "`+want[0]+`"}`).want(http.StatusOK)
			longest = max(longest, len(a.at("position")))
			want = append(want[:1:1], append([]string{who}, want[1:len(want)-1]...)...)
			if i%20 != 0 && i != 259 {
				continue
			}
			list := ada.do("GET /api/tasks?sort=position", "").want(http.StatusOK)
			for j, id := range want {
				if got := list.at(fmt.Sprintf("tasks.%d.id", j)); got != id {
					t.Fatalf("after %d moves %d is %s, want %s", i+1, j, got, id)
				}
			}
			srv.clock.Move(time.Second)
		}
		if longest > 60 || longest < 40 {
			t.Errorf("the longest key had %d digits", longest)
		}
	})
}

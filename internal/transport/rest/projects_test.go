package rest_test

import (
	"testing"
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
		{says: "a name is required", req: "POST /api/projects", body: `{}`, status: 422, want: "errors.0.field=name"},
		{says: "every bad field is named", req: "POST /api/projects", body: `{"name": "a\u0007b", "parent_id": "x", "id": "y"}`, status: 422, want: "errors.0.field=id; errors.1.field=name; errors.2.field=parent_id"},
		{says: "a client may bring the id", req: "POST /api/projects", body: `{"name": "Mine", "id": "` + someone + `"}`, status: 201, want: "id=" + someone},
		{says: "the same body is the same project", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Mine"}`, status: 200, want: "id=" + someone + "; version=1"},
		{says: "another one is not", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Yours"}`, status: 409},
		{says: "somebody else has ids of her own", by: "eve", req: "POST /api/projects", body: `{"id": "` + someone + `", "name": "Yours"}`, status: 201},
		{says: "and sees no project of others", by: "eve", req: "GET /api/projects/{house}", status: 404},
		{says: "a task in a project", req: "POST /api/tasks", body: `{"title": "Paint", "project_id": "{house}"}`, status: 201, want: "project_id={house}", save: "task"},
		{says: "not in another's", by: "eve", req: "POST /api/tasks", body: `{"title": "Paint", "project_id": "{house}"}`, status: 422, want: "errors.0.field=project_id"},
		{says: "it moves", req: "PATCH /api/tasks/{task}", body: `{"project_id": "{roof}"}`, status: 200, want: "project_id={roof}"},
		{says: "out of all", req: "PATCH /api/tasks/{task}", body: `{"project_id": null}`, status: 200, want: "project_id=null"},
		{says: "and back", req: "PATCH /api/tasks/{task}", body: `{"project_id": "{house}"}`, status: 200, want: "project_id={house}"},
		{says: "one that is done", req: "POST /api/tasks", body: `{"title": "Sweep", "project_id": "{house}", "status": "completed"}`, status: 201},
		{says: "one that is given up", req: "POST /api/tasks", body: `{"title": "Paint the cat", "project_id": "{house}", "status": "cancelled"}`, status: 201},
		{says: "the list counts them", req: "GET /api/projects", status: 200, want: "projects.0.open_tasks=1; projects.0.done_tasks=1; projects.1.name=Roof; projects.1.open_tasks=0; projects.2.id=" + someone},
		{says: "nobody has none", by: "nobody", req: "GET /api/projects", status: 401},
	})
}

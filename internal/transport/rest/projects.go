package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// ProjectView is a project as the API answers it.
type ProjectView struct {
	ID          mindflow.ProjectID   `json:"id" format:"uuid"`
	WorkspaceID mindflow.WorkspaceID `json:"workspace_id" format:"uuid"`
	ParentID    *string              `json:"parent_id" format:"uuid" doc:"Of a sub-project: the project it is in"`
	Name        string               `json:"name"`
	Position    *string              `json:"position" doc:"Its place in the manual order; null: by creation"`
	Version     int64                `json:"version" doc:"Grows by one with each change"`
	CreatedAt   string               `json:"created_at" format:"date-time"`
	UpdatedAt   string               `json:"updated_at" format:"date-time"`
	ArchivedAt  *string              `json:"archived_at" format:"date-time" doc:"Its tasks are out of the ranking and of lists that do not name it"`
	DeletedAt   *string              `json:"deleted_at" format:"date-time"`
}

func viewProject(p mindflow.Project) ProjectView {
	return ProjectView{
		ID: p.ID, WorkspaceID: p.WorkspaceID, ParentID: idText(p.ParentID), Name: p.Name, Position: nonEmpty(p.Position),
		Version: int64(p.Version), CreatedAt: instantOf(p.CreatedAt), UpdatedAt: instantOf(p.UpdatedAt),
		ArchivedAt: micros(p.ArchivedAt), DeletedAt: seconds(p.DeletedAt),
	}
}

// listedProject is a project in a list.
type listedProject struct {
	ProjectView

	OpenTasks int `json:"open_tasks" doc:"Of its own tasks; those of its sub-projects stand there"`
	DoneTasks int `json:"done_tasks" doc:"Completed ones"`
}

type projectsInput struct {
	Deleted bool `query:"deleted" doc:"Those in the trash instead, which can be restored for 30 days"`
}

type projectsReply struct {
	Body struct {
		Projects []listedProject `json:"projects" nullable:"false" doc:"Archived ones too; at most 500"`
	}
}

func (a *API) listProjects(ctx context.Context, in *projectsInput) (*projectsReply, error) {
	list, err := a.app.Projects(ctx, actorOf(ctx), in.Deleted)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &projectsReply{}
	r.Body.Projects = make([]listedProject, len(list))
	for i, p := range list {
		r.Body.Projects[i] = listedProject{viewProject(p.Project), p.Open, p.Done}
	}
	return r, nil
}

// ProjectFields are the keys a person can set.
type ProjectFields struct {
	Name     optional[string] `json:"name,omitzero" doc:"1 to 100 characters"`
	ParentID optional[string] `json:"parent_id,omitzero" doc:"A project at the top, to make it a sub-project"`
}

func (f ProjectFields) draft() mindflow.ProjectDraft {
	return mindflow.ProjectDraft{Name: f.Name.Field, ParentID: f.ParentID.Field}
}

func documentProject(s *huma.Schema) {
	bounds(s, "name", map[string]any{"minLength": 1, "maxLength": mindflow.MaxProjectName})
	bounds(s, "parent_id", map[string]any{"format": "uuid"})
}

// newProjectBody is what creates a project.
type newProjectBody struct {
	ProjectFields

	ID optional[string] `json:"id,omitzero" doc:"A UUID, best of version 7; the same id with the same body is the same project"`
}

// TransformSchema documents limits and what is required.
func (newProjectBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	documentProject(s)
	bounds(s, "id", map[string]any{"format": "uuid"})
	s.Extensions = map[string]any{"required": []string{"name"}}
	return s
}

// Resolve names every bad field together with those huma found.
func (b *newProjectBody) Resolve(huma.Context) []error {
	d := b.draft()
	if !d.Name.Set {
		d.Name = mindflow.Null[string]()
	}
	bad := d.Validate()
	if _, err := idOf[mindflow.Project](b.ID.Field); err != nil {
		bad = append(bad, mindflow.FieldsOf(err)...)
	}
	return details("body", bad)
}

type newProjectInput struct{ Body newProjectBody }

type newProjectReply struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Status   int
	Body     ProjectView
}

func (a *API) createProject(ctx context.Context, in *newProjectInput) (*newProjectReply, error) {
	id, err := idOf[mindflow.Project](in.Body.ID.Field)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	project, created, err := a.app.CreateProject(ctx, actorOf(ctx), id, in.Body.draft())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return &newProjectReply{Location: "/api/projects/" + project.ID.String(), ETag: quoted(project.ETag()), Status: status, Body: viewProject(project)}, nil
}

type projectReply struct {
	ETag   string `header:"ETag" doc:"The project's version, for If-Match and If-None-Match"`
	Status int
	Body   ProjectView
}

func replyProject(p mindflow.Project) *projectReply {
	return &projectReply{ETag: quoted(p.ETag()), Status: http.StatusOK, Body: viewProject(p)}
}

type projectGet struct {
	ID          string `path:"id" doc:"The project's id" format:"uuid"`
	IfNoneMatch string `header:"If-None-Match" doc:"Answer 304 if the project still has this ETag"`
}

func (a *API) getProject(ctx context.Context, in *projectGet) (*projectReply, error) {
	id, err := readID[mindflow.Project](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	project, err := a.app.Project(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := replyProject(project)
	if unchanged(in.IfNoneMatch, project.ETag()) {
		r.Status = http.StatusNotModified
	}
	return r, nil
}

// ProjectPath names a project, and the state it must have.
type ProjectPath struct {
	ID      string `path:"id" doc:"The project's id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"Change only if the project still has this ETag"`
}

// editProjectBody is what changes a project. Read-only keys are accepted with
// their present value, so that an answer can be sent back.
type editProjectBody struct {
	ProjectFields

	ID          optional[string] `json:"id,omitzero" doc:"Read-only"`
	WorkspaceID optional[string] `json:"workspace_id,omitzero" doc:"Read-only"`
	Position    optional[string] `json:"position,omitzero" doc:"Read-only"`
	Version     optional[int64]  `json:"version,omitzero" doc:"Read-only"`
	CreatedAt   optional[string] `json:"created_at,omitzero" doc:"Read-only"`
	UpdatedAt   optional[string] `json:"updated_at,omitzero" doc:"Read-only"`
	ArchivedAt  optional[string] `json:"archived_at,omitzero" doc:"Read-only"`
	DeletedAt   optional[string] `json:"deleted_at,omitzero" doc:"Read-only"`
}

// TransformSchema documents limits.
func (editProjectBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	documentProject(s)
	return s
}

// Resolve names every bad field together with those huma found.
func (b *editProjectBody) Resolve(huma.Context) []error { return details("body", b.edit().Validate()) }

func (b *editProjectBody) edit() mindflow.ProjectDraft {
	d := b.draft()
	d.ReadOnly = mindflow.ProjectReadOnly{
		ID: b.ID.Field, WorkspaceID: b.WorkspaceID.Field, Position: b.Position.Field, Version: b.Version.Field,
		CreatedAt: b.CreatedAt.Field, UpdatedAt: b.UpdatedAt.Field, ArchivedAt: b.ArchivedAt.Field, DeletedAt: b.DeletedAt.Field,
	}
	return d
}

type editProjectInput struct {
	ProjectPath

	Body editProjectBody
}

func (a *API) editProject(ctx context.Context, in *editProjectInput) (*projectReply, error) {
	return a.doProject(ctx, &in.ProjectPath, func(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) (mindflow.Project, error) {
		return a.app.EditProject(ctx, actor, id, in.Body.edit(), m)
	})
}

func (a *API) deleteProject(ctx context.Context, in *ProjectPath) (*struct{}, error) {
	id, err := readID[mindflow.Project](in.ID)
	if err == nil {
		err = a.app.DeleteProject(ctx, actorOf(ctx), id, matching(in.IfMatch))
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

// projectUseCase does something to one project.
type projectUseCase func(context.Context, mindflow.Actor, mindflow.ProjectID, mindflow.Match) (mindflow.Project, error)

func (a *API) doProject(ctx context.Context, in *ProjectPath, use projectUseCase) (*projectReply, error) {
	id, err := readID[mindflow.Project](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	project, err := use(ctx, actorOf(ctx), id, matching(in.IfMatch))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return replyProject(project), nil
}

func (a *API) archiveProject(ctx context.Context, in *ProjectPath) (*projectReply, error) {
	return a.doProject(ctx, in, a.app.ArchiveProject)
}

func (a *API) unarchiveProject(ctx context.Context, in *ProjectPath) (*projectReply, error) {
	return a.doProject(ctx, in, a.app.UnarchiveProject)
}

func (a *API) restoreProject(ctx context.Context, in *ProjectPath) (*projectReply, error) {
	return a.doProject(ctx, in, a.app.RestoreProject)
}

// moveBody says where something shall stand.
type moveBody struct {
	Before string `json:"before,omitempty" format:"uuid" doc:"Directly before this one, by its id"`
	After  string `json:"after,omitempty" format:"uuid" doc:"Or directly after it"`
	First  bool   `json:"first,omitempty" doc:"Or before all others"`
	Last   bool   `json:"last,omitempty" doc:"Or after them"`
}

func moveOf[T any](b *moveBody) (mindflow.Move[T], error) {
	return mindflow.ParseMove[T](b.Before, b.After, b.First, b.Last)
}

type moveProjectInput struct {
	ProjectPath

	Body moveBody
}

func (a *API) moveProject(ctx context.Context, in *moveProjectInput) (*projectReply, error) {
	return a.doProject(ctx, &in.ProjectPath, func(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) (mindflow.Project, error) {
		to, err := moveOf[mindflow.Project](&in.Body)
		if err != nil {
			return mindflow.Project{}, err
		}
		return a.app.MoveProject(ctx, actor, id, to, m)
	})
}

type moveTaskInput struct {
	TaskPath

	Body moveBody
}

func (a *API) moveTask(ctx context.Context, in *moveTaskInput) (*taskReply, error) {
	return a.do(ctx, &in.TaskPath, func(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) (mindflow.Task, error) {
		to, err := moveOf[mindflow.Task](&in.Body)
		if err != nil {
			return mindflow.Task{}, err
		}
		return a.app.MoveTask(ctx, actor, id, to, m)
	})
}

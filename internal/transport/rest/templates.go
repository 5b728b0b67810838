package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// TemplateHead is what a list says of a template.
type TemplateHead struct {
	ID          mindflow.TemplateID  `json:"id" format:"uuid"`
	WorkspaceID mindflow.WorkspaceID `json:"workspace_id" format:"uuid"`
	Name        string               `json:"name"`
	Kind        string               `json:"kind" enum:"task,project" doc:"What it makes"`
	Tasks       int                  `json:"tasks" doc:"How many tasks it makes, steps among them"`
	Version     int64                `json:"version" doc:"Grows by one with each change"`
	CreatedAt   string               `json:"created_at" format:"date-time"`
	UpdatedAt   string               `json:"updated_at" format:"date-time"`
}

// TemplateView is a template as the API answers it.
type TemplateView struct {
	TemplateHead

	Content mindflow.TemplateContent `json:"content"`
}

func headOf(t mindflow.Template, kind string, tasks int) TemplateHead {
	return TemplateHead{
		ID: t.ID, WorkspaceID: t.WorkspaceID, Name: t.Name, Kind: kind, Tasks: tasks, Version: int64(t.Version),
		CreatedAt: instantOf(t.CreatedAt), UpdatedAt: instantOf(t.UpdatedAt),
	}
}

func viewTemplate(t mindflow.Template) TemplateView {
	return TemplateView{headOf(t, t.Content.Kind(), len(t.Content.Tasks())), t.Content}
}

type templatesReply struct {
	Body struct {
		Templates []TemplateHead `json:"templates" nullable:"false" doc:"By name; at most 200"`
	}
}

func (a *API) listTemplates(ctx context.Context, _ *struct{}) (*templatesReply, error) {
	list, err := a.app.Templates(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &templatesReply{}
	r.Body.Templates = make([]TemplateHead, len(list))
	for i, l := range list {
		r.Body.Templates[i] = headOf(l.Template, l.Kind, l.Tasks)
	}
	return r, nil
}

// newTemplateBody is what creates a template.
type newTemplateBody struct {
	ID          optional[string]          `json:"id,omitzero" doc:"A UUID, best of version 7; the same id with the same content is the same template"`
	Name        string                    `json:"name,omitempty" doc:"1 to 100 characters; that of what it is made of when absent"`
	Content     *mindflow.TemplateContent `json:"content,omitempty" doc:"What it makes"`
	FromTask    string                    `json:"from_task,omitempty" format:"uuid" doc:"Or: a task that is there, with its steps"`
	FromProject string                    `json:"from_project,omitempty" format:"uuid" doc:"Or: a project that is there, with its own tasks"`
	Day         string                    `json:"day,omitempty" doc:"The day the dates of what is there are counted from; the earliest of them when absent"`
}

// asked is what the body asks for; ids that are none are left out.
func (b *newTemplateBody) asked() (app.NewTemplate, []mindflow.FieldError) {
	n := app.NewTemplate{Name: b.Name, Content: b.Content, Day: b.Day}
	var bad []mindflow.FieldError
	read := func(field, text string, parse func(string) error) {
		if text != "" && parse(text) != nil {
			bad = append(bad, mindflow.FieldError{Field: field, Message: "must be a UUID"})
		}
	}
	read("from_task", b.FromTask, func(s string) (err error) { n.FromTask, err = mindflow.ParseID[mindflow.Task](s); return err })
	read("from_project", b.FromProject, func(s string) (err error) { n.FromProject, err = mindflow.ParseID[mindflow.Project](s); return err })
	id, err := idOf[mindflow.Template](b.ID.Field)
	n.ID = id
	return n, append(bad, mindflow.FieldsOf(err)...)
}

// TransformSchema documents limits.
func (newTemplateBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	bounds(s, "name", map[string]any{"minLength": 1, "maxLength": mindflow.MaxTemplateName})
	bounds(s, "id", map[string]any{"format": "uuid"})
	return s
}

// Resolve names every bad field together with those huma found.
func (b *newTemplateBody) Resolve(huma.Context) []error {
	n, bad := b.asked()
	if len(bad) == 0 {
		bad = n.Check()
	}
	return details("body", bad)
}

type newTemplateInput struct{ Body newTemplateBody }

type newTemplateReply struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Status   int
	Body     TemplateView
}

func (a *API) createTemplate(ctx context.Context, in *newTemplateInput) (*newTemplateReply, error) {
	asked, _ := in.Body.asked() // checked
	t, created, err := a.app.CreateTemplate(ctx, actorOf(ctx), asked)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return &newTemplateReply{Location: "/api/templates/" + t.ID.String(), ETag: quoted(t.ETag()), Status: status, Body: viewTemplate(t)}, nil
}

type templateReply struct {
	ETag   string `header:"ETag" doc:"The template's version, for If-Match and If-None-Match"`
	Status int
	Body   TemplateView
}

type templateGet struct {
	ID          string `path:"id" doc:"The template's id" format:"uuid"`
	IfNoneMatch string `header:"If-None-Match" doc:"Answer 304 if the template still has this ETag"`
}

func (a *API) getTemplate(ctx context.Context, in *templateGet) (*templateReply, error) {
	id, err := readID[mindflow.Template](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	t, err := a.app.Template(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &templateReply{ETag: quoted(t.ETag()), Status: http.StatusOK, Body: viewTemplate(t)}
	if unchanged(in.IfNoneMatch, t.ETag()) {
		r.Status = http.StatusNotModified
	}
	return r, nil
}

// TemplatePath names a template, and the state it must have.
type TemplatePath struct {
	ID      string `path:"id" doc:"The template's id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"Change only if the template still has this ETag"`
}

type editTemplateInput struct {
	TemplatePath

	Body editTemplateBody
}

// editTemplateBody is what changes a template.
type editTemplateBody struct {
	Name    *string                   `json:"name,omitempty" doc:"1 to 100 characters"`
	Content *mindflow.TemplateContent `json:"content,omitempty" doc:"What it makes, all of it"`
}

// TransformSchema documents limits.
func (editTemplateBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	bounds(s, "name", map[string]any{"minLength": 1, "maxLength": mindflow.MaxTemplateName})
	return s
}

// Resolve names every bad field together with those huma found.
func (b *editTemplateBody) Resolve(huma.Context) []error {
	return details("body", app.TemplateDraft(*b).Check())
}

func (a *API) editTemplate(ctx context.Context, in *editTemplateInput) (*templateReply, error) {
	id, err := readID[mindflow.Template](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	t, err := a.app.EditTemplate(ctx, actorOf(ctx), id, app.TemplateDraft(in.Body), matching(in.IfMatch))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &templateReply{ETag: quoted(t.ETag()), Status: http.StatusOK, Body: viewTemplate(t)}, nil
}

func (a *API) deleteTemplate(ctx context.Context, in *TemplatePath) (*struct{}, error) {
	id, err := readID[mindflow.Template](in.ID)
	if err == nil {
		err = a.app.DeleteTemplate(ctx, actorOf(ctx), id, matching(in.IfMatch))
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

type useTemplateInput struct {
	ID   string           `path:"id" doc:"The template's id" format:"uuid"`
	Body *useTemplateBody `required:"false"`
}

// useTemplateBody says how a template is used.
type useTemplateBody struct {
	Date      string `json:"date,omitempty" doc:"The day its dates are counted from; today when absent"`
	Name      string `json:"name,omitempty" doc:"Of the task or the project; as the template says when absent"`
	ProjectID string `json:"project_id,omitempty" format:"uuid" doc:"The project the task is put into, or that a project is made a sub-project of"`
}

// Resolve names every bad field together with those huma found.
func (b *useTemplateBody) Resolve(huma.Context) []error {
	_, bad := b.use()
	return details("body", bad)
}

func (b *useTemplateBody) use() (app.Use, []mindflow.FieldError) {
	if b == nil {
		return app.Use{}, nil
	}
	u := app.Use{Date: b.Date, Name: b.Name}
	bad := u.Check()
	if b.ProjectID != "" {
		id, err := mindflow.ParseID[mindflow.Project](b.ProjectID)
		if u.ProjectID = id; err != nil {
			bad = append(bad, mindflow.FieldError{Field: "project_id", Message: "must be a UUID"})
		}
	}
	return u, bad
}

// madeView is what a use has made: one of the two.
type madeView struct {
	Project *ProjectView `json:"project,omitempty" doc:"The project that was made"`
	Task    *taskView    `json:"task,omitempty" doc:"Or the task"`
	Tasks   int          `json:"tasks" doc:"How many tasks in all, steps among them"`
}

type useTemplateReply struct {
	Location string `header:"Location"`
	Body     madeView
}

func (a *API) useTemplate(ctx context.Context, in *useTemplateInput) (*useTemplateReply, error) {
	id, err := readID[mindflow.Template](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	use, _ := in.Body.use() // checked
	made, err := a.app.UseTemplate(ctx, actorOf(ctx), id, use)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return replyMade(made), nil
}

func replyMade(made app.Made) *useTemplateReply {
	r := &useTemplateReply{Body: madeView{Tasks: made.Tasks}}
	if made.Project != nil {
		project := viewProject(*made.Project)
		r.Location, r.Body.Project = "/api/projects/"+made.Project.ID.String(), &project
	}
	if made.Task != nil {
		task := viewTask(*made.Task)
		r.Location, r.Body.Task = "/api/tasks/"+made.Task.ID.String(), &task
	}
	return r
}

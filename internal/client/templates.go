package client

import (
	"context"
	"net/http"

	"mindflow/internal/mindflow"
)

// ListedTemplate is a template in a list, without its content.
type ListedTemplate struct {
	ID          mindflow.TemplateID  `json:"id"`
	WorkspaceID mindflow.WorkspaceID `json:"workspace_id"`
	Name        string               `json:"name"`
	Kind        string               `json:"kind"`  // what it makes: task or project
	Tasks       int                  `json:"tasks"` // steps among them
	Version     int64                `json:"version"`
	CreatedAt   string               `json:"created_at"`
	UpdatedAt   string               `json:"updated_at"`
}

// Template is a template as the API answers it.
type Template struct {
	ListedTemplate

	Content mindflow.TemplateContent `json:"content"`

	// ETag names this state of the template.
	ETag string `json:"-"`
}

// TemplateDraft is what a person says about a template. A new one is made of a
// content, of a task or of a project.
type TemplateDraft struct {
	ID          Field[mindflow.TemplateID] `json:"id,omitzero"` // of a new template only, as those below Content
	Name        string                     `json:"name,omitempty"`
	Content     *mindflow.TemplateContent  `json:"content,omitzero"`
	FromTask    mindflow.TaskID            `json:"from_task,omitzero"`
	FromProject mindflow.ProjectID         `json:"from_project,omitzero"`
	Day         string                     `json:"day,omitempty"` // the one its dates are counted from; empty: the earliest
}

// TemplateUse says how a template is used. What is not set is as the template says,
// counted from today.
type TemplateUse struct {
	Date      string             `json:"date,omitempty"`
	Name      string             `json:"name,omitempty"` // of the task or the project
	ProjectID mindflow.ProjectID `json:"project_id,omitzero"`
}

// Made is what a use of a template has made: the project, or the task.
type Made struct {
	Project *Project `json:"project,omitzero"`
	Task    *Task    `json:"task,omitzero"`
	Tasks   int      `json:"tasks"` // steps among them
}

// Templates reads all templates, by their names.
func (c *Client) Templates(ctx context.Context) ([]ListedTemplate, error) {
	var list struct {
		Templates []ListedTemplate `json:"templates"`
	}
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/templates"}, &list)
	return list.Templates, err
}

// Template reads a template.
func (c *Client) Template(ctx context.Context, id mindflow.TemplateID) (Template, error) {
	return c.template(ctx, call{method: http.MethodGet, path: templatePath(id)})
}

// CreateTemplate makes a template.
func (c *Client) CreateTemplate(ctx context.Context, d TemplateDraft) (Template, error) {
	return c.template(ctx, call{method: http.MethodPost, path: "/api/templates", body: d})
}

// EditTemplate changes the name or the content, as far as they are set, as EditTask
// does.
func (c *Client) EditTemplate(ctx context.Context, id mindflow.TemplateID, d TemplateDraft, etag string) (Template, error) {
	return c.template(ctx, call{method: http.MethodPatch, path: templatePath(id), body: d, ifMatch: etag})
}

// DeleteTemplate takes a template away. What it has made stays.
func (c *Client) DeleteTemplate(ctx context.Context, id mindflow.TemplateID, etag string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: templatePath(id), ifMatch: etag}, nil)
	return err
}

// UseTemplate makes all that a template says.
func (c *Client) UseTemplate(ctx context.Context, id mindflow.TemplateID, use TemplateUse) (Made, error) {
	var made Made
	_, err := c.do(ctx, call{method: http.MethodPost, path: templatePath(id) + "/use", body: use}, &made)
	return made, err
}

func templatePath(id mindflow.TemplateID) string { return "/api/templates/" + id.String() }

func (c *Client) template(ctx context.Context, call call) (Template, error) {
	var t Template
	header, err := c.do(ctx, call, &t)
	t.ETag = header.Get("ETag")
	return t, err
}

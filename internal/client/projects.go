package client

import (
	"context"
	"net/http"
	"net/url"

	"mindflow/internal/mindflow"
)

// Project is a project as the API answers it; nil is null.
type Project struct {
	ID          mindflow.ProjectID   `json:"id"`
	WorkspaceID mindflow.WorkspaceID `json:"workspace_id"`
	ParentID    *mindflow.ProjectID  `json:"parent_id"`
	Name        string               `json:"name"`
	Position    *string              `json:"position"`
	Version     int64                `json:"version"`
	CreatedAt   string               `json:"created_at"`
	UpdatedAt   string               `json:"updated_at"`
	ArchivedAt  *string              `json:"archived_at"`
	DeletedAt   *string              `json:"deleted_at"`

	// ETag names this state of the project. Projects in lists have none.
	ETag string `json:"-"`
}

// ListedProject is a project in a list, with how many of its own tasks are open
// and done.
type ListedProject struct {
	Project

	OpenTasks int `json:"open_tasks"`
	DoneTasks int `json:"done_tasks"`
}

// ProjectDraft is what a person says about a project, as Draft is of a task.
type ProjectDraft struct {
	ID       Field[mindflow.ProjectID] `json:"id,omitzero"` // of a new project only
	Name     Field[string]             `json:"name,omitzero"`
	ParentID Field[mindflow.ProjectID] `json:"parent_id,omitzero"`
}

// Projects reads all projects in their order, archived ones too, or the deleted ones.
func (c *Client) Projects(ctx context.Context, deleted bool) ([]ListedProject, error) {
	var list struct {
		Projects []ListedProject `json:"projects"`
	}
	query := url.Values{}
	if deleted {
		query.Set("deleted", "true")
	}
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/projects", query: query}, &list)
	return list.Projects, err
}

// Project reads a project.
func (c *Client) Project(ctx context.Context, id mindflow.ProjectID) (Project, error) {
	return c.project(ctx, call{method: http.MethodGet, path: projectPath(id)})
}

// CreateProject makes a project.
func (c *Client) CreateProject(ctx context.Context, d ProjectDraft) (Project, error) {
	return c.project(ctx, call{method: http.MethodPost, path: "/api/projects", body: d})
}

// EditProject changes what a draft sets, as EditTask does.
func (c *Client) EditProject(ctx context.Context, id mindflow.ProjectID, d ProjectDraft, etag string) (Project, error) {
	return c.project(ctx, call{method: http.MethodPatch, path: projectPath(id), body: d, ifMatch: etag})
}

// DeleteProject takes a project away with its sub-projects and all their tasks.
func (c *Client) DeleteProject(ctx context.Context, id mindflow.ProjectID, etag string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: projectPath(id), ifMatch: etag}, nil)
	return err
}

// ArchiveProject puts a project away, with its sub-projects.
func (c *Client) ArchiveProject(ctx context.Context, id mindflow.ProjectID) (Project, error) {
	return c.project(ctx, call{method: http.MethodPost, path: projectPath(id) + "/archive"})
}

// UnarchiveProject takes a project up again.
func (c *Client) UnarchiveProject(ctx context.Context, id mindflow.ProjectID) (Project, error) {
	return c.project(ctx, call{method: http.MethodPost, path: projectPath(id) + "/unarchive"})
}

// RestoreProject brings a deleted project back, with what was deleted with it.
func (c *Client) RestoreProject(ctx context.Context, id mindflow.ProjectID) (Project, error) {
	return c.project(ctx, call{method: http.MethodPost, path: projectPath(id) + "/restore"})
}

// Move says where something shall stand: one of its fields.
type Move struct {
	Before string `json:"before,omitzero"` // an id
	After  string `json:"after,omitzero"`
	First  bool   `json:"first,omitzero"`
	Last   bool   `json:"last,omitzero"`
}

// MoveProject puts a project somewhere else among those beside it.
func (c *Client) MoveProject(ctx context.Context, id mindflow.ProjectID, to Move) (Project, error) {
	return c.project(ctx, call{method: http.MethodPost, path: projectPath(id) + "/move", body: to})
}

// MoveTask puts a task somewhere else among those of the same project, or among
// the steps of the same task.
func (c *Client) MoveTask(ctx context.Context, id mindflow.TaskID, to Move) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: taskPath(id) + "/move", body: to})
}

func projectPath(id mindflow.ProjectID) string { return "/api/projects/" + id.String() }

func (c *Client) project(ctx context.Context, call call) (Project, error) {
	var p Project
	header, err := c.do(ctx, call, &p)
	p.ETag = header.Get("ETag")
	return p, err
}

package client

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"mindflow/internal/mindflow"
)

// Change is something that has happened, and whether it can be undone now.
type Change struct {
	ID         mindflow.ChangeID `json:"change"`
	At         string            `json:"at"`
	Verbs      []string          `json:"verbs"` // such as task.completed, each once
	ActorID    mindflow.UserID   `json:"actor_id"`
	Through    string            `json:"through"`
	Undoes     *string           `json:"undoes"` // the change it took back; nil for none
	Count      int               `json:"count"`  // of things it changed
	Tasks      []TaskName        `json:"tasks"`  // at most 5 of them, as they are called now
	Fields     []FieldChange     `json:"fields"` // of its one thing; none when there are several
	Undoable   bool              `json:"undoable"`
	Why        *string           `json:"why"` // why it cannot be undone
	Overwrites []Overwrite       `json:"overwrites"`
}

// FieldChange is a field before and after a change, as JSON.
type FieldChange struct {
	Field  string         `json:"field"`
	Before jsontext.Value `json:"before"`
	After  jsontext.Value `json:"after"`
}

// Overwrite is a later edit that undoing a change would overwrite.
type Overwrite struct {
	Change  mindflow.ChangeID `json:"change"`
	At      string            `json:"at"`
	Verb    string            `json:"verb"`
	Through string            `json:"through"`
	TaskID  *mindflow.TaskID  `json:"task_id"`
	Title   *string           `json:"title"`
	Fields  []string          `json:"fields"`
}

// ChangePage is one page of what has happened, the newest first.
type ChangePage struct {
	Changes    []Change `json:"changes"`
	NextCursor *string  `json:"next_cursor"` // nil on the last page
}

// ChangeQuery asks for a page of what has happened.
type ChangeQuery struct {
	Task   mindflow.TaskID // to it alone; zero: to everything
	Limit  int             // 0: the server's default
	Cursor string
}

// Changes reads one page of what has happened.
func (c *Client) Changes(ctx context.Context, q ChangeQuery) (ChangePage, error) {
	values := paging(q.Limit, q.Cursor)
	if !q.Task.IsZero() {
		values.Set("task", q.Task.String())
	}
	var page ChangePage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/changes", query: values}, &page)
	return page, err
}

// Undone says what an undoing has done.
type Undone struct {
	Undone mindflow.ChangeID `json:"undone"`
	Change mindflow.ChangeID `json:"change"` // what undoes that
	Tasks  []mindflow.TaskID `json:"tasks"`
}

// Undo takes a change back, whole. Where that would overwrite later edits the
// error has status 409 and names them.
func (c *Client) Undo(ctx context.Context, change mindflow.ChangeID) (Undone, error) {
	body := struct {
		Change mindflow.ChangeID `json:"change"`
	}{change}
	var done Undone
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/undo", body: body}, &done)
	return done, err
}

// Bulk is a change of many tasks alike: all of them, or none.
type Bulk struct {
	IDs        []mindflow.TaskID `json:"ids"`
	Set        *Draft            `json:"set,omitzero"`
	AddTags    []string          `json:"add_tags,omitempty"`
	RemoveTags []string          `json:"remove_tags,omitempty"`
	Action     string            `json:"action,omitempty"` // complete, reopen, cancel, snooze, delete or restore
	Blocked    bool              `json:"blocked,omitzero"` // complete them though something they wait for is open
	Until      string            `json:"until,omitempty"`  // of a snooze, as Snooze has them
	Duration   string            `json:"duration,omitempty"`
}

// BulkDone says which tasks were changed, and which were like that already.
type BulkDone struct {
	Changed   []mindflow.TaskID  `json:"changed"`
	Unchanged []mindflow.TaskID  `json:"unchanged"`
	Change    *mindflow.ChangeID `json:"change"` // what undoes all of it; nil when nothing has changed
}

// ChangeTasks changes many tasks alike.
func (c *Client) ChangeTasks(ctx context.Context, b Bulk) (BulkDone, error) {
	var done BulkDone
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/tasks/bulk", body: b}, &done)
	return done, err
}

// Deleted is a task in the trash, and when it goes for good.
type Deleted struct {
	Task   Task   `json:"task"`
	GoneAt string `json:"gone_at"`
}

// TrashPage is one page of the trash, the newest deletion first.
type TrashPage struct {
	Tasks      []Deleted `json:"tasks"`
	NextCursor *string   `json:"next_cursor"` // nil on the last page
}

// Trash reads one page of the deleted tasks.
func (c *Client) Trash(ctx context.Context, limit int, cursor string) (TrashPage, error) {
	var page TrashPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/trash", query: paging(limit, cursor)}, &page)
	return page, err
}

// PurgeTask takes a deleted task away for good, with its steps.
func (c *Client) PurgeTask(ctx context.Context, id mindflow.TaskID) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: "/api/trash/" + id.String()}, nil)
	return err
}

// DeleteTask puts a task into the trash, with its steps.
func (c *Client) DeleteTask(ctx context.Context, id mindflow.TaskID) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: taskPath(id)}, nil)
	return err
}

// RestoreTask brings a deleted task back, with the steps deleted together with it.
func (c *Client) RestoreTask(ctx context.Context, id mindflow.TaskID) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: taskPath(id) + "/restore"})
}

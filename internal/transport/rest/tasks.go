package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// TaskPath names a task, and the state it must have.
type TaskPath struct {
	ID      string `path:"id" doc:"The task's id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"Change only if the task still has this ETag"`
}

// parse reads the id and the condition.
func (r TaskPath) parse() (mindflow.TaskID, mindflow.Match, error) {
	id, err := taskID(r.ID)
	return id, matching(r.IfMatch), err
}

// taskID reads a task's id.
func taskID(s string) (mindflow.TaskID, error) { return readID[mindflow.Task](s) }

// readID reads an id. huma has let pass the other forms UUIDs have, in braces
// or without hyphens: one thing has one address.
func readID[T any](s string) (mindflow.ID[T], error) {
	id, err := mindflow.ParseID[T](s)
	if err != nil {
		return id, mindflow.InvalidField("id", "must be a UUID")
	}
	return id, nil
}

// matching reads an If-Match or If-None-Match header. Weak tags are kept apart:
// they never match a condition of an edit.
func matching(header string) mindflow.Match {
	header = strings.TrimSpace(header)
	if header == "" {
		return mindflow.Match{}
	}
	m := mindflow.Match{Set: true, Any: header == "*"}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
			m.ETags = append(m.ETags, tag[1:len(tag)-1])
		}
	}
	return m
}

func quoted(tag string) string { return `"` + tag + `"` }

type taskReply struct {
	ETag        string `header:"ETag" doc:"The task's version, for If-Match and If-None-Match"`
	ContentType string `header:"Content-Type"`
	Status      int
	Body        []byte // a taskView
}

func reply(t mindflow.Task) *taskReply {
	return &taskReply{ETag: quoted(t.ETag()), ContentType: "application/json", Status: http.StatusOK, Body: appendTask(nil, &t)}
}

type createInput struct{ Body createBody }

type createReply struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Status   int
	Body     taskView
}

func (a *API) createTask(ctx context.Context, in *createInput) (*createReply, error) {
	id, err := idOf[mindflow.Task](in.Body.ID.Field)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	task, created, err := a.app.CreateTask(ctx, actorOf(ctx), id, in.Body.draft())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewCreated(task, created), nil
}

// viewCreated answers a task that was made, just now or before with the same id.
func viewCreated(task mindflow.Task, created bool) *createReply {
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return &createReply{Location: "/api/tasks/" + task.ID.String(), ETag: quoted(task.ETag()), Status: status, Body: viewTask(task)}
}

// idOf reads an id a client brought, if it did.
func idOf[T any](f mindflow.Field[string]) (mindflow.ID[T], error) {
	if !f.Set || f.Null {
		return mindflow.ID[T]{}, nil
	}
	id, err := mindflow.ParseID[T](f.Value)
	if err != nil || id.IsZero() {
		return id, mindflow.InvalidField("id", "must be a UUID")
	}
	return id, nil
}

type getInput struct {
	ID          string `path:"id" doc:"The task's id" format:"uuid"`
	IfNoneMatch string `header:"If-None-Match" doc:"Answer 304 if the task still has this ETag"`
}

func (a *API) getTask(ctx context.Context, in *getInput) (*taskReply, error) {
	id, err := taskID(in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	task, err := a.app.Task(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := reply(task)
	if unchanged(in.IfNoneMatch, task.ETag()) {
		r.Status, r.Body = http.StatusNotModified, nil
	}
	return r, nil
}

// unchanged reports whether an If-None-Match header names the present tag;
// reading compares weakly.
func unchanged(header, tag string) bool {
	m := matching(strings.ReplaceAll(header, "W/", ""))
	return m.Set && m.Check(tag) == nil
}

type editInput struct {
	TaskPath

	Scope string `query:"scope" enum:"occurrence,following" doc:"Of a task that repeats: whether the edit is for this occurrence alone or also for those that follow; dates are for it alone and all else for all when absent"`

	Body editBody
}

func (a *API) editTask(ctx context.Context, in *editInput) (*taskReply, error) {
	id, match, err := in.parse()
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	draft := in.Body.edit()
	draft.Scope = mindflow.EditScope(in.Scope)
	task, err := a.app.EditTask(ctx, actorOf(ctx), id, draft, match)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return reply(task), nil
}

func (a *API) deleteTask(ctx context.Context, in *TaskPath) (*struct{}, error) {
	id, match, err := in.parse()
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	if err := a.app.DeleteTask(ctx, actorOf(ctx), id, match); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

// taskUseCase does something to one task.
type taskUseCase func(context.Context, mindflow.Actor, mindflow.TaskID, mindflow.Match) (mindflow.Task, error)

func (a *API) do(ctx context.Context, in *TaskPath, use taskUseCase) (*taskReply, error) {
	id, match, err := in.parse()
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	task, err := use(ctx, actorOf(ctx), id, match)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return reply(task), nil
}

type completeInput struct {
	TaskPath

	Blocked bool `query:"blocked" doc:"Complete it though something it waits for is open"`
	Steps   bool `query:"steps" doc:"Complete its open steps with it, at every depth"`
}

func (a *API) completeTask(ctx context.Context, in *completeInput) (*taskReply, error) {
	how := app.Completion{EvenIfBlocked: in.Blocked, WithSteps: in.Steps}
	return a.do(ctx, &in.TaskPath, func(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) (mindflow.Task, error) {
		return a.app.CompleteTask(ctx, actor, id, how, m)
	})
}

func (a *API) skipTask(ctx context.Context, in *TaskPath) (*taskReply, error) {
	return a.do(ctx, in, a.app.SkipTask)
}

func (a *API) reopenTask(ctx context.Context, in *TaskPath) (*taskReply, error) {
	return a.do(ctx, in, a.app.ReopenTask)
}

func (a *API) restoreTask(ctx context.Context, in *TaskPath) (*taskReply, error) {
	return a.do(ctx, in, a.app.RestoreTask)
}

type snoozeInput struct {
	TaskPath

	Hours paramInt `query:"hours" doc:"Snooze for so many hours, 1 to 8760; 3 when nothing is said"`
	Body  *struct {
		Until    optional[string] `json:"until,omitzero" doc:"Snooze until this instant"`
		Duration optional[string] `json:"duration,omitzero" doc:"Snooze for so long: 30m, 2h, 1d (keeps the wall clock) or 1w"`
	} `required:"false"`
}

func (a *API) snoozeTask(ctx context.Context, in *snoozeInput) (*taskReply, error) {
	snooze := mindflow.Snooze{Hours: in.Hours.Field}
	if in.Body != nil {
		snooze.Until, snooze.Duration = in.Body.Until.Field, in.Body.Duration.Field
	}
	id, match, err := in.parse()
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	task, err := a.app.SnoozeTask(ctx, actorOf(ctx), id, snooze, match)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return reply(task), nil
}

// PageParams ask for a page of a list.
type PageParams struct {
	Limit  paramInt `query:"limit" doc:"Tasks a page, 1 to 200; 50 when absent"`
	Cursor string   `query:"cursor" doc:"next_cursor of the page before"`
}

// PendingInput asks for a list of what is to be done.
type PendingInput struct {
	PageParams

	Priority  []int     `query:"priority,explode" doc:"One of these"`
	Tag       []string  `query:"tag,explode" doc:"One of these"`
	DueAfter  string    `query:"due_after" doc:"Due then or later; a day counts at its start"`
	DueBefore string    `query:"due_before" doc:"Due earlier"`
	Q         string    `query:"q" doc:"Found in title, description or tags, whatever the case"`
	Blocked   paramBool `query:"blocked" doc:"Whether an open task waits for another that is open; when absent all, but of what is pending only what does not"`
	Project   string    `query:"project" doc:"Of this project, by its id, and its sub-projects; none for those in none"`
	Parent    string    `query:"parent" doc:"Steps of this task, by its id; none for what is no step"`
	Sort      string    `query:"sort" doc:"created_at, updated_at, due_date, priority, title or position; - reverses; -created_at when absent"`
}

type listInput struct {
	PendingInput

	Status   []string `query:"status,explode" doc:"One of these; all when absent"`
	Archived bool     `query:"archived" doc:"Also of archived projects; they are left out unless project names one"`
}

// taskPage documents what a list answers; appendPage writes it.
type taskPage struct {
	Tasks      []taskView `json:"tasks" nullable:"false"`
	NextCursor *string    `json:"next_cursor" doc:"For the next page; null on the last"`
}

// jsonReply is an answer whose body is written by hand.
type jsonReply struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func jsonOf(body []byte) *jsonReply { return &jsonReply{"application/json", body} }

// Resolve names every bad parameter together with those huma found.
func (in *PendingInput) Resolve(huma.Context) []error { return details("query", in.list().Check()) }

// Resolve does the same for the list of all.
func (in *listInput) Resolve(huma.Context) []error { return details("query", in.all().Check()) }

func (in *listInput) all() app.TaskList {
	list := in.list()
	list.Archived = in.Archived
	for _, status := range in.Status {
		list.Statuses = append(list.Statuses, mindflow.Status(status))
	}
	return list
}

func (in *PendingInput) list() app.TaskList {
	return app.TaskList{
		Priorities: in.Priority, Tags: in.Tag, DueAfter: in.DueAfter, DueBefore: in.DueBefore,
		Search: in.Q, Project: in.Project, Parent: in.Parent, Blocked: in.Blocked.Field, Sort: in.Sort, Limit: in.Limit.orDefault(), Cursor: in.Cursor,
	}
}

func (a *API) listTasks(ctx context.Context, in *listInput) (*jsonReply, error) {
	page, err := a.app.ListTasks(ctx, actorOf(ctx), in.all())
	return a.viewPage(ctx, page, err)
}

func (a *API) pendingTasks(ctx context.Context, in *PendingInput) (*jsonReply, error) {
	page, err := a.app.PendingTasks(ctx, actorOf(ctx), in.list())
	return a.viewPage(ctx, page, err)
}

type stepsInput struct {
	PageParams

	ID string `path:"id" doc:"The task's id" format:"uuid"`
}

func (a *API) listSteps(ctx context.Context, in *stepsInput) (*jsonReply, error) {
	id, err := taskID(in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	page, err := a.app.StepsOf(ctx, actorOf(ctx), id, in.Limit.orDefault(), in.Cursor)
	return a.viewPage(ctx, page, err)
}

func (a *API) viewPage(ctx context.Context, page app.TaskPage, err error) (*jsonReply, error) {
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return jsonOf(appendPage(page)), nil
}

package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"mindflow/internal/mindflow"
)

// NothingToDoError says that no task is actionable now.
type NothingToDoError struct {
	Next time.Time // when one will be; zero when that is not known
}

func (e *NothingToDoError) Error() string {
	if e.Next.IsZero() {
		return "nothing is to be done now"
	}
	return "nothing is to be done before " + e.Next.Format(time.RFC3339)
}

// Best is the task to do now. When there is none the error is a
// *NothingToDoError.
func (c *Client) Best(ctx context.Context) (Best, error) {
	var best Best
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/tasks/best"}, &best)
	if refused, ok := errors.AsType[*Error](err); ok && refused.Status == http.StatusNotFound && refused.Title != "" {
		return best, &NothingToDoError{Next: refused.ValidUntil}
	}
	return best, err
}

// RankedQuery asks for a page of the ranking. Weights that are set are tried
// out for this answer, and not saved.
type RankedQuery struct {
	Limit          int // 0: the server's default
	Cursor         string
	WeightUrgency  *mindflow.Hundredths
	WeightPriority *mindflow.Hundredths
	WeightEffort   *mindflow.Hundredths
	TimeOfDayBonus *mindflow.Hundredths
}

// Ranked reads one page of all actionable tasks, best first.
func (c *Client) Ranked(ctx context.Context, q RankedQuery) (RankedPage, error) {
	values := paging(q.Limit, q.Cursor)
	for name, weight := range map[string]*mindflow.Hundredths{
		"weight_urgency": q.WeightUrgency, "weight_priority": q.WeightPriority,
		"weight_effort": q.WeightEffort, "time_of_day_bonus": q.TimeOfDayBonus,
	} {
		if weight != nil {
			values.Set(name, weight.String())
		}
	}
	var page RankedPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/tasks/ranked", query: values}, &page)
	return page, err
}

func paging(limit int, cursor string) url.Values {
	values := url.Values{}
	if limit != 0 {
		values.Set("limit", strconv.Itoa(limit))
	}
	if cursor != "" {
		values.Set("cursor", cursor)
	}
	return values
}

// CreateTask makes a task.
func (c *Client) CreateTask(ctx context.Context, d Draft) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: "/api/tasks", body: d})
}

// QuickAdd makes a task from the draft's text. What else the draft sets goes
// before what the text says.
func (c *Client) QuickAdd(ctx context.Context, d Draft) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: "/api/tasks/quick", body: d})
}

// Understood is what a line of text says of when something is to be done.
type Understood struct {
	Title         string      `json:"title"` // without what was understood
	DueDate       *string     `json:"due_date"`
	PreferredTime *string     `json:"preferred_time"`
	Recurrence    *Recurrence `json:"recurrence"`
	Tokens        []Piece     `json:"tokens"`

	Reminders []mindflow.Reminder `json:"reminders"`
}

// Piece is a part of a text that was understood. Kind is the field it sets.
type Piece struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// ParseTask reads a line of text as QuickAdd does, and keeps nothing.
func (c *Client) ParseTask(ctx context.Context, text string) (Understood, error) {
	body := struct {
		Text string `json:"text"`
	}{text}
	var u Understood
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/tasks/parse", body: body}, &u)
	return u, err
}

// Task reads a task.
func (c *Client) Task(ctx context.Context, id mindflow.TaskID) (Task, error) {
	return c.task(ctx, call{method: http.MethodGet, path: taskPath(id)})
}

// EditTask changes what a draft sets. With an ETag it does so only if the task
// still has it; else the error has status 412.
func (c *Client) EditTask(ctx context.Context, id mindflow.TaskID, d Draft, etag string) (Task, error) {
	return c.task(ctx, call{method: http.MethodPatch, path: taskPath(id), body: d, ifMatch: etag})
}

// EditOccurrence is EditTask of a task that repeats, for the present occurrence
// alone or from there on.
func (c *Client) EditOccurrence(ctx context.Context, id mindflow.TaskID, d Draft, scope mindflow.EditScope, etag string) (Task, error) {
	query := url.Values{}
	if scope != mindflow.EditUsual {
		query.Set("scope", string(scope))
	}
	return c.task(ctx, call{method: http.MethodPatch, path: taskPath(id), query: query, body: d, ifMatch: etag})
}

// Completion says how a task is completed.
type Completion struct {
	EvenIfBlocked bool // though something it waits for is open; else the error has status 409
	WithSteps     bool // its open steps with it, at every depth
}

// CompleteTask marks a task done. Doing it again changes nothing.
func (c *Client) CompleteTask(ctx context.Context, id mindflow.TaskID, how Completion) (Task, error) {
	call := call{method: http.MethodPost, path: taskPath(id) + "/complete", query: url.Values{}}
	if how.EvenIfBlocked {
		call.query.Set("blocked", "true")
	}
	if how.WithSteps {
		call.query.Set("steps", "true")
	}
	return c.task(ctx, call)
}

// ReopenTask makes a task pending again that was completed or cancelled.
func (c *Client) ReopenTask(ctx context.Context, id mindflow.TaskID) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: taskPath(id) + "/reopen"})
}

// SkipTask gives up the present occurrence of a task that repeats. The next one is
// named in what it answers.
func (c *Client) SkipTask(ctx context.Context, id mindflow.TaskID) (Task, error) {
	return c.task(ctx, call{method: http.MethodPost, path: taskPath(id) + "/skip"})
}

// Dependencies are what a task waits for and what waits for it, open or not.
func (c *Client) Dependencies(ctx context.Context, id mindflow.TaskID) (Dependencies, error) {
	var all Dependencies
	_, err := c.do(ctx, call{method: http.MethodGet, path: taskPath(id) + "/dependencies"}, &all)
	return all, err
}

// Steps reads a page of the steps of a task, in their order.
func (c *Client) Steps(ctx context.Context, id mindflow.TaskID, limit int, cursor string) (TaskPage, error) {
	var page TaskPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: taskPath(id) + "/steps", query: paging(limit, cursor)}, &page)
	return page, err
}

// Snooze says how long a task shall be out of sight: one of its fields, or
// none for the server's three hours.
type Snooze struct {
	Hours    *int
	Until    string // an instant, or a date-time in the person's zone
	Duration string // 30m, 2h, 1d or 1w
}

// SnoozeTask puts a task out of sight until later.
func (c *Client) SnoozeTask(ctx context.Context, id mindflow.TaskID, s Snooze) (Task, error) {
	call := call{method: http.MethodPost, path: taskPath(id) + "/snooze", query: url.Values{}}
	if s.Hours != nil {
		call.query.Set("hours", strconv.Itoa(*s.Hours))
	}
	if s.Until != "" || s.Duration != "" {
		call.body = struct {
			Until    string `json:"until,omitzero"`
			Duration string `json:"duration,omitzero"`
		}{s.Until, s.Duration}
	}
	return c.task(ctx, call)
}

func taskPath(id mindflow.TaskID) string { return "/api/tasks/" + id.String() }

func (c *Client) task(ctx context.Context, call call) (Task, error) {
	var task Task
	header, err := c.do(ctx, call, &task)
	task.ETag = header.Get("ETag")
	return task, err
}

// TaskQuery asks for a page of tasks. What is empty is not asked for.
type TaskQuery struct {
	Statuses   []mindflow.Status
	Priorities []int
	Tags       []string
	DueAfter   string // a day, an instant, or a date-time in the person's zone
	DueBefore  string
	Search     string // in title, description and tags
	Project    string // an id, for its tasks and those of its sub-projects, or "none"
	Parent     string // an id, for its steps, or "none" for what is no step
	Archived   bool   // with the tasks of archived projects
	Blocked    *bool  // whether it is open and waits for something open
	Sort       string
	Limit      int // 0: the server's default
	Cursor     string
}

func (q TaskQuery) values() url.Values {
	values := paging(q.Limit, q.Cursor)
	for _, status := range q.Statuses {
		values.Add("status", string(status))
	}
	for _, priority := range q.Priorities {
		values.Add("priority", strconv.Itoa(priority))
	}
	for _, tag := range q.Tags {
		values.Add("tag", tag)
	}
	for name, value := range map[string]string{"due_after": q.DueAfter, "due_before": q.DueBefore, "q": q.Search, "project": q.Project, "parent": q.Parent, "sort": q.Sort} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Archived {
		values.Set("archived", "true")
	}
	if q.Blocked != nil {
		values.Set("blocked", strconv.FormatBool(*q.Blocked))
	}
	return values
}

// ListTasks reads one page of tasks.
func (c *Client) ListTasks(ctx context.Context, q TaskQuery) (TaskPage, error) {
	var page TaskPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/tasks", query: q.values()}, &page)
	return page, err
}

// AllTasks walks a list from page to page. An error is the last thing it yields.
func (c *Client) AllTasks(ctx context.Context, q TaskQuery) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		for {
			page, err := c.ListTasks(ctx, q)
			if err != nil {
				yield(Task{}, err)
				return
			}
			for _, task := range page.Tasks {
				if !yield(task, nil) {
					return
				}
			}
			if page.NextCursor == nil {
				return
			}
			q.Cursor = *page.NextCursor
		}
	}
}

// Import sends a file of another program. An import that broke off can be
// repeated: nothing doubles.
func (c *Client) Import(ctx context.Context, in Import, file io.Reader) (ImportReport, error) {
	// The file can be sent only once, so an expired token is renewed before that.
	if _, err := c.Me(ctx); err != nil {
		return ImportReport{}, err
	}
	values := url.Values{}
	if in.DryRun {
		values.Set("dry_run", "true")
	}
	for name, value := range map[string]string{"timezone": in.Timezone, "file": in.File} {
		if value != "" {
			values.Set(name, value)
		}
	}
	for field, column := range in.Columns {
		values.Add("map", field+":"+column)
	}
	var report ImportReport
	_, err := c.do(ctx, call{
		method: http.MethodPost, path: "/api/import/" + url.PathEscape(in.Format), query: values, file: io.NopCloser(file), time: fileTime,
	}, &report)
	return report, err
}

// Export writes all tasks that are not deleted to a file: format json has
// preferences too, csv is what Import takes in again. On an error a part of it
// may have been written.
func (c *Client) Export(ctx context.Context, format string, to io.Writer) error {
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/export/" + url.PathEscape(format), to: to, time: fileTime}, nil)
	return err
}

package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// findIn asks for a list of tasks.
type findIn struct {
	Query     string   `json:"query,omitempty" jsonschema:"words that stand together in a title, a description or a tag, whatever the case"`
	Status    []string `json:"status,omitempty" jsonschema:"one of these; pending, in_progress and snoozed when absent"`
	Tags      []string `json:"tags,omitempty" jsonschema:"with one of these"`
	Priority  []int    `json:"priority,omitempty" jsonschema:"one of these"`
	Blocked   *bool    `json:"blocked,omitempty" jsonschema:"waits for an open task"`
	DueAfter  string   `json:"due_after,omitempty" jsonschema:"due then or later: a day, or a date and time"`
	DueBefore string   `json:"due_before,omitempty" jsonschema:"due earlier: for all of a day name the day after it"`
	Project   string   `json:"project,omitempty" jsonschema:"in this project or its sub-projects, by its name or id; none for tasks in no project"`
	StepOf    string   `json:"step_of,omitempty" jsonschema:"the steps of this task, by its id; name the statuses to have those that are done, too"`
	Sort      string   `json:"sort,omitempty" jsonschema:"-created_at (the newest first) when absent"`
	Limit     int      `json:"limit,omitempty" jsonschema:"how many at most; 25 when absent"`
	Cursor    string   `json:"cursor,omitempty" jsonschema:"next_cursor of the answer before, with everything else as it was"`
}

// Limits of a list: an assistant reads all of it.
const (
	usualFound = 25
	maxFound   = 100
)

func limitFinding(s *jsonschema.Schema) {
	for _, list := range []string{"status", "tags", "priority"} {
		s.Properties[list].Type, s.Properties[list].Types = "array", nil
	}
	s.Properties["blocked"].Type, s.Properties["blocked"].Types = "boolean", nil
	among(s.Properties["status"].Items, values(mindflow.Statuses)...)
	within(s.Properties["priority"].Items, mindflow.MaxPriority)
	within(s.Properties["limit"], maxFound)
	for _, field := range mindflow.SortFields {
		s.Properties["sort"].Enum = append(s.Properties["sort"].Enum, string(field), "-"+string(field))
	}
}

// findOut answers find_tasks.
type findOut struct {
	Tasks      []taskView `json:"tasks"`
	NextCursor string     `json:"next_cursor,omitempty" jsonschema:"there are more: send it as cursor; absent on the last page"`
	Timezone   string     `json:"timezone"`
}

func (in findIn) list() (app.TaskList, error) {
	l := app.TaskList{
		Priorities: in.Priority, Tags: in.Tags, DueAfter: in.DueAfter, DueBefore: in.DueBefore,
		Search: in.Query, Parent: in.StepOf, Sort: in.Sort, Limit: in.Limit, Cursor: in.Cursor,
		Statuses: []mindflow.Status{mindflow.StatusPending, mindflow.StatusInProgress, mindflow.StatusSnoozed},
	}
	if len(in.Status) > 0 {
		l.Statuses = nil
	}
	for _, status := range in.Status {
		l.Statuses = append(l.Statuses, mindflow.Status(status))
	}
	if in.Blocked != nil {
		l.Blocked = mindflow.Some(*in.Blocked)
	}
	if l.Limit == 0 {
		l.Limit = usualFound
	}
	if l.Limit < 1 || l.Limit > maxFound {
		return l, mindflow.InvalidField("limit", fmt.Sprintf("must be from 1 to %d", maxFound))
	}
	return l, nil
}

func (s *Server) findTasks(ctx context.Context, actor mindflow.Actor, in findIn) (findOut, string, error) {
	list, err := in.list()
	if err != nil {
		return findOut{}, "", err
	}
	if list.Project, err = s.app.ProjectCalled(ctx, actor, in.Project); err != nil {
		return findOut{}, "", err
	}
	page, err := s.app.ListTasks(ctx, actor, list)
	if err != nil {
		return findOut{}, "", mindflow.Renamed(err, map[string]string{"q": "query", "tag": "tags", "parent": "step_of"})
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return findOut{}, "", err
	}
	text := "Found " + count(len(page.Tasks), "task", "tasks") + "."
	switch {
	case page.Next != "":
		text = "These are " + count(len(page.Tasks), "task", "tasks") + ", and there are more: call again with the cursor, or narrow the search."
	case len(page.Tasks) == 0:
		text = "No task is like that. Try fewer words, or other statuses."
	}
	out := findOut{viewAll(page.Tasks, z), page.Next, z.String()}
	return out, text, s.nameParents(ctx, actor, pointers(out.Tasks)...)
}

// pointers lead to the elements of a slice.
func pointers[T any](list []T) []*T {
	each := make([]*T, len(list))
	for i := range list {
		each[i] = &list[i]
	}
	return each
}

// one is the task a name means. Where it could be several, the error lists them,
// with what tells them apart.
func (s *Server) one(ctx context.Context, actor mindflow.Actor, field, name string) (mindflow.Task, error) {
	found, err := s.app.TasksNamed(ctx, actor, name)
	switch {
	case err != nil:
		return mindflow.Task{}, mindflow.Renamed(err, map[string]string{"task": field})
	case len(found) == 1:
		return found[0], nil
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return mindflow.Task{}, err
	}
	return mindflow.Task{}, &ambiguousError{field, found, z}
}

// ambiguousError is a name that several tasks have.
type ambiguousError struct {
	field string
	found []mindflow.Task
	zone  mindflow.Zone
}

// Error lists the tasks, a line each. Titles are in quotes.
func (e *ambiguousError) Error() string {
	var b strings.Builder
	b.WriteString("Nothing was changed: " + e.field + " could be any of these. Call again with the id of the one that is meant, or ask the person.")
	for _, t := range e.found {
		b.WriteString("\n" + named(t.Title, t.ID.String()) + ", " + string(t.Status))
		if !t.Due.IsZero() {
			b.WriteString(", due " + when(t.Due, e.zone))
		}
	}
	return b.String()
}

package mcp

import (
	"context"
	"fmt"
	"regexp"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// manyIn says what shall be different about several tasks.
type manyIn struct {
	Tasks         []string         `json:"tasks" jsonschema:"their ids"`
	Action        string           `json:"action,omitempty" jsonschema:"what is done to each; beside it, or instead, fields are set"`
	Duration      optional[string] `json:"duration,omitzero" jsonschema:"with snooze: 30m, 2h, 1d or 1w"`
	Until         optional[string] `json:"until,omitzero" jsonschema:"with snooze, instead: until this date and time"`
	EvenIfBlocked bool             `json:"even_if_blocked,omitempty" jsonschema:"with complete: though what they wait for is open"`
	Priority      optional[int]    `json:"priority,omitzero"`
	DueDate       optional[string] `json:"due_date,omitzero" jsonschema:"the same for each"`
	Project       optional[string] `json:"project,omitzero" jsonschema:"one that exists, by its name or id"`
	AddTags       []string         `json:"add_tags,omitempty"`
	RemoveTags    []string         `json:"remove_tags,omitempty"`
}

// manyActions are what an assistant can do to several tasks. None deletes.
var manyActions = []app.BulkAction{app.BulkComplete, app.BulkReopen, app.BulkCancel, app.BulkSnooze}

func limitMany(s *jsonschema.Schema) {
	for _, list := range []string{"tasks", "add_tags", "remove_tags"} {
		s.Properties[list].Type, s.Properties[list].Types = "array", nil
	}
	s.Properties["tasks"].MinItems, s.Properties["tasks"].MaxItems = new(1), new(app.MaxBulk)
	among(s.Properties["action"], values(manyActions)...)
	within(s.Properties["priority"], mindflow.MaxPriority)
}

// manyOut answers update_tasks.
type manyOut struct {
	Changed   int    `json:"changed" jsonschema:"how many"`
	Unchanged int    `json:"unchanged" jsonschema:"how many were like that already"`
	Change    string `json:"change,omitempty" jsonschema:"what undo takes to take all of it back"`
}

func (s *Server) updateTasks(ctx context.Context, actor mindflow.Actor, in manyIn) (manyOut, string, error) {
	bulk, err := in.bulk()
	if err != nil {
		return manyOut{}, "", err
	}
	if in.Project.Set {
		project, err := s.app.ProjectCalled(ctx, actor, in.Project.Value)
		if err != nil {
			return manyOut{}, "", err
		}
		bulk.Set.ProjectID = mindflow.Field[string]{Set: true, Null: in.Project.Null, Value: project}
	}
	done, err := s.app.ChangeTasks(ctx, actor, bulk)
	if err != nil {
		return manyOut{}, "", asTasks(err)
	}
	out := manyOut{Changed: len(done.Changed), Unchanged: len(done.Unchanged), Change: string(done.Change)}
	if out.Changed == 0 {
		return out, "All of them were like that already; nothing has changed.", nil
	}
	return out, "Changed " + count(out.Changed, "task", "tasks") + ".", nil
}

func (in manyIn) bulk() (app.Bulk, error) {
	b := app.Bulk{
		AddTags: in.AddTags, RemoveTags: in.RemoveTags, Action: app.BulkAction(in.Action), EvenIfBlocked: in.EvenIfBlocked,
		Snooze: mindflow.Snooze{Duration: in.Duration.Field, Until: in.Until.Field},
		Set:    mindflow.Draft{Priority: in.Priority.Field, DueDate: in.DueDate.Field},
	}
	if b.Action == app.BulkDelete || b.Action == app.BulkRestore {
		return b, mindflow.InvalidField("action", "must be complete, reopen, cancel or snooze")
	}
	for i, text := range in.Tasks {
		id, err := mindflow.ParseID[mindflow.Task](text)
		if err != nil {
			return b, mindflow.InvalidField(fmt.Sprintf("tasks[%d]", i), "must be an id; find_tasks tells it")
		}
		b.IDs = append(b.IDs, id)
	}
	return b, nil
}

// ofBulk is what a field of a bulk change is called in front of what is known here.
var ofBulk = regexp.MustCompile(`^(set\.|ids\b)`)

// asTasks calls what is wrong with a bulk change by the names the assistant knows.
func asTasks(err error) error {
	names := map[string]string{}
	for _, f := range mindflow.FieldsOf(err) {
		names[f.Field] = ofBulk.ReplaceAllStringFunc(f.Field, func(of string) string {
			if of == "ids" {
				return "tasks"
			}
			return ""
		})
	}
	return mindflow.Renamed(err, names)
}

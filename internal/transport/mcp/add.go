package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// draftIn is what an assistant can say about a task.
type draftIn struct {
	Title         optional[string]   `json:"title,omitzero" jsonschema:"short, in the person's language"`
	Description   optional[string]   `json:"description,omitzero" jsonschema:"what else is worth knowing"`
	Priority      optional[int]      `json:"priority,omitzero" jsonschema:"5 is the highest; 3 when nobody said"`
	DueDate       optional[string]   `json:"due_date,omitzero" jsonschema:"a day (2026-11-27), or a date and time (2026-11-27T17:00); without an offset in the person's time zone"`
	StartDate     optional[string]   `json:"start_date,omitzero" jsonschema:"not to be done before; written as due_date, and not after it"`
	EffortMinutes optional[int]      `json:"effort_estimate_minutes,omitzero" jsonschema:"how long it takes"`
	PreferredTime optional[string]   `json:"preferred_time,omitzero" jsonschema:"the part of the day it is best done in"`
	Tags          optional[[]string] `json:"tags,omitzero" jsonschema:"at most 20 names"`
	Project       optional[string]   `json:"project,omitzero" jsonschema:"the project it is in, by its name or id; one of a new name is made"`
	BlockedBy     optional[[]string] `json:"blocked_by,omitzero" jsonschema:"ids of tasks to be done before"`
	StepOf        optional[string]   `json:"step_of,omitzero" jsonschema:"the id of a task it is a step of"`
	Repeats       optional[string]   `json:"repeats,omitzero" jsonschema:"a rule of RFC 5545 (FREQ=WEEKLY;BYDAY=FR) that counts from due_date"`
	RepeatsFrom   string             `json:"repeats_from,omitempty" jsonschema:"completion counts from when it was done; beside repeats"`

	Reminders optional[[]mindflow.ReminderDraft] `json:"reminders,omitzero" jsonschema:"minutes before it is due, or at a date and time"`
}

func (in draftIn) draft() mindflow.Draft {
	rule := mindflow.Field[mindflow.RecurrenceDraft]{Set: in.Repeats.Set, Null: in.Repeats.Null}
	if in.Repeats.Set && !in.Repeats.Null || in.RepeatsFrom != "" {
		rule = mindflow.Some(mindflow.RecurrenceDraft{Rule: in.Repeats.Value, From: in.RepeatsFrom})
	}
	project, projectID := in.Project.Field, mindflow.Field[string]{}
	if _, err := mindflow.ParseID[mindflow.Project](project.Value); err == nil {
		project, projectID = mindflow.Field[string]{}, project // as answers say it
	}
	return mindflow.Draft{
		ParentID: in.StepOf.Field, Recurrence: rule, Reminders: in.Reminders.Field,
		Title: in.Title.Field, Description: in.Description.Field, Priority: in.Priority.Field,
		DueDate: in.DueDate.Field, StartDate: in.StartDate.Field, EffortMinutes: in.EffortMinutes.Field,
		PreferredTime: in.PreferredTime.Field, Tags: in.Tags.Field, Project: project, ProjectID: projectID, BlockedBy: in.BlockedBy.Field,
	}
}

// said are fields of a draft by the names they have here.
var said = map[string]string{
	"parent_id": "step_of", "project_id": "project", "recurrence": "repeats", "recurrence.rule": "repeats", "recurrence.from": "repeats_from",
}

// asSaid calls what is wrong with a draft by the names the assistant knows.
func asSaid(err error) error {
	names := map[string]string{}
	for _, f := range mindflow.FieldsOf(err) {
		at := strings.LastIndex(f.Field, "].")
		if at >= 0 {
			at += len("].")
		}
		at = max(at, 0)
		if name, known := said[f.Field[at:]]; known {
			names[f.Field] = f.Field[:at] + name
		}
	}
	return mindflow.Renamed(err, names)
}

// limitDraft adds the vocabulary's limits to a draft's schema.
func limitDraft(s *jsonschema.Schema) {
	s.Properties["title"].MinLength, s.Properties["title"].MaxLength = new(1), new(mindflow.MaxTitle)
	s.Properties["description"].MaxLength = new(mindflow.MaxDescription)
	s.Properties["project"].MaxLength = new(mindflow.MaxProjectName)
	s.Properties["tags"].MaxItems, s.Properties["tags"].Items.MaxLength = new(mindflow.MaxTags), new(mindflow.MaxTag)
	s.Properties["blocked_by"].MaxItems = new(mindflow.MaxBlockers)
	s.Properties["repeats"].MaxLength = new(mindflow.MaxRule)
	s.Properties["reminders"].MaxItems = new(mindflow.MaxReminders)
	among(s.Properties["repeats_from"], string(mindflow.FromSchedule), string(mindflow.FromCompletion))
	within(s.Properties["priority"], mindflow.MaxPriority)
	within(s.Properties["effort_estimate_minutes"], mindflow.MaxEffort)
	among(s.Properties["preferred_time"], append([]any{nil}, values(mindflow.PreferredTimes)...)...)
}

// within bounds a number that is one at the least.
func within(s *jsonschema.Schema, most float64) { s.Minimum, s.Maximum = new(1.0), &most }

func among(s *jsonschema.Schema, allowed ...any) { s.Enum = allowed }

// values are words as a schema lists them.
func values[T ~string](words []T) []any {
	listed := make([]any, len(words))
	for i, word := range words {
		listed[i] = string(word)
	}
	return listed
}

// newTaskIn is a task to be added.
type newTaskIn struct {
	draftIn

	Steps []string `json:"steps,omitempty" jsonschema:"titles of the steps it is done in, in their order, at most 100 in one call; only where there are several"`
}

// addIn asks for tasks to be added.
type addIn struct {
	Tasks []newTaskIn `json:"tasks,omitempty" jsonschema:"the tasks, each with at least a title"`
	Text  string      `json:"text,omitempty" jsonschema:"instead, or in addition: one task a line, read as a person types it: Call Bob tomorrow 5pm p1 #project @tag ~30m, Water plants every 3 days; words in \"quotation marks\" stay in the title"`
	Key   string      `json:"idempotency_key,omitempty" jsonschema:"a new name for this call, such as a UUID: sent again within a day with the same tasks, they are added once"`
}

func limitAdding(s *jsonschema.Schema) {
	tasks := s.Properties["tasks"]
	tasks.Type, tasks.Types = "array", nil // a null would say nothing
	tasks.MaxItems = new(app.MaxAdded)
	tasks.Items.Required = []string{"title"}
	tasks.Items.Properties["steps"].Type, tasks.Items.Properties["steps"].Types = "array", nil
	tasks.Items.Properties["steps"].MaxItems = new(app.MaxAddedSteps)
	limitDraft(tasks.Items)
	s.Properties["idempotency_key"].MaxLength = new(mindflow.MaxIdempotencyKey)
}

// addOut answers add_tasks.
type addOut struct {
	Added    []taskView `json:"added" jsonschema:"in the order they were given"`
	Timezone string     `json:"timezone"`
	Change   string     `json:"change,omitempty" jsonschema:"what undo takes to take this back; not where an idempotency_key was given"`
}

func (s *Server) addTasks(ctx context.Context, actor mindflow.Actor, in addIn) (addOut, string, error) {
	drafts, err := in.drafts()
	if err != nil {
		return addOut{}, "", err
	}
	if in.Key != "" {
		if actor.Key, err = in.key(drafts); err != nil {
			return addOut{}, "", err
		}
	}
	tasks, err := s.app.AddTasks(ctx, actor, drafts, in.lines())
	if err != nil {
		return addOut{}, "", asSaid(err)
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return addOut{}, "", err
	}
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = named(t.Title, t.ID.String())
		if t.Steps.Total > 0 {
			names[i] += " with " + count(t.Steps.Total, "step", "steps")
		}
	}
	out := addOut{Added: viewAll(tasks, z), Timezone: z.String()}
	if in.Key == "" { // a call sent again is not the one that added them
		out.Change = actor.Program.CallID
	}
	return out, "Added " + count(len(tasks), "task", "tasks") + ": " + strings.Join(names, ", ") + ".", nil
}

// drafts are those with fields. None goes without a title.
func (in addIn) drafts() ([]app.NewTask, error) {
	drafts := make([]app.NewTask, 0, len(in.Tasks))
	for i, t := range in.Tasks {
		if t.StepOf.Set && !t.StepOf.Null && len(t.Steps) > 0 {
			return nil, mindflow.InvalidField(fmt.Sprintf("tasks[%d].steps", i), "are added by a call of their own to what is a step itself")
		}
		d := t.draft()
		if !d.Title.Set {
			d.Title = mindflow.Null[string]()
		}
		drafts = append(drafts, app.NewTask{Draft: d, Steps: t.Steps})
	}
	return drafts, nil
}

// lines are those of the text that say something.
func (in addIn) lines() []string {
	var lines []string
	for line := range strings.Lines(in.Text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// key names the call, with a hash of all it asks for.
func (in addIn) key(drafts []app.NewTask) (*mindflow.IdempotencyKey, error) {
	if err := mindflow.CheckIdempotencyKey(in.Key); err != nil {
		return nil, mindflow.InvalidField("idempotency_key", "must be 1 to 255 visible ASCII characters")
	}
	asked, err := json.Marshal(struct {
		Drafts []app.NewTask
		Lines  []string
	}{drafts, in.lines()})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(asked)
	return &mindflow.IdempotencyKey{Name: in.Key, Route: "add_tasks", Hash: hex.EncodeToString(sum[:])}, nil
}

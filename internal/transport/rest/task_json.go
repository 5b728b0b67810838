package rest

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// taskView is a task as the API answers it.
type taskView struct {
	ID            mindflow.TaskID      `json:"id" format:"uuid"`
	WorkspaceID   mindflow.WorkspaceID `json:"workspace_id" format:"uuid"`
	UserID        mindflow.UserID      `json:"user_id" format:"uuid" doc:"Who created it"`
	AssigneeID    *string              `json:"assignee_id" format:"uuid" doc:"Whose it is to do"`
	Title         string               `json:"title"`
	Description   *string              `json:"description"`
	Status        string               `json:"status" enum:"pending,in_progress,snoozed,completed,cancelled"`
	Priority      int                  `json:"priority" minimum:"1" maximum:"5" doc:"5 is the highest"`
	DueDate       *string              `json:"due_date" doc:"A day (2026-11-27) or an instant in UTC (2026-11-27T16:00:00Z)"`
	StartDate     *string              `json:"start_date" doc:"A day or an instant, as due_date"`
	SnoozedUntil  *string              `json:"snoozed_until" format:"date-time"`
	EffortMinutes *int                 `json:"effort_estimate_minutes" minimum:"1" maximum:"10080"`
	PreferredTime *string              `json:"preferred_time" doc:"morning, afternoon, evening or null"`
	Tags          []string             `json:"tags" nullable:"false"`

	ProjectID  *string                   `json:"project_id" format:"uuid"`
	ParentID   *string                   `json:"parent_id" format:"uuid" doc:"Of a step: the task it is a step of"`
	BlockedBy  []mindflow.TaskID         `json:"blocked_by" nullable:"false" doc:"What has to be done before, as far as it is open"`
	Position   *string                   `json:"position" doc:"Its place in the manual order; null: by creation"`
	Reminders  []reminderBody            `json:"reminders" nullable:"false"`
	Recurrence orNull[recurrenceView]    `json:"recurrence"`
	Steps      orNull[mindflow.Progress] `json:"steps" doc:"How far its steps have come; null without any"`

	Version     int64   `json:"version" doc:"Grows by one with each change"`
	CreatedAt   string  `json:"created_at" format:"date-time"`
	UpdatedAt   string  `json:"updated_at" format:"date-time"`
	CompletedAt *string `json:"completed_at" format:"date-time"`
	DeletedAt   *string `json:"deleted_at" format:"date-time"`
}

// recurrenceView is how a task repeats.
type recurrenceView struct {
	Rule     string          `json:"rule" doc:"By RFC 5545"`
	From     string          `json:"from" enum:"schedule,completion" doc:"What the next occurrence is counted from"`
	Timezone string          `json:"timezone"`
	Start    string          `json:"start" doc:"What the rule counts from: a day, or a date-time of the clock in timezone"`
	Slot     string          `json:"slot" doc:"Where the rule put this occurrence, in the form of start"`
	SeriesID mindflow.TaskID `json:"series_id" format:"uuid" doc:"The first task of the series"`

	Next *mindflow.NextDraft `json:"next,omitempty" doc:"Once it is done or skipped: the task that was made for the next time; absent when it was the last"`
}

func viewRecurrence(r mindflow.Recurrence) orNull[recurrenceView] {
	if r.IsZero() {
		return orNull[recurrenceView]{}
	}
	v := &recurrenceView{Rule: r.Rule, From: string(r.From), Timezone: r.Timezone, Start: r.Start, Slot: r.Slot, SeriesID: r.Series}
	if !r.NextID.IsZero() {
		v.Next = &mindflow.NextDraft{ID: r.NextID.String(), DueDate: r.NextDue}
	}
	return orNull[recurrenceView]{v}
}

func viewReminders(reminders []mindflow.Reminder) []reminderBody {
	views := make([]reminderBody, len(reminders))
	for i, r := range reminders {
		if r.At.IsZero() {
			views[i].BeforeMinutes = &reminders[i].BeforeMinutes
		} else {
			views[i].At = r.At.Format(time.RFC3339)
		}
	}
	return views
}

// withDetails adds what few tasks have.
func (v taskView) withDetails(d mindflow.Details, steps mindflow.Progress) taskView {
	v.ProjectID, v.ParentID, v.Position = idText(d.ProjectID), idText(d.ParentID), nonEmpty(d.Position)
	v.BlockedBy, v.Reminders, v.Recurrence = d.BlockedBy, viewReminders(d.Reminders), viewRecurrence(d.Recurrence)
	if v.BlockedBy == nil {
		v.BlockedBy = []mindflow.TaskID{}
	}
	if steps != (mindflow.Progress{}) {
		v.Steps.value = &steps
	}
	return v
}

func idText[T any](id mindflow.ID[T]) *string {
	if id.IsZero() {
		return nil
	}
	return nonEmpty(id.String())
}

func viewTask(t mindflow.Task) taskView {
	v := taskView{
		ID: t.ID, WorkspaceID: t.WorkspaceID, UserID: t.UserID,
		Title: t.Title, Description: nonEmpty(t.Description), Status: string(t.Status), Priority: t.Priority,
		DueDate: nonEmpty(t.Due.String()), StartDate: nonEmpty(t.Start.String()),
		SnoozedUntil: seconds(t.SnoozedUntil), PreferredTime: nonEmpty(string(t.PreferredTime)),
		Tags: t.Tags, Version: int64(t.Version),
		CreatedAt: t.CreatedAt.Format(mindflow.InstantLayout), UpdatedAt: t.UpdatedAt.Format(mindflow.InstantLayout),
		CompletedAt: micros(t.CompletedAt), DeletedAt: seconds(t.DeletedAt),
	}
	v.AssigneeID = idText(t.AssigneeID)
	if t.EffortMinutes != 0 {
		v.EffortMinutes = &t.EffortMinutes
	}
	if v.Tags == nil {
		v.Tags = []string{}
	}
	return v.withDetails(t.Details, t.Steps)
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func seconds(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return nonEmpty(t.Format(time.RFC3339))
}

func micros(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return nonEmpty(t.Format(mindflow.InstantLayout))
}

// exact writes an instant that may lie between two seconds.
func exact(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return nonEmpty(t.UTC().Format(time.RFC3339Nano))
}

// DraftFields are the keys a person can set.
type DraftFields struct {
	Title         optional[string]   `json:"title,omitzero" doc:"1 to 200 characters"`
	Description   optional[string]   `json:"description,omitzero" doc:"At most 2000 characters"`
	Status        optional[string]   `json:"status,omitzero" doc:"pending, in_progress, snoozed, completed or cancelled"`
	Priority      optional[int]      `json:"priority,omitzero" doc:"1 to 5, 5 the highest; 3 when absent"`
	DueDate       optional[string]   `json:"due_date,omitzero" doc:"A day (2026-11-27) or an instant (2026-11-27T17:00:00+01:00); without an offset in your time zone"`
	StartDate     optional[string]   `json:"start_date,omitzero" doc:"A day or an instant, as due_date; not after it"`
	SnoozedUntil  optional[string]   `json:"snoozed_until,omitzero" doc:"An instant in the future snoozes; null wakes"`
	EffortMinutes optional[int]      `json:"effort_estimate_minutes,omitzero" doc:"1 to 10080"`
	PreferredTime optional[string]   `json:"preferred_time,omitzero" doc:"morning, afternoon, evening or null"`
	Tags          optional[[]string] `json:"tags,omitzero" doc:"At most 20 names of at most 50 characters"`
	AssigneeID    optional[string]   `json:"assignee_id,omitzero" doc:"A member of the workspace"`

	ProjectID  optional[string]         `json:"project_id,omitzero" doc:"A project of the workspace"`
	ParentID   optional[string]         `json:"parent_id,omitzero" doc:"Makes it a step of that task"`
	BlockedBy  optional[[]string]       `json:"blocked_by,omitzero" doc:"Tasks that have to be done before, at most 50"`
	Reminders  optional[[]reminderBody] `json:"reminders,omitzero" doc:"At most 10, each with before_minutes or at"`
	Recurrence optional[recurrenceBody] `json:"recurrence,omitzero" doc:"How it repeats; needs a due date"`
}

// reminderBody is a reminder as a person says it.
type reminderBody struct {
	BeforeMinutes *int   `json:"before_minutes,omitempty" minimum:"0" maximum:"527040" doc:"So long before it is due; of a day, before 09:00"`
	At            string `json:"at,omitempty" doc:"An instant"`
}

// recurrenceBody says how a task repeats.
type recurrenceBody struct {
	Rule     string `json:"rule" doc:"By RFC 5545, such as FREQ=WEEKLY;BYDAY=MO"`
	From     string `json:"from,omitempty" enum:"schedule,completion" doc:"What the next occurrence is counted from; schedule when absent"`
	Timezone string `json:"timezone,omitempty" doc:"Read-only"`
	Start    string `json:"start,omitempty" doc:"Read-only"`
	Slot     string `json:"slot,omitempty" doc:"Read-only"`
	SeriesID string `json:"series_id,omitempty" doc:"Read-only"`

	Next *mindflow.NextDraft `json:"next,omitempty" doc:"Read-only"`
}

func reminderDrafts(f mindflow.Field[[]reminderBody]) mindflow.Field[[]mindflow.ReminderDraft] {
	drafts := mindflow.Field[[]mindflow.ReminderDraft]{Set: f.Set, Null: f.Null}
	for _, r := range f.Value {
		drafts.Value = append(drafts.Value, mindflow.ReminderDraft(r))
	}
	return drafts
}

func recurrenceDraft(f mindflow.Field[recurrenceBody]) mindflow.Field[mindflow.RecurrenceDraft] {
	return mindflow.Field[mindflow.RecurrenceDraft]{Set: f.Set, Null: f.Null, Value: mindflow.RecurrenceDraft(f.Value)}
}

func (d DraftFields) draft() mindflow.Draft {
	return mindflow.Draft{
		Title: d.Title.Field, Description: d.Description.Field, Status: d.Status.Field, Priority: d.Priority.Field,
		DueDate: d.DueDate.Field, StartDate: d.StartDate.Field, SnoozedUntil: d.SnoozedUntil.Field,
		EffortMinutes: d.EffortMinutes.Field, PreferredTime: d.PreferredTime.Field, Tags: d.Tags.Field, AssigneeID: d.AssigneeID.Field,
		ProjectID: d.ProjectID.Field, ParentID: d.ParentID.Field, BlockedBy: d.BlockedBy.Field,
		Reminders: reminderDrafts(d.Reminders.Field), Recurrence: recurrenceDraft(d.Recurrence.Field),
	}
}

// documentDraft adds the vocabulary's limits to the document.
func documentDraft(s *huma.Schema) {
	bounds(s, "title", map[string]any{"minLength": 1, "maxLength": mindflow.MaxTitle})
	bounds(s, "description", map[string]any{"maxLength": mindflow.MaxDescription})
	bounds(s, "priority", map[string]any{"minimum": mindflow.MinPriority, "maximum": mindflow.MaxPriority})
	bounds(s, "effort_estimate_minutes", map[string]any{"minimum": mindflow.MinEffort, "maximum": mindflow.MaxEffort})
	bounds(s, "tags", map[string]any{"maxItems": mindflow.MaxTags})
	bounds(s, "assignee_id", map[string]any{"format": "uuid"})
	bounds(s, "snoozed_until", map[string]any{"format": "date-time"})
	bounds(s, "project_id", map[string]any{"format": "uuid"})
	bounds(s, "parent_id", map[string]any{"format": "uuid"})
	bounds(s, "blocked_by", map[string]any{"maxItems": mindflow.MaxBlockers})
	bounds(s, "reminders", map[string]any{"maxItems": mindflow.MaxReminders})
}

// createBody is what creates a task.
type createBody struct {
	DraftFields

	ID optional[string] `json:"id,omitzero" doc:"A UUID, best of version 7; the same id with the same body is the same task"`
}

// TransformSchema documents limits and what is required.
func (createBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	documentDraft(s)
	bounds(s, "id", map[string]any{"format": "uuid"})
	s.Extensions = map[string]any{"required": []string{"title"}}
	return s
}

// Resolve names every bad field together with those huma found.
func (b *createBody) Resolve(huma.Context) []error {
	d := b.draft()
	if !d.Title.Set {
		d.Title = mindflow.Null[string]()
	}
	bad := details("body", d.Validate())
	if _, err := idOf[mindflow.Task](b.ID.Field); err != nil {
		bad = append(bad, details("body", []mindflow.FieldError{{Field: "id", Message: "must be a UUID"}})...)
	}
	return bad
}

// editBody is what changes a task. Read-only keys are accepted with their
// present value, so that an answer can be sent back.
type editBody struct {
	DraftFields

	ID          optional[string] `json:"id,omitzero" doc:"Read-only"`
	WorkspaceID optional[string] `json:"workspace_id,omitzero" doc:"Read-only"`
	UserID      optional[string] `json:"user_id,omitzero" doc:"Read-only"`
	Version     optional[int64]  `json:"version,omitzero" doc:"Read-only"`
	CreatedAt   optional[string] `json:"created_at,omitzero" doc:"Read-only"`
	UpdatedAt   optional[string] `json:"updated_at,omitzero" doc:"Read-only"`
	CompletedAt optional[string] `json:"completed_at,omitzero" doc:"Read-only"`
	DeletedAt   optional[string] `json:"deleted_at,omitzero" doc:"Read-only"`

	Position optional[string]            `json:"position,omitzero" doc:"Read-only"`
	Steps    optional[mindflow.Progress] `json:"steps,omitzero" doc:"Read-only"`
}

// TransformSchema documents limits.
func (editBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	documentDraft(s)
	return s
}

// Resolve names every bad field together with those huma found.
func (b *editBody) Resolve(huma.Context) []error { return details("body", b.edit().Validate()) }

func (b *editBody) edit() mindflow.Draft {
	d := b.draft()
	d.ReadOnly = mindflow.ReadOnly{
		ID: b.ID.Field, WorkspaceID: b.WorkspaceID.Field, UserID: b.UserID.Field, Version: b.Version.Field,
		CreatedAt: b.CreatedAt.Field, UpdatedAt: b.UpdatedAt.Field, CompletedAt: b.CompletedAt.Field, DeletedAt: b.DeletedAt.Field,
		Position: b.Position.Field, Steps: b.Steps.Field,
	}
	return d
}

// details are the vocabulary's errors as huma's, of the body or the query.
func details(where string, fields []mindflow.FieldError) []error {
	errs := make([]error, len(fields))
	for i, f := range fields {
		errs[i] = &huma.ErrorDetail{Location: where + "." + f.Field, Message: f.Message}
	}
	return errs
}

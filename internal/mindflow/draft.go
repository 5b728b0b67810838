package mindflow

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Field is one key of a merge patch (RFC 7396): absent, null, or a value.
type Field[T any] struct {
	Set   bool
	Null  bool
	Value T
}

// Some is a field with a value.
func Some[T any](v T) Field[T] { return Field[T]{Set: true, Value: v} }

// Null is a field to be cleared.
func Null[T any]() Field[T] { return Field[T]{Set: true, Null: true} }

// has reports whether a value was brought.
func (f Field[T]) has() bool { return f.Set && !f.Null }

// Draft is what a person says about a task: as much of it as they like. The
// same draft makes a new task and changes an existing one. Names of fields in
// its errors are those of the JSON. Encoded it holds what was said and nothing
// else, so that the same words have the same hash in every version.
type Draft struct {
	Title         Field[string]   `json:",omitzero"`
	Description   Field[string]   `json:",omitzero"`
	Status        Field[string]   `json:",omitzero"`
	Priority      Field[int]      `json:",omitzero"`
	DueDate       Field[string]   `json:",omitzero"`
	StartDate     Field[string]   `json:",omitzero"`
	SnoozedUntil  Field[string]   `json:",omitzero"`
	EffortMinutes Field[int]      `json:",omitzero"`
	PreferredTime Field[string]   `json:",omitzero"`
	Tags          Field[[]string] `json:",omitzero"`
	AssigneeID    Field[string]   `json:",omitzero"`

	Project    Field[string]          `json:",omitzero"` // by its name, instead of ProjectID; one of a new name is made
	ProjectID  Field[string]          `json:",omitzero"`
	ParentID   Field[string]          `json:",omitzero"`
	BlockedBy  Field[[]string]        `json:",omitzero"`
	Reminders  Field[[]ReminderDraft] `json:",omitzero"`
	Recurrence Field[RecurrenceDraft] `json:",omitzero"`

	ReadOnly ReadOnly `json:",omitzero"`

	Scope EditScope `json:",omitzero"` // of an edit of a task that repeats
}

// ReadOnly holds keys that only the server sets. A draft may repeat them, so
// that an answer can be sent back, but only with the present value.
type ReadOnly struct {
	ID          Field[string] `json:",omitzero"`
	WorkspaceID Field[string] `json:",omitzero"`
	UserID      Field[string] `json:",omitzero"`
	Version     Field[int64]  `json:",omitzero"`
	CreatedAt   Field[string] `json:",omitzero"`
	UpdatedAt   Field[string] `json:",omitzero"`
	CompletedAt Field[string] `json:",omitzero"`
	DeletedAt   Field[string] `json:",omitzero"`

	Position Field[string]   `json:",omitzero"`
	Steps    Field[Progress] `json:",omitzero"`
}

// Over is the draft with what it does not name taken from another. Keys that
// only the server sets stay its own.
func (d Draft) Over(under Draft) Draft {
	over(&under.Title, d.Title)
	over(&under.Description, d.Description)
	over(&under.Status, d.Status)
	over(&under.Priority, d.Priority)
	over(&under.DueDate, d.DueDate)
	over(&under.StartDate, d.StartDate)
	over(&under.SnoozedUntil, d.SnoozedUntil)
	over(&under.EffortMinutes, d.EffortMinutes)
	over(&under.PreferredTime, d.PreferredTime)
	over(&under.Tags, d.Tags)
	over(&under.AssigneeID, d.AssigneeID)
	over(&under.ProjectID, d.ProjectID)
	over(&under.ParentID, d.ParentID)
	over(&under.BlockedBy, d.BlockedBy)
	over(&under.Reminders, d.Reminders)
	over(&under.Recurrence, d.Recurrence)
	under.ReadOnly = d.ReadOnly
	return under
}

func over[T any](under *Field[T], f Field[T]) {
	if f.Set {
		*under = f
	}
}

// Apply is the task after the draft: every legal field taken over, or an error
// that names every bad one. Dates without an offset are read in zone z. The
// task must be as it reads at now (Task.At).
func (d Draft) Apply(t Task, z Zone, now time.Time) (Task, error) {
	var bad fieldErrors
	before := t
	d.ReadOnly.check(t, &bad)
	d.applyText(&t, &bad)
	d.applyFacts(&t, &bad)
	d.applyDates(&t, z, &bad)
	d.applyDetails(&t, z, &bad)
	t.checkOrder(before, z, &bad)
	t.remember(before, d.Scope)
	if err := d.applyStatus(&t, z, now, &bad); err != nil && len(bad) == 0 {
		return t, err
	}
	if len(bad) > 0 {
		return t, Invalid(bad...)
	}
	return t, nil
}

// Validate reports every field that is illegal whatever the task: lengths,
// ranges, forms.
func (d Draft) Validate() []FieldError {
	var bad fieldErrors
	t := Task{Title: "untitled", Priority: DefaultPriority, Status: StatusPending}
	d.Recurrence.Value = RecurrenceDraft{Rule: d.Recurrence.Value.Rule, From: d.Recurrence.Value.From} // the rest may repeat the task's
	d.applyText(&t, &bad)
	d.applyFacts(&t, &bad)
	d.applyDates(&t, Zone{}, &bad)
	d.applyDetails(&t, Zone{}, &bad)
	_, startsOnDay := t.Start.Day()
	if _, dueOnDay := t.Due.Day(); startsOnDay && dueOnDay {
		t.checkOrder(Task{}, Zone{}, &bad) // the same in every zone
	}
	d.nextStatus(t, Zone{}, &bad)
	return bad
}

type fieldErrors []FieldError

func (b *fieldErrors) add(field, message string) { *b = append(*b, FieldError{field, message}) }

func (d Draft) applyText(t *Task, bad *fieldErrors) {
	if d.Title.Set {
		t.Title = Tidy(d.Title.Value)
	}
	switch n := Length(t.Title); {
	case n == 0:
		bad.add("title", "is required")
	case n > MaxTitle:
		bad.add("title", fmt.Sprintf("must not be longer than %d characters", MaxTitle))
	case d.Title.Set && hasControl(t.Title, ""):
		bad.add("title", "must not hold control characters")
	}
	if d.Description.Set {
		t.Description = Tidy(strings.ReplaceAll(d.Description.Value, "\r\n", "\n"))
		switch {
		case Length(t.Description) > MaxDescription:
			bad.add("description", fmt.Sprintf("must not be longer than %d characters", MaxDescription))
		case hasControl(t.Description, "\n\t"):
			bad.add("description", "must not hold control characters other than newline and tab")
		}
	}
	if d.Tags.Set {
		t.Tags = tidyTags(d.Tags.Value, bad)
	}
}

// maxTagNames bounds the names that are looked at, repeats among them.
const maxTagNames = 10 * MaxTags

// tidyTags trims the names and drops repeats (the same folded), first come
// first kept. Beyond the first too many it compares no more: a body could bring
// a hundred thousand.
func tidyTags(names []string, bad *fieldErrors) []string {
	var tags, keys []string
	if len(names) > maxTagNames {
		bad.add("tags", fmt.Sprintf("must not be more than %d", MaxTags))
		return nil
	}
	for i, name := range names {
		name = Tidy(name)
		field := fmt.Sprintf("tags[%d]", i)
		switch n := Length(name); {
		case n == 0:
			bad.add(field, "must not be empty")
		case n > MaxTag:
			bad.add(field, fmt.Sprintf("must not be longer than %d characters", MaxTag))
		case hasControl(name, ""):
			bad.add(field, "must not hold control characters")
		case len(tags) <= MaxTags && !slices.Contains(keys, Fold(name)):
			tags, keys = append(tags, name), append(keys, Fold(name))
		}
	}
	if len(tags) > MaxTags {
		bad.add("tags", fmt.Sprintf("must not be more than %d", MaxTags))
	}
	return tags
}

func (d Draft) applyFacts(t *Task, bad *fieldErrors) {
	if d.Priority.Set {
		t.Priority = d.Priority.Value
		if d.Priority.Null {
			t.Priority = DefaultPriority
		}
		if t.Priority < MinPriority || t.Priority > MaxPriority {
			bad.add("priority", fmt.Sprintf("must be from %d to %d", MinPriority, MaxPriority))
		}
	}
	if d.EffortMinutes.Set {
		t.EffortMinutes = d.EffortMinutes.Value
		if d.EffortMinutes.has() && (t.EffortMinutes < MinEffort || t.EffortMinutes > MaxEffort) {
			bad.add("effort_estimate_minutes", fmt.Sprintf("must be from %d to %d", MinEffort, MaxEffort))
		}
	}
	if d.PreferredTime.Set {
		t.PreferredTime = PreferredTime(d.PreferredTime.Value)
		if d.PreferredTime.has() && !slices.Contains(PreferredTimes, t.PreferredTime) {
			bad.add("preferred_time", "must be morning, afternoon, evening or null")
		}
	}
	if d.AssigneeID.Set {
		t.AssigneeID = UserID{}
		if d.AssigneeID.has() {
			id, err := ParseID[User](d.AssigneeID.Value)
			if err != nil {
				bad.add("assignee_id", "must be a UUID")
			}
			t.AssigneeID = id
		}
	}
}

func (d Draft) applyDates(t *Task, z Zone, bad *fieldErrors) {
	date := func(field string, f Field[string], to *When) {
		if !f.Set {
			return
		}
		*to = When{}
		if f.has() {
			w, err := ParseWhen(f.Value, z)
			if err != nil {
				bad.add(field, err.Error())
			}
			*to = w
		}
	}
	date("due_date", d.DueDate, &t.Due)
	date("start_date", d.StartDate, &t.Start)
}

// checkOrder minds new dates only: in another zone an old day and an old
// instant may have changed places, and sending them back shall change nothing.
func (t Task) checkOrder(before Task, z Zone, bad *fieldErrors) {
	if t.Due.Equal(before.Due) && t.Start.Equal(before.Start) {
		return
	}
	if t.Start.Misses(t.Due, z) {
		bad.add("start_date", "must not be after due_date")
	}
}

func (d Draft) applyStatus(t *Task, z Zone, now time.Time, bad *fieldErrors) error {
	status, until, ok := d.nextStatus(*t, z, bad)
	if !ok {
		return nil
	}
	moved, err := t.moveTo(status, until, now)
	if KindOf(err) == KindInvalid {
		*bad = append(*bad, FieldsOf(err)...)
		return nil
	}
	*t = moved
	return err
}

// nextStatus is the status the draft asks for and, if that is snoozed, until
// when; not ok when it contradicts itself.
func (d Draft) nextStatus(t Task, z Zone, bad *fieldErrors) (status Status, until time.Time, ok bool) {
	known := len(*bad)
	status, until = t.Status, t.SnoozedUntil
	if d.Status.Set {
		status = Status(d.Status.Value)
		if !slices.Contains(Statuses, status) {
			bad.add("status", "must be pending, in_progress, snoozed, completed or cancelled")
		}
	}
	switch {
	case d.SnoozedUntil.has():
		at, err := ParseInstant(d.SnoozedUntil.Value, z)
		if err != nil {
			bad.add("snoozed_until", err.Error())
		} else if d.Status.Set && status != StatusSnoozed {
			bad.add("snoozed_until", "goes with the status snoozed only")
		}
		status, until = StatusSnoozed, at
	case d.SnoozedUntil.Null && status == StatusSnoozed && d.Status.Set:
		bad.add("snoozed_until", "is required with the status snoozed")
	case d.SnoozedUntil.Null && status == StatusSnoozed:
		status = StatusPending
	}
	return status, until, len(*bad) == known
}

// moveTo is the task in another status, by the verb that leads there.
func (t Task) moveTo(s Status, until, now time.Time) (Task, error) {
	switch s {
	case StatusCompleted:
		return t.Completed(now)
	case StatusCancelled:
		return t.Cancelled()
	case StatusSnoozed:
		return t.Snoozed(until, now)
	case StatusPending, StatusInProgress:
	}
	t = t.Reopened()
	t.Status, t.SnoozedUntil = s, time.Time{}
	return t, nil
}

const errReadOnly = "is set by the server and cannot be changed"

// keepsText refuses a text that only the server sets, unless it is the present one.
func (b *fieldErrors) keepsText(field string, f Field[string], present string) {
	if f.Set && f.Value != present {
		b.add(field, errReadOnly)
	}
}

// keepsInstant does the same for an instant.
func (b *fieldErrors) keepsInstant(field string, f Field[string], present time.Time) {
	if !f.Set || f.Null && present.IsZero() {
		return
	}
	at, err := time.Parse(time.RFC3339, f.Value)
	if err != nil || !at.Equal(present) {
		b.add(field, errReadOnly)
	}
}

func (r ReadOnly) check(t Task, bad *fieldErrors) {
	bad.keepsText("id", r.ID, t.ID.String())
	bad.keepsText("workspace_id", r.WorkspaceID, t.WorkspaceID.String())
	bad.keepsText("user_id", r.UserID, t.UserID.String())
	if r.Version.Set && Version(r.Version.Value) != t.Version {
		bad.add("version", errReadOnly)
	}
	bad.keepsText("position", r.Position, t.Details.Position)
	if r.Steps.Set && r.Steps.Value != t.Steps {
		bad.add("steps", errReadOnly)
	}
	bad.keepsInstant("created_at", r.CreatedAt, t.CreatedAt)
	bad.keepsInstant("updated_at", r.UpdatedAt, t.UpdatedAt)
	bad.keepsInstant("completed_at", r.CompletedAt, t.CompletedAt)
	bad.keepsInstant("deleted_at", r.DeletedAt, t.DeletedAt)
}

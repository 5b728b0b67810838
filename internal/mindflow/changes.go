package mindflow

import (
	"slices"
	"time"
)

// InstantLayout is how instants with microseconds are written.
const InstantLayout = "2006-01-02T15:04:05.000000Z07:00"

type fieldValue struct {
	name  string
	value any // nil, string, int, []string, []Reminder or Recurrence
}

// fields lists what a person can change, always in the same order.
func (t Task) fields() []fieldValue {
	return []fieldValue{
		{"title", orNil(t.Title)},
		{"description", orNil(t.Description)},
		{"status", orNil(string(t.Status))},
		{"priority", orNil(t.Priority)},
		{"due_date", orNil(t.Due.String())},
		{"start_date", orNil(t.Start.String())},
		{"snoozed_until", instantOrNil(t.SnoozedUntil)},
		{"effort_estimate_minutes", orNil(t.EffortMinutes)},
		{"preferred_time", orNil(string(t.PreferredTime))},
		{"tags", listOrNil(t.Tags)},
		{"assignee_id", idOrNil(t.AssigneeID)},
		{"completed_at", instantOrNil(t.CompletedAt)},
		{"deleted_at", instantOrNil(t.DeletedAt)},
	}
}

// fields lists what few tasks have, always in the same order.
func (d Details) fields() []fieldValue {
	var recurrence any
	if !d.Recurrence.IsZero() {
		recurrence = d.Recurrence
	}
	return []fieldValue{
		{"project_id", idOrNil(d.ProjectID)},
		{"parent_id", idOrNil(d.ParentID)},
		{"blocked_by", listOrNil(IDTexts(d.BlockedBy))},
		{"position", orNil(d.Position)},
		{"reminders", listOrNil(d.Reminders)},
		{"recurrence", recurrence},
	}
}

func equalValue(a, b any) bool {
	switch x := a.(type) {
	case []string:
		y, both := b.([]string)
		return both && slices.Equal(x, y)
	case []Reminder:
		y, both := b.([]Reminder)
		return both && slices.Equal(x, y)
	case Recurrence:
		y, both := b.(Recurrence)
		return both && x.Same(y)
	}
	switch b.(type) {
	case []string, []Reminder, Recurrence: // cannot be compared by ==
		return false
	}
	return a == b
}

func orNil[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func instantOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(InstantLayout)
}

func listOrNil[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

func idOrNil[T any](id ID[T]) any {
	if id.IsZero() {
		return nil
	}
	return id.String()
}

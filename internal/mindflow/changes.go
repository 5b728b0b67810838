package mindflow

import (
	"slices"
	"time"
)

// InstantLayout is how instants with microseconds are written.
const InstantLayout = "2006-01-02T15:04:05.000000Z07:00"

type fieldValue struct {
	name  string
	value any // nil, string, int or []string
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
		{"tags", tagsOrNil(t.Tags)},
		{"assignee_id", idOrNil(t.AssigneeID)},
		{"completed_at", instantOrNil(t.CompletedAt)},
		{"deleted_at", instantOrNil(t.DeletedAt)},
	}
}

func equalValue(a, b any) bool {
	x, isTags := a.([]string)
	if y, both := b.([]string); isTags && both {
		return slices.Equal(x, y)
	}
	if isTags {
		return false
	}
	if _, isTags = b.([]string); isTags {
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

func tagsOrNil(tags []string) any {
	if len(tags) == 0 {
		return nil
	}
	return tags
}

func idOrNil[T any](id ID[T]) any {
	if id.IsZero() {
		return nil
	}
	return id.String()
}

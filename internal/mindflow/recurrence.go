package mindflow

import (
	"encoding/json"
	"maps"
	"reflect"
)

// RecurFrom says what the next occurrence is counted from.
type RecurFrom string

// What the next occurrence is counted from.
const (
	FromSchedule   RecurFrom = "schedule"   // the rule's own days
	FromCompletion RecurFrom = "completion" // the day the last one was done
)

// Recurrence makes a task one occurrence of a series. It is kept with the task
// that is the present occurrence, and goes on to the next one.
type Recurrence struct {
	Rule string    `json:"rule"` // RFC 5545, without a prefix
	From RecurFrom `json:"from"`
	// Timezone is the zone the rule's days and times are in, as an IANA name.
	Timezone string `json:"timezone"`
	// Start is DTSTART: a day, or a date-time of the wall clock in Timezone.
	Start string `json:"start"`
	// Slot is the occurrence this task is, in the form of Start: where the rule
	// put it, wherever it was moved to since.
	Slot string `json:"slot"`
	// Series is the first task of the series.
	Series TaskID `json:"series_id"`
	// Alone holds what fields were before they were edited for this occurrence
	// alone; the next one has them again.
	Alone map[string]any `json:"alone,omitempty"`
	// NextID is the task that was made when this one was done or skipped, and
	// NextDue what it was due at then, in When's form. There is never another one.
	NextID  TaskID `json:"next_id,omitzero"`
	NextDue string `json:"next_due,omitempty"`
}

// EditScope says for which occurrences of a task an edit is meant.
type EditScope string

// For which occurrences an edit is meant.
const (
	EditUsual     EditScope = ""           // dates for this one, all else from here on
	EditAlone     EditScope = "occurrence" // for this one alone
	EditFollowing EditScope = "following"  // from here on
)

// alone reports whether an edit of a field is for the present occurrence alone.
func (s EditScope) alone(field string) bool {
	return s == EditAlone || s == EditUsual && field == "start_date"
}

// remember notes what an edit for one occurrence alone took away, which the next
// one has again, and forgets what is from here on different for all. Where the
// rule put the occurrence is known by its slot: a due date needs no note. One that
// is moved from here on leaves the slot empty, for whoever knows the rules.
func (t *Task) remember(before Task, scope EditScope) {
	r := &t.Details.Recurrence
	if before.Details.Recurrence.IsZero() || r.IsZero() || r.Slot == "" {
		return
	}
	if scope == EditFollowing && !t.Due.Equal(before.Due) {
		r.Slot = ""
	}
	alone := maps.Clone(r.Alone)
	for name, change := range TaskChanges(before, *t) {
		_, noted := alone[name]
		switch {
		case !aloneFields[name]:
		case !scope.alone(name):
			delete(alone, name)
		case !noted:
			if alone == nil {
				alone = map[string]any{}
			}
			alone[name] = plain(change.Before)
		}
	}
	r.Alone = alone
}

// aloneFields are those an occurrence can have for itself, beside its due date.
var aloneFields = map[string]bool{
	"title": true, "description": true, "priority": true, "start_date": true, "effort_estimate_minutes": true, "preferred_time": true,
	"tags": true, "assignee_id": true, "project_id": true, "reminders": true,
}

// plain is a value as it is read from JSON again.
func plain(v any) any {
	encoded, _ := json.Marshal(v) // texts, numbers and lists of them always encode
	var decoded any
	_ = json.Unmarshal(encoded, &decoded)
	return decoded
}

// PutBack gives a task, made of an occurrence, what that one had otherwise for
// itself alone.
func (r Recurrence) PutBack(t *Task) error {
	for name, value := range r.Alone {
		encoded, _ := json.Marshal(value) // it was read from JSON
		if err := t.putBack(name, encoded); err != nil {
			return err
		}
	}
	return nil
}

func (t *Task) putBack(name string, value []byte) error {
	switch name {
	case "title":
		return decode(value, &t.Title)
	case "description":
		return decode(value, &t.Description)
	case "priority":
		return decode(value, &t.Priority)
	case "start_date":
		return decode(value, &t.Start)
	case "effort_estimate_minutes":
		return decode(value, &t.EffortMinutes)
	case "preferred_time":
		return decode(value, &t.PreferredTime)
	case "tags":
		return decode(value, &t.Tags)
	case "assignee_id":
		return decode(value, &t.AssigneeID)
	case "project_id":
		return decode(value, &t.Details.ProjectID)
	case "reminders":
		return decode(value, &t.Details.Reminders)
	}
	return nil
}

// decode reads a value; null is the zero one.
func decode[T any](value []byte, to *T) error {
	var read T
	if string(value) != "null" {
		if err := json.Unmarshal(value, &read); err != nil {
			return err
		}
	}
	*to = read
	return nil
}

// IsZero reports whether nothing repeats.
func (r Recurrence) IsZero() bool { return r.Rule == "" }

// Same reports whether two recurrences hold the same.
func (r Recurrence) Same(o Recurrence) bool {
	if len(r.Alone) == 0 && len(o.Alone) == 0 {
		r.Alone, o.Alone = nil, nil
	}
	return r.IsZero() && o.IsZero() || reflect.DeepEqual(r, o)
}

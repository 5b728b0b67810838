package mindflow

import (
	"encoding/json"
	"slices"
	"time"
)

// Reminders is the queue of jobs that remind people of tasks.
const Reminders Queue = "reminders"

// dayBegins is when one is reminded of a whole day, on its zone's clock.
const dayBegins = 9 * time.Hour

// Reminder is a moment at which to be reminded of a task: so many minutes before
// it is due, or an instant.
type Reminder struct {
	BeforeMinutes int       // with At zero
	At            time.Time // in UTC, whole seconds
}

// MarshalJSON writes {"before_minutes": 30} or {"at": "2026-11-27T08:00:00Z"}.
func (r Reminder) MarshalJSON() ([]byte, error) {
	if r.At.IsZero() {
		return json.Marshal(ReminderDraft{BeforeMinutes: &r.BeforeMinutes})
	}
	return json.Marshal(ReminderDraft{At: r.At.UTC().Format(time.RFC3339)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Reminder) UnmarshalJSON(b []byte) error {
	var j ReminderDraft
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Reminder{}
	if j.BeforeMinutes != nil {
		r.BeforeMinutes = *j.BeforeMinutes
	}
	if j.At == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, j.At)
	r.At = at.UTC()
	return err
}

// Moment is when to be reminded of a task with a due date. A whole day counts from
// 09:00 in its zone. It is zero where what it counts from is not set.
func (r Reminder) Moment(due When, z Zone) time.Time {
	at, timed := due.Instant()
	switch day, whole := due.Day(); {
	case !r.At.IsZero():
		return r.At
	case whole:
		at = z.Instant(day.utc().Add(dayBegins))
	case !timed:
		return time.Time{}
	}
	return at.Add(-time.Duration(r.BeforeMinutes) * time.Minute)
}

// Reminds reports whether anybody is to be reminded of a task: it is there, it is
// open, and somebody has asked to be.
func (t Task) Reminds() bool {
	return len(t.Details.Reminders) > 0 && t.Status.Open() && t.DeletedAt.IsZero()
}

// RemindedAt are the moments at which to be reminded of a task, in their order.
func (t Task) RemindedAt(z Zone) []time.Time {
	if !t.Reminds() {
		return nil
	}
	var moments []time.Time
	for _, r := range t.Details.Reminders {
		if at := r.Moment(t.Due, z); !at.IsZero() {
			moments = append(moments, at)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	return slices.CompactFunc(moments, time.Time.Equal)
}

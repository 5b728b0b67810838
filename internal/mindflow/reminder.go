package mindflow

import (
	"encoding/json"
	"time"
)

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

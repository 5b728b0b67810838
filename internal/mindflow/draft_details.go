package mindflow

import (
	"fmt"
	"slices"
)

// ReminderDraft is a reminder as a person says it: one of the two.
type ReminderDraft struct {
	BeforeMinutes *int   `json:"before_minutes,omitempty"`
	At            string `json:"at,omitempty"`
}

// RecurrenceDraft is what a person says about how a task repeats. Rule and From
// are theirs; the rest may be repeated, as it was answered.
type RecurrenceDraft struct {
	Rule     string `json:"rule"`
	From     string `json:"from,omitempty"` // empty: schedule
	Timezone string `json:"timezone,omitempty"`
	Start    string `json:"start,omitempty"`
	Slot     string `json:"slot,omitempty"`
	SeriesID string `json:"series_id,omitempty"`

	Next *NextDraft `json:"next,omitempty"`
}

// NextDraft repeats which task came after an occurrence.
type NextDraft struct {
	ID      string `json:"id" format:"uuid"`
	DueDate string `json:"due_date" doc:"A day or an instant, as it was made"`
}

// Limits of details, in counts, minutes and characters.
const (
	MaxBlockers        = 50
	MaxReminders       = 10
	MaxReminderMinutes = 366 * 24 * 60
	MaxRule            = 500
)

func (d Draft) applyDetails(t *Task, z Zone, bad *fieldErrors) {
	nameDetail("project_id", d.ProjectID, &t.Details.ProjectID, bad)
	switch {
	case !d.Project.Set:
	case d.Project.Null:
		t.Details.ProjectID = ProjectID{}
	case d.ProjectID.Set:
		bad.add("project", "must not be said together with project_id")
	default:
		if _, why := ParseProjectName(d.Project.Value); why != "" {
			bad.add("project", why)
		}
	}
	nameDetail("parent_id", d.ParentID, &t.Details.ParentID, bad)
	if d.BlockedBy.Set {
		t.Details.BlockedBy = blockers(d.BlockedBy.Value, bad)
	}
	if d.Reminders.Set {
		t.Details.Reminders = reminders(d.Reminders.Value, z, bad)
	}
	if d.Recurrence.Set {
		t.Details.Recurrence = d.Recurrence.Value.apply(t.Details.Recurrence, d.Recurrence.Null, z, bad)
	}
}

func nameDetail[T any](field string, f Field[string], to *ID[T], bad *fieldErrors) {
	if !f.Set {
		return
	}
	*to = ID[T]{}
	if !f.has() {
		return
	}
	id, err := ParseID[T](f.Value)
	if err != nil {
		bad.add(field, "must be a UUID")
	}
	*to = id
}

// blockers reads the ids, first come first kept, repeats dropped.
func blockers(names []string, bad *fieldErrors) []TaskID {
	if len(names) > MaxBlockers {
		bad.add("blocked_by", fmt.Sprintf("must not be more than %d", MaxBlockers))
		return nil
	}
	var ids []TaskID
	for i, name := range names {
		id, err := ParseID[Task](name)
		switch {
		case err != nil:
			bad.add(fmt.Sprintf("blocked_by[%d]", i), "must be a UUID")
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	return ids
}

// reminders reads the drafts, repeats dropped.
func reminders(drafts []ReminderDraft, z Zone, bad *fieldErrors) []Reminder {
	if len(drafts) > MaxReminders {
		bad.add("reminders", fmt.Sprintf("must not be more than %d", MaxReminders))
		return nil
	}
	var list []Reminder
	for i, d := range drafts {
		field := fmt.Sprintf("reminders[%d]", i)
		r, why := d.reminder(z)
		switch {
		case why != "":
			bad.add(field, why)
		case !slices.Contains(list, r):
			list = append(list, r)
		}
	}
	return list
}

func (d ReminderDraft) reminder(z Zone) (Reminder, string) {
	switch {
	case d.BeforeMinutes == nil == (d.At == ""):
		return Reminder{}, "must have either before_minutes or at"
	case d.At != "":
		at, err := ParseInstant(d.At, z)
		if err != nil {
			return Reminder{}, "at " + err.Error()
		}
		return Reminder{At: at}, ""
	case *d.BeforeMinutes < 0 || *d.BeforeMinutes > MaxReminderMinutes:
		return Reminder{}, fmt.Sprintf("before_minutes must be from 0 to %d", MaxReminderMinutes)
	}
	return Reminder{BeforeMinutes: *d.BeforeMinutes}, ""
}

// apply is the recurrence after the draft. A new rule has neither start nor
// slot yet: whoever keeps the task knows the rules.
func (d RecurrenceDraft) apply(present Recurrence, cleared bool, z Zone, bad *fieldErrors) Recurrence {
	if cleared {
		return Recurrence{}
	}
	from := RecurFrom(d.From)
	switch from {
	case "":
		from = FromSchedule
	case FromSchedule, FromCompletion:
	default:
		bad.add("recurrence.from", "must be schedule or completion")
	}
	switch {
	case d.Rule == "":
		bad.add("recurrence.rule", "is required")
	case len(d.Rule) > MaxRule:
		bad.add("recurrence.rule", fmt.Sprintf("must not be longer than %d characters", MaxRule))
	case hasControl(d.Rule, ""):
		bad.add("recurrence.rule", "must not hold control characters")
	}
	series := ""
	if !present.Series.IsZero() {
		series = present.Series.String()
	}
	for _, f := range [...]struct{ field, said, present string }{
		{"timezone", d.Timezone, present.Timezone},
		{"start", d.Start, present.Start},
		{"slot", d.Slot, present.Slot},
		{"series_id", d.SeriesID, series},
	} {
		if f.said != "" && f.said != f.present {
			bad.add("recurrence."+f.field, "is set by the server and cannot be changed")
		}
	}
	if d.Next != nil && (d.Next.ID != present.NextID.String() || d.Next.DueDate != present.NextDue) {
		bad.add("recurrence.next", "is set by the server and cannot be changed")
	}
	if d.Rule == present.Rule && from == present.From {
		return present
	}
	return Recurrence{Rule: d.Rule, From: from, Timezone: z.String(), Series: present.Series, NextID: present.NextID, NextDue: present.NextDue}
}

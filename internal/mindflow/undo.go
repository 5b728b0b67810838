package mindflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// UndoTime is how long a change can be taken back.
const UndoTime = 30 * 24 * time.Hour

// MaxUndone is how many events a change may have to be taken back: all of it is
// written in one transaction.
const MaxUndone = 5000

// ChangeID names a change: the id of the call that made it, or where that was a
// single event of no call, its sequence in the log.
type ChangeID string

// ChangeAt names the change that is the event at a sequence.
func ChangeAt(seq int64) ChangeID { return ChangeID(strconv.FormatInt(seq, 10)) }

// maxSeqDigits keeps what is read as a sequence within a number.
const maxSeqDigits = 18

// Seq is the sequence of the single event a change is; false when it is a call's.
func (c ChangeID) Seq() (int64, bool) {
	if len(c) == 0 || len(c) > maxSeqDigits || strings.Trim(string(c), "0123456789") != "" {
		return 0, false
	}
	seq, err := strconv.ParseInt(string(c), 10, 64)
	return seq, err == nil
}

// MaxChangeID bounds a change's name, in bytes.
const MaxChangeID = 128

// ParseChangeID reads a change's name.
func ParseChangeID(s string) (ChangeID, error) {
	if s == "" || len(s) > MaxChangeID || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("must be what the header Change of an answer said")
	}
	return ChangeID(s), nil
}

// ChangeID names the change that the event is, or is a part of.
func (e Event) ChangeID() ChangeID {
	if e.Program.CallID != "" {
		return ChangeID(e.Program.CallID)
	}
	return ChangeAt(e.Seq)
}

// Undoable reports whether what happened can be taken back: changes to what a
// person plans with can. What happened to accounts cannot, nor what is gone for good.
func (v Verb) Undoable() bool {
	switch v.Kind() {
	case "task", "project", "template":
		return v != TaskAdopted
	}
	return v == PreferencesChanged
}

// Kind is what sort of thing it happened to: the part of the verb before the dot.
func (v Verb) Kind() string {
	kind, _, _ := strings.Cut(string(v), ".")
	return kind
}

// Creates reports whether the thing was not there before.
func (v Verb) Creates() bool {
	return v == TaskImported || strings.HasSuffix(string(v), ".created")
}

// Overwrite is a later edit that undoing would overwrite.
type Overwrite struct {
	Change  ChangeID
	At      time.Time
	Verb    Verb
	Through string // as Event.Through says it
	TaskID  TaskID // zero where it is about something else
	Subject SubjectID
	Title   string // of the task, as it is now
	Fields  []string
}

// With is the task with one field as an event tells it: nil, or the value as
// JSON decodes it.
func (t Task) With(field string, value any) (Task, error) {
	var err error
	switch field {
	case "title":
		t.Title, err = told[string](value)
	case "description":
		t.Description, err = told[string](value)
	case "status":
		t.Status, err = told[Status](value)
	case "priority":
		t.Priority, err = told[int](value)
	case "due_date":
		t.Due, err = toldWhen(value)
	case "start_date":
		t.Start, err = toldWhen(value)
	case "snoozed_until":
		t.SnoozedUntil, err = toldInstant(value)
	case "effort_estimate_minutes":
		t.EffortMinutes, err = told[int](value)
	case "preferred_time":
		t.PreferredTime, err = told[PreferredTime](value)
	case "tags":
		t.Tags, err = told[[]string](value)
	case "assignee_id":
		t.AssigneeID, err = told[UserID](value)
	case "completed_at":
		t.CompletedAt, err = toldInstant(value)
	case "deleted_at":
		t.DeletedAt, err = toldInstant(value)
	default:
		t.Details, err = t.Details.with(field, value)
	}
	if err != nil {
		return t, fmt.Errorf("read %s of an event: %w", field, err)
	}
	return t, nil
}

func (d Details) with(field string, value any) (Details, error) {
	var err error
	switch field {
	case "project_id":
		d.ProjectID, err = told[ProjectID](value)
	case "parent_id":
		d.ParentID, err = told[TaskID](value)
	case "blocked_by":
		d.BlockedBy, err = told[[]TaskID](value)
	case "position":
		d.Position, err = told[string](value)
	case "reminders":
		d.Reminders, err = told[[]Reminder](value)
	case "recurrence":
		d.Recurrence, err = told[Recurrence](value)
	default:
		err = fmt.Errorf("no task has such a field")
	}
	return d, err
}

// With is the project with one field as an event tells it.
func (p Project) With(field string, value any) (Project, error) {
	var err error
	switch field {
	case "name":
		p.Name, err = told[string](value)
	case "parent_id":
		p.ParentID, err = told[ProjectID](value)
	case "position":
		p.Position, err = told[string](value)
	case "archived_at":
		p.ArchivedAt, err = toldInstant(value)
	case "deleted_at":
		p.DeletedAt, err = toldInstant(value)
	default:
		err = fmt.Errorf("no project has such a field")
	}
	if err != nil {
		return p, fmt.Errorf("read %s of an event: %w", field, err)
	}
	return p, nil
}

// told is a value of an event, in the type of its field.
func told[T any](value any) (T, error) {
	var v T
	if value == nil {
		return v, nil
	}
	encoded, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(encoded, &v)
	}
	return v, err
}

func toldWhen(value any) (When, error) {
	text, err := told[string](value)
	if err != nil || text == "" {
		return When{}, err
	}
	return ParseWhen(text, Zone{})
}

func toldInstant(value any) (time.Time, error) {
	at, err := told[time.Time](value)
	return at.UTC(), err
}

// ThenChanged are the changes followed by later ones of the same thing: before
// the first and after the last of each field.
func (c Changes) ThenChanged(later Changes) Changes {
	both := Changes{}
	maps.Copy(both, c)
	for name, change := range later {
		if first, known := both[name]; known {
			change.Before = first.Before
		}
		both[name] = change
	}
	return both
}

// Names are the fields that have changed, in order.
func (c Changes) Names() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Listed are their names, for a sentence.
func (c Changes) Listed() string {
	if len(c) == 0 {
		return "what it is part of"
	}
	return strings.Join(c.Names(), ", ")
}

// PreferencesDraftOf asks for preferences as they were before a change.
func PreferencesDraftOf(c Changes) (PreferencesDraft, error) {
	var d PreferencesDraft
	texts := map[string]*Field[string]{
		"timezone": &d.Timezone, "weight_urgency": &d.WeightUrgency, "weight_priority": &d.WeightPriority,
		"weight_effort": &d.WeightEffort, "time_of_day_bonus": &d.TimeOfDayBonus, "locale": &d.Locale,
	}
	windows := map[string]*Field[WindowDraft]{
		"windows.morning": &d.Morning, "windows.afternoon": &d.Afternoon, "windows.evening": &d.Evening,
	}
	for name, change := range c {
		said := fmt.Sprint(change.Before) // a text, or a number of at most two decimals
		switch start, end, span := strings.Cut(said, "–"); {
		case texts[name] != nil:
			*texts[name] = Some(said)
		case windows[name] != nil && span:
			*windows[name] = Some(WindowDraft{start, end})
		default:
			return d, fmt.Errorf("read %s of an event: no preferences have such a field", name)
		}
	}
	return d, nil
}

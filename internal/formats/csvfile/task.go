package csvfile

import (
	"strconv"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/formats/sheet"
	"mindflow/internal/mindflow"
)

// translator makes one entry of one row.
type translator struct {
	*formats.Composer
	*sheet.Row
	columns map[string]int
	written bool
	options formats.Options
}

// translate fills the entry. It answers false if there is nothing to call the task.
func (t *translator) translate() bool {
	if !t.Title(t.take("title")) {
		return false
	}
	t.Text(t.take("description"))
	t.status()
	t.priority()
	t.dates()
	t.times()
	t.effort()
	t.preferredTime()
	t.tags()
	t.links()
	for name, value := range t.Rest() {
		t.Field(name, value)
	}
	return true
}

// take answers a field's cell. In a file of ours what was made harmless is made
// what it was; in others' an apostrophe is their own.
func (t *translator) take(field string) string {
	cell := t.Take(t.columns[field])
	if t.written {
		return plain(cell)
	}
	return cell
}

// keep makes text of what was in a field's cell.
func (t *translator) keep(field, text string) { t.Field(t.Name(t.columns[field]), text) }

// moment takes a date; not ok if there is none. One we cannot keep becomes text.
func (t *translator) moment(field string) (formats.Moment, bool) {
	text := t.take(field)
	if text == "" {
		return formats.Moment{}, false
	}
	m, err := formats.ParseMoment(text, t.options)
	if err != nil {
		t.Note("%s %s", field, err)
		t.keep(field, text)
		return m, false
	}
	return m, true
}

// statuses are the words for a status, folded.
var statuses = map[string]mindflow.Status{
	"pending": mindflow.StatusPending, "open": mindflow.StatusPending, "todo": mindflow.StatusPending,
	"new": mindflow.StatusPending, "notstarted": mindflow.StatusPending, "needsaction": mindflow.StatusPending,
	"inprogress": mindflow.StatusInProgress, "doing": mindflow.StatusInProgress, "started": mindflow.StatusInProgress,
	"active":    mindflow.StatusInProgress,
	"snoozed":   mindflow.StatusSnoozed,
	"completed": mindflow.StatusCompleted, "complete": mindflow.StatusCompleted, "done": mindflow.StatusCompleted,
	"finished": mindflow.StatusCompleted, "closed": mindflow.StatusCompleted,
	"cancelled": mindflow.StatusCancelled, "canceled": mindflow.StatusCancelled,
}

// status reads what state the task is in, and the snooze that belongs to it. A
// pending task with the end of a snooze is snoozed: if that is over, it reads
// as pending.
func (t *translator) status() {
	word := t.take("status")
	status, ok := statuses[fold(word)]
	switch {
	case word == "":
		status = mindflow.StatusPending
	case !ok:
		t.Note("its status is unknown: it is pending here")
		t.keep("status", word)
		status = mindflow.StatusPending
	}
	text := t.Cell(t.columns["snoozed_until"])
	until, snoozed := t.moment("snoozed_until")
	t.Task.Status = status
	switch waiting := status == mindflow.StatusPending || status == mindflow.StatusSnoozed; {
	case snoozed && waiting:
		t.Task.Status, t.Task.SnoozedUntil = mindflow.StatusSnoozed, until.At.Truncate(time.Second)
	case snoozed:
		t.keep("snoozed_until", text)
	case status == mindflow.StatusSnoozed:
		t.Note("it does not say until when it is snoozed: it is pending here")
		t.Task.Status = mindflow.StatusPending
	}
}

func (t *translator) priority() {
	text := t.take("priority")
	if text == "" {
		return
	}
	if n, ok := whole(text); ok && n >= mindflow.MinPriority && n <= mindflow.MaxPriority {
		t.Task.Priority = n
		return
	}
	t.Note("its priority is none of 1 to %d: it is %d here", mindflow.MaxPriority, mindflow.DefaultPriority)
	t.keep("priority", text)
}

// whole reads 30, and 30.0 as spreadsheets write it.
func whole(s string) (int, bool) {
	digits, zeros, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(digits)
	return n, err == nil && strings.Trim(zeros, "0") == ""
}

func (t *translator) dates() {
	if due, ok := t.moment("due_date"); ok {
		t.Task.Due = due.When
	}
	text := t.Cell(t.columns["start_date"])
	start, _ := t.moment("start_date")
	if start.When.Misses(t.Task.Due, t.options.Zone) {
		t.Note("start_date is later than due_date, which it cannot be")
		t.keep("start_date", text)
		return
	}
	t.Task.Start = start.When
}

// times reads when the task came, changed and was completed.
func (t *translator) times() {
	task := &t.Task
	for _, f := range []struct {
		field string
		to    *time.Time
	}{{"created_at", &task.CreatedAt}, {"updated_at", &task.UpdatedAt}} {
		m, _ := t.moment(f.field)
		*f.to = m.At
	}
	text := t.Cell(t.columns["completed_at"])
	completed, ok := t.moment("completed_at")
	switch {
	case task.Status == mindflow.StatusCompleted && ok:
		task.CompletedAt = completed.At
	case task.Status == mindflow.StatusCompleted && !task.UpdatedAt.IsZero():
		task.CompletedAt = task.UpdatedAt
		t.Note("it does not say when it was completed: it counts as completed when it was last changed")
	case ok:
		t.keep("completed_at", text)
	}
	if task.CreatedAt.IsZero() {
		task.CreatedAt = task.CompletedAt // it came no later
	}
	if task.UpdatedAt.IsZero() {
		task.UpdatedAt = task.CompletedAt
	}
}

func (t *translator) effort() {
	text := t.take("effort_estimate_minutes")
	if n, ok := whole(text); ok && n >= mindflow.MinEffort && n <= mindflow.MaxEffort {
		t.Task.EffortMinutes = n
		return
	}
	t.unread("effort_estimate_minutes", text, "is no number of minutes from 1 to 10080")
}

func (t *translator) preferredTime() {
	text := t.take("preferred_time")
	for _, p := range mindflow.PreferredTimes {
		if mindflow.Fold(text) == string(p) {
			t.Task.PreferredTime = p
			return
		}
	}
	t.unread("preferred_time", text, "is none of morning, afternoon and evening")
}

// unread keeps as text what is there and is no value of the field.
func (t *translator) unread(field, text, why string) {
	if text != "" {
		t.Note("%s %s", field, why)
		t.keep(field, text)
	}
}

func (t *translator) tags() {
	var left []string
	for _, name := range splitTags(t.take("tags")) {
		if !t.Tag(name) {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		t.Note("only %d tags of %d characters fit", mindflow.MaxTags, mindflow.MaxTag)
		t.keep("tags", strings.Join(left, ", "))
	}
}

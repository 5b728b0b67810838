package phase4

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// Task is one thing to do, as our model holds it.
type Task struct {
	Task    mindflow.Task    // without a workspace
	Changes mindflow.Changes // what it is, and what was where that differs
	Remarks []Remark
}

// Untitled is what a task without a title is called.
const Untitled = "Untitled"

// ReadTask reads a row of tasks of a person, at a moment. The only error is an
// id that names nothing.
func ReadTask(row Row, owner mindflow.User, now time.Time) (Task, error) {
	r := read("tasks", row)
	t := mindflow.Task{UserID: owner.ID, Version: 1}
	var err error
	if t.ID, err = idOf[mindflow.Task](r.id); err != nil {
		return Task{}, fmt.Errorf("tasks: %w", err)
	}
	r.texts(&t)
	r.tags(&t)
	r.numbers(&t)
	r.due(&t)
	r.times(&t, owner, now)
	r.status(&t, now)

	changes := mindflow.TaskChanges(mindflow.Task{}, t)
	for field, change := range r.changes {
		if after, ok := changes[field]; ok {
			change.After = after.After
		}
		changes[field] = change
	}
	return Task{t, changes, r.remarks}, nil
}

// texts fills in title and description. A title that is too long stands whole
// in the description, if there is room.
func (r *reading) texts(t *mindflow.Task) {
	title, whole := r.line("title", mindflow.MaxTitle)
	if title == "" {
		title = Untitled
		r.keep("title")
		r.remark("title", `is empty: it becomes "`+Untitled+`"`)
	}
	t.Title = title

	was, ok := r.row["description"]
	text := mindflow.Tidy(formats.Clean(was))
	switch {
	case text != was:
		r.becomes("description", tidied)
	case ok && text == "":
		r.becomes("description", "is empty: it becomes none")
	}
	if whole != title && whole != "" {
		both := mindflow.Tidy(whole + "\n" + text)
		if mindflow.Length(both) <= mindflow.MaxDescription {
			r.becomes("description", "begins with the whole title")
			text = both
		} else {
			r.remark("title", "is whole in the log only: the description has no room for it")
		}
	}
	head, tail := formats.Cut(text, mindflow.MaxDescription)
	if tail != "" {
		r.becomes("description", fmt.Sprintf("is cut to %d characters; the log has all of it", mindflow.MaxDescription))
	}
	t.Description = mindflow.Tidy(head)
}

// tags reads names with commas between them.
func (r *reading) tags(t *mindflow.Task) {
	was, ok := r.row["tags"]
	if !ok {
		return
	}
	var keys []string
	lost := 0
	for name := range strings.SplitSeq(was, ",") {
		tag := mindflow.Tidy(formats.OneLine(name))
		key := mindflow.Fold(tag)
		switch {
		case tag == "" || slices.Contains(keys, key):
		case mindflow.Length(tag) > mindflow.MaxTag || len(t.Tags) == mindflow.MaxTags:
			lost++
		default:
			t.Tags, keys = append(t.Tags, tag), append(keys, key)
		}
	}
	switch {
	case lost > 0:
		r.becomes("tags", fmt.Sprintf("are more than %d, or longer than %d characters: what does not fit is kept in the log only",
			mindflow.MaxTags, mindflow.MaxTag))
	case was == "":
		r.becomes("tags", "are empty: they become none")
	case strings.Join(t.Tags, ",") != was:
		r.becomes("tags", "lose blanks, repeats and empty names")
	}
}

func (r *reading) numbers(t *mindflow.Task) {
	t.Priority = r.number("priority")
	_, ok := r.row["priority"]
	switch {
	case !ok:
		t.Priority = mindflow.DefaultPriority
		r.remark("priority", fmt.Sprintf("is not set: it becomes %d", mindflow.DefaultPriority))
	case t.Priority < mindflow.MinPriority:
		t.Priority = mindflow.MinPriority
		r.becomes("priority", fmt.Sprintf("becomes %d, the lowest", mindflow.MinPriority))
	case t.Priority > mindflow.MaxPriority:
		t.Priority = mindflow.MaxPriority
		r.becomes("priority", fmt.Sprintf("becomes %d, the highest", mindflow.MaxPriority))
	}
	t.EffortMinutes = r.number("effort_estimate_minutes")
	_, ok = r.row["effort_estimate_minutes"]
	switch {
	case ok && t.EffortMinutes < mindflow.MinEffort:
		t.EffortMinutes = 0
		r.becomes("effort_estimate_minutes", "is no span of time: it becomes none")
	case t.EffortMinutes > mindflow.MaxEffort:
		t.EffortMinutes = mindflow.MaxEffort
		r.becomes("effort_estimate_minutes", fmt.Sprintf("becomes %d, the most there is", mindflow.MaxEffort))
	}
}

const wholeSeconds = "loses the part of a second"

func (r *reading) due(t *mindflow.Task) {
	due := r.instant("due_date")
	if due.IsZero() {
		return
	}
	t.Due = mindflow.AtInstant(due)
	if at, _ := t.Due.Instant(); !at.Equal(due) {
		r.becomes("due_date", wholeSeconds)
	}
}

// times fills in when the task was made and changed: what is not known is taken
// from what is next to it.
func (r *reading) times(t *mindflow.Task, owner mindflow.User, now time.Time) {
	created, updated := r.instant("created_at"), r.instant("updated_at")
	t.CreatedAt = first(created, updated, owner.CreatedAt, now)
	t.UpdatedAt = first(updated, t.CreatedAt)
	r.standIn("created_at", created, t.CreatedAt)
	r.standIn("updated_at", updated, t.UpdatedAt)
}

// standIn says that another moment has taken the place of one nobody knows.
func (r *reading) standIn(field string, known, instead time.Time) {
	if known.IsZero() {
		if _, ok := r.row[field]; !ok {
			r.remark(field, "is not known: the next best moment stands in for it")
		}
		r.became(field, instead.Format(mindflow.InstantLayout))
	}
}

// status fills in the state, the end of a snooze and when the task was done,
// which have to fit one another.
func (r *reading) status(t *mindflow.Task, now time.Time) {
	t.Status = r.state()
	until, snoozed := r.moment("snoozed_until")
	whole := until.Truncate(time.Second)
	switch {
	case t.Status == mindflow.StatusSnoozed && (snoozed == never || snoozed == before):
		t.Status = mindflow.StatusPending
		r.becomes("status", "is snoozed until no moment there is: it becomes pending")
		if snoozed == before {
			r.becomes("snoozed_until", outOfBounds)
		}
	case t.Status == mindflow.StatusSnoozed, t.Status.Open() && until.After(now):
		if t.Status != mindflow.StatusSnoozed {
			r.becomes("status", "becomes snoozed: it is out of sight until a moment to come")
		}
		t.Status, t.SnoozedUntil = mindflow.StatusSnoozed, whole
		switch {
		case snoozed == after:
			r.becomes("snoozed_until", "becomes the last moment there is")
		case !whole.Equal(until):
			r.becomes("snoozed_until", wholeSeconds)
		}
	case snoozed != never:
		r.becomes("snoozed_until", "means nothing with that status: it becomes none")
	}

	done := r.instant("completed_at")
	_, ok := r.row["completed_at"]
	switch {
	case t.Status == mindflow.StatusCompleted:
		t.CompletedAt = first(done, t.UpdatedAt)
		r.standIn("completed_at", done, t.CompletedAt)
	case ok:
		r.becomes("completed_at", "means nothing with that status: it becomes none")
	}
}

// state reads the status, however it is spelled. One that is not known is
// completed if the row says when.
func (r *reading) state() mindflow.Status {
	was, ok := r.row["status"]
	if !ok {
		r.remark("status", "is not set: it becomes pending")
		return mindflow.StatusPending
	}
	spelled := strings.NewReplacer("-", "_", " ", "_").Replace(mindflow.Fold(mindflow.Tidy(was)))
	status := mindflow.Status(spelled)
	if !slices.Contains(mindflow.Statuses, status) {
		status = mindflow.StatusPending
		if _, done := r.row["completed_at"]; done {
			status = mindflow.StatusCompleted
		}
	}
	if string(status) != was {
		r.becomes("status", "is none of those there are: it becomes "+string(status))
	}
	return status
}

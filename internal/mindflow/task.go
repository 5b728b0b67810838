package mindflow

import (
	"slices"
	"strconv"
	"time"
)

// Status is the state a task is kept in.
type Status string

// The states of a task.
const (
	StatusPending    Status = "pending"
	StatusInProgress Status = "in_progress"
	StatusSnoozed    Status = "snoozed"
	StatusCompleted  Status = "completed"
	StatusCancelled  Status = "cancelled"
)

// Statuses lists every state.
var Statuses = []Status{StatusPending, StatusInProgress, StatusSnoozed, StatusCompleted, StatusCancelled}

// Open reports whether there is still something to do.
func (s Status) Open() bool {
	return s == StatusPending || s == StatusInProgress || s == StatusSnoozed
}

// PreferredTime is the part of the day a task is best done in; empty for any.
type PreferredTime string

// The parts of the day.
const (
	AnyTime   PreferredTime = ""
	Morning   PreferredTime = "morning"
	Afternoon PreferredTime = "afternoon"
	Evening   PreferredTime = "evening"
)

// PreferredTimes lists the parts of the day in order.
var PreferredTimes = []PreferredTime{Morning, Afternoon, Evening}

// Limits of a task's fields, in Unicode code points, counts and minutes.
const (
	MaxTitle       = 200
	MaxDescription = 2000
	MaxTags        = 20
	MaxTag         = 50
	MaxLine        = 1000 // of text from which a task is read
	MinPriority    = 1
	MaxPriority    = 5
	MinEffort      = 1
	MaxEffort      = 10080
	// DefaultPriority is what a task has when nobody said.
	DefaultPriority = 3
)

// Restorable is how long a deleted task can be brought back.
const Restorable = 30 * 24 * time.Hour

// IsGone reports whether what was deleted then, or zero for never, cannot be
// brought back any more.
func IsGone(deletedAt, now time.Time) bool {
	return !deletedAt.IsZero() && now.Sub(deletedAt) > Restorable
}

// Task is one thing to do. A zero time, empty text or zero number means the
// field is not set. Instants are UTC, in microseconds; SnoozedUntil in seconds.
type Task struct {
	ID            TaskID
	WorkspaceID   WorkspaceID
	UserID        UserID // who created it
	AssigneeID    UserID // zero: nobody
	Title         string
	Description   string
	Status        Status
	Priority      int
	Due           When
	Start         When
	SnoozedUntil  time.Time
	EffortMinutes int
	PreferredTime PreferredTime
	Tags          []string
	Details       Details  `json:",omitzero"`
	Steps         Progress `json:",omitzero"`
	HasSteps      bool     `json:",omitzero"` // has any, also such as count for nothing
	Version       Version
	CreatedAt     time.Time
	UpdatedAt     time.Time
	CompletedAt   time.Time
	DeletedAt     time.Time
	// Woken says that the task was read after its snooze had ended and has
	// not been changed since; it is not stored.
	Woken      bool
	SleptUntil time.Time // of a woken task: the end of its snooze, as it is kept
}

// Details is what few tasks have.
type Details struct {
	ProjectID  ProjectID  `json:",omitzero"` // zero: in none
	ParentID   TaskID     `json:",omitzero"` // of a step: the task it is a step of
	BlockedBy  []TaskID   `json:",omitzero"` // what has to be done before, as far as it is open
	Position   string     `json:",omitzero"` // in the manual order; empty: by creation
	Reminders  []Reminder `json:",omitzero"`
	Recurrence Recurrence `json:",omitzero"`
}

// IsZero reports whether the task has none of it.
func (d Details) IsZero() bool {
	return d.ProjectID.IsZero() && d.ParentID.IsZero() && len(d.BlockedBy) == 0 && d.Position == "" &&
		len(d.Reminders) == 0 && d.Recurrence.IsZero()
}

// Same reports whether two tasks have the same details.
func (d Details) Same(o Details) bool {
	return d.ProjectID == o.ProjectID && d.ParentID == o.ParentID && slices.Equal(d.BlockedBy, o.BlockedBy) &&
		d.Position == o.Position && slices.Equal(d.Reminders, o.Reminders) && d.Recurrence.Same(o.Recurrence)
}

// InPlaceOf reports whether a task stands where another does: in time, among
// other tasks, and in the trash or not.
func (t Task) InPlaceOf(o Task) bool {
	return t.Due.Equal(o.Due) && t.Start.Equal(o.Start) && t.DeletedAt.Equal(o.DeletedAt) && t.Details.Same(o.Details)
}

// Limits of the steps of a task: how deep they nest, the task's own being the
// first level, and how many there are in all, deleted ones too.
const (
	MaxStepDepth = 5
	MaxSteps     = 1000
)

// Progress is how far the steps of a task have come. The server counts them:
// each change of it makes a new version of the task.
type Progress struct {
	Total int `json:"total"`
	Done  int `json:"done"`
}

// Version counts the changes of one thing, from 1. Zero stands for "whichever".
type Version int64

// At is the task as it reads at the moment now: a snooze that has ended reads
// as pending everywhere.
func (t Task) At(now time.Time) Task {
	t.Wake(now)
	return t
}

// Wake makes a task read as At does.
func (t *Task) Wake(now time.Time) {
	if t.Status == StatusSnoozed && !t.SnoozedUntil.After(now) {
		t.SleptUntil = t.SnoozedUntil
		t.Status, t.SnoozedUntil, t.Woken = StatusPending, time.Time{}, true
	}
}

// kept is the task as it is stored: what At has changed, changed back.
func (t Task) kept() Task {
	if t.Woken {
		t.Status, t.SnoozedUntil = StatusSnoozed, t.SleptUntil
	}
	return t
}

// Saved is the task as its next version, changed at the moment now.
func (t Task) Saved(now time.Time) Task {
	if now.Before(t.UpdatedAt) {
		now = t.UpdatedAt // a clock may step back; a task's story does not
	}
	t.Version, t.UpdatedAt, t.Woken, t.SleptUntil = t.Version+1, now, false, time.Time{}
	return t
}

// Deleted is the task taken away at the moment now.
func (t Task) Deleted(now time.Time) Task {
	t.DeletedAt = now
	return t
}

// Restored is the task brought back. Restoring a task that is there changes
// nothing; one deleted longer than Restorable ago is gone.
func (t Task) Restored(now time.Time) (Task, error) {
	if IsGone(t.DeletedAt, now) {
		return t, NotFound("task")
	}
	t.DeletedAt = time.Time{}
	return t, nil
}

// ETag names what a reader of the task has seen: its version, with "-w" once
// its snooze has ended, since it reads differently then.
func (t Task) ETag() string {
	tag := strconv.FormatInt(int64(t.Version), 10)
	if t.Woken {
		tag += "-w"
	}
	return tag
}

// Match is the condition of an edit: the ETags of which one must be the present
// one. The zero Match sets no condition.
type Match struct {
	Set   bool
	Any   bool // anything, as long as it exists
	ETags []string
}

// Check answers Stale unless the condition holds for an ETag.
func (m Match) Check(etag string) error {
	if m.Set && !m.Any && !slices.Contains(m.ETags, etag) {
		return Stale()
	}
	return nil
}

// Completed is the task done at the moment now. Completing it again changes nothing.
func (t Task) Completed(now time.Time) (Task, error) {
	switch {
	case t.Status == StatusCompleted:
		return t, nil
	case !t.Status.Open():
		return t, Conflict("A cancelled task cannot be completed; reopen it first")
	}
	t.Status, t.SnoozedUntil, t.CompletedAt = StatusCompleted, time.Time{}, now
	return t, nil
}

// Reopened is the task to be done again. Reopening an open task changes nothing.
func (t Task) Reopened() Task {
	if !t.Status.Open() {
		t.Status, t.SnoozedUntil, t.CompletedAt = StatusPending, time.Time{}, time.Time{}
	}
	return t
}

// Snoozed is the task out of sight until a later moment.
func (t Task) Snoozed(until, now time.Time) (Task, error) {
	if !t.Status.Open() {
		return t, Conflict("Only an open task can be snoozed; reopen it first")
	}
	until = until.UTC().Truncate(time.Second)
	if !until.After(now) {
		return t, InvalidField("snoozed_until", "must be in the future")
	}
	if until.Year() > 9998 {
		return t, InvalidField("snoozed_until", errYears.Error())
	}
	t.Status, t.SnoozedUntil = StatusSnoozed, until
	return t, nil
}

// Cancelled is the task given up. Cancelling it again changes nothing.
func (t Task) Cancelled() (Task, error) {
	switch {
	case t.Status == StatusCancelled:
		return t, nil
	case !t.Status.Open():
		return t, Conflict("A completed task cannot be cancelled; reopen it first")
	}
	t.Status, t.SnoozedUntil = StatusCancelled, time.Time{}
	return t, nil
}

// Same reports whether two tasks hold the same in every field a person can
// change, so that saving the one over the other would change nothing.
func (t Task) Same(o Task) bool {
	return t.AssigneeID == o.AssigneeID && t.Title == o.Title && t.Description == o.Description &&
		t.Status == o.Status && t.Priority == o.Priority && t.Due.Equal(o.Due) && t.Start.Equal(o.Start) &&
		t.SnoozedUntil.Equal(o.SnoozedUntil) && t.EffortMinutes == o.EffortMinutes &&
		t.PreferredTime == o.PreferredTime && slices.Equal(t.Tags, o.Tags) && t.Details.Same(o.Details) &&
		t.CompletedAt.Equal(o.CompletedAt) && t.DeletedAt.Equal(o.DeletedAt)
}

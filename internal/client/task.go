package client

import (
	"github.com/go-json-experiment/json"

	"mindflow/internal/mindflow"
)

// Task is a task as the API answers it. Days are "2026-11-27", instants RFC
// 3339 in UTC; nil is null. Encoded as JSON it is the answer again.
type Task struct {
	ID            mindflow.TaskID      `json:"id"`
	WorkspaceID   mindflow.WorkspaceID `json:"workspace_id"`
	UserID        mindflow.UserID      `json:"user_id"`
	AssigneeID    *mindflow.UserID     `json:"assignee_id"`
	Title         string               `json:"title"`
	Description   *string              `json:"description"`
	Status        mindflow.Status      `json:"status"`
	Priority      int                  `json:"priority"`
	DueDate       *string              `json:"due_date"`
	StartDate     *string              `json:"start_date"`
	SnoozedUntil  *string              `json:"snoozed_until"`
	EffortMinutes *int                 `json:"effort_estimate_minutes"`
	PreferredTime *string              `json:"preferred_time"`
	Tags          []string             `json:"tags"`

	ProjectID  *mindflow.ProjectID `json:"project_id"`
	ParentID   *mindflow.TaskID    `json:"parent_id"`
	BlockedBy  []mindflow.TaskID   `json:"blocked_by"`
	Position   *string             `json:"position"`
	Reminders  []mindflow.Reminder `json:"reminders"`
	Recurrence *Recurrence         `json:"recurrence"`
	Steps      *mindflow.Progress  `json:"steps"`

	Version     int64   `json:"version"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
	CompletedAt *string `json:"completed_at"`
	DeletedAt   *string `json:"deleted_at"`

	// ETag names this state of the task, for conditions of edits. Tasks in
	// lists have none.
	ETag string `json:"-"`
}

// Recurrence is how a task repeats. Rule and From are the person's; the rest is
// the server's.
type Recurrence struct {
	Rule     string `json:"rule"`
	From     string `json:"from"`
	Timezone string `json:"timezone,omitempty"`
	Start    string `json:"start,omitempty"`
	Slot     string `json:"slot,omitempty"`
	SeriesID string `json:"series_id,omitempty"`

	// Next is the task that was made once this one was done or skipped.
	Next *NextTask `json:"next,omitempty"`
}

// NextTask names a task, and when it is due.
type NextTask struct {
	ID      string `json:"id"`
	DueDate string `json:"due_date"` // a day or an instant
}

// Scored is a task with its score, and why.
type Scored struct {
	Task      Task                `json:"task"`
	Score     mindflow.Hundredths `json:"score"`
	Reasoning Reasoning           `json:"reasoning"`
}

// Reasoning is a score's terms. The scores of deadline, priority, effort and
// time of day add up to the total.
type Reasoning struct {
	DeadlineUrgency      mindflow.Hundredths `json:"deadline_urgency"`
	DeadlineUrgencyScore mindflow.Hundredths `json:"deadline_urgency_score"`
	PriorityScore        mindflow.Hundredths `json:"priority_score"`
	EffortBonus          mindflow.Hundredths `json:"effort_bonus"`
	EffortBonusScore     mindflow.Hundredths `json:"effort_bonus_score"`
	TimeOfDayMultiplier  mindflow.Hundredths `json:"time_of_day_multiplier"`
	TimeOfDayScore       mindflow.Hundredths `json:"time_of_day_score"`
	TotalScore           mindflow.Hundredths `json:"total_score"`
	Recommendation       string              `json:"recommendation"`

	// InheritedFrom is the task whose due date counts, because it waits for this
	// one; nil when it is the task's own.
	InheritedFrom *TaskName `json:"inherited_from"`
}

// TaskName is a task as others tell of it.
type TaskName struct {
	ID    mindflow.TaskID `json:"id"`
	Title string          `json:"title"`
}

// Dependency is a task that another waits for, or that waits for it.
type Dependency struct {
	TaskName

	Status mindflow.Status `json:"status"`
}

// Dependencies are what a task waits for and what waits for it.
type Dependencies struct {
	WaitsFor []Dependency `json:"waits_for"`
	Blocks   []Dependency `json:"blocks"`
	More     bool         `json:"more"` // more wait for it
}

// Best is the answer to "what should I do now?".
type Best struct {
	Scored

	// ValidUntil is when the answer will be another though nothing changes; nil
	// for never.
	ValidUntil *string `json:"valid_until"`
}

// RankedPage is one page of all actionable tasks, best first.
type RankedPage struct {
	Tasks      []Scored `json:"tasks"`
	Total      int      `json:"total"`
	ValidUntil *string  `json:"valid_until"`
	NextCursor *string  `json:"next_cursor"` // nil on the last page
}

// TaskPage is one page of a list.
type TaskPage struct {
	Tasks      []Task  `json:"tasks"`
	NextCursor *string `json:"next_cursor"` // nil on the last page
}

// Draft is what a person says about a task: fields that are not set keep what
// they hold, or in a new task their default.
type Draft struct {
	ID            Field[mindflow.TaskID] `json:"id,omitzero"`   // of a new task only
	Text          Field[string]          `json:"text,omitzero"` // of QuickAdd only
	Title         Field[string]          `json:"title,omitzero"`
	Description   Field[string]          `json:"description,omitzero"`
	Status        Field[mindflow.Status] `json:"status,omitzero"`
	Priority      Field[int]             `json:"priority,omitzero"`
	DueDate       Field[string]          `json:"due_date,omitzero"`
	StartDate     Field[string]          `json:"start_date,omitzero"`
	SnoozedUntil  Field[string]          `json:"snoozed_until,omitzero"`
	EffortMinutes Field[int]             `json:"effort_estimate_minutes,omitzero"`
	PreferredTime Field[string]          `json:"preferred_time,omitzero"`
	Tags          Field[[]string]        `json:"tags,omitzero"`
	AssigneeID    Field[mindflow.UserID] `json:"assignee_id,omitzero"`

	ProjectID  Field[mindflow.ProjectID]  `json:"project_id,omitzero"`
	ParentID   Field[mindflow.TaskID]     `json:"parent_id,omitzero"`
	BlockedBy  Field[[]mindflow.TaskID]   `json:"blocked_by,omitzero"`
	Reminders  Field[[]mindflow.Reminder] `json:"reminders,omitzero"`
	Recurrence Field[Recurrence]          `json:"recurrence,omitzero"`
}

// Field is one field of a draft: not set, cleared, or a value.
type Field[T any] struct{ mindflow.Field[T] }

// Set is a field with a value.
func Set[T any](v T) Field[T] { return Field[T]{mindflow.Some(v)} }

// Clear is a field to be cleared.
func Clear[T any]() Field[T] { return Field[T]{mindflow.Null[T]()} }

// IsZero reports whether the field is not set.
func (f Field[T]) IsZero() bool { return !f.Field.Set }

// MarshalJSON writes the value, or null.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if f.Null {
		return []byte("null"), nil
	}
	return json.Marshal(f.Value)
}

// Import says what a file is and what is to become of it.
type Import struct {
	Format string
	File   string // what it is called; empty where that is not known
	DryRun bool
	// Timezone, when set, is the zone the file was written in: midnight there is
	// read as a day.
	Timezone string
	// Columns says in which column of a CSV file a field stands.
	Columns map[string]string
}

// ImportReport says what an import did, or in a dry run would do.
type ImportReport struct {
	Format   string         `json:"format"`
	DryRun   bool           `json:"dry_run"`
	Created  int            `json:"created"`
	Known    int            `json:"known"`    // imported before, and not made again
	Gained   int            `json:"gained"`   // of those, given what they did not have
	Projects int            `json:"projects"` // made for the tasks
	Skipped  int            `json:"skipped"`  // understood, and deliberately not made a task
	Failed   int            `json:"failed"`   // could not be read
	Lost     int            `json:"lost"`     // pieces that found no place
	Remarks  []ImportRemark `json:"remarks"`
	Omitted  int            `json:"omitted"` // remarks beyond those
}

// ImportRemark says something about one place in the file.
type ImportRemark struct {
	Kind    string `json:"kind"` // changed, lost, skipped or failed
	Place   string `json:"place"`
	Message string `json:"message"`
}

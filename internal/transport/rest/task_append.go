package rest

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// appendTask appends a task as taskView encodes it, key by key. Lists are made
// of it: going through a view and reflection took most of their time.
func appendTask(b []byte, t *mindflow.Task) []byte {
	b = appendID(append(b, `{"id":`...), t.ID)
	b = appendID(append(b, `,"workspace_id":`...), t.WorkspaceID)
	b = appendID(append(b, `,"user_id":`...), t.UserID)
	b = appendOptionalID(append(b, `,"assignee_id":`...), t.AssigneeID)
	b = appendText(append(b, `,"title":`...), t.Title)
	b = appendOptional(append(b, `,"description":`...), t.Description)
	b = appendText(append(b, `,"status":`...), string(t.Status))
	b = strconv.AppendInt(append(b, `,"priority":`...), int64(t.Priority), 10)
	b = appendWhen(append(b, `,"due_date":`...), t.Due)
	b = appendWhen(append(b, `,"start_date":`...), t.Start)
	b = appendInstant(append(b, `,"snoozed_until":`...), t.SnoozedUntil, time.RFC3339)
	if b = append(b, `,"effort_estimate_minutes":`...); t.EffortMinutes == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(t.EffortMinutes), 10)
	}
	b = appendOptional(append(b, `,"preferred_time":`...), string(t.PreferredTime))
	b = append(b, `,"tags":[`...)
	for i, tag := range t.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, tag)
	}
	b = appendDetails(append(b, ']'), t)
	b = strconv.AppendInt(append(b, `,"version":`...), int64(t.Version), 10)
	b = appendInstant(append(b, `,"created_at":`...), t.CreatedAt, mindflow.InstantLayout)
	b = appendInstant(append(b, `,"updated_at":`...), t.UpdatedAt, mindflow.InstantLayout)
	b = appendInstant(append(b, `,"completed_at":`...), t.CompletedAt, mindflow.InstantLayout)
	b = appendInstant(append(b, `,"deleted_at":`...), t.DeletedAt, time.RFC3339)
	return append(b, '}')
}

// appendDetails appends what few tasks have.
func appendDetails(b []byte, t *mindflow.Task) []byte {
	if t.Details.IsZero() && t.Steps == (mindflow.Progress{}) {
		return append(b, `,"project_id":null,"parent_id":null,"blocked_by":[],"position":null,"reminders":[],"recurrence":null,"steps":null`...)
	}
	b = appendOptionalID(append(b, `,"project_id":`...), t.Details.ProjectID)
	b = appendOptionalID(append(b, `,"parent_id":`...), t.Details.ParentID)
	b = append(b, `,"blocked_by":[`...)
	for i, id := range t.Details.BlockedBy {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendID(b, id)
	}
	b = appendOptional(append(b, `],"position":`...), t.Details.Position)
	b = append(b, `,"reminders":[`...)
	for i, r := range t.Details.Reminders {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendReminder(b, r)
	}
	b = appendRecurrence(append(b, `],"recurrence":`...), &t.Details.Recurrence)
	if b = append(b, `,"steps":`...); t.Steps == (mindflow.Progress{}) {
		return append(b, "null"...)
	}
	b = strconv.AppendInt(append(b, `{"total":`...), int64(t.Steps.Total), 10)
	b = strconv.AppendInt(append(b, `,"done":`...), int64(t.Steps.Done), 10)
	return append(b, '}')
}

func appendReminder(b []byte, r mindflow.Reminder) []byte {
	if r.At.IsZero() {
		return append(strconv.AppendInt(append(b, `{"before_minutes":`...), int64(r.BeforeMinutes), 10), '}')
	}
	return append(appendInstant(append(b, `{"at":`...), r.At, time.RFC3339), '}')
}

func appendRecurrence(b []byte, r *mindflow.Recurrence) []byte {
	if r.IsZero() {
		return append(b, "null"...)
	}
	b = appendText(append(b, `{"rule":`...), r.Rule)
	b = appendText(append(b, `,"from":`...), string(r.From))
	b = appendText(append(b, `,"timezone":`...), r.Timezone)
	b = appendText(append(b, `,"start":`...), r.Start)
	b = appendText(append(b, `,"slot":`...), r.Slot)
	b = appendID(append(b, `,"series_id":`...), r.Series)
	if !r.NextID.IsZero() {
		b = appendID(append(b, `,"next":{"id":`...), r.NextID)
		b = append(appendText(append(b, `,"due_date":`...), r.NextDue), '}')
	}
	return append(b, '}')
}

// appendScored appends a task with its score as ScoredView encodes it, but for
// the end of the object.
func appendScored(b []byte, s *app.Scored) []byte {
	b = appendTask(append(b, `{"task":`...), &s.Task)
	b = s.Score.Append(append(b, `,"score":`...))
	r := &s.Reasoning
	b = r.DeadlineUrgency.Append(append(b, `,"reasoning":{"deadline_urgency":`...))
	b = r.DeadlineUrgencyScore.Append(append(b, `,"deadline_urgency_score":`...))
	b = r.PriorityScore.Append(append(b, `,"priority_score":`...))
	b = r.EffortBonus.Append(append(b, `,"effort_bonus":`...))
	b = r.EffortBonusScore.Append(append(b, `,"effort_bonus_score":`...))
	b = r.TimeOfDayMultiplier.Append(append(b, `,"time_of_day_multiplier":`...))
	b = r.TimeOfDayScore.Append(append(b, `,"time_of_day_score":`...))
	b = r.TotalScore.Append(append(b, `,"total_score":`...))
	b = appendText(append(b, `,"recommendation":`...), r.Recommendation)
	if b = append(b, `,"inherited_from":`...); r.InheritedFrom.ID.IsZero() {
		return append(b, "null}"...)
	}
	b = appendID(append(b, `{"id":`...), r.InheritedFrom.ID)
	return append(appendText(append(b, `,"title":`...), r.InheritedFrom.Title), "}}"...)
}

// roomForTask is what a task in a list takes, usually.
const roomForTask = 5 << 8

// appendPage is a page as taskPage encodes it.
func appendPage(page app.TaskPage) []byte {
	b := append(make([]byte, 0, (len(page.Tasks)+1)*roomForTask), `{"tasks":[`...)
	for i := range page.Tasks {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTask(b, &page.Tasks[i])
	}
	return append(appendOptional(append(b, `],"next_cursor":`...), page.Next), '}')
}

// appendBest is the best task as bestView encodes it.
func appendBest(best *app.BestTask) []byte {
	b := appendScored(make([]byte, 0, 2*roomForTask), &best.Scored)
	return append(appendInstant(append(b, `,"valid_until":`...), best.ValidUntil.UTC(), time.RFC3339Nano), '}')
}

// appendRanked is a page of the ranking as rankedPage encodes it.
func appendRanked(page app.RankedPage) []byte {
	b := append(make([]byte, 0, (len(page.Tasks)+1)*roomForTask*3/2), `{"tasks":[`...)
	for i := range page.Tasks {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendScored(b, &page.Tasks[i]), '}')
	}
	b = strconv.AppendInt(append(b, `],"total":`...), int64(page.Total), 10)
	b = appendInstant(append(b, `,"valid_until":`...), page.ValidUntil.UTC(), time.RFC3339Nano)
	return append(appendOptional(append(b, `,"next_cursor":`...), page.Next), '}')
}

func appendID[T any](b []byte, id mindflow.ID[T]) []byte {
	b, _ = id.AppendText(append(b, '"')) // never fails
	return append(b, '"')
}

func appendOptionalID[T any](b []byte, id mindflow.ID[T]) []byte {
	if id.IsZero() {
		return append(b, "null"...)
	}
	return appendID(b, id)
}

func appendWhen(b []byte, w mindflow.When) []byte {
	if w.IsZero() {
		return append(b, "null"...)
	}
	b, _ = w.AppendText(append(b, '"')) // never fails
	return append(b, '"')
}

func appendText(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // what is kept is valid UTF-8
	return b
}

func appendOptional(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

func appendInstant(b []byte, t time.Time, layout string) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return append(t.AppendFormat(append(b, '"'), layout), '"')
}

package rest

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"mindflow/internal/mindflow"
)

// appendTask appends a task as taskView encodes it, key by key. Lists are made
// of it: going through a view and reflection took most of their time.
func appendTask(b []byte, t *mindflow.Task) []byte {
	b = appendID(append(b, `{"id":`...), t.ID)
	b = appendID(append(b, `,"workspace_id":`...), t.WorkspaceID)
	b = appendID(append(b, `,"user_id":`...), t.UserID)
	if b = append(b, `,"assignee_id":`...); t.AssigneeID.IsZero() {
		b = append(b, "null"...)
	} else {
		b = appendID(b, t.AssigneeID)
	}
	b = appendText(append(b, `,"title":`...), t.Title)
	b = appendOptional(append(b, `,"description":`...), t.Description)
	b = appendText(append(b, `,"status":`...), string(t.Status))
	b = strconv.AppendInt(append(b, `,"priority":`...), int64(t.Priority), 10)
	b = appendOptional(append(b, `,"due_date":`...), t.Due.String())
	b = appendOptional(append(b, `,"start_date":`...), t.Start.String())
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
	v := taskView{}.withDetails(t.Details, t.Steps)
	for _, key := range [...]struct {
		name  string
		value any
	}{
		{"project_id", v.ProjectID},
		{"parent_id", v.ParentID},
		{"blocked_by", v.BlockedBy},
		{"position", v.Position},
		{"reminders", v.Reminders},
		{"recurrence", v.Recurrence},
		{"steps", v.Steps},
	} {
		encoded, _ := json.Marshal(key.value) // ids, texts and numbers always encode
		b = append(append(append(append(b, `,"`...), key.name...), `":`...), encoded...)
	}
	return b
}

func appendID[T any](b []byte, id mindflow.ID[T]) []byte {
	b, _ = id.AppendText(append(b, '"')) // never fails
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

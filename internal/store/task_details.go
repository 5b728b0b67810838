package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"mindflow/internal/mindflow"
)

// detailsJSON is how the column details holds what few tasks have.
type detailsJSON struct {
	ProjectID  mindflow.ProjectID   `json:"project_id,omitzero"`
	ParentID   mindflow.TaskID      `json:"parent_id,omitzero"`
	BlockedBy  []mindflow.TaskID    `json:"blocked_by,omitempty"`
	Position   string               `json:"position,omitempty"`
	Reminders  []mindflow.Reminder  `json:"reminders,omitempty"`
	Recurrence *mindflow.Recurrence `json:"recurrence,omitempty"`
}

func readDetails(column sql.NullString, t *mindflow.Task) error {
	if !column.Valid {
		return nil
	}
	var j detailsJSON
	if err := json.Unmarshal([]byte(column.String), &j); err != nil {
		return fmt.Errorf("read details: %w", err)
	}
	t.Details = mindflow.Details{
		ProjectID: j.ProjectID, ParentID: j.ParentID, BlockedBy: j.BlockedBy, Position: j.Position, Reminders: j.Reminders,
	}
	if j.Recurrence != nil {
		t.Details.Recurrence = *j.Recurrence
	}
	return nil
}

// noDetails are the columns of a task that has none.
var noDetails = []any{nil, nil, nil, nil, nil}

// detailColumns are details, project_id, parent_id, blocked_by and position.
func detailColumns(d mindflow.Details, ids *idTexts) []any {
	if d.IsZero() {
		return noDetails
	}
	j := detailsJSON{
		ProjectID: d.ProjectID, ParentID: d.ParentID, BlockedBy: d.BlockedBy, Position: d.Position, Reminders: d.Reminders,
	}
	if !d.Recurrence.IsZero() {
		j.Recurrence = &d.Recurrence
	}
	encoded, _ := json.Marshal(j) // ids, texts and numbers always encode
	return []any{
		string(encoded), orNull(ids, d.ProjectID), orNull(ids, d.ParentID),
		nullable(strings.Join(mindflow.IDTexts(d.BlockedBy), " ")), nullable(d.Position),
	}
}

package phase4

import (
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// Entry is one of the log's.
type Entry struct {
	ID      mindflow.EventID
	At      time.Time
	Changes mindflow.Changes
	Remarks []Remark
}

// ReadEntry reads a row of audit_logs. The only error is an id that names
// nothing.
func ReadEntry(row Row) (Entry, error) {
	r := read("audit_logs", row)
	id, err := idOf[mindflow.Event](r.id)
	if err != nil {
		return Entry{}, fmt.Errorf("audit_logs: %w", err)
	}
	at, where := r.moment("timestamp")
	if where != within {
		r.becomes("timestamp", outOfBounds)
		r.became("timestamp", at.Format(mindflow.InstantLayout))
	}
	for _, field := range []string{"action", "resource_id", "result", "error_message", "request_duration_ms"} {
		if value, ok := row[field]; ok {
			r.changes[field] = mindflow.Change{After: typed(field, value)}
		}
	}
	return Entry{id, at, r.changes, r.remarks}, nil
}

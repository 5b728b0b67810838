package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"mindflow/internal/mindflow"
)

// eventSchema is the version of the shape changes are written in.
const eventSchema = 1

const insertEvent = `
INSERT INTO events (workspace_id, seq, id, at, verb, schema_version, actor_id, channel, task_id, changes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// Record appends an event to its workspace's log, as the next in sequence.
func (tx *Tx) Record(e mindflow.Event, by mindflow.Actor) error {
	changes, err := json.Marshal(e.Changes)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	seq := tx.next(e.WorkspaceID)
	err = tx.must(insertEvent, e.WorkspaceID.String(), seq, mindflow.NewID[mindflow.Event](tx.now).String(), tx.now.UnixMicro(),
		string(e.Verb), eventSchema, by.UserID.String(), string(by.Channel), idOrNull(e.TaskID), string(changes))
	if err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	if tx.seqs == nil {
		tx.seqs = map[mindflow.WorkspaceID]int64{}
	}
	tx.seqs[e.WorkspaceID] = seq
	return nil
}

const eventsAfter = `
SELECT seq, id, at, verb, actor_id, channel, task_id, changes
  FROM events
 WHERE workspace_id = $1 AND seq > $2
 ORDER BY seq
 LIMIT $3`

// Events reads at most limit events after a sequence, in order.
func (s *Store) Events(ctx context.Context, w mindflow.WorkspaceID, after int64, limit int) ([]mindflow.Event, error) {
	var events []mindflow.Event
	err := each(s.read(ctx), eventsAfter, []any{w.String(), after, limit}, func(rows *sql.Rows) error {
		e := mindflow.Event{WorkspaceID: w}
		var at int64
		var task nullID[mindflow.Task]
		var changes string
		if err := rows.Scan(&e.Seq, &e.ID, &at, &e.Verb, &e.ActorID, &e.Channel, &task, &changes); err != nil {
			return err
		}
		e.At, e.TaskID = mindflow.UTC(at), task.id
		events = append(events, e)
		return json.Unmarshal([]byte(changes), &events[len(events)-1].Changes)
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}

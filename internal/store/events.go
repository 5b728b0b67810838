package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"mindflow/internal/mindflow"
)

// eventSchema is the version of the shape changes are written in. By which grant
// and program they came stands beside them: events of before say nothing of it.
const eventSchema = 1

const (
	insertEvent = `
INSERT INTO events (workspace_id, seq, id, at, verb, schema_version, actor_id, channel, task_id, changes,
       total_tasks, total_tags, total_bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	// Most are about a task and come through no program: a parameter that is NULL costs as much as another.
	insertWholeEvent = `
INSERT INTO events (workspace_id, seq, id, at, verb, schema_version, actor_id, channel, task_id, changes,
       total_tasks, total_tags, total_bytes, grant_id, client, call_id, subject_id, undoes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
)

// Record appends an event to its workspace's log, as the next in sequence, with
// what the workspace holds from then on.
func (tx *Tx) Record(e mindflow.Event, by mindflow.Actor) error {
	e = tx.following(e, by)
	columns, err := eventColumns(e, tx.log(e.WorkspaceID).usage, &tx.ids)
	if err != nil {
		return err
	}
	insert := insertEvent
	if by.Program != nil || tx.call != "" || tx.undoes != "" || !e.Subject.IsZero() {
		insert = insertWholeEvent
		columns = tx.appendWhole(columns, e, by)
	}
	if err := tx.must(insert, columns...); err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	return nil
}

// InOneCall says that the change records several events. Those to come share an
// id, unless the call that asked for them has one already.
func (tx *Tx) InOneCall() {
	if tx.call == "" {
		tx.call = mindflow.ChangeID(mindflow.NewID[mindflow.Event](tx.now).String())
	}
}

// appendWhole appends what few events have: the program they came by, the call
// they are part of, what they are about when it is no task, and the change they
// take back.
func (tx *Tx) appendWhole(columns []any, e mindflow.Event, by mindflow.Actor) []any {
	var p mindflow.Program
	if by.Program != nil {
		p = *by.Program
	}
	p.CallID = cmp.Or(p.CallID, string(tx.call))
	return append(columns, orNull(&tx.ids, p.GrantID), nullable(p.Name), nullable(p.CallID), orNull(&tx.ids, e.Subject), nullable(string(tx.undoes)))
}

// following is an event as the next in its workspace's log.
func (tx *Tx) following(e mindflow.Event, by mindflow.Actor) mindflow.Event {
	end := tx.log(e.WorkspaceID)
	end.seq++
	end.usage.Events++
	end.grows = end.grows || !e.Eases()
	e.ID, e.Seq, e.At, e.ActorID, e.Channel = mindflow.NewID[mindflow.Event](tx.now), end.seq, tx.now, by.UserID, by.Channel
	if e.WorkspaceID == tx.home && e.Verb.Undoable() {
		if tx.told = e.Seq; by.Program != nil && by.Program.CallID != "" {
			tx.call = mindflow.ChangeID(by.Program.CallID)
		}
	}
	return e
}

// eventColumns are an event's, in the order insertEvent names them, with what
// the workspace holds from then on.
func eventColumns(e mindflow.Event, holds mindflow.Usage, ids *idTexts) ([]any, error) {
	changes, err := json.Marshal(e.Changes)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return []any{
		textOf(ids, e.WorkspaceID), e.Seq, e.ID.String(), e.At.UnixMicro(), string(e.Verb), eventSchema,
		textOf(ids, e.ActorID), string(e.Channel), orNull(ids, e.TaskID), string(changes),
		holds.Tasks, holds.Tags, holds.Bytes,
	}, nil
}

const (
	readEvent = `
SELECT seq, id, at, verb, actor_id, channel, task_id, changes, grant_id, coalesce(client, ''), coalesce(call_id, ''), subject_id,
       coalesce(undoes, '')
  FROM events`
	eventsAfter = readEvent + ` WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`
)

const compactedUpTo = `SELECT compacted_seq FROM workspaces WHERE id = $1`

// Events reads at most limit events after a sequence, in order. Where the log
// has been compacted beyond that sequence it answers ErrCompacted; after zero
// tells what is left of it.
func (s *Store) Events(ctx context.Context, w mindflow.WorkspaceID, after int64, limit int) ([]mindflow.Event, error) {
	events, err := s.eventsAfter(ctx, w, after, limit)
	if err != nil || after == 0 {
		return events, err
	}
	compacted := int64(0) // read after the events: what went meanwhile is noticed
	if err := one(s.read(ctx), compactedUpTo, []any{w.String()}, &compacted); err != nil {
		return nil, absent(err, "workspace")
	}
	if after < compacted {
		return nil, ErrCompacted
	}
	return events, nil
}

func (s *Store) eventsAfter(ctx context.Context, w mindflow.WorkspaceID, after int64, limit int) ([]mindflow.Event, error) {
	events, err := readEvents(s.read(ctx), w, eventsAfter, w.String(), after, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}

// eachEvent reads every event with fn.
func eachEvent(q querier, w mindflow.WorkspaceID, query string, args []any, fn func(mindflow.Event) error) error {
	return each(q, query, args, func(rows *sql.Rows) error {
		e := mindflow.Event{WorkspaceID: w}
		var at int64
		var task nullID[mindflow.Task]
		var grant nullID[mindflow.Grant]
		var subject nullID[mindflow.Subject]
		var changes string
		err := rows.Scan(&e.Seq, &e.ID, &at, &e.Verb, &e.ActorID, &e.Channel, &task, &changes, &grant, &e.Program.Name, &e.Program.CallID,
			&subject, &e.Undoes)
		if err != nil {
			return err
		}
		e.At, e.TaskID, e.Program.GrantID, e.Subject = mindflow.UTC(at), task.id, grant.id, subject.id
		if err := json.Unmarshal([]byte(changes), &e.Changes); err != nil {
			return err
		}
		return fn(e)
	})
}

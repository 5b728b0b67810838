package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"mindflow/internal/mindflow"
)

// A plus before what is sorted by keeps SQLite from reading the whole log for its
// order instead of looking up the few events that are named.
const (
	eventAt      = readEvent + ` WHERE workspace_id = $1 AND seq = $2`
	eventsOfCall = readEvent + ` WHERE workspace_id = $1 AND call_id = $2 ORDER BY seq LIMIT $3`
)

// EventsOf reads the events of a change in the transaction's home, in order, at
// most so many of them. A single event stands for the whole call it is a part of.
func (tx *Tx) EventsOf(change mindflow.ChangeID, limit int) ([]mindflow.Event, error) {
	home := textOf(&tx.ids, tx.home)
	if seq, single := change.Seq(); single {
		found, err := readEvents(tx, tx.home, eventAt, home, seq)
		if err != nil || len(found) == 0 || found[0].Program.CallID == "" {
			return found, err
		}
		change = found[0].ChangeID()
	}
	return readEvents(tx, tx.home, eventsOfCall, home, string(change), limit)
}

// LaterOf names what later events are looked for by.
type LaterOf struct {
	Tasks       []mindflow.TaskID
	Subjects    []mindflow.SubjectID
	Preferences bool // of whose home it is
}

// Later calls fn for each event after a sequence that is about one of the things,
// the newest of each kind first, until it answers that no more are needed.
func (tx *Tx) Later(seq int64, things LaterOf, fn func(mindflow.Event) (more bool)) error {
	if err := things.each(tx, tx.home, seq, fn); err != nil {
		return fmt.Errorf("read later events: %w", err)
	}
	return nil
}

func (l LaterOf) each(q querier, w mindflow.WorkspaceID, seq int64, more func(mindflow.Event) bool) error {
	fn := func(e mindflow.Event) error {
		if !more(e) {
			return errEnough
		}
		return nil
	}
	if l.Preferences {
		const query = readEvent + ` WHERE workspace_id = $1 AND seq > $2 AND verb = $3 ORDER BY seq DESC`
		if err := eachEvent(q, w, query, []any{w.String(), seq, string(mindflow.PreferencesChanged)}, fn); err != nil {
			return err
		}
	}
	if err := laterOf(q, w, seq, "task_id", l.Tasks, fn); err != nil {
		return err
	}
	return laterOf(q, w, seq, "subject_id", l.Subjects, fn)
}

func laterOf[T any](q querier, home mindflow.WorkspaceID, seq int64, column string, ids []mindflow.ID[T], fn func(mindflow.Event) error) error {
	if len(ids) == 0 {
		return nil
	}
	var w where
	w.and("workspace_id = " + w.arg(home.String()))
	w.and("seq > " + w.arg(seq))
	in(&w, column, roundUp(ids))
	return eachEvent(q, home, readEvent+" WHERE "+w.String()+" ORDER BY +seq DESC", w.args, fn)
}

// Undoing says that what is recorded from now on takes a change back.
func (tx *Tx) Undoing(change mindflow.ChangeID) { tx.undoes = change }

// TasksNamed reads those of the named tasks of the transaction's home that
// exist, deleted ones too, by their ids, as they are kept.
func (tx *Tx) TasksNamed(ids []mindflow.TaskID) (map[mindflow.TaskID]mindflow.Task, error) {
	found := make(map[mindflow.TaskID]mindflow.Task, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var w where
	w.and("t.workspace_id = " + w.arg(textOf(&tx.ids, tx.home)))
	in(&w, "t.id", roundUp(ids))
	tasks, err := readTasks(tx, "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+w.String(), w.args)
	for _, t := range tasks {
		found[t.ID] = t
	}
	return found, err
}

// CompactedUpTo is up to which sequence the log of the transaction's home is no
// longer told one by one.
func (tx *Tx) CompactedUpTo() (seq int64, err error) {
	if err := one(tx, compactedUpTo, []any{textOf(&tx.ids, tx.home)}, &seq); err != nil {
		return 0, fmt.Errorf("read how far the log is compacted: %w", err)
	}
	return seq, nil
}

func readEvents(q querier, w mindflow.WorkspaceID, query string, args ...any) ([]mindflow.Event, error) {
	var events []mindflow.Event
	err := eachEvent(q, w, query, args, func(e mindflow.Event) error {
		events = append(events, e)
		return nil
	})
	return events, err
}

// LoggedChange is a change as the log tells of it: its last event, how many there
// are, and the sequence of the first.
type LoggedChange struct {
	Last  mindflow.Event
	Count int
	First int64
}

// ofPlans is the condition that an event is about what people plan with, not
// about accounts.
const ofPlans = ` AND (verb LIKE 'task%' OR verb LIKE 'project.%' OR verb LIKE 'template.%' OR verb = 'preferences.changed')`

// Changes reads the changes whose last events come before a sequence, the newest
// first; only those of one task if it is named.
func (s *Store) Changes(ctx context.Context, w mindflow.WorkspaceID, task mindflow.TaskID, before int64, limit int) ([]LoggedChange, error) {
	c := where{args: []any{w.String(), before}}
	about := ""
	if !task.IsZero() {
		about = " AND %stask_id = " + c.arg(task.String())
	}
	query := readEvent + ` WHERE workspace_id = $1 AND seq < $2` + ofPlans + sprint(about, "") +
		` AND NOT EXISTS (SELECT 1 FROM events l WHERE l.workspace_id = $1 AND l.call_id = events.call_id AND l.seq > events.seq` +
		sprint(about, "l.") + `) ORDER BY seq DESC LIMIT ` + c.arg(limit)
	last, err := readEvents(s.read(ctx), w, query, c.args...)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	changes := make([]LoggedChange, len(last))
	calls := map[string]*LoggedChange{}
	for i, e := range last {
		changes[i] = LoggedChange{Last: e, Count: 1, First: e.Seq}
		if e.Program.CallID != "" {
			calls[e.Program.CallID] = &changes[i]
		}
	}
	return changes, s.countCalls(ctx, w, calls)
}

func sprint(format, table string) string {
	if format == "" {
		return ""
	}
	return fmt.Sprintf(format, table)
}

func (s *Store) countCalls(ctx context.Context, w mindflow.WorkspaceID, calls map[string]*LoggedChange) error {
	if len(calls) == 0 {
		return nil
	}
	c := ofCalls(w, slices.Collect(maps.Keys(calls)))
	query := "SELECT call_id, count(*), min(seq) FROM events WHERE " + c.String() + " GROUP BY call_id"
	err := each(s.read(ctx), query, c.args, func(rows *sql.Rows) error {
		var call string
		var count int
		var first int64
		if err := rows.Scan(&call, &count, &first); err != nil {
			return err
		}
		calls[call].Count, calls[call].First = count, first
		return nil
	})
	if err != nil {
		return fmt.Errorf("count events of calls: %w", err)
	}
	return nil
}

func ofCalls(w mindflow.WorkspaceID, calls []string) where {
	var c where
	c.and("workspace_id = " + c.arg(w.String()))
	in(&c, "call_id", calls)
	return c
}

// EventsOfCalls reads all events of some calls, in order.
func (s *Store) EventsOfCalls(ctx context.Context, w mindflow.WorkspaceID, calls []string) ([]mindflow.Event, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	c := ofCalls(w, calls)
	events, err := readEvents(s.read(ctx), w, readEvent+" WHERE "+c.String()+" ORDER BY +seq", c.args...)
	if err != nil {
		return nil, fmt.Errorf("read events of calls: %w", err)
	}
	return events, nil
}

// Later does outside a change what Tx.Later does within.
func (s *Store) Later(ctx context.Context, w mindflow.WorkspaceID, seq int64, things LaterOf, fn func(mindflow.Event) (more bool)) error {
	if err := things.each(s.read(ctx), w, seq, fn); err != nil {
		return fmt.Errorf("read later events: %w", err)
	}
	return nil
}

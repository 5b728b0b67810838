package store

import (
	"fmt"

	"mindflow/internal/mindflow"
)

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

// Later calls fn for each event after a sequence that is about one of the
// subjects, which are tasks, or what is kept beside them; the newest first.
func (tx *Tx) Later(seq int64, tasks []mindflow.TaskID, subjects []mindflow.SubjectID, fn func(mindflow.Event) error) error {
	if err := later(tx, seq, "task_id", tasks, fn); err != nil {
		return err
	}
	return later(tx, seq, "subject_id", subjects, fn)
}

func later[T any](tx *Tx, seq int64, column string, ids []mindflow.ID[T], fn func(mindflow.Event) error) error {
	if len(ids) == 0 {
		return nil
	}
	var w where
	w.and("workspace_id = " + w.arg(textOf(&tx.ids, tx.home)))
	w.and("seq > " + w.arg(seq))
	in(&w, column, roundUp(ids))
	return eachEvent(tx, tx.home, readEvent+" WHERE "+w.String()+" ORDER BY seq DESC", w.args, fn)
}

// LaterPreferences does the same for the preferences of whose home it is.
func (tx *Tx) LaterPreferences(seq int64, fn func(mindflow.Event) error) error {
	const query = readEvent + ` WHERE workspace_id = $1 AND seq > $2 AND verb = $3 ORDER BY seq DESC`
	return eachEvent(tx, tx.home, query, []any{textOf(&tx.ids, tx.home), seq, string(mindflow.PreferencesChanged)}, fn)
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

package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"

	"mindflow/internal/mindflow"
)

// readIDs reads a column that holds ids, a space between them.
func readIDs(column []byte) ([]mindflow.TaskID, error) {
	var ids []mindflow.TaskID
	for name := range bytes.SplitSeq(column, []byte(" ")) {
		var id mindflow.TaskID
		if err := id.UnmarshalText(name); err != nil {
			return nil, fmt.Errorf("read blockers: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// holdsUp is the condition that a task holds up those that wait for it: it is
// open, not deleted, and not put away with its project.
const holdsUp = `t.deleted_at IS NULL AND t.shelved_at IS NULL AND t.status IN ('pending', 'in_progress', 'snoozed')`

// OpenAmong names those of some tasks of the transaction's home that hold up
// others, in their order.
func (tx *Tx) OpenAmong(ids []mindflow.TaskID) ([]mindflow.TaskName, error) {
	var w where
	w.and("t.workspace_id = " + w.arg(textOf(&tx.ids, tx.home)))
	in(&w, "t.id", mindflow.IDTexts(ids))
	var open []mindflow.TaskName
	err := each(tx, "SELECT t.id, t.title FROM tasks t WHERE "+w.String()+" AND "+holdsUp, w.args, func(rows *sql.Rows) error {
		var name mindflow.TaskName
		err := rows.Scan(&name.ID, &name.Title)
		open = append(open, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read open blockers: %w", err)
	}
	slices.SortFunc(open, func(a, b mindflow.TaskName) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return open, nil
}

// Waiter is a task of a workspace with what it waits for.
type Waiter struct {
	mindflow.TaskName

	For     []mindflow.TaskID
	Deleted bool
}

const waiterColumns = `SELECT t.id, t.title, t.blocked_by, t.deleted_at FROM tasks t WHERE `

// Waiters reads, in one statement, all tasks of the transaction's home that wait
// for others, in whatever state they are, and those named beside them.
func (tx *Tx) Waiters(beside []mindflow.TaskID) (map[mindflow.TaskID]Waiter, error) {
	var w where
	home := w.arg(textOf(&tx.ids, tx.home))
	w.and("t.workspace_id = " + home)
	in(&w, "t.id", mindflow.IDTexts(beside))
	query := waiterColumns + w.String() + " UNION ALL " + waiterColumns + "t.workspace_id = " + home + " AND t.blocked_by IS NOT NULL"
	waiters := map[mindflow.TaskID]Waiter{}
	err := each(tx, query, w.args, func(rows *sql.Rows) error {
		var t Waiter
		var blockers sql.RawBytes
		var deleted sql.NullInt64
		if err := rows.Scan(&t.ID, &t.Title, &blockers, &deleted); err != nil {
			return err
		}
		var err error
		if len(blockers) > 0 {
			t.For, err = readIDs(blockers)
		}
		t.Deleted = deleted.Valid
		waiters[t.ID] = t
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read who waits for whom: %w", err)
	}
	return waiters, nil
}

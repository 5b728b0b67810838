package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

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

// holdsUp is the condition that a task b holds up those that wait for it: it is
// open, not deleted, and not put away with its project.
const holdsUp = `b.deleted_at IS NULL AND b.shelved_at IS NULL AND b.status IN ('pending', 'in_progress', 'snoozed')`

// blockedCondition is that a task t is open and waits for one that holds it up.
// CROSS JOIN: see ancestors.
func (d dialect) blockedCondition() string {
	from, id := d.idsIn("t.blocked_by")
	return "t.blocked_by IS NOT NULL AND t.status IN ('pending', 'in_progress', 'snoozed') AND EXISTS (SELECT 1 FROM " + from +
		" CROSS JOIN tasks b WHERE b.workspace_id = t.workspace_id AND b.id = " + id + " AND " + holdsUp + ")"
}

// OpenAmong names those of some tasks of the transaction's home that hold up
// others, in their order.
func (tx *Tx) OpenAmong(ids []mindflow.TaskID) ([]mindflow.TaskName, error) {
	var w where
	w.and("b.workspace_id = " + w.arg(textOf(&tx.ids, tx.home)))
	in(&w, "b.id", mindflow.IDTexts(ids))
	var open []mindflow.TaskName
	err := each(tx, "SELECT b.id, b.title FROM tasks b WHERE "+w.String()+" AND "+holdsUp, w.args, func(rows *sql.Rows) error {
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

const dependencyColumns = `t.id, t.title, t.status, t.snoozed_until_at FROM tasks t WHERE t.deleted_at IS NULL AND `

// Dependencies reads, in one statement, what a task waits for and what waits for
// it, as it reads at now; of the latter so many. Deleted ones do not exist.
func (s *Store) Dependencies(ctx context.Context, w mindflow.WorkspaceID, task mindflow.Task, limit int, now time.Time) (mindflow.Dependencies, error) {
	var blocks, waitsFor where
	home := blocks.arg(w.String())
	blocks.and("t.workspace_id = " + home)
	blocks.and("t.blocked_by IS NOT NULL AND " + s.dialect.contains("t.blocked_by", blocks.arg(task.ID.String())))
	query := "SELECT * FROM (SELECT 1 AS blocks, CASE WHEN t.status IN ('pending', 'in_progress', 'snoozed') THEN 0 ELSE 1 END AS done, " +
		dependencyColumns + blocks.String() + " ORDER BY done, t.created_at, t.id LIMIT " + blocks.arg(limit+1) + ") AS waiting"
	if len(task.Details.BlockedBy) > 0 {
		waitsFor.args = blocks.args
		waitsFor.and("t.workspace_id = " + home)
		in(&waitsFor, "t.id", mindflow.IDTexts(task.Details.BlockedBy))
		query += " UNION ALL SELECT 0, 0, " + dependencyColumns + waitsFor.String()
		blocks.args = waitsFor.args
	}
	var all mindflow.Dependencies
	err := each(s.read(ctx), query, blocks.args, func(rows *sql.Rows) error {
		var t mindflow.Task
		var isBlocked, done int
		var snoozed sql.NullInt64
		if err := rows.Scan(&isBlocked, &done, &t.ID, &t.Title, &t.Status, &snoozed); err != nil {
			return err
		}
		t.SnoozedUntil = instant(snoozed)
		to := &all.WaitsFor
		if isBlocked == 1 {
			to = &all.Blocks
		}
		*to = append(*to, mindflow.Dependency{TaskName: t.Name(), Status: t.At(now).Status})
		return nil
	})
	if err != nil {
		return all, fmt.Errorf("read dependencies: %w", err)
	}
	slices.SortFunc(all.WaitsFor, func(a, b mindflow.Dependency) int {
		return slices.Index(task.Details.BlockedBy, a.ID) - slices.Index(task.Details.BlockedBy, b.ID)
	})
	if all.More = len(all.Blocks) > limit; all.More {
		all.Blocks = all.Blocks[:limit]
	}
	return all, nil
}

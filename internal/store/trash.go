package store

import (
	"context"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// Trash reads tasks that were deleted after a moment, the newest deletion first,
// as they are kept; those behind a place, unless that is zero.
func (s *Store) Trash(ctx context.Context, w mindflow.WorkspaceID, since time.Time, at int64, id mindflow.TaskID, limit int) ([]mindflow.Task, error) {
	var c where
	c.and("t.workspace_id = " + c.arg(w.String()))
	c.and("t.deleted_at >= " + c.arg(since.UnixMicro()))
	if at != 0 {
		c.and("(t.deleted_at, t.id) < (" + c.arg(at) + ", " + c.arg(id.String()) + ")")
	}
	return readTasks(s.read(ctx), "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+c.String()+
		" ORDER BY t.deleted_at DESC, t.id DESC LIMIT "+c.arg(limit), c.args)
}

// An emptied task is one that was deleted so long ago that it cannot be restored,
// and holds nothing of what was typed. Its row stays for a day: snapshots learn
// from it that the task is gone.
const (
	emptyTasks = `
UPDATE tasks SET title = '', title_key = '', tags = NULL, tag_keys = NULL, deleted_at = $2, version = version + 1, changed_seq = $3, updated_at = $4
 WHERE workspace_id = $1 AND `
	emptyTexts = `UPDATE task_texts SET description = '', search_key = '' WHERE workspace_id = $1 AND `
)

// EmptyTasks takes deleted tasks of the transaction's home away for good.
func (tx *Tx) EmptyTasks(tasks []mindflow.Task, by mindflow.Actor) error {
	ids := make([]mindflow.TaskID, len(tasks))
	end := tx.log(tx.home)
	for i, t := range tasks {
		ids[i] = t.ID
		end.usage = end.usage.Plus(mindflow.Usage{Tasks: 1}).Minus(mindflow.UsageOf(t))
	}
	home, gone := textOf(&tx.ids, tx.home), tx.now.Add(-mindflow.Restorable-time.Microsecond).UnixMicro()
	w := where{args: []any{home, gone, tx.next(tx.home), tx.now.UnixMicro()}}
	in(&w, "id", roundUp(ids))
	if _, err := tx.exec(emptyTasks+w.String(), w.args...); err != nil {
		return fmt.Errorf("empty tasks: %w", err)
	}
	x := where{args: []any{home}}
	in(&x, "task_id", roundUp(ids))
	if _, err := tx.exec(emptyTexts+x.String(), x.args...); err != nil {
		return fmt.Errorf("empty texts: %w", err)
	}
	return tx.Record(mindflow.Event{
		Verb: mindflow.TasksPurged, WorkspaceID: tx.home, Changes: mindflow.Changes{"tasks": {Before: len(tasks)}},
	}, by)
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// ErrCompacted reports that events a reader asks for are no longer told one by
// one: who follows the log has to begin anew with what is there now.
var ErrCompacted = errors.New("the log has been compacted beyond that event")

const oldLogs = `
SELECT w.id
  FROM workspaces w
 WHERE w.id > $1
   AND EXISTS (SELECT 1 FROM events e WHERE e.workspace_id = w.id AND e.seq = w.compacted_seq + 1 AND e.at < $2)
 ORDER BY w.id
 LIMIT $3`

// OldLogs answers workspaces, in the order of their ids and after one of them,
// whose log begins with events from before a moment.
func (s *Store) OldLogs(ctx context.Context, before time.Time, after mindflow.WorkspaceID, limit int) ([]mindflow.WorkspaceID, error) {
	var found []mindflow.WorkspaceID
	err := each(s.read(ctx), oldLogs, []any{after.String(), before.UnixMicro(), limit}, func(rows *sql.Rows) error {
		var id mindflow.WorkspaceID
		err := rows.Scan(&id)
		found = append(found, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for old events: %w", err)
	}
	return found, nil
}

const (
	nextToCompact = `
SELECT e.seq, e.at
  FROM workspaces w
  JOIN events e ON e.workspace_id = w.id AND e.seq > w.compacted_seq
 WHERE w.id = $1
 ORDER BY e.seq
 LIMIT $2`
	setCompacted = `UPDATE workspaces SET compacted_seq = $2 WHERE id = $1`
)

// Compact takes at most so many old events of tasks out of the beginning of a
// workspace's log, and answers how far it looked: fewer than limit means that
// no old one is left. The last event always stays: its sequence is the
// workspace's version. So do those that are about no task, and those that hold
// what exists nowhere else.
func (tx *Tx) Compact(workspace mindflow.WorkspaceID, before time.Time, limit int) (int, error) {
	if err := tx.Lock(workspace); err != nil {
		return 0, err
	}
	looked, upTo := 0, int64(0)
	var seqs []int64
	err := each(tx, nextToCompact, []any{workspace.String(), limit + 1}, func(rows *sql.Rows) error {
		var seq, at int64
		if err := rows.Scan(&seq, &at); err != nil {
			return err
		}
		if len(seqs) == looked && at < before.UnixMicro() {
			looked++
		}
		seqs = append(seqs, seq)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("read old events: %w", err)
	}
	if looked = min(looked, len(seqs)-1); looked <= 0 { // one is left over: it may be the last
		return 0, nil
	}
	upTo = seqs[looked-1]
	var w where
	w.and("workspace_id = " + w.arg(workspace.String()))
	w.and("seq >= " + w.arg(seqs[0]))
	w.and("seq <= " + w.arg(upTo))
	in(&w, "verb", mindflow.Compactable())
	if _, err := tx.exec("DELETE FROM events WHERE "+w.String(), w.args...); err != nil {
		return 0, fmt.Errorf("compact events: %w", err)
	}
	if err := tx.must(setCompacted, workspace.String(), upTo); err != nil {
		return 0, fmt.Errorf("compact events: %w", err)
	}
	return looked, nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"

	"mindflow/internal/mindflow"
)

// Imported answers which of a format's source ids the workspace has taken in
// before, whatever became of their tasks.
func (s *Store) Imported(ctx context.Context, w mindflow.WorkspaceID, format string, sources []string) (map[string]bool, error) {
	return imported(s.read(ctx), w, format, sources)
}

// Imported answers the same within the change, for the transaction's home.
func (tx *Tx) Imported(format string, sources []string) (map[string]bool, error) {
	return imported(tx, tx.home, format, sources)
}

func imported(q querier, w mindflow.WorkspaceID, format string, sources []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(sources) == 0 {
		return known, nil
	}
	var c where
	c.and("workspace_id = " + c.arg(w.String()))
	c.and("format = " + c.arg(format))
	in(&c, "source_id", sources)
	err := each(q, "SELECT source_id FROM task_sources WHERE "+c.String(), c.args, func(rows *sql.Rows) error {
		var source string
		if err := rows.Scan(&source); err != nil {
			return err
		}
		known[source] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return known, nil
}

const usage = `
SELECT coalesce(e.total_tasks, 0), coalesce(e.total_tags, 0), coalesce(e.total_bytes, 0), coalesce(e.seq, 0) - w.compacted_seq
  FROM workspaces w
  LEFT JOIN events e
    ON e.workspace_id = w.id
   AND e.seq = (SELECT max(l.seq) FROM events l WHERE l.workspace_id = w.id)
 WHERE w.id = $1`

// Usage is what a workspace holds.
func (s *Store) Usage(ctx context.Context, w mindflow.WorkspaceID) (mindflow.Usage, error) {
	var u mindflow.Usage
	err := one(s.read(ctx), usage, []any{w.String()}, &u.Tasks, &u.Tags, &u.Bytes, &u.Events)
	return u, absent(err, "workspace")
}

const insertSource = `INSERT INTO task_sources (workspace_id, format, source_id, task_id, imported_at) VALUES ($1, $2, $3, $4, $5)`

// RememberSource keeps where a task of the transaction's home came from.
func (tx *Tx) RememberSource(format, source string, id mindflow.TaskID) error {
	if err := tx.must(insertSource, tx.home.String(), format, source, id.String(), tx.now.UnixMicro()); err != nil {
		return fmt.Errorf("remember source: %w", err)
	}
	return nil
}

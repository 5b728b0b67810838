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

const insertSource = `INSERT INTO task_sources (workspace_id, format, source_id, task_id, imported_at) VALUES ($1, $2, $3, $4, $5)`

// RememberSource keeps where a task of the transaction's home came from.
func (tx *Tx) RememberSource(format, source string, id mindflow.TaskID) error {
	if err := tx.must(insertSource, tx.home.String(), format, source, id.String(), tx.now.UnixMicro()); err != nil {
		return fmt.Errorf("remember source: %w", err)
	}
	return nil
}

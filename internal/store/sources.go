package store

import (
	"context"
	"database/sql"
	"fmt"

	"mindflow/internal/mindflow"
)

// Source is where an imported task came from.
type Source struct {
	TaskID mindflow.TaskID
	// Linked says that what the file says of its project, steps, dependencies and
	// repeats was taken in.
	Linked bool
}

// Imported answers what became of a format's source ids that the workspace has
// taken in before, whatever became of their tasks since.
func (s *Store) Imported(ctx context.Context, w mindflow.WorkspaceID, format string, sources []string) (map[string]Source, error) {
	return imported(s.read(ctx), w, format, sources)
}

// Imported answers the same within the change, for the transaction's home.
func (tx *Tx) Imported(format string, sources []string) (map[string]Source, error) {
	return imported(tx, tx.home, format, sources)
}

func imported(q querier, w mindflow.WorkspaceID, format string, sources []string) (map[string]Source, error) {
	known := map[string]Source{}
	if len(sources) == 0 {
		return known, nil
	}
	var c where
	c.and("workspace_id = " + c.arg(w.String()))
	c.and("format = " + c.arg(format))
	in(&c, "source_id", sources)
	err := each(q, "SELECT source_id, task_id, linked_at IS NOT NULL FROM task_sources WHERE "+c.String(), c.args, func(rows *sql.Rows) error {
		var source string
		var is Source
		if err := rows.Scan(&source, &is.TaskID, &is.Linked); err != nil {
			return err
		}
		known[source] = is
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

const insertSource = `
INSERT INTO task_sources (workspace_id, format, source_id, task_id, imported_at, linked_at) VALUES ($1, $2, $3, $4, $5, $6)`

// RememberSource keeps where a task of the transaction's home came from, and
// whether all that the file says of it has been taken in.
func (tx *Tx) RememberSource(format, source string, id mindflow.TaskID, linked bool) error {
	var at any
	if linked {
		at = tx.now.UnixMicro()
	}
	if err := tx.must(insertSource, tx.home.String(), format, source, id.String(), tx.now.UnixMicro(), at); err != nil {
		return fmt.Errorf("remember source: %w", err)
	}
	return nil
}

// LinkedSources remembers of some sources of the transaction's home that all the
// file says of them has been taken in.
func (tx *Tx) LinkedSources(format string, sources []string) error {
	if len(sources) == 0 {
		return nil
	}
	w := where{args: []any{tx.home.String(), format, tx.now.UnixMicro()}}
	w.and("workspace_id = $1 AND format = $2")
	in(&w, "source_id", sources)
	if _, err := tx.exec("UPDATE task_sources SET linked_at = $3 WHERE "+w.String(), w.args...); err != nil {
		return fmt.Errorf("remember linked sources: %w", err)
	}
	return nil
}

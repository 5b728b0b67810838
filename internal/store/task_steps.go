package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/bits"
	"slices"

	"mindflow/internal/mindflow"
)

// note remembers what follows from a change once all are made. Every way to change
// tasks goes through it but purging, after which nobody is reminded.
func (tx *Tx) note(before, after *mindflow.Task) {
	tx.noteSteps(before, after)
	tx.noteReminders(before, after)
}

// noteSteps remembers whose steps a change has to count anew. Every way to
// write a task comes through here; a task without a parent costs nothing.
func (tx *Tx) noteSteps(before, after *mindflow.Task) {
	from, to := before.Details.ParentID, after.Details.ParentID
	if from.IsZero() && to.IsZero() || from == to && countsAs(before) == countsAs(after) {
		return
	}
	for _, parent := range [...]mindflow.TaskID{from, to} {
		if !parent.IsZero() {
			tx.parents = append(tx.parents, parent)
		}
	}
}

// countsAs is what a task adds to its parent's steps. What was given up or
// deleted adds nothing.
func countsAs(t *mindflow.Task) mindflow.Progress {
	switch {
	case !t.DeletedAt.IsZero() || t.Status == mindflow.StatusCancelled:
		return mindflow.Progress{}
	case t.Status == mindflow.StatusCompleted:
		return mindflow.Progress{Total: 1, Done: 1}
	}
	return mindflow.Progress{Total: 1}
}

// countSteps counts the steps of every parent the change has touched, by one
// statement, which makes a new version of those it finds otherwise. Steps that
// count for nothing leave a zero: NULL is a task that has none at all. RETURNING
// names columns that the other table lacks. The parents are named twice, and the
// steps found before they are read, so that SQLite goes by indexes throughout.
const (
	countSteps = `
UPDATE tasks AS t
   SET steps_total = c.total, steps_done = c.done, version = t.version + 1, changed_seq = $2,
       updated_at = CASE WHEN t.updated_at > $3 THEN t.updated_at ELSE $3 END
  FROM (SELECT p.id AS parent,
               CASE WHEN count(s.id) > 0 THEN count(CASE WHEN s.deleted_at IS NULL AND s.status <> 'cancelled' THEN 1 END) END AS total,
               CASE WHEN count(s.id) > 0 THEN count(CASE WHEN s.deleted_at IS NULL AND s.status = 'completed' THEN 1 END) END AS done
          FROM tasks p LEFT JOIN tasks found ON found.workspace_id = p.workspace_id AND found.parent_id = p.id
                       LEFT JOIN tasks s ON s.workspace_id = found.workspace_id AND s.id = found.id
         WHERE p.workspace_id = $1 AND p.id IN `
	countedSteps = `
         GROUP BY p.id) AS c
 WHERE t.workspace_id = $1 AND t.id = c.parent
   AND (t.steps_total IS DISTINCT FROM c.total OR t.steps_done IS DISTINCT FROM c.done) AND t.id IN `
	stepsCounted = `
RETURNING id, version, updated_at, steps_total, steps_done`
)

// CountSteps counts the steps of all parents this change has touched so far,
// and brings the given tasks up to that. What is left is counted before the
// commit: only a change that answers such a task calls it, last of all, since it
// makes new versions.
func (tx *Tx) CountSteps(tasks []mindflow.Task) error {
	if len(tx.parents) == 0 {
		return nil
	}
	slices.SortFunc(tx.parents, func(a, b mindflow.TaskID) int { return bytes.Compare(a[:], b[:]) })
	parents := slices.Compact(tx.parents)
	tx.parents = nil
	w := where{args: []any{textOf(&tx.ids, tx.home), tx.log(tx.home).seq, tx.now.UnixMicro()}}
	named := list(&w, roundUp(parents))
	err := each(tx, countSteps+named+countedSteps+named+stepsCounted, w.args, func(rows *sql.Rows) error {
		tx.changes++
		var t mindflow.Task
		var updated int64
		var total, done sql.NullInt64
		if err := rows.Scan(&t.ID, &t.Version, &updated, &total, &done); err != nil {
			return err
		}
		for i := range tasks {
			if task := &tasks[i]; task.ID == t.ID {
				task.Version, task.UpdatedAt = t.Version, mindflow.UTC(updated)
				readProgress(total, done, task)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count steps: %w", err)
	}
	return nil
}

// Counted does that for one task, and answers it.
func (tx *Tx) Counted(task mindflow.Task) (mindflow.Task, error) {
	if len(tx.parents) == 0 {
		return task, nil
	}
	tasks := []mindflow.Task{task}
	err := tx.CountSteps(tasks)
	return tasks[0], err
}

// finish does what is left to do once a change has succeeded.
func (tx *Tx) finish(err error) error {
	if err != nil || len(tx.parents) == 0 {
		return err
	}
	return tx.CountSteps(nil)
}

func readProgress(total, done sql.NullInt64, t *mindflow.Task) {
	t.HasSteps = total.Valid
	t.Steps = mindflow.Progress{Total: int(total.Int64), Done: int(done.Int64)}
}

// roundUp names ids as texts, repeating the last one up to a power of two: so a
// statement has few forms.
func roundUp[T any](ids []mindflow.ID[T]) []string {
	names := make([]string, 1<<bits.Len(uint(len(ids)-1)))
	for i := range names {
		names[i] = ids[min(i, len(ids)-1)].String()
	}
	return names
}

// Ancestor is one of the tasks above a step, and what holds it.
type Ancestor struct {
	ID        mindflow.TaskID
	ParentID  mindflow.TaskID
	ProjectID mindflow.ProjectID
	Title     string
}

// A tree is no deeper than mindflow.MaxStepDepth; these bounds only keep a
// broken one from going round for ever. CROSS JOIN has SQLite begin with what is
// found already: it knows no better, and would go through all steps of the
// workspace for each.
const (
	ancestors = `
WITH RECURSIVE up (id, parent_id, project_id, title, deleted_at, level) AS (
    SELECT t.id, t.parent_id, t.project_id, t.title, t.deleted_at, 0
      FROM tasks t
     WHERE t.workspace_id = $1 AND t.id = $2
     UNION ALL
    SELECT t.id, t.parent_id, t.project_id, t.title, t.deleted_at, up.level + 1
      FROM up CROSS JOIN tasks t
     WHERE t.workspace_id = $1 AND t.id = up.parent_id AND up.level < 20
), down (id, level) AS (
    SELECT up.id, 0 FROM up WHERE up.parent_id IS NULL
     UNION ALL
    SELECT t.id, down.level + 1
      FROM down CROSS JOIN tasks t
     WHERE t.workspace_id = $1 AND t.parent_id = down.id AND t.id <> $3 AND down.level < 20
)
SELECT up.id, up.parent_id, up.project_id, up.title, (SELECT count(*) FROM down) - 1
  FROM up
 WHERE NOT EXISTS (SELECT 1 FROM up gone WHERE gone.level = 0 AND gone.deleted_at IS NOT NULL)
 ORDER BY up.level`

	descendants = `
WITH RECURSIVE down (id, level) AS (
    SELECT t.id, 1
      FROM tasks t
     WHERE t.workspace_id = $1 AND t.parent_id = $2
     UNION ALL
    SELECT t.id, down.level + 1
      FROM down CROSS JOIN tasks t
     WHERE t.workspace_id = $1 AND t.parent_id = down.id AND down.level < 20
)
SELECT down.level, ` + taskColumns + `
  FROM down CROSS JOIN ` + taskTables + `
 WHERE t.workspace_id = $1 AND t.id = down.id
 ORDER BY down.level, ` + placeKey + `, t.id`
)

// Ancestors reads a task and those above it, the task first, and how many steps
// the topmost one has at all depths, deleted ones too, a branch aside. A deleted
// task does not exist, and nobody is above it.
func (tx *Tx) Ancestors(id, aside mindflow.TaskID) (above []Ancestor, steps int, err error) {
	args := []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, id), textOf(&tx.ids, aside)}
	err = each(tx, ancestors, args, func(rows *sql.Rows) error {
		var a Ancestor
		var parent nullID[mindflow.Task]
		var project nullID[mindflow.Project]
		err := rows.Scan(&a.ID, &parent, &project, &a.Title, &steps)
		a.ParentID, a.ProjectID = parent.id, project.id
		above = append(above, a)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read ancestors: %w", err)
	}
	return above, steps, nil
}

// TaskStep is a task beneath another, so many levels down.
type TaskStep struct {
	mindflow.Task

	Level int
}

// Steps reads all steps of a task of the transaction's home, at every depth,
// deleted ones too, those higher up first, else in
// their manual order.
func (tx *Tx) Steps(id mindflow.TaskID) ([]TaskStep, error) {
	var steps []TaskStep
	var r taskRow
	level := 0
	dest := append([]any{&level}, r.dest()...)
	err := each(tx, descendants, []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, id)}, func(rows *sql.Rows) error {
		r.task = mindflow.Task{}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		t, err := r.read()
		steps = append(steps, TaskStep{t.At(tx.now), level})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", err)
	}
	return steps, nil
}

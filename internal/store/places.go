package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"mindflow/internal/mindflow"
)

// What is found by an index is read after that: see ancestors.
const strays = `
SELECT t.id, t.title
  FROM tasks found CROSS JOIN tasks t LEFT JOIN tasks p ON p.workspace_id = t.workspace_id AND p.id = t.parent_id
 WHERE found.workspace_id = $1 AND t.workspace_id = $1 AND t.id = found.id AND t.deleted_at IS NULL AND t.parent_id IS NOT NULL
   AND (p.id IS NULL OR p.deleted_at IS NOT NULL OR p.project_id IS DISTINCT FROM t.project_id) AND `

// Strays names those of some tasks of the transaction's home, and of their steps,
// that are there while what they are a step of is not, or is in another project.
func (tx *Tx) Strays(ids []mindflow.TaskID) ([]mindflow.TaskName, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := where{args: []any{textOf(&tx.ids, tx.home)}}
	named := list(&w, roundUp(ids))
	query := strays + "found.id IN " + named + " UNION" + strays + "found.parent_id IN " + named
	var found []mindflow.TaskName
	err := each(tx, query, w.args, func(rows *sql.Rows) error {
		var name mindflow.TaskName
		err := rows.Scan(&name.ID, &name.Title)
		found = append(found, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for steps without a task: %w", err)
	}
	return found, nil
}

// Levels are counted up to a bound: what stands beneath itself has no end. CROSS
// JOIN: see ancestors.
const (
	treesAt = `
WITH RECURSIVE up(root, id, level) AS (
  SELECT t.id, t.parent_id, 1 FROM tasks t WHERE t.workspace_id = $1 AND t.parent_id IS NOT NULL AND `
	treesOn = `
  UNION ALL
  SELECT u.root, p.parent_id, u.level + 1
    FROM up u CROSS JOIN tasks p
   WHERE p.workspace_id = $1 AND p.id = u.id AND p.parent_id IS NOT NULL AND u.level < 16
), down(root, id, level) AS (
  SELECT u.root, u.root, 0 FROM up u WHERE u.level = 1
  UNION ALL
  SELECT d.root, s.id, d.level + 1
    FROM down d CROSS JOIN tasks s
   WHERE s.workspace_id = $1 AND s.parent_id = d.id AND d.level < 16
)
SELECT coalesce(max(u.level + d.level), 0)
  FROM (SELECT root, max(level) AS level FROM up GROUP BY root) u
  JOIN (SELECT root, max(level) AS level FROM down GROUP BY root) d ON d.root = u.root`
)

// Depth is how many levels of steps the trees have that some tasks stand in,
// along the deepest way through one of these.
func (tx *Tx) Depth(ids []mindflow.TaskID) (depth int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	w := where{args: []any{textOf(&tx.ids, tx.home)}}
	in(&w, "t.id", roundUp(ids))
	if err := one(tx, treesAt+w.String()+treesOn, w.args, &depth); err != nil {
		return 0, fmt.Errorf("read how deep steps are: %w", err)
	}
	return depth, nil
}

// RootedStep is a task beneath another, at whatever depth.
type RootedStep struct {
	mindflow.Task

	Root mindflow.TaskID
}

const (
	stepsAt = `
WITH RECURSIVE below(root, id, level) AS (
  SELECT t.id, t.id, 0 FROM tasks t WHERE t.workspace_id = $1 AND `
	stepsOn = `
  UNION ALL
  SELECT b.root, s.id, b.level + 1
    FROM below b CROSS JOIN tasks s
   WHERE s.workspace_id = $1 AND s.parent_id = b.id AND b.level < 16
)
SELECT b.root, ` + taskColumns + `
  FROM below b CROSS JOIN ` + taskTables + `
 WHERE t.workspace_id = $1 AND t.id = b.id AND b.level > 0
 ORDER BY b.level, t.id`
)

// StepsOf reads all steps of several tasks of the transaction's home, at every
// depth, deleted ones too, those higher up first, as they are kept.
func (tx *Tx) StepsOf(ids []mindflow.TaskID) ([]RootedStep, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := where{args: []any{textOf(&tx.ids, tx.home)}}
	in(&w, "t.id", roundUp(ids))
	var steps []RootedStep
	var r taskRow
	var root mindflow.TaskID
	dest := append([]any{&root}, r.dest()...)
	err := each(tx, stepsAt+w.String()+stepsOn, w.args, func(rows *sql.Rows) error {
		r.task = mindflow.Task{}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		t, err := r.read()
		steps = append(steps, RootedStep{t, root})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", err)
	}
	return steps, nil
}

// Place is where a task stands among the others: beneath which, in which project,
// and what it waits for.
type Place struct {
	ParentID  mindflow.TaskID
	ProjectID mindflow.ProjectID
	BlockedBy []mindflow.TaskID
	Deleted   bool
}

// Linked reads the places of all tasks of a workspace that are steps or wait for
// others, in whatever state they are, and of those named beside them: by one
// statement, and one for each thousand of these.
func (s *Store) Linked(ctx context.Context, w mindflow.WorkspaceID, beside []mindflow.TaskID) (map[mindflow.TaskID]Place, error) {
	places := map[mindflow.TaskID]Place{}
	q := s.read(ctx)
	err := readPlaces(q, places, "(t.parent_id IS NOT NULL OR t.blocked_by IS NOT NULL)", []any{w.String()})
	for piece := range slices.Chunk(beside, manyRows) {
		if err == nil {
			named := where{args: []any{w.String()}}
			in(&named, "t.id", roundUp(piece))
			err = readPlaces(q, places, named.String(), named.args)
		}
	}
	return places, err
}

func readPlaces(q querier, places map[mindflow.TaskID]Place, condition string, args []any) error {
	query := "SELECT t.id, t.parent_id, t.project_id, t.blocked_by, t.deleted_at IS NOT NULL FROM tasks t WHERE t.workspace_id = $1 AND " + condition
	err := each(q, query, args, func(rows *sql.Rows) error {
		var id mindflow.TaskID
		var p Place
		var parent nullID[mindflow.Task]
		var project nullID[mindflow.Project]
		var blockers sql.RawBytes
		if err := rows.Scan(&id, &parent, &project, &blockers, &p.Deleted); err != nil {
			return err
		}
		p.ParentID, p.ProjectID = parent.id, project.id
		var err error
		if len(blockers) > 0 {
			p.BlockedBy, err = readIDs(blockers)
		}
		places[id] = p
		return err
	})
	if err != nil {
		return fmt.Errorf("read places: %w", err)
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"mindflow/internal/mindflow"
)

const projectColumns = `p.workspace_id, p.id, p.parent_id, p.name, p.position, p.version,
       p.created_at, p.updated_at, p.archived_at, p.deleted_at`

type projectRow struct {
	project           mindflow.Project
	parent            nullID[mindflow.Project]
	position          sql.NullString
	created, updated  int64
	archived, deleted sql.NullInt64
}

func (r *projectRow) dest() []any {
	p := &r.project
	return []any{
		&p.WorkspaceID, &p.ID, &r.parent, &p.Name, &r.position, &p.Version,
		&r.created, &r.updated, &r.archived, &r.deleted,
	}
}

func (r *projectRow) read() mindflow.Project {
	p := r.project
	p.ParentID, p.Position = r.parent.id, r.position.String
	p.CreatedAt, p.UpdatedAt = mindflow.UTC(r.created), mindflow.UTC(r.updated)
	p.ArchivedAt, p.DeletedAt = instant(r.archived), instant(r.deleted)
	return p
}

const (
	projectByID = `SELECT ` + projectColumns + ` FROM projects p WHERE p.workspace_id = $1 AND p.id = $2`
	allProjects = `SELECT ` + projectColumns + ` FROM projects p WHERE p.workspace_id = $1`

	// Tasks are counted in one pass over those that are in a project.
	listedProjects = `
SELECT ` + projectColumns + `, coalesce(n.open, 0), coalesce(n.done, 0)
  FROM projects p
  LEFT JOIN (SELECT t.project_id,
                    sum(CASE WHEN t.status IN ('pending', 'in_progress', 'snoozed') THEN 1 ELSE 0 END) AS open,
                    sum(CASE WHEN t.status = 'completed' THEN 1 ELSE 0 END) AS done
               FROM tasks t
              WHERE t.workspace_id = $1 AND t.project_id IS NOT NULL AND t.deleted_at IS NULL
              GROUP BY t.project_id) n
    ON n.project_id = p.id
 WHERE p.workspace_id = $1 AND p.deleted_at IS `
	presentProjects = listedProjects + `NULL`
	deletedProjects = listedProjects + `NOT NULL`
)

// Project reads a project; a deleted one does not exist.
func (s *Store) Project(ctx context.Context, w mindflow.WorkspaceID, id mindflow.ProjectID) (mindflow.Project, error) {
	var r projectRow
	if err := one(s.read(ctx), projectByID, []any{w.String(), id.String()}, r.dest()...); err != nil {
		return mindflow.Project{}, absent(err, "project")
	}
	if r.deleted.Valid {
		return mindflow.Project{}, mindflow.NotFound("project")
	}
	return r.read(), nil
}

// Projects reads the projects of a workspace, or those deleted, in no order, with
// how many tasks each has.
func (s *Store) Projects(ctx context.Context, w mindflow.WorkspaceID, deleted bool) ([]mindflow.ListedProject, error) {
	query := presentProjects
	if deleted {
		query = deletedProjects
	}
	var list []mindflow.ListedProject
	err := each(s.read(ctx), query, []any{w.String()}, func(rows *sql.Rows) error {
		var r projectRow
		var l mindflow.ListedProject
		if err := rows.Scan(append(r.dest(), &l.Open, &l.Done)...); err != nil {
			return err
		}
		l.Project = r.read()
		list = append(list, l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return list, nil
}

// Projects reads all projects of the transaction's home, deleted ones too, in no
// order: there are never many. They are read once, and again after a change.
func (tx *Tx) Projects() ([]mindflow.Project, error) {
	if tx.projects != nil {
		return tx.projects, nil
	}
	list := []mindflow.Project{}
	err := each(tx, allProjects, []any{textOf(&tx.ids, tx.home)}, func(rows *sql.Rows) error {
		var r projectRow
		err := rows.Scan(r.dest()...)
		list = append(list, r.read())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read projects: %w", err)
	}
	tx.projects = list
	return list, nil
}

// Project reads a project of the transaction's home, deleted or not.
func (tx *Tx) Project(id mindflow.ProjectID) (mindflow.Project, error) {
	if i := slices.IndexFunc(tx.projects, func(p mindflow.Project) bool { return p.ID == id }); i >= 0 {
		return tx.projects[i], nil
	}
	if tx.projects != nil {
		return mindflow.Project{}, mindflow.NotFound("project")
	}
	if tx.project.ID == id { // of many tasks that are put into one project only the first asks
		return tx.project, nil
	}
	var r projectRow
	if err := one(tx, projectByID, []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, id)}, r.dest()...); err != nil {
		return mindflow.Project{}, absent(err, "project")
	}
	tx.project = r.read()
	return tx.project, nil
}

const (
	intoProjects = `
INSERT INTO projects (workspace_id, id, parent_id, name, name_key, position, version, changed_seq,
       created_at, updated_at, archived_at, deleted_at, draft_hash)
VALUES `
	insertProject = intoProjects + `($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (workspace_id, id) DO NOTHING`
	orUpdateProject = `
    ON CONFLICT (workspace_id, id) DO UPDATE
   SET parent_id = excluded.parent_id, name = excluded.name, name_key = excluded.name_key, position = excluded.position,
       version = excluded.version, changed_seq = excluded.changed_seq, updated_at = excluded.updated_at,
       archived_at = excluded.archived_at, deleted_at = excluded.deleted_at`
)

// projectArgs are a project's columns, in the order insertProject names them.
func projectArgs(p mindflow.Project, seq int64, draftHash string, ids *idTexts) []any {
	return []any{
		textOf(ids, p.WorkspaceID), textOf(ids, p.ID), orNull(ids, p.ParentID),
		p.Name, mindflow.Fold(p.Name), nullable(p.Position), p.Version, seq,
		p.CreatedAt.UnixMicro(), p.UpdatedAt.UnixMicro(), micros(p.ArchivedAt), micros(p.DeletedAt), nullable(draftHash),
	}
}

// CreateProject adds a project to the transaction's home, with its event. It
// answers false, and changes nothing, when the id is taken.
func (tx *Tx) CreateProject(p mindflow.Project, draftHash string, by mindflow.Actor) (bool, error) {
	n, err := tx.count(insertProject, projectArgs(p, tx.next(p.WorkspaceID), draftHash, &tx.ids)...)
	if err != nil {
		return false, fmt.Errorf("create project: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	if tx.projects != nil {
		tx.projects = append(tx.projects, p)
	}
	return true, tx.Record(mindflow.Event{
		Verb: mindflow.ProjectCreated, WorkspaceID: p.WorkspaceID, Subject: p.Subject(), Changes: mindflow.ProjectChanges(mindflow.Project{}, p),
	}, by)
}

// ProjectDraftHash is the hash a project was created with, as DraftHash is a task's.
func (tx *Tx) ProjectDraftHash(id mindflow.ProjectID) (string, error) {
	var hash sql.NullString
	err := one(tx, `SELECT draft_hash FROM projects WHERE workspace_id = $1 AND id = $2`, []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, id)}, &hash)
	return hash.String, absent(err, "project")
}

// ProjectSaving is a project to be kept as it is after a change.
type ProjectSaving struct{ Before, After mindflow.Project }

// SaveProjects keeps changed projects of the transaction's home as their next
// versions, each with its event, by two statements, and answers them. One that
// did not change is not saved. What becomes of their tasks, when they are archived
// or deleted, is another statement's.
func (tx *Tx) SaveProjects(list []ProjectSaving, by mindflow.Actor) ([]mindflow.Project, error) {
	kept := make([]mindflow.Project, len(list))
	var rows [][]any
	var events []mindflow.Event
	for i, s := range list {
		kept[i] = s.Before
		if s.Before.Same(s.After) {
			continue
		}
		kept[i] = s.After.Saved(tx.now)
		rows = append(rows, projectArgs(kept[i], tx.next(tx.home)+int64(len(rows)), "", &tx.ids))
		events = append(events, mindflow.Event{
			Verb: mindflow.ProjectVerbOf(s.Before, kept[i]), WorkspaceID: tx.home, Subject: kept[i].Subject(),
			Changes: mindflow.ProjectChanges(s.Before, kept[i]),
		})
	}
	if len(rows) == 0 {
		return kept, nil
	}
	if err := tx.mustMany(intoProjects, orUpdateProject, rows); err != nil {
		return nil, fmt.Errorf("save projects: %w", err)
	}
	tx.projects, tx.project = nil, mindflow.Project{}
	if len(events) == 1 {
		return kept, tx.Record(events[0], by)
	}
	return kept, tx.recordMany(events, by, func(int) mindflow.Usage { return mindflow.Usage{} })
}

// SaveProject does that for one.
func (tx *Tx) SaveProject(before, after mindflow.Project, by mindflow.Actor) (mindflow.Project, error) {
	kept, err := tx.SaveProjects([]ProjectSaving{{before, after}}, by)
	if err != nil {
		return after, err
	}
	return kept[0], nil
}

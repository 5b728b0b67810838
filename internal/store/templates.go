package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

const (
	listedTemplates = `
SELECT id, name, kind, tasks, version, created_at, updated_at
  FROM templates
 WHERE workspace_id = $1 AND deleted_at IS NULL
 ORDER BY name_key, id`

	templateByID = `
SELECT name, content, version, created_at, updated_at, deleted_at
  FROM templates
 WHERE workspace_id = $1 AND id = $2`

	countTemplates = `SELECT count(*) FROM templates WHERE workspace_id = $1`

	insertTemplate = `
INSERT INTO templates (workspace_id, id, name, name_key, content, kind, tasks, version, changed_seq, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (workspace_id, id) DO NOTHING`

	updateTemplate = `
UPDATE templates
   SET name = $3, name_key = $4, content = $5, kind = $6, tasks = $7, version = $8, changed_seq = $9, updated_at = $10, deleted_at = $11
 WHERE workspace_id = $1 AND id = $2`

	overTemplates = `deleted_at < $1`
	findTemplates = `SELECT CAST(id AS TEXT) FROM templates WHERE ` + overTemplates + ` AND id > $2 ORDER BY id LIMIT $3`
)

// Templates reads the templates of a workspace by their names, without their
// contents.
func (s *Store) Templates(ctx context.Context, w mindflow.WorkspaceID) ([]mindflow.ListedTemplate, error) {
	var list []mindflow.ListedTemplate
	err := each(s.read(ctx), listedTemplates, []any{w.String()}, func(rows *sql.Rows) error {
		l := mindflow.ListedTemplate{Template: mindflow.Template{WorkspaceID: w}}
		var created, updated int64
		err := rows.Scan(&l.ID, &l.Name, &l.Kind, &l.Tasks, &l.Version, &created, &updated)
		l.CreatedAt, l.UpdatedAt = mindflow.UTC(created), mindflow.UTC(updated)
		list = append(list, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return list, nil
}

// Template reads a template; a deleted one does not exist.
func (s *Store) Template(ctx context.Context, w mindflow.WorkspaceID, id mindflow.TemplateID) (mindflow.Template, error) {
	t, err := readTemplate(s.read(ctx), w, id)
	if err == nil && !t.DeletedAt.IsZero() {
		err = mindflow.NotFound("template")
	}
	return t, err
}

// Template reads a template of the transaction's home, deleted or not.
func (tx *Tx) Template(id mindflow.TemplateID) (mindflow.Template, error) {
	return readTemplate(tx, tx.home, id)
}

func readTemplate(q querier, w mindflow.WorkspaceID, id mindflow.TemplateID) (mindflow.Template, error) {
	t := mindflow.Template{ID: id, WorkspaceID: w}
	var content string
	var created, updated int64
	var deleted sql.NullInt64
	if err := one(q, templateByID, []any{w.String(), id.String()}, &t.Name, &content, &t.Version, &created, &updated, &deleted); err != nil {
		return t, absent(err, "template")
	}
	t.CreatedAt, t.UpdatedAt, t.DeletedAt = mindflow.UTC(created), mindflow.UTC(updated), instant(deleted)
	if err := json.Unmarshal([]byte(content), &t.Content); err != nil {
		return t, fmt.Errorf("read a template's content: %w", err)
	}
	return t, nil
}

// TemplateCount is how many templates the transaction's home holds, with deleted ones
// that are not gone yet.
func (tx *Tx) TemplateCount() (n int, err error) {
	if err := one(tx, countTemplates, []any{textOf(&tx.ids, tx.home)}, &n); err != nil {
		return 0, fmt.Errorf("count templates: %w", err)
	}
	return n, nil
}

// CreateTemplate adds a template to the transaction's home, with its event. It
// answers false, and changes nothing, when the id is taken.
func (tx *Tx) CreateTemplate(t mindflow.Template, by mindflow.Actor) (bool, error) {
	n, err := tx.count(insertTemplate, textOf(&tx.ids, t.WorkspaceID), textOf(&tx.ids, t.ID), t.Name, mindflow.Fold(t.Name), contentOf(t),
		t.Content.Kind(), len(t.Content.Tasks()), t.Version, tx.next(t.WorkspaceID), t.CreatedAt.UnixMicro(), t.UpdatedAt.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("create template: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, tx.Record(mindflow.Event{
		Verb: mindflow.TemplateCreated, WorkspaceID: t.WorkspaceID, Subject: t.Subject(), Changes: mindflow.TemplateChanges(mindflow.Template{}, t),
	}, by)
}

// SaveTemplate keeps a changed template as its next version, with its event, and
// answers it. One that did not change is not saved.
func (tx *Tx) SaveTemplate(before, after mindflow.Template, by mindflow.Actor) (mindflow.Template, error) {
	changes := mindflow.TemplateChanges(before, after)
	if len(changes) == 0 {
		return before, nil
	}
	verb := mindflow.TemplateUpdated
	if gone := !after.DeletedAt.IsZero(); gone == before.DeletedAt.IsZero() {
		verb = map[bool]mindflow.Verb{true: mindflow.TemplateDeleted, false: mindflow.TemplateRestored}[gone]
	}
	after = after.Saved(tx.now)
	err := tx.must(updateTemplate, textOf(&tx.ids, after.WorkspaceID), textOf(&tx.ids, after.ID), after.Name, mindflow.Fold(after.Name), contentOf(after),
		after.Content.Kind(), len(after.Content.Tasks()), after.Version, tx.next(after.WorkspaceID), after.UpdatedAt.UnixMicro(), micros(after.DeletedAt))
	if err != nil {
		return after, fmt.Errorf("save template: %w", err)
	}
	return after, tx.Record(mindflow.Event{Verb: verb, WorkspaceID: after.WorkspaceID, Subject: after.Subject(), Changes: changes}, by)
}

func contentOf(t mindflow.Template) string {
	encoded, _ := json.Marshal(t.Content) // texts and numbers always encode
	return string(encoded)
}

// DeletedTemplates names templates that were deleted before a moment, as
// OverSessions names sessions.
func (s *Store) DeletedTemplates(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findTemplates, before, orFirst(after), limit)
}

// PurgeTemplates takes templates away that were deleted before a moment.
func (tx *Tx) PurgeTemplates(names []string, before time.Time) (int, error) {
	return tx.purge("templates", overTemplates, "id", names, before)
}

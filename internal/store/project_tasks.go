package store

import (
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// ShelveTasks takes the tasks of projects out of what is to be done at a moment,
// or, at the zero time, brings them back: deleted ones too, so that one that is
// restored is where the others are. Lists read differently then: each task gets
// another version. It comes before the events that tell of it.
func (tx *Tx) ShelveTasks(projects []mindflow.ProjectID, at time.Time) error {
	w := where{args: []any{textOf(&tx.ids, tx.home), micros(at), tx.next(tx.home)}}
	w.and("workspace_id = $1")
	in(&w, "project_id", mindflow.IDTexts(projects))
	if _, err := tx.exec("UPDATE tasks SET shelved_at = $2, version = version + 1, changed_seq = $3 WHERE "+w.String(), w.args...); err != nil {
		return fmt.Errorf("shelve tasks: %w", err)
	}
	return nil
}

// TasksIn reads the tasks of projects of the transaction's home: those that are
// there or, for a moment, those that were deleted at it.
func (tx *Tx) TasksIn(projects []mindflow.ProjectID, deleted time.Time) ([]mindflow.Task, error) {
	var w where
	w.and("t.workspace_id = " + w.arg(tx.home.String()))
	in(&w, "t.project_id", mindflow.IDTexts(projects))
	if deleted.IsZero() {
		w.and("t.deleted_at IS NULL")
	} else {
		w.and("t.deleted_at = " + w.arg(deleted.UnixMicro()))
	}
	return readTasks(tx, "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+w.String()+" ORDER BY t.id", w.args)
}

// LastDeleted is when the last of the deleted tasks of projects was deleted, zero
// when none is.
func (tx *Tx) LastDeleted(projects []mindflow.ProjectID) (time.Time, error) {
	var w where
	w.and("workspace_id = " + w.arg(tx.home.String()))
	in(&w, "project_id", mindflow.IDTexts(projects))
	var last sql.NullInt64
	if err := one(tx, "SELECT max(deleted_at) FROM tasks WHERE "+w.String(), w.args, &last); err != nil {
		return time.Time{}, fmt.Errorf("read the last deletion: %w", err)
	}
	return instant(last), nil
}

// Sibling is a task among those of the same project and the same parent, with its
// key in the manual order.
type Sibling struct {
	ID  mindflow.TaskID
	Key string
}

// siblings are the conditions of a task's: of the others, deleted ones too, so
// that they are where they were when they come back.
func (tx *Tx) siblings(t mindflow.Task) *where {
	w := &where{}
	w.and("t.workspace_id = " + w.arg(tx.home.String()))
	w.and("t.id <> " + w.arg(t.ID.String()))
	for column, id := range map[string]any{"t.project_id": orNull(&tx.ids, t.Details.ProjectID), "t.parent_id": orNull(&tx.ids, t.Details.ParentID)} {
		if id == nil {
			w.and(column + " IS NULL")
		} else {
			w.and(column + " = " + w.arg(id))
		}
	}
	return w
}

const siblingColumns = "SELECT t.id, " + placeKey + " FROM tasks t WHERE "

// Siblings reads all of a task's, in their order.
func (tx *Tx) Siblings(t mindflow.Task) ([]Sibling, error) {
	w := tx.siblings(t)
	return tx.readSiblings(siblingColumns+w.String()+" ORDER BY "+placeKey+", t.id", w.args)
}

// NextSibling reads the one before or behind a place among a task's siblings; at
// the zero place the last or the first of all. It answers false when there is none.
func (tx *Tx) NextSibling(t mindflow.Task, at Sibling, before bool) (Sibling, bool, error) {
	w := tx.siblings(t)
	o := mindflow.Order{Field: mindflow.ByPosition, Down: before}
	if !at.ID.IsZero() {
		w.and(after(w, o, placeKey, at.Key, at.ID))
	}
	direction := ""
	if before {
		direction = " DESC"
	}
	found, err := tx.readSiblings(siblingColumns+w.String()+" ORDER BY "+placeKey+direction+", t.id"+direction+" LIMIT 1", w.args)
	if err != nil || len(found) == 0 {
		return Sibling{}, false, err
	}
	return found[0], true, nil
}

func (tx *Tx) readSiblings(query string, args []any) ([]Sibling, error) {
	var found []Sibling
	err := each(tx, query, args, func(rows *sql.Rows) error {
		var s Sibling
		err := rows.Scan(&s.ID, &s.Key)
		found = append(found, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read siblings: %w", err)
	}
	return found, nil
}

// TasksByID reads those of the named tasks of the transaction's home that exist,
// deleted ones too, as they are kept.
func (tx *Tx) TasksByID(ids []mindflow.TaskID) ([]mindflow.Task, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var w where
	w.and("t.workspace_id = " + w.arg(tx.home.String()))
	in(&w, "t.id", mindflow.IDTexts(ids))
	return readTasks(tx, "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+w.String(), w.args)
}

// shelveNew puts new tasks away whose project is archived: a person puts none
// there, but one that repeats makes its next one where it is. Tasks in no project
// cost nothing.
func (tx *Tx) shelveNew(tasks ...mindflow.Task) error {
	var byMoment map[time.Time][]string
	for i := range tasks {
		id := tasks[i].Details.ProjectID
		if id.IsZero() {
			continue
		}
		p, err := tx.Project(id)
		if err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
			return err
		}
		if !p.ArchivedAt.IsZero() {
			if byMoment == nil {
				byMoment = map[time.Time][]string{}
			}
			byMoment[p.ArchivedAt] = append(byMoment[p.ArchivedAt], tasks[i].ID.String())
		}
	}
	for at, ids := range byMoment {
		w := where{args: []any{textOf(&tx.ids, tx.home), at.UnixMicro()}}
		w.and("workspace_id = $1")
		in(&w, "id", ids)
		if _, err := tx.exec("UPDATE tasks SET shelved_at = $2 WHERE "+w.String(), w.args...); err != nil {
			return fmt.Errorf("shelve new tasks: %w", err)
		}
	}
	return nil
}

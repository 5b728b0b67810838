package app

import (
	"context"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// TrashList asks for a page of what was deleted, the newest first.
type TrashList struct {
	Limit  int // 0: the default
	Cursor string
}

// TrashPage is one page of it; Next is empty on the last one.
type TrashPage struct {
	Tasks []mindflow.Task
	Next  string
}

// GoneAt is when a deleted task goes for good.
func GoneAt(t mindflow.Task) time.Time { return t.DeletedAt.Add(mindflow.Restorable) }

type trashCursor struct {
	At int64           `json:"t"`
	ID mindflow.TaskID `json:"i"`
}

// Check reports what is illegal about the question.
func (l TrashList) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	if err := checkPage(&l.Limit); err != nil {
		bad = append(bad, mindflow.FieldError{Field: "limit", Message: err.Error()})
	}
	if _, err := l.place(); err != nil {
		bad = append(bad, mindflow.FieldError{Field: "cursor", Message: errCursor.Error()})
	}
	return bad
}

// place is where the page begins: the zero one at the newest.
func (l TrashList) place() (c trashCursor, err error) {
	if l.Cursor != "" {
		err = decodeCursor(l.Cursor, &c)
	}
	return c, err
}

// Trash reads one page of the deleted tasks that can be restored.
func (a *App) Trash(ctx context.Context, actor mindflow.Actor, l TrashList) (TrashPage, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return TrashPage{}, err
	}
	if bad := l.Check(); len(bad) > 0 {
		return TrashPage{}, mindflow.Invalid(bad...)
	}
	place, _ := l.place() // checked
	_ = checkPage(&l.Limit)
	now := a.now()
	tasks, err := a.store.Trash(ctx, actor.WorkspaceID, now.Add(-mindflow.Restorable), place.At, place.ID, l.Limit+1)
	if err != nil {
		return TrashPage{}, err
	}
	page := TrashPage{Tasks: tasks[:min(len(tasks), l.Limit)]}
	for i, t := range page.Tasks {
		page.Tasks[i] = t.At(now)
	}
	if len(tasks) > l.Limit {
		last := page.Tasks[l.Limit-1]
		page.Next = encodeCursor(trashCursor{last.DeletedAt.UnixMicro(), last.ID})
	}
	return page, nil
}

// PurgeTask takes a task out of the trash for good, with the steps that are there
// with it.
func (a *App) PurgeTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID) error {
	_, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (struct{}, error) {
		t, err := tx.DeletedTask(id)
		if err != nil {
			return struct{}{}, err
		}
		if t.DeletedAt.IsZero() || mindflow.IsGone(t.DeletedAt, tx.Now()) {
			return struct{}{}, mindflow.NotFound("task in the trash")
		}
		gone := []mindflow.Task{t}
		steps, err := tx.StepsOf([]mindflow.TaskID{id})
		for _, s := range steps {
			if !s.DeletedAt.IsZero() && !mindflow.IsGone(s.DeletedAt, tx.Now()) {
				gone = append(gone, s.Task)
			}
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.EmptyTasks(gone, actor)
	})
	return err
}

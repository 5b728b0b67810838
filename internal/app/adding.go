package app

import (
	"context"
	"fmt"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// MaxAdded bounds how many tasks are added at once: one transaction writes them.
const MaxAdded = 50

// AddTasks adds tasks, all or none, and answers them in the order of the drafts.
// An error names every bad field of each: "tasks[2].due_date".
func (a *App) AddTasks(ctx context.Context, actor mindflow.Actor, drafts []mindflow.Draft) ([]mindflow.Task, error) {
	if len(drafts) == 0 || len(drafts) > MaxAdded {
		return nil, mindflow.InvalidField("tasks", fmt.Sprintf("must be from 1 to %d", MaxAdded))
	}
	tasks := make([]mindflow.Task, len(drafts))
	var bad []mindflow.FieldError
	for i, draft := range drafts {
		task, _, err := a.newTask(ctx, actor, mindflow.TaskID{}, draft)
		fields := mindflow.FieldsOf(err)
		if err != nil && fields == nil {
			return nil, err
		}
		for _, f := range fields {
			bad = append(bad, mindflow.FieldError{Field: fmt.Sprintf("tasks[%d].%s", i, f.Field), Message: f.Message})
		}
		// Each a microsecond after the one before: among equals they keep their order.
		at := task.CreatedAt.Add(time.Duration(i) * time.Microsecond)
		task.ID, task.CreatedAt, task.UpdatedAt = mindflow.NewID[mindflow.Task](at), at, at
		tasks[i] = task
	}
	if len(bad) > 0 && actor.Key == nil {
		return nil, mindflow.Invalid(bad...)
	}
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) ([]mindflow.Task, error) {
		if len(bad) > 0 { // only now: a repeat is answered as before, though a moment has passed since
			return nil, mindflow.Invalid(bad...)
		}
		made := make([]mindflow.Task, len(tasks))
		for i, task := range tasks {
			var err error
			if made[i], err = settle(tx, actor, mindflow.Task{}, task); err != nil {
				return nil, err
			}
			if _, err := tx.CreateTask(made[i], "", actor, mindflow.TaskCreated); err != nil {
				return nil, err
			}
		}
		return made, nil
	})
}

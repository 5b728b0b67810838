package app

import (
	"context"
	"slices"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// checkBlockers holds what a task waits for against the workspace: what it waits
// for anew must be there, and wait for it neither itself nor through others. Who
// completes the task must say so while a blocker is open.
func checkBlockers(tx *store.Tx, before, after mindflow.Task) error {
	waits := after.Details.BlockedBy
	if len(waits) == 0 {
		return nil
	}
	fresh := slices.DeleteFunc(slices.Clone(waits), func(id mindflow.TaskID) bool {
		return slices.Contains(before.Details.BlockedBy, id)
	})
	if len(fresh) > 0 {
		if err := checkWaiting(tx, after, fresh); err != nil {
			return err
		}
	}
	if before.ID.IsZero() {
		return nil // whoever makes a task that is done says so
	}
	return unblocked(tx, before, after)
}

// checkWaiting refuses that a task waits for some others, if that cannot be. What
// is deleted or done stays a part of the chain: it may come back.
func checkWaiting(tx *store.Tx, task mindflow.Task, fresh []mindflow.TaskID) error {
	known, err := tx.Waiters(fresh)
	if err != nil {
		return err
	}
	var bad []mindflow.FieldError
	refuse := func(message string) {
		bad = append(bad, mindflow.FieldError{Field: "blocked_by", Message: message})
	}
	for _, id := range fresh {
		switch blocker, there := known[id]; {
		case id == task.ID:
			refuse("must not name the task itself, " + mindflow.Quoted(task.Title))
		case !there:
			refuse("names a task that is not there, " + id.String())
		case blocker.Deleted:
			refuse("names a task that is deleted, " + mindflow.Quoted(blocker.Title))
		}
	}
	if len(bad) > 0 {
		return mindflow.Invalid(bad...)
	}
	circle := depend.Circle(task.ID, fresh, func(id mindflow.TaskID) []mindflow.TaskID { return known[id].For })
	if len(circle) == 0 {
		return nil
	}
	names := make([]mindflow.TaskName, len(circle))
	for i, id := range circle {
		names[i] = known[id].TaskName
	}
	names[0] = mindflow.TaskName{ID: task.ID, Title: task.Title}
	return mindflow.InvalidField("blocked_by", "must not lead in a circle: "+mindflow.Circle(names))
}

// unblocked refuses that a task is completed while something it waits for is open.
func unblocked(tx *store.Tx, before, after mindflow.Task) error {
	waits := after.Details.BlockedBy
	if len(waits) == 0 || after.Status != mindflow.StatusCompleted || before.Status == mindflow.StatusCompleted {
		return nil
	}
	open, err := tx.OpenAmong(waits)
	if err == nil && len(open) > 0 {
		err = mindflow.Blocked(open)
	}
	return err
}

// Dependencies are what a task waits for and what waits for it.
func (a *App) Dependencies(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID) (mindflow.Dependencies, error) {
	task, err := a.Task(ctx, actor, id)
	if err != nil {
		return mindflow.Dependencies{}, err
	}
	return a.store.Dependencies(ctx, actor.WorkspaceID, task, mindflow.MaxPage, a.now())
}

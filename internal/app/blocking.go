package app

import (
	"context"
	"slices"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// checkBlockers refuses that a task waits for something anew, if that cannot be:
// what it waits for must be there, and must not wait for it, not through others
// either. What is deleted or done stays a part of the chain: it may come back.
func checkBlockers(tx *store.Tx, before, task mindflow.Task) error {
	fresh := slices.DeleteFunc(slices.Clone(task.Details.BlockedBy), func(id mindflow.TaskID) bool {
		return slices.Contains(before.Details.BlockedBy, id)
	})
	if len(fresh) == 0 {
		return nil
	}
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
	return mindflow.InvalidField("blocked_by", leadsInCircle(circle, func(id mindflow.TaskID) mindflow.TaskName {
		if id == task.ID {
			return mindflow.TaskName{ID: id, Title: task.Title}
		}
		return known[id].TaskName
	}))
}

// leadsInCircle says what is wrong with tasks that would wait for each other.
func leadsInCircle(circle []mindflow.TaskID, called func(mindflow.TaskID) mindflow.TaskName) string {
	names := make([]mindflow.TaskName, len(circle))
	for i, id := range circle {
		names[i] = called(id)
	}
	return "must not lead in a circle: " + mindflow.Circle(names)
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

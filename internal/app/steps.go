package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// settleStep holds a task's place among the steps of another against what is
// there: its parent exists, no task comes to stand beneath itself, and trees stay
// bounded. A step is in its parent's project, and a task that changes its
// project takes its steps along.
func settleStep(tx *store.Tx, actor mindflow.Actor, before, after mindflow.Task) (mindflow.Task, error) {
	was, is := before.Details, after.Details
	if was.ParentID == is.ParentID && was.ProjectID == is.ProjectID {
		return after, nil
	}
	var above []store.Ancestor
	count := 0
	if !is.ParentID.IsZero() {
		var err error
		if above, count, err = tx.Ancestors(is.ParentID, after.ID); err != nil {
			return after, err
		}
		if len(above) == 0 {
			return after, mindflow.InvalidField("parent_id", "must be a task that is there")
		}
		project := above[0].ProjectID
		if is.ProjectID != was.ProjectID && is.ProjectID != project {
			return after, mindflow.InvalidField("project_id", "is that of the task it is a step of; move that one, or take the step out of it")
		}
		after.Details.ProjectID = project
	}
	beneath, err := stepsBeneath(tx, before)
	if err != nil {
		return after, err
	}
	if was.ParentID != is.ParentID && !is.ParentID.IsZero() {
		if err := checkTree(after, above, beneath, count); err != nil {
			return after, err
		}
	}
	return after, moveSteps(tx, actor, beneath, after.Details.ProjectID)
}

// stepsBeneath are the steps of a task that is there already.
func stepsBeneath(tx *store.Tx, task mindflow.Task) ([]store.TaskStep, error) {
	if !task.HasSteps {
		return nil, nil
	}
	return tx.Steps(task.ID)
}

// checkTree refuses what would stand beneath itself, too deep, or among too many
// others.
func checkTree(task mindflow.Task, above []store.Ancestor, beneath []store.TaskStep, count int) error {
	switch slices.IndexFunc(above, func(a store.Ancestor) bool { return a.ID == task.ID }) {
	case -1:
	case 0:
		return mindflow.InvalidField("parent_id", mindflow.Quoted(task.Title)+" cannot be a step of itself")
	default:
		return mindflow.InvalidField("parent_id", mindflow.Quoted(above[0].Title)+" stands beneath "+mindflow.Quoted(task.Title)+", which cannot become its own step")
	}
	deepest := 0
	for _, s := range beneath {
		deepest = max(deepest, s.Level)
	}
	if len(above)+deepest > mindflow.MaxStepDepth {
		return mindflow.InvalidField("parent_id", fmt.Sprintf("steps nest at most %d deep", mindflow.MaxStepDepth))
	}
	if count+1+len(beneath) > mindflow.MaxSteps {
		return mindflow.InvalidField("parent_id", fmt.Sprintf("a task has at most %d steps, deleted ones included until they are gone", mindflow.MaxSteps))
	}
	return nil
}

// moveSteps takes steps into a project.
func moveSteps(tx *store.Tx, actor mindflow.Actor, steps []store.TaskStep, project mindflow.ProjectID) error {
	return saveSteps(tx, actor, steps, mindflow.TaskUpdated, func(t mindflow.Task) (mindflow.Task, error) {
		t.Details.ProjectID = project
		return t, nil
	})
}

// saveSteps keeps what change makes of each step.
func saveSteps(tx *store.Tx, actor mindflow.Actor, steps []store.TaskStep, verb mindflow.Verb, change func(mindflow.Task) (mindflow.Task, error)) error {
	list := make([]store.Saving, len(steps))
	for i, s := range steps {
		after, err := change(s.Task)
		if err != nil {
			return err
		}
		list[i] = store.Saving{Before: s.Task, After: after, Verb: verb}
	}
	_, err := tx.SaveTasks(list, actor)
	return err
}

// completeSteps completes the open steps of a task, at every depth; one that
// repeats makes way for its next. None of them, nor the task, may wait for
// something else that is open, unless that is said.
func completeSteps(tx *store.Tx, actor mindflow.Actor, task mindflow.Task, evenIfBlocked bool) error {
	steps, err := stepsBeneath(tx, task)
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(s store.TaskStep) bool { return !s.DeletedAt.IsZero() || !s.Status.Open() })
	if !evenIfBlocked {
		if err := unblockedTogether(tx, task, steps); err != nil {
			return err
		}
	}
	complete := func(t mindflow.Task) (mindflow.Task, error) { return t.Completed(tx.Now()) }
	for _, s := range steps {
		if s.Details.Recurrence.IsZero() {
			continue
		}
		done, err := complete(s.Task)
		if err == nil {
			_, err = passOn(tx, actor, s.Task, done)
		}
		if err != nil {
			return err
		}
	}
	steps = slices.DeleteFunc(steps, func(s store.TaskStep) bool { return !s.Details.Recurrence.IsZero() })
	return saveSteps(tx, actor, steps, mindflow.TaskCompleted, complete)
}

// unblockedTogether refuses that a task is completed with steps while one of them
// waits for something open that is not among them.
func unblockedTogether(tx *store.Tx, task mindflow.Task, steps []store.TaskStep) error {
	together := map[mindflow.TaskID]bool{task.ID: true}
	waits := map[mindflow.TaskID]bool{}
	if task.Status.Open() {
		note(waits, task.Details.BlockedBy)
	}
	for _, s := range steps {
		together[s.ID] = true
		note(waits, s.Details.BlockedBy)
	}
	maps.DeleteFunc(waits, func(id mindflow.TaskID, _ bool) bool { return together[id] })
	for piece := range slices.Chunk(slices.Collect(maps.Keys(waits)), mindflow.MaxSteps) {
		open, err := tx.OpenAmong(piece)
		if err == nil && len(open) > 0 {
			err = mindflow.Blocked(open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func note(set map[mindflow.TaskID]bool, ids []mindflow.TaskID) {
	for _, id := range ids {
		set[id] = true
	}
}

// deleteSteps takes the steps of a task away together with it, and answers the
// moment that stands for: by it they are known when the task comes back. So it
// is later than that of any step that was deleted before.
func deleteSteps(tx *store.Tx, actor mindflow.Actor, task mindflow.Task) (time.Time, error) {
	at := tx.Now()
	steps, err := stepsBeneath(tx, task)
	if err != nil || len(steps) == 0 {
		return at, err
	}
	present := steps[:0:0]
	for _, s := range steps {
		if s.DeletedAt.IsZero() {
			present = append(present, s)
		} else if !s.DeletedAt.Before(at) {
			at = s.DeletedAt.Add(time.Microsecond)
		}
	}
	return at, saveSteps(tx, actor, present, mindflow.TaskDeleted, func(t mindflow.Task) (mindflow.Task, error) { return t.Deleted(at), nil })
}

// restoreSteps brings back the steps that were deleted together with a task.
func restoreSteps(tx *store.Tx, actor mindflow.Actor, task mindflow.Task) error {
	if task.DeletedAt.IsZero() {
		return nil
	}
	steps, err := stepsBeneath(tx, task)
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(s store.TaskStep) bool { return !s.DeletedAt.Equal(task.DeletedAt) })
	return saveSteps(tx, actor, steps, mindflow.TaskRestored, func(t mindflow.Task) (mindflow.Task, error) { return t.Restored(tx.Now()) })
}

// checkParentThere refuses to bring a step back without the task it is a step of.
func checkParentThere(tx *store.Tx, task mindflow.Task) error {
	if task.DeletedAt.IsZero() || task.Details.ParentID.IsZero() {
		return nil
	}
	above, _, err := tx.Ancestors(task.Details.ParentID, task.ID)
	if err == nil && len(above) == 0 {
		err = mindflow.Conflict("It is a step of a task that is deleted; restore that one, " + task.Details.ParentID.String())
	}
	return err
}

// StepsOf reads a page of a task's steps, in their manual order.
func (a *App) StepsOf(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, limit int, cursor string) (TaskPage, error) {
	if _, err := a.Task(ctx, actor, id); err != nil {
		return TaskPage{}, err
	}
	return a.ListTasks(ctx, actor, TaskList{Parent: id.String(), Sort: string(mindflow.ByPosition), Limit: limit, Cursor: cursor})
}

// Titles are those of some tasks.
func (a *App) Titles(ctx context.Context, actor mindflow.Actor, ids []mindflow.TaskID) (map[mindflow.TaskID]string, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	tasks, err := a.store.Tasks(ctx, actor.WorkspaceID, ids)
	titles := make(map[mindflow.TaskID]string, len(tasks))
	for _, t := range tasks {
		titles[t.ID] = t.Title
	}
	return titles, err
}

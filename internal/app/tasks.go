package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// CreateTask adds a task. A client may bring its id: the same id with the same
// draft is the same task, and answers false; with another draft, or once the
// task is deleted, it is a conflict.
func (a *App) CreateTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, d mindflow.Draft) (mindflow.Task, bool, error) {
	task, hash, err := a.newTask(ctx, actor, id, d)
	if err != nil {
		return a.repeated(ctx, actor, id, hash, err)
	}
	return a.makeTask(ctx, actor, task, hash, d.Project.Value)
}

// makeTask keeps a new task, in the project of a name if one is given. Where a
// client brought its id, hash is that of what it was made from.
func (a *App) makeTask(ctx context.Context, actor mindflow.Actor, task mindflow.Task, hash, project string) (mindflow.Task, bool, error) {
	made, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (made madeTask, err error) {
		if made.Task, err = intoProject(tx, actor, task, project); err != nil {
			return made, err
		}
		if made.Task, err = settle(tx, actor, mindflow.Task{}, made.Task); err != nil {
			return made, err
		}
		if made.Created, err = tx.CreateTask(made.Task, hash, actor, mindflow.TaskCreated); err != nil || made.Created {
			return made, err
		}
		made.Task, err = sameTask(tx, task.ID, hash)
		return made, err
	})
	return made.Task, made.Created, err
}

// madeTask is a task, and whether it was made just now.
type madeTask struct {
	Task    mindflow.Task
	Created bool
}

// newTask is the task a draft makes, complete before it is stored, and the
// draft's hash when the client brought the id.
func (a *App) newTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, d mindflow.Draft) (mindflow.Task, string, error) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Task{}, "", err
	}
	now := a.now()
	hash := ""
	if id.IsZero() {
		id = mindflow.NewID[mindflow.Task](now)
	} else {
		if hash, err = draftHash(d); err != nil {
			return mindflow.Task{}, "", err
		}
	}
	task, err := d.Apply(mindflow.Task{
		ID: id, WorkspaceID: actor.WorkspaceID, UserID: actor.UserID,
		Status: mindflow.StatusPending, Priority: mindflow.DefaultPriority,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}, p.Zone, now)
	return task, hash, err
}

// draftHash is a hash of what a task is made from.
func draftHash(d any) (string, error) {
	encoded, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:]), nil
}

// repeated answers the task that was made of a draft before it became illegal,
// as one does whose snooze has ended since; else the error.
func (a *App) repeated(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, hash string, illegal error) (mindflow.Task, bool, error) {
	if id.IsZero() && actor.Key == nil || mindflow.KindOf(illegal) != mindflow.KindInvalid {
		return mindflow.Task{}, false, illegal
	}
	made, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (made madeTask, err error) {
		if id.IsZero() {
			return made, illegal
		}
		made.Task, err = sameTask(tx, id, hash)
		if kind := mindflow.KindOf(err); kind == mindflow.KindNotFound || kind == mindflow.KindConflict {
			err = illegal
		}
		return made, err
	})
	return made.Task, made.Created, err
}

// sameTask answers the task that took an id first, if the draft was the same.
func sameTask(tx *store.Tx, id mindflow.TaskID, hash string) (mindflow.Task, error) {
	taken := mindflow.Conflict("There is another task with this id")
	first, err := tx.DraftHash(id)
	if err != nil {
		return mindflow.Task{}, err
	}
	if first != hash {
		return mindflow.Task{}, taken
	}
	task, err := tx.Task(id)
	return task, unless(err, taken)
}

// Task reads a task.
func (a *App) Task(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID) (mindflow.Task, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return mindflow.Task{}, err
	}
	return a.bodies.at(ctx, actor.WorkspaceID, id, actor.WorkspaceVersion, a.now())
}

// EditTask changes what a draft names and keeps the rest.
func (a *App) EditTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, d mindflow.Draft, m mindflow.Match) (mindflow.Task, error) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Task{}, err
	}
	return a.changeTask(ctx, actor, id, m, func(tx *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		after, err := d.Apply(t, p.Zone, tx.Now())
		if err == nil {
			after, err = intoProject(tx, actor, after, d.Project.Value)
		}
		if err != nil {
			return after, err
		}
		if after, err = settle(tx, actor, t, after); err != nil {
			return after, err
		}
		return after, unblocked(tx, t, after)
	})
}

// Completion says how a task is completed.
type Completion struct {
	EvenIfBlocked bool // though something it waits for is open
	WithSteps     bool // its open steps are, too, at every depth
}

// CompleteTask marks a task done. Doing it again changes nothing.
func (a *App) CompleteTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, c Completion, m mindflow.Match) (mindflow.Task, error) {
	return a.changeTask(ctx, actor, id, m, func(tx *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		done, err := t.Completed(tx.Now())
		switch {
		case err != nil:
		case c.WithSteps:
			err = completeSteps(tx, actor, t, c.EvenIfBlocked)
		case !c.EvenIfBlocked:
			err = unblocked(tx, t, done)
		}
		return done, err
	})
}

// ReopenTask makes a completed or cancelled task pending again. Doing it again
// changes nothing.
func (a *App) ReopenTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) (mindflow.Task, error) {
	return a.changeTask(ctx, actor, id, m, func(_ *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		return t.Reopened(), nil
	})
}

// SnoozeTask puts a task out of sight until later.
func (a *App) SnoozeTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, s mindflow.Snooze, m mindflow.Match) (mindflow.Task, error) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Task{}, err
	}
	return a.changeTask(ctx, actor, id, m, func(tx *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		until, err := s.End(tx.Now(), p.Zone)
		if err != nil {
			return t, err
		}
		return t.Snoozed(until, tx.Now())
	})
}

// DeleteTask takes a task away, with its steps; it can be restored for 30 days.
func (a *App) DeleteTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) error {
	_, err := a.changeTask(ctx, actor, id, m, func(tx *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		at, err := deleteSteps(tx, actor, t)
		return t.Deleted(at), err
	})
	return err
}

// RestoreTask brings a deleted task back, with the steps that were deleted
// together with it. Doing it again changes nothing.
func (a *App) RestoreTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) (mindflow.Task, error) {
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (mindflow.Task, error) {
		before, err := tx.DeletedTask(id)
		if err != nil {
			return before, err
		}
		after, err := before.Restored(tx.Now())
		if err != nil {
			return before, err
		}
		if err := m.Check(before.ETag()); err != nil {
			return before, err
		}
		if err := checkParentThere(tx, before); err != nil {
			return before, err
		}
		if err := checkProjectThere(tx, before); err != nil {
			return before, err
		}
		if err := restoreSteps(tx, actor, before); err != nil {
			return before, err
		}
		if after, err = tx.SaveTask(before, after, actor, mindflow.TaskRestored); err != nil {
			return after, err
		}
		return tx.Counted(after)
	})
}

// changeTask reads a task, checks the condition, and keeps what change makes of
// it. Once it is done, a task that repeats makes way for the next.
func (a *App) changeTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match,
	change func(*store.Tx, mindflow.Task) (mindflow.Task, error),
) (mindflow.Task, error) {
	return a.changeTo(ctx, actor, id, m, isDone, change)
}

// changeTo does that, where way says whether the task makes way for the next.
func (a *App) changeTo(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match,
	way func(before, after mindflow.Status) bool, change func(*store.Tx, mindflow.Task) (mindflow.Task, error),
) (mindflow.Task, error) {
	known, seen := a.bodies.last(actor.WorkspaceID, id)
	task, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (before mindflow.Task, err error) {
		if seen {
			before, err = tx.Unmoved(known)
		} else {
			before, err = tx.Task(id)
		}
		if err != nil {
			return before, err
		}
		if err := m.Check(before.ETag()); err != nil {
			return before, err
		}
		after, err := change(tx, before)
		if err != nil {
			return before, err
		}
		if !after.Details.Recurrence.IsZero() && way(before.Status, after.Status) {
			after, err = passOn(tx, actor, before, after)
		} else {
			after, err = tx.SaveTask(before, after, actor, mindflow.VerbOf(before, after))
		}
		if err != nil {
			return after, err
		}
		return tx.Counted(after)
	})
	if err == nil && !task.Woken { // bodies are kept as the store keeps them, and answer for their version only
		a.bodies.saw(actor.WorkspaceID, task)
	}
	return task, err
}

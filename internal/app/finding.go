package app

import (
	"context"
	"strings"

	"mindflow/internal/mindflow"
)

const (
	// maxNamed bounds how many tasks are answered for a name that several have.
	maxNamed = 10
	// namedPages bounds how many pages are looked through for a name.
	namedPages = 10
)

// TasksNamed finds the task somebody means: by its id, or by a piece of its
// title, whatever the case. One task is the one that is meant; several are those
// it could be, the newest first. A whole title goes before a piece of one, and
// what is to be done before what is done with.
func (a *App) TasksNamed(ctx context.Context, actor mindflow.Actor, name string) ([]mindflow.Task, error) {
	if id, err := mindflow.ParseID[mindflow.Task](name); err == nil {
		task, err := a.Task(ctx, actor, id)
		return []mindflow.Task{task}, err
	}
	name = mindflow.Tidy(name)
	if name == "" {
		return nil, mindflow.InvalidField("task", "is required: an id, or a piece of a title")
	}
	if err := plainText(name); err != nil {
		return nil, mindflow.InvalidField("task", err.Error())
	}
	for _, statuses := range [][]mindflow.Status{
		{mindflow.StatusPending, mindflow.StatusInProgress, mindflow.StatusSnoozed},
		{mindflow.StatusCompleted, mindflow.StatusCancelled},
	} {
		found, err := a.named(ctx, actor, mindflow.Fold(name), TaskList{Statuses: statuses, Search: name, Limit: mindflow.MaxPage})
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, mindflow.NotFound("task")
}

// named are the tasks of a list whose folded title is the name or, where there is
// none, holds it.
func (a *App) named(ctx context.Context, actor mindflow.Actor, name string, list TaskList) ([]mindflow.Task, error) {
	var whole, piece []mindflow.Task
	for range namedPages {
		page, err := a.ListTasks(ctx, actor, list)
		if err != nil {
			return nil, err
		}
		for _, t := range page.Tasks {
			switch title := mindflow.Fold(t.Title); {
			case title == name:
				whole = append(whole, t)
			case strings.Contains(title, name):
				piece = append(piece, t)
			}
		}
		if list.Cursor = page.Next; list.Cursor == "" {
			break
		}
	}
	if len(whole) > 0 {
		return whole[:min(len(whole), maxNamed)], nil
	}
	return piece[:min(len(piece), maxNamed)], nil
}

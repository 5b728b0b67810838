package app

import (
	"cmp"
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
	var found namesakes[mindflow.Task]
	for range namedPages {
		page, err := a.ListTasks(ctx, actor, list)
		if err != nil {
			return nil, err
		}
		for _, t := range page.Tasks {
			found.see(t, t.Title, name)
		}
		if list.Cursor = page.Next; list.Cursor == "" {
			break
		}
	}
	all := found.all()
	return all[:min(len(all), maxNamed)], nil
}

// namesakes are the things that somebody can mean by a name.
type namesakes[T any] struct{ whole, piece []T }

// see looks at one of the things; key is what is said, folded.
func (n *namesakes[T]) see(one T, name, key string) {
	switch name = mindflow.Fold(name); {
	case name == key:
		n.whole = append(n.whole, one)
	case key != "" && strings.Contains(name, key):
		n.piece = append(n.piece, one)
	}
}

// all are those that are called so or, where there are none, those whose names hold
// what is said.
func (n *namesakes[T]) all() []T {
	if len(n.whole) > 0 {
		return n.whole
	}
	return n.piece
}

// mostListed is how many things an error lists to choose from.
const mostListed = 20

// choices lists the first of some things, or says that there are none.
func choices[T any](list []T, said func(T) string) string {
	names := make([]string, min(len(list), mostListed))
	for i := range names {
		names[i] = said(list[i])
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

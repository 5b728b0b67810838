package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// act finds what is meant, and has something done to it.
func act[ID, T any](c *console, find func(*console, *client.Client) (ID, error),
	do func(*client.Client, context.Context, ID) (T, error),
) (T, error) {
	var none T
	api, err := signedIn(c)
	if err != nil {
		return none, err
	}
	id, err := find(c, api)
	if err != nil {
		return none, err
	}
	return do(api, c.ctx, id)
}

// meantTask says which task a command is about.
type meantTask struct {
	Task []string `arg:"" optional:"" help:"The task: its id, the beginning or end of that, or a part of its title."`
	Best bool     `help:"The task that is the best one now."`
}

// said is what the task is called; empty for the best one.
func (m meantTask) said(what string) (string, error) {
	said := strings.TrimSpace(strings.Join(m.Task, " "))
	if (said == "") == !m.Best {
		return "", fmt.Errorf("%w: say which task %s, or --best for the one that is best now", errUsage, what)
	}
	return said, nil
}

func (m meantTask) find(c *console, api *client.Client, said string) (mindflow.TaskID, error) {
	if m.Best {
		best, err := api.Best(c.ctx)
		return best.Task.ID, err
	}
	return findTask(c, api, said)
}

// act has something done to the task; what it is about is said where no task is named.
func (m meantTask) act(c *console, what string, do func(*client.Client, context.Context, mindflow.TaskID) (client.Task, error)) (client.Task, error) {
	said, err := m.said(what)
	if err != nil {
		return client.Task{}, err
	}
	return act(c, func(c *console, api *client.Client) (mindflow.TaskID, error) { return m.find(c, api, said) }, do)
}

// openStatuses are those of tasks with something left to do.
var openStatuses = []mindflow.Status{mindflow.StatusPending, mindflow.StatusInProgress, mindflow.StatusSnoozed}

// findTask finds the one open task that its id, a piece of that or of its title
// means. A title that says exactly this wins over those that only hold it.
func findTask(c *console, api *client.Client, said string) (mindflow.TaskID, error) {
	if id, err := mindflow.ParseID[mindflow.Task](said); err == nil {
		return id, nil
	}
	n, err := tasksCalled(c, api, said, client.TaskQuery{Statuses: openStatuses})
	if err != nil {
		return mindflow.TaskID{}, err
	}
	return n.one(c, "open task", "title")
}

// findAnyTask is findTask where no open task is called so, but one that is done,
// given up or in an archived project.
func findAnyTask(c *console, api *client.Client, said string) (mindflow.TaskID, error) {
	if id, err := mindflow.ParseID[mindflow.Task](said); err == nil {
		return id, nil
	}
	n, err := tasksCalled(c, api, said, client.TaskQuery{Statuses: openStatuses})
	if err == nil && n.none() {
		n, err = tasksCalled(c, api, said, client.TaskQuery{Archived: true})
	}
	if err != nil {
		return mindflow.TaskID{}, err
	}
	return n.one(c, "task", "title")
}

// findOverTask finds the one task that is done or cancelled and is meant.
func findOverTask(c *console, api *client.Client, said string) (mindflow.TaskID, error) {
	if id, err := mindflow.ParseID[mindflow.Task](said); err == nil {
		return id, nil
	}
	over := []mindflow.Status{mindflow.StatusCompleted, mindflow.StatusCancelled}
	n, err := tasksCalled(c, api, said, client.TaskQuery{Statuses: over, Archived: true})
	if err != nil {
		return mindflow.TaskID{}, err
	}
	return n.one(c, "done or cancelled task", "title")
}

// tasksCalled are the tasks, of those a query asks for, that something may mean.
func tasksCalled(c *console, api *client.Client, said string, query client.TaskQuery) (*namesakes[mindflow.Task], error) {
	query.Limit = pageSize
	if !pieceOfID(said) {
		query.Search = said // which leaves less to look through
	}
	n := &namesakes[mindflow.Task]{said: said}
	for task, err := range api.AllTasks(c.ctx, query) {
		if err != nil {
			return nil, err
		}
		n.see(task.ID, task.Title)
	}
	return n, nil
}

// namesakes are those, of the things it is shown, that a piece of an id or of a
// name may mean.
type namesakes[T any] struct {
	said          string
	exact, others []namesake[T]
}

// namesake is one of them.
type namesake[T any] struct {
	id   mindflow.ID[T]
	name string
}

func (n *namesakes[T]) see(id mindflow.ID[T], name string) {
	key, folded, text := mindflow.Fold(mindflow.Tidy(n.said)), mindflow.Fold(name), id.String()
	switch {
	case folded == key:
		n.exact = append(n.exact, namesake[T]{id, name})
	case strings.Contains(folded, key), pieceOfID(n.said) && (strings.HasPrefix(text, key) || strings.HasSuffix(text, key)):
		n.others = append(n.others, namesake[T]{id, name})
	}
}

func (n *namesakes[T]) none() bool { return len(n.exact)+len(n.others) == 0 }

// one is the one that is meant; kind and name are what such things, and their
// names, are called. Nothing, which is a piece of everything, means none.
func (n *namesakes[T]) one(c *console, kind, name string) (mindflow.ID[T], error) {
	if mindflow.Tidy(n.said) == "" {
		return mindflow.ID[T]{}, fmt.Errorf("%w: say which %s; an empty %s is none", errUsage, kind, name)
	}
	found := n.others
	if len(n.exact) > 0 {
		found = n.exact
	}
	switch len(found) {
	case 0:
		return mindflow.ID[T]{}, fmt.Errorf("no %s has %q in its %s or at an end of its id", kind, n.said, name)
	case 1:
		return found[0].id, nil
	}
	kinds := kind[strings.LastIndexByte(kind, ' ')+1:] + "s"
	return mindflow.ID[T]{}, ambiguous(c, fmt.Sprintf("%q can mean %d %s; say which, by its id:", n.said, len(found), kinds), found)
}

const (
	// pageSize is the most a server gives at once.
	pageSize = 200
	// shortestID is how much of an id is taken for one.
	shortestID = 4
	// mostShown bounds how many things an error names.
	mostShown = 10
)

// pieceOfID reports whether text may be the beginning or the end of an id.
func pieceOfID(s string) bool {
	return len(s) >= shortestID && strings.Trim(s, "0123456789abcdefABCDEF-") == ""
}

// ambiguous names the things that may be meant.
func ambiguous[T any](c *console, said string, found []namesake[T]) error {
	lines := []string{said}
	room := widthOf(c.err) - len("  00000000  ")
	for i, one := range found {
		if i == mostShown {
			lines = append(lines, fmt.Sprintf("  … and %d more", len(found)-i))
			break
		}
		lines = append(lines, "  "+shortID(one.id)+"  "+cut(oneLine(one.name), room))
	}
	return errors.New(strings.Join(lines, "\n"))
}

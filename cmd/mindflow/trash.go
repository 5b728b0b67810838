package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type deleteCommand struct {
	output
	meantTask
}

// Run puts a task into the trash. It is printed as it was.
func (cmd deleteCommand) Run(c *console) error {
	task, err := cmd.act(c, "is to be deleted", func(api *client.Client, ctx context.Context, id mindflow.TaskID) (client.Task, error) {
		task, err := api.Task(ctx, id)
		if err == nil {
			err = api.DeleteTask(ctx, id)
		}
		return task, err
	})
	if err != nil {
		return err
	}
	return printTask(c, cmd.output, "Deleted", task)
}

type trashCommand struct {
	List    trashListCommand    `cmd:"" default:"1" help:"List the deleted tasks. This is what trash alone does."`
	Restore trashRestoreCommand `cmd:"" help:"Bring a deleted task back, with the steps deleted together with it."`
	Purge   trashPurgeCommand   `cmd:"" help:"Take a deleted task away for good, with its steps."`
}

type trashListCommand struct {
	output

	Limit int `placeholder:"N" default:"50" help:"At most so many, up to 200."`
}

// Help documents what scripts see.
func (trashListCommand) Help() string {
	return `Lists deleted tasks, the newest deletion first, with when they go for good. Steps that were deleted together with their task come back with it, and are counted beside it. Deleted projects: "mindflow projects list --deleted".

Elsewhere than in a terminal each task is a line of fields with tabs between them: id, when it was deleted, when it goes for good, title. With --json it is the server's answer.`
}

// Run lists the trash.
func (cmd trashListCommand) Run(c *console) error {
	if cmd.Limit < 1 || cmd.Limit > pageSize {
		return fmt.Errorf("%w: --limit is from 1 to %d", errUsage, pageSize)
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	if cmd.JSON {
		page, err := api.Trash(c.ctx, cmd.Limit, "")
		if err != nil {
			return err
		}
		return writeJSON(c.out, page)
	}
	list, more, err := cmd.read(c, api)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(c.err, "No task is in the trash.")
		return err
	}
	err = cmd.print(c, list)
	if more {
		_, moreErr := fmt.Fprintf(c.err, "There are more than these %d: --limit N shows up to %d.\n", len(list), pageSize)
		err = errors.Join(err, moreErr)
	}
	return err
}

// inTrash is a deleted task, and how many steps were deleted together with it.
type inTrash struct {
	client.Deleted

	steps int
}

// read reads as many as are shown, and whether there are more.
func (cmd trashListCommand) read(c *console, api *client.Client) (list []inTrash, more bool, err error) {
	var all []client.Deleted
	for cursor := ""; ; {
		page, err := api.Trash(c.ctx, pageSize, cursor)
		if err != nil {
			return nil, false, err
		}
		all = append(all, page.Tasks...)
		list = withSteps(all)
		if page.NextCursor == nil || len(list) > cmd.Limit {
			n := min(len(list), cmd.Limit)
			return list[:n], n < len(list), nil
		}
		cursor = *page.NextCursor
	}
}

// withSteps are deleted tasks, each with those of its steps, at every depth, that were
// deleted together with it.
func withSteps(all []client.Deleted) []inTrash {
	place := make(map[mindflow.TaskID]int, len(all))
	for i, d := range all {
		place[d.Task.ID] = i
	}
	above := func(i int) (int, bool) {
		parent := all[i].Task.ParentID
		if parent == nil {
			return i, false
		}
		j, there := place[*parent]
		return j, there && deletedAt(all[j]) == deletedAt(all[i])
	}
	top, steps := make([]int, len(all)), make([]int, len(all))
	for i := range all {
		top[i] = i
		for j, more := above(i); more; j, more = above(j) {
			top[i] = j
		}
		if top[i] != i {
			steps[top[i]]++
		}
	}
	var list []inTrash
	for i, d := range all {
		if top[i] == i {
			list = append(list, inTrash{d, steps[i]})
		}
	}
	return list
}

func (cmd trashListCommand) print(c *console, list []inTrash) error {
	cols := []column{{head: "ID", paint: paint.faint}, {head: "TITLE", paint: paint.bold}, {head: "STEPS", right: true}, {head: "DELETED"}, {head: "GONE"}}
	w := words{local: c.local, now: c.clock()}
	counted := false
	for _, d := range list {
		steps := ""
		if d.steps > 0 {
			steps, counted = strconv.Itoa(d.steps), true
		}
		addRow(cols, shortID(d.Task.ID), oneLine(d.Task.Title), steps, w.at(deletedAt(d.Deleted)), w.at(d.GoneAt))
	}
	if !counted {
		cols[2].hide()
	}
	return cmd.printRows(c, cols, []int{1, 2, 3, 4}, func(row int) []string {
		d := list[row]
		return []string{d.Task.ID.String(), oneLine(deletedAt(d.Deleted)), oneLine(d.GoneAt), oneLine(d.Task.Title)}
	})
}

func deletedAt(d client.Deleted) string {
	if d.Task.DeletedAt == nil {
		return ""
	}
	return *d.Task.DeletedAt
}

// meantDeleted says which deleted task a command is about.
type meantDeleted struct {
	Task []string `arg:"" help:"The task: its id, the beginning or end of that, or a part of its title."`
}

// find finds the one task in the trash that is meant.
func (m meantDeleted) find(c *console, api *client.Client) (client.Task, error) {
	n := namesakes[mindflow.Task]{said: strings.TrimSpace(strings.Join(m.Task, " "))}
	all := map[mindflow.TaskID]client.Task{}
	for cursor := ""; ; {
		page, err := api.Trash(c.ctx, pageSize, cursor)
		if err != nil {
			return client.Task{}, err
		}
		for _, d := range page.Tasks {
			n.see(d.Task.ID, d.Task.Title)
			all[d.Task.ID] = d.Task
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	id, err := n.one(c, "deleted task", "title")
	return all[id], err
}

type trashRestoreCommand struct {
	output
	meantDeleted
}

// Run takes a task out of the trash.
func (cmd trashRestoreCommand) Run(c *console) error {
	task, err := act(c, cmd.find, func(api *client.Client, ctx context.Context, task client.Task) (client.Task, error) {
		return api.RestoreTask(ctx, task.ID)
	})
	if err != nil {
		return err
	}
	return printTask(c, cmd.output, "Restored", task)
}

type trashPurgeCommand struct {
	output
	meantDeleted

	Yes bool `help:"Do not ask."`
}

// Help says how it is asked.
func (trashPurgeCommand) Help() string {
	return `Takes a deleted task away at once, with its steps; nothing brings it back. In a terminal it asks before; elsewhere it needs --yes.`
}

// Run takes a task away for good.
func (cmd trashPurgeCommand) Run(c *console) error {
	q := ask(c)
	if !cmd.Yes && !q.terminal {
		return fmt.Errorf("%w: nothing brings it back; say --yes", errUsage)
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	task, err := cmd.find(c, api)
	if err != nil {
		return err
	}
	if !cmd.Yes {
		sure, err := q.sure("Take " + oneLine(task.Title) + " (" + shortID(task.ID) + ") away for good")
		switch {
		case err != nil:
			return err
		case !sure:
			return errors.New("nothing was done")
		}
	}
	if err := api.PurgeTask(c.ctx, task.ID); err != nil {
		return err
	}
	return printTask(c, cmd.output, "Gone for good", task)
}

package main

import (
	"context"
	"errors"
	"fmt"
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
	return `Lists deleted tasks, the newest deletion first, with when they go for good. Deleted projects: "mindflow projects list --deleted".

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
	page, err := api.Trash(c.ctx, cmd.Limit, "")
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, page)
	case len(page.Tasks) == 0:
		_, err := fmt.Fprintln(c.err, "No task is in the trash.")
		return err
	}
	cols := []column{{head: "ID", paint: paint.faint}, {head: "TITLE", paint: paint.bold}, {head: "DELETED"}, {head: "GONE"}}
	w := words{local: c.local, now: c.clock()}
	for _, d := range page.Tasks {
		addRow(cols, shortID(d.Task.ID), oneLine(d.Task.Title), w.at(deletedAt(d)), w.at(d.GoneAt))
	}
	err = cmd.printRows(c, cols, []int{1, 2, 3}, func(row int) []string {
		d := page.Tasks[row]
		return []string{d.Task.ID.String(), oneLine(deletedAt(d)), oneLine(d.GoneAt), oneLine(d.Task.Title)}
	})
	if page.NextCursor != nil {
		_, moreErr := fmt.Fprintf(c.err, "There are more than these %d: --limit N shows up to %d.\n", len(page.Tasks), pageSize)
		err = errors.Join(err, moreErr)
	}
	return err
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

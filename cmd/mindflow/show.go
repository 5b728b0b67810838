package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type showCommand struct {
	output
	meantTask
}

// Help says what is shown.
func (showCommand) Help() string {
	return `Shows a task with all there is to know of it: its project, what it waits for and what waits for it, its steps and how far they have come. With --json it is the task as the server answers it.`
}

// Run shows the task that is meant, open or not.
func (cmd showCommand) Run(c *console) error {
	said, err := cmd.said("is to be shown")
	if err != nil {
		return err
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	find := cmd.find
	if !cmd.Best {
		find = findAnyTask
	}
	id, err := find(c, api, said)
	if err != nil {
		return err
	}
	task, err := api.Task(c.ctx, id)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, task)
	}
	return cmd.print(c, api, task)
}

func (cmd showCommand) print(c *console, api *client.Client, t client.Task) error {
	p := cmd.paint(c)
	text := []string{p.bold(printable(t.Title)) + " " + p.faint("("+shortID(t.ID)+")")}
	w := words{local: c.local, now: c.clock()}
	facts := w.status(t) + " · priority " + strconv.Itoa(t.Priority)
	if more := c.facts(t); more != "" {
		facts += " · " + more
	}
	text = append(text, facts)
	belongs, err := belonging(c, api, t)
	if err != nil {
		return err
	}
	text = append(text, belongs...)
	if t.Recurrence != nil {
		text = append(text, capitalised(repeats(*t.Recurrence)))
	}
	if len(t.Reminders) > 0 {
		text = append(text, capitalised(c.reminds(t)))
	}
	if t.Description != nil {
		text = append(text, "", printable(*t.Description))
	}
	if _, err := io.WriteString(c.out, strings.Join(text, "\n")+"\n"); err != nil {
		return err
	}
	all, err := api.Dependencies(c.ctx, t.ID)
	if err != nil {
		return err
	}
	if err := cmd.printDependencies(c, "Waits for", "", all.WaitsFor); err != nil {
		return err
	}
	if err := cmd.printDependencies(c, "Wait for it", "", all.Blocks); err != nil || t.Steps == nil {
		return err
	}
	return cmd.printSteps(c, api, t)
}

// belonging says which project a task is in, and which task it is a step of.
func belonging(c *console, api *client.Client, t client.Task) ([]string, error) {
	var text []string
	if t.ProjectID != nil {
		project, err := api.Project(c.ctx, *t.ProjectID)
		if err != nil {
			return nil, err
		}
		text = append(text, "In the project "+printable(project.Name)+" ("+shortID(project.ID)+")")
	}
	if t.ParentID != nil {
		parent, err := api.Task(c.ctx, *t.ParentID)
		if err != nil {
			return nil, err
		}
		text = append(text, "A step of "+printable(parent.Title)+" ("+shortID(parent.ID)+")")
	}
	return text, nil
}

// mark says of a thing in a list whether it is done or given up.
func mark(s mindflow.Status) string {
	switch {
	case s == mindflow.StatusCompleted:
		return "[x]"
	case s.Open():
		return "[ ]"
	}
	return "[-]"
}

// printDependencies lists tasks that wait, or are waited for, under a heading; where
// there are none, it prints that.
func (o output) printDependencies(c *console, heading, none string, list []client.Dependency) error {
	if len(list) == 0 && none == "" {
		return nil
	}
	p := o.paint(c)
	text := none + "\n"
	if len(list) > 0 {
		text = heading + ":\n"
	}
	for _, d := range list {
		text += indent + mark(d.Status) + " " + p.faint(shortID(d.ID)) + gap + oneLine(d.Title) + "\n"
	}
	_, err := io.WriteString(c.out, text)
	return err
}

// printSteps lists the steps of a task in their order.
func (o output) printSteps(c *console, api *client.Client, t client.Task) error {
	p := o.paint(c)
	fmt.Fprintf(c.out, "Steps, %d of %d done:\n", t.Steps.Done, t.Steps.Total)
	for cursor := ""; ; {
		page, err := api.Steps(c.ctx, t.ID, pageSize, cursor)
		if err != nil {
			return err
		}
		for _, s := range page.Tasks {
			line := indent + mark(s.Status) + " " + p.faint(shortID(s.ID)) + gap + oneLine(s.Title)
			if within := progress(s); within != "" {
				line += " " + p.faint("("+within+")")
			}
			if _, err := fmt.Fprintln(c.out, line); err != nil {
				return err
			}
		}
		if page.NextCursor == nil {
			return nil
		}
		cursor = *page.NextCursor
	}
}

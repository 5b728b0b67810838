package main

import (
	"errors"
	"fmt"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type doneCommand struct {
	output
	meantTask

	Blocked bool `help:"Though something it waits for is open."`
}

// meantTask says which task a command is about.
type meantTask struct {
	Task []string `arg:"" optional:"" help:"The task: its id, the beginning or end of that, or a part of its title."`
	Best bool     `help:"The task that is the best one now."`
}

// Run completes the task that is meant.
func (cmd doneCommand) Run(c *console) error {
	said, err := cmd.said("is done")
	if err != nil {
		return err
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	id, err := cmd.find(c, api, said)
	if err != nil {
		return err
	}
	task, err := api.CompleteTask(c.ctx, id, client.Completion{EvenIfBlocked: cmd.Blocked})
	if err != nil {
		return inTerminalWords(err)
	}
	if err := printTask(c, cmd.output, "Done", task); err != nil || cmd.JSON {
		return err
	}
	_, err = fmt.Fprint(c.out, c.again(task))
	return err
}

// again is a line that says when a task comes again, empty when it does not.
func (c *console) again(t client.Task) string {
	switch {
	case t.Recurrence == nil:
		return ""
	case t.Recurrence.Next == nil:
		return "That was the last time.\n"
	}
	return "It comes again, due " + c.when(t.Recurrence.Next.DueDate) + ".\n"
}

// inTerminalWords leaves out how a request would say that a task is done though it
// waits for others: a hint says it for the terminal.
func inTerminalWords(err error) error {
	if refused, ok := errors.AsType[*client.Error](err); ok && isBlocked(err) {
		if at := strings.LastIndex(refused.Detail, "; complete it"); at >= 0 {
			said := *refused
			said.Detail = refused.Detail[:at]
			return &said
		}
	}
	return err
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
	if id, err := mindflow.ParseID[mindflow.Task](said); err == nil {
		return id, nil
	}
	return findTask(c, api, said)
}

// openStatuses are those of tasks with something left to do.
var openStatuses = []mindflow.Status{mindflow.StatusPending, mindflow.StatusInProgress, mindflow.StatusSnoozed}

// findTask finds the one open task that a piece of its id or of its title
// means. A title that says exactly this wins over those that only hold it.
func findTask(c *console, api *client.Client, said string) (mindflow.TaskID, error) {
	query := client.TaskQuery{
		Statuses: openStatuses,
		Limit:    pageSize,
	}
	mayBeID := pieceOfID(said)
	if !mayBeID {
		query.Search = said // which leaves less to look through
	}
	key := mindflow.Fold(mindflow.Tidy(said))
	var exact, others []client.Task
	for task, err := range api.AllTasks(c.ctx, query) {
		if err != nil {
			return mindflow.TaskID{}, err
		}
		title, id := mindflow.Fold(task.Title), task.ID.String()
		switch {
		case title == key:
			exact = append(exact, task)
		case strings.Contains(title, key), mayBeID && (strings.HasPrefix(id, key) || strings.HasSuffix(id, key)):
			others = append(others, task)
		}
	}
	found := others
	if len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 0:
		return mindflow.TaskID{}, fmt.Errorf("no open task has %q in its title or at an end of its id", said)
	case 1:
		return found[0].ID, nil
	}
	return mindflow.TaskID{}, ambiguous(c, said, found)
}

const (
	// pageSize is the most a server gives at once.
	pageSize = 200
	// shortestID is how much of an id is taken for one.
	shortestID = 4
	// mostShown bounds how many tasks an error names.
	mostShown = 10
)

// pieceOfID reports whether text may be the beginning or the end of an id.
func pieceOfID(s string) bool {
	return len(s) >= shortestID && strings.Trim(s, "0123456789abcdefABCDEF-") == ""
}

// ambiguous names the tasks that may be meant.
func ambiguous(c *console, said string, found []client.Task) error {
	lines := []string{fmt.Sprintf("%q can mean %d tasks; say which, by its id:", said, len(found))}
	room := widthOf(c.err) - len("  00000000  ")
	for i, task := range found {
		if i == mostShown {
			lines = append(lines, fmt.Sprintf("  … and %d more", len(found)-i))
			break
		}
		lines = append(lines, "  "+shortID(task.ID)+"  "+cut(oneLine(task.Title), room))
	}
	return errors.New(strings.Join(lines, "\n"))
}

package main

import (
	"context"
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
	Steps   bool `help:"Its open steps, too, at every depth."`
}

// Run completes the task that is meant.
func (cmd doneCommand) Run(c *console) error {
	how := client.Completion{EvenIfBlocked: cmd.Blocked, WithSteps: cmd.Steps}
	task, err := cmd.act(c, "is done", func(api *client.Client, ctx context.Context, id mindflow.TaskID) (client.Task, error) {
		return api.CompleteTask(ctx, id, how)
	})
	if err != nil {
		return inTerminalWords(err)
	}
	return printOver(c, cmd.output, "Done", task)
}

type reopenCommand struct {
	output

	Task []string `arg:"" help:"The task: its id, the beginning or end of that, or a part of its title."`
}

// Help says what is looked through.
func (reopenCommand) Help() string {
	return `Makes a task open again that was done or cancelled. Of a task that repeats the next one stays where it is; "mindflow undo" right after "mindflow done" takes that away, too.`
}

// Run makes the task that is meant open again.
func (cmd reopenCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	id, err := findOverTask(c, api, strings.TrimSpace(strings.Join(cmd.Task, " ")))
	if err != nil {
		return err
	}
	task, err := api.ReopenTask(c.ctx, id)
	if err != nil {
		return err
	}
	return printTask(c, cmd.output, "Open again", task)
}

// printOver says what was done to a task that is over, and when it comes again.
func printOver(c *console, o output, did string, t client.Task) error {
	if err := printTask(c, o, did, t); err != nil || o.JSON {
		return err
	}
	_, err := fmt.Fprint(c.out, c.again(t))
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

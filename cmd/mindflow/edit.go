package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type editCommand struct {
	output
	meantTask

	Title string `help:"What it shall be called."`
	saidFields
	Repeat string   `placeholder:"RULE" help:"When it comes again: \"every monday\", \"every! 3 days\" (counted from when it was done), \"every 2nd thu 10am\"."`
	Clear  []string `placeholder:"FIELD" enum:"due,start,effort,tag,time,note,project,remind,step-of,repeat" help:"Take away what it has there: ${enum}. May be repeated."`
	Scope  string   `placeholder:"WHICH" enum:"occurrence,following" help:"Of a task that repeats: whether it is for this occurrence alone or for those that follow, too. Else dates are for it alone, all else is for all."`
}

// Help says what stays.
func (editCommand) Help() string {
	return `Changes what you name of a task and keeps the rest. Tags and reminders are those it shall have, instead of all it had.`
}

// Run changes the task that is meant.
func (cmd editCommand) Run(c *console) error {
	said, err := cmd.said("is to be changed")
	if err != nil {
		return err
	}
	draft, err := cmd.draft()
	if err != nil {
		return err
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	if err := cmd.look(c, api, &draft); err != nil {
		return err
	}
	id, err := cmd.find(c, api, said)
	if err != nil {
		return err
	}
	if cmd.Repeat != "" {
		if err := cmd.repeat(c, api, id, &draft); err != nil {
			return err
		}
	}
	task, err := api.EditOccurrence(c.ctx, id, draft, mindflow.EditScope(cmd.Scope), "")
	if err != nil {
		return err
	}
	return printKept(c, cmd.output, api, "Changed", task)
}

// repeat sets how a task repeats, with the time or the part of the day that is said
// there. One without a due date is due when it is done first; so is any that shall
// begin at another day or time.
func (cmd editCommand) repeat(c *console, api *client.Client, id mindflow.TaskID, d *client.Draft) error {
	const title = "x"
	read, err := api.ParseTask(c.ctx, title+" "+cmd.Repeat)
	switch {
	case err != nil:
		return err
	case read.Recurrence == nil || read.Title != title:
		return fmt.Errorf("%w: --repeat is written as in quick add, such as \"every monday\" or \"every! 3 days\"", errUsage)
	}
	begins := false
	for _, token := range read.Tokens {
		switch token.Kind {
		case "due_date":
			begins = true
		case "recurrence":
			begins = begins || asksForStart.MatchString(token.Text)
		case "preferred_time":
		default:
			return fmt.Errorf("%w: --repeat says when it comes again and no more; %q is for another option", errUsage, token.Text)
		}
	}
	d.Recurrence = client.Set(*read.Recurrence)
	if read.PreferredTime != nil && cmd.Time == "" {
		d.PreferredTime = client.Set(*read.PreferredTime)
	}
	if cmd.Due != "" || read.DueDate == nil {
		return nil
	}
	if !begins {
		task, err := api.Task(c.ctx, id)
		if err != nil || task.DueDate != nil {
			return err
		}
	}
	d.DueDate = client.Set(*read.DueDate)
	return nil
}

// asksForStart are the words of quick add for when something begins.
var asksForStart = regexp.MustCompile(`(?i)^(from|starting|not\s+before|ab|beginnend|nicht\s+vor)\b`)

// draft is what is said but for what needs the server.
func (cmd editCommand) draft() (client.Draft, error) {
	d, err := cmd.saidFields.draft()
	if err != nil {
		return d, err
	}
	if cmd.Title != "" {
		d.Title = client.Set(cmd.Title)
	}
	said := map[string]bool{
		"due": cmd.Due != "", "start": cmd.Start != "", "effort": cmd.Effort != "", "tag": len(cmd.Tag) > 0, "time": cmd.Time != "",
		"note": cmd.Note != "", "project": cmd.Project != "", "remind": len(cmd.Remind) > 0, "step-of": cmd.StepOf != "", "repeat": cmd.Repeat != "",
	}
	for _, field := range cmd.Clear {
		if said[field] {
			return d, fmt.Errorf("%w: --%s sets what --clear=%s takes away", errUsage, field, field)
		}
		clearField(&d, field)
	}
	if cmd.saidFields.empty() && cmd.Title+cmd.Repeat == "" && len(cmd.Clear) == 0 {
		return d, fmt.Errorf("%w: say what shall be different about it", errUsage)
	}
	return d, nil
}

func (cmd saidFields) empty() bool {
	return cmd.Due+cmd.Start+cmd.Effort+cmd.Time+cmd.Note+cmd.Project+cmd.StepOf == "" && cmd.Priority == nil && len(cmd.Tag)+len(cmd.Remind) == 0
}

// clearField takes away what a field holds.
func clearField(d *client.Draft, field string) {
	switch field {
	case "due":
		d.DueDate = client.Clear[string]()
	case "start":
		d.StartDate = client.Clear[string]()
	case "effort":
		d.EffortMinutes = client.Clear[int]()
	case "tag":
		d.Tags = client.Set([]string{})
	case "time":
		d.PreferredTime = client.Clear[string]()
	case "note":
		d.Description = client.Clear[string]()
	case "project":
		d.ProjectID = client.Clear[mindflow.ProjectID]()
	case "remind":
		d.Reminders = client.Set([]mindflow.Reminder{})
	case "step-of":
		d.ParentID = client.Clear[mindflow.TaskID]()
	case "repeat":
		d.Recurrence = client.Clear[client.Recurrence]()
	}
}

type skipCommand struct {
	output
	meantTask
}

// Run gives up the present occurrence of the task that is meant.
func (cmd skipCommand) Run(c *console) error {
	task, err := cmd.act(c, "is to be skipped this once", (*client.Client).SkipTask)
	if err != nil {
		return err
	}
	return printOver(c, cmd.output, "Skipped", task)
}

type moveCommand struct {
	output
	meantTask

	Before string `placeholder:"TASK" xor:"where" help:"Directly before this one."`
	After  string `placeholder:"TASK" xor:"where" help:"Directly after this one."`
	First  bool   `xor:"where" help:"Before all others."`
	Last   bool   `xor:"where" help:"After all others."`
}

// Help says what is moved among what.
func (moveCommand) Help() string {
	return `Puts a task somewhere else in your own order, which "mindflow list --sort position" shows: among the tasks of the same project, or the steps of the same task.`
}

// Run moves the task that is meant.
func (cmd moveCommand) Run(c *console) error {
	if cmd.Before+cmd.After == "" && !cmd.First && !cmd.Last {
		return fmt.Errorf("%w: say where to: --before, --after, --first or --last", errUsage)
	}
	task, err := cmd.act(c, "is to be moved", func(api *client.Client, ctx context.Context, id mindflow.TaskID) (client.Task, error) {
		to := client.Move{First: cmd.First, Last: cmd.Last}
		if beside := cmd.Before + cmd.After; beside != "" { // at most one is given
			other, err := findTask(c, api, beside)
			if err != nil {
				return client.Task{}, err
			}
			if to.Before = other.String(); cmd.After != "" {
				to.Before, to.After = "", to.Before
			}
		}
		return api.MoveTask(ctx, id, to)
	})
	if err != nil {
		return err
	}
	return printTask(c, cmd.output, "Moved", task)
}

type blockCommand struct {
	output
	meantTask

	By []string `required:"" sep:"none" placeholder:"TASK" help:"What has to be done before: its id, the beginning or end of that, or a part of its title. May be repeated."`
}

// Help says what it is good for.
func (blockCommand) Help() string {
	return `Makes a task wait for others. As long as one of them is open it is not what you should do now, and "mindflow done" asks for --blocked.`
}

// Run makes the task that is meant wait for others.
func (cmd blockCommand) Run(c *console) error {
	said, err := cmd.said("is to wait")
	if err != nil {
		return err
	}
	return changeBlockers(c, cmd.output, cmd.meantTask, said, cmd.By, func(has, named []mindflow.TaskID) []mindflow.TaskID {
		for _, id := range named {
			if !slices.Contains(has, id) {
				has = append(has, id)
			}
		}
		return has
	})
}

type unblockCommand struct {
	output
	meantTask

	By []string `sep:"none" placeholder:"TASK" help:"What it shall not wait for any more; else it waits for nothing. May be repeated."`
}

// Run makes the task that is meant wait no more.
func (cmd unblockCommand) Run(c *console) error {
	said, err := cmd.said("is to wait no more")
	if err != nil {
		return err
	}
	return changeBlockers(c, cmd.output, cmd.meantTask, said, cmd.By, func(has, named []mindflow.TaskID) []mindflow.TaskID {
		if len(cmd.By) == 0 {
			return []mindflow.TaskID{}
		}
		return slices.DeleteFunc(has, func(id mindflow.TaskID) bool { return slices.Contains(named, id) })
	})
}

// changeBlockers changes what a task waits for. Who changes that at the same time is
// not overwritten.
func changeBlockers(c *console, o output, meant meantTask, said string, by []string, change func(has, named []mindflow.TaskID) []mindflow.TaskID) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	id, err := meant.find(c, api, said)
	if err != nil {
		return err
	}
	var named []mindflow.TaskID
	for _, said := range by {
		other, err := findAnyTask(c, api, strings.TrimSpace(said))
		if err != nil {
			return err
		}
		named = append(named, other)
	}
	task, err := api.Task(c.ctx, id)
	if err == nil {
		task, err = api.EditTask(c.ctx, id, client.Draft{BlockedBy: client.Set(change(task.BlockedBy, named))}, task.ETag)
	}
	if err != nil {
		return err
	}
	if err := printTask(c, o, "Changed", task); err != nil || o.JSON {
		return err
	}
	all, err := api.Dependencies(c.ctx, id)
	if err != nil {
		return err
	}
	return o.printDependencies(c, "Waits for", "It waits for nothing.", all.WaitsFor)
}

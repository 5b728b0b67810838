package main

import (
	"bufio"
	"fmt"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type bulkCommand struct {
	output

	What string   `arg:"" enum:"complete,reopen,cancel,snooze,delete,restore,set" help:"What is done to each: ${enum}. With set it is only changed as the flags say."`
	Task []string `arg:"" help:"The tasks: of each its id, the beginning or end of that, or a part of its title as one word. A - reads them from the input, the first field of each line."`

	Due       string   `placeholder:"DATE" help:"When all are due: today, fri, \"3 dec 5pm\", 2026-11-27, or \"2026-11-27 17:00\" in your time zone."`
	Priority  *int     `placeholder:"1-5" help:"5 is the highest."`
	Project   string   `placeholder:"PROJECT" help:"The project they are put into: its name, its id, or a part of either."`
	AddTag    []string `placeholder:"TAG" sep:"none" help:"A tag each shall have; may be repeated."`
	RemoveTag []string `placeholder:"TAG" sep:"none" help:"A tag none shall have; may be repeated."`
	For       string   `placeholder:"TIME" xor:"how" help:"With snooze: for so long, 30m, 2h, 1d or 1w; 3h when nothing is said."`
	Until     string   `placeholder:"DATE" xor:"how" help:"With snooze: until tomorrow, a day's start such as 2026-12-01, or 2026-12-01T09:00 in your time zone."`
	Blocked   bool     `help:"With complete: though something they wait for is open."`
}

// Help says how lists are changed.
func (bulkCommand) Help() string {
	return `Changes up to 1,000 tasks alike: all of them or none, with one "mindflow undo".

A list of them comes from another command: "mindflow list --tag work | mindflow bulk set - --due tomorrow".`
}

// Run changes the tasks.
func (cmd bulkCommand) Run(c *console) error {
	if cmd.What != "snooze" && cmd.For+cmd.Until != "" {
		return fmt.Errorf("%w: --for and --until are for snooze", errUsage)
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	bulk, err := cmd.read(c, api)
	if err != nil {
		return err
	}
	done, err := api.ChangeTasks(c.ctx, bulk)
	if err != nil {
		return inTerminalWords(err)
	}
	if cmd.JSON {
		return writeJSON(c.out, done)
	}
	said := "Changed " + several(len(done.Changed), "task")
	if n := len(done.Unchanged); n > 0 {
		was := "were"
		if n == 1 {
			was = "was"
		}
		said += fmt.Sprintf("; %d %s like that already", n, was)
	}
	_, err = fmt.Fprintln(c.out, said+".")
	return err
}

// read is what the server is asked for.
func (cmd bulkCommand) read(c *console, api *client.Client) (client.Bulk, error) {
	b := client.Bulk{AddTags: cmd.AddTag, RemoveTags: cmd.RemoveTag, Blocked: cmd.Blocked, Duration: cmd.For}
	if cmd.What != "set" {
		b.Action = cmd.What
	}
	fields := saidFields{Due: cmd.Due, Priority: cmd.Priority, Project: cmd.Project}
	draft, err := fields.draft()
	if err == nil {
		err = fields.look(c, api, &draft)
	}
	if err != nil {
		return b, err
	}
	if cmd.Due+cmd.Project != "" || cmd.Priority != nil {
		b.Set = &draft
	}
	if cmd.Until != "" {
		zone, err := personsZone(c, api)
		if err != nil {
			return b, err
		}
		if b.Until, err = readUntil(cmd.Until, zone, c.clock()); err != nil {
			return b, err
		}
	}
	b.IDs, err = cmd.ids(c, api)
	return b, err
}

// ids are those of the tasks that are meant.
func (cmd bulkCommand) ids(c *console, api *client.Client) ([]mindflow.TaskID, error) {
	var ids []mindflow.TaskID
	for _, said := range cmd.Task {
		if said == "-" {
			read, err := idsFrom(c)
			if err != nil {
				return nil, err
			}
			ids = append(ids, read...)
			continue
		}
		id, err := findAnyTask(c, api, said)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: the input names no task", errUsage)
	}
	return ids, nil
}

// idsFrom reads the first field of each line of the input.
func idsFrom(c *console) ([]mindflow.TaskID, error) {
	var ids []mindflow.TaskID
	lines := bufio.NewScanner(c.in)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		id, err := mindflow.ParseID[mindflow.Task](fields[0])
		if err != nil {
			return nil, fmt.Errorf("%w: line %d of the input does not begin with the whole id of a task", errUsage, n)
		}
		ids = append(ids, id)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	return ids, nil
}

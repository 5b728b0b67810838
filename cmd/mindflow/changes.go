package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type changesCommand struct {
	output

	Task  []string `arg:"" optional:"" help:"Only what happened to this task: its id, the beginning or end of that, or a part of its title."`
	Limit int      `placeholder:"N" default:"20" help:"At most so many, up to 200."`
}

// Help documents what scripts see.
func (changesCommand) Help() string {
	return `Lists what has happened to your tasks, projects, templates and preferences, the newest first, and what can be undone: "mindflow undo CHANGE".

Elsewhere than in a terminal each change is a line of fields with tabs between them: its name, when, "undoable" or "kept", how many things it changed, what it came through, what happened. With --json it is the server's answer.`
}

// Run lists changes.
func (cmd changesCommand) Run(c *console) error {
	if cmd.Limit < 1 || cmd.Limit > pageSize {
		return fmt.Errorf("%w: --limit is from 1 to %d", errUsage, pageSize)
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	query := client.ChangeQuery{Limit: cmd.Limit}
	if said := strings.TrimSpace(strings.Join(cmd.Task, " ")); said != "" {
		if query.Task, err = findAnyTask(c, api, said); err != nil {
			return err
		}
	}
	page, err := api.Changes(c.ctx, query)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, page)
	case len(page.Changes) == 0:
		_, err := fmt.Fprintln(c.err, "Nothing has happened yet.")
		return err
	}
	return cmd.print(c, page)
}

func (cmd changesCommand) print(c *console, page client.ChangePage) error {
	cols := []column{{head: "CHANGE", paint: paint.faint}, {head: "WHAT", paint: paint.bold}, {head: "WHEN"}, {head: "THROUGH"}, {head: "UNDO"}}
	w := words{local: c.local, now: c.clock()}
	for _, change := range page.Changes {
		undo := "no"
		if change.Undoable {
			undo = "yes"
		}
		addRow(cols, shortChange(change.ID), told(change), w.at(change.At), oneLine(change.Through), undo)
	}
	return cmd.printRows(c, cols, []int{1, 3, 4, 2}, func(row int) []string {
		change, kept := page.Changes[row], "kept"
		if change.Undoable {
			kept = "undoable"
		}
		return []string{oneLine(string(change.ID)), oneLine(change.At), kept, strconv.Itoa(change.Count), oneLine(change.Through), told(change)}
	})
}

// at says an instant of an answer; as it is where it cannot be read.
func (w words) at(said string) string {
	if at, ok := instant(&said); ok {
		return w.instant(at)
	}
	return oneLine(said)
}

// told says what a change did: "completed Call Bob", "updated Call Bob (due_date)",
// "deleted Plan and 4 more", "project created".
func told(change client.Change) string {
	var did []string
	for _, verb := range change.Verbs {
		did = append(did, doneBy(verb))
	}
	text := strings.Join(did, ", ")
	if change.Undoes != nil {
		text = "undone " + shortChange(mindflow.ChangeID(*change.Undoes)) + ":"
	}
	for i, task := range change.Tasks[:min(len(change.Tasks), 1)] {
		text += " " + cmp.Or(task.Title, "what is gone for good")
		if more := change.Count - i - 1; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if slices.Contains(change.Verbs, string(mindflow.TaskUpdated)) && len(change.Fields) > 0 {
		names := make([]string, len(change.Fields))
		for i, field := range change.Fields {
			names[i] = field.Field
		}
		text += " (" + strings.Join(names, ", ") + ")"
	}
	return oneLine(text)
}

// doneBy says an event's verb in words: of tasks, what was done to them, else what
// to what.
func doneBy(verb string) string {
	kind, did, _ := strings.Cut(strings.ReplaceAll(verb, "_", " "), ".")
	if kind == "task" {
		return did
	}
	return kind + " " + did
}

type undoCommand struct {
	output

	Change string `arg:"" optional:"" help:"The change, as \"mindflow changes\" names it; else the last one you made at a terminal that still stands."`
	Any    bool   `help:"The last change, wherever it was made: in a browser or by an assistant, too."`
}

// Help says what undoing does.
func (undoCommand) Help() string {
	return `Takes a change back, all of it or nothing, within 30 days: what was completed is open again, what was deleted comes back, what was created goes to the trash. Called again it takes back the one before. What was changed in a browser or by an assistant it leaves as it is, unless you say --any or name the change.

It refuses where that would overwrite what was changed since, and says what. An undoing is a change, too: "mindflow undo" with its name has it again.`
}

// Run takes a change back.
func (cmd undoCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	if cmd.Any && cmd.Change != "" {
		return fmt.Errorf("%w: --any is for the last change; you name one", errUsage)
	}
	change, later, err := cmd.find(c, api)
	if err != nil {
		return err
	}
	done, err := api.Undo(c.ctx, change.ID)
	switch {
	case err != nil:
		return overwritten(c, err)
	case cmd.JSON:
		return writeJSON(c.out, done)
	}
	p := cmd.paint(c)
	what := several(len(done.Tasks), "task")
	if len(change.Verbs) > 0 {
		what = told(change)
	}
	_, err = fmt.Fprintf(c.out, "%s %s %s\nTo have it again: mindflow undo %s\n",
		p.green("Taken back:"), p.bold(what), p.faint("("+shortChange(done.Undone)+")"), shortChange(done.Change))
	if later != nil {
		_, laterErr := fmt.Fprintf(c.err, "Left as it is, though it came later: %s (%s), through %s. \"mindflow undo --any\" takes back such changes, too.\n",
			told(*later), shortChange(later.ID), oneLine(later.Through))
		err = errors.Join(err, laterErr)
	}
	return err
}

// recentChanges is how far back undo looks for what it shall take back.
const recentChanges = 200

// find is the change that is meant, and a later one that was made elsewhere and is
// left as it is; nil for none. One that is named need not be among the recent
// ones, and is then known by its name alone.
func (cmd undoCommand) find(c *console, api *client.Client) (meant client.Change, later *client.Change, err error) {
	page, err := api.Changes(c.ctx, client.ChangeQuery{Limit: recentChanges})
	if cmd.Change == "" {
		if err != nil {
			return client.Change{}, nil, err
		}
		return cmd.last(page.Changes, c.byToken())
	}
	// A token that may only write sees no changes, and undoes them all the same.
	var found []client.Change
	for _, change := range page.Changes {
		if change.ID == mindflow.ChangeID(cmd.Change) || shortChange(change.ID) == cmd.Change {
			found = append(found, change)
		}
	}
	if len(found) == 1 {
		return found[0], nil, nil
	}
	named, err := mindflow.ParseChangeID(cmd.Change)
	if err != nil {
		err = fmt.Errorf("%w: %q is no name of a change; \"mindflow changes\" lists them", errUsage, cmd.Change)
	}
	return client.Change{ID: named}, nil, err
}

// shortChange names a change as people are shown it: by its number, or by the end
// of the id of the call that made it.
func shortChange(id mindflow.ChangeID) string {
	s := oneLine(string(id))
	if _, single := id.Seq(); single || len(s) <= shownOfCall {
		return s
	}
	return s[len(s)-shownOfCall:]
}

// shownOfCall is how much of a call's id is shown.
const shownOfCall = 8

// last is the newest change made at a terminal, or by a token, that still stands: it
// was not undone, undoes none, is of a kind that can be undone, and of nothing that is
// gone for good. later is the newest such one that was made elsewhere, after it.
func (cmd undoCommand) last(all []client.Change, byToken bool) (meant client.Change, later *client.Change, err error) {
	undone := map[mindflow.ChangeID]bool{}
	for i, change := range all {
		switch here := cmd.Any || change.Through == string(mindflow.ThroughCLI) || byToken && strings.HasPrefix(change.Through, "token "); {
		case undone[change.ID], slices.ContainsFunc(change.Verbs, isForGood):
		case change.Undoes != nil:
			undone[mindflow.ChangeID(*change.Undoes)] = true
		case !change.Undoable && slices.ContainsFunc(change.Tasks, isGone):
		case here:
			return change, later, nil
		case later == nil:
			later = &all[i]
		}
	}
	if later == nil {
		return client.Change{}, nil, errors.New("nothing was changed lately")
	}
	return client.Change{}, nil, errors.New(`nothing was changed at a terminal lately; "mindflow undo --any" takes back what was changed elsewhere, and "mindflow changes" lists it`)
}

// isGone reports whether a task is gone for good, with all it was called.
func isGone(task client.TaskName) bool { return task.Title == "" }

// isForGood reports whether nothing brings back what happened, such as tasks.purged.
func isForGood(verb string) bool { return !mindflow.Verb(verb).Undoable() }

// overwritten is an error with the later edits that are in the way, a line each.
func overwritten(c *console, err error) error {
	refused, ok := errors.AsType[*client.Error](err)
	if !ok || len(refused.Overwrites) == 0 {
		return err
	}
	w := words{local: c.local, now: c.clock()}
	text := []string{refused.Error()}
	for i, o := range refused.Overwrites {
		if i == mostShown {
			text = append(text, fmt.Sprintf("  … and %d more", len(refused.Overwrites)-i))
			break
		}
		line := "  " + shortChange(o.Change) + "  " + doneBy(o.Verb)
		if o.Title != nil {
			line += " " + oneLine(*o.Title)
		}
		if len(o.Fields) > 0 {
			line += " (" + oneLine(strings.Join(o.Fields, ", ")) + ")"
		}
		text = append(text, line+", "+w.at(o.At)+", through "+oneLine(o.Through))
	}
	return errors.New(strings.Join(text, "\n"))
}

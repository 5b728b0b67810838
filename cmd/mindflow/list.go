package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type listCommand struct {
	output

	Status    []string `placeholder:"STATUS" enum:"open,all,pending,in_progress,snoozed,completed,cancelled" help:"Of this status: ${enum}. Open ones are pending, in progress or snoozed, and are what is listed when nothing is said. May be repeated."`
	Priority  []int    `placeholder:"1-5" help:"Of this priority; may be repeated."`
	Tag       []string `sep:"none" help:"With this tag; of several, with any of them."`
	DueAfter  string   `placeholder:"DATE" help:"Due then or later: today, tomorrow, 2026-11-27, or \"2026-11-27 17:00\" in your time zone."`
	DueBefore string   `placeholder:"DATE" help:"Due earlier than that."`
	Search    string   `short:"q" placeholder:"TEXT" help:"With this in title, note or tags."`
	Project   string   `placeholder:"PROJECT" help:"Of this project and its sub-projects, by its name, its id or a part of either; none for those in none."`
	StepOf    string   `placeholder:"TASK" help:"Steps of this task; none for what is no step."`
	Blocked   bool     `help:"Which wait for another one that is open."`
	Sort      string   `lacks:"a field is missing, such as due_date or -priority" enum:"due_date,-due_date,priority,-priority,title,-title,created_at,-created_at,updated_at,-updated_at,position,-position" default:"due_date" help:"By due_date, priority, title, created_at, updated_at or position (your own order); - reverses. When nothing is said, by due_date, those without one last."`
	Limit     int      `placeholder:"N" default:"50" help:"At most so many."`
	All       bool     `help:"However many there are."`
	Ranked    bool     `help:"What can be done now, best first, with the score."`
}

// Help documents what scripts see.
func (listCommand) Help() string {
	return `Lists your open tasks, the next due first.

In a terminal it is a table that fits the window; narrow windows lose columns. Elsewhere each task is a line of fields with tabs between them: id, status, priority, due date, tags, title; with --ranked the score is first. With --json it is the server's answer, of as many pages as were asked for, with the rest, such as the project.`
}

// listed is what is shown of a list.
type listed struct {
	tasks    []client.Task
	waits    map[mindflow.TaskID]bool      // those that wait for others, where that is shown
	projects map[mindflow.ProjectID]string // what they are called, where that is shown
	scores   []mindflow.Hundredths         // of ranked tasks
	more     bool
	json     any
}

// Run lists tasks.
func (cmd listCommand) Run(c *console) error {
	if err := cmd.check(); err != nil {
		return err
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	zone, err := cmd.zone(c, api)
	if err != nil {
		return err
	}
	read := cmd.read
	if cmd.Ranked {
		read = cmd.readRanked
	}
	list, err := read(c, api, zone)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, list.json)
	}
	if _, table := terminal(c.out); table {
		if err := cmd.lookUp(c, api, zone, &list); err != nil {
			return err
		}
	}
	return cmd.print(c, list, zone)
}

// lookUp adds to a list what its tasks do not say themselves.
func (cmd listCommand) lookUp(c *console, api *client.Client, z mindflow.Zone, list *listed) error {
	var err error
	if list.projects, err = cmd.projects(c, api, list.tasks); err != nil || cmd.Ranked {
		return err
	}
	list.waits, err = cmd.blocked(c, api, z, list.tasks)
	return err
}

// projects are what the projects of a list's tasks are called; nil where none is in
// any, or where all are in the one that was asked for.
func (cmd listCommand) projects(c *console, api *client.Client, tasks []client.Task) (map[mindflow.ProjectID]string, error) {
	if !slices.ContainsFunc(tasks, func(t client.Task) bool {
		return t.ProjectID != nil && (cmd.Project == "" || *t.ProjectID != *tasks[0].ProjectID)
	}) {
		return nil, nil
	}
	all, err := api.Projects(c.ctx, false)
	names := make(map[mindflow.ProjectID]string, len(all))
	for _, p := range all {
		names[p.ID] = oneLine(p.Name)
	}
	return names, err
}

func (cmd listCommand) check() error {
	switch {
	case cmd.Limit < 1:
		return fmt.Errorf("%w: --limit is 1 or more", errUsage)
	case cmd.Ranked && (cmd.filtered() || len(cmd.Status) > 0 || cmd.Sort != "due_date"):
		return fmt.Errorf("%w: --ranked is of all that can be done now, in its own order; it takes no filter and no --sort", errUsage)
	}
	for _, priority := range cmd.Priority {
		if priority < mindflow.MinPriority || priority > mindflow.MaxPriority {
			return fmt.Errorf("%w: --priority is from %d to %d", errUsage, mindflow.MinPriority, mindflow.MaxPriority)
		}
	}
	return nil
}

// filtered reports whether more is asked for than a status.
func (cmd listCommand) filtered() bool {
	return len(cmd.Priority)+len(cmd.Tag)+len(cmd.DueAfter)+len(cmd.DueBefore)+len(cmd.Search)+len(cmd.Project)+len(cmd.StepOf) > 0 || cmd.Blocked
}

// zone is the person's, where the list needs it: for days that are said or
// shown in words.
func (cmd listCommand) zone(c *console, api *client.Client) (mindflow.Zone, error) {
	_, table := terminal(c.out)
	if !relative(cmd.DueAfter) && !relative(cmd.DueBefore) && (cmd.JSON || !table) {
		return mindflow.Zone{}, nil
	}
	return personsZone(c, api)
}

func (cmd listCommand) query(c *console, api *client.Client, z mindflow.Zone) (client.TaskQuery, error) {
	q := client.TaskQuery{Statuses: cmd.statuses(), Priorities: cmd.Priority, Tags: cmd.Tag, Search: cmd.Search, Sort: cmd.Sort}
	for _, date := range [...]struct {
		flag, said string
		field      *string
	}{{"--due-after", cmd.DueAfter, &q.DueAfter}, {"--due-before", cmd.DueBefore, &q.DueBefore}} {
		if date.said == "" {
			continue
		}
		read, err := readDate(date.flag, date.said, z, c.clock())
		if err != nil {
			return q, err
		}
		*date.field = read
	}
	return q, cmd.look(c, api, &q)
}

// look finds the project and the task that are asked for.
func (cmd listCommand) look(c *console, api *client.Client, q *client.TaskQuery) error {
	if cmd.Blocked {
		q.Blocked = &cmd.Blocked
	}
	if q.Project = cmd.Project; cmd.Project != "" && cmd.Project != "none" {
		id, err := findProject(c, api, cmd.Project)
		if err != nil {
			return err
		}
		q.Project = id.String()
	}
	if q.Parent = cmd.StepOf; cmd.StepOf != "" && cmd.StepOf != "none" {
		id, err := findAnyTask(c, api, cmd.StepOf)
		if err != nil {
			return err
		}
		q.Parent = id.String()
	}
	return nil
}

// statuses are those that are asked for; none for all.
func (cmd listCommand) statuses() []mindflow.Status {
	if len(cmd.Status) == 0 {
		return openStatuses
	}
	var statuses []mindflow.Status
	for _, status := range cmd.Status {
		switch status {
		case "all":
			return nil
		case "open":
			statuses = append(statuses, openStatuses...)
		default:
			statuses = append(statuses, mindflow.Status(status))
		}
	}
	return statuses
}

// page is how many tasks to ask for when so many are there already; none when
// that is enough.
func (cmd listCommand) page(have int) int {
	if cmd.All {
		return pageSize
	}
	return min(pageSize, cmd.Limit-have)
}

func (cmd listCommand) read(c *console, api *client.Client, z mindflow.Zone) (listed, error) {
	q, err := cmd.query(c, api, z)
	if err != nil {
		return listed{}, err
	}
	all := client.TaskPage{Tasks: []client.Task{}}
	for q.Limit = cmd.page(0); q.Limit > 0; q.Limit = cmd.page(len(all.Tasks)) {
		page, err := api.ListTasks(c.ctx, q)
		if err != nil {
			return listed{}, err
		}
		all.Tasks, all.NextCursor = append(all.Tasks, page.Tasks...), page.NextCursor
		if page.NextCursor == nil {
			break
		}
		q.Cursor = *page.NextCursor
	}
	return listed{tasks: all.Tasks, more: all.NextCursor != nil, json: all}, nil
}

// blocked are those of a list's tasks that wait for others: the same list again, of
// such alone.
func (cmd listCommand) blocked(c *console, api *client.Client, z mindflow.Zone, tasks []client.Task) (map[mindflow.TaskID]bool, error) {
	if cmd.Blocked || !slices.ContainsFunc(tasks, func(t client.Task) bool { return t.Status.Open() && len(t.BlockedBy) > 0 }) {
		return nil, nil
	}
	cmd.Blocked = true
	list, err := cmd.read(c, api, z)
	waits := map[mindflow.TaskID]bool{}
	for _, t := range list.tasks {
		waits[t.ID] = true
	}
	return waits, err
}

func (cmd listCommand) readRanked(c *console, api *client.Client, _ mindflow.Zone) (listed, error) {
	all := client.RankedPage{Tasks: []client.Scored{}}
	q := client.RankedQuery{}
	for q.Limit = cmd.page(0); q.Limit > 0; q.Limit = cmd.page(len(all.Tasks)) {
		page, err := api.Ranked(c.ctx, q)
		if err != nil {
			return listed{}, err
		}
		page.Tasks = append(all.Tasks, page.Tasks...)
		all = page
		if page.NextCursor == nil {
			break
		}
		q.Cursor = *page.NextCursor
	}
	list := listed{more: all.NextCursor != nil, json: all}
	for _, scored := range all.Tasks {
		list.tasks, list.scores = append(list.tasks, scored.Task), append(list.scores, scored.Score)
	}
	return list, nil
}

func (cmd listCommand) print(c *console, list listed, z mindflow.Zone) error {
	if len(list.tasks) == 0 {
		_, err := fmt.Fprintln(c.err, cmd.nothing())
		return err
	}
	text := plain(list)
	if _, ok := terminal(c.out); ok {
		w := words{zone: z, local: c.local, now: c.clock()}
		table := newTable(list, w)
		w.short = true
		table.fit(newTable(list, w), widthOf(c.out))
		text = table.text(cmd.paint(c))
	}
	_, err := io.WriteString(c.out, text)
	if list.more {
		_, moreErr := fmt.Fprintf(c.err, "There are more than these %d: --limit N or --all shows them.\n", len(list.tasks))
		err = errors.Join(err, moreErr)
	}
	return err
}

// nothing says why a list is empty.
func (cmd listCommand) nothing() string {
	switch {
	case cmd.Ranked:
		return `Nothing can be done now. "mindflow list" shows what is open.`
	case len(cmd.Status) == 0 && !cmd.filtered():
		return `No task is open. Add one: mindflow add "…"`
	case len(cmd.Status) == 0:
		return "No open task is like that; --status all looks among all."
	}
	return "No task is like that."
}

// plain is a list for programs: a line for each task, a tab between fields.
func plain(list listed) string {
	var text strings.Builder
	for i, t := range list.tasks {
		fields := []string{t.ID.String(), string(t.Status), strconv.Itoa(t.Priority), "", hashed(t.Tags), oneLine(t.Title)}
		if t.DueDate != nil {
			fields[3] = printable(*t.DueDate)
		}
		if list.scores != nil {
			fields = append([]string{list.scores[i].String()}, fields...)
		}
		text.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return text.String()
}

func hashed(tags []string) string {
	words := make([]string, len(tags))
	for i, tag := range tags {
		words[i] = "#" + oneLine(tag)
	}
	return strings.Join(words, " ")
}

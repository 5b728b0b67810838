package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type addCommand struct {
	output

	Title []string `arg:"" help:"What there is to do, and when: \"Call Bob tomorrow 5pm p1 #work ~30m\". Options go before what it says."`

	saidFields
}

// saidFields are those of a task that options say.
type saidFields struct {
	Due      string   `placeholder:"DATE" help:"When it is due: today, fri, \"3 dec 5pm\", 2026-11-27, or \"2026-11-27 17:00\" in your time zone."`
	Start    string   `placeholder:"DATE" help:"When it can be begun at the earliest, written as --due."`
	Priority *int     `placeholder:"1-5" help:"5 is the highest; 3 when absent."`
	Effort   string   `placeholder:"TIME" help:"How long it takes: 30m, 90 (minutes) or 1h30m."`
	Tag      []string `sep:"none" help:"A tag; may be repeated."`
	Time     string   `placeholder:"PART" help:"When it is best done: morning, afternoon or evening."`
	Note     string   `placeholder:"TEXT" help:"What else there is to say about it."`
	Project  string   `placeholder:"PROJECT" help:"The project it is in: its name, its id, or a part of either."`
	Remind   []string `sep:"none" placeholder:"WHEN" help:"When you are reminded of it: \"30m before\" it is due, or \"tomorrow 9am\"; may be repeated."`
	StepOf   string   `placeholder:"TASK" help:"The task it is a step of: its id, the beginning or end of that, or a part of its title."`
}

// Run adds the task.
func (cmd addCommand) Run(c *console) error {
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
	draft.Text = client.Set(strings.Join(cmd.Title, " "))
	task, err := api.QuickAdd(c.ctx, draft)
	if err != nil {
		return withoutTitle(draft, err)
	}
	return printKept(c, cmd.output, api, "Added", task)
}

// withoutTitle says how to keep a word of a text of which nothing was left for a title.
func withoutTitle(d client.Draft, err error) error {
	refused, ok := errors.AsType[*client.Error](err)
	if !ok || mindflow.Tidy(d.Text.Value) == "" || len(refused.Fields) != 1 || refused.Fields[0].Field != "title" || refused.Fields[0].Message != "is required" {
		return err
	}
	return errors.New(`all of it was understood as something else and nothing is left for a title; a backslash before a word keeps it there: "\tomorrow"`)
}

// draft is what is said but for what needs the server.
func (cmd saidFields) draft() (client.Draft, error) {
	d := client.Draft{}
	if cmd.Priority != nil {
		if *cmd.Priority < mindflow.MinPriority || *cmd.Priority > mindflow.MaxPriority {
			return d, fmt.Errorf("%w: --priority is from %d to %d", errUsage, mindflow.MinPriority, mindflow.MaxPriority)
		}
		d.Priority = client.Set(*cmd.Priority)
	}
	if cmd.Effort != "" {
		minutes, err := parseEffort(cmd.Effort)
		if err != nil {
			return d, err
		}
		d.EffortMinutes = client.Set(minutes)
	}
	if cmd.Time != "" {
		if !slices.Contains(mindflow.PreferredTimes, mindflow.PreferredTime(cmd.Time)) {
			return d, fmt.Errorf("%w: --time is morning, afternoon or evening", errUsage)
		}
		d.PreferredTime = client.Set(cmd.Time)
	}
	if cmd.Note != "" {
		d.Description = client.Set(cmd.Note)
	}
	if len(cmd.Tag) > 0 {
		d.Tags = client.Set(cmd.Tag)
	}
	return d, nil
}

// parseEffort reads 30m, 1h30m, or a bare number of minutes.
func parseEffort(s string) (int, error) {
	minutes, err := strconv.Atoi(s)
	if err != nil {
		var d time.Duration
		d, err = time.ParseDuration(s)
		minutes = int(d / time.Minute)
		if d%time.Minute != 0 {
			minutes = 0
		}
	}
	if err != nil || minutes < mindflow.MinEffort || minutes > mindflow.MaxEffort {
		return 0, fmt.Errorf("%w: --effort is in whole minutes up to a week, such as 30m, 90 or 1h30m", errUsage)
	}
	return minutes, nil
}

// look sets what needs the server: dates, reminders, and what other things are called.
func (cmd saidFields) look(c *console, api *client.Client, d *client.Draft) error {
	if err := cmd.addDates(c, api, d); err != nil {
		return err
	}
	if len(cmd.Remind) > 0 {
		reminders, err := quickReminders(c, api, cmd.Remind)
		if err != nil {
			return err
		}
		d.Reminders = client.Set(reminders)
	}
	if cmd.Project != "" {
		id, err := findProject(c, api, cmd.Project)
		if err != nil {
			return err
		}
		d.ProjectID = client.Set(id)
	}
	if cmd.StepOf != "" {
		id, err := findTask(c, api, cmd.StepOf)
		if err != nil {
			return err
		}
		d.ParentID = client.Set(id)
	}
	return nil
}

// addDates sets the dates. Which day is today depends on where the person is,
// and that the server knows.
func (cmd saidFields) addDates(c *console, api *client.Client, d *client.Draft) error {
	zone := mindflow.Zone{}
	if relative(cmd.Due) || relative(cmd.Start) {
		var err error
		if zone, err = personsZone(c, api); err != nil {
			return err
		}
	}
	for _, date := range [...]struct {
		flag, said string
		field      *client.Field[string]
	}{{"--due", cmd.Due, &d.DueDate}, {"--start", cmd.Start, &d.StartDate}} {
		if date.said == "" {
			continue
		}
		read, err := readDate(date.flag, date.said, zone, c.clock())
		if err != nil {
			read, err = quickDate(c, api, date.said, err)
		}
		if err != nil {
			return err
		}
		*date.field = client.Set(read)
	}
	return nil
}

// quickDate is a date as quick add reads it, such as fri or 3 dec 5pm; where it does not
// read all of it as one, wrong.
func quickDate(c *console, api *client.Client, said string, wrong error) (string, error) {
	const title = "x"
	read, err := api.ParseTask(c.ctx, title+" due "+said)
	if err != nil || read.Title != title || read.DueDate == nil {
		return "", wrong
	}
	for _, token := range read.Tokens {
		if token.Kind != "due_date" {
			return "", wrong
		}
	}
	return *read.DueDate, nil
}

func relative(date string) bool { return date == "today" || date == "tomorrow" }

// personsZone is the time zone a person's days are meant in.
func personsZone(c *console, api *client.Client) (mindflow.Zone, error) {
	p, err := api.Preferences(c.ctx)
	if err != nil {
		return mindflow.Zone{}, err
	}
	zone, err := mindflow.LoadZone(p.Timezone)
	if err != nil {
		err = fmt.Errorf("your time zone %s is not known here; write the day as 2026-11-27", printable(p.Timezone))
	}
	return zone, err
}

// readDate is a flag's date as the server reads it. A date and time is passed
// on as it is: the server knows the zone it is meant in.
func readDate(flag, s string, z mindflow.Zone, now time.Time) (string, error) {
	switch s {
	case "today":
		return z.Today(now).String(), nil
	case "tomorrow":
		return (z.Today(now) + 1).String(), nil
	}
	if _, err := mindflow.ParseWhen(s, z); err != nil {
		return "", fmt.Errorf("%w: %s is today, tomorrow, a day such as 2026-11-27, or \"2026-11-27 17:00\"", errUsage, flag)
	}
	return s, nil
}

// printTask says what was done to a task.
func printTask(c *console, o output, did string, t client.Task) error {
	if o.JSON {
		return writeJSON(c.out, t)
	}
	return printFacts(c, o, did, t, c.facts(t))
}

// printKept says of a task that was typed all that was understood of it: what was
// read wrongly is then seen at once.
func printKept(c *console, o output, api *client.Client, did string, t client.Task) error {
	if o.JSON {
		return writeJSON(c.out, t)
	}
	var facts []string
	if first := c.facts(t); first != "" {
		facts = append(facts, first)
	}
	if t.Priority != mindflow.DefaultPriority {
		facts = append(facts, "priority "+strconv.Itoa(t.Priority))
	}
	if t.Recurrence != nil {
		facts = append(facts, repeats(*t.Recurrence))
	}
	if len(t.Reminders) > 0 {
		facts = append(facts, c.reminds(t))
	}
	if t.ProjectID != nil {
		name := shortID(*t.ProjectID) // a token that may only write sees no more of it
		if project, err := api.Project(c.ctx, *t.ProjectID); err == nil {
			name = oneLine(project.Name)
		}
		facts = append(facts, "in "+name)
	}
	return printFacts(c, o, did, t, strings.Join(facts, " · "))
}

func printFacts(c *console, o output, did string, t client.Task, facts string) error {
	text := deed(o.paint(c), did, printable(t.Title), t.ID) + "\n"
	if facts != "" {
		text += facts + "\n"
	}
	_, err := fmt.Fprint(c.out, text)
	return err
}

// deed says what was done to what.
func deed[T any](p paint, did, name string, id mindflow.ID[T]) string {
	return p.green(did+":") + " " + p.bold(name) + " " + p.faint("("+shortID(id)+")")
}

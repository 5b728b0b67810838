package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type templatesCommand struct {
	List   templatesListCommand   `cmd:"" default:"1" help:"List your templates. This is what templates alone does."`
	Show   templatesShowCommand   `cmd:"" help:"Show what a template makes."`
	Save   templatesSaveCommand   `cmd:"" help:"Make a template of a task or a project."`
	Use    templatesUseCommand    `cmd:"" help:"Make what a template says."`
	Rename templatesRenameCommand `cmd:"" help:"Call a template otherwise."`
	Delete templatesDeleteCommand `cmd:"" help:"Delete a template; what it has made stays."`
}

// Help says what templates are for.
func (templatesCommand) Help() string {
	return `A template is a task or a project to be made again and again, with its steps. Its dates are counted from the day it is used.`
}

// meantTemplate says which template a command is about.
type meantTemplate struct {
	Template []string `arg:"" help:"The template: its name, a part of that, its id, or the beginning or end of the id."`
}

// find is the template that is meant.
func (m meantTemplate) find(c *console, api *client.Client) (mindflow.TemplateID, error) {
	all, err := api.Templates(c.ctx)
	if err != nil {
		return mindflow.TemplateID{}, err
	}
	n := namesakes[mindflow.Template]{said: strings.TrimSpace(strings.Join(m.Template, " "))}
	for _, t := range all {
		n.see(t.ID, t.Name)
	}
	return n.one(c, "template", "name")
}

type templatesListCommand struct{ output }

// Help documents what scripts see.
func (templatesListCommand) Help() string {
	return `Lists your templates by their names, with what they make.

Elsewhere than in a terminal each is a line of fields with tabs between them: id, "task" or "project", how many tasks it makes, steps among them, name. With --json it is the server's answer.`
}

// Run lists templates.
func (cmd templatesListCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	list, err := api.Templates(c.ctx)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, struct {
			Templates []client.ListedTemplate `json:"templates"`
		}{append([]client.ListedTemplate{}, list...)})
	case len(list) == 0:
		_, err := fmt.Fprintln(c.err, "You have no templates. Make one of a task: mindflow templates save …")
		return err
	}
	cols := []column{{head: "ID", paint: paint.faint}, {head: "TEMPLATE", paint: paint.bold}, {head: "MAKES"}}
	for _, t := range list {
		addRow(cols, shortID(t.ID), oneLine(t.Name), makes(t))
	}
	return cmd.printRows(c, cols, []int{1, 2}, func(row int) []string {
		t := list[row]
		return []string{t.ID.String(), oneLine(t.Kind), strconv.Itoa(t.Tasks), oneLine(t.Name)}
	})
}

// makes says in short what a template makes.
func makes(t client.ListedTemplate) string {
	if t.Kind == "project" {
		return "a project, " + several(t.Tasks, "task")
	}
	if t.Tasks == 1 {
		return "a task"
	}
	return "a task, " + several(t.Tasks-1, "step")
}

type templatesShowCommand struct {
	output
	meantTemplate
}

// Run prints a template, a line for each task of it.
func (cmd templatesShowCommand) Run(c *console) error {
	t, err := act(c, cmd.find, (*client.Client).Template)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, t)
	}
	p := cmd.paint(c)
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", p.bold(oneLine(t.Name)), p.faint("("+shortID(t.ID)+")"))
	all := t.Content.Tasks()
	depth := make([]int, len(all))
	if project := t.Content.Project; project != nil {
		fmt.Fprintf(&text, "Project %s\n", oneLine(project.Name))
	}
	for i, task := range all {
		if task.Parent >= 0 {
			depth[i] = depth[task.Parent] + 1
		}
		line := strings.Repeat("  ", depth[i]) + "- " + oneLine(task.Title)
		if facts := templateFacts(all, i); facts != "" {
			line += p.faint(": " + facts)
		}
		text.WriteString(line + "\n")
	}
	_, err = io.WriteString(c.out, text.String())
	return err
}

// templateFacts are what a template says of one of its tasks, on one line.
func templateFacts(all []mindflow.PlacedTask, i int) string {
	t := all[i]
	var facts []string
	if t.Due != nil {
		facts = append(facts, "due "+fromTheDay(*t.Due))
	}
	if t.Start != nil {
		facts = append(facts, "from "+fromTheDay(*t.Start))
	}
	if t.Priority != nil {
		facts = append(facts, fmt.Sprintf("priority %d", *t.Priority))
	}
	if t.EffortMinutes != nil {
		facts = append(facts, span(*t.EffortMinutes))
	}
	if t.PreferredTime != "" {
		facts = append(facts, "best in the "+oneLine(t.PreferredTime))
	}
	if t.Recurrence != nil {
		facts = append(facts, "repeats")
	}
	for _, n := range t.BlockedBy {
		if n >= 0 && n < len(all) {
			facts = append(facts, "waits for “"+oneLine(all[n].Title)+"”")
		}
	}
	for _, tag := range t.Tags {
		facts = append(facts, "#"+oneLine(tag))
	}
	return strings.Join(facts, " · ")
}

// fromTheDay says a date by the day a template is used on.
func fromTheDay(d mindflow.TemplateDate) string {
	text := "on the day"
	switch {
	case d.Days > 0:
		text = several(d.Days, "day") + " after"
	case d.Days < 0:
		text = several(-d.Days, "day") + " before"
	}
	if d.Time != "" {
		text += " at " + oneLine(d.Time)
	}
	return text
}

type templatesSaveCommand struct {
	output
	meantTask

	Project string `placeholder:"NAME" help:"Instead: a project, with its own tasks."`
	Name    string `placeholder:"NAME" help:"What the template is called; else as the task or the project."`
	Day     string `placeholder:"DAY" help:"The day its dates are counted from: today, tomorrow or 2026-11-27; else the earliest of them."`
}

// Run makes a template of a task or a project.
func (cmd templatesSaveCommand) Run(c *console) error {
	draft := client.TemplateDraft{Name: cmd.Name}
	if cmd.Project != "" && (cmd.Best || len(cmd.Task) > 0) {
		return fmt.Errorf("%w: name a task or, with --project, a project", errUsage)
	}
	said := ""
	var err error
	if cmd.Project == "" {
		if said, err = cmd.said("it is made of"); err != nil {
			return err
		}
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	if draft.Day, err = readDay(c, api, "--day", cmd.Day); err != nil {
		return err
	}
	if cmd.Project == "" {
		draft.FromTask, err = cmd.find(c, api, said)
	} else {
		draft.FromProject, err = findProject(c, api, cmd.Project)
	}
	if err != nil {
		return err
	}
	t, err := api.CreateTemplate(c.ctx, draft)
	if err != nil {
		return err
	}
	return printTemplate(c, cmd.output, "Saved", t)
}

// printTemplate says what was done to a template.
func printTemplate(c *console, o output, did string, t client.Template) error {
	if o.JSON {
		return writeJSON(c.out, t)
	}
	_, err := fmt.Fprintf(c.out, "%s, %s\n", deed(o.paint(c), did, oneLine(t.Name), t.ID), makes(t.ListedTemplate))
	return err
}

// readDay is a flag's day as the server reads it; empty when nothing is said.
func readDay(c *console, api *client.Client, flag, said string) (string, error) {
	if relative(said) {
		zone, err := personsZone(c, api)
		if err != nil {
			return "", err
		}
		return readDate(flag, said, zone, c.clock())
	}
	if said == "" {
		return "", nil
	}
	if _, err := mindflow.ParseDay(said); err != nil {
		return "", fmt.Errorf("%w: %s is today, tomorrow or a day such as 2026-11-27", errUsage, flag)
	}
	return said, nil
}

type templatesUseCommand struct {
	output
	meantTemplate

	Date  string `placeholder:"DAY" help:"The day its dates are counted from: today, tomorrow or 2026-11-27; else today."`
	Title string `placeholder:"TEXT" help:"What the task or the project is called; else as the template says."`
	In    string `placeholder:"PROJECT" help:"The project it is put into."`
}

// Run makes what a template says.
func (cmd templatesUseCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	use := client.TemplateUse{Name: cmd.Title}
	if use.Date, err = readDay(c, api, "--date", cmd.Date); err != nil {
		return err
	}
	if cmd.In != "" {
		if use.ProjectID, err = findProject(c, api, cmd.In); err != nil {
			return err
		}
	}
	id, err := cmd.find(c, api)
	if err != nil {
		return err
	}
	made, err := api.UseTemplate(c.ctx, id, use)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, made)
	}
	return cmd.print(c, made)
}

func (cmd templatesUseCommand) print(c *console, made client.Made) error {
	if t := made.Task; t != nil {
		if err := printTask(c, cmd.output, "Made", *t); err != nil || made.Tasks == 1 {
			return err
		}
		_, err := fmt.Fprintf(c.out, "With %s.\n", several(made.Tasks-1, "step"))
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s\nWith %s.\n",
		deed(cmd.paint(c), "Made the project", oneLine(made.Project.Name), made.Project.ID), several(made.Tasks, "task"))
	return err
}

type templatesRenameCommand struct {
	output

	Template string   `arg:"" help:"The template, as templates use takes it, as one word: \"Small trip\"."`
	Name     []string `arg:"" help:"What it shall be called."`
}

// Run gives a template another name.
func (cmd templatesRenameCommand) Run(c *console) error {
	name := mindflow.Tidy(strings.Join(cmd.Name, " "))
	if name == "" {
		return fmt.Errorf("%w: say what the template shall be called", errUsage)
	}
	meant := meantTemplate{Template: []string{cmd.Template}}
	t, err := act(c, meant.find, func(api *client.Client, ctx context.Context, id mindflow.TemplateID) (client.Template, error) {
		return api.EditTemplate(ctx, id, client.TemplateDraft{Name: name}, "")
	})
	if err != nil {
		return err
	}
	return printTemplate(c, cmd.output, "Renamed", t)
}

type templatesDeleteCommand struct {
	output
	meantTemplate
}

// Run takes a template away. It is printed as it was.
func (cmd templatesDeleteCommand) Run(c *console) error {
	t, err := act(c, cmd.find, func(api *client.Client, ctx context.Context, id mindflow.TemplateID) (client.Template, error) {
		t, err := api.Template(ctx, id)
		if err == nil {
			err = api.DeleteTemplate(ctx, id, "")
		}
		return t, err
	})
	if err != nil {
		return err
	}
	return printTemplate(c, cmd.output, "Deleted", t)
}

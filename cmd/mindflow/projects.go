package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type projectsCommand struct {
	List      projectsListCommand      `cmd:"" default:"1" help:"List your projects. This is what projects alone does."`
	Add       projectsAddCommand       `cmd:"" help:"Make a project."`
	Rename    projectsRenameCommand    `cmd:"" help:"Call a project otherwise."`
	Move      projectsMoveCommand      `cmd:"" help:"Put a project somewhere else in the order, or into another one."`
	Archive   projectsArchiveCommand   `cmd:"" help:"Put a project away: its tasks are neither ranked nor listed."`
	Unarchive projectsUnarchiveCommand `cmd:"" help:"Take a project up again."`
	Delete    projectsDeleteCommand    `cmd:"" help:"Put a project into the trash, with its sub-projects and tasks."`
	Restore   projectsRestoreCommand   `cmd:"" help:"Bring a deleted project back, with what was deleted together with it."`
}

// meantProject says which project a command is about.
type meantProject struct {
	Project []string `arg:"" help:"The project: its name or a part of that, its id, or the beginning or end of that."`
}

func (m meantProject) find(c *console, api *client.Client) (mindflow.ProjectID, error) {
	return findProject(c, api, strings.Join(m.Project, " "))
}

// findDeleted is find among the projects in the trash.
func (m meantProject) findDeleted(c *console, api *client.Client) (mindflow.ProjectID, error) {
	all, err := api.Projects(c.ctx, true)
	return oneProject(c, all, err, strings.Join(m.Project, " "), "deleted project")
}

// do has something done to the project, and says so.
func (m meantProject) do(c *console, o output, did string,
	do func(*client.Client, context.Context, mindflow.ProjectID) (client.Project, error),
) error {
	project, err := act(c, m.find, do)
	if err != nil {
		return err
	}
	return printProject(c, o, did, project)
}

// findProject finds the one project that something means.
func findProject(c *console, api *client.Client, said string) (mindflow.ProjectID, error) {
	all, err := api.Projects(c.ctx, false)
	return oneProject(c, all, err, said, "project")
}

// oneProject is the one that something means, of a list that could be read.
func oneProject(c *console, all []client.ListedProject, err error, said, kind string) (mindflow.ProjectID, error) {
	if err != nil {
		return mindflow.ProjectID{}, err
	}
	n := namesakes[mindflow.Project]{said: strings.TrimSpace(said)}
	for _, p := range all {
		n.see(p.ID, p.Name)
	}
	return n.one(c, kind, "name")
}

type projectsListCommand struct {
	output

	Deleted bool `help:"Those in the trash instead."`
}

// Help documents what scripts see.
func (projectsListCommand) Help() string {
	return `Lists your projects in their order, sub-projects beneath the ones they are in, with how many of their own tasks are open and done.

Elsewhere than in a terminal each is a line of fields with tabs between them: id, id of the project it is in, "archived", "deleted" or "active", open, done, name. With --json it is the server's answer.`
}

// Run lists projects.
func (cmd projectsListCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	list, err := api.Projects(c.ctx, cmd.Deleted)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, struct {
			Projects []client.ListedProject `json:"projects"`
		}{append([]client.ListedProject{}, list...)})
	case len(list) == 0 && cmd.Deleted:
		_, err := fmt.Fprintln(c.err, "No deleted project can be restored.")
		return err
	case len(list) == 0:
		_, err := fmt.Fprintln(c.err, `You have no project. Make one: mindflow projects add "…"`)
		return err
	}
	return cmd.print(c, branches(list))
}

// branch is a project where it stands in the tree.
type branch struct {
	client.ListedProject

	beneath bool // another one that is listed
}

// branches are projects with those in them right beneath.
func branches(list []client.ListedProject) []branch {
	there, beneath := map[mindflow.ProjectID]bool{}, map[mindflow.ProjectID][]branch{}
	for _, p := range list {
		there[p.ID] = true
	}
	for _, p := range list {
		if p.ParentID != nil && there[*p.ParentID] {
			beneath[*p.ParentID] = append(beneath[*p.ParentID], branch{p, true})
		}
	}
	var all []branch
	for _, p := range list {
		if p.ParentID == nil || !there[*p.ParentID] {
			all = append(append(all, branch{p, false}), beneath[p.ID]...)
		}
	}
	return all
}

func (b branch) state() string {
	switch {
	case b.DeletedAt != nil:
		return "deleted"
	case b.ArchivedAt != nil:
		return "archived"
	}
	return "active"
}

func (cmd projectsListCommand) print(c *console, list []branch) error {
	cols := []column{
		{head: "ID", paint: paint.faint},
		{head: "PROJECT", paint: paint.bold},
		{head: "OPEN", right: true},
		{head: "DONE", right: true},
		{head: "STATE"},
	}
	mixed := false
	for _, b := range list {
		name := oneLine(b.Name)
		if b.beneath {
			name = indent + name
		}
		addRow(cols, shortID(b.ID), name, strconv.Itoa(b.OpenTasks), strconv.Itoa(b.DoneTasks), b.state())
		mixed = mixed || b.state() != list[0].state()
	}
	if !mixed && list[0].ArchivedAt == nil {
		cols[4].hide()
	}
	return cmd.printRows(c, cols, []int{1, 3, 4, 2}, func(row int) []string {
		b, parent := list[row], ""
		if b.ParentID != nil {
			parent = b.ParentID.String()
		}
		return []string{b.ID.String(), parent, b.state(), strconv.Itoa(b.OpenTasks), strconv.Itoa(b.DoneTasks), oneLine(b.Name)}
	})
}

// printProject says what was done to a project.
func printProject(c *console, o output, did string, p client.Project) error {
	if o.JSON {
		return writeJSON(c.out, p)
	}
	_, err := fmt.Fprintln(c.out, deed(o.paint(c), did, printable(p.Name), p.ID))
	return err
}

type projectsAddCommand struct {
	output

	Name []string `arg:"" help:"What it is called."`
	In   string   `placeholder:"PROJECT" help:"The project it is a part of."`
}

// Run makes a project.
func (cmd projectsAddCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	draft := client.ProjectDraft{Name: client.Set(strings.Join(cmd.Name, " "))}
	if cmd.In != "" {
		parent, err := findProject(c, api, cmd.In)
		if err != nil {
			return err
		}
		draft.ParentID = client.Set(parent)
	}
	project, err := api.CreateProject(c.ctx, draft)
	if err != nil {
		return err
	}
	return printProject(c, cmd.output, "Added", project)
}

type projectsRenameCommand struct {
	output

	Project string   `arg:"" help:"The project, as projects move takes it, as one word: \"Old house\"."`
	Name    []string `arg:"" help:"What it shall be called."`
}

// Run gives a project another name.
func (cmd projectsRenameCommand) Run(c *console) error {
	draft := client.ProjectDraft{Name: client.Set(strings.Join(cmd.Name, " "))}
	meant := meantProject{Project: []string{cmd.Project}}
	return meant.do(c, cmd.output, "Renamed", func(api *client.Client, ctx context.Context, id mindflow.ProjectID) (client.Project, error) {
		return api.EditProject(ctx, id, draft, "")
	})
}

type projectsMoveCommand struct {
	output
	meantProject

	Before string `placeholder:"PROJECT" xor:"where" help:"Directly before this one."`
	After  string `placeholder:"PROJECT" xor:"where" help:"Directly after this one."`
	First  bool   `xor:"where" help:"Before all others beside it."`
	Last   bool   `xor:"where" help:"After all others beside it."`
	In     string `placeholder:"PROJECT" xor:"where" help:"Into this one."`
	Top    bool   `xor:"where" help:"Out of the one it is in."`
}

// Run moves a project.
func (cmd projectsMoveCommand) Run(c *console) error {
	if cmd.Before+cmd.After+cmd.In == "" && !cmd.First && !cmd.Last && !cmd.Top {
		return fmt.Errorf("%w: say where to: --before, --after, --first, --last, --in or --top", errUsage)
	}
	return cmd.do(c, cmd.output, "Moved", func(api *client.Client, _ context.Context, id mindflow.ProjectID) (client.Project, error) {
		return cmd.move(c, api, id)
	})
}

func (cmd projectsMoveCommand) move(c *console, api *client.Client, id mindflow.ProjectID) (client.Project, error) {
	if cmd.Top {
		return api.EditProject(c.ctx, id, client.ProjectDraft{ParentID: client.Clear[mindflow.ProjectID]()}, "")
	}
	other := cmd.Before + cmd.After + cmd.In // at most one is given
	beside := mindflow.ProjectID{}
	if other != "" {
		var err error
		if beside, err = findProject(c, api, other); err != nil {
			return client.Project{}, err
		}
	}
	to := client.Move{First: cmd.First, Last: cmd.Last}
	switch {
	case cmd.In != "":
		return api.EditProject(c.ctx, id, client.ProjectDraft{ParentID: client.Set(beside)}, "")
	case cmd.Before != "":
		to.Before = beside.String()
	case cmd.After != "":
		to.After = beside.String()
	}
	return api.MoveProject(c.ctx, id, to)
}

type projectsArchiveCommand struct {
	output
	meantProject
}

// Run puts a project away.
func (cmd projectsArchiveCommand) Run(c *console) error {
	return cmd.do(c, cmd.output, "Archived", (*client.Client).ArchiveProject)
}

type projectsUnarchiveCommand struct {
	output
	meantProject
}

// Run takes a project up again.
func (cmd projectsUnarchiveCommand) Run(c *console) error {
	return cmd.do(c, cmd.output, "Taken up again", (*client.Client).UnarchiveProject)
}

type projectsDeleteCommand struct {
	output
	meantProject
}

// Run puts a project into the trash. It is printed as it was.
func (cmd projectsDeleteCommand) Run(c *console) error {
	return cmd.do(c, cmd.output, "Deleted", func(api *client.Client, ctx context.Context, id mindflow.ProjectID) (client.Project, error) {
		project, err := api.Project(ctx, id)
		if err == nil {
			err = api.DeleteProject(ctx, id, "")
		}
		return project, err
	})
}

type projectsRestoreCommand struct {
	output
	meantProject
}

// Run takes a project out of the trash.
func (cmd projectsRestoreCommand) Run(c *console) error {
	project, err := act(c, cmd.findDeleted, (*client.Client).RestoreProject)
	if err != nil {
		return err
	}
	return printProject(c, cmd.output, "Restored", project)
}

package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// useIn says which template is used, and how.
type useIn struct {
	Template string `json:"template" jsonschema:"its name, or a piece of it; what is none is answered with those there are"`
	Date     string `json:"date,omitempty" jsonschema:"the day (2026-11-27) its dates are counted from; today when absent"`
	Title    string `json:"title,omitempty" jsonschema:"of the task or the project; as the template says when absent"`
	Project  string `json:"project,omitempty" jsonschema:"the project it is put into, by its name or id"`
}

func limitUse(s *jsonschema.Schema) {
	s.Properties["template"].MinLength = new(1)
	s.Properties["title"].MaxLength = new(mindflow.MaxTitle)
}

// useOut answers use_template.
type useOut struct {
	Made    string `json:"made" jsonschema:"task or project"`
	ID      string `json:"id" jsonschema:"of that; find_tasks lists what is in a project"`
	Title   string `json:"title"`
	DueDate string `json:"due_date,omitempty"`
	Tasks   int    `json:"tasks" jsonschema:"how many in all, steps among them"`
	Change  string `json:"change" jsonschema:"what undo takes to take all of it back"`
}

func (s *Server) useTemplate(ctx context.Context, actor mindflow.Actor, in useIn) (useOut, string, error) {
	use := app.Use{Date: in.Date, Name: in.Title}
	if bad := use.Check(); len(bad) > 0 {
		return useOut{}, "", mindflow.Invalid(bad...)
	}
	id, err := s.app.TemplateCalled(ctx, actor, in.Template)
	if err != nil {
		return useOut{}, "", err
	}
	if use.ProjectID, err = s.projectCalled(ctx, actor, "project", in.Project); err != nil {
		return useOut{}, "", err
	}
	made, err := s.app.UseTemplate(ctx, actor, id, use)
	if mindflow.KindOf(err) == mindflow.KindNotFound {
		if _, there := s.app.TemplateCalled(ctx, actor, ""); mindflow.KindOf(there) == mindflow.KindInvalid {
			err = there // says which there are
		}
	}
	if err != nil {
		return useOut{}, "", mindflow.Renamed(err, map[string]string{"name": "title", "project_id": "project"})
	}
	out := useOut{Tasks: made.Tasks, Change: actor.Program.CallID}
	if p := made.Project; p != nil {
		out.Made, out.ID, out.Title = "project", p.ID.String(), p.Name
		return out, "Made the project " + named(p.Name, out.ID) + " with " + count(made.Tasks, "task", "tasks") + ".", nil
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return useOut{}, "", err
	}
	t := made.Task
	out.Made, out.ID, out.Title, out.DueDate = "task", t.ID.String(), t.Title, when(t.Due, z)
	text := "Made " + named(t.Title, out.ID)
	if made.Tasks > 1 {
		text += " with " + count(made.Tasks-1, "step", "steps")
	}
	return out, text + ".", nil
}

// saveIn says what a template is made of.
type saveIn struct {
	Task    string `json:"task,omitempty" jsonschema:"a task, kept with its steps: its id, or a piece of its title that no other task has"`
	Project string `json:"project,omitempty" jsonschema:"instead: a project, kept with its tasks, by its name or id"`
	Name    string `json:"name,omitempty" jsonschema:"the template's; that of the task or the project when absent"`
}

func limitSave(s *jsonschema.Schema) { s.Properties["name"].MaxLength = new(mindflow.MaxTemplateName) }

// savedOut answers save_template.
type savedOut struct {
	ID     string `json:"id" jsonschema:"of the template"`
	Name   string `json:"name" jsonschema:"what use_template calls it by"`
	Change string `json:"change" jsonschema:"what undo takes to take this back"`
}

func (s *Server) saveTemplate(ctx context.Context, actor mindflow.Actor, in saveIn) (savedOut, string, error) {
	n := app.NewTemplate{Name: in.Name}
	if in.Task != "" {
		t, err := s.one(ctx, actor, "task", in.Task)
		if err != nil {
			return savedOut{}, "", err
		}
		n.FromTask = t.ID
	}
	var err error
	if n.FromProject, err = s.projectCalled(ctx, actor, "project", in.Project); err != nil {
		return savedOut{}, "", err
	}
	if n.FromTask.IsZero() == n.FromProject.IsZero() {
		return savedOut{}, "", mindflow.InvalidField("task", "is required, or instead of it a project")
	}
	t, _, err := s.app.CreateTemplate(ctx, actor, n)
	if err != nil {
		return savedOut{}, "", mindflow.Renamed(err, map[string]string{"from_task": "task", "from_project": "project"})
	}
	out := savedOut{ID: t.ID.String(), Name: t.Name, Change: actor.Program.CallID}
	return out, "Kept as the template " + named(t.Name, out.ID) + ".", nil
}

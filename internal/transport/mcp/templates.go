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
	if use.ProjectID, err = s.projectCalled(ctx, actor, in.Project); err != nil {
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

// projectCalled is the project a name or an id means; zero for none.
func (s *Server) projectCalled(ctx context.Context, actor mindflow.Actor, name string) (mindflow.ProjectID, error) {
	called, err := s.app.ProjectCalled(ctx, actor, name)
	if err != nil {
		return mindflow.ProjectID{}, err
	}
	id, err := mindflow.ParseID[mindflow.Project](called)
	if err != nil { // nothing, or the word for no project
		return mindflow.ProjectID{}, nil //nolint:nilerr // which is what zero says
	}
	return id, nil
}

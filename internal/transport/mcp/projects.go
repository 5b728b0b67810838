package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/mindflow"
)

// projectIn says what shall be different about a project: one thing a call, so that
// all of it is done, or nothing.
type projectIn struct {
	Project  string           `json:"project" jsonschema:"its name or id"`
	Name     optional[string] `json:"name,omitzero" jsonschema:"the new one"`
	Under    optional[string] `json:"under,omitzero" jsonschema:"the project it shall be a part of, by name or id; null takes it to the top"`
	Archived *bool            `json:"archived,omitempty" jsonschema:"true puts it away with all in it, false takes it up again"`
	Before   string           `json:"before,omitempty" jsonschema:"the project it shall be listed directly before"`
	After    string           `json:"after,omitempty" jsonschema:"instead: directly behind"`
	To       string           `json:"to,omitempty" jsonschema:"instead: an end of them"`
}

func limitProject(s *jsonschema.Schema) {
	s.Properties["project"].MinLength = new(1)
	s.Properties["name"].MaxLength = new(mindflow.MaxProjectName)
	among(s.Properties["to"], first, last)
}

// projectOut answers with a project.
type projectOut struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Under    string `json:"under,omitempty" jsonschema:"the id of the project it is a part of"`
	Archived bool   `json:"archived,omitempty"`
	Change   string `json:"change,omitempty" jsonschema:"what undo takes to take this back"`
}

func (s *Server) changeProject(ctx context.Context, actor mindflow.Actor, in projectIn) (projectOut, string, error) {
	id, err := s.projectCalled(ctx, actor, "project", in.Project)
	if err != nil {
		return projectOut{}, "", err
	}
	if id.IsZero() {
		return projectOut{}, "", mindflow.InvalidField("project", "is required: a name or an id")
	}
	before, err := s.app.Project(ctx, actor, id)
	if err != nil {
		return projectOut{}, "", err
	}
	after, said, err := s.projectChanged(ctx, actor, before, in)
	if err != nil {
		return projectOut{}, "", mindflow.Renamed(err, map[string]string{"parent_id": "under"})
	}
	out := projectOut{ID: after.ID.String(), Name: after.Name, Archived: !after.ArchivedAt.IsZero()}
	if !after.ParentID.IsZero() {
		out.Under = after.ParentID.String()
	}
	if after.Version == before.Version {
		said = "was like that already; nothing has changed"
	} else {
		out.Change = actor.Program.CallID
	}
	return out, "The project " + named(after.Name, out.ID) + " " + said + ".", nil
}

// projectChanged does the one thing that is asked for, and says which.
func (s *Server) projectChanged(ctx context.Context, actor mindflow.Actor, p mindflow.Project, in projectIn) (mindflow.Project, string, error) {
	edits, moves := in.Name.Set || in.Under.Set, in.Before != "" || in.After != "" || in.To != ""
	asked := 0
	for _, is := range []bool{edits, moves, in.Archived != nil} {
		if is {
			asked++
		}
	}
	switch {
	case asked != 1:
		return p, "", mindflow.InvalidField("name", "and under, or else archived, or else a place, is required: one of them a call")
	case moves:
		return s.moveProject(ctx, actor, p, in)
	case edits:
		draft := mindflow.ProjectDraft{Name: in.Name.Field, ParentID: in.Under.Field}
		if in.Under.Value != "" {
			under, err := s.projectCalled(ctx, actor, "under", in.Under.Value)
			if err != nil {
				return p, "", err
			}
			draft.ParentID.Value = under.String()
			if under.IsZero() {
				draft.ParentID = mindflow.Null[string]()
			}
		}
		p, err := s.app.EditProject(ctx, actor, p.ID, draft, mindflow.Match{})
		return p, "is changed", err
	case *in.Archived:
		p, err := s.app.ArchiveProject(ctx, actor, p.ID, mindflow.Match{})
		return p, "is put away with all in it", err
	}
	p, err := s.app.UnarchiveProject(ctx, actor, p.ID, mindflow.Match{})
	return p, "is taken up again", err
}

func (s *Server) moveProject(ctx context.Context, actor mindflow.Actor, p mindflow.Project, in projectIn) (mindflow.Project, string, error) {
	to, err := endOf[mindflow.Project](in.To)
	if err != nil {
		return p, "", err
	}
	if to.Before, err = s.projectCalled(ctx, actor, "before", in.Before); err != nil {
		return p, "", err
	}
	if to.After, err = s.projectCalled(ctx, actor, "after", in.After); err != nil {
		return p, "", err
	}
	if err := to.Check(); err != nil {
		return p, "", onePlace()
	}
	p, err = s.app.MoveProject(ctx, actor, p.ID, to, mindflow.Match{})
	return p, "is moved", err
}

// projectCalled is the project a name or an id means; zero for none. The field is
// the one that says it.
func (s *Server) projectCalled(ctx context.Context, actor mindflow.Actor, field, name string) (mindflow.ProjectID, error) {
	called, err := s.app.ProjectCalled(ctx, actor, name)
	if err != nil {
		return mindflow.ProjectID{}, mindflow.Renamed(err, map[string]string{"project": field})
	}
	id, err := mindflow.ParseID[mindflow.Project](called)
	if err != nil { // nothing, or the word for no project
		return mindflow.ProjectID{}, nil //nolint:nilerr // which is what zero says
	}
	return id, nil
}

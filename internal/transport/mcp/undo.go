package mcp

import (
	"context"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/mindflow"
)

// undoIn says what shall be taken back.
type undoIn struct {
	Change string `json:"change,omitempty" jsonschema:"what a call answered as change; without it your last change that still stands"`
}

func limitUndo(s *jsonschema.Schema) { s.Properties["change"].MaxLength = new(mindflow.MaxChangeID) }

// undoOut answers undo.
type undoOut struct {
	Undone string   `json:"undone" jsonschema:"the change that was taken back"`
	Change string   `json:"change" jsonschema:"undo this to have it again"`
	Tasks  []string `json:"tasks" jsonschema:"ids of the tasks that are what they were before"`
}

func (s *Server) undo(ctx context.Context, actor mindflow.Actor, in undoIn) (undoOut, string, error) {
	change, err := mindflow.ParseChangeID(in.Change)
	switch {
	case in.Change == "":
		change, err = s.app.LastChange(ctx, actor)
	case err != nil:
		err = mindflow.InvalidField("change", "must be what a call answered as change")
	}
	if err != nil {
		return undoOut{}, "", err
	}
	done, err := s.app.Undo(ctx, actor, change)
	if err != nil {
		return undoOut{}, "", err
	}
	out := undoOut{string(done.Undone), string(done.Change), make([]string, len(done.Tasks))}
	for i, id := range done.Tasks {
		out.Tasks[i] = id.String()
	}
	return out, "Taken back: " + count(len(out.Tasks), "task is", "tasks are") + " as before.", nil
}

// overwritten lists the later edits because of which nothing was undone, for the
// assistant to tell.
func overwritten(e *mindflow.Error) string {
	var b strings.Builder
	for _, o := range e.Overwrites {
		b.WriteString(" " + string(o.Verb) + " (" + strings.Join(o.Fields, ", ") + ")")
		if o.Title != "" {
			b.WriteString(" of " + named(o.Title, o.TaskID.String()))
		}
		b.WriteString(" through " + o.Through + ", change " + string(o.Change) + ".")
	}
	return b.String()
}

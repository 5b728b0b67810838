package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/mindflow"
)

// moveIn says where a task shall stand in the manual order.
type moveIn struct {
	Task   string `json:"task" jsonschema:"its id, or a piece of its title that no other task has"`
	Before string `json:"before,omitempty" jsonschema:"the task it shall stand directly before, named likewise"`
	After  string `json:"after,omitempty" jsonschema:"instead: the one it shall stand directly behind"`
	To     string `json:"to,omitempty" jsonschema:"instead: an end of them"`
}

// The ends that something can be put to.
const first, last = "first", "last"

func limitMove(s *jsonschema.Schema) {
	s.Properties["task"].MinLength = new(1)
	among(s.Properties["to"], first, last)
}

func (s *Server) moveTask(ctx context.Context, actor mindflow.Actor, in moveIn) (oneOut, string, error) {
	to, err := endOf[mindflow.Task](in.To)
	if err != nil {
		return oneOut{}, "", err
	}
	for _, beside := range []struct {
		field, name string
		id          *mindflow.TaskID
	}{{"before", in.Before, &to.Before}, {"after", in.After, &to.After}} {
		if beside.name == "" {
			continue
		}
		t, err := s.one(ctx, actor, beside.field, beside.name)
		if err != nil {
			return oneOut{}, "", err
		}
		*beside.id = t.ID
	}
	if err := to.Check(); err != nil {
		return oneOut{}, "", onePlace()
	}
	return s.change(ctx, actor, in.Task, func(id mindflow.TaskID) (mindflow.Task, error) {
		return s.app.MoveTask(ctx, actor, id, to, mindflow.Match{})
	}, func(_ mindflow.Task, changed bool, _ mindflow.Zone) string {
		if !changed {
			return "stood there already; nothing has changed"
		}
		return "is moved"
	})
}

// endOf is the move to an end, or to none yet.
func endOf[T any](to string) (mindflow.Move[T], error) {
	switch to {
	case "", first, last:
		return mindflow.Move[T]{First: to == first, Last: to == last}, nil
	}
	return mindflow.Move[T]{}, mindflow.InvalidField("to", "must be first or last")
}

func onePlace() error {
	return mindflow.InvalidField("before", "is required, or instead of it one of after and to")
}

package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// oneOut answers with one task.
type oneOut struct {
	Task     taskView `json:"task" jsonschema:"as it is now"`
	Timezone string   `json:"timezone"`
	Change   string   `json:"change,omitempty" jsonschema:"what undo takes to take this back"`
}

// change has something done to the task that is named, and answers with it and what
// undoes that, if it has changed.
func (s *Server) change(ctx context.Context, actor mindflow.Actor, name string, do func(mindflow.TaskID) (mindflow.Task, error),
	said func(after mindflow.Task, changed bool, z mindflow.Zone) string,
) (oneOut, string, error) {
	before, err := s.one(ctx, actor, "task", name)
	if err != nil {
		return oneOut{}, "", err
	}
	after, err := do(before.ID)
	if err != nil {
		return oneOut{}, "", err
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return oneOut{}, "", err
	}
	out := oneOut{Task: viewTask(&after, z), Timezone: z.String()}
	changed := after.Version != before.Version
	if changed {
		out.Change = actor.Program.CallID
	}
	err = s.nameParents(ctx, actor, &out.Task)
	return out, named(after.Title, after.ID.String()) + " " + said(after, changed, z) + ".", err
}

// updateIn says what shall be different about a task.
type updateIn struct {
	draftIn

	Task   string           `json:"task" jsonschema:"its id, or a piece of its title that no other task has"`
	Status optional[string] `json:"status,omitzero" jsonschema:"in_progress once it is begun; pending also reopens; cancelled gives it up"`
	Scope  string           `json:"scope,omitempty" jsonschema:"of a task that repeats: occurrence changes this one alone, following also those after it; else dates are for this one, all else for all"`
}

func limitUpdate(s *jsonschema.Schema) {
	limitDraft(s)
	s.Properties["task"].MinLength = new(1)
	among(s.Properties["status"], string(mindflow.StatusPending), string(mindflow.StatusInProgress), string(mindflow.StatusCancelled))
	among(s.Properties["scope"], string(mindflow.EditAlone), string(mindflow.EditFollowing))
}

func (s *Server) updateTask(ctx context.Context, actor mindflow.Actor, in updateIn) (oneOut, string, error) {
	switch status := mindflow.Status(in.Status.Value); {
	case status == mindflow.StatusCompleted:
		return oneOut{}, "", mindflow.InvalidField("status", "completed is what complete_task is for")
	case status == mindflow.StatusSnoozed:
		return oneOut{}, "", mindflow.InvalidField("status", "snoozed is what snooze_task is for")
	}
	switch scope := mindflow.EditScope(in.Scope); scope {
	case mindflow.EditUsual, mindflow.EditAlone, mindflow.EditFollowing:
	default:
		return oneOut{}, "", mindflow.InvalidField("scope", "must be occurrence or following")
	}
	draft := in.draft()
	draft.Status, draft.Scope = in.Status.Field, mindflow.EditScope(in.Scope)
	if bad := draft.Validate(); len(bad) > 0 {
		return oneOut{}, "", asSaid(mindflow.Invalid(bad...))
	}
	return s.change(ctx, actor, in.Task, func(id mindflow.TaskID) (mindflow.Task, error) {
		t, err := s.app.EditTask(ctx, actor, id, draft, mindflow.Match{})
		return t, asSaid(err)
	}, func(_ mindflow.Task, changed bool, _ mindflow.Zone) string {
		if !changed {
			return "was like that already; nothing has changed"
		}
		return "is changed"
	})
}

// nameIn names a task.
type nameIn struct {
	versionIn

	Task string `json:"task" jsonschema:"its id, or a piece of its title that no other task has"`
}

func limitName(s *jsonschema.Schema) {
	s.Properties["task"].MinLength = new(1)
	s.Properties["version"].Type, s.Properties["version"].Types, s.Properties["version"].Minimum = "integer", nil, new(1.0)
}

// versionIn says which version of a task was seen.
type versionIn struct {
	Version optional[int] `json:"version,omitzero" jsonschema:"the one you saw: refused if the task has changed since"`
}

// match holds for the version that was seen. Its snooze may have ended meanwhile:
// that is no change of anybody's.
func (in versionIn) match() (mindflow.Match, error) {
	seen := in.Version
	switch {
	case !seen.Set:
		return mindflow.Match{}, nil
	case seen.Null, seen.Value < 1:
		return mindflow.Match{}, mindflow.InvalidField("version", "must be one that was answered, from 1 on")
	}
	t := mindflow.Task{Version: mindflow.Version(seen.Value)}
	woken := t
	woken.Woken = true
	return mindflow.Match{Set: true, ETags: []string{t.ETag(), woken.ETag()}}, nil
}

// completeIn names a task that is done.
type completeIn struct {
	nameIn

	WithSteps     bool `json:"with_steps,omitempty" jsonschema:"its open steps, too, at every depth"`
	EvenIfBlocked bool `json:"even_if_blocked,omitempty" jsonschema:"though what it waits for is open"`
}

func (s *Server) completeTask(ctx context.Context, actor mindflow.Actor, in completeIn) (oneOut, string, error) {
	match, err := in.match()
	if err != nil {
		return oneOut{}, "", err
	}
	return s.change(ctx, actor, in.Task, func(id mindflow.TaskID) (mindflow.Task, error) {
		return s.app.CompleteTask(ctx, actor, id, app.Completion{EvenIfBlocked: in.EvenIfBlocked, WithSteps: in.WithSteps}, match)
	}, func(after mindflow.Task, changed bool, z mindflow.Zone) string {
		if !changed {
			return "was done already; nothing has changed"
		}
		return "is done" + again(after.Details.Recurrence, z)
	})
}

func (s *Server) skipTask(ctx context.Context, actor mindflow.Actor, in nameIn) (oneOut, string, error) {
	match, err := in.match()
	if err != nil {
		return oneOut{}, "", err
	}
	return s.change(ctx, actor, in.Task, func(id mindflow.TaskID) (mindflow.Task, error) {
		return s.app.SkipTask(ctx, actor, id, match)
	}, func(after mindflow.Task, changed bool, z mindflow.Zone) string {
		if !changed {
			return "was over already; nothing has changed"
		}
		return "is skipped" + again(after.Details.Recurrence, z)
	})
}

// again says when something comes again, if it repeats.
func again(r mindflow.Recurrence, z mindflow.Zone) string {
	switch {
	case r.IsZero():
		return ""
	case r.NextID.IsZero():
		return ", for the last time"
	}
	var due mindflow.When
	if due.UnmarshalText([]byte(r.NextDue)) != nil {
		return ", and comes again"
	}
	return ", and comes again, due " + when(due, z) + ", as " + r.NextID.String()
}

// snoozeIn says for how long a task shall be out of sight.
type snoozeIn struct {
	versionIn

	Task     string           `json:"task" jsonschema:"its id, or a piece of its title that no other task has"`
	Duration optional[string] `json:"duration,omitzero" jsonschema:"30m, 2h, 1d (the same time tomorrow) or 1w; 3h when nothing is said"`
	Until    optional[string] `json:"until,omitzero" jsonschema:"instead: until this date and time (2026-11-28T09:00); without an offset in the person's time zone"`
}

func (s *Server) snoozeTask(ctx context.Context, actor mindflow.Actor, in snoozeIn) (oneOut, string, error) {
	snooze := mindflow.Snooze{Duration: in.Duration.Field, Until: in.Until.Field}
	match, err := in.match()
	if err != nil {
		return oneOut{}, "", err
	}
	return s.change(ctx, actor, in.Task, func(id mindflow.TaskID) (mindflow.Task, error) {
		return s.app.SnoozeTask(ctx, actor, id, snooze, match)
	}, func(after mindflow.Task, _ bool, z mindflow.Zone) string {
		return "is out of sight until " + instant(after.SnoozedUntil, z)
	})
}

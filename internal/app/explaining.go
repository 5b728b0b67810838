package app

import (
	"context"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
)

// Standing is a task and where it stands in the ranking.
type Standing struct {
	Scored // of a task that is not open: without a score

	Open       bool
	Actionable bool                // in the ranking: open, not asleep, not blocked, and its start has come
	WaitsFor   []mindflow.TaskName // what is open of that; it is blocked while anything is
}

// Deciding is what puts one task before another.
type Deciding uint8

// What decides, in this order.
const (
	ByBeing Deciding = iota // only one of them is in the ranking
	ByScore
	ByAge   // of equal scores the older task comes first
	Nothing // neither is in the ranking
)

// Comparison says why one task comes before another at a moment.
type Comparison struct {
	Before, After Standing
	By            Deciding
	At            time.Time
}

// Compare says which of two tasks comes first now, and why.
func (a *App) Compare(ctx context.Context, actor mindflow.Actor, first, second mindflow.TaskID) (Comparison, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return Comparison{}, err
	}
	if first == second {
		return Comparison{}, mindflow.InvalidField("other", "must be another task")
	}
	now, version := a.now(), actor.WorkspaceVersion
	for range maxMoves {
		snap, p, err := a.together(ctx, actor, version, now)
		if err != nil {
			return Comparison{}, err
		}
		var standing [2]Standing
		var facts [2]*mindflow.Fact
		moved := false
		for i, id := range []mindflow.TaskID{first, second} {
			standing[i], facts[i], err = a.standing(ctx, actor, snap, p, id, now)
			if err != nil {
				return Comparison{}, err
			}
			moved = moved || facts[i] == nil != !standing[i].Open
		}
		if !moved {
			return compared(standing, facts, score.At(p, now), now), nil
		}
		version = snap.version + 1
	}
	return Comparison{}, errMoving
}

// standing is where a task stands. A fact without an open task, or the other way
// round, is a task that has moved on.
func (a *App) standing(ctx context.Context, actor mindflow.Actor, snap *snapshot, p mindflow.Preferences, id mindflow.TaskID, now time.Time) (Standing, *mindflow.Fact, error) {
	actor.WorkspaceVersion = snap.version
	task, err := a.Task(ctx, actor, id)
	if err != nil {
		return Standing{}, nil, err
	}
	task = task.At(now)
	s := Standing{Scored: Scored{Task: task}, Open: task.Status.Open()}
	i := slices.IndexFunc(snap.facts, func(f mindflow.Fact) bool { return f.ID == id })
	if i < 0 {
		return s, nil, nil
	}
	fact, m := &snap.facts[i], score.At(p, now)
	s.Open = s.Open && fact.Version == task.Version
	linked := snap.view(p.Zone).Of(fact)
	if linked != nil {
		fact = &linked.Fact
	}
	s.Scored, s.Actionable = scored(task, fact, m), m.Actionable(fact) && !linked.Blocked()
	current, err := a.nameLinked(ctx, actor, linked, &s)
	if err != nil || !current {
		return s, nil, err
	}
	return s, fact, nil
}

// nameLinked adds to a standing what links make of the task. It answers false
// when one of the others has moved on.
func (a *App) nameLinked(ctx context.Context, actor mindflow.Actor, linked *score.Linked, s *Standing) (bool, error) {
	if linked == nil {
		return true, nil
	}
	var refs []mindflow.TaskRef
	for _, ref := range linked.WaitsFor {
		refs = append(refs, taskRef(ref))
	}
	if linked.Inherits() {
		refs = append(refs, taskRef(linked.From))
	}
	tasks, current, err := a.bodies.of(ctx, actor.WorkspaceID, refs)
	if err != nil || !current {
		return current, err
	}
	if linked.Inherits() {
		s.Reasoning = s.Reasoning.Because(tasks[len(linked.WaitsFor)].Name())
	}
	for _, t := range tasks[:len(linked.WaitsFor)] {
		s.WaitsFor = append(s.WaitsFor, t.Name())
	}
	return true, nil
}

// compared puts two standings in their order.
func compared(s [2]Standing, facts [2]*mindflow.Fact, m *score.Moment, now time.Time) Comparison {
	c := Comparison{Before: s[0], After: s[1], By: Nothing, At: now}
	turn := false
	switch {
	case s[0].Actionable != s[1].Actionable:
		c.By, turn = ByBeing, s[1].Actionable
	case s[0].Actionable && m.Score(facts[0]) != m.Score(facts[1]):
		c.By, turn = ByScore, m.Score(facts[1]) > m.Score(facts[0])
	case s[0].Actionable:
		c.By, turn = ByAge, facts[1].Compare(facts[0]) < 0
	}
	if turn {
		c.Before, c.After = c.After, c.Before
	}
	return c
}

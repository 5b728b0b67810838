package app

import (
	"context"
	"errors"
	"time"

	"mindflow/internal/mindflow"
)

// Next is the answer to "what should I do now?" with what comes after it.
type Next struct {
	Best       *BestTask // nil when nothing is actionable
	Then       []Scored  // the next ones, best first
	Actionable int       // how many tasks are
	// Until is when the answer will be another one though nothing changes: with
	// nothing to do, when something comes up. Zero is never.
	Until time.Time
}

// WhatsNext finds the best task, and so many of those after it.
func (a *App) WhatsNext(ctx context.Context, actor mindflow.Actor, then int) (Next, error) {
	best, err := a.BestTask(ctx, actor)
	if e, ok := errors.AsType[*mindflow.Error](err); ok && e.Kind == mindflow.KindNotFound {
		return Next{Until: e.ValidUntil}, nil
	}
	if err != nil {
		return Next{}, err
	}
	page, err := a.RankedTasks(ctx, actor, RankedList{Limit: then + 1})
	if err != nil {
		return Next{}, err
	}
	next := Next{Best: best, Actionable: page.Total, Until: best.ValidUntil}
	for _, s := range page.Tasks {
		if s.Task.ID != best.Task.ID && len(next.Then) < then {
			next.Then = append(next.Then, s)
		}
	}
	return next, nil
}

package app

import (
	"context"
	"errors"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
)

// Next is the answer to "what should I do now?" with what comes after it.
type Next struct {
	Best       *BestTask // nil when nothing is actionable
	Then       []Scored  // the next ones, best first
	Actionable int       // how many tasks are
	At         time.Time // when this was so
	ReadOnly   bool      // who asks may not change tasks
	// Until is when the answer will be another one though nothing changes: with
	// nothing to do, when something comes up. Zero is never.
	Until time.Time
}

// WhatsNext finds the best task, and so many of those after it.
func (a *App) WhatsNext(ctx context.Context, actor mindflow.Actor, then int) (Next, error) {
	next := Next{At: a.now(), ReadOnly: can.Edit.Within(actor.Scopes) != nil || !can.Edit.By(actor.Role)}
	best, err := a.BestTask(ctx, actor)
	if e, ok := errors.AsType[*mindflow.Error](err); ok && e.Kind == mindflow.KindNotFound {
		next.Until = e.ValidUntil
		return next, nil
	}
	if err != nil {
		return Next{}, err
	}
	page, err := a.RankedTasks(ctx, actor, RankedList{Limit: then + 1})
	if err != nil {
		return Next{}, err
	}
	next.Best, next.Actionable, next.Until = best, page.Total, best.ValidUntil
	for _, s := range page.Tasks {
		if s.Task.ID != best.Task.ID && len(next.Then) < then {
			next.Then = append(next.Then, s)
		}
	}
	return next, nil
}

package rest

import (
	"context"

	"mindflow/internal/mindflow"
)

type dependenciesInput struct {
	ID string `path:"id" doc:"The task's id" format:"uuid"`
}

type dependenciesReply struct {
	Body struct {
		WaitsFor []dependencyView `json:"waits_for" nullable:"false" doc:"What has to be done before, open or not"`
		Blocks   []dependencyView `json:"blocks" nullable:"false" doc:"What waits for it, open or not: the first 200, the open ones before the others"`
		More     bool             `json:"more" doc:"Whether more wait for it"`
	}
}

// dependencyView is a task that another waits for, or that waits for it.
type dependencyView struct {
	ID     mindflow.TaskID `json:"id" format:"uuid"`
	Title  string          `json:"title"`
	Status string          `json:"status" enum:"pending,in_progress,snoozed,completed,cancelled"`
}

func (a *API) dependencies(ctx context.Context, in *dependenciesInput) (*dependenciesReply, error) {
	id, err := taskID(in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	all, err := a.app.Dependencies(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &dependenciesReply{}
	r.Body.WaitsFor, r.Body.Blocks, r.Body.More = viewDependencies(all.WaitsFor), viewDependencies(all.Blocks), all.More
	return r, nil
}

func viewDependencies(all []mindflow.Dependency) []dependencyView {
	views := make([]dependencyView, len(all))
	for i, d := range all {
		views[i] = dependencyView{d.ID, d.Title, string(d.Status)}
	}
	return views
}

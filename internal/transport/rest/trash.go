package rest

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
)

type trashInput struct {
	PageParams
}

func (in *trashInput) list() app.TrashList {
	return app.TrashList{Limit: in.Limit.orDefault(), Cursor: in.Cursor}
}

// Resolve names every bad parameter together with those huma found.
func (in *trashInput) Resolve(huma.Context) []error { return details("query", in.list().Check()) }

// trashPage is a page of what was deleted.
type trashPage struct {
	Tasks      []deletedView `json:"tasks" nullable:"false"`
	NextCursor *string       `json:"next_cursor" doc:"For the next page; null on the last"`
}

// deletedView is a deleted task, and until when it can be restored.
type deletedView struct {
	Task   taskView `json:"task"`
	GoneAt string   `json:"gone_at" format:"date-time" doc:"When it goes for good"`
}

type trashReply struct{ Body trashPage }

func (a *API) trash(ctx context.Context, in *trashInput) (*trashReply, error) {
	page, err := a.app.Trash(ctx, actorOf(ctx), in.list())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	view := trashPage{Tasks: make([]deletedView, len(page.Tasks)), NextCursor: nonEmpty(page.Next)}
	for i, t := range page.Tasks {
		view.Tasks[i] = deletedView{viewTask(t), app.GoneAt(t).Format(time.RFC3339)}
	}
	return &trashReply{view}, nil
}

type purgeInput struct {
	ID string `path:"id" doc:"The task's id" format:"uuid"`
}

func (a *API) purgeTask(ctx context.Context, in *purgeInput) (*struct{}, error) {
	id, err := taskID(in.ID)
	if err == nil {
		err = a.app.PurgeTask(ctx, actorOf(ctx), id)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

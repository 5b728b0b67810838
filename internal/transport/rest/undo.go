package rest

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// overwriteView is a later edit that undoing would overwrite.
type overwriteView struct {
	Change  string   `json:"change" doc:"What undoes it"`
	At      string   `json:"at" format:"date-time"`
	Verb    string   `json:"verb" doc:"What happened, such as task.updated"`
	Through string   `json:"through" doc:"What it came through, such as web, or token backup"`
	TaskID  *string  `json:"task_id" format:"uuid" doc:"Of which task; null where it is about something else"`
	Title   *string  `json:"title" doc:"Of that task, as it is now"`
	Fields  []string `json:"fields" nullable:"false" doc:"Those of them that undoing would overwrite"`
}

func viewOverwrite(o mindflow.Overwrite) overwriteView {
	return overwriteView{
		Change: string(o.Change), At: o.At.Format(mindflow.InstantLayout), Verb: string(o.Verb), Through: o.Through,
		TaskID: idText(o.TaskID), Title: nonEmpty(o.Title), Fields: o.Fields,
	}
}

type undoInput struct{ Body undoBody }

type undoBody struct {
	Change string `json:"change" minLength:"1" maxLength:"128" doc:"What the header Change of an answer said, or GET /api/changes"`
}

// Resolve names a change that cannot be one together with what huma found.
func (b *undoBody) Resolve(huma.Context) []error {
	if _, err := mindflow.ParseChangeID(b.Change); err != nil && b.Change != "" {
		return details("body", []mindflow.FieldError{{Field: "change", Message: err.Error()}})
	}
	return nil
}

type undoReply struct{ Body undoneView }

type undoneView struct {
	Undone string            `json:"undone" doc:"The change that was taken back"`
	Change string            `json:"change" doc:"What undoes that, as the header Change"`
	Tasks  []mindflow.TaskID `json:"tasks" nullable:"false" doc:"The tasks it had changed"`
}

func (a *API) undo(ctx context.Context, in *undoInput) (*undoReply, error) {
	done, err := a.app.Undo(ctx, actorOf(ctx), mindflow.ChangeID(in.Body.Change))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &undoReply{undoneView{string(done.Undone), string(done.Change), done.Tasks}}, nil
}

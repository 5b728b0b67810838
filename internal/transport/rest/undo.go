package rest

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
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

type changesInput struct {
	PageParams

	Task string `query:"task" doc:"Only what happened to this task" format:"uuid"`
}

func (in *changesInput) list() (app.ChangeList, error) {
	l := app.ChangeList{Limit: in.Limit.orDefault(), Cursor: in.Cursor}
	if in.Task == "" {
		return l, nil
	}
	id, err := mindflow.ParseID[mindflow.Task](in.Task)
	if err != nil {
		return l, mindflow.InvalidField("task", "must be a UUID")
	}
	l.Task = id
	return l, nil
}

// Resolve names every bad parameter together with those huma found.
func (in *changesInput) Resolve(huma.Context) []error {
	l, err := in.list()
	return details("query", append(mindflow.FieldsOf(err), l.Check()...))
}

// changePage is a page of what has happened.
type changePage struct {
	Changes    []changeView `json:"changes" nullable:"false"`
	NextCursor *string      `json:"next_cursor" doc:"For the next page; null on the last. A page may hold fewer than asked for"`
}

// changeView is a change, and whether it can be undone.
type changeView struct {
	Change     string            `json:"change" doc:"What undoes it"`
	At         string            `json:"at" format:"date-time"`
	Verbs      []string          `json:"verbs" nullable:"false" doc:"All that happened, such as task.completed, each once"`
	ActorID    mindflow.UserID   `json:"actor_id" format:"uuid" doc:"By whom"`
	Through    string            `json:"through" doc:"What it came through, such as web, or token backup"`
	Undoes     *string           `json:"undoes" doc:"The change that it took back, if it did"`
	Count      int               `json:"count" doc:"How many things it changed"`
	Tasks      []taskNameView    `json:"tasks" nullable:"false" doc:"At most 5 of them that are tasks, as they are called now"`
	Fields     []fieldChangeView `json:"fields" nullable:"false" doc:"Of its one thing: what each field was before and after; none when there are several"`
	Undoable   bool              `json:"undoable" doc:"Whether it can be undone now"`
	Why        *string           `json:"why" doc:"Why it cannot"`
	Overwrites []overwriteView   `json:"overwrites" nullable:"false" doc:"The later edits that undoing it would overwrite, the newest first, at most 20"`
}

// fieldChangeView is a field before and after; null stands for not set.
type fieldChangeView struct {
	Field  string `json:"field"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

type taskNameView struct {
	ID    mindflow.TaskID `json:"id" format:"uuid"`
	Title string          `json:"title"`
}

type changesReply struct{ Body changePage }

func (a *API) changes(ctx context.Context, in *changesInput) (*changesReply, error) {
	list, err := in.list()
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	page, err := a.app.Changes(ctx, actorOf(ctx), list)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	view := changePage{Changes: make([]changeView, len(page.Changes)), NextCursor: nonEmpty(page.Next)}
	for i, c := range page.Changes {
		view.Changes[i] = viewChange(c)
	}
	return &changesReply{view}, nil
}

func viewChange(c app.ToldChange) changeView {
	v := changeView{
		Change: string(c.ID), At: c.At.Format(mindflow.InstantLayout), ActorID: c.ActorID, Through: c.Through,
		Undoes: nonEmpty(string(c.Undoes)), Count: c.Count, Fields: []fieldChangeView{}, Undoable: c.Refusal == nil,
		Tasks: make([]taskNameView, len(c.Tasks)), Overwrites: []overwriteView{},
	}
	for _, verb := range c.Verbs {
		v.Verbs = append(v.Verbs, string(verb))
	}
	for _, name := range c.Changes.Names() {
		v.Fields = append(v.Fields, fieldChangeView{name, c.Changes[name].Before, c.Changes[name].After})
	}
	for i, t := range c.Tasks {
		v.Tasks[i] = taskNameView(t)
	}
	if e, refused := errors.AsType[*mindflow.Error](c.Refusal); refused {
		v.Why = nonEmpty(e.Message)
		for _, o := range e.Overwrites {
			v.Overwrites = append(v.Overwrites, viewOverwrite(o))
		}
	}
	return v
}

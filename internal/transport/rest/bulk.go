package rest

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type bulkInput struct{ Body bulkBody }

// bulkBody says how many tasks shall be changed alike.
type bulkBody struct {
	IDs        []string     `json:"ids" doc:"The tasks, at most 1000"`
	Set        *DraftFields `json:"set,omitempty" doc:"Fields, as PATCH /api/tasks/{id} takes them; not parent_id, blocked_by and recurrence"`
	AddTags    []string     `json:"add_tags,omitempty" doc:"Tags each task shall have"`
	RemoveTags []string     `json:"remove_tags,omitempty" doc:"Tags none shall have"`
	Action     string       `json:"action,omitempty" doc:"complete, reopen, cancel, snooze, delete or restore"`
	Blocked    bool         `json:"blocked,omitempty" doc:"Complete them though something they wait for is open"`

	Hours    optional[int]    `json:"hours,omitzero" doc:"With snooze: for so many hours, 1 to 8760; 3 when nothing is said"`
	Until    optional[string] `json:"until,omitzero" doc:"With snooze: until this instant"`
	Duration optional[string] `json:"duration,omitzero" doc:"With snooze: for so long, such as 2h or 1d"`
}

// TransformSchema documents limits.
func (bulkBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	bounds(s, "ids", map[string]any{"minItems": 1, "maxItems": app.MaxBulk})
	return s
}

// Resolve names every bad field together with those huma found.
func (b *bulkBody) Resolve(huma.Context) []error {
	bulk, bad := b.bulk()
	return details("body", append(bad, bulk.Check()...))
}

// maxBadIDs bounds how many bad ids one answer names.
const maxBadIDs = 100

func (b *bulkBody) bulk() (app.Bulk, []mindflow.FieldError) {
	bulk := app.Bulk{
		AddTags: b.AddTags, RemoveTags: b.RemoveTags, Action: app.BulkAction(b.Action), EvenIfBlocked: b.Blocked,
		Snooze: mindflow.Snooze{Hours: b.Hours.Field, Until: b.Until.Field, Duration: b.Duration.Field},
	}
	if b.Set != nil {
		bulk.Set = b.Set.draft()
	}
	var bad []mindflow.FieldError
	for i, text := range b.IDs {
		id, err := mindflow.ParseID[mindflow.Task](text)
		if err != nil && len(bad) < maxBadIDs {
			bad = append(bad, mindflow.FieldError{Field: fmt.Sprintf("ids[%d]", i), Message: "must be a UUID"})
		}
		bulk.IDs = append(bulk.IDs, id)
	}
	return bulk, bad
}

type bulkReply struct{ Body bulkView }

type bulkView struct {
	Changed   []mindflow.TaskID `json:"changed" nullable:"false"`
	Unchanged []mindflow.TaskID `json:"unchanged" nullable:"false" doc:"Those that were like that already"`
	Change    *string           `json:"change" doc:"What undoes all of it, as the header Change; null when nothing has changed"`
}

func (a *API) changeTasks(ctx context.Context, in *bulkInput) (*bulkReply, error) {
	bulk, _ := in.Body.bulk() // Resolve has refused what is wrong
	done, err := a.app.ChangeTasks(ctx, actorOf(ctx), bulk)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &bulkReply{bulkView{done.Changed, done.Unchanged, nonEmpty(string(done.Change))}}, nil
}

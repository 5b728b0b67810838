package rest

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type previewInput struct{ Body previewBody }

// previewBody asks when something would come again.
type previewBody struct {
	Rule     optional[string] `json:"rule,omitzero" doc:"By RFC 5545, daily or slower, such as FREQ=WEEKLY;BYDAY=MO,FR"`
	Start    optional[string] `json:"start,omitzero" doc:"What it counts from: a day (2026-11-27) or a date and time (2026-11-27T17:00); an occurrence only if the rule names it"`
	Timezone optional[string] `json:"timezone,omitzero" doc:"IANA time zone; yours when absent"`
	Limit    optional[int]    `json:"limit,omitzero" doc:"How many at most, 1 to 500; 10 when absent"`
}

// TransformSchema documents limits.
func (previewBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	bounds(s, "rule", map[string]any{"maxLength": mindflow.MaxRule})
	bounds(s, "limit", map[string]any{"minimum": 1, "maximum": app.MaxPreview})
	s.Extensions = map[string]any{"required": []string{"rule", "start"}}
	return s
}

// Resolve names every bad field together with those huma found.
func (b *previewBody) Resolve(huma.Context) []error { return details("body", b.question().Check()) }

func (b *previewBody) question() app.RecurrencePreview {
	return app.RecurrencePreview{Rule: b.Rule.Field, Start: b.Start.Field, Timezone: b.Timezone.Field, Limit: b.Limit.Field}
}

type previewReply struct {
	Body struct {
		Occurrences []string `json:"occurrences" nullable:"false" doc:"Days, or dates and times with an offset, as the start is; fewer than asked for where the rule ends"`
	}
}

func (a *API) previewRecurrence(ctx context.Context, in *previewInput) (*previewReply, error) {
	occurrences, err := a.app.PreviewRecurrence(ctx, actorOf(ctx), in.Body.question())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &previewReply{}
	r.Body.Occurrences = occurrences
	return r, nil
}

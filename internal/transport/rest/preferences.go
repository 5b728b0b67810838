package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

type windowView struct {
	Start string `json:"start" example:"06:00" doc:"00:00 to 24:00; after the end it wraps midnight"`
	End   string `json:"end" example:"12:00"`
}

type windowsView struct {
	Morning   *windowView `json:"morning,omitempty"`
	Afternoon *windowView `json:"afternoon,omitempty"`
	Evening   *windowView `json:"evening,omitempty"`
}

type preferencesView struct {
	Timezone       string      `json:"timezone" doc:"IANA time zone" example:"Europe/Berlin"`
	Locale         string      `json:"locale" enum:"en-US,en-GB,de" doc:"How dates are written, and in which language besides English, where text is typed"`
	WeightUrgency  number      `json:"weight_urgency" doc:"0 to 1000, at most two decimals"`
	WeightPriority number      `json:"weight_priority" doc:"0 to 1000, at most two decimals"`
	WeightEffort   number      `json:"weight_effort" doc:"0 to 1000, at most two decimals"`
	TimeOfDayBonus number      `json:"time_of_day_bonus" doc:"0 to 0.50, at most two decimals"`
	Windows        windowsView `json:"windows"`
}

type preferencesReply struct {
	ETag   string `header:"ETag"`
	Status int
	Body   preferencesView
}

func viewPreferences(p mindflow.Preferences) *preferencesReply {
	window := func(w mindflow.Window) *windowView { return &windowView{w.Start.String(), w.End.String()} }
	return &preferencesReply{ETag: quoted(p.ETag()), Status: http.StatusOK, Body: preferencesView{
		Timezone: p.Zone.String(), Locale: string(p.Locale),
		WeightUrgency: number(p.Weights.Urgency), WeightPriority: number(p.Weights.Priority),
		WeightEffort: number(p.Weights.Effort), TimeOfDayBonus: number(p.Weights.TimeOfDayBonus),
		Windows: windowsView{window(p.Windows.Morning), window(p.Windows.Afternoon), window(p.Windows.Evening)},
	}}
}

type preferencesGet struct {
	IfNoneMatch string `header:"If-None-Match" doc:"Answer 304 if they still have this ETag"`
}

func (a *API) getPreferences(ctx context.Context, in *preferencesGet) (*preferencesReply, error) {
	p, err := a.app.Preferences(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := viewPreferences(p)
	if unchanged(in.IfNoneMatch, p.ETag()) {
		r.Status = http.StatusNotModified
	}
	return r, nil
}

type preferencesPut struct {
	IfMatch string `header:"If-Match" doc:"Change only if they still have this ETag"`
	Body    preferencesBody
}

type preferencesBody struct {
	Timezone       optional[string] `json:"timezone,omitzero" doc:"IANA time zone"`
	Locale         optional[string] `json:"locale,omitzero" doc:"en-US, en-GB or de"`
	WeightUrgency  *decimal         `json:"weight_urgency,omitempty" doc:"0 to 1000, at most two decimals"`
	WeightPriority *decimal         `json:"weight_priority,omitempty" doc:"0 to 1000, at most two decimals"`
	WeightEffort   *decimal         `json:"weight_effort,omitempty" doc:"0 to 1000, at most two decimals"`
	TimeOfDayBonus *decimal         `json:"time_of_day_bonus,omitempty" doc:"0 to 0.50, at most two decimals"`
	Windows        *windowsView     `json:"windows,omitempty"`
}

// Resolve names every bad field together with those huma found.
func (b *preferencesBody) Resolve(huma.Context) []error { return details("body", b.draft().Validate()) }

func (b *preferencesBody) draft() mindflow.PreferencesDraft {
	d := mindflow.PreferencesDraft{
		Timezone: b.Timezone.Field, Locale: b.Locale.Field, WeightUrgency: b.WeightUrgency.field(), WeightPriority: b.WeightPriority.field(),
		WeightEffort: b.WeightEffort.field(), TimeOfDayBonus: b.TimeOfDayBonus.field(),
	}
	if w := b.Windows; w != nil {
		d.Morning, d.Afternoon, d.Evening = w.Morning.field(), w.Afternoon.field(), w.Evening.field()
	}
	return d
}

func (v *windowView) field() mindflow.Field[mindflow.WindowDraft] {
	if v == nil {
		return mindflow.Field[mindflow.WindowDraft]{}
	}
	return mindflow.Some(mindflow.WindowDraft(*v))
}

func (a *API) putPreferences(ctx context.Context, in *preferencesPut) (*preferencesReply, error) {
	p, err := a.app.SetPreferences(ctx, actorOf(ctx), matching(in.IfMatch), in.Body.draft())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewPreferences(p), nil
}

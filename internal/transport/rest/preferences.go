package rest

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// MarshalJSON writes the shortest decimal form.
func (n number) MarshalJSON() ([]byte, error) { return mindflow.Hundredths(n).MarshalJSON() }

// UnmarshalJSON reads a number of at most two decimals.
func (n *number) UnmarshalJSON(b []byte) error { return (*mindflow.Hundredths)(n).UnmarshalJSON(b) }

// Schema documents a number.
func (number) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

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
	return &preferencesReply{ETag: quoted(p.Tag()), Status: http.StatusOK, Body: preferencesView{
		Timezone:      p.Zone.String(),
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
	if unchanged(in.IfNoneMatch, p.Tag()) {
		r.Status = http.StatusNotModified
	}
	return r, nil
}

type preferencesPut struct {
	IfMatch string `header:"If-Match" doc:"Change only if they still have this ETag"`
	Body    struct {
		Timezone       optional[string] `json:"timezone,omitzero" doc:"IANA time zone"`
		WeightUrgency  *number          `json:"weight_urgency,omitempty" doc:"0 to 1000, at most two decimals"`
		WeightPriority *number          `json:"weight_priority,omitempty" doc:"0 to 1000, at most two decimals"`
		WeightEffort   *number          `json:"weight_effort,omitempty" doc:"0 to 1000, at most two decimals"`
		TimeOfDayBonus *number          `json:"time_of_day_bonus,omitempty" doc:"0 to 0.50, at most two decimals"`
		Windows        *windowsView     `json:"windows,omitempty"`
	}
}

func (a *API) putPreferences(ctx context.Context, in *preferencesPut) (*preferencesReply, error) {
	p, err := a.app.SetPreferences(ctx, actorOf(ctx), matching(in.IfMatch), in.over)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewPreferences(p), nil
}

// over is the preferences with what the request brings in their place.
func (in *preferencesPut) over(p mindflow.Preferences) (mindflow.Preferences, error) {
	var bad []mindflow.FieldError
	b := in.Body
	if b.Timezone.Set {
		zone, err := mindflow.LoadZone(b.Timezone.Value)
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: "timezone", Message: err.Error()})
		}
		p.Zone = zone
	}
	for _, f := range [...]struct {
		from *number
		to   *mindflow.Hundredths
	}{
		{b.WeightUrgency, &p.Weights.Urgency},
		{b.WeightPriority, &p.Weights.Priority},
		{b.WeightEffort, &p.Weights.Effort},
		{b.TimeOfDayBonus, &p.Weights.TimeOfDayBonus},
	} {
		if f.from != nil {
			*f.to = mindflow.Hundredths(*f.from)
		}
	}
	if b.Windows != nil {
		bad = slices.Concat(bad,
			b.Windows.Morning.over(&p.Windows.Morning, "windows.morning"),
			b.Windows.Afternoon.over(&p.Windows.Afternoon, "windows.afternoon"),
			b.Windows.Evening.over(&p.Windows.Evening, "windows.evening"))
	}
	if len(bad) > 0 {
		return p, mindflow.Invalid(bad...)
	}
	return p, nil
}

func (v *windowView) over(w *mindflow.Window, field string) []mindflow.FieldError {
	if v == nil {
		return nil
	}
	var bad []mindflow.FieldError
	for _, edge := range [...]struct {
		name string
		from string
		to   *mindflow.Minutes
	}{{".start", v.Start, &w.Start}, {".end", v.End, &w.End}} {
		m, err := mindflow.ParseMinutes(edge.from)
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: field + edge.name, Message: err.Error()})
		}
		*edge.to = m
	}
	return bad
}

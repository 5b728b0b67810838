package app

import (
	"context"
	"errors"
	"fmt"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// RecurrencePreview asks when something would come again.
type RecurrencePreview struct {
	Rule     mindflow.Field[string]
	Start    mindflow.Field[string] // a day, or a date and time
	Timezone mindflow.Field[string] // the actor's when not set
	Limit    mindflow.Field[int]    // DefaultPreview when not set
}

// Limits of a preview.
const (
	DefaultPreview = 10
	MaxPreview     = 500
)

// PreviewRecurrence answers the first occurrences of a rule, in the form of the
// start: days, or dates and times with the zone's offset.
func (a *App) PreviewRecurrence(ctx context.Context, actor mindflow.Actor, q RecurrencePreview) ([]string, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return nil, err
	}
	series, limit, err := q.series(p.Zone)
	if err != nil {
		return nil, err
	}
	occurrences := make([]string, 0, min(limit, DefaultPreview))
	for day := range series.Days(series.Start().Day()) {
		occurrences = append(occurrences, series.Start().Text(day))
		if len(occurrences) == limit {
			break
		}
	}
	return occurrences, nil
}

// Check reports every bad field.
func (q RecurrencePreview) Check() []mindflow.FieldError {
	_, _, err := q.series(mindflow.Zone{})
	return mindflow.FieldsOf(err)
}

// series is what the question is about, and how many occurrences are asked for.
func (q RecurrencePreview) series(z mindflow.Zone) (*recurrence.Series, int, error) {
	var bad []mindflow.FieldError
	refuse := func(field string, err error) {
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: field, Message: err.Error()})
		}
	}
	if q.Timezone.Set && !q.Timezone.Null {
		zone, err := mindflow.LoadZone(q.Timezone.Value)
		refuse("timezone", err)
		z = zone
	}
	limit := DefaultPreview
	if q.Limit.Set && !q.Limit.Null {
		limit = q.Limit.Value
	}
	if limit < 1 || limit > MaxPreview {
		refuse("limit", fmt.Errorf("must be from 1 to %d", MaxPreview))
	}
	start, err := recurrence.ParseStart(q.Start.Value, z)
	refuse("start", required(q.Start, err))
	rule, err := recurrence.Parse(q.Rule.Value)
	refuse("rule", required(q.Rule, err))
	if len(bad) > 0 {
		return nil, 0, mindflow.Invalid(bad...)
	}
	series, err := rule.From(start)
	if err != nil {
		return nil, 0, mindflow.InvalidField("rule", err.Error())
	}
	return series, limit, nil
}

func required(f mindflow.Field[string], err error) error {
	if !f.Set || f.Null {
		return errors.New("is required")
	}
	return err
}

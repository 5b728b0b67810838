package rest

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type parseInput struct {
	Body struct {
		Text   string           `json:"text" doc:"As it was typed, at most 1000 characters"`
		At     optional[string] `json:"at,omitzero" doc:"When it was typed; now when absent"`
		Locale optional[string] `json:"locale,omitzero" doc:"en-US, en-GB or de; that of your preferences when absent"`
	}
}

// understoodView is a draft as a text says it, and the pieces that say it.
type understoodView struct {
	Title         string             `json:"title" doc:"The text without its tokens; it may be empty"`
	Priority      *int               `json:"priority" minimum:"1" maximum:"5"`
	DueDate       *string            `json:"due_date" doc:"A day, or a local date and time with its offset"`
	StartDate     *string            `json:"start_date" doc:"As due_date"`
	EffortMinutes *int               `json:"effort_estimate_minutes" minimum:"1" maximum:"10080"`
	PreferredTime *string            `json:"preferred_time" doc:"morning, afternoon, evening or null"`
	Project       *string            `json:"project" doc:"A name; there may be no such project yet"`
	Tags          []string           `json:"tags" nullable:"false"`
	Reminders     []reminderBody     `json:"reminders" nullable:"false"`
	Recurrence    orNull[repeatView] `json:"recurrence"`
	Tokens        []pieceView        `json:"tokens" nullable:"false" doc:"In the order of the text"`
}

// repeatView is how a task will come again: its due date is the first time.
type repeatView struct {
	Rule string `json:"rule" doc:"By RFC 5545"`
	From string `json:"from" enum:"schedule,completion" doc:"What the next occurrence is counted from"`
}

// pieceView is a piece of the text that was understood.
type pieceView struct {
	Start int    `json:"start" doc:"In Unicode code points"`
	End   int    `json:"end" doc:"The code point after it"`
	Kind  string `json:"kind" doc:"The field it sets, or escape: a backslash that makes text of what follows" enum:"due_date,start_date,priority,project,tags,effort_estimate_minutes,preferred_time,reminders,recurrence,escape"`
	Text  string `json:"text"`
}

type quickInput struct{ Body quickBody }

// quickBody is a line of text that creates a task.
type quickBody struct {
	DraftFields

	Text   string           `json:"text" doc:"As it was typed, at most 1000 characters. Fields beside it go before what it says"`
	ID     optional[string] `json:"id,omitzero" doc:"A UUID, best of version 7; the same id with the same body is the same task"`
	Locale optional[string] `json:"locale,omitzero" doc:"en-US, en-GB or de; that of your preferences when absent"`
}

// TransformSchema documents limits.
func (quickBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	documentDraft(s)
	bounds(s, "id", map[string]any{"format": "uuid"})
	return s
}

func (a *API) quickTask(ctx context.Context, in *quickInput) (*createReply, error) {
	id, err := idOf[mindflow.Task](in.Body.ID.Field)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	line := app.Line{Text: in.Body.Text, Locale: in.Body.Locale.Field, Fields: in.Body.draft()}
	task, created, err := a.app.QuickAdd(ctx, actorOf(ctx), id, line)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewCreated(task, created), nil
}

type parseReply struct{ Body understoodView }

func (a *API) parseTask(ctx context.Context, in *parseInput) (*parseReply, error) {
	said, err := a.app.ParseTask(ctx, actorOf(ctx), app.Line{Text: in.Body.Text, At: in.Body.At.Field, Locale: in.Body.Locale.Field})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &parseReply{viewUnderstood(said)}, nil
}

func viewUnderstood(u app.Understood) understoodView {
	v := understoodView{
		Title: u.Title, Priority: nonZero(u.Priority), DueDate: nonEmpty(u.DueDate), StartDate: nonEmpty(u.StartDate),
		EffortMinutes: nonZero(u.EffortMinutes), PreferredTime: nonEmpty(string(u.PreferredTime)), Project: nonEmpty(u.Project),
		Tags: append([]string{}, u.Tags...), Reminders: []reminderBody{}, Tokens: make([]pieceView, len(u.Tokens)),
	}
	for _, r := range u.Reminders {
		v.Reminders = append(v.Reminders, reminderBody{BeforeMinutes: nonZero(r.BeforeMinutes), At: r.At})
	}
	if r := u.Recurrence; r.Rule != "" {
		v.Recurrence = orNull[repeatView]{&repeatView{r.Rule, string(r.From)}}
	}
	for i, t := range u.Tokens {
		v.Tokens[i] = pieceView{t.Start, t.End, string(t.Kind), t.Text}
	}
	return v
}

func nonZero(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

package mcp

import (
	"context"
	"math"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// explainIn names two tasks.
type explainIn struct {
	Task  string `json:"task" jsonschema:"its id, or a piece of its title that no other task has"`
	Other string `json:"other,omitempty" jsonschema:"what it is compared with, named in the same way; when absent, the best task, or for the best one the next after it"`
}

func limitExplaining(s *jsonschema.Schema) { s.Properties["task"].MinLength = new(1) }

// standingView is a task and where it stands.
type standingView struct {
	Task    taskView   `json:"task"`
	Ranked  bool       `json:"ranked" jsonschema:"whether it could be done now, and so is in the ranking"`
	Why     string     `json:"why_not,omitempty" jsonschema:"why it is not"`
	Score   *float64   `json:"score,omitempty"`
	Reason  string     `json:"reason,omitempty"`
	Parts   *partsView `json:"parts,omitempty" jsonschema:"what the score is the sum of"`
	Created string     `json:"created_at" jsonschema:"among equal scores the older task comes first"`
}

// explainOut answers explain_ranking.
type explainOut struct {
	Before     standingView `json:"before" jsonschema:"the one that comes first"`
	After      standingView `json:"after"`
	Decided    string       `json:"decided_by" jsonschema:"score, age (of equal scores), ranked (only one is in the ranking) or nothing (neither is)"`
	Difference *partsView   `json:"difference,omitempty" jsonschema:"the points of before less those of after"`
	Timezone   string       `json:"timezone"`
}

var decided = map[app.Deciding]string{app.ByBeing: "ranked", app.ByScore: "score", app.ByAge: "age", app.Nothing: "nothing"}

func (s *Server) explainRanking(ctx context.Context, actor mindflow.Actor, in explainIn) (explainOut, string, error) {
	task, err := s.one(ctx, actor, "task", in.Task)
	if err != nil {
		return explainOut{}, "", err
	}
	other, err := s.otherThan(ctx, actor, task.ID, in.Other)
	if err != nil {
		return explainOut{}, "", err
	}
	c, err := s.app.Compare(ctx, actor, task.ID, other)
	if err != nil {
		return explainOut{}, "", err
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return explainOut{}, "", err
	}
	out := explainOut{Before: viewStanding(&c.Before, z), After: viewStanding(&c.After, z), Decided: decided[c.By], Timezone: z.String()}
	if c.Before.Actionable && c.After.Actionable {
		b, a := &c.Before.Reasoning, &c.After.Reasoning
		out.Difference = &partsView{
			Deadline: points(b.DeadlineUrgencyScore - a.DeadlineUrgencyScore), Priority: points(b.PriorityScore - a.PriorityScore),
			Effort: points(b.EffortBonusScore - a.EffortBonusScore), TimeOfDay: points(b.TimeOfDayScore - a.TimeOfDayScore),
		}
	}
	return out, out.sentence(points(c.Before.Score - c.After.Score)), nil
}

// otherThan is the task that another one is compared with.
func (s *Server) otherThan(ctx context.Context, actor mindflow.Actor, task mindflow.TaskID, name string) (mindflow.TaskID, error) {
	if name != "" {
		other, err := s.one(ctx, actor, "other", name)
		return other.ID, err
	}
	next, err := s.app.WhatsNext(ctx, actor, 1)
	switch {
	case err != nil:
		return task, err
	case next.Best != nil && next.Best.Task.ID != task:
		return next.Best.Task.ID, nil
	case len(next.Then) > 0:
		return next.Then[0].Task.ID, nil
	}
	return task, mindflow.InvalidField("other", "is required: no other task is in the ranking now")
}

func viewStanding(s *app.Standing, z mindflow.Zone) standingView {
	v := standingView{Task: viewAmong(&s.Task, z), Ranked: s.Actionable, Created: instant(s.Task.CreatedAt, z)}
	switch {
	case !s.Open:
		v.Why = "it is " + string(s.Task.Status)
		return v
	case len(s.WaitsFor) > 0:
		v.Why = "it waits for " + mindflow.Listed(s.WaitsFor)
	case s.Task.Status == mindflow.StatusSnoozed:
		v.Why = "it is snoozed until " + v.Task.SnoozedUntil
	case !s.Actionable:
		v.Why = "it starts " + v.Task.StartDate
	}
	scored := viewScored(&s.Scored, z)
	v.Score, v.Reason, v.Parts = &scored.Score, scored.Reason, &scored.Parts
	return v
}

// sentence says why in words that can be checked against the numbers.
func (out *explainOut) sentence(more float64) string {
	before, after := named(out.Before.Task.Title, out.Before.Task.ID), named(out.After.Task.Title, out.After.Task.ID)
	switch out.Decided {
	case "score":
		if more == 0 {
			return before + " comes before " + after + " by less than a hundredth of a point. Both have " + number(*out.Before.Score) + " points, rounded."
		}
		return before + " comes before " + after + " with " + number(*out.Before.Score) + " points against " + number(*out.After.Score) + ": " +
			number(more) + " more, of which " + out.Difference.signed() + "."
	case "age":
		return before + " and " + after + " both have " + number(*out.Before.Score) + " points. Among equals the older comes first: " +
			"the first was created at " + out.Before.Created + ", the second at " + out.After.Created + "."
	case "ranked":
		return before + " comes before " + after + " because only the first is in the ranking now; of the second: " + out.After.Why + "."
	}
	return "Neither is in the ranking now. Of " + before + ": " + out.Before.Why + ". Of " + after + ": " + out.After.Why + "."
}

// signed writes differences, each with its sign.
func (p *partsView) signed() string {
	var parts []string
	for _, part := range []struct {
		name  string
		value float64
	}{{"deadline", p.Deadline}, {"priority", p.Priority}, {"effort", p.Effort}, {"time of day", p.TimeOfDay}} {
		sign := "+"
		if part.value < 0 {
			sign = "−"
		}
		parts = append(parts, part.name+" "+sign+number(math.Abs(part.value)))
	}
	return strings.Join(parts, ", ")
}

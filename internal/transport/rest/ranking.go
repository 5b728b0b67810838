package rest

import (
	"context"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// ScoredView is a task with its score, and why; appendScored writes it.
type ScoredView struct {
	Task      taskView      `json:"task"`
	Score     number        `json:"score" doc:"Rounded half up to two decimals"`
	Reasoning reasoningView `json:"reasoning"`
}

// reasoningView is the score's terms. Deadline, priority, effort and time of
// day add up to the total.
type reasoningView struct {
	DeadlineUrgency      number `json:"deadline_urgency" doc:"Overdue 1.25, today 1, tomorrow 0.75, within 7 days 0.5, later 0.25, none 0"`
	DeadlineUrgencyScore number `json:"deadline_urgency_score"`
	PriorityScore        number `json:"priority_score"`
	EffortBonus          number `json:"effort_bonus" doc:"Up to 15 minutes 1, 30 0.75, 60 0.5, more 0.25, unknown 0"`
	EffortBonusScore     number `json:"effort_bonus_score"`
	TimeOfDayMultiplier  number `json:"time_of_day_multiplier"`
	TimeOfDayScore       number `json:"time_of_day_score" doc:"What the multiplier adds or takes away"`
	TotalScore           number `json:"total_score"`
	Recommendation       string `json:"recommendation"`

	InheritedFrom orNull[taskName] `json:"inherited_from" doc:"The task whose due date counts here, because it waits for this one; null when it is the task's own"`
}

// taskName is a task as others tell of it.
type taskName struct {
	ID    mindflow.TaskID `json:"id" format:"uuid"`
	Title string          `json:"title"`
}

// bestView documents the answer of the best task; appendBest writes it.
type bestView struct {
	ScoredView

	ValidUntil *string `json:"valid_until" format:"date-time" doc:"When the answer will be another though nothing changes; null for never"`
}

func (a *API) bestTask(ctx context.Context, _ *struct{}) (*jsonReply, error) {
	best, err := a.app.BestTask(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return jsonOf(appendBest(best)), nil
}

type rankedInput struct {
	PageParams

	Urgency   paramHundredths `query:"weight_urgency" doc:"A trial weight, not saved: 0 to 1000"`
	Priority  paramHundredths `query:"weight_priority" doc:"A trial weight, not saved: 0 to 1000"`
	Effort    paramHundredths `query:"weight_effort" doc:"A trial weight, not saved: 0 to 1000"`
	TimeOfDay paramHundredths `query:"time_of_day_bonus" doc:"A trial bonus, not saved: 0 to 0.50"`
}

// rankedPage documents a page of the ranking; appendRanked writes it.
type rankedPage struct {
	Tasks      []ScoredView `json:"tasks" nullable:"false"`
	Total      int          `json:"total" doc:"How many tasks are actionable"`
	ValidUntil *string      `json:"valid_until" format:"date-time" doc:"When the list will differ though nothing changes; null for never"`
	NextCursor *string      `json:"next_cursor" doc:"For the next page; null on the last"`
}

func (a *API) rankedTasks(ctx context.Context, in *rankedInput) (*jsonReply, error) {
	page, err := a.app.RankedTasks(ctx, actorOf(ctx), app.RankedList{
		Limit: in.Limit.orDefault(), Cursor: in.Cursor,
		Trial: app.TrialWeights{
			Urgency: in.Urgency.hundredths(), Priority: in.Priority.hundredths(),
			Effort: in.Effort.hundredths(), TimeOfDayBonus: in.TimeOfDay.hundredths(),
		},
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return jsonOf(appendRanked(page)), nil
}

package rest

import (
	"context"

	"mindflow/internal/mindflow"
)

type remindersReply struct{ Body reminderList }

type reminderList struct {
	Reminders []upcomingReminder `json:"reminders" nullable:"false" doc:"At most a hundred"`
}

// upcomingReminder is a moment at which to be reminded of a task.
type upcomingReminder struct {
	At    string          `json:"at" format:"date-time" doc:"When"`
	Task  mindflow.TaskID `json:"task_id" doc:"Of which task"`
	Title string          `json:"title" doc:"That task's"`
	Due   *string         `json:"due_date" doc:"That task's: a day, an instant, or null"`
}

func (a *API) reminders(ctx context.Context, _ *struct{}) (*remindersReply, error) {
	list, err := a.app.Reminders(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	view := reminderList{Reminders: make([]upcomingReminder, len(list))}
	for i, r := range list {
		view.Reminders[i] = upcomingReminder{r.At.Format(mindflow.InstantLayout), r.Task.ID, r.Task.Title, nonEmpty(r.Task.Due.String())}
	}
	return &remindersReply{view}, nil
}

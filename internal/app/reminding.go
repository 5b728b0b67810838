package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// ReminderJob is the kind of job that reminds somebody of a task.
const ReminderJob = "reminder"

const (
	// remindersAhead is how far the list of what is to come reaches.
	remindersAhead = 25 * time.Hour
	maxReminders   = 100
	// tooLate is how late nobody is reminded any more.
	tooLate = 24 * time.Hour
)

// reminding is what a job keeps to remind a person of a task.
type reminding struct {
	Workspace mindflow.WorkspaceID `json:"workspace"`
	User      mindflow.UserID      `json:"user"`
	Task      mindflow.TaskID      `json:"task"`
	At        int64                `json:"at"` // Unix seconds
}

// prefix begins the keys of all that a person is to be reminded of.
func prefixOf(user mindflow.UserID) string { return user.String() + "/" }

// leaveReminders leaves a job for each moment to come at which somebody is to be
// reminded of a task that a transaction has changed.
func (a *App) leaveReminders(ctx context.Context, tx *store.Tx, actor mindflow.Actor) error {
	tasks := tx.Reminded()
	if len(tasks) == 0 {
		return nil
	}
	p, err := tx.Preferences(actor.UserID)
	if err != nil {
		return err
	}
	var jobs []mindflow.Job
	known := map[string]bool{}
	for _, t := range tasks {
		for _, at := range t.RemindedAt(p.Zone) {
			job, err := reminderJob(t, at, tx.Now())
			if err != nil {
				return err
			}
			if at.After(tx.Now()) && !known[job.Key] {
				known[job.Key] = true
				jobs = append(jobs, job)
			}
		}
	}
	if trace := mindflow.TraceOf(ctx); trace != nil {
		for i := range jobs {
			jobs[i].RequestID = trace.RequestID
		}
	}
	return tx.EnqueueReminders(jobs)
}

func reminderJob(t mindflow.Task, at, now time.Time) (mindflow.Job, error) {
	payload, err := json.Marshal(reminding{t.WorkspaceID, t.UserID, t.ID, at.Unix()})
	if err != nil {
		return mindflow.Job{}, fmt.Errorf("encode reminder: %w", err)
	}
	job := mindflow.NewJob(mindflow.Reminders, ReminderJob, now)
	job.Key, job.Payload, job.RunAt = fmt.Sprintf("%s%s/%d", prefixOf(t.UserID), t.ID, at.Unix()), string(payload), at
	return job, nil
}

// Remind sends the mail of a reminder, where mails are sent and the person's
// address is known to be theirs. It sends none where the task is done or gone, or
// has another reminder by now, and none that comes a day late.
func (a *App) Remind(ctx context.Context, job mindflow.Job) error {
	var r reminding
	if err := json.Unmarshal([]byte(job.Payload), &r); err != nil {
		return fmt.Errorf("read reminder's job: %w", err)
	}
	at := time.Unix(r.At, 0).UTC()
	if !a.mails() || a.now().Sub(at) > tooLate {
		return nil
	}
	user, err := a.store.User(ctx, r.User)
	if err != nil || !user.DisabledAt.IsZero() || user.VerifiedAt.IsZero() {
		return unless(err, nil)
	}
	p, err := a.store.Preferences(ctx, r.User)
	if err != nil {
		return unless(err, nil)
	}
	t, err := a.toRemindOf(ctx, r, at, p.Zone)
	if err != nil || t.ID.IsZero() {
		return err
	}
	return a.settings.Mailer.Send(ctx, mindflow.Mail{
		ID: job.ID, At: at.In(p.Zone.Location()), To: user.Email, Name: user.FullName,
		Task: &mindflow.TaskMail{Title: t.Title, Due: t.Due, Zone: p.Zone}, Link: a.settings.PublicURL + "/tasks/" + t.ID.String(),
	})
}

// toRemindOf is the task of a reminder, or a zero one where there is no reason
// left to remind anybody.
func (a *App) toRemindOf(ctx context.Context, r reminding, at time.Time, zone mindflow.Zone) (mindflow.Task, error) {
	t, err := a.store.Task(ctx, r.Workspace, r.Task, a.now())
	if err != nil || !slices.ContainsFunc(t.RemindedAt(zone), at.Equal) {
		return mindflow.Task{}, unless(err, nil)
	}
	if t.Details.ProjectID.IsZero() {
		return t, nil
	}
	project, err := a.store.Project(ctx, r.Workspace, t.Details.ProjectID)
	if err != nil || !project.ArchivedAt.IsZero() {
		return mindflow.Task{}, unless(err, nil)
	}
	return t, nil
}

// Reminder is a moment at which the actor is to be reminded of a task.
type Reminder struct {
	At   time.Time
	Task mindflow.Task
}

// Reminders are the moments of the day to come at which the actor is to be
// reminded of something, the next one first; at most a hundred.
func (a *App) Reminders(ctx context.Context, actor mindflow.Actor) ([]Reminder, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return nil, err
	}
	jobs, err := a.store.Reminders(ctx, prefixOf(actor.UserID), a.now().Add(remindersAhead), maxReminders)
	if err != nil {
		return nil, err
	}
	left := make([]reminding, len(jobs))
	ids := make([]mindflow.TaskID, len(jobs))
	for i, job := range jobs {
		if err := json.Unmarshal([]byte(job.Payload), &left[i]); err != nil {
			return nil, fmt.Errorf("read reminder's job: %w", err)
		}
		ids[i] = left[i].Task
	}
	tasks, err := a.store.Tasks(ctx, actor.WorkspaceID, ids)
	if err != nil {
		return nil, err
	}
	list := []Reminder{}
	for _, r := range left {
		at := time.Unix(r.At, 0).UTC()
		for _, t := range tasks {
			if t.ID == r.Task && slices.ContainsFunc(t.RemindedAt(p.Zone), at.Equal) {
				list = append(list, Reminder{at, t})
			}
		}
	}
	return list, nil
}

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// reminderKey is the key of a reminder's job, by which there is one alone. The person's
// reminders stand together by it.
func reminderKey(t mindflow.Task, at time.Time) string {
	return fmt.Sprintf("%s/%s/%d", t.UserID, t.ID, at.Unix())
}

// leaveReminders leaves a job for each moment to come at which somebody is to be
// reminded of a task that a transaction has changed, and takes those away that are
// none any more.
func (a *App) leaveReminders(ctx context.Context, tx *store.Tx, actor mindflow.Actor) error {
	changed := tx.Reminded()
	if len(changed) == 0 {
		return nil
	}
	p, err := tx.Preferences(actor.UserID)
	if err != nil {
		return err
	}
	left := leaving{now: tx.Now(), jobs: map[string]mindflow.Job{}, dropped: map[string]bool{}}
	if trace := mindflow.TraceOf(ctx); trace != nil {
		left.request = trace.RequestID
	}
	for _, r := range changed {
		left.drop(r.Before, p.Zone)
		if err := left.add(r.After, p.Zone); err != nil {
			return err
		}
	}
	return left.keep(tx)
}

// moveReminders leaves anew what a person is to be reminded of by the clock of
// their zone, which has changed.
func moveReminders(tx *store.Tx, before, after mindflow.Zone) error {
	tasks, err := tx.RemindedByDay()
	if err != nil {
		return err
	}
	left := leaving{now: tx.Now(), jobs: map[string]mindflow.Job{}, dropped: map[string]bool{}}
	for _, t := range tasks {
		left.drop(t, before)
		if err := left.add(t, after); err != nil {
			return err
		}
	}
	return left.keep(tx)
}

// leaving is what is to be left, and what is not any more, by key.
type leaving struct {
	now     time.Time
	request string
	jobs    map[string]mindflow.Job
	dropped map[string]bool
}

func (l *leaving) drop(t mindflow.Task, z mindflow.Zone) {
	for _, at := range t.RemindedAt(z) {
		if at.After(l.now) {
			delete(l.jobs, reminderKey(t, at))
			l.dropped[reminderKey(t, at)] = true
		}
	}
}

func (l *leaving) add(t mindflow.Task, z mindflow.Zone) error {
	for _, at := range t.RemindedAt(z) {
		if !at.After(l.now) {
			continue
		}
		payload, err := json.Marshal(reminding{t.WorkspaceID, t.UserID, t.ID, at.Unix()})
		if err != nil {
			return fmt.Errorf("encode reminder: %w", err)
		}
		job := mindflow.NewJob(mindflow.Reminders, ReminderJob, l.now)
		job.Key, job.Payload, job.RunAt, job.RequestID = reminderKey(t, at), string(payload), at, l.request
		l.jobs[job.Key] = job
		delete(l.dropped, job.Key)
	}
	return nil
}

func (l *leaving) keep(tx *store.Tx) error {
	if len(l.dropped) > 0 {
		if err := tx.DropReminders(slices.Sorted(maps.Keys(l.dropped))); err != nil {
			return err
		}
	}
	jobs := slices.Collect(maps.Values(l.jobs))
	slices.SortFunc(jobs, func(x, y mindflow.Job) int { return strings.Compare(x.Key, y.Key) })
	return tx.LeaveReminders(jobs)
}

// LeaveAllReminders leaves what everybody is to be reminded of, as far as it is not
// left already, and takes away what nobody has sent for a day. A backup holds no
// jobs, so that a database that was restored has none.
func (a *App) LeaveAllReminders(ctx context.Context) error {
	zones := map[mindflow.UserID]mindflow.Zone{}
	for after := (mindflow.TaskID{}); ; {
		tasks, err := a.store.Reminding(ctx, after, sweepBite)
		if err != nil || len(tasks) == 0 {
			if err == nil {
				err = a.dropLateReminders(ctx)
			}
			return err
		}
		after = tasks[len(tasks)-1].ID
		left := leaving{now: a.now(), jobs: map[string]mindflow.Job{}}
		for _, t := range tasks {
			if _, known := zones[t.UserID]; !known {
				p, err := a.store.Preferences(ctx, t.UserID)
				if unless(err, nil) != nil {
					return err
				}
				zones[t.UserID] = p.Zone
			}
			if err := left.add(t, zones[t.UserID]); err != nil {
				return err
			}
		}
		n := 0
		if err := a.bite(ctx, &n, func(tx *store.Tx) (int, error) { return len(left.jobs), left.keep(tx) }); err != nil {
			return err
		}
	}
}

func (a *App) dropLateReminders(ctx context.Context) error {
	_, err := a.bites(ctx, sweepBite, func(tx *store.Tx) (int, error) {
		return tx.DropLateReminders(tx.Now().Add(-tooLate), sweepBite)
	})
	return err
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
	away, err := a.putAway(ctx, r.Workspace, []mindflow.Task{t})
	if err != nil || away[t.Details.ProjectID] {
		return mindflow.Task{}, err
	}
	return t, nil
}

// putAway are the archived ones among the projects that tasks are in.
func (a *App) putAway(ctx context.Context, w mindflow.WorkspaceID, tasks []mindflow.Task) (map[mindflow.ProjectID]bool, error) {
	away := map[mindflow.ProjectID]bool{}
	if !slices.ContainsFunc(tasks, func(t mindflow.Task) bool { return !t.Details.ProjectID.IsZero() }) {
		return away, nil
	}
	projects, err := a.store.Projects(ctx, w, false)
	for _, p := range projects {
		if !p.ArchivedAt.IsZero() {
			away[p.ID] = true
		}
	}
	return away, err
}

// Reminder is a moment at which the actor is to be reminded of a task.
type Reminder struct {
	At   time.Time
	Task mindflow.Task
}

// Reminders are the moments of the 25 hours to come at which the actor is to be
// reminded of something, the next one first; at most a hundred.
func (a *App) Reminders(ctx context.Context, actor mindflow.Actor) ([]Reminder, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return nil, err
	}
	now := a.now()
	payloads, err := a.store.Reminders(ctx, actor.UserID, now, now.Add(remindersAhead), maxReminders)
	if err != nil {
		return nil, err
	}
	left, ids := make([]reminding, len(payloads)), make([]mindflow.TaskID, len(payloads))
	for i, payload := range payloads {
		if err := json.Unmarshal([]byte(payload), &left[i]); err != nil {
			return nil, fmt.Errorf("read reminder's job: %w", err)
		}
		ids[i] = left[i].Task
	}
	tasks, err := a.store.Tasks(ctx, actor.WorkspaceID, ids)
	if err != nil {
		return nil, err
	}
	away, err := a.putAway(ctx, actor.WorkspaceID, tasks)
	if err != nil {
		return nil, err
	}
	byID := map[mindflow.TaskID]mindflow.Task{}
	for _, t := range tasks {
		byID[t.ID] = t
	}
	list := []Reminder{}
	for _, r := range left {
		at, t := time.Unix(r.At, 0).UTC(), byID[r.Task]
		if slices.ContainsFunc(t.RemindedAt(p.Zone), at.Equal) && !away[t.Details.ProjectID] {
			list = append(list, Reminder{at, t})
		}
	}
	return list, nil
}

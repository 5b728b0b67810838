package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// resident is somebody of a town whose address is known to be theirs.
type resident struct {
	*town

	actor mindflow.Actor
}

func newResident(w *town) *resident {
	w.t.Helper()
	u := w.enter("ada@example.com")
	w.resend(u.Email)
	w.must(w.verify(w.token(mindflow.ToVerify)))
	return &resident{w, mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}}
}

func (r *resident) create(d mindflow.Draft) mindflow.Task {
	r.t.Helper()
	t, _, err := r.apps[0].CreateTask(r.t.Context(), r.actor, mindflow.TaskID{}, d)
	r.must(err)
	return t
}

func (r *resident) edit(t mindflow.Task, d mindflow.Draft) {
	r.t.Helper()
	_, err := r.apps[0].EditTask(r.t.Context(), r.actor, t.ID, d, mindflow.Match{})
	r.must(err)
}

// mailed moves the clock to a moment and answers the titles of what mails have
// reminded of until then, sorted.
func (r *resident) mailed(at string) []string {
	r.t.Helper()
	moment, err := time.Parse(time.RFC3339, at)
	r.must(err)
	r.clock.jump(moment)
	had := len(r.post.mails)
	for q := r.apps[0].Queue(); ; {
		job, err := q.Claim(r.t.Context(), mindflow.Reminders, []string{app.ReminderJob}, "test", time.Minute)
		if mindflow.KindOf(err) == mindflow.KindNotFound {
			break
		}
		r.must(err)
		r.must(r.apps[1].Remind(r.t.Context(), job))
		r.must(q.Finish(r.t.Context(), job))
	}
	titles := []string{}
	for _, m := range r.post.mails[had:] {
		titles = append(titles, m.Task.Title)
	}
	slices.Sort(titles)
	return titles
}

func before(minutes ...int) mindflow.Field[[]mindflow.ReminderDraft] {
	var drafts []mindflow.ReminderDraft
	for _, m := range minutes {
		drafts = append(drafts, mindflow.ReminderDraft{BeforeMinutes: &m})
	}
	return mindflow.Some(drafts)
}

func (r *resident) said(what string, got []string, want ...string) {
	r.t.Helper()
	if !slices.Equal(got, want) {
		r.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The clock stands at Friday, 2026-11-27; people are in UTC here.
func TestPeopleAreRemindedOfWhatTheyAskedFor(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		r.create(mindflow.Draft{Title: mindflow.Some("call"), DueDate: mindflow.Some("2026-11-28T17:00:00Z"), Reminders: before(30, 60)})
		r.create(mindflow.Draft{Title: mindflow.Some("whole day"), DueDate: mindflow.Some("2026-11-28"), Reminders: before(0)})
		r.create(mindflow.Draft{
			Title: mindflow.Some("moment"), Reminders: mindflow.Some([]mindflow.ReminderDraft{{At: "2026-11-28T10:00:00Z"}, {At: "2026-11-20T10:00:00Z"}}),
		})
		r.said("before", r.mailed("2026-11-28T08:59:59Z"))
		r.said("a whole day counts from nine", r.mailed("2026-11-28T09:00:00Z"), "whole day")
		r.said("once", r.mailed("2026-11-28T09:00:01Z"))
		r.said("an instant", r.mailed("2026-11-28T10:00:00Z"), "moment")
		r.said("an hour before", r.mailed("2026-11-28T16:29:00Z"), "call")
		r.said("half an hour before", r.mailed("2026-11-28T16:30:00Z"), "call")
		r.said("nothing is left", r.mailed("2026-12-28T16:30:00Z"))
		m := r.post.mails[len(r.post.mails)-1]
		if m.To != "ada@example.com" || m.ID.IsZero() || m.Task.Due.String() != "2026-11-28T17:00:00Z" || m.Link == "" {
			t.Errorf("%+v", m)
		}
	})
}

// Fails with reminders that are not held against the task as it is, and with those
// of a task that comes back left out.
func TestNobodyIsRemindedOfWhatHasChanged(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		draft := func(title string) mindflow.Draft {
			return mindflow.Draft{Title: mindflow.Some(title), DueDate: mindflow.Some("2026-11-28T12:00:00Z"), Reminders: before(0)}
		}
		none := mindflow.Match{}
		ctx := t.Context()
		done, deleted, moved, taken := r.create(draft("done")), r.create(draft("deleted")), r.create(draft("moved")), r.create(draft("taken out"))
		again, back, undone := r.create(draft("reopened")), r.create(draft("restored")), r.create(draft("undone"))
		for _, task := range []mindflow.Task{done, again} {
			_, err := r.apps[0].CompleteTask(ctx, r.actor, task.ID, app.Completion{}, none)
			r.must(err)
		}
		for _, task := range []mindflow.Task{deleted, back} {
			r.must(r.apps[0].DeleteTask(ctx, r.actor, task.ID, none))
		}
		r.edit(moved, mindflow.Draft{DueDate: mindflow.Some("2026-11-28T13:00:00Z")})
		r.edit(taken, mindflow.Draft{Reminders: mindflow.Null[[]mindflow.ReminderDraft]()})
		_, err := r.apps[0].ReopenTask(ctx, r.actor, again.ID, none)
		r.must(err)
		_, err = r.apps[0].RestoreTask(ctx, r.actor, back.ID, none)
		r.must(err)
		trace := &mindflow.Trace{}
		_, err = r.apps[0].EditTask(mindflow.WithTrace(ctx, trace), r.actor, undone.ID, mindflow.Draft{DueDate: mindflow.Some("2026-11-29")}, none)
		r.must(err)
		_, err = r.apps[0].Undo(ctx, r.actor, trace.Change())
		r.must(err)
		p, _, err := r.apps[0].CreateProject(ctx, r.actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some("House")})
		r.must(err)
		shelved := draft("put away")
		shelved.ProjectID = mindflow.Some(p.ID.String())
		r.create(shelved)
		_, err = r.apps[0].ArchiveProject(ctx, r.actor, p.ID, none)
		r.must(err)

		r.said("at twelve", r.mailed("2026-11-28T12:00:00Z"), "reopened", "restored", "undone")
		r.said("at one", r.mailed("2026-11-28T13:00:00Z"), "moved")
	})
}

// Fails with a zone that is changed without a look at reminders.
func TestADayIsRemindedOfByTheClockOfThePersonsZone(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		r.create(mindflow.Draft{Title: mindflow.Some("day"), DueDate: mindflow.Some("2026-11-28"), Reminders: before(0)})
		_, err := r.apps[0].SetPreferences(t.Context(), r.actor, mindflow.Match{}, mindflow.PreferencesDraft{Timezone: mindflow.Some("America/New_York")})
		r.must(err)
		r.said("nine in UTC", r.mailed("2026-11-28T09:00:00Z"))
		r.said("nine in New York", r.mailed("2026-11-28T14:00:00Z"), "day")
	})
}

func TestTheNextOccurrenceRemindsAsWell(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		task := r.create(mindflow.Draft{
			Title: mindflow.Some("water"), DueDate: mindflow.Some("2026-11-28T12:00:00Z"), Reminders: before(0),
			Recurrence: mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY"}),
		})
		_, err := r.apps[0].CompleteTask(t.Context(), r.actor, task.ID, app.Completion{}, mindflow.Match{})
		r.must(err)
		r.said("the one that is done", r.mailed("2026-11-28T12:00:00Z"))
		r.said("the next", r.mailed("2026-11-29T12:00:00Z"), "water")
	})
}

func TestNoMailGoesWhereTheAddressIsNotKnownToBeTheirs(t *testing.T) {
	eachTown(t, func(w *town) {
		u := w.enter("eve@example.com")
		r := &resident{w, mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}}
		r.create(mindflow.Draft{Title: mindflow.Some("x"), DueDate: mindflow.Some("2026-11-28"), Reminders: before(0)})
		r.said("unverified", r.mailed("2026-11-28T09:00:00Z"))
	})
}

func TestAReminderThatComesADayLateIsNotSent(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		r.create(mindflow.Draft{Title: mindflow.Some("early"), DueDate: mindflow.Some("2026-11-28T12:00:00Z"), Reminders: before(0)})
		r.create(mindflow.Draft{Title: mindflow.Some("late"), DueDate: mindflow.Some("2026-11-29T11:00:00Z"), Reminders: before(0)})
		r.said("after a day without a server", r.mailed("2026-11-29T13:00:00Z"), "late")
	})
}

func TestTheListTellsWhatIsToCome(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		ctx := t.Context()
		list := func(ctx context.Context, actor mindflow.Actor) []string {
			t.Helper()
			reminders, err := r.apps[1].Reminders(ctx, actor)
			r.must(err)
			said := []string{}
			for _, m := range reminders {
				said = append(said, m.At.Format("02 15:04 ")+m.Task.Title)
			}
			return said
		}
		r.clock.jump(time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC))
		r.create(mindflow.Draft{Title: mindflow.Some("next week"), DueDate: mindflow.Some("2026-12-05T12:00:00Z"), Reminders: before(0)})
		second := r.create(mindflow.Draft{Title: mindflow.Some("second"), DueDate: mindflow.Some("2026-11-28T12:00:00Z"), Reminders: before(0)})
		r.create(mindflow.Draft{Title: mindflow.Some("first"), DueDate: mindflow.Some("2026-11-28T12:00:00Z"), Reminders: before(60)})
		r.said("a day ahead", list(ctx, r.actor), "28 11:00 first", "28 12:00 second")
		r.edit(second, mindflow.Draft{DueDate: mindflow.Some("2026-11-28T10:30:00Z")})
		r.said("after a change", list(ctx, r.actor), "28 10:30 second", "28 11:00 first")
		eve := w.enter("eve@example.com")
		r.said("somebody else", list(ctx, mindflow.Actor{UserID: eve.ID, WorkspaceID: eve.WorkspaceID, Role: mindflow.Owner, Scopes: mindflow.Everything}))
	})
}

func (r *resident) waiting() int {
	r.t.Helper()
	lengths, err := r.apps[0].QueueLengths(r.t.Context())
	r.must(err)
	for _, l := range lengths {
		if l.Queue == mindflow.Reminders {
			return l.Due + l.Later
		}
	}
	return 0
}

func TestWhatNobodyIsToBeRemindedOfWaitsNoLonger(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		task := r.create(mindflow.Draft{Title: mindflow.Some("x"), DueDate: mindflow.Some("2026-12-24"), Reminders: before(0, 10, 20)})
		if n := r.waiting(); n != 3 {
			t.Errorf("%d wait, want 3", n)
		}
		r.edit(task, mindflow.Draft{DueDate: mindflow.Some("2026-12-25")})
		if n := r.waiting(); n != 3 {
			t.Errorf("moved: %d wait, want 3", n)
		}
		_, err := r.apps[0].SetPreferences(t.Context(), r.actor, mindflow.Match{}, mindflow.PreferencesDraft{Timezone: mindflow.Some("Asia/Tokyo")})
		r.must(err)
		if n := r.waiting(); n != 3 {
			t.Errorf("in another zone: %d wait, want 3", n)
		}
		_, err = r.apps[0].CompleteTask(t.Context(), r.actor, task.ID, app.Completion{}, mindflow.Match{})
		r.must(err)
		if n := r.waiting(); n != 0 {
			t.Errorf("done: %d wait", n)
		}
	})
}

// A backup holds no jobs.
func TestRemindersAreLeftAnewWhereTheyAreMissing(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		task := r.create(mindflow.Draft{Title: mindflow.Some("x"), DueDate: mindflow.Some("2026-11-28"), Reminders: before(0)})
		r.must(r.store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.DropReminders([]string{r.actor.UserID.String() + "/" + task.ID.String() + "/1795856400"})
		}))
		if n := r.waiting(); n != 0 {
			t.Fatalf("%d wait after all were dropped", n)
		}
		for range 2 { // the second finds them
			r.must(r.apps[0].LeaveAllReminders(t.Context()))
		}
		r.said("left anew", r.mailed("2026-11-28T09:00:00Z"), "x")

		r.create(mindflow.Draft{Title: mindflow.Some("never sent"), DueDate: mindflow.Some("2026-11-29T10:00:00Z"), Reminders: before(0)})
		r.clock.jump(time.Date(2026, 11, 30, 11, 0, 0, 0, time.UTC))
		r.must(r.apps[0].LeaveAllReminders(t.Context()))
		if n := r.waiting(); n != 0 {
			t.Errorf("%d wait for a day too long", n)
		}
	})
}

func TestAnArchivedProjectRemindsNobody(t *testing.T) {
	eachTown(t, func(w *town) {
		r := newResident(w)
		p, _, err := r.apps[0].CreateProject(t.Context(), r.actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some("House")})
		r.must(err)
		r.create(mindflow.Draft{
			Title: mindflow.Some("x"), DueDate: mindflow.Some("2026-11-27T20:00:00Z"), Reminders: before(0), ProjectID: mindflow.Some(p.ID.String()),
		})
		for _, want := range []int{1, 0} {
			list, err := r.apps[0].Reminders(t.Context(), r.actor)
			r.must(err)
			if len(list) != want {
				t.Errorf("%d are listed, want %d", len(list), want)
			}
			_, err = r.apps[0].ArchiveProject(t.Context(), r.actor, p.ID, mindflow.Match{})
			r.must(err)
		}
	})
}

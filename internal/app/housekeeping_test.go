package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// swept is a house whose clock tests move, with one person in it.
func sweptHouse(t *testing.T, test func(t *testing.T, clock *jumpyClock, s *store.Store, a *app.App, actor mindflow.Actor)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		clock := &jumpyClock{stood: []time.Time{friday}}
		s := storetest.OpenAt(t, kind, clock.Now)
		signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		a := app.New(s, signer, app.Settings{
			AccessTokenTTL: time.Hour, RefreshTokenTTL: 24 * time.Hour, SnapshotTTL: 24 * time.Hour,
		})
		user, err := a.Register(t.Context(), mindflow.Registration{Email: "ada@example.com", Password: "correct horse battery"}, mindflow.ThroughAPI)
		if err != nil {
			t.Fatal(err)
		}
		test(t, clock, s, a, mindflow.Actor{UserID: user.ID, WorkspaceID: user.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything})
	})
}

func sweep(t *testing.T, a *app.App, want app.Swept) {
	t.Helper()
	if got, err := a.Sweep(t.Context()); err != nil || got != want {
		t.Errorf("swept %+v, %v; want %+v", got, err, want)
	}
}

func TestSessionsAreSweptThirtyDaysAfterTheirEnd(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, _ mindflow.Actor) {
		signIn := func() app.Tokens {
			tokens, err := a.Login(t.Context(), "ada@example.com", "correct horse battery", "")
			if err != nil {
				t.Fatal(err)
			}
			return tokens
		}
		refresh := func(token string) app.Tokens {
			tokens, _, err := a.Refresh(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return tokens
		}
		ended := signIn()
		signIn() // its end is a day away
		alive := signIn()
		if err := a.Logout(t.Context(), ended.Refresh); err != nil {
			t.Fatal(err)
		}
		sweep(t, a, app.Swept{})
		// A session that goes on: its tokens are spent one by one.
		for day := range 32 {
			clock.jump(friday.Add(time.Duration(day) * 23 * time.Hour))
			alive = refresh(alive.Refresh)
		}
		clock.jump(friday.Add(30*24*time.Hour + time.Minute))
		alive = refresh(alive.Refresh)
		sweep(t, a, app.Swept{Sessions: 1})
		clock.jump(friday.Add(30*24*time.Hour + 23*time.Hour))
		alive = refresh(alive.Refresh)
		clock.jump(friday.Add(31*24*time.Hour + time.Minute))
		sweep(t, a, app.Swept{Sessions: 1, RefreshTokens: 2}) // the one of the sign-in, and its successor at once
		sweep(t, a, app.Swept{})
		refresh(alive.Refresh)
	})
}

func TestDeletedTasksAreSweptAfterTheyCanNoLongerBeRestored(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, s *store.Store, a *app.App, actor mindflow.Actor) {
		var ids []mindflow.TaskID
		var tasks []mindflow.Task
		for i := range 450 { // more than two bites
			id := mindflow.NewID[mindflow.Task](clock.Now())
			ids = append(ids, id)
			tasks = append(tasks, mindflow.Task{
				ID: id, WorkspaceID: actor.WorkspaceID, UserID: actor.UserID, Title: fmt.Sprint("task ", i), Status: mindflow.StatusPending,
				Priority: mindflow.DefaultPriority, Version: 1, CreatedAt: clock.Now(), UpdatedAt: clock.Now(),
			})
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.Lock(actor.WorkspaceID); err != nil {
				return err
			}
			if _, err := tx.Standing(actor.UserID, actor.WorkspaceID); err != nil {
				return err
			}
			return tx.CreateTasks(tasks, actor, mindflow.TaskCreated)
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.ChangeTasks(t.Context(), actor, app.Bulk{IDs: ids[:440], Action: app.BulkDelete}); err != nil {
			t.Fatal(err)
		}
		kept := len(ids) - 440
		clock.jump(friday.Add(mindflow.Restorable - time.Second))
		sweep(t, a, app.Swept{})
		if _, err := a.RestoreTask(t.Context(), actor, ids[0], mindflow.Match{}); err != nil {
			t.Errorf("restore within 30 days: %v", err)
		}
		clock.jump(friday.Add(mindflow.Restorable + 25*time.Hour))
		sweep(t, a, app.Swept{Tasks: 439})
		if _, err := a.RestoreTask(t.Context(), actor, ids[1], mindflow.Match{}); err == nil {
			t.Error("restored after 31 days")
		}
		all, err := s.Tasks(t.Context(), actor.WorkspaceID, ids)
		if err != nil || len(all) != kept+1 {
			t.Errorf("%d tasks are left, %v", len(all), err)
		}
		events, err := s.Events(t.Context(), actor.WorkspaceID, 0, 10_000)
		gone := 0
		for _, e := range events {
			if e.Verb == mindflow.TasksPurged && e.Channel == mindflow.ThroughSystem && e.ActorID.IsZero() {
				gone += int(e.Changes["tasks"].Before.(float64))
			}
		}
		if err != nil || gone != 439 {
			t.Errorf("the log tells of %d purged tasks: %v", gone, err)
		}
		sweep(t, a, app.Swept{})
	})
}

// A server whose snapshot is from before a deletion never shows the deleted
// task, though the row it would have learned it from is gone. Fails when a
// snapshot's age is not bounded.
func TestASnapshotFromBeforeADeletionDoesNotOutliveItsTombstone(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, s *store.Store, a *app.App, actor mindflow.Actor) {
		signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		other := app.New(s, signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: 24 * time.Hour})
		tokens, err := other.Login(t.Context(), "ada@example.com", "correct horse battery", "")
		if err != nil {
			t.Fatal(err)
		}
		asker, err := other.Authenticate(t.Context(), tokens.Access, mindflow.ThroughAPI)
		if err != nil {
			t.Fatal(err)
		}
		create := func(title string) mindflow.Task {
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Field[string]{Set: true, Value: title}})
			if err != nil {
				t.Fatal(err)
			}
			return task
		}
		gone := create("gone")
		asker.WorkspaceVersion = 2
		if best, err := other.BestTask(t.Context(), asker); err != nil || best.Task.Title != "gone" {
			t.Fatalf("%+v, %v", best, err)
		}
		if err := a.DeleteTask(t.Context(), actor, gone.ID, mindflow.Match{}); err != nil {
			t.Fatal(err)
		}
		clock.jump(friday.Add(mindflow.Restorable + 25*time.Hour))
		sweep(t, a, app.Swept{Tasks: 1, Sessions: 1})
		create("here")
		asker.WorkspaceVersion = 4
		if best, err := other.BestTask(t.Context(), asker); err != nil || best.Task.Title != "here" {
			t.Errorf("%+v, %v", best, err)
		}
	})
}

func TestOldJobsAreSwept(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, _ mindflow.Actor) {
		q := a.Queue()
		for i := range 3 {
			job := mindflow.NewJob(mindflow.Housekeeping, "x", clock.Now())
			if err := q.EnqueueOnce(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if i == 2 {
				continue // waits
			}
			held, err := q.Claim(t.Context(), mindflow.Housekeeping, []string{"x"}, "me", time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				err = q.Finish(t.Context(), held)
			} else {
				err = q.Fail(t.Context(), held, "No")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		clock.jump(friday.Add(30 * 24 * time.Hour))
		sweep(t, a, app.Swept{})
		clock.jump(friday.Add(30*24*time.Hour + time.Second))
		sweep(t, a, app.Swept{Jobs: 2})
		lengths, err := a.QueueLengths(t.Context())
		if err != nil || len(lengths) != 1 || lengths[0].Due != 1 || lengths[0].Failed != 0 {
			t.Errorf("%+v, %v", lengths, err)
		}
	})
}

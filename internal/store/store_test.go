package store_test

import (
	"os"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// newPerson registers somebody straight in the store.
func newPerson(t *testing.T, s *store.Store, email string) mindflow.Actor {
	t.Helper()
	now := s.Now()
	u := mindflow.User{
		ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now),
		Email: email, CreatedAt: now,
	}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI}
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		created, err := tx.CreateUser(u, "hash", mindflow.DefaultPreferences(mindflow.Zone{}), actor)
		if err == nil && !created {
			t.Error("the address was taken")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// inWorkspace runs a change in the actor's workspace, locked as app does it.
func inWorkspace(t *testing.T, s *store.Store, a mindflow.Actor, fn func(tx *store.Tx) error) error {
	t.Helper()
	return s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.Lock(a.WorkspaceID); err != nil {
			return err
		}
		if _, err := tx.Standing(a.UserID, a.WorkspaceID); err != nil {
			return err
		}
		return fn(tx)
	})
}

func newTask(s *store.Store, a mindflow.Actor, title string) mindflow.Task {
	now := s.Now()
	return mindflow.Task{
		ID: mindflow.NewID[mindflow.Task](now), WorkspaceID: a.WorkspaceID, UserID: a.UserID, Title: title,
		Status: mindflow.StatusPending, Priority: mindflow.DefaultPriority, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
}

func TestATaskComesBackAsItWasKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := newTask(s, a, "Write blog post")
		task.Description, task.Tags = "Tom & Jerry\n<b>", []string{"Home", "ÉTUDES"}
		task.Due = mindflow.OnDay(mindflow.DateDay(2026, time.November, 27))
		task.Start = mindflow.AtInstant(s.Now())
		task.EffortMinutes, task.PreferredTime, task.AssigneeID = 30, mindflow.Morning, a.UserID
		err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			_, err := tx.CreateTask(task, "", a, mindflow.TaskCreated)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		if !got.Same(task) || got.Version != 1 || !got.CreatedAt.Equal(task.CreatedAt) {
			t.Errorf("kept %+v\ngot  %+v", task, got)
		}
	})
}

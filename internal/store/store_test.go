package store_test

import (
	"errors"
	"os"
	"testing"

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

// create keeps a task, and answers it.
func create(t *testing.T, s *store.Store, a mindflow.Actor, task mindflow.Task) mindflow.Task {
	t.Helper()
	err := inWorkspace(t, s, a, func(tx *store.Tx) error {
		created, err := tx.CreateTask(task, "", a, mindflow.TaskCreated)
		if err == nil && !created {
			err = errors.New("the id was taken")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return task
}

// edit keeps a task as fn changes it, and answers it.
func edit(t *testing.T, s *store.Store, a mindflow.Actor, id mindflow.TaskID, verb mindflow.Verb, fn func(*mindflow.Task)) mindflow.Task {
	t.Helper()
	var saved mindflow.Task
	err := inWorkspace(t, s, a, func(tx *store.Tx) error {
		before, err := tx.DeletedTask(id)
		if err != nil {
			return err
		}
		after := before
		fn(&after)
		saved, err = tx.SaveTask(before, after, a, verb)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return saved
}

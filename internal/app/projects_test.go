package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func newProject(t *testing.T, a *app.App, actor mindflow.Actor, name string) mindflow.Project {
	t.Helper()
	p, _, err := a.CreateProject(t.Context(), actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some(name)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Moves that race on two servers leave an order in which each task stands once,
// and those moved alone afterwards stand where they were put.
func TestRacingMovesKeepATotalOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		other := app.New(s, nil, app.Settings{})
		var ids []mindflow.TaskID
		for i := range 12 {
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft(fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, task.ID)
		}
		move := func(on *app.App, r *rand.Rand) error {
			who, beside := ids[r.IntN(len(ids))], ids[r.IntN(3)]
			if who == beside {
				return nil
			}
			to := mindflow.Move[mindflow.Task]{After: beside}
			if r.IntN(2) == 0 {
				to = mindflow.Move[mindflow.Task]{Before: beside}
			}
			_, err := on.MoveTask(t.Context(), actor, who, to, mindflow.Match{})
			return err
		}
		var wg sync.WaitGroup
		for i, on := range []*app.App{a, other, a, other} {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(7, uint64(i)))
				for range 40 {
					if err := move(on, r); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		order := func() []mindflow.TaskID {
			actor.WorkspaceVersion++ // no page from memory
			page, err := a.ListTasks(t.Context(), actor, app.TaskList{Sort: "position", Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			keys := map[string]bool{}
			var found []mindflow.TaskID
			for _, task := range page.Tasks {
				found = append(found, task.ID)
				keys[task.PlaceKey()] = true
			}
			if len(found) != len(ids) || len(keys) != len(ids) {
				t.Fatalf("%d tasks with %d keys", len(found), len(keys))
			}
			return found
		}
		actor.WorkspaceVersion = 1 << 20
		before := order()
		last := before[len(before)-1]
		if _, err := a.MoveTask(t.Context(), actor, last, mindflow.Move[mindflow.Task]{Before: before[3]}, mindflow.Match{}); err != nil {
			t.Fatal(err)
		}
		if got, want := order(), slices.Insert(slices.Clone(before[:len(before)-1]), 3, last); !slices.Equal(got, want) {
			t.Errorf("the order is %v, want %v", got, want)
		}
	})
}

// A project goes for good with the last of its tasks, a day after it can no longer
// be restored.
// Seen red where all of a call were made at one moment: their random ids ordered them.
func TestProjectsThatOneCallMakesStandInItsOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		names := []string{"six", "three", "five", "one", "four", "two"}
		lines := make([]string, len(names))
		for i, name := range names {
			lines[i] = "Begin #" + name
		}
		if _, err := a.AddTasks(t.Context(), actor, nil, lines); err != nil {
			t.Fatal(err)
		}
		list, err := a.Projects(t.Context(), actor, false)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, len(list))
		for i, p := range list {
			got[i] = p.Name
		}
		if !slices.Equal(got, names) {
			t.Errorf("%v, want %v", got, names)
		}
	})
}

func TestADeletedProjectIsSweptAfterItsTasks(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, actor mindflow.Actor) {
		p := newProject(t, a, actor, "House")
		d := draft("in it")
		d.ProjectID = mindflow.Some(p.ID.String())
		if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, d); err != nil {
			t.Fatal(err)
		}
		if err := a.DeleteProject(t.Context(), actor, p.ID, mindflow.Match{}); err != nil {
			t.Fatal(err)
		}
		clock.jump(friday.Add(mindflow.Restorable - time.Hour))
		sweep(t, a, app.Swept{})
		clock.jump(friday.Add(mindflow.Restorable + 25*time.Hour))
		sweep(t, a, app.Swept{Tasks: 1, Projects: 1})
		if list, err := a.Projects(t.Context(), actor, true); err != nil || len(list) != 0 {
			t.Errorf("%d projects are left, %v", len(list), err)
		}
	})
}

// As many statements for a thousand tasks as for one.
func TestAProjectIsDeletedAndRestoredByFewStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		var counts []int64
		for _, n := range []int{1, 300} {
			p := newProject(t, a, actor, fmt.Sprint(n))
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.Lock(actor.WorkspaceID); err != nil {
					return err
				}
				if _, err := tx.Standing(actor.UserID, actor.WorkspaceID); err != nil {
					return err
				}
				tasks := make([]mindflow.Task, n)
				for i := range tasks {
					at := tx.Now().Add(time.Duration(i) * time.Microsecond)
					tasks[i] = mindflow.Task{
						ID: mindflow.NewID[mindflow.Task](at), WorkspaceID: actor.WorkspaceID, UserID: actor.UserID, Title: "x",
						Status: mindflow.StatusPending, Priority: 3, Version: 1, CreatedAt: at, UpdatedAt: at,
						Details: mindflow.Details{ProjectID: p.ID},
					}
				}
				return tx.CreateTasks(tasks, actor, mindflow.TaskCreated)
			})
			if err != nil {
				t.Fatal(err)
			}
			was := s.Stats().Statements
			if err := a.DeleteProject(t.Context(), actor, p.ID, mindflow.Match{}); err != nil {
				t.Fatal(err)
			}
			if _, err := a.RestoreProject(t.Context(), actor, p.ID, mindflow.Match{}); err != nil {
				t.Fatal(err)
			}
			counts = append(counts, s.Stats().Statements-was)
			list, err := a.Projects(t.Context(), actor, false)
			if err != nil || !slices.ContainsFunc(list, func(l mindflow.ListedProject) bool { return l.ID == p.ID && l.Open == n }) {
				t.Errorf("%+v, %v", list, err)
			}
		}
		if counts[0] != counts[1] || counts[0] > 20 {
			t.Errorf("%d statements for one task, %d for many", counts[0], counts[1])
		}
	})
}

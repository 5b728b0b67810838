package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// racers change the same things at the same time.
const racers = 16

// race runs fn in all racers at once, tries times each.
func race(tries int, fn func(racer, try int)) {
	var all sync.WaitGroup
	for racer := range racers {
		all.Go(func() {
			for try := range tries {
				fn(racer, try)
			}
		})
	}
	all.Wait()
}

// errTaken refuses a change by the rule of the next test.
var errTaken = errors.New("another task is in progress")

// The rule: at most one task of a workspace is in progress. Fails on
// PostgreSQL when Lock does not lock: changes then collide in the log, whose
// key is a second guard; without that one, too, two tasks are in progress. On
// SQLite the one writer is the lock.
func TestRacingChangesNeverBreakARuleAcrossRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		tasks := make([]mindflow.Task, racers)
		for i := range tasks {
			tasks[i] = create(t, s, a, newTask(s, a, fmt.Sprint(i)))
		}
		const inProgress = `SELECT count(*) FROM tasks WHERE workspace_id = $1 AND status = 'in_progress'`
		const tries = 50
		var landed, refused atomic.Int32
		race(tries, func(racer, _ int) {
			err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				n, err := tx.Number(inProgress, a.WorkspaceID.String())
				if err != nil {
					return err
				}
				before, err := tx.Task(tasks[racer].ID)
				if err != nil {
					return err
				}
				after := before
				switch {
				case before.Status == mindflow.StatusInProgress:
					after.Status = mindflow.StatusPending
				case n > 0:
					return errTaken
				default:
					after.Status = mindflow.StatusInProgress
				}
				_, err = tx.SaveTask(before, after, a, mindflow.TaskUpdated)
				return err
			})
			switch {
			case err == nil:
				landed.Add(1)
			case errors.Is(err, errTaken):
				refused.Add(1)
			default:
				t.Error(err)
			}
			if n, err := s.Number(t.Context(), inProgress, a.WorkspaceID.String()); n > 1 || err != nil {
				t.Errorf("%d tasks are in progress (%v)", n, err)
			}
		})
		if landed.Load() == 0 || landed.Load()+refused.Load() != racers*tries {
			t.Errorf("%d landed, %d were refused", landed.Load(), refused.Load())
		}
		wantLog(t, s, a, racers+1+int64(landed.Load()))
	})
}

// wantLog checks that a workspace's log counts from 1 to last without a gap,
// and that last is its version.
func wantLog(t *testing.T, s *store.Store, a mindflow.Actor, last int64) []mindflow.Event {
	t.Helper()
	events, err := s.Events(t.Context(), a.WorkspaceID, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			t.Fatalf("event %d has the sequence %d", i+1, e.Seq)
		}
	}
	facts, err := s.Facts(t.Context(), a.WorkspaceID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(events)) != last || facts.Version != last {
		t.Errorf("%d events, version %d, want %d", len(events), facts.Version, last)
	}
	return events
}

// Fails when Lock takes the rows in the order they are named: PostgreSQL then
// finds deadlocks, and a change runs more than once.
func TestOppositeChangesOfTwoWorkspacesDoNotDeadlock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := newPerson(t, s, "a@example.com"), newPerson(t, s, "b@example.com")
		inBoth := map[mindflow.WorkspaceID]mindflow.Task{}
		for _, who := range []mindflow.Actor{a, b} {
			inBoth[who.WorkspaceID] = create(t, s, who, newTask(s, who, "shared"))
		}
		join(t, s, a, b) // a is a member of b's workspace, too
		const tries = 15
		var runs atomic.Int32
		race(tries, func(racer, try int) {
			order := []mindflow.WorkspaceID{a.WorkspaceID, b.WorkspaceID}
			if racer%2 == 1 {
				order[0], order[1] = order[1], order[0]
			}
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				runs.Add(1)
				if err := tx.Lock(order...); err != nil {
					return err
				}
				if _, err := tx.Standing(a.UserID, order...); err != nil {
					return err
				}
				for _, w := range order {
					before := inBoth[w]
					n, err := tx.Number(`SELECT version FROM tasks WHERE workspace_id = $1 AND id = $2`, w.String(), before.ID.String())
					if err != nil {
						return err
					}
					before.Version = mindflow.Version(n)
					after := before
					after.Title = fmt.Sprint(racer, try)
					if _, err := tx.SaveTask(before, after, a, mindflow.TaskUpdated); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		if n := runs.Load(); n != racers*tries {
			t.Errorf("%d changes ran %d times", racers*tries, n)
		}
		wantLog(t, s, a, 2+racers*tries)
		wantLog(t, s, b, 2+racers*tries)
		for w, task := range inBoth {
			got, err := s.Task(t.Context(), w, task.ID, s.Now())
			if err != nil || got.Version != 1+racers*tries {
				t.Errorf("version %d after %d changes (%v)", got.Version, racers*tries, err)
			}
		}
	})
}

// join makes a an editor of b's workspace.
func join(t *testing.T, s *store.Store, a, b mindflow.Actor) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.Exec(`INSERT INTO members (workspace_id, user_id, role, created_at) VALUES ($1, $2, 'editor', 0)`,
			b.WorkspaceID.String(), a.UserID.String())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Fails when Standing reads before Lock on PostgreSQL: two events claim one
// place in the log.
func TestRacingWritersLeaveALogWithoutGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, other := newPerson(t, s, "ada@example.com"), newPerson(t, s, "other@example.com")
		const tries = 16
		race(tries, func(racer, try int) {
			who := a
			if racer%4 == 3 {
				who = other
			}
			create(t, s, who, newTask(s, who, fmt.Sprint(racer, try)))
		})
		events := wantLog(t, s, a, 1+racers*tries*3/4)
		wantLog(t, s, other, 1+racers*tries/4)
		seen := map[mindflow.EventID]bool{}
		for _, e := range events {
			if seen[e.ID] {
				t.Errorf("two events have the id %s", e.ID)
			}
			seen[e.ID] = true
		}
	})
}

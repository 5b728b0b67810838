package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// facts reads what changed since a version.
func facts(t *testing.T, s *store.Store, w mindflow.WorkspaceID, since int64) store.FactChanges {
	t.Helper()
	changes, err := s.Facts(t.Context(), w, since)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// Fails when a member's preferences are taken for those of the owner.
func TestFactsNameTheOwnersPreferencesBesideThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := newPerson(t, s, "a@example.com"), newPerson(t, s, "b@example.com")
		join(t, s, b, a) // b is a member of a's workspace, too
		change := func(who mindflow.Actor, times int) {
			for range times {
				if err := inWorkspace(t, s, who, func(tx *store.Tx) error {
					before, err := tx.Preferences(who.UserID)
					if err != nil {
						return err
					}
					_, err = tx.SavePreferences(before, mindflow.Changes{}, who)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		change(a, 1)
		change(b, 3)
		create(t, s, a, newTask(s, a, "x"))
		for _, since := range []int64{0, 1, 2, 3} {
			if got := facts(t, s, a.WorkspaceID, since); got.Version != 3 || got.Preferences != 2 {
				t.Errorf("since %d: version %d beside preferences %d, want 3 beside 2", since, got.Version, got.Preferences)
			}
		}
		if got := facts(t, s, b.WorkspaceID, 0); got.Version != 4 || got.Preferences != 4 {
			t.Errorf("version %d beside preferences %d, want 4 beside 4", got.Version, got.Preferences)
		}
	})
}

func TestFactsAreThoseOfTheOpenTasks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		if got := facts(t, s, a.WorkspaceID, 0); got.Version != 1 || len(got.Open)+len(got.Gone) > 0 {
			t.Errorf("of no tasks: %+v", got)
		}
		now := s.Now()
		want := map[mindflow.TaskID]mindflow.Fact{}
		for _, fill := range []func(*mindflow.Task){
			func(*mindflow.Task) {},
			func(k *mindflow.Task) {
				k.Due, k.Start, k.Status = day(9998, 12, 31), mindflow.AtInstant(now), mindflow.StatusInProgress
				k.Priority, k.EffortMinutes, k.PreferredTime = 5, 10080, mindflow.Evening
			},
			func(k *mindflow.Task) {
				k.Due, k.Start = mindflow.AtInstant(now), day(1970, 1, 1)
				k.Priority, k.EffortMinutes, k.PreferredTime = 1, 1, mindflow.Morning
				k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, now.Truncate(time.Second).Add(-time.Hour) // ended or not: facts know no moment
			},
		} {
			task := newTask(s, a, "open")
			fill(&task)
			create(t, s, a, task)
			want[task.ID] = task.Fact()
		}
		for _, fill := range []func(*mindflow.Task){
			func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, now },
			func(k *mindflow.Task) { k.Status = mindflow.StatusCancelled },
			func(k *mindflow.Task) { k.DeletedAt = now },
		} {
			task := newTask(s, a, "not open")
			fill(&task)
			create(t, s, a, task)
		}
		got := facts(t, s, a.WorkspaceID, 0)
		if got.Version != 7 || len(got.Gone) > 0 || len(got.Open) != len(want) {
			t.Errorf("version %d, %d open, %d gone", got.Version, len(got.Open), len(got.Gone))
		}
		for _, f := range got.Open {
			if diff := cmp.Diff(want[f.ID], f); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if since := facts(t, s, a.WorkspaceID, 1); since.Version != 7 || len(since.Open) != 3 || len(since.Gone) != 3 {
			t.Errorf("since the beginning: %+v", since)
		}
		none, err := s.Facts(t.Context(), mindflow.NewID[mindflow.Workspace](now), 0)
		if err != nil || none.Version != 0 || len(none.Open) > 0 {
			t.Errorf("of no workspace: %+v, %v", none, err)
		}
	})
}

func TestFactsSinceAVersionAreWhatChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		var tasks []mindflow.Task
		for i := range 6 {
			tasks = append(tasks, create(t, s, a, newTask(s, a, fmt.Sprint(i))))
		}
		since := facts(t, s, a.WorkspaceID, 0).Version
		for i, fn := range []func(*mindflow.Task){
			func(k *mindflow.Task) { k.Priority = 5 },
			func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, s.Now() },
			func(k *mindflow.Task) { k.DeletedAt = s.Now() },
			func(k *mindflow.Task) { k.Status = mindflow.StatusCancelled },
		} {
			tasks[i] = edit(t, s, a, tasks[i].ID, mindflow.TaskUpdated, fn)
		}
		got := facts(t, s, a.WorkspaceID, since)
		if got.Version != since+4 {
			t.Errorf("version %d after %d and four changes", got.Version, since)
		}
		if diff := cmp.Diff([]mindflow.Fact{tasks[0].Fact()}, got.Open); diff != "" {
			t.Errorf("open (-want +got):\n%s", diff)
		}
		var gone []mindflow.Fact
		for _, task := range tasks[1:4] {
			gone = append(gone, mindflow.Fact{ID: task.ID, CreatedAt: task.CreatedAt.UnixMicro()})
		}
		byID := func(a, b mindflow.Fact) int { return bytes.Compare(a.ID[:], b.ID[:]) }
		slices.SortFunc(got.Gone, byID)
		if diff := cmp.Diff(gone, got.Gone); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		edit(t, s, a, tasks[2].ID, mindflow.TaskRestored, func(k *mindflow.Task) { k.DeletedAt = time.Time{} })
		got = facts(t, s, a.WorkspaceID, got.Version)
		if len(got.Open) != 1 || got.Open[0].ID != tasks[2].ID || len(got.Gone) != 0 {
			t.Errorf("after restoring: %+v", got)
		}
		if got = facts(t, s, a.WorkspaceID, got.Version); len(got.Open)+len(got.Gone) > 0 {
			t.Errorf("since now: %+v", got)
		}
	})
}

// Whoever patches what they know with what changed knows what a full read at
// the same version says, while 16 writers race. Fails when the version and the
// rows are read by two statements.
func TestPatchedFactsEqualAFullReadAtTheSameVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		var ids []mindflow.TaskID
		for i := range racers {
			ids = append(ids, create(t, s, a, newTask(s, a, fmt.Sprint(i))).ID)
		}
		var over atomic.Bool
		type reads = map[int64][]mindflow.Fact
		full, patched := reads{}, reads{}
		var readers sync.WaitGroup
		sorted := func(known map[mindflow.TaskID]mindflow.Fact) []mindflow.Fact {
			list := make([]mindflow.Fact, 0, len(known))
			for _, f := range known {
				list = append(list, f)
			}
			slices.SortFunc(list, func(a, b mindflow.Fact) int { return a.Compare(&b) })
			return list
		}
		readers.Go(func() {
			for last := false; !last; {
				last = over.Load() // once more after the last change
				changes, err := s.Facts(t.Context(), a.WorkspaceID, 0)
				if err != nil {
					t.Error(err)
					return
				}
				known := map[mindflow.TaskID]mindflow.Fact{}
				for _, f := range changes.Open {
					known[f.ID] = f
				}
				full[changes.Version] = sorted(known)
			}
		})
		readers.Go(func() {
			known := map[mindflow.TaskID]mindflow.Fact{}
			version := int64(0)
			for last := false; !last; {
				last = over.Load()
				changes, err := s.Facts(t.Context(), a.WorkspaceID, version)
				if err != nil {
					t.Error(err)
					return
				}
				if changes.Version < version {
					t.Errorf("version %d after %d", changes.Version, version)
				}
				version = changes.Version
				for _, f := range changes.Open {
					known[f.ID] = f
				}
				for _, f := range changes.Gone {
					delete(known, f.ID)
				}
				patched[version] = sorted(known)
			}
		})
		race(6, func(racer, try int) {
			id := ids[rand.IntN(len(ids))]
			if try%3 == 0 {
				create(t, s, a, newTask(s, a, fmt.Sprint(racer, try)))
				return
			}
			edit(t, s, a, id, mindflow.TaskUpdated, func(k *mindflow.Task) {
				switch rand.IntN(4) {
				case 0:
					k.Priority = 1 + k.Priority%5
				case 1:
					k.Status = mindflow.StatusCancelled
				case 2:
					k.Status, k.DeletedAt = mindflow.StatusInProgress, time.Time{}
				case 3:
					k.DeletedAt = s.Now()
				}
			})
		})
		over.Store(true)
		readers.Wait()
		compared := 0
		for version, want := range full {
			got, ok := patched[version]
			if !ok {
				continue
			}
			compared++
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("at version %d (-full +patched):\n%s", version, diff)
			}
		}
		if compared < 1 { // the last one at least
			t.Errorf("only %d versions were compared", compared)
		}
	})
}

// A row this program did not write is an error, not a fact of some other day.
func TestAnUnreadableRowIsAnError(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, spoil := range []string{`due_on = 'someday'`, `start_on = '1969-01-01'`, `tags = '{'`} {
			a := newPerson(t, s, fmt.Sprintf("%d@example.com", i))
			task := create(t, s, a, newTask(s, a, "x"))
			write(t, s, func(tx *store.Tx) error {
				return tx.Exec(`UPDATE tasks SET `+spoil+` WHERE workspace_id = $1`, a.WorkspaceID.String())
			})
			if _, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now()); err == nil || mindflow.KindOf(err) != mindflow.KindInternal {
				t.Errorf("Task with %s: %v", spoil, err)
			}
			if _, err := s.Tasks(t.Context(), a.WorkspaceID, []mindflow.TaskID{task.ID}); err == nil {
				t.Errorf("Tasks with %s: no error", spoil)
			}
			if _, err := s.Facts(t.Context(), a.WorkspaceID, 0); (err == nil) != (i == 2) {
				t.Errorf("Facts with %s: %v", spoil, err)
			}
			if _, err := s.ListTasks(t.Context(), a.WorkspaceID, list(s, mindflow.ByDueDate)); (err == nil) != (i != 0) {
				t.Errorf("ListTasks with %s: %v", spoil, err)
			}
		}
		write(t, s, func(tx *store.Tx) error { return tx.Exec(`UPDATE events SET changes = '{'`) })
		w, err := s.Lines(t.Context(), `SELECT CAST(id AS TEXT) FROM workspaces`)
		if err != nil {
			t.Fatal(err)
		}
		id, err := mindflow.ParseID[mindflow.Workspace](w[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Events(t.Context(), id, 0, 10); err == nil {
			t.Error("Events: no error")
		}
	})
}

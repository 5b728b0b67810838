package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// usage is what the log says a workspace holds.
func usage(t *testing.T, s *store.Store, a mindflow.Actor) (u mindflow.Usage) {
	t.Helper()
	if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
		u = tx.Growth().After
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return u
}

// recount adds up what a workspace holds, row by row.
func recount(t *testing.T, s *store.Store, a mindflow.Actor) (u mindflow.Usage) {
	t.Helper()
	rows, err := s.Rows(t.Context(), `
SELECT t.title, x.description, coalesce(t.tags, '[]')
  FROM tasks t JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id
 WHERE t.workspace_id = '`+a.WorkspaceID.String()+`'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var title, description, tags string
		if err := rows.Scan(&title, &description, &tags); err != nil {
			t.Fatal(err)
		}
		var names []string
		if err := json.Unmarshal([]byte(tags), &names); err != nil {
			t.Fatal(err)
		}
		u = u.Plus(mindflow.Usage{Tasks: 1, Tags: int64(len(names)), Bytes: int64(len(title) + len(description) + len(strings.Join(names, "")))})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Number(t.Context(), `SELECT count(*) FROM events WHERE workspace_id = $1`, a.WorkspaceID.String())
	if err != nil {
		t.Fatal(err)
	}
	u.Events = int64(n)
	return u
}

// Fails when an edit counts the whole task again, or a tag is left out.
func TestTheLogSaysWhatTheWorkspaceHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, other := newPerson(t, s, "ada@example.com"), newPerson(t, s, "other@example.com")
		create(t, s, other, newTask(s, other, "somebody else's"))
		if got := usage(t, s, a); got != (mindflow.Usage{Events: 1}) {
			t.Errorf("at first: %+v", got)
		}
		var wg sync.WaitGroup
		for writer := range 4 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(writer)))
				text := func(most int) string { return strings.Repeat("ä", r.IntN(most)) }
				var mine []mindflow.Task
				for i := range 25 {
					if len(mine) == 0 || r.IntN(3) == 0 {
						task := newTask(s, a, "x"+text(20))
						task.Description, task.Tags = text(50), []string{"a", "é"}[:r.IntN(3)]
						mine = append(mine, create(t, s, a, task))
						continue
					}
					pick := &mine[r.IntN(len(mine))]
					*pick = edit(t, s, a, pick.ID, mindflow.TaskUpdated, func(task *mindflow.Task) {
						switch r.IntN(4) {
						case 0:
							task.Title = fmt.Sprint("y", i, text(20))
						case 1:
							task.Description = text(50)
						case 2:
							task.Tags = []string{"b", "ccc", "d"}[:r.IntN(4)]
						case 3:
							task.Priority = 1 + r.IntN(5)
						}
					})
				}
			})
		}
		wg.Wait()
		if got, want := usage(t, s, a), recount(t, s, a); got != want || got.Tasks == 0 || got.Tags == 0 || got.Bytes == 0 {
			t.Errorf("the log says %+v, the rows %+v", got, want)
		}
		doomed := newTask(s, a, "doomed")
		doomed.Tags = []string{"x"}
		doomed = create(t, s, a, doomed)
		edit(t, s, a, doomed.ID, mindflow.TaskDeleted, func(task *mindflow.Task) { *task = task.Deleted(s.Now()) })
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			n, err := tx.PurgeTasks(a.WorkspaceID, []mindflow.TaskID{doomed.ID}, s.Now().Add(time.Hour))
			if n != 1 {
				t.Errorf("purged %d", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got, want := usage(t, s, a), recount(t, s, a); got != want {
			t.Errorf("after a purge the log says %+v, the rows %+v", got, want)
		}
	})
}

// Fails when the step's sums leave the tags out, or count another workspace's.
func TestTheStepCountsWhatIsThereAlready(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s, schema := storetest.Open(t, url, time.Now), storetest.OpenSchema(t, url)
		a, empty := newPerson(t, s, "ada@example.com"), newPerson(t, s, "empty@example.com")
		for i, tags := range [][]string{nil, {"one"}, {"two", "drei \"é\""}} {
			task := newTask(s, a, strings.Repeat("ü", i+1))
			task.Tags, task.Description = tags, strings.Repeat("€", 10*i)
			create(t, s, a, task)
		}
		want := usage(t, s, a)
		if want != recount(t, s, a) {
			t.Fatal(want)
		}
		downTo(t, schema, 3)
		up(t, schema, schema.Head())
		if got := usage(t, s, a); got != want {
			t.Errorf("after the step %+v, before %+v", got, want)
		}
		if got := usage(t, s, empty); got != (mindflow.Usage{Events: 1}) {
			t.Errorf("an empty workspace holds %+v", got)
		}
	})
}

// Releases expand first: servers from before the totals write events without
// them for a while. Fails when the workspace then holds nothing.
func TestAnEventWithoutTotalsIsMadeUpFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		var ids []mindflow.TaskID
		for i := range 3 {
			task := newTask(s, a, fmt.Sprint("tâsk ", i))
			task.Tags, task.Description = []string{"é", "home"}[:i%3], "words"
			ids = append(ids, create(t, s, a, task).ID)
		}
		older := func() {
			write(t, s, func(tx *store.Tx) error {
				return tx.Exec(`UPDATE events SET total_tasks = NULL, total_tags = NULL, total_bytes = NULL WHERE workspace_id = $1 AND seq >= 2`, a.WorkspaceID.String())
			})
		}
		older()
		if got, want := usage(t, s, a), recount(t, s, a); got != want {
			t.Errorf("the log says %+v, the rows %+v", got, want)
		}
		edit(t, s, a, ids[0], mindflow.TaskDeleted, func(task *mindflow.Task) { *task = task.Deleted(s.Now()) })
		if got, want := usage(t, s, a), recount(t, s, a); got != want {
			t.Errorf("after a change the log says %+v, the rows %+v", got, want)
		}
		older()
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.PurgeTasks(a.WorkspaceID, ids[:1], s.Now().Add(time.Hour))
			return err
		})
		if got, want := usage(t, s, a), recount(t, s, a); got != want || got.Tasks != 2 {
			t.Errorf("after a purge the log says %+v, the rows %+v", got, want)
		}
	})
}

// Fails when Compact takes the last event, one that is young, or an account's.
func TestOldEventsOfTasksAreCompacted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, young := newPerson(t, s, "ada@example.com"), newPerson(t, s, "young@example.com")
		var ids []mindflow.TaskID
		for i := range 12 {
			ids = append(ids, create(t, s, a, newTask(s, a, fmt.Sprint(i))).ID)
			create(t, s, young, newTask(s, young, fmt.Sprint(i)))
		}
		edit(t, s, a, ids[0], mindflow.TaskCompleted, func(task *mindflow.Task) { task.Priority = 1 })
		// The first nine events of one workspace are two hours old.
		hour := s.Now().Add(-time.Hour)
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			return tx.Exec(`UPDATE events SET at = $1 WHERE workspace_id = $2 AND seq <= 9`, hour.Add(-time.Hour).UnixMicro(), a.WorkspaceID.String())
		}); err != nil {
			t.Fatal(err)
		}
		found, err := s.OldLogs(t.Context(), hour, mindflow.WorkspaceID{}, 10)
		if err != nil || !slices.Equal(found, []mindflow.WorkspaceID{a.WorkspaceID}) {
			t.Fatal(found, err)
		}
		before := usage(t, s, a)
		var looked []int
		for range 4 {
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				n, err := tx.Compact(a.WorkspaceID, hour, 4)
				looked = append(looked, n)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(looked, []int{4, 4, 1, 0}) {
			t.Errorf("looked at %d", looked)
		}
		after := usage(t, s, a)
		if want := before.Minus(mindflow.Usage{Events: 9}); after != want {
			t.Errorf("the workspace holds %+v, want %+v", after, want)
		}
		events, err := s.Events(t.Context(), a.WorkspaceID, 0, 100)
		if err != nil || len(events) != 6 || events[0].Verb != mindflow.UserRegistered || events[1].Seq != 10 || events[5].Seq != 14 {
			t.Errorf("%d events are left: %v, %v", len(events), events, err)
		}
		if _, err := s.Events(t.Context(), a.WorkspaceID, 8, 100); !errors.Is(err, store.ErrCompacted) {
			t.Errorf("after an event that is gone: %v", err)
		}
		if events, err := s.Events(t.Context(), a.WorkspaceID, 9, 100); err != nil || len(events) != 5 {
			t.Errorf("after the last one that is gone: %d, %v", len(events), err)
		}
		create(t, s, a, newTask(s, a, "goes on"))
		if got, want := usage(t, s, a), recount(t, s, a); got.Tasks != want.Tasks || got.Events != 6 {
			t.Errorf("goes on with %+v, the rows are %+v", got, want)
		}
	})
}

// Fails when the last event goes: the workspace would begin at version 0 again.
func TestTheLastEventStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		for i := range 3 {
			create(t, s, a, newTask(s, a, fmt.Sprint(i)))
		}
		for range 2 {
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Compact(a.WorkspaceID, s.Now().Add(time.Hour), 100)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if changes := facts(t, s, a.WorkspaceID, 0); changes.Version != 4 {
			t.Errorf("version %d", changes.Version)
		}
		if got := usage(t, s, a); got.Tasks != 3 || got.Events != 1 {
			t.Errorf("%+v", got)
		}
		found, err := s.OldLogs(t.Context(), s.Now().Add(time.Hour), mindflow.WorkspaceID{}, 10)
		if err != nil || len(found) != 1 { // its last event is old, and will stay
			t.Error(found, err)
		}
	})
}

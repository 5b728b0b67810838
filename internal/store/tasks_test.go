package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func day(y int, m time.Month, d int) mindflow.When { return mindflow.OnDay(mindflow.DateDay(y, m, d)) }

// wantTask compares two tasks column by column.
func wantTask(t *testing.T, got, want mindflow.Task) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs (-want +got):\n%s", diff)
	}
}

func TestATaskComesBackAsItWasKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		now := s.Now()
		for name, fill := range map[string]func(*mindflow.Task){
			"nothing but a title": func(*mindflow.Task) {},
			"everything": func(k *mindflow.Task) {
				k.Description, k.Tags = "Tom & Jerry\n<b>\t", []string{"Home", "ÉTUDES", `"quoted", [json]`}
				k.Due, k.Start = day(2026, time.November, 27), mindflow.AtInstant(now)
				k.Priority, k.EffortMinutes, k.PreferredTime, k.AssigneeID = 5, 10080, mindflow.Morning, a.UserID
			},
			"the other kinds of date": func(k *mindflow.Task) {
				k.Due, k.Start = mindflow.AtInstant(now.Add(time.Hour)), day(1970, time.January, 1)
				k.Priority, k.EffortMinutes, k.PreferredTime = 1, 1, mindflow.Evening
			},
			"the last day": func(k *mindflow.Task) {
				k.Due = day(9998, time.December, 31)
				k.Start = mindflow.AtInstant(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
			},
			"snoozed":   func(k *mindflow.Task) { k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, now.Add(time.Hour) },
			"completed": func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, now.Add(-time.Microsecond) },
			"cancelled": func(k *mindflow.Task) { k.Status = mindflow.StatusCancelled },
			"all the room there is": func(k *mindflow.Task) {
				k.Title = strings.Repeat("é", mindflow.MaxTitle)
				k.Description = strings.Repeat("漢", mindflow.MaxDescription-2) + "🙂\u2028"
				for i := range mindflow.MaxTags {
					k.Tags = append(k.Tags, strings.Repeat("ß", mindflow.MaxTag-2)+fmt.Sprintf("%02d", i))
				}
			},
			"odd text": func(k *mindflow.Task) {
				k.Title = `'; DROP TABLE tasks; -- \ % _ $1 ?`
				k.Description = "👩‍👩‍👧 مرحبا \u200f e\u0301 \\u0000 \U0010FFFF"
			},
		} {
			task := newTask(s, a, name)
			fill(&task)
			create(t, s, a, task)
			got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, now)
			if err != nil {
				t.Fatal(err)
			}
			wantTask(t, got, task)

			// The same by way of an edit.
			other := create(t, s, a, newTask(s, a, "to be edited"))
			saved := edit(t, s, a, other.ID, mindflow.TaskUpdated, func(k *mindflow.Task) {
				was := *k
				*k = task
				k.ID, k.CreatedAt = was.ID, was.CreatedAt
			})
			got, err = s.Task(t.Context(), a.WorkspaceID, other.ID, now)
			if err != nil {
				t.Fatal(err)
			}
			wantTask(t, got, saved)
			if !got.Same(task) {
				t.Errorf("%s: edited %+v, got %+v", name, task, got)
			}
			// And back: every field can be cleared.
			cleared := edit(t, s, a, other.ID, mindflow.TaskUpdated, func(k *mindflow.Task) {
				*k = mindflow.Task{
					ID: k.ID, WorkspaceID: k.WorkspaceID, UserID: k.UserID, Title: "cleared", Status: mindflow.StatusPending,
					Priority: 3, Version: k.Version, CreatedAt: k.CreatedAt,
				}
			})
			if got, err = s.Task(t.Context(), a.WorkspaceID, other.ID, now); err != nil {
				t.Fatal(err)
			}
			wantTask(t, got, cleared)
		}
		refs, err := s.ListTasks(t.Context(), a.WorkspaceID, mindflow.TaskQuery{Order: mindflow.NewestFirst, Limit: 200, At: now})
		if err != nil || len(refs) != 18 {
			t.Errorf("%d tasks (%v)", len(refs), err)
		}
		all, err := s.Tasks(t.Context(), a.WorkspaceID, idsOf(refs))
		if err != nil || len(all) != len(refs) {
			t.Errorf("%d of %d tasks (%v)", len(all), len(refs), err)
		}
		for _, task := range all { // what one row holds does not shine through in the next
			got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, now)
			if err != nil {
				t.Fatal(err)
			}
			wantTask(t, task, got)
		}
	})
}

func idsOf(refs []mindflow.TaskRef) []mindflow.TaskID {
	ids := make([]mindflow.TaskID, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	return ids
}

func TestAnEndedSnoozeReadsAsPendingEverywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := newTask(s, a, "sleeps")
		task.Status, task.SnoozedUntil = mindflow.StatusSnoozed, s.Now().Truncate(time.Second).Add(time.Hour)
		create(t, s, a, task)
		for _, c := range []struct {
			at     time.Time
			status mindflow.Status
		}{
			{task.SnoozedUntil.Add(-time.Microsecond), mindflow.StatusSnoozed},
			{task.SnoozedUntil, mindflow.StatusPending},
		} {
			one, err := s.Task(t.Context(), a.WorkspaceID, task.ID, c.at)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := s.Tasks(t.Context(), a.WorkspaceID, []mindflow.TaskID{task.ID})
			if err != nil || len(kept) != 1 {
				t.Fatal(kept, err)
			}
			wantTask(t, kept[0], task) // whatever the moment
			wantTask(t, kept[0].At(c.at), one)
			listed, err := s.ListTasks(t.Context(), a.WorkspaceID, mindflow.TaskQuery{
				Statuses: []mindflow.Status{c.status}, Order: mindflow.NewestFirst, Limit: 5, At: c.at,
			})
			if err != nil || len(listed) != 1 {
				t.Fatal(listed, err)
			}
			if one.Status != c.status || one.Woken != (c.status == mindflow.StatusPending) || one.Woken != one.SnoozedUntil.IsZero() {
				t.Errorf("at %v it reads %+v", c.at, one)
			}
		}
	})
}

func TestADeletedTaskIsAbsentUntilItIsRestored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "gone"))
		at := s.Now()
		deleted := edit(t, s, a, task.ID, mindflow.TaskDeleted, func(k *mindflow.Task) { k.DeletedAt = at })
		wantAbsent(t, s, a.WorkspaceID, task.ID)
		if tasks, err := s.Tasks(t.Context(), a.WorkspaceID, []mindflow.TaskID{task.ID}); err != nil || len(tasks) != 1 {
			t.Errorf("as it is kept: %+v, %v", tasks, err)
		} else {
			wantTask(t, tasks[0], deleted)
		}
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			if _, err := tx.Task(task.ID); mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("within a change: %v", err)
			}
			got, err := tx.DeletedTask(task.ID)
			wantTask(t, got, deleted)
			return err
		}); err != nil {
			t.Error(err)
		}
		restored := edit(t, s, a, task.ID, mindflow.TaskRestored, func(k *mindflow.Task) { k.DeletedAt = time.Time{} })
		got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		wantTask(t, got, restored)
		if got.Version != 3 {
			t.Errorf("version %d after two changes", got.Version)
		}
	})
}

// Fails when what was known of a task is believed without asking, or when a
// statement more is spent on a task that moved on than the contract allows.
func TestWhatWasKnownOfATaskHoldsForItsVersionOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		known := create(t, s, a, newTask(s, a, "known"))
		unmoved := func() (task mindflow.Task, statements int64, err error) {
			t.Helper()
			err = inWorkspace(t, s, a, func(tx *store.Tx) error {
				before := s.Statements()
				task, err = tx.Unmoved(known)
				statements = s.Statements() - before
				return err
			})
			return task, statements, err
		}
		got, n, err := unmoved()
		if err != nil || n != 1 {
			t.Errorf("%d statements, %v", n, err)
		}
		wantTask(t, got, known)

		moved := edit(t, s, a, known.ID, mindflow.TaskUpdated, func(k *mindflow.Task) { k.Title = "moved on" })
		got, n, err = unmoved()
		if most := map[bool]int64{true: 1, false: 2}[s.IsPostgres()]; err != nil || n > most {
			t.Errorf("%d statements, %v", n, err)
		}
		wantTask(t, got, moved)

		edit(t, s, a, known.ID, mindflow.TaskSnoozed, func(k *mindflow.Task) {
			k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, s.Now().Add(time.Nanosecond)
		})
		known, err = s.Task(t.Context(), a.WorkspaceID, known.ID, time.Time{}) // as it is kept
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err = unmoved(); err != nil || !got.Woken || got.Status != mindflow.StatusPending {
			t.Errorf("an ended snooze reads %+v (%v)", got, err)
		}

		deleted := edit(t, s, a, known.ID, mindflow.TaskDeleted, func(k *mindflow.Task) { k.DeletedAt = s.Now() })
		for _, known = range []mindflow.Task{known, deleted, {ID: mindflow.NewID[mindflow.Task](s.Now())}} {
			if _, _, err = unmoved(); mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("version %d of a task that is gone: %v", known.Version, err)
			}
		}
	})
}

// wantAbsent checks that no read of a workspace shows a task.
func wantAbsent(t *testing.T, s *store.Store, w mindflow.WorkspaceID, id mindflow.TaskID) {
	t.Helper()
	if task, err := s.Task(t.Context(), w, id, s.Now()); mindflow.KindOf(err) != mindflow.KindNotFound || !task.ID.IsZero() {
		t.Errorf("Task: %+v, %v", task, err)
	}
	for _, field := range []mindflow.SortField{mindflow.ByCreatedAt, mindflow.ByDueDate, mindflow.ByTitle} {
		refs, err := s.ListTasks(t.Context(), w, mindflow.TaskQuery{Order: mindflow.Order{Field: field}, Limit: 200, At: s.Now()})
		if err != nil || slices.Contains(idsOf(refs), id) {
			t.Errorf("ListTasks by %s: %+v, %v", field, refs, err)
		}
	}
	facts, err := s.Facts(t.Context(), w, 0)
	if err != nil || slices.ContainsFunc(facts.Open, func(f mindflow.Fact) bool { return f.ID == id }) {
		t.Errorf("Facts: %+v, %v", facts, err)
	}
}

func TestSomebodyElsesWorkspaceShowsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := newPerson(t, s, "ada@example.com"), newPerson(t, s, "bob@example.com")
		task := create(t, s, a, newTask(s, a, "mine"))
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error { return tx.RememberSource("taskwarrior", "1", task.ID, true) }); err != nil {
			t.Fatal(err)
		}
		wantAbsent(t, s, b.WorkspaceID, task.ID)
		if tasks, err := s.Tasks(t.Context(), b.WorkspaceID, []mindflow.TaskID{task.ID}); err != nil || len(tasks) != 0 {
			t.Errorf("Tasks: %+v, %v", tasks, err)
		}
		if facts, err := s.Facts(t.Context(), b.WorkspaceID, 1); err != nil || len(facts.Open)+len(facts.Gone) > 0 || facts.Version != 1 {
			t.Errorf("Facts since 1: %+v, %v", facts, err)
		}
		events, err := s.Events(t.Context(), b.WorkspaceID, 0, 100)
		if err != nil || len(events) != 1 || events[0].Verb != mindflow.UserRegistered {
			t.Errorf("Events: %+v, %v", events, err)
		}
		if known, err := s.Imported(t.Context(), b.WorkspaceID, "taskwarrior", []string{"1"}); err != nil || len(known) > 0 {
			t.Errorf("Imported: %v, %v", known, err)
		}
		// Within a change, too, and no statement of it reaches over.
		if err := inWorkspace(t, s, b, func(tx *store.Tx) error {
			for what, err := range map[string]error{
				"Task":        second(tx.Task(task.ID)),
				"DeletedTask": second(tx.DeletedTask(task.ID)),
				"DraftHash":   second(tx.DraftHash(task.ID)),
			} {
				if mindflow.KindOf(err) != mindflow.KindNotFound {
					t.Errorf("%s: %v", what, err)
				}
			}
			if known, err := tx.Imported("taskwarrior", []string{"1"}); err != nil || len(known) > 0 {
				t.Errorf("Imported: %v, %v", known, err)
			}
			if member, err := tx.IsMember(a.UserID); err != nil || member {
				t.Errorf("IsMember: %v, %v", member, err)
			}
			roles, err := tx.Standing(b.UserID, a.WorkspaceID, b.WorkspaceID)
			if _, ok := roles[a.WorkspaceID]; ok || len(roles) != 1 || err != nil {
				t.Errorf("Standing: %v, %v", roles, err)
			}
			// The same id in another workspace is another task.
			own := newTask(s, b, "theirs")
			own.ID = task.ID
			created, err := tx.CreateTask(own, "", b, mindflow.TaskCreated)
			if !created {
				t.Error("an id taken elsewhere was refused")
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		edit(t, s, b, task.ID, mindflow.TaskUpdated, func(k *mindflow.Task) { k.Title, k.Description = "changed", "too" })
		got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		wantTask(t, got, task)
	})
}

func second[T any](_ T, err error) error { return err }

func TestATakenIdChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := newTask(s, a, "first")
		again := task
		again.Title, again.Description = "second", "second"
		for _, k := range []struct {
			task    mindflow.Task
			created bool
		}{{task, true}, {again, false}, {task, false}} {
			err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				created, err := tx.CreateTask(k.task, "hash of "+k.task.Title, a, mindflow.TaskCreated)
				if created != k.created {
					t.Errorf("created: %v", created)
				}
				hash, errHash := tx.DraftHash(task.ID)
				if hash != "hash of first" {
					t.Errorf("the hash is %q", hash)
				}
				return errors.Join(err, errHash)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		wantTask(t, got, task)
		wantLog(t, s, a, 2)

		plain := create(t, s, a, newTask(s, a, "an id of ours"))
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			hash, err := tx.DraftHash(plain.ID)
			if hash != "" {
				t.Errorf("the hash is %q", hash)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Fails when none named means all of them, as in a filter.
func TestTasksReadsThoseThatExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		ids := []mindflow.TaskID{mindflow.NewID[mindflow.Task](s.Now())} // nobody's
		for range 9 {
			ids = append(ids, create(t, s, a, newTask(s, a, "x")).ID)
		}
		for n := range len(ids) {
			tasks, err := s.Tasks(t.Context(), a.WorkspaceID, ids[:n])
			if err != nil || len(tasks) != max(0, n-1) {
				t.Fatalf("of %d: %+v, %v", n, tasks, err)
			}
			for _, task := range tasks {
				if !slices.Contains(ids[:n], task.ID) {
					t.Errorf("of %d: %s was not asked for", n, task.ID)
				}
			}
		}
	})
}

func TestAChangeIsToldWithBeforeAndAfter(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 123456789, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		a.Channel = mindflow.ThroughCLI
		task := newTask(s, a, "Call")
		task.Tags = []string{"a"}
		create(t, s, a, task)
		saved := edit(t, s, a, task.ID, mindflow.TaskCompleted, func(k *mindflow.Task) {
			k.Status, k.CompletedAt, k.Description, k.Tags = mindflow.StatusCompleted, s.Now(), "long", []string{"a", "b"}
		})
		if saved.Version != 2 || !saved.UpdatedAt.Equal(s.Now()) {
			t.Errorf("saved as %+v", saved)
		}
		// What did not change is not written.
		before := s.Statements()
		same := edit(t, s, a, task.ID, mindflow.TaskUpdated, func(*mindflow.Task) {})
		wantTask(t, same, saved)
		if n := s.Statements() - before; n > 3 { // on PostgreSQL a lock, roles, task
			t.Errorf("%d statements to change nothing", n)
		}
		events := wantLog(t, s, a, 3)
		at := now.Truncate(time.Microsecond)
		want := []mindflow.Event{
			{Seq: 1, At: at, Verb: mindflow.UserRegistered, Channel: mindflow.ThroughAPI},
			{Seq: 2, At: at, Verb: mindflow.TaskCreated, Channel: mindflow.ThroughCLI, TaskID: task.ID, Changes: mindflow.Changes{
				"title": {After: "Call"}, "status": {After: "pending"}, "priority": {After: 3.0}, "tags": {After: []any{"a"}},
			}},
			{Seq: 3, At: at, Verb: mindflow.TaskCompleted, Channel: mindflow.ThroughCLI, TaskID: task.ID, Changes: mindflow.Changes{
				"status": {Before: "pending", After: "completed"}, "description": {After: "long"},
				"tags": {Before: []any{"a"}, After: []any{"a", "b"}}, "completed_at": {After: "2026-11-27T09:00:00.123456Z"},
			}},
		}
		for i := range events {
			if events[i].ID.IsZero() {
				t.Error("an event without an id")
			}
			events[i].ID = mindflow.EventID{}
			want[i].WorkspaceID, want[i].ActorID = a.WorkspaceID, a.UserID
		}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Errorf("the log differs (-want +got):\n%s", diff)
		}
		some, err := s.Events(t.Context(), a.WorkspaceID, 1, 1)
		if err != nil || len(some) != 1 || some[0].Seq != 2 {
			t.Errorf("one event after the first: %+v, %v", some, err)
		}
		none, err := s.Events(t.Context(), a.WorkspaceID, 3, 10)
		if err != nil || len(none) != 0 {
			t.Errorf("after the last: %+v, %v", none, err)
		}
	})
}

func TestEveryChangeIsTheNextVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "0"))
		for i := range 5 {
			saved := edit(t, s, a, task.ID, mindflow.TaskUpdated, func(k *mindflow.Task) { k.Title = fmt.Sprint(i + 1) })
			got, err := s.Task(t.Context(), a.WorkspaceID, task.ID, s.Now())
			if err != nil {
				t.Fatal(err)
			}
			wantTask(t, got, saved)
			if got.Version != mindflow.Version(i+2) {
				t.Errorf("version %d after change %d", got.Version, i+1)
			}
		}
		wantLog(t, s, a, 7)
	})
}

func TestSeveralChangesInOneTransactionAreSeveralEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			for i := range 5 {
				if _, err := tx.CreateTask(newTask(s, a, fmt.Sprint(i)), "", a, mindflow.TaskImported); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantLog(t, s, a, 6)
		facts, err := s.Facts(t.Context(), a.WorkspaceID, 4)
		if err != nil || len(facts.Open) != 2 {
			t.Errorf("since 4: %+v, %v", facts, err)
		}
	})
}

// A change of one task takes six statements at the most (design 3), a read a
// number that the number of tasks does not move.
func TestStatementsAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		session := signIn(t, s, a, s.Now().Add(time.Hour))
		var id mindflow.TaskID
		ctx := t.Context()
		counted := []struct {
			what string
			most int64
			do   func() error
		}{
			{"create", 6, func() error { id = create(t, s, a, newTask(s, a, "x")).ID; return nil }},
			{"change", 6, func() error {
				edit(t, s, a, id, mindflow.TaskUpdated, func(k *mindflow.Task) {
					k.Title, k.Description, k.Status = "y", "z", mindflow.StatusInProgress
				})
				return nil
			}},
			{"Access", 1, func() error { return second(s.Access(ctx, session, s.Now())) }},
			{"Task", 1, func() error { return second(s.Task(ctx, a.WorkspaceID, id, s.Now())) }},
			{"Tasks", 1, func() error { return second(s.Tasks(ctx, a.WorkspaceID, []mindflow.TaskID{id, id})) }},
			{"Facts", 1, func() error { return second(s.Facts(ctx, a.WorkspaceID, 0)) }},
			{"Facts since", 1, func() error { return second(s.Facts(ctx, a.WorkspaceID, 2)) }},
			{"ListTasks", 1, func() error { return second(s.ListTasks(ctx, a.WorkspaceID, list(s, mindflow.ByCreatedAt))) }},
			{"ListTasks by due", 3, func() error { return second(s.ListTasks(ctx, a.WorkspaceID, list(s, mindflow.ByDueDate))) }},
			{"Preferences", 1, func() error { return second(s.Preferences(ctx, a.UserID)) }},
		}
		var few []int64
		for _, tasks := range []int{0, 150} {
			for i := range tasks {
				task := newTask(s, a, fmt.Sprint(i))
				if i%2 == 0 {
					task.Due = day(2026, 1, 1+i%28)
				}
				create(t, s, a, task)
			}
			for i, c := range counted {
				before := s.Statements()
				if err := c.do(); err != nil {
					t.Fatal(err)
				}
				n := s.Statements() - before
				if n > c.most {
					t.Errorf("%s takes %d statements, not %d", c.what, n, c.most)
				}
				if tasks == 0 {
					few = append(few, n)
				} else if n > few[i] && c.what != "ListTasks by due" {
					t.Errorf("%s takes %d statements with many tasks, %d with few", c.what, n, few[i])
				}
			}
		}
	})
}

// list asks for the first page of 50.
func list(s *store.Store, by mindflow.SortField) mindflow.TaskQuery {
	return mindflow.TaskQuery{Order: mindflow.Order{Field: by}, Limit: mindflow.DefaultPage, At: s.Now()}
}

func TestLockingAWorkspaceThatDoesNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		none := mindflow.NewID[mindflow.Workspace](s.Now())
		for _, workspaces := range [][]mindflow.WorkspaceID{{none}, {a.WorkspaceID, none}, {none, a.WorkspaceID, none}} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.Lock(workspaces...); err != nil {
					return err
				}
				// SQLite has nothing to lock; that nobody has a role there says the same.
				if roles, err := tx.Standing(a.UserID, workspaces...); err != nil || roles[none] == "" {
					return mindflow.NotFound("workspace")
				}
				return nil
			})
			if mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("told %v", err)
			}
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Lock(a.WorkspaceID, a.WorkspaceID) }); err != nil {
			t.Errorf("the same twice: %v", err)
		}
	})
}

// Every use of the database says what it was doing when it failed.
func TestWhatFailsInTheDatabaseIsAnInternalError(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "there"))
		none := newTask(s, a, "never created")
		session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](s.Now()), UserID: mindflow.NewID[mindflow.User](s.Now())}
		for what, fn := range map[string]change{
			"save task": func(tx *store.Tx) error {
				changed := none
				changed.Title = "changed"
				return second(tx.SaveTask(none, changed, a, mindflow.TaskUpdated))
			},
			"create task": func(tx *store.Tx) error {
				bad := newTask(s, a, "bad")
				bad.Priority = 9
				return second(tx.CreateTask(bad, "", a, mindflow.TaskCreated))
			},
			"create user": func(tx *store.Tx) error {
				u := mindflow.User{ID: a.UserID, WorkspaceID: mindflow.NewID[mindflow.Workspace](s.Now()), Email: "new@example.com"}
				return second(tx.CreateUser(u, "", mindflow.DefaultPreferences(mindflow.Zone{}), a))
			},
			"create workspace": func(tx *store.Tx) error {
				u := mindflow.User{ID: mindflow.NewID[mindflow.User](s.Now()), WorkspaceID: a.WorkspaceID, Email: "new@example.com"}
				return second(tx.CreateUser(u, "", mindflow.DefaultPreferences(mindflow.Zone{}), a))
			},
			"create session":    func(tx *store.Tx) error { return tx.CreateSession(session, store.RefreshToken{}) },
			"add refresh token": func(tx *store.Tx) error { return tx.AddRefreshToken(store.RefreshToken{SessionID: session.ID}) },
			"save refresh token": func(tx *store.Tx) error {
				return tx.SaveRefreshToken(store.RefreshToken{Hash: "none"})
			},
			"save preferences": func(tx *store.Tx) error {
				return second(tx.SavePreferences(mindflow.DefaultPreferences(mindflow.Zone{}), nil, mindflow.Actor{}))
			},
			"remember source": func(tx *store.Tx) error {
				return errors.Join(tx.RememberSource("f", "1", task.ID, false), tx.RememberSource("f", "1", task.ID, false))
			},
			"record event": func(tx *store.Tx) error {
				return tx.Record(mindflow.Event{WorkspaceID: none.WorkspaceID, Verb: "x", Changes: nil}, mindflow.Actor{WorkspaceID: a.WorkspaceID})
			},
			"encode event": func(tx *store.Tx) error {
				return tx.Record(mindflow.Event{WorkspaceID: a.WorkspaceID, Changes: mindflow.Changes{"x": {After: func() {}}}}, a)
			},
		} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.Lock(a.WorkspaceID); err != nil {
					return err
				}
				return fn(tx) // without Standing: the log's end is not known
			})
			if mindflow.KindOf(err) != mindflow.KindInternal || err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s: told %v", what, err)
			}
		}
		wantLog(t, s, a, 2)
	})
}

// Fails when a query that broke off counts as one that found nothing: a task
// would be said not to exist because the database did not answer.
func TestAFailureIsNotTakenForAbsence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := s.Rows(ctx, `SELECT 1`)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		for rows.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		n := 0
		if err := store.One(rows, &n); !errors.Is(err, context.Canceled) || errors.Is(err, sql.ErrNoRows) {
			t.Errorf("told %v", err)
		}
	})
}

package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when a deleted task counts, when the disabled are among the users, when
// refreshing does not count, and when two sessions of one person are two people.
func TestACensusCountsWhoAndWhatThereIs(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	move := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	storetest.EachAt(t, clock, func(t *testing.T, s *store.Store) {
		const day = 24 * time.Hour
		count := func(want mindflow.Census) {
			t.Helper()
			got, err := s.Census(t.Context(), s.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		want := mindflow.Census{Tasks: map[mindflow.Status]int{}}
		count(want)

		ada, bob, eve := newPerson(t, s, "ada@example.com"), newPerson(t, s, "bob@example.com"), newPerson(t, s, "eve@example.com")
		write(t, s, func(tx *store.Tx) error {
			return tx.Exec(`UPDATE users SET disabled_at = $1 WHERE id = $2`, s.Now().UnixMicro(), eve.UserID.String())
		})
		create(t, s, ada, newTask(s, ada, "one"))
		create(t, s, bob, newTask(s, bob, "two"))
		done := create(t, s, bob, newTask(s, bob, "three"))
		edit(t, s, bob, done.ID, mindflow.TaskCompleted, func(task *mindflow.Task) {
			task.Status, task.CompletedAt = mindflow.StatusCompleted, s.Now()
		})
		gone := create(t, s, bob, newTask(s, bob, "four"))
		edit(t, s, bob, gone.ID, mindflow.TaskDeleted, func(task *mindflow.Task) { task.DeletedAt = s.Now() })
		want.Users, want.Disabled = 2, 1
		want.Tasks[mindflow.StatusPending], want.Tasks[mindflow.StatusCompleted] = 2, 1
		count(want) // nobody has signed in

		first := signIn(t, s, ada, s.Now().AddDate(1, 0, 0))
		signIn(t, s, ada, s.Now().AddDate(1, 0, 0))
		ended := signIn(t, s, bob, s.Now().AddDate(1, 0, 0))
		write(t, s, func(tx *store.Tx) error { return tx.EndSession(ended) })
		want.ActiveToday, want.ActiveThisMonth = 2, 2
		count(want)

		move(day)
		want.ActiveToday = 0
		count(want)
		write(t, s, func(tx *store.Tx) error { return tx.ExtendSession(first, s.Now().AddDate(1, 0, 0)) })
		want.ActiveToday = 1
		count(want)

		move(29 * day)
		want.ActiveToday, want.ActiveThisMonth = 0, 1
		count(want)
		move(day)
		want.ActiveThisMonth = 0
		count(want)
	})
}

func TestACensusSaysWhatItCouldNotCount(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := storetest.Open(t, storetest.URL(t, kind), time.Now)
		for _, table := range []string{"sessions", "tasks", "users"} {
			write(t, s, func(tx *store.Tx) error { return tx.Exec(`ALTER TABLE ` + table + ` RENAME TO hidden_` + table) })
			if _, err := s.Census(t.Context(), s.Now()); err == nil {
				t.Errorf("without %s it counts on", table)
			}
		}
	})
}

// What was known of sessions before the column came is in their tokens.
func TestSessionsFromBeforeWereSeenWhenTheirLastTokenWasUsed(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		schema := storetest.OpenSchema(t, url)
		up(t, schema, 1)
		execute(t, schema, atFirst)
		s := storetest.Open(t, url, time.Now)
		id := [2]string{mindflow.NewID[mindflow.Session](s.Now()).String(), mindflow.NewID[mindflow.Session](s.Now()).String()}
		write(t, s, func(tx *store.Tx) error {
			for _, session := range id {
				if err := tx.Exec(`INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ($1, '01890000-0000-7000-8000-00000000000b', 1000, 9000)`, session); err != nil {
					return err
				}
			}
			for hash, used := range map[string]any{"a": 3000, "b": 2000, "c": nil} {
				if err := tx.Exec(`INSERT INTO refresh_tokens (token_hash, session_id, expires_at, used_at) VALUES ($1, $2, 9000, $3)`, hash, id[1], used); err != nil {
					return err
				}
			}
			return nil
		})
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{1000, 3000} {
			if n, err := s.Number(t.Context(), `SELECT seen_at FROM sessions WHERE id = $1`, id[i]); n != want || err != nil {
				t.Errorf("session %d was seen at %d, %v; not at %d", i, n, err, want)
			}
		}
	})
}

// span is one that a watch was told of, and what it stood in.
type span struct {
	Within string
	Span   mindflow.Span
	Failed bool
}

type within struct{}

func TestAStoreTellsItsWatchOfEachWriteAndStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := newPerson(t, s, "ada@example.com")
		var mu sync.Mutex
		var spans []span
		s.Watch(func(ctx context.Context, did mindflow.Span) (context.Context, func(error)) {
			outer, _ := ctx.Value(within{}).(string)
			return context.WithValue(ctx, within{}, did.Name), func(err error) {
				mu.Lock()
				defer mu.Unlock()
				spans = append(spans, span{outer, did, err != nil})
			}
		})
		if _, err := s.User(t.Context(), ada.UserID); err != nil {
			t.Error(err)
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.IsMember(ada.UserID); err != nil {
				return err
			}
			return tx.Exec(`UPDATE nothing SET there = 1`)
		})
		if err == nil {
			t.Error("there is no such table")
		}
		got := map[span]bool{}
		for _, did := range spans {
			if did.Span.Name == "statement" && did.Span.SQL == "" {
				t.Errorf("a statement without its text: %+v", did)
			}
			did.Span.SQL = did.Span.SQL[:min(6, len(did.Span.SQL))]
			got[did] = true
		}
		want := map[span]bool{
			{"", mindflow.Span{Name: "statement", SQL: "SELECT"}, false}:      true,
			{"write", mindflow.Span{Name: "statement", SQL: "SELECT"}, false}: true,
			{"write", mindflow.Span{Name: "statement", SQL: "UPDATE"}, true}:  true,
			{"", mindflow.Span{Name: "write"}, true}:                          true,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAStoreCountsWhatItDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := newPerson(t, s, "ada@example.com")
		before := s.Stats()
		const writers = 40
		var all sync.WaitGroup
		for range writers {
			all.Go(func() { create(t, s, ada, newTask(s, ada, "x")) })
		}
		all.Wait()
		after := s.Stats()
		transactions := int64(0)
		for i := range after.Groups.BySize {
			transactions += after.Groups.BySize[i] - before.Groups.BySize[i]
		}
		if n := after.Groups.Changes - before.Groups.Changes; n != writers {
			t.Errorf("%d changes", n)
		}
		if transactions < 1 || transactions > writers || s.IsPostgres() && transactions != writers {
			t.Errorf("%d transactions", transactions)
		}
		if after.Waiting != 0 || after.MaxConnections < 4 || after.Statements-before.Statements < writers {
			t.Errorf("%+v", after)
		}
	})
}

package store_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// emptyURL names a database without a schema.
func emptyURL(t *testing.T, kind storetest.Kind) string {
	t.Helper()
	if kind == storetest.SQLite {
		return "sqlite:///" + filepath.Join(t.TempDir(), "made", "on the way", "100%.db")
	}
	server := storetest.Postgres(t)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "mindflow_" + strings.ToLower(strings.NewReplacer("/", "_").Replace(t.Name()))
	name = name[:min(len(name), 60)]
	if _, err := db.ExecContext(t.Context(), `CREATE DATABASE `+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil { //nolint:noctx // the test's own is over
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// schema is everything a database says about its tables.
func schema(t *testing.T, s *store.Store) []string {
	t.Helper()
	queries := []string{`SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE '%goose%' AND name NOT LIKE 'sqlite%'`}
	if s.IsPostgres() {
		queries = []string{
			`SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || coalesce(collation_name, '')
			   FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%goose%'`,
			`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '%goose%'`,
			`SELECT CAST(CAST(conrelid AS regclass) AS TEXT) || ' ' || conname || ' ' || pg_get_constraintdef(oid)
			   FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace) AND CAST(CAST(conrelid AS regclass) AS TEXT) NOT LIKE '%goose%'`,
		}
	}
	var lines []string
	for _, query := range queries {
		more, err := s.Lines(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, more...)
	}
	slices.Sort(lines)
	return lines
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := open(t, emptyURL(t, kind))
		behind := func(want func(int) bool) {
			t.Helper()
			if n, err := s.Behind(t.Context()); err != nil || !want(n) {
				t.Errorf("behind by %d, %v", n, err)
			}
		}
		behind(func(n int) bool { return n > 0 })
		all, err := s.Behind(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Migrate(t.Context()); n != all || err != nil {
			t.Errorf("migrated %d of %d steps: %v", n, all, err)
		}
		behind(func(n int) bool { return n == 0 })
		once := schema(t, s)
		if n, err := s.Migrate(t.Context()); n != 0 || err != nil {
			t.Errorf("migrated %d steps again: %v", n, err)
		}
		if diff := cmp.Diff(once, schema(t, s)); diff != "" || len(once) < 15 {
			t.Errorf("%d lines of schema (-once +twice):\n%s", len(once), diff)
		}
		newPerson(t, s, "ada@example.com")
	})
}

func TestEveryStepGoesDownAndUpAgain(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := open(t, emptyURL(t, kind))
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		last := 0
		states := [][]string{schema(t, s)} // from the newest down
		if err := s.Steps(func(p *goose.Provider) error {
			for range p.ListSources() {
				if _, err := p.Down(t.Context()); err != nil {
					return err
				}
				states = append(states, schema(t, s))
				last++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if left := states[len(states)-1]; len(left) > 0 {
			t.Errorf("left at the bottom: %q", left)
		}
		if n, err := s.Behind(t.Context()); n != last || err != nil {
			t.Errorf("behind by %d of %d, %v", n, last, err)
		}
		if err := s.Steps(func(p *goose.Provider) error {
			for i := last - 1; i >= 0; i-- {
				if _, err := p.UpByOne(t.Context()); err != nil {
					return err
				}
				if diff := cmp.Diff(states[i], schema(t, s)); diff != "" {
					t.Errorf("after step %d (-before +again):\n%s", last-i, diff)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Fails on PostgreSQL when the advisory lock is left out, on SQLite when who
// comes second does not look again.
func TestOfStoresThatMigrateAtOnceOneDoesIt(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		rounds := 1
		if kind == storetest.SQLite {
			rounds = 3 // who comes second does so by chance
		}
		for range rounds {
			stores := make([]*store.Store, 8)
			url := emptyURL(t, kind)
			for i := range stores {
				stores[i] = open(t, url)
			}
			var all sync.WaitGroup
			var migrated atomic.Int32
			for _, s := range stores {
				all.Go(func() {
					n, err := s.Migrate(t.Context())
					if err != nil {
						t.Error(err)
					}
					if n > 0 {
						migrated.Add(1)
					}
				})
			}
			all.Wait()
			if n := migrated.Load(); n < 1 || n > 1 && kind == storetest.PostgreSQL {
				t.Errorf("%d stores migrated", n)
			}
			newPerson(t, stores[0], "ada@example.com")
		}
	})
}

// Fails when the lock is looked at every five seconds only, which is what goose
// does unless told otherwise.
func TestWhoWaitsForAMigrationGoesOnSoonAfterIt(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	url := emptyURL(t, storetest.PostgreSQL)
	holder, s := open(t, url), open(t, url)
	held, gate := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		write(t, holder, func(tx *store.Tx) error {
			err := tx.Exec(`SELECT pg_advisory_xact_lock($1)`, lock.DefaultLockID)
			close(held)
			<-gate
			return err
		})
	})
	<-held
	time.AfterFunc(200*time.Millisecond, func() { close(gate) })
	start := time.Now()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took < 100*time.Millisecond || took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	all.Wait()
}

func TestABrokenDatabaseIsNotMigrated(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := open(t, emptyURL(t, kind))
		write(t, s, func(tx *store.Tx) error { return tx.Exec(`CREATE TABLE tasks (somebody_elses INTEGER)`) })
		if n, err := s.Migrate(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "migrate: ") {
			t.Errorf("%d steps, %v", n, err)
		}
		if n, err := s.Behind(t.Context()); n == 0 || err != nil {
			t.Errorf("behind by %d, %v", n, err)
		}
	})
}

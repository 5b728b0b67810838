package store_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3/lock"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// stepFiles are steps of a test's own.
func stepFiles(texts ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, text := range texts {
		files[fmt.Sprintf("%05d_of_test.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// withSteps opens a database with steps of a test's own.
func withSteps(t *testing.T, url string, texts ...string) *store.Schema {
	t.Helper()
	schema := storetest.OpenSchema(t, url)
	if err := schema.UseSteps(stepFiles(texts...)); err != nil {
		t.Fatal(err)
	}
	return schema
}

// slowly is a statement that takes a while: on SQLite the rounds are counted,
// some millions in a second.
func slowly(kind storetest.Kind, seconds float64) string {
	if kind == storetest.PostgreSQL {
		return fmt.Sprintf("CREATE TABLE slow AS SELECT CAST(pg_sleep(%f) AS TEXT) AS n;", seconds)
	}
	return fmt.Sprintf(`CREATE TABLE slow AS
		WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT max(n) AS n FROM c;`, int(seconds*2e6))
}

const (
	firstStep = "-- +goose Up\nCREATE TABLE counters (n BIGINT NOT NULL);\nINSERT INTO counters (n) VALUES (0);\n" +
		"-- +goose Down\n-- loses: nothing\nDROP TABLE counters;\n"
	// Taken twice, or by half, it can be seen.
	secondStep = "-- +goose Up\nUPDATE counters SET n = n + 1;\n%s\nUPDATE counters SET n = n + 1;\n" +
		"-- +goose Down\n-- loses: nothing\nDROP TABLE slow;\nUPDATE counters SET n = n - 2;\n"
)

// What a migrator, a process of its own, is told.
const (
	migratorURL     = "STORETEST_MIGRATOR_URL"
	migratorKind    = "STORETEST_MIGRATOR_KIND"
	migratorSeconds = "STORETEST_MIGRATOR_SECONDS"
)

// It is the process that the next tests race and kill.
func TestMigrator(t *testing.T) {
	url := os.Getenv(migratorURL)
	if url == "" {
		return
	}
	seconds := 0.0
	if _, err := fmt.Sscan(os.Getenv(migratorSeconds), &seconds); err != nil {
		t.Fatal(err)
	}
	schema := withSteps(t, url, firstStep, fmt.Sprintf(secondStep, slowly(storetest.Kind(os.Getenv(migratorKind)), seconds)))
	steps, err := schema.Up(t.Context(), math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(os.Stdout, "took %d steps\n", len(steps)); err != nil {
		t.Fatal(err)
	}
}

func migrator(ctx context.Context, url string, kind storetest.Kind, seconds float64) *exec.Cmd {
	self := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMigrator$", "-test.count=1")
	self.Env = append(os.Environ(), migratorURL+"="+url, migratorKind+"="+string(kind), fmt.Sprintf("%s=%f", migratorSeconds, seconds))
	return self
}

// Fails on PostgreSQL when the advisory lock is left out, on SQLite when the
// locked file is.
func TestOfProcessesThatMigrateAtOnceOneDoesIt(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		var all sync.WaitGroup
		var migrated atomic.Int32
		for range 5 {
			all.Go(func() {
				out, err := migrator(t.Context(), url, kind, 0.5).CombinedOutput()
				switch said := string(out); {
				case err != nil:
					t.Errorf("%v: %s", err, said)
				case strings.Contains(said, "took 2 steps"):
					migrated.Add(1)
				case !strings.Contains(said, "took 0 steps"):
					t.Error(said)
				}
			})
		}
		all.Wait()
		if n := migrated.Load(); n != 1 {
			t.Errorf("%d processes migrated", n)
		}
		schema := storetest.OpenSchema(t, url)
		if n := number(t, schema, `SELECT n FROM counters`); n != 2 {
			t.Errorf("the step was taken %d half times", n)
		}
	})
}

// Fails as the one before does.
func TestOfStoresThatMigrateAtOnceOneDoesIt(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		stores := make([]*store.Store, 8)
		url := storetest.Empty(t, kind)
		for i := range stores {
			stores[i] = storetest.Open(t, url, time.Now)
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
		if n := migrated.Load(); n != 1 {
			t.Errorf("%d stores migrated", n)
		}
		newPerson(t, stores[0], "ada@example.com")
	})
}

// Fails on PostgreSQL when the server does not look whether the program is still
// there: then the next one waits for the whole minute that the killed step takes.
func TestAKilledMigrationIsResumed(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		victim := migrator(t.Context(), url, kind, 60)
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		watch := storetest.OpenSchema(t, url)
		for start := time.Now(); !inSecondStep(t, watch, kind); time.Sleep(20 * time.Millisecond) {
			if time.Since(start) > 20*time.Second {
				t.Fatal("the second step was not begun")
			}
		}
		if err := victim.Process.Kill(); err != nil { // SIGKILL
			t.Fatal(err)
		}
		_ = victim.Wait()
		start := time.Now()
		schema := withSteps(t, url, firstStep, fmt.Sprintf(secondStep, slowly(kind, 0.01)))
		if steps, err := schema.Up(t.Context(), math.MaxInt64); len(steps) != 1 || err != nil {
			t.Errorf("took %v, %v", steps, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		if n := number(t, schema, `SELECT n FROM counters`); n != 2 {
			t.Errorf("the step was taken %d half times", n)
		}
		if kind == storetest.PostgreSQL {
			if n := number(t, schema, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); n != 0 {
				t.Errorf("%d locks are left", n)
			}
		}
	})
}

// inSecondStep reports whether a migrator is in the middle of its second step.
func inSecondStep(t *testing.T, schema *store.Schema, kind storetest.Kind) bool {
	t.Helper()
	if kind == storetest.PostgreSQL {
		return number(t, schema, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`) > 0
	}
	steps, err := schema.Steps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !steps[0].Taken() {
		return false
	}
	if _, err := schema.DB().ExecContext(t.Context(), "PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	tx, err := schema.DB().BeginTx(t.Context(), nil)
	if err == nil {
		err = tx.Rollback()
	}
	return err != nil // somebody else writes
}

func TestWhoWaitsForAMigrationGoesOnSoonAfterIt(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	url := storetest.Empty(t, storetest.PostgreSQL)
	holder, s := storetest.Open(t, url, time.Now), storetest.Open(t, url, time.Now)
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
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if n, err := s.Migrate(short); n != 0 || err == nil {
		t.Errorf("beside the lock: %d, %v", n, err)
	}
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

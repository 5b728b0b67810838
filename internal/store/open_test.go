package store_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func TestAWrongURLIsRefusedInOneSentence(t *testing.T) {
	for url, says := range map[string]string{
		"":                                 "must start with",
		"mindflow.db":                      "must start with",
		"mysql://u:secret@host/db":         "must start with",
		"sqlite://":                        "sqlite:///relative/path",
		"sqlite:///":                       "sqlite:///relative/path",
		"sqlite://file.db":                 "sqlite:///relative/path",
		"sqlite:///file.db?mode=ro":        "sqlite:///relative/path",
		"sqlite:///:memory:":               "sqlite:///relative/path",
		"postgres://u:secret@host:none/db": "cannot parse",
		"postgres://u:secret@host/db?sslmode=sure": "sslmode is invalid",
	} {
		s, err := store.Open(t.Context(), url, time.Now)
		if err == nil {
			t.Errorf("%q was opened", url)
			_ = s.Close()
			continue
		}
		if text := err.Error(); !strings.Contains(text, says) || strings.Contains(text, "secret") || strings.Contains(text, "\n") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestAFileThatCannotBeMadeIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a database, but long enough to be taken for one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "below", "a.db"), t.TempDir(), file} {
		if s, err := store.Open(t.Context(), "sqlite:///"+path, time.Now); err == nil {
			t.Errorf("%s was opened", path)
			_ = s.Close()
		}
	}
}

func TestAllNamesOfPostgreSQLAreAccepted(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	_, rest, _ := strings.Cut(storetest.URL(t, storetest.PostgreSQL), "://")
	for _, scheme := range []string{"postgres://", "postgresql://", "postgresql+asyncpg://"} {
		s := storetest.Open(t, scheme+rest, time.Now)
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestASQLiteFileLiesWhereItsURLSays(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for url, path := range map[string]string{
		"sqlite:///data/mindflow.db":             filepath.Join(dir, "data/mindflow.db"),
		"sqlite:////" + dir[1:] + "/abs.db":      filepath.Join(dir, "abs.db"),
		"sqlite:////" + dir + "/double.db":       filepath.Join(dir, "double.db"),
		"sqlite:///odd %41 & = + é.db":           filepath.Join(dir, "odd %41 & = + é.db"),
		"sqlite:////" + dir[1:] + "/a/b/deep.db": filepath.Join(dir, "a/b/deep.db"),
	} {
		storetest.Open(t, url, time.Now)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// Seen red on what pgx says: a line for each attempt, the second like the first.
func TestADatabaseThatCannotBeReachedIsToldInOneLine(t *testing.T) {
	const url = "postgres://ada@127.0.0.1:1/x"
	s, err := store.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := store.OpenSchema(url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	defer schema.Close()
	_, behind := s.Behind(t.Context())
	_, steps := schema.Steps(t.Context())
	_, up := schema.Up(t.Context(), schema.Head())
	for _, err := range []error{behind, steps, up} {
		if said := err.Error(); strings.Contains(said, "\n") || strings.Count(said, "connection refused") != 1 {
			t.Error(said)
		}
	}
}

func TestRedactedHidesThePassword(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://u:secret@host:5432/db?sslmode=disable": "postgres://u:xxxxx@host:5432/db?sslmode=disable",
		"postgres://u:se%40cret@host/db":                   "postgres://u:xxxxx@host/db",
		"postgres://host/db?password=secret&user=u":        "postgres://host/db?password=xxxxx&user=u",
		"postgres://u@host/db":                             "postgres://u@host/db",
		"postgres://u:secret@host:none/db":                 "postgres…",
		"sqlite:////var/lib/mindflow.db":                   "sqlite:////var/lib/mindflow.db",
	} {
		if got := store.Redacted(url); got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}

func TestTheClockIsCutToMicroseconds(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 123456789, time.FixedZone("CET", 3600))
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		want := time.Date(2026, 11, 27, 9, 0, 0, 123456000, time.UTC)
		write(t, s, func(tx *store.Tx) error {
			if tx.Now() != want || s.Now() != want {
				t.Errorf("now is %v and %v, want %v", tx.Now(), s.Now(), want)
			}
			return nil
		})
	})
}

func TestWhatIsKeptSurvivesClosing(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s, err := store.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "survives"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), keep("late")); mindflow.KindOf(err) != mindflow.KindUnavailable {
			t.Errorf("writing after Close: %v", err)
		}
		got, err := storetest.Open(t, url, time.Now).Task(t.Context(), a.WorkspaceID, task.ID, task.CreatedAt)
		if err != nil {
			t.Fatal(err)
		}
		wantTask(t, got, task)
	})
}

// Fails when Close forgets the writer, the readers or the pool.
func TestCloseLeavesNobodyBehind(t *testing.T) {
	ours := func() int {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		n := 0
		for stack := range bytes.SplitSeq(stacks, []byte("\n\n")) {
			for _, sign := range []string{"database/sql.", "store.(*groupWriter)", "pgx"} {
				if bytes.Contains(stack, []byte(sign)) {
					n++
					break
				}
			}
		}
		return n
	}
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		before := ours()
		for range 5 {
			s, err := store.Open(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			race(2, func(racer, try int) {
				if err := s.Write(t.Context(), keep(fmt.Sprint(racer, try))); err != nil {
					t.Error(err)
				}
				kept(t, s)
			})
			if _, err := s.Behind(t.Context()); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		for wait := time.Millisecond; ours() > before; wait *= 2 {
			if wait > 4*time.Second {
				t.Fatalf("%d goroutines before, %d after", before, ours())
			}
			time.Sleep(wait)
		}
	})
}

// A server that is not there is no fault of the person's.
func TestADatabaseThatDoesNotAnswerIsUnavailable(t *testing.T) {
	s := storetest.Open(t, "postgres://nobody@127.0.0.1:1/none?sslmode=disable&connect_timeout=1", time.Now)
	if err := s.Ping(t.Context()); err == nil {
		t.Error("it answers")
	}
	if err := s.Write(t.Context(), keep("lost")); mindflow.KindOf(err) != mindflow.KindUnavailable {
		t.Errorf("a write: %v", err)
	}
	if _, err := s.User(t.Context(), mindflow.UserID{}); mindflow.KindOf(err) != mindflow.KindUnavailable {
		t.Errorf("a read: %v", err)
	}
	if _, err := s.Migrate(t.Context()); err == nil {
		t.Error("it was migrated")
	}
	if _, err := s.Behind(t.Context()); err == nil {
		t.Error("it was looked at")
	}
}

func TestWhoseFaultAnErrorIs(t *testing.T) {
	pg := func(code string) error { return fmt.Errorf("save: %w", &pgconn.PgError{Code: code}) }
	s := storetest.Open(t, storetest.URL(t, storetest.SQLite), time.Now)
	for _, c := range []struct {
		err           error
		failed, retry bool
	}{
		{nil, false, false},
		{errors.New("a bug"), false, false},
		{context.Canceled, false, false},
		{context.DeadlineExceeded, true, false},
		{driver.ErrBadConn, true, false},
		{pg("40001"), true, true},
		{pg("40P01"), true, true},
		{pg("53100"), true, false},
		{pg("57P01"), true, false},
		{pg("08006"), true, false},
		{pg("23505"), false, false},
		{pg("42601"), false, false},
		{pg(""), false, false},
	} {
		if full := s.Full(c.err); full != (c.err != nil && strings.Contains(c.err.Error(), "53100")) {
			t.Errorf("%v: full %v", c.err, full)
		}
		if failed, retry := s.Failed(c.err), s.Retryable(c.err); failed != c.failed || retry != c.retry {
			t.Errorf("%v: failed %v, to be retried %v", c.err, failed, retry)
		}
	}
}

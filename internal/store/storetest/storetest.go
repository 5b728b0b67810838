package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"mindflow/internal/store"
)

// Kind is one of the databases everything runs on.
type Kind string

// The databases.
const (
	SQLite     Kind = "sqlite"
	PostgreSQL Kind = "postgres"
)

// Each runs a test on a fresh database of each kind.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachAt(t, time.Now, test)
}

// EachAt does the same with a clock of the test's own.
func EachAt(t *testing.T, clock func() time.Time, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachKind(t, func(t *testing.T, kind Kind) { test(t, OpenAt(t, kind, clock)) })
}

// EachKind runs a test once for each kind of database that is to be had.
func EachKind(t *testing.T, test func(t *testing.T, kind Kind)) {
	t.Helper()
	t.Run(string(SQLite), func(t *testing.T) { test(t, SQLite) })
	if Postgres(t) != "" {
		t.Run(string(PostgreSQL), func(t *testing.T) { test(t, PostgreSQL) })
	}
}

// OpenAt opens a fresh database with the newest schema, gone after the test.
func OpenAt(tb testing.TB, kind Kind, clock func() time.Time) *store.Store {
	tb.Helper()
	return Open(tb, URL(tb, kind), clock)
}

// Open opens a database that may be open already, until the test ends.
func Open(tb testing.TB, url string, clock func() time.Time) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), url, clock)
	return lasting(tb, s, err)
}

// OpenSchema opens the tables of a database, until the test ends.
func OpenSchema(tb testing.TB, url string) *store.Schema {
	tb.Helper()
	s, err := store.OpenSchema(url)
	return lasting(tb, s, err)
}

func lasting[T io.Closer](tb testing.TB, opened T, err error) T {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := opened.Close(); err != nil {
			tb.Error(err)
		}
	})
	return opened
}

// URL answers the URL of a fresh database with the newest schema.
func URL(tb testing.TB, kind Kind) string {
	tb.Helper()
	if kind == SQLite {
		path := filepath.Join(tb.TempDir(), "mindflow.db")
		if err := os.WriteFile(path, sqliteTemplate(), 0o600); err != nil {
			tb.Fatal(err)
		}
		return "sqlite:///" + path
	}
	template, err := postgresTemplate(Postgres(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return newDatabase(tb, ` TEMPLATE `+template)
}

// Empty answers the URL of a database without a schema. SQLite's file is not
// there yet, nor are its folders.
func Empty(tb testing.TB, kind Kind) string {
	tb.Helper()
	if kind == SQLite {
		return "sqlite:///" + filepath.Join(tb.TempDir(), "made", "on the way", "100%.db")
	}
	return newDatabase(tb, "")
}

// newDatabase makes a database on PostgreSQL, gone after the test.
func newDatabase(tb testing.TB, how string) string {
	tb.Helper()
	server, name := Postgres(tb), newName("t")
	if err := administer(server, `CREATE DATABASE `+name+how); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := administer(server, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			tb.Error(err)
		}
	})
	return databaseURL(server, name)
}

// Filled answers the URL of a database on PostgreSQL that is empty but for what
// the statements put into it.
func Filled(tb testing.TB, statements string) string {
	tb.Helper()
	url := Empty(tb, PostgreSQL)
	conn, err := pgconn.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(conn.Exec(tb.Context(), statements).Close(), conn.Close(tb.Context())); err != nil {
		tb.Fatal(err)
	}
	return url
}

// sqliteTemplate is a migrated, empty database file.
var sqliteTemplate = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "mindflow")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:///" + path); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})

var postgresTemplates struct {
	sync.Mutex

	name string
}

// postgresTemplate is the name of a migrated, empty database on the server.
// Making a database from it takes a fraction of migrating one.
func postgresTemplate(server string) (string, error) {
	postgresTemplates.Lock()
	defer postgresTemplates.Unlock()
	if postgresTemplates.name != "" {
		return postgresTemplates.name, nil
	}
	name := newName("template")
	if err := administer(server, `CREATE DATABASE `+name); err != nil {
		return "", err
	}
	if err := migrate(databaseURL(server, name)); err != nil {
		return "", err
	}
	postgresTemplates.name = name
	return name, nil
}

func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	return s.Close()
}

func newName(prefix string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return "mindflow_" + prefix + "_" + hex.EncodeToString(b[:])
}

// administer runs one statement on the server's own database.
func administer(server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func databaseURL(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

// Role makes a role on PostgreSQL that may sign in with the password "secret" and
// nothing else. It is gone after the test, with all that is its own: make it
// before the databases it has rights in.
func Role(tb testing.TB) string {
	tb.Helper()
	server, name := Postgres(tb), newName("r")
	if err := administer(server, `CREATE ROLE `+name+` LOGIN PASSWORD 'secret'`); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := administer(server, `DROP ROLE `+name); err != nil {
			tb.Error(err)
		}
	})
	return name
}

// Execute runs statements in a database on PostgreSQL.
func Execute(tb testing.TB, url, statements string) {
	tb.Helper()
	conn, err := pgconn.Connect(tb.Context(), url)
	if err == nil {
		err = errors.Join(conn.Exec(tb.Context(), statements).Close(), conn.Close(tb.Context()))
	}
	if err != nil {
		tb.Fatal(err)
	}
}

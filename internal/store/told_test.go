package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Seen red with told answering the driver's own error, except for SQLite's
// constraint: that message has no values in it.
func TestAFailureOfTheDatabaseQuotesNoValues(t *testing.T) {
	const secret = "s3cr3t"
	for name, c := range map[string]struct {
		statement string
		args      []any
		says      map[storetest.Kind]string // what has to be told, empty where it works
	}{
		"a value that is there already": {
			`INSERT INTO users (id, workspace_id, email, email_key, full_name, password_hash, created_at) SELECT id, workspace_id, $1, email_key, $1, $1, 1 FROM users`,
			[]any{secret},
			map[storetest.Kind]string{storetest.SQLite: "UNIQUE constraint failed", storetest.PostgreSQL: "PostgreSQL 23505, table users, constraint users_"},
		},
		"a text for a number": {
			`UPDATE users SET created_at = $1`,
			[]any{secret},
			map[storetest.Kind]string{storetest.PostgreSQL: "*"},
		},
		"a table that is not there": {
			`UPDATE gone SET x = $1`,
			[]any{secret},
			map[storetest.Kind]string{storetest.SQLite: "no such table: gone", storetest.PostgreSQL: `PostgreSQL 42P01 relation "gone" does not exist`},
		},
		"an argument that cannot be sent": {
			`UPDATE users SET email = $1`,
			[]any{struct{ Secret string }{secret}},
			map[storetest.Kind]string{storetest.SQLite: "sql: an argument cannot be converted", storetest.PostgreSQL: "an argument cannot be encoded"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
				s := storetest.OpenAt(t, kind, time.Now)
				newPerson(t, s, secret+"@example.com")
				err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Exec(c.statement, c.args...) })
				if err == nil {
					if c.says[kind] != "" {
						t.Fatal("it worked")
					}
					return
				}
				if failure, ok := errors.AsType[*mindflow.Failure](err); !ok || strings.Contains(err.Error(), secret) ||
					strings.Contains(mindflow.Said(err), secret) || !strings.Contains(err.Error(), strings.TrimPrefix(c.says[kind], "*")) {
					t.Errorf("it says %q (%v)", err, failure)
				}
			})
		})
	}
}

func TestADatabaseThatCannotBeReachedSaysWhereButNotThePassword(t *testing.T) {
	s, err := store.Open(t.Context(), "postgres://ada:s3cr3t@127.0.0.1:1/mindflow?connect_timeout=2", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Write(context.Background(), func(*store.Tx) error { return nil })
	if mindflow.KindOf(err) != mindflow.KindUnavailable || !strings.Contains(mindflow.Said(err), "127.0.0.1:1") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("it says %v", err)
	}
}

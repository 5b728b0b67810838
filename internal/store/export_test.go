package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/pressly/goose/v3"
)

// What tests reach for beneath the store's own words.

// Exec runs any statement within the change.
func (tx *Tx) Exec(query string, args ...any) error {
	_, err := tx.exec(query, args...)
	return err
}

// Number reads one number within the change.
func (tx *Tx) Number(query string, args ...any) (int, error) {
	n := 0
	err := one(tx, query, args, &n)
	return n, err
}

// Number reads one number.
func (s *Store) Number(ctx context.Context, query string, args ...any) (int, error) {
	n := 0
	err := one(s.read(ctx), query, args, &n)
	return n, err
}

// Lines reads a column of texts.
func (s *Store) Lines(ctx context.Context, query string) ([]string, error) {
	var lines []string
	err := each(s.read(ctx), query, nil, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		lines = append(lines, line)
		return err
	})
	return lines, err
}

// One reads a single row of rows that are open already.
func One(rows *sql.Rows, dest ...any) error { return one(opened{rows}, "", nil, dest...) }

type opened struct{ rows *sql.Rows }

func (o opened) query(string, ...any) (*sql.Rows, error) { return o.rows, nil }

func (o opened) broke(err error) error { return err }

func (o opened) begin(string) func(error) { return func(error) {} }

// Steps lends fn the steps of the schema.
func (s *Store) Steps(fn func(*goose.Provider) error) error { return s.migrating(fn) }

// IsPostgres reports which database it is.
func (s *Store) IsPostgres() bool { return s.dialect.postgres }

// LongestChange sets how long a change on PostgreSQL may take.
func (s *Store) LongestChange(d time.Duration) { s.writer.(*pooledWriter).longest = d }

// Retryable and Failed say how the store reads an error of its database.
func (s *Store) Retryable(err error) bool { return s.dialect.retryable(err) }

// Failed reports whether the database could not do its part.
func (s *Store) Failed(err error) bool { return s.dialect.failed(err) }

// What the writers go by.
const (
	MaxGroup      = maxGroup
	MaxGroupAge   = maxGroupAge
	MaxWriteTries = maxWriteTries
	MaxPrepared   = maxPrepared
	MaxPostgres   = maxPostgres
	MaxWriting    = maxWriting
)

// Rows runs a query under the caller's own context.
func (s *Store) Rows(ctx context.Context, query string) (*sql.Rows, error) {
	return s.readers.QueryContext(ctx, query)
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// pooledWriter is PostgreSQL's: each change in a transaction of its own.
type pooledWriter struct {
	s       *Store
	longest time.Duration // a change may take, its waiting for locks included
	seats   chan struct{} // one for each change under way
	wait    atomic.Int32  // how many wait for a seat
}

// maxWriting is how many changes are under way at once. The connections left
// are the reads': changes that wait for one workspace may not stop them.
const maxWriting = maxPostgres * 2 / 3

func newPooledWriter(s *Store) *pooledWriter {
	return &pooledWriter{s: s, longest: maxWriteTime, seats: make(chan struct{}, maxWriting)}
}

const (
	maxWriteTries = 8
	maxWriteTime  = 15 * time.Second
)

func (w *pooledWriter) write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	patience := time.NewTimer(w.longest)
	defer patience.Stop()
	w.wait.Add(1)
	select {
	case w.seats <- struct{}{}:
		w.wait.Add(-1)
		defer func() { <-w.seats }()
	case <-ctx.Done():
		w.wait.Add(-1)
		return ctx.Err()
	case <-patience.C:
		w.wait.Add(-1)
		return mindflow.Unavailable("The database is busy")
	}
	// From here on the outcome is waited for: a statement broken off by a
	// hang-up would cost the connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.longest)
	defer cancel()
	for try := 1; ; try++ {
		err := w.once(ctx, fn)
		if err == nil || !w.s.dialect.retryable(err) || try == maxWriteTries {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(try) * int64(5*time.Millisecond))) //nolint:gosec // spreads retries, guards nothing
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

func (w *pooledWriter) once(ctx context.Context, fn func(*Tx) error) error {
	tx, err := w.s.readers.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w (%w)", mindflow.Unavailable("The database cannot be reached"), told(err))
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit; also on a panic
	run := func(query string) statement { return txStatement{ctx, tx, query} }
	change := &Tx{s: w.s, ctx: ctx, now: w.s.Now(), run: run}
	if err := change.finish(fn(change)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if w.s.dialect.retryable(err) {
			return err
		}
		return w.s.uncommitted(err)
	}
	w.s.groups.committed(1)
	w.s.committed(change.enqueued)
	return nil
}

// crowded reports whether every seat is taken.
func (w *pooledWriter) crowded() bool { return len(w.seats) == cap(w.seats) }

func (w *pooledWriter) waiters() int { return int(w.wait.Load()) }

func (w *pooledWriter) close() error { return nil }

type txStatement struct {
	ctx context.Context //nolint:containedctx // as long as the transaction
	tx  *sql.Tx
	sql string
}

func (s txStatement) query(args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(s.ctx, s.sql, args...)
}

func (s txStatement) exec(args ...any) (sql.Result, error) {
	return s.tx.ExecContext(s.ctx, s.sql, args...)
}

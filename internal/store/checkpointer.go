package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"sync/atomic"

	"mindflow/internal/mindflow"
)

const (
	// So many statements that changed something start a checkpoint: some
	// hundred pages of the write-ahead log. Fewer sync more often, more hold up
	// for longer who writes meanwhile.
	checkpointEvery = 1000
	// The log, in pages, at which SQLite itself checkpoints inside a commit,
	// should the checkpointer not keep up: 64 MiB.
	tooLongLog = 16000
)

// checkpointer copies SQLite's write-ahead log into the database file beside
// the writer, which goes on meanwhile. Only a log that nobody appended to
// meanwhile can start over; that last piece is the writer's, between two groups.
type checkpointer struct {
	db      *sql.DB
	file    *os.File
	log     *slog.Logger
	changes int // since the last checkpoint; the writer's alone
	wake    chan struct{}
	copied  atomic.Bool // all but a last piece
	ended   chan struct{}
}

// startCheckpointer works on the database in a file.
func startCheckpointer(ctx context.Context, db *sql.DB, name string, log *slog.Logger) (*checkpointer, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	c := &checkpointer{db: db, file: file, log: log, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.loop(ctx)
	return c, nil
}

// wrote counts statements that changed something, and wakes the checkpointer
// when they are many.
func (c *checkpointer) wrote(changes int) {
	if c.changes += changes; c.changes < checkpointEvery {
		return
	}
	c.changes = 0
	select {
	case c.wake <- struct{}{}:
	default: // it is at work, and will see to these as well
	}
}

// stop waits for a checkpoint under way.
func (c *checkpointer) stop() {
	close(c.wake)
	<-c.ended
}

// close lets go of the file. SQLite's own locks on it go as well, by the rules
// of POSIX: nobody may use it any more.
func (c *checkpointer) close() error { return c.file.Close() }

func (c *checkpointer) loop(ctx context.Context) {
	defer close(c.ended)
	failing := false
	for range c.wake {
		err := mindflow.Catch(func() error { return c.copy(ctx) })
		switch {
		case err == nil:
			c.copied.Store(true)
			if failing {
				c.log.InfoContext(ctx, "checkpoints work again")
			}
		case !failing: // said once, for it is tried again with every thousand changes
			c.log.ErrorContext(ctx, "checkpoint failed; the write-ahead log grows", "error", err)
		}
		failing = err != nil
	}
}

// copy copies what can be copied now. SQLite syncs the file only with the last
// piece; here nobody waits for it.
func (c *checkpointer) copy(ctx context.Context) error {
	_, err := c.db.ExecContext(ctx, checkpoint)
	return errors.Join(told(err), c.file.Sync())
}

// checkpoint copies what it can and waits for nobody.
const checkpoint = "PRAGMA wal_checkpoint(PASSIVE)"

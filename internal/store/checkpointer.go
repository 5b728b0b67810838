package store

import (
	"context"
	"database/sql"
	"sync/atomic"
)

const (
	// So many statements that changed something start a checkpoint: about a
	// thousand pages of the write-ahead log.
	checkpointEvery = 1500
	// A log longer than this is brought to its end, so that it starts over: 16 MiB.
	longLog = 4000
	// The log at which SQLite itself checkpoints inside a commit, should the
	// checkpointer not keep up: 64 MiB.
	tooLongLog = 16000
)

// checkpointer copies SQLite's write-ahead log into the database file beside
// the writer, which goes on meanwhile. Only a log that nobody appended to
// meanwhile can start over; that last piece is the writer's, between two groups.
type checkpointer struct {
	db      *sql.DB
	changes int // since the last checkpoint; the writer's alone
	wake    chan struct{}
	long    atomic.Bool
	ended   chan struct{}
}

func startCheckpointer(db *sql.DB) *checkpointer {
	c := &checkpointer{db: db, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.loop()
	return c
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

func (c *checkpointer) close() {
	close(c.wake)
	<-c.ended
}

func (c *checkpointer) loop() {
	defer close(c.ended)
	for range c.wake {
		var busy, log, copied int
		err := c.db.QueryRowContext(context.Background(), checkpoint).Scan(&busy, &log, &copied)
		if err == nil && log > longLog {
			c.long.Store(true)
		}
	}
}

// checkpoint waits for nobody, and answers whether another one runs, the log's
// length and how much of it is copied, in pages.
const checkpoint = "PRAGMA wal_checkpoint(PASSIVE)"

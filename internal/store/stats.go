package store

import (
	"math/bits"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// Stats says what a store is doing, and has done since it was opened.
type Stats struct {
	Statements int64
	// The connections of the readers; on PostgreSQL, of the writers too.
	Connections, InUse, MaxConnections int
	Waited                             int64 // for a connection, so many times
	WaitTime                           time.Duration
	Waiting                            int // changes whose turn has not come
	Groups                             GroupStats
}

// GroupStats says how many changes were committed together: one each on
// PostgreSQL. BySize[i] counts the transactions of at most 1<<i changes that do
// not fit BySize[i-1].
type GroupStats struct {
	BySize  [7]int64
	Changes int64
}

// Stats looks at counters only, never at the database.
func (s *Store) Stats() Stats {
	db := s.readers.Stats()
	return Stats{
		Statements: s.statements.Load(), Connections: db.OpenConnections, InUse: db.InUse, MaxConnections: db.MaxOpenConnections,
		Waited: db.WaitCount, WaitTime: db.WaitDuration, Waiting: s.writer.waiters(), Groups: s.groups.stats(),
	}
}

// Watch has the store tell of its transactions and statements. It is called
// before the first of them.
func (s *Store) Watch(w mindflow.Watch) { s.watch = w }

// groups counts committed transactions by how many changes they held.
type groups struct {
	bySize  [7]atomic.Int64
	changes atomic.Int64
}

func (g *groups) committed(changes int) {
	g.bySize[min(bits.Len(uint(changes-1)), len(g.bySize)-1)].Add(1)
	g.changes.Add(int64(changes))
}

func (g *groups) stats() GroupStats {
	s := GroupStats{Changes: g.changes.Load()}
	for i := range g.bySize {
		s.BySize[i] = g.bySize[i].Load()
	}
	return s
}

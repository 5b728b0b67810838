package ratelimit

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// Memory holds rates in this process. For each key it remembers the moments at
// which slots were taken, so it is exact; it forgets keys that are idle.
//
// Each kind of key has a room of so many bytes. When it is full, a new key makes
// room by forgetting one that has not been used for long: whoever sends from
// very many addresses can make this server forget addresses, but never what it
// knows of users and accounts.
type Memory struct {
	clock func() time.Time
	began time.Time
	seed  maphash.Seed
	kinds [mindflow.LimitedKinds]kind
}

const (
	shards = 16 // of a kind; each has a lock
	// room bounds what the keys of one kind take together, but for one key a shard
	// that may need more alone. Accounts have more: their moments count for long.
	room         = 8 << 20
	roomAccounts = 32 << 20
	// perKey is what a key takes beside its moments, about.
	perKey = 192
	// sweepEvery is how often a shard that is used looks for idle keys.
	sweepEvery = time.Minute
	// sampled is how many keys are looked at to find an old one.
	sampled = 8
)

type kind struct {
	room   int64
	bytes  atomic.Int64
	shards [shards]shard
}

type shard struct {
	mu    sync.Mutex
	logs  map[[16]byte]*log
	swept int64
}

// NewMemory makes an empty limiter. A clock with a monotonic reading, such as
// time.Now, makes it exact whatever happens to the wall clock.
func NewMemory(clock func() time.Time) *Memory {
	m := &Memory{clock: clock, began: clock(), seed: maphash.MakeSeed()}
	for i := range m.kinds {
		m.kinds[i].room = room
		for j := range m.kinds[i].shards {
			m.kinds[i].shards[j].logs = map[[16]byte]*log{}
		}
	}
	m.kinds[mindflow.LimitedGuesses].room = roomAccounts
	return m
}

// Take takes a slot of a key within a rate, if one is free.
func (m *Memory) Take(_ context.Context, key mindflow.LimitKey, rate mindflow.Rate) mindflow.Taken {
	k, s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now() // read under the lock: moments are in the order of taking
	if now-s.swept >= sweepEvery.Microseconds() {
		k.sweep(s, now)
	}
	l := s.logs[key.Whose]
	if l == nil {
		l = &log{}
		s.logs[key.Whose] = l
		k.bytes.Add(perKey)
	}
	before := len(l.ring)
	taken := l.take(now, rate)
	k.bytes.Add(int64(len(l.ring)-before) * 8)
	for full := true; full && k.bytes.Load() > k.room; {
		full = k.evict(s, key.Whose)
	}
	taken.At += m.began.UnixMicro()
	return taken
}

// GiveBack frees a slot that was taken.
func (m *Memory) GiveBack(_ context.Context, key mindflow.LimitKey, taken mindflow.Taken) {
	_, s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.logs[key.Whose]; l != nil && taken.Allowed {
		l.remove(taken.At - m.began.UnixMicro())
	}
}

// now counts from the beginning, so that the monotonic clock counts.
func (m *Memory) now() int64 { return m.clock().Sub(m.began).Microseconds() }

func (m *Memory) shard(key mindflow.LimitKey) (*kind, *shard) {
	k := &m.kinds[key.What]
	return k, &k.shards[maphash.Comparable(m.seed, key.Whose)%shards]
}

// sweep forgets the idle keys of a shard.
func (k *kind) sweep(s *shard, now int64) {
	s.swept = now
	for whose, l := range s.logs {
		if l.idle(now) {
			k.forget(s, whose, l)
		}
	}
}

// evict forgets a key of a shard that has not been used for long: the longest
// idle of a few, but never the one that is being used. It answers false when
// there is none.
func (k *kind) evict(s *shard, but [16]byte) bool {
	var oldest *log
	var whose [16]byte
	seen := 0
	for w, l := range s.logs { // begins anywhere
		if w == but {
			continue
		}
		if oldest == nil || l.newest() < oldest.newest() {
			oldest, whose = l, w
		}
		if seen++; seen == sampled {
			break
		}
	}
	if oldest == nil {
		return false
	}
	k.forget(s, whose, oldest)
	return true
}

func (k *kind) forget(s *shard, whose [16]byte, l *log) {
	delete(s.logs, whose)
	k.bytes.Add(-perKey - int64(len(l.ring))*8)
}

// log is the moments at which slots of one key were taken, oldest first, in a
// ring that grows with their number.
type log struct {
	per   int64
	ring  []int64
	first int // index of the oldest
	count int
}

func (l *log) take(now int64, rate mindflow.Rate) mindflow.Taken {
	l.per = rate.Per.Microseconds()
	if l.count > 0 && l.newest()-now > l.per {
		// The clock was put back by more than a span: what was taken counts from now on.
		for i := range l.count {
			*l.at(i) = now
		}
	}
	if l.count > 0 {
		now = max(now, l.newest())
	}
	for l.count > 0 && *l.at(0) <= now-l.per {
		l.first = (l.first + 1) % len(l.ring)
		l.count--
	}
	allowed := l.count < rate.Limit
	if allowed {
		l.push(now, rate.Limit)
	}
	return mindflow.Taken{
		Allowed: allowed, Remaining: max(rate.Limit-l.count, 0), At: now,
		Reset: time.Duration(*l.at(max(l.count-rate.Limit, 0))+l.per-now) * time.Microsecond,
	}
}

// smallest is the room a log begins with.
const smallest = 8

func (l *log) push(now int64, limit int) {
	if l.count == len(l.ring) {
		grown := make([]int64, min(max(2*l.count, smallest), max(limit, l.count+1)))
		for i := range l.count {
			grown[i] = *l.at(i)
		}
		l.ring, l.first = grown, 0
	}
	l.count++
	*l.at(l.count - 1) = now
}

// remove frees the newest slot taken at a moment.
func (l *log) remove(at int64) {
	for i := l.count - 1; i >= 0 && *l.at(i) >= at; i-- {
		if *l.at(i) != at {
			continue
		}
		for ; i < l.count-1; i++ {
			*l.at(i) = *l.at(i + 1)
		}
		l.count--
		return
	}
}

func (l *log) at(i int) *int64 { return &l.ring[(l.first+i)%len(l.ring)] }

// newest is when a slot was last taken; before everything when none is.
func (l *log) newest() int64 {
	if l.count == 0 {
		return -1 << 62
	}
	return *l.at(l.count - 1)
}

func (l *log) idle(now int64) bool { return l.newest() <= now-l.per }

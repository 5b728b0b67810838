package ratelimit

import (
	"encoding/binary"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

func keyOf(what mindflow.Limited, n int) mindflow.LimitKey {
	k := mindflow.LimitKey{What: what}
	binary.BigEndian.PutUint64(k.Whose[:], uint64(n))
	return k
}

func (m *Memory) size(what mindflow.Limited) (keys int, bytes int64) {
	for i := range m.kinds[what].shards {
		keys += len(m.kinds[what].shards[i].logs)
	}
	return keys, m.kinds[what].bytes.Load()
}

func TestAKnownKeyCostsNoAllocation(t *testing.T) {
	m := NewMemory(time.Now)
	key, rate := keyOf(mindflow.LimitedReads, 1), mindflow.Rate{Limit: 600, Per: time.Minute}
	for range 700 {
		m.Take(t.Context(), key, rate)
	}
	if n := testing.AllocsPerRun(100, func() { m.Take(t.Context(), key, rate) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestIdleKeysAreForgotten(t *testing.T) {
	now := time.Now()
	m := NewMemory(func() time.Time { return now })
	rate := mindflow.Rate{Limit: 60, Per: time.Minute}
	for i := range 1000 {
		m.Take(t.Context(), keyOf(mindflow.LimitedSignIns, i), rate)
	}
	if keys, bytes := m.size(mindflow.LimitedSignIns); keys != 1000 || bytes != 1000*(perKey+8*smallest) {
		t.Errorf("%d keys in %d bytes", keys, bytes)
	}
	now = now.Add(time.Minute)
	for i := range 1000 { // which reach every shard
		m.Take(t.Context(), keyOf(mindflow.LimitedSignIns, 10_000+i), rate)
	}
	if keys, _ := m.size(mindflow.LimitedSignIns); keys != 1000 {
		t.Errorf("%d keys after a minute", keys)
	}
}

// Whoever comes from millions of addresses fills the room of addresses and no
// other. Seen red without evict.
func TestMemoryIsBoundedAndWhatIsKnownOfAccountsStays(t *testing.T) {
	now := time.Now()
	m := NewMemory(func() time.Time { return now })
	rate, guesses := mindflow.Rate{Limit: 10, Per: time.Minute}, mindflow.Rate{Limit: 10, Per: 15 * time.Minute}
	for range 10 {
		m.Take(t.Context(), keyOf(mindflow.LimitedGuesses, 1), guesses)
	}
	for i := range 200_000 {
		now = now.Add(time.Microsecond)
		m.Take(t.Context(), keyOf(mindflow.LimitedSignIns, i), rate)
	}
	if keys, bytes := m.size(mindflow.LimitedSignIns); bytes > room || keys < room/2/perKey {
		t.Errorf("%d keys in %d bytes", keys, bytes)
	}
	if m.Take(t.Context(), keyOf(mindflow.LimitedGuesses, 1), guesses).Allowed {
		t.Error("the account was forgotten")
	}
	if got := m.Take(t.Context(), keyOf(mindflow.LimitedSignIns, 199_999), rate); got.Remaining != 8 {
		t.Errorf("the newest address was forgotten: %+v", got)
	}
}

func TestOneKeyMayNeedMoreThanItsShare(t *testing.T) {
	m := NewMemory(time.Now)
	rate := mindflow.Rate{Limit: mindflow.MaxRateLimit, Per: time.Hour}
	for i := range 3 {
		key := keyOf(mindflow.LimitedReads, i)
		for range rate.Limit {
			m.Take(t.Context(), key, rate)
		}
		if m.Take(t.Context(), key, rate).Allowed {
			t.Error("more than the limit was allowed")
		}
	}
}

// A wall clock that is put back locks nobody out for longer than a span.
func TestAClockPutBack(t *testing.T) {
	began := time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)
	for _, back := range []time.Duration{time.Second, 59 * time.Second, 61 * time.Second, 24 * time.Hour} {
		now := began
		m := NewMemory(func() time.Time { return now })
		key, rate := keyOf(mindflow.LimitedChanges, 1), mindflow.Rate{Limit: 1, Per: time.Minute}
		m.Take(t.Context(), key, rate)
		now = now.Add(-back)
		if m.Take(t.Context(), key, rate).Allowed {
			t.Errorf("back by %v: allowed at once", back)
		}
		now = now.Add(2 * time.Minute)
		if !m.Take(t.Context(), key, rate).Allowed {
			t.Errorf("back by %v: refused after two minutes", back)
		}
	}
}

func BenchmarkTake(b *testing.B) {
	m := NewMemory(time.Now)
	rate := mindflow.Rate{Limit: 100_000, Per: time.Second}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Take(b.Context(), keyOf(mindflow.LimitedReads, 1), rate)
		}
	})
}

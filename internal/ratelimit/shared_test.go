package ratelimit_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/ratelimit/redistest"
	"mindflow/test/stage"
)

const (
	goneWords = "redis does not answer"
	backWords = "redis is back"
)

// server is one of several that share a Redis.
type server struct {
	*ratelimit.Shared

	log *stage.Logbook
}

func newServer(t *testing.T, url string) server {
	t.Helper()
	log := &stage.Logbook{}
	s := ratelimit.NewShared(ratelimit.NewMemory(time.Now), openRedis(t, url), slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { _ = s.Close() })
	return server{s, log}
}

// Seen red with servers that look into their memory alone.
func TestALimitOverThreeServersAdmitsTheLimit(t *testing.T) {
	t.Parallel()
	srv := redistest.Start(t)
	var servers []body
	for range 3 {
		servers = append(servers, body{newServer(t, srv.URL()), time.Sleep, 10 * time.Millisecond})
	}
	rate := mindflow.Rate{Limit: 60, Per: time.Minute}
	if n := len(race(t, 12, 20, someKey(), rate, servers...)); n != rate.Limit {
		t.Errorf("%d of 240 were let in", n)
	}
	rate = mindflow.Rate{Limit: 10, Per: 200 * time.Millisecond}
	let := race(t, 9, 60, someKey(), rate, servers...)
	if len(let) <= rate.Limit {
		t.Errorf("only %d were let in over several spans", len(let))
	}
	holdsNoSpanWithMoreThan(t, rate, let)
}

// Whatever happens to Redis, every question is answered within a second, no
// server forgets what it knows itself, the log says it once, and when Redis is
// back the limit is shared again. Seen red with the library's own time-outs, and
// without the look for Redis.
func TestRedisFails(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct{ harm, heal func(*redistest.Server) }{
		"killed": {(*redistest.Server).Kill, (*redistest.Server).Restart},
		"frozen": {(*redistest.Server).Freeze, (*redistest.Server).Thaw},
		"full": {
			func(s *redistest.Server) { _, _ = s.Ask("CONFIG SET maxmemory 1") },
			func(s *redistest.Server) { _, _ = s.Ask("CONFIG SET maxmemory 0") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			one, other := newServer(t, redis.URL()), newServer(t, redis.URL())
			key, rate := someKey(), mindflow.Rate{Limit: 10, Per: time.Hour}
			for range 6 {
				one.Take(t.Context(), key, rate)
			}
			if got := other.Take(t.Context(), key, rate); got.Remaining != 3 {
				t.Fatalf("not shared: %+v", got)
			}
			fault.harm(redis)
			let := 0
			for range 20 {
				began := time.Now()
				if one.Take(t.Context(), key, rate).Allowed {
					let++
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("an answer took %v", took)
				}
			}
			if let != 4 { // of its own ten
				t.Errorf("%d were let in by a server that is alone", let)
			}
			fault.heal(redis)
			awaitTrue(t, 5*time.Second, func() bool { return one.log.Count(backWords) == 1 })
			again := someKey()
			awaitTrue(t, 5*time.Second, func() bool {
				one.Take(t.Context(), again, mindflow.Rate{Limit: 1000, Per: time.Hour})
				return other.Take(t.Context(), again, mindflow.Rate{Limit: 1000, Per: time.Hour}).Remaining < 900
			})
			if gone, back := one.log.Count(goneWords), one.log.Count(backWords); gone != 1 || back != 1 {
				t.Errorf("the log says %d times that it is gone, %d times that it is back", gone, back)
			}
		})
	}
}

// A Redis that is emptied forgets, this server does not.
func TestRedisIsWiped(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := newServer(t, redis.URL())
	key, rate := someKey(), mindflow.Rate{Limit: 10, Per: time.Hour}
	let := 0
	for i := range 30 {
		if i%7 == 0 {
			redis.Wipe()
		}
		if s.Take(t.Context(), key, rate).Allowed {
			let++
		}
	}
	if let != rate.Limit || s.log.Count(goneWords) != 0 {
		t.Errorf("%d were let in; the log says %d times that Redis is gone", let, s.log.Count(goneWords))
	}
}

func TestManyAtOnceWaitForAFrozenRedisForLessThanASecond(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := newServer(t, redis.URL())
	s.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Hour})
	redis.Freeze()
	defer redis.Thaw()
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			began := time.Now()
			s.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Hour})
			if took := time.Since(began); took > time.Second {
				t.Errorf("an answer took %v", took)
			}
		})
	}
	wg.Wait()
}

func TestARedisThatNeverWasThere(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	redis.Kill()
	s := newServer(t, redis.URL())
	if s.Ping(t.Context()) == nil {
		t.Error("it is said to be there")
	}
	if !s.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Hour}).Allowed {
		t.Error("refused")
	}
	redis.Restart()
	awaitTrue(t, 5*time.Second, func() bool { return s.log.Count(backWords) == 1 && s.Ping(t.Context()) == nil })
}

func TestNothingGoesOnAfterClose(t *testing.T) {
	before := goleak.IgnoreCurrent()
	redis := redistest.Start(t)
	s := newServer(t, redis.URL())
	s.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Hour})
	redis.Kill()
	s.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Hour})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}

func TestWhatIsNoAddressOfARedis(t *testing.T) {
	for _, url := range []string{"", "127.0.0.1:6379", "http://127.0.0.1", "redis://host/x", "redis://host?addr=", "redis://u:secret@h:x%zz/"} {
		if _, err := ratelimit.OpenRedis(url); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

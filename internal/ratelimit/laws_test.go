package ratelimit_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/ratelimit/redistest"
	"mindflow/test/stage"
)

// limiter is any of the bodies.
type limiter interface {
	Take(context.Context, mindflow.LimitKey, mindflow.Rate) mindflow.Taken
	GiveBack(context.Context, mindflow.LimitKey, mindflow.Taken)
}

func newClock() *stage.Clock {
	return stage.At(time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC))
}

// plain is a Redis alone: what it cannot answer fails the test.
type plain struct {
	t testing.TB
	r *ratelimit.Redis
}

func (p plain) Take(ctx context.Context, key mindflow.LimitKey, rate mindflow.Rate) mindflow.Taken {
	taken, err := p.r.Take(ctx, key, rate)
	if err != nil {
		p.t.Error(err)
	}
	return taken
}

func (p plain) GiveBack(ctx context.Context, key mindflow.LimitKey, taken mindflow.Taken) {
	if err := p.r.GiveBack(ctx, key, taken); err != nil {
		p.t.Error(err)
	}
}

func openRedis(tb testing.TB, url string) *ratelimit.Redis {
	tb.Helper()
	r, err := ratelimit.OpenRedis(url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r
}

// body is a limiter with its own idea of time. A unit is its smallest span
// worth waiting for.
type body struct {
	limiter

	wait func(time.Duration)
	unit time.Duration
}

// opener opens a body, fresh.
type opener struct {
	name string
	open func(*testing.T) body
}

// singleBodies keep one list of moments for each key.
var singleBodies = []opener{
	{"memory", func(*testing.T) body {
		c := newClock()
		return body{ratelimit.NewMemory(c.Now), c.Move, time.Second}
	}},
	{"redis", func(t *testing.T) body {
		return body{plain{t, openRedis(t, redistest.Start(t).URL())}, time.Sleep, 2 * time.Millisecond}
	}},
	{"a node of a cluster, which refuses calls of two slots", func(t *testing.T) body {
		srv := redistest.Start(t, "--cluster-enabled", "yes")
		if answer, err := srv.Ask("CLUSTER ADDSLOTSRANGE 0 16383"); err != nil || answer != "+OK" {
			t.Fatal(answer, err)
		}
		r := openRedis(t, srv.URL())
		awaitTrue(t, 10*time.Second, func() bool {
			_, err := r.Take(t.Context(), someKey(), mindflow.Rate{Limit: 1, Per: time.Second})
			return err == nil
		})
		return body{plain{t, r}, time.Sleep, 2 * time.Millisecond}
	}},
}

// allBodies are also the one that keeps two: what its lists say together is not
// what one of them says.
var allBodies = append(slices.Clone(singleBodies), opener{"shared", func(t *testing.T) body {
	r := openRedis(t, redistest.Start(t).URL())
	s := ratelimit.NewShared(ratelimit.NewMemory(time.Now), r, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = s.Close() })
	return body{s, time.Sleep, 10 * time.Millisecond}
}})

// each runs a test on each of some bodies.
func each(t *testing.T, bodies []opener, test func(t *testing.T, b body)) {
	t.Helper()
	for _, b := range bodies {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			test(t, b.open(t))
		})
	}
}

func awaitTrue(t *testing.T, within time.Duration, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v", within)
		}
	}
}

// someKey is a key nobody else has.
func someKey() mindflow.LimitKey {
	return mindflow.LimitKey{What: mindflow.LimitedChanges, Whose: mindflow.NewID[mindflow.User](time.Now())}
}

// naive is a rate as one would write it down: a list of moments.
type naive []int64

func (n *naive) take(at int64, rate mindflow.Rate) (allowed bool, remaining int, reset time.Duration) {
	*n = slices.DeleteFunc(*n, func(t int64) bool { return t <= at-rate.Per.Microseconds() })
	if allowed = len(*n) < rate.Limit; allowed {
		*n = append(*n, at)
	}
	return allowed, rate.Limit - len(*n), time.Duration((*n)[0]+rate.Per.Microseconds()-at) * time.Microsecond
}

func (n *naive) giveBack(at int64) {
	if i := slices.Index(*n, at); i >= 0 {
		*n = slices.Delete(*n, i, i+1)
	}
}

// Whatever happens, each answer is the naive list's at the moment the limiter
// says it was. Seen red, in memory, with "<" for "<=" where old moments fall
// away, with a give-back that removes nothing, and with a ring that grows without
// being turned.
func TestEveryAnswerIsThatOfAListOfMoments(t *testing.T) {
	t.Parallel()
	each(t, singleBodies, func(t *testing.T, b body) {
		rapid.Check(t, func(rt *rapid.T) {
			rate := mindflow.Rate{Limit: rapid.IntRange(1, 20).Draw(rt, "limit"), Per: 4 * b.unit}
			key, list := someKey(), naive{}
			var given []mindflow.Taken
			for range rapid.IntRange(1, 40).Draw(rt, "steps") {
				switch rapid.IntRange(0, 9).Draw(rt, "step") {
				case 0:
					b.wait(time.Duration(rapid.IntRange(1, 5).Draw(rt, "wait")) * b.unit)
				case 1:
					if len(given) > 0 {
						i := rapid.IntRange(0, len(given)-1).Draw(rt, "which")
						list.giveBack(given[i].At)
						b.GiveBack(t.Context(), key, given[i])
						given = slices.Delete(given, i, i+1)
					}
				default:
					got := b.Take(t.Context(), key, rate)
					allowed, remaining, reset := list.take(got.At, rate)
					if got.Allowed != allowed || got.Remaining != remaining || got.Reset != reset {
						rt.Fatalf("got %+v, the list says %v, %d, %v", got, allowed, remaining, reset)
					}
					if got.Allowed {
						given = append(given, got)
					}
				}
			}
		})
	})
}

func TestIdleForOneSpanRestoresAll(t *testing.T) {
	t.Parallel()
	each(t, allBodies, func(t *testing.T, b body) {
		key, rate := someKey(), mindflow.Rate{Limit: 7, Per: 50 * b.unit}
		for range 2 {
			for i := range rate.Limit {
				if got := b.Take(t.Context(), key, rate); !got.Allowed || got.Remaining != rate.Limit-1-i {
					t.Fatalf("%d: %+v", i, got)
				}
			}
			refused := b.Take(t.Context(), key, rate)
			if refused.Allowed || refused.Remaining != 0 || refused.Reset <= 0 || refused.Reset > rate.Per {
				t.Fatalf("refused: %+v", refused)
			}
			b.wait(rate.Per)
		}
	})
}

// What is refused does not count: who knocks without end gets in again all the same.
func TestRefusedRequestsDoNotCount(t *testing.T) {
	t.Parallel()
	each(t, allBodies, func(t *testing.T, b body) {
		key, rate := someKey(), mindflow.Rate{Limit: 1, Per: 20 * b.unit}
		allowed := 0
		for range 50 {
			if b.Take(t.Context(), key, rate).Allowed {
				allowed++
			}
			b.wait(b.unit)
		}
		if allowed < 2 {
			t.Errorf("%d were allowed", allowed)
		}
	})
}

func TestNobodyUsesUpWhatIsSomebodyElses(t *testing.T) {
	t.Parallel()
	each(t, allBodies, func(t *testing.T, b body) {
		rate := mindflow.Rate{Limit: 1, Per: 1000 * b.unit}
		one, other := someKey(), someKey()
		reads := one
		reads.What = mindflow.LimitedReads
		for _, key := range []mindflow.LimitKey{one, other, reads} {
			if !b.Take(t.Context(), key, rate).Allowed || b.Take(t.Context(), key, rate).Allowed {
				t.Error("the keys are not apart")
			}
		}
	})
}

// Of many at once exactly the limit is let in, and whatever the limiter says
// about when, no span holds more. Seen red without the lock of a shard (by
// the race detector), and where Redis is asked and told in two calls.
func TestRacersGetExactlyTheLimit(t *testing.T) {
	t.Parallel()
	each(t, allBodies, func(t *testing.T, b body) {
		key, rate := someKey(), mindflow.Rate{Limit: 50, Per: time.Hour}
		if n := len(race(t, 16, 20, key, rate, b)); n != rate.Limit {
			t.Errorf("%d of 320 were let in", n)
		}
		key, rate = someKey(), mindflow.Rate{Limit: 5, Per: 15 * b.unit}
		let := race(t, 8, 60, key, rate, b)
		if b.unit != time.Second && len(let) <= rate.Limit {
			t.Errorf("only %d were let in over several spans", len(let))
		}
		holdsNoSpanWithMoreThan(t, rate, let)
	})
}

// race lets goroutines take, some of them giving back, and answers the moments kept.
func race(t *testing.T, racers, times int, key mindflow.LimitKey, rate mindflow.Rate, bodies ...body) []int64 {
	t.Helper()
	var mu sync.Mutex
	var let []int64
	var wg sync.WaitGroup
	for i := range racers {
		b := bodies[i%len(bodies)]
		wg.Go(func() {
			for range times {
				if got := b.Take(t.Context(), key, rate); got.Allowed {
					mu.Lock()
					let = append(let, got.At)
					mu.Unlock()
				}
				if rate.Per < time.Minute {
					b.wait(time.Duration(rand.IntN(int(b.unit))))
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(let)
	return let
}

func holdsNoSpanWithMoreThan(t *testing.T, rate mindflow.Rate, let []int64) {
	t.Helper()
	for i := range len(let) - rate.Limit {
		if span := let[i+rate.Limit] - let[i]; span < rate.Per.Microseconds() {
			t.Errorf("%d within %d µs", rate.Limit+1, span)
		}
	}
}

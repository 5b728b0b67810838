package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

const mail = mindflow.Queue("mail")

var mails = []string{"a", "b"}

// movedClock is a clock that tests move.
type movedClock struct {
	mu sync.Mutex
	t  time.Time
}

func newMovedClock() *movedClock {
	return &movedClock{t: time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)}
}

func (c *movedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *movedClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func enqueue(t *testing.T, s *store.Store, kind, key, payload string, after time.Duration) mindflow.Job {
	t.Helper()
	j := mindflow.NewJob(mail, kind, s.Now())
	j.Key, j.Payload, j.RequestID, j.RunAt = key, payload, "request-1", j.RunAt.Add(after)
	write(t, s, func(tx *store.Tx) error { return tx.Enqueue(j) })
	return j
}

// claim takes a job up for a minute; not found when there is none.
func claim(t *testing.T, s *store.Store, lease string) (mindflow.Job, error) {
	t.Helper()
	var j mindflow.Job
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		var err error
		j, err = tx.ClaimJob(mail, mails, lease, tx.Now().Add(time.Minute))
		return err
	})
	return j, err
}

func mustClaim(t *testing.T, s *store.Store, lease string) mindflow.Job {
	t.Helper()
	j, err := claim(t, s, lease)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return j
}

func nothingToClaim(t *testing.T, s *store.Store) {
	t.Helper()
	if j, err := claim(t, s, "nobody"); mindflow.KindOf(err) != mindflow.KindNotFound {
		t.Fatalf("claimed %+v, %v", j, err)
	}
}

func TestAJobIsTakenUpWithAllThatWasSaid(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		nothingToClaim(t, s)
		if _, err := s.NextJobAt(t.Context(), mail, mails); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("next: %v", err)
		}
		asked := enqueue(t, s, "a", "k", `{"n": 1}`, time.Second)
		other := mindflow.NewJob("other", "a", s.Now())
		unknown := mindflow.NewJob(mail, "of a newer server", s.Now())
		write(t, s, func(tx *store.Tx) error { return errors.Join(tx.Enqueue(other), tx.Enqueue(unknown)) })
		nothingToClaim(t, s) // not yet, not ours, not known
		if next, err := s.NextJobAt(t.Context(), mail, mails); err != nil || !next.Equal(asked.RunAt) {
			t.Errorf("next at %v, %v", next, err)
		}
		clock.move(time.Second)
		j := mustClaim(t, s, "me")
		want := asked
		want.Attempts, want.Lease, want.Asked, want.RunAt = 1, "me", 1, s.Now().Add(time.Minute)
		if j != want {
			t.Errorf("claimed %+v, want %+v", j, want)
		}
		nothingToClaim(t, s)
		write(t, s, func(tx *store.Tx) error { return tx.FinishJob(j) })
		clock.move(time.Hour)
		nothingToClaim(t, s)
	})
}

func TestAJobOfAChangeThatFailsIsNotLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		broken := errors.New("broken")
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Enqueue(mindflow.NewJob(mail, "a", s.Now())), broken)
		})
		if !errors.Is(err, broken) {
			t.Error(err)
		}
		nothingToClaim(t, s)
		select {
		case <-s.Enqueued():
			t.Error("somebody was woken for nothing")
		default:
		}
		enqueue(t, s, "a", "", "{}", time.Hour)
		select {
		case <-s.Enqueued():
			t.Error("somebody was woken too early")
		default:
		}
		enqueue(t, s, "a", "", "{}", 0)
		select {
		case <-s.Enqueued():
		default:
			t.Error("nobody was woken")
		}
	})
}

func TestWhatIsAskedForTwiceWaitsOnce(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		enqueue(t, s, "a", "k", "1", time.Hour)
		enqueue(t, s, "a", "k", "2", 0)
		enqueue(t, s, "a", "k", "3", time.Minute)
		enqueue(t, s, "b", "k", "4", time.Second)
		enqueue(t, s, "b", "", "5", 2*time.Second)
		enqueue(t, s, "b", "", "6", 3*time.Second)
		for i, want := range []string{"3", "4", "5", "6"} {
			clock.move(time.Second)
			j := mustClaim(t, s, "me")
			if j.Payload != want {
				t.Errorf("claim %d: payload %q, want %q", i, j.Payload, want)
			}
			write(t, s, func(tx *store.Tx) error { return tx.FinishJob(j) })
		}
		clock.move(2 * time.Hour)
		nothingToClaim(t, s)
		enqueue(t, s, "a", "k", "7", 0) // the finished one is in nobody's way
		if j := mustClaim(t, s, "me"); j.Payload != "7" {
			t.Errorf("%+v", j)
		}
	})
}

// Fails when a job that was asked for again while it was done is finished all
// the same: what it had read by then may lack the change it was asked for.
func TestWhatIsAskedForWhileItIsDoneIsDoneOnceMore(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		for _, end := range []func(*store.Tx, mindflow.Job) error{
			(*store.Tx).FinishJob,
			func(tx *store.Tx, j mindflow.Job) error { return tx.FailJob(j, "x") },
		} {
			enqueue(t, s, "a", "k", "1", 0)
			j := mustClaim(t, s, "me")
			enqueue(t, s, "a", "k", "2", 0)
			nothingToClaim(t, s) // not twice at the same time
			write(t, s, func(tx *store.Tx) error { return end(tx, j) })
			again := mustClaim(t, s, "me too")
			if again.ID != j.ID || again.Payload != "2" || again.Attempts != 1 {
				t.Errorf("%+v", again)
			}
			write(t, s, func(tx *store.Tx) error { return tx.FinishJob(again) })
			nothingToClaim(t, s)
		}
	})
}

func TestALostLeaseIsNobodysAnyMore(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		enqueue(t, s, "a", "", "{}", 0)
		first := mustClaim(t, s, "first")
		clock.move(59 * time.Second)
		write(t, s, func(tx *store.Tx) error { return tx.RenewJob(first, tx.Now().Add(time.Minute)) })
		clock.move(59 * time.Second)
		nothingToClaim(t, s)
		clock.move(time.Second)
		second := mustClaim(t, s, "second")
		if second.ID != first.ID || second.Attempts != 2 {
			t.Errorf("%+v", second)
		}
		for name, late := range map[string]func(*store.Tx) error{
			"renew":  func(tx *store.Tx) error { return tx.RenewJob(first, tx.Now().Add(time.Minute)) },
			"finish": func(tx *store.Tx) error { return tx.FinishJob(first) },
			"retry":  func(tx *store.Tx) error { return tx.RetryJob(first, tx.Now(), "x") },
			"fail":   func(tx *store.Tx) error { return tx.FailJob(first, "x") },
			"return": func(tx *store.Tx) error { return tx.ReturnJob(first) },
		} {
			if err := s.Write(t.Context(), late); mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		nothingToClaim(t, s)
		write(t, s, func(tx *store.Tx) error { return tx.ReturnJob(second) })
		if third := mustClaim(t, s, "third"); third.Attempts != 2 {
			t.Errorf("giving back counted: %+v", third)
		}
	})
}

func TestRetriesFailuresAndWhatIsCounted(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		start := s.Now()
		enqueue(t, s, "a", "", "1", 0)
		enqueue(t, s, "a", "", "2", time.Hour)
		enqueue(t, s, "b", "", "3", time.Second)
		one := mustClaim(t, s, "me")
		write(t, s, func(tx *store.Tx) error { return tx.RetryJob(one, tx.Now().Add(10*time.Second), "No luck") })
		nothingToClaim(t, s)
		clock.move(10 * time.Second)
		three := mustClaim(t, s, "me")
		one = mustClaim(t, s, "me")
		if three.Payload != "3" || one.Payload != "1" || one.Attempts != 2 {
			t.Errorf("%+v %+v", three, one)
		}
		write(t, s, func(tx *store.Tx) error { return tx.FailJob(one, "No luck at all") })
		enqueue(t, s, "b", "", "4", 0)
		lengths, err := s.QueueLengths(t.Context(), s.Now())
		want := mindflow.QueueLength{Queue: mail, Due: 1, Later: 2, Failed: 1, Oldest: start.Add(10 * time.Second)}
		if err != nil || len(lengths) != 1 || lengths[0] != want {
			t.Errorf("%+v, %v", lengths, err)
		}
	})
}

func TestADailyJobIsLeftOnceHoweverManyAsk(t *testing.T) {
	clock := newMovedClock()
	storetest.EachAt(t, clock.now, func(t *testing.T, s *store.Store) {
		monday := mindflow.NewJob(mail, "a", s.Now()).On(mindflow.DateDay(2026, 11, 23))
		tuesday := mindflow.NewJob(mail, "a", s.Now()).On(mindflow.DateDay(2026, 11, 24))
		for range 3 {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { write(t, s, func(tx *store.Tx) error { return tx.EnqueueOnce(monday) }) })
			}
			all.Wait()
			if j, err := claim(t, s, "me"); err == nil {
				write(t, s, func(tx *store.Tx) error { return tx.FinishJob(j) })
			}
			nothingToClaim(t, s)
		}
		if known, err := s.JobKnown(t.Context(), monday.ID); err != nil || !known {
			t.Error(known, err)
		}
		if known, err := s.JobKnown(t.Context(), tuesday.ID); err != nil || known {
			t.Error(known, err)
		}
	})
}

// The law of the queue, among workers that race, crash and are slow on two
// stores of one database while the clock is moved: every job is done, and no
// two hold one at the same time. Fails on PostgreSQL when the row is not locked
// (two claim it), on both when a claim does not look at the lease.
func TestEveryJobIsDoneAndNeverTwiceAtTheSameTime(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		clock := newMovedClock()
		url := storetest.URL(t, kind)
		stores := make([]*store.Store, 2)
		for i := range stores {
			stores[i] = storetest.Open(t, url, clock.now)
		}
		const jobs, workers = 60, 8
		for i := range jobs {
			enqueue(t, stores[i%2], mails[i%2], "", fmt.Sprint(i), time.Duration(i%7)*time.Second)
		}
		var mu sync.Mutex
		type hold struct{ from, until time.Time }
		holds := map[mindflow.JobID][]*hold{}
		done := map[mindflow.JobID]int{}
		took := func(j mindflow.Job, at time.Time) *hold {
			mu.Lock()
			defer mu.Unlock()
			h := &hold{at, j.RunAt}
			holds[j.ID] = append(holds[j.ID], h)
			return h
		}
		gone := func(j mindflow.Job, h *hold, finished bool) {
			mu.Lock()
			defer mu.Unlock()
			if now := clock.now(); now.Before(h.until) {
				h.until = now
			}
			if finished {
				done[j.ID]++
			}
		}
		left := func() int {
			mu.Lock()
			defer mu.Unlock()
			return jobs - len(done)
		}
		worker := func(n int, s *store.Store) {
			for turn := 0; left() > 0 && turn < 5000; turn++ {
				var j mindflow.Job
				var at time.Time
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					var err error
					at = tx.Now()
					j, err = tx.ClaimJob(mail, mails, fmt.Sprint(n, " ", turn), at.Add(time.Minute))
					return err
				})
				if err != nil {
					if mindflow.KindOf(err) != mindflow.KindNotFound {
						t.Error(err)
						return
					}
					if n == 0 { // somebody has crashed, most likely: their leases end
						clock.move(20 * time.Second)
					}
					time.Sleep(time.Millisecond)
					continue
				}
				h := took(j, at)
				switch (n + turn) % 5 {
				case 0: // crashes: says nothing any more
				case 1:
					gone(j, h, false)
					err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.RetryJob(j, tx.Now().Add(time.Second), "x") })
				default:
					gone(j, h, true)
					err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.FinishJob(j) })
				}
				if err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
					t.Error(err)
				}
			}
		}
		var all sync.WaitGroup
		for n := range workers {
			all.Go(func() { worker(n, stores[n%2]) })
		}
		all.Wait()
		if n := left(); n > 0 {
			t.Errorf("%d jobs were never done", n)
		}
		for id, all := range holds {
			slices.SortFunc(all, func(a, b *hold) int { return a.from.Compare(b.from) })
			for i := range all[1:] {
				if all[i+1].from.Before(all[i].until) {
					t.Errorf("job %v was held until %v and taken up at %v", id, all[i].until, all[i+1].from)
				}
			}
		}
		if len(done) != jobs {
			t.Errorf("%d of %d", len(done), jobs)
		}
	})
}

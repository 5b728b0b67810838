package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/telemetry"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const queue = mindflow.Housekeeping

// buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// house is a queue with a clock that tests move, and what is logged.
type house struct {
	store *store.Store
	queue *app.Queue
	moved *atomic.Int64
	log   *buffer
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.moved.Load())) }

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := &house{moved: &atomic.Int64{}, log: &buffer{}}
		h.store = storetest.OpenAt(t, kind, h.now)
		signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, h.now)
		if err != nil {
			t.Fatal(err)
		}
		h.queue = app.New(h.store, signer, app.Settings{SnapshotTTL: time.Minute}).Queue()
		test(t, h)
	})
}

// start runs jobs with one handler for the kind "work", until the test ends or
// the answer is called.
func (h *house) start(t *testing.T, settings jobs.Settings, handler jobs.Handler) (stop func(grace time.Duration)) {
	t.Helper()
	if settings.Poll == 0 {
		settings.Poll = 20 * time.Millisecond
	}
	settings.Name = "test"
	settings.Lines = append(settings.Lines, jobs.Line{Queue: queue, Workers: 2, Handlers: map[string]jobs.Handler{"work": handler}})
	r := jobs.Start(h.queue, telemetry.NewLog(h.log, telemetry.LogSettings{Level: slog.LevelDebug, JSON: true}), settings)
	stop = func(grace time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		r.Stop(ctx)
	}
	t.Cleanup(func() { stop(time.Second) })
	return stop
}

func (h *house) enqueue(t *testing.T, key string) mindflow.Job {
	t.Helper()
	job := mindflow.NewJob(queue, "work", h.store.Now())
	job.Key, job.RequestID = key, "request-7"
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error { return tx.Enqueue(job) }); err != nil {
		t.Fatal(err)
	}
	return job
}

// lengths is what waits now.
func (h *house) lengths(t *testing.T) mindflow.QueueLength {
	t.Helper()
	all, err := h.store.QueueLengths(t.Context(), h.store.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return mindflow.QueueLength{}
	}
	all[0].Oldest = time.Time{}
	return all[0]
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 1000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestAJobIsDoneSoonAfterItsChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		requests := make(chan string, 1)
		h.start(t, jobs.Settings{Poll: time.Hour}, func(ctx context.Context, job mindflow.Job) error {
			requests <- mindflow.TraceOf(ctx).RequestID + " " + job.Payload
			return nil
		})
		time.Sleep(50 * time.Millisecond) // it has looked, and will not for an hour
		h.enqueue(t, "")
		if got := <-requests; got != "request-7 {}" {
			t.Error(got)
		}
		eventually(t, "finished", func() bool { return h.lengths(t) == mindflow.QueueLength{} })
	})
}

func TestWhatAnotherServerEnqueuedIsFoundByLooking(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		done := make(chan struct{})
		h.enqueue(t, "")
		<-h.store.Enqueued() // nobody is woken
		h.start(t, jobs.Settings{}, func(context.Context, mindflow.Job) error { close(done); return nil })
		<-done
	})
}

// Seen red with looks that claim: an idle server would sync its disk.
func TestIdlenessOnlyReads(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var writes atomic.Int32
		h.store.Watch(func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
			if span.Name == "write" {
				writes.Add(1)
			}
			return ctx, func(error) {}
		})
		before := h.store.Statements()
		stop := h.start(t, jobs.Settings{Poll: 50 * time.Millisecond}, nil)
		time.Sleep(300 * time.Millisecond)
		stop(time.Second)
		if n := h.store.Statements() - before; n < 1 || n > 8 || writes.Load() > 0 {
			t.Errorf("%d statements and %d writes in 300 ms", n, writes.Load())
		}
	})
}

func TestWhatFailsIsTriedAgainAndThenGivenUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var runs atomic.Int32
		h.start(t, jobs.Settings{Backoff: time.Nanosecond}, func(context.Context, mindflow.Job) error {
			switch runs.Add(1) {
			case 1:
				panic("with a secret")
			case 2:
				return errors.New("with a secret")
			}
			return mindflow.Unavailable("The mail server does not answer")
		})
		h.enqueue(t, "")
		// The pauses double up to an hour: the clock need not wait for them. It
		// moves once after each run, so never while somebody holds the job.
		moved := int32(0)
		eventually(t, "given up", func() bool {
			if n := runs.Load(); n > moved && strings.Count(h.log.String(), "will be tried again") == int(n) {
				moved = n
				h.moved.Add(int64(2 * time.Hour))
			}
			return h.lengths(t).Failed == 1
		})
		if n := runs.Load(); n != jobs.MaxAttempts {
			t.Errorf("%d attempts", n)
		}
		failed, err := h.store.FailedJobs(t.Context(), 10)
		if err != nil || len(failed) != 1 || failed[0].Reason != "The mail server does not answer" || failed[0].FailedAt.IsZero() || failed[0].Job.Kind != "work" {
			t.Errorf("%+v, %v", failed, err)
		}
		log := h.log.String()
		if !strings.Contains(log, `"msg":"job given up"`) {
			t.Errorf("the log reads %s", log)
		}
		var panicked struct{ Stack []string }
		first := log[:strings.Index(log, "\n")]
		if err := json.Unmarshal([]byte(first), &panicked); err != nil || !strings.Contains(strings.Join(panicked.Stack, "\n"), "jobs_test.go") || strings.Count(first, `"stack":`) != 1 || strings.Contains(first, "secret") {
			t.Errorf("%v: of a panic the log says %s", err, first)
		}
	})
}

// Fails when the lease is not renewed while the handler works: the second
// runner would take the job up.
func TestALongJobIsHeldAndDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var runs atomic.Int32
		work := func(ctx context.Context, _ mindflow.Job) error {
			runs.Add(1)
			select {
			case <-time.After(3 * time.Second):
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		h.start(t, jobs.Settings{Lease: 2 * time.Second}, work)
		h.start(t, jobs.Settings{Lease: 2 * time.Second}, work)
		h.enqueue(t, "")
		eventually(t, "done", func() bool { return runs.Load() > 0 && h.lengths(t) == mindflow.QueueLength{} })
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs", n)
		}
	})
}

// What a server that was killed had taken up is taken over once its lease ends.
func TestTheJobOfADeadServerIsTakenOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		asked := h.enqueue(t, "")
		if _, err := h.queue.Claim(t.Context(), queue, []string{"work"}, "dead", time.Minute); err != nil {
			t.Fatal(err)
		}
		done := make(chan mindflow.Job, 1)
		h.start(t, jobs.Settings{}, func(_ context.Context, job mindflow.Job) error { done <- job; return nil })
		select {
		case <-done:
			t.Fatal("taken over though it is held")
		case <-time.After(100 * time.Millisecond):
		}
		h.moved.Add(int64(time.Minute))
		if job := <-done; job.ID != asked.ID || job.Attempts != 2 {
			t.Errorf("%+v", job)
		}
	})
}

// A handler whose lease was lost is told to stop, and what it says is ignored.
func TestALostLeaseStopsTheHandler(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var runs atomic.Int32
		begun := make(chan struct{})
		h.start(t, jobs.Settings{Lease: 400 * time.Millisecond}, func(ctx context.Context, _ mindflow.Job) error {
			if runs.Add(1) == 1 {
				close(begun)
				<-ctx.Done()
			}
			return nil
		})
		h.enqueue(t, "")
		<-begun
		eventually(t, "told to stop", func() bool {
			h.moved.Add(int64(time.Second)) // as if this worker had slept: the other one takes the job over
			return strings.Contains(h.log.String(), "job lost its lease")
		})
		eventually(t, "done", func() bool { return runs.Load() >= 2 && h.lengths(t) == mindflow.QueueLength{} })
	})
}

func TestStoppingWaitsForWhatIsUnderWay(t *testing.T) {
	before := goleak.IgnoreCurrent()
	each(t, func(t *testing.T, h *house) {
		begun, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		stop := h.start(t, jobs.Settings{}, func(ctx context.Context, _ mindflow.Job) error {
			once.Do(func() { close(begun) })
			<-release
			return ctx.Err()
		})
		h.enqueue(t, "")
		<-begun
		later := h.enqueue(t, "later")
		time.AfterFunc(100*time.Millisecond, func() { close(release) })
		stop(10 * time.Second)
		length := h.lengths(t)
		if length.Later != 0 || length.Due > 1 {
			t.Errorf("%+v (%v)", length, later.ID)
		}
	})
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"))
}

func TestWhatIsNotFinishedInTimeIsGivenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		begun := make(chan struct{})
		stop := h.start(t, jobs.Settings{}, func(ctx context.Context, _ mindflow.Job) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
		h.enqueue(t, "")
		<-begun
		stop(50 * time.Millisecond)
		if length := h.lengths(t); length.Due != 1 || length.Later != 0 {
			t.Errorf("%+v", length)
		}
		job, err := h.queue.Claim(t.Context(), queue, []string{"work"}, "next", time.Minute)
		if err != nil || job.Attempts != 1 {
			t.Errorf("%+v, %v", job, err)
		}
	})
}

func TestAHandlerThatDoesNotStopHoldsNobodyUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		begun, release := make(chan struct{}), make(chan struct{})
		t.Cleanup(func() { close(release); time.Sleep(50 * time.Millisecond) })
		stop := h.start(t, jobs.Settings{Settle: 50 * time.Millisecond}, func(context.Context, mindflow.Job) error {
			close(begun)
			<-release
			return nil
		})
		h.enqueue(t, "")
		<-begun
		start := time.Now()
		stop(50 * time.Millisecond)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// Fails when the id of daily work is not made of its day: each server would do it.
func TestDailyWorkIsDoneOnceADay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var runs atomic.Int32
		at := h.store.Now().Sub(h.store.Now().Truncate(24 * time.Hour)) // now
		settings := jobs.Settings{
			CatchUp:  time.Millisecond,
			Schedule: []jobs.Daily{{Queue: queue, Kind: "work", At: at}},
		}
		work := func(context.Context, mindflow.Job) error { runs.Add(1); return nil }
		for round := range 2 {
			stops := []func(time.Duration){h.start(t, settings, work), h.start(t, settings, work), h.start(t, settings, work)}
			eventually(t, "done", func() bool { return int(runs.Load()) >= round+1 })
			time.Sleep(100 * time.Millisecond)
			for _, stop := range stops {
				stop(time.Second)
			}
			if n := runs.Load(); int(n) != round+1 {
				t.Errorf("%d runs by day %d", n, round+1)
			}
			h.moved.Add(int64(24 * time.Hour))
		}
	})
}

func TestTheScheduleGoesByTheTimeOfDay(t *testing.T) {
	three := jobs.Daily{At: 3 * time.Hour}
	for moment, want := range map[string]string{
		"2026-11-27T02:59:59.999999Z": "2026-11-26",
		"2026-11-27T03:00:00Z":        "2026-11-27",
		"2026-11-28T02:59:00Z":        "2026-11-27",
		"2026-11-27T03:30:00+01:00":   "2026-11-26",
	} {
		at, err := time.Parse(time.RFC3339Nano, moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := jobs.DayOf(three, at); got != want {
			t.Errorf("%s: %s, want %s", moment, got, want)
		}
	}
}

func TestPausesDoubleUpToAnHour(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		1: 15 * time.Second, 2: 30 * time.Second, 5: 4 * time.Minute, 9: time.Hour, 15: time.Hour, 1000: time.Hour,
	} {
		for range 100 {
			if d := jobs.Backoff(15*time.Second, attempts); d < want*3/4 || d > want*5/4+1 {
				t.Errorf("after %d attempts %v, want about %v", attempts, d, want)
			}
		}
	}
}

func TestADatabaseThatIsGoneIsSaidOnce(t *testing.T) {
	h := &house{moved: &atomic.Int64{}, log: &buffer{}}
	s, err := store.Open(t.Context(), storetest.URL(t, storetest.SQLite), h.now)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.store, h.queue = s, app.New(s, signer, app.Settings{SnapshotTTL: time.Minute}).Queue()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	stop := h.start(t, jobs.Settings{Poll: 10 * time.Millisecond}, nil)
	time.Sleep(200 * time.Millisecond)
	stop(time.Second)
	if n := strings.Count(h.log.String(), "jobs cannot be taken up"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

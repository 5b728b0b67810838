// Package jobs runs what was left to be done: it takes jobs up under a lease,
// hands them to whoever knows their kind, and tries again what failed.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// Handler does one job. It is called again for the same job after a failure,
// after a crash, and after its lease was lost, so doing it twice must come to
// the same. Its context ends when the job is no longer its own.
type Handler func(ctx context.Context, job mindflow.Job) error

// Line is a queue and who works on it. Kinds without a handler are left to
// servers that have one.
type Line struct {
	Queue    mindflow.Queue
	Workers  int
	Handlers map[string]Handler
	// Loud lines log each failure as an error, not only the last.
	Loud bool
}

// Daily is work for a time of day. Of all servers that ask for it on a day, one does it.
type Daily struct {
	Queue mindflow.Queue
	Kind  string
	At    time.Duration // since midnight, UTC
}

// Settings are what a Runner is told from outside. The zero value of a
// duration stands for the usual one.
type Settings struct {
	Name     string // of this server, for people who look into the table
	Lines    []Line
	Schedule []Daily

	Poll    time.Duration // how often to look for jobs that nobody here has enqueued
	Lease   time.Duration // how long a job is held before it must be renewed
	Backoff time.Duration // before the second attempt; doubles with each
	Settle  time.Duration // how long handlers that were told to stop may take
	CatchUp time.Duration // from the start until work of a time that has passed is asked for
}

// The usual durations, and how often a job is taken up before it is given up:
// with the doubling pauses that is some nine hours.
const (
	usualPoll    = 5 * time.Second
	usualLease   = time.Minute
	usualBackoff = 15 * time.Second
	usualSettle  = 2 * time.Second
	usualCatchUp = time.Minute

	maxBackoff  = time.Hour
	maxAttempts = 16
)

// Runner runs jobs until it is stopped.
type Runner struct {
	queue    *app.Queue
	log      *slog.Logger
	settings Settings

	stopping chan struct{}
	stop     sync.Once
	cancel   context.CancelCauseFunc // of every handler
	handlers context.Context         //nolint:containedctx // as long as the runner
	work     sync.WaitGroup          // handlers under way
	loops    sync.WaitGroup
}

var (
	errStopping = errors.New("the server is stopping")
	errLost     = errors.New("the job's lease was lost")
)

// Start begins to run jobs. Stop ends it.
func Start(q *app.Queue, log *slog.Logger, settings Settings) *Runner {
	for _, d := range []struct {
		set   *time.Duration
		usual time.Duration
	}{
		{&settings.Poll, usualPoll},
		{&settings.Lease, usualLease},
		{&settings.Backoff, usualBackoff},
		{&settings.Settle, usualSettle},
		{&settings.CatchUp, usualCatchUp},
	} {
		if *d.set == 0 {
			*d.set = d.usual
		}
	}
	r := &Runner{queue: q, log: log, settings: settings, stopping: make(chan struct{})}
	r.handlers, r.cancel = context.WithCancelCause(context.Background())
	wakes := make([]chan struct{}, 0, len(settings.Lines))
	for _, line := range settings.Lines {
		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)
		r.loops.Go(func() { r.serve(line, wake) })
	}
	r.loops.Go(func() { r.pass(wakes) })
	if len(settings.Schedule) > 0 {
		r.loops.Go(r.schedule)
	}
	return r
}

// Stop takes up nothing more and waits for what is under way, until ctx ends.
// What is not finished then is told to stop, and given back.
func (r *Runner) Stop(ctx context.Context) {
	r.stop.Do(func() { close(r.stopping) })
	defer r.cancel(errStopping)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.loops.Wait()
		r.work.Wait()
	}()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	r.cancel(errStopping)
	settle := time.NewTimer(r.settings.Settle)
	defer settle.Stop()
	select {
	case <-done:
	case <-settle.C: // others take their jobs over when the leases end
		r.log.WarnContext(ctx, "jobs did not stop in time")
	}
}

// pass hands a wake-up on to every line.
func (r *Runner) pass(wakes []chan struct{}) {
	for {
		select {
		case <-r.queue.Enqueued():
			for _, wake := range wakes {
				select {
				case wake <- struct{}{}:
				default:
				}
			}
		case <-r.stopping:
			return
		}
	}
}

// pause waits for a while, or less when it is woken. It answers false once the
// runner stops.
func (r *Runner) pause(d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-wake:
		return true
	case <-r.stopping:
		return false
	}
}

// serve takes up the jobs of one line.
func (r *Runner) serve(line Line, wake <-chan struct{}) {
	kinds := make([]string, 0, len(line.Handlers))
	for kind := range line.Handlers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	seats := make(chan struct{}, line.Workers)
	failing := false
	for {
		select {
		case seats <- struct{}{}:
		case <-r.stopping:
			return
		}
		job, wait, err := r.take(line.Queue, kinds)
		if job.Lease != "" {
			failing = false
			r.work.Go(func() {
				defer func() { <-seats }()
				r.run(job, line)
			})
			continue
		}
		<-seats
		if err != nil && !failing { // once, not with every look
			r.log.ErrorContext(r.handlers, "jobs cannot be taken up", "queue", string(line.Queue), "error", err)
		}
		failing = err != nil
		if !r.pause(wait, wake) {
			return
		}
	}
}

// minPause keeps servers that race for one job from doing nothing else.
const minPause = 10 * time.Millisecond

// take takes up the next job that is due. Where none is, it only reads, and
// answers how long to wait before the next look.
func (r *Runner) take(queue mindflow.Queue, kinds []string) (mindflow.Job, time.Duration, error) {
	select {
	case <-r.stopping:
		return mindflow.Job{}, 0, nil
	default:
	}
	next, err := r.queue.NextAt(r.handlers, queue, kinds)
	if err != nil {
		return mindflow.Job{}, r.settings.Poll, unlessNone(err)
	}
	if wait := next.Sub(r.queue.Now()); wait > 0 {
		return mindflow.Job{}, min(max(wait, minPause), r.settings.Poll), nil
	}
	job, err := r.queue.Claim(r.handlers, queue, kinds, r.settings.Name, r.settings.Lease)
	switch {
	case err == nil:
		return job, 0, nil
	case mindflow.KindOf(err) == mindflow.KindNotFound: // another one was faster
		return mindflow.Job{}, minPause, nil
	}
	return mindflow.Job{}, r.settings.Poll, err
}

// unlessNone is nil where an error only says that there is no job.
func unlessNone(err error) error {
	if mindflow.KindOf(err) == mindflow.KindNotFound {
		return nil
	}
	return err
}

// run does one job, from taking it up to saying what became of it.
func (r *Runner) run(job mindflow.Job, line Line) {
	request := job.RequestID
	if request == "" {
		request = job.ID.String()
	}
	base := mindflow.WithTrace(r.handlers, &mindflow.Trace{RequestID: request})
	log := r.log.With("job", job.ID.String(), "kind", job.Kind, "attempt", job.Attempts)
	if job.Attempts > maxAttempts { // whoever tried last did not live to say so
		r.giveUp(base, log, job, "It was begun too often and never came to an end")
		return
	}
	ctx, cancel := context.WithCancelCause(base)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		r.renew(ctx, job, cancel)
	}()
	err := mindflow.Catch(func() error { return line.Handlers[job.Kind](ctx, job) })
	lost := context.Cause(ctx)
	cancel(context.Canceled)
	<-renewed
	r.settle(base, log, job, line, err, lost)
}

// settle keeps what became of a job.
func (r *Runner) settle(ctx context.Context, log *slog.Logger, job mindflow.Job, line Line, err, lost error) {
	switch {
	case errors.Is(lost, errLost):
		log.WarnContext(ctx, "job lost its lease; it will be done again", "error", err)
	case err == nil:
		r.keep(ctx, log, func(ctx context.Context) error { return r.queue.Finish(ctx, job) })
		log.DebugContext(ctx, "job done")
	case errors.Is(lost, errStopping):
		r.keep(ctx, log, func(ctx context.Context) error { return r.queue.Return(ctx, job) })
		log.InfoContext(ctx, "job given back")
	case job.Attempts >= maxAttempts:
		r.giveUp(ctx, log, job, reasonOf(err), "error", err)
	default:
		after := r.backoff(job.Attempts)
		r.keep(ctx, log, func(ctx context.Context) error { return r.queue.Retry(ctx, job, after, reasonOf(err)) })
		level := slog.LevelWarn
		if line.Loud {
			level = slog.LevelError
		}
		log.Log(ctx, level, "job failed, and will be tried again", "error", err, "after", after)
	}
}

// giveUp keeps a job that failed too often, for people to look at.
func (r *Runner) giveUp(ctx context.Context, log *slog.Logger, job mindflow.Job, reason string, attrs ...any) {
	log.ErrorContext(ctx, "job given up", attrs...)
	r.keep(ctx, log, func(ctx context.Context) error { return r.queue.Fail(ctx, job, reason) })
}

// keepTries is how often the database is asked to keep what became of a job.
// When it does not, the job is done once more after its lease.
const keepTries = 3

func (r *Runner) keep(ctx context.Context, log *slog.Logger, write func(context.Context) error) {
	ctx = context.WithoutCancel(ctx) // also while stopping
	var err error
	for try := range keepTries {
		if err = write(ctx); err == nil || mindflow.KindOf(err) == mindflow.KindNotFound {
			break
		}
		if !r.pause(time.Duration(try+1)*100*time.Millisecond, nil) {
			continue // there is no time to wait
		}
	}
	if err != nil {
		log.WarnContext(ctx, "what became of a job could not be kept; it will be done again", "error", err)
	}
}

// renew holds a job until ctx ends. When it is lost, or may be by now, its
// handler is told to stop.
func (r *Runner) renew(ctx context.Context, job mindflow.Job, cancel context.CancelCauseFunc) {
	// A quarter of the lease may have passed until its answer came.
	const left = 3
	end := time.NewTimer(r.settings.Lease * left / 4)
	defer end.Stop()
	tick := time.NewTicker(r.settings.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			cancel(errLost)
			return
		case <-tick.C:
			sooner, done := context.WithTimeout(ctx, r.settings.Lease/4)
			err := r.queue.Renew(sooner, job, r.settings.Lease)
			done()
			switch {
			case err == nil:
				end.Reset(r.settings.Lease * left / 4)
			case mindflow.KindOf(err) == mindflow.KindNotFound:
				cancel(errLost)
				return
			}
		}
	}
}

// reasonOf is what is kept of an error: what may be shown to people, and
// nothing of what it was about. The log says more.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*mindflow.Error](err); ok {
		return e.Message
	}
	if mindflow.PanicOf(err) != nil {
		return "It panicked; the log says where"
	}
	return "It failed; the log says why"
}

// backoff is how long to wait after so many attempts: it doubles with each, and
// a quarter more or less keeps what failed together from coming back together.
func (r *Runner) backoff(attempts int) time.Duration {
	d := maxBackoff
	if doublings := attempts - 1; doublings < 20 {
		d = min(r.settings.Backoff<<doublings, maxBackoff)
	}
	return d*3/4 + rand.N(d/2+1) //nolint:gosec // spreads retries, guards nothing
}

// schedule asks for the work of each time of day once that has come. A server
// that was off at the time asks a little after its start.
func (r *Runner) schedule() {
	asked := map[string]mindflow.Day{}
	for wait := r.settings.CatchUp; r.pause(wait, nil); wait = r.untilDaily() {
		now := r.queue.Now()
		for _, d := range r.settings.Schedule {
			day := dayOf(d, now)
			if asked[d.Kind] == day {
				continue
			}
			if err := r.queue.EnqueueOnce(r.handlers, mindflow.NewJob(d.Queue, d.Kind, now).On(day)); err != nil {
				r.log.ErrorContext(r.handlers, "daily work could not be asked for", "kind", d.Kind, "error", err)
				continue
			}
			asked[d.Kind] = day
		}
	}
}

// dayOf is the latest day whose time for d has come.
func dayOf(d Daily, now time.Time) mindflow.Day {
	return mindflow.DayOf(now.UTC().Add(-d.At))
}

// longestPause is how long the schedule sleeps at the most: clocks are set, and
// machines are put to sleep.
const longestPause = time.Minute

// untilDaily is how long to wait for the next time of day.
func (r *Runner) untilDaily() time.Duration {
	now := r.queue.Now()
	wait := longestPause
	for _, d := range r.settings.Schedule {
		next := now.UTC().Truncate(24 * time.Hour).Add(d.At)
		if !next.After(now) {
			next = next.Add(24 * time.Hour)
		}
		wait = min(wait, next.Sub(now))
	}
	return wait
}

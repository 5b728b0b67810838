package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"mindflow/internal/mindflow"
)

// Check asks a part of the house whether it works. It should heed its context;
// one that does not is still asked only once at a time.
type Check func(context.Context) error

// Checks are the parts that are asked; nil where there is no such part.
type Checks struct {
	Database Check // it answers
	Schema   Check // it is not behind
	Redis    Check
}

// checkTime bounds how long a check may take. Health is answered within a
// second, whatever hangs.
const checkTime = 500 * time.Millisecond

// probe asks one part, once at a time: who asks meanwhile shares the answer, so
// that a part that hangs holds one goroutine, however often it is asked.
type probe struct {
	name     string
	check    Check
	log      *slog.Logger
	optional bool // the server works without it

	mu      sync.Mutex
	running *asking // nil when nobody asks
	failing bool    // as was last told
}

type asking struct {
	done chan struct{}
	err  error // once done
}

func newProbe(name string, check Check, log *slog.Logger) *probe {
	if check == nil {
		return nil
	}
	return &probe{name: name, check: check, log: log}
}

// begin asks, unless somebody does already.
func (p *probe) begin(ctx context.Context) *asking {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		p.running = &asking{done: make(chan struct{})}
		go p.ask(context.WithoutCancel(ctx), p.running)
	}
	return p.running
}

func (p *probe) ask(ctx context.Context, a *asking) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	a.err = mindflow.Catch(func() error { return p.check(ctx) })
	p.mu.Lock()
	p.running = nil
	p.mu.Unlock()
	close(a.done)
}

var errHangs = errors.New("it did not answer in time")

// end waits for the answer, or for ctx, and logs it when it is another than the
// last one.
func (p *probe) end(ctx context.Context, a *asking) error {
	if p == nil {
		return nil
	}
	var err error
	select {
	case <-a.done:
		err = a.err
	case <-ctx.Done():
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return ctx.Err() // who asked is gone
		}
		err = errHangs
	}
	p.mu.Lock()
	changed := p.failing != (err != nil)
	p.failing = err != nil
	p.mu.Unlock()
	switch {
	case changed && err != nil && p.optional:
		p.log.WarnContext(ctx, "check failed", "check", p.name, "error", err)
	case changed && err != nil:
		p.log.ErrorContext(ctx, "check failed", "check", p.name, "error", err)
	case changed:
		p.log.InfoContext(ctx, "check passes again", "check", p.name)
	}
	return err
}

type checkViews struct {
	Database string `json:"database,omitempty" enum:"healthy,unhealthy"`
	Schema   string `json:"schema,omitempty" enum:"healthy,unhealthy" doc:"Whether it is what this version needs"`
	Redis    string `json:"redis,omitempty" enum:"healthy,unhealthy" doc:"Where there is one; without it the server works on its own"`
}

func viewCheck(p *probe, err error) string {
	switch {
	case p == nil:
		return ""
	case err != nil:
		return "unhealthy"
	}
	return "healthy"
}

type healthReply struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Status      string     `json:"status" enum:"healthy,degraded" doc:"Degraded when the database does not answer"`
		Version     string     `json:"version"`
		Environment string     `json:"environment"`
		Checks      checkViews `json:"checks"`
	}
}

// health answers for people and monitors. Redis may be down: then this server
// goes on by itself.
func (a *API) health(ctx context.Context, _ *struct{}) (*healthReply, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	database, redis := a.database.begin(ctx), a.redis.begin(ctx)
	r := &healthReply{Status: http.StatusOK, CacheControl: noStore}
	b := &r.Body
	b.Status, b.Version, b.Environment = "healthy", a.settings.Version, a.settings.Environment
	err := a.database.end(ctx, database)
	if err != nil {
		r.Status, b.Status = http.StatusServiceUnavailable, "degraded"
	}
	b.Checks.Database, b.Checks.Redis = viewCheck(a.database, err), viewCheck(a.redis, a.redis.end(ctx, redis))
	return r, nil
}

type liveReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Status string `json:"status" enum:"alive"`
	}
}

// live answers as long as the process does anything at all.
func (a *API) live(context.Context, *struct{}) (*liveReply, error) {
	r := &liveReply{CacheControl: noStore}
	r.Body.Status = "alive"
	return r, nil
}

type readyReply struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Status string     `json:"status" enum:"ready,draining,unready" doc:"Draining: about to stop; whoever distributes requests should choose another server"`
		Checks checkViews `json:"checks"`
	}
}

// ready tells who distributes requests whether to send them here.
func (a *API) ready(ctx context.Context, _ *struct{}) (*readyReply, error) {
	r := &readyReply{Status: http.StatusServiceUnavailable, CacheControl: noStore}
	if a.draining.Load() {
		r.Body.Status = "draining"
		return r, nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	err := a.schema.end(ctx, a.schema.begin(ctx))
	r.Body.Checks.Schema = viewCheck(a.schema, err)
	if err != nil {
		r.Body.Status = "unready"
		return r, nil
	}
	r.Status, r.Body.Status = http.StatusOK, "ready"
	return r, nil
}

// noStore keeps an answer out of every cache.
const noStore = "no-store"

// Drain says that this server is about to stop: it is ready no more, and asks
// its clients to go elsewhere, one answer after the other. It still serves.
func (a *API) Drain() { a.draining.Store(true) }

// isHealth reports whether a path is one of those that are asked all the time,
// above all when the server is in trouble.
func isHealth(path string) bool {
	return path == "/health" || path == "/health/live" || path == "/health/ready"
}

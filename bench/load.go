package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A connection that met this many failures stops: a broken route fails the run, it need not fail it a million times.
	failuresEach = 10
	// No answer of the contract takes this long, and a hanging server must not hang the benchmark.
	answerWithin = 30 * time.Second
)

// call is one request to send.
type call struct {
	method, path string
	body         []byte
	token        string // whose it is; empty: the client's
}

func get(path string) call { return call{method: http.MethodGet, path: path} }

func post(path string, body []byte) call {
	return call{method: http.MethodPost, path: path, body: body}
}

// client sends calls to one server over at most conns kept-alive connections of its own.
type client struct {
	http  *http.Client
	base  string
	token string
}

func newClient(base, token string, conns int) *client {
	return &client{base: base, token: token, http: &http.Client{
		Timeout: answerWithin,
		Transport: &http.Transport{
			MaxIdleConns: conns, MaxIdleConnsPerHost: conns, MaxConnsPerHost: conns,
			// Otherwise the client asks for gzip unbidden and the row measures the compressor.
			DisableCompression: true,
		},
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do sends one call, reads the whole body into answer and returns the time from sending to the body's last byte.
// Anything but a 2xx is an error.
func (c *client) do(ctx context.Context, what call, answer *bytes.Buffer) (time.Duration, error) {
	began := time.Now()
	request, err := http.NewRequestWithContext(ctx, what.method, c.base+what.path, bytes.NewReader(what.body))
	if err != nil {
		return 0, err
	}
	if token := cmp.Or(what.token, c.token); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if what.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, err
	}
	answer.Reset()
	_, err = answer.ReadFrom(response.Body)
	if closing := response.Body.Close(); err == nil {
		err = closing
	}
	took := time.Since(began)
	if err != nil {
		return 0, fmt.Errorf("%s %s: read the answer: %w", what.method, what.path, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return 0, fmt.Errorf("%s %s: %d: %.300s", what.method, what.path, response.StatusCode, answer.Bytes())
	}
	return took, nil
}

// load says what to send and for how long. It ends after count calls when count is set; otherwise measure after the
// warm-up, or as soon as until says so.
type load struct {
	conns int
	// warm is the time before anything is counted, in which connections are opened and caches filled.
	warm    time.Duration
	measure time.Duration
	count   int
	until   func() bool
	// every paces each connection; zero is a closed loop: the next call follows the last answer.
	every time.Duration
	// next makes call number n (counted over all connections).
	next func(r *rand.Rand, n int) call
	// answered, when set, sees each answer's body, which is only valid during the call. Called from every connection.
	answered func(n int, body []byte)
}

// sample is one answered call: when it was sent, counted from the pass's beginning, how long it took, and its number.
type sample struct {
	at, took time.Duration
	n        int
}

// pass is what a load did. Samples leave the warm-up out, sent and failed count everything.
type pass struct {
	began    time.Time
	samples  []sample
	sent     int
	failed   int
	failures []string
	elapsed  time.Duration
}

func (p pass) perSecond() float64 {
	if p.elapsed <= 0 {
		return 0
	}
	return float64(len(p.samples)) / p.elapsed.Seconds()
}

// latencies of the samples sent in [from, to), counted from the pass's beginning.
func (p pass) latencies(from, to time.Duration) []time.Duration {
	var took []time.Duration
	for _, s := range p.samples {
		if s.at >= from && s.at < to {
			took = append(took, s.took)
		}
	}
	return took
}

// each are the latencies of the calls whose number leaves rest when divided by kinds.
func (p pass) each(kinds, rest int) []time.Duration {
	var took []time.Duration
	for _, s := range p.samples {
		if s.n%kinds == rest {
			took = append(took, s.took)
		}
	}
	return took
}

func (p pass) all() []time.Duration { return p.latencies(0, longestRun) }

// run sends the load and waits until every call it sent is answered, so that a write is either counted or never sent.
func (c *client) run(ctx context.Context, l load) pass {
	var (
		calls  atomic.Int64
		mu     sync.Mutex
		total  pass
		finish = longestRun
	)
	if l.measure > 0 {
		finish = l.warm + l.measure
	}
	total.began = time.Now()
	var workers sync.WaitGroup
	for w := range l.conns {
		workers.Go(func() {
			part := c.connection(ctx, l, w, &calls, total.began, finish)
			mu.Lock()
			defer mu.Unlock()
			total.samples = append(total.samples, part.samples...)
			total.sent += part.sent
			total.failed += part.failed
			total.failures = append(total.failures, part.failures...)
			// The window ends with the last answer, not with the clock: a stall at the end is counted, not cut off.
			total.elapsed = max(total.elapsed, part.elapsed-l.warm)
		})
	}
	workers.Wait()
	return total
}

func (c *client) connection(ctx context.Context, l load, w int, calls *atomic.Int64, began time.Time, finish time.Duration) pass {
	var (
		part   pass
		answer bytes.Buffer
		r      = rand.New(rand.NewPCG(uint64(w), uint64(l.conns)))
		// Paced connections take turns instead of striking together.
		beat = newPace(began.Add(l.every*time.Duration(w)/time.Duration(l.conns)), l.every)
	)
	for part.failed < failuresEach && beat.wait(ctx) {
		at := time.Since(began)
		// Each connection counts at least one call, so that a short slice on a stalled disk shows the stall and not nothing.
		if over := at >= finish || l.until != nil && l.until(); over && len(part.samples) > 0 {
			break
		}
		n := int(calls.Add(1)) - 1
		if l.count > 0 && n >= l.count {
			break
		}
		took, err := c.do(ctx, l.next(r, n), &answer)
		if ctx.Err() != nil {
			break
		}
		part.sent++
		if err != nil {
			part.failed++
			part.failures = append(part.failures, err.Error())
			continue
		}
		if l.answered != nil {
			l.answered(n, answer.Bytes())
		}
		if at >= l.warm {
			part.samples = append(part.samples, sample{at, took, n})
			part.elapsed = time.Since(began)
		}
	}
	return part
}

// pace lets a loop turn once every interval, or without pause when the interval is zero. A turn that comes late moves
// those after it: a paced client catches up with nothing, it only falls behind its rate, which the report shows.
type pace struct {
	next  time.Time
	every time.Duration
}

func newPace(first time.Time, every time.Duration) *pace { return &pace{first, every} }

// wait returns false once the context ends.
func (p *pace) wait(ctx context.Context) bool {
	if p.every <= 0 {
		return ctx.Err() == nil
	}
	if pause := time.Until(p.next); pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
	} else {
		p.next = p.next.Add(-pause)
	}
	p.next = p.next.Add(p.every)
	return ctx.Err() == nil
}

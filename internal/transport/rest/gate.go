package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// patience is how long a request waits for its turn.
	patience = 250 * time.Millisecond
	// signInsAtOnce bounds those who wait for a password to be hashed, two at a
	// time: what is beyond would wait for more than a second or two.
	signInsAtOnce = 32
	// smallBody is more than any task takes. A body up to it is awaited before
	// the request takes a place, so that one that trickles in takes none.
	smallBody = 16 << 10
)

// gate admits so many requests at once. Some more wait for a moment; what is
// beyond is turned away at once, at little cost, so that too many requests
// leave those that are admitted as quick as ever.
type gate struct {
	places   chan struct{}
	waiting  chan struct{}
	patience time.Duration
}

func newGate(places, waiting int) *gate {
	return &gate{make(chan struct{}, places), make(chan struct{}, waiting), patience}
}

// enter reports whether there is a place; then leave has to be called.
func (g *gate) enter(ctx context.Context) bool {
	select {
	case g.places <- struct{}{}:
		return true
	default:
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return false
	}
	defer func() { <-g.waiting }()
	timer := time.NewTimer(g.patience)
	defer timer.Stop()
	select {
	case g.places <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (g *gate) leave() { <-g.places }

// gates are the places of different kinds of request: none of them can take
// those of another.
type gates struct {
	ordinary *gate
	signIns  *gate
	uploads  *gate // with a body that is large, or of unknown size
	turned   atomic.Int64
	told     atomic.Int64 // when it was last logged that requests are turned away, in seconds
}

// defaultInFlight is for who does not say how many requests to work on at once.
const defaultInFlight = 128

func newGates(inFlight int) *gates {
	if inFlight <= 0 {
		inFlight = defaultInFlight
	}
	return &gates{
		ordinary: newGate(inFlight, 2*inFlight),
		signIns:  newGate(signInsAtOnce, 0),
		uploads:  newGate(max(2, inFlight/4), inFlight),
	}
}

func (g *gates) of(r *http.Request) *gate {
	switch {
	case isHealth(r.URL.Path):
		return nil
	case r.ContentLength < 0 || r.ContentLength > smallBody:
		return g.uploads
	case hashes(r.URL.Path):
		return g.signIns
	}
	return g.ordinary
}

// hashes reports whether a path's requests hash a password.
func hashes(path string) bool { return path == "/api/auth/login" || path == "/api/auth/register" }

// admit gives a request its place, once its body is there if that is small.
// Otherwise it answers the request and reports false.
func (a *API) admit(rec *recorder, r *http.Request) bool {
	if r.ContentLength > 0 && r.ContentLength <= smallBody || r.ContentLength < 0 && hashes(r.URL.Path) {
		if p := rec.await(r); p != nil {
			rec.Header().Set("Connection", "close")
			a.answer(rec, r, p)
			return false
		}
	}
	g := a.gates.of(r)
	if g == nil {
		return true
	}
	if !g.enter(r.Context()) {
		rec.turnedAway = true
		if r.ContentLength != 0 {
			rec.Header().Set("Connection", "close") // the body is not waited for
		}
		a.turnAway(rec, r)
		return false
	}
	rec.place = g
	return true
}

// turnAway answers a request there is no place for. That is logged once a
// second for all of them.
func (a *API) turnAway(rec *recorder, r *http.Request) {
	turned := a.gates.turned.Add(1)
	second := time.Now().Unix() //nolint:forbidigo // paces the log
	if told := a.gates.told.Load(); told != second && a.gates.told.CompareAndSwap(told, second) {
		a.log.WarnContext(r.Context(), "overloaded: requests are turned away", "since_start", turned)
	}
	p := problemOf(http.StatusServiceUnavailable, "The server has too much to do just now; try again in a moment")
	p.headers = http.Header{"Retry-After": retryAtOnce}
	a.answer(rec, r, p)
}

var retryAtOnce = []string{"1"}

var smallBodies = sync.Pool{New: func() any { return new([smallBody]byte) }}

// arrived is a body that is there already.
type arrived struct {
	bytes.Reader

	content *[smallBody]byte
}

// Close does nothing: the body goes back with the request.
func (*arrived) Close() error { return nil }

// await reads a small body, or says why it cannot. One of unknown length may
// turn out to be large: then its beginning is read, and the rest comes after it.
func (rec *recorder) await(r *http.Request) *Problem {
	content := smallBodies.Get().(*[smallBody]byte) //nolint:forcetypeassert // the pool holds nothing else
	n, whole, err := int(r.ContentLength), true, error(nil)
	if n >= 0 {
		_, err = io.ReadFull(r.Body, content[:n])
	} else {
		n, whole, err = fill(content[:], r.Body)
	}
	if err != nil {
		smallBodies.Put(content)
		return missingBody(err)
	}
	rec.body.content = content
	rec.body.Reset(content[:n])
	if !whole {
		r.Body = &continued{io.MultiReader(&rec.body, r.Body), r.Body}
		return nil
	}
	_ = http.NewResponseController(rec.ResponseWriter).SetReadDeadline(time.Time{}) // it would else end the request itself
	r.Body, r.ContentLength = &rec.body, int64(n)
	return nil
}

// fill reads until b is full or the body is whole. Unlike io.ReadFull it tells
// one that ends from one that breaks off.
func fill(b []byte, body io.Reader) (n int, whole bool, err error) {
	for n < len(b) {
		m, err := body.Read(b[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

// continued is a body of which the beginning was read.
type continued struct {
	io.Reader
	io.Closer
}

// hurry bounds how long a body may take, whoever reads it: net/http too reads
// what nobody wanted, before it sends the answer.
func (rec *recorder) hurry() {
	deadline := time.Now().Add(bodyTime)                                         //nolint:forbidigo // a deadline of the connection
	_ = http.NewResponseController(rec.ResponseWriter).SetReadDeadline(deadline) // tests' answers have none
}

// leave gives the place to the next one. An answer is written without one: a
// client that reads slowly, or not at all, keeps nobody waiting.
func (rec *recorder) leave() {
	if rec.place != nil {
		rec.place.leave()
		rec.place = nil
	}
}

// over gives back what the request had.
func (rec *recorder) over() {
	rec.leave()
	if rec.body.content != nil {
		smallBodies.Put(rec.body.content)
		rec.body.content = nil
		rec.body.Reset(nil)
	}
}

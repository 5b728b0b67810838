package mindflow

import (
	"context"
	"sync"
)

// Trace says whose request something was done for. It is for logs, metrics and
// error reports; no rule looks at it.
type Trace struct {
	RequestID string
	UserID    UserID // zero until somebody is known to have signed in
	Err       error  // what broke, once the request has failed on our side
	Notes     Notes  // nil where nobody keeps them

	mu     sync.Mutex // several calls of one request may go on at once
	change ChangeID
}

// Notes remember what was done for a request, in order, for the report of an
// error. They may be called from several goroutines.
type Notes interface {
	// Note remembers what was done, and holds nothing of anybody's: no text, no
	// address, no secret.
	Note(done string)
}

type traceKey struct{}

// WithTrace puts a trace into a context, where what is found out later can be added.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceOf is the trace of a context, nil where there is none.
func TraceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Note remembers what was done, where anybody keeps notes. A nil trace is of nobody.
func (t *Trace) Note(done string) {
	if t != nil && t.Notes != nil {
		t.Notes.Note(done)
	}
}

// Failed remembers what broke. What broke first is what the others follow from.
func (t *Trace) Failed(err error) {
	if t != nil && t.Err == nil {
		t.Err = err
	}
}

// Changed remembers what undoes the change the request has made; the last of them
// where it makes several.
func (t *Trace) Changed(change ChangeID) {
	if t != nil && change != "" {
		t.mu.Lock()
		t.change = change
		t.mu.Unlock()
	}
}

// Change is what was remembered, empty where nothing has changed.
func (t *Trace) Change() ChangeID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.change
}

// Watch is told when a span begins. The context it answers is for what happens
// within the span; the function is told, once, how the span ended. A nil Watch
// is nobody, and costs nothing.
type Watch func(ctx context.Context, span Span) (context.Context, func(error))

// Span is something on the way of a request that takes time. No text that a
// person typed is in it.
type Span struct {
	Name string
	SQL  string // the statement with its placeholders, when it is one
}

// Begin tells that a span begins.
func (w Watch) Begin(ctx context.Context, span Span) (context.Context, func(error)) {
	if w == nil {
		return ctx, unwatched
	}
	return w(ctx, span)
}

// And is a watch of both.
func (w Watch) And(other Watch) Watch {
	switch {
	case w == nil:
		return other
	case other == nil:
		return w
	}
	return func(ctx context.Context, span Span) (context.Context, func(error)) {
		ctx, end := w(ctx, span)
		ctx, otherEnd := other(ctx, span)
		return ctx, func(err error) {
			otherEnd(err)
			end(err)
		}
	}
}

func unwatched(error) {}

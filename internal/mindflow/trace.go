package mindflow

import "context"

// Trace says whose request something was done for. It is for logs, metrics and
// error reports; no rule looks at it.
type Trace struct {
	RequestID string
	UserID    UserID // zero until somebody is known to have signed in
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

// Watch is told when a step on the way of a request begins. The context it
// answers is for what happens within the step; the function is told how the
// step ended. A nil Watch is nobody, and costs nothing.
type Watch func(ctx context.Context, step Step) (context.Context, func(error))

// Step is something that takes time. No text that a person typed is in it.
type Step struct {
	Name string
	SQL  string // the statement with its placeholders, when it is one
}

// Begin tells that a step begins.
func (w Watch) Begin(ctx context.Context, step Step) (context.Context, func(error)) {
	if w == nil {
		return ctx, unwatched
	}
	return w(ctx, step)
}

func unwatched(error) {}

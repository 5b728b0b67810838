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

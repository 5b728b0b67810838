package telemetry

import (
	"bytes"
	"context"
	"encoding"
	"fmt"
	"io"
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/lmittmann/tint"

	"mindflow/internal/mindflow"
)

// LogSettings say how a log is written.
type LogSettings struct {
	Level slog.Level
	JSON  bool // for programs to read; else for people
	Color bool // people's, on a terminal
}

// NewLog writes a log. Each record of a request carries its id and its user's,
// and none shows what an error or a structure holds of anybody's.
func NewLog(w io.Writer, s LogSettings) *slog.Logger {
	if s.JSON {
		return slog.New(Traced(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: s.Level, ReplaceAttr: forPrograms})))
	}
	whole := &oneByOne{w: w}
	return slog.New(Traced(&forPeople{w: whole, Handler: tint.NewTextHandler(whole, &tint.Options{
		Level: s.Level, NoColor: !s.Color, TimeFormat: "15:04:05.000", ReplaceAttr: inRed,
	})}))
}

// forPrograms writes times in UTC, and durations as milliseconds.
func forPrograms(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindTime:
		return slog.Time(a.Key, a.Value.Time().UTC())
	case slog.KindDuration:
		return slog.Float64(a.Key+"_ms", float64(a.Value.Duration().Microseconds())/1000)
	default:
		return a
	}
}

// inRed shows errors in red, and durations as short as they can be read.
func inRed(_ []string, a slog.Attr) slog.Attr {
	const red = 9
	switch {
	case a.Key == errorKey:
		return tint.Attr(red, a)
	case a.Value.Kind() == slog.KindDuration && a.Value.Duration() > time.Millisecond:
		return slog.Duration(a.Key, a.Value.Duration().Round(10*time.Microsecond))
	}
	return a
}

const (
	errorKey = "error"
	stackKey = "stack"
)

// stack is a panic's, a call in each line.
type stack []string

// Traced adds to each record whose request it is of, and the stack of a panic;
// errors are said without what they quote (mindflow.Said), and of structures
// only the type.
func Traced(next slog.Handler) slog.Handler { return traced{next} }

type traced struct{ next slog.Handler }

func (h traced) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h traced) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	attrs := make([]slog.Attr, 0, r.NumAttrs()+3)
	if trace := mindflow.TraceOf(ctx); trace != nil {
		attrs = append(attrs, slog.String("request_id", trace.RequestID))
		if !trace.UserID.IsZero() {
			attrs = append(attrs, slog.String("user_id", trace.UserID.String()))
		}
	}
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, harmless(a))
		if err, ok := a.Value.Any().(error); ok {
			if p := mindflow.PanicOf(err); p != nil {
				attrs = append(attrs, slog.Any(stackKey, stack(p.Stack())))
			}
		}
		return true
	})
	out.AddAttrs(attrs...)
	return h.next.Handle(ctx, out)
}

func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler {
	safe := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		safe[i] = harmless(a)
	}
	return traced{h.next.WithAttrs(safe)}
}

func (h traced) WithGroup(name string) slog.Handler { return traced{h.next.WithGroup(name)} }

// harmless says what may be read by strangers: numbers, words somebody chose
// to log, ids, and errors without their values. What is printed field by field
// could hold anything.
func harmless(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindGroup:
		group := a.Value.Group()
		safe := make([]slog.Attr, len(group))
		for i, member := range group {
			safe[i] = harmless(member)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(safe...)}
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case nil, stack:
		case error:
			return slog.String(a.Key, mindflow.Said(v))
		case encoding.TextMarshaler: // ids, addresses, levels
			if text, err := v.MarshalText(); err == nil {
				return slog.String(a.Key, string(text))
			}
		default:
			return slog.String(a.Key, fmt.Sprintf("(%T)", v))
		}
	default: // a number, a word, a moment
	}
	return a
}

// forPeople writes a stack below its record, a line for each call.
type forPeople struct {
	slog.Handler

	w io.Writer
}

func (h *forPeople) Handle(ctx context.Context, r slog.Record) error {
	var lines stack
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if s, ok := a.Value.Any().(stack); ok {
			lines = s
		} else {
			out.AddAttrs(a)
		}
		return true
	})
	err := h.Handler.Handle(ctx, out)
	if len(lines) > 0 {
		_, _ = io.WriteString(h.w, "    "+strings.Join(lines, "\n    ")+"\n") // a log that cannot be written is nobody's fault
	}
	return err
}

func (h *forPeople) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &forPeople{w: h.w, Handler: h.Handler.WithAttrs(attrs)}
}

func (h *forPeople) WithGroup(name string) slog.Handler {
	return &forPeople{w: h.w, Handler: h.Handler.WithGroup(name)}
}

// oneByOne is a writer for several goroutines.
type oneByOne struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneByOne) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(b)
}

// Plain is a log of the old kind, for code that knows no other, such as
// net/http. A panic that was printed into it keeps its place and loses its
// reason, which may quote anything.
func Plain(to *slog.Logger) *log.Logger { return log.New(plain{to}, "", 0) }

type plain struct{ log *slog.Logger }

func (p plain) Write(b []byte) (int, error) {
	message, below, _ := strings.Cut(string(bytes.TrimSpace(b)), "\n")
	if before, _, panicked := strings.Cut(message, "panic serving "); panicked {
		_, calls, _ := strings.Cut(below, "goroutine ")
		p.log.Error("panic outside a request", "said", before+"panic serving", stackKey, stack(strings.Split(calls, "\n")))
		return len(b), nil
	}
	p.log.Warn("library", "said", message)
	return len(b), nil
}

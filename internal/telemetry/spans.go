package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// NoteSpans is a watch that remembers what was done for a request in its trace,
// where notes are kept: what a report tells beside the error.
func NoteSpans(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
	trace := mindflow.TraceOf(ctx)
	return ctx, func(err error) {
		switch {
		case trace == nil || trace.Notes == nil:
		case err != nil:
			trace.Note(described(span) + ": " + mindflow.Said(err))
		default:
			trace.Note(described(span))
		}
	}
}

// LogSpans is a watch that tells every span, for whoever looks for what takes
// so long.
func LogSpans(log *slog.Logger, clock func() time.Time) mindflow.Watch {
	return func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
		began := clock()
		return ctx, func(err error) {
			attrs := []slog.Attr{slog.String("span", described(span)), slog.Duration("took", clock().Sub(began))}
			if err != nil {
				attrs = append(attrs, slog.Any(errorKey, err))
			}
			log.LogAttrs(ctx, slog.LevelDebug, "span", attrs...)
		}
	}
}

// described is a span in one line. A statement has placeholders where it was
// given somebody's values.
func described(span mindflow.Span) string {
	if span.SQL == "" {
		return span.Name
	}
	const most = 200
	sql := strings.Join(strings.Fields(span.SQL), " ")
	if len(sql) > most {
		sql = sql[:most] + "…"
	}
	return span.Name + " " + sql
}

package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// NoteSteps is a watch that remembers what was done for a request in its trace,
// where steps are kept: what a report tells beside the error.
func NoteSteps(ctx context.Context, step mindflow.Step) (context.Context, func(error)) {
	trace := mindflow.TraceOf(ctx)
	return ctx, func(err error) {
		switch {
		case trace == nil || trace.Steps == nil:
		case err != nil:
			trace.Note(described(step) + ": " + mindflow.Said(err))
		default:
			trace.Note(described(step))
		}
	}
}

// LogSteps is a watch that tells every step, for whoever looks for what takes
// so long.
func LogSteps(log *slog.Logger, clock func() time.Time) mindflow.Watch {
	return func(ctx context.Context, step mindflow.Step) (context.Context, func(error)) {
		began := clock()
		return ctx, func(err error) {
			attrs := []slog.Attr{slog.String("step", described(step)), slog.Duration("took", clock().Sub(began))}
			if err != nil {
				attrs = append(attrs, slog.Any(errorKey, err))
			}
			log.LogAttrs(ctx, slog.LevelDebug, "step", attrs...)
		}
	}
}

// described is a step in one line. A statement has placeholders where it was
// given somebody's values.
func described(step mindflow.Step) string {
	if step.SQL == "" {
		return step.Name
	}
	const most = 200
	sql := strings.Join(strings.Fields(step.SQL), " ")
	if len(sql) > most {
		sql = sql[:most] + "…"
	}
	return step.Name + " " + sql
}

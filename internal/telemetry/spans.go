package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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

// StatementTimes counts how long SQL statements take, for metrics to tell. On nil
// nothing is counted.
type StatementTimes struct{ histogram prometheus.Histogram }

// statementBounds are few, since each statement looks for its own: most take less
// than the first, and 50 ms is what is promised of nineteen of twenty.
var statementBounds = []float64{.001, .005, .01, .025, .05, .1, .25, 1, 5}

// NewStatementTimes counts from now on.
func NewStatementTimes() *StatementTimes {
	return &StatementTimes{prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "mindflow_database_statement_duration_seconds", Buckets: statementBounds,
		Help: "How long SQL statements took, with the wait for a connection and the reading of their rows.",
	})}
}

func (s *StatementTimes) took(d time.Duration) {
	if s != nil {
		s.histogram.Observe(d.Seconds())
	}
}

// TimeStatements is a watch that counts how long statements take, with the wait for
// a connection, and warns of those that take so long or longer: by their text, which
// has placeholders where it was given somebody's values. While none does, it takes
// no memory.
func TimeStatements(times *StatementTimes, log *slog.Logger, clock func() time.Time, slow time.Duration) mindflow.Watch {
	var idle sync.Pool
	idle.New = func() any {
		s := &timed{}
		s.end = func(err error) {
			took := clock().Sub(s.began)
			times.took(took)
			if took >= slow {
				s.warn(log, took, err)
			}
			s.ctx, s.sql = nil, ""
			idle.Put(s)
		}
		return s
	}
	return func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
		if span.SQL == "" {
			return ctx, nothingToEnd
		}
		s := idle.Get().(*timed) //nolint:forcetypeassert // the pool holds nothing else
		s.ctx, s.sql, s.began = ctx, span.SQL, clock()
		return ctx, s.end
	}
}

// timed is a statement under way. Its end puts it back, to be used again.
type timed struct {
	ctx   context.Context //nolint:containedctx // the statement's, as long as it runs
	sql   string
	began time.Time
	end   func(error)
}

func (s *timed) warn(log *slog.Logger, took time.Duration, err error) {
	const most = 2000
	attrs := []slog.Attr{slog.String("sql", oneLine(s.sql, most)), slog.Duration("took", took)}
	if err != nil {
		attrs = append(attrs, slog.Any(errorKey, err))
	}
	log.LogAttrs(s.ctx, slog.LevelWarn, "slow statement", attrs...)
}

// described is a span in one line. A statement has placeholders where it was
// given somebody's values.
func described(span mindflow.Span) string {
	if span.SQL == "" {
		return span.Name
	}
	const most = 200
	return span.Name + " " + oneLine(span.SQL, most)
}

// oneLine is a statement without its breaks and its end, if it has too many bytes.
func oneLine(sql string, most int) string {
	sql = strings.Join(strings.Fields(sql), " ")
	if len(sql) > most {
		sql = sql[:most] + "…"
	}
	return sql
}

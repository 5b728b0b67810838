package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/getsentry/sentry-go"

	"mindflow/internal/mindflow"
)

// ReportSettings say where reports of errors go, and what they say of us.
type ReportSettings struct {
	DSN         string
	Release     string
	Environment string
	Clock       func() time.Time
	PerMinute   int // how many reports are sent in a minute; zero stands for the usual number
}

// Reports sends what the log calls an error to a Sentry server: what broke and
// where, whose request it was by ids alone, and what was done for it before. It never
// waits for that server: reports wait in a short queue, and are lost when it is
// full. Of one minute only so many are sent: the next one says how many were
// left out.
type Reports struct {
	client *sentry.Client
	clock  func() time.Time
	pace   pace
	giveUp context.CancelFunc // on what is being sent, and will be
}

const (
	// How long one report may take to be sent.
	sendTime = 10 * time.Second
	// maxNotes is how many notes of one request are remembered, the last ones.
	maxNotes = 50
	// usualPerMinute leaves room for every kind of error there is, and none for a
	// database that is gone to fill a tracker with one.
	usualPerMinute = 60
)

// NewReports connects nothing yet: the first report does.
func NewReports(s ReportSettings) (*Reports, error) {
	open, giveUp := context.WithCancel(context.Background())
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: s.DSN, Release: "mindflow@" + s.Release, Environment: s.Environment,
		BeforeSend:     func(e *sentry.Event, _ *sentry.EventHint) *sentry.Event { return bare(e) },
		Integrations:   func([]sentry.Integration) []sentry.Integration { return nil }, // they collect
		DataCollection: nothing(),
		DisableLogs:    true, DisableMetrics: true, DisableClientReports: true,
		// Flushed while it hands a report on, that layer says all is sent, and the last one is lost.
		DisableTelemetryBuffer: true,
		HTTPClient: &http.Client{
			Timeout: sendTime, Transport: until{open, http.DefaultTransport.(*http.Transport).Clone()},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	})
	if err != nil {
		giveUp()
		return nil, errors.New("SENTRY_DSN is not a Sentry address, such as https://key@sentry.example.org/1") // theirs quotes it
	}
	return &Reports{client: client, clock: s.Clock, pace: pace{most: cmp.Or(s.PerMinute, usualPerMinute)}, giveUp: giveUp}, nil
}

// pace lets through so many in a minute, and counts the others.
type pace struct {
	most int

	mu      sync.Mutex
	began   time.Time // the minute
	through int       // in it
	leftOut int       // since one went through
}

// next reports whether another one may go, and how many have been left out since
// the last one that went, itself included.
func (p *pace) next(now time.Time) (goes bool, leftOut int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.began).Abs() >= time.Minute {
		p.began, p.through = now, 0
	}
	if p.through == p.most {
		p.leftOut++
		return false, p.leftOut
	}
	p.through++
	leftOut, p.leftOut = p.leftOut, 0
	return true, leftOut
}

// untold is how many have been left out since the last one that went.
func (p *pace) untold() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leftOut
}

// until sends as long as it is open. The SDK would wait for an endpoint that
// hangs even while it is being closed.
type until struct {
	open context.Context //nolint:containedctx // as long as the reports
	next http.RoundTripper
}

func (u until) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(u.open, cancel) //nolint:contextcheck // the other context is the point
	context.AfterFunc(ctx, func() { stop() }) // it ends with r's, once the answer has been read
	return u.next.RoundTrip(r.WithContext(ctx))
}

// nothing is what the SDK may collect by itself.
func nothing() *sentry.DataCollection {
	off := &sentry.KeyValueCollectionBehavior{Mode: sentry.CollectionOff}
	return &sentry.DataCollection{
		UserInfo: sentry.Set(false), Cookies: off, QueryParams: off, HTTPBodies: []sentry.BodyType{},
		HTTPHeaders: &sentry.HeaderCollectionConfig{Request: off, Response: off},
	}
}

// bare is a report with what we put into it and nothing else: whatever the SDK
// collects, now or in a version to come, stays here.
func bare(e *sentry.Event) *sentry.Event {
	out := sentry.NewEvent()
	out.EventID, out.Timestamp, out.Level, out.Platform = e.EventID, e.Timestamp, e.Level, e.Platform
	out.Release, out.Environment, out.Sdk = e.Release, e.Environment, e.Sdk
	out.Message, out.Exception, out.Transaction = e.Message, e.Exception, e.Transaction
	out.User = sentry.User{ID: e.User.ID}
	for _, key := range []string{"request_id", "route", "method", "status"} {
		if value, ok := e.Tags[key]; ok {
			out.Tags[key] = value
		}
	}
	if log, ok := e.Contexts[logContext]; ok {
		out.Contexts[logContext] = log
	}
	for _, crumb := range e.Breadcrumbs {
		out.Breadcrumbs = append(out.Breadcrumbs, &sentry.Breadcrumb{
			Category: crumb.Category, Message: crumb.Message, Level: crumb.Level, Timestamp: crumb.Timestamp,
		})
	}
	return out
}

// logContext is where a report keeps the rest of the log's record.
const logContext = "log"

// Notes makes what remembers what is done for one request.
func (r *Reports) Notes() mindflow.Notes { return &notes{clock: r.clock} }

// notes are those of one request.
type notes struct {
	clock func() time.Time
	mu    sync.Mutex
	taken []*sentry.Breadcrumb
}

func (n *notes) Note(done string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.taken) == maxNotes {
		n.taken = slices.Delete(n.taken, 0, 1)
	}
	n.taken = append(n.taken, &sentry.Breadcrumb{Category: "note", Message: done, Level: sentry.LevelInfo, Timestamp: n.clock()})
}

func (n *notes) breadcrumbs() []*sentry.Breadcrumb {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.taken)
}

// Reporting is a log whose errors are reported, too.
func (r *Reports) Reporting(log *slog.Logger) *slog.Logger {
	return slog.New(reporting{reports: r, next: log.Handler()})
}

type reporting struct {
	reports *Reports
	next    slog.Handler
	attrs   []slog.Attr
}

func (h reporting) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || h.next.Enabled(ctx, level)
}

func (h reporting) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		// A report that goes wrong must not be what breaks.
		_ = mindflow.Catch(func() error { return h.report(ctx, r) })
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// report sends the report of a record, or says that it is one too many.
func (h reporting) report(ctx context.Context, r slog.Record) error {
	goes, leftOut := h.reports.pace.next(h.reports.clock())
	switch {
	case goes:
		e := h.event(ctx, r)
		tellLeftOut(e, leftOut)
		h.reports.client.CaptureEvent(e, nil, nil)
	case leftOut == 1 && h.next.Enabled(ctx, slog.LevelWarn):
		return h.next.Handle(ctx, slog.NewRecord(r.Time, slog.LevelWarn, "too many errors for a minute: the others are not reported", 0))
	}
	return nil
}

// tellLeftOut says in an event how many were left out before it, if any were.
func tellLeftOut(e *sentry.Event, n int) {
	if n > 0 {
		if e.Contexts[logContext] == nil {
			e.Contexts[logContext] = sentry.Context{}
		}
		e.Contexts[logContext]["left_out"] = n
	}
}

func (h reporting) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs, h.next = slices.Concat(h.attrs, attrs), h.next.WithAttrs(attrs)
	return h
}

// WithGroup leaves the names as they are in reports: theirs are few.
func (h reporting) WithGroup(name string) slog.Handler {
	h.next = h.next.WithGroup(name)
	return h
}

// event is the report of a record.
func (h reporting) event(ctx context.Context, r slog.Record) *sentry.Event {
	e := sentry.NewEvent()
	e.Level, e.Timestamp, e.Message = sentry.LevelError, r.Time, r.Message
	record := sentry.Context{}
	take := func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			e.Exception = append(e.Exception, exception(err))
			if mindflow.PanicOf(err) != nil {
				e.Level = sentry.LevelFatal
			}
		}
		switch value := harmless(a).Value.String(); a.Key {
		case "route":
			e.Transaction, e.Tags[a.Key] = value, value
		case "method", "status":
			e.Tags[a.Key] = value
		default:
			record[a.Key] = value
		}
		return true
	}
	for _, a := range h.attrs {
		take(a)
	}
	r.Attrs(take)
	if len(record) > 0 {
		e.Contexts[logContext] = record
	}
	if trace := mindflow.TraceOf(ctx); trace != nil {
		e.Tags["request_id"] = trace.RequestID
		if !trace.UserID.IsZero() {
			e.User.ID = trace.UserID.String()
		}
		if n, ok := trace.Notes.(*notes); ok {
			e.Breadcrumbs = n.breadcrumbs()
		}
	}
	return e
}

// exception is an error as Sentry shows it: its kind, what may be said of it,
// and for a panic the place.
func exception(err error) sentry.Exception {
	x := sentry.Exception{Type: fmt.Sprintf("%T", innermost(err)), Value: mindflow.Said(err)}
	if p := mindflow.PanicOf(err); p != nil {
		x.Type, x.Stacktrace = "panic", stacktrace(p.PCs)
	}
	return x
}

func innermost(err error) error {
	for {
		switch e := err.(type) { //nolint:errorlint // down the chain, step by step
		case interface{ Unwrap() error }:
			if inner := e.Unwrap(); inner != nil {
				err = inner
				continue
			}
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				err = all[len(all)-1] // what we wrap last is the cause
				continue
			}
		}
		return err
	}
}

// stacktrace has the innermost call last, as Sentry wants it.
func stacktrace(pcs []uintptr) *sentry.Stacktrace {
	s := &sentry.Stacktrace{}
	for frames := runtime.CallersFrames(pcs); ; {
		frame, more := frames.Next()
		if frame.Function != "" {
			s.Frames = append(s.Frames, sentry.NewFrame(frame))
		}
		if !more {
			slices.Reverse(s.Frames)
			return s
		}
	}
}

// Close sends what waits, as long as the context allows, and reports nothing
// any more. It answers whether everything was sent.
func (r *Reports) Close(ctx context.Context) bool {
	if n := r.pace.untold(); n > 0 {
		e := sentry.NewEvent()
		e.Level, e.Timestamp, e.Message = sentry.LevelWarning, r.clock(), "reports were left out"
		tellLeftOut(e, n)
		r.client.CaptureEvent(e, nil, nil)
	}
	sent := r.client.FlushWithContext(ctx)
	r.giveUp()
	r.client.Close()
	return sent
}

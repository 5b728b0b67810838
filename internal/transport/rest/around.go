package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"mindflow/internal/mindflow"
)

// requestID is the id the answer carries, for people to quote.
func requestID(ctx context.Context) string {
	if trace := mindflow.TraceOf(ctx); trace != nil {
		return trace.RequestID
	}
	return ""
}

// around is what every request goes through: an id, a log line, and a net for
// panics.
func (a *API) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, bare *http.Request) {
		rec := a.newRecorder(w, bare)
		trace := &rec.trace
		began := time.Now() //nolint:forbidigo // a duration, not a moment: the monotonic clock
		a.protect(w.Header(), bare.URL.Path)
		if a.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		// Each of these is given its value once: what a deferred function shares
		// with a changing variable costs an allocation.
		ctx := a.watched(mindflow.WithTrace(bare.Context(), trace), bare)
		r := bare.WithContext(ctx)
		if a.settings.Began != nil {
			defer func() { // also when the answer is broken off
				took := time.Since(began) //nolint:forbidigo // as above
				a.settings.Ended(ctx, Answered{r.Method, r.Pattern, rec.status, took})
			}()
		}
		defer rec.over()
		defer func() {
			reason := recover()
			aborted := reason == http.ErrAbortHandler //nolint:errorlint // a sentinel that is thrown, never wrapped
			if reason != nil && !aborted {
				trace.Failed(mindflow.Caught(reason))
				a.apologise(rec, trace)
			}
			if rec.status == 0 && !aborted {
				rec.status = http.StatusOK // what net/http answers for who says nothing
			}
			a.tell(r, rec, trace, time.Since(began)) //nolint:forbidigo // as above
			if aborted {
				panic(reason)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// entrance turns away what cannot be read and what there is no place for.
func (a *API) entrance(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*recorder) //nolint:forcetypeassert // around's
		if r.ContentLength != 0 {
			rec.hurry()
		}
		// What programs send people to the consent page with, that page reads, and tells them what is wrong.
		if message := unreadableQuery(r.URL.RawQuery); message != "" && r.URL.Path != consentPath {
			a.answer(w, r, problemOf(http.StatusBadRequest, message))
			return
		}
		if r.URL.Path == "*" || r.URL.Path == "" && r.Method == http.MethodConnect { // ServeMux would refuse them in its own words
			a.answer(w, r, problemOf(http.StatusBadRequest, "The request must name an address"))
			return
		}
		if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
			a.answer(w, r, problemOf(http.StatusUnsupportedMediaType, "The body must not be compressed"))
			return
		}
		if a.admit(rec, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// watched tells who wants to know that a request came in.
func (a *API) watched(ctx context.Context, r *http.Request) context.Context {
	if a.settings.Began == nil {
		return ctx
	}
	return a.settings.Began(ctx, r)
}

// requestIDFor is the id a request brings along, so that a proxy's log and ours
// can be laid side by side, if it cannot be anything but an id; else a new one.
func requestIDFor(r *http.Request) string {
	if ids := r.Header["X-Request-Id"]; len(ids) == 1 && isRequestID(ids[0]) {
		return ids[0]
	}
	return newRequestID()
}

const maxRequestID = 64

func isRequestID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return id != "" && len(id) <= maxRequestID
}

func newRequestID() string {
	var b [12]byte
	var text [2 * len(b)]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	hex.Encode(text[:], b[:])
	return string(text[:])
}

// apologise answers 500 if nothing has been answered yet.
func (a *API) apologise(w *recorder, trace *mindflow.Trace) {
	if w.status == 0 {
		p := problemOf(http.StatusInternalServerError, internalDetail)
		p.RequestID = trace.RequestID
		writeProblem(w, w.Header().Set, w.WriteHeader, p)
	}
}

// tell writes the one line a request has in the log. It is an error where
// something of ours broke, and a warning where we could not serve.
func (a *API) tell(r *http.Request, w *recorder, trace *mindflow.Trace, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case trace.Err != nil && !meant(trace.Err):
		level = slog.LevelError
	case isHealth(r.URL.Path), w.turnedAway:
		level = slog.LevelDebug // comes all the time; a check that fails, or too many requests, are logged once
	case w.status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	if !a.log.Enabled(r.Context(), level) {
		return
	}
	attrs := append(make([]slog.Attr, 0, 6),
		slog.String("method", knownMethod(r.Method)), slog.String("route", r.Pattern), slog.Int("status", w.status),
		slog.Duration("took", took), slog.Int64("bytes", w.bytes))
	if trace.Err != nil {
		attrs = append(attrs, slog.Any("error", trace.Err))
	}
	a.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// meant reports whether an error is an answer we chose, with nothing broken
// beneath it.
func meant(err error) bool {
	_, alone := err.(*mindflow.Error) //nolint:errorlint // what wraps something is not alone
	return alone
}

// knownMethod is a request's method, unless somebody made it up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "other"
}

// recorder is what stands around one request, in one piece of memory: it
// remembers what was answered, and what the request holds.
type recorder struct {
	http.ResponseWriter

	status     int
	bytes      int64
	trace      mindflow.Trace
	id, left   [1]string // as headers' values: its own, and what a limit leaves
	change     [1]string // and what undoes the change it has made
	place      *gate     // nil when it has none
	body       arrived
	turnedAway bool
}

// newRecorder gives a request its id.
func (a *API) newRecorder(w http.ResponseWriter, r *http.Request) *recorder {
	rec := &recorder{ResponseWriter: w}
	rec.trace.RequestID = requestIDFor(r)
	if a.settings.Notes != nil {
		rec.trace.Notes = a.settings.Notes()
	}
	rec.id[0] = rec.trace.RequestID
	w.Header()["X-Request-Id"] = rec.id[:]
	return rec
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.sayChange(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
		r.sayChange(r.status)
	}
	r.leave() // the work is done; what is left is up to the client
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// changeHeader says what undoes the change that was answered.
const changeHeader = "Change"

// sayChange puts into the answer's header what undoes the change the request has made.
func (r *recorder) sayChange(status int) {
	if status >= http.StatusBadRequest {
		return // nothing was kept, or nobody can say
	}
	if change := r.trace.Change(); change != "" {
		r.change[0] = string(change)
		r.Header()[changeHeader] = r.change[:]
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"runtime/debug"
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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newRequestID()
		began := time.Now() //nolint:forbidigo // a duration, not a moment: the monotonic clock
		w.Header().Set("X-Request-ID", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if a.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		rec := &recorder{ResponseWriter: w}
		ctx := mindflow.WithTrace(r.Context(), &mindflow.Trace{RequestID: id})
		if a.settings.Began != nil {
			ctx = a.settings.Began(ctx, r)
			defer func() { // also when the answer is broken off
				took := time.Since(began) //nolint:forbidigo // as above
				a.settings.Ended(ctx, Answered{r.Method, r.Pattern, rec.status, took})
			}()
		}
		defer func() {
			if reason := recover(); reason != nil {
				a.caught(ctx, rec, reason)
			}
			level := slog.LevelInfo
			switch {
			case isHealth(r.URL.Path):
				level = slog.LevelDebug // asked all the time; a check that fails is logged once
			case rec.status >= http.StatusInternalServerError:
				level = slog.LevelError
			}
			if a.log.Enabled(ctx, level) {
				a.log.LogAttrs(ctx, level, "request",
					slog.String("request_id", id), slog.String("method", r.Method), slog.String("route", r.Pattern),
					slog.Int("status", rec.status), slog.Duration("took", time.Since(began)), //nolint:forbidigo // as above
					slog.Int64("bytes", rec.bytes))
			}
		}()
		r = r.WithContext(ctx)
		if message := unreadableQuery(r.URL.RawQuery); message != "" {
			a.answer(rec, r, problemOf(http.StatusBadRequest, message))
			return
		}
		if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
			a.answer(rec, r, problemOf(http.StatusUnsupportedMediaType, "The body must not be compressed"))
			return
		}
		next.ServeHTTP(rec, r)
	})
}

func newRequestID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

// caught logs a panic and answers 500 if nothing has been answered yet.
func (a *API) caught(ctx context.Context, w *recorder, reason any) {
	if reason == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is thrown, never wrapped
		panic(reason)
	}
	a.log.ErrorContext(ctx, "panic", "request_id", requestID(ctx), "reason", reason, "stack", string(debug.Stack()))
	if w.status == 0 {
		p := problemOf(http.StatusInternalServerError, internalDetail)
		p.RequestID = requestID(ctx)
		writeProblem(w, w.Header().Set, w.WriteHeader, p)
	}
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter

	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

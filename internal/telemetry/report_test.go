package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"mindflow/internal/mindflow"
	"mindflow/internal/telemetry"
)

// endpoint is a Sentry server that reads envelopes as one does.
type endpoint struct {
	*httptest.Server

	mu     sync.Mutex
	auth   []string
	path   []string
	events []map[string]any
	raw    []string
	answer func(http.ResponseWriter)
}

func newEndpoint(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{answer: func(http.ResponseWriter) {}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.receive(t, w, r) }))
	t.Cleanup(e.Close)
	return e
}

// receive parses an envelope: a header, then for each item a header and its
// content, a line each.
func (e *endpoint) receive(t *testing.T, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	defer e.answer(w)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.auth, e.path, e.raw = append(e.auth, r.Header.Get("X-Sentry-Auth")), append(e.path, r.Method+" "+r.URL.Path), append(e.raw, string(body))
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	var header struct {
		ID string `json:"event_id"`
	}
	if err := json.Unmarshal(lines[0], &header); err != nil || header.ID == "" || len(lines)%2 != 1 {
		t.Errorf("an envelope's header: %v in %s", err, body)
	}
	for i := 1; i+1 < len(lines); i += 2 {
		var item struct {
			Type   string
			Length int
		}
		var event map[string]any
		if err := json.Unmarshal(lines[i], &item); err != nil || item.Length != len(lines[i+1]) {
			t.Errorf("an item's header: %v in %s", err, lines[i])
		}
		if err := json.Unmarshal(lines[i+1], &event); err != nil || item.Type != "event" || event["event_id"] != header.ID {
			t.Errorf("an item: %v in %s", err, lines[i+1])
		}
		e.events = append(e.events, event)
	}
}

func (e *endpoint) received() []map[string]any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.events
}

func (e *endpoint) dsn() string { return strings.Replace(e.URL, "://", "://public@", 1) + "/42" }

var friday = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

func reporting(t *testing.T, dsn string) (*telemetry.Reports, *slog.Logger, *bytes.Buffer) {
	t.Helper()
	reports, err := telemetry.NewReports(telemetry.ReportSettings{
		DSN: dsn, Release: "7.0.0", Environment: "production", Clock: func() time.Time { return friday }, PerMinute: 100_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	return reports, reports.Reporting(telemetry.NewLog(&out, telemetry.LogSettings{JSON: true})), &out
}

func closed(t *testing.T, reports *telemetry.Reports) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if !reports.Close(ctx) {
		t.Error("not everything was sent")
	}
}

func TestReportsTellWhatBrokeWhoseRequestItWasAndWhatWasDoneBefore(t *testing.T) {
	e := newEndpoint(t)
	reports, log, out := reporting(t, e.dsn())
	trace := &mindflow.Trace{RequestID: "r-1", UserID: ada, Notes: reports.Notes()}
	ctx := mindflow.WithTrace(t.Context(), trace)
	trace.Note("complete-task")
	_, end := telemetry.NoteSpans(ctx, mindflow.Span{Name: "statement", SQL: "SELECT 1"})
	end(nil)
	_, end = telemetry.NoteSpans(ctx, mindflow.Span{Name: "write"})
	end(&mindflow.Failure{Said: "PostgreSQL 57P01"})
	err := fmt.Errorf("commit: %w (%w)", mindflow.Unavailable("Try again"), &mindflow.Failure{Said: "PostgreSQL 57P01", Err: io.ErrUnexpectedEOF})
	log.ErrorContext(ctx, "request", "method", "POST", "route", "POST /api/tasks/{id}/complete", "status", 503, "took", time.Second, "error", err)
	log.InfoContext(ctx, "request", "status", 200)
	log.WarnContext(ctx, "request", "status", 503)
	closed(t, reports)
	if n := strings.Count(out.String(), "\n"); n != 3 {
		t.Errorf("the log has %d lines:\n%s", n, out)
	}
	if len(e.received()) != 1 {
		t.Fatalf("%d reports", len(e.received()))
	}
	got := e.received()[0]
	delete(got, "event_id")
	delete(got, "timestamp")
	delete(got, "sdk")
	at := "2026-11-27T08:00:00Z"
	crumb := func(message string) any {
		return map[string]any{"category": "note", "message": message, "level": "info", "timestamp": at}
	}
	want := map[string]any{
		"level": "error", "message": "request", "platform": "go", "release": "mindflow@7.0.0", "environment": "production",
		"transaction": "POST /api/tasks/{id}/complete",
		"user":        map[string]any{"id": ada.String()},
		"tags":        map[string]any{"request_id": "r-1", "route": "POST /api/tasks/{id}/complete", "method": "POST", "status": "503"},
		"contexts":    map[string]any{"log": map[string]any{"took": "1s", "error": "commit: Try again (PostgreSQL 57P01)"}},
		"exception":   []any{map[string]any{"type": "*errors.errorString", "value": "commit: Try again (PostgreSQL 57P01)"}},
		"breadcrumbs": []any{crumb("complete-task"), crumb("statement SELECT 1"), crumb("write: PostgreSQL 57P01")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if e.path[0] != "POST /api/42/envelope/" || !strings.Contains(e.auth[0], "sentry_key=public") {
		t.Errorf("sent to %s with %s", e.path, e.auth)
	}
}

func TestAPanicIsReportedWithItsPlace(t *testing.T) {
	e := newEndpoint(t)
	reports, log, _ := reporting(t, e.dsn())
	log.Error("job failed", "kind", "housekeeping", "error", mindflow.Catch(func() error { panic("secret") }))
	closed(t, reports)
	raw, err := json.Marshal(e.received())
	if err != nil || len(e.received()) != 1 {
		t.Fatalf("%d reports, %v", len(e.received()), err)
	}
	for _, want := range []string{`"level":"fatal"`, `"type":"panic"`, `"value":"panic: a string"`, `TestAPanicIsReportedWithItsPlace`, `"kind":"housekeeping"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the report lacks %s: %s", want, raw)
		}
	}
	if strings.Contains(string(raw), "secret") {
		t.Errorf("the report holds the reason: %s", raw)
	}
}

// Seen red with bare answering the event as it is: the name of the machine.
func TestReportsSayNothingOfTheMachineOrOfWhatTheSDKCollects(t *testing.T) {
	t.Setenv("SENTRY_NAME", "canary")
	e := newEndpoint(t)
	reports, log, _ := reporting(t, e.dsn())
	log.With("task", struct{ Title string }{"canary"}, "tags", []string{"canary"}).Error("broken", "error", fmt.Errorf("read: %w", &json.SyntaxError{Offset: 1}))
	closed(t, reports)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, not := range []string{`"server_name"`, `"modules"`, `"request":`, `"device"`, `"os"`, `"runtime"`, "ip_address", "canary", `"` + host + `"`} {
		if strings.Contains(e.raw[0], not) {
			t.Errorf("the report holds %s: %s", not, e.raw[0])
		}
	}
}

func TestNotesAreBounded(t *testing.T) {
	e := newEndpoint(t)
	reports, log, _ := reporting(t, e.dsn())
	trace := &mindflow.Trace{RequestID: "r-1", Notes: reports.Notes()}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for i := range 100 {
				trace.Note(fmt.Sprint(i))
			}
		})
	}
	all.Wait()
	log.ErrorContext(mindflow.WithTrace(t.Context(), trace), "broken")
	closed(t, reports)
	crumbs := e.received()[0]["breadcrumbs"].([]any)
	if len(crumbs) != 50 {
		t.Errorf("%d notes", len(crumbs))
	}
}

// The bounds are those of waiting, not of a quick machine: who waited would do so ten
// seconds for each of the sixty reports of a minute, or for the minute's rest that was
// asked for, and who closes, ten seconds for what is being sent. Seen red with a
// transport that sends at once (sentry.NewHTTPSyncTransport).
func TestAReportNeverWaitsForTheEndpoint(t *testing.T) {
	for name, answer := range map[string]func(done chan struct{}) func(http.ResponseWriter){
		"slow": func(done chan struct{}) func(http.ResponseWriter) {
			return func(http.ResponseWriter) { <-done }
		},
		"refusing": func(chan struct{}) func(http.ResponseWriter) {
			return func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		},
		"broken": func(chan struct{}) func(http.ResponseWriter) {
			return func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }
		},
		"down": nil,
	} {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			e, done := newEndpoint(t), make(chan struct{})
			if answer == nil {
				e.Server.Close()
			} else {
				e.answer = answer(done)
			}
			reports, log, out := reporting(t, e.dsn())
			began := time.Now()
			for range 5000 { // more than any queue holds
				log.Error("broken")
			}
			if took := time.Since(began); took > 45*time.Second {
				t.Errorf("5000 reports took %s", took)
			}
			if n := strings.Count(out.String(), "\n"); n != 5000 {
				t.Errorf("%d lines were logged", n)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			began = time.Now()
			sent := reports.Close(ctx)
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("closing took %s", took)
			}
			if name == "slow" && sent {
				t.Error("what waits for the endpoint counts as sent")
			}
			if n := len(e.received()); name == "refusing" && n > 1 {
				t.Errorf("an endpoint that asked for a minute's rest got %d reports", n)
			}
			close(done)
			e.CloseClientConnections()
			e.Close()
			goleak.VerifyNone(t, before)
		})
	}
}

// Seen red without the pace, and with one that forgot what it had left out.
func TestReportsOfAMinuteAreBoundedAndTheOthersCounted(t *testing.T) {
	e := newEndpoint(t)
	now := friday
	reports, err := telemetry.NewReports(telemetry.ReportSettings{
		DSN: e.dsn(), Release: "7.0.0", Environment: "production", Clock: func() time.Time { return now }, PerMinute: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := reports.Reporting(telemetry.NewLog(&out, telemetry.LogSettings{JSON: true}))
	for range 10 {
		log.Error("the first minute")
	}
	now = now.Add(59 * time.Second)
	log.Error("the first minute")
	now = now.Add(time.Second)
	for range 5 {
		log.Error("the second minute")
	}
	now = now.Add(time.Hour)
	log.Error("much later")
	for range 6 {
		log.Error("the end")
	}
	closed(t, reports)
	var got []string
	for _, event := range e.received() {
		contexts, _ := event["contexts"].(map[string]any)
		got = append(got, fmt.Sprint(event["level"], " ", event["message"], " ", contexts["log"]))
	}
	want := []string{
		"error the first minute <nil>", "error the first minute <nil>", "error the first minute <nil>",
		"error the second minute map[left_out:8]", "error the second minute <nil>", "error the second minute <nil>",
		"error much later map[left_out:2]", "error the end <nil>", "error the end <nil>",
		"warning reports were left out map[left_out:4]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := strings.Count(out.String(), `"level":"ERROR"`); n != 23 {
		t.Errorf("the log has %d errors", n)
	}
	if n := strings.Count(out.String(), `"level":"WARN","msg":"too many errors for a minute: the others are not reported"`); n != 3 {
		t.Errorf("the log says %d times that reports are left out:\n%s", n, out.String())
	}
}

func TestAWrongAddressIsOneSentenceThatDoesNotQuoteIt(t *testing.T) {
	_, err := telemetry.NewReports(telemetry.ReportSettings{DSN: "https://secret@/x", Clock: time.Now})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "SENTRY_DSN ") {
		t.Errorf("%v", err)
	}
}

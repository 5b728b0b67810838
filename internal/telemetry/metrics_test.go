package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

var noon = time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC)

// lines are the samples of the families whose names begin so.
func lines(t *testing.T, m *Metrics, prefix string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	var got []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, prefix) {
			got = append(got, strings.TrimSpace(line))
		}
	}
	return got
}

func TestLimitsAndQueuesAreCounted(t *testing.T) {
	m := NewMetrics(Sources{
		Clock:  func() time.Time { return noon },
		Limits: func() []Limit { return []Limit{{"reads", 3, 2}} },
		Queues: func(context.Context) ([]mindflow.QueueLength, error) {
			return []mindflow.QueueLength{
				{Queue: "mail", Due: 2, Later: 3, Failed: 1, Oldest: noon.Add(-time.Minute)}, {Queue: "quiet"},
			}, nil
		},
	})
	defer m.Close(t.Context())
	want := []string{
		`mindflow_jobs{queue="mail",state="due"} 2`, `mindflow_jobs{queue="mail",state="failed"} 1`, `mindflow_jobs{queue="mail",state="later"} 3`,
		`mindflow_jobs{queue="quiet",state="due"} 0`, `mindflow_jobs{queue="quiet",state="failed"} 0`, `mindflow_jobs{queue="quiet",state="later"} 0`,
		`mindflow_jobs_oldest_due_seconds{queue="mail"} 60`, `mindflow_jobs_oldest_due_seconds{queue="quiet"} 0`,
	}
	if diff := cmp.Diff(want, lines(t, m, "mindflow_jobs")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = []string{
		`mindflow_limit_decisions_total{decision="admitted",limit="reads"} 3`, `mindflow_limit_decisions_total{decision="refused",limit="reads"} 2`,
	}
	if diff := cmp.Diff(want, lines(t, m, "mindflow_limit")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheNewestBackupHasAnAgeOnceThereIsOne(t *testing.T) {
	at, err := time.Time{}, mindflow.NotFound("backup")
	m := NewMetrics(Sources{Clock: func() time.Time { return noon }, Backup: func() (time.Time, error) { return at, err }})
	defer m.Close(t.Context())
	if got := lines(t, m, "mindflow_backup"); len(got) != 0 {
		t.Errorf("%q", got)
	}
	at, err = noon.Add(-time.Hour), nil
	if got := lines(t, m, "mindflow_backup"); len(got) != 1 || got[0] != "mindflow_backup_age_seconds 3600" {
		t.Errorf("%q", got)
	}
}

func TestGroupsAddUpInTheirHistogram(t *testing.T) {
	m := NewMetrics(Sources{Clock: time.Now, Database: func() Database {
		return Database{GroupChanges: 9, Groups: []Group{{1, 3}, {2, 1}, {4, 1}}}
	}})
	defer m.Close(t.Context())
	want := []string{
		`mindflow_write_group_size_bucket{le="1"} 3`, `mindflow_write_group_size_bucket{le="2"} 4`, `mindflow_write_group_size_bucket{le="4"} 5`,
		`mindflow_write_group_size_bucket{le="+Inf"} 5`, `mindflow_write_group_size_sum 9`, `mindflow_write_group_size_count 5`,
	}
	if diff := cmp.Diff(want, lines(t, m, "mindflow_write_group")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever clients make up, there is a bounded number of series. Fails when a
// method is taken as it comes.
func TestWhatClientsMakeUpIsNoSeries(t *testing.T) {
	m := NewMetrics(Sources{Clock: time.Now})
	defer m.Close(t.Context())
	for _, method := range []string{"BREW", "WHEN", "PROPFIND"} {
		m.RequestBegan()
		m.RequestEnded(method, "", 0, time.Millisecond)
	}
	want := []string{`mindflow_http_requests_in_flight 0`, `mindflow_http_requests_total{method="other",route="none",status="none"} 3`}
	if diff := cmp.Diff(want, lines(t, m, "mindflow_http_requests_")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Fails when each request makes or finds its series by labels.
func TestCountingTakesNoMemory(t *testing.T) {
	m := NewMetrics(Sources{Clock: time.Now})
	defer m.Close(t.Context())
	var nobody *Metrics
	var untraced *Tracing
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for name, fn := range map[string]func(){
		"a request": func() {
			m.RequestBegan()
			m.RequestEnded("GET", "GET /api/tasks/{id}", 200, time.Millisecond)
		},
		"nobody": func() {
			nobody.RequestBegan()
			nobody.RequestEnded("GET", "/", 200, 0)
			untraced.RequestEnded(untraced.RequestBegan(r.Context(), r), "/", 200)
			_, end := untraced.Watch().Begin(r.Context(), mindflow.Span{Name: "write"})
			end(nil)
		},
	} {
		if n := testing.AllocsPerRun(100, fn); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	nobody.Close(t.Context())
	if err := untraced.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSeriesAreMadeOnceHoweverManyAskAtOnce(t *testing.T) {
	m := NewMetrics(Sources{Clock: time.Now})
	defer m.Close(t.Context())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for status := 200; status < 250; status++ {
				m.RequestBegan()
				m.RequestEnded("GET", "/", status, time.Duration(i))
			}
		})
	}
	all.Wait()
	got := lines(t, m, "mindflow_http_requests_total")
	if len(got) != 50 {
		t.Errorf("%d series", len(got))
	}
	for _, line := range got {
		if !strings.HasSuffix(line, " 8") {
			t.Error(line)
		}
	}
}

// Fails when everybody who asks reads, when a slow reading is not spared, and
// when who asks waits for the end of it.
func TestAValueIsReadSeldomAndNobodyWaitsForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var takes atomic.Int64 // nanoseconds
		reads, broken := 0, error(nil)
		k := &kept[int]{clock: time.Now, fresh: 30 * time.Second, read: func(ctx context.Context) (int, error) {
			reads++
			select {
			case <-time.After(time.Duration(takes.Load())):
				return reads, broken
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}}
		asks := func(want int, known bool, waits time.Duration) {
			t.Helper()
			began := time.Now()
			got, _, ok := k.get(t.Context())
			if got != want || ok != known || time.Since(began) != waits {
				t.Errorf("%d, %v after %v; want %d, %v after %v", got, ok, time.Since(began), want, known, waits)
			}
		}
		broken = errors.New("no")
		asks(0, false, 0)
		broken = nil
		asks(2, true, 0)
		time.Sleep(29 * time.Second)
		asks(2, true, 0)
		time.Sleep(time.Second)
		takes.Store(int64(3 * time.Second))
		asks(2, true, patience)
		asks(2, true, patience) // of the same reading
		time.Sleep(3 * time.Second)
		asks(3, true, 0)
		time.Sleep(50 * time.Second) // less than twenty times what a reading takes
		asks(3, true, 0)
		takes.Store(int64(time.Hour))
		time.Sleep(10 * time.Second)
		asks(3, true, patience)
		time.Sleep(longestReading) // given up
		takes.Store(0)
		asks(5, true, 0)
		takes.Store(int64(time.Hour))
		time.Sleep(time.Minute)
		asks(5, true, patience)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		k.wait(ctx)
		time.Sleep(longestReading)
		k.wait(t.Context())
	})
}

func TestTracingIsOnWhereTheEnvironmentSaysWhereTo(t *testing.T) {
	const here = "http://127.0.0.1:4318"
	tests := []struct {
		name string
		env  map[string]string
		on   bool
		err  string
	}{
		{"nothing", nil, false, ""},
		{"an endpoint", map[string]string{otelEndpoint: here}, true, ""},
		{"an endpoint for traces", map[string]string{otelTracesEndpoint: here + "/v1/traces"}, true, ""},
		{"over TLS, by the one exporter and protocol", map[string]string{otelEndpoint: "https://collector", otelExporter: "otlp", otelProtocol: overHTTP}, true, ""},
		{"disabled", map[string]string{otelEndpoint: here, otelDisabled: "TRUE"}, false, ""},
		{"not disabled", map[string]string{otelEndpoint: here, otelDisabled: "false"}, true, ""},
		{"no exporter", map[string]string{otelEndpoint: here, otelExporter: "none"}, false, ""},
		{"another exporter", map[string]string{otelEndpoint: here, otelExporter: "zipkin"}, false, "OTEL_TRACES_EXPORTER must be otlp or none"},
		{"another protocol", map[string]string{otelEndpoint: here, otelProtocol: "grpc"}, false, "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf"},
		{"another protocol that does not count", map[string]string{otelEndpoint: here, otelProtocol: "grpc", otelTracesProtocol: overHTTP}, true, ""},
		{"no URL", map[string]string{otelEndpoint: "127.0.0.1:4318"}, false, "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://127.0.0.1:4318"},
		{"another URL", map[string]string{otelTracesEndpoint: "ftp://a"}, false, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be a URL such as http://127.0.0.1:4318"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			on, err := tracingOn(tt.env)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if on != tt.on || got != tt.err {
				t.Errorf("%v, %q; want %v, %q", on, got, tt.on, tt.err)
			}
		})
	}
}

func TestStatementsAreCountedByTheirTime(t *testing.T) {
	times, now := NewStatementTimes(), noon
	m := NewMetrics(Sources{Clock: time.Now, Statements: times})
	defer m.Close(t.Context())
	watch := TimeStatements(times, slog.New(slog.DiscardHandler), func() time.Time { return now }, 0)
	for _, took := range []time.Duration{time.Millisecond, 50 * time.Millisecond, 51 * time.Millisecond, time.Minute} {
		for _, span := range []mindflow.Span{{Name: "statement", SQL: "SELECT 1"}, {Name: "write"}} {
			_, end := watch.Begin(t.Context(), span)
			now = now.Add(took)
			end(nil)
		}
	}
	const name = "mindflow_database_statement_duration_seconds"
	want := []string{
		name + `_bucket{le="0.001"} 1`, name + `_bucket{le="0.005"} 1`, name + `_bucket{le="0.01"} 1`, name + `_bucket{le="0.025"} 1`,
		name + `_bucket{le="0.05"} 2`, name + `_bucket{le="0.1"} 3`, name + `_bucket{le="0.25"} 3`, name + `_bucket{le="1"} 3`,
		name + `_bucket{le="5"} 3`, name + `_bucket{le="+Inf"} 4`, name + `_sum 60.102`, name + `_count 4`,
	}
	if diff := cmp.Diff(want, lines(t, m, name)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The promises of the time of answers and of statements are bounds of their
// histograms: whether they are kept is then known exactly. Fails with .25 for .2.
func TestWhatIsPromisedIsABound(t *testing.T) {
	if !slices.Contains(answerTimes, .2) || !slices.Contains(statementBounds, .05) {
		t.Error(answerTimes, statementBounds)
	}
}

// A part that hangs fails, also one that heeds no context, and a scrape waits for
// neither. Seen red with a check that kept its last answer for good.
func TestHealthIsToldInTimeWhateverHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken, hanging, deaf atomic.Bool
		wake := make(chan struct{})
		m := NewMetrics(Sources{Clock: time.Now, Checks: []Check{
			{"database", func(ctx context.Context) error {
				if hanging.Load() {
					<-ctx.Done()
					return ctx.Err()
				}
				if broken.Load() {
					return errors.New("no")
				}
				return nil
			}},
			{"redis", func(context.Context) error {
				if deaf.Load() {
					<-wake
				}
				return nil
			}},
		}})
		says := func(database, redis string) {
			t.Helper()
			time.Sleep(15 * time.Second)
			began := time.Now()
			want := []string{`mindflow_health{check="database"} ` + database, `mindflow_health{check="redis"} ` + redis}
			if diff := cmp.Diff(want, lines(t, m, "mindflow_health")); diff != "" || time.Since(began) > patience {
				t.Errorf("after %v (-want +got):\n%s", time.Since(began), diff)
			}
		}
		says("1", "1")
		broken.Store(true)
		says("0", "1")
		broken.Store(false)
		says("1", "1")
		hanging.Store(true)
		deaf.Store(true)
		says("0", "1") // as it was a moment ago
		says("0", "0")
		hanging.Store(false)
		close(wake)
		deaf.Store(false)
		says("1", "1")
		m.Close(t.Context())
	})
}

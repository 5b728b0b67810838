package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// send sends a request to the server and answers status, body and headers.
func (s *shell) send(t *testing.T, request, body, token string, headers ...string) (int, string, http.Header) {
	t.Helper()
	return sendTo(t, s.env[serverVariable], request, body, token, headers...)
}

func sendTo(t *testing.T, server, request, body, token string, headers ...string) (int, string, http.Header) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, server+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw), answer.Header
}

// tokens are what signing in answers.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// signUp registers somebody and signs in.
func (s *shell) signUp(t *testing.T, email string) tokens {
	t.Helper()
	body := fmt.Sprintf(`{"email": %q, "password": %q}`, email, password)
	s.send(t, "POST /api/auth/register", body, "")
	_, answer, _ := s.send(t, "POST /api/auth/login", body, "")
	var got tokens
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Access == "" {
		t.Fatalf("%s: %v", answer, err)
	}
	return got
}

// scrape reads the metrics as Prometheus does.
func (s *shell) scrape(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	status, text, _ := sendTo(t, "http://"+s.env["METRICS_ADDR"], "GET /metrics", "", "")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if status != http.StatusOK || err != nil {
		t.Fatalf("%d, %v in %s", status, err, text)
	}
	return families
}

// values are the series of the families, as Prometheus writes them: of a
// histogram, how many were observed.
func values(families map[string]*dto.MetricFamily, names ...string) map[string]float64 {
	got := map[string]float64{}
	for _, name := range names {
		for _, m := range families[name].GetMetric() {
			labels := make([]string, len(m.GetLabel()))
			for i, l := range m.GetLabel() {
				labels[i] = fmt.Sprintf("%s=%q", l.GetName(), l.GetValue())
			}
			slices.Sort(labels)
			key := strings.TrimPrefix(name, "mindflow_") + "{" + strings.Join(labels, ",") + "}"
			got[key] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return got
}

// Fails when a path stands where a pattern belongs, and when a miss of a cache
// counts as a hit.
func TestAScrapeSaysWhatTheServerDid(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := newShell(t)
		s.env["DATABASE_URL"], s.env["METRICS_ADDR"] = storetest.URL(t, kind), stage.FreeAddress(t)
		s.serve(t)
		ada := s.signUp(t, "ada@example.com")
		for _, request := range []struct {
			line, body, token string
			status            int
		}{
			{"POST /api/tasks", `{"title": "one"}`, ada.Access, http.StatusCreated},
			{"POST /api/tasks", `{"title": "two"}`, ada.Access, http.StatusCreated},
			{"POST /api/tasks", `{"title": ""}`, ada.Access, http.StatusUnprocessableEntity},
			{"GET /api/tasks/best", "", ada.Access, http.StatusOK},
			{"GET /api/tasks/best", "", ada.Access, http.StatusOK},
			{"GET /api/tasks/best", "", "nobody's", http.StatusUnauthorized},
			{"GET /made/up/1", "", "", http.StatusNotFound},
			{"GET /made/up/2", "", "", http.StatusNotFound},
			{"BREW /coffee", "", "", http.StatusNotFound},
			{"GET /?q=%zz", "", "", http.StatusBadRequest},
		} {
			if status, body, _ := s.send(t, request.line, request.body, request.token); status != request.status {
				t.Errorf("%s: %d %s", request.line, status, body)
			}
		}
		families := s.scrape(t)
		for name, want := range map[string]map[string]float64{
			"mindflow_http_requests_total": {
				`{method="POST",route="POST /api/auth/register",status="201"}`: 1,
				`{method="POST",route="POST /api/auth/login",status="200"}`:    1,
				`{method="POST",route="POST /api/tasks",status="201"}`:         2,
				`{method="POST",route="POST /api/tasks",status="422"}`:         1,
				`{method="GET",route="GET /api/tasks/best",status="200"}`:      2,
				`{method="GET",route="GET /api/tasks/best",status="401"}`:      1,
				`{method="GET",route="/",status="404"}`:                        2,
				`{method="other",route="/",status="404"}`:                      1,
				`{method="GET",route="none",status="400"}`:                     1,
			},
			"mindflow_http_request_duration_seconds": {
				`{route="POST /api/auth/register"}`: 1, `{route="POST /api/auth/login"}`: 1, `{route="POST /api/tasks"}`: 3,
				`{route="GET /api/tasks/best"}`: 3, `{route="/"}`: 3, `{route="none"}`: 1,
			},
			"mindflow_http_requests_in_flight": {`{}`: 0},
			"mindflow_cache_lookups_total": {
				`{cache="snapshots",result="hit"}`: 1, `{cache="snapshots",result="miss"}`: 1,
				`{cache="tasks",result="hit"}`: 0, `{cache="tasks",result="miss"}`: 1,
				`{cache="pages",result="hit"}`: 0, `{cache="pages",result="miss"}`: 0,
				`{cache="preferences",result="hit"}`: 3, `{cache="preferences",result="miss"}`: 1,
				`{cache="tokens",result="hit"}`: 4, `{cache="tokens",result="miss"}`: 2,
			},
			"mindflow_limit_decisions_total": {
				`{decision="admitted",limit="changes"}`: 3, `{decision="refused",limit="changes"}`: 0,
				`{decision="admitted",limit="reads"}`: 2, `{decision="refused",limit="reads"}`: 0,
				`{decision="admitted",limit="sign-ins"}`: 2, `{decision="refused",limit="sign-ins"}`: 0,
				`{decision="admitted",limit="refreshes"}`: 0, `{decision="refused",limit="refreshes"}`: 0,
				`{decision="admitted",limit="guesses"}`: 1, `{decision="refused",limit="guesses"}`: 0,
				`{decision="admitted",limit="device"}`: 0, `{decision="refused",limit="device"}`: 0,
				`{decision="admitted",limit="mails"}`: 0, `{decision="refused",limit="mails"}`: 0,
				`{decision="admitted",limit="clients"}`: 0, `{decision="refused",limit="clients"}`: 0,
			},
			"mindflow_users": {`{state="enabled"}`: 1, `{state="disabled"}`: 0},
			"mindflow_tasks": {
				`{status="pending"}`: 2, `{status="in_progress"}`: 0, `{status="snoozed"}`: 0, `{status="completed"}`: 0, `{status="cancelled"}`: 0,
			},
			"mindflow_active_users":       {`{period="day"}`: 1, `{period="month"}`: 1},
			"mindflow_census_age_seconds": {`{}`: 0},
			"mindflow_writes_waiting":     {`{}`: 0},
			"mindflow_health":             {`{check="database"}`: 1, `{check="schema"}`: 1},
		} {
			got := map[string]float64{}
			for key, v := range values(families, name) {
				got[key[strings.Index(key, "{"):]] = v
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		for name, least := range map[string]float64{
			"mindflow_database_statements_total": 10, "mindflow_database_statement_duration_seconds": 10, "mindflow_database_connections_max": 4, "mindflow_database_connections": 0,
			"mindflow_database_connection_waits_total": 0, "mindflow_database_connection_wait_seconds_total": 0,
			"mindflow_write_group_size": 4, // transactions: registration, sign-in, two tasks
			"mindflow_build_info":       1, "go_goroutines": 3, "go_memstats_alloc_bytes": 1e6, "process_open_fds": 3,
			"process_resident_memory_bytes": 1e6, "process_start_time_seconds": 1e9,
		} {
			got := slices.Collect(maps.Values(values(families, name)))
			if len(got) == 0 || slices.Max(got) < least {
				t.Errorf("%s: %v", name, got)
			}
		}
		build := families["mindflow_build_info"].GetMetric()[0].String()
		if !strings.Contains(build, version) || !strings.Contains(build, "go1.") {
			t.Error(build)
		}
	})
}

// Fails when refreshing does not count, and when the numbers are never read again.
func TestWhoIsActiveFollowsTheClock(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := newShell(t)
		s.env["DATABASE_URL"], s.env["METRICS_ADDR"] = storetest.URL(t, kind), stage.FreeAddress(t)
		s.serve(t)
		ada := s.signUp(t, "ada@example.com")
		s.signUp(t, "bob@example.com")
		active := func(day, month float64) {
			t.Helper()
			got := values(s.scrape(t), "mindflow_active_users")
			want := map[string]float64{`active_users{period="day"}`: day, `active_users{period="month"}`: month}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		active(2, 2)
		s.signUp(t, "cas@example.com")
		active(2, 2) // not asked again so soon
		s.clock.wait(time.Minute)
		active(3, 3)
		s.clock.wait(24 * time.Hour)
		active(0, 3)
		if status, body, _ := s.send(t, "POST /api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, ada.Refresh), ""); status != http.StatusOK {
			t.Error(status, body)
		}
		s.clock.wait(time.Minute)
		active(1, 3)
		s.clock.wait(29 * 24 * time.Hour)
		active(0, 1)
	})
}

func TestMetricsAndTheAPIKeepToTheirListeners(t *testing.T) {
	s := newShell(t)
	s.env["METRICS_ADDR"] = stage.FreeAddress(t)
	s.serve(t)
	if status, body, _ := s.send(t, "GET /metrics", "", ""); status != http.StatusNotFound || strings.Contains(body, "mindflow_") {
		t.Errorf("the API's listener: %d %s", status, body)
	}
	for _, request := range []string{"GET /", "GET /health", "GET /api/tasks", "POST /api/auth/login", "GET /openapi.json", "GET /docs", "GET /metrics/x"} {
		if status, _, _ := sendTo(t, "http://"+s.env["METRICS_ADDR"], request, "", ""); status != http.StatusNotFound {
			t.Errorf("the metrics' listener: %s: %d", request, status)
		}
	}
	if status, _, _ := sendTo(t, "http://"+s.env["METRICS_ADDR"], "POST /metrics", "", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("POST /metrics: %d", status)
	}
	other := newShell(t)
	other.env["METRICS_ADDR"] = s.env["METRICS_ADDR"]
	if r := other.run(t, "serve"); r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: listen for metrics on "+s.env["METRICS_ADDR"]+": ") {
		t.Errorf("%+v", r)
	}
}

// Fails when the scrape waits for the database.
func TestAScrapeDoesNotWaitForADatabaseThatHangs(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	s := newShell(t)
	s.env["DATABASE_URL"], s.env["METRICS_ADDR"] = storetest.URL(t, storetest.PostgreSQL), stage.FreeAddress(t)
	s.serve(t)
	s.signUp(t, "ada@example.com")
	before := values(s.scrape(t), "mindflow_users", "mindflow_active_users")
	db, err := sql.Open("pgx", s.env["DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `LOCK TABLE users, tasks, sessions IN ACCESS EXCLUSIVE MODE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	s.clock.wait(time.Hour)
	for range 2 {
		began := time.Now()
		families := s.scrape(t)
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if diff := cmp.Diff(before, values(families, "mindflow_users", "mindflow_active_users")); diff != "" {
			t.Errorf("(-before +now):\n%s", diff)
		}
		if age := values(families, "mindflow_census_age_seconds")["census_age_seconds{}"]; age != 3600 {
			t.Errorf("the numbers are said to be %v seconds old", age)
		}
	}
}

// collecting is a collector of OpenTelemetry that tests can ask.
type collecting struct {
	mu    sync.Mutex
	spans []*spans.Span
	names map[string]string // of the resource
}

func (c *collecting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	var sent collector.ExportTraceServiceRequest
	if _, err := body.ReadFrom(r.Body); err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body.Bytes(), &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range sent.GetResourceSpans() {
		for _, name := range of.GetResource().GetAttributes() {
			c.names[name.GetKey()] = name.GetValue().GetStringValue()
		}
		for _, scope := range of.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

func attributes(s *spans.Span) map[string]string {
	got := map[string]string{}
	for _, a := range s.GetAttributes() {
		got[a.GetKey()] = a.GetValue().GetStringValue()
		if n := a.GetValue().GetIntValue(); n != 0 {
			got[a.GetKey()] = fmt.Sprint(n)
		}
	}
	return got
}

// Fails when the traceparent is not looked at, when the spans stand beside the
// request instead of within it, and when nothing is sent at the end.
func TestTracesReachTheCollector(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		c := &collecting{names: map[string]string{}}
		endpoint := httptest.NewServer(c)
		defer endpoint.Close()
		s := newShell(t)
		s.env["DATABASE_URL"] = storetest.URL(t, kind)
		for name, value := range map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint.URL, "OTEL_SERVICE_NAME": "mindflow-test", "OTEL_TRACES_SAMPLER": "parentbased_always_off",
		} {
			t.Setenv(name, value)
			s.env[name] = value
		}
		stop := s.serve(t)
		const parent, traceID = "00f067aa0ba902b7", "4bf92f3577b34da6a3ce929d0e0e4736"
		ada := s.signUp(t, "ada@example.com") // not sampled
		const sampled = "traceparent: 00-" + traceID + "-" + parent + "-01"
		const canary = "a title nobody else may read"
		_, _, header := s.send(t, "POST /api/tasks", `{"title": "`+canary+`"}`, ada.Access, sampled)
		s.send(t, "GET /api/tasks/best", "", ada.Access, sampled)
		s.send(t, "GET /made/up?q="+strings.ReplaceAll(canary, " ", "+"), "", ada.Access, sampled)
		if r := stop(); r.code != exitDone {
			t.Errorf("%+v", r)
		}
		if c.names["service.name"] != "mindflow-test" || c.names["service.version"] != version {
			t.Errorf("%v", c.names)
		}
		byName, byID := map[string]*spans.Span{}, map[string]*spans.Span{}
		for _, span := range c.spans {
			byName[span.GetName()], byID[string(span.GetSpanId())] = span, span
			if id := fmt.Sprintf("%x", span.GetTraceId()); id != traceID {
				t.Errorf("%s belongs to %s", span.GetName(), id)
			}
			if strings.Contains(span.String(), canary) {
				t.Errorf("%v", span)
			}
		}
		request := byName["POST /api/tasks"]
		got := attributes(request)
		if got["enduser.id"] == "" {
			t.Error("nobody's request")
		}
		delete(got, "enduser.id")
		if diff := cmp.Diff(map[string]string{
			"http.request.method": "POST", "http.route": "POST /api/tasks", "http.response.status_code": "201",
			"mindflow.request_id": header.Get("X-Request-ID"),
		}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if from := fmt.Sprintf("%x", request.GetParentSpanId()); from != parent || request.GetKind() != spans.Span_SPAN_KIND_SERVER {
			t.Errorf("%s continues %s", request.GetKind(), from)
		}
		for name, within := range map[string]string{
			"write": "POST /api/tasks", "INSERT": "write", "load snapshot": "GET /api/tasks/best",
		} {
			span := byName[name]
			if in := byID[string(span.GetParentSpanId())]; span == nil || in.GetName() != within {
				t.Errorf("%s: %v within %v", name, span, in)
			}
		}
		loaded := false
		for _, span := range c.spans {
			if byID[string(span.GetParentSpanId())] == byName["load snapshot"] && strings.Contains(attributes(span)["db.query.text"], "FROM workspaces w LEFT JOIN tasks t") {
				loaded = true
			}
		}
		if !loaded || byName["/"] == nil {
			t.Errorf("of %d spans none loads the snapshot's facts, or what is not found", len(c.spans))
		}
	})
}

func TestWrongTraceSettingsStopTheStartWithOneSentence(t *testing.T) {
	s := newShell(t)
	s.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4318"
	if r := s.run(t, "serve"); r.code != exitFailed || r.err != "mindflow: OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://127.0.0.1:4318\n" {
		t.Errorf("%+v", r)
	}
}

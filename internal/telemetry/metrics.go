package telemetry

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mindflow/internal/mindflow"
)

// Metrics counts what a server does, for Prometheus to read. On nil nothing is
// counted.
type Metrics struct {
	registry *prometheus.Registry
	inFlight prometheus.Gauge
	requests *children[requestKey, requestSeries]
	readings *readings
}

// Sources are what metrics are read from when somebody looks. All but the
// clock and the version may be nil: what they would tell is missing then.
type Sources struct {
	Clock    func() time.Time
	Version  string // the product's
	Database func() Database
	// Statements are counted as they end; nil where nobody does.
	Statements *StatementTimes
	// Checks are what the server's health depends on.
	Checks []Check
	// Backup is when the newest of the daily backups was made; an error when
	// there is none.
	Backup func() (time.Time, error)
	Caches func() []Cache
	Limits func() []Limit
	Census func(context.Context) (mindflow.Census, error)
	Queues func(context.Context) ([]mindflow.QueueLength, error)
}

// Check asks a part of the house whether it works; it heeds its context.
type Check struct {
	Name string
	Ask  func(context.Context) error
}

// Database is what the store says of itself.
type Database struct {
	Statements                         int64
	Connections, InUse, MaxConnections int
	Waits                              int64 // for a connection
	WaitTime                           time.Duration
	WritesWaiting                      int
	GroupChanges                       int64
	Groups                             []Group
}

// Group counts the transactions that held at most so many changes, and more
// than the group before it.
type Group struct {
	AtMost int
	Count  int64
}

// Cache says how often a cache was asked.
type Cache struct {
	Name         string
	Hits, Misses int64
}

// Limit says how often a rate limit admitted and refused.
type Limit struct {
	Name              string
	Admitted, Refused int64
}

// answerTimes are the bounds of the histograms, in seconds: what is promised
// of an answer lies between 1 ms and 60 ms, and is 200 ms at the most for nineteen
// of twenty; what a client waits for lies below 10 s.
var answerTimes = []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .5, 1, 2.5, 5, 10}

type requestKey struct {
	method, route string
	status        int
}

type requestSeries struct {
	answered prometheus.Counter
	took     prometheus.Observer
}

// NewMetrics counts from now on.
func NewMetrics(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "mindflow_http_requests_in_flight", Help: "Requests that are being answered.",
		}),
		readings: newReadings(s),
	}
	answered := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "mindflow_http_requests_total", Help: "Requests answered, by the pattern of their route.",
	}, []string{"route", "method", "status"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "mindflow_http_request_duration_seconds", Help: "How long requests took, by the pattern of their route.", Buckets: answerTimes,
	}, []string{"route"})
	m.requests = newChildren(func(k requestKey) requestSeries {
		return requestSeries{answered.WithLabelValues(k.route, k.method, statusLabel(k.status)), took.WithLabelValues(k.route)}
	})
	m.registry.MustRegister(
		m.inFlight, answered, took, buildInfo(s.Version), m.readings,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if s.Statements != nil {
		m.registry.MustRegister(s.Statements.histogram)
	}
	return m
}

func buildInfo(version string) prometheus.Collector {
	revision := ""
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "mindflow_build_info", Help: "What is running; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "revision": revision, "go": runtime.Version()},
	})
	g.Set(1)
	return g
}

// scrapes is how many may look at once: more than one or two is a mistake.
const scrapes = 4

// Handler answers GET /metrics, and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapes}))
	return mux
}

// Close waits for the readings under way, no longer than the context.
func (m *Metrics) Close(ctx context.Context) {
	if m != nil {
		m.readings.close(ctx)
	}
}

// RequestBegan counts a request as being in flight.
func (m *Metrics) RequestBegan() {
	if m != nil {
		m.inFlight.Inc()
	}
}

// RequestEnded counts a request that was answered: with a route's pattern,
// never its path; with status zero when it was broken off.
func (m *Metrics) RequestEnded(method, pattern string, status int, took time.Duration) {
	if m == nil {
		return
	}
	m.inFlight.Dec()
	if pattern == "" {
		pattern = "none"
	}
	series := m.requests.of(requestKey{methodLabel(method), pattern, status})
	series.answered.Inc()
	series.took.Observe(took.Seconds())
}

// methodLabel keeps what clients make up from becoming series.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func statusLabel(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

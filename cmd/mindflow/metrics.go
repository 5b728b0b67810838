package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"mindflow/internal/app"
	"mindflow/internal/store"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/rest"
)

// metricsServer answers Prometheus on a listener of its own. On nil nothing is
// counted.
type metricsServer struct {
	metrics *telemetry.Metrics
	server  *http.Server
	ended   chan struct{}
}

// serveMetrics begins to count and to answer who asks, if the settings say
// where; else it answers nil.
func (h *house) serveMetrics(c *console) (*metricsServer, error) {
	if h.config.MetricsAddr == "" {
		return nil, nil //nolint:nilnil // nobody wants to know
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(c.ctx, "tcp", h.config.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics on %s: %w", h.config.MetricsAddr, err)
	}
	metrics := telemetry.NewMetrics(sources(c, h))
	m := &metricsServer{metrics: metrics, ended: make(chan struct{}), server: &http.Server{
		Handler: metrics.Handler(), ReadHeaderTimeout: headerTime, WriteTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: telemetry.Plain(h.log),
	}}
	go func() {
		defer close(m.ended)
		if err := m.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			h.log.ErrorContext(c.ctx, "metrics are not served any more", "error", err)
		}
	}()
	h.log.InfoContext(c.ctx, "serving metrics", "address", "http://"+listener.Addr().String()+"/metrics")
	return m, nil
}

// figures are what is counted, nil for nothing.
func (m *metricsServer) figures() *telemetry.Metrics {
	if m == nil {
		return nil
	}
	return m.metrics
}

// close stops answering. It comes after the last request was answered, before
// the database is let go.
func (m *metricsServer) close(ctx context.Context) error {
	if m == nil {
		return nil
	}
	err := m.server.Close()
	<-m.ended
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
	defer cancel()
	m.metrics.Close(ctx)
	return err
}

// watched adds to the settings of the API what is to be told of each request.
func (h *house) watched(metrics *telemetry.Metrics, s rest.Settings) rest.Settings {
	if metrics == nil && h.tracing == nil {
		return s
	}
	s.Began = func(ctx context.Context, r *http.Request) context.Context {
		metrics.RequestBegan()
		return h.tracing.RequestBegan(ctx, r)
	}
	s.Ended = func(ctx context.Context, a rest.Answered) {
		metrics.RequestEnded(a.Method, a.Pattern, a.Status, a.Took)
		h.tracing.RequestEnded(ctx, a.Pattern, a.Status)
	}
	return s
}

// sources are what the metrics of a house are read from.
func sources(c *console, h *house) telemetry.Sources {
	s := telemetry.Sources{
		Clock: c.clock, Version: version,
		Census:   h.app.Census,
		Queues:   h.app.QueueLengths,
		Database: func() telemetry.Database { return databaseUse(h.store.Stats()) },
		Caches:   func() []telemetry.Cache { return cacheUses(h.app.CacheUses()) },
		Limits:   func() []telemetry.Limit { return limitUses(h.app.LimitUses()) },

		Statements: h.statements,
		Checks:     []telemetry.Check{{Name: "database", Ask: h.store.Ping}, {Name: "schema", Ask: h.store.Ready}},
	}
	if h.redis != nil {
		s.Checks = append(s.Checks, telemetry.Check{Name: "redis", Ask: h.redis.Ping})
	}
	if h.config.BackupDir != "" {
		s.Backup = h.backups().Newest
	}
	return s
}

func databaseUse(s store.Stats) telemetry.Database {
	d := telemetry.Database{
		Statements: s.Statements, Connections: s.Connections, InUse: s.InUse, MaxConnections: s.MaxConnections,
		Waits: s.Waited, WaitTime: s.WaitTime, WritesWaiting: s.Waiting, GroupChanges: s.Groups.Changes,
	}
	for i, n := range s.Groups.BySize {
		d.Groups = append(d.Groups, telemetry.Group{AtMost: 1 << i, Count: n})
	}
	return d
}

func cacheUses(uses []app.CacheUse) []telemetry.Cache {
	caches := make([]telemetry.Cache, len(uses))
	for i, use := range uses {
		caches[i] = telemetry.Cache(use)
	}
	return caches
}

func limitUses(uses []app.LimitUse) []telemetry.Limit {
	limits := make([]telemetry.Limit, len(uses))
	for i, use := range uses {
		limits[i] = telemetry.Limit(use)
	}
	return limits
}

package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/mcp"
	"mindflow/internal/transport/oauth"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

type serveCommand struct{}

// How long a client may take. Bodies have limits of their own.
const (
	headerTime = 10 * time.Second
	answerTime = time.Minute
	idleTime   = 2 * time.Minute
)

// maxHeader is how long a request's line and headers may be together, but for
// some slack of net/http's. They stay in memory as long as the request, many
// short ones at ten times their length.
const maxHeader = 32 << 10

// memoryLimit is where the collector stops to let the heap double: beside what
// SQLite and the binary take, it keeps the process below 200 MB with every
// cache full.
const memoryLimit = 120 << 20

// Run serves until the context ends, then finishes what is in flight.
func (serveCommand) Run(c *console) (err error) {
	if c.env["GOMEMLIMIT"] == "" { // else the runtime has read it already
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	}
	h, err := build(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := h.prepare(c.ctx); err != nil {
		return err
	}
	metrics, err := h.serveMetrics(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, metrics.close(c.ctx)) }()
	super, err := newSupervisor(c, h.log)
	if err != nil {
		return err
	}
	listener, from, err := h.listen(c)
	if err != nil {
		return err
	}
	defer h.logOfLibraries()()
	api := rest.New(h.app, h.log, h.watched(metrics.figures(), h.edge()))
	server := &http.Server{
		Handler:           api.Handler(),
		ReadHeaderTimeout: headerTime, WriteTimeout: answerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: telemetry.Plain(h.log),
	}
	h.log.InfoContext(c.ctx, "serving", "address", "http://"+listener.Addr().String(), "from", from, "version", version,
		"database", store.Redacted(h.config.DatabaseURL))
	if h.app.Mailing() == mindflow.MailNever {
		h.log.WarnContext(c.ctx, "no mail is sent: nobody can confirm an address or set a forgotten password; SMTP_URL names a mail server")
	}
	c.listen(listener.Addr().String())
	work := h.startWork()
	defer h.keepUses(c.ctx)()
	ended := make(chan error, 1)
	entry := newDoors(listener, from == handedOver)
	server.ConnState = entry.follow
	go func() {
		ended <- server.Serve(netutil.LimitListener(entry, h.config.MaxConnections+super.connections()))
	}()
	defer super.attend(c.ctx, listener.Addr())()
	select {
	case err := <-ended:
		work.Stop(c.ctx)
		return err
	case <-c.ctx.Done():
	}
	super.stops(c.ctx, h.config.ShutdownDelay)
	return h.drain(context.WithoutCancel(c.ctx), api, entry, server, work)
}

// checks are what /health asks.
func (h *house) checks() rest.Checks {
	checks := rest.Checks{Database: h.store.Ping, Schema: h.store.Ready}
	if h.redis != nil {
		checks.Redis = h.redis.Ping
	}
	return checks
}

// logOfLibraries has what libraries write to the global log in ours, until undo.
func (h *house) logOfLibraries() (undo func()) {
	flags, out := log.Flags(), log.Writer()
	log.SetFlags(0)
	log.SetOutput(telemetry.Plain(h.log).Writer())
	return func() {
		log.SetFlags(flags)
		log.SetOutput(out)
	}
}

// notes are kept where reports are sent.
func (h *house) notes() func() mindflow.Notes {
	if h.reports == nil {
		return nil
	}
	return h.reports.Notes
}

// assistants come by a protocol of their own. With a public address requests may
// come from a proxy on this machine, in the name of that address.
func (h *house) assistants() rest.Protocol {
	server := mcp.New(h.app, mcp.Settings{Version: version, AnyHost: h.config.PublicURL != ""})
	return rest.Protocol{Path: mcp.Path, Through: mindflow.ThroughAssistant, Serve: server.Serve}
}

// programs ask for grants by a protocol of their own.
func (h *house) programs() []rest.Public {
	routes := oauth.Routes(h.app)
	public := make([]rest.Public, len(routes))
	for i, route := range routes {
		public[i] = rest.Public(route)
	}
	return public
}

// edge is what the API is told about the world outside.
func (h *house) edge() rest.Settings {
	site := web.NewSite(h.config.AssetsURL)
	settings := rest.Settings{
		Version: version, Environment: h.config.Environment, Production: h.config.Production(),
		Site: site, SiteHolds: site.Holds, PublicURL: h.config.PublicURL,
		AllowedOrigins: h.config.AllowedOrigins, PlainCookies: h.config.PlainCookies(), TrustedProxies: h.config.TrustedProxies,
		MaxInFlight: h.config.MaxInFlight, Checks: h.checks(), Notes: h.notes(),
		Beside: []rest.Protocol{h.assistants()}, Public: h.programs(),
	}
	if h.config.PublicURL != "" {
		settings.TrustedOrigins = []string{h.config.PublicURL}
	}
	return settings
}

// drain stops serving without losing a request: first readiness fails, so that
// whoever distributes requests chooses another server; only then nothing new is
// accepted, and what is in flight is finished. Jobs stop meanwhile, a little sooner,
// so that those not finished can still be given back. The store is closed after that.
func (h *house) drain(ctx context.Context, api *rest.API, entry *doors, server *http.Server, work *jobs.Runner) error {
	h.log.InfoContext(ctx, "draining", "delay", h.config.ShutdownDelay)
	api.Drain()
	time.Sleep(h.config.ShutdownDelay) // a second signal ends the program
	if err := entry.shut(); err != nil {
		h.log.WarnContext(ctx, "the listener cannot be shut: whoever comes last may be dropped", "error", err)
	}
	time.Sleep(min(settleTime, max(h.config.ShutdownDelay, hearPause)))
	ctx, cancel := context.WithTimeout(ctx, h.config.ShutdownTimeout)
	defer cancel()
	entry.hearAll(ctx)
	h.log.InfoContext(ctx, "shutting down")
	sooner, done := context.WithTimeout(ctx, h.config.ShutdownTimeout*3/4)
	defer done()
	var stopped sync.WaitGroup
	stopped.Go(func() { work.Stop(sooner) })
	defer stopped.Wait()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		h.log.WarnContext(ctx, "requests were cut off", "after", h.config.ShutdownTimeout)
		return server.Close()
	}
	return err
}

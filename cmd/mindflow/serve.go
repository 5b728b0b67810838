package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/config"
	"mindflow/internal/credentials"
	"mindflow/internal/store"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

type serveCommand struct{}

// house is everything wired together.
type house struct {
	config config.Config
	store  *store.Store
	app    *app.App
	log    *slog.Logger
}

// build reads the settings and wires the house. The caller closes the store.
func build(c *console) (*house, error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(c.ctx, settings.DatabaseURL, c.clock)
	if err != nil {
		return nil, err
	}
	h, err := wire(c, settings, s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return h, nil
}

func wire(c *console, settings config.Config, s *store.Store) (*house, error) {
	secrets, err := settings.Secrets()
	if err != nil {
		return nil, err
	}
	signer, err := credentials.NewSigner(secrets, c.clock)
	if err != nil {
		return nil, err
	}
	return &house{
		config: settings, store: s, log: logger(c, settings),
		app: app.New(s, signer, app.Settings{
			AccessTokenTTL: settings.AccessTokenTTL, RefreshTokenTTL: settings.RefreshTokenTTL, SnapshotTTL: settings.ScoreCacheTTL,
		}),
	}, nil
}

func logger(c *console, settings config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(settings.Level())) // checked with the settings
	options := &slog.HandlerOptions{Level: level}
	if settings.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.err, options))
	}
	return slog.New(slog.NewTextHandler(c.err, options))
}

// prepare migrates in development, and refuses a schema that is behind
// otherwise.
func (h *house) prepare(ctx context.Context) error {
	if h.config.Environment == config.Development {
		_, err := h.store.Migrate(ctx)
		return err
	}
	behind, err := h.store.Behind(ctx)
	if err == nil && behind > 0 {
		err = fmt.Errorf("the database's schema is %d steps behind; run \"mindflow migrate\" first", behind)
	}
	return err
}

// How long a client may take. Bodies have limits of their own.
const (
	headerTime   = 10 * time.Second
	answerTime   = time.Minute
	idleTime     = 2 * time.Minute
	shutdownTime = 20 * time.Second
)

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
	defer func() { err = errors.Join(err, h.store.Close()) }()
	if err := h.prepare(c.ctx); err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(c.ctx, "tcp", h.config.ListenAddr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", h.config.ListenAddr, err)
	}
	server := &http.Server{
		Handler:           rest.New(h.app, h.log, version, web.Site()).Handler(),
		ReadHeaderTimeout: headerTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn),
	}
	h.log.InfoContext(c.ctx, "serving", "address", "http://"+listener.Addr().String(), "version", version,
		"database", store.Redacted(h.config.DatabaseURL))
	c.listen(listener.Addr().String())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-c.ctx.Done():
	}
	h.log.InfoContext(c.ctx, "shutting down")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), shutdownTime)
	defer cancel()
	return server.Shutdown(ctx)
}

type migrateCommand struct {
	Up struct{} `cmd:"" default:"1" help:"Apply every step that is missing."`
}

func (migrateCommand) Run(c *console) (err error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return err
	}
	s, err := store.Open(c.ctx, settings.SchemaURL(), c.clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	steps, err := s.Migrate(c.ctx)
	if err == nil {
		_, err = fmt.Fprintf(c.out, "The schema is up to date; %d steps applied.\n", steps)
	}
	return err
}

type openapiCommand struct{}

func (openapiCommand) Run(c *console) error {
	document, err := rest.New(nil, slog.New(slog.DiscardHandler), version, http.NotFoundHandler()).Document()
	if err != nil {
		return err
	}
	_, err = c.out.Write(append(document, '\n'))
	return err
}

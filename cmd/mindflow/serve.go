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

	"mindflow/internal/store"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

type serveCommand struct{}

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
		Handler:           rest.New(h.app, h.log, rest.Settings{Version: version, Site: web.Site()}).Handler(),
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

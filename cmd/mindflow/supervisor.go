package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// supervisor is who started the server and watches it, by the protocol of
// systemd's sd_notify. A nil one is nobody: nothing is said.
type supervisor struct {
	log   *slog.Logger
	every time.Duration // how often it wants to hear of us; zero: never
	asks  *http.Client  // over the server's own listener

	stopping atomic.Bool // then it need not answer itself any more
}

// newSupervisor is nil where nobody wants to be told anything.
func newSupervisor(c *console, log *slog.Logger) (*supervisor, error) {
	if c.env["NOTIFY_SOCKET"] == "" {
		return nil, nil //nolint:nilnil // nobody is one, too
	}
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return nil, fmt.Errorf("WATCHDOG_USEC or WATCHDOG_PID cannot be read: %w", err)
	}
	return &supervisor{log: log, every: within / pingsWithin}, nil
}

const (
	// pingsWithin is how many pings there are in the time after which a server
	// that says nothing is taken for dead: two may be lost.
	pingsWithin = 3
	// readyPause is between two looks whether the server is ready.
	readyPause = 50 * time.Millisecond
	// ownPatience is how long its own listener may take, where nothing shorter
	// is asked for.
	ownPatience = 5 * time.Second
)

// connections is how many more than others' the server has to take: a server
// that is full is not a server that hangs.
func (s *supervisor) connections() int {
	if s == nil {
		return 0
	}
	return 1
}

// say tells the supervisor something. Nobody may be there to hear it: that is
// no reason not to serve.
func (s *supervisor) say(ctx context.Context, state, status string) {
	if s == nil {
		return
	}
	if _, err := daemon.SdNotify(false, state+"\nSTATUS="+status); err != nil {
		s.log.WarnContext(ctx, "the supervisor does not hear", "error", err)
	}
}

// stops says that the server stops, and still serves for a while.
func (s *supervisor) stops(ctx context.Context, delay time.Duration) {
	if s != nil {
		s.stopping.Store(true)
		s.say(ctx, daemon.SdNotifyStopping, "stopping; still serving for "+delay.String())
	}
}

// attend says that the server is ready as soon as it answers so itself, and then
// that it lives, as often as it is wanted and only while it answers at address.
// It goes on until stop.
func (s *supervisor) attend(ctx context.Context, address net.Addr) (stop func()) {
	if s == nil {
		return func() {}
	}
	s.asks = asking(address)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var attending sync.WaitGroup
	attending.Go(func() {
		if s.awaitReady(ctx) {
			s.say(ctx, daemon.SdNotifyReady, "serving on "+address.String())
			s.keepAlive(ctx)
		}
	})
	return func() {
		cancel()
		attending.Wait()
		s.asks.CloseIdleConnections()
	}
}

// asking is a client that reaches address and nothing else. It keeps its one
// connection, so that it is answered also when the server takes no more of them.
func asking(address net.Addr) *http.Client {
	var dialer net.Dialer
	return &http.Client{Transport: &http.Transport{
		MaxConnsPerHost: 1,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, address.Network(), address.String())
		},
	}}
}

// answers reports whether the server answers 200 at one of its own paths in time.
func (s *supervisor) answers(ctx context.Context, path string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return err
	}
	response, err := s.asks.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is answered %d", path, response.StatusCode)
	}
	return nil
}

// awaitReady waits until the server says that it is ready; false when it ends before.
func (s *supervisor) awaitReady(ctx context.Context) bool {
	for s.answers(ctx, "/health/ready", ownPatience) != nil {
		select {
		case <-time.After(readyPause):
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// keepAlive pings. A database that is away is no reason to be started anew:
// /health/live does not ask it.
func (s *supervisor) keepAlive(ctx context.Context) {
	if s.every <= 0 {
		return
	}
	ticks := time.NewTicker(s.every)
	defer ticks.Stop()
	silent := false
	for {
		err := s.answers(ctx, "/health/live", s.every)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			_, err = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
		}
		if failed := err != nil; failed != silent && !s.stopping.Load() {
			silent = failed
			s.tell(ctx, err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

// tell logs that pings end or go on. Who hangs may hang in writing the log: the
// pings do not wait for it.
func (s *supervisor) tell(ctx context.Context, err error) {
	if err != nil {
		go s.log.ErrorContext(ctx, "the server does not answer itself: the watchdog is not told that it lives", "error", err)
		return
	}
	go s.log.InfoContext(ctx, "the watchdog is told again that the server lives")
}

// The ways to come by a listener, as the log names them.
const (
	opened     = "LISTEN_ADDR"
	handedOver = "LISTEN_FDS"
)

// listen opens the listener, unless whoever started the server holds one and
// hands it over: then connections wait there while the server is started anew.
func (h *house) listen(c *console) (listener net.Listener, from string, err error) {
	if c.env["LISTEN_FDS"] != "" {
		given, err := activation.Listeners() // none, where they are meant for another process
		if err != nil {
			return nil, "", fmt.Errorf("take over the socket of LISTEN_FDS: %w", err)
		}
		if len(given) > 0 {
			listener, err := oneOf(given)
			return listener, handedOver, err
		}
	}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // such a socket cannot be deafened
	if listener, err = lc.Listen(c.ctx, "tcp", h.config.ListenAddr); err != nil {
		return nil, "", fmt.Errorf("listen on %s: %w", h.config.ListenAddr, err)
	}
	return listener, opened, nil
}

// oneOf is the listener among the sockets that were handed over.
func oneOf(given []net.Listener) (net.Listener, error) {
	if len(given) != 1 {
		for _, listener := range given {
			if listener != nil {
				_ = listener.Close()
			}
		}
		return nil, fmt.Errorf("LISTEN_FDS hands over %d sockets, and the server listens on one: leave one ListenStream in its socket unit", len(given))
	}
	if given[0] == nil {
		return nil, errors.New("LISTEN_FDS hands over something that takes no connections: it must be a TCP socket that listens (ListenStream)")
	}
	if network := given[0].Addr().Network(); network != "tcp" {
		_ = given[0].Close()
		return nil, fmt.Errorf("LISTEN_FDS hands over a socket of the kind %s: it must be TCP, such as ListenStream=127.0.0.1:8000", network)
	}
	return given[0], nil
}

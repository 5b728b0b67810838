package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// supervisor is what systemd is to a server: the socket it says things to.
type supervisor struct {
	t    *testing.T
	conn *net.UnixConn
	at   string
}

func supervise(t *testing.T) *supervisor {
	t.Helper()
	at := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &supervisor{t: t, conn: conn, at: at}
}

// settings have a server speak to it, and ping as often as a watchdog of that time wants.
func (s *supervisor) settings(watchdog time.Duration) []string {
	settings := []string{"NOTIFY_SOCKET=" + s.at}
	if watchdog > 0 {
		settings = append(settings, fmt.Sprintf("WATCHDOG_USEC=%d", watchdog.Microseconds()))
	}
	return settings
}

// hear answers the next thing that is said, empty when nothing is in time.
func (s *supervisor) hear(within time.Duration) string {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		s.t.Fatal(err)
	}
	said := make([]byte, 4096)
	n, err := s.conn.Read(said)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		s.t.Fatal(err)
	}
	return string(said[:n])
}

// expect waits until something is said that begins so; what is said before is passed over.
func (s *supervisor) expect(within time.Duration, begins string) string {
	s.t.Helper()
	var before []string
	for end := time.Now().Add(within); time.Now().Before(end); {
		said := s.hear(time.Until(end))
		if strings.HasPrefix(said, begins) {
			return said
		}
		before = append(before, said)
	}
	s.t.Fatalf("nobody says %s, but %q", begins, before)
	return ""
}

// pings is how often it was pinged in a time.
func (s *supervisor) pings(during time.Duration) (n int) {
	s.t.Helper()
	for end := time.Now().Add(during); time.Now().Before(end); {
		if s.hear(time.Until(end)) == "WATCHDOG=1" {
			n++
		}
	}
	return n
}

// Seen red with a server that did not say that it stops.
func TestASupervisorIsToldOnceTheServerAnswersAndWhenItStops(t *testing.T) {
	systemd := supervise(t)
	s := start(t, append(systemd.settings(0), "SHUTDOWN_DELAY=300ms")...)
	ready := systemd.expect(20*time.Second, "READY=1")
	if status, _, _ := s.ask("GET", "/health/ready"); status != http.StatusOK {
		t.Errorf("it is said to be ready, and answers %d", status)
	}
	if want := "READY=1\nSTATUS=serving on " + strings.TrimPrefix(s.url, "http://"); ready != want {
		t.Errorf("it says %q, and not %q", ready, want)
	}
	if n := systemd.pings(300 * time.Millisecond); n != 0 {
		t.Errorf("%d pings, and no watchdog wants any", n)
	}
	s.signal(syscall.SIGTERM)
	if said := systemd.expect(5*time.Second, "STOPPING=1"); said != "STOPPING=1\nSTATUS=stopping; still serving for 300ms" {
		t.Errorf("it says %q", said)
	}
	if status, _, _ := s.ask("GET", "/health/live"); status != http.StatusOK {
		t.Errorf("it answers %d while it only begins to stop", status)
	}
	s.end(10 * time.Second)
}

// A server that finishes what is in flight takes no connections any more, and is not said to hang.
// Seen red with a server that asked itself on as if nothing were.
func TestAServerThatStopsIsNotSaidToHang(t *testing.T) {
	systemd := supervise(t)
	s := start(t, append(systemd.settings(300*time.Millisecond), "SHUTDOWN_DELAY=300ms", "SHUTDOWN_TIMEOUT=1s")...)
	systemd.expect(20*time.Second, "READY=1")
	conn := s.connect()
	fmt.Fprint(conn, "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	time.Sleep(200 * time.Millisecond)
	s.signal(syscall.SIGTERM)
	systemd.expect(5*time.Second, "STOPPING=1")
	s.end(10 * time.Second)
	if said := s.said(); !strings.Contains(said, "requests were cut off") || strings.Contains(said, "does not answer itself") {
		t.Error(said)
	}
}

// Seen red with pings that asked nobody. The server hangs as one does whose log
// nobody reads any more: it cannot end a request before its line is written.
func TestAServerThatHangsIsNotPingedFor(t *testing.T) {
	systemd := supervise(t)
	reads := make(chan bool)
	s := launch(t, exec.CommandContext(context.Background(), stage.Program(t), "serve"), append(systemd.settings(600*time.Millisecond), "LOG_LEVEL=debug"), pausing(reads))
	systemd.expect(20*time.Second, "READY=1")
	if n := systemd.pings(2 * time.Second); n < 5 {
		t.Errorf("%d pings in two seconds, every fifth of which wants one", n)
	}
	reads <- false
	hurried := &person{base: s.url, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}}
	stage.Eventually(t, 20*time.Second, "the log is full", func() bool {
		_, _, _, err := hurried.try("GET", "/health/live", "")
		return err != nil
	})
	systemd.pings(time.Second)
	if n := systemd.pings(2 * time.Second); n != 0 {
		t.Errorf("%d pings for a server that hangs", n)
	}
	reads <- true
	systemd.expect(5*time.Second, "WATCHDOG=1")
}

// pausing reads on only while it is not told otherwise.
func pausing(reads <-chan bool) func(io.Reader) io.Reader {
	return func(from io.Reader) io.Reader { return &paused{from, reads} }
}

type paused struct {
	io.Reader

	reads <-chan bool
}

func (p *paused) Read(b []byte) (int, error) {
	select {
	case on := <-p.reads:
		for !on {
			on = <-p.reads
		}
	default:
	}
	return p.Reader.Read(b)
}

// Seen red with pings that asked /health/ready.
func TestADatabaseThatIsAwayIsNoReasonToBeStartedAnew(t *testing.T) {
	w, database := between(t, postgres(t))
	systemd := supervise(t)
	s := start(t, append(systemd.settings(600*time.Millisecond), "DATABASE_URL="+database)...)
	systemd.expect(20*time.Second, "READY=1")
	w.swallows.Store(true)
	stage.Eventually(t, 10*time.Second, "the database is missed", func() bool {
		status, _, _ := s.ask("GET", "/health/ready")
		return status == http.StatusServiceUnavailable
	})
	if n := systemd.pings(2 * time.Second); n < 5 {
		t.Errorf("%d pings in two seconds, every fifth of which wants one", n)
	}
	w.swallows.Store(false)
}

// Seen red with a connection for each ping.
func TestAServerThatIsFullIsPingedFor(t *testing.T) {
	systemd := supervise(t)
	s := start(t, append(systemd.settings(600*time.Millisecond), "MAX_CONNECTIONS=2")...)
	systemd.expect(20*time.Second, "READY=1")
	for n := range 3 {
		conn := s.connect()
		fmt.Fprint(conn, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
		if n == 2 {
			break // there is no room for it
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			err = response.Body.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := systemd.pings(2 * time.Second); n < 5 {
		t.Errorf("%d pings in two seconds, every fifth of which wants one", n)
	}
}

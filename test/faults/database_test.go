package faults

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// wire stands between a server and its database, and can swallow all that is said.
type wire struct {
	listener net.Listener
	swallows atomic.Bool
}

// between puts a wire before the database that a URL names by a socket.
func between(t *testing.T, database string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", u.Host
	if dir := u.Query().Get("host"); dir != "" {
		network, address = "unix", filepath.Join(dir, ".s.PGSQL.5432")
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(t.Context(), network, address)
			if err != nil {
				_ = near.Close()
				continue
			}
			go w.carry(far, near)
			go w.carry(near, far)
		}
	}()
	u.Host = listener.Addr().String()
	q := u.Query()
	q.Del("host")
	q.Del("port")
	u.RawQuery = q.Encode()
	return w, u.String()
}

func (w *wire) carry(to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			_ = to.Close()
			return
		}
		if !w.swallows.Load() {
			if _, err := to.Write(buf[:n]); err != nil {
				_ = from.Close()
				return
			}
		}
	}
}

// hanging holds a server whose database has just fallen silent against what
// health promises, until wake; then it shall recover.
func hanging(t *testing.T, s *server, ada *person, wake func()) {
	t.Helper()
	for range 8 { // and these wait for the database
		go func() { _, _, _, _ = ada.try("GET", "/api/tasks", "") }()
	}
	for range 5 {
		for path, want := range map[string]string{"/health": `503 "degraded"`, "/health/ready": `503 "unready"`, "/health/live": `200 "alive"`} {
			code, status, _ := strings.Cut(want, " ")
			got, body, took := s.ask("GET", path)
			if strconv.Itoa(got) != code || !strings.Contains(body, status) {
				t.Errorf("%s: %d %s, want %s", path, got, body, want)
			}
			if took > time.Second {
				t.Errorf("%s took %s", path, took)
			}
		}
	}
	if status, _, took := s.ask("HEAD", "/health"); status != http.StatusServiceUnavailable || took > time.Second {
		t.Errorf("HEAD: %d after %s", status, took)
	}
	wake()
	stage.Eventually(t, 10*time.Second, "it recovers", func() bool {
		healthy, _, _ := s.ask("GET", "/health")
		ready, _, _ := s.ask("GET", "/health/ready")
		return healthy == http.StatusOK && ready == http.StatusOK
	})
	if n := strings.Count(s.said(), `"msg":"check failed"`); n == 0 || n > 4 {
		t.Errorf("the failure is told %d times: %s", n, s.said())
	}
}

// Fails when the check runs in the handler itself: its answer never comes.
func TestHealthIsAnsweredWithinASecondWhenTheWireSwallows(t *testing.T) {
	w, database := between(t, postgres(t))
	s := start(t, "DATABASE_URL="+database).ready()
	ada := signUp(t, s.url, "ada@example.com")
	w.swallows.Store(true)
	hanging(t, s, ada, func() {
		w.swallows.Store(false)
	})
}

func TestHealthIsAnsweredWithinASecondWhenPostgresIsFrozen(t *testing.T) {
	if storetest.Postgres(t) == "" {
		t.Skip("without PostgreSQL")
	}
	database, stop, err := storetest.Lasting()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	s := start(t, "DATABASE_URL="+database).ready()
	ada := signUp(t, s.url, "ada@example.com")
	freeze := func(sig syscall.Signal) {
		children, _ := exec.CommandContext(context.Background(), "pgrep", "-P", first).Output()
		for _, pid := range append(strings.Fields(string(children)), first) {
			if n, err := strconv.Atoi(pid); err == nil {
				_ = syscall.Kill(n, sig)
			}
		}
	}
	freeze(syscall.SIGSTOP)
	t.Cleanup(func() { freeze(syscall.SIGCONT) })
	hanging(t, s, ada, func() { freeze(syscall.SIGCONT) })
}

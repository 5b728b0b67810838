package faults

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/test/stage"
)

// Fails with places that were taken before a body was there, and kept until
// the answer was read.
func TestSlowAndNeverReadingClientsHoldUpNobody(t *testing.T) {
	s := start(t, "MAX_IN_FLIGHT=4").ready()
	ada := signUp(t, s.url, "ada@example.com")
	fill(t, ada, 400)
	signed := "Host: x\r\nAuthorization: Bearer " + ada.token + "\r\n"
	slow := map[string]string{
		"half a request line": "GET /api/ta",
		"half the headers":    "GET /api/tasks HTTP/1.1\r\nHost: x\r\n",
		"half a body":         "POST /api/tasks HTTP/1.1\r\n" + signed + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"tit",
		"half a sign-in":      "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"em",
		"half a large body":   "POST /api/tasks HTTP/1.1\r\n" + signed + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"tit",
		"half a file":         "POST /api/import/todotxt HTTP/1.1\r\n" + signed + "Content-Type: text/plain\r\nContent-Length: 100000\r\n\r\nhalf a",
		"never read":          strings.Repeat("GET /api/tasks?limit=200 HTTP/1.1\r\n"+signed+"\r\n", 40),
	}
	before := s.connections(t)
	conns := map[string][]net.Conn{}
	for what, sent := range slow {
		for range 29 { // of seven kinds: two hundred
			conn := s.connect()
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // who never reads is not read from for ever
			_, _ = io.WriteString(conn, sent)
			conns[what] = append(conns[what], conn)
		}
	}
	time.Sleep(300 * time.Millisecond)
	a := open(ada, "/api/tasks?limit=1", 40, 3*time.Second)
	t.Logf("beside them: %d served (p50 %s, p99 %s), %d turned away", len(a.took), a.percentile(.5), a.percentile(.99), a.shed)
	if p99 := a.percentile(.99); a.shed > 0 || len(a.strange) > 0 || p99 > 200*time.Millisecond {
		t.Errorf("%d turned away, %d answered otherwise (%q), p99 %s", a.shed, len(a.strange), a.strange[:min(3, len(a.strange))], p99)
	}
	for range 5 {
		if status, raw, _, err := ada.try("POST", "/api/tasks", `{"title": "written beside them"}`); status != http.StatusCreated {
			t.Errorf("%d %s %v", status, raw, err)
		}
	}
	// Each of the slow ones is given up in the end. Who never reads is waited
	// for in the long form only: what waits in the kernel's buffers is idle for two minutes.
	deadline := time.Now().Add(15 * time.Second)
	for what, all := range conns {
		if what == "never read" {
			continue
		}
		_ = all[0].SetReadDeadline(deadline)
		said, err := io.ReadAll(all[0])
		if err != nil {
			t.Errorf("%s is kept for ever: %v", what, err)
		}
		if what != "half a request line" && what != "half the headers" && !strings.Contains(string(said), " 408 ") && !strings.Contains(string(said), " 503 ") {
			t.Errorf("%s is answered %.60q", what, said)
		}
	}
	ada.http.CloseIdleConnections()
	within := time.Duration(often(15, 150)) * time.Second
	remain := often(len(conns["never read"]), 0)
	stage.Eventually(t, within, "the slow ones are dropped", func() bool { return s.connections(t) <= before+remain })
}

// connections is how many sockets a server holds.
func (s *server) connections(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.cmd.Process.Pid))
	if err != nil || len(files) == 0 {
		t.Fatalf("the server's files cannot be listed: %v", err)
	}
	n := 0
	for _, file := range files {
		if to, err := os.Readlink(file); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// Fails with net/http's own megabyte: two hundred such headers took 1.6 GB, of
// people who need not be signed in.
func TestHeadersAreBounded(t *testing.T) {
	s := start(t).ready()
	for _, c := range []struct {
		fields int
		want   string
	}{{1000, "HTTP/1.1 200 "}, {10_000, "HTTP/1.1 431 "}} {
		conn := s.connect()
		fmt.Fprint(conn, "GET /health/live HTTP/1.1\r\nHost: x\r\n")
		for i := range c.fields {
			if _, err := fmt.Fprintf(conn, "h%05d: 1\r\n", i); err != nil {
				break // refused already
			}
		}
		_, _ = fmt.Fprint(conn, "\r\n")
		answer := make([]byte, len(c.want))
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if n, err := io.ReadFull(conn, answer); string(answer[:n]) != c.want {
			t.Errorf("%d fields are answered %q, want %q, %v", c.fields, answer[:n], c.want, err)
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := start(t, "MAX_CONNECTIONS=5").ready()
	time.Sleep(100 * time.Millisecond)
	var idle []net.Conn
	for range 5 {
		conn := s.connect()
		fmt.Fprint(conn, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
		idle = append(idle, conn)
		time.Sleep(20 * time.Millisecond)
	}
	next := s.connect()
	fmt.Fprint(next, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
	answer := make([]byte, 15)
	_ = next.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	if n, err := io.ReadFull(next, answer); err == nil {
		t.Errorf("a sixth connection is answered %q", answer[:n])
	}
	_ = idle[0].Close()
	_ = next.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadFull(next, answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
		t.Errorf("once one is gone it is answered %q, %v", answer, err)
	}
}

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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// Whoever reaches a server that stops is answered: a proxy may send a change to
// another server only if the connection failed before. Seen red with a server that
// closed its listener while connections waited to be accepted, and with one that needed a
// right for it which servers do not have where they are hardened.
func TestAConnectionThatAServerLetInIsAnswered(t *testing.T) {
	var answered, refused, dropped atomic.Int64
	for n := range often(5, 100) {
		s := launch(t, powerless(t), []string{"SHUTDOWN_DELAY=" + []string{"100ms", "0s"}[n%2], "LISTEN_ADDR=" + loopbacks(t)[n%2]}, nil).ready()
		address := strings.TrimPrefix(s.url, "http://")
		var all sync.WaitGroup
		var over atomic.Bool
		for range 12 {
			all.Go(func() {
				for !over.Load() { // the port may be another's by then
					switch err := knock(address); {
					case errors.Is(err, syscall.ECONNREFUSED):
						refused.Add(1)
						return
					case err != nil:
						dropped.Add(1)
						t.Log(err)
					default:
						answered.Add(1)
					}
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		s.signal(syscall.SIGTERM)
		s.end(10 * time.Second)
		over.Store(true)
		all.Wait()
	}
	t.Logf("%d answered, %d refused, %d dropped", answered.Load(), refused.Load(), dropped.Load())
	if dropped.Load() > 0 {
		t.Error("connections were let in and dropped")
	}
	if answered.Load() == 0 || refused.Load() == 0 {
		t.Error("nobody came while a server stopped")
	}
}

// powerless is a server's command without any of root's rights.
func powerless(t *testing.T) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		return exec.CommandContext(context.Background(), stage.Program(t), "serve")
	}
	return exec.CommandContext(context.Background(), "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", stage.Program(t), "serve")
}

// loopbacks are two addresses to listen at, the second one by IPv6 where there is that.
func loopbacks(t *testing.T) [2]string {
	t.Helper()
	six, err := new(net.ListenConfig).Listen(t.Context(), "tcp6", "[::1]:0")
	if err != nil {
		return [2]string{"127.0.0.1:0", "127.0.0.1:0"}
	}
	_ = six.Close()
	return [2]string{"127.0.0.1:0", "[::1]:0"}
}

// knock opens a connection and has one request answered on it.
func knock(address string) error {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second) //nolint:noctx // it has a time limit
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, "POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Who was let in is heard also when they are slow to speak, as on a machine with much to do, and
// where the server stops without a delay. Seen red with a server that heard them for a fixed time.
func TestWhoWasLetInIsHeardWhileAServerStops(t *testing.T) {
	for _, delay := range []time.Duration{0, 100 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			s := start(t, "SHUTDOWN_DELAY="+delay.String()).ready()
			var conns []net.Conn
			for range 20 {
				conns = append(conns, s.connect())
			}
			s.signal(syscall.SIGTERM)
			stage.Eventually(t, 5*time.Second, "it drains", func() bool { return strings.Contains(s.said(), "draining") })
			time.Sleep(delay + 300*time.Millisecond)
			for _, conn := range conns {
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				fmt.Fprint(conn, "POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
			}
			for i, conn := range conns {
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Errorf("connection %d: %v", i, err)
					continue
				}
				if _ = resp.Body.Close(); resp.StatusCode != http.StatusUnauthorized || !resp.Close {
					t.Errorf("connection %d is answered %d, and kept: %t", i, resp.StatusCode, !resp.Close)
				}
			}
			s.end(5 * time.Second)
		})
	}
}

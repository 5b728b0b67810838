package faults

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Whoever reaches a server that stops is answered: a proxy may send a change to
// another server only if the connection failed before. Seen red with a server that
// closed its listener while connections waited to be accepted.
func TestAConnectionThatAServerLetInIsAnswered(t *testing.T) {
	var answered, refused, dropped atomic.Int64
	for range often(5, 100) {
		s := start(t, "SHUTDOWN_DELAY=100ms").ready()
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

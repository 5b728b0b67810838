package faults

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// load sends writes and reads until stop, which answers what went wrong. Each
// worker changes its own tasks, so that it knows what they have to read.
func load(p *person, l *ledger, workers int) (stop func() []error) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var wrong []error
	var over atomic.Bool
	for w := range workers {
		all.Go(func() {
			var mine []string
			for n := 0; !over.Load(); n++ {
				var err error
				what := "create"
				switch {
				case len(mine) == 0 || n%7 == 0:
					var id string
					if id, err = l.create(p, fmt.Sprintf("made %d by %d", n, w)); err == nil {
						mine = append(mine, id)
					}
				case n%2 == 0:
					what = "change"
					err = l.rename(p, mine[rand.IntN(len(mine))], fmt.Sprintf("changed %d by %d", n, w))
				default:
					what = "read"
					err = l.check(p, mine[rand.IntN(len(mine))])
				}
				if err != nil {
					mu.Lock()
					wrong = append(wrong, fmt.Errorf("%s: %w", what, err))
					mu.Unlock()
				}
			}
		})
	}
	return func() []error {
		over.Store(true)
		all.Wait()
		return wrong
	}
}

// Seen red with SHUTDOWN_DELAY=0s: requests met closed connections.
func TestARollingRestartOfThreeServersLosesNoRequest(t *testing.T) {
	settings := []string{"DATABASE_URL=" + postgres(t), "ENVIRONMENT=production", "SHUTDOWN_DELAY=500ms", "SHUTDOWN_TIMEOUT=10s"}
	var servers []*server
	for range 3 {
		servers = append(servers, start(t, settings...).ready())
	}
	b := balance(t, servers...)
	b.allReady(t)
	ada := signUp(t, b.http.URL, "ada@example.com")
	l := newLedger()
	stop := load(ada, l, 6)
	for place, old := range servers {
		before := b.all()[place]
		old.signal(syscall.SIGTERM)
		if state := old.end(15 * time.Second); !state.Success() {
			t.Errorf("server %d ended with %s: %s", place, state, old.said())
		}
		if before.served.Load() == 0 {
			t.Errorf("server %d served nothing", place)
		}
		servers[place] = start(t, settings...).ready()
		b.replace(place, servers[place])
		b.allReady(t)
		stage.Eventually(t, 20*time.Second, "the new server serves", func() bool { return b.all()[place].served.Load() > 10 })
	}
	wrong := stop()
	for _, err := range wrong[:min(len(wrong), 10)] {
		t.Error(err)
	}
	l.balance(t, ada)
	t.Logf("%d writes and %d reads across three restarts, %d failed", l.writes, l.reads, len(wrong))
}

func TestAServerThatStopsFinishesWhatIsInFlight(t *testing.T) {
	s := start(t, "SHUTDOWN_DELAY=1s", "SHUTDOWN_TIMEOUT=5s").ready()
	ada := signUp(t, s.url, "ada@example.com")
	conn := s.connect()
	const body = `{"title": "in flight"}`
	fmt.Fprintf(conn, "POST /api/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", ada.token, len(body), body[:10])
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	s.signal(syscall.SIGTERM)
	stage.Eventually(t, time.Second, "readiness fails", func() bool {
		status, said, _ := s.ask("GET", "/health/ready")
		return status == http.StatusServiceUnavailable && strings.Contains(said, "draining")
	})
	other := s.connect()
	fmt.Fprint(other, "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
	last, err := http.ReadResponse(bufio.NewReader(other), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _ = last.Body.Close(); last.StatusCode != http.StatusOK || !last.Close {
		t.Errorf("a server that is about to stop does not serve, or keeps the connection: %+v", last)
	}
	time.Sleep(time.Until(began.Add(1500 * time.Millisecond))) // now it accepts nothing new
	if status, said, _ := s.ask("GET", "/health/live"); status != 0 {
		t.Errorf("it still accepts connections: %d %s", status, said)
	}
	fmt.Fprint(conn, body[10:])
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Errorf("what was in flight is answered %d", resp.StatusCode)
	}
	if state := s.end(3 * time.Second); !state.Success() {
		t.Errorf("it ended with %s: %s", state, s.said())
	}
}

func TestAServerThatStopsDoesNotWaitForEver(t *testing.T) {
	s := start(t, "SHUTDOWN_TIMEOUT=1s").ready()
	ada := signUp(t, s.url, "ada@example.com")
	conn := s.connect()
	fmt.Fprintf(conn, "POST /api/import/todotxt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nA", ada.token)
	time.Sleep(200 * time.Millisecond)
	began := time.Now()
	s.signal(syscall.SIGTERM)
	s.end(6 * time.Second)
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("what was in flight got %s", took)
	}
	if !strings.Contains(s.said(), "requests were cut off") {
		t.Errorf("nothing says so: %s", s.said())
	}
}

func TestASecondSignalEndsAServerAtOnce(t *testing.T) {
	s := start(t, "SHUTDOWN_DELAY=1m").ready()
	s.signal(syscall.SIGTERM)
	stage.Eventually(t, 5*time.Second, "it drains", func() bool { return strings.Contains(s.said(), "draining") })
	s.signal(syscall.SIGTERM)
	if state := s.end(2 * time.Second); state.Success() {
		t.Errorf("it ended with %s", state)
	}
}

func TestProductionRefusesASchemaThatIsBehind(t *testing.T) {
	databases := map[string]string{"sqlite": "sqlite:///" + filepath.Join(t.TempDir(), "mindflow.db")}
	if storetest.Postgres(t) != "" {
		databases["postgres"] = postgres(t)
	}
	for kind, url := range databases {
		t.Run(kind, func(t *testing.T) {
			settings, behind := []string{"DATABASE_URL=" + url, "ENVIRONMENT=production"}, "steps behind"
			if kind == "postgres" {
				behind = "1 step behind"
				if code, said := run(t, settings, "migrate", "down", "--lose-data"); code != 0 {
					t.Fatalf("%d %s", code, said)
				}
			}
			code, said := run(t, settings, "serve")
			if code != 1 || !strings.Contains(said, behind+"; run \"mindflow migrate\" first") {
				t.Errorf("%d %s", code, said)
			}
			if code, said := run(t, settings, "migrate", "up"); code != 0 {
				t.Errorf("%d %s", code, said)
			}
			s := start(t, append(settings, "SHUTDOWN_DELAY=0s")...).ready()
			s.signal(os.Interrupt)
			s.end(10 * time.Second)
		})
	}
}

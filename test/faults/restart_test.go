package faults

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// PostgreSQL ends at once, in either way, while people write, and starts again:
// the server serves in less than five seconds after that, nothing that was
// answered is lost, and who could not be served is told 503. Seen red with a
// server that takes no failure of PostgreSQL's for one: 500.
func TestPostgresRestartsUnderLoad(t *testing.T) {
	cluster := storetest.Own(t)
	s := start(t, "DATABASE_URL="+cluster.URL()).ready()
	ada := signUp(t, s.url, "ada@example.com")
	l := newLedger()
	const workers = 6
	var ids []string
	for n := range workers {
		id, err := l.create(ada, fmt.Sprint("made ", n))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for round := range often(2, 20) {
		sig := []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL}[round%2]
		var all sync.WaitGroup
		var over atomic.Bool
		var served, refused atomic.Int64
		var lastRefused atomic.Int64
		began := time.Now()
		for worker, id := range ids {
			all.Go(func() {
				unsure := map[string]bool{} // titles that may be there
				for n := 0; !over.Load(); n++ {
					title := fmt.Sprintf("changed %d.%d by %d", round, n, worker)
					status, raw, _, err := ada.try("PATCH", "/api/tasks/"+id, fmt.Sprintf(`{"title": %q}`, title))
					switch {
					case err == nil && status == http.StatusOK:
						_, _ = l.enter(status, http.StatusOK, raw, nil)
						clear(unsure)
						served.Add(1)
					case err == nil && status == http.StatusServiceUnavailable:
						unsure[title] = true
						refused.Add(1)
						lastRefused.Store(int64(time.Since(began)))
						time.Sleep(20 * time.Millisecond)
					default:
						t.Errorf("a change is answered %d %s %v", status, raw, err)
						return
					}
					status, raw, _, err = ada.try("GET", "/api/tasks/"+id, "")
					switch {
					case err == nil && status == http.StatusServiceUnavailable:
						refused.Add(1)
						lastRefused.Store(int64(time.Since(began)))
					case err != nil || status != http.StatusOK:
						t.Errorf("a read is answered %d %s %v", status, raw, err)
						return
					default:
						l.maybe(t, raw, unsure)
					}
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		cluster.End(sig)
		time.Sleep(300 * time.Millisecond)
		cluster.Start()
		up := time.Since(began)
		served.Store(0)
		stage.Eventually(t, 5*time.Second, "the server serves again", func() bool { return served.Load() > 0 })
		time.Sleep(time.Second)
		over.Store(true)
		all.Wait()
		after := time.Duration(lastRefused.Load()) - up
		t.Logf("%s: %d refused, the last one %s after PostgreSQL was there again", sig, refused.Load(), after)
		if refused.Load() == 0 {
			t.Error("nothing was refused: nobody asked meanwhile")
		}
		if after > 5*time.Second {
			t.Errorf("the pool needs %s to recover", after)
		}
		if strings.Contains(s.said(), "panic") {
			t.Errorf("it panicked: %s", s.said())
		}
		status, raw, _ := s.ask("GET", "/health")
		if status != http.StatusOK {
			t.Errorf("health after that: %d %s", status, raw)
		}
	}
	l.balance(t, ada)
}

package edge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// outcome counts what became of a load.
type outcome struct {
	mu     sync.Mutex
	made   map[string]bool // titles that were answered 201
	reads  int
	failed []string
}

func (o *outcome) fail(what string, a answer, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = append(o.failed, fmt.Sprintf("%s: %d %s %v", what, a.status, a.body, err))
}

// failurePause is between a request that failed and the next one: where nobody
// answers any more, load would take the whole machine.
const failurePause = 20 * time.Millisecond

// load makes tasks and reads, until stop, or until the test ends.
func load(t *testing.T, p *person, workers int) (stop func() *outcome) {
	t.Helper()
	o := &outcome{made: map[string]bool{}}
	var all sync.WaitGroup
	var over atomic.Bool
	stop = func() *outcome {
		over.Store(true)
		all.Wait()
		return o
	}
	t.Cleanup(func() { stop() })
	for w := range workers {
		all.Go(func() {
			for n := 0; !over.Load(); n++ {
				if n%2 == 0 {
					title := fmt.Sprintf("task %d of %d", n, w)
					a, err := p.try("POST", "/api/tasks", fmt.Sprintf(`{"title": %q}`, title))
					if err != nil || a.status != http.StatusCreated {
						o.fail("POST", a, err)
						time.Sleep(failurePause)
						continue
					}
					o.mu.Lock()
					o.made[title] = true
					o.mu.Unlock()
					continue
				}
				a, err := p.try("GET", "/api/tasks/best", "")
				if err != nil || a.status != http.StatusOK {
					o.fail("GET", a, err)
					time.Sleep(failurePause)
					continue
				}
				o.mu.Lock()
				o.reads++
				o.mu.Unlock()
			}
		})
	}
	return stop
}

// titles are all tasks there are, each as often as it is there.
func (p *person) titles(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	for path := "/api/tasks?limit=100"; path != ""; {
		a := p.ask(t, "GET", path, "")
		var page struct {
			Tasks []struct{ Title string }
			Next  string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != http.StatusOK {
			t.Fatalf("list: %d %s", a.status, a.body)
		}
		for _, task := range page.Tasks {
			found[task.Title]++
		}
		path = ""
		if page.Next != "" {
			path = "/api/tasks?limit=100&cursor=" + page.Next
		}
	}
	return found
}

// rounds is how often each server is restarted: once, or, where somebody
// measures, more often.
func rounds() int {
	n, _ := strconv.Atoi(os.Getenv("MINDFLOW_TEST_RESTARTS"))
	return max(1, n)
}

// Seen red now and then with a server that closes its listener while connections
// wait to be accepted (TestAConnectionThatAServerLetInIsAnswered sees that each
// time), and with each server passed over for longer than SHUTDOWN_DELAY.
func TestServersRestartedOneAfterTheOtherLoseNoRequest(t *testing.T) {
	if storetest.Postgres(t) == "" {
		t.Skip("without PostgreSQL")
	}
	settings := []string{"DATABASE_URL=" + storetest.URL(t, storetest.PostgreSQL), "SHUTDOWN_DELAY=2500ms", "SHUTDOWN_TIMEOUT=10s"}
	addresses := []string{stage.FreeAddress(t), stage.FreeAddress(t), stage.FreeAddress(t)}
	var servers []*server
	for _, address := range addresses {
		servers = append(servers, serve(t, address, settings...))
	}
	n := begin(t, addresses)
	ada := &person{http: n.client(t, "127.0.0.1")}
	ada.signUp(t, "ada@example.com")
	stop := load(t, ada, 16)
	for range rounds() {
		for i, address := range addresses {
			servers[i].stop(t)
			time.Sleep(100 * time.Millisecond)
			servers[i] = serve(t, address, settings...)
			time.Sleep(300 * time.Millisecond)
		}
	}
	o := stop()
	for _, failed := range o.failed[:min(len(o.failed), 10)] {
		t.Error(failed)
	}
	found := ada.titles(t)
	for title, times := range found {
		if times != 1 {
			t.Errorf("%q is there %d times", title, times)
		}
		if !o.made[title] && len(o.failed) == 0 {
			t.Errorf("%q is there, but was not answered", title)
		}
	}
	for title := range o.made {
		if found[title] == 0 {
			t.Errorf("%q was answered and is not there", title)
		}
	}
	t.Logf("%d tasks and %d reads across %d restarts, %d failed", len(o.made), o.reads, 3*rounds(), len(o.failed))
}

package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// answers are what a load was answered, and how soon.
type answers struct {
	mu      sync.Mutex
	took    []time.Duration // of those that were served
	shed    int
	strange []string
}

// asked numbers requests, so that each can be another.
var asked atomic.Int64

// ask sends one request and enters what comes of it.
func (a *answers) ask(p *person, path string) {
	path = strings.Replace(path, "{n}", strconv.FormatInt(asked.Add(1), 10), 1)
	began := time.Now()
	status, raw, header, err := p.try("GET", path, "")
	took := time.Since(began)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil && status == http.StatusOK:
		a.took = append(a.took, took)
	case err == nil && status == http.StatusServiceUnavailable && header.Get("Retry-After") == "1" && header.Get("Content-Type") == "application/problem+json":
		a.shed++
	default:
		a.strange = append(a.strange, fmt.Sprintf("%d %.200s %v", status, raw, err))
	}
}

func (a *answers) percentile(share float64) time.Duration {
	if len(a.took) == 0 {
		return 0
	}
	slices.Sort(a.took)
	return a.took[int(share*float64(len(a.took)-1))]
}

// closed keeps so many requests in flight for a while, and answers how many
// were served in a second.
func closed(p *person, path string, clients int, during time.Duration) float64 {
	var a answers
	var all sync.WaitGroup
	until := time.Now().Add(during)
	for range clients {
		all.Go(func() {
			for time.Now().Before(until) {
				a.ask(p, path)
			}
		})
	}
	all.Wait()
	return float64(len(a.took)) / during.Seconds()
}

// open sends so many requests a second, whether or not they are answered.
func open(p *person, path string, rate float64, during time.Duration) *answers {
	var a answers
	var all sync.WaitGroup
	began := time.Now()
	for n := 0; ; n++ {
		at := began.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		if at.Sub(began) > during {
			break
		}
		time.Sleep(time.Until(at))
		all.Go(func() { a.ask(p, path) })
	}
	all.Wait()
	return &a
}

// fill makes tasks.
func fill(t *testing.T, p *person, tasks int) {
	t.Helper()
	file := strings.Repeat("a task of some length, so that a search takes its time\n", tasks)
	var lines strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(file, "\n"), "\n") {
		fmt.Fprintf(&lines, "%s %d\n", line, i)
	}
	if status, raw, _, err := p.try("POST", "/api/import/todotxt", lines.String()); err != nil || status != http.StatusOK {
		t.Fatalf("import: %d %s %v", status, raw, err)
	}
}

// Four times as much as the server can do: it does nearly as much as ever, and
// what it does is done soon. Seen red with MAX_IN_FLIGHT=100000, where everybody
// waits for everybody.
func TestOverloadIsShedAndDoesNotCollapse(t *testing.T) {
	s := start(t, "MAX_IN_FLIGHT=4").ready()
	ada := signUp(t, s.url, "ada@example.com")
	fill(t, ada, 4000)
	const path = "/api/tasks?q=nowhere{n}&limit=1" // each is searched for anew
	const during = 3 * time.Second
	closed(ada, path, 4, time.Second) // to warm up
	before := closed(ada, path, 4, during)
	a := open(ada, path, 4*before, during)
	peak := min(before, closed(ada, path, 4, during)) // the machine is not ours alone
	served := float64(len(a.took)) / during.Seconds()
	t.Logf("peak %.0f/s; at four times that %.0f/s served (p50 %s, p99 %s), %d turned away", peak, served, a.percentile(.5), a.percentile(.99), a.shed)
	if served < 0.7*peak {
		t.Errorf("%.0f requests a second are served, less than 70 %% of %.0f", served, peak)
	}
	if p99 := a.percentile(.99); p99 > 2*time.Second {
		t.Errorf("who is served waits for %s", p99)
	}
	if a.shed == 0 || len(a.strange) > 0 {
		t.Errorf("%d turned away, %d answered otherwise: %q", a.shed, len(a.strange), a.strange[:min(3, len(a.strange))])
	}
	if status, _, took := s.ask("GET", "/health"); status != http.StatusOK {
		t.Errorf("health after that: %d in %s", status, took)
	}
}

// Passwords are hashed two at a time; who guesses many takes turns from those
// who sign in, and from nobody else.
func TestAFloodOfSignInsHoldsUpNobodyElse(t *testing.T) {
	s := start(t).ready()
	ada := signUp(t, s.url, "ada@example.com")
	var all sync.WaitGroup
	var over atomic.Bool
	var refused, turnedAway, strange atomic.Int64
	guesser := &person{base: s.url, http: ada.http}
	for i := range 80 {
		all.Go(func() {
			for n := 0; !over.Load(); n++ {
				began := time.Now()
				status, _, _, err := guesser.try("POST", "/api/auth/login", fmt.Sprintf(`{"email": "nobody%d-%d@example.com", "password": "wrong wrong wrong"}`, i, n))
				switch took := time.Since(began); {
				case err != nil || took > 5*time.Second:
					strange.Add(1)
				case status == http.StatusUnauthorized:
					refused.Add(1)
				case status == http.StatusServiceUnavailable:
					turnedAway.Add(1)
					time.Sleep(100 * time.Millisecond)
				default:
					strange.Add(1)
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	a := open(ada, "/api/tasks", 50, 3*time.Second)
	over.Store(true)
	all.Wait()
	t.Logf("%d guesses refused, %d turned away; others: %d turned away", refused.Load(), turnedAway.Load(), a.shed)
	if refused.Load() == 0 || turnedAway.Load() == 0 || strange.Load() > 0 {
		t.Errorf("guesses: %d refused, %d turned away, %d otherwise", refused.Load(), turnedAway.Load(), strange.Load())
	}
	if p99 := a.percentile(.99); a.shed > 0 || len(a.strange) > 0 || p99 > time.Second {
		t.Errorf("of others %d were turned away, %d answered otherwise, and p99 is %s", a.shed, len(a.strange), p99)
	}
}

package faults

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/test/stage"
)

// lookTime is how often the balancer looks who is ready.
const lookTime = 50 * time.Millisecond

// balancer hands requests to servers that say they are ready, in turn. It sends
// nothing twice: whatever a server drops is lost.
type balancer struct {
	http *httptest.Server
	next atomic.Uint64

	mu       sync.RWMutex
	backends []*backend
}

type backend struct {
	url    string
	proxy  *httputil.ReverseProxy
	ready  atomic.Bool
	served atomic.Int64
}

func newBackend(at string) *backend {
	target, _ := url.Parse(at) // a server's own
	b := &backend{url: at}
	b.proxy = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "balancer: "+err.Error(), http.StatusBadGateway)
		},
	}
	return b
}

func (b *backend) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/health/ready", nil)
	if err != nil {
		return
	}
	resp, err := oneTime.Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	b.ready.Store(err == nil && resp.StatusCode == http.StatusOK)
}

// balance puts a balancer before servers.
func balance(t *testing.T, servers ...*server) *balancer {
	t.Helper()
	b := &balancer{}
	for _, s := range servers {
		b.backends = append(b.backends, newBackend(s.url))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	looking.Go(func() {
		for tick := time.NewTicker(lookTime); ; {
			var all sync.WaitGroup
			for _, backend := range b.all() {
				all.Go(func() { backend.look(ctx) })
			}
			all.Wait()
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	b.http = httptest.NewServer(b)
	t.Cleanup(func() {
		b.http.Close()
		cancel()
		looking.Wait()
	})
	return b
}

func (b *balancer) all() []*backend {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return append([]*backend(nil), b.backends...)
}

// replace puts another server in a place.
func (b *balancer) replace(place int, s *server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends[place] = newBackend(s.url)
}

// allReady waits until every server gets requests.
func (b *balancer) allReady(t *testing.T) {
	t.Helper()
	stage.Eventually(t, 20*time.Second, "every server is ready", func() bool {
		for _, backend := range b.all() {
			if !backend.ready.Load() {
				return false
			}
		}
		return true
	})
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	all := b.all()
	first := b.next.Add(1)
	for i := range all {
		if backend := all[(int(first)+i)%len(all)]; backend.ready.Load() {
			backend.served.Add(1)
			backend.proxy.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "balancer: nobody is ready", http.StatusBadGateway)
}

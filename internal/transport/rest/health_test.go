package rest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
)

func works(context.Context) error { return nil }

func broken(context.Context) error { return errors.New("it is gone") }

// checked is an API of which only the checks matter.
func checked(t *testing.T, checks rest.Checks) (*rest.API, person, *stage.Logbook) {
	t.Helper()
	log := &stage.Logbook{}
	api := rest.New(nil, slog.New(slog.NewTextHandler(log, nil)), rest.Settings{
		Version: "7.0.0", Environment: "production", Site: http.NotFoundHandler(), Checks: checks,
	})
	srv := &server{t: t, http: httptest.NewServer(api.Handler()), log: log}
	t.Cleanup(srv.http.Close)
	return api, srv.nobody(), log
}

func TestHealthSaysWhichPartFails(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		says            string
		database, redis rest.Check
		status          int
		body            string
	}{
		{"all is well", works, works, http.StatusOK, `{"status":"healthy","version":"7.0.0","environment":"production","checks":{"database":"healthy","redis":"healthy"}}`},
		{"no Redis is asked for", works, nil, http.StatusOK, `{"status":"healthy","version":"7.0.0","environment":"production","checks":{"database":"healthy"}}`},
		{"Redis is down: the server goes on by itself", works, broken, http.StatusOK, `{"status":"healthy","version":"7.0.0","environment":"production","checks":{"database":"healthy","redis":"unhealthy"}}`},
		{"the database is down", broken, works, http.StatusServiceUnavailable, `{"status":"degraded","version":"7.0.0","environment":"production","checks":{"database":"unhealthy","redis":"healthy"}}`},
	} {
		t.Run(row.says, func(t *testing.T) {
			_, anybody, _ := checked(t, rest.Checks{Database: row.database, Redis: row.redis})
			a := anybody.do("GET /health", "").want(row.status)
			if string(a.body) != row.body || a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s with %v", a.body, a.header)
			}
			if head := anybody.do("HEAD /health", "").want(row.status); len(head.body) != 0 {
				t.Errorf("HEAD: %s", head.body)
			}
			anybody.do("GET /health/live", "").want(http.StatusOK).has("status=alive")
			anybody.do("HEAD /health/live", "").want(http.StatusOK)
		})
	}
}

// Fails when the checks run in the handler itself: its answer never comes.
func TestHealthIsAnsweredWithinASecondThoughAPartHangs(t *testing.T) {
	t.Parallel()
	var at, most atomic.Int32
	release := make(chan struct{})
	hangs := func(context.Context) error { // and heeds no deadline
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		<-release
		return nil
	}
	_, anybody, log := checked(t, rest.Checks{Database: hangs, Schema: hangs, Redis: hangs})
	var all sync.WaitGroup
	for range 3 {
		for range 20 {
			all.Go(func() {
				began := time.Now()
				for request, status := range map[string]int{"GET /health": 503, "GET /health/ready": 503, "GET /health/live": 200} {
					if a := anybody.do(request, ""); a.status != status {
						t.Errorf("%s: %d %s", request, a.status, a.body)
					}
					if took := time.Since(began); took > time.Second {
						t.Errorf("%s took %s", request, took)
					}
					began = time.Now()
				}
			})
		}
		all.Wait()
	}
	if most.Load() > 3 {
		t.Errorf("%d checks ran at once: one for each of three parts would do", most.Load())
	}
	close(release)
	for start := time.Now(); anybody.do("GET /health", "").status != http.StatusOK; {
		if time.Since(start) > 5*time.Second {
			t.Fatal("it does not recover")
		}
	}
	said := log.String()
	if strings.Contains(said, "msg=request") {
		t.Errorf("health is logged like other requests: %.300s", said)
	}
	if n := strings.Count(said, `msg="check failed" check=database`); n != 1 {
		t.Errorf("one failure of the database was told %d times", n)
	}
	if !strings.Contains(said, `level=WARN msg="check failed" check=redis`) || strings.Contains(said, `level=WARN msg="check failed" check=database`) {
		t.Errorf("what the server can do without is a warning, what it needs an error: %.600s", said)
	}
	if !strings.Contains(said, `msg="check passes again" check=database`) {
		t.Error("that it passes again was not told")
	}
}

func TestReadinessFailsFirstWhileTheServerStillServes(t *testing.T) {
	t.Parallel()
	api, anybody, _ := checked(t, rest.Checks{Database: works, Schema: works})
	if a := anybody.do("GET /health/ready", "").want(http.StatusOK); string(a.body) != `{"status":"ready","checks":{"schema":"healthy"}}` {
		t.Errorf("%s", a.body)
	}
	api.Drain()
	anybody.do("GET /health/ready", "").want(http.StatusServiceUnavailable).has("status=draining")
	anybody.do("GET /health/live", "").want(http.StatusOK)
	anybody.do("GET /health", "").want(http.StatusOK)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil)
	answer := httptest.NewRecorder()
	api.Handler().ServeHTTP(answer, request)
	if answer.Code != http.StatusOK || answer.Header().Get("Connection") != "close" {
		t.Errorf("%d, Connection %q: clients shall go elsewhere", answer.Code, answer.Header().Get("Connection"))
	}
}

func TestAServerIsNotReadyWithoutItsDatabaseOrSchema(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		srv.nobody().do("GET /health/ready", "").want(http.StatusOK)
		srv.nobody().do("GET /health", "").want(http.StatusOK).has("checks.database=healthy; environment=testing; checks.redis=-")
		rawSQL(srv.t, srv.url, `DELETE FROM goose_db_version WHERE version_id > 0`)
		srv.nobody().do("GET /health/ready", "").want(http.StatusServiceUnavailable).has("status=unready; checks.schema=unhealthy")
		srv.nobody().do("GET /health", "").want(http.StatusOK)
	})
	srv := newServer(t, storetest.SQLite)
	if err := srv.store.Close(); err != nil {
		t.Fatal(err)
	}
	srv.nobody().do("GET /health/ready", "").want(http.StatusServiceUnavailable).has("status=unready")
	srv.nobody().do("GET /health", "").want(http.StatusServiceUnavailable).has("status=degraded; checks.database=unhealthy")
}

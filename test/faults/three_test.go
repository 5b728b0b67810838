package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/ratelimit/redistest"
	"mindflow/test/linear"
)

// three starts three servers with the same settings.
func three(t *testing.T, settings ...string) []*server {
	t.Helper()
	var servers []*server
	for range 3 {
		servers = append(servers, start(t, settings...).ready())
	}
	return servers
}

// at is the same person at another server.
func (p *person) at(s *server) *person {
	other := *p
	other.base = s.url
	return &other
}

// limited are limits that Redis counts, and nobody reaches.
func limited(redis *redistest.Server) []string {
	return []string{"REDIS_URL=" + redis.URL(), "RATE_LIMIT_USER=100000/min", "RATE_LIMIT_READ=100000/min", "RATE_LIMIT_AUTH=100000/min"}
}

// upset kills Redis, starts it again, and wipes it, until over.
func upset(redis *redistest.Server, over *atomic.Bool) {
	for !over.Load() {
		time.Sleep(150 * time.Millisecond)
		redis.Kill()
		time.Sleep(250 * time.Millisecond)
		redis.Restart()
		time.Sleep(150 * time.Millisecond)
		redis.Wipe()
	}
}

// Nine clients of three servers race for the same tasks, while Redis is killed
// and wiped: no edit is lost, none is refused for want of Redis, and what was
// answered fits one order of changes. Seen red with a server that did not look
// at If-Match, and with one that did not lock the workspace.
func TestThreeServersAnswerAsOne(t *testing.T) {
	redis := redistest.Start(t)
	servers := three(t, append(limited(redis), "DATABASE_URL="+postgres(t))...)
	ada := signUp(t, servers[0].url, "ada@example.com")
	var upsetting sync.WaitGroup
	var over atomic.Bool
	upsetting.Go(func() { upset(redis, &over) })
	t.Cleanup(func() {
		over.Store(true)
		upsetting.Wait()
	})
	for round := range often(3, 100) {
		if round%20 == 19 { // a page shows all of a person's tasks
			ada = signUp(t, servers[0].url, fmt.Sprintf("ada%d@example.com", round))
		}
		var clients []linear.Client
		for i := range 9 {
			clients = append(clients, linear.Client{URL: servers[i%3].url, Token: ada.token, HTTP: ada.http})
		}
		linear.Race(t, 60, time.Now(), clients...).Check(t)
	}
}

// A token revoked at one server is refused by the others at the next request,
// whatever becomes of Redis. Seen red with a server that remembered whom it had
// let in.
func TestARevokedTokenIsLetInNowhere(t *testing.T) {
	redis := redistest.Start(t)
	servers := three(t, append(limited(redis), "DATABASE_URL="+postgres(t))...)
	ada := signUp(t, servers[0].url, "ada@example.com")
	for round := range often(8, 200) {
		switch round % 4 {
		case 1:
			redis.Wipe()
		case 2:
			redis.Kill()
		case 3:
			redis.Restart()
		}
		if status, raw := ada.signIn("/api/auth/login", ada.account()); status != http.StatusOK {
			t.Fatalf("login: %d %s", status, raw)
		}
		for _, s := range servers {
			if status, raw, _, err := ada.at(s).try("GET", "/api/tasks", ""); status != http.StatusOK {
				t.Fatalf("before: %d %s %v", status, raw, err)
			}
		}
		path, body := "/api/auth/revoke", ""
		if round%2 == 0 {
			path, body = "/api/auth/logout", fmt.Sprintf(`{"refresh_token": %q}`, ada.refresh)
		}
		if status, raw, _, err := ada.at(servers[round%3]).try("POST", path, body); status != http.StatusNoContent {
			t.Fatalf("%s: %d %s %v", path, status, raw, err)
		}
		for i, s := range servers {
			if status, raw, _, err := ada.at(s).try("GET", "/api/tasks", ""); status != http.StatusUnauthorized {
				t.Errorf("round %d: revoked at server %d, server %d answers %d %s %v", round, round%3, i, status, raw, err)
			}
			if status, raw := ada.at(s).signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, ada.refresh)); status != http.StatusUnauthorized {
				t.Errorf("round %d: its refresh token is answered %d %s", round, status, raw)
			}
		}
	}
}

// A limit over three servers is one limit while Redis is there, and each
// server's own while it is not. Seen red with servers that had no REDIS_URL.
func TestLimitsOutliveRedis(t *testing.T) {
	redis := redistest.Start(t)
	const limit = 20
	servers := three(t, append(limited(redis), "DATABASE_URL="+postgres(t), fmt.Sprintf("RATE_LIMIT_USER=%d/min", limit))...)
	admitted := func(p *person) (all, most int) {
		for _, s := range servers {
			here := 0
			for range limit + 5 {
				switch status, raw, _, err := p.at(s).try("POST", "/api/tasks", `{"title": "one more"}`); status {
				case http.StatusCreated:
					here++
				case http.StatusTooManyRequests:
				default:
					t.Fatalf("%d %s %v", status, raw, err)
				}
			}
			all, most = all+here, max(most, here)
		}
		return all, most
	}
	ada, bob := signUp(t, servers[0].url, "ada@example.com"), signUp(t, servers[0].url, "bob@example.com")
	if all, _ := admitted(ada); all != limit {
		t.Errorf("with Redis %d are admitted, not %d", all, limit)
	}
	redis.Kill()
	if all, most := admitted(bob); most > limit || all < limit {
		t.Errorf("without Redis %d are admitted, %d by one server; the limit is %d", all, most, limit)
	}
}

// Two tabs wake together, at different servers: both get tokens, and only one
// line of them goes on. A third ends the family, everywhere. Seen red with a
// server that did not lock the session.
func TestRacingRefreshTokensLeaveOneLine(t *testing.T) {
	servers := three(t, "DATABASE_URL="+postgres(t))
	ada := signUp(t, servers[0].url, "ada@example.com")
	race := func(n int) (winners []*person) {
		body := fmt.Sprintf(`{"refresh_token": %q}`, ada.refresh)
		racers := make([]*person, n)
		statuses := make([]int, n)
		var all sync.WaitGroup
		for i := range racers {
			racers[i] = ada.at(servers[i%3])
			all.Go(func() { statuses[i], _ = racers[i].signIn("/api/auth/refresh", body) })
		}
		all.Wait()
		for i, status := range statuses {
			switch status {
			case http.StatusOK:
				winners = append(winners, racers[i])
			case http.StatusUnauthorized:
			default:
				t.Errorf("a refresh is answered %d", status)
			}
		}
		return winners
	}
	usable := func(people []*person) (n int) {
		for i, p := range people {
			if status, _ := p.at(servers[(i+1)%3]).signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, p.refresh)); status == http.StatusOK {
				n++
			}
		}
		return n
	}
	ended := func(people []*person) {
		for _, p := range people {
			for i, s := range servers {
				if status, raw, _, err := p.at(s).try("GET", "/api/tasks", ""); status != http.StatusUnauthorized {
					t.Errorf("after the family's end server %d answers %d %s %v", i, status, raw, err)
				}
			}
		}
	}
	for round := range often(15, 500) {
		if status, raw := ada.signIn("/api/auth/login", ada.account()); status != http.StatusOK {
			t.Fatalf("login: %d %s", status, raw)
		}
		if round%3 == 0 { // more than two: somebody has copied it
			winners := race(6)
			if len(winners) > 2 {
				t.Errorf("%d of six got tokens", len(winners))
			}
			if n := usable(winners); n != 0 {
				t.Errorf("%d lines go on after reuse", n)
			}
			ended(append(winners, ada))
			continue
		}
		winners := race(2)
		if len(winners) != 2 {
			t.Errorf("%d of two got tokens", len(winners))
		}
		if n := usable(winners); n != 1 {
			t.Errorf("%d lines go on", n)
		}
		if status, raw := ada.at(servers[2]).signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, ada.refresh)); status != http.StatusUnauthorized {
			t.Errorf("shown a third time: %d %s", status, raw)
		}
		ended(append(winners, ada))
	}
}

// Clients send creates with a key, hang up at any moment, and send them again
// to any server until they are answered: each is done once. Seen red with
// clients that sent no key.
func TestIdempotentCreatesHappenOnceOnThreeServers(t *testing.T) {
	servers := three(t, "DATABASE_URL="+postgres(t))
	ada := signUp(t, servers[0].url, "ada@example.com")
	const workers = 6
	each := often(15, 500)
	var all sync.WaitGroup
	var hungUp atomic.Int64
	for worker := range workers {
		all.Go(func() {
			for n := range each {
				title := fmt.Sprintf("once %d of worker %d end", n, worker)
				answered := ""
				for try := 0; answered == ""; try++ {
					if try > 100 {
						t.Errorf("%s is never answered", title)
						return
					}
					impatient := *ada.at(servers[rand.IntN(3)])
					client := *ada.http
					if try < 4 {
						client.Timeout = time.Duration(1+rand.IntN(15)) * time.Millisecond
					}
					impatient.http = &client
					status, raw, _, err := impatient.try("POST", "/api/tasks", fmt.Sprintf(`{"title": %q}`, title), "Idempotency-Key", fmt.Sprintf("key-%d-%d", worker, n))
					var got task
					switch {
					case err != nil:
						hungUp.Add(1)
					case status == http.StatusConflict: // the one before is still running
						time.Sleep(10 * time.Millisecond)
					case status == http.StatusCreated && json.Unmarshal(raw, &got) == nil:
						answered = got.ID
					default:
						t.Errorf("%s: %d %s", title, status, raw)
						return
					}
				}
				var page struct{ Tasks []task }
				_, raw, _, err := ada.try("GET", "/api/tasks?q="+url.QueryEscape(title), "")
				if err != nil || json.Unmarshal(raw, &page) != nil || len(page.Tasks) != 1 || page.Tasks[0].ID != answered {
					t.Errorf("%s was answered %s and is there as %s %v", title, answered, raw, err)
				}
			}
		})
	}
	all.Wait()
	if hungUp.Load() == 0 {
		t.Error("nobody hung up")
	}
	t.Logf("%d creates, %d hung up", workers*each, hungUp.Load())
}

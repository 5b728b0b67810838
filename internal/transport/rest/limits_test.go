package rest_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

// theLimits are the product's.
var theLimits = app.Limits{
	Changes: mindflow.Rate{Limit: 60, Per: time.Minute}, Reads: mindflow.Rate{Limit: 600, Per: time.Minute},
	SignIns: mindflow.Rate{Limit: 10, Per: time.Minute}, Guesses: mindflow.Rate{Limit: 10, Per: 15 * time.Minute},
}

// limitedServer is a server with limits, behind a proxy at 127.0.0.1.
func limitedServer(t *testing.T, kind storetest.Kind, limits app.Limits) *server {
	t.Helper()
	c, url := newClock(), storetest.URL(t, kind)
	s := open(t, url, c)
	return serveWith(t, c, s, app.Settings{
		AccessTokenTTL: 20 * 365 * 24 * time.Hour, RefreshTokenTTL: refreshTTL, SnapshotTTL: 5 * time.Minute,
		Limits: limits, Limiter: ratelimit.NewMemory(c.Now),
	}, rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: web.Placeholder(), Checks: rest.Checks{Database: s.Ping, Schema: s.Ready},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Production: true,
	})
}

func eachLimited(t *testing.T, test func(srv *server)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(limitedServer(t, kind, theLimits))
	})
}

const create = `{"title": "x"}`

// refused checks an answer of 429: the wait is told, and is what it says.
func (a answer) refused(policy string) time.Duration {
	a.t.Helper()
	a.want(http.StatusTooManyRequests)
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || wait < 1 {
		a.t.Errorf("%s: Retry-After %q", a.request, a.header.Get("Retry-After"))
	}
	if got, want := a.header.Get("RateLimit"), fmt.Sprintf("%q;r=0;t=%d", policy, wait); policy != "" && got != want {
		a.t.Errorf("%s: RateLimit %s, want %s", a.request, got, want)
	}
	return time.Duration(wait) * time.Second
}

func TestRequestsUnderTheLimitSucceed(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		for i := range 60 {
			a := ada.do("POST /api/tasks", create).want(http.StatusCreated)
			if got, want := a.header.Get("RateLimit"), fmt.Sprintf(`"changes";r=%d;t=60`, 59-i); got != want {
				srv.t.Fatalf("RateLimit %s, want %s", got, want)
			}
			if got := a.header.Get("RateLimit-Policy"); got != `"changes";q=60;w=60` {
				srv.t.Fatalf("RateLimit-Policy %s", got)
			}
		}
	})
}

// Seen red with requests that are refused but counted.
func TestRequestsOverTheLimitAreRefusedUntilTheyFit(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		for range 60 {
			ada.do("POST /api/tasks", create).want(http.StatusCreated)
			srv.clock.Move(100 * time.Millisecond)
		}
		wait := ada.do("POST /api/tasks", create).refused("changes")
		if wait != 54*time.Second {
			t.Errorf("to wait %v", wait)
		}
		srv.clock.Move(wait - time.Millisecond)
		ada.do("POST /api/tasks", create).refused("changes")
		srv.clock.Move(time.Millisecond)
		ada.do("POST /api/tasks", create).want(http.StatusCreated)
		ada.do("POST /api/tasks", create).refused("changes")
		srv.clock.Move(time.Minute)
		for range 60 {
			ada.do("DELETE /api/tasks/"+someone, "").want(http.StatusNotFound) // what fails is a request too
		}
		ada.do("DELETE /api/tasks/"+someone, "").refused("changes")
		ada.do("GET /api/tasks", "").want(http.StatusOK)
	})
}

func TestNobodysRequestsCountForSomebodyElseAndAllSessionsOfOneCountTogether(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		phone := srv.session(ada.actor)
		for range 30 {
			ada.do("POST /api/tasks", create).want(http.StatusCreated)
			phone.do("POST /api/tasks", create).want(http.StatusCreated)
		}
		ada.do("POST /api/tasks", create).refused("changes")
		phone.do("PUT /api/preferences", `{"weight_urgency": 41}`).refused("changes")
		eve.do("POST /api/tasks", create).want(http.StatusCreated)
		// Nothing that is said about where a request comes from makes another user of her.
		ada.do("POST /api/tasks", create, "X-Forwarded-For: 203.0.113.7").refused("changes")
	})
}

func TestReadsHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	srv := limitedServer(t, storetest.SQLite, theLimits)
	ada := srv.person("ada@example.com", "UTC")
	for range 600 {
		ada.do("GET /api/auth/me", "").want(http.StatusOK)
	}
	a := ada.do("GET /api/tasks/best", "")
	a.refused("reads")
	if got := a.header.Get("RateLimit-Policy"); got != `"reads";q=600;w=60` {
		t.Errorf("RateLimit-Policy %s", got)
	}
	ada.do("POST /api/tasks", create).want(http.StatusCreated)
	// A stranger to the limits is the way out: one's sessions can always be ended.
	ada.do("POST /api/auth/revoke", "").want(http.StatusNoContent)
}

func TestALookAtWhatAnImportWouldDoIsARead(t *testing.T) {
	t.Parallel()
	srv := limitedServer(t, storetest.SQLite, app.Limits{Changes: mindflow.Rate{Limit: 2, Per: time.Minute}, Reads: mindflow.Rate{Limit: 3, Per: time.Minute}})
	ada := srv.person("ada@example.com", "UTC")
	send := func(query string) answer { return ada.do("POST /api/import/todotxt"+query, "call the plumber\n") }
	for _, query := range []string{"?dry_run=true", "?dry_run=1&timezone=UTC", "?timezone=UTC&dry_run=true"} {
		send(query).want(http.StatusOK).has("dry_run=true")
	}
	send("?dry_run=true").refused("reads")
	send("").want(http.StatusOK).has("dry_run=false")
	send("?dry_run=false").want(http.StatusOK).has("dry_run=false")
	send("?dry_run=no").refused("changes")
}

// Registering and signing in from one address are counted together, and more
// strictly than anything else. Seen red with a counter for each route.
func TestSigningInIsLimitedMoreStrictlyByAddress(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		t := srv.t
		from := func(address string) string { return "X-Forwarded-For: " + address }
		anybody := srv.nobody()
		for i := range 10 {
			request, body := "POST /api/auth/register", `{"email": "nobody", "password": "x"}`
			if i%2 == 1 {
				request, body = "POST /api/auth/login", `{"email": `
			}
			a := anybody.do(request, body, from("203.0.113.7"))
			if got, want := a.header.Get("RateLimit"), fmt.Sprintf(`"sign-ins";r=%d;t=60`, 9-i); a.status >= 429 || got != want {
				t.Fatalf("%d with %s, want %s", a.status, got, want)
			}
		}
		a := anybody.do("POST /api/auth/login", adaSigns, from("203.0.113.7"))
		a.refused("sign-ins")
		if got := a.header.Get("RateLimit-Policy"); got != `"sign-ins";q=10;w=60` {
			t.Errorf("RateLimit-Policy %s", got)
		}
		for _, tried := range []string{"198.51.100.1, 203.0.113.7", "127.0.0.1, 203.0.113.7, 127.0.0.2", "203.0.113.7:80", "::ffff:203.0.113.7"} {
			anybody.do("POST /api/auth/register", adaSays, from(tried)).refused("sign-ins")
		}
		anybody.do("POST /api/auth/register", adaSays, from("203.0.113.8")).want(http.StatusCreated)
		// A household of IPv6 is one client, whichever of its addresses it takes.
		for i := range 10 {
			anybody.do("POST /api/auth/login", `{`, from(fmt.Sprintf("2001:db8:1:2:%x::1", i))).want(http.StatusBadRequest)
		}
		anybody.do("POST /api/auth/login", adaSigns, from("2001:db8:1:2:ffff:ffff:ffff:ffff")).refused("sign-ins")
		anybody.do("POST /api/auth/login", adaSigns, from("2001:db8:1:3::1")).want(http.StatusOK)
		// Signing out and asking for health are free.
		for range 12 {
			anybody.do("POST /api/auth/logout", `{"refresh_token": "none"}`, from("203.0.113.7")).want(http.StatusNoContent)
			anybody.do("GET /health", "", from("203.0.113.7")).want(http.StatusOK)
		}
		srv.clock.Move(time.Minute)
		anybody.do("POST /api/auth/login", adaSigns, from("203.0.113.7")).want(http.StatusOK)
	})
}

func TestASessionIsRefreshedTenTimesAMinute(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		one, other := srv.refreshable(ada.actor), srv.refreshable(ada.actor)
		for i := range 10 {
			a := srv.nobody().do("POST /api/auth/refresh", `{"refresh_token": "`+one.Refresh+`"}`).want(http.StatusOK)
			if got, want := a.header.Get("RateLimit"), fmt.Sprintf(`"refreshes";r=%d;t=60`, 9-i); got != want || a.header.Get("RateLimit-Policy") != `"refreshes";q=10;w=60` {
				t.Fatalf("RateLimit %s, want %s (%s)", got, want, a.header.Get("RateLimit-Policy"))
			}
			one.Refresh = a.at("refresh_token")
		}
		again := `{"refresh_token": "` + one.Refresh + `"}`
		srv.nobody().do("POST /api/auth/refresh", again).refused("refreshes")
		if _, status := srv.refresh(other.Refresh); status != http.StatusOK {
			t.Errorf("another session: %d", status)
		}
		srv.clock.Move(time.Minute) // and the token that was refused is as good as before
		srv.nobody().do("POST /api/auth/refresh", again).want(http.StatusOK)
	})
}

// guess signs in with a wrong password from somewhere new.
func (srv *server) guess(email string, n int, headers ...string) answer {
	return srv.signIn(email, "a wrong password", append(headers, fmt.Sprintf("X-Forwarded-For: 198.51.%d.%d", n/200, n%200))...)
}

func (srv *server) signIn(email, password string, headers ...string) answer {
	return srv.nobody().do("POST /api/auth/login", fmt.Sprintf(`{"email": %q, "password": %q}`, email, password), headers...)
}

// device is the cookie an answer keeps, as it is sent back.
func (a answer) device() string {
	value, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return "Cookie: " + value
}

// Whoever guesses gets ten wrong passwords in a quarter of an hour, from
// however many addresses; who has signed in before from a device gets in
// from there all the while. Seen red with a quota for each address, and
// without the device.
func TestGuessesOfAPasswordHaveAQuotaThatLocksNobodyOut(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		t := srv.t
		srv.nobody().do("POST /api/auth/register", adaSays, "X-Forwarded-For: 203.0.113.1").want(http.StatusCreated)
		home := srv.signIn("ada@example.com", password, "X-Forwarded-For: 203.0.113.1").want(http.StatusOK)
		for _, part := range []string{"HttpOnly", "Secure", "SameSite=Lax", "Path=/api/auth", "Max-Age=34560000"} {
			if !strings.Contains(home.header.Get("Set-Cookie"), part) {
				t.Errorf("the cookie %s lacks %s", home.header.Get("Set-Cookie"), part)
			}
		}
		srv.nobody().do("POST /api/auth/register", `{"email": "eve@example.com", "password": "`+password+`"}`, "X-Forwarded-For: 203.0.113.2").want(http.StatusCreated)
		eve := srv.signIn("eve@example.com", password, "X-Forwarded-For: 203.0.113.2").want(http.StatusOK)
		n := 0
		for _, address := range []string{"ada@example.com", " ADA@example.com ", "Ada@Example.COM", "ａda@example.com"} {
			for range 10 {
				a := srv.guess(address, n, eve.device())
				if n++; n <= 10 {
					a.want(http.StatusUnauthorized)
				} else if wait := a.refused(""); wait > 15*time.Minute {
					t.Errorf("to wait %v", wait)
				}
			}
		}
		known := srv.guess("ada@example.com", 100)
		for i := range 10 {
			srv.guess("nobody@example.com", i).want(http.StatusUnauthorized)
		}
		unknown := srv.guess("nobody@example.com", 100)
		if scrubbed(indented(known.body)) != scrubbed(indented(unknown.body)) || known.header.Get("Retry-After") != unknown.header.Get("Retry-After") {
			t.Errorf("a known and an unknown account differ:\n%s\n%s", known.body, unknown.body)
		}
		// The right password does not help a stranger, nor somebody else's device: that would tell it.
		srv.signIn("ada@example.com", password, "X-Forwarded-For: 203.0.113.3").refused("")
		srv.signIn("ada@example.com", password, "X-Forwarded-For: 203.0.113.4", eve.device()).refused("")
		// Her own device gets in, and has a quota too.
		again := srv.signIn("ada@example.com", password, "X-Forwarded-For: 203.0.113.5", home.device()).want(http.StatusOK)
		for i := range 10 {
			srv.guess("ada@example.com", 200+i, again.device()).want(http.StatusUnauthorized)
		}
		srv.guess("ada@example.com", 300, home.device()).refused("") // the same device, an older mark
		srv.clock.Move(15 * time.Minute)
		srv.signIn("ada@example.com", password, "X-Forwarded-For: 203.0.113.3").want(http.StatusOK)
	})
}

// Twenty guesses at once are as many as twenty one after the other. Seen red
// with a slot that is taken only after a wrong password.
func TestRacingGuessesGetNoMoreThanTheQuota(t *testing.T) {
	t.Parallel()
	eachLimited(t, func(srv *server) {
		t := srv.t
		srv.nobody().do("POST /api/auth/register", adaSays, "X-Forwarded-For: 203.0.113.1").want(http.StatusCreated)
		var wg sync.WaitGroup
		var mu sync.Mutex
		answered := map[int]int{}
		for i := range 20 {
			wg.Go(func() {
				a := srv.guess("ada@example.com", i)
				for a.status == http.StatusServiceUnavailable { // too many passwords at once for a slow machine: it counted for nothing
					a = srv.guess("ada@example.com", i)
				}
				mu.Lock()
				defer mu.Unlock()
				answered[a.status]++
			})
		}
		wg.Wait()
		if answered[http.StatusUnauthorized] != 10 || answered[http.StatusTooManyRequests] != 10 {
			t.Errorf("%v", answered)
		}
	})
}

func TestRightPasswordsDoNotCountAndADeviceRemembersSeveralAccounts(t *testing.T) {
	t.Parallel()
	limits := theLimits
	limits.SignIns, limits.Guesses.Limit = mindflow.Rate{}, 2
	srv := limitedServer(t, storetest.SQLite, limits)
	device := "Cookie: a=b"
	for i := range 4 {
		email := fmt.Sprintf("user%d@example.com", i)
		srv.nobody().do("POST /api/auth/register", fmt.Sprintf(`{"email": %q, "password": %q}`, email, password)).want(http.StatusCreated)
		for range 3 {
			device = srv.signIn(email, password, device).want(http.StatusOK).device()
		}
	}
	for i := range 4 {
		email := fmt.Sprintf("user%d@example.com", i)
		for range 2 {
			srv.guess(email, 0).want(http.StatusUnauthorized)
		}
		srv.guess(email, 0).refused("")
		srv.signIn(email, password, device).want(http.StatusOK)
	}
	// Whatever a client says its device is, it is answered.
	for _, junk := range []string{"Cookie: mindflow_device=", "Cookie: mindflow_device=" + strings.Repeat("x.", 5000), `Cookie: mindflow_device="é"`, "Cookie: " + strings.Repeat("a", 9000)} {
		srv.guess("nobody@example.com", 0, junk).want(http.StatusUnauthorized)
		srv.clock.Move(time.Hour)
	}
}

func TestWithoutLimitsNothingIsSaidOfThem(t *testing.T) {
	t.Parallel()
	srv := limitedServer(t, storetest.SQLite, app.Limits{})
	ada := srv.person("ada@example.com", "UTC")
	for range 100 {
		a := ada.do("POST /api/tasks", create).want(http.StatusCreated)
		if a.header.Get("RateLimit") != "" || a.header.Get("RateLimit-Policy") != "" {
			t.Fatal(a.header)
		}
	}
}

func TestEveryLimitedRouteSaysSoInTheDocument(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	var d struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Headers map[string]struct{ Example any }
			}
		}
	}
	srv.nobody().do("GET /openapi.json", "").into(&d)
	free := map[string]bool{"POST /api/auth/logout": true, "POST /api/auth/revoke": true, "GET /api/auth/options": true, "POST /api/auth/passkey/begin": true}
	limits := map[string]string{
		"POST /api/auth/register": `"sign-ins";q=10;w=60`, "POST /api/auth/login": `"sign-ins";q=10;w=60`, "POST /api/auth/refresh": `"refreshes";q=10;w=60`,
		"POST /api/auth/forgot-password": `"sign-ins";q=10;w=60`, "POST /api/auth/reset-password": `"sign-ins";q=10;w=60`, "POST /api/auth/verify-email": `"sign-ins";q=10;w=60`,
		"POST /api/auth/confirm-email": `"sign-ins";q=10;w=60`, "POST /api/auth/keep-email": `"sign-ins";q=10;w=60`,
		"POST /api/auth/passkey/login": `"sign-ins";q=10;w=60`,
		"POST /api/tasks/parse":        `"reads";q=600;w=60`,
		"POST /api/recurrence/preview": `"reads";q=600;w=60`,
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			route := strings.ToUpper(method) + " " + path
			limited := strings.HasPrefix(path, "/api/") && !free[route]
			if _, says := op.Responses["429"]; says != limited {
				t.Errorf("%s: says that it may answer 429: %v", route, says)
			}
			for status, r := range op.Responses {
				left, says := r.Headers["RateLimit"]
				policy, names := r.Headers["RateLimit-Policy"]
				if says != limited || names != limited {
					t.Errorf("%s %s: says how much is left: %v, %v", route, status, says, names)
				}
				if !limited {
					continue
				}
				want := cmp.Or(limits[route], map[bool]string{true: `"reads";q=600;w=60`, false: `"changes";q=60;w=60`}[method == "get"])
				name, _, _ := strings.Cut(want, ";")
				if policy.Example != want || !strings.HasPrefix(fmt.Sprint(left.Example), name+";r=") {
					t.Errorf("%s %s: its examples are %v and %v, of the limit %s", route, status, left.Example, policy.Example, want)
				}
				if _, says := r.Headers["Retry-After"]; status == "429" && !says {
					t.Errorf("%s says not how long to wait", route)
				}
			}
		}
	}
}

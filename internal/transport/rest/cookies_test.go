package rest_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

const inCookie = "X-Session: cookie"

// cookieOf is the cookie an answer sets, as browsers read it.
func cookieOf(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	var found *http.Cookie
	for _, line := range a.header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name == "__Secure-mindflow_refresh" {
			found = c
		}
	}
	if found == nil {
		t.Fatalf("%s sets no such cookie: %q", a.request, a.header.Values("Set-Cookie"))
	}
	return found
}

func TestABrowserKeepsTheRefreshTokenWhereNoScriptReadsIt(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		anybody := srv.nobody()
		anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
		signed := anybody.do("POST /api/auth/login", adaSigns, inCookie).want(http.StatusOK).has("refresh_token=-; token_type=bearer")
		c := cookieOf(t, signed)
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/api/auth" || c.Domain != "" || c.MaxAge != int(refreshTTL.Seconds()) || len(c.Value) < 43 {
			t.Errorf("the cookie is %s", c)
		}
		if strings.Contains(string(signed.body), c.Value) {
			t.Error("the token is in the body too")
		}
		jar := "Cookie: other=1; " + c.Name + "=" + c.Value

		next := anybody.do("POST /api/auth/refresh", "", inCookie, jar).want(http.StatusOK).has("refresh_token=-; expires_in=900")
		renewed := cookieOf(t, next)
		if renewed.Value == c.Value {
			t.Error("the token was not rotated")
		}
		jar = "Cookie: " + c.Name + "=" + renewed.Value
		var got tokens
		next.into(&got)
		if srv.me(got.Access) != http.StatusOK {
			t.Error("the access token admits nobody")
		}

		gone := cookieOf(t, anybody.do("POST /api/auth/logout", "", inCookie, jar).want(http.StatusNoContent))
		if gone.MaxAge >= 0 || gone.Value != "" || gone.Path != "/api/auth" || !gone.Secure || !gone.HttpOnly {
			t.Errorf("taken away by %s", gone)
		}
		if srv.me(got.Access) != http.StatusUnauthorized {
			t.Error("the session did not end")
		}
		anybody.do("POST /api/auth/refresh", "", inCookie, jar).want(http.StatusUnauthorized)
		anybody.do("POST /api/auth/logout", "", inCookie).want(http.StatusNoContent)
	})
}

// openRoutes are for whoever is not signed in, or is by something else than a token.
var openRoutes = []string{
	"POST /api/auth/register", "POST /api/auth/login", "POST /api/auth/refresh", "POST /api/auth/logout", "GET /api/auth/options",
	"POST /api/auth/forgot-password", "POST /api/auth/reset-password", "POST /api/auth/verify-email",
	"POST /api/auth/confirm-email", "POST /api/auth/keep-email", "POST /api/auth/passkey/begin", "POST /api/auth/passkey/login",
}

// Seen red with a sign-in step that took the cookie for a token.
func TestACookieIsGoodForNothingElse(t *testing.T) {
	t.Parallel()
	srv := accounts(t, storetest.SQLite)
	anybody := srv.nobody()
	anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
	c := cookieOf(t, anybody.do("POST /api/auth/login", adaSigns, inCookie).want(http.StatusOK))
	jar := "Cookie: " + c.Name + "=" + c.Value
	for _, request := range routes {
		request = strings.NewReplacer("{id}", someone, "{format}", "taskwarrior").Replace(request)
		if strings.Contains(request, "/health") || slices.Contains(openRoutes, request) {
			continue
		}
		if a := anybody.do(request, "", jar, inCookie); a.status != http.StatusUnauthorized {
			t.Errorf("%s with a cookie: %d", request, a.status)
		}
	}
	for says, a := range map[string]answer{
		"a cookie nobody asked to be read":      anybody.do("POST /api/auth/refresh", "{}", jar),
		"the same, to sign out":                 anybody.do("POST /api/auth/logout", "{}", jar),
		"a cookie and a token":                  anybody.do("POST /api/auth/refresh", `{"refresh_token": "x"}`, jar, inCookie),
		"a session of another kind":             anybody.do("POST /api/auth/refresh", "", jar, "X-Session: header"),
		"a token of a kind that is not allowed": anybody.do("POST /api/auth/refresh", `{"refresh_token": 7}`),
	} {
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", says, a.status, a.body)
		}
	}
	anybody.do("POST /api/auth/refresh", "", jar).want(http.StatusBadRequest)
	anybody.do("POST /api/auth/refresh", "", inCookie, "Cookie: mindflow_refresh="+c.Value).want(http.StatusUnauthorized)
	anybody.do("POST /api/auth/refresh", "", inCookie, jar).want(http.StatusOK)
}

// Each line is what a browser sends, or cannot help sending. Seen red without
// the step that looks where a request comes from.
func TestPagesOfOthersCannotActWithOurCookies(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := storetest.OpenAt(t, storetest.SQLite, c.Now)
	inner := serveFor(t, c, s, web.Placeholder(), accessTTL)
	api := rest.New(inner.app, slog.New(slog.DiscardHandler), rest.Settings{
		Site: web.Placeholder(), AllowedOrigins: []string{"https://app.example.org"}, TrustedOrigins: []string{"https://mind.example.org"},
	})
	srv := &server{t: t, http: httptest.NewServer(api.Handler())}
	t.Cleanup(srv.http.Close)
	anybody := srv.nobody()
	anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
	for _, row := range []struct {
		says    string
		headers []string
		allowed bool
	}{
		{"no browser", nil, true},
		{"our own page", []string{"Sec-Fetch-Site: same-origin", "Origin: " + srv.http.URL}, true},
		{"our own page in an old browser", []string{"Origin: " + srv.http.URL}, true},
		{"our own page, behind a proxy that hides our name", []string{"Origin: https://mind.example.org"}, true},
		{"the person at the address bar", []string{"Sec-Fetch-Site: none"}, true},
		{"an allowed origin", []string{"Sec-Fetch-Site: same-site", "Origin: https://app.example.org"}, true},
		{"another site's page", []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example.com"}, false},
		{"another site's page in an old browser", []string{"Origin: https://evil.example.com"}, false},
		{"a subdomain that is not allowed", []string{"Sec-Fetch-Site: same-site", "Origin: https://blog.example.org"}, false},
		{"the same host by another scheme", []string{"Sec-Fetch-Site: cross-site", "Origin: http://mind.example.org"}, false},
		{"a page without an origin", []string{"Sec-Fetch-Site: cross-site", "Origin: null"}, false},
		{"a page without an origin in an old browser", []string{"Origin: null"}, false},
		{"a page that hides where it comes from", []string{"Sec-Fetch-Site: cross-site"}, false},
	} {
		t.Run(row.says, func(t *testing.T) {
			signed := anybody.do("POST /api/auth/login", adaSigns, append(row.headers, inCookie)...)
			if (signed.status == http.StatusOK) != row.allowed || !row.allowed && signed.status != http.StatusForbidden {
				t.Errorf("login: %d", signed.status)
			}
			if !row.allowed && len(signed.header.Values("Set-Cookie")) > 0 {
				t.Error("a cookie was set all the same")
			}
			if !row.allowed {
				signed = anybody.do("POST /api/auth/login", adaSigns, inCookie).want(http.StatusOK)
			}
			c := cookieOf(t, signed)
			jar := "Cookie: " + c.Name + "=" + c.Value
			want := map[bool][2]int{true: {http.StatusOK, http.StatusNoContent}, false: {http.StatusForbidden, http.StatusForbidden}}[row.allowed]
			renewed := anybody.do("POST /api/auth/refresh", "", append(row.headers, inCookie, jar)...).want(want[0])
			if row.allowed {
				c = cookieOf(t, renewed)
				jar = "Cookie: " + c.Name + "=" + c.Value
			}
			anybody.do("POST /api/auth/logout", "", append(row.headers, inCookie, jar)...).want(want[1])
		})
	}
	// What a form of another site can send: its types of body, and no header of ours.
	for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"} {
		a := anybody.do("POST /api/auth/refresh", "a=b", "Content-Type: "+kind, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example.com")
		if a.status != http.StatusForbidden {
			t.Errorf("a form of type %s: %d", kind, a.status)
		}
	}
}

func TestOnADevelopersMachineCookiesNeedNoHTTPS(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := storetest.OpenAt(t, storetest.SQLite, c.Now)
	inner := serveFor(t, c, s, web.Placeholder(), accessTTL)
	api := rest.New(inner.app, slog.New(slog.DiscardHandler), rest.Settings{Site: web.Placeholder(), PlainCookies: true})
	srv := &server{t: t, http: httptest.NewServer(api.Handler())}
	t.Cleanup(srv.http.Close)
	srv.nobody().do("POST /api/auth/register", adaSays).want(http.StatusCreated)
	signed := srv.nobody().do("POST /api/auth/login", adaSigns, inCookie).want(http.StatusOK)
	set := signed.header.Values("Set-Cookie")
	got := set[len(set)-1]
	if !strings.HasPrefix(got, "mindflow_refresh=") || strings.Contains(got, "Secure") || !strings.Contains(got, "; HttpOnly; SameSite=Lax") {
		t.Errorf("%s", got)
	}
	jar, _, _ := strings.Cut(got, ";")
	srv.nobody().do("POST /api/auth/refresh", "", inCookie, "Cookie: "+jar).want(http.StatusOK)
}

func TestOnlyAllowedOriginsMayUseTheAPIFromTheirPages(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := storetest.OpenAt(t, storetest.SQLite, c.Now)
	inner := serve(t, c, s, web.Placeholder())
	api := rest.New(inner.app, slog.New(slog.DiscardHandler), rest.Settings{Site: web.Placeholder(), AllowedOrigins: []string{"https://app.example.org"}})
	srv := &server{t: t, http: httptest.NewServer(api.Handler())}
	t.Cleanup(srv.http.Close)
	const app, evil = "Origin: https://app.example.org", "Origin: https://evil.example.com"
	asks := []string{"Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: authorization,content-type,if-match"}

	may := srv.nobody().do("OPTIONS /api/tasks/"+someone, "", append(asks, app)...).want(http.StatusNoContent).header
	if may.Get("Access-Control-Allow-Origin") != "https://app.example.org" || may.Get("Access-Control-Allow-Methods") != "PATCH" ||
		may.Get("Access-Control-Allow-Credentials") != "true" || may.Get("Access-Control-Max-Age") != "600" || !strings.Contains(strings.Join(may.Values("Vary"), ", "), "Origin") {
		t.Errorf("%v", may)
	}
	for _, status := range []answer{
		srv.nobody().do("GET /api/tasks", "", app).want(http.StatusUnauthorized),
		srv.nobody().do("GET /api/tasks?a=%", "", app).want(http.StatusBadRequest),
	} {
		h := status.header
		if h.Get("Access-Control-Allow-Origin") != "https://app.example.org" {
			t.Errorf("%v", h)
		}
		for _, name := range []string{"ETag", "Location", "X-Request-ID", "RateLimit", "RateLimit-Policy", "Retry-After"} {
			if !strings.Contains(strings.ToLower(h.Get("Access-Control-Expose-Headers")), strings.ToLower(name)) {
				t.Errorf("%s is not shown: %v", name, h)
			}
		}
	}
	for who, answers := range map[string][]answer{
		"another origin": {srv.nobody().do("OPTIONS /api/tasks", "", append(asks, evil)...), srv.nobody().do("GET /api/tasks", "", evil)},
		"when none is allowed": {
			inner.nobody().do("OPTIONS /api/tasks", "", append(asks, app)...).want(http.StatusMethodNotAllowed), inner.nobody().do("GET /api/tasks", "", app),
		},
	} {
		for _, a := range answers {
			for name := range a.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s: %s is answered %s", who, a.request, name)
				}
			}
		}
	}
}

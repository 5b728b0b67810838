package rest_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mindflow/internal/transport/rest"
)

// The web app knows its own ways, so that any path may be a page; only what asks
// for a page gets one, and never below /api/.
func TestThePageIsForBrowsersAndTheRestIsForPrograms(t *testing.T) {
	t.Parallel()
	h := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{
		SiteHolds: func(path string) bool { return path == "/assets/index-new.js" || path == "/sw.js" },
		Site: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "the site")
		}),
	}).Handler()
	const browser, script, program = "text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "application/json"
	for _, c := range []struct {
		request, accept string
		status          int
		site            bool
	}{
		{"GET /", browser, 200, true},
		{"GET /", program, 200, true},
		{"GET /tasks/0192f1c2", browser, 200, true},
		{"HEAD /tasks", browser, 200, true},
		{"GET /settings/data?x=1", browser, 200, true},
		{"GET /tasks/0192f1c2", program, 404, false},
		{"GET /tasks", "", 404, false},
		{"POST /tasks", browser, 404, false},
		{"DELETE /sw.js", browser, 404, false},
		{"GET /tasks?q=", browser, 400, false},
		{"GET /oauth/authorize?scope=&state=1&state=2&x=%00;", browser, 200, true},
		{"POST /oauth/authorize?scope=x", browser, 405, false},
		{"GET /assets/index-new.js", script, 200, true},
		{"GET /sw.js", script, 200, true},
		{"GET /assets/index-old.js", script, 404, false},
		{"GET /assets/index-old.css", "text/css,*/*;q=0.1", 404, false},
		{"GET /api/nothing", browser, 404, false},
		{"GET /api/", browser, 404, false},
		{"POST /openapi.json", browser, 405, false},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || (w.Body.String() == "the site") != c.site {
			t.Errorf("%s for %q: %d %s", c.request, c.accept, w.Code, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); !c.site && kind != "application/problem+json" {
			t.Errorf("%s for %q: %s", c.request, c.accept, kind)
		}
	}
}

// Assistants open the consent page in a window of its own and wait for it: it is not
// cut off from them, nor is the sign-in before it. Every other page is.
func TestThePagesOfConsentKeepTheirOpener(t *testing.T) {
	t.Parallel()
	h := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{Site: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}).Handler()
	for path, want := range map[string]string{
		"/": "same-origin", "/tasks?next=x": "same-origin", "/tasks?next=%2Foauth%2Fauthorize%3F": "same-origin", "/settings/data?next=%2Foauth%2Fauthorize%3F": "same-origin", "/sign-in": "same-origin", "/sign-in?next=%2Ftasks": "same-origin",
		"/sign-in?next=https%3A%2F%2Fa.example%2Foauth%2Fauthorize%3F": "same-origin",
		"/oauth/authorize?client_id=x":                                 "unsafe-none", "/sign-in?next=%2Foauth%2Fauthorize%3Fclient_id%3Dx": "unsafe-none",
		"/sign-up?next=%2Foauth%2Fauthorize%3Fclient_id%3Dx": "unsafe-none",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Cross-Origin-Opener-Policy"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

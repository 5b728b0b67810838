package rest_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

func TestEveryAnswerTellsBrowsersWhatItIs(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	for request, personal := range map[string]bool{
		"GET /api/tasks": true, "GET /api/tasks/best": true, "GET /api/auth/me": true, "POST /api/tasks": true, "GET /api/nothing": true,
		"GET /": false, "GET /docs": false, "GET /docs/docs.js": false, "GET /openapi.json": false, "GET /nothing": false,
		"GET /health": true, "DELETE /api/tasks": true, "GET /api/tasks?a=%": true,
	} {
		h := ada.do(request, "").header
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", request, policy)
		}
		_, path, _ := strings.Cut(request, " ")
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(path, "/api/") && h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", request, h)
		}
		if strings.Contains(h.Get("Content-Type"), "html") &&
			(h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Permissions-Policy") == "") {
			t.Errorf("%s: a page with %v", request, h)
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: a developer's machine asks for https", request)
		}
		if (h.Get("Cache-Control") == "no-store") != personal {
			t.Errorf("%s: Cache-Control %q", request, h.Get("Cache-Control"))
		}
		for name, values := range h {
			if len(values) > 1 {
				t.Errorf("%s: %s is said %d times", request, name, len(values))
			}
		}
	}
}

func TestProductionIsReachedByHTTPSOnly(t *testing.T) {
	t.Parallel()
	h := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{Production: true, Site: web.Placeholder()}).Handler()
	for _, path := range []string{"/", "/docs", "/api/tasks", "/health/live"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=63072000; includeSubDomains" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// The values are shared by all answers: one that changed them would change
// those of everybody.
func TestOneAnswerDoesNotChangeTheHeadersOfTheNext(t *testing.T) {
	t.Parallel()
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("X-Content-Type-Options", "more")
		w.Header().Set("Content-Security-Policy", "other")
		w.Header().Add("Content-Security-Policy", "more")
		_, _ = io.WriteString(w, "x")
	})
	h := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{Site: site}).Handler()
	for range 3 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if got := w.Header().Values("X-Content-Type-Options"); len(got) != 2 || got[0] != "nosniff" {
			t.Errorf("%q", got)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health/live", nil))
	if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") {
		t.Errorf("%q", got)
	}
}

package rest_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
)

// routes of the specification that this server has.
var routes = []string{
	"DELETE /api/grants/{id}", "DELETE /api/sessions/{id}", "DELETE /api/tasks/{id}", "DELETE /api/tokens/{id}", "GET /api/auth/me",
	"GET /api/auth/options", "GET /api/auth/passkeys", "GET /api/auth/second-factor", "GET /api/export/{format}", "GET /api/grants",
	"GET /api/preferences", "GET /api/projects", "GET /api/projects/{id}", "GET /api/sessions", "GET /api/tasks", "GET /api/tasks/best", "GET /api/tasks/pending", "GET /api/tasks/ranked",
	"GET /api/tasks/{id}", "GET /api/tasks/{id}/dependencies", "GET /api/tokens", "GET /health", "GET /health/live", "GET /health/ready", "PATCH /api/auth/me",
	"PATCH /api/auth/passkeys/{id}", "PATCH /api/tasks/{id}", "POST /api/auth/change-email", "POST /api/auth/change-password",
	"POST /api/auth/confirm-email", "POST /api/auth/delete-account", "POST /api/auth/forgot-password", "POST /api/auth/keep-account",
	"POST /api/auth/keep-email", "POST /api/auth/login", "POST /api/auth/logout", "POST /api/auth/passkey/begin", "POST /api/auth/passkey/login",
	"POST /api/auth/passkeys", "POST /api/auth/passkeys/begin", "POST /api/auth/passkeys/remove", "POST /api/auth/refresh", "POST /api/auth/register",
	"POST /api/auth/reset-password", "POST /api/auth/revoke", "POST /api/auth/second-factor/begin", "POST /api/auth/second-factor/confirm",
	"POST /api/auth/second-factor/off", "POST /api/auth/second-factor/recovery-codes", "POST /api/auth/verify-email",
	"POST /api/auth/verify-email/resend", "POST /api/import/{format}", "POST /api/oauth/decisions", "POST /api/oauth/requests", "POST /api/projects", "POST /api/recurrence/preview", "POST /api/tasks",
	"DELETE /api/trash/{id}", "GET /api/changes", "GET /api/reminders", "GET /api/trash", "POST /api/tasks/bulk", "POST /api/undo",
	"POST /api/tasks/parse", "POST /api/tasks/quick", "POST /api/tasks/{id}/complete", "POST /api/tasks/{id}/reopen", "POST /api/tasks/{id}/restore", "POST /api/tasks/{id}/skip", "POST /api/tasks/{id}/snooze", "POST /api/tokens",
	"PUT /api/preferences", "PUT /api/tasks/{id}",

	"GET /api/tasks/{id}/steps",
	"GET /api/templates", "POST /api/templates", "GET /api/templates/{id}", "PATCH /api/templates/{id}", "DELETE /api/templates/{id}", "POST /api/templates/{id}/use",
	"PATCH /api/projects/{id}", "DELETE /api/projects/{id}", "POST /api/projects/{id}/archive", "POST /api/projects/{id}/unarchive",
	"POST /api/projects/{id}/restore", "POST /api/projects/{id}/move", "POST /api/tasks/{id}/move",
}

func TestTheDocumentHasEveryRoute(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	d := srv.document()
	if !strings.HasPrefix(d.OpenAPI, "3.1") || d.Info.Title != "MindFlow" || d.Info.Version != "7.0.0" {
		t.Errorf("OpenAPI %s of %s %s", d.OpenAPI, d.Info.Title, d.Info.Version)
	}
	var got []string
	for path, methods := range d.Paths {
		for method, op := range methods {
			request := strings.ToUpper(method) + " " + path
			got = append(got, request)
			if op.OperationID == "" || op.Summary == "" || len(op.Responses) == 0 {
				t.Errorf("%s lacks words", request)
			}
			signedIn := len(op.Security) > 0
			filled := strings.NewReplacer("{id}", someone, "{format}", "taskwarrior").Replace(request)
			if a := srv.nobody().do(filled, ""); (a.status == http.StatusUnauthorized) != signedIn {
				t.Errorf("%s: documented as signed in: %v, but nobody is answered %d", request, signedIn, a.status)
			}
		}
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(routes)); !slices.Equal(got, want) {
		t.Errorf("documented are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	raw := srv.nobody().do("GET /openapi.json", "")
	for _, not := range []string{"$schema", "Xperience"} {
		if strings.Contains(string(raw.body), `"`+not+`"`) {
			t.Errorf("the document holds %s", not)
		}
	}
	// The command line prints the same, indented, without a database.
	printed, err := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{Version: "7.0.0", Site: http.NotFoundHandler()}).Document()
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(printed, &a) != nil || json.Unmarshal(raw.body, &b) != nil {
		t.Fatal("one of them is no JSON")
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Error("the command line prints another document")
	}
}

func TestNoAnswerCarriesASchema(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	ada.create(`{"title": "x"}`)
	for _, path := range []string{"/api/tasks", "/api/tasks/best", "/api/tasks/ranked", "/api/preferences", "/api/auth/me", "/health", "/api/tasks/x"} {
		if a := ada.do("GET "+path, ""); strings.Contains(string(a.body), "$schema") || a.header.Get("Link") != "" {
			t.Errorf("%s: %s %s", path, a.body, a.header)
		}
	}
}

func TestTheDocumentationWorksWithoutAnyOtherHost(t *testing.T) {
	t.Parallel()
	anybody := newServer(t, storetest.SQLite).nobody()
	front := anybody.do("GET /", "").want(http.StatusOK)
	if !strings.Contains(string(front.body), `href="/docs"`) {
		t.Error("the front page does not link /docs")
	}
	page := anybody.do("GET /docs", "").want(http.StatusOK)
	policy := page.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("policy %s", policy)
	}
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("a page of type %s", page.header.Get("Content-Type"))
	}
	script := anybody.do("GET /docs/docs.js", "").want(http.StatusOK)
	for _, content := range []string{string(front.body), string(page.body), string(script.body)} {
		if found := regexp.MustCompile(`(?i)(https?:)?//[a-z]`).FindString(content); found != "" {
			t.Errorf("another host is named: %s", found)
		}
	}
	if regexp.MustCompile(`(?i)<script>|\son[a-z]+=`).Match(page.body) {
		t.Error("the page holds a script of its own, which its policy forbids")
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page.body), -1)
	if len(links) < 4 {
		t.Errorf("links %v", links)
	}
	types := map[string]string{".js": "javascript", ".css": "text/css", ".png": "image/png", ".json": "application/json"}
	for _, link := range links {
		for _, encoding := range []string{"identity", "gzip"} {
			a := anybody.do("GET "+link[1], "", "Accept-Encoding: "+encoding)
			kind := types[link[1][strings.LastIndex(link[1], "."):]]
			if a.status != http.StatusOK || len(a.body) == 0 || !strings.Contains(a.header.Get("Content-Type"), kind) {
				t.Errorf("%s: %d, %s, %d bytes", link[1], a.status, a.header.Get("Content-Type"), len(a.body))
			}
		}
	}
}

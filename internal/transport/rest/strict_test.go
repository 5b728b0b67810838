package rest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
	"mindflow/web"
)

// document is what the tests read of the OpenAPI document.
type document struct {
	OpenAPI string `json:"openapi"`
	Info    struct {
		Title   string `json:"title"`
		Version string `json:"version"`
	} `json:"info"`
	Paths map[string]map[string]struct {
		OperationID string                     `json:"operationId"`
		Summary     string                     `json:"summary"`
		Security    []map[string][]string      `json:"security"`
		Responses   map[string]json.RawMessage `json:"responses"`
		RequestBody *struct {
			Content map[string]json.RawMessage `json:"content"`
		} `json:"requestBody"`
		Parameters []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
	} `json:"paths"`
}

func (srv *server) document() document {
	srv.t.Helper()
	var d document
	srv.nobody().do("GET /openapi.json", "").want(http.StatusOK).into(&d)
	return d
}

// jsonRoutes are all routes with a JSON body, their parameters filled in.
func (srv *server) jsonRoutes(id string) []string {
	srv.t.Helper()
	var routes []string
	for path, methods := range srv.document().Paths {
		for method, op := range methods {
			if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
				routes = append(routes, strings.ToUpper(method)+" "+strings.ReplaceAll(path, "{id}", id))
			}
		}
	}
	slices.Sort(routes)
	if len(routes) < 9 {
		srv.t.Fatalf("only %d routes with a body: %v", len(routes), routes)
	}
	return routes
}

func TestEveryBodyIsReadStrictly(t *testing.T) {
	t.Parallel()
	eachServer(t, everyBodyIsReadStrictly)
}

func everyBodyIsReadStrictly(srv *server) {
	t := srv.t
	ada := srv.person("ada@example.com", "UTC")
	routes := srv.jsonRoutes(ada.create(`{"title": "x"}`))
	const secret = "s3cr3tv4lue"
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct {
		says, body string
		status     int
		detail     string // or a field's message
	}{
		{"invalid UTF-8", `{"title": "` + secret + "\xff" + `"}`, 400, "The body is not valid UTF-8"},
		{"invalid UTF-8 in a key", `{"` + secret + "\xc3" + `": 1}`, 400, "The body is not valid UTF-8"},
		{"half a surrogate pair", `{"title": "` + secret + `\ud800"}`, 400, "The body holds half of a character"},
		{"NUL", `{"title": "` + secret + `\u0000"}`, 400, "The body holds a NUL character"},
		{"NUL in a key", `{"` + secret + `\u0000": 1}`, 400, "The body holds a NUL character"},
		{"a raw NUL", "{\"title\": \"" + secret + "\x00\"}", 400, "The body holds a NUL character"},
		{"duplicate keys", `{"title": "` + secret + `", "title": "` + secret + `"}`, 400, "The body holds the same key twice"},
		{"the same key escaped", `{"title": "` + secret + `", "\u0074itle": "x"}`, 400, "The body holds the same key twice"},
		{"duplicate keys further down", `{"windows": {"` + secret + `": 1, "` + secret + `": 1}}`, 400, "The body holds the same key twice"},
		{"trailing data", `{} {"` + secret + `": 1}`, 400, "The body goes on after its end"},
		{"trailing garbage", `{}` + secret, 400, "The body goes on after its end"},
		{"depth 65", deep(65), 400, "The body is nested deeper than 64 levels"},
		{"depth 10000", deep(10000), 400, "The body is nested deeper than 64 levels"},
		{"depth 65 of arrays", strings.Repeat("[", 65) + strings.Repeat("]", 65), 400, "The body is nested deeper than 64 levels"},
		{"depth 64", deep(64), 422, ""},
		{"a number beyond all", `{"priority": 1e999, "weight_effort": -1e999}`, 400, "The body holds a number that is too large"},
		{"an end too early", `{"title": "` + secret, 400, "The body ends too early"},
		{"white space", "  ", 400, "The body ends too early"},
		{"no JSON", secret, 400, "The body is not valid JSON"},
		{"a comment", `{"title": "x" /* ` + secret + ` */}`, 400, "The body is not valid JSON"},
		{"a byte order mark", "\ufeff{}", 400, "The body is not valid JSON"},
		{"a trailing comma", `{"title": "x",}`, 400, "The body is not valid JSON"},
		{"an unknown key", `{"` + secret + `x": "` + secret + `"}`, 422, "is not a known field"},
		{"wrong-case keys", `{"TITLE": "` + secret + `", "Refresh_Token": "x", "Email": "y", "Until": "z", "Timezone": "w"}`, 422, "is not a known field"},
		{"an array", `["` + secret + `"]`, 422, ""},
		{"a string", `"` + secret + `"`, 422, ""},
		{"a long unknown key", `{"` + strings.Repeat("k", 5000) + `": 1}`, 422, "is not a known field"},
		{"1 MiB and a byte", `{"` + strings.Repeat(" ", 1<<20-2) + `}`, 413, ""},
	} {
		for _, route := range routes {
			a := ada.do(route, c.body)
			name := c.says + " to " + route
			if a.status != c.status {
				t.Errorf("%s: %d, want %d: %s", name, a.status, c.status, a.body)
				continue
			}
			if c.detail != "" && !strings.Contains(string(a.body), c.detail) {
				t.Errorf("%s does not say %q: %s", name, c.detail, a.body)
			}
			if strings.Contains(string(a.body), secret+`"`) || len(a.body) > 2000 {
				t.Errorf("%s echoes what was sent: %s", name, a.body)
			}
			showsInternals(t, name, a)
		}
	}
	for _, route := range routes {
		for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/cbor", "application/xml", "nonsense"} {
			if a := ada.do(route, `{"title": "x"}`, "Content-Type: "+contentType); a.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s of %s: %d %s", contentType, route, a.status, a.body)
			}
		}
		for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "application/merge-patch+json", ""} {
			if a := ada.do(route, `{"no such key": 1}`, "Content-Type: "+contentType); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s of %s: %d %s", contentType, route, a.status, a.body)
			}
		}
		if a := ada.do(route, ""); a.status != http.StatusBadRequest && !strings.HasSuffix(route, "/snooze") && !strings.HasSuffix(route, "/use") {
			t.Errorf("no body to %s: %d %s", route, a.status, a.body)
		}
		// Exactly 1 MiB is read, with a length or without.
		full := `{"no such key": 1` + strings.Repeat(" ", 1<<20-18) + "}"
		for _, body := range []io.Reader{strings.NewReader(full), io.MultiReader(strings.NewReader(full))} {
			if a := ada.send(route, body); a.status != http.StatusUnprocessableEntity {
				t.Errorf("1 MiB to %s: %d %s", route, a.status, a.body)
			}
		}
		if a := ada.send(route, io.MultiReader(strings.NewReader(full+" "))); a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("1 MiB and a byte, streamed, to %s: %d %s", route, a.status, a.body)
		}
	}
}

// inside are words no answer may hold.
var inside = []string{
	"json:", "Json:", "Go ", "strconv", "runtime", ".go:", "SQL", "sqlite", "pq:", "ERROR:", "rest.", "huma", "goroutine", "/root", "unmarshal", "parsing",
	"mindflow.", "pgx", "INSERT", "SELECT", "interface {", "reflect", "nil pointer",
}

// showsInternals looks for what no answer may show.
func showsInternals(t *testing.T, name string, a answer) {
	t.Helper()
	if a.status >= http.StatusInternalServerError {
		t.Errorf("%s: %d %s", name, a.status, a.body)
	}
	for _, word := range inside {
		if strings.Contains(string(a.body), word) {
			t.Errorf("%s shows its inside (%s): %s", name, word, a.body)
		}
	}
}

// Every field of every body, with values of every kind: none is answered with
// a 5xx, and none is echoed.
func TestNoValueBreaksTheServer(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "x"}`)
		keys := map[string][]string{
			"auth/login":   {"email", "password"},
			"auth/refresh": {"refresh_token"},
			"auth/logout":  {"refresh_token"},
			"auth/regist":  {"email", "full_name", "timezone"},
			"parse":        {"text", "at", "locale"},
			"quick":        {"text", "id", "locale", "due_date", "recurrence"},
			"preferences":  {"timezone", "locale", "weight_urgency", "time_of_day_bonus", "windows"},
			"snooze":       {"until", "duration"},
			"templates":    {"id", "name", "content", "from_task", "from_project", "day", "date", "project_id"},
			"tasks": {
				"title", "description", "status", "priority", "due_date", "start_date", "snoozed_until", "effort_estimate_minutes", "preferred_time",
				"tags", "assignee_id", "id", "version", "created_at",
			},
		}
		values := []string{
			"null", "true", "0", "-1", "1.5", "1e18", "9223372036854775808", "-1e300", `""`, `" "`, `"x"`, `"\u202e\ufeff\ud83d\ude00"`, `"` + strings.Repeat("a\u0301", 3000) + `"`,
			`"0000-00-00"`, `"9998-12-31T23:59:59-14:00"`, `"2026-11-27T24:00:00Z"`, `"1e9w"`, `"99999999999999999999h"`, "[]", "[null]", `["a", 1, {}]`, "{}", `{"morning": null}`, `{"morning": {"start": 1}}`,
		}
		for _, route := range srv.jsonRoutes(id) {
			for part, names := range keys {
				if !strings.Contains(route, part) || part == "tasks" && strings.Contains(route, "snooze") {
					continue
				}
				for _, key := range names {
					for _, value := range values {
						a := ada.do(route, `{"`+key+`": `+value+`}`)
						showsInternals(t, route+" "+key+" "+value, a)
					}
				}
			}
		}
		if got := srv.log.String(); strings.Contains(got, "level=ERROR") {
			t.Errorf("the log tells of errors:\n%s", got)
		}
	})
}

func TestUnknownAddressesAndMethodsAreProblemsToo(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	for _, path := range []string{"/api", "/api/", "/api/nothing", "/api/tasks/x/y", "/nothing", "/docs/nothing", "/api/tasks/", "/favicon.ico", "/docs/", "/API/tasks"} {
		ada.do("GET "+path, "").want(http.StatusNotFound)
		ada.do("POST "+path, "{}").want(http.StatusNotFound)
	}
	for request, allow := range map[string]string{
		"DELETE /api/tasks":                       "GET, HEAD, POST",
		"PUT /api/tasks":                          "GET, HEAD, POST",
		"GET /api/auth/login":                     "POST",
		"PATCH /api/preferences":                  "GET, HEAD, PUT",
		"POST /api/tasks/" + someone:              "GET, HEAD, PUT, PATCH, DELETE",
		"GET /api/tasks/" + someone + "/complete": "POST",
		"OPTIONS /api/tasks":                      "GET, HEAD, POST",
		"POST /":                                  "GET, HEAD",
		"POST /docs":                              "GET, HEAD",
		"DELETE /openapi.json":                    "GET, HEAD",
		"POST /health":                            "GET, HEAD",
		"BREW /api/tasks":                         "GET, HEAD, POST",
	} {
		a := ada.do(request, "")
		if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != allow {
			t.Errorf("%s: %d, Allow %q, want %q", request, a.status, a.header.Get("Allow"), allow)
		}
	}
	if head := ada.do("HEAD /api/tasks", ""); head.status != http.StatusOK || len(head.body) != 0 {
		t.Errorf("HEAD: %d %s", head.status, head.body)
	}
}

func TestAPanicIsAnsweredWithoutItsStackWhichTheLogHolds(t *testing.T) {
	t.Parallel()
	c := newClock()
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "panic=late":
			_, _ = w.Write([]byte("so far"))
			panic(errors.New("too late"))
		case "panic=abort":
			panic(http.ErrAbortHandler)
		}
		panic(fmt.Sprintf("secret of %s", r.URL.Path))
	})
	srv := serve(t, c, storetest.OpenAt(t, storetest.SQLite, c.Now), site)
	a := srv.nobody().do("GET /", "").want(http.StatusInternalServerError)
	if strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), "goroutine") {
		t.Errorf("the answer shows it: %s", a.body)
	}
	log := srv.log.String()
	for _, want := range []string{"panic: a string", "TestAPanicIsAnswered", "strict_test.go", "request_id=" + a.at("request_id"), "status=500"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if strings.Contains(log, "secret of") {
		t.Errorf("the log holds what the panic quotes:\n%s", log)
	}
	if late := srv.nobody().do("GET /?panic=late", ""); late.status != http.StatusOK || string(late.body) != "so far" {
		t.Errorf("a late panic: %d %s", late.status, late.body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.http.URL+"/?panic=abort", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := srv.http.Client().Do(req); err == nil {
		resp.Body.Close()
		t.Errorf("an aborted request was answered: %d", resp.StatusCode)
	}
	if got := srv.nobody().do("GET /health", "").want(http.StatusOK); got.at("status") != "healthy" || got.at("version") != "7.0.0" {
		t.Errorf("the server is hurt: %s", got.body)
	}
}

func TestADatabaseThatIsGoneIsNobodysFault(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t, s := srv.t, srv.store
		ada := srv.person("ada@example.com", "UTC")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, request := range []string{"GET /api/tasks", "GET /api/tasks/best", "GET /api/auth/me"} {
			a := ada.do(request, "")
			if a.status < 500 || strings.Contains(string(a.body), "sql") || strings.Contains(string(a.body), "database is closed") {
				t.Errorf("%s: %d %s", request, a.status, a.body)
			}
		}
		srv.nobody().do("POST /api/auth/register", adaSays).want(http.StatusServiceUnavailable)
		if log := srv.log.String(); !strings.Contains(log, "request_id=") || !strings.Contains(log, "closed") {
			t.Errorf("the log does not tell:\n%s", log)
		}
	})
}

func TestTheLogTellsOfEachRequest(t *testing.T) {
	t.Parallel()
	c := newClock()
	srv := serve(t, c, storetest.OpenAt(t, storetest.SQLite, c.Now), web.Placeholder())
	ada := srv.person("ada@example.com", "UTC")
	a := ada.do("GET /api/tasks?q=secret-search", "", "X-Request-ID: forged by ada")
	line := srv.log.String()
	for _, want := range []string{"request_id=" + a.header.Get("X-Request-ID"), "method=GET", `route="GET /api/tasks"`, "status=200", "took=", fmt.Sprintf("bytes=%d", len(a.body))} {
		if !strings.Contains(line, want) {
			t.Errorf("the log lacks %s: %s", want, line)
		}
	}
	for _, not := range []string{"secret-search", ada.token, "forged"} {
		if strings.Contains(line, not) {
			t.Errorf("the log holds %s: %s", not, line)
		}
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("browsers may guess")
	}
	// Who does not want to hear of requests hears nothing.
	var quiet stage.Logbook
	h := rest.New(srv.app, slog.New(slog.NewTextHandler(&quiet, &slog.HandlerOptions{Level: slog.LevelWarn})), rest.Settings{Version: "7.0.0", Site: web.Placeholder()}).Handler()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
	if quiet.String() != "" {
		t.Errorf("logged %s", quiet.String())
	}
}

package rest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
)

// canary is in everything a person sends in these tests, in any case.
const canary = "canary7"

const canaryPassword = "canary7 horse battery"

// mine is a whole server that writes all it can into logs and reports.
type mine struct {
	*server

	reports *inbox
	secrets []string // tokens and the like, as the server gave them
}

// inbox is a Sentry server.
type inbox struct {
	mu   sync.Mutex
	mail []byte
	n    int
}

func (in *inbox) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	in.mu.Lock()
	defer in.mu.Unlock()
	in.mail, in.n = append(in.mail, body...), in.n+1
}

// telling serves on a database with everything that tells switched on.
func telling(t *testing.T, url string, asJSON bool) *mine {
	t.Helper()
	m := &mine{server: &server{t: t, clock: newClock(), log: &stage.Logbook{}, url: url}, reports: &inbox{}}
	endpoint := httptest.NewServer(m.reports)
	t.Cleanup(endpoint.Close)
	reports, err := telemetry.NewReports(telemetry.ReportSettings{
		DSN: strings.Replace(endpoint.URL, "://", "://key@", 1) + "/1", Release: "7.0.0", Environment: "production", Clock: m.clock.Now,
		PerMinute: 1_000_000, // each is looked at
	})
	if err != nil {
		t.Fatal(err)
	}
	log := reports.Reporting(telemetry.NewLog(m.log, telemetry.LogSettings{Level: slog.LevelDebug, JSON: asJSON, Color: true}))
	if m.store, err = store.Open(t.Context(), url, m.clock.Now, store.WithLog(log)); err != nil {
		t.Fatal(err)
	}
	watch := telemetry.LogSpans(log, m.clock.Now).And(telemetry.NoteSpans).And(telemetry.TimeStatements(telemetry.NewStatementTimes(), log, m.clock.Now, 0))
	m.store.Watch(watch)
	if m.signer, err = credentials.NewSigner([]string{"a secret key of canary7's tests, long enough"}, m.clock.Now); err != nil {
		t.Fatal(err)
	}
	m.app = app.New(m.store, m.signer, app.Settings{AccessTokenTTL: 24 * time.Hour, RefreshTokenTTL: refreshTTL, SnapshotTTL: 5 * time.Minute, Watch: watch})
	site := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("X-Panic") {
		case "error":
			panic(fmt.Errorf("for %s", r.URL))
		case "index":
			var none []string
			_ = none[len(r.URL.RawQuery)]
		case "structure":
			panic(struct{ Title string }{r.URL.String()})
		}
		panic("for " + r.URL.String())
	})
	api := rest.New(m.app, log, rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: site,
		Checks: rest.Checks{Database: m.store.Ping, Schema: m.store.Ready}, Notes: reports.Notes,
	})
	m.http = httptest.NewUnstartedServer(api.Handler())
	m.http.Config.ErrorLog = telemetry.Plain(log)
	m.http.Start()
	t.Cleanup(func() {
		m.http.Close()
		_ = m.store.Close()
		reports.Close(t.Context())
	})
	return m
}

// signsUp opens an account and signs in, by the API alone.
func (m *mine) signsUp(email string) person {
	m.t.Helper()
	m.nobody().do("POST /api/auth/register", fmt.Sprintf(`{"email":%q,"password":%q,"full_name":"Canary7 Lovelace"}`, email, canaryPassword)).want(http.StatusCreated)
	a := m.nobody().do("POST /api/auth/login", fmt.Sprintf(`{"email":%q,"password":%q}`, email, canaryPassword)).want(http.StatusOK)
	m.secrets = append(m.secrets, a.at("access_token"), a.at("refresh_token"))
	return person{srv: m.server, token: a.at("access_token")}
}

// bodies are what every route that reads a body is sent: good ones, and what
// goes wrong on every level.
func (m *mine) bodies() []string {
	refresh := m.secrets[len(m.secrets)-1]
	return []string{
		`{"title":"Canary7 title","description":"canary7 text","tags":["canary7"],"priority":5,"due_date":"2026-11-28","preferred_time":"morning"}`,
		`{"title":"canary7`, "canary7", "{\"title\":\"canary7\xff\"}", `{"title":"canary7","title":"canary7"}`, `{"canary7":"canary7"}`, `{"title":{"canary7":1}}`,
		`{"title":"canary7","due_date":"canary7"}`, `{"title":"canary7","id":"canary7"}`, `{"title":"` + strings.Repeat("canary7", 60) + `"}`,
		`{"title":"canary7","status":"canary7","priority":"canary7"}`, `{"title":"canary7\u0000"}`, `{"until":"canary7"}`, `{"duration":"canary7"}`,
		`{"name":"canary7","scopes":["tasks:read"]}`, `{"name":"canary7","scopes":["canary7"]}`,
		`{"timezone":"Canary7/Town"}`, `{"timezone":"UTC","windows":{"canary7":{"start":"canary7"}}}`,
		`{"email":"canary7@example.com","password":"` + canaryPassword + `"}`, `{"email":"canary7@example.com","password":"canary7 wrong guess"}`, `{"email":"canary7","password":"canary7"}`,
		`{"email":"` + strings.Repeat("canary7", 60) + `@example.com","password":"` + canaryPassword + `"}`,
		`{"refresh_token":"canary7"}`, `{"refresh_token":"` + refresh + `x"}`,
		`[{"uuid":"01a206ba-6a53-4bcc-b9d4-feb71fb3ae2d","description":"canary7","status":"pending","due":"canary7","canary7":"canary7"}]`,
		"(A) 2026-11-01 canary7 +canary7 due:canary7\n", "TYPE,CONTENT,PRIORITY\ntask,canary7,\"canary7\n", "title,canary7\ncanary7,canary7\n", "title\n\"canary7\xff\"\n",
	}
}

// run sends every route in the document everything there is to go wrong.
func (m *mine) run(ada person) {
	task := ada.do("POST /api/tasks", `{"title":"Canary7 title","description":"canary7 text","tags":["canary7"]}`).at("id")
	var document struct {
		Paths map[string]map[string]struct{ RequestBody any }
	}
	m.nobody().do("GET /openapi.json", "").into(&document)
	routes := 0
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(document.Paths[path])) {
			op := document.Paths[path][method]
			if routes++; path == "/api/auth/revoke" {
				continue // would end the run; it is asked for at the end
			}
			for _, id := range []string{task, someone, "canary7"} {
				for _, query := range []string{"", "?q=canary7&tag=canary7", "?canary7=canary7", "?limit=canary7&sort=canary7&cursor=canary7&status=canary7", "?map=canary7:canary7&timezone=canary7", "?q=%ffcanary7"} {
					request := strings.ToUpper(method) + " " + strings.NewReplacer("{id}", id, "{format}", "csv").Replace(path) + query
					bodies := []string{""}
					if op.RequestBody != nil && id == task && query == "" {
						bodies = m.bodies()
					}
					for _, body := range bodies {
						a := ada.do(request, body, "If-Match: canary7", "If-None-Match: \"canary7\"", "X-Request-ID: canary7 canary7", "X-Client: canary7", "Cookie: session=canary7",
							"User-Agent: canary7", "Referer: https://canary7.example/", "Idempotency-Key: canary7-"+fmt.Sprint(len(body)), "Forwarded: for=canary7", "Traceparent: canary7")
						if access := a.at("access_token"); a.status == http.StatusOK && len(access) > 20 {
							m.secrets = append(m.secrets, access, a.at("refresh_token"))
						}
						if token := a.at("token"); strings.HasPrefix(token, "mfp_") {
							m.secrets = append(m.secrets, token)
							person{srv: m.server, token: token}.do("GET /api/tasks?q=canary7", "")
							person{srv: m.server, token: token}.do("POST /api/tasks", `{"title":"canary7"}`)
						}
					}
				}
				if !strings.Contains(path, "{id}") {
					break
				}
			}
		}
	}
	if routes < 20 {
		m.t.Errorf("only %d routes were driven", routes)
	}
	for _, body := range m.bodies() {
		for _, format := range []string{"taskwarrior", "todotxt", "todoist", "csv", "canary7"} {
			ada.do("POST /api/import/"+format+"?map=title:canary7", body, "Content-Type: application/octet-stream")
		}
	}
	for _, request := range []string{"GET /canary7/canary7?canary7", "CANARY7 /api/tasks", "GET /docs/canary7", "GET /api/tasks/%63anary7"} {
		ada.do(request, "")
	}
	for _, header := range []string{"Authorization: Bearer canary7", "Authorization: Bearer " + ada.token + "canary7", "Authorization: Canary7", "Content-Type: text/canary7", "Content-Encoding: canary7", "X-Request-ID: canary7@example.com"} {
		ada.do("POST /api/tasks", `{"title":"canary7"}`, header)
	}
	for _, panics := range []string{"error", "index", "structure", "text"} {
		ada.do("GET /?q=canary7", "", "X-Panic: "+panics).want(http.StatusInternalServerError)
	}
	m.hangsUp()
}

// hangsUp sends what net/http itself complains about.
func (m *mine) hangsUp() {
	for _, raw := range []string{
		"GET /canary7 HTTP/1.1\r\nHost: canary7\r\nContent-Length: canary7\r\n\r\n", "CANARY7\r\n\r\n",
		"POST /api/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer canary7\r\nContent-Length: 100\r\n\r\n{\"title\":\"canary7",
		"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\ncanary7\r\n",
	} {
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(m.t.Context(), "tcp", strings.TrimPrefix(m.http.URL, "http://"))
		if err != nil {
			m.t.Fatal(err)
		}
		fmt.Fprint(conn, raw)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		conn.Close()
	}
}

// breakage makes the database fail in ways that tempt drivers to quote. The
// requests that meet it are answered with 5xx.
var breakage = map[storetest.Kind][]string{
	storetest.SQLite: {
		`ALTER TABLE tasks RENAME COLUMN title_key TO gone`,
		`CREATE TRIGGER broken BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END`,
		`CREATE TRIGGER cursed BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'no'); END`,
	},
	storetest.PostgreSQL: {
		// Scan errors quote what they read, encoding errors what they were to send.
		`ALTER TABLE tasks DROP CONSTRAINT tasks_priority_check`,
		`ALTER TABLE tasks ALTER COLUMN priority TYPE TEXT USING title`,
		`ALTER TABLE task_texts ALTER COLUMN search_key TYPE INTEGER USING 0`,
		// The server's own messages and details quote, too.
		`CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not %'', NEW; END'`,
		`CREATE TRIGGER broken BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION quote()`,
		`ALTER TABLE users ADD CONSTRAINT no_canaries CHECK (email NOT LIKE '%canary7%') NOT VALID`,
	},
}

// Seen red, each in turn: with told answering the driver's error itself (store,
// told.go), with Said answering err.Error() (mindflow, said.go), with the
// request's whole URL for its route, and with a panic's reason in the log.
func TestNoLogAndNoReportHoldsAnythingOfAnybodys(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		for name, asJSON := range map[string]bool{"JSON": true, "text": false} {
			t.Run(name, func(t *testing.T) {
				m := telling(t, storetest.URL(t, kind), asJSON)
				ada := m.signsUp("canary7@example.com")
				m.run(ada)
				for _, statement := range breakage[kind] {
					rawSQL(t, m.url, statement)
				}
				unread := map[storetest.Kind]string{storetest.SQLite: "sort=title", storetest.PostgreSQL: "limit=9"}[kind]
				for _, request := range []string{"GET /api/tasks?" + unread, "POST /api/tasks", "POST /api/auth/login", "POST /api/auth/register"} {
					body := map[string]string{
						"POST /api/tasks":         `{"title":"canary7","description":"canary7"}`,
						"POST /api/auth/login":    `{"email":"canary7@example.com","password":"` + canaryPassword + `"}`,
						"POST /api/auth/register": `{"email":"canary7-two@example.com","password":"` + canaryPassword + `"}`,
					}[request]
					if a := ada.do(request, body); a.status < http.StatusInternalServerError {
						t.Errorf("%s: %d on a broken database", request, a.status)
					}
				}
				m.run(ada)
				ada.do("POST /api/auth/revoke", "")
				if err := m.store.Close(); err != nil {
					t.Fatal(err)
				}
				m.run(ada)
				m.betrays()
			})
		}
	})
}

// betrays looks for what should not be told in all that was.
func (m *mine) betrays() {
	m.t.Helper()
	m.http.Close()
	log := m.log.String()
	waitFor(m.t, func() bool { m.reports.mu.Lock(); defer m.reports.mu.Unlock(); return m.reports.n >= 10 })
	m.reports.mu.Lock()
	defer m.reports.mu.Unlock()
	for _, told := range []struct{ where, text string }{{"log", log}, {"reports", string(m.reports.mail)}} {
		lower := strings.ToLower(told.text)
		for _, secret := range append(slices.Clone(m.secrets), canary, "lovelace") {
			if at := strings.Index(lower, strings.ToLower(secret)); at >= 0 {
				m.t.Errorf("the %s holds %q: …%s…", told.where, secret, told.text[max(0, at-300):min(len(told.text), at+100)])
			}
		}
		for _, want := range []string{"panic: a string", "index out of range", "GET /api/tasks", "503", "500"} {
			if !strings.Contains(told.text, want) {
				m.t.Errorf("the %s does not tell of %q", told.where, want)
			}
		}
	}
	for _, want := range []string{"statement SELECT", "slow statement", "secrecy_test.go"} {
		if !strings.Contains(log, want) {
			m.t.Errorf("the log does not tell of %q", want)
		}
	}
}

// waitFor waits for what another goroutine does.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}

func TestARequestsIDIsTheClientsIfItCannotBeAnythingElse(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	for id, taken := range map[string]bool{
		"a": true, "0b2c.D_e-9": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "two words": false, "ada@example.com": false, "ü": false, `"quoted"`: false, "a/b": false, "a\tb": false,
	} {
		a := srv.nobody().do("GET /nothing", "", "X-Request-ID: "+id)
		got := a.header.Get("X-Request-ID")
		if (got == id) != taken || got == "" || a.at("request_id") != got || !strings.Contains(srv.log.String(), "request_id="+got) {
			t.Errorf("%q became %q, in the problem %q", id, got, a.at("request_id"))
		}
	}
	a, b := srv.nobody().do("GET /health", ""), srv.nobody().do("GET /health", "")
	if a.header.Get("X-Request-ID") == b.header.Get("X-Request-ID") {
		t.Error("two requests have one id")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.http.URL+"/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["X-Request-Id"] = []string{"one", "two"}
	resp, err := srv.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("X-Request-ID"); got == "one" || got == "two" {
		t.Errorf("of two ids one was taken: %s", got)
	}
}

// line is a request's, as production writes it.
type line struct {
	Level, Msg, Method, Route, Error string
	RequestID                        string `json:"request_id"`
	UserID                           string `json:"user_id"`
	Status                           int
	Bytes                            int64
	TookMS                           *float64 `json:"took_ms"`
	Stack                            []string
}

func (m *mine) lines() []line {
	m.t.Helper()
	var lines []line
	for text := range strings.Lines(m.log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			m.t.Fatalf("%v in %s", err, text)
		}
		if l.Msg == "request" {
			lines = append(lines, l)
		}
	}
	return lines
}

func TestEachRequestIsOneLineThatSaysWhoAndWhatAndHowLong(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		m := telling(t, storetest.URL(t, kind), true)
		ada := m.person("ada@example.com", "UTC")
		requests := []answer{
			ada.do("GET /api/tasks", ""), ada.do("POST /api/tasks", `{"title":"x"}`), ada.do("GET /api/tasks/"+someone, ""),
			m.nobody().do("GET /api/tasks", ""), m.nobody().do("GET /nothing", ""), ada.do("GET /api/tasks?q=%ff", ""), ada.do("GET /", ""),
		}
		waitFor(t, func() bool { return len(m.lines()) == len(requests) })
		for i, l := range m.lines() {
			a := requests[i]
			if l.RequestID != a.header.Get("X-Request-ID") || l.Status != a.status || l.Bytes != int64(len(a.body)) || l.TookMS == nil || l.Method == "" {
				t.Errorf("%s, answered with %d and %d bytes: %+v", a.request, a.status, len(a.body), l)
			}
			if signed := i < 3; (l.UserID == ada.actor.UserID.String()) != signed {
				t.Errorf("%s: by user %q", a.request, l.UserID)
			}
			if failed := i == 6; (l.Level == "ERROR") != failed || (l.Error != "") != failed || (len(l.Stack) > 0) != failed {
				t.Errorf("%s: %+v", a.request, l)
			}
		}
		if routes := m.lines(); routes[0].Route != "GET /api/tasks" || routes[2].Route != "GET /api/tasks/{id}" || routes[4].Route != "/" || routes[5].Route != "" {
			t.Errorf("%+v", routes)
		}
	})
}

func TestWhatADatabaseCouldNotDoIsLoggedWithItsRequest(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		m := telling(t, storetest.URL(t, kind), true)
		ada := m.person("ada@example.com", "UTC")
		rawSQL(t, m.url, `ALTER TABLE tasks RENAME COLUMN title TO lost`)
		a := ada.do("POST /api/tasks", `{"title":"x"}`).want(http.StatusInternalServerError)
		waitFor(t, func() bool { return len(m.lines()) > 0 })
		l := m.lines()[0]
		words := map[storetest.Kind]string{storetest.SQLite: "has no column named title", storetest.PostgreSQL: "PostgreSQL 42703 column "}[kind]
		if l.RequestID != a.at("request_id") || l.UserID != ada.actor.UserID.String() || !strings.Contains(l.Error, words) {
			t.Errorf("%+v", l)
		}
	})
}

package rest_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
	"mindflow/web"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

var update = flag.Bool("update", false, "write the golden files anew")

// The tests' day is a Friday, one hour behind the wall clock in Berlin.
var friday = time.Date(2026, time.November, 27, 8, 0, 0, 123456000, time.UTC)

func newClock() *stage.Clock { return stage.At(friday) }

const (
	accessTTL  = 15 * time.Minute
	refreshTTL = 30 * 24 * time.Hour
)

// server is the whole API over a fresh database, reached through HTTP.
type server struct {
	t      *testing.T
	url    string // of the database
	clock  *stage.Clock
	store  *store.Store
	app    *app.App
	signer *credentials.Signer
	http   *httptest.Server
	log    *stage.Logbook
}

func newServer(t *testing.T, kind storetest.Kind) *server {
	t.Helper()
	c, url := newClock(), storetest.URL(t, kind)
	srv := serve(t, c, open(t, url, c), web.Placeholder())
	srv.url = url
	return srv
}

// eachServer runs a test on each database; the test's t is the server's.
func eachServer(t *testing.T, test func(srv *server)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(newServer(t, kind))
	})
}

// open opens a database that may be open already.
func open(t *testing.T, url string, c *stage.Clock) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// rawSQL changes what no route changes yet.
func rawSQL(t *testing.T, url, statement string, args ...any) {
	t.Helper()
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:///"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// serve puts the API over a store. Access tokens live long, so that tests may
// move the clock; accounts' tests ask for the product's.
func serve(t *testing.T, c *stage.Clock, s *store.Store, site http.Handler) *server {
	t.Helper()
	return serveFor(t, c, s, site, 20*365*24*time.Hour)
}

func serveFor(t *testing.T, c *stage.Clock, s *store.Store, site http.Handler, access time.Duration) *server {
	t.Helper()
	return serveWith(t, c, s, app.Settings{AccessTokenTTL: access, RefreshTokenTTL: refreshTTL, SnapshotTTL: 5 * time.Minute}, rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: site, Checks: rest.Checks{Database: s.Ping, Schema: s.Ready},
	})
}

func serveWith(t *testing.T, c *stage.Clock, s *store.Store, settings app.Settings, outside rest.Settings) *server {
	t.Helper()
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(s, signer, settings)
	srv := &server{t: t, clock: c, store: s, app: a, signer: signer, log: &stage.Logbook{}}
	srv.http = httptest.NewServer(rest.New(a, slog.New(telemetry.Traced(slog.NewTextHandler(srv.log, nil))), outside).Handler())
	t.Cleanup(srv.http.Close)
	return srv
}

// person is somebody signed in; the zero token is nobody.
type person struct {
	srv   *server
	token string
	actor mindflow.Actor
}

func (srv *server) nobody() person { return person{srv: srv} }

// unknownPassword is the hash of a password that no test sends: whoever has it can
// be asked for theirs, and is wrong.
const unknownPassword = "$argon2id$v=19$m=19456,t=2,p=1$DnfDqEtdyx3aic45ImjGng$XJQFE0XfneYc9MxbMJoH8gyE9vY979aqnLgfjDSp13Q"

// person signs somebody up and in without the cost of hashing a password.
func (srv *server) person(email, zone string) person {
	srv.t.Helper()
	z, err := mindflow.LoadZone(zone)
	if err != nil {
		srv.t.Fatal(err)
	}
	now := srv.store.Now()
	u := mindflow.User{
		ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now),
		Email: email, CreatedAt: now,
	}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	err = srv.store.Write(srv.t.Context(), func(tx *store.Tx) error {
		_, err := tx.CreateUser(u, unknownPassword, mindflow.DefaultPreferences(z), actor)
		return err
	})
	if err != nil {
		srv.t.Fatal(err)
	}
	return srv.session(actor)
}

// session signs an actor in.
func (srv *server) session(actor mindflow.Actor) person {
	srv.t.Helper()
	p, _ := srv.sessionWithToken(actor)
	return p
}

// sessionWithToken also answers the session's refresh token.
func (srv *server) sessionWithToken(actor mindflow.Actor) (person, string) {
	srv.t.Helper()
	secret := credentials.NewSecret()
	now, end := srv.store.Now(), srv.store.Now().AddDate(20, 0, 0)
	session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](now), UserID: actor.UserID, CreatedAt: now, ExpiresAt: end}
	err := srv.store.Write(srv.t.Context(), func(tx *store.Tx) error {
		return tx.CreateSession(session, store.RefreshToken{Hash: credentials.HashSecret(secret), SessionID: session.ID, ExpiresAt: end})
	})
	if err != nil {
		srv.t.Fatal(err)
	}
	token, err := srv.signer.Sign(credentials.Claims{UserID: actor.UserID.String(), SessionID: session.ID.String(), ExpiresAt: end})
	if err != nil {
		srv.t.Fatal(err)
	}
	return person{srv: srv, token: token, actor: actor}, secret
}

// answer is what came back.
type answer struct {
	t       testing.TB
	request string
	status  int
	header  http.Header
	body    []byte
}

// do sends a request: "POST /api/tasks", a body ("" for none) and headers as
// "Name: value".
func (p person) do(request, body string, headers ...string) answer {
	p.srv.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	return p.send(request, r, headers...)
}

func (p person) send(request string, body io.Reader, headers ...string) answer {
	t := p.srv.t
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, p.srv.http.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := p.srv.http.Client().Do(req)
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	a := answer{t, request, resp.StatusCode, resp.Header, raw}
	a.checkProblem()
	return a
}

// checkProblem holds every answer of 400 and more against RFC 9457.
func (a answer) checkProblem() {
	a.t.Helper()
	if a.status < 400 || strings.Contains(a.request, " /health") { // health has a body of its own
		return
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("%s: %d with Content-Type %q: %s", a.request, a.status, got, a.body)
		return
	}
	if strings.HasPrefix(a.request, "HEAD ") {
		return
	}
	var p rest.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Errorf("%s: %v in %s", a.request, err, a.body)
	}
	usual := map[string]int{mindflow.AskSecondFactor: http.StatusUnauthorized, mindflow.ReasonBlocked: http.StatusConflict}
	if p.Type != "about:blank" && usual[p.Type] != a.status || p.Title != http.StatusText(a.status) || p.Status != a.status || p.Detail == "" ||
		p.RequestID == "" || p.RequestID != a.header.Get("X-Request-ID") {
		a.t.Errorf("%s: %d with an incomplete problem: %s", a.request, a.status, a.body)
	}
	if a.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") == "" {
		a.t.Errorf("%s: 401 without WWW-Authenticate", a.request)
	}
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.request, a.status, status, a.body)
	}
	return a
}

// at is the value at a dotted path, as text: strings as they are, everything
// else as JSON; "-" when it is not there.
func (a answer) at(path string) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "no JSON: " + string(a.body)
	}
	for key := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			found := false
			if v, found = in[key]; !found {
				return "-"
			}
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(in) {
				return "-"
			}
			v = in[i]
		default:
			return "-"
		}
	}
	if s, ok := v.(string); ok {
		return s
	}
	out, _ := json.Marshal(v)
	return string(out)
}

// has checks values: "status=pending; version=2".
func (a answer) has(values string) answer {
	a.t.Helper()
	if values == "" {
		return a
	}
	for pair := range strings.SplitSeq(values, "; ") {
		path, want, _ := strings.Cut(pair, "=")
		if got := a.at(path); got != want {
			a.t.Errorf("%s: %s is %s, want %s\n%s", a.request, path, got, want, a.body)
		}
	}
	return a
}

// into decodes the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s: %v in %s", a.request, err, a.body)
	}
}

// fields are the names of a 422's bad fields, in order.
func (a answer) fields() string {
	var p rest.Problem
	a.into(&p)
	names := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		names[i] = e.Field
	}
	return strings.Join(names, " ")
}

// create makes a task and answers its id.
func (p person) create(body string) string {
	p.srv.t.Helper()
	return p.do("POST /api/tasks", body).want(http.StatusCreated).at("id")
}

// titles are those of a list's tasks; of a ranking's too.
func (a answer) titles() string {
	var page struct {
		Tasks []struct {
			Title string
			Task  struct{ Title string }
		}
	}
	a.into(&page)
	names := make([]string, len(page.Tasks))
	for i, task := range page.Tasks {
		names[i] = task.Title + task.Task.Title
	}
	return strings.Join(names, " ")
}

// row is a line of a table: a request of somebody's, and what comes of it.
type row struct {
	says   string
	by     string        // "" is ada, "eve" is somebody else, "nobody" is not signed in
	later  time.Duration // before the request
	req    string        // {name} stands for the id a row before saved under the name
	head   string        // one header
	body   string
	status int
	want   string // as for has
	save   string // the answer's id, under this name
}

// table runs rows on each database, a second between them, and holds answers
// and events against testdata/name.golden.
func table(t *testing.T, name string, rows []row) {
	t.Helper()
	eachServer(t, func(srv *server) {
		t := srv.t
		people := map[string]person{
			"":       srv.person("ada@example.com", "Europe/Berlin"),
			"eve":    srv.person("eve@example.com", "America/New_York"),
			"nobody": srv.nobody(),
		}
		var out strings.Builder
		saved, seen := map[string]string{}, int64(1)
		for _, r := range rows {
			srv.clock.Move(time.Second + r.later)
			request, body, want := r.req, r.body, r.want
			for name, id := range saved {
				request = strings.ReplaceAll(request, "{"+name+"}", id)
				body = strings.ReplaceAll(body, "{"+name+"}", id)
				want = strings.ReplaceAll(want, "{"+name+"}", id)
			}
			var headers []string
			if r.head != "" {
				headers = []string{r.head}
			}
			a := people[r.by].do(request, body, headers...)
			if a.status != r.status {
				t.Errorf("%s: status %d, want %d: %s", r.says, a.status, r.status, a.body)
			}
			a.request = r.says
			a.has(want)
			if r.save != "" {
				saved[r.save] = a.at("id")
			}
			events, err := srv.store.Events(t.Context(), people[""].actor.WorkspaceID, seen, 100)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "== %s\n%s%s%s\n", r.says, with(r.by, ": "), r.req, with(" ", r.body))
			if r.head != "" {
				fmt.Fprintln(&out, r.head)
			}
			fmt.Fprintf(&out, "-> %d%s\n%s", a.status, with(" ETag ", a.header.Get("ETag")), indented(a.body))
			for _, e := range events {
				seen = e.Seq
				changes, _ := json.Marshal(e.Changes)
				fmt.Fprintf(&out, "event %d %s through %s %s\n", e.Seq, e.Verb, e.Channel, changes)
			}
		}
		golden(t, name, scrubbed(shortened(out.String())))
	})
}

// with joins two pieces unless one of them is empty.
func with(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return a + b
}

func indented(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, bytes.TrimSpace(body), "", "  ") != nil {
		return string(body) + "\n"
	}
	return out.String() + "\n"
}

var (
	uuids    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	requests = regexp.MustCompile(`"request_id": "[0-9a-f]{24}"`)
	cursors  = regexp.MustCompile(`"next_cursor": "[^"]+"`)
)

// shortened tells long runs of one character by their length.
func shortened(s string) string {
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); {
		n := 1
		for i+n < len(runes) && runes[i+n] == runes[i] {
			n++
		}
		if n > 40 {
			fmt.Fprintf(&out, "%c×%d", runes[i], n)
		} else {
			out.WriteString(string(runes[i : i+n]))
		}
		i += n
	}
	return out.String()
}

// scrubbed gives what varies names: ids are numbered as they come.
func scrubbed(s string) string {
	names := map[string]string{}
	s = uuids.ReplaceAllStringFunc(s, func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprintf("<id %d>", len(names)+1)
		}
		return names[id]
	})
	s = requests.ReplaceAllString(s, `"request_id": "…"`)
	return cursors.ReplaceAllString(s, `"next_cursor": "…"`)
}

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the tests with -update to make it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

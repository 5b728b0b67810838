package mcp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/mcp"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
	"mindflow/web"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// The tests' day is a Friday, one hour behind the wall clock in Berlin.
var friday = time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)

// server is the product over a fresh database, reached through HTTP.
type server struct {
	t      *testing.T
	clock  *stage.Clock
	store  *store.Store
	app    *app.App
	signer *credentials.Signer
	http   *httptest.Server
	log    *stage.Logbook
}

func each(t *testing.T, test func(srv *server)) {
	t.Helper()
	eachWith(t, app.Limits{}, test)
}

func eachWith(t *testing.T, limits app.Limits, test func(srv *server)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		t.Parallel()
		c := stage.At(friday)
		test(serve(t, c, storetest.OpenAt(t, kind, c.Now), limits))
	})
}

func serve(t *testing.T, c *stage.Clock, s *store.Store, limits app.Limits) *server {
	t.Helper()
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(s, signer, app.Settings{
		AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: 5 * time.Minute,
		Limits: limits, Limiter: ratelimit.NewMemory(c.Now),
	})
	srv := &server{t: t, clock: c, store: s, app: a, signer: signer, log: &stage.Logbook{}}
	assistants := mcp.New(a, mcp.Settings{Version: "7.0.0"})
	srv.http = httptest.NewServer(rest.New(a, slog.New(telemetry.Traced(slog.NewTextHandler(srv.log, nil))), rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: web.Placeholder(),
		Beside: []rest.Protocol{{Path: mcp.Path, Through: mindflow.ThroughAssistant, Serve: assistants.Serve}},
	}).Handler())
	t.Cleanup(srv.http.Close)
	return srv
}

// person is somebody signed in.
type person struct {
	srv   *server
	actor mindflow.Actor
	token string
}

// person signs somebody up and in without the cost of hashing a password.
func (srv *server) person(email, zone string) person {
	t := srv.t
	t.Helper()
	z, err := mindflow.LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	now := srv.store.Now()
	u := mindflow.User{
		ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now),
		Email: email, CreatedAt: now,
	}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	end := now.AddDate(20, 0, 0)
	session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](now), UserID: u.ID, CreatedAt: now, ExpiresAt: end}
	actor.SessionID = session.ID
	err = srv.store.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.CreateUser(u, "no password", mindflow.DefaultPreferences(z), actor); err != nil {
			return err
		}
		return tx.CreateSession(session, store.RefreshToken{Hash: credentials.HashSecret(credentials.NewSecret()), SessionID: session.ID, ExpiresAt: end})
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := srv.signer.Sign(credentials.Claims{UserID: u.ID.String(), SessionID: session.ID.String(), ExpiresAt: end})
	if err != nil {
		t.Fatal(err)
	}
	return person{srv, actor, token}
}

// bearer shows a token with each request.
type bearer struct{ token string }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return http.DefaultTransport.RoundTrip(r)
}

// assistant is a client of the protocol, as the library makes one.
type assistant struct {
	t       *testing.T
	session *sdk.ClientSession
}

// assistant connects with the newest version of the protocol.
func (p person) assistant() assistant { return p.connect("", "Test Assistant") }

// connect speaks one version of the protocol, "" for the newest.
func (p person) connect(version, name string) assistant {
	t := p.srv.t
	t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Title: name, Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: p.srv.http.URL + mcp.Path, HTTPClient: &http.Client{Transport: bearer{p.token}}, MaxRetries: -1,
	}, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return assistant{t, session}
}

// reply is what a call was answered.
type reply struct {
	t      *testing.T
	tool   string
	failed bool
	text   string
	body   string // the structured content
}

// call makes a call with arguments as JSON; "" for none.
func (a assistant) call(tool, arguments string) reply {
	t := a.t
	t.Helper()
	if arguments == "" {
		arguments = "{}"
	}
	result, err := a.session.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatalf("%s %s: %v", tool, arguments, err)
	}
	r := reply{t: t, tool: tool, failed: result.IsError}
	for i, content := range result.Content {
		text, ok := content.(*sdk.TextContent)
		if !ok {
			t.Fatalf("%s: content of type %T", tool, content)
		}
		if i == 0 {
			r.text = text.Text
		}
	}
	if !result.IsError {
		raw, err := json.Marshal(result.StructuredContent)
		if err != nil {
			t.Fatal(err)
		}
		r.body = string(raw)
		if len(result.Content) != 2 || !sameJSON(result.Content[1].(*sdk.TextContent).Text, r.body) {
			t.Errorf("%s: the second content is not the structured one", tool)
		}
	}
	return r
}

func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}

// ok wants a result.
func (r reply) ok() reply {
	r.t.Helper()
	if r.failed {
		r.t.Fatalf("%s failed: %s", r.tool, r.text)
	}
	return r
}

// fails wants an error that says all of these.
func (r reply) fails(says ...string) reply {
	r.t.Helper()
	if !r.failed {
		r.t.Fatalf("%s did not fail: %s", r.tool, r.text)
	}
	for _, s := range says {
		if !strings.Contains(r.text, s) {
			r.t.Errorf("%s failed with %q, which does not say %q", r.tool, r.text, s)
		}
	}
	return r
}

// says wants a sentence with all of these.
func (r reply) says(texts ...string) reply {
	r.t.Helper()
	for _, s := range texts {
		if !strings.Contains(r.text, s) {
			r.t.Errorf("%s says %q, not %q", r.tool, r.text, s)
		}
	}
	return r
}

// at is the value at a dotted path of the structured content, as text: strings
// as they are, everything else as JSON; "-" when it is not there.
func (r reply) at(path string) string {
	r.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		return "no JSON: " + r.body
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
			if json.Unmarshal([]byte(key), &i) != nil || i >= len(in) {
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
	raw, _ := json.Marshal(v)
	return string(raw)
}

// want wants a value at a path.
func (r reply) want(path, value string) reply {
	r.t.Helper()
	if got := r.at(path); got != value {
		r.t.Errorf("%s: %s is %q, want %q in %s", r.tool, path, got, value, r.body)
	}
	return r
}

// titles are those of the tasks in a list at a path.
func (r reply) titles(path string) string {
	r.t.Helper()
	var list []struct{ Title string }
	if err := json.Unmarshal([]byte(r.at(path)), &list); err != nil {
		r.t.Fatalf("%s: no tasks at %s in %s", r.tool, path, r.body)
	}
	titles := make([]string, len(list))
	for i, task := range list {
		titles[i] = task.Title
	}
	return strings.Join(titles, ", ")
}

// events are a person's, without those of the registration.
func (p person) events() []mindflow.Event {
	p.srv.t.Helper()
	events, err := p.srv.store.Events(p.srv.t.Context(), p.actor.WorkspaceID, 0, 1000)
	if err != nil {
		p.srv.t.Fatal(err)
	}
	kept := events[:0]
	for _, e := range events {
		if !e.TaskID.IsZero() {
			kept = append(kept, e)
		}
	}
	return kept
}

// post sends a message as it stands, with more headers as "Name: value", and
// answers what came back.
func (p person) post(message string, headers ...string) (int, string) {
	status, body, _ := p.request(http.MethodPost, message, headers...)
	return status, body
}

func (p person) request(method, message string, headers ...string) (int, string, http.Header) {
	t := p.srv.t
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.srv.http.URL+mcp.Path, strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	resp, err := p.srv.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw), resp.Header
}

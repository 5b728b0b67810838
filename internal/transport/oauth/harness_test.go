package oauth_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/telemetry"
	"mindflow/internal/transport/mcp"
	"mindflow/internal/transport/oauth"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
	"mindflow/web"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

var friday = time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)

const (
	issuer   = "https://mind.example.org"
	callback = "https://app.example.com/cb?keep=1"
	verifier = "a-verifier_of.the~tests-0123456789-0123456789-x"
	password = "correct horse battery"
)

// world is two servers on one database, a person signed in at the first, and a
// client that has registered.
type world struct {
	t       *testing.T
	clock   *stage.Clock
	store   *store.Store
	signer  *credentials.Signer
	apps    [2]*app.App
	http    [2]*httptest.Server
	log     stage.Logbook
	ada     mindflow.Actor
	session string // ada's access token
	client  string
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(newWorld(t, kind, settings(), ""))
	})
}

// newWorld serves with some settings; with an address the first server listens
// where people reach it.
func newWorld(t *testing.T, kind storetest.Kind, settings app.Settings, name string) *world {
	t.Helper()
	w := &world{t: t, clock: stage.At(friday)}
	where := storetest.URL(t, kind)
	log := slog.New(telemetry.Traced(slog.NewTextHandler(&w.log, nil)))
	settings.Log = log
	settings.AccessTokenTTL, settings.RefreshTokenTTL, settings.SnapshotTTL = 10_000*time.Hour, 10_000*time.Hour, time.Hour
	for i := range w.apps {
		s := storetest.Open(t, where, w.clock.Now)
		signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, w.clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		w.http[i] = httptest.NewUnstartedServer(nil)
		t.Cleanup(w.http[i].Close)
		if name != "" && i == 0 {
			settings.PublicURL = "http://" + w.http[i].Listener.Addr().String()
		}
		w.store, w.signer, w.apps[i] = s, signer, app.New(s, signer, settings)
		w.http[i].Config.Handler = handler(w.apps[i], log)
		w.http[i].Start()
	}
	w.ada, w.session = w.person("ada@example.com")
	w.client = w.register(`{"client_name": "An App", "redirect_uris": ["` + callback + `", "http://127.0.0.1/done"]}`)
	return w
}

func handler(a *app.App, log *slog.Logger) http.Handler {
	assistants := mcp.New(a, mcp.Settings{Version: "7.0.0", AnyHost: true})
	settings := rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: web.Placeholder(),
		Beside: []rest.Protocol{{Path: mcp.Path, Through: mindflow.ThroughAssistant, Serve: assistants.Serve}},
	}
	for _, route := range oauth.Routes(a) {
		settings.Public = append(settings.Public, rest.Public(route))
	}
	return rest.New(a, log, settings).Handler()
}

// hashed is the password as it is kept, which takes a while to make.
var hashed = sync.OnceValues(func() (string, error) { return credentials.NewPasswords(1).Hash(context.Background(), password) })

// person opens an account and signs in.
func (w *world) person(email string) (mindflow.Actor, string) {
	w.t.Helper()
	hash, err := hashed()
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.store.Now()
	u := mindflow.User{ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now), Email: email, CreatedAt: now}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughWeb, Scopes: mindflow.Everything}
	err = w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.CreateUser(u, hash, mindflow.DefaultPreferences(mindflow.Zone{}), actor)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.signIn(actor)
}

// signIn begins a session without the cost of checking a password.
func (w *world) signIn(actor mindflow.Actor) (mindflow.Actor, string) {
	w.t.Helper()
	now, end := w.store.Now(), w.store.Now().AddDate(20, 0, 0)
	session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](now), UserID: actor.UserID, CreatedAt: now, ExpiresAt: end}
	actor.SessionID = session.ID
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		return tx.CreateSession(session, store.RefreshToken{Hash: credentials.HashSecret(credentials.NewSecret()), SessionID: session.ID, ExpiresAt: end})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := w.signer.Sign(credentials.Claims{UserID: actor.UserID.String(), SessionID: session.ID.String(), ExpiresAt: end})
	if err != nil {
		w.t.Fatal(err)
	}
	return actor, token
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

// send sends a request to one of the servers: "POST /oauth/token", a body, and
// headers as "Name: value".
func (w *world) send(server int, request, body string, headers ...string) answer {
	w.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.http[server].URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	resp, err := (&http.Transport{}).RoundTrip(req) // no redirect is followed
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{w.t, resp.StatusCode, resp.Header, string(raw)}
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// at is a member of the body, as text.
func (a answer) at(name string) string {
	var body map[string]any
	if json.Unmarshal([]byte(a.body), &body) != nil {
		return "no JSON: " + a.body
	}
	switch v := body[name].(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		raw, _ := json.Marshal(v)
		return string(raw)
	}
}

const (
	asJSON = "Content-Type: application/json"
	asForm = "Content-Type: application/x-www-form-urlencoded"
)

func (w *world) register(metadata string) string {
	w.t.Helper()
	return w.send(0, "POST /oauth/register", metadata, asJSON).want(http.StatusCreated).at("client_id")
}

// ask is a request of the client's, with some parameters changed: "" leaves one out.
func (w *world) ask(changes ...string) map[string]string {
	asks := map[string]string{
		"client_id": w.client, "redirect_uri": callback, "response_type": "code", "scope": "tasks:read tasks:write", "state": "s+/&1",
		"code_challenge": credentials.Challenge(verifier), "code_challenge_method": "S256", "resource": issuer + "/mcp",
	}
	return with(asks, changes)
}

// with changes some of the parameters: "name=value", and "name=" leaves one out.
func with(parameters map[string]string, changes []string) map[string]string {
	parameters = maps.Clone(parameters)
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		parameters[name] = value
		if value == "" {
			delete(parameters, name)
		}
	}
	return parameters
}

func asBody(parameters map[string]string, more string) string {
	raw, _ := json.Marshal(parameters)
	return strings.TrimSuffix(string(raw), "}") + more + "}"
}

// consider has the person look at a request.
func (w *world) consider(asks map[string]string) answer {
	w.t.Helper()
	return w.send(0, "POST /api/oauth/requests", asBody(asks, ""), asJSON, "Authorization: Bearer "+w.session)
}

// decide has the person approve a request for some scopes, or for none refuse it.
func (w *world) decide(asks map[string]string, scopes ...string) answer {
	w.t.Helper()
	granted, _ := json.Marshal(scopes)
	more := `, "approve": false`
	if len(scopes) > 0 {
		more = `, "approve": true, "granted": ` + string(granted)
	}
	return w.send(0, "POST /api/oauth/decisions", asBody(asks, more), asJSON, "Authorization: Bearer "+w.session)
}

// sentTo is where an answer sends the person, in parts.
func (a answer) sentTo() (string, url.Values) {
	a.t.Helper()
	to, err := url.Parse(a.want(http.StatusOK).at("redirect_to"))
	if err != nil {
		a.t.Fatal(err)
	}
	query := to.Query()
	to.RawQuery = ""
	return to.String(), query
}

// code is what the person grants with what the client asks for.
func (w *world) code(changes ...string) string {
	w.t.Helper()
	_, query := w.decide(w.ask(changes...), "tasks:read", "tasks:write").sentTo()
	if query.Get("code") == "" {
		w.t.Fatalf("no code: %v", query)
	}
	return query.Get("code")
}

// exchange brings a code to one of the servers.
func (w *world) exchange(server int, code string, changes ...string) answer {
	w.t.Helper()
	return w.post(server, "/oauth/token", with(map[string]string{
		"grant_type": "authorization_code", "code": code, "client_id": w.client, "redirect_uri": callback, "code_verifier": verifier,
	}, changes))
}

// renew brings a refresh token.
func (w *world) renew(server int, token string, changes ...string) answer {
	w.t.Helper()
	return w.post(server, "/oauth/token", with(map[string]string{"grant_type": "refresh_token", "refresh_token": token, "client_id": w.client}, changes))
}

func (w *world) post(server int, path string, form map[string]string) answer {
	w.t.Helper()
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	return w.send(server, "POST "+path, values.Encode(), asForm)
}

// tokens are what the client gets when all is well.
func (w *world) tokens(changes ...string) (access, refresh string) {
	w.t.Helper()
	a := w.exchange(0, w.code(changes...)).want(http.StatusOK)
	return a.at("access_token"), a.at("refresh_token")
}

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`

// atMCP and atAPI are the status a token gets there.
func (w *world) atMCP(server int, token string) answer {
	w.t.Helper()
	return w.send(server, "POST /mcp", listTools, asJSON, "Accept: application/json, text/event-stream", "Authorization: Bearer "+token)
}

func (w *world) atAPI(server int, token string) answer {
	w.t.Helper()
	return w.send(server, "GET /api/tasks", "", "Authorization: Bearer "+token)
}

// dead wants a grant to admit nobody, anywhere.
func (w *world) dead(why, access, refresh string) {
	w.t.Helper()
	for server := range w.http {
		if a := w.atMCP(server, access); a.status != http.StatusUnauthorized {
			w.t.Errorf("after %s server %d still answers the access token with %d", why, server, a.status)
		}
		if a := w.renew(server, refresh); a.status == http.StatusOK || a.at("error") != "invalid_grant" {
			w.t.Errorf("after %s server %d still answers the refresh token with %d %s", why, server, a.status, a.body)
		}
	}
}

// alive wants an access token to be let in by both servers.
func (w *world) alive(why, access string) {
	w.t.Helper()
	for server := range w.http {
		if a := w.atMCP(server, access); a.status != http.StatusOK {
			w.t.Errorf("%s: server %d answers %d %s", why, server, a.status, a.body)
		}
	}
}

func (w *world) keepUses() {
	w.t.Helper()
	for _, a := range w.apps {
		if err := a.KeepUses(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func settings() app.Settings { return app.Settings{PublicURL: issuer} }

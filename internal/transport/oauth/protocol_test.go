package oauth_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

func TestTheMetadataSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, settings(), "")
	for path, want := range map[string]string{
		"/.well-known/oauth-authorization-server": `{"issuer":"https://mind.example.org","authorization_endpoint":"https://mind.example.org/oauth/authorize","token_endpoint":"https://mind.example.org/oauth/token",` +
			`"registration_endpoint":"https://mind.example.org/oauth/register","revocation_endpoint":"https://mind.example.org/oauth/revoke","scopes_supported":["account:read","tasks:read","tasks:write"],` +
			`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token"],"token_endpoint_auth_methods_supported":["none"],` +
			`"revocation_endpoint_auth_methods_supported":["none"],"code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true,"client_id_metadata_document_supported":false,` +
			`"protected_resources":["https://mind.example.org/mcp","https://mind.example.org/api"]}`,
		"/.well-known/oauth-protected-resource":     `{"resource":"https://mind.example.org/mcp","authorization_servers":["https://mind.example.org"],"scopes_supported":["tasks:read","tasks:write"],"bearer_methods_supported":["header"],"resource_name":"MindFlow"}`,
		"/.well-known/oauth-protected-resource/mcp": `{"resource":"https://mind.example.org/mcp","authorization_servers":["https://mind.example.org"],"scopes_supported":["tasks:read","tasks:write"],"bearer_methods_supported":["header"],"resource_name":"MindFlow"}`,
		"/.well-known/oauth-protected-resource/api": `{"resource":"https://mind.example.org/api","authorization_servers":["https://mind.example.org"],"scopes_supported":["account:read","tasks:read","tasks:write"],"bearer_methods_supported":["header"],"resource_name":"MindFlow"}`,
	} {
		a := w.send(0, "GET "+path, "", "Origin: https://anybody.example").want(200)
		if a.body != want || a.header.Get("Content-Type") != "application/json" || a.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v\n%s\nwant\n%s", path, a.header, a.body, want)
		}
	}
	w.send(0, "GET /.well-known/oauth-protected-resource/other", "").want(404)
	w.send(0, "GET /oauth/token", "").want(405)
	w.send(0, "GET /.well-known/openid-configuration", "").want(404)
}

// Where nobody has said where people reach it, a server asks nobody for anything.
func TestAServerThatDoesNotKnowItsAddressConnectsNobody(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		w := newWorld(t, kind, settings(), "")
		unknown := app.New(w.store, w.signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: time.Hour})
		w.http[0] = httptest.NewServer(handler(unknown, slog.New(slog.DiscardHandler)))
		t.Cleanup(w.http[0].Close)
		w.consider(w.ask()).want(http.StatusConflict)
		w.decide(w.ask(), "tasks:read").want(http.StatusConflict)
		w.send(0, "GET /.well-known/oauth-authorization-server", "").want(404)
		if got := w.atMCP(0, "x").want(401).header.Get("WWW-Authenticate"); got != `Bearer realm="mindflow", error="invalid_token"` {
			t.Error(got)
		}
		if got := w.send(0, "POST /mcp", listTools, asJSON).want(401).header.Get("WWW-Authenticate"); got != `Bearer realm="mindflow"` {
			t.Error(got)
		}
	})
}

func TestAProgramIntroducesItself(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		a := w.send(0, "POST /oauth/register", `{"client_name": " An\u202e App ", "redirect_uris": ["http://localhost/cb", "com.example.app:/cb"], "token_endpoint_auth_method": "client_secret_basic",
			"contacts": ["x"], "scope": "everything", "software_statement": "e30.e30.", "jwks_uri": "http://169.254.169.254/", "application_type": "native"}`, "Content-Type: application/json; charset=utf-8").want(201)
		id := a.at("client_id")
		want := `{"client_id":"` + id + `","client_id_issued_at":1795766400,"client_name":"An App","redirect_uris":["http://localhost/cb","com.example.app:/cb"],` +
			`"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none","scope":"account:read tasks:read tasks:write"}`
		if a.body != want || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%v %s, want %s", a.header, a.body, want)
		}
		for body, reason := range map[string]string{
			`{}`: "invalid_redirect_uri", `{"redirect_uris": []}`: "invalid_redirect_uri", `{"redirect_uris": ["https://ok.example/", "http://evil.example/"]}`: "invalid_redirect_uri",
			`{"redirect_uris": ["javascript:alert(1)"]}`: "invalid_redirect_uri", `{"redirect_uris": ["https://a.example/#x"]}`: "invalid_redirect_uri", `{"redirect_uris": ["` + strings.Repeat(`https://a.example/", "`, 20) + `https://a.example/"]}`: "invalid_redirect_uri",
			`{"redirect_uris": "https://a.example/"}`: "invalid_client_metadata", `{"redirect_uris": ["https://a.example/"], "grant_types": ["implicit"]}`: "invalid_client_metadata",
			`{"redirect_uris": ["https://a.example/"], "response_types": ["token"]}`: "invalid_client_metadata", `[]`: "invalid_client_metadata", ``: "invalid_client_metadata", `{`: "invalid_client_metadata", `{} {}`: "invalid_client_metadata",
			`{"client_name": "` + strings.Repeat("x", 40_000) + `", "redirect_uris": ["https://a.example/"]}`: "invalid_client_metadata",
		} {
			if a := w.send(0, "POST /oauth/register", body, asJSON); a.status != 400 || a.at("error") != reason || a.at("error_description") == "" || strings.Contains(a.body, "evil") {
				t.Errorf("%.60s: %d %s", body, a.status, a.body)
			}
		}
		if a := w.send(0, "POST /oauth/register", `{"redirect_uris": ["https://a.example/"]}`, "Content-Type: text/plain"); a.status != 400 {
			t.Errorf("text/plain: %d", a.status)
		}
	})
}

// Parameters come in the body, once, and no client has a secret.
func TestWhatIsNoRequestForTokens(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, refresh := w.tokens()
		good := "grant_type=refresh_token&refresh_token=" + refresh + "&client_id=" + w.client
		for _, row := range []struct {
			path, body string
			headers    []string
			status     int
			reason     string
		}{
			{"", good, []string{asJSON}, 400, "invalid_request"},
			{"", good, nil, 400, "invalid_request"},
			{"?" + good, "", []string{asForm}, 400, "invalid_request"},
			{"?client_id=" + w.client, good, []string{asForm}, 400, "invalid_request"},
			{"", good + "&client_id=" + w.client, []string{asForm}, 400, "invalid_request"},
			{"", good + "&resource=a&resource=b", []string{asForm}, 400, "invalid_target"},
			{"", good + "&x=%zz", []string{asForm}, 400, "invalid_request"},
			{"", good + "&x=" + strings.Repeat("x", 20_000), []string{asForm}, 400, "invalid_request"},
			{"", strings.Replace(good, "grant_type=refresh_token&", "", 1), []string{asForm}, 400, "invalid_request"},
			{"", strings.Replace(good, "grant_type=refresh_token", "grant_type=password", 1), []string{asForm}, 400, "unsupported_grant_type"},
			{"", strings.Replace(good, "grant_type=refresh_token", "grant_type=client_credentials", 1), []string{asForm}, 400, "unsupported_grant_type"},
			{"", "grant_type=refresh_token&client_id=" + w.client, []string{asForm}, 400, "invalid_request"},
			{"", good + "&client_secret=x", []string{asForm}, 401, "invalid_client"},
			{"", good, []string{asForm, "Authorization: Basic " + "eDp5"}, 401, "invalid_client"},
			{"", good, []string{asForm, "Authorization: Bearer " + w.session}, 401, "invalid_client"},
		} {
			a := w.send(0, "POST /oauth/token"+row.path, row.body, row.headers...)
			if a.status != row.status || a.at("error") != row.reason || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %.80s %q: %d %v %s", row.path, row.body, row.headers, a.status, a.header, a.body)
			}
			if basic := a.header.Get("WWW-Authenticate") != ""; basic != (len(row.headers) == 2) {
				t.Errorf("%q: %v", row.headers, a.header)
			}
		}
		w.send(0, "POST /oauth/token", good+"&client_secret=&unknown=x", asForm+"; charset=UTF-8").want(200)
	})
}

// A page of any origin may speak with what is public: it shows what it has, and no
// cookie counts.
func TestBrowsersMaySpeakWithWhatIsPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, settings(), "")
	from := "Origin: https://anybody.example"
	for _, path := range []string{"/oauth/token", "/oauth/register", "/oauth/revoke", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp"} {
		a := w.send(0, "OPTIONS "+path, "", from, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type").want(204)
		if a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "POST") ||
			!strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Content-Type") || a.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", path, a.header)
		}
	}
	for _, path := range []string{"/api/oauth/decisions", "/api/grants", "/oauth/authorize", "/mcp", "/api/tasks"} {
		for _, method := range []string{"OPTIONS", "GET"} {
			if a := w.send(0, method+" "+path, "", from, "Access-Control-Request-Method: POST"); a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s: %v", method, path, a.header)
			}
		}
	}
}

// What a network gets wrong is counted, what it gets right is not, nor refused: many
// people's assistants come from one. Seen red with a slot that is taken before anything
// is looked at.
func TestANetworkGetsOnlySoMuchWrong(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		c := stage.At(friday)
		limited := settings()
		limited.Limits, limited.Limiter = app.Limits{Clients: mindflow.Rate{Limit: 5, Per: time.Minute}, SignIns: mindflow.Rate{Limit: 10, Per: time.Minute}}, ratelimit.NewMemory(c.Now)
		w := newWorld(t, kind, limited, "") // one registration
		_, refresh := w.tokens("resource=" + issuer + "/api")
		for range 8 {
			refresh = w.renew(0, refresh).want(200).at("refresh_token")
		}
		for range 4 {
			w.exchange(1, "wrong").want(400)
		}
		for _, a := range []answer{
			w.exchange(0, "wrong"), w.renew(1, "mfr_wrong"), w.post(0, "/oauth/revoke", map[string]string{"token": "wrong"}),
			w.send(1, "POST /oauth/register", `{"redirect_uris": ["https://a.example/"]}`, asJSON),
		} {
			if a.status != 429 || a.at("error") != "temporarily_unavailable" || a.header.Get("Retry-After") != "60" {
				t.Errorf("%d %v %s", a.status, a.header, a.body)
			}
		}
		// Others from there, who have done nothing wrong, go on; and what ends a grant ends it.
		refresh = w.renew(1, refresh).want(200).at("refresh_token")
		code := w.code()
		access := w.exchange(1, code).want(200).at("access_token")
		w.exchange(0, code).want(429)
		if a := w.atMCP(1, access); a.status != 401 {
			t.Errorf("after its code was shown twice: %d", a.status)
		}
		given, _ := w.tokens()
		w.post(0, "/oauth/revoke", map[string]string{"token": given}).want(200)
		if a := w.atMCP(1, given); a.status != 401 {
			t.Errorf("after it was given up: %d", a.status)
		}
		c.Move(time.Minute)
		// One grant may not renew without end either.
		for {
			if a := w.renew(0, refresh); a.status == 429 {
				break
			} else if refresh = a.want(200).at("refresh_token"); refresh == "" {
				t.Fatal(a.body)
			}
		}
	})
}

// Programs' tokens cost the database what a session's do, and are counted as their
// person's.
func TestAProgramsRequestCostsWhatASessionsDoes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		token, _ := w.tokens("resource=" + issuer + "/api")
		w.atAPI(1, w.session).want(200)
		counts := make([]int64, 0, 2)
		for _, shown := range []string{w.session, token} {
			before := w.store.Statements()
			w.atAPI(1, shown).want(200)
			counts = append(counts, w.store.Statements()-before)
		}
		if !slices.Equal(counts, []int64{1, 1}) {
			t.Errorf("statements: %v", counts)
		}
	})
}

func TestADescriptionOfAnErrorIsPlain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, settings(), "")
	a := w.send(0, "POST /oauth/register", `{"redirect_uris": ["x"]}`, asJSON).want(400)
	var body struct {
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Description == "" || strings.Trim(body.Description, " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
		t.Errorf("%v: %s", err, a.body)
	}
}

package oauth_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

// Seen red with meantFor answering true: then each token opens both doors.
func TestATokenIsGoodForNothingButWhatItIsFor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		assistants, _ := w.tokens()
		api, _ := w.tokens("resource=" + issuer + "/api")
		first := w.client
		w.client = w.register(`{"redirect_uris": ["` + callback + `"]}`) // of one there is one grant for one thing
		usual, _ := w.tokens("resource=")                                // what programs of before RFC 8707 get
		w.client = first
		for _, row := range []struct {
			token    string
			mcp, api int
		}{{assistants, 200, 401}, {usual, 200, 401}, {api, 401, 200}} {
			for server := range w.http {
				if m, a := w.atMCP(server, row.token), w.atAPI(server, row.token); m.status != row.mcp || a.status != row.api {
					t.Errorf("%d at /mcp, %d at /api; want %d and %d", m.status, a.status, row.mcp, row.api)
				}
			}
		}
		for resource, refused := range map[string]answer{"/mcp": w.atMCP(0, api), "/api": w.atAPI(0, assistants)} {
			if got, want := refused.header.Get("WWW-Authenticate"), `Bearer realm="mindflow", error="invalid_token", resource_metadata="`+issuer+`/.well-known/oauth-protected-resource`+resource+`"`; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		// Nobody gets a token for one thing with what was granted for another.
		code := w.code()
		if a := w.exchange(0, code, "resource="+issuer+"/api"); a.status != 400 || a.at("error") != "invalid_target" {
			t.Error(a.body)
		}
		got := w.exchange(0, code, "resource="+issuer+"/mcp").want(200)
		if a := w.renew(0, got.at("refresh_token"), "resource="+issuer+"/api"); a.at("error") != "invalid_target" {
			t.Error(a.body)
		}
		if a := w.renew(0, got.at("refresh_token"), "scope=tasks:read account:read"); a.at("error") != "invalid_scope" {
			t.Error(a.body)
		}
		w.renew(0, got.at("refresh_token"), "resource="+issuer+"/mcp", "scope=tasks:read").want(200)
		// A personal token is for all of the server.
		made, err := w.apps[0].MakeToken(t.Context(), w.ada, mindflow.TokenDraft{Name: "script", Scopes: []string{"tasks:read"}})
		if err != nil {
			t.Fatal(err)
		}
		if m, a := w.atMCP(0, made.Secret), w.atAPI(0, made.Secret); m.status != 200 || a.status != 200 {
			t.Errorf("a personal token: %d and %d", m.status, a.status)
		}
	})
}

func TestAScopeThatWasNotGrantedIsNamed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, query := w.decide(w.ask("resource="+issuer+"/api"), "tasks:read").sentTo()
		token := w.exchange(0, query.Get("code")).want(200).at("access_token")
		a := w.send(0, "POST /api/tasks", `{"title": "x"}`, asJSON, "Authorization: Bearer "+token).want(403)
		if got, want := a.header.Get("WWW-Authenticate"), `Bearer realm="mindflow", error="insufficient_scope", scope="tasks:write", resource_metadata="`+issuer+`/.well-known/oauth-protected-resource/api"`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		// Nor can a program decide for the person, or look at what else is connected.
		for _, request := range []string{"POST /api/oauth/requests", "POST /api/oauth/decisions", "GET /api/grants", "POST /api/tokens", "DELETE /api/grants/01890000-0000-7000-8000-00000000000a"} {
			body := asBody(w.ask(), "")
			if strings.HasSuffix(request, "decisions") {
				body = asBody(w.ask(), `, "approve": true, "granted": ["tasks:write"]`)
			}
			if request == "POST /api/tokens" {
				body = `{"name": "x", "scopes": ["tasks:read"]}`
			}
			w.send(0, request, body, asJSON, "Authorization: Bearer "+token).want(403)
		}
	})
}

// Tokens that say something about themselves are sessions' alone, and what looks
// like one of them is none.
func TestOneKindOfTokenIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		access, refresh := w.tokens()
		code := w.code()
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		parts := strings.Split(w.session, ".")
		claims := `{"iss":"mindflow","sub":"` + w.ada.UserID.String() + `","sid":"` + w.ada.SessionID.String() + `","aud":"` + issuer + `/mcp","exp":4102444800}`
		for says, token := range map[string]string{
			"no algorithm":                    part(`{"alg":"none","typ":"JWT"}`) + "." + part(claims) + ".",
			"no algorithm, in capitals":       part(`{"alg":"None"}`) + "." + part(claims) + "." + parts[2],
			"no algorithm, a session's parts": part(`{"alg":"none"}`) + "." + parts[1] + ".",
			"a public key's algorithm":        part(`{"alg":"RS256","kid":"x"}`) + "." + part(claims) + "." + parts[2],
			"another hash":                    part(`{"alg":"HS512"}`) + "." + parts[1] + "." + parts[2],
			"a key of its own":                part(`{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}`) + "." + part(claims) + "." + parts[2],
			"a session without its signature": parts[0] + "." + parts[1] + ".",
			"a session with other claims":     parts[0] + "." + part(claims) + "." + parts[2],
			"a prefix before a session":       credentials.AccessToken + w.session,
			"a refresh token":                 refresh,
			"a refresh token, renamed":        credentials.AccessToken + strings.TrimPrefix(refresh, credentials.RefreshToken),
			"a code":                          code,
			"a code, renamed":                 credentials.AccessToken + code,
			"the hash of a token":             credentials.AccessToken + credentials.HashSecret(access),
			"an access token as a script's":   credentials.PersonalToken + strings.TrimPrefix(access, credentials.AccessToken),
			"a letter more":                   access + "A", "nothing": "", "a client": w.client,
		} {
			if m, a := w.atMCP(0, token), w.atAPI(0, token); m.status != 401 || a.status != 401 {
				t.Errorf("%s: %d at /mcp, %d at /api", says, m.status, a.status)
			}
		}
		for says, token := range map[string]string{"an access token": access, "one renamed": credentials.RefreshToken + access[4:], "a session": w.session, "a code": code, "nothing known": "mfr_x"} {
			if a := w.renew(0, token); a.status != 400 || a.at("error") != "invalid_grant" {
				t.Errorf("%s as a refresh token: %d %s", says, a.status, a.body)
			}
		}
		for says, as := range map[string]string{"an access token": access, "a refresh token": refresh} {
			if a := w.exchange(0, as); a.at("error") != "invalid_grant" {
				t.Errorf("%s as a code: %s", says, a.body)
			}
			if a := w.send(0, "POST /api/auth/refresh", `{"refresh_token": "`+as+`"}`, asJSON); a.status != 401 {
				t.Errorf("%s as a session's: %d", says, a.status)
			}
		}
		w.alive("after all that", access)
		w.exchange(0, code).want(200)
	})
}

func TestACodeIsForOneClientAddressVerifierAndMinute(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		code := w.code()
		other := w.register(`{"redirect_uris": ["` + callback + `"]}`)
		for _, change := range []string{
			"client_id=" + other, "client_id=01890000-0000-7000-8000-00000000000a", "client_id=https://app.example.com/client",
			"redirect_uri=https://app.example.com/cb", "redirect_uri=" + callback + "&x", "redirect_uri=http://127.0.0.1/done",
			"code_verifier=" + strings.Repeat("x", 43), "code_verifier=" + credentials.Challenge(verifier), "code_verifier=" + strings.ToUpper(verifier),
		} {
			a := w.exchange(1, code, change)
			if want := map[bool]string{true: "invalid_client", false: "invalid_grant"}[strings.Contains(change, "0000a")]; a.at("error") != want {
				t.Errorf("%s: %d %s", change, a.status, a.body)
			}
		}
		for _, change := range []string{"code_verifier=", "code_verifier=short", "code_verifier=" + strings.Repeat("x", 129), "code_verifier=" + strings.Repeat("ü", 50), "redirect_uri=", "client_id=", "code="} {
			if a := w.exchange(1, code, change); a.status != 400 || a.at("error") != "invalid_request" {
				t.Errorf("%s: %d %s", change, a.status, a.body)
			}
		}
		w.exchange(1, code).want(200) // none of these used it up
		late := w.code()
		w.clock.Move(time.Minute)
		if a := w.exchange(0, late); a.at("error") != "invalid_grant" {
			t.Errorf("a minute later: %s", a.body)
		}
		early := w.code()
		w.clock.Move(time.Minute - time.Microsecond)
		w.exchange(0, early).want(200)
	})
}

// RFC 6749, 4.1.2. Seen red with usedBefore doing nothing.
func TestACodeThatIsShownTwiceEndsTheGrant(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for says, again := range map[string][]string{"by the same": nil, "by another client": {"client_id=" + w.client[:35] + "0"}, "without the verifier": {"code_verifier=" + strings.Repeat("x", 43)}} {
			code := w.code()
			got := w.exchange(0, code).want(200)
			w.alive(says, got.at("access_token"))
			w.clock.Move(time.Hour / 2)
			if a := w.exchange(1, code, again...); a.status == 200 || a.at("access_token") != "" {
				t.Errorf("%s: %s", says, a.body)
			}
			w.dead("a code was shown twice, "+says, got.at("access_token"), got.at("refresh_token"))
		}
	})
}

func TestARefreshTokenThatIsShownAgainEndsTheGrant(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		// Within ten seconds, while its successor is unused, it is answered alike: the first answer may be lost.
		access, first := w.tokens()
		second := w.renew(0, first).want(200)
		w.clock.Move(9 * time.Second)
		again := w.renew(1, first).want(200)
		if again.at("refresh_token") != second.at("refresh_token") || again.at("access_token") == second.at("access_token") {
			t.Errorf("%s, then %s", second.body, again.body)
		}
		for _, token := range []string{access, second.at("access_token"), again.at("access_token")} {
			w.alive("within the grace", token)
		}
		w.clock.Move(2 * time.Second)
		if a := w.renew(1, first); a.status != 400 || a.at("error") != "invalid_grant" {
			t.Errorf("after the grace: %d %s", a.status, a.body)
		}
		w.dead("it was shown after the grace", again.at("access_token"), again.at("refresh_token"))
		// Its successor is used: whoever shows it has it from somewhere.
		_, first = w.tokens()
		second = w.renew(0, first).want(200)
		third := w.renew(0, second.at("refresh_token")).want(200)
		if a := w.renew(1, first); a.at("error") != "invalid_grant" {
			t.Error(a.body)
		}
		w.dead("a grandmother was shown", third.at("access_token"), third.at("refresh_token"))
		// Days later it is still known.
		_, first = w.tokens()
		second = w.renew(0, first).want(200)
		w.clock.Move(29 * 24 * time.Hour)
		if _, err := w.apps[0].Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		third = w.renew(0, second.at("refresh_token")).want(200)
		w.renew(0, first).want(400)
		w.dead("an old one was shown", third.at("access_token"), third.at("refresh_token"))
		// Nobody but its client can use it, or end anything with it.
		access, first = w.tokens()
		other := w.register(`{"redirect_uris": ["` + callback + `"]}`)
		if a := w.renew(0, first, "client_id="+other); a.at("error") != "invalid_grant" {
			t.Error(a.body)
		}
		w.alive("after another client tried", access)
		w.clock.Move(mindflow.ClientGrantDays * 24 * time.Hour)
		if a := w.renew(0, first); a.at("error") != "invalid_grant" {
			t.Errorf("after its time: %s", a.body)
		}
	})
}

// Nobody is sent to an address that the client did not name, and no code is made.
func TestNobodyIsSentWhereTheClientDidNotSay(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, uri := range []string{
			"", "https://app.example.com/cb", "https://app.example.com/cb?keep=2", callback + "&x=1", callback + "#", "https://app.example.com/cb/?keep=1", "https://app.example.com/CB?keep=1", "https://APP.example.com/cb?keep=1",
			"https://app.example.com/cb/sub?keep=1", "https://app.example.com/c%62?keep=1", "https://app.example.com:8443/cb?keep=1", "https://app.example.com:443/cb?keep=1", "http://app.example.com/cb?keep=1",
			"//app.example.com/cb?keep=1", "//evil.example/", "https:app.example.com/cb?keep=1", "https://app.example.com@evil.example/cb?keep=1", `https://app.example.com\@evil.example/cb?keep=1`, "https://evil.example/" + callback,
			"https://app.example.com.evil.example/cb?keep=1", "https://app.example.com/cb/../x?keep=1", "https://app.example.com/%2e%2e/cb?keep=1", " " + callback, callback + " ", "\t" + callback, "javascript:alert(1)//" + callback,
			"http://127.0.0.1:80/done/", "http://127.0.0.1:80/other", "http://127.0.0.1:80@evil.example/done", "http://127.0.0.2:80/done", "http://localhost:80/done", "http://[::1]:80/done", "https://127.0.0.1:80/done", "http://127.0.0.1:80/done?x=1", "http://127.0.0.1.evil.example/done",
		} {
			asks := w.ask()
			asks["redirect_uri"] = uri
			for _, a := range []answer{w.consider(asks), w.decide(asks, "tasks:read"), w.decide(asks)} {
				if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"field":"redirect_uri"`) || strings.Contains(a.body, "redirect_to") || a.header.Get("Location") != "" {
					t.Errorf("%q: %d %s", uri, a.status, a.body)
				}
			}
		}
		for _, client := range []string{"", "x", "01890000-0000-7000-8000-00000000000a", strings.ToUpper(w.client), w.client + " ", "https://evil.example/client.json"} {
			asks := w.ask()
			asks["client_id"] = client
			if a := w.decide(asks, "tasks:read"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"field":"client_id"`) {
				t.Errorf("client %q: %d %s", client, a.status, a.body)
			}
		}
	})
}

// What else is wrong the client is told, at its own address.
func TestWhatAClientCannotGetItIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		plain := "code_challenge_method=plain"
		for _, row := range []struct{ change, reason string }{
			{"response_type=token", "unsupported_response_type"},
			{"response_type=", "unsupported_response_type"},
			{"response_type=code token", "unsupported_response_type"},
			{plain, "invalid_request"},
			{"code_challenge_method=", "invalid_request"},
			{"code_challenge_method=s256", "invalid_request"},
			{"code_challenge=", "invalid_request"},
			{"code_challenge=" + verifier, "invalid_request"},
			{"code_challenge=" + credentials.Challenge(verifier) + "=", "invalid_request"},
			{"code_challenge=" + credentials.Challenge(verifier)[1:], "invalid_request"},
			{"scope=sudo", "invalid_scope"},
			{"scope=TASKS:READ", "invalid_scope"},
			{"scope=tasks:read,tasks:write", "invalid_scope"},
			{"resource=" + issuer, "invalid_target"},
			{"resource=" + issuer + "/", "invalid_target"},
			{"resource=" + issuer + "/mcp/", "invalid_target"},
			{"resource=https://other.example/mcp", "invalid_target"},
			{"resource=" + issuer + "/mcp#x", "invalid_target"},
			{"resource=" + strings.ToUpper(issuer) + "/mcp", "invalid_target"},
		} {
			seen := w.consider(w.ask(row.change)).want(200)
			if !strings.Contains(seen.body, `"error":"`+row.reason+`"`) || !strings.Contains(seen.body, `"scopes":[]`) {
				t.Errorf("%s: %s", row.change, seen.body)
			}
			to, query := w.decide(w.ask(row.change), "tasks:read").sentTo()
			if to != "https://app.example.com/cb" || query.Get("error") != row.reason || query.Get("state") != "s+/&1" || query.Get("iss") != issuer || query.Get("keep") != "1" || query.Has("code") {
				t.Errorf("%s: %s %v", row.change, to, query)
			}
		}
		if _, query := w.decide(w.ask()).sentTo(); query.Get("error") != "access_denied" || query.Get("iss") != issuer || query.Has("code") {
			t.Errorf("not allowed: %v", query)
		}
		if _, query := w.decide(w.ask("state=")).sentTo(); query.Has("state") {
			t.Errorf("without a state: %v", query)
		}
		asks := w.ask("scope=tasks:read")
		for _, granted := range [][]string{{"tasks:write"}, {"tasks:read", "tasks:write"}, {"account:read"}, {"in_person"}, {"tasks:read tasks:write"}, {""}} {
			if a := w.decide(asks, granted...); a.status != 422 || !strings.Contains(a.body, `"field":"granted"`) {
				t.Errorf("%q: %d %s", granted, a.status, a.body)
			}
		}
		if a := w.send(0, "POST /api/oauth/decisions", asBody(asks, `, "approve": true`), asJSON, "Authorization: Bearer "+w.session); a.status != 422 {
			t.Errorf("allowed nothing: %d %s", a.status, a.body)
		}
	})
}

// A page of another site decides nothing: no cookie is enough, and with a token it
// is refused all the same. Seen red without ownPages.
func TestNobodyElsesPageDecides(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		body := asBody(w.ask(), `, "approve": true, "granted": ["tasks:read"]`)
		tokens, err := w.apps[0].Login(t.Context(), "ada@example.com", password, "")
		if err != nil {
			t.Fatal(err)
		}
		cookie := "Cookie: mindflow_refresh=" + tokens.Refresh + "; __Secure-mindflow_refresh=" + tokens.Refresh + "; session=" + w.session
		signedIn := "Authorization: Bearer " + w.session
		for _, row := range []struct {
			headers []string
			status  int
		}{
			{[]string{cookie}, 401},
			{[]string{cookie, "Origin: " + issuer}, 401},
			{[]string{cookie, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, 401},
			{[]string{cookie, "X-Session: cookie"}, 401},
			{[]string{signedIn, "Origin: https://evil.example"}, 403},
			{[]string{signedIn, "Origin: null"}, 403},
			{[]string{signedIn, "Sec-Fetch-Site: cross-site"}, 403},
			{[]string{signedIn, "Sec-Fetch-Site: same-site"}, 403},
			{[]string{signedIn, signedIn}, 401},
			{[]string{signedIn, "Sec-Fetch-Site: same-origin"}, 200},
		} {
			for _, route := range []string{"decisions", "requests"} {
				sent := body
				if route == "requests" {
					sent = asBody(w.ask(), "")
				}
				a := w.send(0, "POST /api/oauth/"+route, sent, append(row.headers, asJSON)...)
				if a.status != row.status || a.header.Get("Location") != "" || a.status != 200 && (strings.Contains(a.body, "redirect_to") || strings.Contains(a.body, "code=")) {
					t.Errorf("%s %q: %d %s", route, row.headers, a.status, a.body)
				}
			}
			if a := w.send(0, "GET /api/oauth/decisions?approve=true", "", row.headers...); a.status != 405 {
				t.Errorf("GET: %d", a.status)
			}
			// Only JSON counts, which no form of another page can send.
			if a := w.send(0, "POST /api/oauth/decisions", body, append(row.headers, "Content-Type: text/plain")...); a.status == 200 {
				t.Errorf("text/plain: %s", a.body)
			}
		}
	})
}

func TestThePageThatAsksCannotBeFramed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, settings(), "")
	for _, accept := range []string{"text/html", "*/*"} {
		a := w.send(0, "GET /oauth/authorize?client_id=x&redirect_uri=https://evil.example/&response_type=code", "", "Accept: "+accept).want(200)
		if !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || a.header.Get("X-Frame-Options") != "DENY" ||
			a.header.Get("Referrer-Policy") != "no-referrer" || a.header.Get("Cross-Origin-Opener-Policy") != "unsafe-none" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			t.Errorf("%v", a.header)
		}
		if a.header.Get("Location") != "" || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v", a.header)
		}
	}
}

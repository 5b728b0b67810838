package oauth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

func TestAProgramIsConnectedAndCutOff(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		// It learns where to ask.
		refused := w.atMCP(0, "nonsense").want(http.StatusUnauthorized)
		if got, want := refused.header.Get("WWW-Authenticate"), `Bearer realm="mindflow", error="invalid_token", resource_metadata="`+issuer+`/.well-known/oauth-protected-resource/mcp"`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		resource := w.send(1, "GET /.well-known/oauth-protected-resource/mcp", "").want(http.StatusOK)
		server := w.send(1, "GET /.well-known/oauth-authorization-server", "").want(http.StatusOK)
		if resource.at("resource") != issuer+"/mcp" || resource.at("authorization_servers") != `["`+issuer+`"]` || server.at("issuer") != issuer {
			t.Errorf("%s %s", resource.body, server.body)
		}
		// The person is told who asks, for what, and allows less.
		seen := w.consider(w.ask()).want(http.StatusOK)
		want := `{"client":{"name":"An App","address":"https://app.example.com","kind":"registered","redirect_host":"app.example.com","on_this_computer":false},` +
			`"scopes":["tasks:read","tasks:write"],"expires_after_days":90,"refused":null}`
		if strings.TrimSpace(seen.body) != want {
			t.Errorf("%s, want %s", seen.body, want)
		}
		to, query := w.decide(w.ask(), "tasks:read").sentTo()
		if to != "https://app.example.com/cb" || query.Get("keep") != "1" || query.Get("state") != "s+/&1" || query.Get("iss") != issuer || len(query) != 4 {
			t.Errorf("%s %v", to, query)
		}
		got := w.exchange(1, query.Get("code")).want(http.StatusOK)
		if got.at("token_type") != "Bearer" || got.at("expires_in") != "3600" || got.at("scope") != "tasks:read" || got.header.Get("Cache-Control") != "no-store" ||
			!strings.HasPrefix(got.at("access_token"), "mfa_") || !strings.HasPrefix(got.at("refresh_token"), "mfr_") {
			t.Errorf("%v %s", got.header, got.body)
		}
		w.alive("a new token", got.at("access_token"))
		actor, err := w.apps[0].Authenticate(t.Context(), got.at("access_token"), mindflow.ThroughAssistant)
		if err != nil || actor.UserID != w.ada.UserID || actor.Scopes != mindflow.TasksRead || actor.Program.Name != "An App" {
			t.Errorf("%+v, %v", actor, err)
		}
		// It renews, and is listed.
		w.keepUses()
		w.clock.Move(mindflow.ClientGrantDays * 24 * time.Hour / 2)
		next := w.renew(0, got.at("refresh_token")).want(http.StatusOK)
		if a := w.atMCP(1, got.at("access_token")); a.status != http.StatusUnauthorized {
			t.Errorf("after its hour the access token gets %d", a.status)
		}
		w.alive("the next token", next.at("access_token"))
		w.keepUses()
		list := w.send(1, "GET /api/grants", "", "Authorization: Bearer "+w.session).want(http.StatusOK)
		for _, part := range []string{
			`"name":"An App"`, `"address":"https://app.example.com"`, `"scopes":["tasks:read"]`, `"created_at":"2026-11-27T08:00:00.000000Z"`,
			`"last_used_at":"2027-01-11T08:00:00.000000Z"`, `"expires_at":"2027-04-11T08:00:00.000000Z"`,
		} {
			if !strings.Contains(list.body, part) {
				t.Errorf("no %s in %s", part, list.body)
			}
		}
		_, id, _ := strings.Cut(list.body, `"id":"`)
		path := "/api/grants/" + id[:36]
		_, eve := w.person("eve@example.com")
		w.send(0, "DELETE "+path, "", "Authorization: Bearer "+eve).want(http.StatusNotFound)
		w.send(0, "DELETE /api/tokens/"+id[:36], "", "Authorization: Bearer "+w.session).want(http.StatusNotFound)
		w.send(0, "DELETE "+path, "", "Authorization: Bearer "+w.session).want(http.StatusNoContent)
		w.dead("it was cut off", next.at("access_token"), next.at("refresh_token"))
		w.send(0, "DELETE "+path, "", "Authorization: Bearer "+w.session).want(http.StatusNotFound)
		if list := w.send(1, "GET /api/grants", "", "Authorization: Bearer "+w.session); strings.TrimSpace(list.body) != `{"items":[]}` {
			t.Error(list.body)
		}
		for _, secret := range []string{got.at("access_token"), got.at("refresh_token"), next.at("refresh_token"), query.Get("code"), verifier, "s+/&1"} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
	})
}

// A program on the person's own machine takes whatever port is free.
func TestAProgramOnOnesOwnMachineNamesItsPortWhenItAsks(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const here = "redirect_uri=http://127.0.0.1:49152/done"
		if seen := w.consider(w.ask(here)).want(http.StatusOK); !strings.Contains(seen.body, `"address":"http://127.0.0.1:49152","kind":"registered","redirect_host":"127.0.0.1","on_this_computer":true`) {
			t.Error(seen.body)
		}
		code := w.code(here)
		if a := w.exchange(0, code, "redirect_uri=http://127.0.0.1:49153/done"); a.at("error") != "invalid_grant" {
			t.Errorf("with another port than it asked with: %s", a.body)
		}
		w.exchange(0, code, here).want(http.StatusOK)
	})
}

// The addresses are those that the makers' public documentation names.
func TestClaudeAndChatGPTAreKnownByWhereTheirAnswersGo(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for redirect, name := range map[string]string{
			"https://claude.ai/api/mcp/auth_callback": "Claude", "https://claude.com/api/mcp/auth_callback": "Claude",
			"https://chatgpt.com/connector_platform_oauth_redirect": "ChatGPT", "https://chatgpt.com/connector/oauth/4f_X-2": "ChatGPT",
		} {
			w.client = w.register(`{"client_name": "whatever it says", "redirect_uris": ["` + redirect + `"], "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "token_endpoint_auth_method": "client_secret_post", "scope": "claudeai", "client_uri": "https://evil.example", "logo_uri": "x"}`)
			// Both ask for more than there is; what there is they get.
			asks := []string{"redirect_uri=" + redirect, "scope=claudeai offline_access tasks:read"}
			if seen := w.consider(w.ask(asks...)).want(http.StatusOK); !strings.Contains(seen.body, `"name":"`+name+`"`) || !strings.Contains(seen.body, `"kind":"known"`) || !strings.Contains(seen.body, `"scopes":["tasks:read"]`) {
				t.Errorf("%s: %s", redirect, seen.body)
			}
			_, query := w.decide(w.ask(asks...), "tasks:read").sentTo()
			got := w.exchange(0, query.Get("code"), "redirect_uri="+redirect, "resource="+issuer+"/mcp").want(http.StatusOK)
			w.alive(name, got.at("access_token"))
		}
	})
}

// published stands for the internet: documents of programs, by their address.
type published map[string]mindflow.Client

func (p published) ClientDocument(_ context.Context, id string) (mindflow.Client, error) {
	if c, ok := p[id]; ok {
		return c, nil
	}
	return mindflow.Client{}, mindflow.InvalidField("client_id", "is not an address of a document")
}

func TestAProgramIsDescribedByADocumentOfItsOwn(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		const id = "https://app.example.com/oauth/client.json"
		with := settings()
		with.Documents = published{id: {ID: id, Kind: mindflow.DocumentClient, Name: "Documented", RedirectURIs: []string{callback}}}
		w := newWorld(t, kind, with, "")
		if a := w.send(0, "GET /.well-known/oauth-authorization-server", ""); a.at("client_id_metadata_document_supported") != "true" {
			t.Error(a.body)
		}
		w.client = id
		if seen := w.consider(w.ask()).want(200); !strings.Contains(seen.body, `"name":"Documented","address":"`+id+`","kind":"document","redirect_host":"app.example.com"`) {
			t.Error(seen.body)
		}
		access, refresh := w.tokens()
		w.alive("a documented program's token", access)
		w.renew(1, refresh).want(200)
		if list := w.send(0, "GET /api/grants", "", "Authorization: Bearer "+w.session); !strings.Contains(list.body, `"address":"`+id+`"`) {
			t.Error(list.body)
		}
		if a := w.consider(w.ask("client_id=https://other.example/client.json")); a.status != 422 || !strings.Contains(a.body, `"field":"client_id"`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

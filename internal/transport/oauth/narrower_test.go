package oauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

// What a program asks for that is of no use at the resource neither stands on the
// page nor is granted. Seen red with scopes that no resource cuts.
func TestNobodyIsAskedForWhatIsOfNoUseThere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		everything := "scope=account:read tasks:read tasks:write offline_access"
		for _, row := range []struct{ resource, scopes string }{
			{"resource=" + issuer + "/mcp", `"scopes":["tasks:read","tasks:write"]`},
			{"resource=", `"scopes":["tasks:read","tasks:write"]`},
			{"resource=" + issuer + "/api", `"scopes":["account:read","tasks:read","tasks:write"]`},
		} {
			if seen := w.consider(w.ask(everything, row.resource)).want(http.StatusOK); !strings.Contains(seen.body, row.scopes) || !strings.Contains(seen.body, `"refused":null`) {
				t.Errorf("%s: %s", row.resource, seen.body)
			}
		}
		if a := w.decide(w.ask(everything), "account:read", "tasks:read"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("granted all the same: %d %s", a.status, a.body)
		}
		if got := w.exchange(0, w.code(everything)).want(http.StatusOK); got.at("scope") != "tasks:read tasks:write" {
			t.Error(got.body)
		}
		if _, query := w.decide(w.ask("scope=account:read"), "account:read").sentTo(); query.Get("error") != "invalid_scope" || query.Has("code") {
			t.Errorf("nothing but that: %v", query)
		}
	})
}

// RFC 6749, 6. Seen red with an access token that is good for all of the grant.
func TestAProgramThatRefreshesForLessGetsLess(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		api := "resource=" + issuer + "/api"
		may := func(says, token string, write bool) {
			t.Helper()
			for server := range w.http {
				reads := w.atAPI(server, token)
				writes := w.send(server, "POST /api/tasks", `{"title": "x"}`, asJSON, "Authorization: Bearer "+token)
				want := map[bool]int{true: http.StatusCreated, false: http.StatusForbidden}[write]
				if reads.status != http.StatusOK || writes.status != want {
					t.Errorf("%s: server %d answers %d, and %d to a change", says, server, reads.status, writes.status)
				}
			}
		}
		_, first := w.tokens(api)
		for _, beyond := range []string{"account:read", "tasks:read account:read", "offline_access", "sudo"} {
			if a := w.renew(0, first, "scope="+beyond); a.at("error") != "invalid_scope" {
				t.Errorf("%s: %s", beyond, a.body)
			}
		}
		less := w.renew(0, first, "scope=tasks:read offline_access").want(http.StatusOK)
		if less.at("scope") != "tasks:read" {
			t.Error(less.body)
		}
		may("less", less.at("access_token"), false)
		again := w.renew(1, first, "scope=tasks:read").want(http.StatusOK) // the answer may be lost
		if again.at("scope") != "tasks:read" || again.at("refresh_token") != less.at("refresh_token") {
			t.Error(again.body)
		}
		may("less, within the grace", again.at("access_token"), false)
		all := w.renew(1, less.at("refresh_token")).want(http.StatusOK)
		if all.at("scope") != "tasks:read tasks:write" {
			t.Error(all.body)
		}
		may("all again", all.at("access_token"), true)
		may("the one from before", less.at("access_token"), false)
		if list := w.send(1, "GET /api/grants", "", "Authorization: Bearer "+w.session); !strings.Contains(list.body, `"scopes":["tasks:read","tasks:write"]`) {
			t.Error(list.body)
		}
	})
}

// A program that is connected anew has one grant: the newest. Seen red with grants
// that stand beside each other.
func TestConnectingAProgramAnewTakesThePlaceOfItsGrant(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		api, _ := w.tokens("resource=" + issuer + "/api")
		access, refresh := w.tokens()
		first := w.client
		w.client = w.register(`{"client_name": "An App", "redirect_uris": ["` + callback + `"]}`)
		others, _ := w.tokens()
		w.client = first
		ada, session := w.ada, w.session
		w.ada, w.session = w.person("eve@example.com")
		eves, _ := w.tokens()
		w.ada, w.session = ada, session
		code := w.code()
		w.alive("until the program comes with the code", access)
		again := w.exchange(1, code).want(http.StatusOK).at("access_token")
		w.dead("it was connected anew", access, refresh)
		for says, token := range map[string]string{"the new one": again, "of another program": others, "of another person": eves} {
			w.alive(says, token)
		}
		if a := w.atAPI(0, api); a.status != http.StatusOK {
			t.Errorf("for something else: %d", a.status)
		}
		if grants, err := w.apps[0].Connected(t.Context(), w.ada); err != nil || len(grants) != 3 {
			t.Errorf("%d grants, %v", len(grants), err)
		}
	})
}

// A document describes a program wherever it runs: on two computers of a person's
// it has two grants. In the web there is one of it.
func TestAProgramOnTwoComputersHasAGrantOnEach(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		const id, here = "https://app.example.com/oauth/client.json", "redirect_uri=http://127.0.0.1:49152/done"
		with := settings()
		with.Documents = published{id: {ID: id, Kind: mindflow.DocumentClient, Name: "Documented", RedirectURIs: []string{callback, "http://127.0.0.1/done"}}}
		w := newWorld(t, kind, with, "")
		w.client = id
		desk := w.exchange(0, w.code(here), here).want(http.StatusOK)
		bag := w.exchange(1, w.code(here), here).want(http.StatusOK)
		w.alive("on the one", desk.at("access_token"))
		w.alive("on the other", bag.at("access_token"))
		web, refresh := w.tokens()
		again, _ := w.tokens()
		w.dead("it was connected anew", web, refresh)
		w.alive("the new one", again)
	})
}

// What ends a grant since it was stolen, or seems so, is told in the log, once, and
// without what was shown. Seen red with ends that nobody was told of.
func TestAGrantThatEndsSinceSomethingWasShownTwiceIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		seen := 0
		told := func(says string, secrets ...string) {
			t.Helper()
			log := w.log.String()
			var lines []string
			for line := range strings.Lines(log[seen:]) {
				if strings.Contains(line, "level=WARN") {
					lines = append(lines, line)
				}
			}
			if len(lines) != 1 || !strings.Contains(lines[0], says) || !strings.Contains(lines[0], "client="+w.client) || !strings.Contains(lines[0], "grant=") {
				t.Errorf("told %q", lines)
			}
			for _, secret := range secrets {
				if strings.Contains(log, secret) {
					t.Errorf("the log holds %s", secret)
				}
			}
			seen = len(log)
		}
		code := w.code()
		got := w.exchange(0, code).want(http.StatusOK)
		for range 3 {
			w.exchange(1, code).want(http.StatusBadRequest)
		}
		told("code was shown a second time", code, got.at("access_token"), got.at("refresh_token"))
		_, first := w.tokens()
		second := w.renew(0, first).want(http.StatusOK)
		w.clock.Move(time.Minute)
		for range 3 {
			w.renew(1, first).want(http.StatusBadRequest)
		}
		told("refresh token was shown a second time", first, second.at("refresh_token"))
		// What is merely wrong, or over, is not.
		w.exchange(0, "wrong").want(http.StatusBadRequest)
		w.renew(0, "mfr_wrong").want(http.StatusBadRequest)
		_, given := w.tokens()
		w.post(0, "/oauth/revoke", map[string]string{"token": given}).want(http.StatusOK)
		w.renew(0, given).want(http.StatusBadRequest)
		if log := w.log.String()[seen:]; strings.Contains(log, "level=WARN") {
			t.Error(log)
		}
	})
}

// Whoever types a slash behind the address reaches the same, with a token for the
// address without it. Seen red with 404.
func TestASlashBehindTheAddressIsNoOtherAddress(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		token, _ := w.tokens()
		api, _ := w.tokens("resource=" + issuer + "/api")
		at := func(path, token string) answer {
			return w.send(1, "POST "+path, listTools, asJSON, "Accept: application/json, text/event-stream", "Authorization: Bearer "+token)
		}
		if plain, slash := at("/mcp", token).want(http.StatusOK), at("/mcp/", token).want(http.StatusOK); plain.body != slash.body {
			t.Errorf("%s, and with a slash %s", plain.body, slash.body)
		}
		refused := at("/mcp/", api).want(http.StatusUnauthorized)
		if got, want := refused.header.Get("WWW-Authenticate"), `Bearer realm="mindflow", error="invalid_token", resource_metadata="`+issuer+`/.well-known/oauth-protected-resource/mcp"`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for _, path := range []string{"/mcp//", "/mcp/x", "/mcp/mcp"} {
			if a := at(path, token); a.status == http.StatusOK {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		at("/mcp/", w.session).want(at("/mcp", w.session).status)
	})
}

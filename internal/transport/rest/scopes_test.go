package rest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// The decision about each route: which scopes a token needs one of.
const (
	openToAll  = "open"  // nobody is asked for
	noTokens   = "never" // only the person, signed in
	readsTasks = "tasks:read"
	editsTasks = "tasks:write"
	readsWho   = "account:read"
	readsRank  = "account:read or tasks:read"
)

// admits are the decisions. A new route has to be decided here, too.
var admits = map[string]string{
	"POST /api/auth/register": openToAll, "POST /api/auth/login": openToAll, "POST /api/auth/refresh": openToAll, "POST /api/auth/logout": openToAll,
	"GET /api/auth/options": openToAll, "POST /api/auth/forgot-password": openToAll, "POST /api/auth/reset-password": openToAll,
	"POST /api/auth/verify-email": openToAll, "POST /api/auth/confirm-email": openToAll, "POST /api/auth/keep-email": openToAll,
	"POST /api/auth/passkey/begin": openToAll, "POST /api/auth/passkey/login": openToAll,
	"GET /health": openToAll, "GET /health/live": openToAll, "GET /health/ready": openToAll,

	"PATCH /api/auth/me": noTokens, "POST /api/auth/change-password": noTokens, "POST /api/auth/change-email": noTokens,
	"POST /api/auth/delete-account": noTokens, "POST /api/auth/keep-account": noTokens, "POST /api/auth/verify-email/resend": noTokens,
	"POST /api/auth/revoke": noTokens, "GET /api/sessions": noTokens, "DELETE /api/sessions/{id}": noTokens,
	"GET /api/tokens": noTokens, "POST /api/tokens": noTokens, "DELETE /api/tokens/{id}": noTokens,
	"POST /api/oauth/requests": noTokens, "POST /api/oauth/decisions": noTokens, "GET /api/grants": noTokens, "DELETE /api/grants/{id}": noTokens, "PUT /api/preferences": noTokens,

	"GET /api/auth/second-factor": noTokens, "POST /api/auth/second-factor/begin": noTokens, "POST /api/auth/second-factor/confirm": noTokens,
	"POST /api/auth/second-factor/recovery-codes": noTokens, "POST /api/auth/second-factor/off": noTokens,
	"GET /api/auth/passkeys": noTokens, "POST /api/auth/passkeys": noTokens, "POST /api/auth/passkeys/begin": noTokens,
	"POST /api/auth/passkeys/remove": noTokens, "PATCH /api/auth/passkeys/{id}": noTokens,

	"GET /api/auth/me": readsWho, "GET /api/preferences": readsRank,

	"GET /api/tasks": readsTasks, "GET /api/tasks/pending": readsTasks, "GET /api/tasks/best": readsTasks, "GET /api/tasks/ranked": readsTasks,
	"GET /api/tasks/{id}": readsTasks, "GET /api/tasks/{id}/dependencies": readsTasks, "GET /api/export/{format}": readsTasks, "POST /api/recurrence/preview": readsTasks,
	"GET /api/projects": readsTasks, "GET /api/projects/{id}": readsTasks, "POST /api/projects": editsTasks,
	"POST /api/tasks/parse":    readsTasks,
	"PATCH /api/projects/{id}": editsTasks, "DELETE /api/projects/{id}": editsTasks, "POST /api/projects/{id}/archive": editsTasks,
	"POST /api/projects/{id}/unarchive": editsTasks, "POST /api/projects/{id}/restore": editsTasks, "POST /api/projects/{id}/move": editsTasks,
	"POST /api/tasks/{id}/move": editsTasks,

	"GET /api/tasks/{id}/steps": readsTasks,
	"GET /api/templates":        readsTasks, "GET /api/templates/{id}": readsTasks, "POST /api/templates": editsTasks, "PATCH /api/templates/{id}": editsTasks,
	"DELETE /api/templates/{id}": editsTasks, "POST /api/templates/{id}/use": editsTasks,

	"POST /api/tasks/quick": editsTasks, "POST /api/tasks": editsTasks, "PATCH /api/tasks/{id}": editsTasks, "PUT /api/tasks/{id}": editsTasks, "DELETE /api/tasks/{id}": editsTasks,
	"POST /api/tasks/{id}/complete": editsTasks, "POST /api/tasks/{id}/reopen": editsTasks, "POST /api/tasks/{id}/snooze": editsTasks,
	"POST /api/tasks/{id}/skip": editsTasks, "POST /api/tasks/{id}/restore": editsTasks, "POST /api/import/{format}": editsTasks,

	"POST /api/undo": editsTasks, "GET /api/changes": readsTasks, "GET /api/trash": readsTasks, "GET /api/reminders": readsTasks, "DELETE /api/trash/{id}": editsTasks, "POST /api/tasks/bulk": editsTasks,
}

// bodiesOf are what the routes are sent that a token would otherwise be refused
// for another reason.
var bodiesOf = map[string]string{
	"POST /api/tasks/parse": `{"text": "x tomorrow"}`, "POST /api/tasks/quick": `{"text": "x tomorrow"}`,
	"POST /api/tasks": `{"title": "x"}`, "PATCH /api/tasks/{id}": `{"priority": 4}`, "PUT /api/tasks/{id}": `{"priority": 4}`,
	"PATCH /api/auth/me": `{"full_name": "Ada"}`, "POST /api/auth/change-password": `{"current_password": "x", "new_password": "correct horse battery"}`,
	"POST /api/auth/change-email": `{"password": "x", "email": "new@example.com"}`, "POST /api/auth/delete-account": `{"password": "x"}`,
	"PUT /api/preferences": `{"weight_urgency": 41}`, "POST /api/tokens": `{"name": "another", "scopes": ["tasks:read"]}`,
	"POST /api/import/{format}": "title\nx\n", "POST /api/recurrence/preview": `{"rule": "FREQ=DAILY", "start": "2026-11-27"}`,
	"POST /api/projects": `{"name": "x"}`, "PATCH /api/projects/{id}": `{"name": "y"}`, "POST /api/projects/{id}/move": `{"last": true}`,
	"POST /api/tasks/{id}/move": `{"last": true}`,
	"POST /api/templates":       `{"name": "x", "content": {"task": {"title": "x"}}}`, "PATCH /api/templates/{id}": `{"name": "y"}`, "POST /api/templates/{id}/use": `{}`,
	"POST /api/oauth/requests": `{"client_id": "x", "redirect_uri": "x"}`, "POST /api/oauth/decisions": `{"client_id": "x", "redirect_uri": "x", "approve": true}`,

	"POST /api/undo": `{"change": "2"}`, "POST /api/tasks/bulk": `{"ids": ["` + someone + `"], "action": "complete"}`,

	"POST /api/auth/second-factor/begin": `{"password": "x"}`, "POST /api/auth/second-factor/confirm": `{"code": "000000"}`,
	"POST /api/auth/second-factor/recovery-codes": `{"password": "x"}`, "POST /api/auth/second-factor/off": `{"password": "x"}`,
	"POST /api/auth/passkeys": `{"credential": {}}`, "POST /api/auth/passkeys/begin": `{"password": "x"}`,
	"POST /api/auth/passkeys/remove": `{"id": "` + someone + `", "password": "x"}`, "PATCH /api/auth/passkeys/{id}": `{"name": "x"}`,
}

// Seen red: with a use case that does not look at the scopes, with the scopes
// left out of a route's documentation, and with a route left out of the table.
func TestEachRouteAdmitsTokensOfTheScopesDecidedForIt(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		task := ada.create(`{"title": "x"}`)
		tokens := map[mindflow.Scopes]string{}
		for s := mindflow.Scopes(1); s <= mindflow.Grantable; s++ {
			tokens[s] = ada.makeToken(s.Names()...).at("token")
		}
		document := srv.document()
		seen := map[string]bool{}
		for path, methods := range document.Paths {
			for method, op := range methods {
				route := strings.ToUpper(method) + " " + path
				decided, known := admits[route]
				if !known {
					srv.t.Errorf("nobody has decided which scopes admit a token to %s: say so in this file", route)
					continue
				}
				seen[route] = true
				if got := documented(op.Security); got != decided {
					srv.t.Errorf("%s is documented as for %q, and decided as for %q", route, got, decided)
				}
				if decided == openToAll {
					continue
				}
				for s, token := range tokens {
					a := person{srv: srv, token: token}.tries(route, task)
					srv.checkScope(a, decided, s)
				}
				if a := srv.session(ada.actor).tries(route, task); a.status == http.StatusForbidden || a.status == http.StatusUnauthorized {
					srv.t.Errorf("%s: a session is answered %d", route, a.status)
				}
				ada = srv.session(ada.actor) // the route may have ended it
			}
		}
		for route := range admits {
			if !seen[route] {
				srv.t.Errorf("%s is decided, and there is no such route", route)
			}
		}
	})
}

// documented is the decision that a route's documentation tells of.
func documented(security []map[string][]string) string {
	if len(security) == 0 {
		return openToAll
	}
	var scopes []string
	for _, way := range security {
		scopes = append(scopes, way["token"]...)
	}
	if len(scopes) == 0 {
		return noTokens
	}
	return strings.Join(scopes, " or ")
}

// tries sends a route something good.
func (p person) tries(route, task string) answer {
	p.srv.t.Helper()
	request := strings.NewReplacer("tasks/{id}", "tasks/"+task, "{id}", someone, "{format}", "csv").Replace(route)
	if strings.HasPrefix(route, "POST /api/import/") {
		return p.do(request, bodiesOf[route], "Content-Type: application/octet-stream")
	}
	return p.do(request, bodiesOf[route])
}

func (srv *server) checkScope(a answer, decided string, granted mindflow.Scopes) {
	srv.t.Helper()
	enough := slices.ContainsFunc(granted.Names(), func(name string) bool {
		return slices.Contains(strings.Split(decided, " or "), name)
	})
	refused := a.status == http.StatusForbidden
	if refused == enough || a.status == http.StatusUnauthorized {
		srv.t.Errorf("%s with a token of %q: %d, though it is for %q: %s", a.request, granted, a.status, decided, a.body)
	}
	if !refused {
		return
	}
	want := `Bearer realm="mindflow", error="insufficient_scope"`
	if decided != noTokens {
		names := strings.Split(decided, " or ")
		want += fmt.Sprintf(`, scope=%q`, names[len(names)-1])
	}
	if got := a.header.Get("WWW-Authenticate"); got != want {
		srv.t.Errorf("%s: WWW-Authenticate is %s, want %s", a.request, got, want)
	}
}

// makeToken makes a token through the API.
func (p person) makeToken(scopes ...string) answer {
	p.srv.t.Helper()
	body := fmt.Sprintf(`{"name": "script", "scopes": ["%s"]}`, strings.Join(scopes, `", "`))
	return p.do("POST /api/tokens", body).want(http.StatusCreated)
}

func TestTokensAreMadeShownOnceListedAndRevoked(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		ada.do("GET /api/tokens", "").want(http.StatusOK).has("tokens=[]")
		made := ada.do("POST /api/tokens", `{"name": " Café ", "scopes": ["tasks:write", "tasks:read", "tasks:read"], "expires_in_days": 1}`).want(http.StatusCreated)
		made.has("name=Café; scopes=[\"tasks:read\",\"tasks:write\"]; created_at=2026-11-27T08:00:00.123456Z; expires_at=2026-11-28T08:00:00.123456Z; last_used_at=null")
		if made.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(made.at("token"), "mfp_") {
			srv.t.Errorf("%v %s", made.header, made.body)
		}
		script := person{srv: srv, token: made.at("token")}
		script.create(`{"title": "by a script"}`)
		if err := srv.app.KeepUses(srv.t.Context()); err != nil {
			srv.t.Fatal(err)
		}
		list := ada.do("GET /api/tokens", "").want(http.StatusOK).has("tokens.0.name=Café; tokens.0.last_used_at=2026-11-27T08:00:00.123456Z; tokens.0.token=-; tokens.1=-")
		eve.do("GET /api/tokens", "").want(http.StatusOK).has("tokens=[]")
		id := list.at("tokens.0.id")
		eve.do("DELETE /api/tokens/"+id, "").want(http.StatusNotFound)
		script.do("GET /api/tasks", "").want(http.StatusOK)
		ada.do("DELETE /api/tokens/"+id, "").want(http.StatusNoContent)
		script.do("GET /api/tasks", "").want(http.StatusUnauthorized)
		ada.do("DELETE /api/tokens/"+id, "").want(http.StatusNotFound)
		ada.do("DELETE /api/tokens/x", "").want(http.StatusUnprocessableEntity)
		ada.do("GET /api/tokens", "").want(http.StatusOK).has("tokens=[]")
		events, err := srv.store.Events(srv.t.Context(), ada.actor.WorkspaceID, 1, 10)
		if err != nil || len(events) != 1 || events[0].Through() != "token Café" {
			srv.t.Errorf("%+v, %v", events, err)
		}
	})
}

func TestWhatMakesNoToken(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		for body, fields := range map[string]string{
			`{}`: "name scopes",
			`{"name": "", "scopes": [], "expires_in_days": 0}`:                              "name scopes expires_in_days",
			`{"name": "x", "scopes": ["tasks:read", "sudo"]}`:                               "scopes",
			`{"name": "x", "scopes": null}`:                                                 "scopes",
			`{"name": "` + strings.Repeat("é", 101) + `", "scopes": ["tasks:read"]}`:        "name",
			`{"name": "x", "scopes": ["tasks:read"], "expires_in_days": 366}`:               "expires_in_days",
			`{"name": "x", "scopes": ["tasks:read"], "expires_in_days": -1}`:                "expires_in_days",
			`{"name": "x", "scopes": ["tasks:read"], "expires_in_days": "never"}`:           "expires_in_days",
			`{"name": "x", "scopes": ["tasks:read"], "user_id": "` + someone + `"}`:         "user_id",
			`{"name": "x", "scopes": ["tasks:read"], "token": "mfp_chosen", "kind": "all"}`: "kind token",
		} {
			a := ada.do("POST /api/tokens", body).want(http.StatusUnprocessableEntity)
			if got := a.fields(); got != fields {
				srv.t.Errorf("%s: %s, want %s", body, got, fields)
			}
		}
	})
}

// Fails when the secret is kept anywhere: in a row, for a repeat with the same
// key, or in the log.
func TestATokensSecretIsKeptNowhere(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		body := `{"name": "x", "scopes": ["tasks:read", "tasks:write"]}`
		first := ada.do("POST /api/tokens", body, "Idempotency-Key: k1").want(http.StatusCreated).at("token")
		second := ada.do("POST /api/tokens", body, "Idempotency-Key: k1").want(http.StatusCreated).at("token")
		if first == second {
			srv.t.Error("the answer was kept for a repeat")
		}
		script := person{srv: srv, token: first}
		script.do("POST /api/tasks", `{"title": "x"}`, "Idempotency-Key: k2").want(http.StatusCreated)
		script.do("GET /api/tokens", "").want(http.StatusForbidden)
		person{srv: srv, token: first + "x"}.do("GET /api/tasks", "").want(http.StatusUnauthorized)
		rows := 0
		err := srv.store.Dump(srv.t.Context(), store.Content{
			Schema: func(int64) error { return nil }, Table: func(string, []string) error { return nil },
			Row: func(values []any) error {
				rows++
				for _, v := range values {
					if text := fmt.Sprintf("%s", v); strings.Contains(text, first[4:]) || strings.Contains(text, second[4:]) {
						srv.t.Errorf("it is kept: %s", text)
					}
				}
				return nil
			},
		})
		if err != nil || rows < 10 {
			srv.t.Errorf("%d rows, %v", rows, err)
		}
		if log := srv.log.String(); strings.Contains(log, first[4:]) || !strings.Contains(log, "/api/tokens") {
			srv.t.Errorf("the log: %s", log)
		}
	})
}

func TestSessionsAreListedAndEndedThroughTheAPI(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		eve := srv.person("eve@example.com", "UTC")
		srv.nobody().do("POST /api/auth/register", fmt.Sprintf(`{"email": "ada@example.com", "password": %q}`, password)).want(http.StatusCreated)
		login := fmt.Sprintf(`{"email": "ada@example.com", "password": %q}`, password)
		here := srv.nobody().do("POST /api/auth/login", login, "X-Session: cookie", "User-Agent: Browser/1.0").want(http.StatusOK)
		srv.clock.Move(time.Minute)
		there := srv.nobody().do("POST /api/auth/login", login, "User-Agent: mindflow").want(http.StatusOK)
		ada, terminal := person{srv: srv, token: here.at("access_token")}, person{srv: srv, token: there.at("access_token")}
		list := ada.do("GET /api/sessions", "").want(http.StatusOK)
		list.has("sessions.0.current=false; sessions.0.kind=terminal; sessions.0.user_agent=mindflow; sessions.1.current=true; sessions.1.kind=cookie; " +
			"sessions.1.user_agent=Browser/1.0; sessions.1.created_at=2026-11-27T08:00:00.123456Z; sessions.0.last_seen_at=2026-11-27T08:01:00.123456Z; sessions.2=-")
		id := list.at("sessions.0.id")
		eve.do("DELETE /api/sessions/"+id, "").want(http.StatusNotFound)
		terminal.do("GET /api/tasks", "").want(http.StatusOK)
		ada.do("DELETE /api/sessions/"+id, "").want(http.StatusNoContent)
		terminal.do("GET /api/tasks", "").want(http.StatusUnauthorized)
		srv.nobody().do("POST /api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, there.at("refresh_token"))).want(http.StatusUnauthorized)
		ada.do("DELETE /api/sessions/"+id, "").want(http.StatusNotFound)
		ada.do("DELETE /api/sessions/"+list.at("sessions.1.id"), "").want(http.StatusNoContent) // one's own
		ada.do("GET /api/sessions", "").want(http.StatusUnauthorized)
	})
}

// A token costs the database as many statements as a session.
func TestATokensStatementsAreThoseOfASession(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		id := ada.create(`{"title": "the one"}`)
		script := person{srv: srv, token: ada.makeToken(mindflow.Grantable.Names()...).at("token"), actor: ada.actor}
		for _, request := range slices.Sorted(maps.Keys(map[string]bool{"GET /api/tasks": true, "GET /api/tasks/best": true, "GET /api/tasks/" + id: true, "GET /api/auth/me": true})) {
			ada.do(request, "").want(http.StatusOK)
			a, b := ada.statements(request, ""), script.statements(request, "")
			if a != b {
				srv.t.Errorf("%s: %d statements in a session, %d with a token", request, a, b)
			}
		}
	})
}

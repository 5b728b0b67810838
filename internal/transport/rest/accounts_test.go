package rest_test

import (
	"net/http"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
	"mindflow/web"
)

const (
	password = "correct horse battery"
	adaSays  = `{"email": "Ada@Example.com", "password": "` + password + `", "full_name": " Ada Lovelace ", "timezone": "Europe/Berlin"}`
	adaSigns = `{"email": "ada@example.com", "password": "` + password + `"}`
)

// accounts is a server with the product's token times.
func accounts(t *testing.T, kind storetest.Kind) *server {
	t.Helper()
	c, url := newClock(), storetest.URL(t, kind)
	return serveFor(t, c, open(t, url, c), web.Placeholder(), accessTTL)
}

func eachAccounts(t *testing.T, test func(srv *server)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(accounts(t, kind))
	})
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (srv *server) login() tokens {
	srv.t.Helper()
	var got tokens
	srv.nobody().do("POST /api/auth/login", adaSigns).want(http.StatusOK).into(&got)
	return got
}

func (srv *server) refresh(token string) (tokens, int) {
	srv.t.Helper()
	var got tokens
	a := srv.nobody().do("POST /api/auth/refresh", `{"refresh_token": "`+token+`"}`)
	if a.status == http.StatusOK {
		a.into(&got)
	}
	return got, a.status
}

// me is the status of GET /api/auth/me.
func (srv *server) me(access string) int {
	srv.t.Helper()
	return person{srv: srv, token: access}.do("GET /api/auth/me", "").status
}

func TestAnAccountIsOpenedAndItsOwnerSignsInAndOut(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		anybody := srv.nobody()
		made := anybody.do("POST /api/auth/register", adaSays, "X-Client: web").want(http.StatusCreated)
		made.has("email=Ada@Example.com; full_name=Ada Lovelace; created_at=2026-11-27T08:00:00.123456Z")
		if len(made.body) == 0 || strings.Contains(string(made.body), "password") || made.at("id") == "-" {
			t.Errorf("the user is %s", made.body)
		}
		anybody.do("POST /api/auth/register", strings.ReplaceAll(adaSays, "Ada@Example.com", "aDA@eXAMPLE.COM")).want(http.StatusConflict)

		signed := anybody.do("POST /api/auth/login", adaSigns).want(http.StatusOK).has("token_type=bearer; expires_in=900")
		if signed.header.Get("Cache-Control") != "no-store" {
			t.Error("tokens may be kept by caches")
		}
		var got tokens
		signed.into(&got)
		if strings.Count(got.Access, ".") != 2 || len(got.Refresh) < 43 {
			t.Errorf("tokens %+v", got)
		}
		ada := person{srv: srv, token: got.Access}
		if me := ada.do("GET /api/auth/me", "").want(http.StatusOK); string(me.body) != string(made.body) {
			t.Errorf("me is %s, registered was %s", me.body, made.body)
		}
		ada.do("GET /api/preferences", "").want(http.StatusOK).has("timezone=Europe/Berlin")
		ada.do("POST /api/tasks", `{"title": "the workspace is there"}`).want(http.StatusCreated)

		user, _, err := srv.store.UserByEmail(t.Context(), "ADA@example.com")
		if err != nil {
			t.Fatal(err)
		}
		events, err := srv.store.Events(t.Context(), user.WorkspaceID, 0, 10)
		if err != nil || len(events) != 2 || events[0].Verb != mindflow.UserRegistered || events[0].Channel != mindflow.ThroughWeb {
			t.Errorf("events %+v, %v", events, err)
		}

		bye := `{"refresh_token": "` + got.Refresh + `"}`
		anybody.do("POST /api/auth/logout", bye).want(http.StatusNoContent)
		anybody.do("POST /api/auth/logout", bye).want(http.StatusNoContent)
		anybody.do("POST /api/auth/logout", `{"refresh_token": "none of ours"}`).want(http.StatusNoContent)
		if srv.me(got.Access) != http.StatusUnauthorized {
			t.Error("the access token outlives the session")
		}
		if _, status := srv.refresh(got.Refresh); status != http.StatusUnauthorized {
			t.Errorf("the refresh token outlives the session: %d", status)
		}
	})
}

func TestARegistrationNamesEveryBadFieldAtOnce(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	for body, want := range map[string]string{
		`{"email": "no address", "password": "short", "full_name": "` + strings.Repeat("é", 201) + `", "timezone": "Mars/Olympus"}`: "email full_name password timezone",
		`{}`: "email password",
		`{"email": "a@example.com", "password": "` + strings.Repeat("x1", 65) + `"}`:      "password",
		`{"email": "a@example.com", "password": "passwordpassword"}`:                      "password",
		`{"email": "a@example.com", "password": "password1234"}`:                          "password",
		`{"email": "a@example.com", "password": "abcabcabcabcabc"}`:                       "password",
		`{"email": "Ada <a@example.com>", "password": "` + password + `"}`:                "email",
		`{"email": null, "password": 12, "timezone": []}`:                                 "email password timezone",
		`{"email": "a@example.com", "password": "` + password + `", "admin": true}`:       "admin",
		`{"Email": "a@example.com", "password": "` + password + `"}`:                      "Email email",
		`{"email": "a@example.com", "password": "` + password + `", "timezone": "Local"}`: "timezone",
	} {
		a := srv.nobody().do("POST /api/auth/register", body).want(http.StatusUnprocessableEntity)
		got := strings.Fields(a.fields())
		sort.Strings(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%.60s: bad fields %v, want %s\n%s", body, got, want, a.body)
		}
	}
	// Lengths count code points after normalisation.
	body := `{"email": "b@example.com", "password": "ééééééééééé日", "full_name": "` + strings.Repeat("é", 200) + `"}`
	srv.nobody().do("POST /api/auth/register", body).want(http.StatusCreated)
	srv.nobody().do("POST /api/auth/register", `{"email": "c@example.com", "password": "`+password+`"}`).
		want(http.StatusCreated).has("full_name=null")
}

func TestAnUnknownAddressAndAWrongPasswordAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	srv := accounts(t, storetest.SQLite)
	srv.nobody().do("POST /api/auth/register", adaSays).want(http.StatusCreated)
	wrong := srv.nobody().do("POST /api/auth/login", `{"email": "ada@example.com", "password": "incorrect horse"}`).want(http.StatusUnauthorized)
	unknown := srv.nobody().do("POST /api/auth/login", `{"email": "eve@example.com", "password": "incorrect horse"}`).want(http.StatusUnauthorized)
	noAddress := srv.nobody().do("POST /api/auth/login", `{"email": "%", "password": "x"}`).want(http.StatusUnauthorized)
	for _, other := range []answer{unknown, noAddress} {
		if scrubbed(indented(wrong.body)) != scrubbed(indented(other.body)) {
			t.Errorf("they differ:\n%s\n%s", wrong.body, other.body)
		}
	}
	for name := range wrong.header {
		if _, both := unknown.header[name]; !both {
			t.Errorf("only one has the header %s", name)
		}
	}
}

func TestOnlyAValidAccessTokenAdmits(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		claims := func(key string, c credentials.Claims) string {
			signer, err := credentials.NewSigner([]string{key}, srv.clock.Now)
			if err != nil {
				t.Fatal(err)
			}
			token, err := signer.Sign(c)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		const ours = "a secret key of the tests, long enough"
		soon := srv.clock.Now().Add(time.Minute)
		for name, header := range map[string]string{
			"nothing":                   "",
			"no scheme":                 ada.token,
			"another scheme":            "Basic " + ada.token,
			"an empty token":            "Bearer ",
			"garbage":                   "Bearer garbage",
			"a cut token":               "Bearer " + ada.token[:len(ada.token)-2],
			"another key's":             "Bearer " + claims("another key, which is not ours at all", credentials.Claims{ExpiresAt: soon}),
			"no algorithm":              "Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.",
			"one that has expired":      "Bearer " + claims(ours, credentials.Claims{SessionID: mindflow.NewID[mindflow.Session](soon).String(), ExpiresAt: srv.clock.Now().Add(-time.Second)}),
			"no session":                "Bearer " + claims(ours, credentials.Claims{ExpiresAt: soon}),
			"a session that is unknown": "Bearer " + claims(ours, credentials.Claims{SessionID: mindflow.NewID[mindflow.Session](soon).String(), ExpiresAt: soon}),
		} {
			a := srv.nobody().do("GET /api/auth/me", "", "Authorization: "+header)
			if a.status != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		ada.token = "" // the header below is the only one
		again := srv.session(ada.actor)
		srv.nobody().do("GET /api/auth/me", "", "Authorization: bearer "+again.token).want(http.StatusOK)
	})
}

func TestAnAccessTokenExpiresAndARefreshTokenBringsAnother(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		srv.nobody().do("POST /api/auth/register", adaSays).want(http.StatusCreated)
		first := srv.login()
		srv.clock.Move(accessTTL - 2*time.Second)
		if srv.me(first.Access) != http.StatusOK {
			t.Error("it expires too early")
		}
		srv.clock.Move(3 * time.Second)
		if srv.me(first.Access) != http.StatusUnauthorized {
			t.Error("it does not expire")
		}
		second, status := srv.refresh(first.Refresh)
		if status != http.StatusOK || second.Refresh == first.Refresh || srv.me(second.Access) != http.StatusOK {
			t.Errorf("refreshed: %d, %+v", status, second)
		}
		srv.clock.Move(refreshTTL - time.Minute)
		third, status := srv.refresh(second.Refresh)
		if status != http.StatusOK {
			t.Errorf("the session does not live on: %d", status)
		}
		srv.clock.Move(refreshTTL)
		if _, status := srv.refresh(third.Refresh); status != http.StatusUnauthorized {
			t.Errorf("the refresh token does not expire: %d", status)
		}
	})
}

// A rotation's story: each step shows a token, after a while, and what comes
// of it is kept under a name.
func TestRotationOfRefreshTokens(t *testing.T) {
	t.Parallel()
	type step struct {
		after time.Duration
		show  string
		as    string // the name of the new token; "" when 401 is due
	}
	stories := map[string]struct {
		steps []step
		ends  bool // the family
	}{
		"each token is good once": {[]step{{0, "a", "b"}, {time.Hour, "b", "c"}, {time.Hour, "c", "d"}}, false},
		"shown again within the grace, its successor unused, it gets a fresh one once": {
			[]step{{0, "a", "b"}, {9 * time.Second, "a", "c"}, {time.Hour, "c", "d"}}, false,
		},
		"the replaced successor is refused without harm until the grace is over": {
			[]step{{0, "a", "b"}, {time.Second, "a", "c"}, {time.Second, "b", ""}, {7 * time.Second, "b", ""}, {0, "c", "d"}}, false,
		},
		"the replaced successor counts as reuse once the grace is over": {
			[]step{{0, "a", "b"}, {9 * time.Second, "a", "c"}, {time.Second, "b", ""}, {0, "c", ""}}, true,
		},
		"a third showing ends the family": {
			[]step{{0, "a", "b"}, {time.Second, "a", "c"}, {time.Second, "a", ""}, {0, "c", ""}}, true,
		},
		"shown again though its successor was used, it ends the family": {
			[]step{{0, "a", "b"}, {time.Second, "b", "c"}, {time.Second, "a", ""}, {0, "c", ""}}, true,
		},
		"shown again after the grace, it ends the family": {
			[]step{{0, "a", "b"}, {10 * time.Second, "a", ""}, {0, "b", ""}}, true,
		},
		"a token of nobody's harms nobody": {[]step{{0, "x", ""}, {0, "a", "b"}}, false},
	}
	eachAccounts(t, func(srv *server) {
		t := srv.t
		for name, c := range stories {
			t.Run(name, func(t *testing.T) {
				ada := srv.person(name+"@example.com", "UTC")
				first := srv.refreshable(ada.actor)
				known := map[string]tokens{"a": first, "x": {Refresh: "none of ours"}}
				newest := first
				for _, s := range c.steps {
					srv.clock.Move(s.after)
					got, status := srv.refresh(known[s.show].Refresh)
					if (status == http.StatusOK) != (s.as != "") || status != http.StatusOK && status != http.StatusUnauthorized {
						t.Fatalf("%s shown: %d", s.show, status)
					}
					if s.as != "" {
						known[s.as], newest = got, got
					}
				}
				if ended := srv.me(newest.Access) == http.StatusUnauthorized; ended != c.ends {
					t.Errorf("the family ended: %v, want %v", ended, c.ends)
				}
				if srv.me(ada.token) != http.StatusOK {
					t.Error("another session of hers ended too")
				}
			})
		}
	})
}

func TestRevokingEndsEverySessionOfOneUserAtTheNextRequest(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		phone, tab := srv.session(ada.actor), srv.refreshable(ada.actor)
		ada.do("POST /api/auth/revoke", "").want(http.StatusNoContent)
		for _, token := range []string{ada.token, phone.token, tab.Access} {
			if srv.me(token) != http.StatusUnauthorized {
				t.Error("a session lives on")
			}
		}
		if _, status := srv.refresh(tab.Refresh); status != http.StatusUnauthorized {
			t.Error("a refresh token lives on")
		}
		if srv.me(eve.token) != http.StatusOK {
			t.Error("somebody else was signed out")
		}
	})
}

func TestOfSixteenRefreshesAtOnceAtMostTwoAreAnsweredAndTheFamilyEnds(t *testing.T) {
	t.Parallel()
	eachAccounts(t, func(srv *server) {
		t := srv.t
		first := srv.refreshable(srv.person("ada@example.com", "UTC").actor)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var good []tokens
		for range 16 {
			wg.Go(func() {
				got, status := srv.refresh(first.Refresh)
				mu.Lock()
				defer mu.Unlock()
				switch status {
				case http.StatusOK:
					good = append(good, got)
				case http.StatusUnauthorized:
				default:
					t.Errorf("status %d", status)
				}
			})
		}
		wg.Wait()
		if len(good) != 2 {
			t.Errorf("%d were answered, want the rotation and the one within its grace", len(good))
		}
		for _, g := range good {
			if srv.me(g.Access) != http.StatusUnauthorized {
				t.Error("the family lives on after a third showing")
			}
		}
	})
}

// refreshable is a session with a refresh token of the product's own making,
// without the cost of a password.
func (srv *server) refreshable(actor mindflow.Actor) tokens {
	srv.t.Helper()
	p, refresh := srv.sessionWithToken(actor)
	return tokens{Access: p.token, Refresh: refresh}
}

// Somebody at the machine itself acts for a user without signing in.
func TestAUserIsFoundByAddressForWorkAtTheMachine(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		actor, err := srv.app.ActorByEmail(t.Context(), " ADA@example.com", mindflow.ThroughCLI)
		if err != nil || actor.UserID != ada.actor.UserID || actor.WorkspaceID != ada.actor.WorkspaceID || actor.Channel != mindflow.ThroughCLI {
			t.Errorf("%+v, %v", actor, err)
		}
		if _, err := srv.app.ActorByEmail(t.Context(), "eve@example.com", mindflow.ThroughCLI); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("somebody unknown: %v", err)
		}
		p, err := srv.app.Preferences(t.Context(), actor)
		if err != nil || p.Zone.String() != "Europe/Berlin" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

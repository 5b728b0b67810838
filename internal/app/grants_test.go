package app_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// signedIn is a person in a session of their own.
func signedIn(t *testing.T, a *app.App, email string) mindflow.Actor {
	t.Helper()
	tokens, err := a.Login(t.Context(), email, "correct horse battery", "")
	if err != nil {
		t.Fatal(err)
	}
	return admitted(t, a, tokens.Access)
}

// makeToken makes a token that may do all that a token can.
func makeToken(t *testing.T, a *app.App, actor mindflow.Actor) app.NewToken {
	t.Helper()
	made, err := a.MakeToken(t.Context(), actor, mindflow.TokenDraft{Name: "script", Scopes: mindflow.Grantable.Names()})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func admitted(t *testing.T, a *app.App, token string) mindflow.Actor {
	t.Helper()
	actor, err := a.Authenticate(t.Context(), token, mindflow.ThroughAPI)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

func shutOut(t *testing.T, a *app.App, token, why string) {
	t.Helper()
	if _, err := a.Authenticate(t.Context(), token, mindflow.ThroughAPI); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
		t.Errorf("%s: %v", why, err)
	}
}

// twoServers are two of one database, by a clock moved by hand, and a person at
// the first.
type twoServers struct {
	clock *jumpyClock
	store *store.Store
	apps  [2]*app.App
	ada   mindflow.Actor
}

func eachTwoServers(t *testing.T, test func(t *testing.T, w twoServers)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		w := twoServers{clock: &jumpyClock{stood: []time.Time{friday}}}
		url := storetest.URL(t, kind)
		for i := range w.apps {
			s := storetest.Open(t, url, w.clock.Now)
			signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, w.clock.Now)
			if err != nil {
				t.Fatal(err)
			}
			w.apps[i] = app.New(s, signer, app.Settings{AccessTokenTTL: 1000 * time.Hour, RefreshTokenTTL: 9000 * time.Hour, SnapshotTTL: time.Hour})
			w.store = s
		}
		register(t, w.apps[0], "ada@example.com")
		w.ada = signedIn(t, w.apps[0], "ada@example.com")
		test(t, w)
	})
}

// Each way a token ends, told to one server, is true at the other with the next
// request. Fails when either keeps what it has read of a grant.
func TestATokenThatHasEndedAdmitsNobodyOnAnyServer(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		here, there := w.apps[0], w.apps[1]
		for _, end := range []struct {
			by string
			do func(made app.NewToken) error
		}{
			{"revoking it", func(made app.NewToken) error { return here.RevokeToken(t.Context(), w.ada, made.ID) }},
			{"ending all grants, as with a new password", func(app.NewToken) error {
				return w.store.Write(t.Context(), func(tx *store.Tx) error { return tx.EndGrants(w.ada.UserID) })
			}},
			{"its time", func(app.NewToken) error {
				w.clock.jump(w.clock.Now().AddDate(0, 0, mindflow.TokenDays))
				return nil
			}},
			{"shutting its person out", func(app.NewToken) error {
				user, _, err := here.Belongings(t.Context(), "ada@example.com")
				if err != nil {
					return err
				}
				return w.store.Write(t.Context(), func(tx *store.Tx) error { return tx.ShutOut(user) })
			}},
		} {
			if end.by == "its time" { // the session's is over with it
				w.ada = signedIn(t, here, "ada@example.com")
			}
			made := makeToken(t, here, w.ada)
			w.clock.jump(w.clock.Now().Add(time.Second))
			for _, a := range w.apps {
				if actor := admitted(t, a, made.Secret); actor.UserID != w.ada.UserID || actor.Program.GrantID != made.ID || actor.Scopes != mindflow.Grantable {
					t.Errorf("it admits %+v", actor)
				}
			}
			if err := end.do(made); err != nil {
				t.Fatal(end.by, err)
			}
			shutOut(t, here, made.Secret, "here, after "+end.by)
			shutOut(t, there, made.Secret, "there, after "+end.by)
			if end.by == "its time" {
				w.ada = signedIn(t, here, "ada@example.com")
			}
		}
	})
}

// What is not an access token of a grant, or is one by its looks alone.
func TestWhatLooksLikeATokenAdmitsNobody(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		a := w.apps[0]
		made := makeToken(t, a, w.ada)
		renewal := credentials.NewToken(credentials.RefreshToken)
		disguised := credentials.NewToken(credentials.AccessToken)
		err := w.store.Write(t.Context(), func(tx *store.Tx) error {
			for _, token := range []string{renewal, disguised} {
				err := tx.AddGrantToken(store.GrantToken{
					Hash: credentials.HashSecret(token), GrantID: made.ID, Kind: store.RenewalToken, ExpiresAt: made.ExpiresAt,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for says, token := range map[string]string{
			"a prefix alone": credentials.PersonalToken, "another secret": credentials.NewToken(credentials.PersonalToken),
			"its hash": credentials.HashSecret(made.Secret), "its hash with the prefix": credentials.PersonalToken + credentials.HashSecret(made.Secret),
			"without the prefix": made.Secret[len(credentials.PersonalToken):], "in capitals": "MFP_" + made.Secret[len(credentials.PersonalToken):],
			"a letter more": made.Secret + "x", "a refresh token": renewal, "a refresh token called access": disguised,
			"its id": made.ID.String(), "nothing": "",
		} {
			shutOut(t, a, token, says)
		}
		if _, _, err := a.Refresh(t.Context(), made.Secret); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("exchanged like a refresh token: %v", err)
		}
	})
}

// Requests that begin once a revocation is answered are refused, whatever was
// under way. Fails when a grant is kept between requests.
func TestARacingRevocationIsTrueOnceItIsAnswered(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		made := makeToken(t, w.apps[0], w.ada)
		var revoked atomic.Bool
		var late, early atomic.Int64
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for range 60 {
					over := revoked.Load()
					_, err := w.apps[i%2].Authenticate(t.Context(), made.Secret, mindflow.ThroughAPI)
					switch {
					case err == nil && over:
						late.Add(1)
					case err == nil:
						early.Add(1)
					}
				}
			})
		}
		for early.Load() < 8 {
			time.Sleep(time.Millisecond)
		}
		if err := w.apps[1].RevokeToken(t.Context(), w.ada, made.ID); err != nil {
			t.Error(err)
		}
		revoked.Store(true)
		all.Wait()
		if n := late.Load(); n > 0 {
			t.Errorf("%d requests were admitted after the revocation was answered", n)
		}
	})
}

// Fails when making a token does not hold the person's row, or does not look at
// the session again: a request under way would leave a token behind that outlives
// a new password.
func TestNoTokenSlipsPastTheEndOfAll(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		for range 6 {
			ada := signedIn(t, w.apps[0], "ada@example.com")
			var all sync.WaitGroup
			secrets := make(chan string, 8)
			for i := range 8 {
				all.Go(func() {
					made, err := w.apps[i%2].MakeToken(t.Context(), ada, mindflow.TokenDraft{Name: "racing", Scopes: []string{"tasks:read"}})
					if err == nil {
						secrets <- made.Secret
					} else if mindflow.KindOf(err) != mindflow.KindUnauthenticated {
						t.Error(err)
					}
				})
			}
			err := w.store.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.EndSessions(ada.UserID); err != nil {
					return err
				}
				return tx.EndGrants(ada.UserID)
			})
			if err != nil {
				t.Fatal(err)
			}
			all.Wait()
			close(secrets)
			for secret := range secrets {
				shutOut(t, w.apps[0], secret, "a token made meanwhile")
			}
		}
	})
}

// Fails when tokens are counted without the person's row being held.
func TestThereAreNoMoreTokensThanThereMayBe(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		var all sync.WaitGroup
		var made, refused atomic.Int64
		for i := range mindflow.MaxTokens + 10 {
			all.Go(func() {
				_, err := w.apps[i%2].MakeToken(t.Context(), w.ada, mindflow.TokenDraft{Name: "x", Scopes: []string{"tasks:read"}})
				switch {
				case err == nil:
					made.Add(1)
				case mindflow.KindOf(err) == mindflow.KindConflict:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made.Load() != mindflow.MaxTokens || refused.Load() != 10 {
			t.Errorf("%d made, %d refused", made.Load(), refused.Load())
		}
		list, err := w.apps[0].PersonalTokens(t.Context(), w.ada)
		if err != nil || len(list) != mindflow.MaxTokens {
			t.Fatalf("%d are listed, %v", len(list), err)
		}
		if err := w.apps[0].RevokeToken(t.Context(), w.ada, list[0].ID); err != nil {
			t.Fatal(err)
		}
		makeToken(t, w.apps[0], w.ada)
	})
}

// Fails when a use is written with each request, or never.
func TestTheLastUseIsWrittenDownAtMostEveryFiveMinutes(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		a := w.apps[0]
		made := makeToken(t, a, w.ada)
		seen := func() time.Duration {
			t.Helper()
			list, err := w.store.Grants(t.Context(), w.ada.UserID, mindflow.TokenGrant, w.clock.Now())
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			if list[0].SeenAt.IsZero() {
				return -1
			}
			return list[0].SeenAt.Sub(friday)
		}
		keep := func() {
			t.Helper()
			for _, a := range w.apps {
				if err := a.KeepUses(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, step := range []struct {
			at   time.Duration
			want time.Duration // what stands in the database after it
		}{
			{time.Minute, time.Minute},
			{5 * time.Minute, time.Minute},
			{6*time.Minute - time.Microsecond, time.Minute},
			{6 * time.Minute, 6 * time.Minute},
			{time.Hour, time.Hour},
			{time.Hour + 4*time.Minute, time.Hour},
		} {
			w.clock.jump(friday.Add(step.at))
			before := seen()
			admitted(t, a, made.Secret)
			admitted(t, w.apps[1], made.Secret)
			if now := seen(); now != before {
				t.Errorf("at %s the request itself wrote %s", step.at, now)
			}
			keep()
			if got := seen(); got != step.want {
				t.Errorf("used at %s: %s is kept, want %s", step.at, got, step.want)
			}
		}
		w.clock.jump(friday.Add(2 * time.Hour))
		admitted(t, a, made.Secret)
		list, err := a.PersonalTokens(t.Context(), w.ada)
		if err != nil || !list[0].SeenAt.Equal(friday.Add(2*time.Hour)) {
			t.Errorf("before it is written down, %v is shown, %v", list, err)
		}
	})
}

func TestEndedGrantsAreSweptThirtyDaysLater(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		a := w.apps[0]
		revoked := makeToken(t, a, w.ada)
		makeToken(t, a, w.ada)
		if err := a.RevokeToken(t.Context(), w.ada, revoked.ID); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ days, grants int }{{29, 0}, {31, 1}, {mindflow.TokenDays + 29, 0}, {mindflow.TokenDays + 31, 1}} {
			w.clock.jump(friday.AddDate(0, 0, step.days))
			if swept, err := a.Sweep(t.Context()); err != nil || swept.Grants != step.grants || swept.GrantTokens != 0 {
				t.Errorf("after %d days: %+v, %v", step.days, swept, err)
			}
		}
	})
}

func TestAnEventSaysWhichProgramItCameThrough(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		a := w.apps[0]
		byToken := admitted(t, a, makeToken(t, a, w.ada).Secret)
		assistant := w.ada
		assistant.Channel, assistant.Program = mindflow.ThroughAssistant, &mindflow.Program{Name: "Claude", CallID: "call-1"}
		seen := w.ada.WorkspaceVersion
		for _, who := range []mindflow.Actor{w.ada, byToken, assistant} {
			if _, _, err := a.CreateTask(t.Context(), who, mindflow.TaskID{}, draft("x")); err != nil {
				t.Fatal(err)
			}
		}
		events, err := w.store.Events(t.Context(), w.ada.WorkspaceID, seen, 10)
		if err != nil || len(events) != 3 {
			t.Fatal(events, err)
		}
		for i, want := range []string{"api", "token script", "assistant, client Claude"} {
			if got := events[i].Through(); got != want || events[i].ActorID != w.ada.UserID {
				t.Errorf("event %d came through %q of %s, want %q", i, got, events[i].ActorID, want)
			}
		}
		if events[0].Program != (mindflow.Program{}) || events[1].Program != *byToken.Program || events[2].Program.CallID != "call-1" {
			t.Errorf("%+v", events)
		}
	})
}

func TestSessionsAreListedAndEndedOneByOne(t *testing.T) {
	eachTwoServers(t, func(t *testing.T, w twoServers) {
		a := w.apps[0]
		register(t, a, "eve@example.com")
		eve := signedIn(t, a, "eve@example.com")
		w.clock.jump(friday.Add(time.Hour))
		tokens, err := a.SignIn(t.Context(), app.SignIn{
			Email: "ada@example.com", Password: "correct horse battery", From: mindflow.From(mindflow.CookieSession, " A \x1b[31mbrowser\n é "),
		})
		if err != nil {
			t.Fatal(err)
		}
		phone := admitted(t, a, tokens.Access)
		list, err := a.Sessions(t.Context(), w.ada)
		if err != nil || len(list) != 2 || list[0].ID != phone.SessionID || list[1].ID != w.ada.SessionID {
			t.Fatalf("%+v, %v", list, err)
		}
		if got := list[0]; got.Origin != (mindflow.Origin{Kind: mindflow.CookieSession, Agent: "A [31mbrowser"}) || !got.SeenAt.Equal(friday.Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		if err := a.EndSession(t.Context(), eve, phone.SessionID); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("somebody else ends it: %v", err)
		}
		admitted(t, w.apps[1], tokens.Access)
		if err := a.EndSession(t.Context(), w.ada, phone.SessionID); err != nil {
			t.Fatal(err)
		}
		shutOut(t, w.apps[1], tokens.Access, "the session that was ended, on the other server")
		if _, _, err := w.apps[1].Refresh(t.Context(), tokens.Refresh); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("its refresh token: %v", err)
		}
		if err := a.EndSession(t.Context(), w.ada, phone.SessionID); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("ended twice: %v", err)
		}
		if list, err := a.Sessions(t.Context(), w.ada); err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

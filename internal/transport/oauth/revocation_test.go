package oauth_test

import (
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Whatever ends a grant is done at one server and true at both with the next
// request; and what was decided but not yet fetched ends with it. Seen red with a
// new password that lets codes wait.
func TestEachEndOfAGrantIsTrueOnEveryServer(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, here := t.Context(), w.apps[0]
		for _, end := range []struct {
			by       string
			spares   bool // codes that wait: it is about one grant
			do, undo func() error
		}{
			{"its program gives it up", true, func() error { return nil }, nil},
			{"the person cuts it off", true, func() error {
				grants, err := here.Connected(ctx, w.ada)
				if err != nil {
					return err
				}
				return here.Disconnect(ctx, w.ada, grants[0].ID)
			}, nil},
			{"the password is changed", false, func() error { return here.ChangePassword(ctx, w.ada, password, password+"!", "") }, func() error {
				return here.ChangePassword(ctx, w.ada, password+"!", password, "")
			}},
			{"the account is disabled", false, func() error { return here.Disable(ctx, "ada@example.com") }, func() error { return here.Enable(ctx, "ada@example.com") }},
			{"the account leaves", false, func() error { _, err := here.DeleteAccount(ctx, w.ada, password, ""); return err }, func() error {
				w.ada, w.session = w.signIn(w.ada) //nolint:contextcheck // the world has its test's
				_, err := here.KeepAccount(ctx, w.ada)
				return err
			}},
			{"the account is erased", false, func() error {
				user, _, err := here.Belongings(ctx, "ada@example.com")
				if err != nil {
					return err
				}
				return w.store.Write(ctx, func(tx *store.Tx) error {
					if err := tx.ShutOut(user); err != nil {
						return err
					}
					return tx.Erase(user)
				})
			}, nil},
		} {
			access, refresh := w.tokens()
			waiting := w.code()
			w.alive("before "+end.by, access)
			if end.by == "its program gives it up" {
				if a := w.post(0, "/oauth/revoke", map[string]string{"token": refresh, "token_type_hint": "refresh_token", "client_id": w.client}); a.status != 200 {
					t.Errorf("%d %s", a.status, a.body)
				}
			} else if err := end.do(); err != nil {
				t.Fatal(end.by, err)
			}
			w.dead(end.by, access, refresh)
			if a := w.exchange(1, waiting); (a.status == 200) != end.spares {
				t.Errorf("after %s a code that waited gets %d %s", end.by, a.status, a.body)
			}
			if end.undo != nil {
				if err := end.undo(); err != nil {
					t.Fatal(end.by, err)
				}
				w.dead(end.by+", and back again", access, refresh)
				w.ada, w.session = w.signIn(w.ada)
			} else if end.spares {
				if err := w.store.Write(ctx, func(tx *store.Tx) error { return tx.EndGrants(w.ada.UserID) }); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// The answer that got lost is not given again once the grant has ended: its tokens
// would be good for nothing, and the program should learn that. Seen red with a
// grace that does not ask after the grant.
func TestTheGraceOfARefreshTokenEndsWithItsGrant(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, refresh := w.tokens()
		next := w.renew(0, refresh).want(200)
		grants, err := w.apps[0].Connected(t.Context(), w.ada)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.apps[0].Disconnect(t.Context(), w.ada, grants[0].ID); err != nil {
			t.Fatal(err)
		}
		if a := w.renew(1, refresh); a.status != 400 || a.at("error") != "invalid_grant" {
			t.Errorf("%d %s", a.status, a.body)
		}
		w.dead("it was cut off", next.at("access_token"), next.at("refresh_token"))
	})
}

// Who allows on and on, and whose program never comes, leaves no heap of codes.
// Seen red without the one before being dropped.
func TestCodesThatNobodyCameForMakeRoom(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for range 5 {
			w.code()
			w.clock.Move(time.Minute)
		}
		last := w.code()
		w.exchange(0, last).want(200)
		w.clock.Move(48 * time.Hour)
		if swept, err := w.apps[0].Sweep(t.Context()); err != nil || swept.Codes != 1 {
			t.Errorf("%d codes were kept, %v", swept.Codes, err)
		}
	})
}

// A session's end takes what it decided and nobody has fetched; what was fetched
// goes on. Seen red with a code that does not ask after its session.
func TestACodeEndsWithTheSessionThatDecided(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		access, _ := w.tokens()
		code := w.code()
		if err := w.apps[1].EndSession(t.Context(), w.ada, w.ada.SessionID); err != nil {
			t.Fatal(err)
		}
		if a := w.exchange(0, code); a.at("error") != "invalid_grant" {
			t.Errorf("%d %s", a.status, a.body)
		}
		w.alive("after signing out", access)
	})
}

func TestAProgramGivesUpWhatItHas(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		give := func(form map[string]string) answer { return w.post(1, "/oauth/revoke", form) }
		access, refresh := w.tokens()
		other := w.register(`{"redirect_uris": ["` + callback + `"]}`)
		if a := give(map[string]string{"token": access, "client_id": other}); a.status != 400 || a.at("error") != "invalid_grant" {
			t.Errorf("by another client: %d %s", a.status, a.body)
		}
		made, err := w.apps[0].MakeToken(t.Context(), w.ada, mindflow.TokenDraft{Name: "script", Scopes: []string{"tasks:read"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"unknown", made.Secret, w.session} { // RFC 7009: no error, and nothing done
			give(map[string]string{"token": token, "client_id": w.client}).want(200)
		}
		w.alive("a personal token", made.Secret)
		w.alive("so far", access)
		if a := give(map[string]string{"client_id": w.client}); a.at("error") != "invalid_request" {
			t.Error(a.body)
		}
		give(map[string]string{"token": access, "token_type_hint": "refresh_token"}).want(200) // the hint is wrong, which does no harm
		w.dead("its access token was given up", access, refresh)
		give(map[string]string{"token": access, "client_id": w.client}).want(200)
	})
}

func TestClientsAndCodesAreSwept(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		sweep := func(after time.Duration, clients, codes int) {
			t.Helper()
			w.clock.Move(after)
			if swept, err := w.apps[0].Sweep(t.Context()); err != nil || swept.Clients != clients || swept.Codes != codes {
				t.Errorf("%+v, %v; want %d clients and %d codes", swept, err, clients, codes)
			}
		}
		used := w.client
		w.tokens()
		w.code()
		unused := w.register(`{"redirect_uris": ["` + callback + `"]}`)
		sweep(24*time.Hour-time.Second, 0, 0)
		w.consider(w.ask("client_id=" + unused)).want(200)
		w.clock.Move(2 * time.Second)
		w.consider(w.ask("client_id=" + unused)).want(422) // before it is swept, too
		w.consider(w.ask()).want(200)
		sweep(0, 1, 0)
		sweep(time.Minute, 0, 2)
		w.client = unused
		// It learns that it has to register anew.
		if a := w.renew(0, "mfr_x"); a.status != 401 || a.at("error") != "invalid_client" {
			t.Errorf("%d %s", a.status, a.body)
		}
		w.client = used
		sweep(60*24*time.Hour, 0, 0) // its grant lives
		grants, err := w.apps[0].Connected(t.Context(), w.ada)
		if err != nil || len(grants) != 1 {
			t.Fatal(grants, err)
		}
		if err := w.apps[0].Disconnect(t.Context(), w.ada, grants[0].ID); err != nil {
			t.Fatal(err)
		}
		sweep(31*24*time.Hour, 1, 0)
	})
}

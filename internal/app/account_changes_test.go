package app_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store/storetest"
)

func (w *town) changeEmail(ada mindflow.Actor, email string) {
	w.t.Helper()
	w.must(w.apps[0].ChangeEmail(w.t.Context(), ada, email, hers, ""))
}

// field checks that an error is about one field.
func (w *town) field(err error, field string) {
	w.t.Helper()
	if mindflow.KindOf(err) != mindflow.KindInvalid || mindflow.FieldsOf(err)[0].Field != field {
		w.t.Errorf("%v, not about %s", err, field)
	}
}

// Fails when a session, a token or a link survives a new password, or the
// session it was set in does not. Seen red without EndLinks.
func TestANewPasswordEndsWhateverElseAdmits(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		other, _ := w.signIn("ada@example.com", hers)
		access, ada := w.signIn("ada@example.com", hers)
		program, err := w.apps[0].MakeToken(ctx, ada, mindflow.TokenDraft{Name: "script", Scopes: []string{"tasks:read"}})
		w.must(err)
		w.deliver()
		w.forgot("ada@example.com")
		token := w.token(mindflow.ToReset)
		w.field(w.apps[0].ChangePassword(ctx, ada, "not hers at all", newOne, ""), "current_password")
		w.field(w.apps[0].ChangePassword(ctx, ada, hers, "short", ""), "new_password")
		w.must(w.apps[0].ChangePassword(ctx, ada, hers, newOne, ""))
		if w.signedIn(other) || !w.signedIn(access) {
			t.Error("another session lives, or this one does not")
		}
		if _, err := w.apps[1].Authenticate(ctx, program.Secret, mindflow.ThroughAPI); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a program: %v", err)
		}
		w.dead("a link", w.reset(token, "yet another battery"))
		if w.admits("ada@example.com", hers) || !w.admits("ada@example.com", newOne) {
			t.Error("the password is not the new one")
		}
		if told := w.deliver(); len(told) != 1 || told[0].Notice != mindflow.PasswordIsNew {
			t.Errorf("%+v", told)
		}
		if log, err := w.store.Events(ctx, ada.WorkspaceID, 0, 100); err != nil || !strings.Contains(verbs(log), "user.password_changed") {
			t.Errorf("%s, %v", verbs(log), err)
		}
	})
}

func verbs(events []mindflow.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, string(e.Verb))
	}
	return strings.Join(all, " ")
}

// Fails when the current password is not held against the quota that sign-ins
// are, or the right one uses it up.
func TestAWrongCurrentPasswordCountsAsAGuess(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		clock := &jumpyClock{stood: []time.Time{friday}}
		w := newTown(t, kind, func(s *app.Settings) {
			s.Limits = app.Limits{Guesses: mindflow.Rate{Limit: 3, Per: 15 * time.Minute}}
			s.Limiter = ratelimit.NewMemory(clock.Now)
		})
		u := w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		ctx := t.Context()
		for range 5 {
			_, err := w.apps[0].DeleteAccount(ctx, ada, "", "")
			w.field(err, "password")
			_, err = w.apps[0].KeepAccount(ctx, ada)
			w.must(err)
			clock.jump(clock.Now().Add(15 * time.Minute))
		}
		for i, err := range []error{
			w.apps[0].ChangePassword(ctx, ada, "wrong one, surely", newOne, ""),
			w.apps[1].ChangeEmail(ctx, ada, "new@example.com", "wrong one, surely", ""),
		} {
			w.field(err, []string{"current_password", "password"}[i])
		}
		if _, err := w.apps[0].DeleteAccount(ctx, ada, "wrong one, surely", ""); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Error(err)
		}
		if err := w.apps[0].ChangePassword(ctx, ada, hers, newOne, ""); mindflow.KindOf(err) != mindflow.KindLimited {
			t.Errorf("after three guesses: %v", err)
		}
		if me, err := w.store.User(ctx, u.ID); err != nil || !me.EraseAt.IsZero() {
			t.Errorf("%+v, %v", me, err)
		}
	})
}

// Fails when both are kept, or a session that was ended meanwhile changes anything.
func TestOfTwoNewPasswordsAtOnceOneIsKept(t *testing.T) {
	eachTown(t, func(w *town) {
		w.register("ada@example.com")
		var actors [2]mindflow.Actor
		for i := range actors {
			_, actors[i] = w.signIn("ada@example.com", hers)
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range actors {
			wg.Go(func() {
				switch err := w.apps[i].ChangePassword(w.t.Context(), actors[i], hers, newOne+strings.Repeat("!", i), ""); mindflow.KindOf(err) {
				case mindflow.KindConflict, mindflow.KindUnauthenticated, mindflow.KindInvalid:
				default:
					if err != nil {
						w.t.Error(err)
					}
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || w.admits("ada@example.com", newOne) == w.admits("ada@example.com", newOne+"!") {
			w.t.Errorf("%d were kept", won.Load())
		}
	})
}

// Fails when the address changes before its link is used, or the old one is not
// told, or a link for the old one lives on. Seen red without EndLinks.
func TestAnAddressChangesOnceTheNewOneIsConfirmed(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		w.register("eve@example.com")
		access, ada := w.signIn("ada@example.com", hers)
		w.deliver()
		w.field(w.apps[0].ChangeEmail(ctx, ada, "nonsense", hers, ""), "email")
		w.field(w.apps[0].ChangeEmail(ctx, ada, "ADA@example.com", hers, ""), "email")
		w.field(w.apps[0].ChangeEmail(ctx, ada, "new@example.com", "wrong one, surely", ""), "password")
		if err := w.apps[0].ChangeEmail(ctx, ada, "Eve@example.com", hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("somebody else's: %v", err)
		}
		w.changeEmail(ada, "New@example.com")
		mails := w.deliver()
		slices.SortFunc(mails, func(a, b mindflow.Mail) int { return strings.Compare(string(a.Purpose), string(b.Purpose)) })
		if len(mails) != 2 || mails[0].To != "New@example.com" || mails[1].To != "ada@example.com" || mails[1].Purpose != mindflow.ToStay {
			t.Fatalf("%+v", mails)
		}
		if !w.admits("ada@example.com", hers) || w.admits("new@example.com", hers) {
			t.Error("it changed before it was confirmed")
		}
		w.forgot("ada@example.com")
		reset := w.token(mindflow.ToReset)
		_, token, _ := strings.Cut(mails[0].Link, "#")
		w.must(w.apps[1].ConfirmEmail(ctx, token, mindflow.ThroughWeb))
		w.dead("after use", w.apps[0].ConfirmEmail(ctx, token, mindflow.ThroughWeb))
		w.dead("a link for the address before", w.reset(reset, newOne))
		if w.admits("ada@example.com", hers) || !w.admits("new@example.com", hers) || !w.signedIn(access) {
			t.Error("the address is not the new one, or its person was signed out")
		}
		me, err := w.apps[0].Me(ctx, ada)
		if err != nil || me.Email != "New@example.com" || me.VerifiedAt.IsZero() {
			t.Errorf("%+v, %v", me, err)
		}
		w.must(opensAs(w, "ada@example.com")) // it is free again
	})
}

func opensAs(w *town, email string) error {
	_, err := w.apps[0].Register(w.t.Context(), mindflow.Registration{Email: email, Password: hers}, mindflow.ThroughAPI)
	return err
}

// Somebody knows the password and takes the account to an address of theirs;
// its person reads the mail at the old one.
// Seen red with a stop link that EndLinks ends, and with one that a second change replaces.
func TestWhoReadsTheOldAddressTakesTheAccountBack(t *testing.T) {
	for name, meanwhile := range map[string]func(w *town, eve mindflow.Actor, move string){
		"before the other is confirmed": func(*town, mindflow.Actor, string) {},
		"after it": func(w *town, _ mindflow.Actor, move string) {
			w.must(w.apps[0].ConfirmEmail(w.t.Context(), move, mindflow.ThroughWeb))
		},
		"after a new password, too": func(w *town, eve mindflow.Actor, move string) {
			w.must(w.apps[0].ConfirmEmail(w.t.Context(), move, mindflow.ThroughWeb))
			w.must(w.apps[0].ChangePassword(w.t.Context(), eve, hers, newOne, ""))
		},
		"after another change was asked for": func(w *town, eve mindflow.Actor, move string) {
			w.must(w.apps[0].ConfirmEmail(w.t.Context(), move, mindflow.ThroughWeb))
			if err := w.apps[0].ChangeEmail(w.t.Context(), eve, "third@example.com", hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
				w.t.Errorf("a second change: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachTown(t, func(w *town) {
				ctx := w.t.Context()
				w.register("ada@example.com")
				access, eve := w.signIn("ada@example.com", hers)
				w.deliver()
				w.changeEmail(eve, "eve@example.com")
				var move, stay string
				for _, m := range w.deliver() {
					_, token, _ := strings.Cut(m.Link, "#")
					if m.Purpose == mindflow.ToMove {
						move = token
					} else {
						stay = token
					}
				}
				meanwhile(w, eve, move)
				w.deliver()
				w.move(23 * time.Hour) // a night
				w.must(w.apps[1].KeepEmail(ctx, stay, mindflow.ThroughWeb))
				w.dead("after use", w.apps[1].KeepEmail(ctx, stay, mindflow.ThroughWeb))
				w.dead("the other link", w.apps[1].ConfirmEmail(ctx, move, mindflow.ThroughWeb))
				if w.signedIn(access) || w.admits("ada@example.com", hers) || w.admits("ada@example.com", newOne) || w.admits("eve@example.com", newOne) {
					w.t.Error("somebody is still let in")
				}
				w.must(w.reset(w.token(mindflow.ToReset), "yet another battery"))
				if !w.admits("ada@example.com", "yet another battery") {
					w.t.Error("its person is not let in")
				}
			})
		})
	}
}

// Fails when the account goes before its time, does not go then, or goes though
// it was kept.
func TestAnAccountIsErasedOnceItsGraceIsOver(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		for _, email := range []string{"ada@example.com", "bob@example.com"} {
			w.register(email)
			w.deliver()
			access, actor := w.signIn(email, hers)
			_, err := w.apps[0].DeleteAccount(ctx, actor, "wrong one, surely", "")
			w.field(err, "password")
			user, err := w.apps[0].DeleteAccount(ctx, actor, hers, "")
			w.must(err)
			if want := w.clock.Now().Add(14 * 24 * time.Hour); !user.EraseAt.Equal(want) || w.signedIn(access) {
				t.Errorf("erased at %v, signed in %v", user.EraseAt, w.signedIn(access))
			}
			if told := w.deliver(); len(told) != 1 || told[0].Notice != mindflow.AccountLeaves || !told[0].Until.Equal(user.EraseAt) {
				t.Errorf("%+v", told)
			}
		}
		sweep := func() int {
			swept, err := w.apps[1].Sweep(ctx)
			w.must(err)
			return swept.Accounts
		}
		w.move(14*24*time.Hour - time.Second)
		if n := sweep(); n != 0 {
			t.Errorf("%d went before their time", n)
		}
		_, bob := w.signIn("bob@example.com", hers)
		kept, err := w.apps[0].KeepAccount(ctx, bob)
		if err != nil || !kept.EraseAt.IsZero() {
			t.Errorf("%+v, %v", kept, err)
		}
		w.move(time.Second)
		if n := sweep(); n != 1 {
			t.Errorf("%d went", n)
		}
		if w.admits("ada@example.com", hers) || !w.admits("bob@example.com", hers) {
			t.Error("the wrong one went")
		}
		if n := sweep(); n != 0 {
			t.Errorf("%d more went", n)
		}
	})
}

func TestWhoIsDisabledIsShutOutUntilEnabled(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		w.deliver()
		w.forgot("ada@example.com")
		token := w.token(mindflow.ToReset)
		access, ada := w.signIn("ada@example.com", hers)
		program, err := w.apps[0].MakeToken(ctx, ada, mindflow.TokenDraft{Name: "script", Scopes: []string{"tasks:read"}})
		w.must(err)
		w.must(w.apps[1].Disable(ctx, "ADA@example.com"))
		shut := func() {
			t.Helper()
			if _, err := w.apps[1].Authenticate(ctx, program.Secret, mindflow.ThroughAPI); err == nil || w.signedIn(access) { //nolint:contextcheck // the town has its test's
				t.Error("something admits them")
			}
			w.dead("a link", w.reset(token, newOne)) //nolint:contextcheck // the town has its test's
		}
		shut()
		if w.admits("ada@example.com", hers) {
			t.Error("the password admits them")
		}
		w.forgot("ada@example.com")
		if mails := w.deliver(); len(mails) != 0 {
			t.Errorf("%+v", mails)
		}
		if _, err := w.apps[0].ResetLink(ctx, "ada@example.com"); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Error(err)
		}
		w.must(w.apps[0].Enable(ctx, "ada@example.com"))
		shut()
		if !w.admits("ada@example.com", hers) {
			t.Error("still shut out")
		}
		if err := w.apps[0].Disable(ctx, "nobody@example.com"); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Error(err)
		}
	})
}

func TestANameChanges(t *testing.T) {
	eachTown(t, func(w *town) {
		u := w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		for _, name := range []string{" Ada Lovelace ", "Ada Lovelace", "<b>Ada</b>", ""} {
			got, err := w.apps[0].Rename(w.t.Context(), ada, mindflow.Some(name))
			if kept, readErr := w.store.User(w.t.Context(), u.ID); err != nil || readErr != nil || got.FullName != strings.TrimSpace(name) || kept.FullName != got.FullName {
				w.t.Errorf("%q: %+v, %+v, %v", name, got, kept, err)
			}
		}
		_, err := w.apps[0].Rename(w.t.Context(), ada, mindflow.Some("Ada\nBcc: x"))
		w.field(err, "full_name")
		if log, err := w.store.Events(w.t.Context(), u.WorkspaceID, 0, 100); err != nil || verbs(log) != "user.registered user.renamed user.renamed user.renamed" {
			w.t.Errorf("%s, %v", verbs(log), err)
		}
	})
}

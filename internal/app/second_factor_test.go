package app_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// turnOn turns somebody's second factor on, and answers its secret and the recovery codes.
func (w *town) turnOn(ada mindflow.Actor) ([]byte, []string) {
	w.t.Helper()
	setup, err := w.apps[0].BeginSecondFactor(w.t.Context(), ada, hers, "")
	w.must(err)
	u, err := url.Parse(setup.Address)
	w.must(err)
	if u.Query().Get("secret") != setup.Secret {
		w.t.Errorf("%+v", setup)
	}
	secret := unpadded(w.t, setup.Secret)
	codes, err := w.apps[1].ConfirmSecondFactor(w.t.Context(), ada, w.code(secret))
	w.must(err)
	w.move(30 * time.Second)
	w.deliver()
	return secret, codes
}

// code is the code of now.
func (w *town) code(secret []byte) string {
	w.t.Helper()
	code, err := credentials.Code(secret, w.clock.Now())
	w.must(err)
	return code
}

// enters signs in at one of the servers, with a code.
func (w *town) enters(server int, code string) error {
	_, err := w.apps[server].SignIn(w.t.Context(), app.SignIn{Email: "ada@example.com", Password: hers, Code: code})
	return err
}

// asksFor checks that a sign-in was refused for want of a right code.
func (w *town) asksFor(err error) {
	w.t.Helper()
	e, ok := errors.AsType[*mindflow.Error](err)
	if !ok || e.Kind != mindflow.KindUnauthenticated || e.Reason != mindflow.AskSecondFactor {
		w.t.Errorf("%v, and no code was asked for", err)
	}
}

func (w *town) tellsOf(notices ...mindflow.Notice) {
	w.t.Helper()
	var told []mindflow.Notice
	for _, m := range w.deliver() {
		if m.Notice != "" {
			told = append(told, m.Notice)
		}
	}
	slices.Sort(told)
	slices.Sort(notices)
	if !slices.Equal(told, notices) {
		w.t.Errorf("told %v, not %v", told, notices)
	}
}

// Fails when the password alone admits, when a code is asked for before the
// password is right, or when a code admits twice. Seen red with TakeStep's
// condition left out.
func TestWithASecondFactorACodeIsAskedForAndAdmitsOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		w.deliver()
		_, err := w.apps[0].BeginSecondFactor(ctx, ada, "not hers at all", "")
		w.field(err, "password")
		setup, err := w.apps[0].BeginSecondFactor(ctx, ada, hers, "")
		w.must(err)
		w.must(w.enters(0, "")) // not before it is confirmed
		secret := unpadded(t, setup.Secret)
		_, err = w.apps[0].ConfirmSecondFactor(ctx, ada, "000000")
		w.field(err, "code")
		if f, err := w.apps[0].SecondFactor(ctx, ada); err != nil || f.On() || f.Sealed != "" {
			t.Errorf("%+v, %v", f, err)
		}
		first := w.code(secret)
		codes, err := w.apps[1].ConfirmSecondFactor(ctx, ada, first[:3]+" "+first[3:])
		w.must(err)
		w.tellsOf(mindflow.FactorIsOn)
		if f, err := w.apps[0].SecondFactor(ctx, ada); err != nil || !f.On() || f.CodesLeft != 10 || len(codes) != 10 {
			t.Errorf("%+v, %v, %d codes", f, err, len(codes))
		}
		if _, err := w.apps[0].BeginSecondFactor(ctx, ada, hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("begun again: %v", err)
		}

		w.asksFor(w.enters(0, ""))
		w.asksFor(w.enters(1, first)) // it has turned the factor on
		_, err = w.apps[0].SignIn(ctx, app.SignIn{Email: "ada@example.com", Password: "not hers at all", Code: first})
		if e, ok := errors.AsType[*mindflow.Error](err); !ok || e.Reason != "" {
			t.Errorf("a wrong password: %v", err)
		}
		w.move(30 * time.Second)
		second := w.code(secret)
		w.must(w.enters(0, second))
		w.asksFor(w.enters(1, second))
		w.move(60 * time.Second)
		third := w.code(secret)
		w.move(30 * time.Second) // its step is over, and it is still good
		w.must(w.enters(1, third))
		w.asksFor(w.enters(0, second))

		w.must(w.enters(0, strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))))
		w.tellsOf(mindflow.CodeWasUsed)
		w.asksFor(w.enters(1, codes[3]))
		if f, err := w.apps[0].SecondFactor(ctx, ada); err != nil || f.CodesLeft != 9 {
			t.Errorf("%+v, %v", f, err)
		}
		_, err = w.apps[0].RenewRecoveryCodes(ctx, ada, "not hers at all", "")
		w.field(err, "password")
		fresh, err := w.apps[0].RenewRecoveryCodes(ctx, ada, hers, "")
		w.must(err)
		w.tellsOf(mindflow.CodesAreNew)
		w.asksFor(w.enters(0, codes[4]))
		w.must(w.enters(0, fresh[0]))

		w.field(w.apps[0].TurnOffSecondFactor(ctx, ada, "not hers at all", ""), "password")
		w.must(w.apps[0].TurnOffSecondFactor(ctx, ada, hers, ""))
		w.tellsOf(mindflow.CodeWasUsed, mindflow.FactorIsOff)
		w.must(w.enters(1, ""))
		if err := w.apps[0].TurnOffSecondFactor(ctx, ada, hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("off twice: %v", err)
		}
		if _, err := w.apps[0].RenewRecoveryCodes(ctx, ada, hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("codes without a factor: %v", err)
		}
		log, err := w.store.Events(ctx, ada.WorkspaceID, 0, 100)
		if got, want := verbs(log), "user.second_factor_on user.recovery_codes_renewed user.second_factor_off"; err != nil || !strings.HasSuffix(got, want) {
			t.Errorf("%s, %v", got, err)
		}
	})
}

// at20 does something twenty times at once, over both servers, and answers how
// often it went well.
func (w *town) at20(fn func(server int) error) int {
	w.t.Helper()
	return w.atOnce(20, fn)
}

// atOnce does it so often.
func (w *town) atOnce(times int, fn func(server int) error) int {
	w.t.Helper()
	var won atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range times {
		wg.Go(func() {
			<-start
			err := fn(i % 2)
			for mindflow.KindOf(err) == mindflow.KindUnavailable { // two passwords are hashed at a time
				err = fn(i % 2)
			}
			switch {
			case err == nil:
				won.Add(1)
			case mindflow.KindOf(err) != mindflow.KindUnauthenticated && mindflow.KindOf(err) != mindflow.KindLimited:
				w.t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	return int(won.Load())
}

// Fails when two of twenty get in by one code. Seen red with TakeStep's condition
// left out, and with recovery codes read and then deleted.
func TestOfTwentyWithTheSameCodeOneGetsIn(t *testing.T) {
	eachTown(t, func(w *town) {
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		secret, codes := w.turnOn(ada)
		code := w.code(secret)
		if n := w.at20(func(server int) error { return w.enters(server, code) }); n != 1 {
			w.t.Errorf("%d got in by a code", n)
		}
		if f, err := w.apps[0].SecondFactor(w.t.Context(), ada); err != nil || f.Wrong != 0 {
			w.t.Errorf("what was taken before is a guess: %+v, %v", f, err)
		}
		if n := w.at20(func(server int) error { return w.enters(server, codes[0]) }); n != 1 {
			w.t.Errorf("%d got in by a recovery code", n)
		}
		if f, err := w.apps[0].SecondFactor(w.t.Context(), ada); err != nil || f.CodesLeft != 9 {
			w.t.Errorf("%+v, %v", f, err)
		}
	})
}

// Fails when racing guesses get more than the quota, when asking without a code
// costs one, or when one server does not know of the other's. Seen red with the
// slot of a wrong code given back.
func TestWrongCodesAreGuessesOfOneQuotaOverTwoServers(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		// One limiter for both, as Redis is: that several are as one is its own laws' to show.
		limiter := ratelimit.NewMemory(func() time.Time { return friday })
		w := newTown(t, kind, func(s *app.Settings) {
			s.Limits, s.Limiter = app.Limits{Guesses: mindflow.Rate{Limit: 6, Per: 15 * time.Minute}}, limiter
		})
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		secret, codes := w.turnOn(ada)
		for range 8 {
			w.asksFor(w.enters(0, ""))
		}
		var guessed atomic.Int64
		wrong := w.code(append([]byte{1}, secret...))
		w.at20(func(server int) error {
			err := w.enters(server, wrong)
			if e, ok := errors.AsType[*mindflow.Error](err); ok && e.Reason == mindflow.AskSecondFactor {
				guessed.Add(1)
			}
			return err
		})
		if guessed.Load() != 6 {
			t.Errorf("%d guesses were heard", guessed.Load())
		}
		for i, code := range []string{w.code(secret), codes[0], ""} {
			if err := w.enters(i%2, code); mindflow.KindOf(err) != mindflow.KindLimited {
				t.Errorf("the right code after all guesses: %v", err)
			}
		}
		w.tellsOf(mindflow.CodesAreWrong)
		if f, err := w.store.Factor(t.Context(), ada.UserID); err != nil || f.Wrong != 6 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// Servers that count guesses each for itself, as without Redis, look at no more
// codes in a row than one may. Fails when one of two hundred that race is looked at
// beyond that, when a right one is taken before the rest is over, or when it is
// refused after it. Seen red with wrong codes that the limiters alone count, and with a
// count that is read first and written then.
func TestNoMoreWrongCodesAreLookedAtThanMayBeHoweverManyServersCountAlone(t *testing.T) {
	eachTown(t, func(w *town) {
		t := w.t
		w.settings.Limits = app.Limits{Guesses: mindflow.Rate{Limit: 100, Per: 15 * time.Minute}}
		for i := range w.apps {
			w.settings.Limiter = ratelimit.NewMemory(w.clock.Now)
			w.apps[i] = w.appOn(storetest.Open(t, w.url, w.clock.Now))
		}
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		secret, codes := w.turnOn(ada)
		wrong := w.code(append([]byte{1}, secret...))
		// guess tries the wrong code so often, and answers how often it was looked at.
		guess := func(times int, try func(server int, code string) error) int64 {
			var looked atomic.Int64
			w.atOnce(times, func(server int) error {
				err := try(server, wrong)
				if e, ok := errors.AsType[*mindflow.Error](err); ok && e.Reason == mindflow.AskSecondFactor {
					looked.Add(1)
				}
				return err
			})
			return looked.Load()
		}
		rests := func(left time.Duration) {
			t.Helper()
			for i, code := range []string{w.code(secret), codes[0], ""} {
				err := w.enters(i%2, code)
				if e, ok := errors.AsType[*mindflow.Error](err); !ok || e.Kind != mindflow.KindLimited || e.RetryAfter != left {
					t.Errorf("a right code, or none, %v before the rest is over: %v", left, err)
				}
			}
		}
		if n := guess(30, w.enters); n != mindflow.MaxWrongCodes {
			t.Errorf("%d of 30 sign-ins were looked at", n)
		}
		rests(mindflow.WrongCodesRest)
		w.tellsOf(mindflow.CodesAreWrong)
		w.move(mindflow.WrongCodesRest)
		w.must(w.enters(1, w.code(secret)))
		codeAlone := func(server int, code string) error { return w.apps[server].TryCode(t.Context(), ada.UserID, code) }
		if n := guess(200, codeAlone); n != mindflow.MaxWrongCodes {
			t.Errorf("%d of 200 were looked at", n)
		}
		rests(mindflow.WrongCodesRest)
		w.tellsOf(mindflow.CodesAreWrong)
		w.move(mindflow.WrongCodesRest)
		if n := guess(200, codeAlone); n != 1 {
			t.Errorf("after the rest %d were looked at", n)
		}
		w.move(mindflow.WrongCodesRest - time.Microsecond)
		rests(time.Microsecond)
		w.move(time.Microsecond)
		w.must(w.enters(0, w.code(secret)))
		if n := guess(1, w.enters); n != 1 {
			t.Error("after a right one none is looked at")
		}
		w.must(w.enters(1, codes[0])) // which was not used up while none was looked at
		if f, err := w.store.Factor(t.Context(), ada.UserID); err != nil || f.Wrong != 0 || !f.WrongAt.IsZero() || f.CodesLeft != len(codes)-1 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// Fails when a key that is taken away locks people out who signed in since the
// new one came, or whose secrets housekeeping has seen.
func TestSecretsAreSealedAnewWithTheNewestKey(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		secret, codes := w.turnOn(ada)
		sealed := func() string {
			f, err := w.store.Factor(ctx, ada.UserID)
			w.must(err)
			return f.Sealed
		}
		before := sealed()
		if strings.Contains(before, credentials.CodeSecretText(secret)) {
			t.Error("the secret is not sealed")
		}
		w.keys = []string{strings.Repeat("n", 32), w.keys[0]}
		both := w.appWith()
		swept, err := both.Sweep(ctx)
		w.must(err)
		if again, err := both.Sweep(ctx); err != nil || again.Resealed != 0 || swept.Resealed != 1 || sealed() == before {
			t.Errorf("%+v, then %+v, %v", swept, again, err)
		}
		w.keys = w.keys[:1]
		w.apps[0] = w.appWith()
		w.must(w.enters(0, w.code(secret)))
		w.keys = []string{strings.Repeat("z", 32)}
		w.apps[0] = w.appWith() // without the key it was sealed with
		w.move(30 * time.Second)
		w.asksFor(w.enters(0, w.code(secret)))
		w.must(w.enters(0, codes[0]))
		if swept, err := w.apps[0].Sweep(ctx); err != nil || swept.Resealed != 0 {
			t.Errorf("%+v, %v", swept, err)
		}
	})
}

// Fails when a second factor that was begun long ago, by another session, or by
// one that has ended, can be confirmed.
func TestASecondFactorIsConfirmedWithinTheHourByWhoIsSignedIn(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		setup, err := w.apps[0].BeginSecondFactor(ctx, ada, hers, "")
		w.must(err)
		secret := unpadded(t, setup.Secret)
		w.move(time.Hour + time.Second)
		if _, err := w.apps[0].ConfirmSecondFactor(ctx, ada, w.code(secret)); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("after an hour: %v", err)
		}
		setup, err = w.apps[0].BeginSecondFactor(ctx, ada, hers, "")
		w.must(err)
		if _, err := w.apps[0].ConfirmSecondFactor(ctx, ada, w.code(secret)); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("a code of the secret before: %v", err)
		}
		w.must(w.apps[0].RevokeAll(ctx, ada))
		if _, err := w.apps[0].ConfirmSecondFactor(ctx, ada, w.code(unpadded(t, setup.Secret))); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("in a session that has ended: %v", err)
		}
		program := mindflow.Actor{UserID: ada.UserID, WorkspaceID: ada.WorkspaceID, Scopes: mindflow.Grantable}
		for name, do := range map[string]func() error{
			"look":    func() error { _, err := w.apps[0].SecondFactor(ctx, program); return err },
			"begin":   func() error { _, err := w.apps[0].BeginSecondFactor(ctx, program, hers, ""); return err },
			"confirm": func() error { _, err := w.apps[0].ConfirmSecondFactor(ctx, program, "000000"); return err },
			"renew":   func() error { _, err := w.apps[0].RenewRecoveryCodes(ctx, program, hers, ""); return err },
			"off":     func() error { return w.apps[0].TurnOffSecondFactor(ctx, program, hers, "") },
			"list":    func() error { _, err := w.apps[0].Passkeys(ctx, program); return err },
			"add":     func() error { _, err := w.apps[0].BeginPasskey(ctx, program, hers, ""); return err },
			"keep":    func() error { _, err := w.apps[0].AddPasskey(ctx, program, "", nil); return err },
			"rename":  func() error { _, err := w.rename(program, mindflow.PasskeyID{}, "x"); return err },
			"remove":  func() error { return w.apps[0].RemovePasskey(ctx, program, mindflow.PasskeyID{}, hers, "") },
		} {
			if err := do(); mindflow.KindOf(err) != mindflow.KindForbidden {
				t.Errorf("a program may %s: %v", name, err)
			}
		}
	})
}

// Fails when a new password by mail turns the second factor off, or when whoever
// runs the server cannot.
func TestAMailboxAloneDoesNotUndoTheSecondFactorAndTheOperatorCan(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		secret, codes := w.turnOn(ada)
		w.forgot("ada@example.com")
		w.must(w.reset(w.token(mindflow.ToReset), hers))
		w.tellsOf(mindflow.PasswordIsNew)
		w.asksFor(w.enters(0, ""))
		w.must(w.enters(0, w.code(secret)))
		if was, keys, err := w.apps[0].ResetSecondFactor(ctx, "ada@example.com", true); err != nil || !was || keys != 0 {
			t.Errorf("%v, %d, %v", was, keys, err)
		}
		w.tellsOf(mindflow.FactorWasReset)
		w.must(w.enters(1, ""))
		if was, _, err := w.apps[0].ResetSecondFactor(ctx, "ada@example.com", false); err != nil || was {
			t.Errorf("twice: %v, %v", was, err)
		}
		if _, _, err := w.apps[0].ResetSecondFactor(ctx, "eve@example.com", false); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("of nobody: %v", err)
		}
		_, ada = w.signIn("ada@example.com", hers)
		w.turnOn(ada)
		w.asksFor(w.enters(1, codes[1])) // of the factor before
	})
}

// withFactors gives somebody a second factor, recovery codes and a passkey, as
// rows alone: for tests of what becomes of them.
func withFactors(t *testing.T, s *store.Store, user mindflow.UserID) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.BeginFactor(user, "sealed"); err != nil {
			return err
		}
		if err := tx.ConfirmFactor(user, 1); err != nil {
			return err
		}
		if err := tx.SaveRecoveryCodes(user, []string{"hash of " + user.String()}); err != nil {
			return err
		}
		_, err := tx.AddPasskey(mindflow.Passkey{
			ID: mindflow.NewID[mindflow.Passkey](tx.Now()), UserID: user, Name: "Phone", Credential: user[:], PublicKey: []byte{0, 255},
			SignCount: 1<<32 - 1, Copyable: true, Copied: true, Transports: []string{"internal"}, CreatedAt: tx.Now(),
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

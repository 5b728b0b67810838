package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials/passkeytest"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

const site = "https://mind.example.org"

// request is what a browser is told at the sign-in.
func (w *town) request(server int) []byte {
	w.t.Helper()
	options, err := w.apps[server].PasskeyRequest()
	w.must(err)
	return options
}

// byPasskey signs in at one of the servers by what a device has signed.
func (w *town) byPasskey(server int, answer []byte) (app.Tokens, error) {
	return w.apps[server].SignInByPasskey(w.t.Context(), app.PasskeySignIn{Answer: answer})
}

// refuses checks that an answer admits nobody.
func (w *town) refuses(what string, answer []byte) {
	w.t.Helper()
	if _, err := w.byPasskey(1, answer); mindflow.KindOf(err) != mindflow.KindUnauthenticated || !strings.Contains(err.Error(), "passkey does not admit") {
		w.t.Errorf("%s: %v", what, err)
	}
}

// adds adds a passkey of a device to somebody's account.
func (w *town) adds(who mindflow.Actor, d *passkeytest.Device, name string) mindflow.Passkey {
	w.t.Helper()
	options, err := w.apps[0].BeginPasskey(w.t.Context(), who, hers, "")
	w.must(err)
	key, err := w.apps[1].AddPasskey(w.t.Context(), who, name, d.Make(options))
	w.must(err)
	return key
}

// toldNames checks which passkeys the newest mail names. Seen red with mails that
// named none.
func (w *town) toldNames(names ...string) {
	w.t.Helper()
	if last := w.post.mails[len(w.post.mails)-1]; !slices.Equal(last.Passkeys, names) {
		w.t.Errorf("the mail names %q, not %q", last.Passkeys, names)
	}
}

func (w *town) rename(who mindflow.Actor, id mindflow.PasskeyID, name string) (mindflow.Passkey, error) {
	return w.apps[0].RenamePasskey(w.t.Context(), who, id, mindflow.Field[string]{Set: true, Value: name})
}

// Fails when a passkey does not sign its owner in, with a second factor on or
// not, or still does once it is removed or its owner is disabled.
func TestAPasskeySignsItsOwnerIn(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		w.deliver()
		_, err := w.apps[0].BeginPasskey(ctx, ada, "not hers at all", "")
		w.field(err, "password")
		phone, key := passkeytest.New(t, site), passkeytest.New(t, site)
		phone.Synced = true
		first := w.adds(ada, phone, " Phone ")
		w.tellsOf(mindflow.PasskeyIsAdded)
		w.toldNames("Phone")
		w.move(time.Second)
		w.adds(ada, key, "")
		w.turnOn(ada)
		for i := range 3 {
			for _, d := range []*passkeytest.Device{phone, key} {
				tokens, err := w.byPasskey(i%2, d.Sign(w.request(1)))
				w.must(err)
				who, err := w.apps[0].Authenticate(ctx, tokens.Access, mindflow.ThroughWeb)
				w.must(err)
				if who.UserID != ada.UserID || tokens.Refresh == "" || tokens.Device == "" {
					t.Errorf("%+v, %+v", who, tokens)
				}
			}
			w.move(time.Minute)
		}
		keys, err := w.apps[0].Passkeys(ctx, ada)
		w.must(err)
		if len(keys) != 2 || keys[0].Name != "Phone" || !keys[0].Copied || keys[1].Name != "Passkey" || keys[1].Copied || keys[1].SignCount != 3 ||
			!keys[0].SeenAt.Equal(w.clock.Now().Add(-time.Minute)) || fmt.Sprint(keys[0].Transports) != "[internal hybrid]" {
			t.Errorf("%+v", keys)
		}
		renamed, err := w.rename(ada, first.ID, "Old phone")
		if err != nil || renamed.Name != "Old phone" {
			t.Errorf("%+v, %v", renamed, err)
		}
		_, err = w.rename(ada, first.ID, strings.Repeat("é", 101))
		w.field(err, "name")

		w.must(w.apps[0].Disable(ctx, "ada@example.com"))
		w.refuses("a disabled account's", phone.Sign(w.request(0)))
		w.must(w.apps[0].Enable(ctx, "ada@example.com"))
		_, err = w.byPasskey(0, phone.Sign(w.request(0)))
		w.must(err)
		w.must(w.store.Write(ctx, func(tx *store.Tx) error { return tx.SetPassword(ada.UserID, "!") })) // a passkey needs none
		tokens, err := w.byPasskey(0, phone.Sign(w.request(0)))
		w.must(err)
		_, err = w.apps[0].Authenticate(ctx, tokens.Access, mindflow.ThroughWeb)
		w.must(err)
	})
}

// Fails when a passkey can be removed without the password, or by somebody else,
// or still signs in afterwards.
func TestAPasskeyIsRemovedByItsOwnerWithThePassword(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		w.register("eve@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		_, eve := w.signIn("eve@example.com", hers)
		phone := passkeytest.New(t, site)
		key := w.adds(ada, phone, "Phone")
		w.deliver()
		w.field(w.apps[0].RemovePasskey(ctx, ada, key.ID, "not hers at all", ""), "password")
		_, renaming := w.rename(eve, key.ID, "Mine")
		for what, err := range map[string]error{"removed": w.apps[0].RemovePasskey(ctx, eve, key.ID, hers, ""), "renamed": renaming} {
			if mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("another's is %s: %v", what, err)
			}
		}
		signed := phone.Sign(w.request(0))
		w.must(w.apps[0].RemovePasskey(ctx, ada, key.ID, hers, ""))
		w.tellsOf(mindflow.PasskeyIsRemoved)
		w.toldNames("Phone")
		w.refuses("a removed one's", signed)
		for i := range mindflow.MaxPasskeys {
			w.adds(ada, phone, fmt.Sprint(i))
		}
		if _, err := w.apps[0].BeginPasskey(ctx, ada, hers, ""); mindflow.KindOf(err) != mindflow.KindConflict {
			t.Errorf("one too many: %v", err)
		}
		w.deliver()
		if _, keys, err := w.apps[0].ResetSecondFactor(ctx, "ada@example.com", true); err != nil || keys != mindflow.MaxPasskeys {
			t.Errorf("%d, %v", keys, err)
		}
		w.deliver()
		if last := w.post.mails[len(w.post.mails)-1]; last.Notice != mindflow.PasskeyIsRemoved || len(last.Passkeys) != mindflow.MaxPasskeys {
			t.Errorf("%+v", last)
		}
		w.refuses("one the operator took away", phone.Sign(w.request(0)))
	})
}

// Fails when what an authenticator has signed for another page, another site,
// another challenge or another person admits anybody, or admits twice. Seen red
// with the challenge not spent, and with user verification only preferred.
func TestOnlyWhatWasSignedHereJustNowByItsOwnerAdmits(t *testing.T) {
	eachTown(t, func(w *town) {
		t := w.t
		w.register("ada@example.com")
		w.register("eve@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		_, eve := w.signIn("eve@example.com", hers)
		phone, synced, hers := passkeytest.New(t, site), passkeytest.New(t, site), passkeytest.New(t, site)
		synced.Synced = true
		w.adds(ada, phone, "Phone")
		w.adds(ada, synced, "Synced")
		w.adds(eve, hers, "Eve's")
		w.deliver()

		lying := func(change func(d *passkeytest.Device)) []byte {
			was := *synced
			defer func() { *synced = was }()
			change(synced)
			return synced.Sign(w.request(0))
		}
		for _, origin := range []string{
			"https://mind.example.org.evil.example", "https://evil.example", "http://mind.example.org", "https://mind.example.org:444",
			"https://sub.mind.example.org", "https://example.org", "null", "",
		} {
			w.refuses("of the page "+origin, lying(func(d *passkeytest.Device) { d.Origin = origin }))
		}
		w.refuses("for another site", lying(func(d *passkeytest.Device) { d.RPID = "example.org" }))
		w.refuses("without the person verified", lying(func(d *passkeytest.Device) { d.Unverified = true }))
		w.refuses("in another's name", lying(func(d *passkeytest.Device) { d.Handle = eve.UserID[:] }))
		w.refuses("in nobody's name", lying(func(d *passkeytest.Device) { d.Handle = []byte{} }))
		w.refuses("as never backed up", lying(func(d *passkeytest.Device) { d.Synced = false }))
		stolen := passkeytest.New(t, site)
		options, err := w.apps[0].BeginPasskey(t.Context(), ada, "correct horse battery", "")
		w.must(err)
		unkept := stolen.Make(options) // never added
		w.refuses("of a passkey nobody has", stolen.Sign(w.request(0)))
		stolen.Rename(0, synced, 0)
		w.refuses("by another key under its id", stolen.Sign(w.request(0)))
		w.refuses("what was signed to add one", unkept)
		w.refuses("nothing", nil)
		w.refuses("no JSON", []byte("{"))
		w.refuses("an empty answer", []byte("{}"))
		w.refuses("for a challenge to add one", synced.Sign([]byte(fmt.Sprintf(`{"challenge": %q, "rpId": "mind.example.org", "userVerification": "required"}`, challengeOf(t, options)))))
		w.refuses("for a challenge of somebody's own", synced.Sign([]byte(fmt.Sprintf(`{"challenge": %q, "rpId": "mind.example.org", "userVerification": "required"}`, strings.Repeat("A", 80)))))

		old := synced.Sign(w.request(0))
		w.move(5 * time.Minute)
		w.refuses("after five minutes", old)
		good := synced.Sign(w.request(0))
		_, err = w.byPasskey(0, good)
		w.must(err)
		w.refuses("what has admitted before", good)
		same := w.request(0)
		_, err = w.byPasskey(0, synced.Sign(same))
		w.must(err)
		w.refuses("for a challenge that was answered", synced.Sign(same))

		_, err = w.byPasskey(0, phone.Sign(w.request(0)))
		w.must(err)
		w.tellsOf()
		phone.Count = 1
		w.refuses("by a copy that has counted less", phone.Sign(w.request(0)))
		w.tellsOf(mindflow.PasskeyIsCopied)
		w.toldNames("Phone")
		phone.Count = -1
		_, err = w.byPasskey(0, phone.Sign(w.request(0)))
		w.must(err)
	})
}

// Fails when two of twenty are admitted by one answer.
func TestOfTwentyWithTheSameSignatureOneGetsIn(t *testing.T) {
	eachTown(t, func(w *town) {
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		phone := passkeytest.New(w.t, site)
		phone.Synced = true // it does not count
		w.adds(ada, phone, "Phone")
		answer := phone.Sign(w.request(0))
		n := w.at20(func(server int) error {
			_, err := w.byPasskey(server, answer)
			return err
		})
		if n != 1 {
			w.t.Errorf("%d got in", n)
		}
	})
}

// Fails when a passkey made for another session, person, page or challenge is
// kept, or one twice.
func TestOnlyAPasskeyMadeHereJustNowIsKept(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		w.register("eve@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		_, elsewhere := w.signIn("ada@example.com", hers)
		_, eve := w.signIn("eve@example.com", hers)
		begin := func() []byte {
			t.Helper()
			options, err := w.apps[0].BeginPasskey(ctx, ada, hers, "")
			w.must(err)
			return options
		}
		swapped := func(options, other []byte) []byte {
			return []byte(strings.Replace(string(options), challengeOf(t, options), challengeOf(t, other), 1))
		}
		device := func(change func(d *passkeytest.Device)) *passkeytest.Device {
			d := passkeytest.New(t, site)
			change(d)
			return d
		}
		honest := func(*passkeytest.Device) {}
		for what, c := range map[string]struct {
			who    mindflow.Actor
			answer []byte
		}{
			"by another page":           {ada, device(func(d *passkeytest.Device) { d.Origin = "https://evil.example" }).Make(begin())},
			"for another site":          {ada, device(func(d *passkeytest.Device) { d.RPID = "example.org" }).Make(begin())},
			"without the person":        {ada, device(func(d *passkeytest.Device) { d.Unverified = true }).Make(begin())},
			"by somebody else":          {eve, device(honest).Make(begin())},
			"in another session":        {elsewhere, device(honest).Make(begin())},
			"for a sign-in's challenge": {ada, device(honest).Make(swapped(begin(), w.request(0)))},
			"of nothing":                {ada, nil},
			"with a key of megabytes":   {ada, device(func(d *passkeytest.Device) { d.KeyBytes = 1 << 20 }).Make(begin())},
		} {
			if _, err := w.apps[0].AddPasskey(ctx, c.who, "x", c.answer); mindflow.KindOf(err) != mindflow.KindInvalid {
				t.Errorf("made %s: %v", what, err)
			}
		}
		late := device(honest).Make(begin())
		w.move(5 * time.Minute)
		if _, err := w.apps[0].AddPasskey(ctx, ada, "x", late); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("made five minutes ago: %v", err)
		}
		good := device(honest).Make(begin())
		_, err := w.apps[0].AddPasskey(ctx, ada, "x", good)
		w.must(err)
		if _, err := w.apps[0].AddPasskey(ctx, ada, "x", good); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("kept twice: %v", err)
		}
		if _, err := w.apps[0].AddPasskey(ctx, ada, strings.Repeat("é", 101), good); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("a long name: %v", err)
		}
		if keys, err := w.apps[0].Passkeys(ctx, ada); err != nil || len(keys) != 1 {
			t.Errorf("%+v, %v", keys, err)
		}
		last := device(honest).Make(begin())
		w.must(w.apps[0].RevokeAll(ctx, ada))
		if _, err := w.apps[0].AddPasskey(ctx, ada, "x", last); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("in a session that has ended: %v", err)
		}
	})
}

// Fails when what a browser says of an authenticator is kept as it comes, at
// whatever length.
func TestOfTheWaysToAnAuthenticatorThoseThatAreKnownAreKept(t *testing.T) {
	eachTown(t, func(w *town) {
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		phone := passkeytest.New(w.t, site)
		phone.Transports = []string{"usb", strings.Repeat("x ", 100_000), "internal", "usb", "cable"}
		w.adds(ada, phone, "Phone")
		keys, err := w.apps[0].Passkeys(w.t.Context(), ada)
		w.must(err)
		if len(keys) != 1 || fmt.Sprint(keys[0].Transports) != "[usb internal hybrid]" {
			w.t.Errorf("%.200v", keys)
		}
		_, err = w.byPasskey(0, phone.Sign(w.request(0)))
		w.must(err)
	})
}

func challengeOf(t *testing.T, options []byte) string {
	t.Helper()
	_, rest, _ := strings.Cut(string(options), `"challenge":"`)
	challenge, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("%s", options)
	}
	return challenge
}

// Fails when whoever took an account over keeps a passkey of theirs once its
// address was taken back, or when a mailbox undoes what was there before.
func TestTakingAnAddressBackTakesAwayWhatCameInTheLastDay(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("ada@example.com")
		_, ada := w.signIn("ada@example.com", hers)
		before, thief := passkeytest.New(t, site), passkeytest.New(t, site)
		w.adds(ada, before, "Mine")
		secret, codes := w.turnOn(ada)
		w.move(25 * time.Hour)
		w.adds(ada, thief, "Not mine")
		fresh, err := w.apps[0].RenewRecoveryCodes(ctx, ada, hers, "")
		w.must(err)
		w.deliver()
		w.changeEmail(ada, "thief@example.com")
		w.must(w.apps[0].KeepEmail(ctx, w.token(mindflow.ToStay), mindflow.ThroughWeb))
		w.refuses("the thief's", thief.Sign(w.request(0)))
		_, err = w.byPasskey(0, before.Sign(w.request(0)))
		w.must(err)
		w.must(w.reset(w.token(mindflow.ToReset), hers))
		for _, code := range []string{"", codes[0], fresh[0]} {
			w.asksFor(w.enters(0, code))
		}
		w.must(w.enters(0, w.code(secret)))
	})
}

// Fails when the server's address takes no passkeys and people are asked to use them.
func TestWithoutANameThereAreNoPasskeys(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.appWith(func(s *app.Settings) { s.PublicURL = "http://127.0.0.1:8000" })
		if _, err := a.PasskeyRequest(); a.TakesPasskeys() || mindflow.KindOf(err) != mindflow.KindConflict {
			w.t.Error(err)
		}
		if _, err := a.SignInByPasskey(w.t.Context(), app.PasskeySignIn{}); mindflow.KindOf(err) != mindflow.KindConflict {
			w.t.Error(err)
		}
	})
}

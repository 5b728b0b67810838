package app_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

const (
	hers   = "correct horse battery"
	newOne = "another horse battery"
)

// postbox is a mailer that keeps what it is given.
type postbox struct {
	mu    sync.Mutex
	mails []mindflow.Mail
}

func (p *postbox) Send(_ context.Context, m mindflow.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, m)
	return nil
}

// town is two servers on one database, with a clock to move, and the post.
type town struct {
	t     *testing.T
	clock *jumpyClock
	url   string
	store *store.Store
	apps  [2]*app.App
	post  *postbox

	keys     []string // SECRET_KEY
	settings app.Settings
}

func newTown(t *testing.T, kind storetest.Kind, change ...func(*app.Settings)) *town {
	t.Helper()
	w := &town{t: t, clock: &jumpyClock{stood: []time.Time{friday}}, post: &postbox{}, url: storetest.URL(t, kind)}
	w.store = storetest.Open(t, w.url, w.clock.Now)
	w.keys = []string{strings.Repeat("k", 32)}
	w.settings = app.Settings{
		AccessTokenTTL: 24 * time.Hour, RefreshTokenTTL: 30 * 24 * time.Hour, SnapshotTTL: time.Hour,
		Mailer: w.post, Mailing: mindflow.MailBySMTP, PublicURL: "https://mind.example.org",
	}
	for _, c := range change {
		c(&w.settings)
	}
	stores := [2]*store.Store{w.store, w.store}
	if kind == storetest.PostgreSQL {
		stores[1] = storetest.Open(t, w.url, w.clock.Now)
	}
	for i := range w.apps {
		w.apps[i] = w.appOn(stores[i])
	}
	return w
}

// appWith is one more server, told something else.
func (w *town) appWith(change ...func(*app.Settings)) *app.App {
	w.t.Helper()
	was := w.settings
	defer func() { w.settings = was }()
	for _, c := range change {
		c(&w.settings)
	}
	return w.appOn(w.store)
}

func (w *town) appOn(s *store.Store) *app.App {
	w.t.Helper()
	signer, err := credentials.NewSigner(w.keys, w.clock.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	return app.New(s, signer, w.settings)
}

// unpadded reads base32 as people's apps do.
func unpadded(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func eachTown(t *testing.T, test func(w *town), change ...func(*app.Settings)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(newTown(t, kind, change...))
	})
}

func (w *town) move(d time.Duration) { w.clock.jump(w.clock.Now().Add(d)) }

// register opens an account.
func (w *town) register(email string) mindflow.User {
	w.t.Helper()
	u, err := w.apps[0].Register(w.t.Context(), mindflow.Registration{Email: email, Password: hers}, mindflow.ThroughAPI)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// enter opens an account whose password nobody knows, without the cost of hashing one.
func (w *town) enter(email string) mindflow.User {
	w.t.Helper()
	now := w.store.Now()
	u := mindflow.User{ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now), Email: email, CreatedAt: now}
	w.must(w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.CreateUser(u, "!", mindflow.DefaultPreferences(mindflow.Zone{}), mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Channel: mindflow.ThroughAPI})
		return err
	}))
	return u
}

func (w *town) resend(email string) {
	w.t.Helper()
	u, _, err := w.store.UserByEmail(w.t.Context(), email)
	w.must(err)
	w.must(w.apps[1].ResendVerification(w.t.Context(), mindflow.Actor{UserID: u.ID, Scopes: mindflow.Everything}))
}

// admits reports whether a password admits somebody.
func (w *town) admits(email, password string) bool {
	w.t.Helper()
	_, err := w.apps[1].Login(w.t.Context(), email, password, "")
	if err != nil && mindflow.KindOf(err) != mindflow.KindUnauthenticated {
		w.t.Error(err)
	}
	return err == nil
}

// signIn signs somebody in, and answers an access token and who it admits.
func (w *town) signIn(email, password string) (string, mindflow.Actor) {
	w.t.Helper()
	tokens, err := w.apps[0].Login(w.t.Context(), email, password, "")
	if err != nil {
		w.t.Fatal(err)
	}
	actor, err := w.apps[1].Authenticate(w.t.Context(), tokens.Access, mindflow.ThroughAPI)
	if err != nil {
		w.t.Fatal(err)
	}
	return tokens.Access, actor
}

// signedIn reports whether an access token still admits anybody, at the other server.
func (w *town) signedIn(access string) bool {
	_, err := w.apps[1].Authenticate(w.t.Context(), access, mindflow.ThroughAPI)
	return err == nil
}

// deliver sends what waits, and answers the new mails.
func (w *town) deliver() []mindflow.Mail {
	w.t.Helper()
	had := len(w.post.mails)
	for q := w.apps[0].Queue(); ; {
		job, err := q.Claim(w.t.Context(), mindflow.Mails, []string{app.MailJob}, "test", time.Minute)
		if mindflow.KindOf(err) == mindflow.KindNotFound {
			return w.post.mails[had:]
		}
		if err != nil {
			w.t.Fatal(err)
		}
		for _, secret := range []string{"@", "#", hers} {
			if strings.Contains(job.Payload, secret) {
				w.t.Errorf("the queue keeps %s", job.Payload)
			}
		}
		if err := w.apps[1].DeliverMail(w.t.Context(), job); err != nil {
			w.t.Error(err)
		}
		if err := q.Finish(w.t.Context(), job); err != nil {
			w.t.Fatal(err)
		}
	}
}

// token is the secret of the one mail with a link for a purpose that waits.
func (w *town) token(purpose mindflow.Purpose) string {
	w.t.Helper()
	found := ""
	for _, m := range w.deliver() {
		if m.Purpose == purpose {
			if found != "" {
				w.t.Errorf("two mails to %s", purpose)
			}
			_, found, _ = strings.Cut(m.Link, "#")
		}
	}
	if found == "" {
		w.t.Fatalf("no mail to %s", purpose)
	}
	return found
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) forgot(email string) {
	w.t.Helper()
	w.must(w.apps[0].ForgotPassword(w.t.Context(), email))
}

func (w *town) reset(token, password string) error {
	return w.apps[1].ResetPassword(w.t.Context(), token, password, mindflow.ThroughWeb)
}

func (w *town) verify(token string) error {
	return w.apps[1].VerifyEmail(w.t.Context(), token, mindflow.ThroughWeb)
}

func (w *town) dead(what string, err error) {
	w.t.Helper()
	if mindflow.KindOf(err) != mindflow.KindInvalid || !strings.Contains(err.Error(), "not valid any more") {
		w.t.Errorf("%s: %v", what, err)
	}
}

func TestAForgottenPasswordIsSetAnewByALink(t *testing.T) {
	eachTown(t, func(w *town) {
		t, ctx := w.t, w.t.Context()
		w.register("Ada@example.com")
		verify := w.token(mindflow.ToVerify)
		before, ada := w.signIn("ada@example.com", hers)
		program, err := w.apps[0].MakeToken(ctx, ada, mindflow.TokenDraft{Name: "script", Scopes: []string{"tasks:read"}})
		w.must(err)
		tokens, err := w.apps[0].Login(ctx, "ada@example.com", hers, "")
		w.must(err)
		w.forgot(" ADA@example.com ")
		mails := w.deliver()
		if len(mails) != 1 || mails[0].To != "Ada@example.com" || !strings.HasPrefix(mails[0].Link, "https://mind.example.org/reset#") {
			t.Fatalf("%+v", mails)
		}
		_, token, _ := strings.Cut(mails[0].Link, "#")
		if err := w.reset(token, "short"); mindflow.KindOf(err) != mindflow.KindInvalid || mindflow.FieldsOf(err)[0].Field != "password" {
			t.Errorf("a short password: %v", err)
		}
		w.must(w.reset(token, newOne))
		if w.admits("ada@example.com", hers) || !w.admits("ada@example.com", newOne) {
			t.Error("the password is not the new one")
		}
		if _, err := w.apps[1].Authenticate(ctx, program.Secret, mindflow.ThroughAPI); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a token of before: %v", err)
		}
		if w.signedIn(before) || w.signedIn(tokens.Access) {
			t.Error("a session of before admits somebody")
		}
		if _, _, err := w.apps[1].Refresh(ctx, tokens.Refresh); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a refresh token of before: %v", err)
		}
		if told := w.deliver(); len(told) != 1 || told[0].Notice != mindflow.PasswordIsNew || told[0].To != "Ada@example.com" {
			t.Errorf("told %+v", told)
		}
		_, actor := w.signIn("ada@example.com", newOne)
		if me, err := w.apps[0].Me(ctx, actor); err != nil || me.VerifiedAt.IsZero() {
			t.Errorf("who could read the mail reads the address: %+v, %v", me, err)
		}
		w.dead("another link of before", w.verify(verify))
	})
}

// Every way in which a link dies. Seen red, each in turn: without the condition
// on used_at, on expires_at, on purpose; with a newer link that keeps the older
// one's hash.
func TestALinkIsDead(t *testing.T) {
	asReset := func(w *town, token string) error { return w.reset(token, newOne) }
	erase := func(w *town, email string) {
		u, _, err := w.apps[0].Belongings(w.t.Context(), email)
		w.must(err)
		w.must(w.apps[0].EraseUser(w.t.Context(), u))
	}
	shutOut := func(w *town, email string) {
		u, _, err := w.apps[0].Belongings(w.t.Context(), email)
		w.must(err)
		w.must(w.store.Write(w.t.Context(), func(tx *store.Tx) error { return tx.SetDisabled(u.ID, tx.Now()) }))
	}
	deaths := []struct {
		name    string
		purpose mindflow.Purpose
		kill    func(w *town, email, token string)
		use     func(w *town, token string) error
		lives   bool
	}{
		{"not while nothing happened", mindflow.ToReset, func(*town, string, string) {}, asReset, true},
		{"not a moment before its hour", mindflow.ToReset, func(w *town, _, _ string) { w.move(time.Hour - time.Second) }, asReset, true},
		{"after its hour", mindflow.ToReset, func(w *town, _, _ string) { w.move(time.Hour) }, asReset, false},
		{"after use", mindflow.ToReset, func(w *town, _, token string) { w.must(w.reset(token, "yet another battery")) }, asReset, false},
		{"after a newer one", mindflow.ToReset, func(w *town, email, _ string) { w.forgot(email) }, asReset, false},
		{"not after somebody else's", mindflow.ToReset, func(w *town, _, _ string) { w.forgot("eve@example.com") }, asReset, true},
		{"for another purpose", mindflow.ToReset, func(*town, string, string) {}, (*town).verify, false},
		{"in part", mindflow.ToReset, func(*town, string, string) {}, func(w *town, token string) error { return w.reset(token[:42], newOne) }, false},
		{"to verify, not by itself", mindflow.ToVerify, func(*town, string, string) {}, (*town).verify, true},
		{"to verify, after use", mindflow.ToVerify, func(w *town, _, token string) { w.must(w.verify(token)) }, (*town).verify, false},
		{"to verify, after its hour", mindflow.ToVerify, func(w *town, _, _ string) { w.move(time.Hour) }, (*town).verify, false},
		{"to verify, not after one to reset", mindflow.ToVerify, func(w *town, email, _ string) { w.forgot(email) }, (*town).verify, true},
		{"to verify, after another", mindflow.ToVerify, func(w *town, email, _ string) { w.resend(email) }, (*town).verify, false},
		{"to verify, as one to reset", mindflow.ToVerify, func(*town, string, string) {}, asReset, false},
		{"once its person is erased", mindflow.ToReset, func(w *town, email, _ string) { erase(w, email) }, asReset, false},
		{"once its person is shut out", mindflow.ToReset, func(w *town, email, _ string) { shutOut(w, email) }, asReset, false},
	}
	eachTown(t, func(w *town) {
		for i, tt := range deaths {
			w.t.Run(tt.name, func(t *testing.T) {
				w := *w
				w.t = t
				email := fmt.Sprintf("ada%d@example.com", i)
				w.enter(email)
				if tt.purpose == mindflow.ToReset {
					w.forgot(email)
				} else {
					w.resend(email)
				}
				token := w.token(tt.purpose)
				tt.kill(&w, email, token)
				if err := tt.use(&w, token); tt.lives {
					w.must(err)
				} else {
					w.dead(tt.name, err)
				}
				w.deliver()
			})
		}
	})
}

// Seen red without the condition on used_at.
func TestOfFiftyWhoUseALinkOneDoes(t *testing.T) {
	eachTown(t, func(w *town) {
		w.enter("ada@example.com")
		w.resend("ada@example.com")
		token := w.token(mindflow.ToVerify)
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				switch err := w.apps[i%2].VerifyEmail(w.t.Context(), token, mindflow.ThroughWeb); mindflow.KindOf(err) {
				case mindflow.KindInvalid:
					lost.Add(1)
				default:
					if err != nil {
						w.t.Error(err)
					}
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 49 {
			w.t.Errorf("%d won, %d lost", won.Load(), lost.Load())
		}
	})
}

// Fails when an address without an account gets a mail, or is known from the
// answer.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	eachTown(t, func(w *town) {
		w.enter("ada@example.com")
		statements := func(email string) int64 {
			before := w.store.Statements()
			w.forgot(email)
			return w.store.Statements() - before
		}
		if known, unknown := statements("ada@example.com"), statements("eve@example.com"); known != unknown {
			w.t.Errorf("%d statements for who is known, %d for who is not", known, unknown)
		}
		if mails := w.deliver(); len(mails) != 1 || mails[0].To != "ada@example.com" {
			w.t.Errorf("%+v", mails)
		}
	})
}

// Fails when a refusal by the quota makes a newer link, or is answered as one.
func TestWhoAsksTooOftenKeepsNobodyOut(t *testing.T) {
	var clock *jumpyClock
	limited := func(s *app.Settings) {
		s.Limits = app.Limits{Mails: mindflow.Rate{Limit: 5, Per: time.Hour}}
		s.Limiter = ratelimit.NewMemory(func() time.Time { return clock.Now() })
	}
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		clock = &jumpyClock{stood: []time.Time{friday}}
		w := newTown(t, kind, limited)
		clock = w.clock
		w.enter("ada@example.com")
		for range 20 {
			w.forgot("ada@example.com")
			w.move(time.Minute)
		}
		mails := w.deliver()
		if len(mails) != 1 { // of five links the newest is sent
			t.Fatalf("%d mails", len(mails))
		}
		_, token, _ := strings.Cut(mails[0].Link, "#")
		w.must(w.reset(token, newOne))
	})
}

// Fails when the address is quoted, or a link is made where none can be sent.
func TestWithoutMailNobodyIsLedToBelieveThatOneComes(t *testing.T) {
	eachTown(t, func(w *town) {
		u := w.enter("ada@example.com")
		for _, email := range []string{"ada@example.com", "eve@example.com"} {
			if err := w.apps[0].ForgotPassword(w.t.Context(), email); mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "sends no mail") {
				w.t.Error(err)
			}
		}
		if err := w.apps[0].ResendVerification(w.t.Context(), mindflow.Actor{UserID: u.ID, Scopes: mindflow.Everything}); mindflow.KindOf(err) != mindflow.KindConflict {
			w.t.Error(err)
		}
		if lengths, err := w.apps[0].QueueLengths(w.t.Context()); err != nil || len(lengths) != 0 || w.apps[0].Mailing() != mindflow.MailNever {
			w.t.Errorf("%+v, %v", lengths, err)
		}
	}, func(s *app.Settings) { s.Mailer = nil })
}

// Fails when the second attempt brings another link, or another id: of two mails
// people may keep the first.
func TestAMailThatIsSentAgainIsTheSame(t *testing.T) {
	eachTown(t, func(w *town) {
		w.enter("ada@example.com")
		w.resend("ada@example.com")
		job, err := w.apps[0].Queue().Claim(w.t.Context(), mindflow.Mails, []string{app.MailJob}, "test", time.Minute)
		w.must(err)
		for i := range 2 {
			w.must(w.apps[i].DeliverMail(w.t.Context(), job))
			w.move(time.Minute)
		}
		if a, b := w.post.mails[0], w.post.mails[1]; !cmp.Equal(a, b) || a.ID != job.ID {
			w.t.Errorf("%+v, then %+v", a, b)
		}
	})
}

// Fails when the link is made with the key that signs first, whichever made it.
func TestALinkOutlivesTheKeyItWasMadeWith(t *testing.T) {
	old, err := credentials.NewSigner([]string{strings.Repeat("o", 32)}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	both, err := credentials.NewSigner([]string{strings.Repeat("n", 32), strings.Repeat("o", 32)}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret := old.LinkSecret("id")
	if got, ok := both.LinkSecretOf("id", credentials.HashSecret(secret)); !ok || got != secret || both.LinkSecret("id") == secret || old.LinkSecret("other") == secret {
		t.Error(got, ok)
	}
	fresh, err := credentials.NewSigner([]string{strings.Repeat("n", 32)}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := fresh.LinkSecretOf("id", credentials.HashSecret(secret)); ok {
		t.Error("without its key:", got)
	}
}

func opens(w *town, invitation string) error {
	_, err := w.apps[0].Register(w.t.Context(), mindflow.Registration{Email: "Ada@example.com", Password: hers, Invitation: invitation}, mindflow.ThroughAPI)
	return err
}

func TestNobodyOpensAnAccountWhereThatIsClosed(t *testing.T) {
	eachTown(t, func(w *town) {
		if err := opens(w, ""); mindflow.KindOf(err) != mindflow.KindForbidden {
			w.t.Errorf("closed: %v", err)
		}
	}, func(s *app.Settings) { s.Signup = mindflow.SignupClosed })
}

// Fails when an invitation is good for another address, or twice.
func TestAnInvitationOpensOneAccountForItsAddress(t *testing.T) {
	eachTown(t, func(w *town) {
		refused := func(what string, err error) {
			w.t.Helper()
			if mindflow.KindOf(err) != mindflow.KindInvalid || mindflow.FieldsOf(err)[0].Field != "invitation" {
				w.t.Errorf("%s: %v", what, err)
			}
		}
		refused("none", opens(w, ""))
		refused("a guess", opens(w, "guess"))
		w.must(w.apps[0].Invite(w.t.Context(), "eve@example.com"))
		refused("of another address", opens(w, w.token(mindflow.ToJoin)))
		w.must(w.apps[0].Invite(w.t.Context(), "ada@example.com"))
		first := w.token(mindflow.ToJoin)
		link, err := w.apps[0].InvitationLink(w.t.Context(), "ADA@example.com")
		w.must(err)
		refused("an older one", opens(w, first))
		_, token, _ := strings.Cut(link, "#")
		w.must(opens(w, token))
		refused("one that was used", opens(w, token))
	}, func(s *app.Settings) { s.Signup = mindflow.SignupInvite })
}

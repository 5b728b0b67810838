package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when the sign-in leaves the old hash, or replaces it before it was
// held against the password.
func TestABcryptHashIsReplacedAtTheFirstSignIn(t *testing.T) {
	const email, right = "grace@example.com", "tulip"
	hash, err := bcrypt.GenerateFromPassword([]byte(right), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		a := app.New(s, signer, app.Settings{AccessTokenTTL: time.Minute, RefreshTokenTTL: time.Hour, SnapshotTTL: time.Hour})
		now := s.Now()
		keep := func(email, hash string) {
			t.Helper()
			u := mindflow.User{
				ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now),
				Email: email, CreatedAt: now,
			}
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.CreateUser(u, hash, mindflow.DefaultPreferences(mindflow.Zone{}),
					mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Channel: mindflow.ThroughSystem})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		keep(email, string(hash))
		kept := func() string {
			t.Helper()
			_, hash, err := s.UserByEmail(t.Context(), email)
			if err != nil {
				t.Fatal(err)
			}
			return hash
		}
		if _, err := a.Login(t.Context(), email, "tulip!", ""); mindflow.KindOf(err) != mindflow.KindUnauthenticated || kept() != string(hash) {
			t.Errorf("a wrong password: %v, %s", err, kept())
		}
		for range 2 {
			if _, err := a.Login(t.Context(), email, right, ""); err != nil || !strings.HasPrefix(kept(), "$argon2id$") {
				t.Errorf("the right password: %v, %s", err, kept())
			}
		}
		keep("eve@example.com", "!")
		if _, err := a.Login(t.Context(), "eve@example.com", "!", ""); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a hash nobody can check: %v", err)
		}
	})
}

// Fails when a session begins for whom the password that was checked admits no
// more: the insert of its session then fails on a user who is gone, or survives a
// password that was changed.
func TestASignInWhileTheAccountChangesIsRefused(t *testing.T) {
	const email, right = "ada@example.com", "correct horse battery"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var meanwhile func(tx *store.Tx) error
		a := app.New(s, signer, app.Settings{
			AccessTokenTTL: time.Minute, RefreshTokenTTL: time.Hour, SnapshotTTL: time.Hour,
			Watch: func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
				return ctx, func(error) {
					if do := meanwhile; span.Name == "check password" && do != nil {
						meanwhile = nil
						if err := s.Write(context.WithoutCancel(ctx), do); err != nil {
							t.Error(err)
						}
					}
				}
			},
		})
		user, err := a.Register(t.Context(), mindflow.Registration{Email: email, Password: right}, mindflow.ThroughAPI)
		if err != nil {
			t.Fatal(err)
		}
		_, hash, err := s.UserByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		other, err := credentials.NewPasswords(1).Hash(t.Context(), "another password of hers")
		if err != nil {
			t.Fatal(err)
		}
		replace := func(from, to string) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := tx.ConfirmPassword(user.ID, from, to)
				return err
			}
		}
		meanwhile = replace(hash, other)
		if _, err := a.Login(t.Context(), email, right, ""); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("with a password that was changed meanwhile: %v", err)
		}
		again, err := credentials.NewPasswords(1).Hash(t.Context(), right)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), replace(other, hash)); err != nil {
			t.Fatal(err)
		}
		meanwhile = replace(hash, again)
		if _, err := a.Login(t.Context(), email, right, ""); err != nil {
			t.Errorf("beside one that kept another hash of the same password: %v", err)
		}
		meanwhile = func(tx *store.Tx) error { return tx.ShutOut(user) }
		if _, err := a.Login(t.Context(), email, right, ""); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("of an account that is being erased: %v", err)
		}
		if err := a.EraseUser(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	})
}

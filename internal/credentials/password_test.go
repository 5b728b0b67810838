package credentials

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"mindflow/internal/mindflow"
)

const password = "correct horse battery"

func TestAPasswordIsKeptAsAnArgon2idHash(t *testing.T) {
	p := NewPasswords(2)
	phc, err := p.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	// The parameters stand here again on purpose: the contract names them.
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || strings.Join(parts[:4], "$") != "$argon2id$v=19$m=19456,t=2,p=1" {
		t.Fatalf("got %s", phc)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) != 16 || len(key) != 32 {
		t.Fatalf("salt of %d bytes, key of %d: %s", len(salt), len(key), phc)
	}
	if string(argon2.IDKey([]byte(password), salt, 2, 19456, 1, 32)) != string(key) {
		t.Error("the key is not that of argon2id")
	}

	for _, tt := range []struct {
		name, password string
		want           bool
	}{
		{"the password", password, true},
		{"another", password + "!", false},
		{"another case", strings.ToUpper(password), false},
		{"none", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if ok, err := p.Check(t.Context(), phc, tt.password); err != nil || ok != tt.want {
				t.Errorf("matches: %v, %v", ok, err)
			}
		})
	}

	again, err := p.Hash(t.Context(), password)
	if err != nil || again == phc {
		t.Errorf("the same password has the same hash twice: %s, %v", again, err)
	}
}

// Without a known user a hash is made all the same, and even its own password
// does not match.
func TestAnUnknownUserTakesTheSamePathAndNeverMatches(t *testing.T) {
	p := NewPasswords(1)
	if own := hash("a password nobody has", make([]byte, saltBytes)); dummy != own {
		t.Fatalf("the stand-in is %s, and no longer that of its own password: %s", dummy, own)
	}
	for _, tried := range []string{"a password nobody has", password, ""} {
		if ok, err := p.Check(t.Context(), "", tried); ok || err != nil {
			t.Errorf("%q: %v, %v", tried, ok, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := &Passwords{slots: make(chan struct{}, 1)}
		checked := false
		p.slots <- struct{}{} // somebody else's turn
		go func() {
			_, _ = p.Check(t.Context(), "", password)
			checked = true
		}()
		synctest.Wait()
		if checked {
			t.Error("an unknown user did not wait for a turn")
		}
		<-p.slots
		synctest.Wait()
		if !checked {
			t.Error("an unknown user did not get a turn")
		}
	})
}

func TestAtMostSoManyAtOnce(t *testing.T) {
	for _, atOnce := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPasswords(atOnce) // made here: its channel belongs to the test
			var running, done atomic.Int32
			finish := make(chan struct{})
			for range 10 {
				go func() {
					if err := p.turn(t.Context(), func() {
						running.Add(1)
						<-finish
						running.Add(-1)
					}); err != nil {
						t.Error(err)
					}
					done.Add(1)
				}()
			}
			for finished := range int32(10) {
				synctest.Wait()
				want := min(int32(atOnce), 10-finished)
				if running.Load() != want || done.Load() != finished {
					t.Errorf("after %d, %d of at most %d run and %d are done", finished, running.Load(), atOnce, done.Load())
					break
				}
				finish <- struct{}{}
			}
			close(finish)
			synctest.Wait()
			if running.Load() != 0 || done.Load() != 10 {
				t.Errorf("%d still run, %d are done", running.Load(), done.Load())
			}
		})
	}
}

func TestATurnIsGivenBackAfterAPanic(t *testing.T) {
	p := &Passwords{slots: make(chan struct{}, 1)}
	func() {
		defer func() { _ = recover() }()
		_ = p.turn(t.Context(), func() { panic("out of memory") })
	}()
	if len(p.slots) != 0 {
		t.Error("the turn is lost")
	}
}

func TestWhoHangsUpWhileWaitingIsNotServed(t *testing.T) {
	kept := hash("somebody's", make([]byte, saltBytes))
	synctest.Test(t, func(t *testing.T) {
		p := &Passwords{slots: make(chan struct{}, 1)}
		p.slots <- struct{}{} // somebody else's turn, for ever
		ctx, hangUp := context.WithCancel(t.Context())
		var answers atomic.Int32
		go func() {
			if phc, err := p.Hash(ctx, password); phc != "" || !errors.Is(err, context.Canceled) {
				t.Errorf("hashed %q, %v", phc, err)
			}
			answers.Add(1)
		}()
		go func() {
			if ok, err := p.Check(ctx, kept, "somebody's"); ok || !errors.Is(err, context.Canceled) {
				t.Errorf("checked: %v, %v", ok, err)
			}
			answers.Add(1)
		}()
		synctest.Wait()
		if answers.Load() != 0 {
			t.Error("somebody did not wait")
		}
		hangUp()
		synctest.Wait()
		if answers.Load() != 2 || len(p.slots) != 1 {
			t.Errorf("%d answers, %d turns taken", answers.Load(), len(p.slots))
		}
	})
}

func TestBrokenHashesAreErrors(t *testing.T) {
	p := &Passwords{slots: make(chan struct{}, 1)}
	salt, key := strings.Repeat("A", 22), strings.Repeat("A", 43)
	tests := []struct{ name, phc string }{
		{"not a hash", "password"},
		{"a bcrypt hash that would take a minute", "$2b$20$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"},
		{"half a bcrypt hash", "$2b$12$R9h/cIPz0gi.URNNX3kh2O"},
		{"another of its versions", "$2x$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"},
		{"argon2i", "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + key},
		{"an older version", "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + key},
		{"cheaper parameters", "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$" + key},
		{"the prefix alone", phcPrefix},
		{"no key", phcPrefix + salt},
		{"an empty key", phcPrefix + salt + "$"},
		{"a short key", phcPrefix + salt + "$" + key[:42]},
		{"a long key", phcPrefix + salt + "$" + key + "AA"},
		{"a salt that is not base64", phcPrefix + "!" + salt[1:] + "$" + key},
		{"a key that is not base64", phcPrefix + salt + "$!" + key[1:]},
		{"something after it", phcPrefix + salt + "$" + key + "$" + key},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ok, err := p.Check(t.Context(), tt.phc, password)
			if Checkable(tt.phc) {
				t.Error("it is taken for a good one")
			}
			if ok || !errors.Is(err, ErrHash) || strings.Contains(err.Error(), salt) {
				t.Errorf("matches: %v, %v", ok, err)
			}
		})
	}
}

func TestAPasswordIsTheSameHoweverItsAccentsWereTyped(t *testing.T) {
	p := NewPasswords(1)
	phc, err := p.Hash(t.Context(), "caf\u00e9 au lait, s'il vous plait")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := p.Check(t.Context(), phc, "cafe\u0301 au lait, s'il vous plait"); err != nil || !same {
		t.Errorf("the decomposed form: %v, %v", same, err)
	}
}

func TestABcryptHashIsCheckedAndOutdated(t *testing.T) {
	p := NewPasswords(1)
	hashed := func(password string) string {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		return string(hash)
	}
	composed, decomposed := "caf\u00e9 au lait", "cafe\u0301 au lait"
	long := strings.Repeat("0123456789", 8) // longer than bcrypt reads
	b := hashed(password)
	for _, tt := range []struct {
		name, hash, typed string
		want              bool
	}{
		{"the password", b, password, true},
		{"another", b, password + "!", false},
		{"none", b, "", false},
		{"version b", "$2b$" + b[4:], password, true},
		{"version y", "$2y$" + b[4:], password, true},
		{"made of a composed accent, typed so", hashed(composed), composed, true},
		{"made of a composed accent, typed in two", hashed(composed), decomposed, true},
		{"made of two, typed so", hashed(decomposed), decomposed, true},
		{"longer than what counts", hashed(long[:72]), long, true},
		{"made elsewhere", "$2a$12$ZLJYfu0irZgbF8PSzeKUL.5GxG5qM7tyEyBPZkJSOnQ77FrgbCX/e", "пароль для проверки 9", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if ok, err := p.Check(t.Context(), tt.hash, tt.typed); err != nil || ok != tt.want {
				t.Errorf("matches: %v, %v", ok, err)
			}
			if !Outdated(tt.hash) || !Checkable(tt.hash) {
				t.Error("it need not be replaced, or cannot be checked")
			}
		})
	}
	if Outdated(dummy) || Outdated("") || !Checkable(dummy) {
		t.Error("an argon2id hash is outdated, or nothing is")
	}
}

// Seen red with a turn that waited for its context alone.
func TestNobodyWaitsLongForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPasswords(1)
		p.slots <- struct{}{} // taken, and never given back
		began := time.Now()
		_, err := p.Hash(t.Context(), password)
		if mindflow.KindOf(err) != mindflow.KindUnavailable || time.Since(began) != 2*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		<-p.slots
		if _, err := p.Hash(t.Context(), password); err != nil {
			t.Error(err)
		}
	})
}

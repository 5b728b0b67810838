package main

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/credentials"
)

// Fails when the terminal does not ask for a code, or when whoever runs the server
// cannot help somebody who lost theirs.
func TestSigningInAtATerminalWithASecondFactor(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	ada := s.signUp(t, "ada@example.com")
	var setup struct{ Secret string }
	if status := s.ask(t, "POST /api/auth/second-factor/begin", ada.Access, `{"password": "`+password+`"}`, &setup); status != http.StatusOK {
		t.Fatal(status)
	}
	code := func() string {
		t.Helper()
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(setup.Secret)
		if err != nil {
			t.Fatal(err)
		}
		code, err := credentials.Code(secret, s.clock.now())
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	var codes struct {
		Recovery []string `json:"recovery_codes"`
	}
	if status := s.ask(t, "POST /api/auth/second-factor/confirm", ada.Access, `{"code": "`+code()+`"}`, &codes); status != http.StatusOK {
		t.Fatal(status)
	}
	s.clock.wait(30 * time.Second)
	const email = "--email=ada@example.com"
	for name, c := range map[string]struct{ input, says string }{
		"no code":          {password + "\n", "no code of your app, or a recovery code was given"},
		"a wrong one":      {password + "\n000001\n", "The code is not right, or was used before"},
		"a wrong password": {"not hers at all\n" + code() + "\n", "the password is not right"},
	} {
		if r := s.enter(t, c.input, "login", email); r.code == exitDone || !strings.Contains(r.err, c.says) || strings.Contains(r.err, "--register") != (name == "a wrong password") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, right := range []string{code(), codes.Recovery[0]} {
		if r := s.enter(t, fmt.Sprintf("%s\n%s\n", password, right), "login", email); r.code != exitDone || !strings.Contains(r.out, "Signed in at ") {
			t.Errorf("%+v", r)
		}
	}
	if r := s.run(t, "user", "reset-second-factor", "eve@example.com"); r.code == exitDone || !strings.Contains(r.err, "no account for eve@example.com") {
		t.Errorf("%+v", r)
	}
	if out := s.must(t, "user", "reset-second-factor", "ada@example.com", "--passkeys"); !strings.Contains(out, "Turned off.") || !strings.Contains(out, "Passkeys removed: 0.") {
		t.Error(out)
	}
	if out := s.must(t, "user", "reset-second-factor", "ada@example.com"); !strings.Contains(out, "There was no second factor.") {
		t.Error(out)
	}
	s.clock.wait(time.Minute) // the address has signed in often
	if r := s.enter(t, password+"\n", "login", email); r.code != exitDone {
		t.Errorf("%+v", r)
	}
}

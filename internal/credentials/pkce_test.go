package credentials

import (
	"strings"
	"testing"
	"time"
)

func TestAChallengeIsTheOneOfTheRFC(t *testing.T) {
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	if got := Challenge(verifier); got != challenge || !IsChallenge(got) || !IsVerifier(verifier) {
		t.Error(got)
	}
	for _, s := range []string{"", challenge[1:], challenge + "A", challenge + "=", challenge[:42] + "N", challenge[:42] + "+", challenge[:20] + "\n" + challenge[20:]} {
		if IsChallenge(s) {
			t.Errorf("%q is taken for a challenge", s)
		}
	}
	for _, s := range []string{"", verifier[1:], strings.Repeat("a", 129), verifier + " ", verifier + "+", verifier + "é"} {
		if IsVerifier(s) {
			t.Errorf("%q is taken for a verifier", s)
		}
	}
}

// The next token is the same each time, on every server, and while an older key is
// known; nobody makes it without one.
func TestATokensSuccessorFollowsFromItAndAKey(t *testing.T) {
	signer := func(keys ...string) *Signer {
		t.Helper()
		s, err := NewSigner(keys, func() time.Time { return time.Unix(0, 0) })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first, second := strings.Repeat("a", 32), strings.Repeat("b", 32)
	next := signer(first).NextToken("mfr_x")
	if !strings.HasPrefix(next, RefreshToken) || len(next) != len(NewToken(RefreshToken)) || next != signer(first, second).NextToken("mfr_x") ||
		next == signer(second).NextToken("mfr_x") || next == signer(first).NextToken("mfr_y") || next == signer(first).NextToken(next) {
		t.Error(next)
	}
	kept := func(hash string) bool { return hash == HashSecret(next) }
	if got, ok := signer(second, first).NextTokenOf("mfr_x", kept); !ok || got != next {
		t.Errorf("%q, %v", got, ok)
	}
	if _, ok := signer(second).NextTokenOf("mfr_x", kept); ok {
		t.Error("made without its key")
	}
}

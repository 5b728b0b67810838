package credentials

import (
	"strings"
	"testing"
	"time"
)

// Seen red with proofs that held for ever.
func TestAProofHoldsForAMomentAndForTheKeysThereAre(t *testing.T) {
	now := time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)
	signer := func(secrets ...string) *Signer {
		t.Helper()
		s, err := NewSigner(secrets, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, other := strings.Repeat("a", 32), strings.Repeat("b", 32)
	proof := signer(one).Prove()
	if !signer(one).Proven(proof) || !signer(other, one).Proven(proof) {
		t.Error("it does not hold")
	}
	if signer(other).Proven(proof) {
		t.Error("it holds for another key")
	}
	for _, forged := range []string{"", "x", proof + "A", proof[:len(proof)-1] + "_", strings.ToUpper(proof), signer(one).LinkSecret("x"), signer(one).MarkDevice("", Device{})} {
		if forged != proof && signer(one).Proven(forged) {
			t.Errorf("%q holds", forged)
		}
	}
	at := now
	for after, holds := range map[time.Duration]bool{time.Minute: true, -time.Minute: true, 61 * time.Second: false, -61 * time.Second: false} {
		if now = at.Add(after); signer(one).Proven(proof) != holds {
			t.Errorf("after %s it is %v that it holds", after, !holds)
		}
	}
}

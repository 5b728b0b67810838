package credentials

import (
	"encoding/base32"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The values of RFC 6238's appendix B, of which apps show the last six digits.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got, err := Code(secret, time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("at %d: %s, %v, want %s", at, got, err, want)
		}
	}
}

func TestACodeIsGoodForItsStepAndTheTwoAroundIt(t *testing.T) {
	secret := NewCodeSecret()
	code, err := Code(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	for offset, good := range map[time.Duration]bool{
		0: true, 29 * time.Second: true, 30 * time.Second: true, 59 * time.Second: true, -30 * time.Second: true,
		60 * time.Second: false, -31 * time.Second: false, 24 * time.Hour: false,
	} {
		step, right := CodeStep(secret, code, now.Add(offset))
		if right != good || right && step != now.Unix()/30 {
			t.Errorf("%v later: step %d, %v", offset, step, right)
		}
	}
	for _, wrong := range []string{"", "12345", "1234567", code + "0", "-" + code[1:], "１２３４５６"} {
		if _, right := CodeStep(secret, wrong, now); right {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, right := CodeStep(NewCodeSecret(), code, now); right {
		t.Error("it is another's code too")
	}
}

func TestASecretsAddressSaysWhatAppsNeed(t *testing.T) {
	got, err := CodeAddress([]byte("12345678901234567890"), "MindFlow", "ada+x@example.com")
	if err != nil || !strings.HasPrefix(got, "otpauth://totp/MindFlow:ada+x@example.com?") {
		t.Errorf("%s, %v", got, err)
	}
	for _, part := range []string{"secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "issuer=MindFlow", "digits=6", "period=30", "algorithm=SHA1"} {
		if !strings.Contains(got, part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
	if raw, err := base32.StdEncoding.DecodeString(CodeSecretText(NewCodeSecret())); err != nil || len(raw) != 20 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}

func TestRecoveryCodesAreReadableRandomAndForgiving(t *testing.T) {
	form, seen := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$`), map[string]bool{}
	for range 100 {
		for _, code := range NewRecoveryCodes() {
			if !form.MatchString(code) || seen[code] {
				t.Fatalf("%q", code)
			}
			seen[code] = true
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d codes", len(seen))
	}
	const code = "01ab-cdef-gh1j-k0mn"
	for _, typed := range []string{code, "01AB CDEF GHIJ KOMN", "olabcdefghljkomn", " 01ab-cdef-gh1j-k0mn\n"} {
		if got := HashRecoveryCode("ada", typed); got != HashRecoveryCode("ada", code) {
			t.Errorf("%q is another code", typed)
		}
	}
	if HashRecoveryCode("eve", code) == HashRecoveryCode("ada", code) {
		t.Error("another's code has the same hash")
	}
	for typed, recovery := range map[string]bool{"123456": false, " 123 456 ": false, "123-456": false, "12345": true, code: true, "１２３４５６": true} {
		if _, is := PlainCode(typed); is != recovery {
			t.Errorf("%q: a recovery code: %v", typed, is)
		}
	}
}

func TestWhatIsSealedOpensForItsOwnerWithAnyOfTheKeys(t *testing.T) {
	before, during, after := signer(t, now, oldKey), signer(t, now, newKey, oldKey), signer(t, now, newKey)
	sealed := before.Seal("ada", []byte("secret"))
	if sealed == before.Seal("ada", []byte("secret")) || strings.Contains(sealed, "secret") || !strings.HasPrefix(sealed, before.SealedBy()) {
		t.Errorf("sealed as %s", sealed)
	}
	for name, c := range map[string]struct {
		by            *Signer
		owner, sealed string
		ok            bool
	}{
		"with the key":            {before, "ada", sealed, true},
		"while both keys stand":   {during, "ada", sealed, true},
		"once the key is gone":    {after, "ada", sealed, false},
		"sealed anew":             {after, "ada", during.Seal("ada", []byte("secret")), true},
		"for another owner":       {before, "eve", sealed, false},
		"changed":                 {before, "ada", sealed[:len(sealed)-2] + "AA", false},
		"cut":                     {before, "ada", sealed[:12], false},
		"nothing":                 {before, "ada", "", false},
		"beside another key's id": {during, "ada", during.SealedBy() + sealed[9:], false},
	} {
		got, err := c.by.Open(c.owner, c.sealed)
		if (err == nil) != c.ok || c.ok && string(got) != "secret" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestAChallengeIsForOnePurposeAndAWhile(t *testing.T) {
	s := signer(t, now, newKey, oldKey)
	challenge := s.NewChallenge("sign in", 5*time.Minute)
	changed := append([]byte{}, challenge...)
	changed[6] ^= 1 // the end
	for name, c := range map[string]struct {
		by        *Signer
		challenge []byte
		purpose   string
		ok        bool
	}{
		"at once":                 {s, challenge, "sign in", true},
		"on another server":       {signer(t, now.Add(time.Minute), newKey), challenge, "sign in", true},
		"of the key before":       {s, signer(t, now, oldKey).NewChallenge("sign in", time.Minute), "sign in", true},
		"a second before its end": {signer(t, now.Add(299*time.Second), newKey), challenge, "sign in", true},
		"at its end":              {signer(t, now.Add(5*time.Minute), newKey), challenge, "sign in", false},
		"for something else":      {s, challenge, "add", false},
		"of another's key":        {signer(t, now, strings.Repeat("x", 40)), challenge, "sign in", false},
		"with a later end":        {s, changed, "sign in", false},
		"cut":                     {s, challenge[:20], "sign in", false},
		"nothing":                 {s, nil, "sign in", false},
	} {
		ends, ok := c.by.ChallengeEnds(c.challenge, c.purpose)
		if ok != c.ok || ok && !ends.After(now) {
			t.Errorf("%s: %v, %v", name, ends, ok)
		}
	}
	if other := s.NewChallenge("sign in", time.Minute); string(other) == string(s.NewChallenge("sign in", time.Minute)) {
		t.Error("two are alike")
	}
}

func TestPasskeysNeedANameAndHTTPS(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://mind.example.org": true, "https://mind.example.org:8443": true, "http://localhost:8000": true, "https://localhost": true,
		"http://127.0.0.1:8000": false, "https://192.0.2.1": false, "https://[2001:db8::1]": false, "http://mind.example.org": false, "": false, "mind": false,
	} {
		if _, got := NewPasskeys(address, "x"); got != ok {
			t.Errorf("%s: %v", address, got)
		}
	}
}

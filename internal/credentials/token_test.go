package credentials

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

const (
	oldKey = "an old key, long enough to sign with"
	newKey = "a new key, also long enough to sign with"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func signer(tb testing.TB, at time.Time, secrets ...string) *Signer {
	tb.Helper()
	s, err := NewSigner(secrets, func() time.Time { return at })
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func sign(tb testing.TB, s *Signer, c Claims) string {
	tb.Helper()
	token, err := s.Sign(c)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

func quarter() Claims {
	return Claims{UserID: "ann", SessionID: "one", ExpiresAt: now.Add(15 * time.Minute)}
}

// part is the header (0) or the claims (1) of a token.
func part(tb testing.TB, token string, n int) map[string]any {
	tb.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[n])
	if err != nil {
		tb.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestATokenSaysWhoseItIs(t *testing.T) {
	s := signer(t, now, newKey)
	token := sign(t, s, quarter())
	got, err := s.Check(token)
	if err != nil || !got.ExpiresAt.Equal(quarter().ExpiresAt) || got.UserID != "ann" || got.SessionID != "one" {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(map[string]any{"alg": "HS256", "typ": "JWT", "kid": s.first}, part(t, token, 0)); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{"iss": "mindflow", "sub": "ann", "sid": "one", "iat": float64(now.Unix()), "exp": float64(now.Unix() + 900)}
	if diff := cmp.Diff(want, part(t, token, 1)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(newKey, s.first) || len(s.first) != 8 {
		t.Errorf("the key's id is %q", s.first)
	}
}

func TestATokenEndsWhenItExpires(t *testing.T) {
	token := sign(t, signer(t, now, newKey), quarter())
	for _, tt := range []struct {
		name string
		at   time.Time
		ok   bool
	}{
		{"at once", now, true},
		{"a second before its end", now.Add(15*time.Minute - time.Second), true},
		{"at its end", now.Add(15 * time.Minute), false},
		{"an hour later", now.Add(time.Hour), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := signer(t, tt.at, newKey).Check(token); (err == nil) != tt.ok {
				t.Error(err)
			}
		})
	}
}

func TestTheFirstKeySignsAndAllVerify(t *testing.T) {
	before, during, after := signer(t, now, oldKey), signer(t, now, newKey, oldKey), signer(t, now, newKey)
	tests := []struct {
		name          string
		signs, checks *Signer
		ok            bool
	}{
		{"an old token while both keys stand", before, during, true},
		{"a new token while both keys stand", during, during, true},
		{"a new token once the old key is gone", during, after, true},
		{"an old token once its key is gone", before, after, false},
		{"a new token where only the old key is known", during, before, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token := sign(t, tt.signs, quarter())
			if _, err := tt.checks.Check(token); (err == nil) != tt.ok {
				t.Error(err)
			}
		})
	}
	if during.first != after.first || during.first == before.first {
		t.Errorf("key ids %s, %s, %s", before.first, during.first, after.first)
	}
	if _, err := NewSigner(nil, time.Now); err == nil || err.Error() != "a secret key is needed" {
		t.Errorf("without a key: %v", err)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	s := signer(t, now, newKey, oldKey)
	good := sign(t, s, quarter())
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "mindflow", "sub": "ann", "sid": "one", "exp": now.Unix() + 900}
		change(c)
		return c
	}
	same := func(jwt.MapClaims) {}
	made := func(method jwt.SigningMethod, key any, kid any, c jwt.MapClaims) string {
		token := jwt.NewWithClaims(method, c)
		if kid != nil {
			token.Header["kid"] = kid
		}
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	ours := func(c jwt.MapClaims) string { return made(jwt.SigningMethodHS256, []byte(newKey), s.first, c) }
	if _, err := s.Check(ours(claims(same))); err != nil {
		t.Fatalf("the pattern of the forgeries is itself refused: %v", err)
	}
	parts := strings.Split(good, ".")
	public, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	published := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	flipped := []byte(parts[2])
	flipped[0] ^= 'A' ^ 'B'

	tests := []struct{ name, token string }{
		{"nothing", ""},
		{"no token", "Bearer"},
		{"two parts", parts[0] + "." + parts[1]},
		{"four parts", good + "." + parts[2]},
		{"without signature", parts[0] + "." + parts[1] + "."},
		{"with a changed signature", parts[0] + "." + parts[1] + "." + string(flipped)},
		{"with other claims", parts[0] + "." + strings.Split(sign(t, s, Claims{UserID: "bob", SessionID: "two", ExpiresAt: now.Add(time.Hour)}), ".")[1] + "." + parts[2]},
		{"with another header", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"`+s.first+`"}`)) + "." + parts[1] + "." + parts[2]},
		{"algorithm none", made(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, s.first, claims(same))},
		{"algorithm None", unsigned(`{"alg":"None","kid":"`+s.first+`"}`, parts[1])},
		{"no algorithm", unsigned(`{"kid":"`+s.first+`"}`, parts[1])},
		{"HS512 with our key", made(jwt.SigningMethodHS512, []byte(newKey), s.first, claims(same))},
		{"RS256 with a key of their own", made(jwt.SigningMethodRS256, rsaKey, s.first, claims(same))},
		{"HS256 with a public key for the secret", made(jwt.SigningMethodHS256, published, s.first, claims(same))},
		{"another's secret", made(jwt.SigningMethodHS256, []byte("another secret, just as long as ours"), s.first, claims(same))},
		{"the other key's id", made(jwt.SigningMethodHS256, []byte(oldKey), s.first, claims(same))},
		{"an unknown key id", made(jwt.SigningMethodHS256, []byte(newKey), "00000000", claims(same))},
		{"no key id", made(jwt.SigningMethodHS256, []byte(newKey), nil, claims(same))},
		{"a key id that is no text", made(jwt.SigningMethodHS256, []byte(newKey), 7, claims(same))},
		{"no expiry", ours(claims(func(c jwt.MapClaims) { delete(c, "exp") }))},
		{"an expiry that is no number", ours(claims(func(c jwt.MapClaims) { c["exp"] = "never" }))},
		{"expired", ours(claims(func(c jwt.MapClaims) { c["exp"] = now.Unix() - 1 }))},
		{"not valid yet", ours(claims(func(c jwt.MapClaims) { c["nbf"] = now.Unix() + 60 }))},
		{"another issuer", ours(claims(func(c jwt.MapClaims) { c["iss"] = "elsewhere" }))},
		{"no issuer", ours(claims(func(c jwt.MapClaims) { delete(c, "iss") }))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Check(tt.token)
			if err == nil || err.Error() != "not a valid access token" || got != (Claims{}) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// unsigned is a token of a header of one's own, signed with the empty key.
func unsigned(header, claims string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + claims
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestSecretsAreLongRandomAndFitInAnAddress(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for range 1000 {
		s := NewSecret()
		if !form.MatchString(s) || seen[s] || seen[HashSecret(s)] {
			t.Fatalf("%q", s)
		}
		seen[s], seen[HashSecret(s)] = true, true
	}
	if got := HashSecret("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("SHA-256 of abc: %s", got)
	}
}

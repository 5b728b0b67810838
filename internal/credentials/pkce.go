package credentials

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Challenge is what PKCE (RFC 7636, S256) makes of a verifier.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// IsChallenge reports whether a text can be what Challenge answers.
func IsChallenge(s string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(raw) == sha256.Size && !strings.ContainsAny(s, "\r\n")
}

// IsVerifier reports whether a text is long enough for a verifier and of its
// letters.
func IsVerifier(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return len(s) >= 43 && len(s) <= 128 && strings.Trim(s, letters) == ""
}

// NextToken is the refresh token that replaces one of a grant's. It is the same
// whenever that one is shown, so that an answer which got lost can be given again;
// who has only the old one cannot make it.
func (s *Signer) NextToken(token string) string { return nextToken(s.keys[s.first], token) }

// NextTokenOf is the one whose hash is kept, whichever key it was made with. It
// answers false once that key is gone, or where no hash is.
func (s *Signer) NextTokenOf(token string, kept func(hash string) bool) (string, bool) {
	for _, key := range s.keys {
		if next := nextToken(key, token); kept(HashSecret(next)) {
			return next, true
		}
	}
	return "", false
}

// nextToken uses a key of its own, so that a refresh token is never anything else.
func nextToken(secret []byte, token string) string {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow refresh token", sha256.Size) // fails for longer keys only
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(token))
	return RefreshToken + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

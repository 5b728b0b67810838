package credentials

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Signer signs access tokens (JWT, HS256) and checks them. Of several keys the
// first signs and all verify, so that a key can be replaced without signing
// everybody out.
type Signer struct {
	keys   map[string][]byte // by key id
	first  string
	parser *jwt.Parser
	clock  func() time.Time
}

const issuer = "mindflow"

// NewSigner takes the secrets, at least one, the signing one first.
func NewSigner(secrets []string, clock func() time.Time) (*Signer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("a secret key is needed")
	}
	s := &Signer{keys: map[string][]byte{}, clock: clock}
	for i, secret := range secrets {
		sum := sha256.Sum256([]byte("mindflow key id\x00" + secret))
		id := hex.EncodeToString(sum[:4])
		s.keys[id] = []byte(secret)
		if i == 0 {
			s.first = id
		}
	}
	s.parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(clock))
	return s, nil
}

// Claims is what an access token says.
type Claims struct {
	UserID    string
	SessionID string
	ExpiresAt time.Time
}

type jwtClaims struct {
	jwt.RegisteredClaims

	SessionID string `json:"sid"`
}

// Sign mints an access token.
func (s *Signer) Sign(c Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwtClaims{
		SessionID: c.SessionID,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: c.UserID,
			IssuedAt: jwt.NewNumericDate(s.clock()), ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
		},
	})
	token.Header["kid"] = s.first
	return token.SignedString(s.keys[s.first])
}

var errToken = errors.New("not a valid access token")

// Check answers what a token says, if it is ours and has not expired.
func (s *Signer) Check(token string) (Claims, error) {
	var c jwtClaims
	_, err := s.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if key, ok := s.keys[id]; ok {
			return key, nil
		}
		return nil, errToken
	})
	if err != nil {
		return Claims{}, errToken
	}
	return Claims{UserID: c.Subject, SessionID: c.SessionID, ExpiresAt: c.ExpiresAt.Time}, nil
}

// NewSecret is 256 bits of randomness, as 43 characters that fit in a URL.
func NewSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashSecret is how a secret of ours is kept: SHA-256 in hexadecimal. It needs
// no salt, since the secret is random.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// The prefixes of opaque tokens, by which people, programs and scanners for
// leaked secrets know them. The last two are kept for programs that were granted
// access.
const (
	PersonalToken = "mfp_"
	AccessToken   = "mfa_"
	RefreshToken  = "mfr_"
)

// NewToken is an opaque token with a prefix of ours. HashSecret is how it is kept.
func NewToken(prefix string) string { return prefix + NewSecret() }

// Opaque reports whether a token is one of those that admit somebody by a row in
// the database: it says nothing by itself, and cannot be mistaken for a signed one.
func Opaque(token string) bool {
	return strings.HasPrefix(token, PersonalToken) || strings.HasPrefix(token, AccessToken)
}

// LinkSecret is the secret of a link, made of its id: it is kept nowhere, and
// the same whenever it is needed.
func (s *Signer) LinkSecret(id string) string { return linkMAC(s.keys[s.first], id) }

// LinkSecretOf is the secret of a link whose hash is kept, whichever key it was
// made with. It answers false once that key is gone.
func (s *Signer) LinkSecretOf(id, hash string) (string, bool) {
	for _, key := range s.keys {
		if secret := linkMAC(key, id); HashSecret(secret) == hash {
			return secret, true
		}
	}
	return "", false
}

// linkMAC uses a key of its own, so that a link is never a token nor the reverse.
func linkMAC(secret []byte, id string) string {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow link", sha256.Size) // fails for longer keys only
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

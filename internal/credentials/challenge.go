package credentials

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// A challenge is the signing key's id, the second it ends with, randomness, and
// an HMAC over these and what it is for.
const (
	challengeEnds   = 4
	challengeRandom = challengeEnds + 8
	challengeSigned = challengeRandom + 16
	challengeBytes  = challengeSigned + sha256.Size
)

// NewChallenge makes something for an authenticator to sign, for one purpose and
// for so long. It is kept nowhere; whoever takes the answer in sees to it that it
// is taken once.
func (s *Signer) NewChallenge(purpose string, ttl time.Duration) []byte {
	c := make([]byte, 0, challengeBytes)
	id, _ := hex.DecodeString(s.first)                                                     // made by NewSigner
	c = binary.BigEndian.AppendUint64(append(c, id...), uint64(s.clock().Add(ttl).Unix())) //nolint:gosec // not before 1970
	c = c[:challengeSigned]
	_, _ = rand.Read(c[challengeRandom:]) // never fails: crypto/rand ends the program instead
	return append(c, challengeMAC(s.keys[s.first], c, purpose)...)
}

// ChallengeEnds answers when a challenge of ours for a purpose ends. It answers
// false for one that has, and for one that is not ours.
func (s *Signer) ChallengeEnds(challenge []byte, purpose string) (time.Time, bool) {
	if len(challenge) != challengeBytes {
		return time.Time{}, false
	}
	key, known := s.keys[hex.EncodeToString(challenge[:challengeEnds])]
	if !known || !hmac.Equal(challengeMAC(key, challenge[:challengeSigned], purpose), challenge[challengeSigned:]) {
		return time.Time{}, false
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(challenge[challengeEnds:challengeRandom])), 0).UTC() //nolint:gosec // ours
	return ends, s.clock().Before(ends)
}

func challengeMAC(secret, challenge []byte, purpose string) []byte {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow challenge", sha256.Size) // fails for longer keys only
	mac := hmac.New(sha256.New, key)
	mac.Write(challenge) // of one length, so the purpose begins where it ends
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

package credentials

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// proofTTL is how long a proof counts, before and after the moment in it: clocks
// may differ a little.
const proofTTL = time.Minute

// A proof is the signing key's id, the second it was made in, and the first half
// of an HMAC over these.
const (
	proofKey   = 4
	proofMade  = proofKey + 8
	proofBytes = proofMade + sha256.Size/2
)

// Prove shows that somebody holds the key now. It admits nobody to anything that
// is anybody's.
func (s *Signer) Prove() string {
	proof := make([]byte, 0, proofBytes)
	id, _ := hex.DecodeString(s.first)                                                    // made by NewSigner
	proof = binary.BigEndian.AppendUint64(append(proof, id...), uint64(s.clock().Unix())) //nolint:gosec // after 1970
	return base64.RawURLEncoding.EncodeToString(append(proof, proofMAC(s.keys[s.first], proof)...))
}

// Proven reports whether a proof was made with one of the keys, just now.
func (s *Signer) Proven(proof string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(proof)
	if err != nil || len(raw) != proofBytes {
		return false
	}
	key, known := s.keys[hex.EncodeToString(raw[:proofKey])]
	if !known || !hmac.Equal(proofMAC(key, raw[:proofMade]), raw[proofMade:]) {
		return false
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(raw[proofKey:])), 0) //nolint:gosec // it was signed
	return s.clock().Sub(made).Abs() <= proofTTL
}

// proofMAC uses a key of its own, so that a proof is never a token nor the reverse.
func proofMAC(secret, proof []byte) []byte {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow proof", sha256.Size) // fails for longer keys only
	mac := hmac.New(sha256.New, key)
	mac.Write(proof)
	return mac.Sum(nil)[:sha256.Size/2]
}

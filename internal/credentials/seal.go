package credentials

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// ErrSealed is what nobody can read here: sealed for another owner, or with a key
// that was taken away.
var ErrSealed = errors.New("the sealed secret cannot be read with the keys there are")

// Seal encrypts a secret of an owner (AES-256-GCM), so that it is worth nothing
// beside another one's name. It begins with the id of the signing key.
func (s *Signer) Seal(owner string, secret []byte) string {
	gcm := sealer(s.keys[s.first])
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return s.first + "." + base64.RawURLEncoding.EncodeToString(gcm.Seal(nonce, nonce, secret, []byte(owner)))
}

// Open reads what Seal has sealed, with whichever of the keys.
func (s *Signer) Open(owner, sealed string) ([]byte, error) {
	id, text, _ := strings.Cut(sealed, ".")
	key, known := s.keys[id]
	if !known {
		return nil, ErrSealed
	}
	gcm := sealer(key)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < gcm.NonceSize() {
		return nil, ErrSealed
	}
	secret, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], []byte(owner))
	if err != nil {
		return nil, ErrSealed
	}
	return secret, nil
}

// SealedBy is how everything begins that the signing key has sealed.
func (s *Signer) SealedBy() string { return s.first + "." }

func sealer(secret []byte) cipher.AEAD {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow sealed secret", 32) // fails for longer keys only
	block, _ := aes.NewCipher(key)                                            // fails for other lengths only
	gcm, _ := cipher.NewGCM(block)                                            // fails for other block sizes only
	return gcm
}

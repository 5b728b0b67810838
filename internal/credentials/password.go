package credentials

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"mindflow/internal/mindflow"
)

// Argon2id's parameters: the OWASP minimum of 19 MiB and two passes.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonThreads = 1
	saltBytes    = 16
	keyBytes     = 32
)

// Passwords hashes and checks passwords, at most so many at once: each takes
// 19 MiB and a core.
type Passwords struct {
	slots chan struct{}
	dummy string
}

// NewPasswords hashes at most atOnce passwords at the same time.
func NewPasswords(atOnce int) *Passwords {
	p := &Passwords{slots: make(chan struct{}, atOnce)}
	p.dummy = hash("a password nobody has", make([]byte, saltBytes))
	return p
}

// Hash answers a PHC string for a password. It waits for its turn, or for ctx.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	var phc string
	err := p.turn(ctx, func() { phc = hash(password, salt) })
	return phc, err
}

// Check reports whether a password is the one behind a PHC string. An empty
// string takes as long as any other and never matches.
func (p *Passwords) Check(ctx context.Context, phc, password string) (bool, error) {
	known := phc != ""
	if !known {
		phc = p.dummy
	}
	salt, want, err := parse(phc)
	if err != nil {
		return false, err
	}
	same := false
	err = p.turn(ctx, func() {
		same = subtle.ConstantTimeCompare(derive(password, salt), want) == 1
	})
	return same && known, err
}

func (p *Passwords) turn(ctx context.Context, fn func()) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.slots }()
	fn()
	return nil
}

// derive counts a password as the same on every keyboard: an é is an é.
func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(mindflow.NFC(password)), salt, argonTime, argonMemory, argonThreads, keyBytes)
}

var phcPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonThreads)

func hash(password string, salt []byte) string {
	b64 := base64.RawStdEncoding
	return phcPrefix + b64.EncodeToString(salt) + "$" + b64.EncodeToString(derive(password, salt))
}

var errHash = errors.New("not an argon2id hash with the parameters in use")

func parse(phc string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(phc, phcPrefix)
	if !ok {
		return nil, nil, errHash
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	if salt, err = base64.RawStdEncoding.DecodeString(saltText); err != nil {
		return nil, nil, errHash
	}
	if key, err = base64.RawStdEncoding.DecodeString(keyText); err != nil || len(key) != keyBytes {
		return nil, nil, errHash
	}
	return salt, key, nil
}

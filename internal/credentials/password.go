package credentials

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

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
}

// NewPasswords hashes at most atOnce passwords at the same time.
func NewPasswords(atOnce int) *Passwords {
	return &Passwords{slots: make(chan struct{}, atOnce)}
}

// turnTime bounds how long somebody waits for a turn. Who waits longer has more
// from trying again.
const turnTime = 2 * time.Second

// Hash answers a PHC string for a password. It waits for its turn, but not for
// long, and no longer than ctx.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	var phc string
	err := p.turn(ctx, func() { phc = hash(password, salt) })
	return phc, err
}

// Check reports whether a password is the one behind a PHC string, or behind a
// bcrypt hash taken over from elsewhere. An empty string takes as long as any
// PHC string and never matches; ErrHash says that nothing can ever match.
func (p *Passwords) Check(ctx context.Context, phc, password string) (bool, error) {
	if isBcrypt(phc) {
		return p.checkBcrypt(ctx, phc, password)
	}
	known := phc != ""
	if !known {
		phc = dummy
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
	timer := time.NewTimer(turnTime)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
	case <-timer.C:
		return mindflow.Unavailable("Too many people are signing in just now; try again in a moment")
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

// dummy is the hash of a password nobody has, held against what somebody unknown
// types. It stands here because making it would take each start as long as a sign-in.
var dummy = phcPrefix + "AAAAAAAAAAAAAAAAAAAAAA$DmkymtSBbR/vX76a/Z8Vy/ein9tDDPe0fzuuuwUrYXk"

func hash(password string, salt []byte) string {
	b64 := base64.RawStdEncoding
	return phcPrefix + b64.EncodeToString(salt) + "$" + b64.EncodeToString(derive(password, salt))
}

// ErrHash is a hash that no password can be held against.
var ErrHash = errors.New("neither an argon2id hash with the parameters in use nor a bcrypt hash")

func parse(phc string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(phc, phcPrefix)
	if !ok {
		return nil, nil, ErrHash
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	if salt, err = base64.RawStdEncoding.DecodeString(saltText); err != nil {
		return nil, nil, ErrHash
	}
	if key, err = base64.RawStdEncoding.DecodeString(keyText); err != nil || len(key) != keyBytes {
		return nil, nil, ErrHash
	}
	return salt, key, nil
}

// Limits of bcrypt hashes: what a sign-in may cost, and how much of a password
// counts.
const (
	maxBcryptCost  = 15 // some two seconds
	maxBcryptBytes = 72
)

// isBcrypt knows the forms "$2a$", "$2b$" and "$2y$".
func isBcrypt(hash string) bool {
	return len(hash) > 4 && hash[:2] == "$2" && strings.IndexByte("aby", hash[2]) >= 0 && hash[3] == '$'
}

// Checkable reports whether a password can be held against the hash.
func Checkable(hash string) bool {
	if isBcrypt(hash) {
		cost, err := bcrypt.Cost([]byte(hash))
		return err == nil && cost <= maxBcryptCost
	}
	_, _, err := parse(hash)
	return err == nil
}

// Outdated reports whether a hash should be replaced by a new one as soon as
// its password is known.
func Outdated(hash string) bool { return isBcrypt(hash) }

// checkBcrypt takes the password as it was typed, since whoever made the hash
// did, and only then in the form in which it is the same on every keyboard.
func (p *Passwords) checkBcrypt(ctx context.Context, hash, password string) (bool, error) {
	if !Checkable(hash) {
		return false, ErrHash
	}
	same := false
	err := p.turn(ctx, func() {
		same = matchesBcrypt(hash, password)
		if form := mindflow.NFC(password); !same && form != password {
			same = matchesBcrypt(hash, form)
		}
	})
	return same, err
}

func matchesBcrypt(hash, password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password[:min(len(password), maxBcryptBytes)])) == nil
}

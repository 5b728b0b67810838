package archive

import (
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
)

// Key is what backups are encrypted with, and read again. The zero value
// encrypts nothing.
type Key struct {
	recipient age.Recipient
	identity  age.Identity // nil when the key can only encrypt
}

const (
	// minPassphrase makes guessing hopeless together with the work below.
	minPassphrase = 16
	// work is the base-2 logarithm of scrypt's cost: 32 MiB and a tenth of a
	// second, so that a server need not grow for its daily backup.
	work = 15
)

// ParseKey reads a key as people write it: an age identity (AGE-SECRET-KEY-…),
// an age recipient (age1…), or a passphrase. The empty text is no key.
func ParseKey(text string) (Key, error) {
	var key Key
	var err error
	switch {
	case text == "":
		return key, nil
	case strings.HasPrefix(text, "AGE-SECRET-KEY-PQ-"):
		var identity *age.HybridIdentity
		if identity, err = age.ParseHybridIdentity(text); err == nil {
			key = Key{identity.Recipient(), identity}
		}
	case strings.HasPrefix(text, "AGE-SECRET-KEY-"):
		var identity *age.X25519Identity
		if identity, err = age.ParseX25519Identity(text); err == nil {
			key = Key{identity.Recipient(), identity}
		}
	case strings.HasPrefix(text, "age1pq1"):
		key.recipient, err = age.ParseHybridRecipient(text)
	case strings.HasPrefix(text, "age1"):
		key.recipient, err = age.ParseX25519Recipient(text)
	case len(text) < minPassphrase:
		err = errors.New("too short")
	default:
		var recipient *age.ScryptRecipient
		if recipient, err = age.NewScryptRecipient(text); err == nil {
			recipient.SetWorkFactor(work)
			key.recipient = recipient
			key.identity, err = age.NewScryptIdentity(text)
		}
	}
	if err != nil { // which may quote it
		return Key{}, fmt.Errorf("BACKUP_KEY must be an age identity, an age recipient, or a passphrase of at least %d characters", minPassphrase)
	}
	return key, nil
}

// Encrypts reports whether there is a key at all.
func (k Key) Encrypts() bool { return k.recipient != nil }

// Reads reports whether what was written with the key can be read with it.
func (k Key) Reads() bool { return k.recipient == nil || k.identity != nil }

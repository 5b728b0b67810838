package mindflow

import (
	"errors"
	"fmt"
	"time"
)

// SecondFactor is what a person shows to sign in besides the password: a code
// that an app of theirs makes of a secret and the time, or a recovery code.
type SecondFactor struct {
	UserID    UserID
	Sealed    string // the secret, readable with the server's key alone
	CreatedAt time.Time
	Since     time.Time // when a first code has shown that the app has the secret; zero before
	LastStep  int64     // of the newest code that was taken: it and those before are worth nothing
	Wrong     int       // codes in a row that were not right, each with the right password
	WrongAt   time.Time // the newest of them; zero for none
	CodesLeft int       // recovery codes
}

// On reports whether signing in asks for it.
func (f SecondFactor) On() bool { return !f.Since.IsZero() }

// Passkey is a key pair in a person's device or password manager, which signs
// them in by itself.
type Passkey struct {
	ID         PasskeyID
	UserID     UserID
	Name       string // what the person calls it
	Credential []byte // what the authenticator calls it
	PublicKey  []byte // as COSE writes keys
	SignCount  uint32 // of the authenticator; zero where it does not count
	Copyable   bool   // whether it may be kept in more than one device
	Copied     bool   // whether it is
	Transports []string
	CreatedAt  time.Time
	SeenAt     time.Time // when it last signed somebody in; zero for never
}

// Limits of passkeys.
const (
	MaxPasskeys    = 20 // of a person, at once
	MaxPasskeyName = 100
	passkeyName    = "Passkey" // where nothing is said
	// ChallengeTTL is how long an authenticator has to answer.
	ChallengeTTL = 5 * time.Minute
)

// ParsePasskeyName tidies what a passkey is called; empty is a name, too.
func ParsePasskeyName(s string) (string, error) {
	s = Tidy(s)
	switch {
	case s == "":
		return passkeyName, nil
	case Length(s) > MaxPasskeyName:
		return s, fmt.Errorf("must be at most %d characters", MaxPasskeyName)
	case hasControl(s, ""):
		return s, errors.New("must not hold control characters")
	}
	return s, nil
}

// TellWrongCodes is after how many wrong codes in a row a person is told: whoever
// types them knows the password.
const TellWrongCodes = 5

// After MaxWrongCodes wrong codes in a row none is looked at for WrongCodesRest,
// from the newest on; then one more, and so on until one is right.
const (
	MaxWrongCodes  = 10
	WrongCodesRest = 15 * time.Minute
)

// RestsUntil is when a code is looked at again; zero where one is now.
func (f SecondFactor) RestsUntil(at time.Time) time.Time {
	if until := f.WrongAt.Add(WrongCodesRest); f.Wrong >= MaxWrongCodes && at.Before(until) {
		return until
	}
	return time.Time{}
}

// SetupTTL is how long a second factor that was begun can be confirmed.
const SetupTTL = time.Hour

// AskSecondFactor is the reason of a refusal of a sign-in whose password is right,
// and which lacks a code that is.
const AskSecondFactor = "second-factor-required"

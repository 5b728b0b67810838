package mindflow

import "time"

// Link leads a person from a mail to one thing they may do once, without a
// password. Its secret is kept nowhere; the link itself is known by a hash.
type Link struct {
	ID      LinkID
	Purpose Purpose
	UserID  UserID // zero where there is no account, or none yet
	// Email is the address it is sent to, and about.
	Email     string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Purpose is what a link is for.
type Purpose string

// The purposes.
const (
	ToVerify Purpose = "verify" // that the account's address is the person's
	ToReset  Purpose = "reset"  // the password
	ToMove   Purpose = "move"   // the account to another address, by who reads mail there
	ToStay   Purpose = "stay"   // at the address before, by who reads mail there
	ToJoin   Purpose = "join"   // as somebody with an invitation
)

// How long links are good for.
const (
	LinkTTL = time.Hour
	// StayTTL is longer: who did not ask for anything does not wait for a mail.
	StayTTL = 24 * time.Hour
	JoinTTL = 7 * 24 * time.Hour
)

// TTL is how long a link of a purpose is good for.
func (p Purpose) TTL() time.Duration {
	switch p {
	case ToStay:
		return StayTTL
	case ToJoin:
		return JoinTTL
	default:
		return LinkTTL
	}
}

// EraseGrace is how long an account whose deletion was asked for can still be kept.
const EraseGrace = 14 * 24 * time.Hour

// Signup is who may open an account.
type Signup string

// Who may.
const (
	SignupOpen   Signup = "open"   // everybody
	SignupInvite Signup = "invite" // who has an invitation
	SignupClosed Signup = "closed" // nobody
)

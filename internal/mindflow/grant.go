package mindflow

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Grant is what a person has granted to a program: to act for them, within
// scopes, until it ends.
type Grant struct {
	ID        GrantID
	UserID    UserID
	Kind      GrantKind
	Name      string // what the person calls it, or the program itself
	ClientID  string // of a program that was granted it at a consent page
	Address   string // where that program is at home
	Scopes    Scopes
	Audience  string    // what it was granted for; empty for all of this server
	CreatedAt time.Time // to whole microseconds, as all of these
	ExpiresAt time.Time // zero for never
	EndedAt   time.Time
	SeenAt    time.Time // when it was last used, to within a few minutes; zero for never
}

// GrantKind says how a grant came about.
type GrantKind string

// The kinds of grants.
const (
	TokenGrant  GrantKind = "token"  // a personal access token
	ClientGrant GrantKind = "client" // a program that asked for it
)

// Scopes are a set of what may be done for a person.
type Scopes uint8

// The scopes. InPerson is no program's: it stands for what only the person
// does, signed in, such as changing the password or making tokens.
const (
	AccountRead Scopes = 1 << iota
	TasksRead
	TasksWrite
	InPerson

	Grantable  = AccountRead | TasksRead | TasksWrite
	Everything = Grantable | InPerson // a session's
)

// scopeNames are the names of those that can be granted, in order.
var scopeNames = [...]string{"account:read", "tasks:read", "tasks:write"}

// Any reports whether one of others is among them.
func (s Scopes) Any(others Scopes) bool { return s&others != 0 }

// Names are those of the scopes that can be granted, sorted.
func (s Scopes) Names() []string {
	names := make([]string, 0, len(scopeNames))
	for i, name := range scopeNames {
		if s.Any(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// String is the names with a space between them, as OAuth writes them.
func (s Scopes) String() string { return strings.Join(s.Names(), " ") }

var errScope = fmt.Errorf("must be among %s", strings.Join(scopeNames[:], ", "))

// ParseScopes is the set of the names, each of which must be one that can be
// granted.
func ParseScopes(names ...string) (Scopes, error) {
	var s Scopes
	for _, name := range names {
		one := KnownScopes(name)
		if one == 0 || strings.Contains(name, " ") {
			return 0, errScope
		}
		s |= one
	}
	return s, nil
}

// KnownScopes reads what String wrote. A name that is not known here, such as
// one of a newer version, allows nothing.
func KnownScopes(text string) Scopes {
	var s Scopes
	for name := range strings.SplitSeq(text, " ") {
		for i, known := range scopeNames {
			if name == known {
				s |= 1 << i
			}
		}
	}
	return s
}

// Limits of a personal access token.
const (
	MaxTokenName = 100
	MaxTokenDays = 365
	TokenDays    = 90 // where nothing is said
	MaxTokens    = 50 // of a person, at once
)

// Limits of what programs are granted at the consent page.
const (
	MaxClientGrants = 100 // of a person, at once
	ClientGrantDays = 90  // from its last exchange of tokens
)

// TokenDraft is what a person says to make a personal access token.
type TokenDraft struct {
	Name   string
	Scopes []string
	Days   int // until it expires; 0 for TokenDays
}

// Validate tidies the draft and reads its scopes, or names every bad field.
func (d TokenDraft) Validate() (TokenDraft, Scopes, error) {
	var bad fieldErrors
	d.Name = Tidy(d.Name)
	if err := checkTokenName(d.Name); err != nil {
		bad.add("name", err.Error())
	}
	scopes, err := ParseScopes(d.Scopes...)
	switch {
	case err != nil:
		bad.add("scopes", err.Error())
	case scopes == 0:
		bad.add("scopes", "must hold at least one")
	}
	if d.Days == 0 {
		d.Days = TokenDays
	}
	if d.Days < 1 || d.Days > MaxTokenDays {
		bad.add("expires_in_days", fmt.Sprintf("must be from 1 to %d", MaxTokenDays))
	}
	if len(bad) > 0 {
		return d, scopes, Invalid(bad...)
	}
	return d, scopes, nil
}

func checkTokenName(name string) error {
	switch n := Length(name); {
	case n < 1 || n > MaxTokenName:
		return fmt.Errorf("must be 1 to %d characters", MaxTokenName)
	case hasControl(name, ""):
		return errors.New("must not hold control characters")
	}
	return nil
}

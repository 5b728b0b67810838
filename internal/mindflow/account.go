package mindflow

import (
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode"
)

// User is a person with an account.
type User struct {
	ID          UserID
	Email       string // as typed
	FullName    string
	WorkspaceID WorkspaceID // the personal one
	CreatedAt   time.Time
	DisabledAt  time.Time
	VerifiedAt  time.Time // when the address was found to be theirs
	EraseAt     time.Time // when the account is to be erased; zero: not at all
}

// Account is a user as those who run the server see one.
type Account struct {
	User

	SeenAt time.Time // when they last signed in or refreshed; zero for never
	Tasks  int       // in the personal workspace, deleted ones aside
}

// Holding is how many rows of a table are one person's.
type Holding struct {
	Table string
	Rows  int
}

// Workspace owns tasks. Every user has a personal one.
type Workspace struct {
	ID   WorkspaceID
	Name string
}

// Role is what a member may do in a workspace.
type Role string

// The roles, from most to least.
const (
	Owner  Role = "owner"
	Editor Role = "editor"
	Viewer Role = "viewer"
)

// Session stands behind every token of one sign-in.
type Session struct {
	ID        SessionID
	UserID    UserID
	Origin    Origin
	CreatedAt time.Time
	ExpiresAt time.Time
	SeenAt    time.Time // when it last signed in or refreshed
}

// Origin is what a session was begun from; its zero value is not known.
type Origin struct {
	Kind  SessionKind
	Agent string // what the client called itself, in short
}

// SessionKind says where a session's refresh token is kept.
type SessionKind string

// The kinds of sessions.
const (
	CookieSession   SessionKind = "cookie"   // in a browser's cookie
	TerminalSession SessionKind = "terminal" // by a program
)

// maxAgent bounds what is kept of a client's own name, in bytes.
const maxAgent = 200

// From is a session's origin. What the client calls itself is somebody's text:
// only printable ASCII of it is kept, and little.
func From(kind SessionKind, agent string) Origin {
	printable := func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}
	agent = strings.TrimSpace(strings.Map(printable, agent))
	return Origin{kind, strings.TrimSpace(agent[:min(len(agent), maxAgent)])}
}

// Channel is what a change came through.
type Channel string

// The channels.
const (
	ThroughWeb       Channel = "web"
	ThroughAPI       Channel = "api"
	ThroughAssistant Channel = "assistant"
	ThroughCLI       Channel = "cli"
	ThroughCalDAV    Channel = "caldav"
	ThroughSystem    Channel = "system"
)

// Program is what acts for a person, in place of our own pages and commands.
type Program struct {
	GrantID GrantID // by which grant; zero in a session
	Name    string  // what the person, or the program, calls it
	CallID  string  // shared by all that one call changes; empty where a request is one change
}

// Actor is who does something, and through what. It is kept small: what is
// larger than 128 bytes costs every closure that holds it an allocation.
type Actor struct {
	UserID      UserID
	SessionID   SessionID
	WorkspaceID WorkspaceID // the personal one
	Role        Role        // there
	Channel     Channel
	Scopes      Scopes   // what they may do: a session's is everything
	Program     *Program // what acts for them; nil for our own
	// The versions that stood when the request came in: an answer is never
	// older than these.
	WorkspaceVersion   int64
	PreferencesVersion Version
	// Key, when set, lets the same request be sent again: it is done once, and
	// answered alike.
	Key *IdempotencyKey
}

// InOneCall is the actor of a request that may write several events: whatever it
// writes shares a call id, so that it can be told, and undone, as one change.
func (a Actor) InOneCall(at time.Time) Actor {
	var through Program
	if a.Program != nil {
		through = *a.Program
	}
	if through.CallID == "" {
		through.CallID = NewID[Event](at).String()
		a.Program = &through
	}
	return a
}

// Limits of an account's fields, in Unicode code points.
const (
	MinPassword = 12
	MaxPassword = 128
	MaxEmail    = 254 // bytes: RFC 5321
	MaxFullName = 200
)

// Registration is what a person says to open an account.
type Registration struct {
	Email    string
	Password string
	FullName string
	Timezone string // IANA name; empty means UTC
	// Invitation is the secret of a link to join, where one is needed.
	Invitation string
}

// Validate tidies the registration and finds its zone, or names every bad field.
func (r Registration) Validate() (Registration, Zone, error) {
	var bad fieldErrors
	email, err := ParseEmail(r.Email)
	if err != nil {
		bad.add("email", err.Error())
	}
	r.Email = email
	if err := CheckPassword(r.Password); err != nil {
		bad.add("password", err.Error())
	}
	if r.FullName, err = ParseFullName(r.FullName); err != nil {
		bad.add("full_name", err.Error())
	}
	if r.Timezone == "" {
		r.Timezone = "UTC"
	}
	zone, err := LoadZone(r.Timezone)
	if err != nil {
		bad.add("timezone", err.Error())
	}
	if len(bad) > 0 {
		return r, zone, Invalid(bad...)
	}
	return r, zone, nil
}

// ParseFullName tidies a name and checks its form.
func ParseFullName(s string) (string, error) {
	s = Tidy(s)
	if Length(s) > MaxFullName || hasControl(s, "") {
		return s, errors.New("must be at most 200 characters without control characters")
	}
	return s, nil
}

var errEmail = errors.New("must be an e-mail address")

// ParseEmail tidies an address and checks its form. Addresses are compared by Fold.
func ParseEmail(s string) (string, error) {
	s = Tidy(s)
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || len(s) > MaxEmail || hasControl(s, "") ||
		strings.ContainsFunc(s, unicode.IsSpace) || strings.ContainsAny(s, "\"(),:;<>[\\]") {
		return s, errEmail
	}
	_, domain, _ := strings.Cut(s, "@")
	if domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return s, errEmail
	}
	return s, nil
}

// CheckPassword says what is wrong with a password, if anything: its length in
// code points, or that it is among the commonest.
func CheckPassword(p string) error {
	switch n := Length(p); {
	case n < MinPassword:
		return errors.New("must be at least 12 characters")
	case n > MaxPassword:
		return errors.New("must be at most 128 characters")
	case commonPassword(p):
		return errors.New("is one of the commonest; choose another")
	}
	return nil
}

package client

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"mindflow/internal/mindflow"
)

var (
	// ErrUnreachable says that no server answered in time.
	ErrUnreachable = errors.New("no server answers")
	// ErrSignedOut says that nobody is signed in.
	ErrSignedOut = errors.New("you are not signed in")
	// ErrSessionEnded says that somebody was signed in, but the server admits
	// them no more.
	ErrSessionEnded = errors.New("your session has ended")
	// ErrManyAccounts says that it is not known which account is meant.
	ErrManyAccounts = errors.New("it can be any of these accounts")
	// ErrUntrusted says that a server answered, but did not prove who it is.
	ErrUntrusted = errors.New("there is no safe connection")
	// ErrNotMindFlow says that something else answered than a MindFlow server.
	ErrNotMindFlow = errors.New("does not answer as a MindFlow server does")
)

// UnansweredError says at which server nothing could be asked, and why. It is
// ErrUnreachable or ErrUntrusted.
type UnansweredError struct {
	Server string
	Kind   error
	Cause  error
}

func (e *UnansweredError) Error() string {
	return fmt.Sprintf("%v at %s: %v", e.Kind, e.Server, e.Cause)
}

// Unwrap answers the kind and the cause.
func (e *UnansweredError) Unwrap() []error { return []error{e.Kind, e.Cause} }

// brokenOffError says that an answer began and did not end.
type brokenOffError struct {
	server string
	cause  error
}

func (e *brokenOffError) Error() string {
	return fmt.Sprintf("the answer of %s broke off: %v", e.server, e.cause)
}

// Unwrap answers the cause.
func (e *brokenOffError) Unwrap() error { return e.cause }

// lost reports whether a call may have been done without its answer having come
// back. Who was not reached has done nothing, and who took too long will do so again.
func lost(err error) bool {
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return false
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return false
	}
	_, broken := errors.AsType[*brokenOffError](err)
	return broken || errors.Is(err, ErrUnreachable)
}

// SessionEndedError says whose session has ended. It is ErrSessionEnded.
type SessionEndedError struct {
	Account Account
	Cause   error
}

func (e *SessionEndedError) Error() string { return fmt.Sprintf("%v: %v", ErrSessionEnded, e.Cause) }

// Unwrap answers the kind and the cause.
func (e *SessionEndedError) Unwrap() []error { return []error{ErrSessionEnded, e.Cause} }

// Error is what a server says when it refuses: RFC 9457's problem.
type Error struct {
	Type       string        `json:"type"` // about:blank where the status says it all
	Status     int           `json:"status"`
	Title      string        `json:"title"`
	Detail     string        `json:"detail"`
	RequestID  string        `json:"request_id"`
	Fields     []FieldError  `json:"errors"`
	ValidUntil time.Time     `json:"valid_until,omitzero"` // of "nothing to do": when something will be
	Overwrites []Overwrite   `json:"overwrites"`           // of an undoing: the later edits in its way, the newest first
	RetryAfter time.Duration `json:"-"`                    // zero when the server does not say

	foreign bool // not MindFlow's own
}

// FieldError says what is wrong with one field, by its JSON name.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is the detail and every bad field; for what is the server's fault, also
// the id by which its operator finds the request.
func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString(e.Detail)
	sep := ": "
	for _, f := range e.Fields {
		s.WriteString(sep + f.Field + " " + f.Message)
		sep = "; "
	}
	if e.Status >= http.StatusInternalServerError && e.RequestID != "" {
		s.WriteString(" (request " + e.RequestID + ")")
	}
	return s.String()
}

// Is makes a refusal that is not MindFlow's own ErrNotMindFlow.
func (e *Error) Is(target error) bool { return target == ErrNotMindFlow && e.foreign }

// problem reads a refusal. One that is not MindFlow's own, such as a proxy's,
// is told by its status.
func problem(response *http.Response, body []byte) *Error {
	e := &Error{}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "application/problem+json" || json.Unmarshal(body, e) != nil || e.Detail == "" {
		e = &Error{foreign: true, Detail: fmt.Sprintf("The server at %s answered %s, and not as a MindFlow server does",
			origin(response.Request.URL), response.Status)}
		if to, err := response.Location(); err == nil && origin(to) != origin(response.Request.URL) {
			e.Detail += "; it points to " + origin(to)
		}
	}
	e.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// CodeWanted reports whether a sign-in was refused whose password is right, for
// want of a code of the second factor, or of a right one.
func CodeWanted(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Type == mindflow.AskSecondFactor
}

func unauthenticated(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusUnauthorized
}

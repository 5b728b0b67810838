package client

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

var (
	// ErrUnreachable says that no server answered in time.
	ErrUnreachable = errors.New("no server answers")
	// ErrSignedOut says that nobody is signed in.
	ErrSignedOut = errors.New("you are not signed in")
	// ErrSessionEnded says that somebody was signed in, but the server admits
	// them no more.
	ErrSessionEnded = errors.New("your session has ended")
)

// Error is what a server says when it refuses: RFC 9457's problem.
type Error struct {
	Status     int           `json:"status"`
	Title      string        `json:"title"`
	Detail     string        `json:"detail"`
	RequestID  string        `json:"request_id"`
	Fields     []FieldError  `json:"errors"`
	ValidUntil time.Time     `json:"valid_until,omitzero"` // of "nothing to do": when something will be
	RetryAfter time.Duration `json:"-"`                    // zero when the server does not say
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

// problem reads a refusal. One that is not MindFlow's own, such as a proxy's,
// is told by its status.
func problem(response *http.Response, body []byte) *Error {
	e := &Error{}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "application/problem+json" || json.Unmarshal(body, e) != nil || e.Detail == "" {
		e = &Error{Detail: fmt.Sprintf("The server at %s://%s answered %s, and not as a MindFlow server does",
			response.Request.URL.Scheme, response.Request.URL.Host, response.Status)}
	}
	e.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

func unauthenticated(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusUnauthorized
}

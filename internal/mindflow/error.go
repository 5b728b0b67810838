package mindflow

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what went wrong, in words every transport can translate.
type Kind uint8

// The kinds of error.
const (
	KindInternal Kind = iota // not ours to explain: a bug or a broken part
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindStale
	KindLimited
	KindUnavailable
	KindFull
)

// Error is the one error type that reaches people. Message and Fields never
// hold what the person sent, nor anything of the machinery.
type Error struct {
	Kind    Kind
	Message string
	Fields  []FieldError
	// RetryAfter, when positive, says when trying again makes sense.
	RetryAfter time.Duration
	// ValidUntil, when set, is when the answer will be another by itself.
	ValidUntil time.Time
	// Reason, when set, is a word for programs: what to do about it differs from
	// other errors of the kind.
	Reason string
	// Needs, when set, are the scopes of which one would have been enough.
	Needs Scopes
	// Shown says that a token was shown which admits nobody.
	Shown bool
	// Overwrites are the later edits that an undoing would have overwritten, the
	// newest first. Their titles are the person's own.
	Overwrites []Overwrite
	// Refusal, when set, is the reason in OAuth's words.
	Refusal Refusal
}

// FieldError says what is wrong with one field, by its JSON name.
type FieldError struct {
	Field   string
	Message string
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	fields := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		fields[i] = f.Field + " " + f.Message
	}
	return e.Message + ": " + strings.Join(fields, "; ")
}

// KindOf is the kind of the first *Error in err's chain, or KindInternal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindInternal
}

// FieldsOf are the bad fields the first *Error in err's chain names.
func FieldsOf(err error) []FieldError {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}

// Renamed is an error whose fields have other names: those whoever asked knows them by.
func Renamed(err error, names map[string]string) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	renamed := *e
	renamed.Fields = slices.Clone(e.Fields)
	for i, f := range e.Fields {
		renamed.Fields[i].Field = cmp.Or(names[f.Field], f.Field)
	}
	return &renamed
}

// Invalid reports bad fields, all at once.
func Invalid(fields ...FieldError) error {
	return &Error{Kind: KindInvalid, Message: "Some fields are not valid", Fields: fields}
}

// InvalidField reports one bad field.
func InvalidField(field, message string) error {
	return Invalid(FieldError{field, message})
}

// Unauthenticated reports that nobody is signed in, or the proof does not hold.
func Unauthenticated(message string) error {
	return &Error{Kind: KindUnauthenticated, Message: message}
}

// BadToken reports that a token was shown which admits nobody, here or anywhere.
func BadToken(message string) error {
	return &Error{Kind: KindUnauthenticated, Message: message, Shown: true}
}

// Forbidden reports that the actor is known and may not do this.
func Forbidden(message string) error {
	return &Error{Kind: KindForbidden, Message: message}
}

// Beyond reports that a program was not granted what it wants to do: one of
// these scopes, or what no program is.
func Beyond(needs Scopes) error {
	e := &Error{Kind: KindForbidden, Needs: needs, Message: "No token may do this, only you yourself when you are signed in"}
	if names := needs.Names(); len(names) > 0 {
		e.Message = "This needs the scope " + strings.Join(names, " or ") + ", which the token was not given"
	}
	return e
}

// NotFound reports that there is no such thing, or none the actor may know of.
func NotFound(what string) error {
	return &Error{Kind: KindNotFound, Message: fmt.Sprintf("There is no such %s", what)}
}

// Conflict reports a change that does not fit the present state.
func Conflict(message string) error {
	return &Error{Kind: KindConflict, Message: message}
}

// Stale reports an edit of a version that has been replaced.
func Stale() error {
	return &Error{Kind: KindStale, Message: "It has changed since you read it; read it again and repeat your edit"}
}

// Full reports that there is no room for what shall be stored: a limit of the
// workspace, or of the machine.
func Full(message string) error {
	return &Error{Kind: KindFull, Message: message}
}

// TooOften reports that something was done more often than is allowed, and when
// it may be done again.
func TooOften(message string, after time.Duration) error {
	return &Error{Kind: KindLimited, Message: message, RetryAfter: after}
}

// Unavailable reports that it cannot be done just now.
func Unavailable(message string) error {
	return &Error{Kind: KindUnavailable, Message: message, RetryAfter: time.Second}
}

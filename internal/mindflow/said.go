package mindflow

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"syscall"
)

// Failure is what broke in a part that is not ours, such as a database, in
// words that quote nothing of what it was about. Whoever calls such a part
// knows which of its words those are.
type Failure struct {
	Said string
	Err  error // the part's own, for errors.Is and errors.As; never shown
}

func (f *Failure) Error() string { return f.Said }

func (f *Failure) Unwrap() error { return f.Err }

// Said is an error as logs and reports may show it. Errors of other people's
// code like to quote the value they stumbled over, which may be anybody's text
// or secret: of those only the type is said. What we wrapped around them stays.
func Said(err error) string {
	switch e := err.(type) { //nolint:errorlint // each link of the chain has its turn
	case nil:
		return ""
	case *Error:
		return e.Message
	case *Failure, *Panic, runtime.Error, syscall.Errno:
		return err.Error()
	}
	if err == context.DeadlineExceeded { //nolint:errorlint // as above
		return err.Error()
	}
	within := wrapped(err)
	switch kind := fmt.Sprintf("%T", err); kind {
	case "*errors.errorString":
		return err.Error()
	case "*fmt.wrapError", "*fmt.wrapErrors", "*errors.joinError":
		text := err.Error()
		for _, inner := range within {
			text = strings.Replace(text, inner.Error(), Said(inner), 1)
		}
		return text
	default:
		for _, inner := range within {
			kind += ": " + Said(inner)
		}
		return kind
	}
}

// wrapped are the errors one step down the chain.
func wrapped(err error) []error {
	switch e := err.(type) { //nolint:errorlint // one step, not the whole chain
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// Panic is a panic that was caught, with where it happened.
type Panic struct {
	Reason any
	PCs    []uintptr // for runtime.CallersFrames
}

// Error says what kind of thing went wrong: a reason of unknown making may
// quote anything, so the place has to tell the rest.
func (p *Panic) Error() string {
	if reason, ok := p.Reason.(runtime.Error); ok { // tells of types and numbers
		return "panic: " + reason.Error()
	}
	return fmt.Sprintf("panic: a %T", p.Reason)
}

// Unwrap is the reason, if that is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Reason.(error)
	return err
}

// Stack is where it happened, innermost first: a function and its line each.
func (p *Panic) Stack() []string {
	var stack []string
	for frames := runtime.CallersFrames(p.PCs); ; {
		frame, more := frames.Next()
		if frame.Function != "" {
			stack = append(stack, fmt.Sprintf("%s %s:%d", frame.Function, frame.File, frame.Line))
		}
		if !more {
			return stack
		}
	}
}

// Caught makes what recover answered an error. A panic that was caught before
// and thrown on keeps its first place. Call it from the function that recovers.
func Caught(reason any) *Panic {
	if p, ok := reason.(*Panic); ok {
		return p
	}
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(3, pcs)] // not this function, nor the one that recovers, nor what called that
	return &Panic{Reason: reason, PCs: pcs}
}

// Catch runs fn and answers its panic as an error: what a goroutine of ours
// runs must not end the program.
func Catch(fn func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = Caught(reason)
		}
	}()
	return fn()
}

// PanicOf is the panic in an error's chain, nil where there is none.
func PanicOf(err error) *Panic {
	p, _ := errors.AsType[*Panic](err)
	return p
}

package mindflow_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

func TestWhatMayBeSaidOfAnError(t *testing.T) {
	_, quoting := strconv.Atoi("secret")
	_, dated := time.Parse(time.DateOnly, "secret")
	broken := &mindflow.Failure{Said: "PostgreSQL 23505, table users", Err: errors.New("Key (email)=(secret) already exists")}
	for _, c := range []struct {
		says string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"words of ours", errors.New("changed 0 rows"), "changed 0 rows"},
		{"an answer to people", mindflow.InvalidField("secret", "is not a field"), "Some fields are not valid"},
		{"what broke beneath us", broken, "PostgreSQL 23505, table users"},
		{"what broke, wrapped", fmt.Errorf("register: %w", broken), "register: PostgreSQL 23505, table users"},
		{"two of them", fmt.Errorf("%w (%w)", mindflow.Unavailable("Try again"), broken), "Try again (PostgreSQL 23505, table users)"},
		{"several joined", errors.Join(io.EOF, broken), "EOF\nPostgreSQL 23505, table users"},
		{"an error that quotes", quoting, "*strconv.NumError: invalid syntax"},
		{"one that is wrapped", fmt.Errorf("read the limit: %w", quoting), "read the limit: *strconv.NumError: invalid syntax"},
		{"one without a cause", dated, "*time.ParseError"},
		{"a time that is over", fmt.Errorf("commit: %w", context.DeadlineExceeded), "commit: context deadline exceeded"},
		{"a hang-up", context.Canceled, "context canceled"},
		{"the system's", fmt.Errorf("sync: %w", syscall.ENOSPC), "sync: no space left on device"},
	} {
		if got := mindflow.Said(c.err); got != c.want {
			t.Errorf("of %s is said %q, not %q", c.says, got, c.want)
		}
	}
}

func TestAPanicIsAnErrorThatKnowsItsPlace(t *testing.T) {
	var none []string
	for want, fn := range map[string]func() error{
		"panic: a string":              func() error { panic("secret") },
		"panic: a *errors.errorString": func() error { panic(errors.New("secret")) },
		"panic: runtime error: index out of range [0] with length 0": func() error { return errors.New(none[0]) },
	} {
		err := mindflow.Catch(fn)
		p := mindflow.PanicOf(fmt.Errorf("run: %w", err))
		if p == nil || mindflow.Said(err) != want || !strings.Contains(strings.Join(p.Stack(), "\n"), "said_test.go:") {
			t.Errorf("%q: %v", want, err)
		}
	}
	if err := mindflow.Catch(func() error { return io.EOF }); !errors.Is(err, io.EOF) || mindflow.PanicOf(err) != nil {
		t.Errorf("an error that was answered became %v", err)
	}
	// Caught elsewhere and thrown on, it keeps the place where it began.
	first := mindflow.PanicOf(mindflow.Catch(func() error { panic("x") }))
	if again := mindflow.Catch(func() error { panic(first) }); !errors.Is(again, first) || mindflow.PanicOf(again) != first {
		t.Errorf("thrown on, it became %v", again)
	}
	if err := mindflow.Catch(func() error { panic(io.EOF) }); !errors.Is(err, io.EOF) {
		t.Errorf("the reason is not in the chain of %v", err)
	}
}

func TestWithoutATraceNothingIsRemembered(t *testing.T) {
	trace := mindflow.TraceOf(t.Context())
	trace.Note("done")
	trace.Failed(io.EOF)
	own := &mindflow.Trace{}
	own.Note("nobody keeps it")
	own.Failed(io.EOF)
	own.Failed(io.ErrUnexpectedEOF)
	if trace != nil || !errors.Is(own.Err, io.EOF) {
		t.Errorf("%v, %v", trace, own.Err)
	}
}

func TestAWatchOfTwoTellsBoth(t *testing.T) {
	var heard []string
	listener := func(name string) mindflow.Watch {
		return func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
			heard = append(heard, name+" begins "+span.Name)
			return ctx, func(err error) { heard = append(heard, fmt.Sprint(name, " ends ", err)) }
		}
	}
	var nobody mindflow.Watch
	_, end := nobody.And(listener("a")).And(nobody).And(listener("b")).Begin(t.Context(), mindflow.Span{Name: "write"})
	end(io.EOF)
	if got := strings.Join(heard, ", "); got != "a begins write, b begins write, b ends EOF, a ends EOF" {
		t.Error(got)
	}
	if nobody.And(nil) != nil {
		t.Error("nobody and nobody are somebody")
	}
}

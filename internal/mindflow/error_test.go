package mindflow

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	tests := []struct {
		name string
		err  error
		kind Kind
		text string
	}{
		{"one bad field", InvalidField("title", "is required"), KindInvalid, "Some fields are not valid: title is required"},
		{
			"two bad fields", Invalid(FieldError{"title", "is required"}, FieldError{"tags[1]", "must not be empty"}),
			KindInvalid, "Some fields are not valid: title is required; tags[1] must not be empty",
		},
		{"nobody signed in", Unauthenticated("Sign in"), KindUnauthenticated, "Sign in"},
		{"not allowed", Forbidden("Viewers only look"), KindForbidden, "Viewers only look"},
		{"not there", NotFound("task"), KindNotFound, "There is no such task"},
		{"does not fit", Conflict("It is cancelled"), KindConflict, "It is cancelled"},
		{"out of date", Stale(), KindStale, "It has changed since you read it; read it again and repeat your edit"},
		{"not just now", Unavailable("The disk is full"), KindUnavailable, "The disk is full"},
		{"somebody else's error is ours to hide", errors.New("disk on fire"), KindInternal, "disk on fire"},
		{"a wrapped error keeps its kind", fmt.Errorf("save task: %w", Stale()), KindStale, "save task: " + Stale().Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := KindOf(tt.err); got != tt.kind {
				t.Errorf("kind %d, want %d", got, tt.kind)
			}
			checkError(t, tt.err, tt.text)
		})
	}
	if KindOf(nil) != KindInternal {
		t.Error("no error has no kind")
	}
	if e, ok := errors.AsType[*Error](Unavailable("")); !ok || e.RetryAfter != time.Second {
		t.Errorf("try again after a second, not %v", e.RetryAfter)
	}
	fields := FieldsOf(fmt.Errorf("apply: %w", InvalidField("a", "b")))
	if diff := cmp.Diff([]FieldError{{"a", "b"}}, fields); diff != "" || FieldsOf(errors.New("x")) != nil {
		t.Error(diff)
	}
}

package mcp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/mindflow"
)

// failed is an error as the assistant reads it: what is wrong, and how to go on.
// What is not meant for people is answered with the request's id, and the
// request's line in the log says what it was.
func failed(ctx context.Context, err error) *mcp.CallToolResult {
	var text string
	if several, ok := errors.AsType[*ambiguousError](err); ok {
		text = several.Error()
	} else {
		text = explained(ctx, err)
	}
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: strings.TrimSpace(text)}}}
}

// explained is an error in words for the assistant. The request's trace learns what
// could not be done on our side.
func explained(ctx context.Context, err error) string {
	e, known := errors.AsType[*mindflow.Error](err)
	switch {
	case known && e.Kind != mindflow.KindInternal:
		if e.Kind == mindflow.KindUnavailable || e.Kind == mindflow.KindFull {
			mindflow.TraceOf(ctx).Failed(err)
		}
		return e.Error() + "." + overwritten(e) + " " + recovery(e)
	case errors.Is(err, context.Canceled):
		return "The request was given up. Call again if it is still wanted."
	}
	mindflow.TraceOf(ctx).Failed(err)
	return internal(ctx)
}

// recovery says what to do about an error.
func recovery(e *mindflow.Error) string {
	if e.Reason == mindflow.ReasonBlocked {
		return "Nothing was changed. Complete what it waits for first or, if the person did it all the same, call complete_task again with even_if_blocked: true."
	}
	switch e.Kind {
	case mindflow.KindInvalid:
		return "Nothing was changed. Mend what is named and call again."
	case mindflow.KindNotFound:
		return "Call find_tasks to see which tasks there are, with their ids."
	case mindflow.KindConflict:
		return "Nothing was changed. Look at the task with find_tasks before you try something else."
	case mindflow.KindStale:
		return "Nothing was changed."
	case mindflow.KindForbidden:
		return "Trying again will not help: the person has to connect this assistant anew and allow it."
	case mindflow.KindUnauthenticated:
		return "The person has to connect this assistant anew."
	case mindflow.KindLimited, mindflow.KindUnavailable:
		return fmt.Sprintf("Wait %d seconds, then call again.", wholeSeconds(e.RetryAfter))
	case mindflow.KindFull:
		return "Nothing was changed. Tell the person; completing or deleting tasks makes room."
	case mindflow.KindInternal:
	}
	return ""
}

// wholeSeconds is a wait in whole seconds, rounded up, at least one.
func wholeSeconds(d time.Duration) int64 { return max(1, int64((d+time.Second-1)/time.Second)) }

// internal is what is said of a fault of ours.
func internal(ctx context.Context) string {
	text := "Something went wrong on our side. Try once more; if it happens again, tell the person"
	if trace := mindflow.TraceOf(ctx); trace != nil {
		text += ", with this request id: " + trace.RequestID
	}
	return text
}

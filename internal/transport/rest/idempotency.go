package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"mindflow/internal/mindflow"
)

// keyHeader names a request that may be sent again.
const keyHeader = "Idempotency-Key"

// keyParameter documents the header.
var keyParameter = &huma.Param{
	Name: keyHeader, In: "header",
	Description: "Makes it safe to send the request again: for 24 hours the same key with the same request is done once and answered alike, with another request it is refused with 422, and with 409 while the first still runs",
	Schema:      &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(2*mindflow.MaxIdempotencyKey + 2)},
}

// retryable lets a route's requests be sent again with an idempotency key.
func (a *API) retryable(op *huma.Operation) {
	streams := op.RequestBody != nil // a body the handler reads by itself
	op.Parameters = append(op.Parameters, keyParameter)
	op.Middlewares = append(op.Middlewares, a.keyed(op.Method+" "+op.Path, streams))
}

// keyed is the step after the sign-in that tells the use cases of a request's
// key. Without one it does nothing.
func (a *API) keyed(route string, streams bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		headers := r.Header[keyHeader]
		if len(headers) == 0 {
			next(ctx)
			return
		}
		name, err := keyName(headers)
		if err != nil {
			a.refuse(ctx, err)
			return
		}
		hash := sha256.New()
		_, _ = io.WriteString(hash, r.URL.EscapedPath()+"?"+r.URL.RawQuery+"\n") // a hash never fails
		if !streams {
			body, problem := wholeBody(ctx, r)
			if problem != nil {
				problem.RequestID = requestID(ctx.Context())
				writeProblem(ctx.BodyWriter(), ctx.SetHeader, ctx.SetStatus, problem)
				return
			}
			hash.Write(body)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		actor := actorOf(ctx.Context())
		actor.Key = &mindflow.IdempotencyKey{Name: name, Route: route, Hash: hex.EncodeToString(hash.Sum(nil))}
		next(huma.WithValue(ctx, actorKey{}, actor))
	}
}

// keyName reads the header: the key as it is, or as a string of RFC 8941 in
// quotes, which means the same.
func keyName(headers []string) (string, error) {
	name := headers[0]
	if inner, ok := strings.CutPrefix(name, `"`); ok {
		name = unquoted(inner)
	}
	if len(headers) > 1 {
		name = ""
	}
	return name, mindflow.CheckIdempotencyKey(name)
}

// unquoted reads a string of RFC 8941 after its first quote; empty when it is none.
func unquoted(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"' && i == len(s)-1:
			return out.String()
		case s[i] == '"':
			return ""
		case s[i] == '\\':
			if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
				return ""
			}
		}
		out.WriteByte(s[i])
	}
	return ""
}

// bodyTime bounds how long a body may take to arrive, as huma bounds it.
const bodyTime = 5 * time.Second

// wholeBody reads a body that huma will read again, with huma's bounds.
func wholeBody(ctx huma.Context, r *http.Request) ([]byte, *Problem) {
	if r.Body == http.NoBody {
		return nil, nil
	}
	_ = ctx.SetReadDeadline(time.Now().Add(bodyTime)) //nolint:forbidigo // a deadline of the connection
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	_ = ctx.SetReadDeadline(time.Time{})
	switch {
	case err != nil:
		return nil, missingBody(err)
	case len(body) == maxBody: // one byte more than a body may have
		return nil, problemOf(http.StatusRequestEntityTooLarge, "The body is larger than 1 MiB")
	}
	return body, nil
}

// missingBody says why a body is not there.
func missingBody(err error) *Problem {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problemOf(http.StatusRequestTimeout, "The body did not arrive in time")
	}
	return problemOf(http.StatusBadRequest, "The body did not arrive whole")
}

package rest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// Problem is an error as RFC 9457 says.
type Problem struct {
	Type       string          `json:"type" format:"uri-reference" doc:"What kind of problem; about:blank means that the status says it, second-factor-required that the password is right and a code is asked for, blocked that the task waits for others"`
	Title      string          `json:"title" doc:"The status in words"`
	Status     int             `json:"status" doc:"The HTTP status"`
	Detail     string          `json:"detail" doc:"What is wrong with this request"`
	RequestID  string          `json:"request_id" doc:"The id of this request, as in X-Request-ID"`
	Errors     []FieldProblem  `json:"errors,omitempty" doc:"Every bad field at once"`
	ValidUntil *string         `json:"valid_until,omitempty" format:"date-time" doc:"Where nothing is to be done now: when something will be"`
	Overwrites []overwriteView `json:"overwrites,omitempty" doc:"Where undoing would overwrite later edits: which, the newest first, at most 20"`

	headers http.Header
}

// FieldProblem says what is wrong with one field.
type FieldProblem struct {
	Field   string `json:"field" doc:"The field's JSON name or parameter"`
	Message string `json:"message" doc:"What is wrong with it"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers that go with it.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// with adds a header, unless it is empty.
func (p *Problem) with(name, value string) *Problem {
	if value != "" {
		if p.headers == nil {
			p.headers = http.Header{}
		}
		p.headers.Set(name, value)
	}
	return p
}

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[mindflow.Kind]int{
	mindflow.KindInternal:        http.StatusInternalServerError,
	mindflow.KindInvalid:         http.StatusUnprocessableEntity,
	mindflow.KindUnauthenticated: http.StatusUnauthorized,
	mindflow.KindForbidden:       http.StatusForbidden,
	mindflow.KindNotFound:        http.StatusNotFound,
	mindflow.KindConflict:        http.StatusConflict,
	mindflow.KindStale:           http.StatusPreconditionFailed,
	mindflow.KindLimited:         http.StatusTooManyRequests,
	mindflow.KindUnavailable:     http.StatusServiceUnavailable,
	mindflow.KindFull:            http.StatusInsufficientStorage,
}

const internalDetail = "Something went wrong on our side; the request id helps us find it"

// problem translates an error of the use cases. What is not meant for people
// is answered as 500, and the request's line in the log says what it was.
func (a *API) problem(ctx context.Context, err error) *Problem { return a.problemAt(ctx, apiPath, err) }

// apiPath is under what the API is.
const apiPath = "/api"

// problemAt is the problem of a resource, by its path: a program that may not use
// it learns where to ask for that.
func (a *API) problemAt(ctx context.Context, resource string, err error) *Problem {
	e, known := errors.AsType[*mindflow.Error](err)
	switch {
	case known:
	case errors.Is(err, context.Canceled):
		e = &mindflow.Error{Kind: mindflow.KindUnavailable, Message: "The request was given up"}
		err = e
	default:
		e = &mindflow.Error{Message: internalDetail}
	}
	if statusOf[e.Kind] >= http.StatusInternalServerError {
		mindflow.TraceOf(ctx).Failed(err)
	}
	p := problemOf(statusOf[e.Kind], e.Message)
	p.Type = cmp.Or(e.Reason, p.Type)
	if e.Reason == mindflow.ReasonBlocked {
		p.Detail += "; complete it all the same with POST /api/tasks/{id}/complete?blocked=true"
	}
	p.RequestID, p.ValidUntil = requestID(ctx), exact(e.ValidUntil)
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldProblem(f))
	}
	for _, o := range e.Overwrites {
		p.Overwrites = append(p.Overwrites, viewOverwrite(o))
	}
	switch {
	case e.Kind == mindflow.KindUnauthenticated:
		p.headers = http.Header{"Www-Authenticate": {a.challenge(resource, e)}}
	case e.Needs != 0:
		p.headers = http.Header{"Www-Authenticate": {a.challenge(resource, e)}}
	case e.RetryAfter > 0:
		p.headers = http.Header{"Retry-After": {strconv.FormatInt(wholeSeconds(e.RetryAfter), 10)}}
	}
	return p
}

// challenge asks for a token, as RFC 6750 says: what is wrong with the one that
// was shown, which scope it lacks (where none would do, it names none), and where
// to learn who gives one out (RFC 9728).
func (a *API) challenge(resource string, e *mindflow.Error) string {
	says := `Bearer realm="mindflow"`
	switch names := e.Needs.Names(); {
	case e.Needs != 0:
		says += `, error="insufficient_scope"`
		if len(names) > 0 {
			says += `, scope="` + names[len(names)-1] + `"` // of several, one is enough
		}
	case e.Shown:
		says += `, error="invalid_token"`
	}
	if a.app != nil && a.app.Issuer() != "" {
		says += `, resource_metadata="` + a.app.Issuer() + MetadataPath + resource + `"`
	}
	return says
}

// MetadataPath is where a resource is described, before its own path.
const MetadataPath = "/.well-known/oauth-protected-resource"

func problemOf(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// newProblem translates the errors huma finds: unreadable bodies, wrong types,
// unknown keys. Values are never echoed.
func newProblem(status int, message string, errs ...error) huma.StatusError {
	p := problemOf(status, sentence(message))
	switch {
	case message == "cannot read request body":
		return problemOf(http.StatusBadRequest, "The body did not arrive whole")
	case status >= http.StatusInternalServerError:
		p.Detail = internalDetail
		return p
	case status == http.StatusUnprocessableEntity:
		p.Detail = "Some fields are not valid"
	case status == http.StatusRequestEntityTooLarge:
		p.Detail = "The body is larger than 1 MiB"
		return p
	case status == http.StatusUnsupportedMediaType:
		p.Detail = "The body must be JSON, with Content-Type: application/json"
		return p
	case status == http.StatusBadRequest && len(errs) > 0:
		p.Detail = sentence(cmp.Or(bodyFault(errs), message))
		return p
	}
	known := map[string]bool{}
	for _, err := range errs[:min(len(errs), maxProblems)] {
		f := fieldProblem(err)
		if !known[f.Field] {
			known[f.Field] = true
			p.Errors = append(p.Errors, f)
		}
	}
	// huma finds unknown keys in no order.
	slices.SortStableFunc(p.Errors, func(a, b FieldProblem) int { return strings.Compare(a.Field, b.Field) })
	return p
}

// bodyFault is why the body cannot be read, if that is among the errors: bad
// parameters may come first.
func bodyFault(errs []error) string {
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok && d.ErrorDetail().Location == "body" { // huma asks the same way
			return d.ErrorDetail().Message
		}
	}
	return ""
}

// maxProblems bounds how many bad fields one answer names.
const maxProblems = 100

// fieldProblem turns huma's location and message into a field of ours.
func fieldProblem(err error) FieldProblem {
	var detail *huma.ErrorDetail
	if d, ok := err.(huma.ErrorDetailer); ok { // huma asks the same way
		detail = d.ErrorDetail()
	} else {
		detail = &huma.ErrorDetail{Message: err.Error()} // only here: huma's own would print the whole body
	}
	field := detail.Location
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		field = strings.TrimPrefix(field, prefix)
	}
	message := detail.Message
	switch {
	case strings.Contains(message, "unexpected property") && strings.ToLower(field) != field:
		message = "is not a known field; names are written in lower case"
	case strings.Contains(message, "unexpected property"):
		message = "is not a known field"
	case strings.Contains(message, "uuid"):
		message = "must be a UUID"
	case strings.Contains(message, "to match pattern"):
		message = "must be a number with at most two decimals"
	case strings.HasPrefix(message, oneOf):
		message = "must be one of " + strings.TrimSuffix(strings.TrimPrefix(message, oneOf), `"`)
	case message == "expected object":
		message = "must be a JSON object"
	}
	if name, ok := strings.CutPrefix(message, "expected required property "); ok {
		name, _, _ = strings.Cut(name, " ")
		field, message = strings.TrimPrefix(strings.TrimPrefix(field+"."+name, "body."), "."), "is required"
	}
	return FieldProblem{Field: clip(field), Message: plain.Replace(message)}
}

// oneOf begins what huma says of a value that is none of a list, in quotes.
const oneOf = `expected value to be one of "`

// plain puts huma's messages in the words of ours.
var plain = strings.NewReplacer(
	"expected value to be ", "must be ", "expected ", "must be ",
	"invalid integer", "must be a whole number", "invalid boolean", "must be true or false",
)

// clip bounds a name that came from outside.
func clip(name string) string {
	const most = 100
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// sentence starts with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// writeProblem answers a problem outside huma's own path.
func writeProblem(w io.Writer, header func(name, value string), status func(int), p *Problem) {
	header("Content-Type", p.ContentType(""))
	for name, values := range p.headers {
		header(name, values[0])
	}
	status(p.Status)
	_ = encode(w, p) // the client is gone if this fails
}

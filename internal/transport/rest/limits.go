package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"mindflow/internal/mindflow"
)

// policy is what answers say about one limit, in the words of the IETF's
// RateLimit header fields.
type policy struct {
	name   string   // as a structured field's string
	header []string // RateLimit-Policy, shared by all answers; nil when there is no limit
}

func newPolicy(what mindflow.Limited, rate mindflow.Rate) policy {
	p := policy{name: strconv.Quote(what.String())}
	if !rate.Off() {
		p.header = []string{fmt.Sprintf("%s;q=%d;w=%d", p.name, rate.Limit, int(rate.Per/time.Second))}
	}
	return p
}

// The names of the header fields, as net/http keys them.
const (
	policyField = "Ratelimit-Policy"
	limitField  = "Ratelimit"
)

// tell puts into an answer's header how much is left: r slots now, one more in t
// seconds.
func (p policy) tell(rec *recorder, taken mindflow.Taken) {
	if p.header != nil {
		rec.left[0] = p.left(taken)
		h := rec.Header()
		h[policyField], h[limitField] = p.header, rec.left[:]
	}
}

// said is what tell tells, for handlers, which have no header: nothing where
// nothing was counted.
func (p policy) said(taken mindflow.Taken) (left, policy string) {
	if p.header == nil || taken == (mindflow.Taken{}) {
		return "", ""
	}
	return p.left(taken), p.header[0]
}

func (p policy) left(taken mindflow.Taken) string {
	var room [64]byte
	b := append(append(room[:0], p.name...), ";r="...)
	b = append(strconv.AppendInt(b, int64(taken.Remaining), 10), ";t="...)
	return string(strconv.AppendInt(b, wholeSeconds(taken.Reset), 10))
}

// wholeSeconds is a wait in whole seconds, rounded up: who waits them waits long enough.
func wholeSeconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// Where an operation keeps what it is limited by, and whether it may be asked
// to change nothing.
const (
	limited   = "limited"
	previewed = "previewed"
)

// limit counts a route's requests: those of a user where one is signed in.
func limit(what mindflow.Limited) option {
	return func(op *huma.Operation) { op.Metadata = map[string]any{limited: what} }
}

// previews counts a route's requests as reads when their dry_run says so.
func previews(op *huma.Operation) { op.Metadata[previewed] = true }

func isPreview(r *http.Request) bool {
	dry, err := strconv.ParseBool(r.URL.Query().Get("dry_run")) // as huma reads it
	return dry && err == nil
}

// unlimited frees a route of limits.
func unlimited(op *huma.Operation) { op.Metadata = nil }

// limits adds the step that counts to an operation, after that of the sign-in.
func (a *API) limits(op *huma.Operation) {
	what, ok := op.Metadata[limited].(mindflow.Limited)
	if !ok || what == mindflow.LimitedRefreshes { // which are counted where the session is known
		return
	}
	_, mayPreview := op.Metadata[previewed]
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		counted := what
		if mayPreview && isPreview(r) {
			counted = mindflow.LimitedReads
		}
		var taken mindflow.Taken
		var err error
		if counted == mindflow.LimitedSignIns {
			taken, err = a.app.AdmitAddress(ctx.Context(), clientAddress(r, a.settings.TrustedProxies))
		} else {
			taken, err = a.app.AdmitUser(ctx.Context(), actorOf(ctx.Context()), counted)
		}
		a.policies[counted].tell(w.(*recorder), taken) //nolint:forcetypeassert // around's
		if err != nil {
			a.refuse(ctx, err)
			return
		}
		next(ctx)
	})
}

// usual are the limits the document's examples are of.
var usual = map[mindflow.Limited]mindflow.Rate{
	mindflow.LimitedChanges: {Limit: 60, Per: time.Minute}, mindflow.LimitedReads: {Limit: 600, Per: time.Minute},
	mindflow.LimitedSignIns: {Limit: 10, Per: time.Minute}, mindflow.LimitedRefreshes: {Limit: 10, Per: time.Minute},
}

// documentLimits says in the OpenAPI document what tell and a refusal add.
func documentLimits(op *huma.Operation, problem *huma.Schema) {
	what, ok := op.Metadata[limited].(mindflow.Limited)
	if !ok {
		return
	}
	p, rate := newPolicy(what, usual[what]), usual[what]
	text := func(doc, example string) *huma.Param {
		return &huma.Param{Description: doc, Schema: &huma.Schema{Type: huma.TypeString}, Example: example}
	}
	refused := &huma.Response{
		Description: "Too many requests in a short time",
		Headers: map[string]*huma.Param{"Retry-After": {
			Description: "Seconds after which it may be tried again", Schema: &huma.Schema{Type: huma.TypeInteger},
		}},
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
	}
	op.Responses["429"] = refused
	for _, r := range op.Responses {
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers["RateLimit"] = text("What is left: r requests now, one more after t seconds", p.left(mindflow.Taken{Remaining: rate.Limit - 1, Reset: rate.Per}))
		r.Headers["RateLimit-Policy"] = text("The limit: q requests in any w seconds", p.header[0])
	}
}

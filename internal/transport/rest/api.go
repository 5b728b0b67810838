package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// API serves the REST API of an App.
type API struct {
	app      *app.App
	log      *slog.Logger
	settings Settings
	huma     huma.API
	mux      *http.ServeMux
	headers  []header
	gates    *gates
	database *probe
	schema   *probe
	redis    *probe
	draining atomic.Bool
	// crossOrigin tells requests of others' pages from our own.
	crossOrigin *http.CrossOriginProtection
	policies    [mindflow.LimitedKinds]policy
	shadowed    map[string]bool // patterns that only keep others from a path
	public      map[string]bool // paths that pages of all origins may use
}

// Settings are what an API is told from outside.
type Settings struct {
	Version     string // the product's
	Environment string
	Production  bool // mistakes cost somebody something: browsers are told to come by https only
	// AllowedOrigins are whose pages may use the API, TrustedOrigins under which
	// other addresses this site's own pages come. Both are as browsers write them.
	AllowedOrigins []string
	TrustedOrigins []string
	PublicURL      string                 // where people reach this server; may be empty
	PlainCookies   bool                   // cookies need no https: on a developer's machine only
	MaxInFlight    int                    // requests worked on at once; beyond, they wait a moment and are turned away
	Site           http.Handler           // answers what is not the API: the web app, or the page in its place
	SiteHolds      func(path string) bool // reports whether Site has such a file; nil: it has none
	Checks         Checks
	// TrustedProxies may say whom a request came from.
	TrustedProxies []netip.Prefix
	// Began and Ended are told of each request: when it comes in, and once it
	// is answered. The context that Began answers goes with it. Both may be nil.
	Began  func(context.Context, *http.Request) context.Context
	Ended  func(context.Context, Answered)
	Beside []Protocol // other protocols, served by the same edge
	Public []Public   // what asks nobody who they are, likewise
	// Notes, when set, makes what remembers for a report what was done for a request.
	Notes func() mindflow.Notes
}

// Answered is a request that is over.
type Answered struct {
	Method, Pattern string // as the request came; of the route, empty when it reached none
	Status          int    // zero when nothing was answered
	Took            time.Duration
}

// New makes the API.
func New(a *app.App, log *slog.Logger, settings Settings) *API {
	configureHuma()
	api := &API{
		app: a, log: log, settings: settings, mux: http.NewServeMux(), shadowed: map[string]bool{}, public: map[string]bool{},
		headers:  headersOf(settings.Production),
		gates:    newGates(settings.MaxInFlight),
		database: newProbe("database", settings.Checks.Database, log),
		schema:   newProbe("schema", settings.Checks.Schema, log),
		redis:    newProbe("redis", settings.Checks.Redis, log),
	}
	if api.redis != nil {
		api.redis.optional = true
	}
	for what := range mindflow.LimitedKinds {
		if a != nil { // which is so where only the document is wanted
			api.policies[what] = newPolicy(what, a.LimitOf(what))
		}
	}
	var err error
	if api.crossOrigin, err = guardOrigins(slices.Concat(settings.AllowedOrigins, settings.TrustedOrigins)); err != nil {
		panic(err) // the settings were checked
	}
	api.huma = humago.New(api.mux, humaConfig(settings.Version))
	api.routes()
	api.beside()
	api.seen()
	api.site()
	return api
}

// Handler is the API with all that stands around every request.
func (a *API) Handler() http.Handler {
	return a.around(a.sharing(a.entrance(a.mux)))
}

// Document is the OpenAPI 3.1 document, indented.
func (a *API) Document() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, raw, "", "  ")
	return out.Bytes(), err
}

func humaConfig(version string) huma.Config {
	config := huma.DefaultConfig("MindFlow", version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema in answers
	config.RejectUnknownQueryParameters = true
	format := huma.Format{Marshal: encode, Unmarshal: decode}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.DefaultFormat = "application/json"
	config.Info.Description = "A task manager that answers one question: what should I do now?"
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Servers = []*huma.Server{{URL: "/", Description: "This server"}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer:   {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The access token of POST /api/auth/login"},
		personal: {Type: "http", Scheme: "bearer", Description: "A personal access token of POST /api/tokens; each route names the scopes of which it needs one"},
	}
	config.Tags = []*huma.Tag{
		{Name: "Accounts", Description: "Register, sign in and out"},
		{Name: "Tokens", Description: "Let a program act for you, within scopes, until it is over"},
		{Name: "Programs", Description: "Decide about programs that ask to be connected, and cut them off again"},
		{Name: "Tasks", Description: "Create, read, change and list tasks"},
		{Name: "Ranking", Description: "What to do now, and why"},
		{Name: "Changes", Description: "What has happened, and taking it back"},
		{Name: "Preferences", Description: "How one person's tasks are scored, and where they are"},
		{Name: "Import", Description: "Take in tasks from elsewhere"},
		{Name: "Server", Description: "Whether the server is there"},
	}
	return config
}

// The ways to say who one is: as a person in a session, or as a program by a token.
const (
	bearer   = "bearer"
	personal = "token"
)

// configureHuma sets huma's package-wide switches, once: errors are ours, and
// the case of keys matters.
var configureHuma = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = newProblem
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		p := newProblem(status, message, errs...)
		if own, ok := p.(*Problem); ok && ctx != nil {
			own.RequestID = requestID(ctx.Context())
			if own.Status >= http.StatusInternalServerError { // what huma calls ours may be the client's
				mindflow.TraceOf(ctx.Context()).Failed(errors.Join(append(errs, errors.New(message))...))
			}
		}
		return p
	}
})

type actorKey struct{}

// actorOf is who sent the request; the sign-in step put it there.
func actorOf(ctx context.Context) mindflow.Actor {
	actor, _ := ctx.Value(actorKey{}).(mindflow.Actor)
	return actor
}

// signIn admits requests with a valid access token, and says who sent them.
func (a *API) signIn(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	actor, err := a.sender(ctx.Context(), r.Header["Authorization"], channelOf(ctx.Header(clientHeader)))
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	next(huma.WithValue(ctx, actorKey{}, actor))
}

// sender is who sent a request, by the token in its headers. The request's trace
// learns it.
func (a *API) sender(ctx context.Context, authorization []string, through mindflow.Channel) (mindflow.Actor, error) {
	token, found := bearerToken(authorization)
	if !found {
		return mindflow.Actor{}, mindflow.Unauthenticated("Sign in and send the access token: Authorization: Bearer …")
	}
	actor, err := a.app.Authenticate(ctx, token, through)
	if err != nil {
		return actor, err
	}
	if trace := mindflow.TraceOf(ctx); trace != nil {
		trace.UserID = actor.UserID
		trace.Note("signed in")
	}
	return actor, nil
}

// noted remembers which use case a request is for.
func noted(ctx huma.Context, next func(huma.Context)) {
	mindflow.TraceOf(ctx.Context()).Note(ctx.Operation().OperationID)
	next(ctx)
}

func (a *API) refuse(ctx huma.Context, err error) {
	writeProblem(ctx.BodyWriter(), ctx.SetHeader, ctx.SetStatus, a.problem(ctx.Context(), err))
}

// bearerToken is the one token a request shows. Of two, a proxy may have looked
// at the other one.
func bearerToken(headers []string) (string, bool) {
	const scheme = "Bearer "
	if len(headers) != 1 {
		return "", false
	}
	header := headers[0]
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	return header[len(scheme):], true
}

// clientHeader lets our own clients say which channel a change came through.
const clientHeader = "X-Client"

func channelOf(client string) mindflow.Channel {
	switch c := mindflow.Channel(client); c {
	case mindflow.ThroughWeb, mindflow.ThroughCLI:
		return c
	default:
		return mindflow.ThroughAPI
	}
}

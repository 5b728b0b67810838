// Package oauth speaks OAuth 2.1 with programs that want to act for people: where
// to ask, how to introduce oneself, and how to come for tokens. The people decide
// in the web app, by routes of the API.
package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// The paths programs come to. People's browsers come to the first one, which is
// the web app's.
const (
	authorizePath = "/oauth/authorize"
	tokenPath     = "/oauth/token"
	registerPath  = "/oauth/register"
	revokePath    = "/oauth/revoke"
	metadataPath  = "/.well-known/oauth-authorization-server"
	resourcePath  = "/.well-known/oauth-protected-resource"
)

// Server answers programs for an App. It keeps nothing between requests.
type Server struct{ app *app.App }

// Route is a way in, for whoever comes.
type Route struct {
	Pattern string // method and path
	Serve   func(w http.ResponseWriter, r *http.Request, from netip.Addr)
}

// Routes are everything that programs are offered. There are none where the server
// was not told its own address.
func Routes(a *app.App) []Route {
	if a.Issuer() == "" {
		return nil
	}
	s := &Server{app: a}
	routes := []Route{
		{"GET " + metadataPath, described(s.metadata())},
		{"POST " + registerPath, s.register},
		{"POST " + tokenPath, s.token},
		{"POST " + revokePath, s.revoke},
	}
	for i, resource := range a.Resources() {
		document := described(s.resource(resource))
		routes = append(routes, Route{"GET " + resourcePath + strings.TrimPrefix(resource.Address, a.Issuer()), document})
		if i == 0 { // for programs that do not know the path
			routes = append(routes, Route{"GET " + resourcePath, document})
		}
	}
	return routes
}

// described serves a document that never changes while the server runs.
func described(document any) func(http.ResponseWriter, *http.Request, netip.Addr) {
	raw, err := json.Marshal(document)
	if err != nil {
		panic(err) // the types are ours
	}
	return func(w http.ResponseWriter, _ *http.Request, _ netip.Addr) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(raw) // the program is gone if this fails
	}
}

// metadata is what RFC 8414 wants to know about an authorization server.
func (s *Server) metadata() any {
	issuer := s.app.Issuer()
	resources := make([]string, 0, len(s.app.Resources()))
	for _, r := range s.app.Resources() {
		resources = append(resources, r.Address)
	}
	return struct {
		Issuer                   string   `json:"issuer"`
		Authorization            string   `json:"authorization_endpoint"`
		Token                    string   `json:"token_endpoint"`
		Registration             string   `json:"registration_endpoint"`
		Revocation               string   `json:"revocation_endpoint"`
		Scopes                   []string `json:"scopes_supported"`
		ResponseTypes            []string `json:"response_types_supported"`
		ResponseModes            []string `json:"response_modes_supported"`
		GrantTypes               []string `json:"grant_types_supported"`
		TokenAuthentication      []string `json:"token_endpoint_auth_methods_supported"`
		RevocationAuthentication []string `json:"revocation_endpoint_auth_methods_supported"`
		ChallengeMethods         []string `json:"code_challenge_methods_supported"`
		SaysIssuer               bool     `json:"authorization_response_iss_parameter_supported"`
		Documents                bool     `json:"client_id_metadata_document_supported"`
		Resources                []string `json:"protected_resources"`
	}{
		issuer, issuer + authorizePath, issuer + tokenPath, issuer + registerPath, issuer + revokePath,
		mindflow.Grantable.Names(), responseTypes,
		[]string{"query"},
		grantTypes, noSecret, noSecret,
		[]string{"S256"},
		true, s.app.ReadsDocuments(), resources,
	}
}

// What programs may use. None has a secret: it could not keep one, or would get it
// from where anybody can ask.
var (
	responseTypes = []string{"code"}
	grantTypes    = []string{"authorization_code", "refresh_token"}
	noSecret      = []string{"none"}
)

// resource is what RFC 9728 wants to know about a resource.
func (s *Server) resource(r app.Resource) any {
	return struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported"`
		Methods  []string `json:"bearer_methods_supported"`
		Name     string   `json:"resource_name"`
	}{r.Address, []string{s.app.Issuer()}, r.Scopes.Names(), []string{"header"}, "MindFlow"}
}

// answer sends what is about one program, which nobody keeps.
func answer(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // the types are ours
	}
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the program is gone if this fails
}

// failure is an error as RFC 6749 (5.2) and 7591 (3.2.2) say.
type failure struct {
	Error       mindflow.Refusal `json:"error"`
	Description string           `json:"error_description"`
}

// Reasons that are ours, not the program's.
const (
	serverError mindflow.Refusal = "server_error"
	unavailable mindflow.Refusal = "temporarily_unavailable"
)

// fail tells a program why it does not get what it wants. The request's trace
// learns what could not be done on our side.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	e, known := errors.AsType[*mindflow.Error](err)
	switch {
	case known && e.Refusal == mindflow.InvalidClient:
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="mindflow"`)
		}
		answer(w, http.StatusUnauthorized, failure{e.Refusal, plain(e.Message)})
	case known && e.Refusal != "":
		answer(w, http.StatusBadRequest, failure{e.Refusal, plain(e.Message)})
	case known && e.Kind == mindflow.KindConflict:
		answer(w, http.StatusBadRequest, failure{mindflow.InvalidGrant, plain(e.Message)})
	case known && e.Kind == mindflow.KindLimited:
		w.Header().Set("Retry-After", strconv.FormatInt(wholeSeconds(e.RetryAfter), 10))
		answer(w, http.StatusTooManyRequests, failure{unavailable, plain(e.Message)})
	case known && e.Kind == mindflow.KindUnavailable || errors.Is(err, context.Canceled):
		mindflow.TraceOf(r.Context()).Failed(err)
		w.Header().Set("Retry-After", "1")
		answer(w, http.StatusServiceUnavailable, failure{unavailable, "This cannot be done just now"})
	case known && e.Kind == mindflow.KindFull:
		mindflow.TraceOf(r.Context()).Failed(err)
		answer(w, http.StatusInsufficientStorage, failure{unavailable, "There is no room"})
	default:
		mindflow.TraceOf(r.Context()).Failed(err)
		answer(w, http.StatusInternalServerError, failure{serverError, "Something went wrong on our side"})
	}
}

// wholeSeconds is a wait in whole seconds, rounded up, at least one.
func wholeSeconds(d time.Duration) int64 { return max(1, int64((d+time.Second-1)/time.Second)) }

// plain is a text in the letters that RFC 6749 allows in a description.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r > '~' || r == '\\':
			return -1
		case r == '"':
			return '\''
		}
		return r
	}, text)
}

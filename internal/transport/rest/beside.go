package rest

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"mindflow/internal/mindflow"
)

// Protocol is another protocol than REST, served beside it: its requests come
// through the same edge, and are let in and counted in the same way.
type Protocol struct {
	Path    string
	Through mindflow.Channel // what is changed, is changed through this
	// Serve answers a request that was let in, for who sent it.
	Serve func(http.ResponseWriter, *http.Request, mindflow.Actor)
}

// beside serves the other protocols, each also where its path was typed with a slash
// behind it: programs of them that are sent elsewhere may lose the body, or the
// token, on the way. What a token is for is the path without it.
func (a *API) beside() {
	for _, p := range a.settings.Beside {
		serve := func(w http.ResponseWriter, r *http.Request) {
			actor, err := a.letIn(w, r, p.Through)
			if err != nil {
				a.answer(w, r, a.problemAt(r.Context(), p.Path, err))
				return
			}
			p.Serve(w, r, actor)
		}
		a.mux.HandleFunc(p.Path, serve)
		a.mux.HandleFunc(p.Path+"/{$}", serve)
	}
	for _, p := range a.settings.Public {
		_, path, _ := strings.Cut(p.Pattern, " ")
		a.public[path] = true
		a.mux.HandleFunc(p.Pattern, func(w http.ResponseWriter, r *http.Request) {
			p.Serve(w, r, clientAddress(r, a.settings.TrustedProxies))
		})
	}
}

// Public is a way in for programs that show no token: nobody is let in by it, and
// no cookie is looked at, so that pages of all origins may use it.
type Public struct {
	Pattern string // method and path
	// Serve answers a request from an address.
	Serve func(w http.ResponseWriter, r *http.Request, from netip.Addr)
}

// sharedWithAll are the headers with which browsers let pages of all origins use
// what is public.
var sharedWithAll = []header{
	{"Access-Control-Allow-Origin", []string{"*"}},
	{"Access-Control-Expose-Headers", []string{"Retry-After, WWW-Authenticate, X-Request-ID"}},
}

// sharing lets pages of other origins use what is theirs to use: what is public
// all of them, and the rest those that are allowed.
func (a *API) sharing(next http.Handler) http.Handler {
	allowed := sharing(a.settings.AllowedOrigins, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.public[r.URL.Path] {
			allowed.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		for _, f := range sharedWithAll {
			h[f.name] = f.value
		}
		h.Del("Cross-Origin-Resource-Policy")
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, MCP-Protocol-Version")
		h.Set("Access-Control-Max-Age", strconv.Itoa(corsTime))
		w.WriteHeader(http.StatusNoContent)
	})
}

// letIn says who sent a request, once it has passed as a read: others' pages are
// refused, and so is who shows no token, or asks too often.
func (a *API) letIn(w http.ResponseWriter, r *http.Request, through mindflow.Channel) (mindflow.Actor, error) {
	if a.crossOrigin.Check(r) != nil {
		return mindflow.Actor{}, errOthersPage
	}
	actor, err := a.sender(r.Context(), r.Header["Authorization"], through)
	if err != nil {
		return actor, err
	}
	taken, err := a.app.AdmitUser(r.Context(), actor, mindflow.LimitedReads)
	a.policies[mindflow.LimitedReads].tell(w.(*recorder), taken) //nolint:forcetypeassert // around's
	return actor, err
}

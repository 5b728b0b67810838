package rest

import (
	_ "embed"
	"net/http"
	"net/url"
	"strings"
	"sync"

	swaggerui "github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"
)

var (
	//go:embed docs/index.html
	docsPage []byte
	//go:embed docs/docs.js
	docsScript []byte
)

// docsPolicy lets the documentation page load what this server serves, and
// nothing else.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// consentPath is the web app's page on which people let programs in.
const consentPath = "/oauth/authorize"

// anyOpener lets a page keep the window that opened it. Assistants open the consent
// page in a window of its own, and take one that was cut off from them for closed.
// Such a page has to stand being sent elsewhere by who opened it.
var anyOpener = []string{"unsafe-none"}

// site serves the documents about the API, and gives to the web app its files
// and whatever else a browser wants to show.
func (a *API) site() {
	a.document("GET /openapi.json", a.Document)
	a.document("GET /openapi-actions.json", a.actionsDocument)
	a.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", docsPolicy)
		serve(w, "text/html; charset=utf-8", docsPage)
	})
	a.mux.HandleFunc("GET /docs/docs.js", func(w http.ResponseWriter, _ *http.Request) {
		serve(w, "text/javascript; charset=utf-8", docsScript)
	})
	assets := http.StripPrefix("/docs/", statigz.FileServer(swaggerui.FS))
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"} {
		a.mux.Handle("GET /docs/"+name, assets)
	}
	a.mux.Handle("GET /{$}", a.settings.Site)
	a.mux.HandleFunc("GET "+consentPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Frame-Options", "DENY") // for browsers that do not know the policy
		w.Header()[openerHeader] = anyOpener
		a.settings.Site.ServeHTTP(w, r)
	})
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		if reads && !strings.HasPrefix(r.URL.Path, "/api/") && (wantsPage(r) || a.settings.SiteHolds != nil && a.settings.SiteHolds(r.URL.Path)) {
			if leadsToConsent(r) {
				w.Header()[openerHeader] = anyOpener
			}
			a.settings.Site.ServeHTTP(w, r)
			return
		}
		a.unknown(w, r)
	})
	a.shadow()
}

// leadsToConsent reports whether a page is the sign-in, or the opening of an
// account, on the way to the consent page. The word of the address alone is not
// enough: whoever opens a window writes it.
func leadsToConsent(r *http.Request) bool {
	return (r.URL.Path == "/sign-in" || r.URL.Path == "/sign-up") && strings.HasPrefix(r.URL.Query().Get("next"), consentPath+"?")
}

// document serves a document that is made when it is first asked for.
func (a *API) document(pattern string, build func() ([]byte, error)) {
	made := sync.OnceValues(build)
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		raw, err := made()
		if err != nil {
			a.answer(w, r, a.problem(r.Context(), err))
			return
		}
		serve(w, "application/json", raw)
	})
}

// wantsPage reports whether a browser asks for something to show: any path may
// be one of the web app's.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// shadow keeps a task's methods from paths beside it: PUT /api/tasks/best would
// else be about the task with the id "best".
func (a *API) shadow() {
	for route := range a.huma.OpenAPI().Paths {
		for _, method := range methods {
			r := http.Request{Method: method, URL: &url.URL{Path: route}}
			_, pattern := a.mux.Handler(&r)
			_, taken, _ := strings.Cut(pattern, " ")
			if taken != "" && taken != route {
				a.mux.HandleFunc(method+" "+route, a.unknown)
				a.shadowed[method+" "+route] = true
			}
		}
	}
}

// methods are those of all routes.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func serve(w http.ResponseWriter, contentType string, content []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(content) // the client is gone if this fails
}

func (a *API) answer(w http.ResponseWriter, r *http.Request, p *Problem) {
	p.RequestID = requestID(r.Context())
	writeProblem(w, w.Header().Set, w.WriteHeader, p)
}

// unknown answers paths nobody serves, and methods a path does not have.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range methods {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := a.mux.Handler(probe); pattern != "/" && pattern != "" && !a.shadowed[pattern] {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.answer(w, r, problemOf(http.StatusNotFound, "There is nothing at this address"))
		return
	}
	p := problemOf(http.StatusMethodNotAllowed, "This address does not have that method")
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.answer(w, r, p)
}

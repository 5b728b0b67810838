// Package web is what a browser is shown: the web app, where it was built in.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/vearutop/statigz"
)

// dist holds the built app in app/, made by make web, and otherwise only the
// page that says how to get it.
//
//go:embed all:dist
var dist embed.FS

// Site is the app's pages and what they are made of.
type Site struct {
	page   []byte
	policy []string
	worker []string        // the policy of the service worker
	files  *statigz.Server // nil without the app
}

// assets is where files live whose names change with their content.
const assets = "/assets/"

// NewSite is the app, whose assets are asked for at another origin if one is
// given, such as https://cdn.example.org. Without the app it is the placeholder.
func NewSite(assetsOrigin string) *Site {
	app, err := fs.Sub(dist, "dist/app")
	if err != nil {
		return Placeholder()
	}
	page, err := fs.ReadFile(app, "index.html")
	if err != nil {
		return Placeholder()
	}
	return newSite(app.(fs.ReadDirFS), page, assetsOrigin) //nolint:forcetypeassert // embed's
}

// Placeholder is one page, which says how to get the app.
func Placeholder() *Site {
	page, _ := dist.ReadFile("dist/placeholder.html") // it is embedded
	hash := sha256.Sum256(styleOf(page))              // its one style, and no other
	return &Site{page: page, policy: []string{"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}}
}

func newSite(app fs.ReadDirFS, page []byte, assetsOrigin string) *Site {
	from := strings.TrimSpace("'self' " + assetsOrigin)
	return &Site{
		// Vite writes addresses relative to the page, which has many: deep links.
		page: bytes.ReplaceAll(bytes.ReplaceAll(page, []byte(`"./assets/`), []byte(`"`+assetsOrigin+assets)), []byte(`"./`), []byte(`"/`)),
		policy: []string{"default-src 'none'; script-src " + from + "; style-src " + from + "; font-src " + from + "; img-src " + from +
			" data:; connect-src " + from + "; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
		worker: []string{"default-src 'none'; script-src 'self'; connect-src " + from + "; frame-ancestors 'none'"},
		files:  statigz.FileServer(app, encodings),
	}
}

// encodings are the forms files lie there in. For the rare client that reads
// neither, a file is unpacked from gzip: what reads brotli takes half a megabyte.
func encodings(s *statigz.Server) {
	s.Encodings = []statigz.Encoding{{FileExt: ".br", ContentEncoding: "br"}, statigz.GzipEncoding()}
}

// Holds reports whether a path names a file of the app.
func (s *Site) Holds(name string) bool {
	return s.files != nil && path.Ext(name) != "" && path.Base(name) != "index.html" &&
		s.files.Found(&http.Request{URL: &url.URL{Path: name}})
}

// ServeHTTP answers a file, or for any other path the page: the app knows its
// own ways.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if !s.Holds(r.URL.Path) {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h["Content-Security-Policy"] = s.policy
		_, _ = w.Write(s.page) // the browser is gone if this fails
		return
	}
	if r.URL.Path == "/sw.js" {
		h["Content-Security-Policy"] = s.worker // it fetches what it keeps, and has a policy of its own
	}
	if strings.HasPrefix(r.URL.Path, assets) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		// A content delivery network hands these on to pages of this site.
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	s.files.ServeHTTP(w, r)
}

// styleOf is what stands between a page's style tags.
func styleOf(page []byte) []byte {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	return style
}

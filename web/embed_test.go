package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

const (
	script = "/assets/index-thFB1Pgr.js"
	code   = "console.log('now')"
	page   = `<!doctype html><link rel="icon" href="./icons/mindflow.svg"><link rel="stylesheet" crossorigin href="./assets/index-CHbiotMH.css">` +
		`<script type="module" crossorigin src="./assets/index-thFB1Pgr.js"></script><div id="root"></div>`
)

// built is an app as Vite and scripts/compress.mjs leave it.
func built(t *testing.T) fstest.MapFS {
	t.Helper()
	var br, gz bytes.Buffer
	for _, w := range []io.WriteCloser{brotli.NewWriter(&br), gzip.NewWriter(&gz)} {
		if _, err := io.WriteString(w, code); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return fstest.MapFS{
		"index.html":                  {Data: []byte(page)},
		"sw.js":                       {Data: []byte("self.skipWaiting()")},
		"manifest.webmanifest":        {Data: []byte(`{"name": "MindFlow"}`)},
		"icons/mindflow.svg":          {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		script[1:] + ".br":            {Data: br.Bytes()},
		script[1:] + ".gz":            {Data: gz.Bytes()},
		"assets/inter-BOeWTOD4.woff2": {Data: []byte("wOF2")},
	}
}

func site(t *testing.T, assetsOrigin string) *Site {
	t.Helper()
	return newSite(built(t), []byte(page), assetsOrigin)
}

// got is an answer, its body read.
type got struct {
	StatusCode int
	Header     http.Header
	Body       *bytes.Buffer
}

func get(t *testing.T, s *Site, path string, header ...string) got {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return got{w.Code, w.Header(), w.Body}
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAFileIsHandedOutInTheFormABrowserReads(t *testing.T) {
	t.Parallel()
	s := site(t, "")
	tags := map[string]string{}
	for _, c := range []struct{ accepts, encoding string }{
		{"gzip, deflate, br, zstd", "br"}, {"br", "br"}, {"gzip", "gzip"}, {"gzip, deflate", "gzip"}, {"", ""}, {"identity", ""}, {"deflate", ""},
	} {
		r := get(t, s, script, "Accept-Encoding: "+c.accepts)
		if got := r.Header.Get("Content-Encoding"); got != c.encoding {
			t.Errorf("%q is answered %q", c.accepts, got)
		}
		if !strings.Contains(r.Header.Get("Content-Type"), "javascript") || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v", c.accepts, r.Header)
		}
		var plain io.Reader = r.Body
		switch c.encoding {
		case "br":
			plain = brotli.NewReader(r.Body)
		case "gzip":
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			plain = unzipped
		}
		if got := text(t, plain); got != code {
			t.Errorf("%q: %q", c.accepts, got)
		}
		// Each form has a tag of its own, also the one that lies nowhere.
		tag := r.Header.Get("ETag")
		if again := get(t, s, script, "Accept-Encoding: "+c.accepts, "If-None-Match: "+tag); tag == "" || again.StatusCode != http.StatusNotModified {
			t.Errorf("%q, once more with its tag %q: %d", c.accepts, tag, again.StatusCode)
		}
		if other, seen := tags[tag]; seen && other != c.encoding {
			t.Errorf("%q and %q have one tag", other, c.encoding)
		}
		tags[tag] = c.encoding
	}
}

func TestOnlyWhatNeverChangesIsKept(t *testing.T) {
	t.Parallel()
	s := site(t, "")
	for path, want := range map[string]string{
		script: "public, max-age=31536000, immutable", "/assets/inter-BOeWTOD4.woff2": "public, max-age=31536000, immutable",
		"/": "no-cache", "/tasks/1": "no-cache", "/sw.js": "no-cache", "/manifest.webmanifest": "no-cache", "/icons/mindflow.svg": "no-cache",
		"/assets/": "no-cache", "/assets": "no-cache",
	} {
		h := get(t, s, path).Header
		if h.Get("Cache-Control") != want {
			t.Errorf("%s: %q", path, h.Get("Cache-Control"))
		}
		// Pages of this site may have their parts from a delivery network, and nothing else.
		if forAll := h.Get("Access-Control-Allow-Origin") == "*" && h.Get("Cross-Origin-Resource-Policy") == "cross-origin"; forAll != (want != "no-cache") {
			t.Errorf("%s: %v", path, h)
		}
	}
	r := get(t, s, "/sw.js")
	if again := get(t, s, "/sw.js", "If-None-Match: "+r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("what has not changed is sent again: %d", again.StatusCode)
	}
}

func TestWhatIsNoFileIsThePage(t *testing.T) {
	t.Parallel()
	s := site(t, "")
	for path, file := range map[string]bool{
		script: true, "/sw.js": true, "/icons/mindflow.svg": true,
		"/": false, "/tasks": false, "/tasks/0192f1c2": false, "/settings/data": false, "/index.html": false, "/assets": false, "/icons": false,
		"/assets/index-old.js": false, "/../embed.go": false, "/.": false, "/a.b": false,
	} {
		if s.Holds(path) != file {
			t.Errorf("%s: a file: %v", path, !file)
		}
		if got := strings.Contains(text(t, get(t, s, path).Body), `<div id="root">`); got == file {
			t.Errorf("%s: the page: %v", path, got)
		}
	}
}

func TestThePageNamesItsPartsWhereTheyLie(t *testing.T) {
	t.Parallel()
	for origin, parts := range map[string]string{"": "", "https://cdn.example.org": "https://cdn.example.org"} {
		r := get(t, site(t, origin), "/tasks/1")
		got := text(t, r.Body)
		for _, want := range []string{`src="` + parts + script + `"`, `href="` + parts + `/assets/index-CHbiotMH.css"`, `href="/icons/mindflow.svg"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%q: %s is not in %s", origin, want, got)
			}
		}
		policy := r.Header.Get("Content-Security-Policy")
		from := strings.TrimSpace("'self' " + parts)
		for _, want := range []string{
			"default-src 'none'", "script-src " + from + ";", "style-src " + from + ";", "font-src " + from + ";", "img-src " + from + " data:;", "connect-src " + from + ";",
			"worker-src 'self';", "manifest-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
		} {
			if !strings.Contains(policy, want) {
				t.Errorf("%q: the policy lacks %q: %s", origin, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%q: %s", origin, policy)
		}
		// A service worker goes by the policy it came with: under one that admits nothing it keeps nothing.
		worker := get(t, site(t, origin), "/sw.js").Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src " + from + ";"} {
			if !strings.Contains(worker, want) {
				t.Errorf("%q: the service worker's policy lacks %q: %s", origin, want, worker)
			}
		}
	}
}

func TestWithoutTheAppAPageSaysHowToGetIt(t *testing.T) {
	t.Parallel()
	s := Placeholder()
	for _, path := range []string{"/", "/tasks", script} {
		r := get(t, s, path)
		got := text(t, r.Body)
		if s.Holds(path) || r.StatusCode != http.StatusOK || !strings.Contains(got, "make build") || !strings.Contains(got, "Node") || !strings.Contains(got, `href="/docs"`) {
			t.Errorf("%s: %d, %s", path, r.StatusCode, got)
		}
		if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

// Whether or not the app was built, one of both is there.
func TestTheBinaryHasAPageInAnyCase(t *testing.T) {
	t.Parallel()
	s := NewSite("")
	got := text(t, get(t, s, "/").Body)
	if app := strings.Contains(got, `id="root"`); app != (s.files != nil) || !app && !strings.Contains(got, "make build") {
		t.Errorf("the app: %v, %.300s", s.files != nil, got)
	}
}

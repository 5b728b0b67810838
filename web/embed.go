// Package web is what a browser is shown at the root of the server.
package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
)

//go:embed placeholder.html
var placeholder []byte

// Site serves the page that stands where the web app will be. The policy knows
// its one style by the hash, so that no other has an effect.
func Site() http.Handler {
	hash := sha256.Sum256(styleOf(placeholder))
	policy := []string{"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header()["Content-Security-Policy"] = policy
		_, _ = w.Write(placeholder) // the browser is gone if this fails
	})
}

// styleOf is what stands between a page's style tags.
func styleOf(page []byte) []byte {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	return style
}

package rest

import (
	"net/http"
	"strings"
)

// headersOf are set on every answer. They tell browsers to take it for nothing
// but what it is: an answer to a program is no page, no frame, no script. Pages
// set a policy of their own. The values are shared by all answers: setting them
// allocates nothing, and nobody may change them in place.
func headersOf(production bool) []header {
	headers := []header{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{policyHeader, []string{"default-src 'none'; frame-ancestors 'none'"}},
	}
	if production {
		headers = append(headers, header{"Strict-Transport-Security", []string{"max-age=63072000; includeSubDomains"}})
	}
	return headers
}

// forPages speak of what a page may do, and who may take in what it is made of.
// Only the API's answers are none: nobody gets one without a token that no page
// can send along. With more than eight headers, a header's map grows.
var forPages = []header{
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{openerHeader, []string{"same-origin"}},
	{"Permissions-Policy", []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=()"}},
}

type header struct {
	name  string // in its canonical form
	value []string
}

const (
	policyHeader = "Content-Security-Policy"
	openerHeader = "Cross-Origin-Opener-Policy"
)

// private keeps what people are answered out of every cache, unless a route
// says better.
var private = []string{noStore}

// protect sets the headers an answer has before anybody answers.
func (a *API) protect(h http.Header, path string) {
	for _, f := range a.headers {
		h[f.name] = f.value
	}
	if strings.HasPrefix(path, "/api/") {
		h["Cache-Control"] = private
		return
	}
	for _, f := range forPages {
		h[f.name] = f.value
	}
}

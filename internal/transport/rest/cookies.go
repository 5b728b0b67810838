package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// BrowserSession lets a browser keep the refresh token in a cookie, where no
// script can read it. The cookie is good for a refresh and for signing out, and
// only when a request asks for it to be read: nothing else ever looks at it.
type BrowserSession struct {
	Session string `header:"X-Session" enum:"cookie" doc:"The refresh token comes and goes in a cookie instead of the body"`

	cookies []*http.Cookie
}

// Resolve takes the cookies along.
func (s *BrowserSession) Resolve(ctx huma.Context) []error {
	if s.byCookie() {
		r, _ := humago.Unwrap(ctx)
		s.cookies = r.Cookies()
	}
	return nil
}

func (s *BrowserSession) byCookie() bool { return s.Session == "cookie" }

// kind says where the refresh token will be kept.
func (s *BrowserSession) kind() mindflow.SessionKind {
	if s.byCookie() {
		return mindflow.CookieSession
	}
	return mindflow.TerminalSession
}

// The cookie's name. The prefix makes browsers refuse one that did not come by
// https, from wherever.
const (
	plainCookie  = "mindflow_refresh"
	secureCookie = "__Secure-" + plainCookie
	cookiePath   = "/api/auth"
)

func (a *API) cookieName() string {
	if a.settings.PlainCookies {
		return plainCookie
	}
	return secureCookie
}

// refreshToken is the one a request brings, where it says that it is.
func (a *API) refreshToken(ctx context.Context, in *refreshInput) (string, error) {
	switch {
	case in.Body == nil && !in.byCookie():
		p := problemOf(http.StatusBadRequest, "Request body is required")
		p.RequestID = requestID(ctx)
		return "", p
	case !in.byCookie() && in.Body.RefreshToken == "":
		return "", a.problem(ctx, mindflow.InvalidField("refresh_token", "is required"))
	case !in.byCookie():
		return in.Body.RefreshToken, nil
	case in.Body != nil && in.Body.RefreshToken != "":
		return "", a.problem(ctx, mindflow.InvalidField("refresh_token", "must not be sent beside the cookie"))
	}
	for _, c := range in.cookies {
		if c.Name == a.cookieName() {
			return c.Value, nil
		}
	}
	return "", nil // as good as one that is not known
}

// refreshCookie keeps the refresh token for as long as it is good for anything.
func (a *API) refreshCookie(t app.Tokens) string { return a.cookie(t.Refresh, t.RefreshExpiresIn) }

// cookie is the header that sets it, or with no value takes it away.
func (a *API) cookie(value string, lasts time.Duration) string {
	c := http.Cookie{ //nolint:gosec // Secure is left out on a developer's machine only
		Name: a.cookieName(), Value: value, Path: cookiePath, MaxAge: int(lasts.Seconds()),
		HttpOnly: true, Secure: !a.settings.PlainCookies, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// ownPages admits what the pages of this site and of the allowed origins send,
// and what no browser sends. Others' pages could else act with our cookies.
func (a *API) ownPages(op *huma.Operation) {
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		if a.crossOrigin.Check(r) != nil {
			a.refuse(ctx, errOthersPage)
			return
		}
		next(ctx)
	})
}

var errOthersPage = mindflow.Forbidden("A page of another site may not do this")

// guardOrigins trusts the pages of some origins beside this site's own.
func guardOrigins(origins []string) (*http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	for _, origin := range origins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	return guard, nil
}

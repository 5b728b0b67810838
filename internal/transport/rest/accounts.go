package rest

import (
	"context"
	"net/http"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type registerInput struct {
	Client string `header:"X-Client" doc:"The client's kind: web or cli"`
	Body   struct {
		Email    string `json:"email" doc:"E-mail address, shown as typed and unique whatever its case" example:"ada@example.com"`
		Password string `json:"password" doc:"12 to 128 characters; the commonest are refused" example:"correct horse battery"`
		FullName string `json:"full_name,omitempty" doc:"At most 200 characters"`
		Timezone string `json:"timezone,omitempty" doc:"IANA time zone; UTC when absent" example:"Europe/Berlin"`
		// Where the server asks for one.
		Invitation string `json:"invitation,omitempty" doc:"What an invitation's link holds behind the #"`
	}
}

type userView struct {
	ID            mindflow.UserID `json:"id" format:"uuid"`
	Email         string          `json:"email"`
	EmailVerified bool            `json:"email_verified" doc:"Whether the address was found to be this person's"`
	FullName      *string         `json:"full_name"`
	CreatedAt     string          `json:"created_at" format:"date-time"`
	EraseAt       *string         `json:"erase_at" format:"date-time" doc:"When the account is erased, if its deletion was asked for"`
}

type userReply struct{ Body userView }

func viewUser(u mindflow.User) *userReply {
	return &userReply{Body: userView{
		ID: u.ID, Email: u.Email, EmailVerified: !u.VerifiedAt.IsZero(), FullName: nonEmpty(u.FullName),
		CreatedAt: u.CreatedAt.Format(mindflow.InstantLayout), EraseAt: exact(u.EraseAt),
	}}
}

func (a *API) register(ctx context.Context, in *registerInput) (*userReply, error) {
	user, err := a.app.Register(ctx, mindflow.Registration(in.Body), channelOf(in.Client))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewUser(user), nil
}

// deviceCookie remembers that somebody has signed in from a browser. It admits
// nobody: it gives that browser a quota of wrong passwords of its own, so that
// who guesses elsewhere does not keep its owner out.
const deviceCookie = "mindflow_device"

type loginInput struct {
	BrowserSession

	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Agent  string `header:"User-Agent" doc:"Kept in short, so that people know their sessions apart"`
	Body   struct {
		Email    string `json:"email" example:"ada@example.com"`
		Password string `json:"password"`
		// Where there is a second factor, which a 401 of the type second-factor-required says.
		Code string `json:"code,omitempty" doc:"Six digits of the second factor's app, or a recovery code" example:"123456"`
	}
}

type tokensView struct {
	AccessToken  string `json:"access_token" doc:"To be sent as Authorization: Bearer …"`
	RefreshToken string `json:"refresh_token,omitempty" doc:"To be exchanged once for new tokens; absent when it is in the cookie"`
	TokenType    string `json:"token_type" enum:"bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token expires"`
}

func viewTokens(t app.Tokens) tokensView {
	return tokensView{AccessToken: t.Access, RefreshToken: t.Refresh, TokenType: "bearer", ExpiresIn: int(t.ExpiresIn.Seconds())}
}

type loginReply struct {
	CacheControl string   `header:"Cache-Control"`
	SetCookie    []string `header:"Set-Cookie" doc:"The device, to be shown with the next sign-in from it"`
	Body         tokensView
}

func (a *API) login(ctx context.Context, in *loginInput) (*loginReply, error) {
	tokens, err := a.app.SignIn(ctx, app.SignIn{
		Email: in.Body.Email, Password: in.Body.Password, Code: in.Body.Code, Device: in.Device, From: mindflow.From(in.kind(), in.Agent),
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.signedIn(tokens, in.BrowserSession), nil
}

// signedIn answers tokens, the refresh token in a cookie where that is asked for.
func (a *API) signedIn(tokens app.Tokens, session BrowserSession) *loginReply {
	device := http.Cookie{ //nolint:gosec // Secure is left out on a developer's machine only
		Name: deviceCookie, Value: tokens.Device, Path: "/api/auth", MaxAge: int(app.DeviceTTL.Seconds()),
		HttpOnly: true, Secure: !a.settings.PlainCookies, SameSite: http.SameSiteLaxMode,
	}
	r := &loginReply{CacheControl: noStore, SetCookie: []string{device.String()}, Body: viewTokens(tokens)}
	if session.byCookie() {
		r.SetCookie, r.Body.RefreshToken = append(r.SetCookie, a.refreshCookie(tokens)), ""
	}
	return r
}

type refreshBody struct {
	RefreshToken string `json:"refresh_token,omitempty" doc:"Required unless it is in the cookie"`
}

type refreshInput struct {
	BrowserSession

	Body *refreshBody
}

type refreshReply struct {
	CacheControl    string   `header:"Cache-Control"`
	SetCookie       []string `header:"Set-Cookie"`
	RateLimit       string   `header:"RateLimit"`
	RateLimitPolicy string   `header:"RateLimit-Policy"`
	Body            tokensView
}

func (a *API) refresh(ctx context.Context, in *refreshInput) (*refreshReply, error) {
	token, err := a.refreshToken(ctx, in)
	if err != nil {
		return nil, err
	}
	tokens, taken, err := a.app.Refresh(ctx, token)
	left, policy := a.policies[mindflow.LimitedRefreshes].said(taken)
	if err != nil {
		return nil, a.problem(ctx, err).with("RateLimit", left).with("RateLimit-Policy", policy)
	}
	r := &refreshReply{CacheControl: noStore, RateLimit: left, RateLimitPolicy: policy, Body: viewTokens(tokens)}
	if in.byCookie() {
		r.SetCookie, r.Body.RefreshToken = []string{a.refreshCookie(tokens)}, ""
	}
	return r, nil
}

type goneReply struct {
	SetCookie []string `header:"Set-Cookie"`
}

func (a *API) logout(ctx context.Context, in *refreshInput) (*goneReply, error) {
	token, err := a.refreshToken(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := a.app.Logout(ctx, token); err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &goneReply{}
	if in.byCookie() {
		r.SetCookie = append(r.SetCookie, a.cookie("", 0))
	}
	return r, nil
}

func (a *API) revoke(ctx context.Context, _ *struct{}) (*struct{}, error) {
	if err := a.app.RevokeAll(ctx, actorOf(ctx)); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

func (a *API) me(ctx context.Context, _ *struct{}) (*userReply, error) {
	user, err := a.app.Me(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return viewUser(user), nil
}

package client

import (
	"context"
	"fmt"
	"net/http"

	"mindflow/internal/mindflow"
)

// Registration is what opens an account.
type Registration struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	FullName string `json:"full_name,omitzero"`
	Timezone string `json:"timezone,omitzero"` // IANA name; UTC when empty
	// Invitation is what an invitation's link holds behind the #.
	Invitation string `json:"invitation,omitzero"`
}

// User is a person with an account.
type User struct {
	ID        mindflow.UserID `json:"id"`
	Email     string          `json:"email"`
	FullName  *string         `json:"full_name"`
	CreatedAt string          `json:"created_at"`
}

// Tokens admit a person: the access token for a short while, the refresh token
// once, to get new ones. Shown twice, a refresh token ends its session.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	Device       string `json:"-"`          // of a sign-in: for From, at the next one to the same account
}

// deviceCookie is what the server calls a device's mark.
const deviceCookie = "mindflow_device"

// Preferences is how a person's tasks are scored, and where they are.
type Preferences struct {
	Timezone       string              `json:"timezone"`
	Locale         mindflow.Locale     `json:"locale"`
	WeightUrgency  mindflow.Hundredths `json:"weight_urgency"`
	WeightPriority mindflow.Hundredths `json:"weight_priority"`
	WeightEffort   mindflow.Hundredths `json:"weight_effort"`
	TimeOfDayBonus mindflow.Hundredths `json:"time_of_day_bonus"`
	Windows        map[string]Window   `json:"windows"` // by part of the day
}

// Window is a span of the wall clock, such as 06:00 to 12:00.
type Window struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type refreshToken struct {
	RefreshToken string `json:"refresh_token"`
}

// Register opens an account. It signs nobody in.
func (c *Client) Register(ctx context.Context, r Registration) (User, error) {
	var user User
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/auth/register", body: r, open: true}, &user)
	return user, err
}

// Login starts a session. The caller keeps its tokens.
func (c *Client) Login(ctx context.Context, email, password string) (Tokens, error) {
	return c.LoginWith(ctx, email, password, "")
}

// LoginWith starts a session with a code of the second factor besides, which an
// error asks for that CodeWanted knows.
func (c *Client) LoginWith(ctx context.Context, email, password, code string) (Tokens, error) {
	var tokens Tokens
	body := struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Code     string `json:"code,omitzero"`
	}{email, password, code}
	header, err := c.do(ctx, call{method: http.MethodPost, path: "/api/auth/login", body: body, open: true, device: c.device}, &tokens)
	if err == nil && tokens.RefreshToken == "" {
		err = fmt.Errorf("%s %w: it gave no tokens", c.Server(), ErrNotMindFlow)
	}
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		if cookie.Name == deviceCookie {
			tokens.Device = cookie.Value
		}
	}
	return tokens, err
}

// Refresh exchanges a refresh token for new tokens. The caller must keep them
// before using them: the old refresh token is worth nothing from now on. A
// client made by As refreshes by itself.
func (c *Client) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	var tokens Tokens
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/auth/refresh", body: refreshToken{refresh}, open: true}, &tokens)
	return tokens, err
}

// Logout ends the session of a refresh token, if there is one.
func (c *Client) Logout(ctx context.Context, refresh string) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/auth/logout", body: refreshToken{refresh}, open: true}, nil)
	return err
}

// Me is who is signed in.
func (c *Client) Me(ctx context.Context) (User, error) {
	var user User
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/auth/me"}, &user)
	return user, err
}

// Preferences are those of who is signed in.
func (c *Client) Preferences(ctx context.Context) (Preferences, error) {
	var p Preferences
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/preferences"}, &p)
	return p, err
}

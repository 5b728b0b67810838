package client

import (
	"context"
	"net/http"

	"mindflow/internal/mindflow"
)

// Token is a personal access token, as far as it can be read again.
type Token struct {
	ID         mindflow.GrantID `json:"id"`
	Name       string           `json:"name"`
	Scopes     []string         `json:"scopes"`
	CreatedAt  string           `json:"created_at"`
	ExpiresAt  string           `json:"expires_at"`
	LastUsedAt *string          `json:"last_used_at"`
}

// NewToken is a token just made, with its secret, which is answered only now.
type NewToken struct {
	Token

	Secret string `json:"token"`
}

// TokenDraft is what a token is to be.
type TokenDraft struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	Days   int      `json:"expires_in_days,omitzero"`
}

// MakeToken makes a personal access token for who is signed in.
func (c *Client) MakeToken(ctx context.Context, d TokenDraft) (NewToken, error) {
	var made NewToken
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/tokens", body: d, once: true}, &made)
	return made, err
}

// Tokens are those of who is signed in, the oldest first.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	var list struct {
		Tokens []Token `json:"tokens"`
	}
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/tokens"}, &list)
	return list.Tokens, err
}

// RevokeToken ends a token.
func (c *Client) RevokeToken(ctx context.Context, id mindflow.GrantID) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: "/api/tokens/" + id.String()}, nil)
	return err
}

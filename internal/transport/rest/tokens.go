package rest

import (
	"context"
	"time"

	"mindflow/internal/mindflow"
)

// TokenView is a personal access token, as far as it can be read again.
type TokenView struct {
	ID         mindflow.GrantID `json:"id" format:"uuid"`
	Name       string           `json:"name" doc:"What you call it"`
	Scopes     []string         `json:"scopes" nullable:"false" doc:"What it may do" enum:"account:read,tasks:read,tasks:write"`
	CreatedAt  string           `json:"created_at" format:"date-time"`
	ExpiresAt  string           `json:"expires_at" format:"date-time"`
	LastUsedAt *string          `json:"last_used_at" format:"date-time" doc:"To within a few minutes; null when it was never used"`
}

func viewToken(g mindflow.Grant) TokenView {
	return TokenView{
		ID: g.ID, Name: g.Name, Scopes: g.Scopes.Names(), CreatedAt: instantOf(g.CreatedAt), ExpiresAt: instantOf(g.ExpiresAt),
		LastUsedAt: nonEmpty(instantOf(g.SeenAt)),
	}
}

// instantOf is an instant as answers write it; empty for none.
func instantOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(mindflow.InstantLayout)
}

type newTokenView struct {
	TokenView

	Token string `json:"token" doc:"The token itself, to be sent as Authorization: Bearer …; it is shown only now"`
}

type newTokenInput struct {
	Body struct {
		Name          string   `json:"name" doc:"1 to 100 characters" example:"Backup script"`
		Scopes        []string `json:"scopes" nullable:"false" doc:"At least one of account:read, tasks:read and tasks:write"`
		ExpiresInDays *int     `json:"expires_in_days,omitempty" doc:"1 to 365; 90 when absent"`
	}
}

type newTokenReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         newTokenView
}

func (a *API) makeToken(ctx context.Context, in *newTokenInput) (*newTokenReply, error) {
	d := mindflow.TokenDraft{Name: in.Body.Name, Scopes: in.Body.Scopes}
	if days := in.Body.ExpiresInDays; days != nil {
		if d.Days = *days; d.Days == 0 {
			d.Days = -1 // said, and not left to us
		}
	}
	made, err := a.app.MakeToken(ctx, actorOf(ctx), d)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &newTokenReply{CacheControl: noStore, Body: newTokenView{viewToken(made.Grant), made.Secret}}, nil
}

type tokensReply struct {
	Body struct {
		Tokens []TokenView `json:"tokens" nullable:"false" doc:"Those that admit somebody, the oldest first"`
	}
}

func (a *API) listTokens(ctx context.Context, _ *struct{}) (*tokensReply, error) {
	tokens, err := a.app.PersonalTokens(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &tokensReply{}
	r.Body.Tokens = make([]TokenView, len(tokens))
	for i, g := range tokens {
		r.Body.Tokens[i] = viewToken(g)
	}
	return r, nil
}

type tokenPath struct {
	ID string `path:"id" doc:"The token's id" format:"uuid"`
}

func (a *API) revokeToken(ctx context.Context, in *tokenPath) (*struct{}, error) {
	id, err := readID[mindflow.Grant](in.ID)
	if err == nil {
		err = a.app.RevokeToken(ctx, actorOf(ctx), id)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

type sessionView struct {
	ID         mindflow.SessionID `json:"id" format:"uuid"`
	Current    bool               `json:"current" doc:"Whether it is the one that asks"`
	Kind       *string            `json:"kind" enum:"cookie,terminal" doc:"Whether a browser's cookie keeps it, or a program; null when that is not known"`
	UserAgent  *string            `json:"user_agent" doc:"What it was begun with, in short; null when that is not known"`
	CreatedAt  string             `json:"created_at" format:"date-time"`
	LastSeenAt string             `json:"last_seen_at" format:"date-time" doc:"When it last signed in or refreshed its tokens"`
	ExpiresAt  string             `json:"expires_at" format:"date-time" doc:"When it ends unless it is seen again before"`
}

type sessionsReply struct {
	Body struct {
		Sessions []sessionView `json:"sessions" nullable:"false" doc:"The last seen first"`
	}
}

func (a *API) listSessions(ctx context.Context, _ *struct{}) (*sessionsReply, error) {
	actor := actorOf(ctx)
	sessions, err := a.app.Sessions(ctx, actor)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &sessionsReply{}
	r.Body.Sessions = make([]sessionView, len(sessions))
	for i, s := range sessions {
		r.Body.Sessions[i] = sessionView{
			ID: s.ID, Current: s.ID == actor.SessionID, Kind: nonEmpty(string(s.Origin.Kind)), UserAgent: nonEmpty(s.Origin.Agent),
			CreatedAt: instantOf(s.CreatedAt), LastSeenAt: instantOf(s.SeenAt), ExpiresAt: instantOf(s.ExpiresAt),
		}
	}
	return r, nil
}

type sessionPath struct {
	ID string `path:"id" doc:"The session's id" format:"uuid"`
}

func (a *API) endSession(ctx context.Context, in *sessionPath) (*struct{}, error) {
	id, err := readID[mindflow.Session](in.ID)
	if err == nil {
		err = a.app.EndSession(ctx, actorOf(ctx), id)
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil //nolint:nilnil // no content
}

package rest

import (
	"context"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// AuthorizationBody is what a program put into the address of the page it sent a
// person to (RFC 6749, 7636, 8707).
type AuthorizationBody struct {
	ClientID            string `json:"client_id" doc:"Which program asks"`
	RedirectURI         string `json:"redirect_uri" doc:"Where it wants the answer sent"`
	ResponseType        string `json:"response_type,omitempty" doc:"code"`
	Scope               string `json:"scope,omitempty" doc:"What it asks for, with blanks between; tasks:read tasks:write when absent"`
	State               string `json:"state,omitempty" doc:"Sent back as it is"`
	CodeChallenge       string `json:"code_challenge,omitempty"`
	CodeChallengeMethod string `json:"code_challenge_method,omitempty" doc:"S256"`
	Resource            string `json:"resource,omitempty" doc:"What the tokens are to be for; /mcp of this server when absent"`
}

func (b AuthorizationBody) read() mindflow.Authorization {
	return mindflow.Authorization{
		ClientID: b.ClientID, RedirectURI: b.RedirectURI, ResponseType: b.ResponseType, Scope: b.Scope, State: b.State,
		Challenge: b.CodeChallenge, ChallengeMethod: b.CodeChallengeMethod, Resource: b.Resource,
	}
}

type considerInput struct{ Body AuthorizationBody }

type clientView struct {
	Name           string `json:"name" doc:"What it calls itself, or what it is known as"`
	Address        string `json:"address" doc:"Where it is at home, as far as that is proven"`
	Kind           string `json:"kind" enum:"registered,document,known" doc:"It introduced itself; it is described at its address; its answers go to an address known to be its maker's"`
	RedirectHost   string `json:"redirect_host" doc:"Where the answer goes"`
	OnThisComputer bool   `json:"on_this_computer" doc:"Whether that is a program on the person's own machine"`
}

type refusedView struct {
	RedirectTo string `json:"redirect_to" doc:"Where to send the person back to the program, with the reason"`
	Error      string `json:"error" doc:"The reason in OAuth's words"`
	Detail     string `json:"detail"`
}

type considerReply struct {
	Body struct {
		Client           clientView   `json:"client"`
		Scopes           []string     `json:"scopes" nullable:"false" enum:"account:read,tasks:read,tasks:write" doc:"What it asks for"`
		ExpiresAfterDays int          `json:"expires_after_days" doc:"It is over when the program stays away for so many days"`
		Refused          *refusedView `json:"refused" doc:"Set where it asks for what it cannot get"`
	}
}

func (a *API) considerProgram(ctx context.Context, in *considerInput) (*considerReply, error) {
	c, err := a.app.Consider(ctx, actorOf(ctx), in.Body.read())
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &considerReply{}
	r.Body.Client = clientView{
		Name: c.Client.Name, Address: c.Address, Kind: string(c.Client.Kind),
		RedirectHost: c.Redirect.Host, OnThisComputer: c.Redirect.OnThisComputer,
	}
	r.Body.Scopes, r.Body.ExpiresAfterDays = c.Scopes.Names(), mindflow.ClientGrantDays
	if no := c.Refused; no != nil {
		r.Body.Refused = &refusedView{no.RedirectTo, string(no.Why), no.Detail}
	}
	return r, nil
}

type decideInput struct {
	Body struct {
		AuthorizationBody

		Approve bool     `json:"approve"`
		Granted []string `json:"granted,omitempty" nullable:"false" doc:"Some of the scopes it asks for"`
	}
}

type decideReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		RedirectTo string `json:"redirect_to" doc:"Where to send the person, with the answer"`
	}
}

func (a *API) decideProgram(ctx context.Context, in *decideInput) (*decideReply, error) {
	to, err := a.app.Decide(ctx, actorOf(ctx), app.Decision{
		Authorization: in.Body.read(), Approve: in.Body.Approve, Granted: in.Body.Granted,
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &decideReply{CacheControl: noStore}
	r.Body.RedirectTo = to
	return r, nil
}

type grantView struct {
	ID         mindflow.GrantID `json:"id" format:"uuid"`
	Name       string           `json:"name" doc:"What the program calls itself, or what it is known as"`
	Address    string           `json:"address" doc:"Where it is at home, as far as that was proven"`
	Scopes     []string         `json:"scopes" nullable:"false" doc:"What it may do" enum:"account:read,tasks:read,tasks:write"`
	CreatedAt  string           `json:"created_at" format:"date-time"`
	LastUsedAt *string          `json:"last_used_at" format:"date-time" doc:"To within a few minutes; null when it was never used"`
	ExpiresAt  string           `json:"expires_at" format:"date-time" doc:"When it is over unless the program comes for new tokens before"`
}

type grantsReply struct {
	Body struct {
		Items []grantView `json:"items" nullable:"false" doc:"Those that are let in, the oldest first"`
	}
}

func (a *API) listGrants(ctx context.Context, _ *struct{}) (*grantsReply, error) {
	grants, err := a.app.Connected(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &grantsReply{}
	r.Body.Items = make([]grantView, len(grants))
	for i, g := range grants {
		r.Body.Items[i] = grantView{
			ID: g.ID, Name: g.Name, Address: g.Address, Scopes: g.Scopes.Names(), CreatedAt: instantOf(g.CreatedAt),
			LastUsedAt: nonEmpty(instantOf(g.SeenAt)), ExpiresAt: instantOf(g.ExpiresAt),
		}
	}
	return r, nil
}

type grantPath struct {
	ID string `path:"id" doc:"The grant's id" format:"uuid"`
}

func (a *API) endGrant(ctx context.Context, in *grantPath) (*struct{}, error) {
	id, err := readID[mindflow.Grant](in.ID)
	if err == nil {
		err = a.app.Disconnect(ctx, actorOf(ctx), id)
	}
	return a.nothing(ctx, err)
}

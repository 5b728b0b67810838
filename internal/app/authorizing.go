package app

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// The resources that programs are given tokens for. A token for one is good for
// nothing at the other.
const (
	assistantsAt = "/mcp"
	apiAt        = "/api"
)

type resources struct{ issuer, assistants, api string }

func resourcesAt(issuer string) resources {
	issuer = strings.TrimSuffix(issuer, "/")
	return resources{issuer, issuer + assistantsAt, issuer + apiAt}
}

// Issuer is this server as programs that ask for grants know it: where people
// reach it. It is empty where that is not known; then none can ask.
func (a *App) Issuer() string { return a.resources.issuer }

// Resource is what tokens can be for, and the scopes that are of use there.
type Resource struct {
	Address string
	Scopes  mindflow.Scopes
}

// Resources are all of them, the usual one first.
func (a *App) Resources() []Resource {
	return []Resource{{a.resources.assistants, mindflow.TasksRead | mindflow.TasksWrite}, {a.resources.api, mindflow.Grantable}}
}

// meantFor reports whether a grant is for where a request came in.
func (a *App) meantFor(g mindflow.Grant, through mindflow.Channel) bool {
	switch {
	case g.Kind != mindflow.ClientGrant:
		return g.Audience == ""
	case through == mindflow.ThroughAssistant:
		return g.Audience == a.resources.assistants
	}
	return g.Audience == a.resources.api
}

// Consent is what a person is asked.
type Consent struct {
	Client   mindflow.Client
	Address  string // where it is at home, as far as that is proven
	Redirect mindflow.Redirect
	Scopes   mindflow.Scopes
	// Refused, where the program asks for what it cannot get, is where to send the
	// person back to it, and why.
	Refused *RefusedRequest
}

// RefusedRequest is the answer to a program that asks for what it cannot get.
type RefusedRequest struct {
	RedirectTo string
	Why        mindflow.Refusal
	Detail     string
}

// codeTTL is how long a program has to come for what it was granted.
const codeTTL = time.Minute

// accessTTL is how long an access token of a program is good.
const accessTTL = time.Hour

// renewalTTL is how long a program may stay away.
const renewalTTL = mindflow.ClientGrantDays * 24 * time.Hour

const maxState = 4096

var errNoIssuer = mindflow.Conflict("This server was not told its own address, so that no program can be connected; ask whoever runs it")

// Consider reads what a program asks the actor for. Where the program, or the
// address it names, is not known, nobody is sent anywhere: that is an error of the
// actor's. Any other is told to the program.
func (a *App) Consider(ctx context.Context, actor mindflow.Actor, r mindflow.Authorization) (Consent, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return Consent{}, err
	}
	if a.resources.issuer == "" {
		return Consent{}, errNoIssuer
	}
	client, err := a.client(ctx, actor, r.ClientID)
	if err != nil {
		return Consent{}, err
	}
	if !client.Redirects(r.RedirectURI) {
		return Consent{}, mindflow.InvalidField("redirect_uri", "is not an address that the program has named; somebody else may have sent you here")
	}
	c := Consent{Client: client.At(r.RedirectURI), Address: client.Address(r.RedirectURI), Redirect: mindflow.RedirectOf(r.RedirectURI)}
	if c.Scopes, err = a.wanted(r); err != nil {
		c.Refused = a.refuse(r, err)
	}
	return c, nil
}

// wanted is what a program asks for that is of use at the resource, or the reason
// why it cannot get it.
func (a *App) wanted(r mindflow.Authorization) (mindflow.Scopes, error) {
	switch {
	case len(r.State) > maxState:
		return 0, mindflow.Refused(mindflow.InvalidRequest, "state is too long")
	case r.ResponseType != "code":
		return 0, mindflow.Refused(mindflow.UnsupportedResponseType, "response_type must be code")
	case r.ChallengeMethod != "S256" || !credentials.IsChallenge(r.Challenge):
		return 0, mindflow.Refused(mindflow.InvalidRequest, "code_challenge is needed, with code_challenge_method S256")
	}
	resources := a.Resources()
	at := slices.IndexFunc(resources, func(known Resource) bool { return known.Address == cmp.Or(r.Resource, a.resources.assistants) })
	if at < 0 {
		return 0, mindflow.Refused(mindflow.InvalidTarget, "resource must be one of this server's")
	}
	return readScope(r.Scope, resources[at].Scopes)
}

// readScope reads what a program asks for. What is not known here, or of no use
// there, it does not get, as RFC 6749 (3.3) allows: programs ask for more than there
// is, such as offline_access.
func readScope(text string, useful mindflow.Scopes) (mindflow.Scopes, error) {
	if strings.TrimSpace(text) == "" {
		return mindflow.TasksRead | mindflow.TasksWrite, nil
	}
	scopes := mindflow.KnownScopes(text) & useful
	if scopes == 0 {
		return 0, mindflow.Refused(mindflow.InvalidScope, "scope must hold one of "+strings.Join(useful.Names(), ", "))
	}
	return scopes, nil
}

// refuse is the answer to a program that does not get what it asks for.
func (a *App) refuse(r mindflow.Authorization, why error) *RefusedRequest {
	e := refusalOf(why)
	return &RefusedRequest{
		RedirectTo: a.sendBack(r, url.Values{"error": {string(e.Refusal)}, "error_description": {e.Message}}), Why: e.Refusal, Detail: e.Message,
	}
}

// sendBack is the address of a program with an answer, which says who gives it
// (RFC 9207).
func (a *App) sendBack(r mindflow.Authorization, answer url.Values) string {
	if r.State != "" && len(r.State) <= maxState {
		answer.Set("state", r.State)
	}
	answer.Set("iss", a.resources.issuer)
	with := "?"
	if strings.Contains(r.RedirectURI, "?") {
		with = "&"
	}
	return r.RedirectURI + with + answer.Encode()
}

// Decision is what a person answers a program.
type Decision struct {
	mindflow.Authorization

	Approve bool
	Granted []string // some of the scopes it asked for
}

// Decide answers a program for the actor, and says where to send them with that.
func (a *App) Decide(ctx context.Context, actor mindflow.Actor, d Decision) (string, error) {
	c, err := a.Consider(ctx, actor, d.Authorization)
	switch {
	case err != nil:
		return "", err
	case c.Refused != nil:
		return c.Refused.RedirectTo, nil
	case !d.Approve:
		return a.refuse(d.Authorization, mindflow.Refused(mindflow.AccessDenied, "The person did not allow it")).RedirectTo, nil
	}
	granted, err := mindflow.ParseScopes(d.Granted...)
	if err != nil || granted == 0 || granted&^c.Scopes != 0 {
		return "", mindflow.InvalidField("granted", "must hold at least one of the scopes the program asks for, and no other")
	}
	secret := credentials.NewSecret()
	code := store.Code{
		Hash: credentials.HashSecret(secret), SessionID: actor.SessionID, RedirectURI: d.RedirectURI, Challenge: d.Challenge,
		Grant: mindflow.Grant{
			UserID: actor.UserID, Kind: mindflow.ClientGrant, Name: c.Client.Name, ClientID: d.ClientID, Address: c.Address,
			Scopes: granted, Audience: cmp.Or(d.Resource, a.resources.assistants),
		},
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := a.mayGrant(tx, actor); err != nil {
			return err
		}
		if err := roomForGrant(tx, code); err != nil {
			return err
		}
		code.Grant.ID, code.Grant.CreatedAt = mindflow.NewID[mindflow.Grant](tx.Now()), tx.Now()
		code.ExpiresAt = tx.Now().Add(codeTTL)
		return tx.AddCode(code)
	})
	if err != nil {
		return "", err
	}
	return a.sendBack(d.Authorization, url.Values{"code": {secret}}), nil
}

// replaces reports whether the grant of a code takes the place of the one the
// program has for the same thing. A document describes a program wherever it runs:
// on each of a person's computers it has a grant of its own.
func replaces(code store.Code) bool {
	_, err := mindflow.ParseID[mindflow.Client](code.Grant.ClientID)
	return err == nil || !mindflow.RedirectOf(code.RedirectURI).OnThisComputer
}

// roomForGrant refuses one program too many; what takes another's place needs no
// room. The user is locked.
func roomForGrant(tx *store.Tx, code store.Code) error {
	client, audience := code.Grant.ClientID, code.Grant.Audience
	if !replaces(code) {
		client, audience = "", "" // which no grant has
	}
	n, err := tx.CountGrantsUnlike(code.Grant.UserID, client, audience)
	if err == nil && n >= mindflow.MaxClientGrants {
		err = mindflow.Conflict(fmt.Sprintf("You have %d connected programs; cut one off that is not needed any more", n))
	}
	return err
}

// Connected are the programs the actor has granted something that still admits
// them, the oldest first.
func (a *App) Connected(ctx context.Context, actor mindflow.Actor) ([]mindflow.Grant, error) {
	return a.grantsOf(ctx, actor, mindflow.ClientGrant)
}

// Disconnect ends one of the actor's grants to programs, from the next request on.
func (a *App) Disconnect(ctx context.Context, actor mindflow.Actor, id mindflow.GrantID) error {
	return a.endGrant(ctx, actor, mindflow.ClientGrant, id)
}

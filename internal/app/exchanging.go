package app

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// CodeExchange is what a program shows to get what it was granted.
type CodeExchange struct {
	Code, ClientID, RedirectURI, Verifier string
	Resource                              string // empty for what was granted
}

// Renewal is what a program shows to get new tokens.
type Renewal struct {
	Refresh, ClientID string
	Scope, Resource   string // empty for what was granted
}

// ProgramTokens admit a program.
type ProgramTokens struct {
	Access    string
	Refresh   string
	ExpiresIn time.Duration // of the access token
	Scopes    mindflow.Scopes
}

var (
	errCode    = mindflow.Refused(mindflow.InvalidGrant, "The code is not valid: it works once, for a minute, for the program, address and verifier it was made for")
	errRenewal = mindflow.Refused(mindflow.InvalidGrant, "The refresh token is not valid; the person has to connect the program anew")
	errUnknown = mindflow.Refused(mindflow.InvalidClient, "The client is not known here; it has to register anew")
	errTarget  = mindflow.Refused(mindflow.InvalidTarget, "The tokens are for another resource")
	errBeyond  = mindflow.Refused(mindflow.InvalidScope, "That is more than was granted")
)

// refusalOf is the reason in an error, or a general one.
func refusalOf(err error) *mindflow.Error {
	if e, ok := errors.AsType[*mindflow.Error](err); ok && e.Refusal != "" {
		return e
	}
	return mindflow.Refused(mindflow.InvalidRequest, "The request is not valid")
}

// ExchangeCode gives a program the tokens a person has granted it. Of all who come
// with a code one gets them; when another comes with it the grant ends, since the
// code has been seen by somebody it was not for (RFC 6749, 4.1.2).
func (a *App) ExchangeCode(ctx context.Context, from netip.Addr, x CodeExchange) (ProgramTokens, error) {
	return a.guarded(ctx, from, x.ClientID, func() (ProgramTokens, error) { return a.exchangeCode(ctx, x) })
}

// guarded counts what a network gets wrong, and tells a client that was forgotten
// that it is not known any more. It counts afterwards: nothing here can be guessed,
// and many people's programs come from one network, which others' errors must not keep
// out, nor keep from ending a grant.
func (a *App) guarded(ctx context.Context, from netip.Addr, client string, exchange func() (ProgramTokens, error)) (ProgramTokens, error) {
	tokens, err := exchange()
	e, known := errors.AsType[*mindflow.Error](err)
	if !known || e.Refusal == "" {
		return tokens, err
	}
	if _, err := a.take(ctx, ofNetwork(mindflow.LimitedClients, from)); err != nil {
		return ProgramTokens{}, err
	}
	if id, parsed := mindflow.ParseID[mindflow.Client](client); parsed == nil && e.Refusal == mindflow.InvalidGrant {
		if _, err := a.registered(ctx, id); mindflow.KindOf(err) == mindflow.KindNotFound {
			return tokens, errUnknown
		}
	}
	return tokens, err
}

func (a *App) exchangeCode(ctx context.Context, x CodeExchange) (ProgramTokens, error) {
	if !credentials.IsVerifier(x.Verifier) {
		return ProgramTokens{}, mindflow.Refused(mindflow.InvalidRequest, "code_verifier must have 43 to 128 letters, digits, or -._~")
	}
	hash := credentials.HashSecret(x.Code)
	code, err := a.store.Code(ctx, hash)
	if err != nil {
		return ProgramTokens{}, unless(err, errCode)
	}
	tokens := newProgramTokens(code.Grant.Scopes, credentials.NewToken(credentials.RefreshToken))
	again, ended := false, false
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockUser(code.Grant.UserID); err != nil {
			return unless(err, errCode)
		}
		used, err := tx.UseCode(hash, x.ClientID, x.RedirectURI, credentials.Challenge(x.Verifier))
		if err != nil {
			return err
		}
		if again, ended = !used, false; again {
			ended, err = usedBefore(tx, hash)
			return err
		}
		return makeGrant(tx, code, tokens, x.Resource)
	})
	switch {
	case err != nil:
		return ProgramTokens{}, err
	case again:
		if ended {
			a.tellStolen(ctx, shownCode, code.Grant)
		}
		return ProgramTokens{}, errCode
	}
	return tokens, nil
}

// tellStolen tells whoever runs the server that what is shown once was shown again:
// somebody has it whom it was not given to, or the program does not keep count.
func (a *App) tellStolen(ctx context.Context, what shownOnce, g mindflow.Grant) {
	if a.settings.Log == nil {
		return
	}
	whose := []any{slog.String("client", g.ClientID), slog.String("grant", g.ID.String())}
	switch what {
	case shownCode:
		a.settings.Log.WarnContext(ctx, "a program's code was shown a second time: its grant has ended", whose...)
	case shownRefresh:
		a.settings.Log.WarnContext(ctx, "a program's refresh token was shown a second time: its grant has ended", whose...)
	}
}

// shownOnce is what a program may show once only.
type shownOnce uint8

const (
	shownCode shownOnce = iota
	shownRefresh
)

// usedBefore ends the grant of a code that was used up, which is kept though the
// answer is an error. It reports whether there was one to end.
func usedBefore(tx *store.Tx, hash string) (bool, error) {
	code, err := tx.Code(hash)
	if err != nil || code.UsedAt.IsZero() {
		return false, unless(err, nil)
	}
	return tx.AbortGrant(code.Grant.ID)
}

// makeGrant makes the grant of a code, if the session it was given in still lives.
func makeGrant(tx *store.Tx, code store.Code, tokens ProgramTokens, resource string) error {
	lives, err := tx.Lives(code.Grant.UserID, code.SessionID)
	switch {
	case err != nil:
		return err
	case !lives:
		return errCode
	case resource != "" && resource != code.Grant.Audience:
		return errTarget
	}
	if err := roomForGrant(tx, code); err != nil {
		return err
	}
	g := code.Grant
	if replaces(code) {
		if err := tx.EndGrantsLike(g.UserID, g.ClientID, g.Audience); err != nil {
			return err
		}
	}
	g.CreatedAt, g.ExpiresAt = tx.Now(), tx.Now().Add(renewalTTL)
	if err := tx.CreateGrant(g); err != nil {
		return err
	}
	if id, err := mindflow.ParseID[mindflow.Client](g.ClientID); err == nil {
		if err := tx.UsedClient(id); err != nil {
			return err
		}
	}
	return addTokens(tx, g, tokens)
}

func newProgramTokens(scopes mindflow.Scopes, refresh string) ProgramTokens {
	return ProgramTokens{Access: credentials.NewToken(credentials.AccessToken), Refresh: refresh, ExpiresIn: accessTTL, Scopes: scopes}
}

func addTokens(tx *store.Tx, g mindflow.Grant, tokens ProgramTokens) error {
	err := tx.AddGrantToken(store.GrantToken{
		Hash: credentials.HashSecret(tokens.Refresh), GrantID: g.ID, Kind: store.RenewalToken, ExpiresAt: tx.Now().Add(renewalTTL),
	})
	if err != nil {
		return err
	}
	return addAccess(tx, g, tokens)
}

func addAccess(tx *store.Tx, g mindflow.Grant, tokens ProgramTokens) error {
	t := store.GrantToken{Hash: credentials.HashSecret(tokens.Access), GrantID: g.ID, Kind: store.AccessToken, ExpiresAt: tx.Now().Add(accessTTL)}
	if tokens.Scopes != g.Scopes {
		t.Scopes = tokens.Scopes
	}
	return tx.AddGrantToken(t)
}

// Renew exchanges a refresh token of a program. One that is shown again ends the
// grant, except within the grace and while its successor is unused: then it is
// answered with the same successor, since the first answer may have got lost, or
// two parts of the program have come at once.
func (a *App) Renew(ctx context.Context, from netip.Addr, r Renewal) (ProgramTokens, error) {
	return a.guarded(ctx, from, r.ClientID, func() (ProgramTokens, error) { return a.renew(ctx, r) })
}

func (a *App) renew(ctx context.Context, r Renewal) (ProgramTokens, error) {
	hash := credentials.HashSecret(r.Refresh)
	_, grant, err := a.store.GrantOfToken(ctx, hash)
	switch {
	case err != nil:
		return ProgramTokens{}, unless(err, errRenewal)
	case grant.ClientID != r.ClientID:
		return ProgramTokens{}, errRenewal
	case r.Resource != "" && r.Resource != grant.Audience:
		return ProgramTokens{}, errTarget
	}
	scopes, err := narrower(r.Scope, grant.Scopes)
	if err != nil {
		return ProgramTokens{}, err
	}
	if _, err := a.take(ctx, mindflow.LimitKey{What: mindflow.LimitedRefreshes, Whose: grant.ID}); err != nil {
		return ProgramTokens{}, err
	}
	tokens := newProgramTokens(scopes, a.signer.NextToken(r.Refresh))
	reused, ended := false, false
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		reused, ended = false, false
		fresh, err := tx.SpendToken(hash)
		if err != nil {
			return err
		}
		if !fresh {
			if reused, err = a.shownAgain(tx, hash, r.Refresh, &tokens); reused {
				ended, err = tx.AbortGrant(grant.ID)
			}
			return err
		}
		if err := extend(tx, grant.ID); err != nil {
			return err
		}
		if err := tx.DropSpentAccess(grant.ID); err != nil {
			return err
		}
		return addTokens(tx, grant, tokens)
	})
	switch {
	case err != nil:
		return ProgramTokens{}, err
	case reused:
		if ended {
			a.tellStolen(ctx, shownRefresh, grant)
		}
		return ProgramTokens{}, errRenewal
	}
	return tokens, nil
}

// narrower are the scopes of the next access token, where a program asks for fewer
// than it was granted; the next refresh token is good for all of them again (RFC
// 6749, 6). What is not known here is left aside, as when it asked the person.
func narrower(text string, granted mindflow.Scopes) (mindflow.Scopes, error) {
	asked := mindflow.KnownScopes(text)
	switch {
	case strings.TrimSpace(text) == "":
		return granted, nil
	case asked == 0 || asked&^granted != 0:
		return 0, errBeyond
	}
	return asked, nil
}

// extend moves the end of a grant whose program has come, unless it has ended.
func extend(tx *store.Tx, id mindflow.GrantID) error {
	lives, err := tx.ExtendGrant(id, tx.Now().Add(renewalTTL))
	if err == nil && !lives {
		err = errRenewal
	}
	return err
}

// shownAgain answers a refresh token that cannot be exchanged: within the grace
// with the same successor and another access token. It reports whether the grant
// is to end instead.
func (a *App) shownAgain(tx *store.Tx, hash, refresh string, tokens *ProgramTokens) (bool, error) {
	spent, grant, err := tx.GrantOfToken(hash)
	if err != nil || spent.Kind != store.RenewalToken || spent.UsedAt.IsZero() {
		if err == nil { // it has expired, or is none
			err = errRenewal
		}
		return false, unless(err, errRenewal)
	}
	if tx.Now().Before(spent.UsedAt.Add(grace)) {
		next, unused, err := a.successor(tx, refresh)
		if err != nil {
			return false, err
		}
		if unused {
			if err := extend(tx, grant.ID); err != nil {
				return false, err
			}
			tokens.Refresh = next
			return false, addAccess(tx, grant, *tokens)
		}
	}
	return true, nil
}

// successor is the token a refresh token was exchanged for, and whether it still
// waits to be used.
func (a *App) successor(tx *store.Tx, refresh string) (next string, unused bool, err error) {
	next, unused = a.signer.NextTokenOf(refresh, func(hash string) bool {
		successor, _, absent := tx.GrantOfToken(hash)
		if unless(absent, nil) != nil {
			err = absent
		}
		return absent == nil && successor.UsedAt.IsZero()
	})
	return next, unused, err
}

// GiveUp ends the grant of a token that its program does not need any more (RFC
// 7009), whichever of its tokens that is. One that is good for nothing is no
// error.
func (a *App) GiveUp(ctx context.Context, from netip.Addr, token, client string) error {
	_, grant, err := a.store.GrantOfToken(ctx, credentials.HashSecret(token))
	unknown, others := mindflow.KindOf(err) == mindflow.KindNotFound, err == nil && client != "" && client != grant.ClientID
	switch {
	case unknown || others:
		if _, err := a.take(ctx, ofNetwork(mindflow.LimitedClients, from)); err != nil || unknown {
			return err
		}
		return mindflow.Refused(mindflow.InvalidGrant, "The token was given to another client")
	case err != nil:
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.AbortGrant(grant.ID)
		return err
	})
}

package app

import (
	"cmp"
	"context"
	"errors"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Tokens admit a person: the access token for a short while, the refresh
// token once, to get new ones.
type Tokens struct {
	Access    string
	Refresh   string
	ExpiresIn time.Duration // of the access token
	// RefreshExpiresIn is how long the refresh token is good for.
	RefreshExpiresIn time.Duration
	// Device, of a sign-in, is to be shown with the next one from this device:
	// it then has its own quota of wrong passwords.
	Device string
}

// grace is how long a rotated refresh token may be shown again: two tabs that
// wake together, or an answer that got lost.
const grace = 10 * time.Second

var (
	errSignIn  = mindflow.Unauthenticated("The e-mail address or the password is not right")
	errRefresh = mindflow.Unauthenticated("The refresh token is not valid; sign in again")
	errAccess  = mindflow.BadToken("The access token is not valid or has expired")
)

// SignIn is what a person shows to sign in, and from what they do.
type SignIn struct {
	Email, Password string
	// Code is of the second factor, where there is one: six digits, or a recovery code.
	Code   string
	Device string // what the last sign-in from there was answered
	From   mindflow.Origin
}

// Login is SignIn from who knows where.
func (a *App) Login(ctx context.Context, email, password, device string) (Tokens, error) {
	return a.SignIn(ctx, SignIn{Email: email, Password: password, Device: device})
}

// SignIn starts a session. An unknown address takes as long as a wrong password.
// The slot of a guess is taken before the password is checked, so that racing
// guesses get no more than the quota, and given back unless the password was
// wrong, or the code of the second factor: nobody is asked for one before the
// password was right.
func (a *App) SignIn(ctx context.Context, s SignIn) (Tokens, error) {
	shown := readDevices(s.Device)
	key, known := a.guess(s.Email, shown)
	slot, err := a.take(ctx, key)
	if err != nil {
		return Tokens{}, err
	}
	tokens, err := a.startSession(ctx, s)
	if errors.Is(err, errAccountMoved) {
		tokens, err = a.startSession(ctx, s)
	}
	if errors.Is(err, errAccountMoved) {
		err = errSignIn
	}
	if !errors.Is(err, errSignIn) && !errors.Is(err, errWrongCode) {
		a.giveBack(ctx, key, slot)
	}
	if err == nil {
		tokens.Device = a.marked(s.Email, known, shown)
	}
	return tokens, err
}

// errAccountMoved is a sign-in whose account has changed since its password was
// checked: another sign-in may have kept a better hash, and then the password is
// as right as before.
var errAccountMoved = errors.New("the account has changed meanwhile")

func (a *App) startSession(ctx context.Context, s SignIn) (Tokens, error) {
	user, hash, err := a.store.UserByEmail(ctx, s.Email)
	if err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
		return Tokens{}, err
	}
	_, checked := a.settings.Watch.Begin(ctx, mindflow.Span{Name: "check password"})
	same, err := a.passwords.Check(ctx, hash, s.Password)
	if errors.Is(err, credentials.ErrHash) {
		same, err = a.passwords.Check(ctx, "", s.Password) // taken over in a form nobody can check: as if unknown
	}
	checked(err)
	if err != nil {
		return Tokens{}, err
	}
	if !same || !user.DisabledAt.IsZero() {
		return Tokens{}, errSignIn
	}
	better := hash
	if credentials.Outdated(hash) { // now that the password is known
		if better, err = a.passwords.Hash(ctx, s.Password); err != nil {
			return Tokens{}, err
		}
	}
	now := a.now()
	session := mindflow.Session{
		ID: mindflow.NewID[mindflow.Session](now), UserID: user.ID, Origin: s.From,
		CreatedAt: now, ExpiresAt: now.Add(a.settings.RefreshTokenTTL),
	}
	secret, token := newRefreshToken(session.ID, session.ExpiresAt)
	var refused error
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		switch same, err := tx.ConfirmPassword(user.ID, hash, better); {
		case err != nil:
			return err
		case !same:
			return errAccountMoved
		}
		var err error
		if refused, err = a.passFactor(ctx, tx, user.ID, s.Code); err != nil || refused != nil {
			return err // what is remembered of a wrong code is kept
		}
		return tx.CreateSession(session, token)
	})
	if err := cmp.Or(err, refused); err != nil {
		return Tokens{}, err
	}
	return a.tokens(session, secret, now)
}

func newRefreshToken(session mindflow.SessionID, expires time.Time) (string, store.RefreshToken) {
	secret := credentials.NewSecret()
	return secret, store.RefreshToken{Hash: credentials.HashSecret(secret), SessionID: session, ExpiresAt: expires}
}

func (a *App) tokens(s mindflow.Session, refresh string, now time.Time) (Tokens, error) {
	access, err := a.signer.Sign(credentials.Claims{
		UserID: s.UserID.String(), SessionID: s.ID.String(), ExpiresAt: now.Add(a.settings.AccessTokenTTL),
	})
	return Tokens{
		Access: access, Refresh: refresh, ExpiresIn: a.settings.AccessTokenTTL, RefreshExpiresIn: a.settings.RefreshTokenTTL,
	}, err
}

// Refresh rotates a refresh token. A token that is shown again ends its whole
// session, except once within the grace, while its successor is unused: then a
// fresh successor replaces the first.
//
// How often a session may do that is limited; what came of it is answered too,
// zero for a token of no session.
func (a *App) Refresh(ctx context.Context, refresh string) (Tokens, mindflow.Taken, error) {
	hash := credentials.HashSecret(refresh)
	id, err := a.store.SessionOfToken(ctx, hash)
	if err != nil {
		return Tokens{}, mindflow.Taken{}, unless(err, errRefresh)
	}
	taken, err := a.take(ctx, mindflow.LimitKey{What: mindflow.LimitedRefreshes, Whose: id})
	if err != nil {
		return Tokens{}, taken, err
	}
	tokens, err := a.exchange(ctx, id, hash)
	return tokens, taken, err
}

func (a *App) exchange(ctx context.Context, id mindflow.SessionID, hash string) (Tokens, error) {
	var session mindflow.Session
	var secret string
	reused := false
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		reused = false
		var err error
		if session, err = tx.LockSession(id); err != nil {
			return unless(err, errRefresh)
		}
		token, err := tx.RefreshToken(hash)
		if err != nil {
			return unless(err, errRefresh)
		}
		var next store.RefreshToken
		secret, next = newRefreshToken(id, tx.Now().Add(a.settings.RefreshTokenTTL))
		switch judge(token, tx.Now()) {
		case tokenFresh:
			return rotate(tx, token, next)
		case tokenShownAgain:
			granted, err := regrant(tx, token, next)
			reused = !granted
			if err != nil || granted {
				return err
			}
		case tokenRefused:
			return errRefresh
		case tokenReused:
			reused = true
		}
		return tx.EndSession(id) // kept: the family ends even though the answer is an error
	})
	switch {
	case err != nil:
		return Tokens{}, err
	case reused:
		return Tokens{}, errRefresh
	}
	return a.tokens(session, secret, a.now())
}

type verdict uint8

const (
	tokenFresh      verdict = iota // never used
	tokenShownAgain                // within the grace of its rotation
	tokenRefused                   // replaced within the grace, or expired: no harm yet
	tokenReused
)

func judge(t store.RefreshToken, now time.Time) verdict {
	switch {
	case !t.ReplacedUntil.IsZero():
		if now.Before(t.ReplacedUntil) {
			return tokenRefused
		}
		return tokenReused
	case t.UsedAt.IsZero():
		if !now.Before(t.ExpiresAt) {
			return tokenRefused
		}
		return tokenFresh
	case t.RegrantedAt.IsZero() && now.Before(t.UsedAt.Add(grace)):
		return tokenShownAgain
	}
	return tokenReused
}

func rotate(tx *store.Tx, t, next store.RefreshToken) error {
	t.UsedAt, t.Successor = tx.Now(), next.Hash
	if err := tx.SaveRefreshToken(t); err != nil {
		return err
	}
	if err := tx.AddRefreshToken(next); err != nil {
		return err
	}
	return tx.ExtendSession(t.SessionID, next.ExpiresAt)
}

// regrant replaces the unused successor of a token by a fresh one. It answers
// false when the successor has been used.
func regrant(tx *store.Tx, t, next store.RefreshToken) (bool, error) {
	successor, err := tx.RefreshToken(t.Successor)
	if err != nil || !successor.UsedAt.IsZero() {
		return false, err
	}
	successor.ReplacedUntil = t.UsedAt.Add(grace)
	if err := tx.SaveRefreshToken(successor); err != nil {
		return false, err
	}
	t.RegrantedAt, t.Successor = tx.Now(), next.Hash
	if err := tx.SaveRefreshToken(t); err != nil {
		return false, err
	}
	return true, tx.AddRefreshToken(next)
}

// Logout ends the session of a refresh token, if there is one.
func (a *App) Logout(ctx context.Context, refresh string) error {
	id, err := a.store.SessionOfToken(ctx, credentials.HashSecret(refresh))
	if err != nil {
		return unless(err, nil)
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(id) })
}

// RevokeAll ends every session of the actor.
func (a *App) RevokeAll(ctx context.Context, actor mindflow.Actor) error {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSessions(actor.UserID) })
}

// Sessions are the actor's that admit them, the last seen first.
func (a *App) Sessions(ctx context.Context, actor mindflow.Actor) ([]mindflow.Session, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return nil, err
	}
	return a.store.Sessions(ctx, actor.UserID, a.now())
}

// EndSession ends one of the actor's sessions, from the next request on.
func (a *App) EndSession(ctx context.Context, actor mindflow.Actor, id mindflow.SessionID) error {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.EndOwnSession(actor.UserID, id) })
}

// Authenticate answers who an access token admits, of a session or of a grant,
// where a request came in: a program's token admits nobody but where it is for.
// It reads the session with each call, so that an ended one admits nobody from
// the next request on.
func (a *App) Authenticate(ctx context.Context, access string, through mindflow.Channel) (mindflow.Actor, error) {
	if credentials.Opaque(access) {
		return a.byGrant(ctx, access, through)
	}
	claims, err := a.claims(access)
	if err != nil {
		return mindflow.Actor{}, errAccess
	}
	id, err := mindflow.ParseID[mindflow.Session](claims.SessionID)
	if err != nil {
		return mindflow.Actor{}, errAccess
	}
	seen, err := a.store.Access(ctx, id, a.now())
	if err != nil {
		return mindflow.Actor{}, unless(err, errAccess)
	}
	return mindflow.Actor{
		UserID: seen.UserID, SessionID: id, WorkspaceID: seen.WorkspaceID, Role: seen.Role, Channel: through, Scopes: mindflow.Everything,
		WorkspaceVersion: seen.WorkspaceVersion, PreferencesVersion: seen.PreferencesVersion,
	}, nil
}

// claims answers what a valid token says. Its signature is checked the first
// time it is shown, the moment it expires every time.
func (a *App) claims(access string) (credentials.Claims, error) {
	if known, ok := a.checked.GetIfPresent(access); ok && a.now().Before(known.ExpiresAt) {
		a.checks.hit()
		return known, nil
	}
	a.checks.miss()
	claims, err := a.signer.Check(access)
	if err == nil {
		a.checked.Set(access, claims)
	}
	return claims, err
}

// unless answers another error in place of "not found".
func unless(err, instead error) error {
	if mindflow.KindOf(err) == mindflow.KindNotFound {
		return instead
	}
	return err
}

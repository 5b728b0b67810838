package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

var errToken = mindflow.BadToken("The token is not valid, has expired, or was revoked")

// byGrant answers who an opaque token admits, and by which grant. It reads both
// with each call, so that a grant that has ended admits nobody from the next
// request on, on any server.
func (a *App) byGrant(ctx context.Context, token string, through mindflow.Channel) (mindflow.Actor, error) {
	now := a.now()
	seen, grant, err := a.store.GrantAccess(ctx, credentials.HashSecret(token), now)
	if err != nil {
		return mindflow.Actor{}, unless(err, errToken)
	}
	if !a.meantFor(grant, through) {
		return mindflow.Actor{}, errToken
	}
	a.uses.note(grant.ID, grant.SeenAt, now)
	return mindflow.Actor{
		UserID: seen.UserID, WorkspaceID: seen.WorkspaceID, Role: seen.Role, Channel: through,
		Scopes: grant.Scopes, Program: &mindflow.Program{GrantID: grant.ID, Name: grant.Name},
		WorkspaceVersion: seen.WorkspaceVersion, PreferencesVersion: seen.PreferencesVersion,
	}, nil
}

// NewToken is a personal access token just made. Secret is the token itself:
// nobody can read it again.
type NewToken struct {
	mindflow.Grant

	Secret string
}

// MakeToken makes a personal access token for the actor.
func (a *App) MakeToken(ctx context.Context, actor mindflow.Actor, d mindflow.TokenDraft) (NewToken, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return NewToken{}, err
	}
	d, scopes, err := d.Validate()
	if err != nil {
		return NewToken{}, err
	}
	made := NewToken{Secret: credentials.NewToken(credentials.PersonalToken)}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		made.Grant = mindflow.Grant{
			ID: mindflow.NewID[mindflow.Grant](tx.Now()), UserID: actor.UserID, Kind: mindflow.TokenGrant, Name: d.Name, Scopes: scopes,
			CreatedAt: tx.Now(), ExpiresAt: tx.Now().AddDate(0, 0, d.Days),
		}
		if err := a.mayGrant(tx, actor); err != nil {
			return err
		}
		switch n, err := tx.CountGrants(actor.UserID, mindflow.TokenGrant); {
		case err != nil:
			return err
		case n >= mindflow.MaxTokens:
			return mindflow.Conflict(fmt.Sprintf("You have %d tokens; revoke one that is not needed any more", n))
		}
		if err := tx.CreateGrant(made.Grant); err != nil {
			return err
		}
		return tx.AddGrantToken(store.GrantToken{
			Hash: credentials.HashSecret(made.Secret), GrantID: made.ID, Kind: store.AccessToken, ExpiresAt: made.ExpiresAt,
		})
	})
	if err != nil {
		return NewToken{}, err
	}
	return made, nil
}

// mayGrant admits an actor to give grants, of whom no other is given or ended
// meanwhile. A session that was ended while the request was on its way, such as
// by a new password, gives none.
func (a *App) mayGrant(tx *store.Tx, actor mindflow.Actor) error {
	if err := tx.LockUser(actor.UserID); err != nil {
		return unless(err, errAccess)
	}
	lives, err := tx.Lives(actor.UserID, actor.SessionID)
	if err == nil && !lives {
		err = errAccess
	}
	return err
}

// PersonalTokens are the actor's tokens that still admit somebody, the oldest first.
func (a *App) PersonalTokens(ctx context.Context, actor mindflow.Actor) ([]mindflow.Grant, error) {
	return a.grantsOf(ctx, actor, mindflow.TokenGrant)
}

func (a *App) grantsOf(ctx context.Context, actor mindflow.Actor, kind mindflow.GrantKind) ([]mindflow.Grant, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return nil, err
	}
	grants, err := a.store.Grants(ctx, actor.UserID, kind, a.now())
	for i, g := range grants {
		grants[i].SeenAt = a.uses.since(g.ID, g.SeenAt)
	}
	return grants, err
}

// RevokeToken ends one of the actor's tokens, from the next request on.
func (a *App) RevokeToken(ctx context.Context, actor mindflow.Actor, id mindflow.GrantID) error {
	return a.endGrant(ctx, actor, mindflow.TokenGrant, id)
}

func (a *App) endGrant(ctx context.Context, actor mindflow.Actor, kind mindflow.GrantKind, id mindflow.GrantID) error {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.EndGrant(actor.UserID, kind, id) })
}

const (
	// seenEvery is how often it is written down at most that a grant is used.
	seenEvery = 5 * time.Minute
	// maxUses bounds the grants whose use waits to be written down.
	maxUses = 10_000
)

// uses are the grants used lately, which is still to be written down: the
// request does not wait for it.
type uses struct {
	mu    sync.Mutex
	fresh map[mindflow.GrantID]time.Time
}

func newUses() *uses { return &uses{fresh: map[mindflow.GrantID]time.Time{}} }

// note remembers a use, unless one of the last few minutes is written down or
// remembered already.
func (u *uses) note(id mindflow.GrantID, seen, now time.Time) {
	if now.Before(seen.Add(seenEvery)) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, known := u.fresh[id]; !known && len(u.fresh) < maxUses {
		u.fresh[id] = now
	}
}

// since is when a grant was last used, as far as is known here.
func (u *uses) since(id mindflow.GrantID, seen time.Time) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.fresh[id]; at.After(seen) {
		return at
	}
	return seen
}

// take answers what waits, which does not wait any more.
func (u *uses) take() map[mindflow.GrantID]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.fresh
	if len(taken) > 0 {
		u.fresh = map[mindflow.GrantID]time.Time{}
	}
	return taken
}

// usesBite bounds how many uses are written down in one transaction.
const usesBite = 100

// KeepUses writes down which grants were used since it was called last. Should
// it fail, their next use is remembered again.
func (a *App) KeepUses(ctx context.Context) error {
	used := a.uses.take()
	for len(used) > 0 {
		bite := make(map[mindflow.GrantID]time.Time, min(len(used), usesBite))
		for id, at := range used {
			if len(bite) == usesBite {
				break
			}
			bite[id] = at
			delete(used, id)
		}
		err := a.store.Write(ctx, func(tx *store.Tx) error {
			for id, at := range bite {
				if err := tx.SawGrant(id, at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

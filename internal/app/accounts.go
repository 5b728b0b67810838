package app

import (
	"context"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Register opens an account: a user, the personal workspace, and preferences
// in the zone the person named. An address that is taken is a conflict.
func (a *App) Register(ctx context.Context, r mindflow.Registration, through mindflow.Channel) (mindflow.User, error) {
	invitation, err := a.admitSignup(ctx, r)
	if err != nil {
		return mindflow.User{}, err
	}
	return a.open(ctx, r, invitation, through)
}

// AddUser opens an account for somebody, whoever may open one by themselves.
func (a *App) AddUser(ctx context.Context, r mindflow.Registration) (mindflow.User, error) {
	return a.open(ctx, r, "", mindflow.ThroughSystem)
}

// open opens an account, and uses an invitation up by its hash, if there is one.
func (a *App) open(ctx context.Context, r mindflow.Registration, invitation string, through mindflow.Channel) (mindflow.User, error) {
	r, zone, err := r.Validate()
	if err != nil {
		return mindflow.User{}, err
	}
	hash, err := a.passwords.Hash(ctx, r.Password)
	if err != nil {
		return mindflow.User{}, err
	}
	now := a.now()
	user := mindflow.User{
		ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now),
		Email: r.Email, FullName: r.FullName, CreatedAt: now,
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if invitation != "" {
			if err := tx.UseLink(mindflow.ToJoin, invitation); err != nil {
				return unless(err, errInvitation)
			}
		}
		created, err := tx.CreateUser(user, hash, mindflow.DefaultPreferences(zone), person(user.ID, user.WorkspaceID, through))
		switch {
		case err != nil:
			return err
		case !created:
			return errTaken
		case !a.mails():
			return nil
		}
		return a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToVerify, UserID: user.ID, Email: user.Email})
	})
	return user, err
}

var (
	errClosed     = mindflow.Forbidden("Nobody can open an account here by themselves; ask whoever runs this server")
	errInvitation = mindflow.InvalidField("invitation", "is needed to open an account here, for this address; one works once, for a week")
)

// admitSignup refuses who may not open an account. It answers the hash of the
// invitation that is to be used up, if one is needed.
func (a *App) admitSignup(ctx context.Context, r mindflow.Registration) (string, error) {
	switch a.Signup() {
	case mindflow.SignupClosed:
		return "", errClosed
	case mindflow.SignupInvite:
		hash := credentials.HashSecret(r.Invitation)
		link, err := a.store.Link(ctx, mindflow.ToJoin, hash, a.now())
		if err == nil && mindflow.Fold(link.Email) != accountKey(r.Email) {
			err = errInvitation
		}
		return hash, unless(err, errInvitation)
	default:
		return "", nil
	}
}

// Me is the actor's account.
func (a *App) Me(ctx context.Context, actor mindflow.Actor) (mindflow.User, error) {
	if err := can.Know.Within(actor.Scopes); err != nil {
		return mindflow.User{}, err
	}
	return a.store.User(ctx, actor.UserID)
}

// ActorByEmail stands in for a user at the machine itself, such as for an
// import straight to the database.
func (a *App) ActorByEmail(ctx context.Context, email string, through mindflow.Channel) (mindflow.Actor, error) {
	u, _, err := a.store.UserByEmail(ctx, email)
	if err != nil {
		return mindflow.Actor{}, err
	}
	p, err := a.store.Preferences(ctx, u.ID)
	actor := person(u.ID, u.WorkspaceID, through)
	actor.PreferencesVersion = p.Version
	return actor, err
}

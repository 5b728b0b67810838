package app

import (
	"context"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Register opens an account: a user, the personal workspace, and preferences
// in the zone the person named. An address that is taken is a conflict.
func (a *App) Register(ctx context.Context, r mindflow.Registration, through mindflow.Channel) (mindflow.User, error) {
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
		created, err := tx.CreateUser(user, hash, mindflow.DefaultPreferences(zone), person(user.ID, user.WorkspaceID, through))
		if err == nil && !created {
			err = mindflow.Conflict("There is an account with this e-mail address already")
		}
		return err
	})
	return user, err
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

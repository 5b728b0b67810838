package app

import (
	"context"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// What those who run the server do for others. A link is sent by mail, or
// answered, to be handed over in another way.

// Invite sends an invitation to an address.
func (a *App) Invite(ctx context.Context, email string) error {
	link, err := a.invitation(email)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return a.sendLink(ctx, tx, link) })
}

// InvitationLink makes an invitation for an address, and answers its link.
func (a *App) InvitationLink(ctx context.Context, email string) (string, error) {
	link, err := a.invitation(email)
	if err != nil {
		return "", err
	}
	return a.printed(ctx, link)
}

func (*App) invitation(email string) (mindflow.Link, error) {
	email, err := mindflow.ParseEmail(email)
	if err != nil {
		return mindflow.Link{}, mindflow.InvalidField("email", err.Error())
	}
	return mindflow.Link{Purpose: mindflow.ToJoin, Email: email}, nil
}

func (a *App) printed(ctx context.Context, link mindflow.Link) (string, error) {
	var secret string
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		secret, _, err = a.makeLink(tx, link)
		return err
	})
	return a.address(link.Purpose, secret), err
}

// ResetLink makes a link to set a new password for an account, and answers it.
func (a *App) ResetLink(ctx context.Context, email string) (string, error) {
	user, err := a.admitted(ctx, email)
	if err != nil {
		return "", err
	}
	return a.printed(ctx, mindflow.Link{Purpose: mindflow.ToReset, UserID: user.ID, Email: user.Email})
}

// SendReset sends such a link to the account's address.
func (a *App) SendReset(ctx context.Context, email string) error {
	user, err := a.admitted(ctx, email)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		return a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToReset, UserID: user.ID, Email: user.Email})
	})
}

func (a *App) admitted(ctx context.Context, email string) (mindflow.User, error) {
	user, _, err := a.store.UserByEmail(ctx, email)
	if err == nil && !user.DisabledAt.IsZero() {
		err = mindflow.Conflict("The account is disabled; enable it first")
	}
	return user, err
}

// Disable shuts somebody out: from the next request on nothing admits them, on
// any server.
func (a *App) Disable(ctx context.Context, email string) error {
	return a.lookAfter(ctx, email, func(tx *store.Tx, user mindflow.User) error {
		if !user.DisabledAt.IsZero() {
			return nil
		}
		if err := tx.SetDisabled(user.ID, tx.Now()); err != nil {
			return err
		}
		if err := endAll(tx, user.ID); err != nil {
			return err
		}
		return tell(tx, user, mindflow.UserDisabled, nil, mindflow.ThroughSystem)
	})
}

// Enable lets somebody in again who was shut out. Nothing that was ended comes back.
func (a *App) Enable(ctx context.Context, email string) error {
	return a.lookAfter(ctx, email, func(tx *store.Tx, user mindflow.User) error {
		if user.DisabledAt.IsZero() {
			return nil
		}
		if err := tx.SetDisabled(user.ID, time.Time{}); err != nil {
			return err
		}
		return tell(tx, user, mindflow.UserEnabled, nil, mindflow.ThroughSystem)
	})
}

func (a *App) lookAfter(ctx context.Context, email string, fn func(*store.Tx, mindflow.User) error) error {
	user, _, err := a.store.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		now, _, err := tx.LockAccount(user)
		if err != nil {
			return err
		}
		return fn(tx, now)
	})
}

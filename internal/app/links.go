package app

import (
	"context"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

var (
	errLink = mindflow.InvalidField("token", "is not valid any more: a link works once, for a short while, and only the newest one does")
	// errNoMail is for everybody alike, whether or not they have an account.
	errNoMail = mindflow.Conflict("This server sends no mail; ask whoever runs it to set a new password for you")
)

// ForgotPassword sends a link to set a new password, where there is an account.
// Nobody can tell from the answer, nor from how long it takes: for an address
// without an account the same statements leave a link that leads nowhere.
//
// Beyond the quota of an address no further link is made. The newest one before
// is then younger than the quota's time, and so still good: who asks too often
// keeps nobody out.
func (a *App) ForgotPassword(ctx context.Context, email string) error {
	if !a.mails() {
		return errNoMail
	}
	email, err := mindflow.ParseEmail(email)
	if err != nil {
		return mindflow.InvalidField("email", err.Error())
	}
	if _, err := a.take(ctx, ofAccount(mindflow.LimitedMails, email)); err != nil {
		return nil //nolint:nilerr // the answer is the same
	}
	user, _, err := a.store.UserByEmail(ctx, email)
	if unless(err, nil) != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		link := mindflow.Link{Purpose: mindflow.ToReset, Email: email}
		switch known, _, err := tx.User(user.ID); {
		case unless(err, nil) != nil:
			return err
		case err == nil && known.DisabledAt.IsZero():
			link.UserID, link.Email = known.ID, known.Email
		}
		return a.sendLink(ctx, tx, link)
	})
}

// ResetPassword sets a new password by a link that was mailed. It ends what
// admits anybody, and every other link.
func (a *App) ResetPassword(ctx context.Context, secret, password string, through mindflow.Channel) error {
	if err := mindflow.CheckPassword(password); err != nil {
		return mindflow.InvalidField("password", err.Error())
	}
	hash := credentials.HashSecret(secret)
	link, user, err := a.linked(ctx, mindflow.ToReset, hash) // before the work of a hash
	if err != nil {
		return err
	}
	fresh, err := a.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.useLink(ctx, link, hash, user, func(tx *store.Tx, now mindflow.User) error {
		if err := tx.SetPassword(user.ID, fresh); err != nil {
			return err
		}
		if mindflow.Fold(link.Email) == mindflow.Fold(now.Email) { // who could read the mail reads the address
			if err := tx.VerifyEmail(user.ID); err != nil {
				return err
			}
		}
		if err := endAll(tx, user.ID); err != nil {
			return err
		}
		if err := a.sendNotice(ctx, tx, user.ID, mindflow.PasswordIsNew); err != nil {
			return err
		}
		return tell(tx, user, mindflow.PasswordChanged, nil, through)
	})
}

// VerifyEmail takes in that an address is the person's, by a link mailed there.
func (a *App) VerifyEmail(ctx context.Context, secret string, through mindflow.Channel) error {
	hash := credentials.HashSecret(secret)
	link, user, err := a.linked(ctx, mindflow.ToVerify, hash)
	if err != nil {
		return err
	}
	return a.useLink(ctx, link, hash, user, func(tx *store.Tx, now mindflow.User) error {
		if mindflow.Fold(link.Email) != mindflow.Fold(now.Email) {
			return errLink
		}
		if err := tx.VerifyEmail(user.ID); err != nil {
			return err
		}
		return tell(tx, user, mindflow.EmailVerified, nil, through)
	})
}

// ResendVerification sends the actor's address another link to verify it.
func (a *App) ResendVerification(ctx context.Context, actor mindflow.Actor) error {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return err
	}
	user, err := a.store.User(ctx, actor.UserID)
	switch {
	case err != nil:
		return err
	case !user.VerifiedAt.IsZero():
		return nil
	case !a.mails():
		return mindflow.Conflict("This server sends no mail")
	}
	if _, err := a.take(ctx, ofAccount(mindflow.LimitedMails, user.Email)); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		user, _, err := tx.User(user.ID)
		if err != nil || !user.VerifiedAt.IsZero() {
			return err
		}
		return a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToVerify, UserID: user.ID, Email: user.Email})
	})
}

// linked reads a link that can be used, and whose it is.
func (a *App) linked(ctx context.Context, purpose mindflow.Purpose, hash string) (mindflow.Link, mindflow.User, error) {
	link, err := a.store.Link(ctx, purpose, hash, a.now())
	if err != nil || link.UserID.IsZero() {
		return link, mindflow.User{}, unless(err, errLink)
	}
	user, err := a.store.User(ctx, link.UserID)
	if err == nil && !user.DisabledAt.IsZero() {
		err = errLink
	}
	return link, user, unless(err, errLink)
}

// useLink uses a link of a user up and does what it is for, in one transaction:
// of all who try at once, one does.
func (a *App) useLink(ctx context.Context, link mindflow.Link, hash string, user mindflow.User, fn func(tx *store.Tx, now mindflow.User) error) error {
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		now, _, err := tx.LockAccount(user)
		if err != nil {
			return err
		}
		if !now.DisabledAt.IsZero() {
			return errLink
		}
		if err := tx.UseLink(link.Purpose, hash); err != nil {
			return err
		}
		return fn(tx, now)
	})
	return unless(err, errLink)
}

// endAll ends everything that admits a user, and every link that would.
func endAll(tx *store.Tx, user mindflow.UserID) error {
	if err := tx.EndSessions(user); err != nil {
		return err
	}
	if err := tx.EndGrants(user); err != nil {
		return err
	}
	return tx.EndLinks(user)
}

// tell records a change of an account in the log of the personal workspace.
func tell(tx *store.Tx, user mindflow.User, verb mindflow.Verb, changes mindflow.Changes, through mindflow.Channel) error {
	return tx.Record(mindflow.Event{Verb: verb, WorkspaceID: user.WorkspaceID, Changes: changes}, person(user.ID, user.WorkspaceID, through))
}

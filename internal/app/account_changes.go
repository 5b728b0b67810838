package app

import (
	"context"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

var (
	errAccountChanged = mindflow.Conflict("The account has changed meanwhile; try again")
	errTaken          = mindflow.Conflict("There is an account with this e-mail address already")
)

// unusable stands for the hash of a password: none has it.
const unusable = "!"

// confirmed is an actor who has just said the account's password again.
type confirmed struct {
	actor mindflow.Actor
	user  mindflow.User
	hash  string // of the password, as it was
}

// confirm holds a password against the actor's. A wrong one counts as a wrong
// guess does at sign-in, of the same quota; it is answered as a bad field.
func (a *App) confirm(ctx context.Context, actor mindflow.Actor, field, password, device string) (confirmed, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return confirmed{}, err
	}
	user, hash, err := a.store.UserWithPassword(ctx, actor.UserID)
	if err != nil {
		return confirmed{}, err
	}
	key, _ := a.guess(user.Email, readDevices(device))
	slot, err := a.take(ctx, key)
	if err != nil {
		return confirmed{}, err
	}
	same, err := a.passwords.Check(ctx, hash, password)
	if err == nil && !same {
		return confirmed{}, mindflow.InvalidField(field, "is not right")
	}
	a.giveBack(ctx, key, slot)
	return confirmed{actor, user, hash}, err
}

// change changes a confirmed actor's account in one transaction, in which the
// session still lives and the password is still the one that was confirmed.
func (a *App) change(ctx context.Context, c confirmed, fn func(tx *store.Tx) error) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		user, hash, err := tx.LockAccount(c.user)
		if err != nil {
			return unless(err, errAccess)
		}
		lives, err := tx.Lives(c.actor.UserID, c.actor.SessionID)
		switch {
		case err != nil:
			return err
		case !lives || !user.DisabledAt.IsZero():
			return errAccess
		case hash != c.hash || user.Email != c.user.Email:
			return errAccountChanged
		}
		return fn(tx)
	})
}

// ChangePassword sets another password. It ends what else admits anybody: the
// other sessions, every program's grant, every link.
func (a *App) ChangePassword(ctx context.Context, actor mindflow.Actor, current, password, device string) error {
	if err := mindflow.CheckPassword(password); err != nil {
		return mindflow.InvalidField("new_password", err.Error())
	}
	c, err := a.confirm(ctx, actor, "current_password", current, device)
	if err != nil {
		return err
	}
	fresh, err := a.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.change(ctx, c, func(tx *store.Tx) error {
		if err := tx.SetPassword(c.user.ID, fresh); err != nil {
			return err
		}
		if err := endOthers(tx, actor); err != nil {
			return err
		}
		if err := a.sendNotice(ctx, tx, c.user.ID, mindflow.PasswordIsNew); err != nil {
			return err
		}
		return tell(tx, c.user, mindflow.PasswordChanged, nil, actor.Channel)
	})
}

// endOthers ends what admits the actor's user, but for the session they are in.
func endOthers(tx *store.Tx, actor mindflow.Actor) error {
	if err := tx.EndOtherSessions(actor.UserID, actor.SessionID); err != nil {
		return err
	}
	if err := tx.EndGrants(actor.UserID); err != nil {
		return err
	}
	return tx.EndLinks(actor.UserID)
}

// ChangeEmail asks for another address. A link goes there, and the account moves
// once it is used; the present address is told, with a link to stop it.
func (a *App) ChangeEmail(ctx context.Context, actor mindflow.Actor, email, password, device string) error {
	email, err := mindflow.ParseEmail(email)
	if err != nil {
		return mindflow.InvalidField("email", err.Error())
	}
	c, err := a.confirm(ctx, actor, "password", password, device)
	switch {
	case err != nil:
		return err
	case !a.mails():
		return mindflow.Conflict("This server sends no mail, so that an address cannot be confirmed; ask whoever runs it")
	case mindflow.Fold(email) == mindflow.Fold(c.user.Email):
		return mindflow.InvalidField("email", "is your address already")
	}
	if _, _, err := a.store.UserByEmail(ctx, email); mindflow.KindOf(err) != mindflow.KindNotFound {
		return unlessFound(err)
	}
	for _, address := range []string{email, c.user.Email} {
		if _, err := a.take(ctx, ofAccount(mindflow.LimitedMails, address)); err != nil {
			return err
		}
	}
	return a.change(ctx, c, func(tx *store.Tx) error {
		// Who takes an account over must not replace the link that takes it back.
		switch stay, err := tx.LinkOf(c.user.ID, mindflow.ToStay); {
		case unless(err, nil) != nil:
			return err
		case err == nil && mindflow.Fold(stay.Email) != mindflow.Fold(c.user.Email):
			return mindflow.Conflict("The address was changed a short while ago; it can be changed again tomorrow")
		}
		if err := a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToMove, UserID: c.user.ID, Email: email}); err != nil {
			return err
		}
		return a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToStay, UserID: c.user.ID, Email: c.user.Email})
	})
}

func unlessFound(err error) error {
	if err == nil {
		return errTaken
	}
	return err
}

// ConfirmEmail moves an account to the address a link was mailed to. Links for
// the one before are dead, but for the one that takes it back.
func (a *App) ConfirmEmail(ctx context.Context, secret string, through mindflow.Channel) error {
	hash := credentials.HashSecret(secret)
	link, user, err := a.linked(ctx, mindflow.ToMove, hash)
	if err != nil {
		return err
	}
	return a.useLink(ctx, link, hash, user, func(tx *store.Tx, now mindflow.User) error {
		if err := tx.EndLinks(user.ID); err != nil {
			return err
		}
		return a.move(tx, now, link.Email, through)
	})
}

// move gives an account another address.
func (*App) move(tx *store.Tx, user mindflow.User, email string, through mindflow.Channel) error {
	switch free, err := tx.SetEmail(user.ID, email); {
	case err != nil:
		return err
	case !free:
		return errTaken
	}
	return tell(tx, user, mindflow.EmailChanged, mindflow.Changes{"email": {Before: user.Email, After: email}}, through)
}

// KeepEmail keeps an account at the address a link was mailed to, or takes it
// back there. Somebody else knew the password: it is good for nothing any more,
// everything that admits anybody ends, and a link to set a new one is mailed. A
// second factor or a passkey of the last day before may be theirs, and goes; one
// that was there before stays, since a mailbox alone shall not undo it.
func (a *App) KeepEmail(ctx context.Context, secret string, through mindflow.Channel) error {
	hash := credentials.HashSecret(secret)
	link, user, err := a.linked(ctx, mindflow.ToStay, hash)
	if err != nil {
		return err
	}
	return a.useLink(ctx, link, hash, user, func(tx *store.Tx, now mindflow.User) error {
		if err := endAll(tx, user.ID); err != nil {
			return err
		}
		if err := tx.EndFactorsSince(user.ID, link.CreatedAt.Add(-mindflow.StayTTL)); err != nil {
			return err
		}
		if mindflow.Fold(now.Email) != mindflow.Fold(link.Email) {
			if err := a.move(tx, now, link.Email, through); err != nil {
				return err
			}
		}
		if err := tx.SetPassword(user.ID, unusable); err != nil {
			return err
		}
		if err := tell(tx, user, mindflow.PasswordChanged, nil, through); err != nil {
			return err
		}
		if !a.mails() {
			return nil
		}
		return a.sendLink(ctx, tx, mindflow.Link{Purpose: mindflow.ToReset, UserID: user.ID, Email: link.Email})
	})
}

// Rename gives the actor another name, if one is named; an empty one is none.
func (a *App) Rename(ctx context.Context, actor mindflow.Actor, named mindflow.Field[string]) (mindflow.User, error) {
	name, err := mindflow.ParseFullName(named.Value)
	if err != nil {
		return mindflow.User{}, mindflow.InvalidField("full_name", err.Error())
	}
	return write(ctx, a, actor, can.Own, func(tx *store.Tx) (mindflow.User, error) {
		user, _, err := tx.User(actor.UserID)
		if err != nil || !named.Set || user.FullName == name {
			return user, err
		}
		before := user.FullName
		user.FullName = name
		if err := tx.SetFullName(user.ID, name); err != nil {
			return user, err
		}
		return user, tx.Record(mindflow.Event{
			Verb: mindflow.UserRenamed, WorkspaceID: user.WorkspaceID,
			Changes: mindflow.Changes{"full_name": {Before: orNone(before), After: orNone(name)}},
		}, actor)
	})
}

// orNone is a text as an event tells it, nil for none.
func orNone(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// DeleteAccount asks for the actor's account to be erased once the grace is
// over. Until then signing in is all it takes to keep it; everything that admits
// anybody ends now.
func (a *App) DeleteAccount(ctx context.Context, actor mindflow.Actor, password, device string) (mindflow.User, error) {
	c, err := a.confirm(ctx, actor, "password", password, device)
	if err != nil {
		return mindflow.User{}, err
	}
	err = a.change(ctx, c, func(tx *store.Tx) error {
		c.user.EraseAt = tx.Now().Add(mindflow.EraseGrace)
		if err := tx.SetEraseAt(c.user.ID, c.user.EraseAt); err != nil {
			return err
		}
		if err := endAll(tx, c.user.ID); err != nil {
			return err
		}
		if err := a.sendNotice(ctx, tx, c.user.ID, mindflow.AccountLeaves); err != nil {
			return err
		}
		return tell(tx, c.user, mindflow.UserLeaving, mindflow.Changes{"erase_at": {After: c.user.EraseAt}}, actor.Channel)
	})
	return c.user, err
}

// KeepAccount takes back that the actor's account is to be erased.
func (a *App) KeepAccount(ctx context.Context, actor mindflow.Actor) (mindflow.User, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return mindflow.User{}, err
	}
	user := mindflow.User{ID: actor.UserID, WorkspaceID: actor.WorkspaceID}
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if user, _, err = tx.LockAccount(mindflow.User{ID: actor.UserID, WorkspaceID: actor.WorkspaceID}); err != nil {
			return err
		}
		if !user.DisabledAt.IsZero() {
			return errAccess
		}
		if user.EraseAt.IsZero() {
			return nil
		}
		was := user.EraseAt
		user.EraseAt = time.Time{}
		if err := tx.SetEraseAt(user.ID, user.EraseAt); err != nil {
			return err
		}
		return tell(tx, user, mindflow.UserKept, mindflow.Changes{"erase_at": {Before: was}}, actor.Channel)
	})
	return user, err
}

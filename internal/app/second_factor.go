package app

import (
	"context"
	"errors"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// appName is what people's apps and passkeys call this program.
const appName = "MindFlow"

var (
	errCodeNeeded = askCode("A code of your second factor is needed besides the password")
	errWrongCode  = askCode("The code is not right, or was used before")
	errFactorOn   = mindflow.Conflict("The second factor is on already; turn it off first to set up another app")
	errFactorOff  = mindflow.Conflict("The second factor is not on")
	errNotBegun   = mindflow.Conflict("No second factor was begun within the hour; begin again")
	errSetupsCode = mindflow.InvalidField("code", "is not right; a code is good for half a minute, and the clock of the device has to be right")
)

func askCode(message string) error {
	return &mindflow.Error{Kind: mindflow.KindUnauthenticated, Message: message, Reason: mindflow.AskSecondFactor}
}

// SecondFactor is the actor's, without its secret.
func (a *App) SecondFactor(ctx context.Context, actor mindflow.Actor) (mindflow.SecondFactor, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return mindflow.SecondFactor{}, err
	}
	f, err := a.store.Factor(ctx, actor.UserID)
	f.Sealed = ""
	return f, err
}

// FactorSetup is what a person gives to an app that makes codes.
type FactorSetup struct {
	Secret  string // to be typed
	Address string // to be read from a picture
}

// BeginSecondFactor makes a secret for the actor's app. It counts once a code has
// shown that the app has it.
func (a *App) BeginSecondFactor(ctx context.Context, actor mindflow.Actor, password, device string) (FactorSetup, error) {
	c, err := a.confirm(ctx, actor, "password", password, device)
	if err != nil {
		return FactorSetup{}, err
	}
	secret := credentials.NewCodeSecret()
	address, err := credentials.CodeAddress(secret, appName, c.user.Email)
	if err != nil {
		return FactorSetup{}, err
	}
	err = a.change(ctx, c, func(tx *store.Tx) error {
		begun, err := tx.BeginFactor(actor.UserID, a.signer.Seal(actor.UserID.String(), secret))
		if err == nil && !begun {
			err = errFactorOn
		}
		return err
	})
	if err != nil {
		return FactorSetup{}, err
	}
	return FactorSetup{credentials.CodeSecretText(secret), address}, nil
}

// ConfirmSecondFactor turns the second factor on that was begun, by a code of it,
// and answers the recovery codes: nobody can read them again.
func (a *App) ConfirmSecondFactor(ctx context.Context, actor mindflow.Actor, code string) ([]string, error) {
	codes := credentials.NewRecoveryCodes()
	plain, _ := credentials.PlainCode(code)
	err := a.changeSigned(ctx, actor, func(tx *store.Tx, user mindflow.User) error {
		f, err := tx.Factor(actor.UserID)
		switch {
		case err != nil:
			return err
		case f.On():
			return errFactorOn
		case f.CreatedAt.IsZero() || tx.Now().Sub(f.CreatedAt) > mindflow.SetupTTL:
			return errNotBegun
		}
		secret, err := a.signer.Open(actor.UserID.String(), f.Sealed)
		if err != nil {
			return errNotBegun
		}
		step, right := credentials.CodeStep(secret, plain, tx.Now())
		if !right {
			return errSetupsCode
		}
		if err := tx.ConfirmFactor(actor.UserID, step); err != nil {
			return err
		}
		if err := tx.SaveRecoveryCodes(actor.UserID, hashed(actor.UserID, codes)); err != nil {
			return err
		}
		return a.announce(ctx, tx, user, mindflow.FactorIsOn, mindflow.FactorOn, actor.Channel)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func hashed(user mindflow.UserID, codes []string) []string {
	hashes := make([]string, len(codes))
	for i, code := range codes {
		hashes[i] = credentials.HashRecoveryCode(user.String(), code)
	}
	return hashes
}

// changeSigned changes the account of an actor who is signed in, as change does,
// where the password has been said a moment ago.
func (a *App) changeSigned(ctx context.Context, actor mindflow.Actor, fn func(tx *store.Tx, user mindflow.User) error) error {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		user, _, err := tx.LockAccount(mindflow.User{ID: actor.UserID, WorkspaceID: actor.WorkspaceID})
		if err != nil {
			return unless(err, errAccess)
		}
		lives, err := tx.Lives(actor.UserID, actor.SessionID)
		switch {
		case err != nil:
			return err
		case !lives || !user.DisabledAt.IsZero():
			return errAccess
		}
		return fn(tx, user)
	})
}

// announce mails a notice of what has happened to an account, or to passkeys of it,
// and tells it in the log.
func (a *App) announce(ctx context.Context, tx *store.Tx, user mindflow.User, notice mindflow.Notice, verb mindflow.Verb, through mindflow.Channel, passkeys ...string) error {
	if err := a.sendNotice(ctx, tx, user.ID, notice, passkeys...); err != nil {
		return err
	}
	return tell(tx, user, verb, nil, through)
}

// RenewRecoveryCodes replaces the actor's recovery codes, and answers the new ones.
func (a *App) RenewRecoveryCodes(ctx context.Context, actor mindflow.Actor, password, device string) ([]string, error) {
	c, err := a.confirm(ctx, actor, "password", password, device)
	if err != nil {
		return nil, err
	}
	codes := credentials.NewRecoveryCodes()
	err = a.change(ctx, c, func(tx *store.Tx) error {
		switch f, err := tx.Factor(actor.UserID); {
		case err != nil:
			return err
		case !f.On():
			return errFactorOff
		}
		if err := tx.SaveRecoveryCodes(actor.UserID, hashed(actor.UserID, codes)); err != nil {
			return err
		}
		return a.announce(ctx, tx, c.user, mindflow.CodesAreNew, mindflow.CodesRenewed, actor.Channel)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// TurnOffSecondFactor has the password alone admit the actor again.
func (a *App) TurnOffSecondFactor(ctx context.Context, actor mindflow.Actor, password, device string) error {
	c, err := a.confirm(ctx, actor, "password", password, device)
	if err != nil {
		return err
	}
	return a.change(ctx, c, func(tx *store.Tx) error {
		switch f, err := tx.Factor(actor.UserID); {
		case err != nil:
			return err
		case !f.On():
			return errFactorOff
		}
		if err := tx.EndFactor(actor.UserID); err != nil {
			return err
		}
		return a.announce(ctx, tx, c.user, mindflow.FactorIsOff, mindflow.FactorOff, actor.Channel)
	})
}

// ResetSecondFactor turns somebody's second factor off who lost it, and if asked
// to takes their passkeys away. It answers whether there was one, and how many.
func (a *App) ResetSecondFactor(ctx context.Context, email string, passkeys bool) (was bool, removed int, err error) {
	err = a.lookAfter(ctx, email, func(tx *store.Tx, user mindflow.User) error {
		f, err := tx.Factor(user.ID)
		if err != nil {
			return err
		}
		was = f.On()
		var names []string
		if passkeys {
			if names, err = tx.RemovePasskeys(user.ID); err != nil {
				return err
			}
		}
		removed = len(names)
		if err := tx.EndFactor(user.ID); err != nil {
			return err
		}
		if was {
			if err := a.announce(ctx, tx, user, mindflow.FactorWasReset, mindflow.FactorOff, mindflow.ThroughSystem); err != nil {
				return err
			}
		}
		if removed > 0 {
			return a.announce(ctx, tx, user, mindflow.PasskeyIsRemoved, mindflow.PasskeyRemoved, mindflow.ThroughSystem, names...)
		}
		return nil
	})
	return was, removed, err
}

// passFactor holds a code against the second factor of a user whose password is
// right and whose row is held. What it refuses with is kept apart from what went
// wrong, since a wrong code is remembered: it is counted before it is looked at,
// so that nothing that races, or asks another server, is looked at uncounted.
func (a *App) passFactor(ctx context.Context, tx *store.Tx, user mindflow.UserID, code string) (refused, err error) {
	f, err := tx.Factor(user)
	switch {
	case err != nil || !f.On():
		return nil, err
	case !f.RestsUntil(tx.Now()).IsZero():
		return errRests(f, tx.Now()), nil
	case code == "":
		return errCodeNeeded, nil
	}
	if a.taken(f, code, tx.Now()) {
		return errWrongCode, nil
	}
	wrong, looked, err := tx.GuessCode(user)
	switch {
	case err != nil:
		return nil, err
	case !looked:
		return errRests(f, tx.Now()), nil
	}
	right, err := a.takeCode(ctx, tx, f, code)
	if err != nil || right {
		return nil, err
	}
	if wrong == mindflow.TellWrongCodes {
		if err := a.sendNotice(ctx, tx, user, mindflow.CodesAreWrong); err != nil {
			return nil, err
		}
	}
	return errWrongCode, nil
}

// errRests refuses a code while none is looked at, right or wrong.
func errRests(f mindflow.SecondFactor, now time.Time) error {
	until := f.RestsUntil(now)
	if until.IsZero() {
		until = now.Add(mindflow.WrongCodesRest)
	}
	return mindflow.TooOften("There were too many wrong codes in a row; none is looked at for a while, not even a right one", until.Sub(now))
}

// taken reports whether a code is right, and was taken before or is older than one
// that was. That is no guess: whoever sends one many times at once gets in once, and
// is not kept out for the rest.
func (a *App) taken(f mindflow.SecondFactor, code string, now time.Time) bool {
	plain, recovery := credentials.PlainCode(code)
	secret, err := a.signer.Open(f.UserID.String(), f.Sealed)
	if err != nil || recovery {
		return false
	}
	step, right := credentials.CodeStep(secret, plain, now)
	return right && step <= f.LastStep
}

// takeCode takes a code, if it is right and was not taken before.
func (a *App) takeCode(ctx context.Context, tx *store.Tx, f mindflow.SecondFactor, code string) (bool, error) {
	plain, recovery := credentials.PlainCode(code)
	if recovery {
		taken, err := tx.TakeRecoveryCode(f.UserID, credentials.HashRecoveryCode(f.UserID.String(), plain))
		if err != nil || !taken {
			return false, err
		}
		return true, a.sendNotice(ctx, tx, f.UserID, mindflow.CodeWasUsed)
	}
	secret, err := a.signer.Open(f.UserID.String(), f.Sealed)
	if errors.Is(err, credentials.ErrSealed) {
		return false, nil // nobody can tell what would be right: a recovery code still is
	}
	step, right := credentials.CodeStep(secret, plain, tx.Now())
	if err != nil || !right {
		return false, err
	}
	return tx.TakeStep(f.UserID, step)
}

// reseal seals secrets anew that another key than the newest has sealed, so that
// the other can be taken away.
func (a *App) reseal(ctx context.Context, total *int) error {
	for after := (mindflow.UserID{}); ; {
		found, err := a.store.SealedOtherwise(ctx, a.signer.SealedBy(), after, sweepBite)
		if err != nil || len(found) == 0 {
			return err
		}
		err = a.bite(ctx, total, func(tx *store.Tx) (n int, err error) {
			for _, f := range found {
				secret, err := a.signer.Open(f.UserID.String(), f.Sealed)
				if err != nil {
					continue // its key is gone
				}
				if err := tx.Reseal(f.UserID, f.Sealed, a.signer.Seal(f.UserID.String(), secret)); err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		})
		if err != nil || len(found) < sweepBite {
			return err
		}
		after = found[len(found)-1].UserID
	}
}

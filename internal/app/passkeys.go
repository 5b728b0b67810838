package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

var (
	errNoPasskeys = mindflow.Conflict("This server's address takes no passkeys: it needs a name and https, named in PUBLIC_URL")
	// errPasskey is the same whatever does not hold, and whether there is such a passkey.
	errPasskey    = mindflow.Unauthenticated("The passkey does not admit anybody here; try again, or sign in with the password")
	errNewPasskey = mindflow.InvalidField("credential", "does not hold; add the passkey again")
	errHasPasskey = mindflow.Conflict("This passkey is there already")
)

// TakesPasskeys reports whether people can sign in by passkeys here.
func (a *App) TakesPasskeys() bool { return a.passkeys != nil }

// Challenges are for one purpose each. Those to add a passkey are for one session.
const toSignIn = "sign in"

func toAdd(actor mindflow.Actor) string {
	return "add " + actor.UserID.String() + " " + actor.SessionID.String()
}

// PasskeyRequest is what a browser is told to sign somebody in by a passkey, as
// JSON. It is the same for everybody: nobody is named, nothing is read.
func (a *App) PasskeyRequest() ([]byte, error) {
	if a.passkeys == nil {
		return nil, errNoPasskeys
	}
	return a.passkeys.Request(a.signer.NewChallenge(toSignIn, mindflow.ChallengeTTL))
}

// PasskeySignIn is what a browser shows to sign in, and from what it does.
type PasskeySignIn struct {
	Answer []byte // of the authenticator, as JSON
	Device string // what the last sign-in from there was answered
	From   mindflow.Origin
}

// SignInByPasskey starts a session by what an authenticator has signed. It has
// verified the person, so that no further factor is asked for.
func (a *App) SignInByPasskey(ctx context.Context, s PasskeySignIn) (Tokens, error) {
	if a.passkeys == nil {
		return Tokens{}, errNoPasskeys
	}
	signature, err := credentials.ReadSignature(s.Answer)
	if err != nil {
		return Tokens{}, errPasskey
	}
	ends, ours := a.signer.ChallengeEnds(signature.Challenge, toSignIn)
	if !ours {
		return Tokens{}, errPasskey
	}
	known, err := a.store.PasskeyOf(ctx, signature.Credential)
	if err != nil {
		return Tokens{}, unless(err, errPasskey)
	}
	signed, copied, err := a.passkeys.Signed(known, signature)
	if err != nil {
		return Tokens{}, errPasskey
	}
	now := a.now()
	session := mindflow.Session{
		ID: mindflow.NewID[mindflow.Session](now), UserID: known.UserID, Origin: s.From,
		CreatedAt: now, ExpiresAt: now.Add(a.settings.RefreshTokenTTL),
	}
	secret, token := newRefreshToken(session.ID, session.ExpiresAt)
	var email string
	var refused bool
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		refused = true
		user, _, err := tx.User(known.UserID)
		if err != nil || !user.DisabledAt.IsZero() {
			return unless(err, nil)
		}
		email = user.Email
		if first, err := tx.SpendChallenge(credentials.HashSecret(string(signature.Challenge)), ends); err != nil || !first {
			return err
		}
		if copied {
			return a.sendNotice(ctx, tx, user.ID, mindflow.PasskeyIsCopied, known.Name)
		}
		if seen, err := tx.SawPasskey(signed); err != nil || !seen {
			return err
		}
		refused = false
		return tx.CreateSession(session, token)
	})
	switch {
	case err != nil:
		return Tokens{}, err
	case refused:
		return Tokens{}, errPasskey
	}
	tokens, err := a.tokens(session, secret, now)
	if err == nil {
		shown := readDevices(s.Device)
		_, device := a.guess(email, shown)
		tokens.Device = a.marked(email, device, shown)
	}
	return tokens, err
}

// Passkeys are the actor's, the oldest first.
func (a *App) Passkeys(ctx context.Context, actor mindflow.Actor) ([]mindflow.Passkey, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return nil, err
	}
	return a.store.Passkeys(ctx, actor.UserID)
}

// BeginPasskey is what a browser is told to make a passkey for the actor, as JSON.
func (a *App) BeginPasskey(ctx context.Context, actor mindflow.Actor, password, device string) ([]byte, error) {
	c, err := a.confirm(ctx, actor, "password", password, device)
	switch {
	case err != nil:
		return nil, err
	case a.passkeys == nil:
		return nil, errNoPasskeys
	}
	has, err := a.store.Passkeys(ctx, actor.UserID)
	if err != nil {
		return nil, err
	}
	if len(has) >= mindflow.MaxPasskeys {
		return nil, errManyPasskeys
	}
	return a.passkeys.Creation(c.user, has, a.signer.NewChallenge(toAdd(actor), mindflow.ChallengeTTL))
}

var errManyPasskeys = mindflow.Conflict(fmt.Sprintf("You have %d passkeys; remove one that is not needed any more", mindflow.MaxPasskeys))

// AddPasskey keeps the passkey that a browser has made. Its challenge shows that
// the password was said in this session a few minutes ago.
func (a *App) AddPasskey(ctx context.Context, actor mindflow.Actor, name string, answer []byte) (mindflow.Passkey, error) {
	if err := can.Own.Within(actor.Scopes); err != nil {
		return mindflow.Passkey{}, err
	}
	name, err := mindflow.ParsePasskeyName(name)
	switch {
	case err != nil:
		return mindflow.Passkey{}, mindflow.InvalidField("name", err.Error())
	case a.passkeys == nil:
		return mindflow.Passkey{}, errNoPasskeys
	}
	made, err := credentials.ReadNewPasskey(answer)
	if err != nil {
		return mindflow.Passkey{}, errNewPasskey
	}
	ends, ours := a.signer.ChallengeEnds(made.Challenge, toAdd(actor))
	if !ours {
		return mindflow.Passkey{}, errNewPasskey
	}
	key, err := a.passkeys.Made(mindflow.User{ID: actor.UserID}, made)
	if err != nil {
		return mindflow.Passkey{}, errNewPasskey
	}
	key.Name = name
	err = a.changeSigned(ctx, actor, func(tx *store.Tx, user mindflow.User) error {
		key.ID, key.CreatedAt = mindflow.NewID[mindflow.Passkey](tx.Now()), tx.Now()
		return a.keepPasskey(ctx, tx, user, key, credentials.HashSecret(string(made.Challenge)), ends, actor.Channel)
	})
	return key, err
}

func (a *App) keepPasskey(ctx context.Context, tx *store.Tx, user mindflow.User, key mindflow.Passkey, challenge string, ends time.Time, through mindflow.Channel) error {
	switch first, err := tx.SpendChallenge(challenge, ends); {
	case err != nil:
		return err
	case !first:
		return errNewPasskey
	}
	switch has, err := tx.Passkeys(user.ID); {
	case err != nil:
		return err
	case len(has) >= mindflow.MaxPasskeys:
		return errManyPasskeys
	}
	switch added, err := tx.AddPasskey(key); {
	case err != nil:
		return err
	case !added:
		return errHasPasskey
	}
	return a.announce(ctx, tx, user, mindflow.PasskeyIsAdded, mindflow.PasskeyAdded, through, key.Name)
}

// RenamePasskey gives one of the actor's passkeys another name, if one is named.
func (a *App) RenamePasskey(ctx context.Context, actor mindflow.Actor, id mindflow.PasskeyID, named mindflow.Field[string]) (mindflow.Passkey, error) {
	name, err := mindflow.ParsePasskeyName(named.Value)
	if err != nil {
		return mindflow.Passkey{}, mindflow.InvalidField("name", err.Error())
	}
	var key mindflow.Passkey
	err = a.changeSigned(ctx, actor, func(tx *store.Tx, user mindflow.User) error {
		has, err := tx.Passkeys(actor.UserID)
		if err != nil {
			return err
		}
		which := slices.IndexFunc(has, func(k mindflow.Passkey) bool { return k.ID == id })
		if which < 0 {
			return mindflow.NotFound("passkey")
		}
		if key = has[which]; !named.Set || key.Name == name {
			return nil
		}
		key.Name = name
		if err := tx.RenamePasskey(actor.UserID, id, name); err != nil {
			return err
		}
		return tell(tx, user, mindflow.PasskeyRenamed, nil, actor.Channel)
	})
	return key, err
}

// RemovePasskey has one of the actor's passkeys admit nobody any more.
func (a *App) RemovePasskey(ctx context.Context, actor mindflow.Actor, id mindflow.PasskeyID, password, device string) error {
	c, err := a.confirm(ctx, actor, "password", password, device)
	if err != nil {
		return err
	}
	return a.change(ctx, c, func(tx *store.Tx) error {
		name, err := tx.RemovePasskey(actor.UserID, id)
		if err != nil {
			return err
		}
		return a.announce(ctx, tx, c.user, mindflow.PasskeyIsRemoved, mindflow.PasskeyRemoved, actor.Channel, name)
	})
}

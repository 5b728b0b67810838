package app

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"strings"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
)

// Limiter holds rates. It always answers, and soon: what it needs may be gone,
// but people are not.
type Limiter interface {
	// Take takes a slot of a key within a rate, if one is free.
	Take(ctx context.Context, key mindflow.LimitKey, rate mindflow.Rate) mindflow.Taken
	// GiveBack frees a slot that was taken.
	GiveBack(ctx context.Context, key mindflow.LimitKey, taken mindflow.Taken)
}

// Limits are how often things may be done.
type Limits struct {
	Changes mindflow.Rate // of a user
	Reads   mindflow.Rate // of a user, previews too
	SignIns mindflow.Rate // and registrations from an address; refreshes of a session
	Guesses mindflow.Rate // of an account's password, from one known device or from all others together
	Mails   mindflow.Rate // to one address
	Clients mindflow.Rate // registrations of programs from a network, documents read for a person, and what it gets wrong at the exchange of tokens
}

// rate is the limit of one kind.
func (l Limits) rate(what mindflow.Limited) mindflow.Rate {
	return [mindflow.LimitedKinds]mindflow.Rate{
		mindflow.LimitedChanges: l.Changes, mindflow.LimitedReads: l.Reads,
		mindflow.LimitedSignIns: l.SignIns, mindflow.LimitedRefreshes: l.SignIns,
		mindflow.LimitedGuesses: l.Guesses, mindflow.LimitedDevice: l.Guesses,
		mindflow.LimitedMails: l.Mails, mindflow.LimitedClients: l.Clients,
	}[what]
}

// refusals say what was too much. They are the same whether or not there is
// such an account.
var refusals = [mindflow.LimitedKinds]string{
	mindflow.LimitedChanges:   "You have changed too much in a short time; try again a little later",
	mindflow.LimitedReads:     "You have asked too often in a short time; try again a little later",
	mindflow.LimitedSignIns:   "There were too many sign-ins from your address; try again a little later",
	mindflow.LimitedRefreshes: "The session was refreshed too often; try again a little later",
	mindflow.LimitedGuesses:   "There were too many wrong passwords for this account; try again later, or from a device that has signed in before",
	mindflow.LimitedDevice:    "There were too many wrong passwords for this account from this device; try again later",
	mindflow.LimitedClients:   "There were too many such requests from you or your network; try again a little later",
	mindflow.LimitedMails:     "There were many mails to this address already; look at the newest one, or try again later",
}

// LimitOf is the rate something is limited to.
func (a *App) LimitOf(what mindflow.Limited) mindflow.Rate { return a.settings.Limits.rate(what) }

// AdmitUser counts a change or a read of the actor, in whatever session, and
// refuses one too many.
func (a *App) AdmitUser(ctx context.Context, actor mindflow.Actor, what mindflow.Limited) (mindflow.Taken, error) {
	return a.take(ctx, mindflow.LimitKey{What: what, Whose: actor.UserID})
}

// networkBits is how much of an IPv6 address counts: a household has the rest to itself.
const networkBits = 64

// AdmitAddress counts what a client does before anybody is known to have
// signed in, and refuses one too many.
func (a *App) AdmitAddress(ctx context.Context, client netip.Addr) (mindflow.Taken, error) {
	return a.take(ctx, ofNetwork(mindflow.LimitedSignIns, client))
}

// ofNetwork is the key of what comes from an address. An IPv6 network of 64 bits
// is one client.
func ofNetwork(what mindflow.Limited, client netip.Addr) mindflow.LimitKey {
	client = client.Unmap()
	if client.Is6() {
		network, _ := client.Prefix(networkBits) // fails for longer ones only
		client = network.Addr()
	}
	key := mindflow.LimitKey{What: what}
	if client.IsValid() {
		key.Whose = client.As16()
	}
	return key
}

// take takes a slot within the limit of the key's kind.
func (a *App) take(ctx context.Context, key mindflow.LimitKey) (mindflow.Taken, error) {
	rate := a.LimitOf(key.What)
	if rate.Off() {
		return mindflow.Taken{Allowed: true}, nil
	}
	taken := a.settings.Limiter.Take(ctx, key, rate)
	a.decided[key.What].count(taken.Allowed)
	if !taken.Allowed {
		return taken, mindflow.TooOften(refusals[key.What], taken.Reset)
	}
	return taken, nil
}

// giveBack frees a slot, also when who asked is gone.
func (a *App) giveBack(ctx context.Context, key mindflow.LimitKey, taken mindflow.Taken) {
	if !a.LimitOf(key.What).Off() {
		a.settings.Limiter.GiveBack(context.WithoutCancel(ctx), key, taken)
	}
}

// ofAccount is the key of an account's quota, by its address: whoever asks, from
// wherever, and whether or not there is such an account.
func ofAccount(what mindflow.Limited, email string, more ...byte) mindflow.LimitKey {
	sum := sha256.Sum256(append(more, accountKey(email)...))
	return mindflow.LimitKey{What: what, Whose: [16]byte(sum[:16])}
}

// accountKey is the form addresses are compared in.
func accountKey(email string) string { return mindflow.Fold(mindflow.Tidy(email)) }

// maxMarks bounds the accounts one device remembers.
const maxMarks = 4

// devices are the marks a client has shown, newest first.
type devices []string

func readDevices(shown string) devices {
	marks := strings.SplitN(shown, ".", maxMarks+1)
	return marks[:min(len(marks), maxMarks)]
}

// DeviceTTL is how long a device is remembered after a sign-in from it.
const DeviceTTL = credentials.DeviceMarkTTL

// guess is the key of the quota for passwords of an account: the device's own
// where it has signed in to the account before, else the one all others share.
func (a *App) guess(email string, shown devices) (mindflow.LimitKey, credentials.Device) {
	account := accountKey(email)
	for _, mark := range shown {
		if d, ok := a.signer.DeviceOf(mark, account); ok {
			return ofAccount(mindflow.LimitedDevice, email, d[:]...), d
		}
	}
	return ofAccount(mindflow.LimitedGuesses, email), credentials.Device{}
}

// marked are the marks to keep after a sign-in: the account's new one first,
// then those of other accounts.
func (a *App) marked(email string, d credentials.Device, shown devices) string {
	account := accountKey(email)
	if d == (credentials.Device{}) {
		d = credentials.NewDevice()
	}
	keep := []string{a.signer.MarkDevice(account, d)}
	for _, mark := range shown {
		if _, same := a.signer.DeviceOf(mark, account); !same && a.signer.Marked(mark) && len(keep) < maxMarks {
			keep = append(keep, mark)
		}
	}
	return strings.Join(keep, ".")
}

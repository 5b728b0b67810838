// Package app holds the use cases: who may do what, by which rules, in which
// transaction. Transports call it; it calls rules and the store.
package app

import (
	"log/slog"
	"time"

	"github.com/maypok86/otter/v2"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Settings are what an App is told from outside.
type Settings struct {
	AccessTokenTTL  time.Duration
	RefreshTokenTTL time.Duration
	// SnapshotTTL bounds how old the facts ranking works on may grow before
	// they are read in full again. Answers are exact without it.
	SnapshotTTL time.Duration
	Quotas      mindflow.Quotas
	// EventRetention is how long the log of a workspace tells each change; zero
	// means for ever.
	EventRetention time.Duration
	Watch          mindflow.Watch // told of what takes long beside the store; may be nil
	// Log is told what whoever runs the server should know; it may be nil.
	Log *slog.Logger
	// Limits are held by the Limiter; without one there are none.
	Limits  Limits
	Limiter Limiter
	// Mailer sends mails; without one there are none. Mailing says to people
	// what it does with them.
	Mailer  Mailer
	Mailing mindflow.Mailing
	// PublicURL is where people reach the web app, for links in mails and for
	// passkeys, which are made for its name.
	PublicURL string
	Signup    mindflow.Signup // open when empty
	// Documents are those that programs publish about themselves; without it they
	// have to register.
	Documents ClientDocuments
}

// App is the product's verbs.
type App struct {
	store       *store.Store
	passwords   *credentials.Passwords
	signer      *credentials.Signer
	passkeys    *credentials.Passkeys // nil where the address takes none
	settings    Settings
	snapshots   *snapshots
	bodies      *bodies
	pages       *pages
	preferences *preferencesCache
	turns       *turns
	checked     *otter.Cache[string, credentials.Claims] // by token: a signature is checked once
	checks      lookups
	uses        *uses
	resources   resources
	decided     [mindflow.LimitedKinds]decisions
}

// maxChecked bounds the tokens whose signatures are known to hold.
const maxChecked = 10_000

// passwordsAtOnce bounds the memory and cores sign-ins take.
const passwordsAtOnce = 2

// New wires the use cases.
func New(s *store.Store, signer *credentials.Signer, settings Settings) *App {
	if settings.Limiter == nil {
		settings.Limits = Limits{}
	}
	passkeys, _ := credentials.NewPasskeys(settings.PublicURL, appName)
	return &App{
		store:       s,
		passwords:   credentials.NewPasswords(passwordsAtOnce),
		signer:      signer,
		passkeys:    passkeys,
		settings:    settings,
		snapshots:   newSnapshots(s, settings.SnapshotTTL, settings.Watch),
		bodies:      newBodies(s),
		pages:       newPages(s),
		preferences: newPreferencesCache(s),
		turns:       newTurns(),
		uses:        newUses(),
		resources:   resourcesAt(settings.PublicURL),
		checked:     otter.Must(&otter.Options[string, credentials.Claims]{MaximumSize: maxChecked}),
	}
}

// now is the present moment, in whole microseconds.
func (a *App) now() time.Time { return a.store.Now() }

// person is who acts, as a transaction's author.
func person(u mindflow.UserID, w mindflow.WorkspaceID, through mindflow.Channel) mindflow.Actor {
	return mindflow.Actor{UserID: u, WorkspaceID: w, Role: mindflow.Owner, Channel: through, Scopes: mindflow.Everything}
}

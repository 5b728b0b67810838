package app

import (
	"context"

	"github.com/maypok86/otter/v2"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// preferencesCache keeps preferences by user; their version, read with each
// request, tells whether they still hold.
type preferencesCache struct {
	store *store.Store
	kept  *otter.Cache[mindflow.UserID, *mindflow.Preferences] // pointers, as the snapshots are: one code for both
	asked lookups
}

const maxPreferences = 10_000

func newPreferencesCache(s *store.Store) *preferencesCache {
	return &preferencesCache{store: s, kept: otter.Must(&otter.Options[mindflow.UserID, *mindflow.Preferences]{MaximumSize: maxPreferences})}
}

// Preferences are the actor's, no older than the request.
func (a *App) Preferences(ctx context.Context, actor mindflow.Actor) (mindflow.Preferences, error) {
	if err := can.Rank.Within(actor.Scopes); err != nil {
		return mindflow.Preferences{}, err
	}
	return a.preferencesOf(ctx, actor)
}

// preferencesOf are the actor's, for whatever the actor may do.
func (a *App) preferencesOf(ctx context.Context, actor mindflow.Actor) (mindflow.Preferences, error) {
	c := a.preferences
	if p, ok := c.kept.GetIfPresent(actor.UserID); ok && p.Version >= actor.PreferencesVersion {
		c.asked.hit()
		return *p, nil
	}
	c.asked.miss()
	p, err := c.store.Preferences(ctx, actor.UserID)
	if err == nil {
		c.kept.Set(actor.UserID, &p)
	}
	return p, err
}

// SetPreferences changes what a draft names, if the result is legal. They hold
// from the next request on.
func (a *App) SetPreferences(ctx context.Context, actor mindflow.Actor, m mindflow.Match, d mindflow.PreferencesDraft) (mindflow.Preferences, error) {
	return write(ctx, a, actor, can.Own, func(tx *store.Tx) (mindflow.Preferences, error) {
		before, err := tx.Preferences(actor.UserID)
		if err != nil {
			return before, err
		}
		if err := m.Check(before.ETag()); err != nil {
			return before, err
		}
		after, err := d.Apply(before)
		if err != nil {
			return before, err
		}
		changes := mindflow.PreferenceChanges(before, after)
		if len(changes) == 0 {
			return before, nil
		}
		return savePreferences(tx, before, after, changes, actor)
	})
}

// savePreferences keeps changed preferences. In another zone people are reminded
// of whole days at other moments.
func savePreferences(tx *store.Tx, before, after mindflow.Preferences, changes mindflow.Changes, actor mindflow.Actor) (mindflow.Preferences, error) {
	if before.Zone.String() != after.Zone.String() {
		if err := moveReminders(tx, before.Zone, after.Zone); err != nil {
			return after, err
		}
	}
	return tx.SavePreferences(after, changes, actor)
}

package app

import (
	"context"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// How long what nobody can use any more is kept, for those who look into what
// happened. Deleted tasks are kept a day longer than they can be restored, so
// that no difference between clocks takes one away that still can.
const (
	keepSessions = 30 * 24 * time.Hour
	keepJobs     = 30 * 24 * time.Hour
	keepLinks    = 24 * time.Hour
	keepUnused   = 24 * time.Hour // clients that nobody has granted anything
	keepDeleted  = mindflow.Restorable + 24*time.Hour
)

// Swept is how much a round of housekeeping took away.
type Swept struct {
	Sessions, RefreshTokens, Grants, GrantTokens, Clients, Codes, Links, Challenges, Jobs, Tasks, Projects, Templates, Events, IdempotencyKeys, Accounts int
	// Resealed are second factors whose secrets the newest key has sealed anew.
	Resealed int
}

// Sweep takes away what is over: accounts that are to be erased, sessions, grants
// and their tokens, clients, codes, links, challenges, jobs, deleted tasks, old events, idempotency keys. It
// goes in bites, and lets people's changes go first.
//
// Nobody could see the tasks that are purged, or bring them back. Their rows were
// the tombstones snapshots learn deletions from; none is so old that it has
// missed them, since a snapshot is read in full again within a day.
func (a *App) Sweep(ctx context.Context) (Swept, error) {
	now := a.now()
	sessions, jobs, deleted := now.Add(-keepSessions), now.Add(-keepJobs), now.Add(-keepDeleted)
	var swept Swept
	for _, step := range []func() error{
		func() error { return a.eraseLeaving(ctx, &swept.Accounts) },
		func() error {
			return a.sweep(ctx, &swept.Sessions, sessions, a.store.OverSessions, (*store.Tx).PurgeSessions)
		},
		func() error {
			return a.sweep(ctx, &swept.RefreshTokens, sessions, a.store.SpentTokens, (*store.Tx).PurgeTokens)
		},
		func() error {
			return a.sweep(ctx, &swept.Grants, sessions, a.store.OverGrants, (*store.Tx).PurgeGrants)
		},
		func() error {
			return a.sweep(ctx, &swept.GrantTokens, sessions, a.store.OverGrantTokens, (*store.Tx).PurgeGrantTokens)
		},
		func() error {
			return a.sweep(ctx, &swept.Codes, now.Add(-keepLinks), a.store.OverCodes, (*store.Tx).PurgeCodes)
		},
		func() error {
			return a.sweep(ctx, &swept.Clients, now.Add(-keepUnused), a.store.UnusedClients, (*store.Tx).PurgeUnusedClients)
		},
		func() error {
			return a.sweep(ctx, &swept.Clients, sessions, a.store.PastClients, (*store.Tx).PurgePastClients)
		},
		func() error {
			return a.sweep(ctx, &swept.Links, now.Add(-keepLinks), a.store.OverLinks, (*store.Tx).PurgeLinks)
		},
		func() error {
			return a.sweep(ctx, &swept.Challenges, now.Add(-keepLinks), a.store.SpentChallenges, (*store.Tx).PurgeChallenges)
		},
		func() error { return a.reseal(ctx, &swept.Resealed) },
		func() error { return a.sweep(ctx, &swept.Jobs, jobs, a.store.OldJobs, (*store.Tx).PurgeJobs) },
		func() error {
			return sweepIn(ctx, a, &swept.Tasks, deleted, a.store.DeletedTasks, (*store.Tx).PurgeTasks)
		},
		func() error {
			return sweepIn(ctx, a, &swept.Projects, deleted, a.store.DeletedProjects, (*store.Tx).PurgeProjects)
		},
		func() error {
			return a.sweep(ctx, &swept.Templates, deleted, a.store.DeletedTemplates, (*store.Tx).PurgeTemplates)
		},
		func() error {
			n, err := a.CompactEvents(ctx)
			swept.Events = n
			return err
		},
		func() error {
			n, err := a.PurgeIdempotencyKeys(ctx)
			swept.IdempotencyKeys = n
			return err
		},
	} {
		if err := step(); err != nil {
			return swept, err
		}
	}
	return swept, nil
}

// sweepBite bounds how many rows are taken away in one transaction.
const sweepBite = 200

// sweep finds names piece by piece and purges each piece.
func (a *App) sweep(ctx context.Context, total *int, before time.Time,
	find func(ctx context.Context, before time.Time, after string, limit int) ([]string, error),
	purge func(tx *store.Tx, names []string, before time.Time) (int, error),
) error {
	for after := ""; ; {
		names, err := find(ctx, before, after, sweepBite)
		if err != nil || len(names) == 0 {
			return err
		}
		err = a.bite(ctx, total, func(tx *store.Tx) (int, error) { return purge(tx, names, before) })
		if err != nil || len(names) < sweepBite {
			return err
		}
		after = names[len(names)-1]
	}
}

// sweepIn does the same for what belongs to workspaces, one after another.
func sweepIn[T any](ctx context.Context, a *App, total *int, before time.Time,
	find func(ctx context.Context, before time.Time, limit int) (map[mindflow.WorkspaceID][]mindflow.ID[T], error),
	purge func(tx *store.Tx, w mindflow.WorkspaceID, ids []mindflow.ID[T], before time.Time) (int, error),
) error {
	for {
		found, err := find(ctx, before, sweepBite)
		if err != nil {
			return err
		}
		n, had := 0, *total
		for workspace, ids := range found {
			n += len(ids)
			err := a.bite(ctx, total, func(tx *store.Tx) (int, error) { return purge(tx, workspace, ids, before) })
			if unless(err, nil) != nil { // the workspace may be gone meanwhile
				return err
			}
		}
		if n < sweepBite || *total == had {
			return nil
		}
	}
}

// bites runs a long piece of work bite by bite, until one is not full, and
// answers how much of it there was.
func (a *App) bites(ctx context.Context, full int, fn func(*store.Tx) (int, error)) (total int, err error) {
	for n := full; n == full && err == nil; {
		had := total
		err = a.bite(ctx, &total, fn)
		n = total - had
	}
	return total, err
}

// bite runs one transaction of a long piece of work, and then rests as long as
// that took while people's changes wait.
func (a *App) bite(ctx context.Context, total *int, fn func(*store.Tx) (int, error)) error {
	began := time.Now() //nolint:forbidigo // a duration, not a moment: the monotonic clock
	n := 0
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = fn(tx)
		return err
	})
	*total += n
	if err == nil && a.store.Crowded() {
		pause(ctx, time.Since(began)) //nolint:forbidigo // as above
	}
	return err
}

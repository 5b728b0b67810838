package app

import (
	"context"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

const (
	compactBite   = 200 // events looked at in one transaction
	compactSearch = 100 // workspaces looked for at a time
)

// CompactEvents takes events older than the retention out of every workspace's
// log, bite by bite, and answers how many it went past. Without a retention it
// keeps them all.
func (a *App) CompactEvents(ctx context.Context) (int, error) {
	total := 0
	if a.settings.EventRetention == 0 {
		return total, nil
	}
	before := a.now().Add(-a.settings.EventRetention)
	var after mindflow.WorkspaceID
	for {
		found, err := a.store.OldLogs(ctx, before, after, compactSearch)
		if err != nil {
			return total, err
		}
		for _, workspace := range found {
			n, err := a.bites(ctx, compactBite, func(tx *store.Tx) (int, error) { return tx.Compact(workspace, before, compactBite) })
			total += n
			if unless(err, nil) != nil { // the workspace may be gone meanwhile
				return total, err
			}
			after = workspace
		}
		if len(found) < compactSearch {
			return total, nil
		}
	}
}

package app

import (
	"context"
	"sync/atomic"

	"mindflow/internal/mindflow"
)

// Census counts users and tasks, of all workspaces: for who runs the server.
func (a *App) Census(ctx context.Context) (mindflow.Census, error) {
	return a.store.Census(ctx, a.now())
}

// CacheUse says how often a cache was asked, and how often it held an answer
// that was good for the version asked for.
type CacheUse struct {
	Name         string
	Hits, Misses int64
}

// CacheUses counts since the App was made.
func (a *App) CacheUses() []CacheUse {
	return []CacheUse{
		a.snapshots.asked.use("snapshots"), a.bodies.asked.use("tasks"), a.pages.asked.use("pages"),
		a.preferences.asked.use("preferences"), a.checks.use("tokens"),
	}
}

// lookups counts how often a cache was asked.
type lookups struct{ hits, misses atomic.Int64 }

func (l *lookups) hit()  { l.hits.Add(1) }
func (l *lookups) miss() { l.misses.Add(1) }

func (l *lookups) use(name string) CacheUse {
	return CacheUse{Name: name, Hits: l.hits.Load(), Misses: l.misses.Load()}
}

// LimitUse says how often a limit admitted, and refused, what was asked for.
type LimitUse struct {
	Name              string
	Admitted, Refused int64
}

// LimitUses counts since the App was made; what is off decides nothing.
func (a *App) LimitUses() []LimitUse {
	uses := make([]LimitUse, mindflow.LimitedKinds)
	for i := range uses {
		uses[i] = LimitUse{mindflow.Limited(i).String(), a.decided[i].admitted.Load(), a.decided[i].refused.Load()}
	}
	return uses
}

// decisions counts those of a limit.
type decisions struct{ admitted, refused atomic.Int64 }

func (d *decisions) count(admitted bool) {
	if admitted {
		d.admitted.Add(1)
	} else {
		d.refused.Add(1)
	}
}

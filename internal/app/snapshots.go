package app

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
	"mindflow/internal/store"
)

// snapshots keep the facts of workspaces in memory. A snapshot answers only a
// request that saw no newer version of its workspace, so no answer is stale,
// on whichever server it is given.
type snapshots struct {
	store *store.Store
	ttl   time.Duration
	watch mindflow.Watch
	kept  *otter.Cache[mindflow.WorkspaceID, *shelf]
	asked lookups
}

// maxSnapshotBytes bounds the memory of all snapshots together.
const maxSnapshotBytes = 48 << 20

func newSnapshots(s *store.Store, ttl time.Duration, watch mindflow.Watch) *snapshots {
	return &snapshots{store: s, ttl: ttl, watch: watch, kept: otter.Must(&otter.Options[mindflow.WorkspaceID, *shelf]{
		MaximumWeight: maxSnapshotBytes,
		Weigher:       func(_ mindflow.WorkspaceID, sh *shelf) uint32 { return sh.bytes() },
	})}
}

// shelf holds the newest snapshot of one workspace; one loader at a time.
type shelf struct {
	loading sync.Mutex
	newest  atomic.Pointer[snapshot]
}

func (sh *shelf) bytes() uint32 {
	n := 1024
	if s := sh.newest.Load(); s != nil {
		// The order a ranking keeps is counted with the facts it ranks.
		n += (1 + s.views.most()) * len(s.facts) * int(unsafe.Sizeof(mindflow.Fact{})+2*unsafe.Sizeof(int64(0)))
	}
	return uint32(min(n, 1<<31))
}

// snapshot is the facts of a workspace at one version, in the order in which
// ties are broken. It never changes.
type snapshot struct {
	version     int64
	preferences mindflow.Version // its owner's at that version; zero when nobody's
	read        time.Time        // when it was last read in full
	facts       []mindflow.Fact  // of all open tasks
	views       views            // what a ranking sees of them
	answers     answers
}

// at answers a snapshot of version atLeast or newer.
func (s *snapshots) at(ctx context.Context, w mindflow.WorkspaceID, atLeast int64, now time.Time) (*snapshot, error) {
	sh, ok := s.kept.GetIfPresent(w)
	if !ok {
		sh, _ = s.kept.SetIfAbsent(w, &shelf{})
	}
	if snap := sh.newest.Load(); s.holds(snap, atLeast, now) {
		s.asked.hit()
		return snap, nil
	}
	s.asked.miss()
	sh.loading.Lock()
	defer sh.loading.Unlock()
	snap := sh.newest.Load()
	if s.holds(snap, atLeast, now) {
		return snap, nil
	}
	fresh, err := s.load(ctx, w, snap, now)
	if err != nil {
		return nil, err
	}
	sh.newest.Store(fresh)
	s.kept.Set(w, sh) // weighed anew
	return fresh, nil
}

func (s *snapshots) holds(snap *snapshot, atLeast int64, now time.Time) bool {
	return snap != nil && snap.version >= atLeast && s.young(snap, now)
}

func (s *snapshots) young(snap *snapshot, now time.Time) bool {
	// Whoever took the moment just before the loader did is as well served.
	return now.Sub(snap.read).Abs() < s.ttl
}

// load reads what changed since the last snapshot, or everything.
func (s *snapshots) load(ctx context.Context, w mindflow.WorkspaceID, last *snapshot, now time.Time) (_ *snapshot, err error) {
	ctx, end := s.watch.Begin(ctx, mindflow.Span{Name: "load snapshot"})
	defer func() { end(err) }()
	if last == nil || !s.young(last, now) {
		changes, err := s.store.Facts(ctx, w, 0)
		if err != nil {
			return nil, err
		}
		facts := slices.Clone(changes.Open) // without the room it grew into: a snapshot stays
		slices.SortFunc(facts, func(a, b mindflow.Fact) int { return a.Compare(&b) })
		fresh := &snapshot{version: changes.Version, preferences: changes.Preferences, read: now, facts: facts}
		fresh.views.over(facts, score.LinksOf(changes.Waiting))
		return fresh, nil
	}
	changes, err := s.store.Facts(ctx, w, last.version)
	if err != nil {
		return nil, err
	}
	fresh := &snapshot{version: changes.Version, preferences: changes.Preferences, read: last.read, facts: patched(last.facts, changes)}
	fresh.views.after(&last.views, fresh.facts, changes)
	return fresh, nil
}

// patched is the facts after changes. What changed is taken out wherever it
// stood, and put in where it belongs.
func patched(facts []mindflow.Fact, c store.FactChanges) []mindflow.Fact {
	compare := func(a, b mindflow.Fact) int { return a.Compare(&b) }
	slices.SortFunc(c.Open, compare)
	out := slices.Concat(c.Open, c.Gone)
	slices.SortFunc(out, compare)
	result := make([]mindflow.Fact, 0, len(facts)+len(c.Open))
	from := 0
	for i := range out {
		at, found := slices.BinarySearchFunc(facts[from:], out[i], compare)
		result = append(result, facts[from:from+at]...)
		from += at
		if found {
			from++
		}
		if len(c.Open) > 0 && c.Open[0].ID == out[i].ID {
			result = append(result, c.Open[0])
			c.Open = c.Open[1:]
		}
	}
	return append(result, facts[from:]...)
}

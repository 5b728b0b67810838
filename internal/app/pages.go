package app

import (
	"context"
	"fmt"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// pages keep which tasks were on a page of a list, and the version of the
// workspace at which that was so. A request that saw no newer version reads
// nothing. Lists by status look at the clock, and are not kept.
type pages struct {
	store *store.Store
	kept  *otter.Cache[pageKey, pageRefs]
	asked lookups // for lists that are kept
}

// pageKey is a query but for its moment.
type pageKey struct {
	workspace            mindflow.WorkspaceID
	zone, search, filter string
	project              mindflow.InProject
	parent               mindflow.Beneath
	shelved              mindflow.Shelved
	order                mindflow.Order
	limit                int
	after                mindflow.Place
	first                bool
}

// pageRefs are the tasks of a page, and the version of the workspace at which
// they surely were.
type pageRefs struct {
	refs []mindflow.TaskRef
	asOf int64
}

// maxPageBytes bounds the memory of all pages together.
const maxPageBytes = 4 << 20

func newPages(s *store.Store) *pages {
	return &pages{store: s, kept: otter.Must(&otter.Options[pageKey, pageRefs]{
		MaximumWeight: maxPageBytes,
		Weigher: func(k pageKey, p pageRefs) uint32 {
			n := int(unsafe.Sizeof(k)+unsafe.Sizeof(p)) + len(k.search) + len(k.filter) + len(k.after.Text) +
				len(p.refs)*int(unsafe.Sizeof(mindflow.TaskRef{}))
			return uint32(n) //nolint:gosec // a page is small
		},
	})}
}

// of answers the refs of a page, no older than version seen of the workspace.
// They are shared: whoever gets them must not change them.
func (p *pages) of(ctx context.Context, w mindflow.WorkspaceID, q mindflow.TaskQuery, seen int64) (pageRefs, error) {
	key, keep := keyOf(w, q), len(q.Statuses) == 0
	if known, ok := p.kept.GetIfPresent(key); keep && ok && known.asOf >= seen {
		p.asked.hit()
		return known, nil
	}
	if keep {
		p.asked.miss()
	}
	refs, err := p.store.ListTasks(ctx, w, q)
	read := pageRefs{refs, seen}
	if err == nil && keep {
		p.kept.Set(key, read)
	}
	return read, err
}

func keyOf(w mindflow.WorkspaceID, q mindflow.TaskQuery) pageKey {
	key := pageKey{workspace: w, zone: q.Zone.String(), search: q.SearchKey, project: q.Project, parent: q.Parent, shelved: q.Shelved, order: q.Order, limit: q.Limit, first: q.After == nil}
	if q.After != nil {
		key.after = *q.After
	}
	if len(q.Priorities)+len(q.TagKeys) > 0 || q.Blocked.Set || !q.DueFrom.IsZero() || !q.DueBefore.IsZero() {
		key.filter = fmt.Sprintf("%v %q %v %d %d", q.Priorities, q.TagKeys, q.Blocked, q.DueFrom.UnixMicro(), q.DueBefore.UnixMicro())
	}
	return key
}

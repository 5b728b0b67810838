package app

import (
	"sync"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
	"mindflow/internal/store"
)

// maxViews bounds for how many zones a snapshot keeps what a ranking sees: those
// of its people, and a cursor may bring another.
const maxViews = 2

// views are what rankings see of a snapshot's facts, by zone. Where no task waits
// for another that is all of them, in every zone.
type views struct {
	links *score.Links
	whole *score.View // while there are no links

	mu   sync.Mutex
	kept map[string]*score.View
}

// most is how many views of its own a snapshot may come to keep.
func (v *views) most() int {
	if v.links == nil {
		return 0
	}
	return maxViews
}

// over makes the views those of facts under links.
func (v *views) over(facts []mindflow.Fact, links *score.Links) {
	if v.links = links; links == nil {
		v.whole = &score.View{Facts: facts}
	}
}

// of is what a ranking sees of the facts in a zone.
func (v *views) of(facts []mindflow.Fact, z mindflow.Zone) *score.View {
	if v.links == nil {
		return v.whole
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	view := v.kept[z.String()]
	if view == nil {
		view = v.links.ViewOf(facts, z)
		v.keep(z.String(), view)
	}
	return view
}

func (v *views) keep(zone string, view *score.View) {
	if v.kept == nil {
		v.kept = make(map[string]*score.View, maxViews)
	}
	if len(v.kept) < maxViews {
		v.kept[zone] = view
	}
}

// after makes the views those after changes, which have led to the facts. While
// no change concerns a task that waits or is waited for, what was seen is patched
// as the facts are; else it is found anew when somebody asks.
func (v *views) after(last *views, facts []mindflow.Fact, c store.FactChanges) {
	if last.links == nil && len(c.Waiting) == 0 {
		v.over(facts, nil)
		return
	}
	changed := make([]mindflow.TaskID, 0, len(c.Open)+len(c.Gone))
	linked := len(c.Waiting) > 0
	for _, of := range [...][]mindflow.Fact{c.Open, c.Gone} {
		for i := range of {
			changed = append(changed, of[i].ID)
			linked = linked || last.links.Has(of[i].ID)
		}
	}
	if linked {
		v.over(facts, last.links.After(changed, c.Waiting))
		return
	}
	v.over(facts, last.links)
	last.mu.Lock()
	defer last.mu.Unlock()
	for zone, view := range last.kept {
		v.keep(zone, view.Among(facts, func(seen []mindflow.Fact) []mindflow.Fact { return patched(seen, c) }))
	}
}

// view is what a ranking in a zone sees.
func (s *snapshot) view(z mindflow.Zone) *score.View { return s.views.of(s.facts, z) }

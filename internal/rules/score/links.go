package score

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"mindflow/internal/mindflow"
)

// Links say which open tasks wait for which. They do not change once made, so
// snapshots share them. Nil are those of tasks of which none waits.
type Links struct {
	waiting map[mindflow.TaskID][]mindflow.TaskID
	nodes   map[mindflow.TaskID]int32 // whoever waits or is waited for, numbered
	ids     []mindflow.TaskID         // by node
	blocks  [][]int32                 // by node: the nodes it waits for
	count   int                       // how many links there are
}

// LinksOf are the links of open tasks.
func LinksOf(waiting []mindflow.Waiting) *Links { return (*Links)(nil).After(nil, waiting) }

// After is the links after some tasks have changed: what those wait for that are
// open and wait, no others. Links that stay the same are the same pointer.
func (l *Links) After(changed []mindflow.TaskID, waiting []mindflow.Waiting) *Links {
	var now map[mindflow.TaskID][]mindflow.TaskID
	if l != nil {
		now = maps.Clone(l.waiting)
	} else {
		now = make(map[mindflow.TaskID][]mindflow.TaskID, len(waiting))
	}
	for _, id := range changed {
		delete(now, id)
	}
	for _, w := range waiting {
		now[w.Task] = w.For
	}
	switch {
	case len(now) == 0:
		return nil
	case l != nil && maps.EqualFunc(l.waiting, now, slices.Equal[[]mindflow.TaskID]):
		return l
	}
	return numbered(now)
}

// numbered gives each task that waits or is waited for a number.
func numbered(waiting map[mindflow.TaskID][]mindflow.TaskID) *Links {
	most := 2 * len(waiting)
	l := &Links{
		waiting: waiting, nodes: make(map[mindflow.TaskID]int32, most),
		ids: make([]mindflow.TaskID, 0, most), blocks: make([][]int32, 0, most),
	}
	for _, blockers := range waiting {
		l.count += len(blockers)
	}
	all := make([]int32, 0, l.count)
	node := func(id mindflow.TaskID) int32 {
		n, known := l.nodes[id]
		if !known {
			n = int32(len(l.ids)) //nolint:gosec // a workspace has fewer tasks
			l.nodes[id], l.ids, l.blocks = n, append(l.ids, id), append(l.blocks, nil)
		}
		return n
	}
	for id, blockers := range waiting {
		from := len(all)
		for _, blocker := range blockers {
			all = append(all, node(blocker))
		}
		l.blocks[node(id)] = all[from:]
	}
	return l
}

// Has reports whether a task waits or is waited for.
func (l *Links) Has(id mindflow.TaskID) bool {
	if l == nil {
		return false
	}
	_, has := l.nodes[id]
	return has
}

// View is what somebody's ranking sees of the facts: without those that are
// blocked, and with the due date each goes by. It does not change once made.
type View struct {
	Facts  []mindflow.Fact // in the order of Fact.Compare
	linked []Linked        // in the same order: those that links make different
}

// Linked is a task that is blocked, or more urgent because another waits for it.
type Linked struct {
	Fact     mindflow.Fact // with the due date it goes by
	From     Ref           // whose due date that is; zero: its own
	WaitsFor []Ref         // open: while there is one, the task is blocked
}

// Ref names one state of a task.
type Ref struct {
	ID      mindflow.TaskID
	Version mindflow.Version
}

func refTo(f *mindflow.Fact) Ref { return Ref{f.ID, f.Version} }

// Inherits reports whether the due date is that of a task that waits for it, From.
func (l *Linked) Inherits() bool { return l != nil && !l.From.ID.IsZero() }

// Blocked reports whether something the task waits for is open.
func (l *Linked) Blocked() bool { return l != nil && len(l.WaitsFor) > 0 }

// Of is what links make of a task; nil where they change nothing.
func (v *View) Of(f *mindflow.Fact) *Linked {
	at, found := slices.BinarySearchFunc(v.linked, f, func(l Linked, f *mindflow.Fact) int { return l.Fact.Compare(f) })
	if !found {
		return nil
	}
	return &v.linked[at]
}

// Among is the view after changes of tasks that no links concern: facts are all
// of them now, and seen patches what the ranking saw.
func (v *View) Among(facts []mindflow.Fact, seen func([]mindflow.Fact) []mindflow.Fact) *View {
	if len(v.linked) == 0 {
		return &View{Facts: facts}
	}
	return &View{seen(v.Facts), v.linked}
}

// ViewOf is what the ranking of somebody in a zone sees of the facts of all open
// tasks, which are in the order of Fact.Compare. A task that waits for one of
// them is left out, and each goes by the due date that ends first among its own
// and those of whatever waits for it, directly or through others.
//
// That is the greatest urgency of all of them at every moment. Let a due date
// end at E, an instant at itself and a day d when d+1 starts, and let D be its
// day, that of an instant being the latest one that has started by then. Then of
// two due dates, the lesser by (E, D) is at least as urgent at every moment:
//
//   - It is overdue from E on, so not later than the other.
//   - Before that, urgency falls with the days from today to D, and its D is not
//     the later one. Of two days, or of two instants, the greater E never goes
//     with the lesser D, and of equal E the lesser D comes first (two days end
//     together where one is skipped). A day d that ends at or before an instant
//     has D = d, and the instant's day is d+1 or later, since that has started.
//     An instant before the end of d is before the start of d+1, so its day is
//     not after d.
//
// Days start at other instants in other zones; so it is another view there.
func (l *Links) ViewOf(facts []mindflow.Fact, z mindflow.Zone) *View {
	if l == nil {
		return &View{Facts: facts}
	}
	place, present := l.places(facts)
	holder := l.holders(deadlines(facts, place, present, z))
	v := &View{linked: make([]Linked, 0, len(present))}
	at := make([]int32, 0, len(present)) // where in the facts each of these stands
	refs := make([]Ref, 0, l.count)
	for _, n := range present {
		linked := goingBy(facts[place[n]], facts, place, holder[n])
		from := len(refs)
		for _, blocker := range l.blocks[n] {
			if place[blocker] != absent {
				refs = append(refs, refTo(&facts[place[blocker]]))
			}
		}
		if linked.WaitsFor = refs[from:]; linked.Blocked() || linked.Inherits() {
			v.linked, at = append(v.linked, linked), append(at, place[n])
		}
	}
	v.see(facts, at)
	return v
}

// see makes a view's facts of all of them. Linked ones stand at the places at.
func (v *View) see(facts []mindflow.Fact, at []int32) {
	if len(at) == 0 {
		v.Facts = facts
		return
	}
	v.Facts = make([]mindflow.Fact, 0, len(facts))
	next := int32(0)
	for i, place := range at {
		v.Facts = append(v.Facts, facts[next:place]...)
		if next = place + 1; !v.linked[i].Blocked() {
			v.Facts = append(v.Facts, v.linked[i].Fact)
		}
	}
	v.Facts = append(v.Facts, facts[next:]...)
}

// places are where in the facts each node stands, absent for one that is not
// open, and the nodes that are, in the order of the facts.
func (l *Links) places(facts []mindflow.Fact) (place, present []int32) {
	place = make([]int32, len(l.ids))
	for n := range place {
		place[n] = absent
	}
	for i := range facts {
		if n, linked := l.nodes[facts[i].ID]; linked {
			place[n] = int32(i)
			present = append(present, n)
		}
	}
	return place, present
}

const absent = -1

// goingBy is a task with the due date of the one at holder, if any.
func goingBy(f mindflow.Fact, facts []mindflow.Fact, place []int32, holder int32) Linked {
	linked := Linked{Fact: f}
	if holder == absent {
		return linked
	}
	from := &facts[place[holder]]
	if f.DueAt != from.DueAt || f.DueOn != from.DueOn {
		linked.Fact.DueAt, linked.Fact.DueOn = from.DueAt, from.DueOn
		linked.From = refTo(from)
	}
	return linked
}

// deadline is where the due date of a node comes among others: by when it ends,
// then by its day, with instants last: whatever day ends there is before theirs.
type deadline struct {
	end, day int64
	node     int32
}

// deadlines are those of the nodes that have one, the earliest first, and of
// equal ones the oldest task's.
func deadlines(facts []mindflow.Fact, place, present []int32, z mindflow.Zone) []deadline {
	c := clock{zone: z}
	var all []deadline
	for _, n := range present {
		switch f := &facts[place[n]]; {
		case f.DueOn != mindflow.NoDay:
			all = append(all, deadline{c.dayStart(f.DueOn + 1), int64(f.DueOn), n})
		case f.DueAt != mindflow.NoInstant:
			all = append(all, deadline{f.DueAt, math.MaxInt64, n})
		}
	}
	slices.SortFunc(all, func(a, b deadline) int {
		return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.day, b.day), cmp.Compare(place[a.node], place[b.node]))
	})
	return all
}

// holders are, for each node, the one with the earliest deadline among itself and
// what waits for it, directly or through others; absent where none has any. From
// the earliest deadline on, each goes to all that holds its task up and has none
// yet: where one has been, all behind it has one, so no link is followed twice,
// in circles neither. What is not open waits for nothing here, so none goes on
// from there.
func (l *Links) holders(deadlines []deadline) []int32 {
	holder := make([]int32, len(l.ids))
	for n := range holder {
		holder[n] = absent
	}
	var reached []int32
	for _, d := range deadlines {
		if holder[d.node] != absent {
			continue
		}
		holder[d.node] = d.node
		for reached = append(reached[:0], d.node); len(reached) > 0; {
			last := len(reached) - 1
			blocks := l.blocks[reached[last]]
			reached = reached[:last]
			for _, n := range blocks {
				if holder[n] == absent {
					holder[n] = d.node
					reached = append(reached, n)
				}
			}
		}
	}
	return holder
}

package score

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
)

// naiveLinks finds by brute force what waits for what.
type naiveLinks struct {
	*naive

	waits map[mindflow.TaskID][]mindflow.TaskID
}

// blocked reports whether something a task waits for is open.
func (n *naiveLinks) blocked(id mindflow.TaskID) bool {
	return slices.ContainsFunc(n.waits[id], func(blocker mindflow.TaskID) bool { return n.index(blocker) >= 0 })
}

func (n *naiveLinks) index(id mindflow.TaskID) int {
	return slices.IndexFunc(n.facts, func(f mindflow.Fact) bool { return f.ID == id })
}

// behind are the open tasks that wait for one, directly or through open others.
func (n *naiveLinks) behind(id mindflow.TaskID, known map[mindflow.TaskID]bool) map[mindflow.TaskID]bool {
	for _, f := range n.facts {
		if !known[f.ID] && slices.Contains(n.waits[f.ID], id) {
			known[f.ID] = true
			n.behind(f.ID, known)
		}
	}
	return known
}

// urgent is the greatest urgency of a task and those behind it at a moment.
func (n *naiveLinks) urgent(id mindflow.TaskID, at time.Time) mindflow.Hundredths {
	most := mindflow.Hundredths(-1)
	for behind := range n.behind(id, map[mindflow.TaskID]bool{id: true}) {
		i := n.index(behind)
		most = max(most, n.entry(n.facts[i], n.dueDay[i], n.p.Zone.Today(at), at).reasoning.DeadlineUrgency)
	}
	return most
}

// ranked is the whole answer at a moment: what is not blocked, each as urgent as
// the most urgent behind it.
func (n *naiveLinks) ranked(at time.Time, v *View) []entry {
	var list []entry
	for _, e := range n.naive.ranked(at) {
		if n.blocked(e.id) {
			continue
		}
		f, today := n.facts[n.index(e.id)], n.p.Zone.Today(at)
		if most := n.urgent(e.id, at); most > e.reasoning.DeadlineUrgency {
			f.DueAt, f.DueOn = mindflow.NoInstant, dueFor(most, today)
			e = n.entry(f, f.DueOn, today, at)
		}
		if l := v.Of(&f); l.Inherits() { // whose it is says the view: that is another test's matter
			e.reasoning = e.reasoning.Because(mindflow.TaskName{ID: l.From.ID})
		}
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.createdAt, b.createdAt), slices.Compare(a.id[:], b.id[:]))
	})
	return list
}

// dueFor is a day with an urgency.
func dueFor(urgency mindflow.Hundredths, today mindflow.Day) mindflow.Day {
	return today + map[mindflow.Hundredths]mindflow.Day{125: -1, 100: 0, 75: 1, 50: 7, 25: 8}[urgency]
}

// linkedWorld is a world in which tasks wait for each other, for some that are
// not open, and in circles.
type linkedWorld struct {
	*world

	waiting []mindflow.Waiting
}

func drawLinkedWorld(t *rapid.T) *linkedWorld {
	w := &linkedWorld{world: drawWorld(t)}
	some := make([]mindflow.TaskID, 0, len(w.facts)+2)
	for i := range len(w.facts) + 2 {
		some = append(some, someFact(i).ID) // the last two are not open
	}
	for _, f := range w.mixed {
		if f.ID[15]%2 == 0 && rapid.Bool().Draw(t, "is alone") {
			continue
		}
		blockers := rapid.SliceOfNDistinct(rapid.SampledFrom(some), 0, 3, rapid.ID).Draw(t, "blockers")
		if blockers = slices.DeleteFunc(blockers, func(id mindflow.TaskID) bool { return id == f.ID }); len(blockers) > 0 {
			w.waiting = append(w.waiting, mindflow.Waiting{Task: f.ID, For: blockers})
		}
	}
	return w
}

func (w *linkedWorld) String() string { return fmt.Sprintf("%s\n%v", w.world, w.waiting) }

func (w *linkedWorld) naive() *naiveLinks {
	n := &naiveLinks{newNaive(w.facts, w.p), map[mindflow.TaskID][]mindflow.TaskID{}}
	for _, waiting := range w.waiting {
		n.waits[waiting.Task] = waiting.For
	}
	return n
}

// listOf is a ranking of a view, as an answer shows it.
func (w *world) listOf(v *View, r Ranking) []entry {
	m := At(w.p, w.now)
	var list []entry
	for _, placed := range r.Order {
		f := &v.Facts[placed.Index]
		e := entry{f.ID, f.CreatedAt, placed.Score, m.Reasoning(f)}
		if l := v.Of(f); l.Inherits() {
			e.reasoning = e.reasoning.Because(mindflow.TaskName{ID: l.From.ID})
		}
		list = append(list, e)
	}
	return list
}

// graphs is how many random graphs are held against brute force.
const graphs = 2000

// The law of links, in 32 places, in many of which the clock changes: the ranking
// leaves out what is blocked, and each task is at every moment as urgent as the
// most urgent that waits for it. It holds exactly until it says. Fails when days
// and instants are compared by the start of the day, when equal ends are not told
// apart by their day, and when a later deadline goes where an earlier has been.
func TestEachTaskIsAsUrgentAsTheMostUrgentThatWaitsForIt(t *testing.T) {
	rounds := 0
	for rounds < graphs {
		rapid.Check(t, func(t *rapid.T) {
			rounds++
			w := drawLinkedWorld(t)
			v, n := LinksOf(w.waiting).ViewOf(w.facts, w.p.Zone), w.naive()
			ranking, best := Rank(v.Facts, w.p, w.now), FindBest(v.Facts, w.p, w.now)
			want := n.ranked(w.now, v)
			if diff := gocmp.Diff(want, w.listOf(v, ranking), gocmp.AllowUnexported(entry{})); diff != "" {
				t.Fatalf("%s\n%s", diff, w)
			}
			if len(want) > 0 && v.Facts[best.Index].ID != want[0].id || len(want) == 0 && best.Index >= 0 {
				t.Fatalf("best %+v\n%s", best, w)
			}
			if rounds%4 > 0 {
				return // the spans take most of the time
			}
			checkSpan(t, w.world, best.ValidUntil, func(at time.Time) []entry { return first(n.ranked(at, v)) })
			checkSpan(t, w.world, ranking.ValidUntil, func(at time.Time) []entry { return n.ranked(at, v) })
		})
		if t.Failed() {
			return
		}
	}
}

// Of tasks that are equally urgent at every moment the task itself comes first,
// then the oldest that waits for it.
func TestItSaysWhoseUrgencyItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawLinkedWorld(t)
		v, n := LinksOf(w.waiting).ViewOf(w.facts, w.p.Zone), w.naive()
		for _, f := range w.facts {
			l := v.Of(&f)
			if l.Blocked() != n.blocked(f.ID) {
				t.Fatalf("%s is blocked: %v\n%s", f.ID, l.Blocked(), w)
			}
			if slices.ContainsFunc(v.Facts, func(seen mindflow.Fact) bool { return seen.ID == f.ID }) == n.blocked(f.ID) {
				t.Fatalf("%s is seen though blocked, or the other way round\n%s", f.ID, w)
			}
			goesBy := f
			if l != nil {
				goesBy = l.Fact
			}
			from := mindflow.TaskID{}
			if l.Inherits() {
				from = l.From.ID
			}
			behind := n.behind(f.ID, map[mindflow.TaskID]bool{f.ID: true})
			oldest := slices.IndexFunc(w.facts, func(o mindflow.Fact) bool {
				return behind[o.ID] && o.DueAt == goesBy.DueAt && o.DueOn == goesBy.DueOn
			})
			own := f.DueAt == goesBy.DueAt && f.DueOn == goesBy.DueOn
			if own != from.IsZero() || !own && w.facts[oldest].ID != from {
				t.Fatalf("%s goes by the due date of %s\n%s", f.ID, from, w)
			}
		}
	})
}

// What is patched is what would be found anew. Fails when links are compared by
// their number, or when a change to a task that is only waited for is passed over.
func TestLinksAfterChangesAreThoseFoundAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawLinkedWorld(t), drawLinkedWorld(t)
		var changed []mindflow.TaskID
		for i := range 9 {
			changed = append(changed, someFact(i).ID)
		}
		old := LinksOf(before.waiting)
		patched, anew := old.After(changed, after.waiting), LinksOf(after.waiting)
		if (patched == nil) != (anew == nil) {
			t.Fatalf("%v after %v", after, before)
		}
		x, y := patched.ViewOf(after.facts, after.p.Zone), anew.ViewOf(after.facts, after.p.Zone)
		if diff := gocmp.Diff(y, x, gocmp.AllowUnexported(View{})); diff != "" {
			t.Fatal(diff)
		}
		for i := range 9 {
			if id := someFact(i).ID; patched.Has(id) != anew.Has(id) {
				t.Fatalf("%s", id)
			}
		}
		if same := patched.After(changed, after.waiting); same != patched {
			t.Fatal("links that stay the same are others")
		}
	})
}

// A day ends for somebody when the next starts there, before an instant or after
// it; two days end together where one of them is skipped.
func TestWhichDueDateCountsHangsOnTheZone(t *testing.T) {
	day, at := date(t, "2026-11-27"), instant(t, "2026-11-28T02:00:00Z").UnixMicro()
	facts := []mindflow.Fact{someFact(0), someFact(1), someFact(2)}
	facts[1].DueOn, facts[2].DueAt = day, at
	links := LinksOf([]mindflow.Waiting{{Task: facts[1].ID, For: []mindflow.TaskID{facts[0].ID}}, {Task: facts[2].ID, For: []mindflow.TaskID{facts[0].ID}}})
	for name, want := range map[string]int{"Europe/Berlin": 1, "America/New_York": 2} {
		if from := links.ViewOf(facts, zone(t, name)).Of(&facts[0]).From.ID; from != facts[want].ID {
			t.Errorf("in %s it is the due date of %s", name, from)
		}
	}
	facts[1].DueOn, facts[2].DueAt, facts[2].DueOn = date(t, "2011-12-30"), mindflow.NoInstant, date(t, "2011-12-29") // the 30th was skipped
	if from := links.ViewOf(facts, zone(t, "Pacific/Apia")).Of(&facts[0]).From.ID; from != facts[2].ID {
		t.Errorf("of two days that end together it is the due date of %s", from)
	}
}

// linkedFacts are many mixed tasks of which so many wait or are waited for, in
// chains of five.
func linkedFacts(now time.Time, linked int) ([]mindflow.Fact, []mindflow.Waiting) {
	facts := mixedFacts(now)
	r := rand.New(rand.NewPCG(3, 4))
	order := r.Perm(len(facts))[:linked]
	var waiting []mindflow.Waiting
	for i := 1; i < linked; i++ {
		if i%5 > 0 {
			waiting = append(waiting, mindflow.Waiting{Task: facts[order[i]].ID, For: []mindflow.TaskID{facts[order[i-1]].ID}})
		}
	}
	return facts, waiting
}

func BenchmarkLinks(b *testing.B) {
	zone, err := mindflow.LoadZone("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 3, 27, 9, 17, 0, 0, time.UTC)
	p := mindflow.DefaultPreferences(zone)
	facts, waiting := linkedFacts(now, 2000)
	links := LinksOf(waiting)
	b.Run("a view of 10,000 of which 2,000 are linked", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			links.ViewOf(facts, zone)
		}
	})
	b.Run("links after a change", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			links.After([]mindflow.TaskID{waiting[0].Task}, nil)
		}
	})
	b.Run("best of the view", func(b *testing.B) {
		b.ReportAllocs()
		view := links.ViewOf(facts, zone)
		for b.Loop() {
			FindBest(view.Facts, p, now)
		}
	})
}

package score

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
)

// places are zones, each with a day before one of the oddities of its clock
// (or any day, where there is none).
var places = []struct{ zone, before string }{
	{"UTC", "2026-11-25"},
	{"Europe/Berlin", "2026-03-28"},
	{"Europe/Berlin", "2040-12-30"}, // New Year's Eve of a leap year far ahead: golang/go#81583
	{"America/New_York", "2040-12-29"},
	{"Europe/Berlin", "2026-10-24"},
	{"Europe/Dublin", "2026-10-24"},
	{"America/New_York", "2026-03-07"},
	{"America/Havana", "2026-03-07"}, // no midnight
	{"America/Havana", "2026-10-31"},
	{"America/Santiago", "2026-09-05"}, // no midnight
	{"America/Santiago", "2026-04-04"}, // 23:00 twice
	{"America/Sao_Paulo", "2018-11-03"},
	{"America/Asuncion", "2023-09-30"},
	{"America/Caracas", "2016-04-30"},  // half an hour
	{"America/St_Johns", "2006-10-28"}, // falls back at 0:01
	{"Africa/Cairo", "2026-04-23"},
	{"Africa/Casablanca", "2026-02-14"},
	{"Africa/Monrovia", "1972-01-06"}, // 44 minutes and 30 seconds
	{"Antarctica/Troll", "2026-03-28"},
	{"Asia/Beirut", "2026-03-28"},
	{"Asia/Kathmandu", "1985-12-31"}, // a quarter of an hour
	{"Asia/Kolkata", "2026-11-25"},
	{"Asia/Pyongyang", "2018-05-04"},
	{"Asia/Tehran", "2022-03-21"},
	{"Australia/Lord_Howe", "2026-04-04"}, // half an hour
	{"Australia/Lord_Howe", "2026-10-03"},
	{"Pacific/Apia", "2011-12-29"},       // a day skipped
	{"Pacific/Kiritimati", "1994-12-30"}, // a day skipped
	{"Pacific/Kwajalein", "1993-08-19"},  // a day skipped
	{"Pacific/Chatham", "2026-09-26"},
	{"America/Juneau", "1867-10-17"}, // a day twice, offsets with seconds
	{"Asia/Manila", "1844-12-29"},    // a day skipped, offsets with seconds
}

// world is somebody's tasks, close to the moments at which something happens.
type world struct {
	facts []mindflow.Fact // in the order of Fact.Compare
	mixed []mindflow.Fact // the same in any order
	p     mindflow.Preferences
	today mindflow.Day
	now   time.Time
}

func (w *world) String() string {
	return fmt.Sprintf("%s at %s, %+v\n%+v", w.p.Zone, w.now.Format(time.RFC3339Nano), w.p, w.facts)
}

func drawWorld(t *rapid.T) *world {
	place := rapid.SampledFrom(places).Draw(t, "place")
	z, err := mindflow.LoadZone(place.zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("2006-01-02", place.before)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{p: drawPreferences(t, z), today: mindflow.DayOf(at)}
	w.now = w.drawInstant(t, "now", -9, 2).Add(rapid.SampledFrom([]time.Duration{0, 0, -time.Microsecond, time.Microsecond, 500, -500}).Draw(t, "now fraction"))
	for i := range rapid.IntRange(0, 7).Draw(t, "tasks") {
		w.mixed = append(w.mixed, w.drawFact(t, i))
	}
	w.mixed = rapid.Permutation(w.mixed).Draw(t, "order")
	w.facts = slices.Clone(w.mixed)
	slices.SortFunc(w.facts, func(a, b mindflow.Fact) int { return a.Compare(&b) })
	return w
}

func drawPreferences(t *rapid.T, z mindflow.Zone) mindflow.Preferences {
	p := mindflow.DefaultPreferences(z)
	p.Weights = rapid.SampledFrom([]mindflow.Weights{
		p.Weights, p.Weights,
		{Urgency: 40_00, Priority: 10_00, Effort: 10_00, TimeOfDayBonus: 50},
		{Urgency: 40_00, Priority: 10_00, Effort: 10_00},
		{Urgency: 1_00, Effort: 1_00, TimeOfDayBonus: 25},
		{Urgency: 33_33, Priority: 1, Effort: 7, TimeOfDayBonus: 7},
		{Priority: 10_00, TimeOfDayBonus: 10},
		{TimeOfDayBonus: 10},
		{Urgency: mindflow.MaxWeight, Priority: mindflow.MaxWeight, Effort: mindflow.MaxWeight, TimeOfDayBonus: mindflow.MaxBonus},
	}).Draw(t, "weights")
	p.Windows = rapid.SampledFrom([]mindflow.Windows{
		p.Windows, p.Windows,
		{Morning: wall(0, 0, 24, 0), Afternoon: wall(0, 0, 0, 1), Evening: wall(23, 0, 0, 0)},
		{Morning: wall(24, 0, 6, 0), Afternoon: wall(2, 0, 3, 0), Evening: wall(22, 0, 2, 30)},
		{Morning: wall(1, 30, 2, 0), Afternoon: wall(0, 1, 0, 0), Evening: wall(23, 0, 24, 0)},
	}).Draw(t, "windows")
	return p
}

func (w *world) drawFact(t *rapid.T, i int) mindflow.Fact {
	name := func(what string) string { return fmt.Sprintf("task %d %s", i, what) }
	f := someFact(i)
	f.CreatedAt = int64(rapid.IntRange(0, 2).Draw(t, name("created")))
	f.Priority = uint8(rapid.IntRange(1, 5).Draw(t, name("priority")))
	f.Effort = rapid.SampledFrom([]uint16{0, 0, 15, 16, 30, 31, 60, 61}).Draw(t, name("effort"))
	f.Preferred = mindflow.PartOfDay(rapid.IntRange(0, 3).Draw(t, name("preferred")))
	f.DueAt, f.DueOn = w.drawWhen(t, name("due"), 12)
	if rapid.IntRange(0, 2).Draw(t, name("waits")) == 0 {
		f.StartAt, f.StartOn = w.drawWhen(t, name("start"), 4)
		if rapid.Bool().Draw(t, name("snoozed")) {
			f.SnoozedUntil = w.drawInstant(t, name("snooze"), -2, 4).UnixMicro()
		}
	}
	return f
}

// drawWhen is a day, an instant or nothing.
func (w *world) drawWhen(t *rapid.T, name string, days int) (int64, mindflow.Day) {
	switch rapid.IntRange(0, 2).Draw(t, name+" kind") {
	case 0:
		return mindflow.NoInstant, w.today + mindflow.Day(rapid.IntRange(-2, days).Draw(t, name+" day"))
	case 1:
		return w.drawInstant(t, name, -2, days).UnixMicro(), mindflow.NoDay
	}
	return mindflow.NoInstant, mindflow.NoDay
}

// drawInstant is an instant some days from today, mostly at or a second beside
// one at which something happens: the start of a day, a window's edge, a turn
// of the zone's clock.
func (w *world) drawInstant(t *rapid.T, name string, from, to int) time.Time {
	d := w.today + mindflow.Day(rapid.IntRange(from, to).Draw(t, name+" day"))
	start := w.p.Zone.Start(d)
	near := rapid.SampledFrom([]time.Duration{0, 0, -time.Second, time.Second}).Draw(t, name+" near")
	switch rapid.IntRange(0, 3).Draw(t, name+" kind") {
	case 0:
		return start.Add(near)
	case 1:
		part := rapid.SampledFrom(mindflow.PreferredTimes).Draw(t, name+" part")
		window := w.p.Windows.Of(part)
		edge := rapid.SampledFrom([]mindflow.Minutes{window.Start, window.End}).Draw(t, name+" edge")
		return w.atWall(d, edge).Add(near)
	case 2:
		if _, end := start.In(w.p.Zone.Location()).ZoneBounds(); !end.IsZero() && end.Sub(start) < 15*24*time.Hour {
			return end.UTC().Add(near)
		}
	}
	return start.Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, name+" minute")) * time.Minute)
}

// atWall is when the wall shows a time of a day.
func (w *world) atWall(d mindflow.Day, at mindflow.Minutes) time.Time {
	return w.p.Zone.Instant(time.Unix(int64(d)*86400, 0).UTC().Add(time.Duration(at) * time.Minute))
}

// moments are the instants in (from, to) at which anything might happen, and
// the microseconds before.
func (w *world) moments(from, to time.Time) []time.Time {
	var all []time.Time
	add := func(at time.Time) {
		for _, at := range [...]time.Time{at.Add(-time.Microsecond), at} {
			if at.After(from) && at.Before(to) {
				all = append(all, at)
			}
		}
	}
	for d := w.today - 10; d <= w.today+15; d++ {
		start := w.p.Zone.Start(d)
		add(start)
		for _, part := range mindflow.PreferredTimes {
			window := w.p.Windows.Of(part)
			add(w.atWall(d, window.Start))
			add(w.atWall(d, window.End))
		}
		if _, end := start.In(w.p.Zone.Location()).ZoneBounds(); !end.IsZero() {
			add(end)
			for minutes := range 90 { // where the clock falls back, edges come twice
				add(end.Add(time.Duration(minutes) * time.Minute))
			}
		}
	}
	for _, f := range w.facts {
		for _, at := range [...]int64{f.DueAt, f.StartAt, f.SnoozedUntil} {
			if at != mindflow.NoInstant {
				add(mindflow.UTC(at))
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// list is a ranking as an answer shows it.
func (w *world) list(r Ranking) []entry {
	m := At(w.p, w.now)
	var list []entry
	for _, placed := range r.Order {
		f := &w.facts[placed.Index]
		list = append(list, entry{f.ID, f.CreatedAt, placed.Score, m.Reasoning(f)})
	}
	return list
}

// first is the best of a list, if there is one.
func first(list []entry) []entry { return list[:min(len(list), 1)] }

func TestTheOrderIsTotalAndIndependentOfInsertion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		got, want := w.list(Rank(w.facts, w.p, w.now)), newNaive(w.mixed, w.p).ranked(w.now)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
			t.Fatalf("%s\n%s", diff, w)
		}
		if len(w.facts) == 0 {
			return
		}
		// Without one of the tasks the others keep their order.
		gone := w.facts[rapid.IntRange(0, len(w.facts)-1).Draw(t, "gone")].ID
		w.facts = slices.DeleteFunc(w.facts, func(f mindflow.Fact) bool { return f.ID == gone })
		rest := slices.DeleteFunc(want, func(e entry) bool { return e.id == gone })
		if got := w.list(Rank(w.facts, w.p, w.now)); !slices.Equal(got, rest) {
			t.Fatalf("without %s: %v, want %v\n%s", gone, got, rest, w)
		}
	})
}

func TestTheBestIsTheFirstOfTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		best, ranked := FindBest(w.facts, w.p, w.now), Rank(w.facts, w.p, w.now)
		want := Placed{Index: -1}
		if len(ranked.Order) > 0 {
			want = ranked.Order[0]
		}
		if got := (Placed{int32(best.Index), best.Score}); got != want {
			t.Fatalf("best %+v, first %+v\n%s", got, want, w)
		}
		if !best.ValidUntil.IsZero() && (ranked.ValidUntil.IsZero() || best.ValidUntil.Before(ranked.ValidUntil)) {
			t.Fatalf("best until %s, ranking until %s\n%s", text(best.ValidUntil), text(ranked.ValidUntil), w)
		}
	})
}

func TestThePartsAddUpToTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		weight := rapid.Custom(func(t *rapid.T) mindflow.Hundredths {
			return mindflow.Hundredths(rapid.IntRange(0, int(mindflow.MaxWeight)).Draw(t, "hundredths"))
		})
		w.p.Weights.Urgency, w.p.Weights.Priority, w.p.Weights.Effort = weight.Draw(t, "urgency"), weight.Draw(t, "priority"), weight.Draw(t, "effort")
		for _, e := range w.list(Rank(w.facts, w.p, w.now)) {
			r := e.reasoning
			if r.DeadlineUrgencyScore+r.PriorityScore+r.EffortBonusScore+r.TimeOfDayScore != r.TotalScore || r.TotalScore != e.score.Rounded() {
				t.Fatalf("%+v, score %d", r, e.score)
			}
		}
	})
}

func TestNothingChangesBeforeValidUntilAndSomethingDoesThen(t *testing.T) {
	answers := []struct {
		name  string
		until func(w *world) time.Time
		part  func([]entry) []entry
	}{
		{"best", func(w *world) time.Time { return FindBest(w.facts, w.p, w.now).ValidUntil }, first},
		{"ranked", func(w *world) time.Time { return Rank(w.facts, w.p, w.now).ValidUntil }, func(list []entry) []entry { return list }},
	}
	for _, answer := range answers {
		t.Run(answer.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w := drawWorld(t)
				n := newNaive(w.mixed, w.p)
				at := func(at time.Time) []entry { return answer.part(n.ranked(at)) }
				for range 5 { // from one change to the next
					until := answer.until(w)
					checkSpan(t, w, until, at)
					if until.IsZero() {
						return
					}
					w.now = until
				}
			})
		})
	}
}

// checkSpan compares the answers of the naive evaluator from now to until.
func checkSpan(t *rapid.T, w *world, until time.Time, at func(time.Time) []entry) {
	now, end := at(w.now), until
	if until.IsZero() {
		end = w.now.AddDate(8, 0, 0)
	} else {
		if !until.After(w.now) {
			t.Fatalf("valid until %s\n%s", text(until), w)
		}
		if slices.Equal(at(until), now) {
			t.Fatalf("nothing changes at %s\n%s", text(until), w)
		}
	}
	moments := append(w.moments(w.now, end), end.Add(-time.Microsecond))
	for i := range 8 {
		span := end.Sub(w.now).Microseconds()
		moments = append(moments, w.now.Add(time.Duration(rapid.Int64Range(0, max(span-1, 0)).Draw(t, fmt.Sprint("moment ", i)))*time.Microsecond))
	}
	for _, moment := range moments {
		if moment.Before(w.now) {
			continue // until is less than a microsecond ahead
		}
		if got := at(moment); !slices.Equal(got, now) {
			t.Fatalf("valid until %s, but at %s:\n%s\n%s", text(until), text(moment), cmp.Diff(now, got, cmp.AllowUnexported(entry{})), w)
		}
	}
}

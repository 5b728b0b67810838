package recurrence

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
)

// Held against a look at every single day. It failed when the interval of a weekly
// rule was counted from the start rather than from its week, when the start was
// counted whatever it was, and when the search for a month ended after three.
func TestEveryRuleAnswersTheDaysThatPassIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, start := randomRule(rolled(t))
		last := start + mindflow.Day(rapid.IntRange(0, 4000).Draw(t, "days"))
		r, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := naive(r, start, last)
		s, err := r.From(Start{day: start})
		if err != nil {
			if len(want) > 0 {
				t.Fatalf("%s from %v: %v, but there is %v", text, start, err, want[0])
			}
			return
		}
		var got []mindflow.Day
		for d := range s.Days(start) {
			if d > last {
				break
			}
			got = append(got, d)
		}
		if d := differ(got, want); d != "" {
			t.Fatalf("%s from %v: %s", text, start, d)
		}
		for i, d := range want {
			if nth, ok := s.Nth(i + 1); !ok || nth != d {
				t.Fatalf("%s from %v: the %d. is %v, want %v", text, start, i+1, nth, d)
			}
		}
	})
}

// A question far from the start is answered by arithmetic; the answer is that of
// one who has walked there. It failed when a jump did not mind the interval.
func TestAJumpLandsWhereAWalkDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, start := randomRule(rolled(t))
		r, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		s, err := r.From(Start{day: start})
		if err != nil {
			return
		}
		days := slices.Collect(func(yield func(mindflow.Day) bool) {
			for d := range s.Days(start) {
				if d > start+30_000 || !yield(d) {
					return
				}
			}
		})
		jumper, _ := r.From(Start{day: start})
		for range 20 {
			from := start + mindflow.Day(rapid.IntRange(-400, 29_000).Draw(t, "from"))
			i, is := slices.BinarySearch(days, from)
			if jumper.Has(from) != is {
				t.Fatalf("%s from %v: %v is an occurrence: %v", text, start, from, !is)
			}
			next, ok := jumper.After(from - 1)
			if i < len(days) && (!ok || next != days[i]) {
				t.Fatalf("%s from %v: after %v comes %v, want %v", text, start, from-1, next, days[i])
			}
			if i == len(days) && ok && next <= start+30_000 {
				t.Fatalf("%s from %v: after %v comes %v, want none", text, start, from-1, next)
			}
		}
	})
}

func TestANormalFormMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, _ := randomRule(rolled(t))
		r, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := Parse(r.String())
		if err != nil || again != r || again.String() != r.String() {
			t.Fatalf("%s reads %s, and that %s: %v", text, r, again, err)
		}
	})
}

func rolled(t *rapid.T) dice {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "roll") }
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"FREQ=DAILY", "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH;UNTIL=20271224", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
		"FREQ=YEARLY;BYWEEKNO=1,-1,53;BYDAY=MO;COUNT=10000", "FREQ=MONTHLY;BYDAY=2TH,-1FR;INTERVAL=18", "FREQ=YEARLY;BYYEARDAY=366,-366;BYSETPOS=1",
		"FREQ=DAILY;INTERVAL=10000;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=SECONDLY;COUNT=1000000000", "FREQ=DAILY;UNTIL=20261224T170000Z",
	} {
		f.Add(text, int32(20_784), true)
	}
	f.Fuzz(func(t *testing.T, text string, from int32, timed bool) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		normal := r.String()
		if again, err := Parse(normal); err != nil || again != r {
			t.Fatalf("%q reads %s, and that: %v", text, normal, err)
		}
		start := Start{day: mindflow.Day(mod(int(from), int(mindflow.LastDay)+1)), timed: timed}
		s, err := r.From(start)
		if err != nil {
			return
		}
		before, n := start.day-1, 0
		for d := range s.Days(start.day) {
			if n++; n > 50 {
				break
			}
			if d <= before || !s.Has(d) {
				t.Fatalf("%q from %v: %v after %v", text, start.day, d, before)
			}
			if next, ok := s.After(before); !ok || next != d {
				t.Fatalf("%q from %v: after %v comes %v, want %v", text, start.day, before, next, d)
			}
			before = d
		}
	})
}

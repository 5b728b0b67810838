package score

import (
	"slices"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/mindflow/walltest"
)

// everyTurn runs a test for each time the clocks of 24 places are changed in
// 2000 to 2037, with what their walls show in the days around it.
func everyTurn(t *testing.T, test func(t *testing.T, z mindflow.Zone, turn int64, wall walltest.Span)) {
	t.Helper()
	for _, name := range walltest.Zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wall, err := walltest.Read(name)
			if err != nil {
				t.Fatal(err)
			}
			turns := wall.Turns
			if len(turns) == 0 { // any time will do
				turns = []int64{time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC).Unix() / 60}
			}
			for _, turn := range turns {
				test(t, zone(t, name), turn, wall.Around(turn, 76))
				if t.Failed() {
					return
				}
			}
		})
	}
}

// changesOf lists the minutes of a span at which something reads differently.
func changesOf(from, to int64, reads func(at int64) string) []string {
	var list []string
	for at, last := from, ""; at < to; at++ {
		if now := reads(at); now != last {
			list = append(list, walltest.Time(at).Format(time.RFC3339)+" "+now)
			last = now
		}
	}
	return list
}

// followed lists the same as valid_until of a ranking of one task tells it.
func followed(t *testing.T, f mindflow.Fact, p mindflow.Preferences, from, to int64, reads func(Reasoning) string) []string {
	t.Helper()
	var list []string
	for now := walltest.Time(from); ; {
		r := At(p, now).Reasoning(&f)
		list = append(list, now.Format(time.RFC3339Nano)+" "+reads(r))
		ranked, best := Rank([]mindflow.Fact{f}, p, now), FindBest([]mindflow.Fact{f}, p, now)
		if !best.ValidUntil.Equal(ranked.ValidUntil) {
			t.Errorf("at %s the best holds until %s, the ranking until %s", text(now), text(best.ValidUntil), text(ranked.ValidUntil))
		}
		next := ranked.ValidUntil
		if next.IsZero() || !next.Before(walltest.Time(to)) {
			return list
		}
		if At(p, next.Add(-time.Microsecond)).Reasoning(&f) != r {
			t.Errorf("before %s the answer has changed", text(next))
		}
		now = next
	}
}

// A deadline's urgency rises exactly when a day starts, or when its instant is
// reached, whatever the clocks do in those days.
func TestDeadlinesAroundEveryTurn(t *testing.T) {
	everyTurn(t, func(t *testing.T, z mindflow.Zone, turn int64, wall walltest.Span) {
		t.Helper()
		p := mindflow.DefaultPreferences(z)
		middle := wall.Today(turn)
		from, to := turn-60*walltest.Hour, turn+60*walltest.Hour
		check := func(what string, f mindflow.Fact, day, at int64) {
			want := changesOf(from, to, func(now int64) string {
				switch left := day - wall.Today(now); {
				case left < 0 || now >= at:
					return "1.25"
				case left == 0:
					return "1"
				case left == 1:
					return "0.75"
				default:
					return "0.5"
				}
			})
			got := followed(t, f, p, from, to, func(r Reasoning) string { return r.DeadlineUrgency.String() })
			if !slices.Equal(got, want) {
				t.Errorf("due %s:\n got %q\nwant %q", what, got, want)
			}
		}
		for d := middle - 1; d <= middle+1; d++ {
			f := someFact(0)
			f.DueOn = mindflow.Day(d)
			check(f.DueOn.String(), f, d, to)
		}
		for _, at := range []int64{turn - 1, turn, turn + 1, turn + 45, wall.Start(middle), wall.Start(middle + 1), wall.Start(middle+1) - 1} {
			f := someFact(0)
			f.DueAt = walltest.Time(at).UnixMicro()
			check(text(walltest.Time(at)), f, wall.Today(at), at)
		}
	})
}

// A window is open at the minutes whose wall clock lies in it: less or more of
// them, or twice, on the day of a turn.
func TestWindowsAroundEveryTurn(t *testing.T) {
	windows := []mindflow.Windows{
		mindflow.DefaultPreferences(mindflow.Zone{}).Windows,
		{Morning: wall(22, 0, 2, 30), Afternoon: wall(1, 30, 2, 30), Evening: wall(0, 0, 1, 0)},
		{Morning: wall(23, 30, 24, 0), Afternoon: wall(2, 15, 2, 45), Evening: wall(0, 1, 24, 0)},
	}
	everyTurn(t, func(t *testing.T, z mindflow.Zone, turn int64, wall walltest.Span) {
		t.Helper()
		from, to := turn-26*walltest.Hour, turn+26*walltest.Hour
		for _, windows := range windows {
			p := mindflow.DefaultPreferences(z)
			p.Windows = windows
			for _, part := range mindflow.PreferredTimes {
				w := windows.Of(part)
				f := someFact(0)
				f.Preferred = part.Part()
				want := changesOf(from, to, func(at int64) string {
					shown := mindflow.Minutes(wall.Shown[at-wall.From] % walltest.Day)
					open := w.Start <= shown && shown < w.End
					if w.Start > w.End {
						open = w.Start <= shown || shown < w.End
					}
					if open {
						return "1.1"
					}
					return "0.9"
				})
				got := followed(t, f, p, from, to, func(r Reasoning) string { return r.TimeOfDayMultiplier.String() })
				if !slices.Equal(got, want) {
					t.Errorf("%s %v around %s:\n got %q\nwant %q", part, w, walltest.Time(turn), got, want)
				}
			}
		}
	})
}

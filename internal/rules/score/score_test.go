package score

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

const nineInBerlin = "2026-11-25T09:00:00+01:00" // a Wednesday

func TestTheSeedsExamples(t *testing.T) {
	m := At(berlin(t), instant(t, nineInBerlin))
	due := date(t, "2026-11-25")
	tests := []struct {
		name string
		fact mindflow.Fact
		want Reasoning
	}{
		{
			"Write blog post, due today, priority 4, 30 minutes, any time: 87.5",
			with(func(f *mindflow.Fact) { f.DueOn, f.Priority, f.Effort = due, 4, 30 }),
			Reasoning{
				DeadlineUrgency: 1_00, DeadlineUrgencyScore: 40_00, PriorityScore: 40_00,
				EffortBonus: 75, EffortBonusScore: 7_50, TimeOfDayMultiplier: 1_00, TotalScore: 87_50,
				Recommendation: "Due today with high priority - good time to tackle this",
			},
		},
		{
			"Morning review, due today, priority 3, 15 minutes, at 9 in the morning: 88",
			with(func(f *mindflow.Fact) {
				f.DueOn, f.Effort, f.Preferred = due, 15, mindflow.InMorning
			}),
			Reasoning{
				DeadlineUrgency: 1_00, DeadlineUrgencyScore: 40_00, PriorityScore: 30_00,
				EffortBonus: 1_00, EffortBonusScore: 10_00, TimeOfDayMultiplier: 1_10, TimeOfDayScore: 8_00, TotalScore: 88_00,
				Recommendation: "Due today, quick win - good time to tackle this",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, m.Reasoning(&tt.fact)); diff != "" {
				t.Error(diff)
			}
			if got := m.Score(&tt.fact).Rounded(); got != tt.want.TotalScore {
				t.Errorf("score %v, want %v", got, tt.want.TotalScore)
			}
		})
	}
}

func TestDeadlineUrgency(t *testing.T) {
	on := func(s string) func(*mindflow.Fact) { return func(f *mindflow.Fact) { f.DueOn = date(t, s) } }
	at := func(s string) func(*mindflow.Fact) {
		return func(f *mindflow.Fact) { f.DueAt = instant(t, s).UnixMicro() }
	}
	tests := []struct {
		name string
		due  func(*mindflow.Fact)
		want mindflow.Hundredths
	}{
		{"an overdue task has the highest urgency", on("2026-11-24"), 1_25},
		{"a task due today has full urgency", on("2026-11-25"), 1_00},
		{"a task due tomorrow has three quarters", on("2026-11-26"), 75},
		{"a task due in two days is due within the week", on("2026-11-27"), 50},
		{"a task due in seven days is due within the week", on("2026-12-02"), 50},
		{"a task due in eight days is due later", on("2026-12-03"), 25},
		{"a task due in the year 9998 is due later", on("9998-12-31"), 25},
		{"a task due on the first day of 1970 is overdue", on("1970-01-01"), 1_25},
		{"a task without deadline has no urgency", func(*mindflow.Fact) {}, 0},
		{"an instant is overdue once it is reached", at(nineInBerlin), 1_25},
		{"an instant a microsecond ahead is due today", at("2026-11-25T09:00:00.000001+01:00"), 1_00},
		{"the last second of today is due today", at("2026-11-25T23:59:59+01:00"), 1_00},
		{"midnight is due tomorrow", at("2026-11-26T00:00:00+01:00"), 75},
		{"the last second of tomorrow is due tomorrow", at("2026-11-26T23:59:59+01:00"), 75},
		{"the midnight after is due within the week", at("2026-11-27T00:00:00+01:00"), 50},
		{"the last second of the seventh day is due within the week", at("2026-12-02T23:59:59+01:00"), 50},
		{"the start of the eighth day is due later", at("2026-12-03T00:00:00+01:00"), 25},
	}
	m := At(berlin(t), instant(t, nineInBerlin))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := with(tt.due)
			if got := m.Reasoning(&f).DeadlineUrgency; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPriorityAndEffort(t *testing.T) {
	m := At(berlin(t), instant(t, nineInBerlin))
	t.Run("a higher priority scores more", func(t *testing.T) {
		for priority := uint8(1); priority <= 5; priority++ {
			f := with(func(f *mindflow.Fact) { f.Priority = priority })
			if got, want := m.Score(&f).Rounded(), mindflow.Hundredths(priority)*10_00; got != want {
				t.Errorf("priority %d scores %v, want %v", priority, got, want)
			}
		}
	})
	t.Run("a quick task gets the full effort bonus, a longer one less, an unknown none", func(t *testing.T) {
		for minutes, want := range map[uint16]mindflow.Hundredths{
			0: 0, 1: 1_00, 15: 1_00, 16: 75, 30: 75, 31: 50, 60: 50, 61: 25, 10080: 25,
		} {
			f := with(func(f *mindflow.Fact) { f.Effort = minutes })
			r := m.Reasoning(&f)
			if r.EffortBonus != want || r.EffortBonusScore != 10*want {
				t.Errorf("%d minutes: bonus %v, score %v, want %v", minutes, r.EffortBonus, r.EffortBonusScore, want)
			}
		}
	})
}

func TestTimeOfDay(t *testing.T) {
	p := berlin(t)
	p.Windows.Evening = mindflow.Window{Start: 22 * 60, End: 2 * 60}
	tests := []struct {
		name string
		part mindflow.PartOfDay
		at   string
		want mindflow.Hundredths
	}{
		{"a morning task at 9 gets the bonus", mindflow.InMorning, "2026-11-25T09:00:00+01:00", 1_10},
		{"a morning task at 8 in the evening gets the penalty", mindflow.InMorning, "2026-11-25T20:00:00+01:00", 90},
		{"a task without preference is neutral", mindflow.NoPart, "2026-11-25T20:00:00+01:00", 1_00},
		{"the morning starts at 6 sharp", mindflow.InMorning, "2026-11-25T06:00:00+01:00", 1_10},
		{"the night lasts until then", mindflow.InMorning, "2026-11-25T05:59:59.999999+01:00", 90},
		{"the morning ends before noon", mindflow.InMorning, "2026-11-25T12:00:00+01:00", 90},
		{"the afternoon starts at noon", mindflow.InAfternoon, "2026-11-25T12:00:00+01:00", 1_10},
		{"a wrapped window is open before midnight", mindflow.InEvening, "2026-11-25T23:59:59+01:00", 1_10},
		{"a wrapped window is open after midnight", mindflow.InEvening, "2026-11-25T01:59:59+01:00", 1_10},
		{"a wrapped window closes", mindflow.InEvening, "2026-11-25T02:00:00+01:00", 90},
		{"a wrapped window is closed by day", mindflow.InEvening, "2026-11-25T21:59:59+01:00", 90},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := with(func(f *mindflow.Fact) { f.Preferred = tt.part })
			if got := At(p, instant(t, tt.at)).Reasoning(&f).TimeOfDayMultiplier; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRecommendation(t *testing.T) {
	at := instant(t, nineInBerlin)
	tests := []struct {
		fact mindflow.Fact
		want string
	}{
		{with(func(*mindflow.Fact) {}), "No deadline - good time to tackle this"},
		{with(func(f *mindflow.Fact) { f.DueOn, f.Priority = date(t, "2026-11-24"), 5 }), "Overdue with high priority - good time to tackle this"},
		{
			with(func(f *mindflow.Fact) {
				f.DueOn, f.Priority, f.Effort, f.Preferred = date(t, "2026-11-24"), 1, 5, mindflow.InEvening
			}),
			"Overdue with low priority, quick win - better in the evening",
		},
		{with(func(f *mindflow.Fact) { f.DueOn, f.Preferred = date(t, "2026-11-26"), mindflow.InMorning }), "Due tomorrow - good time to tackle this"},
		{with(func(f *mindflow.Fact) { f.DueOn, f.Preferred = date(t, "2026-12-02"), mindflow.InAfternoon }), "Due within 7 days - better in the afternoon"},
		{with(func(f *mindflow.Fact) { f.DueOn, f.Priority, f.Effort = date(t, "2026-12-03"), 2, 16 }), "Due later with low priority - good time to tackle this"},
		{with(func(f *mindflow.Fact) { f.Effort = 15 }), "No deadline, quick win - good time to tackle this"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			if got := At(berlin(t), at).Reasoning(&tt.fact).Recommendation; got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("without a bonus the sentence still knows the time of day", func(t *testing.T) {
		p := berlin(t)
		p.Weights.TimeOfDayBonus = 0
		f := with(func(f *mindflow.Fact) { f.Preferred = mindflow.InEvening })
		r := At(p, at).Reasoning(&f)
		if r.TimeOfDayMultiplier != 1_00 || r.Recommendation != "No deadline - better in the evening" {
			t.Errorf("got %+v", r)
		}
	})
}

func TestRounding(t *testing.T) {
	at := instant(t, nineInBerlin)
	weigh := func(urgency, priority, effort, bonus mindflow.Hundredths) mindflow.Preferences {
		p := berlin(t)
		p.Weights = mindflow.Weights{Urgency: urgency, Priority: priority, Effort: effort, TimeOfDayBonus: bonus}
		return p
	}
	fact := with(func(f *mindflow.Fact) { f.DueOn, f.Priority, f.Effort = date(t, "2026-11-27"), 1, 60 })
	morning, evening := fact, fact
	morning.Preferred, evening.Preferred = mindflow.InMorning, mindflow.InEvening
	tests := []struct {
		name string
		p    mindflow.Preferences
		fact mindflow.Fact
		want Reasoning
	}{
		{
			"each part is rounded half up, and the total on its own", weigh(1, 0, 1, 0), fact,
			Reasoning{DeadlineUrgencyScore: 1, EffortBonusScore: 1, TimeOfDayScore: -1, TotalScore: 1},
		},
		{
			"outside the window the time of day takes away", weigh(40_00, 10_00, 10_00, 10), evening,
			Reasoning{DeadlineUrgencyScore: 20_00, PriorityScore: 10_00, EffortBonusScore: 5_00, TimeOfDayScore: -3_50, TotalScore: 31_50},
		},
		{
			"half a hundredth from the multiplier goes up", weigh(0, 5, 0, 10), morning,
			Reasoning{PriorityScore: 5, TimeOfDayScore: 1, TotalScore: 6},
		},
		{
			"and so does it below", weigh(0, 5, 0, 10), evening,
			Reasoning{PriorityScore: 5, TotalScore: 5},
		},
		{"all weights zero: score 0", weigh(0, 0, 0, 50), morning, Reasoning{}},
		{
			"the greatest weights fit", weigh(mindflow.MaxWeight, mindflow.MaxWeight, mindflow.MaxWeight, mindflow.MaxBonus), morning,
			Reasoning{DeadlineUrgencyScore: 500_00, PriorityScore: 1000_00, EffortBonusScore: 500_00, TimeOfDayScore: 1000_00, TotalScore: 3000_00},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := At(tt.p, at).Reasoning(&tt.fact)
			tt.want.DeadlineUrgency, tt.want.EffortBonus = 50, 50
			tt.want.TimeOfDayMultiplier, tt.want.Recommendation = got.TimeOfDayMultiplier, got.Recommendation
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	p, at := berlin(t), instant(t, nineInBerlin)
	order := func(p mindflow.Preferences, facts ...mindflow.Fact) []int32 {
		var got []int32
		for _, placed := range Rank(facts, p, at).Order {
			got = append(got, placed.Index)
		}
		return got
	}
	facts := make([]mindflow.Fact, 4)
	for i := range facts {
		facts[i] = someFact(i)
	}
	t.Run("tasks are sorted by score, highest first, each with its score", func(t *testing.T) {
		facts := slices.Clone(facts)
		facts[1].Priority, facts[2].Priority, facts[3].Priority = 5, 1, 4
		want := []Placed{{1, 50_00 * 400}, {3, 40_00 * 400}, {0, 30_00 * 400}, {2, 10_00 * 400}}
		if diff := cmp.Diff(want, Rank(facts, p, at).Order); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the best task has the highest score", func(t *testing.T) {
		facts := slices.Clone(facts)
		facts[2].DueOn = date(t, "2026-11-20")
		if got := FindBest(facts, p, at); got.Index != 2 || got.Score.Rounded() != 80_00 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("equal scores are sorted by creation, then id", func(t *testing.T) {
		facts := slices.Clone(facts)
		facts[0].CreatedAt, facts[1].CreatedAt = 9, 9
		slices.Reverse(facts)
		slices.SortFunc(facts, func(a, b mindflow.Fact) int { return a.Compare(&b) })
		if got := order(p, facts...); !slices.Equal(got, []int32{0, 1, 2, 3}) {
			t.Errorf("got %v", got)
		}
		if got := FindBest(facts, p, at).Index; got != 0 {
			t.Errorf("best is %d", got)
		}
	})
	t.Run("the exact score decides, not the one shown", func(t *testing.T) {
		p := p
		p.Weights = mindflow.Weights{Effort: 1}
		a, b := someFact(0), someFact(1)
		a.Effort, b.Effort = 30, 15 // 0.0075 and 0.01, both shown as 0.01
		if got := order(p, a, b); !slices.Equal(got, []int32{1, 0}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("with all weights zero the oldest is best", func(t *testing.T) {
		p := p
		p.Weights = mindflow.Weights{}
		if got := FindBest(facts, p, at); got.Index != 0 || got.Score != 0 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a snoozed task and one not started are left out of both", func(t *testing.T) {
		facts := slices.Clone(facts)
		facts[0].SnoozedUntil = at.UnixMicro() + 1
		facts[1].StartAt = at.UnixMicro() + 1
		facts[2].StartOn = date(t, "2026-11-26")
		if got := order(p, facts...); !slices.Equal(got, []int32{3}) {
			t.Errorf("got %v", got)
		}
		if got := FindBest(facts, p, at); got.Index != 3 {
			t.Errorf("best is %d", got.Index)
		}
	})
	t.Run("a snooze that ends now and a start that comes now are over", func(t *testing.T) {
		facts := slices.Clone(facts)
		facts[0].SnoozedUntil, facts[1].StartAt, facts[2].StartOn = at.UnixMicro(), at.UnixMicro(), date(t, "2026-11-25")
		if got := order(p, facts...); len(got) != 4 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("without tasks nothing is best, ever", func(t *testing.T) {
		if got := FindBest(nil, p, at); got != (Best{Index: -1}) {
			t.Errorf("got %+v", got)
		}
		if got := Rank(nil, p, at); len(got.Order) != 0 || !got.ValidUntil.IsZero() {
			t.Errorf("got %+v", got)
		}
	})
}

func TestFindBestAllocatesNothingThatGrows(t *testing.T) {
	p, now := berlin(t), instant(t, nineInBerlin)
	facts := mixedFacts(now)
	few := testing.AllocsPerRun(10, func() { FindBest(facts[:10], p, now) })
	many := testing.AllocsPerRun(10, func() { FindBest(facts, p, now) })
	if many > few || many > 4 {
		t.Errorf("%v allocations for 10 tasks, %v for %d", few, many, len(facts))
	}
}

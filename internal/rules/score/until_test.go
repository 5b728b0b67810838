package score

import (
	"testing"

	"mindflow/internal/mindflow"
)

func TestValidUntil(t *testing.T) {
	on := func(s string) func(*mindflow.Fact) { return func(f *mindflow.Fact) { f.DueOn = date(t, s) } }
	at := func(s string) func(*mindflow.Fact) {
		return func(f *mindflow.Fact) { f.DueAt = instant(t, s).UnixMicro() }
	}
	high := func(f *mindflow.Fact) { f.Priority = 5 }
	prefers := func(part mindflow.PartOfDay) func(*mindflow.Fact) {
		return func(f *mindflow.Fact) { f.Preferred = part }
	}
	snoozed := func(s string) func(*mindflow.Fact) {
		return func(f *mindflow.Fact) { f.SnoozedUntil = instant(t, s).UnixMicro() }
	}
	starts := func(s string) func(*mindflow.Fact) { return func(f *mindflow.Fact) { f.StartOn = date(t, s) } }
	type fact []func(*mindflow.Fact)
	tests := []struct {
		name       string
		facts      []fact
		best, rank string // in UTC; now is 2026-11-25 09:00 in Berlin, 08:00 UTC
	}{
		{"no deadline and no preference: never", []fact{{}, {high}}, "never", "never"},
		{"an overdue task stays so", []fact{{on("2026-11-01")}}, "never", "never"},
		{"due today: until the day is over", []fact{{on("2026-11-25")}}, "2026-11-25T23:00:00Z", "2026-11-25T23:00:00Z"},
		{"due at an instant today: until then", []fact{{at("2026-11-25T12:00:00Z")}}, "2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z"},
		{"due tomorrow: until tomorrow", []fact{{on("2026-11-26")}}, "2026-11-25T23:00:00Z", "2026-11-25T23:00:00Z"},
		{"due in six days: until the day before", []fact{{at("2026-12-01T12:00:00Z")}}, "2026-11-29T23:00:00Z", "2026-11-29T23:00:00Z"},
		{"due later: until seven days before", []fact{{at("2027-01-20T12:00:00Z")}}, "2027-01-12T23:00:00Z", "2027-01-12T23:00:00Z"},
		{"prefers the morning: until noon", []fact{{prefers(mindflow.InMorning)}}, "2026-11-25T11:00:00Z", "2026-11-25T11:00:00Z"},
		{"prefers the evening: until it comes", []fact{{prefers(mindflow.InEvening)}}, "2026-11-25T17:00:00Z", "2026-11-25T17:00:00Z"},
		{"a younger task overtakes once it scores more: drawing level a week before is not enough", []fact{{high}, {on("2026-12-10")}}, "2026-12-08T23:00:00Z", "2026-12-02T23:00:00Z"},
		{"an older one need only draw level", []fact{{on("2026-12-10")}, {high}}, "2026-12-02T23:00:00Z", "2026-12-02T23:00:00Z"},
		{"a task overtakes as its window opens", []fact{{}, {prefers(mindflow.InAfternoon)}}, "2026-11-25T11:00:00Z", "2026-11-25T11:00:00Z"},
		{"a task overtakes in its window once its urgency suffices there", []fact{{high}, {on("2026-12-10"), prefers(mindflow.InEvening)}}, "2026-12-03T17:00:00Z", "2026-11-25T17:00:00Z"},
		{"a task that wakes overtakes", []fact{{}, {high, snoozed("2026-11-27T01:02:03Z")}}, "2026-11-27T01:02:03Z", "2026-11-27T01:02:03Z"},
		{"a task that wakes below changes only the order", []fact{{high}, {snoozed("2026-11-27T01:02:03Z")}}, "never", "2026-11-27T01:02:03Z"},
		{"a task that starts overtakes", []fact{{}, {high, starts("2026-11-28")}}, "2026-11-27T23:00:00Z", "2026-11-27T23:00:00Z"},
		{"asleep until after its start", []fact{{starts("2026-11-28"), snoozed("2026-11-29T08:00:00Z")}}, "2026-11-29T08:00:00Z", "2026-11-29T08:00:00Z"},
		{"started after its sleep", []fact{{starts("2026-11-30"), snoozed("2026-11-29T08:00:00Z")}}, "2026-11-29T23:00:00Z", "2026-11-29T23:00:00Z"},
		{"nothing actionable: until the first is", []fact{{starts("2026-11-30")}, {snoozed("2026-11-29T08:00:00Z")}, {starts("2027-11-30")}}, "2026-11-29T08:00:00Z", "2026-11-29T08:00:00Z"},
	}
	p, now := berlin(t), instant(t, nineInBerlin)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var facts []mindflow.Fact
			for i, changes := range tt.facts {
				f := someFact(i)
				for _, change := range changes {
					change(&f)
				}
				facts = append(facts, f)
			}
			if got := text(FindBest(facts, p, now).ValidUntil); got != tt.best {
				t.Errorf("best until %s, want %s", got, tt.best)
			}
			if got := text(Rank(facts, p, now).ValidUntil); got != tt.rank {
				t.Errorf("ranking until %s, want %s", got, tt.rank)
			}
		})
	}
}

package mindflow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAFactIsWhatRankingNeeds(t *testing.T) {
	created, until := instant(t, "2026-11-25T09:00:00.123456Z"), instant(t, "2026-11-26T09:00:00Z")
	id := NewID[Task](created)
	bare := Fact{
		ID: id, CreatedAt: created.UnixMicro(), Version: 4, Priority: 3,
		DueAt: NoInstant, StartAt: NoInstant, SnoozedUntil: NoInstant, DueOn: NoDay, StartOn: NoDay,
	}
	with := func(change func(*Fact)) Fact {
		f := bare
		change(&f)
		return f
	}
	task := Task{ID: id, CreatedAt: created, Version: 4, Priority: 3, Status: StatusPending, Title: "left out"}
	tests := []struct {
		name   string
		change func(*Task)
		want   Fact
	}{
		{"a task without dates", func(*Task) {}, bare},
		{
			"days stay days",
			func(t *Task) { t.Due, t.Start = OnDay(20), OnDay(10) },
			with(func(f *Fact) { f.DueOn, f.StartOn = 20, 10 }),
		},
		{
			"the first day is a day",
			func(t *Task) { t.Due = OnDay(FirstDay) },
			with(func(f *Fact) { f.DueOn = FirstDay }),
		},
		{
			"instants are microseconds",
			func(t *Task) { t.Due, t.Start = AtInstant(time.Unix(20, 0)), AtInstant(time.Unix(10, 0)) },
			with(func(f *Fact) { f.DueAt, f.StartAt = 20_000_000, 10_000_000 }),
		},
		{
			"the longest effort and the highest priority fit",
			func(t *Task) { t.EffortMinutes, t.Priority, t.PreferredTime = MaxEffort, MaxPriority, Evening },
			with(func(f *Fact) { f.Effort, f.Priority, f.Preferred = 10080, 5, InEvening }),
		},
		{
			"a snooze has an end",
			func(t *Task) { t.Status, t.SnoozedUntil = StatusSnoozed, until },
			with(func(f *Fact) { f.SnoozedUntil = until.UnixMicro() }),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			task := task
			tt.change(&task)
			if diff := cmp.Diff(tt.want, task.Fact()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPartsOfTheDayHaveNamesAndNumbers(t *testing.T) {
	for part, name := range map[PartOfDay]PreferredTime{NoPart: AnyTime, InMorning: Morning, InAfternoon: Afternoon, InEvening: Evening} {
		if part.Name() != name || name.Part() != part {
			t.Errorf("%d is %q, %q is %d", part, part.Name(), name, name.Part())
		}
	}
	if PartOfDay(4).Name() != AnyTime || PreferredTime("night").Part() != NoPart {
		t.Error("what is no part of the day is any time")
	}
}

func TestFactsAreOrderedByCreationThenID(t *testing.T) {
	facts := rapid.Custom(func(r *rapid.T) *Fact {
		f := &Fact{CreatedAt: rapid.Int64Range(-2, 2).Draw(r, "created")}
		f.ID[rapid.IntRange(0, 15).Draw(r, "place")] = rapid.Byte().Draw(r, "byte")
		return f
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := facts.Draw(r, "a"), facts.Draw(r, "b"), facts.Draw(r, "c")
		want := 0
		switch {
		case a.CreatedAt != b.CreatedAt:
			want = map[bool]int{true: -1, false: 1}[a.CreatedAt < b.CreatedAt]
		case a.ID != b.ID:
			want = map[bool]int{true: -1, false: 1}[a.ID.String() < b.ID.String()]
		}
		if a.Compare(b) != want || b.Compare(a) != -want {
			r.Fatalf("%d and %d, want %d", a.Compare(b), b.Compare(a), want)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			r.Fatal("not transitive")
		}
	})
}

func TestMicrosecondsAreRead(t *testing.T) {
	if at := UTC(-1); at != instant(t, "1969-12-31T23:59:59.999999Z") {
		t.Error(at)
	}
}

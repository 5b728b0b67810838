package score

import (
	"math/rand/v2"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

const manyTasks = 10_000

// mixedFacts are the tasks of somebody busy: half with a deadline, days and
// instants, a quarter with a preferred time, some asleep or not started.
func mixedFacts(now time.Time) []mindflow.Fact {
	r := rand.New(rand.NewPCG(1, 2))
	facts := make([]mindflow.Fact, manyTasks)
	for i := range facts {
		f := someFact(i)
		f.Priority = uint8(1 + r.IntN(5))
		if r.IntN(3) > 0 {
			f.Effort = []uint16{5, 10, 15, 20, 30, 45, 60, 90, 240}[r.IntN(9)]
		}
		if r.IntN(4) == 0 {
			f.Preferred = mindflow.PartOfDay(1 + r.IntN(3))
		}
		switch r.IntN(4) {
		case 0:
			f.DueOn = mindflow.DayOf(now) + mindflow.Day(r.IntN(120)-20)
		case 1:
			f.DueAt = now.Add(time.Duration(r.IntN(120*24*60)-20*24*60) * time.Minute).UnixMicro()
		}
		switch r.IntN(20) {
		case 0:
			f.StartOn = mindflow.DayOf(now) + mindflow.Day(r.IntN(60)-10)
		case 1:
			f.SnoozedUntil = now.Add(time.Duration(r.IntN(14*24*60)) * time.Minute).UnixMicro()
		}
		facts[i] = f
	}
	return facts
}

// benchmarks are data that are kind or unkind to the look ahead.
func benchmarks(now time.Time) map[string][]mindflow.Fact {
	today := mindflow.DayOf(now)
	mixed := mixedFacts(now)
	of := func(change func(i int, f *mindflow.Fact)) []mindflow.Fact {
		facts := make([]mindflow.Fact, manyTasks)
		for i := range facts {
			facts[i] = someFact(i)
			change(i, &facts[i])
		}
		return facts
	}
	return map[string][]mindflow.Fact{
		"mixed":        mixed,
		"no deadlines": of(func(i int, f *mindflow.Fact) { f.Priority = uint8(1 + i%5) }),
		"later dues first": of(func(i int, f *mindflow.Fact) {
			f.DueOn = today + mindflow.Day(10+(manyTasks-i)/2)
		}),
		"all wait for a day": of(func(i int, f *mindflow.Fact) {
			f.StartOn, f.SnoozedUntil = today+mindflow.Day(1+i*7919%5000), now.AddDate(30, 0, -i).UnixMicro()
		}),
		"all prefer the evening": of(func(i int, f *mindflow.Fact) {
			f.Preferred, f.DueAt = mindflow.InEvening, now.Add(time.Duration(manyTasks-i)*time.Hour).UnixMicro()
		}),
	}
}

func benchmark(b *testing.B, run func([]mindflow.Fact, mindflow.Preferences, time.Time)) {
	b.Helper()
	zone, err := mindflow.LoadZone("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	p := mindflow.DefaultPreferences(zone)
	start := time.Date(2026, 3, 27, 0, 17, 0, 0, time.UTC)
	for name, facts := range benchmarks(start) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				// Around the clock, so that each kind of winner has its turn.
				run(facts, p, start.Add(time.Duration(i%48)*time.Hour))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/manyTasks, "ns/task")
		})
	}
}

func BenchmarkFindBest(b *testing.B) {
	benchmark(b, func(facts []mindflow.Fact, p mindflow.Preferences, now time.Time) { FindBest(facts, p, now) })
}

func BenchmarkRank(b *testing.B) {
	benchmark(b, func(facts []mindflow.Fact, p mindflow.Preferences, now time.Time) { Rank(facts, p, now) })
}

package recurrence

import (
	"testing"

	"mindflow/internal/mindflow"
)

// Rules of people, and the worst there are: rare ones, jumps of centuries, and
// such as never come true.
var typicalRules = []string{
	"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
	"FREQ=MONTHLY;BYDAY=2TH", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "FREQ=DAILY;COUNT=30",
}

var worstRules = []string{
	"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=5",
	"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=27;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=DAILY;INTERVAL=35;BYDAY=MO",
	"FREQ=WEEKLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=7;INTERVAL=52;COUNT=10000",
	"FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7", "FREQ=WEEKLY;INTERVAL=26;BYMONTH=2;BYDAY=SU,MO;BYSETPOS=2;COUNT=10000",
	"FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=10000", "FREQ=DAILY;COUNT=10000",
	"FREQ=MONTHLY;BYMONTHDAY=-28;BYDAY=MO;COUNT=10000", "FREQ=DAILY;INTERVAL=30;BYMONTHDAY=31;BYDAY=MO;COUNT=10000", "FREQ=MONTHLY;BYMONTHDAY=1,-28;BYSETPOS=1;BYDAY=MO;COUNT=10000",
	"FREQ=YEARLY;INTERVAL=10000", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366,-366;COUNT=10000",
	"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31;BYSETPOS=350;BYWEEKNO=1",
}

func BenchmarkNextOfTypicalRules(b *testing.B)  { benchmark(b, typicalRules) }
func BenchmarkNextOfTheWorstRules(b *testing.B) { benchmark(b, worstRules) }

// benchmark reads a rule and answers what comes next half a century after its
// start: no rule is to take a millisecond.
func benchmark(b *testing.B, rules []string) {
	b.Helper()
	for _, text := range rules {
		b.Run(text[:min(len(text), 60)], func(b *testing.B) {
			start, after := Start{day: day(b, "1976-11-26"), clock: 9 * 3600, timed: true, zone: zone(b, "Europe/Berlin")}, day(b, "2026-11-27")
			b.ReportAllocs()
			for b.Loop() {
				next(b, text, start, after)
			}
		})
	}
}

func next(tb testing.TB, text string, start Start, after mindflow.Day) (mindflow.Day, bool) {
	tb.Helper()
	r, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := r.From(start)
	if err != nil {
		return 0, false
	}
	return s.After(after)
}

package recurrence

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

func TestOccurrencesKeepTheWallClock(t *testing.T) {
	tests := []struct {
		name, zone, start, rule string
		want                    []string
	}{
		{
			"Berlin, into summer: half past two is skipped and an hour later", "Europe/Berlin", "2026-03-28T02:30", "FREQ=DAILY;COUNT=3",
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"},
		},
		{
			"Berlin, into winter: half past two comes twice, and the earlier is meant", "Europe/Berlin", "2026-10-24T02:30", "FREQ=DAILY;COUNT=3",
			[]string{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		{
			"a start in the gap: the others are not moved", "Europe/Berlin", "2026-03-29T02:30", "FREQ=WEEKLY;COUNT=2",
			[]string{"2026-03-29T03:30:00+02:00", "2026-04-05T02:30:00+02:00"},
		},
		{
			"a start as an instant is read off the wall", "Europe/Berlin", "2026-03-28T08:00:00Z", "FREQ=DAILY;COUNT=2",
			[]string{"2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00"},
		},
		{
			"New York, both nights of 2026, by the month", "America/New_York", "2026-02-08T02:15", "FREQ=MONTHLY;BYDAY=2SU,1SU;COUNT=4",
			[]string{"2026-02-08T02:15:00-05:00", "2026-03-01T02:15:00-05:00", "2026-03-08T03:15:00-04:00", "2026-04-05T02:15:00-04:00"},
		},
		{
			"New York, a quarter past one twice", "America/New_York", "2026-10-25T01:15", "FREQ=WEEKLY;COUNT=3",
			[]string{"2026-10-25T01:15:00-04:00", "2026-11-01T01:15:00-04:00", "2026-11-08T01:15:00-05:00"},
		},
		{
			"Lord Howe turns by half an hour", "Australia/Lord_Howe", "2026-10-03T02:15", "FREQ=DAILY;COUNT=3",
			[]string{"2026-10-03T02:15:00+10:30", "2026-10-04T02:45:00+11:00", "2026-10-05T02:15:00+11:00"},
		},
		{
			"Lord Howe, back: a quarter to two twice", "Australia/Lord_Howe", "2026-04-04T01:45", "FREQ=DAILY;COUNT=3",
			[]string{"2026-04-04T01:45:00+11:00", "2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"},
		},
		{
			"Sao Paulo had no midnight on a day of 2018", "America/Sao_Paulo", "2018-11-03T00:00", "FREQ=DAILY;COUNT=3",
			[]string{"2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		},
		{
			"Apia left out a day: what would be on it is a day later, and once", "Pacific/Apia", "2011-12-28T09:00", "FREQ=DAILY;COUNT=5",
			[]string{"2011-12-28T09:00:00-10:00", "2011-12-29T09:00:00-10:00", "2011-12-31T09:00:00+14:00", "2012-01-01T09:00:00+14:00"},
		},
		{
			"Apia, weekly on the day left out", "Pacific/Apia", "2011-12-23T09:00", "FREQ=WEEKLY;COUNT=3",
			[]string{"2011-12-23T09:00:00-10:00", "2011-12-31T09:00:00+14:00", "2012-01-06T09:00:00+14:00"},
		},
		{
			"days stay days, whatever the clocks do", "America/Sao_Paulo", "2018-11-03", "FREQ=DAILY;COUNT=3",
			[]string{"2018-11-03", "2018-11-04", "2018-11-05"},
		},
		{"seconds stay", "UTC", "2026-11-27T17:00:30", "FREQ=DAILY;COUNT=1", []string{"2026-11-27T17:00:30+00:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, texts(series(t, tt.rule, tt.start, tt.zone), 10)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheEndStillBelongsToIt(t *testing.T) {
	tests := []struct{ name, zone, start, rule, last string }{
		{"a day", "Europe/Berlin", "2026-11-27", "FREQ=DAILY;UNTIL=20261201", "2026-12-01"},
		{"an instant, to the second", "Europe/Berlin", "2026-11-27T17:00", "FREQ=DAILY;UNTIL=20261201T160000Z", "2026-12-01T17:00:00+01:00"},
		{"a second too early", "Europe/Berlin", "2026-11-27T17:00", "FREQ=DAILY;UNTIL=20261201T155959Z", "2026-11-30T17:00:00+01:00"},
		{"an instant on the next day in UTC", "America/New_York", "2026-11-27T20:00", "FREQ=DAILY;UNTIL=20261202T010000Z", "2026-12-01T20:00:00-05:00"},
		{"an instant on the day before in UTC", "Pacific/Kiritimati", "2026-11-27T08:00", "FREQ=DAILY;UNTIL=20261130T180000Z", "2026-12-01T08:00:00+14:00"},
		{"on the wall", "Europe/Berlin", "2026-11-27T17:00", "FREQ=DAILY;UNTIL=20261201T170000", "2026-12-01T17:00:00+01:00"},
		{"on the wall, a second too early", "Europe/Berlin", "2026-11-27T17:00", "FREQ=DAILY;UNTIL=20261201T165959", "2026-11-30T17:00:00+01:00"},
		{"in a gap, which moves past it", "Europe/Berlin", "2026-03-27T02:30", "FREQ=DAILY;UNTIL=20260329T010000Z", "2026-03-28T02:30:00+01:00"},
		{"in a gap, just", "Europe/Berlin", "2026-03-27T02:30", "FREQ=DAILY;UNTIL=20260329T013000Z", "2026-03-29T03:30:00+02:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := texts(series(t, tt.rule, tt.start, tt.zone), 100)
			if got := found[len(found)-1]; got != tt.last {
				t.Errorf("the last is %s, want %s", got, tt.last)
			}
		})
	}
}

func TestARuleThatDoesNotFitItsStartIsRefused(t *testing.T) {
	tests := []struct {
		name, start, rule string
		want              error
	}{
		{"an instant ends days", "2026-11-27", "FREQ=DAILY;UNTIL=20261201T160000Z", errUntilDay},
		{"a wall clock ends days", "2026-11-27", "FREQ=DAILY;UNTIL=20261201T160000", errUntilDay},
		{"a day ends moments", "2026-11-27T17:00", "FREQ=DAILY;UNTIL=20261201", errUntilTime},
		{"30 February", "2026-11-27", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", errNever},
		{"31 February", "2026-11-27", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", errNever},
		{"31 April, by the month", "2026-11-27", "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31", errNever},
		{"the sixth Monday of a month", "2026-11-27", "FREQ=MONTHLY;BYDAY=6MO", errNever},
		{"the third day of a week that has two", "2026-11-27", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", errNever},
		{"the second of a day", "2026-11-27", "FREQ=DAILY;BYDAY=MO;BYSETPOS=2", errNever},
		{"every seventh day, a Friday, on Mondays", "2026-11-27", "FREQ=DAILY;INTERVAL=7;BYDAY=MO", errNever},
		{"every twelfth month, November, in March", "2026-11-27", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", errNever},
		{"29 February in odd years", "2027-11-27", "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", errNever},
		{"week 53 in May", "2027-11-27", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=5", errNever},
		{"a first Monday that is the 14th", "2027-11-27", "FREQ=YEARLY;BYMONTHDAY=14;BYDAY=1MO;BYMONTH=3", errNever},
		{"nothing is left of the years", "9998-12-31", "FREQ=YEARLY;BYMONTH=1", errNever},
		{"a count that takes ten thousand years", "1970-01-01", "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;COUNT=9999", errFar},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, err := ParseStart(tt.start, zone(t, "Europe/Berlin"))
			if err != nil {
				t.Fatal(err)
			}
			if s, err := rule(t, tt.rule).From(from); err != tt.want { //nolint:errorlint // which of them
				t.Errorf("%v, want %v", err, tt.want)
				if err == nil {
					t.Log(texts(s, 3))
				}
			}
		})
	}
	for _, start := range []string{"1900-01-01", "1969-12-31", "9999-01-01", "2026-02-30", "27.11.2026", "2026-11-27T24:00", "", "1970-01-01T00:30"} {
		if _, err := ParseStart(start, zone(t, "Europe/Berlin")); err == nil {
			t.Errorf("%q is a start", start)
		}
	}
}

func TestOnlyWhatTheRuleNamesIsAnOccurrence(t *testing.T) {
	tests := []struct {
		name, start, rule string
		want              []string
	}{
		{"a start that is none is not counted", "2026-11-27", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", []string{"2026-11-30", "2026-12-07"}},
		{"the 31st, in months that have one", "2026-01-31", "FREQ=MONTHLY;COUNT=4", []string{"2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"}},
		{
			"the 31st, clamped", "2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=5",
			[]string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"},
		},
		{
			"the 30th, clamped, in a leap year", "2028-01-30", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1;COUNT=3",
			[]string{"2028-01-30", "2028-02-29", "2028-03-30"},
		},
		{"places go before the start: it is the second of its month", "2026-11-27", "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=2,-1;COUNT=3", []string{"2026-11-27", "2026-12-11", "2026-12-25"}},
		{"of the week, though it began before the start", "2026-11-26", "FREQ=WEEKLY;BYDAY=MO,TH,SU;BYSETPOS=1,3;COUNT=3", []string{"2026-11-29", "2026-11-30", "2026-12-06"}},
		{"29 February", "2028-02-29", "FREQ=YEARLY;COUNT=3", []string{"2028-02-29", "2032-02-29", "2036-02-29"}},
		{"29 February over a century that is none", "2096-02-29", "FREQ=YEARLY;COUNT=2", []string{"2096-02-29", "2104-02-29"}},
		{"29 February once in a century", "2000-02-29", "FREQ=YEARLY;INTERVAL=100;COUNT=3", []string{"2000-02-29", "2400-02-29", "2800-02-29"}},
		{"29 February on a Monday", "2026-11-27", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=3", []string{"2044-02-29", "2072-02-29", "2112-02-29"}},
		{"the 366th day", "2026-11-27", "FREQ=YEARLY;BYYEARDAY=366;COUNT=2", []string{"2028-12-31", "2032-12-31"}},
		{"the 366th from the end", "2026-11-27", "FREQ=YEARLY;BYYEARDAY=-366;COUNT=2", []string{"2028-01-01", "2032-01-01"}},
		{"the last day", "2026-11-27", "FREQ=YEARLY;BYYEARDAY=-1;COUNT=2", []string{"2026-12-31", "2027-12-31"}},
		{"week 53", "2026-11-27", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=3", []string{"2026-12-28", "2032-12-27", "2037-12-28"}},
		{
			"week 53 reaches into January", "2026-12-25", "FREQ=YEARLY;BYWEEKNO=53;COUNT=8",
			[]string{"2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2032-12-27"},
		},
		{"week 1 begins in December", "2024-12-01", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;COUNT=3", []string{"2024-12-30", "2025-12-29", "2027-01-04"}},
		{"the last week, whichever", "2026-11-27", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO;COUNT=3", []string{"2026-12-28", "2027-12-27", "2028-12-25"}},
		{"weeks from Sunday have other numbers", "2026-11-27", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU;COUNT=3", []string{"2027-01-03", "2028-01-02", "2028-12-31"}},
		{"the last Monday of the year and the first", "2026-11-27", "FREQ=YEARLY;BYDAY=1MO,-1MO;COUNT=3", []string{"2026-12-28", "2027-01-04", "2027-12-27"}},
		{"the last workday", "2026-11-27", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", []string{"2026-11-30", "2026-12-31", "2027-01-29"}},
		{"all Mondays and a Tuesday", "2026-11-02", "FREQ=MONTHLY;BYDAY=MO,2TU;COUNT=7", []string{"2026-11-02", "2026-11-09", "2026-11-10", "2026-11-16", "2026-11-23", "2026-11-30", "2026-12-07"}},
		{"fortnights from the start's week", "2026-11-27", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4", []string{"2026-11-27", "2026-12-07", "2026-12-11", "2026-12-21"}},
		{"and with weeks from Sunday", "2026-11-29", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4", []string{"2026-11-29", "2026-11-30", "2026-12-13", "2026-12-14"}},
		{"workdays in December", "2026-11-27", "FREQ=WEEKLY;BYDAY=TU;BYMONTH=12;COUNT=6", []string{"2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29", "2027-12-07"}},
		{"thousands of years", "1970-01-01", "FREQ=YEARLY;INTERVAL=4000;COUNT=10", []string{"1970-01-01", "5970-01-01", "9970-01-01"}},
		{"an end before the first", "2026-11-27", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261128", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := series(t, tt.rule, tt.start, "Europe/Berlin")
			if diff := cmp.Diff(tt.want, texts(s, 10)); diff != "" {
				t.Error(diff)
			}
			if first, ok := s.First(); ok != (len(tt.want) > 0) || ok && first.String() != tt.want[0] {
				t.Errorf("the first is %v, %v", first, ok)
			}
		})
	}
}

func TestWhatIsAheadIsNotOver(t *testing.T) {
	tests := []struct {
		name, start, rule, slot, now, want string
	}{
		{"done on its day", "2026-11-20", "FREQ=WEEKLY", "2026-11-27", "2026-11-27T18:00:00+01:00", "2026-12-04"},
		{"done early", "2026-11-20", "FREQ=WEEKLY", "2026-11-27", "2026-11-23T18:00:00+01:00", "2026-12-04"},
		{"done late: what is over does not pile up", "2026-11-20", "FREQ=DAILY", "2026-11-20", "2026-11-27T18:00:00+01:00", "2026-11-27"},
		{"a day that is today is not over, until midnight", "2026-11-20", "FREQ=DAILY", "2026-11-20", "2026-11-27T23:59:59+01:00", "2026-11-27"},
		{"and then it is", "2026-11-20", "FREQ=DAILY", "2026-11-20", "2026-11-28T00:00:00+01:00", "2026-11-28"},
		{"a moment that has come is over", "2026-11-20T09:00", "FREQ=DAILY", "2026-11-20", "2026-11-27T09:00:00+01:00", "2026-11-28T09:00:00+01:00"},
		{"a moment that comes is not", "2026-11-20T09:00", "FREQ=DAILY", "2026-11-20", "2026-11-27T08:59:59+01:00", "2026-11-27T09:00:00+01:00"},
		{"what is left out counts", "2026-11-20", "FREQ=DAILY;COUNT=3", "2026-11-20", "2026-11-27T08:00:00+01:00", ""},
		{"the last", "2026-11-20", "FREQ=DAILY;COUNT=3", "2026-11-22", "2026-11-22T08:00:00+01:00", ""},
		{"the last but one", "2026-11-20", "FREQ=DAILY;UNTIL=20261122", "2026-11-21", "2026-11-20T08:00:00+01:00", "2026-11-22"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			s := series(t, tt.rule, tt.start, "Europe/Berlin")
			got := ""
			if next, ok := s.Ahead(day(t, tt.slot), now); ok {
				got = s.start.Text(next)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestNothingLiesBeyondTheYears(t *testing.T) {
	for _, tt := range []struct{ start, zone, last string }{
		{"9998-12-30", "Europe/Berlin", "9998-12-31"},
		{"9998-12-29T20:00", "America/New_York", "9998-12-30T20:00:00-05:00"}, // a day later is 9999 in UTC
	} {
		s := series(t, "FREQ=DAILY", tt.start, tt.zone)
		if found := texts(s, 10); len(found) != 2 || found[1] != tt.last {
			t.Errorf("%v", found)
		}
		if next, ok := s.After(mindflow.LastDay); ok {
			t.Errorf("after the last day comes %v", next)
		}
	}
}

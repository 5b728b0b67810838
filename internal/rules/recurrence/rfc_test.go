package recurrence

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples of RFC 5545, 3.8.5.3, other than those within a day: at nine in New York.
func TestTheExamplesOfRFC5545(t *testing.T) {
	const second = "1997-09-02"
	tests := []struct {
		name, start, rule string
		want              string // days; "…" for more of the kind, a number for how many in all
	}{
		{"daily for 10 occurrences", second, "FREQ=DAILY;COUNT=10", "1997-09-02 03 04 05 06 07 08 09 10 11"},
		{"every other day", second, "FREQ=DAILY;INTERVAL=2", "1997-09-02 04 06 08 10 12 14 16 18 20 22 24 26 28 30 10-02 04 …"},
		{"every 10 days, 5 occurrences", second, "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02 12 22 10-02 12"},
		{"weekly for 10 occurrences", second, "FREQ=WEEKLY;COUNT=10", "1997-09-02 09 16 23 30 10-07 14 21 28 11-04"},
		{
			"weekly until December 24, 1997", second, "FREQ=WEEKLY;UNTIL=19971224T000000Z",
			"1997-09-02 09 16 23 30 10-07 14 21 28 11-04 11 18 25 12-02 09 16 23",
		},
		{"every other week", second, "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02 16 30 10-14 28 11-11 25 12-09 23 1998-01-06 20 02-03 17 …"},
		{
			"weekly on Tuesday and Thursday for five weeks", second, "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
			"1997-09-02 04 09 11 16 18 23 25 30 10-02",
		},
		{"or", second, "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997-09-02 04 09 11 16 18 23 25 30 10-02"},
		{
			"every other week on Monday, Wednesday, and Friday until December 24", "1997-09-01", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
			"1997-09-01 03 05 15 17 19 29 10-01 03 13 15 17 27 29 31 11-10 12 14 24 26 28 12-08 10 12 22",
		},
		{
			"every other week on Tuesday and Thursday, for 8 occurrences", second, "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
			"1997-09-02 04 16 18 30 10-02 14 16",
		},
		{"monthly on the first Friday for 10 occurrences", "1997-09-05", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05 10-03 11-07 12-05 1998-01-02 02-06 03-06 04-03 05-01 06-05"},
		{"monthly on the first Friday until December 24, 1997", "1997-09-05", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997-09-05 10-03 11-07 12-05"},
		{
			"every other month on the first and last Sunday", "1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
			"1997-09-07 28 11-02 30 1998-01-04 25 03-01 29 05-03 31",
		},
		{"monthly on the second-to-last Monday for 6 months", "1997-09-22", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22 10-20 11-17 12-22 1998-01-19 02-16"},
		{"monthly on the third-to-the-last day", "1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 10-29 11-28 12-29 1998-01-29 02-26 …"},
		{"monthly on the 2nd and 15th", second, "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02 15 10-02 15 11-02 15 12-02 15 1998-01-02 15"},
		{"monthly on the first and last day", "1997-09-30", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30 10-01 31 11-01 30 12-01 31 1998-01-01 31 02-01"},
		{
			"every 18 months on the 10th thru 15th", "1997-09-10", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
			"1997-09-10 11 12 13 14 15 1999-03-10 11 12 13",
		},
		{
			"every Tuesday, every other month", second, "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
			"1997-09-02 09 16 23 30 11-04 11 18 25 1998-01-06 13 20 27 03-03 10 17 24 31 …",
		},
		{
			"yearly in June and July for 10 occurrences", "1997-06-10", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
			"1997-06-10 07-10 1998-06-10 07-10 1999-06-10 07-10 2000-06-10 07-10 2001-06-10 07-10",
		},
		{
			"every other year on January, February, and March", "1997-03-10", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
			"1997-03-10 1999-01-10 02-10 03-10 2001-01-10 02-10 03-10 2003-01-10 02-10 03-10",
		},
		{
			"every third year on the 1st, 100th, and 200th day", "1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
			"1997-01-01 04-10 07-19 2000-01-01 04-09 07-18 2003-01-01 04-10 07-19 2006-01-01",
		},
		{"every 20th Monday of the year", "1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17 …"},
		{"Monday of week number 20", "1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17 …"},
		{"every Thursday in March", "1997-03-13", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13 20 27 1998-03-05 12 19 26 1999-03-04 11 18 25 …"},
		{
			"every Thursday, but only during June, July, and August", "1997-06-05", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
			"1997-06-05 12 19 26 07-03 10 17 24 31 08-07 14 21 28 1998-06-04 11 18 25 07-02 09 16 23 30 08-06 13 20 27 1999-06-03 10 17 24 07-01 08 15 22 29 08-05 12 19 26 …",
		},
		{"every Friday the 13th; the start is none", second, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13 03-13 11-13 1999-08-13 2000-10-13 …"},
		{
			"the first Saturday that follows the first Sunday of the month", "1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
			"1997-09-13 10-11 11-08 12-13 1998-01-10 02-07 03-07 04-11 05-09 06-13 …",
		},
		{
			"U.S. Presidential Election day", "1996-11-05", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
			"1996-11-05 2000-11-07 2004-11-02 …",
		},
		{"the third instance of Tuesday, Wednesday, or Thursday", "1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 10-07 11-06"},
		{"the second-to-last weekday of the month", "1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29 10-30 11-27 12-30 1998-01-29 02-26 03-30 …"},
		{"weeks from Monday", "1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 10 19 24"},
		{"and from Sunday", "1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 17 19 31"},
		{"an invalid date is ignored", "2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15 30 02-15 03-15 30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := series(t, tt.rule, tt.start+"T09:00", "America/New_York")
			want, more := spelled(tt.want)
			got := texts(s, len(want)+1)
			if len(got) > len(want) != more {
				t.Errorf("%d occurrences or more, want %d", len(got), len(want))
			}
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], "T09:00:00-0")
			}
			if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheLongExamplesOfRFC5545(t *testing.T) {
	for rule, want := range map[string]struct {
		start, last string
		n           int
	}{
		"FREQ=DAILY;UNTIL=19971224T000000Z":                                       {"1997-09-02T09:00", "1997-12-23", 113},
		"FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA": {"1998-01-01T09:00", "2000-01-31", 93},
		"FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1":                             {"1998-01-01T09:00", "2000-01-31", 93},
	} {
		got := texts(series(t, rule, want.start, "America/New_York"), 1000)
		if n := len(got); n != want.n || !strings.HasPrefix(got[n-1], want.last) {
			t.Errorf("%s: %d occurrences up to %s, want %d up to %s", rule, n, got[n-1], want.n, want.last)
		}
	}
}

// spelled are days of which each leaves out what it has in common with the one
// before: "1997-09-02 04 10-02"; and whether more follow.
func spelled(text string) (days []string, more bool) {
	text, more = strings.CutSuffix(text, " …")
	before := ""
	for word := range strings.FieldsSeq(text) {
		before = before[:max(len(before)-len(word), 0)] + word
		days = append(days, before)
	}
	return days, more
}

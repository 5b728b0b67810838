package recurrence

import (
	"strings"
	"testing"
)

func TestARuleHasOneNormalForm(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"the shortest", "FREQ=DAILY", "FREQ=DAILY"},
		{"the word before it, and small letters", "rrule:freq=weekly;byday=mo", "FREQ=WEEKLY;BYDAY=MO"},
		{"white space around it", " FREQ=DAILY\n", "FREQ=DAILY"},
		{"the parts in one order", "BYDAY=MO;INTERVAL=2;FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO"},
		{"what goes without saying is left out", "FREQ=WEEKLY;INTERVAL=1;WKST=MO", "FREQ=WEEKLY"},
		{"another beginning of the week stays", "FREQ=WEEKLY;WKST=SU", "FREQ=WEEKLY;WKST=SU"},
		{"lists are sorted, doubles counted once, ends last", "FREQ=MONTHLY;BYMONTHDAY=-1,15,1,15,-2", "FREQ=MONTHLY;BYMONTHDAY=1,15,-1,-2"},
		{"weekdays from Monday", "FREQ=WEEKLY;BYDAY=SU,FR,MO,FR", "FREQ=WEEKLY;BYDAY=MO,FR,SU"},
		{"weekdays that are counted, after all of their kind", "FREQ=MONTHLY;BYDAY=-1FR,+2TH,FR,1FR", "FREQ=MONTHLY;BYDAY=2TH,FR,1FR,-1FR"},
		{"leading zeros and plus signs", "FREQ=YEARLY;BYMONTH=01,+12;INTERVAL=003", "FREQ=YEARLY;INTERVAL=3;BYMONTH=1,12"},
		{"an end on a day", "FREQ=DAILY;UNTIL=20261224", "FREQ=DAILY;UNTIL=20261224"},
		{"an end at an instant", "FREQ=DAILY;UNTIL=20261224t170000z", "FREQ=DAILY;UNTIL=20261224T170000Z"},
		{"an end on the wall", "FREQ=DAILY;UNTIL=20261224T170000", "FREQ=DAILY;UNTIL=20261224T170000"},
		{
			"everything a year can have", "FREQ=YEARLY;BYSETPOS=-1,1;BYDAY=MO;BYMONTHDAY=1;BYYEARDAY=-366,366;BYWEEKNO=53,-53;BYMONTH=2,1;WKST=SU;COUNT=9;INTERVAL=4",
			"FREQ=YEARLY;INTERVAL=4;COUNT=9;WKST=SU;BYMONTH=1,2;BYWEEKNO=53,-53;BYYEARDAY=366,-366;BYMONTHDAY=1;BYDAY=MO;BYSETPOS=1,-1",
		},
		{"the 31st, or the month's last", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := rule(t, tt.text)
			if got := r.String(); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if again := rule(t, tt.want); again != r {
				t.Error("read again it is another rule")
			}
		})
	}
	if text := (Rule{}).String(); text != "" || !(&Rule{}).IsZero() {
		t.Errorf("no rule reads %q", text)
	}
}

func TestWhatIsNoRuleIsRefusedWithAReason(t *testing.T) {
	tests := []struct{ name, text, reason string }{
		{"nothing", "", "must be a rule such as"},
		{"words", "every friday", "must be a rule such as"},
		{"a part without a value", "FREQ=DAILY;COUNT", "must be a rule such as"},
		{"an empty part", "FREQ=DAILY;", "must be a rule such as"},
		{"a long text", "FREQ=YEARLY;BYYEARDAY=" + strings.Repeat("1,", 300) + "1", "must not be longer than 500"},
		{"no frequency", "INTERVAL=2", "must have FREQ="},
		{"an unknown frequency", "FREQ=FORTNIGHTLY", "must have FREQ="},
		{"an empty frequency", "FREQ=", "must have FREQ="},
		{"every hour", "FREQ=HOURLY", "by the day or slower"},
		{"every minute", "FREQ=MINUTELY;INTERVAL=5", "by the day or slower"},
		{"every second", "FREQ=SECONDLY", "by the day or slower"},
		{"hours", "FREQ=DAILY;BYHOUR=9", "must not hold BYHOUR"},
		{"minutes", "FREQ=DAILY;BYMINUTE=0", "must not hold BYHOUR"},
		{"seconds", "FREQ=DAILY;BYSECOND=0", "must not hold BYHOUR"},
		{"an unknown part", "FREQ=DAILY;X-EASTER=1", "must hold no other parts"},
		{"an unknown part of an extension", "RSCALE=GREGORIAN;FREQ=DAILY;SKIP=FORWARD", "must hold no other parts"},
		{"a part twice", "FREQ=DAILY;INTERVAL=2;INTERVAL=2", "must not hold INTERVAL twice"},
		{"no interval", "FREQ=DAILY;INTERVAL=0", "INTERVAL from 1 to 10000"},
		{"an interval backwards", "FREQ=DAILY;INTERVAL=-1", "INTERVAL from 1 to 10000"},
		{"a broken interval", "FREQ=DAILY;INTERVAL=1.5", "INTERVAL from 1 to 10000"},
		{"a huge interval", "FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL from 1 to 10000"},
		{"no count", "FREQ=DAILY;COUNT=0", "COUNT from 1 to 10000"},
		{"a billion counts", "FREQ=DAILY;COUNT=1000000000", "COUNT from 1 to 10000"},
		{"COUNT with UNTIL", "FREQ=DAILY;COUNT=2;UNTIL=20261224", "by COUNT or by UNTIL"},
		{"an end that is no day", "FREQ=DAILY;UNTIL=20260230", "UNTIL such as"},
		{"an end with hyphens", "FREQ=DAILY;UNTIL=2026-12-24", "UNTIL such as"},
		{"a day with a Z", "FREQ=DAILY;UNTIL=20261224Z", "UNTIL such as"},
		{"an end with an offset", "FREQ=DAILY;UNTIL=20261224T170000+0100", "UNTIL such as"},
		{"an end before all time", "FREQ=DAILY;UNTIL=19691231", "UNTIL such as"},
		{"an end after all time", "FREQ=DAILY;UNTIL=99991231", "UNTIL such as"},
		{"a week that begins never", "FREQ=WEEKLY;WKST=XX", "WKST of"},
		{"month 13", "FREQ=YEARLY;BYMONTH=13", "BYMONTH of numbers from 1 to 12"},
		{"a month from the end", "FREQ=YEARLY;BYMONTH=-1", "BYMONTH of numbers from 1 to 12"},
		{"day 0", "FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY of numbers from 1 to 31 or from -31 to -1"},
		{"day 32", "FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY of numbers"},
		{"day 367", "FREQ=YEARLY;BYYEARDAY=-367", "BYYEARDAY of numbers"},
		{"week 54", "FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO of numbers"},
		{"place 0", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS of numbers"},
		{"two signs", "FREQ=MONTHLY;BYMONTHDAY=+-1", "BYMONTHDAY of numbers"},
		{"an empty list", "FREQ=MONTHLY;BYMONTHDAY=", "BYMONTHDAY of numbers"},
		{"a list that ends in a comma", "FREQ=MONTHLY;BYMONTHDAY=1,", "BYMONTHDAY of numbers"},
		{"a day of no week", "FREQ=WEEKLY;BYDAY=MON", "days in BYDAY"},
		{"an empty day", "FREQ=WEEKLY;BYDAY=MO,,TU", "days in BYDAY"},
		{"the 54th Monday", "FREQ=YEARLY;BYDAY=54MO", "days in BYDAY"},
		{"the zeroth Monday", "FREQ=MONTHLY;BYDAY=0MO", "days in BYDAY"},
		{"a counted day of a week", "FREQ=WEEKLY;BYDAY=2MO", "BYDAY (2TH) with FREQ=MONTHLY or YEARLY only"},
		{"a counted day of a day", "FREQ=DAILY;BYDAY=2MO", "BYDAY (2TH) with FREQ=MONTHLY or YEARLY only"},
		{"a counted day beside weeks", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "not with BYWEEKNO"},
		{"weeks of a month", "FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO with FREQ=YEARLY only"},
		{"days of the year of a month", "FREQ=MONTHLY;BYYEARDAY=20", "BYYEARDAY with FREQ=YEARLY only"},
		{"days of the month of a week", "FREQ=WEEKLY;BYMONTHDAY=13", "no BYMONTHDAY with FREQ=WEEKLY"},
		{"places of nothing", "FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS beside another"},
		{"letters that fold into others", "FREQ=DA\u0131LY", "must be a rule such as"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Parse(tt.text)
			if err == nil {
				t.Fatalf("it is %s", r)
			}
			if !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("%q, want %q", err, tt.reason)
			}
			if r != (Rule{}) {
				t.Errorf("and yet it is %s", r)
			}
		})
	}
}

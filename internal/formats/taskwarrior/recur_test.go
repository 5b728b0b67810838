package taskwarrior

import "testing"

func TestFrequenciesAreRules(t *testing.T) {
	for recur, want := range map[string]string{
		"daily": "FREQ=DAILY;INTERVAL=1", "day": "FREQ=DAILY;INTERVAL=1", "3days": "FREQ=DAILY;INTERVAL=3", "2da": "FREQ=DAILY;INTERVAL=2",
		"weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "weekly": "FREQ=WEEKLY;INTERVAL=1", "2wks": "FREQ=WEEKLY;INTERVAL=2",
		"biweekly": "FREQ=WEEKLY;INTERVAL=2", "fortnight": "FREQ=WEEKLY;INTERVAL=2", "4 weeks": "FREQ=WEEKLY;INTERVAL=4",
		"monthly": "FREQ=MONTHLY;INTERVAL=1", "2mo": "FREQ=MONTHLY;INTERVAL=2", "2m": "FREQ=MONTHLY;INTERVAL=2", "bimonthly": "FREQ=MONTHLY;INTERVAL=2",
		"quarterly": "FREQ=MONTHLY;INTERVAL=3", "1qtr": "FREQ=MONTHLY;INTERVAL=3", "2q": "FREQ=MONTHLY;INTERVAL=6", "semiannual": "FREQ=MONTHLY;INTERVAL=6",
		"annual": "FREQ=YEARLY;INTERVAL=1", "Yearly": "FREQ=YEARLY;INTERVAL=1", "biannual": "FREQ=YEARLY;INTERVAL=2", "biyearly": "FREQ=YEARLY;INTERVAL=2",
		"3yrs": "FREQ=YEARLY;INTERVAL=3", "P1Y": "FREQ=YEARLY;INTERVAL=1", "P1M": "FREQ=MONTHLY;INTERVAL=1", "P1Y2M": "FREQ=MONTHLY;INTERVAL=14",
		"P2W": "FREQ=WEEKLY;INTERVAL=2", "P10D": "FREQ=DAILY;INTERVAL=10", "P1W2D": "FREQ=DAILY;INTERVAL=9", "p1d": "FREQ=DAILY;INTERVAL=1", "P7DT0H": "FREQ=DAILY;INTERVAL=7",
		// None of these can be told by days.
		"hourly": "", "2h": "", "3min": "", "PT12H": "", "P1M2D": "", "P": "", "PT": "", "0d": "", "P0D": "", "": "", "now and then": "", "123456d": "", "-1d": "",
	} {
		if got := frequency(recur); got != want {
			t.Errorf("%q is %q, want %q", recur, got, want)
		}
	}
}

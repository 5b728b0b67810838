package main

import (
	"net/http"
	"testing"

	"mindflow/internal/client"
)

func TestDoneSaysWhenATaskComesAgain(t *testing.T) {
	s := signedUp(t)
	var signed struct {
		Access string `json:"access_token"`
	}
	s.ask(t, "POST /api/auth/login", "", `{"email": "ada@example.com", "password": "`+password+`"}`, &signed)
	for title, due := range map[string]string{"Water": "2026-11-23", "Call": "2026-11-23T17:00"} {
		body := `{"title": "` + title + `", "due_date": "` + due + `", "recurrence": {"rule": "FREQ=DAILY;COUNT=2"}}`
		if status := s.ask(t, "POST /api/tasks", signed.Access, body, nil); status != http.StatusCreated {
			t.Fatalf("%s: %d", title, status)
		}
	}
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-23\nIt comes again, due 2026-11-24.\n")
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-24\nThat was the last time.\n")
	same(t, s.must(t, "done", "call"), "Done: Call (########)\ndue 17:00 today\nIt comes again, due 17:00 tomorrow.\n")
}

func TestRulesAreSaidInWords(t *testing.T) {
	for rule, want := range map[string]string{
		"FREQ=DAILY":                                               "repeats every day",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR":                       "repeats every 2 weeks on Mon and Fri",
		"FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=6":                       "repeats every Mon, Wed and Fri, 6 times",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261224":          "repeats every weekday, until 2026-12-24",
		"FREQ=DAILY;UNTIL=20261224T225959Z":                        "repeats every day, until 2026-12-24",
		"FREQ=DAILY;UNTIL=20261224T230000Z":                        "repeats every day, until 2026-12-25",
		"FREQ=MONTHLY;BYMONTHDAY=1,-1":                             "repeats every month on the 1st and last day",
		"FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1":          "repeats every month on the 31st",
		"FREQ=MONTHLY;BYDAY=2TH":                                   "repeats every month on the 2nd Thu",
		"FREQ=MONTHLY;BYDAY=-1FR;COUNT=1":                          "repeats every month on the last Fri, once",
		"FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2": "repeats every 3 months on the 2nd last weekday",
		"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24":                     "repeats every year on 24 December",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1":       "repeats by FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
		"FREQ=YEARLY;BYWEEKNO=20":                                  "repeats by FREQ=YEARLY;BYWEEKNO=20",
		"FREQ=DAILY;BYMONTH=6":                                     "repeats by FREQ=DAILY;BYMONTH=6",
		"FREQ=MONTHLY;BYDAY=MO,TU":                                 "repeats by FREQ=MONTHLY;BYDAY=MO,TU",
		"":                                                         "repeats by ",
	} {
		if got := repeats(client.Recurrence{Rule: rule, Timezone: "Europe/Berlin"}); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

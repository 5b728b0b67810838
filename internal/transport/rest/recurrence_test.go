package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"mindflow/internal/store/storetest"
)

func TestWhenSomethingWouldComeAgain(t *testing.T) {
	t.Parallel()
	const req = "POST /api/recurrence/preview"
	table(t, "recurrence", []row{
		{says: "days", req: req, body: `{"rule": "FREQ=WEEKLY;BYDAY=MO,FR", "start": "2026-11-27", "limit": 3}`, status: 200, want: `occurrences=["2026-11-27","2026-11-30","2026-12-04"]`},
		{says: "ten, where nobody says", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27"}`, status: 200, want: "occurrences.9=2026-12-06"},
		{says: "a start that the rule does not name is none, and not counted", req: req, body: `{"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "start": "2026-11-27"}`, status: 200, want: `occurrences=["2026-11-30","2026-12-07"]`},
		{says: "moments, in her zone, over a spring night", req: req, body: `{"rule": "FREQ=DAILY", "start": "2027-03-27T02:30", "limit": 3}`, status: 200, want: `occurrences=["2027-03-27T02:30:00+01:00","2027-03-28T03:30:00+02:00","2027-03-29T02:30:00+02:00"]`},
		{says: "over an autumn night", req: req, body: `{"rule": "FREQ=DAILY", "start": "2027-10-30T02:30:00+02:00", "limit": 3}`, status: 200, want: `occurrences=["2027-10-30T02:30:00+02:00","2027-10-31T02:30:00+02:00","2027-11-01T02:30:00+01:00"]`},
		{says: "in another zone", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27T17:00", "timezone": "America/New_York", "limit": 1}`, status: 200, want: `occurrences=["2026-11-27T17:00:00-05:00"]`},
		{says: "in his", by: "eve", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27T17:00", "timezone": null, "limit": 1}`, status: 200, want: `occurrences=["2026-11-27T17:00:00-05:00"]`},
		{says: "an instant is read off the wall", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27T16:00:00Z", "limit": 1}`, status: 200, want: `occurrences=["2026-11-27T17:00:00+01:00"]`},
		{says: "the 31st, clamped", req: req, body: `{"rule": "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "start": "2026-01-31", "limit": 3}`, status: 200, want: `occurrences=["2026-01-31","2026-02-28","2026-03-31"]`},
		{says: "the end belongs to it", req: req, body: `{"rule": "FREQ=DAILY;UNTIL=20261128", "start": "2026-11-27"}`, status: 200, want: `occurrences=["2026-11-27","2026-11-28"]`},
		{says: "an end before the first", req: req, body: `{"rule": "FREQ=DAILY;UNTIL=20261120", "start": "2026-11-27"}`, status: 200, want: `occurrences=[]`},
		{says: "the most", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27", "limit": 500}`, status: 200, want: "occurrences.499=2028-04-09"},

		{says: "nothing, by name", req: req, body: `{}`, status: 422, want: "errors.0.field=rule; errors.0.message=is required; errors.1.field=start"},
		{says: "all that is bad", req: req, body: `{"rule": "x", "start": "x", "timezone": "Mars/Olympus", "limit": 501, "zz": 1}`, status: 422, want: "errors.0.field=limit; errors.1.field=rule; errors.2.field=start; errors.3.field=timezone; errors.4.field=zz"},
		{says: "types", req: req, body: `{"rule": 1, "start": [], "limit": "x"}`, status: 422},
		{says: "each second", req: req, body: `{"rule": "FREQ=SECONDLY", "start": "2026-11-27"}`, status: 422, want: "errors.0.field=rule; errors.0.message=must repeat by the day or slower: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"},
		{says: "no interval", req: req, body: `{"rule": "FREQ=DAILY;INTERVAL=0", "start": "2026-11-27"}`, status: 422, want: "errors.0.message=must have an INTERVAL from 1 to 10000"},
		{says: "two ends", req: req, body: `{"rule": "FREQ=DAILY;COUNT=1;UNTIL=20261128", "start": "2026-11-27"}`, status: 422, want: "errors.0.message=must end by COUNT or by UNTIL, not by both"},
		{says: "a billion", req: req, body: `{"rule": "FREQ=DAILY;COUNT=1000000000", "start": "2026-11-27"}`, status: 422, want: "errors.0.message=must have a COUNT from 1 to 10000"},
		{says: "since 1900", req: req, body: `{"rule": "FREQ=DAILY", "start": "1900-01-01"}`, status: 422, want: "errors.0.field=start; errors.0.message=must lie in the years 1970 to 9998"},
		{says: "never", req: req, body: `{"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "start": "2026-11-27"}`, status: 422, want: "errors.0.field=rule"},
		{says: "a day ends moments", req: req, body: `{"rule": "FREQ=DAILY;UNTIL=20261128", "start": "2026-11-27T17:00"}`, status: 422, want: "errors.0.field=rule"},
		{says: "a limit of none", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27", "limit": 0}`, status: 422, want: "errors.0.field=limit"},
		{says: "the server's zone", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27", "timezone": "Local"}`, status: 422, want: "errors.0.field=timezone"},
		{says: "nobody", by: "nobody", req: req, body: `{"rule": "FREQ=DAILY", "start": "2026-11-27"}`, status: 401},
	})
}

// Whoever types a rule asks with each key: it counts as a question.
func TestAPreviewIsCountedAsARead(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	a := ada.do("POST /api/recurrence/preview", `{"rule": "FREQ=DAILY", "start": "2026-11-27"}`).want(http.StatusOK)
	read := ada.do("GET /api/tasks", "")
	if got, want := fmt.Sprint(a.header["Ratelimit-Policy"]), fmt.Sprint(read.header["Ratelimit-Policy"]); got != want || strings.Contains(fmt.Sprint(a.header["Ratelimit"]), "changes") {
		t.Errorf("%s, and of a read %s", got, want)
	}
	if a := ada.do("POST /api/recurrence/preview", `{"rule": "FREQ=DAILY"`); a.status != http.StatusBadRequest {
		t.Errorf("half a body: %d", a.status)
	}
}

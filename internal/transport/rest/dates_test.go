package rest_test

import (
	"net/http"
	"testing"
)

func TestDaysStayDaysAndInstantsAreUTC(t *testing.T) {
	t.Parallel()
	table(t, "dates", []row{
		{says: "a day", req: "POST /api/tasks", body: `{"title": "x", "due_date": "2026-12-24", "start_date": "2026-12-24"}`, status: 201, save: "t", want: "due_date=2026-12-24; start_date=2026-12-24; created_at=2026-11-27T08:00:01.123456Z; updated_at=2026-11-27T08:00:01.123456Z"},
		{says: "an instant with an offset", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-12-24T17:00:00+01:00", "start_date": null}`, status: 200, want: "due_date=2026-12-24T16:00:00Z"},
		{says: "a lower-case one, with a space or a fraction", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-12-24 17:00:00.999z"}`, status: 200, want: "due_date=2026-12-24T17:00:00Z"},
		{says: "a wall clock of hers", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-12-24T17:00:00"}`, status: 200, want: "due_date=2026-12-24T16:00:00Z"},
		{says: "without seconds", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-07-24T17:00"}`, status: 200, want: "due_date=2026-07-24T15:00:00Z"},
		{says: "in the gap of a spring night: forward by the gap", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2027-03-28T02:30:00"}`, status: 200, want: "due_date=2027-03-28T01:30:00Z"},
		{says: "in the fold of an autumn night: the earlier", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2027-10-31T02:30:00"}`, status: 200, want: "due_date=2027-10-31T00:30:00Z"},
		{says: "a snooze, too", req: "PATCH /api/tasks/{t}", body: `{"snoozed_until": "2027-10-31T02:30:00"}`, status: 200, want: "snoozed_until=2027-10-31T00:30:00Z"},
		{says: "the first day there is", req: "PATCH /api/tasks/{t}", body: `{"due_date": "1970-01-01"}`, status: 200, want: "due_date=1970-01-01"},
		{says: "the last", req: "PATCH /api/tasks/{t}", body: `{"due_date": "9998-12-31"}`, status: 200, want: "due_date=9998-12-31"},
		{says: "the year after", req: "PATCH /api/tasks/{t}", body: `{"due_date": "9999-01-01"}`, status: 422},
		{says: "the year before", req: "PATCH /api/tasks/{t}", body: `{"due_date": "1969-12-31T23:59:59Z"}`, status: 422},
		{says: "an instant before, by its offset", req: "PATCH /api/tasks/{t}", body: `{"due_date": "1970-01-01T00:30:00+01:00"}`, status: 422},
		{says: "no such day", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-02-29"}`, status: 422},
		{says: "no such hour", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-02-28T25:00:00Z"}`, status: 422},
		{says: "a local midnight is an instant", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-12-24T00:00:00"}`, status: 200, want: "due_date=2026-12-23T23:00:00Z"},
		{says: "in another zone", by: "eve", req: "POST /api/tasks", body: `{"title": "x", "due_date": "2026-12-24T17:00", "start_date": "2027-03-14T02:30"}`, status: 422},
		{says: "in another zone's gap", by: "eve", req: "POST /api/tasks", body: `{"title": "x", "due_date": "2027-03-14T02:30"}`, status: 201, want: "due_date=2027-03-14T07:30:00Z"},
	})
}

// Two zones whose midnight does not exist once a year.
func TestADayStartsWhenItsDateFirstShows(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		for zone, c := range map[string]struct{ day, start string }{
			"America/Havana":   {"2027-03-14", "2027-03-14T05:00:00Z"}, // the clocks jump from 00:00 to 01:00
			"America/Santiago": {"2027-09-05", "2027-09-05T04:00:00Z"},
		} {
			p := srv.person(zone+"@example.com", zone)
			p.create(`{"title": "then", "start_date": "` + c.day + `"}`)
			none := p.do("GET /api/tasks/best", "").want(http.StatusNotFound).at("detail")
			if want := "Nothing is to be done now; the next task comes up at " + c.start; none != want {
				t.Errorf("%s, want %s", none, want)
			}
			p.do("GET /api/tasks/ranked", "").want(http.StatusOK).has("total=0; tasks=[]; valid_until=" + c.start + "; next_cursor=null")
			if got := p.do("GET /api/tasks?due_after="+c.day+"&due_before="+c.day, "").want(http.StatusOK).titles(); got != "" {
				t.Errorf("listed %s", got)
			}
			p.create(`{"title": "due", "due_date": "` + c.day + `"}`)
			for query, want := range map[string]string{
				"due_after=" + c.start:                       "due",
				"due_before=" + c.start:                      "",
				"due_after=" + c.day:                         "due",
				"due_before=" + c.day:                        "",
				"due_after=" + c.day + "T00:00:00":           "due", // in the gap: the instant after it
				"due_after=" + c.start[:17] + "01Z":          "",
				"due_before=" + c.start[:17] + "01Z":         "due",
				"due_after=2027-01-01&due_before=2028-01-01": "due",
			} {
				if got := p.do("GET /api/tasks?"+query, "").want(http.StatusOK).titles(); got != want {
					t.Errorf("%s: %s lists %q, want %q", zone, query, got, want)
				}
			}
		}
	})
}

package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

func TestATextIsReadAndNothingKept(t *testing.T) {
	t.Parallel()
	const parse = "POST /api/tasks/parse"
	table(t, "parse", []row{
		{says: "a text", req: parse, body: `{"text": "Write report tomorrow due 3 dec 5pm p1 #work @office ~30m ^morning remind me 1h before"}`, status: 200, want: "title=Write report; start_date=2026-11-28; due_date=2026-12-03T17:00:00+01:00; priority=5; project=work; tags.0=office; effort_estimate_minutes=30; preferred_time=morning; reminders.0.before_minutes=60; recurrence=null"},
		{says: "a repeat", req: parse, body: `{"text": "Water the plants every! 3 days"}`, status: 200, want: "title=Water the plants; due_date=2026-11-27; recurrence.rule=FREQ=DAILY;INTERVAL=3; recurrence.from=completion"},
		{says: "a moment to be reminded at", req: parse, body: `{"text": "Call remind me tomorrow 9am"}`, status: 200, want: "title=Call; due_date=null; reminders.0.at=2026-11-28T09:00:00+01:00"},
		{says: "code points", req: parse, body: `{"text": "🎉 Grüße tomorrow, p1"}`, status: 200, want: "title=🎉 Grüße,; tokens.0.start=8; tokens.0.end=16; tokens.0.kind=due_date; tokens.0.text=tomorrow; tokens.1.start=18"},
		{says: "nothing left", req: parse, body: `{"text": "tomorrow"}`, status: 200, want: "title=; due_date=2026-11-28"},
		{says: "nothing at all", req: parse, body: `{"text": ""}`, status: 200, want: "title=; due_date=null; tags=[]; tokens=[]; reminders=[]"},
		{says: "typed at another moment", req: parse, body: `{"text": "Call tomorrow", "at": "2027-01-31T22:30:00Z"}`, status: 200, want: "due_date=2027-02-01"},
		{says: "in the zone of the preferences", req: parse, body: `{"text": "Call tomorrow", "at": "2027-01-31T22:30:00"}`, status: 200, want: "due_date=2027-02-01"},
		{says: "in another locale", req: parse, body: `{"text": "Bob anrufen am 3.12. um 9 Uhr", "locale": "de"}`, status: 200, want: "title=Bob anrufen; due_date=2026-12-03T09:00:00+01:00"},
		{says: "which is not kept", req: parse, body: `{"text": "Bob anrufen am 3.12. um 9 Uhr"}`, status: 200, want: "title=Bob anrufen am 3.12. um 9 Uhr"},
		{says: "a null is as if it were absent", req: parse, body: `{"text": "Call 12/3", "at": null, "locale": null}`, status: 200, want: "due_date=2026-12-03"},
		{says: "another locale in the preferences", req: "PUT /api/preferences", body: `{"locale": "en-GB"}`, status: 200},
		{says: "holds at once", req: parse, body: `{"text": "Call 12/3"}`, status: 200, want: "due_date=2027-03-12"},
		{says: "no text", req: parse, body: `{}`, status: 422, want: "errors.0.field=text"},
		{says: "a text of no text", req: parse, body: `{"text": null}`, status: 422, want: "errors.0.field=text"},
		{says: "too long a text", req: parse, body: `{"text": "` + strings.Repeat("é", 1001) + `"}`, status: 422, want: "errors.0.field=text"},
		{says: "a control character", req: parse, body: `{"text": "Call\u0007 Bob tomorrow"}`, status: 422, want: "errors.0.field=text; errors.0.message=must not hold control characters"},
		{says: "white space is none", req: parse, body: `{"text": "Call\tBob\r\ntomorrow #\"two\twords\""}`, status: 200, want: "title=Call Bob; project=two words; due_date=2026-11-28"},
		{says: "as long as may be", req: parse, body: `{"text": "` + strings.Repeat("é", 1000) + `"}`, status: 200},
		{says: "everything wrong, by name", req: parse, body: `{"text": "` + strings.Repeat("é", 1001) + `", "at": "tomorrow", "locale": "xx"}`, status: 422, want: "errors.0.field=text; errors.1.field=at; errors.2.field=locale"},
		{says: "an unknown key", req: parse, body: `{"text": "x", "zone": "UTC"}`, status: 422, want: "errors.0.field=zone"},
		{says: "nobody is answered nothing", by: "nobody", req: parse, body: `{"text": "x"}`, status: 401},
		{says: "no task was made", req: "GET /api/tasks", status: 200, want: "tasks=[]"},
	})
}

func TestReadingATextIsARead(t *testing.T) {
	t.Parallel()
	srv := limitedServer(t, storetest.SQLite, app.Limits{Changes: mindflow.Rate{Limit: 1, Per: time.Minute}, Reads: mindflow.Rate{Limit: 2, Per: time.Minute}})
	ada := srv.person("ada@example.com", "UTC")
	for range 2 {
		ada.do("POST /api/tasks/parse", `{"text": "x"}`).want(http.StatusOK)
	}
	ada.do("POST /api/tasks/parse", `{"text": "x"}`).refused("reads")
	ada.do("POST /api/tasks", create).want(http.StatusCreated)
}

func TestATextBecomesATask(t *testing.T) {
	t.Parallel()
	const quick = "POST /api/tasks/quick"
	table(t, "quick", []row{
		{says: "a text", req: quick, body: `{"text": "Write report tomorrow due 3 dec 5pm p1 @office ~30m ^morning remind me 1h before"}`, status: 201, want: "title=Write report; start_date=2026-11-28; due_date=2026-12-03T16:00:00Z; priority=5; tags.0=office; effort_estimate_minutes=30; preferred_time=morning; reminders.0.before_minutes=60; version=1", save: "report"},
		{says: "it is there", req: "GET /api/tasks/{report}", status: 200, want: "title=Write report; status=pending"},
		{says: "nothing but a title", req: quick, body: `{"text": "Call Bob"}`, status: 201, want: "title=Call Bob; priority=3; due_date=null; recurrence=null"},
		{says: "nothing left for a title", req: quick, body: `{"text": "tomorrow p1"}`, status: 422, want: "errors.0.field=title"},
		{says: "nothing at all", req: quick, body: `{"text": " "}`, status: 422, want: "errors.0.field=title"},
		{says: "too long a title", req: quick, body: `{"text": "` + strings.Repeat("é", 201) + ` tomorrow"}`, status: 422, want: "errors.0.field=title"},
		{says: "a title that is not too long without its tokens", req: quick, body: `{"text": "` + strings.Repeat("é", 200) + ` tomorrow"}`, status: 201, want: "due_date=2026-11-28"},
		{says: "too long a text", req: quick, body: `{"text": "` + strings.Repeat("é", 1001) + `"}`, status: 422, want: "errors.0.field=text"},
		{says: "a control character, wherever it stands", req: quick, body: `{"text": "Call Bob #\"a\u0007b\""}`, status: 422, want: "errors.0.field=text; errors.0.message=must not hold control characters; errors.1=-"},
		{says: "white space is folded", req: quick, body: `{"text": "Call\tBob\r\ntomorrow"}`, status: 201, want: "title=Call Bob; due_date=2026-11-28"},
		{says: "a start after the due date", req: quick, body: `{"text": "Call from 2027-01-01 due 2026-12-01"}`, status: 422, want: "errors.0.field=start_date"},
		{says: "what is said besides goes before it", req: quick, body: `{"text": "Call Bob tomorrow p1", "priority": 2, "description": "About work"}`, status: 201, want: "title=Call Bob; priority=2; due_date=2026-11-28; description=About work"},
		{says: "and may clear it", req: quick, body: `{"text": "Call Bob tomorrow", "due_date": null, "title": "Call"}`, status: 201, want: "title=Call; due_date=null"},
		{says: "what is wrong besides, by name", req: quick, body: `{"text": "Call Bob", "priority": 9, "due_date": "x"}`, status: 422},
		{says: "and what is wrong with the title too", req: quick, body: `{"text": "tomorrow", "priority": 9}`, status: 422, want: "errors.0.field=title; errors.1.field=priority"},
		{says: "and with the text", req: quick, body: `{"text": "` + strings.Repeat("é", 1001) + `", "priority": 9, "locale": "xx"}`, status: 422, want: "errors.0.field=text; errors.1.field=locale; errors.2.field=priority"},
		{says: "an id of one's own", req: quick, body: `{"text": "Call Ann tomorrow", "id": "` + someone + `"}`, status: 201, want: "id=" + someone + "; due_date=2026-11-28"},
		{says: "a day later it is the same task", later: 24 * time.Hour, req: quick, body: `{"text": "Call Ann tomorrow", "id": "` + someone + `"}`, status: 200, want: "id=" + someone + "; due_date=2026-11-28; version=1"},
		{says: "another text is another task", req: quick, body: `{"text": "Call Ann today", "id": "` + someone + `"}`, status: 409},
		{says: "what is no UUID is no id", req: quick, body: `{"text": "Call", "id": "7"}`, status: 422, want: "errors.0.field=id"},
		{says: "in another locale", req: quick, body: `{"text": "Bob anrufen übermorgen", "locale": "de"}`, status: 201, want: "title=Bob anrufen; due_date=2026-11-30"},
		{says: "a key of one's own", req: quick, body: `{"text": "Call Eve tomorrow"}`, head: key + "q", status: 201, want: "due_date=2026-11-29", save: "eve"},
		{says: "sent again", later: 20 * time.Hour, req: quick, body: `{"text": "Call Eve tomorrow"}`, head: key + "q", status: 201, want: "id={eve}; due_date=2026-11-29"},
		{says: "a project that is not there is made", req: quick, body: `{"text": "Paint the wall #House"}`, status: 201, want: "title=Paint the wall", save: "wall"},
		{says: "it is one", req: "GET /api/projects", status: 200, want: "projects.0.name=House; projects.1=-"},
		{says: "and is found again, whatever the case", req: quick, body: `{"text": "Sweep the floor #house"}`, status: 201},
		{says: "there still is one", req: "GET /api/projects", status: 200, want: "projects.0.name=House; projects.0.open_tasks=2; projects.1=-"},
		{says: "what is said besides goes before it", req: quick, body: `{"text": "Sweep the floor #other", "project_id": null}`, status: 201, want: "project_id=null"},
		{says: "and makes none", req: "GET /api/projects", status: 200, want: "projects.0.name=House; projects.1=-"},
		{says: "an empty title makes none", req: quick, body: `{"text": "#other"}`, status: 422, want: "errors.0.field=title"},
		{says: "no text", req: quick, body: `{"title": "x"}`, status: 422, want: "errors.0.field=text"},
		{says: "an unknown key", req: quick, body: `{"text": "x", "at": "2026-11-27T10:00:00Z"}`, status: 422, want: "errors.0.field=at"},
		{says: "nobody adds nothing", by: "nobody", req: quick, body: `{"text": "x"}`, status: 401},
	})
}

package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/web"
)

const (
	day     = 24 * time.Hour
	someone = "0193a5c0-0000-7000-8000-00000000000a"
	other   = "0193a5c0-0000-7000-8000-00000000000b"
)

func TestATaskIsCreatedWithEachFieldOrItsDefault(t *testing.T) {
	t.Parallel()
	table(t, "create", []row{
		{
			says: "a title is enough", req: "POST /api/tasks", body: `{"title": "Write"}`, status: 201,
			want: "status=pending; priority=3; description=null; due_date=null; start_date=null; snoozed_until=null; effort_estimate_minutes=null; preferred_time=null; tags=[]; version=1; completed_at=null; deleted_at=null; assignee_id=null",
		},
		{
			says: "everything at once", req: "POST /api/tasks", status: 201, head: "X-Client: cli",
			body: `{"title": "  Tom & Jerry <b>  ", "description": "line\r\nline\ttab ", "status": "in_progress", "priority": 5, "due_date": "2026-12-24",
				"start_date": "2026-12-01T09:00:00+01:00", "effort_estimate_minutes": 10080, "preferred_time": "evening", "tags": ["Home", " home ", "ÉTÉ"], "assignee_id": null}`,
			want: `title=Tom & Jerry <b>; status=in_progress; tags=["Home","ÉTÉ"]; start_date=2026-12-01T08:00:00Z`,
		},
		{says: "nulls are defaults", req: "POST /api/tasks", body: `{"title": "x", "description": null, "priority": null, "due_date": null, "effort_estimate_minutes": null, "preferred_time": null, "tags": null, "id": null}`, status: 201, want: "priority=3"},
		{says: "whole numbers may be written in other ways", req: "POST /api/tasks", body: `{"title": "x", "priority": 4.0, "effort_estimate_minutes": 3e1}`, status: 201, want: "priority=4; effort_estimate_minutes=30"},
		{says: "one may be snoozed at once", req: "POST /api/tasks", body: `{"title": "x", "snoozed_until": "2026-11-28T08:00:00.9Z"}`, status: 201, want: "status=snoozed; snoozed_until=2026-11-28T08:00:00Z"},
		{says: "or done at once", req: "POST /api/tasks", body: `{"title": "x", "status": "completed"}`, status: 201, want: "status=completed; completed_at=2026-11-27T08:00:06.123456Z"},
		{says: "or cancelled", req: "POST /api/tasks", body: `{"title": "x", "status": "cancelled"}`, status: 201, want: "status=cancelled"},
		{says: "snoozed needs its end", req: "POST /api/tasks", body: `{"title": "x", "status": "snoozed"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "and an end goes with snoozed only", req: "POST /api/tasks", body: `{"title": "x", "status": "pending", "snoozed_until": "2026-11-28T08:00:00Z"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "a title is required", req: "POST /api/tasks", body: `{"priority": 3}`, status: 422, want: "errors.0.field=title"},
		{says: "a null is no title", req: "POST /api/tasks", body: `{"title": null}`, status: 422, want: "errors.0.field=title"},
		{
			says: "every bad field is named at once", req: "POST /api/tasks", status: 422,
			body: `{"title": "` + strings.Repeat("é", 201) + `", "description": 7, "status": "done", "priority": 6, "due_date": "2026-02-30", "start_date": "soon",
				"snoozed_until": "2026-11-28", "effort_estimate_minutes": 0, "preferred_time": "noon", "tags": ["", "` + strings.Repeat("x", 51) + `"], "assignee_id": "me", "extra": 1, "version": 1}`,
		},
		{says: "lengths count code points once tidied", req: "POST /api/tasks", body: `{"title": " ` + strings.Repeat("é", 200) + ` ", "description": "` + strings.Repeat("😀", 2000) + `"}`, status: 201},
		{says: "control characters are refused", req: "POST /api/tasks", body: `{"title": "a\u0007b", "description": "\u001b"}`, status: 422},
		{says: "twenty-one tags are too many", req: "POST /api/tasks", body: `{"title": "x", "tags": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]}`, status: 422, want: "errors.0.field=tags"},
		{says: "a start after the due date", req: "POST /api/tasks", body: `{"title": "x", "due_date": "2026-12-01", "start_date": "2026-12-02"}`, status: 422, want: "errors.0.field=start_date"},
		{says: "a start on the due day", req: "POST /api/tasks", body: `{"title": "x", "due_date": "2026-12-01", "start_date": "2026-12-01T23:59:59"}`, status: 201},
		{says: "one may assign a task to oneself only", req: "POST /api/tasks", body: `{"title": "x", "assignee_id": "` + someone + `"}`, status: 422, want: "errors.0.field=assignee_id"},
		{says: "a fraction is no priority", req: "POST /api/tasks", body: `{"title": "x", "priority": 2.5}`, status: 422, want: "errors.0.field=priority"},
		{says: "a number beyond all numbers", req: "POST /api/tasks", body: `{"title": "x", "priority": 1e400}`, status: 400},
		{says: "a number beyond integers", req: "POST /api/tasks", body: `{"title": "x", "effort_estimate_minutes": 99999999999999999999}`, status: 422, want: "errors.0.field=effort_estimate_minutes"},

		{says: "a client may bring the id", req: "POST /api/tasks", body: `{"title": "mine", "id": "` + someone + `", "due_date": "2026-12-01"}`, status: 201, save: "mine", want: "id=" + someone},
		{says: "the same id and body is the same task", req: "POST /api/tasks", body: `{"due_date": "2026-12-01", "id": "` + strings.ToUpper(someone) + `", "title": "mine"}`, status: 200, want: "version=1; created_at=2026-11-27T08:00:22.123456Z"},
		{says: "with another body it is a conflict", req: "POST /api/tasks", body: `{"title": "mine too", "id": "` + someone + `"}`, status: 409},
		{says: "somebody else has ids of her own", by: "eve", req: "POST /api/tasks", body: `{"title": "hers", "id": "` + someone + `"}`, status: 201},
		{says: "the task changes", req: "PATCH /api/tasks/{mine}", body: `{"title": "changed"}`, status: 200},
		{says: "and is the same task still", req: "POST /api/tasks", body: `{"title": "mine", "id": "` + someone + `", "due_date": "2026-12-01"}`, status: 200, want: "title=changed; version=2"},
		{says: "it is deleted", req: "DELETE /api/tasks/{mine}", status: 204},
		{says: "then its id is taken for good", req: "POST /api/tasks", body: `{"title": "mine", "id": "` + someone + `", "due_date": "2026-12-01"}`, status: 409},
		{says: "what is not a UUID is no id", req: "POST /api/tasks", body: `{"title": "x", "id": "7"}`, status: 422, want: "errors.0.field=id"},
		{says: "nor is the nil UUID", req: "POST /api/tasks", body: `{"title": "x", "id": "00000000-0000-0000-0000-000000000000"}`, status: 422, want: "errors.0.field=id"},
		{says: "a snoozed task with an id", req: "POST /api/tasks", body: `{"title": "z", "id": "` + other + `", "snoozed_until": "2026-11-27T09:00:00Z"}`, status: 201},
		{says: "is the same task after its snooze", later: 2 * time.Hour, req: "POST /api/tasks", body: `{"title": "z", "id": "` + other + `", "snoozed_until": "2026-11-27T09:00:00Z"}`, status: 200, want: "status=pending; snoozed_until=null"},
		{says: "nobody creates nothing", by: "nobody", req: "POST /api/tasks", body: `{"title": "x"}`, status: 401},
	})
}

// idRoutes are the routes of one task, with a body where one is needed.
var idRoutes = []struct{ method, path, body string }{
	{"GET", "", ""},
	{"GET", "/dependencies", ""},
	{"GET", "/steps", ""},
	{"PATCH", "", `{"title": "x"}`},
	{"PUT", "", `{"title": "x"}`},
	{"DELETE", "", ""},
	{"POST", "/complete", ""},
	{"POST", "/reopen", ""},
	{"POST", "/skip", ""},
	{"POST", "/snooze", ""},
	{"POST", "/restore", ""},
	{"POST", "/move", `{"first": true}`},
}

func TestSomebodyElsesTaskIsNotThereOnAnyRoute(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "UTC"), srv.person("eve@example.com", "UTC")
		id, gone := ada.create(`{"title": "Ada's"}`), ada.create(`{"title": "gone"}`)
		ada.do("DELETE /api/tasks/"+gone, "").want(http.StatusNoContent)
		before := ada.do("GET /api/tasks/"+id, "")
		for _, r := range idRoutes {
			hers := eve.do(r.method+" /api/tasks/"+id+r.path, r.body)
			unknown := eve.do(r.method+" /api/tasks/"+someone+r.path, r.body)
			if hers.status != http.StatusNotFound || unknown.status != http.StatusNotFound {
				t.Errorf("%s %s: %d, unknown %d", r.method, r.path, hers.status, unknown.status)
			}
			if scrubbed(indented(hers.body)) != scrubbed(indented(unknown.body)) {
				t.Errorf("%s %s tells hers from none:\n%s%s", r.method, r.path, hers.body, unknown.body)
			}
			if a := eve.do(r.method+" /api/tasks/"+id+r.path, r.body, `If-Match: "7"`); a.status != http.StatusNotFound {
				t.Errorf("%s %s with a condition: %d", r.method, r.path, a.status)
			}
			if a := srv.nobody().do(r.method+" /api/tasks/"+id+r.path, r.body); a.status != http.StatusUnauthorized {
				t.Errorf("%s %s of nobody: %d", r.method, r.path, a.status)
			}
			if r.path != "/restore" {
				if a := ada.do(r.method+" /api/tasks/"+gone+r.path, r.body); a.status != http.StatusNotFound {
					t.Errorf("%s %s of a deleted task: %d", r.method, r.path, a.status)
				}
			}
			for _, none := range []string{"1", "urn:uuid:" + id, "%7B" + id + "%7D", strings.ReplaceAll(id, "-", ""), "%00"} {
				if a := ada.do(r.method+" /api/tasks/"+none+r.path, r.body); a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
					t.Errorf("%s %s of %q: %d", r.method, r.path, none, a.status)
				}
			}
		}
		if after := ada.do("GET /api/tasks/"+id, ""); string(after.body) != string(before.body) {
			t.Errorf("Ada's task was changed: %s", after.body)
		}
	})
}

func TestAMergePatchKeepsWhatIsAbsentAndClearsWhatIsNull(t *testing.T) {
	t.Parallel()
	const full = `{"title": "Full", "description": "d", "status": "in_progress", "priority": 5, "due_date": "2026-12-24", "start_date": "2026-12-01",
		"effort_estimate_minutes": 30, "preferred_time": "morning", "tags": ["a", "b"]}`
	rows := []row{
		{says: "a full task", req: "POST /api/tasks", body: full, status: 201, save: "t"},
		{says: "nothing said is nothing changed", req: "PATCH /api/tasks/{t}", body: `{}`, status: 200, want: "version=1; title=Full"},
		{says: "one field", req: "PATCH /api/tasks/{t}", body: `{"priority": 1}`, status: 200, want: `version=2; priority=1; description=d; due_date=2026-12-24; tags=["a","b"]`},
		{says: "the same again", req: "PATCH /api/tasks/{t}", body: `{"priority": 1}`, status: 200, want: "version=2"},
		{says: "PUT does the same", req: "PUT /api/tasks/{t}", body: `{"title": "Fuller"}`, status: 200, want: "version=3; title=Fuller; description=d"},
		{says: "null clears", req: "PATCH /api/tasks/{t}", body: `{"description": null, "priority": null, "due_date": null, "start_date": null, "effort_estimate_minutes": null, "preferred_time": null, "tags": null}`, status: 200, want: "version=4; description=null; priority=3; due_date=null; start_date=null; effort_estimate_minutes=null; preferred_time=null; tags=[]; status=in_progress"},
		{says: "a title cannot be cleared", req: "PATCH /api/tasks/{t}", body: `{"title": null}`, status: 422, want: "errors.0.field=title"},
		{says: "nor a status", req: "PATCH /api/tasks/{t}", body: `{"status": null}`, status: 422, want: "errors.0.field=status"},
		{says: "everything bad is named at once", req: "PATCH /api/tasks/{t}", body: `{"title": " ", "priority": 0, "version": 9, "nonsense": 1, "tags": [3]}`, status: 422},
		{says: "read-only keys may be repeated", req: "PATCH /api/tasks/{t}", body: `{"id": "{t}", "version": 4, "created_at": "2026-11-27T09:00:01.123456+01:00", "completed_at": null, "deleted_at": null}`, status: 200, want: "version=4"},
	}
	for key, value := range map[string]string{
		"id": `"` + other + `"`, "workspace_id": `"` + other + `"`, "user_id": `"` + other + `"`, "version": "3", "created_at": `"2026-11-27T08:00:01Z"`,
		"updated_at": "null", "completed_at": `"2026-11-27T08:00:01Z"`, "deleted_at": `"x"`,
	} {
		// Golden files want an order; these rows have none, so they stand apart.
		t.Run("another "+key, func(t *testing.T) {
			srv := newServer(t, storetest.SQLite)
			ada := srv.person("ada@example.com", "UTC")
			id := ada.create(full)
			if got := ada.do("PATCH /api/tasks/"+id, `{"`+key+`": `+value+`, "title": "y"}`).want(http.StatusUnprocessableEntity).fields(); got != key {
				t.Errorf("bad fields %s", got)
			}
			ada.do("GET /api/tasks/"+id, "").has("title=Full; version=1")
		})
	}
	table(t, "patch", append(rows, []row{
		{says: "a start after the due date that stands", req: "PATCH /api/tasks/{t}", body: `{"due_date": "2026-12-01"}`, status: 200},
		{says: "is refused", req: "PATCH /api/tasks/{t}", body: `{"start_date": "2026-12-02"}`, status: 422, want: "errors.0.field=start_date"},
		{says: "completed is the verb", req: "PATCH /api/tasks/{t}", body: `{"status": "completed", "title": "Done"}`, status: 200, want: "status=completed; completed_at=2026-11-27T08:00:13.123456Z; title=Done"},
		{says: "completed cannot be snoozed", req: "PATCH /api/tasks/{t}", body: `{"snoozed_until": "2026-12-01T00:00:00Z"}`, status: 409},
		{says: "nor cancelled", req: "PATCH /api/tasks/{t}", body: `{"status": "cancelled"}`, status: 409},
		{says: "pending reopens", req: "PATCH /api/tasks/{t}", body: `{"status": "pending"}`, status: 200, want: "status=pending; completed_at=null"},
		{says: "snoozed needs an end", req: "PATCH /api/tasks/{t}", body: `{"status": "snoozed"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "in the future", req: "PATCH /api/tasks/{t}", body: `{"status": "snoozed", "snoozed_until": "2026-11-27T08:00:00Z"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "which snoozes", req: "PATCH /api/tasks/{t}", body: `{"status": "snoozed", "snoozed_until": "2026-11-28T09:00:00"}`, status: 200, want: "status=snoozed; snoozed_until=2026-11-28T08:00:00Z"},
		{says: "the end alone snoozes on", req: "PATCH /api/tasks/{t}", body: `{"snoozed_until": "2026-11-29T08:00:00Z"}`, status: 200, want: "status=snoozed; snoozed_until=2026-11-29T08:00:00Z"},
		{says: "null wakes", req: "PATCH /api/tasks/{t}", body: `{"snoozed_until": null}`, status: 200, want: "status=pending; snoozed_until=null"},
		{says: "and changes nothing of one that is awake", req: "PATCH /api/tasks/{t}", body: `{"snoozed_until": null}`, status: 200, want: "status=pending"},
		{says: "an end does not go with another status", req: "PATCH /api/tasks/{t}", body: `{"status": "in_progress", "snoozed_until": "2026-11-29T08:00:00Z"}`, status: 422, want: "errors.0.field=snoozed_until"},
		{says: "in progress", req: "PATCH /api/tasks/{t}", body: `{"status": "in_progress"}`, status: 200, want: "status=in_progress"},
		{says: "cancelled", req: "PATCH /api/tasks/{t}", body: `{"status": "cancelled"}`, status: 200, want: "status=cancelled; completed_at=null"},
		{says: "a cancelled task cannot be completed", req: "PATCH /api/tasks/{t}", body: `{"status": "completed"}`, status: 409},
		{says: "assigned to oneself", req: "PATCH /api/tasks/{t}", body: `{"assignee_id": "` + someone + `"}`, status: 422, want: "errors.0.field=assignee_id"},
		{says: "somebody else's", by: "eve", req: "PATCH /api/tasks/{t}", body: `{"title": "hers"}`, status: 404},
	}...))
}

func TestAnAnswerCanBeSentBackUnchanged(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "America/Havana")
		for name, prepare := range map[string]func() string{
			"a bare task": func() string { return ada.create(`{"title": "x"}`) },
			"a full one": func() string {
				return ada.create(`{"title": "x", "description": "d", "due_date": "2026-12-24T10:00", "start_date": "2026-12-24", "effort_estimate_minutes": 5, "preferred_time": "evening", "tags": ["a"], "assignee_id": "` + ada.actor.UserID.String() + `"}`)
			},
			"a completed one": func() string { return ada.create(`{"title": "x", "status": "completed"}`) },
			"a cancelled one": func() string { return ada.create(`{"title": "x", "status": "cancelled"}`) },
			"a snoozed one":   func() string { return ada.create(`{"title": "x", "snoozed_until": "2027-01-01T00:00:00Z"}`) },
			"a woken one": func() string {
				id := ada.create(`{"title": "x", "snoozed_until": "2026-11-27T09:00:00Z"}`)
				srv.clock.Move(2 * time.Hour)
				return id
			},
		} {
			id := prepare()
			srv.clock.Move(time.Second)
			got := ada.do("GET /api/tasks/"+id, "")
			for _, method := range []string{"PUT", "PATCH"} {
				back := ada.do(method+" /api/tasks/"+id, string(got.body), "If-Match: "+got.header.Get("ETag"))
				if back.status != http.StatusOK || string(back.body) != string(got.body) || back.header.Get("ETag") != got.header.Get("ETag") {
					t.Errorf("%s of %s: %d %s\nwas %s", method, name, back.status, back.body, got.body)
				}
			}
			srv.clock.Set(friday)
		}
	})
}

func TestTheVerbs(t *testing.T) {
	t.Parallel()
	table(t, "verbs", []row{
		{says: "a task", req: "POST /api/tasks", body: `{"title": "x"}`, status: 201, save: "t"},
		{says: "complete", req: "POST /api/tasks/{t}/complete", status: 200, want: "status=completed; version=2; completed_at=2026-11-27T08:00:02.123456Z"},
		{says: "complete again changes nothing", req: "POST /api/tasks/{t}/complete", status: 200, want: "version=2; completed_at=2026-11-27T08:00:02.123456Z"},
		{says: "a completed task is not snoozed", req: "POST /api/tasks/{t}/snooze", status: 409},
		{says: "reopen", req: "POST /api/tasks/{t}/reopen", status: 200, want: "status=pending; version=3; completed_at=null"},
		{says: "reopen again changes nothing", req: "POST /api/tasks/{t}/reopen", status: 200, want: "version=3"},
		{says: "an open task stays as it is", req: "PATCH /api/tasks/{t}", body: `{"status": "in_progress"}`, status: 200, want: "version=4"},
		{says: "reopened while in progress", req: "POST /api/tasks/{t}/reopen", status: 200, want: "status=in_progress; version=4"},
		{says: "snooze is for three hours", req: "POST /api/tasks/{t}/snooze", status: 200, want: "status=snoozed; snoozed_until=2026-11-27T11:00:09Z; version=5"},
		{says: "or for so many", req: "POST /api/tasks/{t}/snooze?hours=8760", status: 200, want: "snoozed_until=2027-11-27T08:00:10Z"},
		{says: "at least one", req: "POST /api/tasks/{t}/snooze?hours=0", status: 422, want: "errors.0.field=hours"},
		{says: "at most a year", req: "POST /api/tasks/{t}/snooze?hours=8761", status: 422, want: "errors.0.field=hours"},
		{says: "a number", req: "POST /api/tasks/{t}/snooze?hours=two", status: 422, want: "errors.0.field=hours"},
		{says: "until an instant", req: "POST /api/tasks/{t}/snooze", body: `{"until": "2026-12-01T09:00:00+01:00"}`, status: 200, want: "snoozed_until=2026-12-01T08:00:00Z"},
		{says: "until a wall clock of hers", req: "POST /api/tasks/{t}/snooze", body: `{"until": "2026-12-01T10:00"}`, status: 200, want: "snoozed_until=2026-12-01T09:00:00Z"},
		{says: "not until the past", req: "POST /api/tasks/{t}/snooze", body: `{"until": "2026-11-27T08:00:00Z"}`, status: 422, want: "errors.0.field=until"},
		{says: "nor until a word", req: "POST /api/tasks/{t}/snooze", body: `{"until": "tomorrow"}`, status: 422, want: "errors.0.field=until"},
		{says: "for minutes", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "30m"}`, status: 200, want: "snoozed_until=2026-11-27T08:30:18Z"},
		{says: "for hours", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "2h"}`, status: 200, want: "snoozed_until=2026-11-27T10:00:19Z"},
		{says: "for a day, and the wall clock stays", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "1d"}`, status: 200, want: "snoozed_until=2026-11-28T08:00:20Z"},
		{says: "for a week", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "1w"}`, status: 200, want: "snoozed_until=2026-12-04T08:00:21Z"},
		{says: "across the night the clocks change, too", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "18w"}`, status: 200, want: "snoozed_until=2027-04-02T07:00:22Z"},
		{says: "not for nothing", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "0h"}`, status: 422, want: "errors.0.field=duration"},
		{says: "not for two years", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "104w"}`, status: 422, want: "errors.0.field=duration"},
		{says: "not for a moon", req: "POST /api/tasks/{t}/snooze", body: `{"duration": "1x"}`, status: 422, want: "errors.0.field=duration"},
		{says: "one of the ways at a time", req: "POST /api/tasks/{t}/snooze?hours=1", body: `{"until": "2026-12-01T09:00:00Z"}`, status: 422},
		{says: "an empty body is no body", req: "POST /api/tasks/{t}/snooze", body: `{}`, status: 200, want: "snoozed_until=2026-11-27T11:00:27Z"},
		{says: "nulls say nothing", req: "POST /api/tasks/{t}/snooze", body: `{"until": null, "duration": null}`, status: 200, want: "snoozed_until=2026-11-27T11:00:28Z"},
		{says: "a snoozed task can be completed", req: "POST /api/tasks/{t}/complete", status: 200, want: "status=completed; snoozed_until=null"},
		{says: "reopened", req: "POST /api/tasks/{t}/reopen", status: 200, want: "status=pending"},
		{says: "cancelled", req: "PATCH /api/tasks/{t}", body: `{"status": "cancelled"}`, status: 200},
		{says: "a cancelled task is not completed", req: "POST /api/tasks/{t}/complete", status: 409},
		{says: "nor snoozed", req: "POST /api/tasks/{t}/snooze", status: 409},
		{says: "but reopened", req: "POST /api/tasks/{t}/reopen", status: 200, want: "status=pending"},
		{says: "somebody else's complete", by: "eve", req: "POST /api/tasks/{t}/complete", status: 404},

		{says: "delete", req: "DELETE /api/tasks/{t}", status: 204},
		{says: "it is gone", req: "GET /api/tasks/{t}", status: 404},
		{says: "delete again", req: "DELETE /api/tasks/{t}", status: 404},
		{says: "somebody else's restore", by: "eve", req: "POST /api/tasks/{t}/restore", status: 404},
		{says: "restore", req: "POST /api/tasks/{t}/restore", status: 200, want: "deleted_at=null; status=pending; title=x"},
		{says: "restore again changes nothing", req: "POST /api/tasks/{t}/restore", status: 200},
		{says: "delete anew", req: "DELETE /api/tasks/{t}", status: 204},
		{says: "restore on the thirtieth day", later: 30*day - 2*time.Second, req: "POST /api/tasks/{t}/restore", status: 200},
		{says: "delete for good", req: "DELETE /api/tasks/{t}", status: 204},
		{says: "after thirty days it stays gone", later: 30 * day, req: "POST /api/tasks/{t}/restore", status: 404},
	})
}

func TestConditionsOfEditsAndReads(t *testing.T) {
	t.Parallel()
	table(t, "etags", []row{
		{says: "a task", req: "POST /api/tasks", body: `{"title": "x"}`, status: 201, save: "t"},
		{says: "the present tag", req: "PATCH /api/tasks/{t}", head: `If-Match: "1"`, body: `{"title": "y"}`, status: 200, want: "version=2"},
		{says: "a stale tag", req: "PATCH /api/tasks/{t}", head: `If-Match: "1"`, body: `{"title": "z"}`, status: 412},
		{says: "a stale tag, whatever the verb", req: "POST /api/tasks/{t}/complete", head: `If-Match: "1"`, status: 412},
		{says: "snooze too", req: "POST /api/tasks/{t}/snooze", head: `If-Match: "1"`, status: 412},
		{says: "reopen too", req: "POST /api/tasks/{t}/reopen", head: `If-Match: "1"`, status: 412},
		{says: "restore too", req: "POST /api/tasks/{t}/restore", head: `If-Match: "1"`, status: 412},
		{says: "delete too", req: "DELETE /api/tasks/{t}", head: `If-Match: "1"`, status: 412},
		{says: "a list with the present tag", req: "PUT /api/tasks/{t}", head: `If-Match: "1", "2" , "3"`, body: `{"title": "z"}`, status: 200, want: "version=3"},
		{says: "whichever", req: "PATCH /api/tasks/{t}", head: `If-Match: *`, body: `{"title": "w"}`, status: 200, want: "version=4"},
		{says: "a weak tag never matches an edit", req: "PATCH /api/tasks/{t}", head: `If-Match: W/"4"`, body: `{"title": "v"}`, status: 412},
		{says: "nor does one without quotes", req: "PATCH /api/tasks/{t}", head: `If-Match: 4`, body: `{"title": "v"}`, status: 412},
		{says: "a bad edit of a stale version", req: "PATCH /api/tasks/{t}", head: `If-Match: "1"`, body: `{"priority": 9}`, status: 422},
		{says: "read what was read", req: "GET /api/tasks/{t}", head: `If-None-Match: "4"`, status: 304},
		{says: "in a list", req: "GET /api/tasks/{t}", head: `If-None-Match: "1", W/"4"`, status: 304},
		{says: "whichever there is", req: "GET /api/tasks/{t}", head: `If-None-Match: *`, status: 304},
		{says: "read something older", req: "GET /api/tasks/{t}", head: `If-None-Match: "3"`, status: 200, want: "version=4"},
		{says: "snoozed", req: "POST /api/tasks/{t}/snooze?hours=1", status: 200, want: "version=5"},
		{says: "read while snoozed", req: "GET /api/tasks/{t}", head: `If-None-Match: "5"`, status: 304},
		{says: "once the snooze has ended it reads differently", later: time.Hour, req: "GET /api/tasks/{t}", head: `If-None-Match: "5"`, status: 200, want: "version=5; status=pending; snoozed_until=null"},
		{says: "under its own tag", req: "GET /api/tasks/{t}", head: `If-None-Match: "5-w"`, status: 304},
		{says: "what was read before is stale", req: "PATCH /api/tasks/{t}", head: `If-Match: "5"`, body: `{"title": "u"}`, status: 412},
		{says: "what is read now is not", req: "PATCH /api/tasks/{t}", head: `If-Match: "5-w"`, body: `{"title": "u"}`, status: 200, want: "version=6; status=pending"},
		{says: "delete what was read", req: "DELETE /api/tasks/{t}", head: `If-Match: "6"`, status: 204},
		{says: "a deleted task is not found before it is stale", req: "PATCH /api/tasks/{t}", head: `If-Match: "1"`, body: `{"title": "x"}`, status: 404},
		{says: "restore what was deleted", req: "POST /api/tasks/{t}/restore", head: `If-Match: "7"`, status: 200, want: "version=8"},
	})
}

func TestAnEndedSnoozeReadsAsPendingEverywhere(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "Nap", "status": "in_progress"}`)
		ada.do("POST /api/tasks/"+id+"/snooze?hours=1", "").want(http.StatusOK)
		see := func(path, want string) {
			t.Helper()
			if got := ada.do("GET "+path, "").want(http.StatusOK).titles(); got != want {
				t.Errorf("%s at %s lists %q, want %q", path, srv.clock.Now(), got, want)
			}
		}
		for _, asleep := range []bool{true, false} {
			here, there := "Nap", ""
			if asleep {
				here, there = there, here
			}
			see("/api/tasks?status=snoozed", there)
			see("/api/tasks?status=pending", here)
			see("/api/tasks?status=in_progress", "")
			see("/api/tasks/pending", here)
			see("/api/tasks/ranked", here)
			see("/api/tasks", "Nap")
			best := ada.do("GET /api/tasks/best", "")
			if (best.status == http.StatusNotFound) != asleep {
				t.Errorf("best: %d", best.status)
			}
			srv.clock.Set(friday.Truncate(time.Second).Add(time.Hour)) // to the second of its end
		}
		for _, path := range []string{"/api/tasks", "/api/tasks/pending", "/api/tasks/ranked"} {
			prefix := "tasks.0."
			if path == "/api/tasks/ranked" {
				prefix += "task."
			}
			ada.do("GET "+path, "").has(prefix + "status=pending; " + prefix + "snoozed_until=null; " + prefix + "version=2")
		}
		ada.do("GET /api/tasks/best", "").want(http.StatusOK).has("task.status=pending; task.snoozed_until=null; task.version=2")
		// A change of a woken task keeps it awake, as its next version.
		ada.do("PATCH /api/tasks/"+id, `{"priority": 4}`).want(http.StatusOK).has("status=pending; version=3")
		ada.do("POST /api/tasks/"+id+"/snooze", "").want(http.StatusOK).has("status=snoozed; version=4")
	})
}

// Fails when an edit builds on the task as this server last saw it.
func TestAnEditBuildsOnWhatAnotherServerWrote(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		elsewhere := ada
		elsewhere.srv = serve(srv.t, srv.clock, srv.store, web.Placeholder())
		id := ada.create(`{"title": "first"}`)
		for round := range 3 { // from the second on, each server has seen the task
			ada.do("PATCH /api/tasks/"+id, fmt.Sprintf(`{"title": "named %d"}`, round)).want(http.StatusOK)
			elsewhere.do("PATCH /api/tasks/"+id, fmt.Sprintf(`{"priority": %d}`, 1+round)).want(http.StatusOK).
				has(fmt.Sprintf("title=named %d; priority=%d", round, 1+round))
		}
		elsewhere.do("DELETE /api/tasks/"+id, "").want(http.StatusNoContent)
		ada.do("PATCH /api/tasks/"+id, `{"title": "x"}`).want(http.StatusNotFound)
	})
}

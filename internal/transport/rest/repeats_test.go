package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// The clock stands at 08:00 UTC on Friday, 27 November 2026, nine in Berlin.

// after does something to a task that repeats, and answers the next occurrence.
func (p person) after(verb, id string) answer {
	p.srv.t.Helper()
	done := p.do("POST /api/tasks/"+id+verb, "").want(http.StatusOK)
	next := done.at("recurrence.next.id")
	if next == "-" {
		p.srv.t.Fatalf("nothing comes after %s", done.body)
	}
	a := p.do("GET /api/tasks/"+next, "").want(http.StatusOK)
	if a.at("due_date") != done.at("recurrence.next.due_date") {
		p.srv.t.Errorf("announced for %s: %s", done.at("recurrence.next.due_date"), a.body)
	}
	return a.has("status=pending; version=1; completed_at=null; snoozed_until=null")
}

// last does so, and nothing comes after it.
func (p person) last(verb, id string) {
	p.srv.t.Helper()
	if done := p.do("POST /api/tasks/"+id+verb, "").want(http.StatusOK); done.at("recurrence.next.id") != "-" {
		p.srv.t.Errorf("something comes after %s", done.body)
	}
}

func (p person) edit(id, query, body string) answer {
	p.srv.t.Helper()
	return p.do("PATCH /api/tasks/"+id+query, body).want(http.StatusOK)
}

func berliner(t *testing.T, test func(ada person)) {
	t.Helper()
	eachServer(t, func(srv *server) { test(srv.person("ada@example.com", "Europe/Berlin")) })
}

// Seen red when the id of the next task, kept with the one before, is not asked for.
func TestCompletingARepeatingTaskMakesTheNextOnce(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		id := ada.create(`{"title": "water", "description": "all of them", "due_date": "2026-11-27", "start_date": "2026-11-25", "priority": 4, "tags": ["home"],
			"effort_estimate_minutes": 10, "preferred_time": "morning", "reminders": [{"before_minutes": 30}, {"at": "2026-11-26T18:00:00+01:00"}], "recurrence": {"rule": "freq=weekly;byday=fr"}}`)
		ada.do("GET /api/tasks/"+id, "").has("recurrence.rule=FREQ=WEEKLY;BYDAY=FR; recurrence.from=schedule; recurrence.timezone=Europe/Berlin; recurrence.start=2026-11-27; recurrence.slot=2026-11-27; recurrence.series_id=" + id)
		ada.do("POST /api/tasks/"+id+"/snooze", "").want(http.StatusOK)
		next := ada.after("/complete", id)
		next.has("title=water; description=all of them; due_date=2026-12-04; start_date=2026-12-02; priority=4; tags=[\"home\"]; effort_estimate_minutes=10; preferred_time=morning; recurrence.slot=2026-12-04; recurrence.start=2026-11-27; recurrence.series_id=" + id)
		next.has(`reminders=[{"before_minutes":30},{"at":"2026-12-03T17:00:00Z"}]`)
		second := next.at("id")
		if parsed, err := mindflow.ParseID[mindflow.Task](second); err != nil || parsed[6]>>4 != 8 {
			t.Errorf("its id is %s: %v", second, err)
		}
		for range 2 { // done again, and taken back and done: there is one next
			ada.srv.clock.Move(30 * 24 * time.Hour)
			ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK).has("recurrence.next.id=" + second)
			ada.do("POST /api/tasks/"+id+"/reopen", "").want(http.StatusOK)
		}
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK).has("recurrence.next.id=" + second)
		if titles := ada.do("GET /api/tasks", "").titles(); titles != "water water" {
			t.Errorf("there are %s", titles)
		}
		ada.edit(second, "", `{"status": "completed"}`) // as the verb does
		if titles := ada.do("GET /api/tasks", "").titles(); titles != "water water water" {
			t.Errorf("there are %s", titles)
		}
		plain := ada.create(`{"title": "once"}`)
		ada.do("POST /api/tasks/"+plain+"/complete", "").want(http.StatusOK).has("recurrence=null")
	})
}

// Seen red without InOneCall.
func TestBothEventsOfACompletionAreOneCall(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		id := ada.create(`{"title": "water", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}}`)
		ada.after("/complete", id)
		events, err := srv.store.Events(t.Context(), ada.actor.WorkspaceID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		done, made := events[len(events)-2], events[len(events)-1]
		if done.Verb != mindflow.TaskCompleted || made.Verb != mindflow.TaskCreated || made.TaskID == done.TaskID {
			t.Errorf("%v of %v, then %v of %v", done.Verb, done.TaskID, made.Verb, made.TaskID)
		}
		if done.Program.CallID == "" || done.Program.CallID != made.Program.CallID {
			t.Errorf("calls %q and %q", done.Program.CallID, made.Program.CallID)
		}
	})
}

// Seen red with the next one counted from today, whatever this one was.
func TestWhenTheNextOneIs(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		start := ada.srv.clock.Now()
		for _, tt := range []struct {
			name, due, recurrence string
			later                 time.Duration
			want                  string
		}{
			{"the next Friday", "2026-11-27", `"rule": "FREQ=WEEKLY"`, 0, "2026-12-04"},
			{"done early", "2026-12-04", `"rule": "FREQ=WEEKLY"`, 0, "2026-12-11"},
			{"what is over does not pile up", "2026-11-01", `"rule": "FREQ=DAILY"`, 0, "2026-11-27"},
			{"of weeks, too", "2026-10-01", `"rule": "FREQ=WEEKLY"`, 0, "2026-12-03"},
			{"at its time, if that is to come", "2026-11-20T10:00", `"rule": "FREQ=DAILY"`, 0, "2026-11-27T09:00:00Z"},
			{"and if it is not", "2026-11-20T09:00", `"rule": "FREQ=DAILY"`, 0, "2026-11-28T08:00:00Z"},
			{"over a spring night at the same time on the wall", "2026-11-27T17:00", `"rule": "FREQ=MONTHLY"`, 125 * 24 * time.Hour, "2027-04-27T15:00:00Z"},
			{"in a gap forward", "2027-03-27T02:30", `"rule": "FREQ=DAILY"`, 0, "2027-03-28T01:30:00Z"},
			{"the 31st, where there is one", "2027-01-31", `"rule": "FREQ=MONTHLY"`, 0, "2027-03-31"},
			{"the 31st, or the last", "2027-01-31", `"rule": "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"`, 0, "2027-02-28"},
			{"a start that is no occurrence", "2026-11-27", `"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=1"`, 0, "2026-11-30"},
			{"the last", "2026-11-27", `"rule": "FREQ=DAILY;COUNT=1"`, 0, ""},
			{"the last, as days pass", "2026-11-20", `"rule": "FREQ=DAILY;COUNT=3"`, 0, ""},
			{"the last but one", "2026-11-27", `"rule": "FREQ=DAILY;UNTIL=20261128"`, 0, "2026-11-28"},
			{"until before", "2026-11-27", `"rule": "FREQ=WEEKLY;UNTIL=20261203"`, 0, ""},

			{"three days after it was done, late", "2026-11-01", `"rule": "FREQ=DAILY;INTERVAL=3", "from": "completion"`, 0, "2026-11-30"},
			{"three days after it was done, early", "2026-12-20", `"rule": "FREQ=DAILY;INTERVAL=3", "from": "completion"`, 0, "2026-11-30"},
			{"three days after, at its time", "2026-11-01T17:00", `"rule": "FREQ=DAILY;INTERVAL=3", "from": "completion"`, 0, "2026-11-30T16:00:00Z"},
			{"a Friday after it was done on one", "2026-11-20", `"rule": "FREQ=WEEKLY;BYDAY=FR", "from": "completion"`, 0, "2026-12-04"},
			{"not the same Friday, done early", "2026-12-04", `"rule": "FREQ=WEEKLY;BYDAY=FR", "from": "completion"`, 0, "2026-12-11"},
			{"a month after the 31st", "2026-12-01", `"rule": "FREQ=MONTHLY", "from": "completion"`, 65 * 24 * time.Hour, "2027-02-28"},
			{"no more from completion", "2026-11-20", `"rule": "FREQ=DAILY;COUNT=1", "from": "completion"`, 0, ""},
			{"until, from completion", "2026-11-20", `"rule": "FREQ=DAILY;INTERVAL=3;UNTIL=20261129", "from": "completion"`, 0, ""},
		} {
			ada.srv.clock.Move(tt.later)
			id := ada.create(fmt.Sprintf(`{"title": %q, "due_date": %q, "recurrence": {%s}}`, tt.name, tt.due, tt.recurrence))
			a := ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
			if got := strings.Trim(a.at("recurrence.next.due_date"), "-"); got != tt.want && a.at("recurrence.next.due_date") != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, a.at("recurrence.next.due_date"), tt.want)
			}
			ada.srv.clock.Move(-tt.later)
		}
		if !ada.srv.clock.Now().Equal(start) {
			t.Error("the clock has moved")
		}
	})
}

func TestACountIsCountedToItsEnd(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		for _, from := range []string{"schedule", "completion"} {
			id := ada.create(`{"title": "three", "due_date": "2026-12-01", "recurrence": {"rule": "FREQ=DAILY;COUNT=3", "from": "` + from + `"}}`)
			for range 2 {
				id = ada.after("/complete", id).at("id")
			}
			ada.last("/complete", id)
		}
		id := ada.create(`{"title": "moved", "due_date": "2026-12-01", "recurrence": {"rule": "FREQ=WEEKLY;COUNT=3"}}`)
		id = ada.after("/complete", id).at("id")
		ada.edit(id, "?scope=following", `{"due_date": "2026-12-09"}`).has("recurrence.rule=FREQ=WEEKLY;COUNT=2; recurrence.start=2026-12-09")
		id = ada.after("/complete", id).has("due_date=2026-12-16").at("id")
		ada.last("/complete", id)
	})
}

func TestAnOccurrenceIsSkipped(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		id := ada.create(`{"title": "run", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		next := ada.after("/skip", id).has("due_date=2026-12-04").at("id")
		ada.do("GET /api/tasks/"+id, "").has("status=cancelled; recurrence.next.id=" + next)
		ada.do("POST /api/tasks/"+id+"/skip", "").want(http.StatusOK).has("version=2; recurrence.next.id=" + next)
		ada.do("POST /api/tasks/"+next+"/complete", "").want(http.StatusOK)
		ada.do("POST /api/tasks/"+next+"/skip", "").want(http.StatusConflict)
		ada.do("POST /api/tasks/"+ada.create(`{"title": "once"}`)+"/skip", "").want(http.StatusConflict)
		gone := ada.create(`{"title": "given up", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		if a := ada.edit(gone, "", `{"status": "cancelled"}`); a.at("recurrence.next.id") != "-" {
			ada.srv.t.Errorf("what is given up goes on: %s", a.body)
		}
	})
}

// Seen red when what was edited alone is not put back, and when a date that is
// moved moves the series.
func TestAnEditIsForOneOccurrenceOrForAll(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		fresh := func() string {
			return ada.create(`{"title": "report", "priority": 2, "due_date": "2026-11-27", "start_date": "2026-11-26", "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=FR"}}`)
		}
		for _, tt := range []struct{ name, query, body, now, next string }{
			{"dates are moved alone", "", `{"due_date": "2026-11-30"}`, "due_date=2026-11-30; recurrence.slot=2026-11-27", "due_date=2026-12-04; start_date=2026-12-03"},
			{"both dates", "", `{"due_date": "2026-11-30", "start_date": "2026-11-30"}`, "start_date=2026-11-30", "due_date=2026-12-04; start_date=2026-12-03"},
			{"to a time of the day", "", `{"due_date": "2026-11-28T10:00"}`, "due_date=2026-11-28T09:00:00Z", "due_date=2026-12-04"},
			{"all else is from here on", "", `{"title": "letter", "priority": 5}`, "title=letter", "title=letter; priority=5"},
			{"or alone", "?scope=occurrence", `{"title": "letter", "priority": 5, "tags": ["x"], "effort_estimate_minutes": 5, "reminders": [{"before_minutes": 5}]}`, "title=letter; priority=5", "title=report; priority=2; tags=[]; effort_estimate_minutes=null; reminders=[]"},
			{"dates from here on, by a day that the rule names", "?scope=following", `{"due_date": "2026-12-04"}`, "recurrence.start=2026-12-04; recurrence.slot=2026-12-04", "due_date=2026-12-11; start_date=2026-12-03"},
			{"dates from here on, by another weekday", "?scope=following", `{"due_date": "2026-11-28"}`, "recurrence.rule=FREQ=WEEKLY;BYDAY=SA", "due_date=2026-12-05; start_date=2026-12-03"},
			{"from here on at a time of the day", "?scope=following", `{"due_date": "2026-11-27T17:00"}`, "recurrence.start=2026-11-27T17:00:00", "due_date=2026-12-04T16:00:00Z; start_date=2026-12-03"},
			{"a start from here on", "?scope=following", `{"start_date": "2026-11-27"}`, "start_date=2026-11-27", "due_date=2026-12-04; start_date=2026-12-04"},
			{"another rule", "", `{"recurrence": {"rule": "FREQ=DAILY"}}`, "recurrence.rule=FREQ=DAILY; recurrence.slot=2026-11-27", "due_date=2026-11-28"},
			{"the same rule, written otherwise, of a date moved alone", "", `{"due_date": "2026-11-30", "recurrence": {"rule": "byday=FR;freq=weekly"}}`, "recurrence.slot=2026-11-27", "due_date=2026-12-04"},
		} {
			t.Log(tt.name)
			id := fresh()
			ada.edit(id, tt.query, tt.body).has(tt.now)
			ada.after("/complete", id).has(tt.next)
		}
		id := fresh()
		ada.edit(id, "?scope=occurrence", `{"title": "alone"}`)
		ada.edit(id, "?scope=occurrence", `{"title": "alone again"}`)
		ada.edit(id, "?scope=following", `{"priority": 5}`)
		third := ada.after("/complete", ada.after("/complete", id).has("title=report; priority=5").at("id"))
		third.has("title=report; priority=5; due_date=2026-12-11")
		id = fresh()
		ada.edit(id, "?scope=occurrence", `{"title": "alone"}`)
		ada.edit(id, "", `{"title": "for all"}`)
		ada.after("/complete", id).has("title=for all")

		id = fresh()
		whole := ada.do("GET /api/tasks/"+id, "")
		ada.do("PUT /api/tasks/"+id, string(whole.body)).want(http.StatusOK).has("version=1")
		ada.do("PATCH /api/tasks/"+id+"?scope=all", `{}`).want(http.StatusUnprocessableEntity)
		ada.do("PATCH /api/tasks/"+id, `{"recurrence": {"rule": "FREQ=WEEKLY;BYDAY=FR", "slot": "2026-12-04"}}`).want(http.StatusUnprocessableEntity)
		ada.do("PATCH /api/tasks/"+id, `{"recurrence": null}`).want(http.StatusOK).has("recurrence=null")
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
		done := fresh()
		ada.after("/complete", done)
		whole = ada.do("GET /api/tasks/"+done, "")
		ada.do("PUT /api/tasks/"+done, string(whole.body)).want(http.StatusOK).has("version=2")
	})
}

func TestARecurrenceThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		for body, field := range map[string]string{
			`{"title": "x", "recurrence": {"rule": "FREQ=DAILY"}}`:                                                                 "due_date",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=SECONDLY"}}`:                                    "recurrence.rule",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "every friday"}}`:                                     "recurrence.rule",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY;COUNT=1000000000"}}`:                      "recurrence.rule",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"}}`:              "recurrence.rule",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY;UNTIL=20261201T000000Z"}}`:                "recurrence.rule",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY", "from": "birth"}}`:                      "recurrence.from",
			`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY", "next": {"id": "x", "due_date": "y"}}}`: "recurrence.next",
		} {
			if a := ada.do("POST /api/tasks", body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.fields(), field) {
				ada.srv.t.Errorf("%s: %d %s", body, a.status, a.body)
			}
		}
		id := ada.create(`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO,FR"}}`)
		if a := ada.do("PATCH /api/tasks/"+id+"?scope=following", `{"due_date": "2026-11-28"}`); a.fields() != "due_date" {
			ada.srv.t.Errorf("moved from two days to a third: %s", a.body)
		}
		if a := ada.do("PATCH /api/tasks/"+id+"?scope=following", `{"due_date": null}`); a.fields() != "due_date" {
			ada.srv.t.Errorf("without a date from here on: %s", a.body)
		}
		ada.edit(id, "", `{"due_date": null}`)
		ada.after("/complete", id).has("due_date=2026-11-30")
	})
}

// Its days come by slots that were there before. Seen red with ids of series and
// slot alone: the next one was the one that was done, and nothing came any more.
func TestASeriesThatIsMovedToEarlierDaysGoesOn(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		for query, body := range map[string]string{
			"?scope=following": `{"due_date": "2026-11-27"}`,
			"":                 `{"due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY;COUNT=9"}}`,
		} {
			id := ada.create(`{"title": "run", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}}`)
			id = ada.after("/complete", id).has("due_date=2026-11-28").at("id")
			id = ada.after("/complete", id).has("due_date=2026-11-29").at("id")
			ada.edit(id, query, body).has("recurrence.slot=2026-11-27")
			for _, day := range []string{"28", "29", "30"} {
				next := ada.after("/complete", id).has("due_date=2026-11-" + day).at("id")
				ada.do("GET /api/tasks/"+id, "").has("status=completed; recurrence.next.id=" + next)
				id = next
			}
		}
	})
}

// What comes back by its own id: a next one that was deleted meanwhile stays away.
func TestTheNextOneIsMadeOnceThoughItWasDeleted(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		id := ada.create(`{"title": "x", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		next := ada.after("/complete", id).at("id")
		ada.do("DELETE /api/tasks/"+next, "").want(http.StatusNoContent)
		ada.do("POST /api/tasks/"+id+"/reopen", "").want(http.StatusOK)
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK).has("recurrence.next.id=" + next)
		ada.do("GET /api/tasks/"+next, "").want(http.StatusNotFound)
	})
}

// Seen red when the copies stand beneath the steps they were made of.
func TestTheNextOneHasTheStepsAgain(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		id := ada.create(`{"title": "trip", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		pack := ada.create(`{"title": "pack", "due_date": "2026-11-26", "parent_id": "` + id + `"}`)
		ada.create(`{"title": "socks", "parent_id": "` + pack + `"}`)
		ada.create(`{"title": "leave", "parent_id": "` + id + `", "blocked_by": ["` + pack + `"]}`)
		ada.do("DELETE /api/tasks/"+ada.create(`{"title": "gone", "parent_id": "`+id+`"}`), "").want(http.StatusNoContent)
		done := ada.do("POST /api/tasks/"+id+"/complete?steps=true", "").want(http.StatusOK).has("steps.total=2; steps.done=2")
		next := done.at("recurrence.next.id")
		ada.do("GET /api/tasks/"+next, "").has("steps.total=2; steps.done=0; due_date=2026-12-04")
		var page struct {
			Tasks []struct {
				ID, Title, Status string
				ParentID          string   `json:"parent_id"`
				DueDate           string   `json:"due_date"`
				BlockedBy         []string `json:"blocked_by"`
			}
		}
		ada.do("GET /api/tasks?status=pending&sort=title", "").into(&page)
		if len(page.Tasks) != 4 {
			t.Fatalf("there are %+v", page.Tasks)
		}
		leave, pack2, socks := page.Tasks[0], page.Tasks[1], page.Tasks[2]
		if leave.ParentID != next || pack2.ParentID != next || socks.ParentID != pack2.ID || pack2.DueDate != "2026-12-03" || len(leave.BlockedBy) != 1 || leave.BlockedBy[0] != pack2.ID {
			t.Errorf("the steps are %+v", page.Tasks)
		}
	})
}

// A step that repeats is one series, wherever it is: the next trip has it, and this
// one what was done of it. Seen red when it stayed beneath what is over.
func TestAStepThatRepeatsGoesAlongToTheNextOne(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		id := ada.create(`{"title": "trip", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		pack := ada.create(`{"title": "pack", "parent_id": "` + id + `"}`)
		water := ada.create(`{"title": "water", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}, "parent_id": "` + pack + `"}`)
		feed := ada.create(`{"title": "feed", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=DAILY"}, "parent_id": "` + id + `"}`)
		ada.create(`{"title": "cat", "parent_id": "` + feed + `"}`)
		ada.srv.clock.Move(time.Second)
		fed := ada.do("POST /api/tasks/"+feed+"/complete", "").want(http.StatusOK).at("recurrence.next.id")
		ada.srv.clock.Move(time.Second)
		done := ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
		next := done.at("recurrence.next.id")
		stands := func(step, beneath, status string) {
			t.Helper()
			ada.do("GET /api/tasks/"+step, "").want(http.StatusOK).has("parent_id=" + beneath + "; status=" + status)
		}
		stands(feed, id, "completed")
		stands(fed, next, "pending")
		if titles := ada.do("GET /api/tasks/"+next+"/steps", "").titles(); titles != "pack feed" {
			t.Errorf("the next one's steps are %s", titles)
		}
		if titles := ada.do("GET /api/tasks/"+fed+"/steps", "").titles(); titles != "cat" {
			t.Errorf("and theirs %s", titles)
		}
		if above := ada.do("GET /api/tasks/"+water, "").at("parent_id"); above == pack {
			t.Error("a step of a step stayed behind")
		}
		ada.do("POST /api/undo", `{"change": "`+done.header.Get("Change")+`"}`).want(http.StatusOK)
		stands(fed, id, "pending")
		stands(water, pack, "pending")
		again := ada.do("POST /api/tasks/"+id+"/complete?steps=true", "").want(http.StatusOK).has("recurrence.next.id=" + next)
		after := ada.do("GET /api/tasks/"+fed, "").has("status=completed; parent_id=" + id).at("recurrence.next.id")
		stands(after, next, "pending")
		// Seen red when what repeats beneath a step stayed behind the second time.
		watered := ada.do("GET /api/tasks/"+water, "").has("status=completed; parent_id=" + pack).at("recurrence.next.id")
		pack2 := ada.do("GET /api/tasks/"+watered, "").has("status=pending").at("parent_id")
		stands(pack2, next, "pending")
		if got := again.at("steps.done") + " of " + again.at("steps.total"); got != "3 of 3" {
			t.Errorf("the one that is done has %s steps done", got)
		}
	})
}

func TestACompletionIsUndoneWithTheNextOneItMade(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		id := ada.create(`{"title": "trip", "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`)
		ada.create(`{"title": "pack", "parent_id": "` + id + `"}`)
		done := ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
		next := done.at("recurrence.next.id")
		ada.do("POST /api/undo", `{"change": "`+done.header.Get("Change")+`"}`).want(http.StatusOK)
		ada.do("GET /api/tasks/"+next, "").want(http.StatusNotFound)
		back := ada.do("GET /api/tasks/"+id, "").has("status=pending; completed_at=null; recurrence.slot=2026-11-27; recurrence.rule=FREQ=WEEKLY; steps.total=1")
		if back.at("recurrence.next.id") != "-" {
			ada.srv.t.Errorf("something still comes after %s", back.body)
		}
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK).has("recurrence.next.id=" + next)
		ada.do("GET /api/tasks/"+next, "").want(http.StatusOK).has("status=pending; due_date=2026-12-04; steps.total=1; steps.done=0; deleted_at=null")
	})
}

// Seen red with the bulk change that knew nothing of repeats.
func TestManyRepeatingTasksCompletedAtOnceMakeTheirNextOnes(t *testing.T) {
	t.Parallel()
	berliner(t, func(ada person) {
		t := ada.srv.t
		repeats := `, "due_date": "2026-11-27", "recurrence": {"rule": "FREQ=WEEKLY"}}`
		a, b, once := ada.create(`{"title": "a"`+repeats), ada.create(`{"title": "b"`+repeats), ada.create(`{"title": "once"}`)
		ada.create(`{"title": "step", "parent_id": "` + a + `"}`)
		bulk := `{"ids": ["` + a + `", "` + b + `", "` + once + `"], "action": "complete"}`
		done := ada.do("POST /api/tasks/bulk", bulk).want(http.StatusOK)
		if titles := ada.do("GET /api/tasks?status=pending&sort=title", "").titles(); titles != "a b step step" {
			t.Errorf("left are %s", titles)
		}
		next := ada.do("GET /api/tasks/"+a, "").at("recurrence.next.id")
		ada.do("GET /api/tasks/"+next, "").want(http.StatusOK).has("due_date=2026-12-04; steps.total=1; steps.done=0")
		ada.do("POST /api/undo", `{"change": "`+done.header.Get("Change")+`"}`).want(http.StatusOK)
		if titles := ada.do("GET /api/tasks?sort=title", "").titles(); titles != "a b once step" {
			t.Errorf("after all is undone there are %s", titles)
		}
		ada.do("POST /api/tasks/bulk", bulk).want(http.StatusOK)
		ada.do("GET /api/tasks/"+next, "").want(http.StatusOK).has("steps.total=1; deleted_at=null")
		if titles := ada.do("GET /api/tasks?status=pending&sort=title", "").titles(); titles != "a b step step" {
			t.Errorf("done again, left are %s", titles)
		}
	})
}

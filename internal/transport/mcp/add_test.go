package mcp_test

import (
	"fmt"
	"strings"
	"testing"

	"mindflow/internal/mindflow"
)

func TestTasksAreAddedAllOrNone(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		person := srv.person("ada@example.com", "Europe/Berlin")
		ada := person.assistant()
		added := ada.call("add_tasks", `{"tasks": [{"title": "Buy milk", "tags": ["home"], "due_date": "2026-11-28"}], "text": "Call mum\n\n  Pay rent \n"}`).ok()
		if got := added.titles("added"); got != "Buy milk, Call mum, Pay rent" {
			t.Errorf("added %s", got)
		}
		added.says(`Added 3 tasks: "Buy milk" (` + added.at("added.0.id"))
		ada.call("add_tasks", `{"tasks": [{"title": "Good"}, {"title": " ", "priority": 9}, {"title": "x", "due_date": "soon"}]}`).
			fails("tasks[1].title is required", "tasks[1].priority must be from 1 to 5", "tasks[2].due_date must be a day", "Nothing was changed")
		if n := len(person.events()); n != 3 {
			t.Errorf("%d events", n)
		}
		ada.call("add_tasks", `{}`).fails("tasks must be from 1 to 50")
		ada.call("add_tasks", `{"text": "`+strings.Repeat(`x\n`, 51)+`"}`).fails("tasks must be from 1 to 50")
		most := ada.call("add_tasks", `{"text": "`+strings.Repeat(`x\n`, 50)+`"}`).ok()
		most.want("added.49.title", "x")
	})
}

// Seen failing with every task of a call created at the same instant.
func TestWhatIsAddedTogetherKeepsItsOrderAmongEquals(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		ada.call("add_tasks", `{"text": "one\ntwo\nthree\nfour\nfive\nsix"}`).ok()
		next := ada.call("whats_next", "").ok()
		next.want("best.task.title", "one").want("then.0.task.title", "two").want("then.1.task.title", "three")
	})
}

func TestACallThatIsSentAgainWithItsKeyAddsNothingTwice(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		person := srv.person("ada@example.com", "UTC")
		ada := person.assistant()
		const call = `{"tasks": [{"title": "Buy milk"}, {"title": "Call mum"}], "idempotency_key": "k-1"}`
		first, again := ada.call("add_tasks", call).ok(), ada.call("add_tasks", call).ok()
		if first.body != again.body || len(person.events()) != 2 {
			t.Errorf("%s, then %s, with %d events", first.body, again.body, len(person.events()))
		}
		ada.call("add_tasks", `{"tasks": [{"title": "Another"}], "idempotency_key": "k-1"}`).fails("take a new key")
		ada.call("add_tasks", `{"tasks": [{"title": "Another"}], "idempotency_key": "with space"}`).fails("idempotency_key must be 1 to 255")
	})
}

func TestWhatOneCallChangesSharesAnIDAndNamesTheClient(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "2025-11-25", "2025-06-18", "2025-03-26"} {
		t.Run("protocol "+version, func(t *testing.T) {
			t.Parallel()
			each(t, func(srv *server) {
				t := srv.t
				person := srv.person("ada@example.com", "UTC")
				ada := person.connect(version, "Claude\u2028 \n"+strings.Repeat("x", 100))
				ada.call("add_tasks", `{"text": "one\ntwo"}`).ok()
				ada.call("add_tasks", `{"text": "three"}`).ok()
				events := person.events()
				if len(events) != 3 {
					t.Fatalf("%d events", len(events))
				}
				if events[0].Program.CallID == "" || events[0].Program.CallID != events[1].Program.CallID || events[1].Program.CallID == events[2].Program.CallID {
					t.Errorf("call ids %q, %q, %q", events[0].Program.CallID, events[1].Program.CallID, events[2].Program.CallID)
				}
				for _, e := range events {
					if want := "assistant, client Claude " + strings.Repeat("x", 53); e.Through() != want || e.Channel != mindflow.ThroughAssistant {
						t.Errorf("through %q, want %q", e.Through(), want)
					}
				}
				if !strings.Contains(srv.log.String(), "request_id="+events[0].Program.CallID[:strings.LastIndex(events[0].Program.CallID, "-")]) {
					t.Error("the call's id does not begin with that of the request in the log")
				}
				if strings.Contains(srv.log.String(), "three") {
					t.Error("the log holds a title")
				}
			})
		})
	}
}

func TestACallOverABodysLimitIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		status, body := ada.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_tasks","arguments":{"text":%q}}}`, strings.Repeat("x", 1<<20)))
		if status != 413 {
			srv.t.Errorf("%d %s", status, body)
		}
	})
}

// Seen red with lines that become titles as they stand.
func TestLinesAreReadAsAPersonTypesThem(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin").assistant()
		added := ada.call("add_tasks", `{"tasks": [{"title": "Read tomorrow"}], "text": "Call Bob tomorrow 5pm p1 @work\n\n  Read \"see you friday\" ~30m\nPaint #House\nSweep #house"}`).ok()
		added.want("added.0.title", "Read tomorrow").want("added.0.due_date", "-")
		added.want("added.1.title", "Call Bob").want("added.1.due_date", "2026-11-28T17:00:00+01:00").want("added.1.priority", "5").want("added.1.tags", `["work"]`)
		added.want("added.2.title", `Read "see you friday"`).want("added.2.effort_estimate_minutes", "30")
		added.want("added.3.title", "Paint").want("added.4.title", "Sweep")
		ada.call("add_tasks", `{"text": "Call Ann\ntomorrow"}`).fails("tasks[1].title is required")
	})
}

package mcp_test

import (
	"fmt"
	"strings"
	"testing"
)

// What a line of text can say about a new task can be said of one that exists.
func TestAnAssistantChangesHowATaskRepeatsAndReminds(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin").assistant()
		fits := ada.schemas()
		ada.call("add_tasks", `{"tasks": [{"title": "Water", "due_date": "2026-11-30", "repeats": "freq=weekly;byday=mo", "reminders": [{"before_minutes": 60}, {"at": "2026-11-29T18:00"}]}]}`).
			ok().fits(fits).want("added.0.repeats", "FREQ=WEEKLY;BYDAY=MO").want("added.0.reminders.0", "60 minutes before").want("added.0.reminders.1", "2026-11-29T18:00:00+01:00")
		ada.call("update_task", `{"task": "water", "repeats": "FREQ=DAILY;INTERVAL=3", "repeats_from": "completion", "reminders": null}`).ok().fits(fits).want("task.repeats", "FREQ=DAILY;INTERVAL=3")
		ada.call("complete_task", `{"task": "water"}`).ok().says("comes again, due 2026-11-30") // three days after today
		ada.call("update_task", `{"task": "water", "repeats": null}`).ok().want("task.repeats", "-")
		ada.call("complete_task", `{"task": "water"}`).ok().says("is done.")
		ada.call("add_tasks", `{"text": "Plain"}`).ok()
		ada.call("update_task", `{"task": "plain", "repeats": "FREQ=DAILY"}`).fails("due_date is required")
		ada.call("update_task", `{"task": "plain", "due_date": "2026-11-30", "repeats": "every day"}`).fails("repeats must be a rule such as")
		ada.call("update_task", `{"task": "plain", "repeats_from": "completion"}`).fails("repeats is required")
		ada.call("update_task", `{"task": "plain", "due_date": "2026-11-30", "repeats": "FREQ=DAILY", "repeats_from": "SECRET"}`).fails("repeats_from must be schedule or completion")
		ada.call("add_tasks", `{"tasks": [{"title": "x", "due_date": "2026-11-30", "repeats": "FREQ=DAILY", "repeats_from": "x"}]}`).fails("tasks[0].repeats_from must be")
	})
}

// Seen red with steps of a step, which would have stood a sixth deep.
func TestAnAssistantFindsAndAddsSteps(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		trip := ada.call("add_tasks", `{"tasks": [{"title": "Trip", "steps": ["Book", "Pack"]}]}`).ok().at("added.0.id")
		added := ada.call("add_tasks", fmt.Sprintf(`{"tasks": [{"title": "Leave", "due_date": "2026-12-01", "step_of": %q}]}`, trip)).ok()
		ada.call("add_tasks", `{"text": "Socks"}`).ok()
		ada.call("complete_task", `{"task": "book"}`).ok()
		found := ada.call("find_tasks", fmt.Sprintf(`{"step_of": %q, "sort": "title"}`, trip)).ok().fits(ada.schemas()).want("tasks.0.title", "Leave").want("tasks.1.title", "Pack")
		if step := found.at("tasks.0.step_of"); !strings.HasPrefix(step, `"Trip" (`) {
			srv.t.Errorf("it is a step of %s", step)
		}
		ada.call("find_tasks", fmt.Sprintf(`{"step_of": %q, "status": ["completed"]}`, trip)).ok().want("tasks.0.title", "Book")
		ada.call("find_tasks", `{"step_of": "trip"}`).fails("step_of")
		ada.call("update_task", fmt.Sprintf(`{"task": "socks", "step_of": %q}`, found.at("tasks.1.id"))).ok()
		ada.call("update_task", `{"task": "socks", "step_of": null}`).ok().want("task.step_of", "-")
		ada.call("update_task", fmt.Sprintf(`{"task": "trip", "step_of": %q}`, found.at("tasks.1.id"))).fails("step_of “Pack” stands beneath “Trip”")
		ada.call("add_tasks", fmt.Sprintf(`{"tasks": [{"title": "x", "step_of": %q, "steps": ["y"]}]}`, trip)).fails("tasks[0].steps are added by a call of their own")
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, added.change())).ok()
		ada.call("whats_next", `{}`).ok()
	})
}

func TestAnAssistantChangesManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		person := srv.person("ada@example.com", "Europe/Berlin")
		ada := person.assistant()
		fits := ada.schemas()
		made := ada.call("add_tasks", `{"text": "One #Work\nTwo #Work\nThree"}`).ok()
		one, two, three := made.at("added.0.id"), made.at("added.1.id"), made.at("added.2.id")
		ids := func(ids ...string) string { return `"tasks": ["` + strings.Join(ids, `", "`) + `"]` }
		before := len(person.events())
		done := ada.call("update_tasks", `{`+ids(one, two, three)+`, "priority": 5, "due_date": "2026-12-01", "project": "work", "add_tags": ["soon"]}`).ok().fits(fits).want("changed", "3").says("Changed 3 tasks.")
		if n := len(person.events()) - before; n != 3 {
			srv.t.Errorf("%d events", n)
		}
		ada.call("find_tasks", `{"project": "work", "tags": ["soon"], "priority": [5], "sort": "title"}`).ok().want("tasks.0.title", "One").want("tasks.2.title", "Two")
		ada.call("update_tasks", `{`+ids(one)+`, "priority": 5}`).ok().fits(fits).want("unchanged", "1").says("nothing has changed")
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, done.change())).ok()
		ada.call("update_task", fmt.Sprintf(`{"task": "two", "blocked_by": [%q]}`, three)).ok().want("task.priority", "3")
		ada.call("update_tasks", `{`+ids(one, two)+`, "action": "complete"}`).fails("tasks[1]")
		ada.call("update_tasks", `{`+ids(one, two)+`, "action": "complete", "even_if_blocked": true}`).ok().want("changed", "2")
		ada.call("update_tasks", `{`+ids(three)+`, "action": "snooze", "duration": "1d", "project": null}`).ok().want("changed", "1")
		for arguments, says := range map[string]string{
			`{"tasks": ["three"], "action": "complete"}`:              "tasks[0] must be an id",
			`{"tasks": [], "action": "complete"}`:                     "tasks must be from 1 to 1000",
			`{` + ids(three) + `}`:                                    "action is missing",
			`{` + ids(three) + `, "action": "delete"}`:                "action must be complete, reopen, cancel or snooze",
			`{` + ids(three) + `, "priority": 9}`:                     "priority must be from 1 to 5",
			`{` + ids(three) + `, "project": "nowhere"}`:              "project is the name of no project",
			`{` + ids(one, someone) + `, "priority": 1}`:              "tasks[1]",
			`{` + ids(three) + `, "action": "complete", "until": ""}`: "action must be snooze",
		} {
			ada.call("update_tasks", arguments).fails(says)
		}
	})
}

const someone = "01933b3e-0000-7000-8000-000000000000"

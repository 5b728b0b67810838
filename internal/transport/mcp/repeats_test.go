package mcp_test

import (
	"fmt"
	"testing"

	"mindflow/internal/mindflow"
)

func TestAnAssistantIsToldWhenATaskComesAgain(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin")
		for title, due := range map[string]string{"Water": "2026-11-27", "Call": "2026-11-27T17:00"} {
			if _, _, err := srv.app.CreateTask(srv.t.Context(), ada.actor, mindflow.TaskID{}, mindflow.Draft{
				Title: mindflow.Some(title), DueDate: mindflow.Some(due),
				Recurrence: mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=WEEKLY;COUNT=2"}),
			}); err != nil {
				srv.t.Fatal(err)
			}
		}
		assistant := ada.assistant()
		assistant.call("complete_task", `{"task": "water"}`).ok().says(`"Water" (`, "is done, and comes again, due 2026-12-04, as ")
		assistant.call("complete_task", `{"task": "water"}`).ok().says("is done, for the last time")
		assistant.call("complete_task", `{"task": "call"}`).ok().says("and comes again, due 2026-12-04T17:00:00+01:00")
		events := ada.events()
		if done, made := events[len(events)-2], events[len(events)-1]; done.Program.CallID == "" || done.Program.CallID != made.Program.CallID {
			srv.t.Errorf("calls %q and %q", done.Program.CallID, made.Program.CallID)
		}
	})
}

// Whatever an assistant is told to do with one occurrence, the series goes on.
func TestAnAssistantSkipsAndChangesOneOccurrence(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin").assistant()
		fits := ada.schemas()
		ada.call("add_tasks", `{"text": "Gym every day\nRent today"}`).ok().fits(fits).want("added.0.repeats", "FREQ=DAILY")
		skipped := ada.call("skip_task", `{"task": "gym"}`).ok().fits(fits).want("task.status", "cancelled").says(`"Gym" (`, "is skipped, and comes again, due 2026-11-28, as ")
		ada.call("skip_task", `{"task": "`+skipped.at("task.id")+`"}`).ok().says("was over already; nothing has changed")
		ada.call("skip_task", `{"task": "gym", "version": 7}`).fails("changed since")
		ada.call("update_task", `{"task": "gym", "title": "Gym with Bob", "scope": "occurrence"}`).ok().want("task.title", "Gym with Bob")
		ada.call("complete_task", `{"task": "gym with bob"}`).ok().says("comes again, due 2026-11-29")
		ada.call("update_task", `{"task": "gym", "status": "pending", "due_date": "2026-12-01", "scope": "following"}`).ok().want("task.title", "Gym").want("task.due_date", "2026-12-01")
		ada.call("complete_task", `{"task": "gym"}`).ok().says("comes again, due 2026-12-02")
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, skipped.change())).fails("Nothing was changed")
		ada.call("skip_task", `{"task": "rent"}`).fails("Only a task that repeats can be skipped")
	})
}

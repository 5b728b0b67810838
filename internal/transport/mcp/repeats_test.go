package mcp_test

import (
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

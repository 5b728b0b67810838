package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when a detail is forgotten on its way to the row or back, or in the event.
func TestWhatFewTasksHaveIsKeptAsItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := newPerson(t, s, "ada@example.com")
		at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		details := mindflow.Details{
			ProjectID: mindflow.NewID[mindflow.Project](at), ParentID: mindflow.NewID[mindflow.Task](at),
			BlockedBy: []mindflow.TaskID{mindflow.NewID[mindflow.Task](at), mindflow.NewID[mindflow.Task](at)},
			Position:  "15", Reminders: []mindflow.Reminder{{BeforeMinutes: 30}, {BeforeMinutes: 0}, {At: at}},
			Recurrence: mindflow.Recurrence{
				Rule: "FREQ=DAILY", From: mindflow.FromCompletion, Timezone: "Europe/Berlin", Start: "2026-11-26", Slot: "2026-11-27",
				Series: mindflow.NewID[mindflow.Task](at), Alone: map[string]any{"title": "é <b>"},
			},
		}
		plain := create(t, s, ada, newTask(s, ada, "plain"))
		saved := edit(t, s, ada, plain.ID, mindflow.TaskUpdated, func(t *mindflow.Task) { t.Details = details })
		read, err := s.Task(t.Context(), ada.WorkspaceID, plain.ID, at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(details, read.Details); diff != "" || !read.Same(saved) {
			t.Errorf("read (-kept +read):\n%s", diff)
		}
		events, err := s.Events(t.Context(), ada.WorkspaceID, 0, 100)
		if err != nil || len(events[len(events)-1].Changes) != 6 {
			t.Errorf("told: %v, %v", events[len(events)-1].Changes, err)
		}
	})
}

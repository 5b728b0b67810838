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

// Fails when an edit's statement leaves out a column of what was edited.
func TestEachFieldThatChangesAloneIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := newPerson(t, s, "ada@example.com")
		at := s.Now().Truncate(time.Second).UTC()
		due, id := day(2027, time.May, 3), mindflow.NewID[mindflow.Task](at)
		task := create(t, s, ada, newTask(s, ada, "before"))
		tried := 0
		for _, change := range []func(*mindflow.Task){
			func(k *mindflow.Task) { k.AssigneeID = ada.UserID },
			func(k *mindflow.Task) { k.Title = "after" },
			func(k *mindflow.Task) { k.Description = "said" },
			func(k *mindflow.Task) { k.Priority = 5 },
			func(k *mindflow.Task) { k.Due = due },
			func(k *mindflow.Task) { k.Due = mindflow.AtInstant(at) },
			func(k *mindflow.Task) { k.Due = mindflow.When{} },
			func(k *mindflow.Task) { k.Start = due },
			func(k *mindflow.Task) { k.Start = mindflow.AtInstant(at) },
			func(k *mindflow.Task) { k.EffortMinutes = 25 },
			func(k *mindflow.Task) { k.PreferredTime = mindflow.Evening },
			func(k *mindflow.Task) { k.Tags = []string{"one", "two"} },
			func(k *mindflow.Task) { k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, at.Add(time.Hour) },
			func(k *mindflow.Task) { k.Status, k.SnoozedUntil = mindflow.StatusInProgress, time.Time{} },
			func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, at },
			func(k *mindflow.Task) { k.Details.ProjectID = mindflow.NewID[mindflow.Project](at) },
			func(k *mindflow.Task) { k.Details.ParentID = id },
			func(k *mindflow.Task) { k.Details.BlockedBy = []mindflow.TaskID{id} },
			func(k *mindflow.Task) { k.Details.Position = "15" },
			func(k *mindflow.Task) { k.Details.Reminders = []mindflow.Reminder{{BeforeMinutes: 30}} },
			func(k *mindflow.Task) {
				k.Details.Recurrence = mindflow.Recurrence{Rule: "FREQ=DAILY", From: "schedule", Timezone: "UTC", Start: "2027-05-03", Slot: "2027-05-03", Series: id}
			},
			func(k *mindflow.Task) { k.Details = mindflow.Details{} },
			func(k *mindflow.Task) { k.DeletedAt = at },
		} {
			saved := edit(t, s, ada, task.ID, mindflow.TaskUpdated, change)
			tried++
			if int(saved.Version) != tried+1 {
				t.Fatalf("change %d made version %d", tried, saved.Version)
			}
			read, err := s.Tasks(t.Context(), ada.WorkspaceID, []mindflow.TaskID{task.ID})
			if err != nil || len(read) != 1 {
				t.Fatal(len(read), err)
			}
			wantTask(t, read[0], saved)
		}
	})
}

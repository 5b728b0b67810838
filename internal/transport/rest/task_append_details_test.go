package rest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

// Fails when the two ways to answer a task differ in what few tasks have.
func TestBothWaysToAnswerATaskTellItsDetails(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	id := mindflow.NewID[mindflow.Task](at)
	task := mindflow.Task{ID: id, Title: "a", Status: mindflow.StatusPending, Priority: 3, CreatedAt: at, UpdatedAt: at}
	whole := task
	whole.Steps = mindflow.Progress{Total: 3, Done: 1}
	whole.Details = mindflow.Details{
		ProjectID: mindflow.NewID[mindflow.Project](at), ParentID: id, BlockedBy: []mindflow.TaskID{id}, Position: "15",
		Reminders:  []mindflow.Reminder{{BeforeMinutes: 0}, {BeforeMinutes: 30}, {At: at}},
		Recurrence: mindflow.Recurrence{Rule: "FREQ=DAILY", From: "schedule", Timezone: "UTC", Start: "2026-11-26", Slot: "2026-11-27", Series: id},
	}
	for _, task := range []mindflow.Task{task, whole} {
		var view, appended map[string]any
		encoded, err := json.Marshal(viewTask(task))
		if err != nil || json.Unmarshal(encoded, &view) != nil || json.Unmarshal(appendTask(nil, &task), &appended) != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		if diff := cmp.Diff(view, appended); diff != "" {
			t.Errorf("(-view +appended):\n%s", diff)
		}
		if _, told := appended["recurrence"]; !told || len(appended) != 26 {
			t.Errorf("%d keys: %v", len(appended), appended)
		}
	}
}

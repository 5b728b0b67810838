package rest

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// What lists append must be what one task alone is encoded as, to the byte.
func TestATaskReadsTheSameInAListAndAlone(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("\"\\<>&\u2028\n\té"))))
	instant := rapid.Map(rapid.Int64Range(0, 4e15), mindflow.UTC)
	maybe := func(r *rapid.T, label string) time.Time {
		if rapid.Bool().Draw(r, label+" set") {
			return instant.Draw(r, label)
		}
		return time.Time{}
	}
	rapid.Check(t, func(r *rapid.T) {
		task := mindflow.Task{
			ID: mindflow.NewID[mindflow.Task](instant.Draw(r, "id")), Title: text.Draw(r, "title"), Description: text.Draw(r, "description"),
			Status: rapid.SampledFrom(mindflow.Statuses).Draw(r, "status"), Priority: rapid.IntRange(1, 5).Draw(r, "priority"),
			SnoozedUntil: maybe(r, "snoozed").Truncate(time.Second), EffortMinutes: rapid.IntRange(0, 90).Draw(r, "effort"),
			PreferredTime: rapid.SampledFrom(append(mindflow.PreferredTimes, "")).Draw(r, "preferred"),
			Tags:          rapid.SliceOfN(text, 0, 3).Draw(r, "tags"), Version: 7,
			CreatedAt: instant.Draw(r, "created"), UpdatedAt: instant.Draw(r, "updated"),
			CompletedAt: maybe(r, "completed"), DeletedAt: maybe(r, "deleted"),
		}
		if rapid.Bool().Draw(r, "assigned") {
			task.AssigneeID = mindflow.NewID[mindflow.User](task.CreatedAt)
		}
		switch rapid.IntRange(0, 2).Draw(r, "due") {
		case 1:
			task.Due = mindflow.OnDay(mindflow.Day(rapid.Int32Range(0, 50_000).Draw(r, "day")))
		case 2:
			task.Due, task.Start = mindflow.AtInstant(instant.Draw(r, "due at")), mindflow.AtInstant(instant.Draw(r, "start"))
		}
		var alone bytes.Buffer
		if err := encode(&alone, viewTask(task)); err != nil {
			r.Fatal(err)
		}
		if got := appendTask(nil, &task); !bytes.Equal(got, alone.Bytes()) {
			r.Fatalf("in a list %s\nalone     %s", got, alone.Bytes())
		}
	})
	page := app.TaskPage{Tasks: make([]mindflow.Task, 2), Next: "x"}
	var whole bytes.Buffer
	if err := encode(&whole, taskPage{Tasks: []taskView{viewTask(page.Tasks[0]), viewTask(page.Tasks[1])}, NextCursor: &page.Next}); err != nil {
		t.Fatal(err)
	}
	want := bytes.ReplaceAll(whole.Bytes(), []byte(`"0001-01-01T00:00:00.000000Z"`), []byte("null"))
	if got := appendPage(page); !bytes.Equal(got, want) {
		t.Errorf("a page %s\nwant   %s", got, want)
	}
}

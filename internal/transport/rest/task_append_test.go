package rest

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
)

// What is appended must be what its documented view is encoded as, to the byte.
func TestWhatIsAppendedIsWhatItsViewSays(t *testing.T) {
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
		if rapid.Bool().Draw(r, "detailed") {
			task.Details, task.Steps = someDetails(r, text, instant)
		}
		compare(r, appendTask(nil, &task), viewTask(task))

		scored := app.Scored{Task: task, Score: mindflow.Hundredths(rapid.Int32().Draw(r, "score"))}
		scored.Reasoning = score.Reasoning{
			DeadlineUrgency: 125, DeadlineUrgencyScore: 5000, PriorityScore: 3250, EffortBonus: -5, EffortBonusScore: 375,
			TimeOfDayMultiplier: 110, TimeOfDayScore: 868, TotalScore: scored.Score, Recommendation: text.Draw(r, "recommendation"),
		}
		if rapid.Bool().Draw(r, "inherits") {
			scored.Reasoning.InheritedFrom = mindflow.TaskName{ID: task.ID, Title: text.Draw(r, "waiting")}
		}
		best := app.BestTask{Scored: scored, ValidUntil: maybe(r, "valid until")}
		compare(r, appendBest(&best), bestView{viewScored(scored), exact(best.ValidUntil)})
		ranked := app.RankedPage{Tasks: []app.Scored{scored, {Task: task}}, Total: 7, ValidUntil: best.ValidUntil, Next: text.Draw(r, "next")}
		compare(r, appendRanked(ranked), rankedPage{
			Tasks: []ScoredView{viewScored(ranked.Tasks[0]), viewScored(ranked.Tasks[1])}, Total: 7,
			ValidUntil: exact(best.ValidUntil), NextCursor: nonEmpty(ranked.Next),
		})
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

// compare fails when what is appended is not, to the byte, what its view is encoded as.
func compare(r *rapid.T, appended []byte, view any) {
	r.Helper()
	var encoded bytes.Buffer
	if err := encode(&encoded, view); err != nil {
		r.Fatal(err)
	}
	if !bytes.Equal(appended, encoded.Bytes()) {
		r.Fatalf("appended %s\nencoded  %s", appended, encoded.Bytes())
	}
}

func someDetails(r *rapid.T, text *rapid.Generator[string], instant *rapid.Generator[time.Time]) (mindflow.Details, mindflow.Progress) {
	at := instant.Draw(r, "detail").Truncate(time.Second)
	id := mindflow.NewID[mindflow.Task](at)
	some := func(label string) bool { return rapid.Bool().Draw(r, label) }
	var d mindflow.Details
	if some("in a project") {
		d.ProjectID = mindflow.NewID[mindflow.Project](at)
	}
	if some("a step") {
		d.ParentID = id
	}
	d.Position = rapid.SampledFrom([]string{"", "15", "zz"}).Draw(r, "position")
	d.BlockedBy = []mindflow.TaskID{id, id, id}[:rapid.IntRange(0, 3).Draw(r, "blockers")]
	d.Reminders = []mindflow.Reminder{{BeforeMinutes: 0}, {At: at.Add(time.Second)}, {BeforeMinutes: 30}}[:rapid.IntRange(0, 3).Draw(r, "reminders")]
	if some("repeats") {
		d.Recurrence = mindflow.Recurrence{Rule: text.Draw(r, "rule") + "X", From: "schedule", Timezone: "Europe/Berlin", Start: "2026-11-26", Slot: text.Draw(r, "slot"), Series: id}
		if some("goes on") {
			d.Recurrence.NextID, d.Recurrence.NextDue = id, "2026-11-27"
		}
	}
	return d, mindflow.Progress{Total: rapid.IntRange(0, 3).Draw(r, "steps"), Done: rapid.IntRange(0, 3).Draw(r, "done")}
}

func viewScored(s app.Scored) ScoredView {
	r := s.Reasoning
	view := ScoredView{Task: viewTask(s.Task), Score: number(s.Score), Reasoning: reasoningView{
		DeadlineUrgency: number(r.DeadlineUrgency), DeadlineUrgencyScore: number(r.DeadlineUrgencyScore),
		PriorityScore: number(r.PriorityScore), EffortBonus: number(r.EffortBonus), EffortBonusScore: number(r.EffortBonusScore),
		TimeOfDayMultiplier: number(r.TimeOfDayMultiplier), TimeOfDayScore: number(r.TimeOfDayScore),
		TotalScore: number(r.TotalScore), Recommendation: r.Recommendation,
	}}
	if !r.InheritedFrom.ID.IsZero() {
		view.Reasoning.InheritedFrom = orNull[taskName]{&taskName{r.InheritedFrom.ID, r.InheritedFrom.Title}}
	}
	return view
}

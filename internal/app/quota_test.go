package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// someone is a person with an account, and the app that serves them.
func someone(t *testing.T, s *store.Store, settings app.Settings) (*app.App, mindflow.Actor) {
	t.Helper()
	signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, s.Now)
	if err != nil {
		t.Fatal(err)
	}
	settings.AccessTokenTTL, settings.RefreshTokenTTL, settings.SnapshotTTL = time.Hour, time.Hour, time.Hour
	a := app.New(s, signer, settings)
	if _, err := a.Register(t.Context(), mindflow.Registration{Email: "ada@example.com", Password: "correct horse battery"}, mindflow.ThroughAPI); err != nil {
		t.Fatal(err)
	}
	return a, signedIn(t, a, "ada@example.com")
}

func draft(title string) mindflow.Draft { return mindflow.Draft{Title: mindflow.Some(title)} }

func wantFull(t *testing.T, err error, words string) {
	t.Helper()
	if mindflow.KindOf(err) != mindflow.KindFull || !strings.Contains(err.Error(), words) {
		t.Errorf("%v, want an error about %q", err, words)
	}
}

// Fails when write does not look at the quotas, or looks before the change.
func TestAFullWorkspaceCanBeReadAndEmptied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Tasks: 3, Tags: 2, Bytes: 40}})
		none := mindflow.Match{}
		add := func(d mindflow.Draft) (mindflow.Task, error) {
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, d)
			return task, err
		}
		edit := func(id mindflow.TaskID, d mindflow.Draft) error {
			_, err := a.EditTask(t.Context(), actor, id, d, none)
			return err
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		first, err := add(draft("one"))
		must(err)
		for _, title := range []string{"two", "three"} {
			_, err := add(draft(title))
			must(err)
		}
		_, err = add(draft("four"))
		wantFull(t, err, "3 tasks")
		wantFull(t, edit(first.ID, draft(strings.Repeat("x", 50))), "40 bytes")
		wantFull(t, edit(first.ID, mindflow.Draft{Tags: mindflow.Some([]string{"a", "b", "c"})}), "2 tags")
		must(edit(first.ID, mindflow.Draft{Tags: mindflow.Some([]string{"a", "b"})}))
		must(edit(first.ID, draft("1")))
		best, err := a.BestTask(t.Context(), actor)
		must(err)
		if best.Task.ID.IsZero() {
			t.Error("no best task")
		}
		_, err = a.CompleteTask(t.Context(), actor, first.ID, app.Completion{}, none)
		must(err)
		must(a.DeleteTask(t.Context(), actor, first.ID, none))
		_, err = add(draft("four")) // the deleted one can be restored, and counts
		wantFull(t, err, "31 days")
		_, err = a.RestoreTask(t.Context(), actor, first.ID, none)
		must(err)
	})
}

// What is to be done does not grow when a task makes way for the next one. Seen red
// when that counted as a new task.
func TestATaskThatRepeatsCanBeCompletedInAFullWorkspace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Tasks: 3, Tags: 2, Bytes: 30}})
		add := func(d mindflow.Draft) mindflow.Task {
			t.Helper()
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, d)
			if err != nil {
				t.Fatal(err)
			}
			return task
		}
		water := draft("water")
		water.DueDate, water.Tags = mindflow.Some("2026-11-27"), mindflow.Some([]string{"home", "day"})
		water.Recurrence = mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY"})
		first := add(water)
		step := draft("fill the can")
		step.ParentID = mindflow.Some(first.ID.String())
		add(step)
		once := add(draft("1"))
		_, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("4"))
		wantFull(t, err, "3 tasks")

		done, err := a.CompleteTask(t.Context(), actor, first.ID, app.Completion{}, mindflow.Match{})
		if err != nil || done.Details.Recurrence.NextID.IsZero() {
			t.Fatalf("%+v, %v", done, err)
		}
		if next, err := a.Task(t.Context(), actor, done.Details.Recurrence.NextID); err != nil || next.Steps.Total != 1 {
			t.Errorf("%+v, %v", next, err)
		}
		_, _, err = a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("4")) // it is fuller than full
		wantFull(t, err, "3 tasks")
		if _, err := a.CompleteTask(t.Context(), actor, once.ID, app.Completion{}, mindflow.Match{}); err != nil {
			t.Error(err)
		}
		next := done.Details.Recurrence.NextID // five tasks; with the next two it would be more than twice as many as may be
		_, err = a.ChangeTasks(t.Context(), actor, app.Bulk{IDs: []mindflow.TaskID{next}, Action: app.BulkComplete})
		wantFull(t, err, "3 tasks")
	})
}

// Fails when completing and deleting count as growth of the log, and when the next
// occurrence does.
func TestAWorkspaceThatChangedTooOftenCanStillBeEmptied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Events: 3}})
		var ids []mindflow.TaskID
		for i := range 2 {
			d := draft(fmt.Sprint(i))
			d.DueDate, d.Recurrence = mindflow.Some("2026-11-27"), mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY"})
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, d)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, task.ID)
		}
		_, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("more"))
		wantFull(t, err, "3 times")
		if _, err := a.CompleteTask(t.Context(), actor, ids[0], app.Completion{}, mindflow.Match{}); err != nil {
			t.Error(err)
		}
		if err := a.DeleteTask(t.Context(), actor, ids[1], mindflow.Match{}); err != nil {
			t.Error(err)
		}
	})
}

// Seen red while only completing and deleting eased.
func TestAWorkspaceThatChangedTooOftenLetsTasksBeGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Events: 3}})
		add := func(title string, d mindflow.Draft) mindflow.TaskID {
			d.Title = mindflow.Some(title)
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, d)
			if err != nil {
				t.Fatal(err)
			}
			return task.ID
		}
		daily := mindflow.Draft{DueDate: mindflow.Some("2026-11-27"), Recurrence: mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY"})}
		repeats, once := add("water", daily), add("once", mindflow.Draft{})
		none := mindflow.Match{}
		_, err := a.EditTask(t.Context(), actor, once, draft("more"), none)
		wantFull(t, err, "3 times")
		if skipped, err := a.SkipTask(t.Context(), actor, repeats, none); err != nil || skipped.Details.Recurrence.NextID.IsZero() {
			t.Errorf("%+v, %v", skipped, err)
		}
		if _, err := a.EditTask(t.Context(), actor, once, mindflow.Draft{Status: mindflow.Some("cancelled")}, none); err != nil {
			t.Error(err)
		}
		_, err = a.ReopenTask(t.Context(), actor, once, none)
		wantFull(t, err, "cancelling")
	})
}

// Fails when the batch that does not fit takes those before it away, or the
// report does not say what was kept.
func TestAnImportKeepsWhatFitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		file := "title\n"
		for i := range 100 {
			file += fmt.Sprintf("row %d\n", i)
		}
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Tasks: 60}})
		run := func() (app.ImportReport, error) {
			return a.Import(t.Context(), actor, app.Import{Format: "csv"}, strings.NewReader(file))
		}
		report, err := run()
		wantFull(t, err, fmt.Sprintf("%d tasks of the file were taken in", report.Created))
		census, err := s.Census(t.Context(), s.Now())
		if tasks := census.Tasks[mindflow.StatusPending]; err != nil || tasks != report.Created || report.Created < 40 {
			t.Errorf("%d tasks, %+v, %v", tasks, report, err)
		}
		again, err := run()
		wantFull(t, err, "0 tasks of the file")
		if again.Known != report.Created {
			t.Errorf("known again: %+v", again)
		}
	})
}

// Fails when a dry run reads on where the import itself would end: a file may
// hold millions of tasks, and each is remembered.
func TestADryRunEndsWhereTheImportWould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		file := "title\n"
		for i := range 100 {
			file += fmt.Sprintf("row %d\n", i)
		}
		a, actor := someone(t, s, app.Settings{Quotas: mindflow.Quotas{Tasks: 60}})
		for _, had := range []string{"", "title\nrow 5\nrow 6\nanother\n"} {
			if _, err := a.Import(t.Context(), actor, app.Import{Format: "csv"}, strings.NewReader(had)); err != nil {
				t.Fatal(err)
			}
			dry, err := a.Import(t.Context(), actor, app.Import{Format: "csv", DryRun: true}, strings.NewReader(file))
			wantFull(t, err, fmt.Sprintf("%d tasks of the file would be taken in", dry.Created))
			if dry.Created < 40 || dry.Created+dry.Known > 60+2 {
				t.Errorf("%+v", dry)
			}
		}
		dry, err := a.Import(t.Context(), actor, app.Import{Format: "csv", DryRun: true}, strings.NewReader(file[:strings.Index(file, "row 50")]))
		if err != nil || dry.Created != 48 || dry.Known != 2 {
			t.Errorf("what fits: %+v, %v", dry, err)
		}
		wet, err := a.Import(t.Context(), actor, app.Import{Format: "csv"}, strings.NewReader(file))
		wantFull(t, err, fmt.Sprintf("%d tasks of the file were taken in", wet.Created))
	})
}

// Fails when there is no end to what cannot be read: each piece is remembered.
func TestAFileOfWhichTooMuchCannotBeReadIsGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		var file strings.Builder
		file.WriteString("title,note\nfirst,\n")
		for range 120_000 {
			file.WriteString(",x\n")
		}
		for _, dry := range []bool{true, false} {
			report, err := a.Import(t.Context(), actor, app.Import{Format: "csv", DryRun: dry}, strings.NewReader(file.String()))
			if mindflow.KindOf(err) != mindflow.KindInvalid || report.Failed != 100_000 || report.Created != 1 {
				t.Errorf("failed %d, created %d, %v", report.Failed, report.Created, err)
			}
		}
	})
}

// Fails when every keyed import may keep a long report for a day: one account
// could keep 20 GB.
func TestWhatKeyedImportsKeepIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		file := "title,note\nfirst,\n" + strings.Repeat(",nobody can tell what this is\n", 50)
		run := func(i int) app.ImportReport {
			actor.Key = &mindflow.IdempotencyKey{Name: fmt.Sprint(i), Route: "POST /import", Hash: "h"}
			report, err := a.Import(t.Context(), actor, app.Import{Format: "csv", DryRun: true}, strings.NewReader(file))
			if err != nil || report.Failed != 50 || len(report.Remarks)+report.Omitted != 51 {
				t.Fatalf("%d: %d remarks, %d omitted, %v", i, len(report.Remarks), report.Omitted, err)
			}
			return report
		}
		for i := range 100 {
			if r := run(i); r.Omitted > 0 {
				t.Fatalf("the %dth is cut short", i)
			}
		}
		first := run(100)
		if n := len(first.Remarks); n > 12 {
			t.Errorf("the hundred-and-first is kept with %d remarks", n)
		}
		if again := run(100); len(again.Remarks) != len(first.Remarks) {
			t.Errorf("again it is %d remarks, after %d", len(again.Remarks), len(first.Remarks))
		}
		if r := run(0); r.Omitted > 0 {
			t.Error("what was kept is answered otherwise")
		}
	})
}

// Fails when young events go, or a retention of zero is taken for "at once".
func TestEventsAreKeptForTheirRetention(t *testing.T) {
	for name, c := range map[string]struct {
		retention time.Duration
		past      int
	}{"for ever": {0, 0}, "for a month": {720 * time.Hour, 301}} {
		t.Run(name, func(t *testing.T) {
			start := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
			clock := start
			storetest.EachAt(t, func() time.Time { return clock }, func(t *testing.T, s *store.Store) {
				clock = start
				a, actor := someone(t, s, app.Settings{EventRetention: c.retention})
				add := func(title string) {
					if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft(title)); err != nil {
						t.Fatal(err)
					}
				}
				for i := range 300 {
					add(fmt.Sprint(i))
				}
				clock = start.Add(721 * time.Hour)
				add("young")
				if n, err := a.CompactEvents(t.Context()); err != nil || n != c.past {
					t.Errorf("compacted %d, want %d, %v", n, c.past, err)
				}
				left := 302
				if c.past > 0 {
					left = 2 // the registration's and the young one
				}
				if events, err := s.Events(t.Context(), actor.WorkspaceID, 0, 1000); err != nil || len(events) != left {
					t.Errorf("%d events are left, want %d, %v", len(events), left, err)
				}
			})
		})
	}
}

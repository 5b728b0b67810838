package csvfile_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/csvfile"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/mindflow"
	"mindflow/test/hostile"
)

func written(tasks ...exported) string {
	b := csvfile.AppendHeader(nil)
	for i := range tasks {
		b = csvfile.AppendTask(b, &tasks[i].Task, tasks[i].way)
	}
	return string(b)
}

// exported is a task, and the way to its project.
type exported struct {
	mindflow.Task

	way []string
}

// legalLinks ties a task to others.
func legalLinks(t *rapid.T) exported {
	task := exported{Task: legalTask(t)}
	d := &task.Details
	for range rapid.IntRange(0, formats.MaxProjectDepth).Draw(t, "projects") {
		name, _ := formats.Cut(rapid.OneOf(rapid.StringMatching(`[a/\\]{1,5}`), rapid.Custom(func(t *rapid.T) string { return text(t, false) })).Draw(t, "project"), mindflow.MaxProjectName)
		if name = mindflow.Tidy(name); name != "" {
			task.way = append(task.way, name)
		}
	}
	if rapid.Bool().Draw(t, "step") {
		d.ParentID = mindflow.NewID[mindflow.Task](instant(t, "parent"))
	}
	for range rapid.IntRange(0, 3).Draw(t, "blockers") {
		d.BlockedBy = append(d.BlockedBy, mindflow.NewID[mindflow.Task](instant(t, "blocker")))
	}
	if rapid.Bool().Draw(t, "repeats") && !task.Due.IsZero() {
		d.Recurrence = mindflow.Recurrence{
			Rule:     rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"}).Draw(t, "rule"),
			From:     rapid.SampledFrom([]mindflow.RecurFrom{mindflow.FromSchedule, mindflow.FromCompletion}).Draw(t, "from"),
			Timezone: "UTC",
		}
	}
	return task
}

// texts are those that break cells, and what breaks other programs.
var texts = rapid.OneOf(
	rapid.SampledFrom(hostile.Texts),
	rapid.StringMatching("['=+@\\-,;\"\\\\a-c ＝\n\t]{1,12}"),
	rapid.StringN(1, 20, -1),
)

// text is one as it is stored.
func text(t *rapid.T, lines bool) string {
	s := formats.Clean(texts.Draw(t, "text"))
	if !lines {
		s = formats.OneLine(s)
	}
	return mindflow.Tidy(s)
}

func instant(t *rapid.T, label string) time.Time {
	const first, last = 0, 4102444800 * 1e6 // 1970 to 2100
	return mindflow.UTC(rapid.Int64Range(first, last).Draw(t, label))
}

func when(t *rapid.T, label string) mindflow.When {
	switch rapid.IntRange(0, 2).Draw(t, label) {
	case 0:
		return mindflow.When{}
	case 1:
		return mindflow.OnDay(mindflow.DayOf(instant(t, label)))
	}
	return mindflow.AtInstant(instant(t, label).Truncate(time.Second))
}

func legalTask(t *rapid.T) mindflow.Task {
	task := mindflow.Task{
		ID: mindflow.NewID[mindflow.Task](instant(t, "id")), Title: text(t, false), Description: text(t, true),
		Status: rapid.SampledFrom(mindflow.Statuses).Draw(t, "status"), Priority: rapid.IntRange(1, 5).Draw(t, "priority"),
		Due: when(t, "due"), EffortMinutes: rapid.IntRange(0, mindflow.MaxEffort).Draw(t, "effort"),
		PreferredTime: rapid.SampledFrom([]mindflow.PreferredTime{"", mindflow.Morning, mindflow.Evening}).Draw(t, "time"),
		CreatedAt:     instant(t, "created"), UpdatedAt: instant(t, "updated"),
	}
	if task.Title == "" {
		task.Title = "x"
	}
	task.Title, _ = formats.Cut(task.Title, mindflow.MaxTitle)
	if task.Due.IsZero() {
		task.Start = when(t, "start")
	}
	if task.Status == mindflow.StatusSnoozed {
		task.SnoozedUntil = instant(t, "snoozed").Truncate(time.Second)
	}
	if task.Status == mindflow.StatusCompleted {
		task.CompletedAt = instant(t, "completed")
	}
	seen := map[string]bool{"": true}
	for range rapid.IntRange(0, 4).Draw(t, "tags") {
		tag, _ := formats.Cut(text(t, false), mindflow.MaxTag)
		if tag = mindflow.Tidy(tag); !seen[mindflow.Fold(tag)] {
			task.Tags, seen[mindflow.Fold(tag)] = append(task.Tags, tag), true
		}
	}
	return task
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	utc := formatstest.Zone(t, "UTC")
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.SliceOfNDistinct(rapid.Custom(legalLinks), 1, 4, func(t exported) mindflow.TaskID { return t.ID }).Draw(t, "tasks")
		file := written(tasks...)
		found := read(file, formats.Options{Zone: utc})
		if len(found.Problems)+len(found.Notes)+len(found.Skipped) > 0 || found.Err != nil || len(found.Entries) != len(tasks) {
			t.Fatalf("%+v of\n%s", found, file)
		}
		for i, want := range tasks {
			e := found.Entries[i]
			if e.SourceID != want.ID.String() || len(e.Notes) > 0 {
				t.Errorf("source %q, notes %v", e.SourceID, e.Notes)
			}
			links := formats.Links{Project: want.way, BlockedBy: mindflow.IDTexts(want.Details.BlockedBy)}
			if !want.Details.ParentID.IsZero() {
				links.Parent = want.Details.ParentID.String()
			}
			if diff := cmp.Diff(links, e.Links, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("linked differently (-want +got):\n%s\nof\n%s", diff, file)
			}
			want.ID, want.Details = mindflow.TaskID{}, mindflow.Details{Recurrence: want.Details.Recurrence}
			if !want.Status.Open() {
				want.Details = mindflow.Details{} // it is over
			}
			if diff := cmp.Diff(want.Task, e.Task, cmp.Comparer(func(a, b mindflow.When) bool { return a == b })); diff != "" {
				t.Errorf("read back differently (-want +got):\n%s\nof\n%s", diff, file)
			}
		}
	})
}

// A spreadsheet calculates what begins like a formula.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, err := csv.NewReader(strings.NewReader(written(legalLinks(t)))).ReadAll()
		if err != nil || len(records) != 2 || len(records[1]) != len(csvfile.Fields) {
			t.Fatalf("%q, %v", records, err)
		}
		for i, cell := range records[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
				t.Errorf("%s is %q", csvfile.Fields[i], cell)
			}
		}
	})
}

// Fails when a text of another program loses an apostrophe of its own.
func TestAnApostropheIsTakenFromAFormulaAlone(t *testing.T) {
	for cell, want := range map[string]string{
		"'=1+1": "=1+1", "''=1": "'=1", "'-5 degrees": "-5 degrees", "'tis": "'tis", "'": "'", "=1+1": "=1+1", "it's": "it's", "'＝1": "＝1",
	} {
		row := "," + cell + strings.Repeat(",", len(csvfile.Fields)-2) + "\n"
		if got := read(string(csvfile.AppendHeader(nil))+row, formats.Options{}).Titles(); len(got) != 1 || got[0] != want {
			t.Errorf("%q is read as %q, want %q", cell, got, want)
		}
		if got := read("title\n"+cell+"\n", formats.Options{}).Titles(); len(got) != 1 || got[0] != cell {
			t.Errorf("%q of somebody else's file is read as %q", cell, got)
		}
	}
}

func TestTagsMayHoldWhatSetsTagsApart(t *testing.T) {
	for cell, want := range map[string]string{
		`a, b;c`: "a|b|c", `a\,b,c\;d`: "a,b|c;d", `a\b,c\\d`: `a\b|c\d`, `\`: `\`, `,;, `: "",
	} {
		found := read("title\ttags\nx\t"+cell+"\n", formats.Options{})
		if got := strings.Join(found.Entries[0].Task.Tags, "|"); got != want {
			t.Errorf("%q are the tags %q, want %q", cell, got, want)
		}
	}
}

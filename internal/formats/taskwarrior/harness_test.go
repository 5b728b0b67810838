package taskwarrior_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"mindflow/internal/formats"
	"mindflow/internal/formats/taskwarrior"
	"mindflow/internal/mindflow"
)

// found is everything a file was read as.
type found struct {
	entries  []formats.Entry
	skipped  []formats.Skipped
	problems []formats.Problem
	notes    []formats.Note
	err      error
}

func read(file string, o formats.Options) found {
	var f found
	for item, err := range taskwarrior.Read(strings.NewReader(file), o) {
		switch {
		case err != nil:
			f.err = err
		case item.Entry != nil:
			f.entries = append(f.entries, *item.Entry)
		case item.Skipped != nil:
			f.skipped = append(f.skipped, *item.Skipped)
		case item.Problem != nil:
			f.problems = append(f.problems, *item.Problem)
		case item.Note != nil:
			f.notes = append(f.notes, *item.Note)
		}
	}
	return f
}

func zone(tb testing.TB, name string) mindflow.Zone {
	tb.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

func inZone(tb testing.TB, name string) formats.Options {
	tb.Helper()
	return formats.Options{Zone: zone(tb, name), HasZone: true}
}

func titles(entries []formats.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Task.Title)
	}
	return all
}

// checkLegal asks the vocabulary whether it would take the entry's task as it
// is: what it makes of the same words is the same task.
func checkLegal(tb testing.TB, e formats.Entry, z mindflow.Zone) {
	tb.Helper()
	task := e.Task
	draft := mindflow.Draft{
		Title: mindflow.Some(task.Title), Description: mindflow.Some(task.Description),
		Priority: mindflow.Some(task.Priority), Tags: mindflow.Some(task.Tags),
		DueDate: dateField(task.Due), StartDate: dateField(task.Start),
		Status: mindflow.Some(string(task.Status)),
	}
	if task.Status == mindflow.StatusSnoozed {
		draft.SnoozedUntil = mindflow.Some(task.SnoozedUntil.Format(time.RFC3339))
	}
	want, err := draft.Apply(mindflow.Task{Status: mindflow.StatusPending}, z, task.SnoozedUntil.Add(-time.Second))
	if err != nil {
		tb.Fatalf("%s is not a legal task: %v\n%+v", e.Place, err, task)
	}
	want.CompletedAt, want.CreatedAt, want.UpdatedAt = task.CompletedAt, task.CreatedAt, task.UpdatedAt
	if !task.Same(want) {
		tb.Fatalf("%s is not tidy:\n%+v\n%+v", e.Place, task, want)
	}
	checkTimes(tb, e)
	if e.SourceID == "" || len(e.SourceID) > 64 || strings.ContainsFunc(e.SourceID, func(r rune) bool { return r > unicode.MaxASCII }) {
		tb.Fatalf("%s has the source id %q", e.Place, e.SourceID)
	}
}

func checkTimes(tb testing.TB, e formats.Entry) {
	tb.Helper()
	task := e.Task
	for _, at := range []time.Time{task.CreatedAt, task.UpdatedAt, task.CompletedAt, task.SnoozedUntil} {
		if !at.IsZero() && (at.Year() < 1970 || at.Year() > 9998 || at.Location() != time.UTC) {
			tb.Fatalf("%s has the time %v", e.Place, at)
		}
	}
	if task.Status != mindflow.StatusSnoozed && !task.SnoozedUntil.IsZero() || task.Status != mindflow.StatusCompleted && !task.CompletedAt.IsZero() {
		tb.Fatalf("%s is %s with a snooze until %v, completed %v", e.Place, task.Status, task.SnoozedUntil, task.CompletedAt)
	}
}

func dateField(w mindflow.When) mindflow.Field[string] {
	if w.IsZero() {
		return mindflow.Field[string]{}
	}
	return mindflow.Some(w.String())
}

// show is everything of a file as a text to compare.
func show(f found) string {
	var b strings.Builder
	for _, e := range f.entries {
		showEntry(&b, e)
	}
	for _, s := range f.skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Place, s.Message)
	}
	for _, p := range f.problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Place, p.Message)
	}
	for _, n := range f.notes {
		fmt.Fprintf(&b, "note %s: %s\n", n.Place, n.Message)
	}
	return b.String()
}

func showEntry(b *strings.Builder, e formats.Entry) {
	task := e.Task
	fmt.Fprintf(b, "%s  %s\n  %q %s priority %d", e.Place, e.SourceID, task.Title, task.Status, task.Priority)
	for _, f := range []struct{ name, value string }{
		{"due", task.Due.String()},
		{"start", task.Start.String()},
		{"snoozed until", instant(task.SnoozedUntil)},
		{"created", instant(task.CreatedAt)},
		{"updated", instant(task.UpdatedAt)},
		{"completed", instant(task.CompletedAt)},
		{"tags", strings.Join(task.Tags, " | ")},
	} {
		if f.value != "" {
			fmt.Fprintf(b, ", %s %s", f.name, f.value)
		}
	}
	b.WriteByte('\n')
	if task.Description != "" {
		b.WriteString("    | " + strings.ReplaceAll(task.Description, "\n", "\n    | ") + "\n")
	}
	for _, n := range e.Notes {
		lost := ""
		if n.Lost {
			lost = " (LOST)"
		}
		fmt.Fprintf(b, "    * %s%s\n", n.Message, lost)
	}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

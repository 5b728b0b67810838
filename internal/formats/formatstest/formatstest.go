// Package formatstest is what the tests of the formats share: a file read as a
// whole, shown as text, and held against the vocabulary.
package formatstest

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// Found is everything a file was read as.
type Found struct {
	Entries  []formats.Entry
	Skipped  []formats.Skipped
	Problems []formats.Problem
	Notes    []formats.Note
	Err      error
	// Offset is the last item's; Backwards says that one was smaller than the
	// one before.
	Offset    int64
	Backwards bool
}

// Read reads all of a file.
func Read(reader formats.Reader, file io.Reader, o formats.Options) Found {
	var f Found
	for item, err := range reader(file, o) {
		if err == nil {
			f.Backwards = f.Backwards || item.Offset < f.Offset
			f.Offset = item.Offset
		}
		switch {
		case err != nil:
			f.Err = err
		case item.Entry != nil:
			f.Entries = append(f.Entries, *item.Entry)
		case item.Skipped != nil:
			f.Skipped = append(f.Skipped, *item.Skipped)
		case item.Problem != nil:
			f.Problems = append(f.Problems, *item.Problem)
		case item.Note != nil:
			f.Notes = append(f.Notes, *item.Note)
		}
	}
	return f
}

// Zone loads a time zone.
func Zone(tb testing.TB, name string) mindflow.Zone {
	tb.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// InZone are the options of a file written in a zone.
func InZone(tb testing.TB, name string) formats.Options {
	tb.Helper()
	return formats.Options{Zone: Zone(tb, name), HasZone: true}
}

// Titles of all entries.
func (f Found) Titles() []string {
	var all []string
	for _, e := range f.Entries {
		all = append(all, e.Task.Title)
	}
	return all
}

// CheckLegal asks the vocabulary whether it would take the entry's task as it
// is: what it makes of the same words is the same task.
func CheckLegal(tb testing.TB, e formats.Entry, z mindflow.Zone) {
	tb.Helper()
	task := e.Task
	draft := mindflow.Draft{
		Title: mindflow.Some(task.Title), Description: mindflow.Some(task.Description),
		Priority: mindflow.Some(task.Priority), Tags: mindflow.Some(task.Tags),
		DueDate: dateField(task.Due), StartDate: dateField(task.Start),
		Status: mindflow.Some(string(task.Status)),
	}
	if task.EffortMinutes != 0 {
		draft.EffortMinutes = mindflow.Some(task.EffortMinutes)
	}
	if task.PreferredTime != mindflow.AnyTime {
		draft.PreferredTime = mindflow.Some(string(task.PreferredTime))
	}
	if task.Status == mindflow.StatusSnoozed {
		draft.SnoozedUntil = mindflow.Some(task.SnoozedUntil.Format(time.RFC3339))
	}
	want, err := draft.Apply(mindflow.Task{Status: mindflow.StatusPending}, z, task.SnoozedUntil.Add(-time.Second))
	if err != nil {
		tb.Fatalf("%s is not a legal task: %v\n%+v", e.Place, err, task)
	}
	want.CompletedAt, want.CreatedAt, want.UpdatedAt = task.CompletedAt, task.CreatedAt, task.UpdatedAt
	want.Details.Recurrence = checkRecurrence(tb, e)
	checkLinks(tb, e)
	if !task.Same(want) {
		tb.Fatalf("%s is not tidy:\n%+v\n%+v", e.Place, task, want)
	}
	checkTimes(tb, e)
	if e.SourceID == "" || len(e.SourceID) > 64 || strings.ContainsFunc(e.SourceID, func(r rune) bool { return r > unicode.MaxASCII }) {
		tb.Fatalf("%s has the source id %q", e.Place, e.SourceID)
	}
}

// checkRecurrence asks the rules whether a recurrence can be kept as it is.
func checkRecurrence(tb testing.TB, e formats.Entry) mindflow.Recurrence {
	tb.Helper()
	r := e.Task.Details.Recurrence
	if r.IsZero() {
		return r
	}
	zone, err := mindflow.LoadZone(r.Timezone)
	if err != nil {
		tb.Fatalf("%s repeats in the zone %q: %v", e.Place, r.Timezone, err)
	}
	rule, err := recurrence.Parse(r.Rule)
	start, dated := recurrence.StartAt(e.Task.Due, zone)
	if err != nil || rule.String() != r.Rule || !dated || !e.Task.Status.Open() {
		tb.Fatalf("%s repeats by %q from %s on, %s, %v", e.Place, r.Rule, e.Task.Due, e.Task.Status, err)
	}
	if _, err := rule.From(start); err != nil {
		tb.Fatalf("%s repeats by %q from %s on: %v", e.Place, r.Rule, e.Task.Due, err)
	}
	return mindflow.Recurrence{Rule: rule.String(), From: r.From, Timezone: zone.String()}
}

func checkLinks(tb testing.TB, e formats.Entry) {
	tb.Helper()
	if len(e.Links.Project) > formats.MaxProjectDepth {
		tb.Fatalf("%s is in the project %q", e.Place, e.Links.Project)
	}
	for _, name := range e.Links.Project {
		if tidy, why := mindflow.ParseProjectName(name); why != "" || tidy != name {
			tb.Fatalf("%s is in the project %q: %s", e.Place, e.Links.Project, why)
		}
	}
	for i, other := range e.Links.BlockedBy {
		if other == "" || slices.Index(e.Links.BlockedBy, other) < i {
			tb.Fatalf("%s waits for %q", e.Place, e.Links.BlockedBy)
		}
	}
	if e.Links.Series != "" && e.Task.Details.Recurrence.IsZero() {
		tb.Fatalf("%s is of the series %q and does not repeat", e.Place, e.Links.Series)
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

// String is everything of a file as a text to compare.
func (f Found) String() string {
	var b strings.Builder
	for _, e := range f.Entries {
		ShowEntry(&b, e)
	}
	for _, s := range f.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Place, s.Message)
	}
	for _, p := range f.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Place, p.Message)
	}
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "note %s: %s\n", n.Place, n.Message)
	}
	return b.String()
}

// ShowEntry writes one entry.
func ShowEntry(b *strings.Builder, e formats.Entry) {
	task := e.Task
	fmt.Fprintf(b, "%s  %s\n  %q %s priority %d", e.Place, e.SourceID, task.Title, task.Status, task.Priority)
	for _, f := range []struct{ name, value string }{
		{"due", task.Due.String()},
		{"start", task.Start.String()},
		{"snoozed until", instant(task.SnoozedUntil)},
		{"created", instant(task.CreatedAt)},
		{"updated", instant(task.UpdatedAt)},
		{"completed", instant(task.CompletedAt)},
		{"effort", minutes(task.EffortMinutes)},
		{"preferred", string(task.PreferredTime)},
		{"tags", strings.Join(task.Tags, " | ")},
		{"project", strings.Join(e.Links.Project, " / ")},
		{"repeats", strings.TrimSuffix(task.Details.Recurrence.Rule+" from "+string(task.Details.Recurrence.From), " from ")},
		{"of the series", e.Links.Series},
		{"named", e.Name},
		{"step of", e.Links.Parent},
		{"waits for", strings.Join(e.Links.BlockedBy, " | ")},
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

func minutes(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d min", n)
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

var update = flag.Bool("update", false, "write the golden files anew")

// File is the text of a file.
func File(tb testing.TB, parts ...string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// Golden holds a text against a file in testdata.
func Golden(tb testing.TB, name, got string) {
	tb.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", name), []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	if diff := cmp.Diff(File(tb, "testdata", name), got); diff != "" {
		tb.Errorf("%s (-golden +got):\n%s", name, diff)
	}
}

// Keeps answers which of the words neither the entry's texts nor its notes
// hold. What notes say is lost may be any of them.
func Keeps(e formats.Entry, words []string) (missing []string) {
	all := append([]string{e.Task.Title, e.Task.Description, e.Name, e.Links.Parent}, e.Task.Tags...)
	all = append(append(all, e.Links.Project...), e.Links.BlockedBy...)
	for _, n := range e.Notes {
		if n.Lost {
			return nil
		}
		all = append(all, n.Message)
	}
	held := strings.Join(all, "\n")
	for _, word := range words {
		if !strings.Contains(held, mindflow.NFC(word)) {
			missing = append(missing, word)
		}
	}
	return missing
}

// CheckRead holds reading any bytes against what every reader promises: no
// error of its own, legal entries, offsets that grow up to the file's length,
// and the same again when it reads in small pieces.
func CheckRead(tb testing.TB, reader formats.Reader, text []byte, o formats.Options) {
	tb.Helper()
	got := Read(reader, bytes.NewReader(text), o)
	if got.Err != nil && mindflow.KindOf(got.Err) != mindflow.KindInvalid {
		tb.Fatal(got.Err)
	}
	if got.Backwards || got.Offset > int64(len(text)) {
		tb.Fatalf("offsets up to %d of %d, backwards: %t", got.Offset, len(text), got.Backwards)
	}
	for _, e := range got.Entries {
		CheckLegal(tb, e, o.Zone)
	}
	if again := Read(reader, iotest.OneByteReader(bytes.NewReader(text)), o); got.String() != again.String() {
		tb.Fatalf("in small pieces it says something else:\n%s", cmp.Diff(got.String(), again.String()))
	}
}

// Package formats is what importers share: the entries they find in other
// programs' files, what they say about them, and how foreign words are made
// to fit a task. Readers stream and do no I/O but reading what they are given.
package formats

import (
	"io"
	"iter"
	"time"

	"mindflow/internal/mindflow"
)

// Format is one kind of file that can be imported.
type Format struct {
	Name string // as in commands and routes: "taskwarrior"
	Read Reader
	// Columns are the fields that Options.Columns may name; none if the format
	// says itself what its columns mean.
	Columns []string
}

// Reader yields what it finds in a file, one item at a time, in the file's
// order and in bounded memory. Bad entries are items; an error means that the
// file itself could not be read on, and is the last thing yielded. The loop may
// be left at any time. A sequence reads its file once.
type Reader func(r io.Reader, o Options) iter.Seq2[Item, error]

// Options of reading a file.
type Options struct {
	// Zone is the person's time zone; the zero Zone is UTC.
	Zone mindflow.Zone
	// HasZone says that the file was written in Zone: 00:00:00 there is a day.
	HasZone bool
	// Columns says in which column of the file a field stands, by the name the
	// column's header gives it.
	Columns map[string]string
	// Name is the file's name without what says its format; empty if it is not
	// known. Todoist names a project's file as the project.
	Name string
	// Now is the moment of reading: a date without a year is near it. With the
	// zero time such dates are not understood.
	Now time.Time
}

// Item is one thing found in a file: exactly one of the pointers is set.
type Item struct {
	Entry   *Entry
	Skipped *Skipped
	Problem *Problem
	Note    *Note // about the whole file; an entry carries its own

	// Offset is how many bytes of the file are dealt with: progress.
	Offset int64
}

// Entry is one task of a file, as our model can hold it.
type Entry struct {
	// SourceID is the same each time the same file is read: the file's own id,
	// or one made by Sources. At most 64 bytes of ASCII.
	SourceID string
	// Name is what other entries of the same file call it; empty: its SourceID.
	Name string
	// Place is where it stands in the file, for reports: "entry 3, line 12".
	Place string
	// Task is legal by the vocabulary's limits. Its ids and version are zero;
	// times the file does not tell (CreatedAt, UpdatedAt, and CompletedAt of a
	// completed task) are zero too and left to the caller. A snooze may be over. What
	// repeats has a rule that counts from its due date, and no place in a series yet.
	Task mindflow.Task
	// Links are what it says about projects and other entries.
	Links Links
	// Notes say what was changed, kept elsewhere or lost.
	Notes []Note
}

// Note tells the person about a change made on the way in.
type Note struct {
	Place   string // as in Entry, or "the file"
	Message string // `project "Home" became the tag "project:Home"`
	Lost    bool   // something of the file is in no field, tag or text
}

// Skipped is an entry that was understood and is deliberately not a task.
type Skipped struct {
	Place   string
	Message string
}

// Problem is a piece of the file that could not be read. It loses nothing else.
type Problem struct {
	Place   string
	Message string
}

// WholeFile is the Place of what concerns no single entry.
const WholeFile = "the file"

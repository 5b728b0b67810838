// Package csvfile reads CSV files of any program whose first row names the
// columns, and writes tasks as one that it reads back.
//
// What becomes of a row:
//
//   - A column is a field's if Options.Columns says so, or else if it bears the
//     field's name: "Due Date", "due-date" and "DUE_DATE" are due_date, and
//     so is "Due" or else "Deadline" where no column bears the name. The
//     fields are those of a task in the API, and id.
//   - status: the API's words, and those other programs use for them (open, to
//     do, doing, done, canceled, …). A snooze without its end is none.
//   - priority 1 to 5, 5 the highest; tags between commas or semicolons, those
//     inside a tag after a backslash.
//   - project: a name; under AppendHeader's header the way to it, with a slash between
//     the names. parent_id and blocked_by: ids of other rows, of this file or of one
//     imported before. recurrence: a rule of RFC 5545, or words as in quick add;
//     recurrence_from: schedule or completion.
//   - under the header that AppendHeader writes, an apostrophe before what a
//     spreadsheet would take for a formula is none of the text's own: it is taken
//     away.
//   - dates as formats.ParseMoment reads them. 03/04/2026 may be two days: it is
//     not guessed. created_at, updated_at, completed_at take a day at its start.
//     A completed task that does not say when it was created counts as created
//     when it was completed.
//   - What cannot be read, other columns, and cells without a column become text
//     of the description: "Column: value".
//   - A row without a title is a problem; one without anything is nothing.
//
// The source id is the cell of the id column, or, if that is empty or was seen
// before in the file, a hash of the whole row and its occurrence number. Ids
// are compared with those of every CSV file imported before.
package csvfile

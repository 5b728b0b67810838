// Package taskwarrior reads what `task export` prints: a JSON array, or one
// object a line (json.array=off).
//
// What becomes of an entry:
//
//   - description → title; status, start and wait → status and snooze; end →
//     completion of completed tasks; deleted → cancelled; entry and modified →
//     creation and last change; due; scheduled → start date; priority H, M, L,
//     none → 5, 4, 3, 2; tags. project → project: "A.B" is B within A, and what
//     lies deeper is joined to that name. depends → what it waits for.
//   - recur and until → a repeat from the due date, by days or slower. Of the open
//     tasks of a series the last one repeats, by the days of its template's due date;
//     the others are single ones. A template of which no task is open is the next
//     one itself, unless the series is over. parent, mask, imask and rtype are
//     Taskwarrior's own bookkeeping and are left out.
//   - annotations and every other attribute, user-defined ones included, become text
//     of the description.
//   - id and urgency are computed by Taskwarrior anew each time and left out.
//   - tasks that may be the last of a series come at the end of the file.
//   - uuid is the source id.
//
// How it gets over damage: an object ends where its brackets close. If they
// close in the right order, whatever is wrong inside (bad JSON, bytes that are
// not UTF-8, a repeated key) costs that object only. If they do not, or a
// string holds a line break, or the object is longer than MaxEntry, reading
// goes on at the next line that starts with a brace and is indented no deeper
// than the line the broken object began on: the very next line in what
// Taskwarrior prints, the next object of an indented array. An array printed
// on a single line offers no such place: the rest of it is lost, and the
// problem says so. Text that is no object at all is one problem however long
// it is, and a file whose first hundred pieces all fail is given up as no
// export.
package taskwarrior

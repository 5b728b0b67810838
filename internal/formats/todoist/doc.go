// Package todoist reads the CSV files Todoist exports a project as.
//
// What becomes of a row:
//
//   - task: CONTENT → title, its labels @x → tags: behind the text they are
//     taken out of it, inside it they stay. DESCRIPTION → description. PRIORITY
//     1 to 4, 1 the highest and 4 if empty → 5 to 2. DATE → due date. DURATION →
//     effort. DEADLINE → due date of a task without DATE, else text. AUTHOR,
//     RESPONSIBLE and columns unknown here become text of the description, AUTHOR
//     without a remark.
//   - the file's name, if it is known: all tasks are in a project of that name. The
//     number in brackets that a backup puts behind it is left out; the inbox is no
//     project.
//   - section: the tasks that follow are in a project of its name, within the one
//     that the file is named after.
//   - INDENT: a task below another is a step of it.
//   - note: a comment on the task before it, becomes text of its description.
//   - meta (how Todoist shows the list) is left out, and the report says so;
//     a row without TYPE and CONTENT means nothing.
//
// DATE is understood where formats.ParseMoment does, in English if it has words;
// a time of day is one of the row's TIMEZONE. A date without a year is the
// nearest such day, and the report says so. One that recurs is read as quick add
// reads it, in English or German by DATE_LANG: the task is due at the next such day
// and repeats. Others, such as "today" in a file of unknown age, become text of the
// description.
//
// The rows have no ids: the source id is a hash of the whole row and its
// occurrence number, so a row that was changed is another task.
package todoist

// Package todotxt reads todo.txt files, a task a line, by the rules of
// todotxt.org.
//
// What becomes of a line:
//
//   - "x " before it → completed; (A) to (D) → priority 5 to 2, later letters →
//     1, none → 3. The pri:A that some programs leave on a completed task counts
//     as its priority.
//   - the completion and creation dates → completion and creation, at the start
//     of these days in the person's zone. A completed task that does not say
//     when it was created counts as created when it was completed.
//   - due: → due date, t: (threshold) → start date. rec: → a repeat: rec:+2w counts
//     from the due date, rec:2w from the day the task was done, in d, w, m, y and b,
//     which is each workday. id: is what the file calls a task, p: names the one it is
//     a step of, as topydo has them. Every other key:value becomes text of the
//     description; a URL is none.
//   - the first +project → project, others → tags "project:name"; @context → a tag
//     "name". Before and after the text they are taken out of it; inside they are part
//     of the sentence and stay in the title as well.
//   - the rest is the title.
//
// The source id is a hash of the line without done marker, completion date and
// priority, and its occurrence number: completing a task or giving it another
// priority does not make it another. Any other change does. Blank lines mean
// nothing.
package todotxt

package mindflow

import (
	"fmt"
	"strings"
)

// TaskName is a task as it is named to people.
type TaskName struct {
	ID    TaskID
	Title string
}

// Name is the task's.
func (t Task) Name() TaskName { return TaskName{t.ID, t.Title} }

// Waiting is a task, and what it waits for: its blockers, open or not.
type Waiting struct {
	Task TaskID
	For  []TaskID
}

// Dependency is a task that another waits for, or that waits for it.
type Dependency struct {
	TaskName

	Status Status // as it reads now
}

// Dependencies are what a task waits for and what waits for it, open or not.
type Dependencies struct {
	WaitsFor []Dependency // in the order they were named
	Blocks   []Dependency // the open ones first, the oldest before the others
	More     bool         // there are more of the latter
}

// ReasonBlocked tells programs that a task cannot be completed as long as its
// blockers are open, unless they say so.
const ReasonBlocked = "blocked"

// Blocked reports that a task waits for others, which are open.
func Blocked(by []TaskName) error {
	verb := "which is open"
	if len(by) > 1 {
		verb = "which are open"
	}
	return &Error{Kind: KindConflict, Reason: ReasonBlocked, Message: "It waits for " + Listed(by) + ", " + verb}
}

// maxListed bounds how many tasks a sentence names.
const maxListed = 10

// Listed names tasks in a sentence, by their titles.
func Listed(tasks []TaskName) string {
	titles := make([]string, 0, len(tasks))
	for i, t := range tasks {
		if i == maxListed {
			titles = append(titles, fmt.Sprintf("%d more", len(tasks)-i))
			break
		}
		titles = append(titles, Quoted(t.Title))
	}
	last := len(titles) - 1
	if last <= 0 {
		return strings.Join(titles, "")
	}
	return strings.Join(titles[:last], ", ") + " and " + titles[last]
}

// Circle names tasks of which each waits for the next, and the last for the
// first: “A” waits for “B”, which waits for “A”.
func Circle(tasks []TaskName) string {
	var b strings.Builder
	b.WriteString(Quoted(tasks[0].Title) + " waits for ")
	for i, t := range tasks[1:] {
		if more := len(tasks) - maxListed; more > 0 && i == maxListed-2 {
			fmt.Fprintf(&b, "%d more, of which the last waits for ", more)
		}
		if i < maxListed-2 || i == len(tasks)-2 {
			b.WriteString(Quoted(t.Title) + ", which waits for ")
		}
	}
	return b.String() + Quoted(tasks[0].Title)
}

// Quoted is a title within a sentence.
func Quoted(title string) string { return "“" + title + "”" }

package todoist

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/formats/sheet"
	"mindflow/internal/mindflow"
)

// Read is the formats.Reader of Todoist's CSV files.
func Read(r io.Reader, o formats.Options) iter.Seq2[formats.Item, error] {
	return func(yield func(formats.Item, error) bool) {
		rows := sheet.NewReader(r)
		run := reading{
			Teller: formats.NewTeller(yield, rows.Offset, "a CSV file of Todoist"),
			rows:   rows, options: o, columns: map[string]int{}, project: projectOf(o.Name),
		}
		run.all()
	}
}

// reading is one pass through a file.
type reading struct {
	*formats.Teller
	rows    *sheet.Reader
	options formats.Options
	columns map[string]int // by name
	sources formats.Sources

	project string // of all tasks; empty if it is not known
	section string
	above   []string // the task before and those it is beneath, as sources
	task    *translator
}

func (r *reading) all() {
	head, header, err := r.rows.Header()
	switch {
	case err != nil:
		r.End(err)
		return
	case head.Bad != nil:
		r.Reject("its first row cannot be read: " + head.Bad.Error())
		return
	}
	for i, name := range header {
		if _, ok := r.columns[strings.ToUpper(name)]; !ok {
			r.columns[strings.ToUpper(name)] = i
		}
	}
	if r.column("TYPE") < 0 || r.column("CONTENT") < 0 {
		r.Reject("its first row names no columns TYPE and CONTENT")
		return
	}
	for {
		row, err := r.rows.Next()
		if err != nil {
			// A task cut off from its comments is not told: it would be known
			// when the whole file comes.
			if !errors.Is(err, io.EOF) || r.flush() {
				r.End(err)
			}
			return
		}
		if !row.Blank() && !r.row(&row) {
			return
		}
	}
}

// numbered is a project's file in a backup: Work [220474322].
var numbered = regexp.MustCompile(` \[\d+\]$`)

// projectOf is the project that a file is named after; none for the inbox.
func projectOf(file string) string {
	name := strings.TrimSpace(numbered.ReplaceAllString(strings.TrimSpace(file), ""))
	if strings.EqualFold(name, "inbox") {
		return ""
	}
	return name
}

// column is where a column stands; -1 if it does not.
func (r *reading) column(name string) int {
	if i, ok := r.columns[name]; ok {
		return i
	}
	return -1
}

// row deals with one row. It answers false when reading is to stop.
func (r *reading) row(row *sheet.Row) bool {
	place := row.Place()
	if row.Bad != nil {
		r.above = nil // what follows may be part of it
		return r.flush() && r.Tell(formats.ProblemAt(place, row.Bad.Error()))
	}
	whole := row.Normalised()
	kind := row.Take(r.column("TYPE"))
	content := row.Take(r.column("CONTENT"))
	if strings.ToLower(kind) == "note" {
		return r.comment(row, content)
	}
	if !r.flush() {
		return false
	}
	switch strings.ToLower(kind) {
	case "task":
		return r.begin(row, content, r.sources.ID(whole))
	case "section":
		return r.begins(content, place) && r.Tell(formats.SkippedAt(place, fmt.Sprintf("%.200q is a section, not a task: the tasks in it are in a project of its name", content)+left(row)))
	case "meta":
		return r.Tell(formats.SkippedAt(place, fmt.Sprintf("it says how Todoist shows the list (%.200q)", content)+left(row)))
	}
	return r.Tell(formats.ProblemAt(place, fmt.Sprintf("its TYPE %.50q is none of task, section, note and meta", kind)))
}

// begins remembers the section that begins. Of its name no more is kept than a
// task has room for.
func (r *reading) begins(section, place string) bool {
	head, tail := formats.Cut(mindflow.NFC(section), mindflow.MaxDescription)
	r.section, r.above = head, nil
	return tail == "" || r.Tell(formats.Item{Note: &formats.Note{Place: place, Lost: true, Message: fmt.Sprintf(
		"the section's name is longer than %d characters: %d at its end are lost", mindflow.MaxDescription, mindflow.Length(tail))}})
}

// maxLeft is how many cells left names.
const maxLeft = 16

// left names the cells of a row that is no task.
func left(row *sheet.Row) string {
	var cells []string
	more := 0
	for name, value := range row.Rest() {
		if len(cells) == maxLeft {
			more++
			continue
		}
		cells = append(cells, fmt.Sprintf("%.50s %.200q", name, value))
	}
	if more > 0 {
		cells = append(cells, fmt.Sprintf("and %d more", more))
	}
	if len(cells) == 0 {
		return ""
	}
	return "; left out: " + strings.Join(cells, ", ")
}

// begin starts the entry of a task: comments may follow.
func (r *reading) begin(row *sheet.Row, content, id string) bool {
	t := &translator{
		Composer: formats.Compose(row.Place()), Row: row, reading: r, id: id,
	}
	if !t.translate(content) {
		return r.Tell(formats.ProblemAt(row.Place(), "it has no CONTENT, so there is nothing to do"))
	}
	r.task = t
	return true
}

// comment adds a note to the task before.
func (r *reading) comment(row *sheet.Row, content string) bool {
	if r.task == nil {
		return r.Tell(formats.Item{Note: &formats.Note{
			Place: row.Place(), Lost: true, Message: fmt.Sprintf("a comment with no task before it: %.200q", content) + left(row),
		}})
	}
	r.task.comment(row, content)
	return true
}

// flush tells the task that waited for comments.
func (r *reading) flush() bool {
	t := r.task
	if t == nil {
		return true
	}
	r.task = nil
	if t.comments > 0 {
		t.Note("%s became text in the description", count(t.comments, "comment"))
	}
	e := t.Entry(t.id)
	return r.Tell(formats.Item{Entry: &e})
}

func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// partOf is the task above one of this indent, if there is one; the task becomes the
// last of the way down to it.
func (r *reading) partOf(indent int, id string) string {
	r.above = r.above[:min(indent-1, len(r.above))]
	parent := ""
	if n := len(r.above); n > 0 {
		parent = r.above[n-1]
	}
	r.above = append(r.above, id)
	return parent
}

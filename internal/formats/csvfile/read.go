package csvfile

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/formats/sheet"
	"mindflow/internal/mindflow"
)

// Fields lists what a column can be.
var Fields = []string{
	"id", "title", "description", "status", "priority", "due_date", "start_date", "snoozed_until",
	"effort_estimate_minutes", "preferred_time", "tags", "created_at", "updated_at", "completed_at",
	"project", "parent_id", "blocked_by", "recurrence", "recurrence_from",
}

// also are other names of a field's column, for where none bears the field's own.
var also = map[string][]string{"due_date": {"due", "deadline"}}

// ours is how many of the fields a file that AppendTask wrote has had from the first
// version on.
const ours = 14

// Read is the formats.Reader of CSV files.
func Read(r io.Reader, o formats.Options) iter.Seq2[formats.Item, error] {
	return func(yield func(formats.Item, error) bool) {
		o.Now = time.Time{} // a date without a year is not guessed
		rows := sheet.NewReader(r)
		run := reading{
			Teller: formats.NewTeller(yield, rows.Offset, "a CSV file"),
			rows:   rows, options: o, ids: map[string]bool{},
		}
		run.all()
	}
}

// reading is one pass through a file.
type reading struct {
	*formats.Teller
	rows    *sheet.Reader
	options formats.Options
	columns map[string]int // by field
	written bool           // by AppendTask, going by its header
	sources formats.Sources
	ids     map[string]bool // seen so far
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
	if r.columns, err = find(header, r.options.Columns); err != nil {
		r.Fail(err)
		return
	}
	r.written = len(header) >= ours && slices.Equal(header[:ours], Fields[:ours])
	for {
		row, err := r.rows.Next()
		if err != nil {
			r.end(err)
			return
		}
		if !row.Blank() && !r.Tell(r.item(&row)) {
			return
		}
	}
}

func (r *reading) end(err error) {
	if r.End(err) && r.columns["id"] < 0 {
		r.Give(formats.Item{Note: &formats.Note{Place: formats.WholeFile, Message: "no column is the id: a row is recognised again only as long as it stays as it is"}})
	}
}

// find answers which column each field stands in; -1 for none.
func find(header []string, mapped map[string]string) (map[string]int, error) {
	columns := map[string]int{}
	used := map[int]bool{}
	var bad []mindflow.FieldError
	for _, field := range Fields {
		columns[field] = -1
		name, ok := mapped[field]
		if !ok {
			continue
		}
		if columns[field] = named(header, name); columns[field] < 0 {
			bad = append(bad, mindflow.FieldError{Field: "map", Message: fmt.Sprintf(
				"names a column for %s that is not there; there are %s", field, list(header))})
		}
		used[columns[field]] = true
	}
	for _, field := range Fields {
		if _, ok := mapped[field]; ok {
			continue
		}
		for _, name := range append([]string{field}, also[field]...) {
			if i := named(header, name); i >= 0 && !used[i] {
				columns[field] = i
				break
			}
		}
	}
	if _, ok := mapped["title"]; !ok && columns["title"] < 0 {
		bad = append(bad, mindflow.FieldError{Field: "map", Message: "must say which column is the title; there are " + list(header)})
	}
	if len(bad) > 0 {
		return nil, mindflow.Invalid(bad...)
	}
	return columns, nil
}

// named is the first column of that name, else of one like it; -1 if there is none.
func named(header []string, name string) int {
	like := -1
	for i, column := range header {
		if column == mindflow.Tidy(name) {
			return i
		}
		if like < 0 && fold(column) == fold(name) {
			like = i
		}
	}
	return like
}

// fold makes "Due Date" and "due_date" the same.
func fold(name string) string { return separators.Replace(mindflow.Fold(strings.TrimSpace(name))) }

var separators = strings.NewReplacer(" ", "", "_", "", "-", "")

// maxListed bounds the columns an error names.
const maxListed = 30

func list(header []string) string {
	var names []string
	for _, name := range header {
		if len(names) == maxListed {
			names = append(names, "…")
			break
		}
		if name != "" {
			names = append(names, fmt.Sprintf("%.50q", name))
		}
	}
	if len(names) == 0 {
		return "none with a name"
	}
	return strings.Join(names, ", ")
}

func (r *reading) item(row *sheet.Row) formats.Item {
	place := row.Place()
	if row.Bad != nil {
		return formats.ProblemAt(place, row.Bad.Error())
	}
	t := &translator{Composer: formats.Compose(place), Row: row, columns: r.columns, written: r.written, options: r.options}
	id := r.sourceID(t)
	if !t.translate() {
		return formats.ProblemAt(place, "it has no title, so there is nothing to do")
	}
	e := t.Entry(id)
	return formats.Item{Entry: &e}
}

// maxID is the longest id taken as it is.
const maxID = 64

// sourceID is the id column's cell, or else made of the whole row.
func (r *reading) sourceID(t *translator) string {
	whole := t.Normalised()
	id := t.take("id")
	switch {
	case id == "":
		if r.columns["id"] >= 0 {
			t.Note("it has no id, so it is recognised again only as long as it stays as it is")
		}
		return r.sources.ID(whole)
	case r.ids[id]:
		t.Note("its id was used above, so it is recognised again only as long as it stays as it is")
		t.keep("id", id)
		return r.sources.ID(whole)
	}
	r.ids[id] = true
	if !isPlainID(id) {
		t.keep("id", id)
		t.Called(mindflow.NFC(id))
		return r.sources.ID("id\x00" + mindflow.NFC(id))
	}
	return id
}

package phase4

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// Row is a row of a table: the columns as PostgreSQL writes them in text. What
// is NULL is missing.
type Row = map[string]string

// Remark says what becomes of a value, without showing it.
type Remark struct {
	Table, ID, Field string
	Message          string
}

// reading is a row on its way to its new place.
type reading struct {
	row     Row
	table   string
	id      string
	changes mindflow.Changes // what was
	remarks []Remark
}

func read(table string, row Row) *reading {
	return &reading{row: row, table: table, id: row["id"], changes: mindflow.Changes{}}
}

// remark says something of a field.
func (r *reading) remark(field, message string) {
	r.remarks = append(r.remarks, Remark{r.table, r.id, field, message})
}

// becomes keeps what stood in a field and says what becomes of it. Nothing is
// kept of a field that was NULL.
func (r *reading) becomes(field, message string) {
	r.keep(field)
	r.remark(field, message)
}

// keep keeps what stood in a field.
func (r *reading) keep(field string) {
	if value, ok := r.row[field]; ok {
		r.changes[field] = mindflow.Change{Before: typed(field, value)}
	}
}

// typed is a column's value as JSON shows it.
func typed(field, value string) any {
	switch field {
	case "priority", "effort_estimate_minutes", "request_duration_ms",
		"weight_urgency", "weight_priority", "weight_impact", "weight_effort":
		if n, err := strconv.Atoi(value); err == nil {
			return n
		}
	case "is_active", "enable_habit_learning":
		return value == "true"
	}
	return value
}

// became fills in what a field that is kept has become.
func (r *reading) became(field string, value any) {
	if change, ok := r.changes[field]; ok {
		change.After = value
		r.changes[field] = change
	}
}

// number is a column's number, or 0.
func (r *reading) number(field string) int {
	n, _ := strconv.Atoi(r.row[field])
	return n
}

// line is a text of one line and at most so many characters. It answers the
// tidied text whole as well.
func (r *reading) line(field string, most int) (short, whole string) {
	was := r.row[field]
	whole = mindflow.Tidy(formats.OneLine(was))
	head, tail := formats.Cut(whole, most)
	switch {
	case tail != "":
		r.becomes(field, "is cut to "+strconv.Itoa(most)+" characters")
	case whole == "" && was != "":
		r.becomes(field, "holds nothing to read")
	case whole != was:
		r.becomes(field, tidied)
	}
	return mindflow.Tidy(head), whole
}

const tidied = "loses blanks at its ends, control characters, or a form of its letters"

// The first and last moments a task may carry.
var (
	firstMoment = time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastMoment  = time.Date(9998, time.December, 31, 23, 59, 59, 0, time.UTC)
)

// era says where a time lies: among those a task may carry, before or after.
type era int

const (
	never era = iota // NULL
	before
	within
	after
)

// moment reads a time of a column. One out of bounds is the nearest within.
func (r *reading) moment(field string) (time.Time, era) {
	text, ok := r.row[field]
	if !ok {
		return time.Time{}, never
	}
	return parse(text)
}

func parse(text string) (time.Time, era) {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	switch {
	case text == "-infinity", strings.HasSuffix(text, " BC"), err == nil && t.Before(firstMoment):
		return firstMoment, before
	case err != nil, t.After(lastMoment.Add(time.Second - time.Microsecond)): // "infinity", or a year of five digits
		return lastMoment, after
	}
	return t, within
}

// instant is a column's time. One that is missing or out of bounds is zero: the
// caller has another.
func (r *reading) instant(field string) time.Time {
	t, where := r.moment(field)
	switch where {
	case before, after:
		r.becomes(field, outOfBounds)
		return time.Time{}
	case never, within:
	}
	return t
}

const outOfBounds = "lies outside the years 1970 to 9998"

// first is the first time that is one.
func first(times ...time.Time) time.Time { return cmp.Or(times...) }

// idOf reads an id.
func idOf[T any](text string) (mindflow.ID[T], error) {
	id, err := mindflow.ParseID[T](text)
	if err == nil && id.IsZero() {
		err = fmt.Errorf("the id %s names nothing here; give the row another one", id)
	}
	return id, err
}

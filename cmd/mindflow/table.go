package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// column is one of a table's, with a cell for each row; without any it is not
// shown.
type column struct {
	head  string
	cells []string
	right bool // numbers
	paint func(paint, string) string
	late  []bool // rows to be shown as overdue
}

func (col *column) width() int {
	most := cells(col.head)
	for _, cell := range col.cells {
		most = max(most, cells(cell))
	}
	return most
}

func (col *column) cut(room int) {
	col.head = cut(col.head, room)
	for i, cell := range col.cells {
		col.cells[i] = cut(cell, room)
	}
}

func (col *column) hide() { col.cells = nil }

// A table's columns, in their order.
const (
	colID = iota
	colScore
	colTitle
	colSteps
	colDue
	colPriority
	colStatus
	colProject
	colTags
	columns
)

type table [columns]column

const (
	gap = "  "
	// leastTitle is what a title is given before other columns go; leastWords what
	// projects and tags are cut to first.
	leastTitle = 16
	leastWords = 16
)

// newTable lays out a list. What no task has, or all have alike, is left out.
func newTable(list listed, w words) *table {
	t := table{
		colID:       {head: "ID", paint: paint.faint},
		colScore:    {head: "SCORE", right: true},
		colTitle:    {head: "TITLE", paint: paint.bold},
		colSteps:    {head: "STEPS", right: true},
		colDue:      {head: "DUE"},
		colPriority: {head: "PRI", right: true},
		colStatus:   {head: "STATUS"},
		colProject:  {head: "PROJECT"},
		colTags:     {head: "TAGS", paint: paint.faint},
	}
	var steps, dues, tags, mixed bool
	for i, task := range list.tasks {
		row := [columns]string{
			colID: shortID(task.ID), colTitle: oneLine(task.Title), colPriority: strconv.Itoa(task.Priority),
			colSteps: progress(task), colStatus: w.status(task), colTags: hashed(task.Tags),
		}
		if task.ProjectID != nil {
			row[colProject] = list.projects[*task.ProjectID]
		}
		if list.waits[task.ID] {
			row[colStatus] += ", blocked"
		}
		var late bool
		row[colDue], late = w.due(task)
		t[colDue].late = append(t[colDue].late, late)
		if list.scores != nil {
			row[colScore] = list.scores[i].String()
		}
		addRow(t[:], row[:]...)
		dues, tags = dues || task.DueDate != nil, tags || len(task.Tags) > 0
		steps = steps || task.Steps != nil
		mixed = mixed || task.Status != list.tasks[0].Status || list.waits[task.ID]
	}
	for col, shown := range map[int]bool{colScore: list.scores != nil, colSteps: steps, colDue: dues, colTags: tags, colStatus: mixed, colProject: list.projects != nil} {
		if !shown {
			t[col].hide()
		}
	}
	return &t
}

// addRow adds a cell to each column.
func addRow(cols []column, row ...string) {
	for i, cell := range row {
		cols[i].cells = append(cols[i].cells, cell)
	}
}

// fit makes a table as narrow as a window. Where titles have too little room,
// words get shorter, then columns go, the least telling first. short is the
// same table in fewer words.
func (t *table) fit(short *table, window int) {
	shorten := func(col int) func() {
		return func() {
			if t[col].cells != nil {
				t[col] = short[col]
			}
		}
	}
	want := min(t[colTitle].width(), max(leastTitle, window*2/5))
	for _, narrower := range []func(){
		shorten(colStatus), func() { t[colTags].cut(leastWords) }, t[colTags].hide, shorten(colDue),
		func() { t[colProject].cut(leastWords) }, t[colPriority].hide, t[colStatus].hide, t[colProject].hide,
		t[colSteps].hide, t[colDue].hide, t[colScore].hide,
	} {
		if t.titleRoom(window) >= want {
			break
		}
		narrower()
	}
	t[colTitle].cut(max(t.titleRoom(window), 1))
}

// titleRoom is what the other columns leave of a window.
func (t *table) titleRoom(window int) int {
	for i := range t {
		if i != colTitle && t[i].cells != nil {
			window -= t[i].width() + len(gap)
		}
	}
	return window
}

// text is the table as it is shown.
func (t *table) text(p paint) string { return lines(t[:], p) }

// lines are columns as they are shown, a line for their heads and one for each row.
func lines(cols []column, p paint) string {
	var text strings.Builder
	for row := -1; row < len(cols[0].cells); row++ {
		var line, space string
		for i := range cols {
			col := &cols[i]
			if col.cells == nil {
				continue
			}
			cell, as := col.head, paint.faint
			if row >= 0 {
				cell, as = col.cells[row], col.paint
			}
			if row >= 0 && col.late != nil && col.late[row] {
				as = paint.red
			}
			room := strings.Repeat(" ", col.width()-cells(cell))
			if col.right {
				space, room = space+room, ""
			}
			if cell != "" {
				if as != nil {
					cell = as(p, cell)
				}
				line, space = line+space+cell, ""
			}
			space += room + gap
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// printRows prints rows as a table that fits the window, elsewhere as lines for
// programs, with tabs between what plain answers of a row. In a narrow window the
// first of the columns that give way is cut, before that the others go, in turn.
func (o output) printRows(c *console, cols []column, giveWay []int, plain func(row int) []string) error {
	var text strings.Builder
	if _, ok := terminal(c.out); ok {
		fit(cols, giveWay, widthOf(c.out))
		text.WriteString(lines(cols, o.paint(c)))
	} else {
		for row := range cols[0].cells {
			text.WriteString(strings.Join(plain(row), "\t") + "\n")
		}
	}
	_, err := io.WriteString(c.out, text.String())
	return err
}

func fit(cols []column, giveWay []int, window int) {
	room := func() int {
		room := window
		for i := range cols {
			if i != giveWay[0] && cols[i].cells != nil {
				room -= cols[i].width() + len(gap)
			}
		}
		return room
	}
	want := min(cols[giveWay[0]].width(), leastTitle)
	for _, i := range giveWay[1:] {
		if room() < want {
			cols[i].hide()
		}
	}
	cols[giveWay[0]].cut(max(room(), 1))
}

// several counts things.
func several(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// progress says how many of a task's steps are done; empty where it has none.
func progress(t client.Task) string {
	if t.Steps == nil {
		return ""
	}
	return fmt.Sprintf("%d/%d", t.Steps.Done, t.Steps.Total)
}

// words say dates as somebody would now.
type words struct {
	zone  mindflow.Zone  // the person's: what their days are days of
	local *time.Location // the machine's
	now   time.Time
	short bool
}

// due says when a task is due, and whether that is over and it is open.
func (w words) due(t client.Task) (string, bool) {
	if t.DueDate == nil {
		return "", false
	}
	due, err := mindflow.ParseWhen(*t.DueDate, w.zone)
	if err != nil {
		return printable(*t.DueDate), false
	}
	late := t.Status.Open() && !due.End(w.zone).After(w.now)
	said := ""
	if day, ok := due.Day(); ok {
		said = w.day(day, w.zone.Today(w.now))
	} else {
		at, _ := due.Instant()
		said = w.instant(at)
	}
	switch {
	case late && w.short:
		return "overdue", true
	case late:
		return "overdue, " + said, true
	}
	return said, false
}

// status says a status, and of a snoozed task until when.
func (w words) status(t client.Task) string {
	said := strings.ReplaceAll(printable(string(t.Status)), "_", " ")
	if until, ok := instant(t.SnoozedUntil); ok && !w.short {
		said += " until " + w.instant(until)
	}
	return said
}

// day says a day: in words when it is near.
func (w words) day(day, today mindflow.Day) string {
	switch ahead := day - today; {
	case ahead == -1:
		return "yesterday"
	case ahead == 0:
		return "today"
	case ahead == 1:
		return "tomorrow"
	case ahead > 1 && ahead < 7:
		year, month, date := day.Date()
		return time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Format("Mon")
	}
	return day.String()
}

// instant says an instant by the machine's clock.
func (w words) instant(at time.Time) string {
	at = at.In(w.local)
	day, today := mindflow.DayOf(at), mindflow.DayOf(w.now.In(w.local))
	said, clock := w.day(day, today), at.Format("15:04")
	switch {
	case w.short && day == today:
		return clock
	case w.short:
		return said
	case said == day.String():
		return said + " " + clock
	}
	return clock + " " + said
}

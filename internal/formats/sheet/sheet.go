// Package sheet reads the rows of CSV files: RFC 4180, and what spreadsheets
// make of it. Cells stand between commas, semicolons or tabs, whichever the
// header has most of, or what Excel's line "sep=;" says.
//
// How it gets over damage: quotes that open at the beginning of a cell must
// close at its end; elsewhere in a cell they are read as they stand. If they do
// not, or only after 1 MiB or 10,000 lines, reading goes on at the next line;
// what follows counts as the rest of the damaged row until a row is as wide as
// the header. A file may make one read 8 MiB again in this way; from then on
// all that was looked through for a closing quote is given up. Otherwise a row may be shorter than the header, its last cells empty, or
// longer.
package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// MaxRow is the longest row that is read, in bytes.
const MaxRow = 1 << 20

const (
	// maxNames is how long the names of all columns may be together: they are
	// gone through again with each row.
	maxNames = 16 << 10

	maxRowLines = 10_000
	maxAgain    = 8 * MaxRow // read again
)

var (
	errOpen   = errors.New("a quote at the beginning of a cell is never closed")
	errNames  = errors.New("it names columns at more than 16 KiB in all")
	errInside = errors.New("a quote inside a quoted cell is not doubled")
)

// Row is one row of a file.
type Row struct {
	First, Last int   // its lines
	Bad         error // why it has no cells
	cells       []string
	header      []string
	damaged     bool // what follows may belong to it
}

// Place is where the row stands; of a damaged one, all of it.
func (r *Row) Place() string {
	if r.Bad == nil || r.First == r.Last {
		return fmt.Sprintf("line %d", r.First)
	}
	return fmt.Sprintf("lines %d–%d", r.First, r.Last)
}

// Blank reports whether the row has nothing in its cells.
func (r *Row) Blank() bool {
	return r.Bad == nil && !slices.ContainsFunc(r.cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// Cell is what is in a cell, without white space at its ends. Columns that the
// file does not have, such as -1, are empty.
func (r *Row) Cell(column int) string {
	if column < 0 || column >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[column])
}

// Take removes a cell and is what was in it.
func (r *Row) Take(column int) string {
	cell := r.Cell(column)
	if cell != "" {
		r.cells[column] = ""
	}
	return cell
}

// Rest are the cells that were not taken and are not empty, by their columns' names.
func (r *Row) Rest() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for i, cell := range r.cells {
			if cell = strings.TrimSpace(cell); cell != "" && !yield(r.Name(i), cell) {
				return
			}
		}
	}
}

// Name is the column's in the header, or says which one it is.
func (r *Row) Name(column int) string {
	if column < len(r.header) && r.header[column] != "" {
		return r.header[column]
	}
	return fmt.Sprintf("column %d", column+1)
}

// Normalised is the row as one text that does not depend on the order of the
// columns, on empty cells or on white space at the ends of others.
func (r *Row) Normalised() string {
	var cells []string
	for name, value := range r.Rest() {
		cells = append(cells, mindflow.NFC(name+"\x00"+value+"\n"))
	}
	slices.Sort(cells)
	return strings.Join(cells, "")
}

// Reader reads a file row by row.
type Reader struct {
	lines     *formats.Lines
	again     []formats.Line // to be read once more, the next one last
	spent     int            // bytes that were read again
	offset    int64
	delimiter byte
	header    []string
	ahead     *Row
}

// NewReader starts at the beginning of a file.
func NewReader(r io.Reader) *Reader { return &Reader{lines: formats.NewLines(r)} }

// Offset is how many bytes of the file are dealt with.
func (r *Reader) Offset() int64 { return r.offset }

// Header is the names of the columns: the first row that is not blank. It comes
// before Next; io.EOF if there is none. Bad is set if it cannot be read.
func (r *Reader) Header() (Row, []string, error) {
	line, err := r.filledLine()
	if err == nil && r.separated(line.Text) {
		line, err = r.filledLine()
	}
	if err != nil {
		return Row{}, nil, err
	}
	if r.delimiter == 0 {
		r.delimiter = mostFrequent(line.Text)
	}
	r.again = append(r.again, line)
	row, err := r.row()
	size := len(row.cells) // with what stands between
	for _, name := range row.cells {
		size += len(name)
	}
	if size > maxNames+1 {
		row.Bad = errNames
		return row, nil, err
	}
	for _, name := range row.cells {
		r.header = append(r.header, mindflow.Tidy(name))
	}
	return row, r.header, err
}

func (r *Reader) filledLine() (formats.Line, error) {
	for {
		if line, err := r.line(); err != nil || !line.Blank() {
			return line, err
		}
	}
}

// separated reads Excel's first line, which names the delimiter.
func (r *Reader) separated(text string) bool {
	text = strings.Trim(text, `"`)
	if d, ok := strings.CutPrefix(text, "sep="); ok && len(d) == 1 && d != `"` && d[0] < utf8.RuneSelf {
		r.delimiter = d[0]
	}
	return r.delimiter != 0
}

// mostFrequent is the delimiter there are most of outside quotes.
func mostFrequent(header string) byte {
	var n [utf8.RuneSelf]int
	quoted := false
	for i := range len(header) {
		switch c := header[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && c < utf8.RuneSelf:
			n[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t") {
		if n[c] > n[best] {
			best = c
		}
	}
	return best
}

// Next is the next row, or the error that ends the file: io.EOF at its end.
func (r *Reader) Next() (Row, error) {
	row, err := r.next()
	if err != nil || !row.damaged {
		return row, err
	}
	for {
		following, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Row{}, err
		}
		if following.Bad != nil || len(following.cells) == len(r.header) {
			r.ahead = &following
			break
		}
		row.Last = following.Last
	}
	return row, nil
}

func (r *Reader) next() (Row, error) {
	if row := r.ahead; row != nil {
		r.ahead = nil
		return *row, nil
	}
	return r.row()
}

func (r *Reader) line() (formats.Line, error) {
	if n := len(r.again); n > 0 {
		line := r.again[n-1]
		r.again = r.again[:n-1]
		return line, nil
	}
	return r.lines.Next()
}

// row reads the lines of one row. Of a damaged one, all but the first are read
// again.
func (r *Reader) row() (Row, error) {
	first, err := r.line()
	if err != nil {
		return Row{}, err
	}
	lines, size := []formats.Line{first}, len(first.Text)
	at := r.scan(first.Text, false)
	for at == open && size <= MaxRow && len(lines) <= maxRowLines {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Row{}, err
		}
		lines, size = append(lines, line), size+len(line.Text)+1
		if at = r.scan(line.Text, true); errors.Is(line.Bad, formats.ErrTooLong) {
			at = open
			break
		}
	}
	if at == closed && size <= MaxRow {
		r.offset = lines[len(lines)-1].End
		return r.split(lines), nil
	}
	return r.damage(lines, size, at), nil
}

// damage is a row whose quotes do not close, or that is too long.
func (r *Reader) damage(lines []formats.Line, size int, at state) Row {
	if r.spent+size <= maxAgain {
		rest := lines[1:]
		lines, r.spent = lines[:1], r.spent+size-len(lines[0].Text)
		for _, line := range slices.Backward(rest) {
			r.again = append(r.again, line)
		}
	}
	last := lines[len(lines)-1]
	r.offset = last.End
	row := Row{First: lines[0].Number, Last: last.Number, Bad: errOpen, damaged: true}
	if at == broken {
		row.Bad = errInside
	}
	return row
}

// state is what a line leaves a row in.
type state int

const (
	closed state = iota
	open         // inside a quoted cell
	broken
)

// scan follows the quotes of a line that begins inside a quoted cell or at the
// beginning of a cell.
func (r *Reader) scan(line string, quoted bool) state {
	for i := 0; ; {
		if !quoted && !strings.HasPrefix(line[i:], `"`) {
			next := strings.IndexByte(line[i:], r.delimiter)
			if next < 0 {
				return closed
			}
			i += next + 1
			continue
		}
		if !quoted {
			i++ // the quote that opens
		}
		end := strings.IndexByte(line[i:], '"')
		if end < 0 {
			return open
		}
		i += end + 1
		switch {
		case i == len(line):
			return closed
		case line[i] == '"':
			quoted = true
			i++
		case line[i] == r.delimiter:
			quoted = false
			i++
		default:
			return broken
		}
	}
}

// split makes cells of the lines of a whole row.
func (r *Reader) split(lines []formats.Line) Row {
	row := Row{First: lines[0].Number, Last: lines[len(lines)-1].Number, header: r.header}
	var text strings.Builder
	for _, line := range lines {
		if line.Bad != nil {
			row.Bad = line.Bad
			return row
		}
		text.WriteString(line.Text + "\n")
	}
	if strings.TrimSpace(text.String()) == "" {
		return row
	}
	c := csv.NewReader(strings.NewReader(text.String()))
	c.Comma, c.LazyQuotes, c.FieldsPerRecord = rune(r.delimiter), true, -1
	row.cells, row.Bad = c.Read()
	return row
}

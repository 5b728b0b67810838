package formats

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 1 << 20

// What can be wrong with a line, or with a file of lines.
var (
	ErrTooLong = errors.New("it is longer than 1 MiB")
	ErrNotText = errors.New("it holds bytes that are not text in UTF-8")
	ErrUTF16   = errors.New("it is encoded as UTF-16: save it as UTF-8")
)

// Line is one line of a file, without its end.
type Line struct {
	Number int // from 1
	Text   string
	Bad    error // ErrTooLong, and Text is empty; or ErrNotText
	End    int64 // how many bytes of the file it ends after
}

// Blank reports whether there is nothing on the line.
func (l Line) Blank() bool { return l.Bad == nil && strings.TrimSpace(l.Text) == "" }

// Lines reads a text line by line, whichever way its lines end: \n, \r\n or \r.
// A mark of UTF-8 before the first is passed over.
type Lines struct {
	r      *bufio.Reader
	begun  bool
	number int
	offset int64
}

// NewLines starts at the beginning of a text.
func NewLines(r io.Reader) *Lines { return &Lines{r: bufio.NewReaderSize(r, 64<<10)} }

// Offset is how many bytes have been read.
func (l *Lines) Offset() int64 { return l.offset }

// Next is the next line, or io.EOF, ErrUTF16, or the reader's error: a line
// that it cut off is not told.
func (l *Lines) Next() (Line, error) {
	if err := l.begin(); err != nil {
		return Line{}, err
	}
	var text []byte
	var some, long bool
	for {
		window, err := l.window()
		if err != nil && (!errors.Is(err, io.EOF) || !some) {
			return Line{}, err
		}
		some = true
		end := bytes.IndexAny(window, "\r\n")
		piece := window
		if end >= 0 {
			piece = window[:end]
		}
		if long = long || len(text)+len(piece) > MaxLine; !long {
			text = append(text, piece...)
		}
		if end < 0 && err == nil {
			l.discard(len(window))
			continue
		}
		l.endLine(window, end)
		return l.line(text, long), nil
	}
}

// begin passes over the mark some programs put before UTF-8.
func (l *Lines) begin() error {
	if l.begun {
		return nil
	}
	l.begun = true
	mark, _ := l.r.Peek(3) // its error comes again
	switch {
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		l.discard(3)
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		return ErrUTF16
	}
	return nil
}

// window is what is buffered of the rest, at least a byte unless there is an error.
func (l *Lines) window() ([]byte, error) {
	if _, err := l.r.Peek(1); err != nil {
		return nil, err
	}
	return l.r.Peek(l.r.Buffered())
}

func (l *Lines) discard(n int) {
	_, _ = l.r.Discard(n) // n bytes are buffered
	l.offset += int64(n)
}

// endLine passes over the rest of the line and its end.
func (l *Lines) endLine(window []byte, end int) {
	if end < 0 {
		return // the end of the file
	}
	carriage := window[end] == '\r'
	l.discard(end + 1)
	if next, _ := l.r.Peek(1); carriage && len(next) == 1 && next[0] == '\n' {
		l.discard(1)
	}
}

func (l *Lines) line(text []byte, long bool) Line {
	l.number++
	line := Line{Number: l.number, Text: string(text), End: l.offset}
	switch {
	case long:
		line.Text, line.Bad = "", ErrTooLong
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		line.Bad = ErrNotText
	}
	return line
}

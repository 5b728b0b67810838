package taskwarrior

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"mindflow/internal/formats"
)

// MaxEntry is the longest object that is read, in bytes.
const MaxEntry = 1 << 20

const (
	maxDepth  = 64
	maxIndent = 4096 // white space looked through for what follows
)

// What a frame can be.
const (
	whole  = iota // an object whose brackets close
	broken        // an object that has no end
	junk          // text between objects
)

// frame is a piece of the file, found by its brackets alone.
type frame struct {
	kind        int
	raw         []byte // of a whole object; valid until the next frame
	why         string // what broke it
	first, last int    // its lines
}

// scanner cuts a file into frames. Its buffer holds one object, so that after
// a broken one it can go back to the line behind its beginning.
type scanner struct {
	r      *bufio.Reader
	window []byte // what is buffered of the unread rest
	err    error  // why there is no more than window

	offset int64
	line   int
	indent int  // white space the line begins with
	fresh  bool // nothing else stood on the line yet
	begun  bool // something of the line is skipped
	open   int  // arrays opened and not closed around the objects
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, MaxEntry+4*maxIndent), line: 1, fresh: true}
}

// skipBOM passes over the mark some editors put before UTF-8.
func (s *scanner) skipBOM() error {
	s.peek(2)
	switch {
	case bytes.HasPrefix(s.window, []byte("\xef\xbb\xbf")):
		s.advance(3)
		s.fresh, s.begun = true, false
	case bytes.HasPrefix(s.window, []byte("\xff\xfe")), bytes.HasPrefix(s.window, []byte("\xfe\xff")):
		return formats.ErrUTF16
	}
	return nil
}

// next is the next frame, or the reader's error: io.EOF at the end of the file.
func (s *scanner) next() (frame, error) {
	for {
		c, ok := s.peek(0)
		if !ok {
			return frame{}, s.err
		}
		switch {
		case c == '[':
			s.open++
		case c == ']':
			s.open--
		case c == ',' || isSpace(c):
		case s.startsObject(0):
			return s.finish(s.object())
		default:
			return s.finish(s.junk())
		}
		s.advance(1)
	}
}

// finish gives way to a reader's error, which may be all that broke the frame.
func (s *scanner) finish(f frame) (frame, error) {
	if f.kind != whole && s.err != nil && !errors.Is(s.err, io.EOF) {
		return frame{}, s.err
	}
	return f, nil
}

// peek is the byte i places ahead, if there is one.
func (s *scanner) peek(i int) (byte, bool) {
	if i >= len(s.window) {
		if s.err != nil {
			return 0, false
		}
		window, err := s.r.Peek(max(i+1, s.r.Buffered()))
		s.window = window
		if i >= len(window) {
			s.err = err
			return 0, false
		}
	}
	return s.window[i], true
}

// advance leaves n bytes of the window behind.
func (s *scanner) advance(n int) {
	for _, c := range s.window[:n] {
		switch {
		case c == '\n':
			s.line++
			s.indent, s.fresh, s.begun = 0, true, false
			continue
		case s.fresh && isSpace(c):
			s.indent++
		default:
			s.fresh = false
		}
		s.begun = true
	}
	_, _ = s.r.Discard(n) // the window is what is buffered
	s.window = s.window[n:]
	s.offset += int64(n)
}

func (s *scanner) advanceLine() {
	for {
		if _, ok := s.peek(0); !ok {
			return
		}
		if end := bytes.IndexByte(s.window, '\n'); end >= 0 {
			s.advance(end + 1)
			return
		}
		s.advance(len(s.window))
	}
}

// startsObject reports whether i places ahead stands a brace and a name.
func (s *scanner) startsObject(i int) bool {
	if c, ok := s.peek(i); !ok || c != '{' {
		return false
	}
	for n := i + 1; n <= i+maxIndent; n++ {
		c, ok := s.peek(n)
		if !ok {
			return true // cut off
		}
		if !isSpace(c) {
			return c == '"' || c == '}'
		}
	}
	return false
}

func (s *scanner) object() frame {
	f := frame{first: s.line}
	indent := s.indent
	n, why := s.measure()
	if why == "" {
		f.raw = s.window[:n]
		s.advance(n)
		f.last = s.line
		return f
	}
	s.resume(indent)
	f.kind, f.why, f.last = broken, why, s.lastLine()
	return f
}

// measure is the length of the object ahead, or why it has none.
func (s *scanner) measure() (int, string) {
	var stack []byte
	var text, escaped bool
	var before byte // the last byte outside strings that is no space
	for i := range MaxEntry {
		c, ok := s.peek(i)
		switch {
		case !ok:
			return 0, "the object is cut off"
		case text && c == '\n':
			return 0, "a string is not closed at the end of its line"
		case escaped:
			escaped = false
		case text:
			escaped, text = c == '\\', c != '"'
		case c == '"':
			text, before = true, c
		case c == '{' || c == '[':
			if !mayOpen(stack, before) || len(stack) == maxDepth {
				return 0, "its brackets do not close"
			}
			stack, before = append(stack, c+2), c // ASCII: '{'+2 is '}', '['+2 is ']'
		case c == '}' || c == ']':
			if stack[len(stack)-1] != c {
				return 0, "its brackets do not close"
			}
			stack, before = stack[:len(stack)-1], c
			if len(stack) == 0 {
				return i + 1, ""
			}
		case !isSpace(c):
			before = c
		}
	}
	return 0, "the entry is longer than 1 MiB"
}

// mayOpen reports whether a bracket may open after the byte before. A brace
// elsewhere is most likely the next object: this one's end is missing.
func mayOpen(stack []byte, before byte) bool {
	if len(stack) == 0 {
		return true
	}
	inArray := stack[len(stack)-1] == ']'
	return before == ':' || inArray && (before == '[' || before == ',')
}

// resume goes to the line at which the objects after a broken one start.
func (s *scanner) resume(indent int) {
	for {
		s.advanceLine()
		at, c := s.lineStart()
		switch {
		case c == 0:
			if _, ok := s.peek(0); !ok {
				return
			}
		case at > indent:
		case c == '}':
			s.advance(at + 1)
			return
		case c == ']' || s.startsObject(at):
			return
		}
	}
}

// junk passes over lines until one starts as an export's line does.
func (s *scanner) junk() frame {
	f := frame{kind: junk, first: s.line}
	for {
		s.advanceLine()
		if _, ok := s.peek(0); !ok {
			break
		}
		if at, c := s.lineStart(); c == '[' || c == ']' || s.startsObject(at) {
			break
		}
	}
	f.last = s.lastLine()
	return f
}

// lineStart is the first byte ahead that is no space, and how far: 0 if the
// line is blank or begins with more space than one looks through.
func (s *scanner) lineStart() (int, byte) {
	for i := range maxIndent {
		c, ok := s.peek(i)
		if !ok || c == '\n' {
			break
		}
		if !isSpace(c) {
			return i, c
		}
	}
	return 0, 0
}

// lastLine is the number of the last line something was skipped of.
func (s *scanner) lastLine() int {
	if s.begun {
		return s.line
	}
	return s.line - 1
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"golang.org/x/term"
)

// output is how an answer is to be printed.
type output struct {
	JSON  bool   `name:"json" help:"Print the server's JSON and nothing else."`
	Color string `enum:"auto,always,never" default:"auto" help:"Colour the text: ${enum}. NO_COLOR is respected."`
}

func writeJSON(to io.Writer, v any) error {
	if err := json.MarshalWrite(to, v); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	_, err := fmt.Fprintln(to)
	return err
}

// paint colours text when it is true. What a colour says stands in words too.
type paint bool

func (o output) paint(c *console) paint {
	if o.Color != "auto" {
		return o.Color == "always"
	}
	return paint(c.coloured(c.out))
}

// coloured reports whether a stream shows colours, and the person wants them.
func (c *console) coloured(stream any) bool {
	_, ok := terminal(stream)
	return ok && c.env["NO_COLOR"] == "" && c.env["TERM"] != "dumb"
}

func (p paint) with(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string  { return p.with("1", s) }
func (p paint) faint(s string) string { return p.with("2", s) }
func (p paint) red(s string) string   { return p.with("31", s) }
func (p paint) green(s string) string { return p.with("32", s) }

// terminal answers the descriptor of a stream that is a terminal.
func terminal(stream any) (int, bool) {
	file, ok := stream.(*os.File)
	if !ok {
		return 0, false
	}
	fd := int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// usualWidth is that of a terminal that does not say.
const usualWidth = 80

func widthOf(stream any) int {
	if fd, ok := terminal(stream); ok {
		if width, _, err := term.GetSize(fd); err == nil && width > 0 {
			return width
		}
	}
	return usualWidth
}

// printable takes out what could command a terminal, and what would turn around
// the text after it: text comes from servers and files. Line breaks stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || turnsText(r) {
			return -1
		}
		return r
	}, s)
}

// turnsText reports whether a character sets the direction of all that follows
// until another one ends it. Text of right-to-left scripts reads as well without.
func turnsText(r rune) bool {
	return '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// questions asks a person things, one line each. Whoever is not at a terminal
// is not asked, but their lines are read all the same.
type questions struct {
	c        *console
	lines    *bufio.Reader
	fd       int
	terminal bool
}

func ask(c *console) *questions {
	fd, ok := terminal(c.in)
	return &questions{c: c, lines: bufio.NewReader(c.in), fd: fd, terminal: ok}
}

// line asks for something that is shown while it is typed.
func (q *questions) line(question string) (string, error) {
	if q.terminal {
		fmt.Fprint(q.c.err, question+": ")
	}
	s, err := q.answer(question, q.readLine)
	return strings.TrimSpace(s), err
}

// sure asks for a yes.
func (q *questions) sure(question string) (bool, error) {
	fmt.Fprint(q.c.err, question+"? (yes or no): ")
	s, err := q.answer("answer", q.readLine)
	said := strings.ToLower(strings.TrimSpace(s))
	return said == "yes" || said == "y", err
}

// secret asks for something that is not shown. The echo is off before the
// question is asked, so that nothing shows however fast the answer comes.
func (q *questions) secret(question string) (string, error) {
	if !q.terminal {
		return q.answer(question, q.readLine)
	}
	before, err := term.MakeRaw(q.fd)
	if err != nil {
		return "", fmt.Errorf("turn the echo off: %w", err)
	}
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{q.c.in, q.c.err}, "")
	s, err := q.answer(question, func() (string, error) { return screen.ReadPassword(question + ": ") })
	return s, errors.Join(err, term.Restore(q.fd, before))
}

func (q *questions) readLine() (string, error) {
	s, err := q.lines.ReadString('\n')
	if errors.Is(err, io.EOF) && s != "" {
		err = nil
	}
	return strings.TrimRight(s, "\r\n"), err
}

var errInterrupted = errors.New("interrupted; nothing was done")

// answer waits for an answer or for the program's end, whichever comes first.
func (q *questions) answer(question string, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := read()
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		switch {
		case errors.Is(a.err, io.EOF) && q.terminal: // Ctrl-C or Ctrl-D
			return "", errInterrupted
		case errors.Is(a.err, io.EOF), a.err == nil && a.text == "":
			return "", fmt.Errorf("%w: no %s was given", errUsage, strings.ToLower(question))
		}
		return a.text, a.err
	case <-q.c.ctx.Done():
		return "", errInterrupted
	}
}

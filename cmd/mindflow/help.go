package main

import (
	"cmp"
	"fmt"
	"go/doc/comment"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// headings are those of the help, in their order; what has no group of its own
// stands under "Flags:" or "Commands:".
var headings = []struct{ group, title string }{
	{"", ""},
	{"person", "At a terminal, against a server:"},
	{"whose", "Whose tasks:"},
}

// helpPage is a text for a terminal of so many columns, as it is written.
type helpPage struct {
	text  strings.Builder
	width int
}

// explain prints the help of a command.
func (v *verb) explain(c *console) error {
	p := &helpPage{width: widthOf(c.out)}
	p.line("Usage: " + strings.TrimSpace("mindflow "+v.usage()))
	p.paragraph(v.tag.Get("help"))
	if detailed, ok := v.command.(interface{ Help() string }); ok {
		p.paragraph(detailed.Help())
	}
	if len(v.arguments) > 0 {
		p.line("\nArguments:")
		var rows []row
		for _, argument := range v.arguments {
			rows = append(rows, row{argument.short(), argument.help()})
		}
		p.table(rows)
	}
	p.flags(v)
	p.commands(v.leaves())
	if v.above == nil {
		p.line("\nRun \"mindflow <command> --help\" for more information on a command.")
	}
	_, err := io.WriteString(c.out, p.text.String())
	return err
}

// usage is how a command is written: path, flags it cannot do without, arguments.
func (v *verb) usage() string {
	words := []string{v.path()}
	optional := v.above != nil && len(v.above.flags) > 0
	for _, flag := range v.flags {
		if has(flag.tag, "required") {
			words = append(words, flag.full())
		} else {
			optional = true
		}
	}
	for _, argument := range v.arguments {
		words = append(words, argument.full())
	}
	if len(v.verbs) > 0 {
		words = append(words, "<command>")
	}
	if optional {
		words = append(words, "[flags]")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// help is what it says for people.
func (v *value) help() string {
	return strings.NewReplacer("${enum}", v.tag.Get("enum"), "$$", "$").Replace(v.tag.Get("help"))
}

// short is what it is called: --status, <title> ... or [<task> ...].
func (v *value) short() string {
	if !v.argument {
		return "--" + v.name
	}
	name := "<" + v.name + ">"
	if v.many() {
		name += " ..."
	}
	if has(v.tag, "optional") {
		return "[" + name + "]"
	}
	return name
}

// full is short with what a flag's value is like: --status=STATUS,...
func (v *value) full() string {
	if v.argument || v.isBool() {
		return v.short()
	}
	like, ok := v.tag.Lookup("placeholder")
	if usual := v.tag.Get("default"); !ok && usual != "" {
		if like = usual; v.field.Kind() == reflect.String {
			like = strconv.Quote(usual)
		}
	} else if !ok {
		like = strings.ToUpper(v.name)
	}
	if v.listed() {
		like += ",..."
	}
	return v.short() + "=" + like
}

// leaves are the commands that do something, of those below.
func (v *verb) leaves() []*verb {
	var all []*verb
	for _, below := range v.verbs {
		switch {
		case below.hidden():
		case len(below.verbs) > 0:
			all = append(all, below.leaves()...)
		default:
			all = append(all, below)
		}
	}
	return all
}

func (p *helpPage) line(text string) { p.text.WriteString(strings.TrimRight(text, " ") + "\n") }

// paragraph writes text after an empty line.
func (p *helpPage) paragraph(text string) {
	if text == "" {
		return
	}
	p.line("")
	for _, line := range wrapped(text, p.width) {
		p.line(line)
	}
}

// wrapped breaks text into lines of no more than width, as far as its words let it.
func wrapped(text string, width int) []string {
	var parser comment.Parser
	printer := comment.Printer{TextWidth: width}
	return strings.Split(strings.TrimSpace(string(printer.Text(parser.Parse(text)))), "\n")
}

// row is a line of a table: what it is about, and what there is to say.
type row struct{ left, right string }

const (
	indent    = "  "
	gutter    = 4  // between columns
	leastLeft = 30 // what is longer stands on a line of its own
)

func (p *helpPage) table(rows []row) {
	width := p.width - len(indent)
	most, left := max(leastLeft, width*3/8), 0
	for _, r := range rows {
		if len(r.left) < most {
			left = max(left, len(r.left))
		}
	}
	for _, r := range rows {
		lines := wrapped(r.right, width-left-gutter)
		begin := r.left
		if len(begin) < most {
			begin = fmt.Sprintf("%-*s%s", left+gutter, begin, lines[0])
			lines = lines[1:]
		}
		p.line(indent + begin)
		for _, line := range lines {
			p.line(indent + strings.Repeat(" ", left+gutter) + line)
		}
	}
}

// flags writes a table under each heading; what a command has of its own stands
// apart from what it has from above.
func (p *helpPage) flags(v *verb) {
	for _, heading := range headings {
		var rows []row
		lettered := false
		for _, flag := range v.allFlags() {
			if flag.group != heading.group {
				continue
			}
			if len(rows) > 0 && slices.Index(v.flags, flag) == 0 {
				rows = append(rows, row{})
			}
			letter := "    "
			if short := flag.tag.Get("short"); short != "" {
				letter, lettered = "-"+short+", ", true
			}
			rows = append(rows, row{letter + flag.full(), flag.help()})
		}
		if len(rows) == 0 {
			continue
		}
		for i := range rows {
			if !lettered {
				rows[i].left = strings.TrimSpace(rows[i].left)
			}
		}
		p.line("\n" + cmp.Or(heading.title, "Flags:"))
		p.table(rows)
	}
}

// commands lists them under their headings.
func (p *helpPage) commands(all []*verb) {
	for _, heading := range headings {
		var entries []string
		for _, v := range all {
			if v.group() == heading.group {
				lines := append([]string{v.usage()}, wrapped(v.tag.Get("help"), p.width-2*len(indent))...)
				entries = append(entries, indent+strings.Join(lines, "\n"+indent+indent))
			}
		}
		if len(entries) > 0 {
			p.line("\n" + cmp.Or(heading.title, "Commands:"))
			p.line(strings.Join(entries, "\n\n"))
		}
	}
}

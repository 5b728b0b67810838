package formats

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"mindflow/internal/mindflow"
)

// maxNamed is how many fields a note names.
const maxNamed = 10

// Composer makes an entry of foreign words. What fits no field becomes text of
// the description, and what does not fit there is reported as lost: nothing
// disappears silently.
type Composer struct {
	// Task takes what is legal already: status, priority, dates, times, effort. Dates
	// come before what is said to repeat.
	Task mindflow.Task

	place    string
	name     string
	links    Links
	text     []string
	notes    []Note
	fields   []string // names of those that became text
	sameTags bool     // some differed in case only
	cleaned  bool     // control characters were replaced in the text
	// cleanedTag says the same of a tag.
	cleanedTag bool
}

// Compose starts the entry at a place of the file.
func Compose(place string) *Composer {
	return &Composer{
		Task:  mindflow.Task{Status: mindflow.StatusPending, Priority: mindflow.DefaultPriority},
		place: place,
	}
}

// Note tells the person something about the entry.
func (c *Composer) Note(format string, args ...any) {
	c.notes = append(c.notes, Note{Place: c.place, Message: fmt.Sprintf(format, args...)})
}

// Title sets the title; one that is too long is cut and kept whole in the
// description. It answers false if there is nothing left to call the task.
func (c *Composer) Title(s string) bool {
	title := mindflow.Tidy(OneLine(s))
	if title == "" {
		return false
	}
	if title != mindflow.Tidy(s) {
		c.Note("line breaks and control characters in the title became spaces")
	}
	head, tail := Cut(title, mindflow.MaxTitle)
	if tail != "" {
		c.Text(s)
		c.Note("the title is longer than %d characters: it was cut, and stands whole in the description", mindflow.MaxTitle)
	}
	c.Task.Title = mindflow.Tidy(head)
	return true
}

// Tag adds a tag and answers whether it could. One that is there already, the
// same but for case, counts as added.
func (c *Composer) Tag(name string) bool {
	tag := mindflow.Tidy(OneLine(name))
	if tag == "" || mindflow.Length(tag) > mindflow.MaxTag {
		return false
	}
	c.cleanedTag = c.cleanedTag || tag != mindflow.Tidy(name)
	key := mindflow.Fold(tag)
	i := slices.IndexFunc(c.Task.Tags, func(t string) bool { return mindflow.Fold(t) == key })
	switch {
	case i >= 0 && c.Task.Tags[i] != tag:
		c.sameTags = true
	case i >= 0:
	case len(c.Task.Tags) == mindflow.MaxTags:
		return false
	default:
		c.Task.Tags = append(c.Task.Tags, tag)
	}
	return true
}

// Text adds a paragraph to the description.
func (c *Composer) Text(s string) {
	if s = mindflow.Tidy(c.clean(s)); s != "" {
		c.text = append(c.text, s)
	}
}

// Field adds "name: value" to the description, for what our model lacks, and
// says so in one note for all fields of the entry. An empty value says nothing.
func (c *Composer) Field(name, value string) {
	if mindflow.Tidy(c.clean(value)) == "" {
		return
	}
	name = mindflow.Tidy(OneLine(name))
	c.Text(name + ": " + value)
	if short, rest := Cut(name, mindflow.MaxTag); rest != "" {
		name = short + "…"
	}
	c.fields = append(c.fields, name)
}

// Entry is the finished entry.
func (c *Composer) Entry(sourceID string) Entry {
	if n := len(c.fields); n > maxNamed {
		c.Note("%s and %d more became text in the description", strings.Join(c.fields[:maxNamed], ", "), n-maxNamed)
	} else if n > 0 {
		c.Note("%s became text in the description", strings.Join(c.fields, ", "))
	}
	if c.sameTags {
		c.Note("tags that differ only in case or form are one tag")
	}
	if c.cleaned {
		c.Note("control characters in the text became spaces")
	}
	if c.cleanedTag {
		c.Note("control characters in a tag became spaces")
	}
	head, tail := Cut(mindflow.Tidy(strings.Join(c.text, "\n")), mindflow.MaxDescription)
	c.Task.Description = mindflow.Tidy(head)
	if tail != "" {
		from, _ := Cut(mindflow.Tidy(OneLine(tail)), 40)
		c.notes = append(c.notes, Note{Place: c.place, Lost: true, Message: fmt.Sprintf(
			"the description is longer than %d characters: %d at its end are lost, from %q on",
			mindflow.MaxDescription, mindflow.Length(tail), from)})
	}
	return Entry{SourceID: sourceID, Name: c.name, Place: c.place, Task: c.Task, Links: c.links, Notes: c.notes}
}

// clean remembers whether there was something to clean.
func (c *Composer) clean(s string) string {
	broken := unixBreaks.Replace(s)
	clean := Clean(broken)
	c.cleaned = c.cleaned || clean != broken
	return clean
}

// Clean leaves line breaks and tabs as the only control characters; others
// become spaces.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, unixBreaks.Replace(s))
}

var unixBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// OneLine replaces every control character, line breaks included, by a space.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, unixBreaks.Replace(s))
}

// Cut parts s after n code points.
func Cut(s string, n int) (head, tail string) {
	for i := range s {
		if n == 0 {
			return s[:i], s[i:]
		}
		n--
	}
	return s, ""
}

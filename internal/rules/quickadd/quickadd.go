// Package quickadd reads a task from one line of text as people type it:
// "Call Bob tomorrow 5pm p1 #work". It is pure: which day is today comes from
// the moment and the zone it is given.
//
// Reading goes in three steps. The text is split into words (words.go). Pieces
// are found by their form alone, from left to right, the longest first
// (pieces.go, weak.go). Then, in the order of the text, each piece sets its
// field or, where another has set it, stays text (settle.go).
package quickadd

import (
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// Kind says which field a token sets, by its JSON name.
type Kind string

// The kinds of token. A token of kind Escape sets nothing: it is a backslash
// that made text of what follows it.
const (
	DueDate       Kind = "due_date"
	StartDate     Kind = "start_date"
	Priority      Kind = "priority"
	Project       Kind = "project"
	Tag           Kind = "tags"
	Effort        Kind = "effort_estimate_minutes"
	PreferredTime Kind = "preferred_time"
	Reminders     Kind = "reminders"
	Recurrence    Kind = "recurrence"
	Escape        Kind = "escape"
)

// Token is a piece of the text that was understood and left the title. Start
// and End count Unicode code points; End is the first one after it.
type Token struct {
	Start, End int
	Kind       Kind
	Text       string
}

// Reminder is a moment, or so many minutes before the task is due.
type Reminder struct {
	At            string // a local date-time with offset, or empty
	BeforeMinutes int
}

// Repeat is a rule by RFC 5545 and what its interval counts from: the due date
// is its DTSTART.
type Repeat struct {
	Rule string
	From mindflow.RecurFrom
}

// Draft is what a text says about a task. What is not said is zero. Dates are
// days ("2026-11-27") or local date-times with their offset.
type Draft struct {
	Title         string
	Priority      int
	DueDate       string
	StartDate     string
	EffortMinutes int
	PreferredTime mindflow.PreferredTime
	Project       string
	Tags          []string
	Reminders     []Reminder
	Recurrence    Repeat
	Tokens        []Token // in the order of the text
}

// Parse reads a text that was typed at a moment by somebody in a zone. There is
// no wrong text: what is not understood is title.
func Parse(text string, at time.Time, z mindflow.Zone, l mindflow.Locale) Draft {
	p := parser{text: text, at: at, zone: z, locale: localeOf(l), pieces: make([]piece, 0, usualPieces)}
	p.split(make([]word, 0, 1+strings.Count(text, " ")))
	p.protect()
	p.findRule()
	p.findPieces()
	p.weigh()
	p.settle()
	return p.draft
}

const usualPieces = 6

// parser is one text on its way to a draft.
type parser struct {
	text   string
	low    string // the text with ASCII capitals made small, byte for byte as long
	at     time.Time
	zone   mindflow.Zone
	locale *locale
	words  []word
	pieces []piece
	from   int // the first word of the piece that is being read
	rule   int // the first word of the rule, or -1
	last   int // the last word that ends with a quotation mark, or -1

	now   mindflow.Day // today, once it was asked for
	knows bool
	draft Draft
}

// today is the day at the moment of typing.
func (p *parser) today() mindflow.Day {
	if !p.knows {
		p.now, p.knows = p.zone.Today(p.at), true
	}
	return p.now
}

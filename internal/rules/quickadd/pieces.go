package quickadd

import (
	"unicode"
	"unicode/utf8"

	"mindflow/internal/mindflow"
)

// shape is what a piece looks like.
type shape uint8

const (
	aDate     shape = iota // piece.date
	aPriority              // piece.n
	aProject               // piece.name
	aTag                   // piece.name
	anEffort               // piece.n, minutes
	aPart                  // piece.part
	aLead                  // remind before: piece.n, minutes
	aMoment                // remind at: piece.date
	aRepeat                // piece.repeat
	anEnd                  // until: piece.date.day
	aCount                 // for so many times: piece.n
	aSpan                  // for so long: piece.n, piece.unit
)

// piece is what may become a token: words [from, to).
type piece struct {
	shape   shape
	escaped bool
	weak    weakness
	form    bool // it is a token by its form
	taken   bool // it sets its field
	sets    Kind // of a date: another field than the due date
	part    mindflow.PartOfDay
	unit    unitOf
	from    int
	to      int
	hole    int // a word within that stays text, or 0
	n       int
	name    string
	date    dateSaid
	repeat  repeat
}

// findRule finds out whether there is a rule, since that gives "until" and "for
// 3 weeks" their meaning.
func (p *parser) findRule() {
	p.rule = -1
	for i := range p.words {
		if p.mayRepeat(i) {
			p.from = i
			if _, end := p.repeat(i); end > 0 {
				p.rule = i
				return
			}
		}
	}
}

// mayRepeat is quick, so that other words cost nothing.
func (p *parser) mayRepeat(i int) bool {
	w := &p.words[i]
	if w.fixed {
		return false
	}
	if w.has(every | ordinal | article | dueWord) {
		return true
	}
	c := p.text[w.start]
	return '0' < c && c <= '9'
}

// findPieces finds what has the form of a token, from left to right.
func (p *parser) findPieces() {
	for i := 0; i < len(p.words); {
		w := &p.words[i]
		if w.fixed {
			i++
			continue
		}
		escaped := p.text[w.start] == '\\' && w.end-w.start > 1
		before := *w
		if escaped {
			w.start++
			w.entry = p.lookUp(w.start, w.end, false)
		}
		p.from = i
		var found piece
		end := p.piece(i, &found)
		if escaped {
			*w = before
		}
		if end < 0 {
			i++
			continue
		}
		found.from, found.to, found.escaped = i, end, escaped
		p.pieces = append(p.pieces, found)
		i = end
		if found.shape == aRepeat && !escaped {
			i = p.afterListed(end)
		}
	}
}

// afterListed is the word after the weekdays that stand directly behind the one a rule
// ends with: "every mon wed". They are no list without commas or "and", and text, since
// a day beside a rule would say when it begins.
func (p *parser) afterListed(end int) int {
	for p.words[end-1].has(weekday) && p.words[end-1].mark == 0 && p.loose(end) && p.words[end].has(weekday) {
		end = p.weekdayList(end, &repeat{})
	}
	return end
}

// piece reads a piece at word i, and answers the word after it, or -1.
func (p *parser) piece(i int, found *piece) int {
	w := &p.words[i]
	if end := p.signed(i, found); end > 0 {
		return end
	}
	if p.mayRepeat(i) {
		if r, end := p.repeat(i); end > 0 {
			found.shape, found.repeat = aRepeat, r
			return end
		}
	}
	if w.has(remind) {
		return p.reminder(i, found)
	}
	if w.has(lasting) {
		return p.lasting(i, found)
	}
	if w.has(until) && p.rule >= 0 {
		if d, end := p.day(i + 1); end > 0 {
			found.shape, found.date = anEnd, dateSaid{day: d.day}
			return end
		}
	}
	d, end := p.date(i)
	if end > 0 {
		found.shape, found.date, found.weak = aDate, d, d.weak
	}
	return end
}

// signed reads what begins with a sign: "p1", "!2", "#work", "@home", "~30m",
// "^morning".
func (p *parser) signed(i int, found *piece) int {
	w := &p.words[i]
	s := p.low[w.start:w.end]
	if len(s) < 2 {
		return -1
	}
	switch s[0] {
	case 'p':
		if len(s) == 2 && '1' <= s[1] && s[1] <= '4' {
			found.shape, found.n = aPriority, int('6'-s[1])
			return i + 1
		}
	case '!':
		if len(s) == 2 && '1' <= s[1] && s[1] <= '5' {
			found.shape, found.n = aPriority, int(s[1]-'0')
			return i + 1
		}
	case '#':
		found.shape = aProject
		return p.name(i, found)
	case '@':
		found.shape = aTag
		return p.name(i, found)
	case '~':
		return p.effort(i, found)
	case '^':
		if e := p.lookUp(w.start+1, w.end, false); e.class&part != 0 {
			found.shape, found.part = aPart, e.part
			return i + 1
		}
	}
	return -1
}

// effort reads "~30m", and "~90", which is weak.
func (p *parser) effort(i int, found *piece) int {
	s := p.small(i)[1:]
	a, ok := joinedAmount(s)
	if !ok {
		n, rest := leadingNumber(s)
		if rest != "" {
			return -1
		}
		a, found.weak = amount{n, minutes}, weak
	}
	if a.unit > hours || !isEffort(a.inMinutes()) {
		return -1
	}
	found.shape, found.n = anEffort, a.inMinutes()
	return i + 1
}

func isEffort(n int) bool { return n >= mindflow.MinEffort && n <= mindflow.MaxEffort }

// lasting reads "for 20 min", and beside a rule "for 3 times", "for 3 weeks".
func (p *parser) lasting(i int, found *piece) int {
	if n := p.count(i + 1); n > 0 && p.rule >= 0 && p.is(i+2, times) {
		found.shape, found.n = aCount, n
		return i + 3
	}
	a, end := p.amount(i + 1)
	switch {
	case end < 0 || a.n < 1:
	case a.unit <= hours && isEffort(a.inMinutes()):
		found.shape, found.n = anEffort, a.inMinutes()
		return end
	case a.unit >= days && a.unit <= months && p.rule >= 0:
		found.shape, found.n, found.unit = aSpan, a.n, a.unit
		return end
	}
	return -1
}

// reminder reads "remind me 30 min before" and "remind me tomorrow 9am".
func (p *parser) reminder(i int, found *piece) int {
	if i++; p.is(i, me) {
		i++
	}
	if a, end := p.amount(i); end > 0 && a.unit <= weeks && p.is(end, before) {
		if found.n = a.inMinutes(); found.n < 1 || found.n > mindflow.MaxReminderMinutes {
			return -1
		}
		found.shape = aLead
		return end + 1
	}
	if !p.open(i) || p.words[i].has(deadline|startWord|not) {
		return -1
	}
	d, end := p.date(i)
	if end < 0 || d.role != plainDate {
		return -1
	}
	found.shape, found.date, found.weak = aMoment, d, d.weak
	return end
}

// name reads what follows "#" or "@": letters, digits, "-", "_" and "/", a
// letter among them, or more in quotation marks.
func (p *parser) name(i int, found *piece) int {
	w := &p.words[i]
	start, end, to := w.start+1, w.end, i+1
	if p.text[start] == '"' {
		last := -1
		if i <= p.last {
			last = p.closing(i, i, len(`#"`), `"`)
		}
		if last < 0 {
			return -1
		}
		start, end, to = start+1, p.words[last].end-1, last+1
		found.name = folded(p.text[start:end])
	} else {
		found.name = p.text[start:end]
	}
	most := mindflow.MaxTag
	if found.shape == aProject {
		most = mindflow.MaxProjectName
	}
	if !isName(found.name, start > w.start+1) || utf8.RuneCountInString(found.name) > most {
		return -1
	}
	return to
}

func isName(s string, quoted bool) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_', r == '/':
		case quoted && !unicode.IsControl(r):
		default:
			return false
		}
	}
	return letters > 0
}

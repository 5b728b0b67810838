package quickadd

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// folded is text with each run of white space made one blank, and none at its ends.
func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

// finish makes tokens of the pieces that set something, and the title of the rest.
func (p *parser) finish() {
	p.draft.Tokens = make([]Token, 0, len(p.pieces))
	var buffer [256]byte
	t := title{text: p.text, out: buffer[:0]}
	for i := range p.pieces {
		if pc := &p.pieces[i]; pc.taken {
			p.cutOut(pc, &t)
		}
	}
	p.draft.Title = t.rest()
}

// cutOut takes a piece out of the title, a word within that stays text aside.
func (p *parser) cutOut(pc *piece, t *title) {
	start := p.words[pc.from].start
	switch {
	case pc.escaped:
		p.draft.Tokens = append(p.draft.Tokens, t.remove(start, start+1, Escape))
		return
	case pc.hole == 0:
	case pc.hole == pc.to-1:
		pc.to--
	default:
		p.draft.Tokens = append(p.draft.Tokens, t.remove(start, p.words[pc.hole-1].end, pc.kind()))
		start = p.words[pc.hole+1].start
	}
	p.draft.Tokens = append(p.draft.Tokens, t.remove(start, p.lastByte(pc), pc.kind()))
}

// lastByte is the byte after a piece. The dot of a German ordinal belongs to it:
// "jeden Monat am 15.".
func (p *parser) lastByte(pc *piece) int {
	end := p.words[pc.to-1].end
	if pc.shape == aRepeat && p.dotted(pc.to-1) {
		if _, rest := leadingNumber(p.small(pc.to - 1)); rest == "" {
			return end + 1
		}
	}
	return end
}

// kind is the field a piece sets.
func (pc *piece) kind() Kind {
	switch pc.shape {
	case aPriority:
		return Priority
	case aProject:
		return Project
	case aTag:
		return Tag
	case anEffort:
		return Effort
	case aPart:
		return PreferredTime
	case aLead, aMoment:
		return Reminders
	case aRepeat, anEnd, aCount, aSpan:
		return Recurrence
	case aDate:
		if pc.sets != "" {
			return pc.sets
		}
	}
	return DueDate
}

// title is what is left of a text when tokens are taken out, from left to right.
type title struct {
	text  string
	done  int // bytes
	runes int // code points in them
	blank bool
	out   []byte
}

// remove takes out the bytes [start, end).
func (t *title) remove(start, end int, k Kind) Token {
	t.keep(start)
	said := t.text[start:end]
	from := t.runes
	t.runes += utf8.RuneCountInString(said)
	t.done = end
	if k != Escape && end < len(t.text) && strings.IndexByte(marks, t.text[end]) >= 0 {
		t.blank = false // the mark stays, the space before it goes
	}
	return Token{Start: from, End: t.runes, Kind: k, Text: said}
}

// keep takes over the text up to a byte.
func (t *title) keep(end int) {
	for i, r := range t.text[t.done:end] {
		t.runes++
		if unicode.IsSpace(r) {
			t.blank = true
			continue
		}
		if t.blank && len(t.out) > 0 {
			t.out = append(t.out, ' ')
		}
		t.blank = false
		start := t.done + i
		_, size := utf8.DecodeRuneInString(t.text[start:])
		t.out = append(t.out, t.text[start:start+size]...)
	}
	t.done = end
}

func (t *title) rest() string {
	t.keep(len(t.text))
	return string(t.out)
}

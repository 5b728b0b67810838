package quickadd

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mindflow/internal/mindflow"
)

// word is what stands between white space.
type word struct {
	start int // its first byte
	end   int // the byte after it, its mark aside
	mark  byte
	fixed bool // it stands in quotation marks
	entry      // what it means, if anything
}

// marks end a token where white space or the end follows.
const marks = ",;.:!?"

// split finds the words.
func (p *parser) split(words []word) {
	p.low = lower(p.text)
	start, ascii := -1, true
	for i, r := range p.text {
		switch space := unicode.IsSpace(r); {
		case space && start >= 0:
			words = append(words, p.word(start, i, ascii))
			start = -1
		case !space && start < 0:
			start, ascii = i, true
		}
		ascii = ascii && r < utf8.RuneSelf
	}
	if start >= 0 {
		words = append(words, p.word(start, len(p.text), ascii))
	}
	p.words = words
}

// word is what stands at [start, end), looked up.
func (p *parser) word(start, end int, ascii bool) word {
	w := word{start: start, end: end}
	if c := p.text[end-1]; strings.IndexByte(marks, c) >= 0 && !(p.locale.dots && c == '.' && isDottedDay(p.text[start:end])) {
		w.end, w.mark = end-1, c
	}
	w.entry = p.lookUp(w.start, w.end, ascii)
	return w
}

func (p *parser) lookUp(start, end int, ascii bool) entry {
	if end-start > longestWord || start == end {
		return entry{}
	}
	if ascii {
		return p.locale.words[p.low[start:end]]
	}
	return p.locale.words[strings.ToLower(mindflow.NFC(p.text[start:end]))]
}

// lower makes ASCII capitals small and leaves everything else, so that places
// in it are places in the text.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// isDottedDay reports whether s is a day without a year as German writes it:
// "2.10.", whose last dot is no mark.
func isDottedDay(s string) bool {
	d, rest := leadingNumber(s)
	if d < 0 || len(rest) < 3 || len(s)-len(rest) > 2 || rest[0] != '.' {
		return false
	}
	m, end := leadingNumber(rest[1:])
	return m >= 0 && end == "." && len(rest) <= 4
}

// protect keeps what stands in quotation marks, which open at a word's start and
// close at a word's end. One without its other is a character.
func (p *parser) protect() {
	p.last = p.lastClosing(`"`)
	round := -2 // not looked for yet
	for i := 0; i < len(p.words); i++ {
		at := p.text[p.words[i].start:]
		end := -1
		switch {
		case strings.HasPrefix(at, `"`) && i <= p.last:
			end = p.closing(i, i, 1, `"`)
		case strings.HasPrefix(at, "“"):
			if round == -2 {
				round = p.lastClosing("”")
			}
			if i <= round {
				end = p.closing(i, i, len("“"), "”")
			}
		}
		for ; i < end; i++ {
			p.words[i].fixed = true
		}
		if end >= 0 {
			p.words[end].fixed = true
		}
	}
}

func (p *parser) lastClosing(mark string) int {
	for i := range slices.Backward(p.words) {
		if p.closes(i, 0, mark) {
			return i
		}
	}
	return -1
}

// closing is the first word from i on that ends with a closing mark which is not
// within the first bytes of the word that opens, or -1.
func (p *parser) closing(i, opens, opening int, mark string) int {
	for ; i < len(p.words); i++ {
		before := 0
		if i == opens {
			before = opening
		}
		if p.closes(i, before, mark) {
			return i
		}
	}
	return -1
}

func (p *parser) closes(i, before int, mark string) bool {
	w := p.words[i]
	return w.end-w.start >= before+len(mark) && strings.HasSuffix(p.text[w.start:w.end], mark)
}

// open reports whether word i can go on what word i-1 began: it is not in
// quotation marks and no mark stands between them.
func (p *parser) open(i int) bool {
	return p.loose(i) && (i == p.from || p.words[i-1].mark == 0)
}

// loose is open where a mark may stand between.
func (p *parser) loose(i int) bool { return i < len(p.words) && !p.words[i].fixed }

// is reports whether word i goes on and means one of these.
func (p *parser) is(i int, c class) bool { return p.open(i) && p.words[i].class&c != 0 }

// small is word i, its mark aside, with ASCII capitals made small.
func (p *parser) small(i int) string { return p.low[p.words[i].start:p.words[i].end] }

package quickadd

// leadingNumber is the number s begins with and what follows it; -1 where it
// begins with none, or with one of more than five digits.
func leadingNumber(s string) (int, string) {
	n, i := 0, 0
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if i == 5 {
			return -1, s
		}
		n = n*10 + int(s[i]-'0')
	}
	if i == 0 {
		return -1, s
	}
	return n, s[i:]
}

// count is the number that word i is, or -1.
func (p *parser) count(i int) int {
	if !p.open(i) {
		return -1
	}
	n, rest := leadingNumber(p.small(i))
	if rest != "" {
		return -1
	}
	return n
}

// nth is the number of "3rd" at word i, or -1. With bare, "3" is one too. In
// German it is "3.", whose dot may stand where a mark does.
func (p *parser) nth(i int, bare bool) int {
	if !p.open(i) {
		return -1
	}
	n, rest := leadingNumber(p.small(i))
	switch rest {
	case "st", "nd", "rd", "th":
		return n
	case "":
		if bare || p.dotted(i) {
			return n
		}
	}
	return -1
}

// dotted reports whether the mark of word i may be the dot of a German ordinal.
func (p *parser) dotted(i int) bool { return p.locale.dots && p.words[i].mark == '.' }

// goesOn reports whether word i goes on what stands before it, the dot of a
// German ordinal aside.
func (p *parser) goesOn(i int) bool {
	return p.open(i) || p.loose(i) && i > p.from && p.dotted(i-1)
}

// amount is a number and its unit.
type amount struct {
	n    int
	unit unitOf
}

// inMinutes is the amount in minutes, or 0 where it has none of its own.
func (a amount) inMinutes() int {
	switch a.unit {
	case minutes:
		return a.n
	case hours:
		return a.n * 60
	case days:
		return a.n * 24 * 60
	case weeks:
		return a.n * 7 * 24 * 60
	case months, quarters, years:
	}
	return 0
}

// amount reads "10 min", "30m" or "1h30m" at word i, and answers the word after
// it, or -1.
func (p *parser) amount(i int) (amount, int) {
	if !p.open(i) {
		return amount{}, -1
	}
	n, rest := leadingNumber(p.small(i))
	switch {
	case n < 0:
		return amount{}, -1
	case rest != "":
		a, ok := joinedAmount(p.small(i))
		if !ok {
			return a, -1
		}
		return a, i + 1
	case p.is(i+1, unit):
		return amount{n, p.words[i+1].unit}, i + 2
	}
	return amount{}, -1
}

// joinedAmount reads "30m", "30min", "2h", "1h30m", "1h30" and "1d".
func joinedAmount(s string) (amount, bool) {
	n, rest := leadingNumber(s)
	if n < 0 {
		return amount{}, false
	}
	switch rest {
	case "m", "min", "mins":
		return amount{n, minutes}, true
	case "h", "hr", "hrs", "std":
		return amount{n, hours}, true
	case "d":
		return amount{n, days}, true
	case "w":
		return amount{n, weeks}, true
	}
	if len(rest) > 1 && rest[0] == 'h' {
		m, end := leadingNumber(rest[1:])
		if m >= 0 && m < 60 && (end == "" || end == "m" || end == "min") {
			return amount{n*60 + m, minutes}, true
		}
	}
	return amount{}, false
}

const noon = 12

// clock is a time of day in seconds; endOfDay is midnight after it.
type clock int32

const (
	noClock  clock = -1
	endOfDay clock = 24 * 60 * 60
)

func clockAt(hour, minute int) clock { return clock((hour*60 + minute) * 60) } //nolint:gosec // less than a day

// time reads a time of day at word i, and answers the word after it, or -1.
func (p *parser) time(i int) (clock, int) {
	if p.is(i, clockWord) {
		return clockAt(int(p.words[i].n), 0), i + 1
	}
	if !p.open(i) {
		return noClock, -1
	}
	hour, rest := leadingNumber(p.small(i))
	if hour < 0 || len(p.small(i))-len(rest) > 2 {
		return noClock, -1
	}
	minute, exact := 0, false
	if len(rest) > 2 && (rest[0] == ':' || p.locale.dots && rest[0] == '.' && p.is(i+1, oclock)) {
		var after string
		minute, after = leadingNumber(rest[1:])
		if minute < 0 || minute > 59 || len(rest)-len(after) != 3 {
			return noClock, -1
		}
		exact, rest = true, after
	}
	return p.timeAfter(i, hour, minute, exact, rest)
}

// timeAfter reads what follows the numbers of a time.
func (p *parser) timeAfter(i, hour, minute int, exact bool, rest string) (clock, int) {
	end := i + 1
	switch {
	case rest == "" && p.is(end, am|pm) && !p.joins(end):
		rest = "pm"
		if p.words[end].class&am != 0 {
			rest = "am"
		}
		end++
	case rest == "" && p.is(end, oclock):
		exact, end = true, end+1
	}
	if rest == "" {
		if !exact || hour > 23 {
			return noClock, -1
		}
		return clockAt(hour, minute), end
	}
	if rest != "am" && rest != "pm" || hour < 1 || hour > noon {
		return noClock, -1
	}
	hour %= noon
	if rest == "pm" {
		hour += noon
	}
	return clockAt(hour, minute), end
}

// joins reports whether the German "am" at word i stands before a day and is no "a.m.".
func (p *parser) joins(i int) bool {
	if p.words[i].class&dueWord == 0 {
		return false
	}
	_, end := p.day(i + 1)
	return end > 0
}

package quickadd

import (
	"time"

	"mindflow/internal/mindflow"
)

// daySaid is a day, and how sure it is that a day was meant.
type daySaid struct {
	day  mindflow.Day
	weak weakness
}

// day reads a day at word i, and answers the word after it, or -1.
func (p *parser) day(i int) (daySaid, int) {
	if !p.open(i) {
		return daySaid{}, -1
	}
	w := &p.words[i]
	switch {
	case w.class&dayWord != 0 && w.class&part != 0 && i > 0 && p.words[i-1].class&am != 0:
		return daySaid{}, -1 // "am Morgen": in the morning, whichever
	case w.class&dayWord != 0:
		return daySaid{day: p.today() + mindflow.Day(w.days)}, i + 1
	case w.class&weekday != 0:
		return p.weekday(i)
	case w.class&(this|next) != 0:
		return p.relativeDay(i)
	case w.class&month != 0:
		return p.monthFirst(i)
	case w.class&dueWord != 0:
		return p.inUnits(i)
	}
	return p.dayInNumbers(i)
}

// weekdayOf is 0 for Monday.
func weekdayOf(d mindflow.Day) int { return int(((d+3)%7 + 7) % 7) }

// comingWeekday is the first such day after d.
func comingWeekday(d mindflow.Day, n int) mindflow.Day {
	return d + 1 + mindflow.Day((n-weekdayOf(d+1)+7)%7)
}

// weekday reads "fri", which is strictly in the future, and "fri 4 dec", "friday,
// dec 4", where both say the same.
func (p *parser) weekday(i int) (daySaid, int) {
	w := &p.words[i]
	if date, end := p.dateAfter(i); end > 0 && weekdayOf(date.day) == int(w.n) {
		return daySaid{day: date.day}, end
	}
	return daySaid{comingWeekday(p.today(), int(w.n)), w.weak}, i + 1
}

// dateAfter reads the date that a weekday at word i stands before.
func (p *parser) dateAfter(i int) (daySaid, int) {
	if !p.open(i+1) && (!p.loose(i+1) || p.words[i].mark != ',') {
		return daySaid{}, -1
	}
	mark := p.words[i].mark
	p.words[i].mark = 0
	defer func() { p.words[i].mark = mark }()
	if p.words[i+1].class&month != 0 {
		return p.monthFirst(i + 1)
	}
	return p.dayInNumbers(i + 1)
}

// relativeDay reads "this fri", "next fri", "next week" and "next month".
func (p *parser) relativeDay(i int) (daySaid, int) {
	monday := p.today() - mindflow.Day(weekdayOf(p.today())) //nolint:gosec // less than a week
	isNext := p.words[i].class&next != 0
	switch {
	case p.is(i+1, weekday):
		d := monday + mindflow.Day(p.words[i+1].n)
		if isNext || d < p.today() {
			d += 7
		}
		return daySaid{day: d}, i + 2
	case isNext && p.is(i+1, unit) && p.words[i+1].unit == weeks && singular(p.small(i+1)):
		return daySaid{day: monday + 7}, i + 2
	case isNext && p.is(i+1, unit) && p.words[i+1].unit == months && singular(p.small(i+1)):
		y, m, _ := p.today().Date()
		return daySaid{day: mindflow.DateDay(y, m+1, 1)}, i + 2
	}
	return daySaid{}, -1
}

// singular reports whether a word for weeks or months is for one of them.
func singular(s string) bool {
	switch s {
	case "weeks", "wochen", "months", "monate", "monaten":
		return false
	}
	return true
}

// exists is the day of a date, if there is one.
func exists(y, m, d int) (mindflow.Day, bool) {
	if y < 1970 || y > 9998 || m < 1 || m > 12 || d < 1 || d > lastOf(y, time.Month(m)) {
		return 0, false
	}
	return mindflow.DateDay(y, time.Month(m), d), true
}

// lastOf is how many days a month has.
func lastOf(y int, m time.Month) int {
	_, _, d := mindflow.DateDay(y, m+1, 0).Date()
	return d
}

// leapCycle is the longest wait for a 29 February, 2096 to 2104.
const leapCycle = 8

// coming is the next such day, today included, if there ever is one.
func (p *parser) coming(m, d int) (mindflow.Day, bool) {
	first, _, _ := p.today().Date()
	for y := first; y <= first+leapCycle; y++ {
		if day, ok := exists(y, m, d); ok && day >= p.today() {
			return day, true
		}
	}
	return 0, false
}

// monthFirst reads "dec 3", "dec 3rd 2027" and "dec 3, 2027".
func (p *parser) monthFirst(i int) (daySaid, int) {
	d := p.nth(i+1, true)
	if d < 0 {
		return daySaid{}, -1
	}
	y, end := p.year(i+2, p.words[i+1].mark == ',' || p.dotted(i+1))
	return p.dated(y, int(p.words[i].n), d, end)
}

// dayFirst reads "3 dec", "3rd dec 2027" and "3rd of december".
func (p *parser) dayFirst(i int) (daySaid, int) {
	d, m := p.nth(i, true), i+1
	if d < 0 {
		return daySaid{}, -1
	}
	if p.is(m, of) {
		m++
	}
	if !p.goesOn(m) || p.words[m].class&month == 0 {
		return daySaid{}, -1
	}
	y, end := p.year(m+1, false)
	return p.dated(y, int(p.words[m].n), d, end)
}

// year reads a year at word i, which may stand after a comma: 0 where there is
// none, and the word after the date.
func (p *parser) year(i int, apart bool) (int, int) {
	if p.open(i) || apart && p.loose(i) {
		if s := p.small(i); len(s) == 4 {
			if y, rest := leadingNumber(s); rest == "" && y >= 1970 && y <= 9998 {
				return y, i + 1
			}
		}
	}
	return 0, i
}

// dated is a date that ends before a word; without a year it is the next one.
func (p *parser) dated(y, m, d, end int) (daySaid, int) {
	day, ok := mindflow.Day(0), false
	if y == 0 {
		day, ok = p.coming(m, d)
	} else {
		day, ok = exists(y, m, d)
	}
	if !ok {
		return daySaid{}, -1
	}
	return daySaid{day: day}, end
}

// dayInNumbers reads what begins with a digit.
func (p *parser) dayInNumbers(i int) (daySaid, int) {
	s := p.small(i)
	if s == "" || s[0] < '0' || s[0] > '9' {
		return daySaid{}, -1
	}
	if len(s) == len("2026-11-27") && s[4] == '-' {
		d, err := mindflow.ParseDay(s)
		if err != nil {
			return daySaid{}, -1
		}
		return daySaid{day: d}, i + 1
	}
	if said, ok := p.numericDay(s); ok {
		return said, i + 1
	}
	return p.dayFirst(i)
}

// always is what is said of being open all week, and no day anywhere.
const always = "24/7"

// numericDay reads "12/3", "12/3/2027" and "3.12.2027" as the locale writes days.
func (p *parser) numericDay(s string) (daySaid, bool) {
	separator := byte('/')
	if p.locale.dots {
		separator = '.'
	}
	a, rest := leadingNumber(s)
	if a < 0 || len(s)-len(rest) > 2 || len(rest) < 2 || rest[0] != separator || s == always {
		return daySaid{}, false
	}
	b, end := leadingNumber(rest[1:])
	if b < 0 || len(rest)-1-len(end) > 2 {
		return daySaid{}, false
	}
	if !p.locale.dayFirst {
		a, b = b, a
	}
	return p.numericYear(end, separator, b, a)
}

// numericYear reads the year of a numeric day, or finds the next such day.
func (p *parser) numericYear(s string, separator byte, m, d int) (daySaid, bool) {
	if s == "" && separator == '/' || s == "." && separator == '.' {
		day, ok := p.coming(m, d)
		return daySaid{day, weak}, ok
	}
	if len(s) != 5 || s[0] != separator {
		return daySaid{}, false
	}
	y, rest := leadingNumber(s[1:])
	if rest != "" {
		return daySaid{}, false
	}
	day, ok := exists(y, m, d)
	return daySaid{day: day}, ok
}

// inUnits reads "in 3 days", to "in 2 years".
func (p *parser) inUnits(i int) (daySaid, int) {
	if p.small(i) != "in" {
		return daySaid{}, -1
	}
	n := p.count(i + 1)
	if n < 1 || !p.is(i+2, unit) {
		return daySaid{}, -1
	}
	d, ok := later(p.today(), n, p.words[i+2].unit)
	if !ok {
		return daySaid{}, -1
	}
	return daySaid{day: d}, i + 3
}

// later is the day so many calendar units after d, in months and years at the
// latest on the month's last day; not ok where no task can have it.
func later(d mindflow.Day, n int, u unitOf) (mindflow.Day, bool) {
	end := d
	switch u {
	case days:
		end += mindflow.Day(n) //nolint:gosec // at most five digits
	case weeks:
		end += mindflow.Day(7 * n) //nolint:gosec // at most five digits, times seven
	case months:
		end = addMonths(d, n)
	case years:
		end = addMonths(d, 12*n)
	case minutes, hours, quarters:
		return d, false
	}
	return end, end <= mindflow.LastDay
}

// addMonths keeps the day of the month, or takes the month's last.
func addMonths(d mindflow.Day, n int) mindflow.Day {
	y, m, day := d.Date()
	y, m, _ = mindflow.DateDay(y, m+time.Month(n), 1).Date()
	return mindflow.DateDay(y, m, min(day, lastOf(y, m)))
}

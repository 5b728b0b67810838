package quickadd

import (
	"time"

	"mindflow/internal/mindflow"
)

// named is the day that a rule names within its period.
type named uint8

const (
	noDay       named = iota
	weekdays          // repeat.mask
	monthDay          // repeat.n, or the month's last day where it is shorter
	nthWeekday        // repeat.n (-1 for last) and repeat.mask with one bit
	nthWorkday        // repeat.n
	lastDay           //
	dayOfMonths       // repeat.n in repeat.month, every year
)

const allWorkdays = 1<<5 - 1

// repeat is what is said of how a task comes again.
type repeat struct {
	unit            unitOf
	interval        int
	named           named
	mask            uint8 // a bit for each weekday, Monday the first
	n               int
	month           int
	afterCompletion bool
	part            mindflow.PartOfDay
	partAt          int // the word that names the part beside a day, or -1
}

const maxInterval = 999

// repeat reads a rule at word i, and answers the word after it, or -1.
func (p *parser) repeat(i int) (repeat, int) {
	r := repeat{interval: 1, partAt: -1}
	var end int
	if p.is(i, every) {
		end = p.everyPeriod(i, &r)
	} else {
		end = p.dayOfEvery(i, &r)
	}
	if end < 0 {
		return r, -1
	}
	if r.part == mindflow.NoPart && p.is(end, part) {
		r.part, r.partAt = p.words[end].part, end
		end++
	}
	if p.is(end, after) && p.is(end+1, completion) {
		r.afterCompletion = true
		end += 2
	}
	return r, end
}

// afterEvery answers the word after "every" or "every!", or -1.
func (p *parser) afterEvery(i int, r *repeat) int {
	switch w := p.words[i]; {
	case !p.loose(i + 1):
		return -1
	case w.mark == '!':
		r.afterCompletion = true
	case w.mark != 0:
		return -1
	}
	return i + 1
}

// everyPeriod reads what begins with "every".
func (p *parser) everyPeriod(i int, r *repeat) int {
	j := p.afterEvery(i, r)
	if j < 0 {
		return -1
	}
	// What stands behind the mark of "every!" goes on all the same.
	from := p.from
	p.from = j
	defer func() { p.from = from }()
	if end := p.namedDay(j, r); end > 0 {
		return end
	}
	switch n := p.count(j); {
	case n >= 1 && n <= maxInterval && p.is(j+1, unit):
		r.interval = n
		return p.period(j+1, r)
	case p.is(j, other) && p.is(j+1, unit):
		r.interval = 2
		return p.period(j+1, r)
	case p.is(j, other) && p.is(j+1, weekday):
		r.interval = 2
		return p.weekdayList(j+1, r)
	case p.is(j, part):
		r.unit, r.part = days, p.words[j].part
		return j + 1
	}
	return p.period(j, r)
}

// namedDay reads "weekday", "mon, wed and fri", "24 dec", "2nd thu" and "last
// fri of the month".
func (p *parser) namedDay(i int, r *repeat) int {
	switch {
	case p.is(i, workday):
		r.unit, r.named, r.mask = weeks, weekdays, allWorkdays
		return i + 1
	case p.is(i, weekday):
		return p.weekdayList(i, r)
	}
	if end := p.dayOfYear(i, r); end > 0 {
		return end
	}
	end := p.ordinalDay(i, r)
	if end < 0 {
		return -1
	}
	r.unit = months
	if after := p.ofTheMonth(end); after > 0 {
		return after
	}
	if r.named == lastDay {
		return -1 // "every last day" is none of a month's
	}
	return end
}

// dayOfYear reads "24 dec" and "dec 24th".
func (p *parser) dayOfYear(i int, r *repeat) int {
	if !p.open(i) {
		return -1
	}
	m, d, end := 0, p.nth(i, true), i+2
	if d >= 0 && p.goesOn(i+1) && p.words[i+1].has(month) {
		m = int(p.words[i+1].n)
	} else if p.words[i].has(month) {
		m, d = int(p.words[i].n), p.nth(i+1, true)
	}
	const leapYear = 2000
	if _, ok := exists(leapYear, m, d); !ok {
		return -1
	}
	r.unit, r.named, r.month, r.n = years, dayOfMonths, m, d
	return end
}

// weekdayList reads "mon, wed and fri".
func (p *parser) weekdayList(i int, r *repeat) int {
	r.unit, r.named, r.mask = weeks, weekdays, 0
	for {
		r.mask |= 1 << p.words[i].n
		j := i + 1
		if p.words[i].mark != 0 && p.words[i].mark != ',' {
			return j
		}
		if p.loose(j) && p.words[j].has(and) && p.words[j].mark == 0 {
			j++
		} else if p.words[i].mark == 0 {
			return i + 1
		}
		if !p.loose(j) || !p.words[j].has(weekday) {
			return i + 1
		}
		i = j
	}
}

// ordinalDay reads "2nd thu", "last workday" and "last day".
func (p *parser) ordinalDay(i int, r *repeat) int {
	n := p.ordinal(i)
	if n == 0 || n > 5 || !p.goesOn(i+1) {
		return -1
	}
	r.n = n
	switch w := &p.words[i+1]; {
	case w.has(weekday):
		r.named, r.mask = nthWeekday, 1<<w.n
	case w.has(workday):
		r.named = nthWorkday
	case w.has(unit) && w.unit == days && n == -1:
		r.named = lastDay
	default:
		return -1
	}
	return i + 2
}

// ordinal is the number of "2nd", "second" or "last" (-1), or 0.
func (p *parser) ordinal(i int) int {
	if p.is(i, ordinal) {
		return int(p.words[i].n)
	}
	return max(p.nth(i, false), 0)
}

// ofTheMonth reads "of the month", "of every month".
func (p *parser) ofTheMonth(i int) int {
	if !p.is(i, of) {
		return -1
	}
	if i++; p.is(i, article|every) {
		i++
	}
	if p.is(i, unit) && p.words[i].unit == months {
		return i + 1
	}
	return -1
}

// dayOfEvery reads "last workday of every month", "on the 15th of every month".
func (p *parser) dayOfEvery(i int, r *repeat) int {
	if p.is(i, dueWord) && !p.words[i].has(timeOnly) {
		i++
	}
	if p.is(i, article) {
		i++
	}
	end := p.dayWithin(i, r)
	if end < 0 {
		return -1
	}
	if p.is(end, of) {
		end++
	}
	if !p.goesOn(end) || !p.words[end].has(every) {
		return -1
	}
	j := p.afterEvery(end, r)
	if j < 0 || !p.words[j].has(unit) {
		return -1
	}
	r.unit = p.words[j].unit
	if r.unit != months && r.unit != quarters {
		return -1
	}
	return j + 1
}

// dayWithin reads a day of a month: "15th", "2nd thu", "last day".
func (p *parser) dayWithin(i int, r *repeat) int {
	if end := p.ordinalDay(i, r); end > 0 {
		return end
	}
	n := p.nth(i, false)
	if n < 1 || n > 31 {
		return -1
	}
	r.named, r.n = monthDay, n
	return i + 1
}

// period reads a unit, and the day in it that "on" may name.
func (p *parser) period(i int, r *repeat) int {
	if !p.is(i, unit) || p.words[i].unit < days {
		return -1
	}
	r.unit = p.words[i].unit
	j := i + 1
	if !p.is(j, dueWord) || p.words[j].has(timeOnly) {
		return j
	}
	end := -1
	switch r.unit {
	case weeks:
		if p.is(j+1, weekday) {
			end = p.weekdayList(j+1, r)
		}
	case months, quarters:
		if j++; p.is(j, article) {
			j++
		}
		end = p.dayWithin(j, r)
	case minutes, hours, days, years:
	}
	if end < 0 {
		return i + 1
	}
	return end
}

// first is the first day from d on that the rule's named day allows.
func (r *repeat) first(d mindflow.Day) mindflow.Day {
	switch r.named {
	case noDay:
		return d
	case weekdays:
		for r.mask&(1<<weekdayOf(d)) == 0 {
			d++
		}
		return d
	case monthDay, nthWeekday, nthWorkday, lastDay, dayOfMonths:
	}
	y, m, _ := d.Date()
	if r.named == dayOfMonths {
		m = time.Month(r.month)
	}
	for {
		if day, ok := r.within(y, m); ok && day >= d {
			return day
		}
		if r.named == dayOfMonths {
			y++
		} else if m++; m > time.December {
			y, m = y+1, time.January
		}
	}
}

// within is the day the rule names in a month, if that has it.
func (r *repeat) within(y int, m time.Month) (mindflow.Day, bool) {
	last := lastOf(y, m)
	start, end := mindflow.DateDay(y, m, 1), mindflow.DateDay(y, m, last)
	switch r.named {
	case monthDay, dayOfMonths:
		return start + mindflow.Day(min(r.n, last)) - 1, true //nolint:gosec // at most 31
	case lastDay:
		return end, true
	case nthWeekday:
		return nthOf(start, end, r.n, r.mask)
	case nthWorkday:
		return nthOf(start, end, r.n, allWorkdays)
	case noDay, weekdays:
	}
	return start, true
}

// nthOf is the n-th day of [start, end] that is one of the weekdays, or the last.
func nthOf(start, end mindflow.Day, n int, mask uint8) (mindflow.Day, bool) {
	d, step := start, mindflow.Day(1)
	if n < 0 {
		d, step, n = end, -1, -n
	}
	for ; d >= start && d <= end; d += step {
		if mask&(1<<weekdayOf(d)) != 0 {
			if n--; n == 0 {
				return d, true
			}
		}
	}
	return d, false
}

package recurrence

import (
	"mindflow/internal/mindflow"
)

// Less is the rule for what is left once so many of its occurrences are over;
// false when nothing is. A rule without a count stays as it is.
func (r Rule) Less(over int) (Rule, bool) {
	if r.count == 0 {
		return r, true
	}
	r.count -= over
	return r, r.count > 0
}

// Endless is the rule without its COUNT.
func (r Rule) Endless() Rule {
	r.count = 0
	return r
}

// Named reports whether the rule names days: of the week, the month or the
// year. One that does not is an interval, and counts from any day alike.
func (r Rule) Named() bool { return r.byPart() }

// Clamped is an interval of months or years as it counts from a day late in the
// month: in a month without that day it has the last one.
func (r Rule) Clamped(day mindflow.Day) Rule {
	year, month, dom := dateOf(int(day))
	if r.Named() || dom <= 28 || r.freq < monthly {
		return r
	}
	if r.freq == yearly {
		if dom < monthLength(year, month) || month != 1 {
			return r // only February changes its length
		}
		r.months = 1 << month
	}
	r.clampTo(dom)
	return r
}

// clampTo names a day of the month, or the last one of a month without it.
func (r *Rule) clampTo(dom int) {
	r.monthDays, r.positions = ends{}, ends{}
	if dom <= 28 {
		r.monthDays.add(dom)
		return
	}
	for d := 28; d <= dom; d++ {
		r.monthDays.add(d)
	}
	r.positions.add(-1)
}

// MovedTo is the rule for when its occurrence on a day is moved to the day of
// another start, and those that follow with it. It is the same where that day is
// an occurrence; else the one day that it names becomes the new one. It
// answers false where it names several, or in a way that does not say which.
func (r Rule) MovedTo(from mindflow.Day, to Start) (Rule, bool) {
	r.until = r.until.as(to)
	if r.names(to.day) {
		return r, true
	}
	_, fromMonth, fromDom := dateOf(int(from))
	_, month, dom := dateOf(int(to.day))
	if r.months == 1<<fromMonth {
		r.months = 1 << month
	}
	var only, first, last ends
	only.add(fromDom)
	first.add((fromDom-1)/7 + 1)
	last.add(-1)
	clamped := r
	clamped.clampTo(31)
	w, toWeekday := weekday(int(from)), weekday(int(to.day))
	nth := r.nth
	nth[w] = ends{}
	switch {
	case r.monthDays == only:
		r.monthDays = ends{}
		r.monthDays.add(dom)
	case r.monthDays == clamped.monthDays && r.positions == clamped.positions:
		r.clampTo(dom)
	case r.weekdays == 1<<w && !r.hasNth:
		r.weekdays = 1 << toWeekday
	case r.weekdays == 0 && nth == [7]ends{} && (r.nth[w] == first || r.nth[w] == last):
		e := r.nth[w]
		if e == first {
			e = ends{}
			e.add((dom-1)/7 + 1)
		}
		r.nth = [7]ends{}
		r.nth[toWeekday] = e
	}
	return r, r.names(to.day)
}

// names reports whether the rule names a day, its interval and ends aside.
func (r Rule) names(day mindflow.Day) bool {
	r.count, r.until, r.interval = 0, until{}, 1
	s, err := r.From(Start{day: day})
	return err == nil && s.first == day
}

// as is the end of a rule whose start may have got or lost its time of day: a
// day ends when it does on the wall.
func (u until) as(start Start) until {
	switch {
	case u.kind == untilDay && start.timed:
		return until{kind: untilWall, day: u.day, clock: 86399}
	case u.kind == untilWall && !start.timed:
		return until{kind: untilDay, day: u.day}
	case u.kind == untilInstant && !start.timed:
		return until{kind: untilDay, day: mindflow.DayOf(u.wall().In(start.zone.Location()))}
	}
	return u
}

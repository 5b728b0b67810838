package quickadd

import (
	"time"

	"mindflow/internal/mindflow"
)

// role is what a date is for.
type role uint8

const (
	plainDate role = iota // due, unless a deadline is named
	dueBy                 // due, and it beats a plain date
	startsAt              // not to be done before
)

// dateSaid is a date, a time, or both, with the joining words before it.
type dateSaid struct {
	role   role
	joined bool // by a word before it
	hasDay bool
	day    mindflow.Day
	weak   weakness
	clock  clock
	at     time.Time // set where so much time from now was said
	part   mindflow.PartOfDay
	partAt int // the word that names the part, or -1
}

// isDay reports whether it names a day, and no more than completes another.
func (d *dateSaid) isDay() bool { return d.hasDay || !d.at.IsZero() }

// hasTime reports whether it names a time.
func (d *dateSaid) hasTime() bool { return d.clock != noClock || !d.at.IsZero() }

// date reads a date or time at word i with its joining words, and answers the
// word after it, or -1.
func (p *parser) date(i int) (dateSaid, int) {
	d := dateSaid{clock: noClock, partAt: -1}
	j := p.joining(i, &d)
	if j < 0 {
		return d, -1
	}
	if j > i && p.words[j-1].has(timeOnly) && !p.beginsWithTime(j) {
		return d, -1
	}
	end := p.bareDate(j, &d)
	if end < 0 {
		return d, -1
	}
	if d.joined || d.clock != noClock {
		d.weak = strong
	}
	return d, end
}

func (p *parser) beginsWithTime(i int) bool {
	_, end := p.time(i)
	return end > 0
}

// joining reads the joining words at word i and answers the word after them.
// Two may follow one another where the first leads: "due on", "starting at".
func (p *parser) joining(i int, d *dateSaid) int {
	for range 2 {
		switch {
		case p.is(i, not) && p.is(i+1, before) && d.role != dueBy:
			d.role, d.joined = startsAt, true
			return i + 2
		case !p.is(i, joining) || p.countsFromNow(i):
			return i
		case p.is(i, deadline) && d.role != startsAt:
			d.role = dueBy
		case p.is(i, startWord) && d.role != dueBy:
			d.role = startsAt
		case !p.is(i, dueWord):
			return -1
		}
		d.joined = true
		if i++; !p.words[i-1].has(leading) {
			break
		}
	}
	return i
}

func (w *word) has(c class) bool { return w.class&c != 0 }

// countsFromNow reports whether "in" at word i is a part of "in 3 days" and
// joins nothing.
func (p *parser) countsFromNow(i int) bool {
	if _, end := p.inUnits(i); end > 0 {
		return true
	}
	_, end := p.elapsed(i)
	return end > 0
}

// bareDate reads a date or time without its joining words.
func (p *parser) bareDate(i int, d *dateSaid) int {
	if at, end := p.elapsed(i); end > 0 {
		d.at = at
		return end
	}
	if end := p.dayAndPart(i, d); end > 0 {
		return p.timeOfDay(end, d)
	}
	c, end := p.time(i)
	if end < 0 {
		return -1
	}
	d.clock = c
	return p.dayOfTime(end, d)
}

// elapsed reads "in 90 minutes" and "in 3 hours".
func (p *parser) elapsed(i int) (time.Time, int) {
	if !p.is(i, dueWord) || p.small(i) != "in" {
		return time.Time{}, -1
	}
	a, end := p.amount(i + 1)
	if end < 0 || a.n < 1 || a.unit > hours {
		return time.Time{}, -1
	}
	return p.at.Add(time.Duration(a.inMinutes()) * time.Minute), end
}

// dayAndPart reads a day, with a part of it that may directly follow.
func (p *parser) dayAndPart(i int, d *dateSaid) int {
	switch {
	case p.is(i, tonight):
		d.day, d.part = p.today(), mindflow.InEvening
		d.hasDay = true
		return i + 1
	case p.is(i, this) && p.is(i+1, part):
		d.day, d.part = p.today(), p.words[i+1].part
		d.hasDay = true
		return i + 2
	}
	said, end := p.day(i)
	if end < 0 {
		return -1
	}
	d.day, d.weak, d.hasDay = said.day, said.weak, true
	if p.is(end, part) {
		d.part, d.partAt = p.words[end].part, end
		end++
	}
	return end
}

// timeOfDay reads the time that may follow a day.
func (p *parser) timeOfDay(i int, d *dateSaid) int {
	j := i
	if p.is(j, dueWord) || p.is(j, deadline) && d.role != startsAt {
		j++
	}
	c, end := p.time(j)
	if end < 0 {
		return i
	}
	if j > i && p.words[i].has(deadline) {
		d.role = dueBy
	}
	d.clock = c
	return end
}

// dayOfTime reads the day that may follow a time.
func (p *parser) dayOfTime(i int, d *dateSaid) int {
	if end := p.dayAndPart(i, d); end > 0 {
		return end
	}
	if !p.is(i, dueWord) && (!p.is(i, deadline) || d.role == startsAt) || p.words[i].has(timeOnly) {
		return i
	}
	end := p.dayAndPart(i+1, d)
	if end < 0 {
		return i
	}
	if p.words[i].has(deadline) {
		d.role = dueBy
	}
	return end
}

// instant is the moment a wall clock shows a time on a day; its end is the
// moment the next day starts. In a gap it is moved forward by the gap, in a fold
// it is the earlier.
func (p *parser) instant(d mindflow.Day, c clock) time.Time {
	if c >= endOfDay {
		return p.zone.Start(d + 1)
	}
	return p.zone.Instant(time.Unix(int64(d)*int64(endOfDay)+int64(c), 0).UTC())
}

// alone is the day of a time that was said without one: today if it is still to
// come, else tomorrow.
func (p *parser) alone(c clock) mindflow.Day {
	if p.instant(p.today(), c%endOfDay).After(p.at) {
		return p.today()
	}
	return p.today() + 1
}

// moment is the instant of a time, of a day at the time given, or of so much
// time from now.
func (p *parser) moment(d *dateSaid, otherwise clock) time.Time {
	switch {
	case !d.at.IsZero():
		return d.at
	case !d.hasDay:
		return p.instant(p.alone(d.clock), d.clock%endOfDay)
	case d.clock == noClock:
		return p.instant(d.day, otherwise)
	}
	return p.instant(d.day, d.clock)
}

// text is a moment as a local date-time with its offset.
func (p *parser) local(t time.Time) string {
	return t.In(p.zone.Location()).Truncate(time.Second).Format(time.RFC3339)
}

// said is a date as a draft writes it: a day, or a local date-time.
func (p *parser) said(d *dateSaid) string {
	if d.hasDay && d.clock == noClock && d.at.IsZero() {
		return d.day.String()
	}
	t := p.moment(d, 0)
	if y := t.UTC().Year(); y < 1970 || y > 9998 { // a zone's edge of what can be kept
		return d.day.String()
	}
	return p.local(t)
}

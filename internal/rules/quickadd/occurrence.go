package quickadd

import (
	"strconv"
	"time"

	"mindflow/internal/mindflow"
)

// firstOccurrence is the first day, or moment later than now, that the rule
// allows. A date that was said beside it is where it begins.
func (p *parser) firstOccurrence(r *repeat, d *dates) dateSaid {
	due, _ := d.due()
	p.onClock(&due)
	begin, named := p.today(), due.hasDay
	switch {
	case due.hasDay:
		begin = due.day
	case d.start != nil && d.start.date.role == startsAt:
		from := d.start.date
		p.onClock(&from)
		if due.clock == noClock {
			due.clock = from.clock
		}
		if from.hasDay && from.day > begin {
			begin, named = from.day, true
		}
	}
	if due.clock == endOfDay {
		begin = p.midnight(r, &due, begin, named)
	}
	due.hasDay, due.weak, due.day = true, strong, r.first(begin)
	if due.clock != noClock && !named && !p.instant(due.day, due.clock).After(p.at) {
		due.day = r.first(begin + 1)
	}
	return due
}

// midnight is the end of the day it stands beside. A day that the rule names must
// stay that day, so its last second is meant.
func (p *parser) midnight(r *repeat, due *dateSaid, begin mindflow.Day, named bool) mindflow.Day {
	due.clock = 0
	switch {
	case r.named != noDay:
		due.clock = endOfDay - 1
	case named:
		return begin + 1
	}
	return begin
}

// onClock turns so much time from now into a day and a time of day.
func (p *parser) onClock(d *dateSaid) {
	if d.at.IsZero() {
		return
	}
	t := d.at.In(p.zone.Location())
	h, m, s := t.Clock()
	d.hasDay, d.day, d.clock = true, mindflow.DayOf(t), clockAt(h, m)+clock(s) //nolint:gosec // less than a minute
	d.at = time.Time{}
}

// maxCount bounds how often a rule that counts comes again.
const maxCount = 999

// appendEnd writes where the rule ends: it is not ok where that is before it begins.
func (p *parser) appendEnd(b []byte, pc *piece, due *dateSaid) ([]byte, bool) {
	last := pc.date.day
	switch pc.shape {
	case aCount:
		if pc.n > maxCount {
			return b, false
		}
		return strconv.AppendInt(append(b, ";COUNT="...), int64(pc.n), 10), true
	case aSpan:
		end, ok := later(due.day, pc.n, pc.unit)
		if !ok {
			return b, false
		}
		last = end - 1
	case aDate, aPriority, aProject, aTag, anEffort, aPart, aLead, aMoment, aRepeat, anEnd:
	}
	if last < due.day {
		return b, false
	}
	b = append(b, ";UNTIL="...)
	if due.clock == noClock {
		y, m, d := last.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).AppendFormat(b, "20060102"), true
	}
	return p.zone.Start(last+1).Add(-1).AppendFormat(b, "20060102T150405Z"), true
}

package recurrence

import (
	"errors"
	"iter"
	"math/bits"
	"time"

	"mindflow/internal/mindflow"
)

// Series is a rule from a start on: the days it names. A start that the rule
// does not name is no occurrence, and is not counted. Not for several
// goroutines at once: it remembers what it has worked out.
type Series struct {
	rule  Rule // with what it leaves open taken from the start
	start Start
	last  mindflow.Day // no occurrence is later
	first mindflow.Day // later than last when there is none

	week     uint32 // the weekdays of a weekly rule, from the first day of its week
	hopeless bool   // known without a search: no day can ever be chosen

	monthKinds [28]uint32 // the days chosen of a month, by length and first weekday
	monthKnown uint32
	yearKinds  [28]set // of a year, by leap years around it and first weekday
	yearKnown  uint32
}

// Reasons for which a rule and a start do not go together.
var (
	errNever     = errors.New("must name a day that there is: no day is an occurrence of it until the year 9998")
	errUntilDay  = errors.New("must have a day as its UNTIL (UNTIL=20261224), as the start is a day")
	errUntilTime = errors.New("must have a moment as its UNTIL (UNTIL=20261224T170000Z), as the start has a time of day")
	errFar       = errors.New("must reach its COUNT sooner: it would take many centuries")
)

// From is the rule's series from a start on. It refuses an UNTIL of another
// kind than the start, and a rule that never comes true. A series whose UNTIL
// lies before all occurrences is legal, and empty.
func (r Rule) From(start Start) (*Series, error) {
	switch r.until.kind {
	case untilDay:
		if start.timed {
			return nil, errUntilTime
		}
	case untilInstant, untilWall:
		if !start.timed {
			return nil, errUntilDay
		}
	case untilNever:
	}
	s := &Series{rule: r, start: start, last: start.lastDay()}
	s.complete()
	first, ok := s.from(int(start.day))
	if !ok {
		return nil, errNever
	}
	s.first = first
	s.last = min(s.last, s.untilDay())
	if r.count > 0 {
		return s, s.endByCount()
	}
	return s, nil
}

// mostPeriods bounds what is looked at in order to count: as many months are
// eight centuries.
const mostPeriods = 10_000

// endByCount finds the last occurrence of a counted rule.
func (s *Series) endByCount() error {
	c := s.seek(int(s.start.day))
	if end, ok := s.within(c.skip(s.rule.count, mostPeriods)); ok {
		s.last = end
	}
	return unless(!c.spent, errFar)
}

// complete takes from the start what the rule leaves open.
func (s *Series) complete() {
	r := &s.rule
	_, month, dom := dateOf(int(s.start.day))
	switch r.freq {
	case daily:
		// A day is the only one of its period, and with whole weeks between them all are the same weekday.
		only := r.positions.within(1)
		s.hopeless = !r.positions.empty() && only.empty() ||
			r.weekdays != 0 && r.interval%7 == 0 && r.weekdays>>weekday(int(s.start.day))&1 == 0
	case weekly:
		if !r.byDay() {
			r.weekdays = 1 << weekday(int(s.start.day))
		}
		twice := r.weekdays | r.weekdays<<7
		s.week = twice >> r.wkst & 0x7f
		places := r.positions.within(bits.OnesCount32(s.week))
		s.hopeless = !r.positions.empty() && places.empty()
	case monthly:
		if !r.byDay() && r.monthDays.empty() {
			r.monthDays.add(dom)
		}
	case yearly:
		if r.byDay() || !r.weeks.empty() || !r.yearDays.empty() || !r.monthDays.empty() {
			return
		}
		if r.monthDays.add(dom); r.months == 0 {
			r.months = 1 << month
		}
	}
}

// lastDay is the last one on which there may be an occurrence: tasks know no
// instant after 9998.
func (s Start) lastDay() mindflow.Day {
	last := mindflow.LastDay
	for s.timed && s.at(last).Year() > lastYear {
		last--
	}
	return last
}

// untilDay is the last day the rule's UNTIL lets in.
func (s *Series) untilDay() mindflow.Day {
	u := s.rule.until
	switch u.kind {
	case untilNever:
		return mindflow.LastDay
	case untilDay:
		return u.day
	case untilWall:
		if s.start.clock > u.clock {
			return u.day - 1
		}
		return u.day
	case untilInstant:
	}
	day := u.day + 1 // no zone is further ahead
	for s.start.at(day).After(u.wall()) {
		day--
	}
	return day
}

// Start is what the series counts from.
func (s *Series) Start() Start { return s.start }

// First is the first occurrence; false when there is none.
func (s *Series) First() (mindflow.Day, bool) { return s.first, s.first <= s.last }

// After is the first occurrence later than a day; false when there is none.
func (s *Series) After(day mindflow.Day) (mindflow.Day, bool) {
	return s.from(max(int(day)+1, int(s.start.day)))
}

// Has reports whether a day is an occurrence.
func (s *Series) Has(day mindflow.Day) bool {
	next, ok := s.After(day - 1)
	return ok && next == day
}

// Ahead is the first occurrence later than a day that is not over at the moment
// now: a day until it ends, an instant until it comes.
func (s *Series) Ahead(day mindflow.Day, now time.Time) (mindflow.Day, bool) {
	if !s.start.timed {
		return s.After(max(day, s.start.zone.Today(now)-1))
	}
	came := s.start.at(day) // a day that a zone left out has its occurrence on the next: once is enough
	today := mindflow.DayOf(now.In(s.start.zone.Location()))
	for day = max(day, today-2); ; {
		next, ok := s.After(day)
		if !ok || s.start.at(next).After(now) && s.start.at(next).After(came) {
			return next, ok
		}
		day = next
	}
}

// Nth is the n-th occurrence, from 1; false when there are fewer, when n is
// beyond MaxCount, or when it is many centuries away.
func (s *Series) Nth(n int) (mindflow.Day, bool) {
	if n < 1 || n > MaxCount {
		return 0, false
	}
	c := s.seek(int(s.start.day))
	day, ok := c.skip(n, mostPeriods)
	return s.within(day, ok)
}

// Before counts the occurrences earlier than a day, up to MaxCount.
func (s *Series) Before(day mindflow.Day) int {
	c, n := s.seek(int(s.start.day)), 0
	for n < MaxCount {
		next, ok := s.within(c.skip(1, 0))
		if !ok || next >= day {
			break
		}
		n++
	}
	return n
}

// Days are the occurrences from a day on. Two that fall on one instant, as a
// zone may leave out a day, are one.
func (s *Series) Days(from mindflow.Day) iter.Seq[mindflow.Day] {
	return func(yield func(mindflow.Day) bool) {
		c := s.seek(max(int(from), int(s.start.day)))
		var before time.Time
		for {
			day, ok := s.within(c.skip(1, 0))
			if !ok {
				return
			}
			if s.start.timed {
				at := s.start.at(day)
				if at.Equal(before) {
					continue
				}
				before = at
			}
			if !yield(day) {
				return
			}
		}
	}
}

// from is the first occurrence on a day or later.
func (s *Series) from(day int) (mindflow.Day, bool) {
	c := s.seek(day)
	return s.within(c.skip(1, 0))
}

func (s *Series) within(day int, ok bool) (mindflow.Day, bool) {
	if !ok || day > int(s.last) {
		return 0, false
	}
	return mindflow.Day(day), true //nolint:gosec // not later than last
}

package recurrence

import "math/bits"

// cursor walks over a series, piece by piece of at most 64 days: a week, a
// month, or a part of a year. The rule's interval is minded by arithmetic, so
// that a walk may begin anywhere.
type cursor struct {
	s    *Series
	base int    // the day of mask's lowest bit
	mask uint64 // days that were chosen and not answered yet

	from int // days before it are none
	at   int // the period to be looked at next: the first day of a week, a number of months, or a year
	word int // of a year: which 64 days
	idle int // periods looked at since the last day was found

	spent bool // it gave up, rather than that there are no more
}

// seek is a cursor whose first day is the given one or later; the given one
// must not be before the start.
func (s *Series) seek(day int) cursor {
	c := cursor{s: s, from: day}
	start, every := int(s.start.day), s.rule.interval
	y, m, _ := dateOf(day)
	startYear, startMonth, _ := dateOf(start)
	switch s.rule.freq {
	case daily:
	case weekly:
		first := s.weekOf(start)
		c.at = first + 7*aligned((s.weekOf(day)-first)/7, every)
	case monthly:
		first := 12*startYear + startMonth
		c.at = first + aligned(12*y+m-first, every)
	case yearly:
		c.at = startYear + aligned(y-startYear, every)
	}
	return c
}

// aligned is the first multiple of every that is n or more.
func aligned(n, every int) int { return (n + every - 1) / every * every }

// weekOf is the day on which the week of a day begins.
func (s *Series) weekOf(day int) int { return day - mod(weekday(day)-s.rule.wkst, 7) }

// skip is the n-th day from here. It answers false when there are fewer, or
// when it has looked at so many periods in vain, if that is bounded (not 0).
func (c *cursor) skip(n, bound int) (int, bool) {
	for looked := 0; ; looked += c.idle + 1 {
		left := bits.OnesCount64(c.mask)
		if left >= n {
			break
		}
		n -= left
		c.spent = bound > 0 && looked > bound
		if c.spent || !c.advance() {
			return 0, false
		}
	}
	for ; n > 1; n-- {
		c.mask &= c.mask - 1
	}
	day := c.base + bits.TrailingZeros64(c.mask)
	c.mask &= c.mask - 1
	return day, true
}

// advance takes the next piece that has a day in it.
func (c *cursor) advance() bool {
	c.mask, c.idle = 0, 0
	if c.s.hopeless {
		return false
	}
	switch c.s.rule.freq {
	case daily:
		return c.advanceDays()
	case weekly:
		return c.advanceWeeks()
	case monthly:
		return c.advanceMonths()
	case yearly:
		return c.advanceYears()
	}
	return false
}

// take answers a piece without the days that come too early, if one is left.
func (c *cursor) take(base int, mask uint64) bool {
	if early := c.from - base; early > 0 {
		mask &= ^uint64(0) << early // beyond 63 nothing is left
	}
	c.base, c.mask = base, mask
	return mask != 0
}

// advanceDays goes by months, or by the interval where that is longer.
func (c *cursor) advanceDays() bool {
	s, every, start := c.s, c.s.rule.interval, int(c.s.start.day)
	last := min(int(s.last), c.from+(cycleDays+1)*every)
	for ; ; c.idle++ {
		c.from = start + aligned(c.from-start, every)
		if c.from > last {
			return false
		}
		year, month, dom := dateOf(c.from)
		if !s.inMonth(month) {
			c.from = s.nextMonth(year, month)
			continue
		}
		first, length := c.from-dom+1, monthLength(year, month)
		days := s.month(first, length)
		if every > 1 {
			days &= steps(dom-1, every)
		}
		found := c.take(first, uint64(days))
		if c.from = first + length; found {
			return true
		}
		if s.rule.months != 0 {
			c.from = s.nextMonth(year, month)
		}
	}
}

// steps are every so many bits from one on.
func steps(from, every int) uint32 {
	var days uint32
	for i := from; i < 31; i += every {
		days |= 1 << i
	}
	return days
}

func (c *cursor) advanceWeeks() bool {
	s := c.s
	for ; c.idle <= cycleWeeks && c.at <= int(s.last); c.idle++ {
		week, days := c.at, s.week
		c.at += 7 * s.rule.interval
		if s.rule.months != 0 {
			year, month, dom := dateOf(week)
			left := monthLength(year, month) - dom + 1
			if !s.inMonth(month) && (left >= 7 || !s.inMonth((month+1)%12)) {
				first := s.weekOf(int(s.start.day))
				c.at = first + 7*aligned((s.weekOf(s.nextMonth(year, month))-first)/7, s.rule.interval)
				c.at = max(c.at, week+7*s.rule.interval)
				continue
			}
			days = s.limited(days, month, left)
		}
		if c.take(week, s.rule.pick(set{uint64(days)})[0]) {
			return true
		}
	}
	return false
}

// limited leaves of a week the days in the rule's months; so many of its days
// are left of the month it begins in.
func (s *Series) limited(days uint32, month, left int) uint32 {
	var this uint32 = 1<<min(left, 7) - 1
	if !s.inMonth(month) {
		days &^= this
	}
	if !s.inMonth((month + 1) % 12) {
		days &= this
	}
	return days
}

func (c *cursor) advanceMonths() bool {
	s := c.s
	year, start := 0, 0
	for ; c.idle <= cycleMonths; c.idle++ {
		month := c.at % 12
		if c.at/12 != year {
			if year = c.at / 12; year > lastYear {
				return false
			}
			start = yearStart(year)
		}
		c.at += s.rule.interval
		if !s.inMonth(month) {
			continue
		}
		first := start + monthStart(year, month)
		if c.take(first, uint64(s.month(first, monthLength(year, month)))) {
			return true
		}
	}
	return false
}

func (c *cursor) advanceYears() bool {
	s := c.s
	for c.idle <= cycleYears && c.at <= lastYear {
		days, start := s.year(c.at), yearStart(c.at)
		for c.word < len(days) {
			word := c.word
			if c.word++; c.take(start+64*word, days[word]) {
				return true
			}
		}
		c.word, c.at, c.idle = 0, c.at+s.rule.interval, c.idle+1
	}
	return false
}

package recurrence

import "math/bits"

// What a rule chooses of a month depends on the month's length and on the
// weekday it begins with, and of a year on that and on which of it and its
// neighbours is a leap year: 28 kinds each. A series works each out once.

// inMonth reports whether the rule's months allow one, from 0.
func (s *Series) inMonth(month int) bool { return s.rule.months == 0 || s.rule.months>>month&1 != 0 }

// nextMonth is the first day of the first month allowed after one; there is one.
func (s *Series) nextMonth(year, month int) int {
	later := s.rule.months >> (month + 1) << (month + 1)
	if later == 0 {
		year, later = year+1, s.rule.months
	}
	return yearStart(year) + monthStart(year, bits.TrailingZeros32(later))
}

// month are the days chosen of one that is so long and begins on a day, as
// bits; whether its name is among the rule's months is not asked.
func (s *Series) month(first, length int) uint32 {
	begins := weekday(first)
	kind := (length-28)*7 + begins
	if s.monthKnown>>kind&1 != 0 {
		return s.monthKinds[kind]
	}
	r := &s.rule
	days := set{1<<length - 1}
	if !r.monthDays.empty() {
		within := r.monthDays.within(length)
		days.and(&within)
	}
	if r.byDay() {
		var on set
		r.addWeekdays(&on, 0, length, begins)
		days.and(&on)
	}
	if r.freq == monthly {
		days = r.pick(days)
	}
	s.monthKinds[kind] = uint32(days[0]) //nolint:gosec // 31 bits
	s.monthKnown |= 1 << kind
	return s.monthKinds[kind]
}

// year are the days chosen of one, from 1 January, 0.
func (s *Series) year(year int) *set {
	which := 0
	for i := range 3 {
		if leap(year - 1 + i) {
			which = i + 1 // of three years one at most
		}
	}
	kind := which*7 + weekday(yearStart(year))
	if s.yearKnown>>kind&1 == 0 {
		s.yearKinds[kind] = s.rule.pick(s.rule.chosen(year))
		s.yearKnown |= 1 << kind
	}
	return &s.yearKinds[kind]
}

// chosen are the days of a year that pass each part of a yearly rule.
func (r *Rule) chosen(year int) set {
	length, begins := yearLength(year), weekday(yearStart(year))
	var days, on set
	days.span(0, length)
	if r.months != 0 || !r.monthDays.empty() {
		r.addMonths(&on, year)
		days.and(&on)
	}
	if !r.yearDays.empty() {
		on = r.yearDays.within(length)
		days.and(&on)
	}
	if !r.weeks.empty() {
		on = r.inWeeks(year, length)
		days.and(&on)
	}
	if r.byDay() {
		on = set{}
		if r.months == 0 {
			r.addWeekdays(&on, 0, length, begins)
		}
		for month := range 12 { // the second Thursday is one of each month then
			if r.months>>month&1 != 0 {
				first := monthStart(year, month)
				r.addWeekdays(&on, first, monthLength(year, month), mod(begins+first, 7))
			}
		}
		days.and(&on)
	}
	return days
}

// addMonths adds the days of the year that the rule's months and days of the
// month allow.
func (r *Rule) addMonths(on *set, year int) {
	for month := range 12 {
		if r.months != 0 && r.months>>month&1 == 0 {
			continue
		}
		first, length := monthStart(year, month), monthLength(year, month)
		if r.monthDays.empty() {
			on.span(first, first+length)
			continue
		}
		within := r.monthDays.within(length)
		for i := within.next(0); i >= 0; i = within.next(i + 1) {
			on.add(first + i)
		}
	}
}

// addWeekdays adds the rule's weekdays in a stretch of days, which begins on
// one of the week; "the second" is that of the stretch.
func (r *Rule) addWeekdays(on *set, first, length, begins int) {
	for w := range r.nth {
		every := r.weekdays>>w&1 != 0
		if !every && r.nth[w].empty() {
			continue
		}
		offset := mod(w-begins, 7)
		n := (length - offset + 6) / 7 // how often it comes
		places := r.nth[w].within(n)
		for i := range n {
			if every || places.has(i) {
				on.add(first + offset + 7*i)
			}
		}
	}
}

// inWeeks are the days of a year that lie in the rule's weeks, counted as ISO
// 8601 does but from the rule's first day of the week: the first one has four
// days in the year. Days at either end may lie in a week of the year beside it,
// and go by its number there.
func (r *Rule) inWeeks(year, length int) set {
	begin, end := r.firstWeek(year), r.firstWeek(year+1)
	start := yearStart(year)
	var on set
	weeks := r.weeks.within((end - begin) / 7)
	for i := weeks.next(0); i >= 0; i = weeks.next(i + 1) {
		week := begin - start + 7*i
		on.span(max(week, 0), min(week+7, length))
	}
	if n := (begin - r.firstWeek(year-1)) / 7; begin > start {
		if before := r.weeks.within(n); before.has(n - 1) {
			on.span(0, begin-start)
		}
	}
	if n := (r.firstWeek(year+2) - end) / 7; end < start+length {
		if after := r.weeks.within(n); after.has(0) {
			on.span(end-start, length)
		}
	}
	return on
}

// firstWeek is the day on which the first week of a year begins.
func (r *Rule) firstWeek(year int) int {
	start := yearStart(year)
	into := mod(weekday(start)-r.wkst, 7)
	if into > 3 {
		return start + 7 - into
	}
	return start - into
}

// pick leaves those of a period's days whose places the rule names, if it does.
func (r *Rule) pick(days set) set {
	if r.positions.empty() {
		return days
	}
	places := r.positions.within(days.count())
	var on set
	place := 0
	for day := days.next(0); day >= 0; day = days.next(day + 1) {
		if places.has(place) {
			on.add(day)
		}
		place++
	}
	return on
}

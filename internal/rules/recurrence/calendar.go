package recurrence

// The Gregorian calendar repeats itself after 400 years, weekdays too. A rule
// without an occurrence in so many periods has none at all.
const (
	cycleYears  = 400
	cycleMonths = 12 * cycleYears
	cycleWeeks  = 20_871
	cycleDays   = 7 * cycleWeeks
)

// No occurrence lies later than this year: no task may.
const lastYear = 9998

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func yearLength(year int) int {
	if leap(year) {
		return 366
	}
	return 365
}

// yearStart is the day number of 1 January.
func yearStart(year int) int {
	before := year - 1
	return 365*year + before/4 - before/100 + before/400 - 719_527
}

var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// monthStart is the place of a month's first day in its year, months from 0;
// month 12 is the year's end.
func monthStart(year, month int) int {
	if month > 1 && leap(year) {
		return daysBefore[month] + 1
	}
	return daysBefore[month]
}

// monthLength is how many days a month has, months from 0.
func monthLength(year, month int) int { return monthStart(year, month+1) - monthStart(year, month) }

// weekday of a day number, from Monday, 0.
func weekday(day int) int { return mod(day+3, 7) }

// mod is the remainder that is not negative.
func mod(a, n int) int {
	if a %= n; a < 0 {
		a += n
	}
	return a
}

// dateOf is a day number's year, month from 0, and day of the month from 1. It
// is half of all the work, and does it several times faster than package time.
func dateOf(day int) (year, month, dom int) {
	year = 1970 + day*400/146_097 // on average
	for yearStart(year) > day {
		year--
	}
	for yearStart(year+1) <= day {
		year++
	}
	day -= yearStart(year)
	if month = day / 32; day >= monthStart(year, month+1) {
		month++
	}
	return year, month, day - monthStart(year, month) + 1
}

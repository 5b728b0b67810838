package formats

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// Moment is a date as a file tells it: a day or an instant.
type Moment struct {
	When mindflow.When
	// At is the instant in microseconds, or the start of the day.
	At time.Time
	// Near says that the file left out the year.
	Near bool
}

// Why a date is not taken over.
var (
	ErrNoDate    = errors.New("is not understood")
	ErrTwoDates  = errors.New("may be read as two different days")
	ErrYearRange = errors.New("lies outside the years 1970 to 9998")
)

// ParseMoment reads a date as people and spreadsheets write it, in English:
// 2026-12-03, 2026/12/3, 3.12.2026, 3 Dec 2026, 3-Dec-2026, December 3, 2026, a
// weekday before it, a time of day behind it (14:00, 2:30 pm), an offset behind
// that. 25/12/2026 and 12/25/2026 can be read in one way only; 03/04/2026 is
// ErrTwoDates. A time without offset is one of the zone.
func ParseMoment(s string, o Options) (Moment, error) {
	s = strings.Join(strings.Fields(s), " ")
	if w, err := mindflow.ParseWhen(s, o.Zone); err == nil {
		if day, ok := w.Day(); ok {
			return onDay(day, o), nil
		}
		at, err := mindflow.ParseInstant(s, o.Zone)
		return atInstant(at, o), err
	}
	d, err := splitDate(s)
	if err != nil {
		return Moment{}, err
	}
	near := d.year == 0
	if near {
		if o.Now.IsZero() {
			return Moment{}, ErrNoDate
		}
		if d.year = d.nearest(o.Now.In(o.Zone.Location())); d.year == 0 {
			return Moment{}, ErrNoDate
		}
	}
	day, err := d.day()
	if err != nil {
		return Moment{}, err
	}
	m, err := clockOn(day, d.rest, o)
	m.Near = near
	return m, err
}

func onDay(day mindflow.Day, o Options) Moment {
	return Moment{When: mindflow.OnDay(day), At: StartOf(day, o.Zone)}
}

// StartOf is the start of the day, for what is kept as an instant: not before
// 1970 in UTC.
func StartOf(day mindflow.Day, z mindflow.Zone) time.Time {
	start := z.Start(day)
	if first := time.Unix(0, 0).UTC(); start.Before(first) {
		return first
	}
	return start
}

// atInstant is the instant, or the day it is the beginning of in the zone the
// person named.
func atInstant(at time.Time, o Options) Moment {
	at = at.UTC().Truncate(time.Microsecond)
	if day, ok := DayAt(at, o.Zone); ok && o.HasZone {
		return onDay(day, o)
	}
	return Moment{When: mindflow.AtInstant(at), At: at}
}

// DayAt is the day that t is the beginning of in the zone: t's wall clock shows
// 00:00:00, or t is the first instant of a day that has no midnight: a second
// before, it was yesterday.
func DayAt(t time.Time, z mindflow.Zone) (mindflow.Day, bool) {
	wall := t.In(z.Location())
	day := mindflow.DayOf(wall)
	if day < mindflow.FirstDay || day > mindflow.LastDay {
		return 0, false
	}
	h, m, s := wall.Clock()
	return day, h == 0 && m == 0 && s == 0 || mindflow.DayOf(wall.Add(-time.Second)) < day
}

// written is a date in its parts; year is 0 if none is named.
type written struct {
	weekday    string
	year       int
	month, dom int
	rest       string // behind the date
}

const (
	weekdayForm = `(?i)^(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?`
	ordinalForm = `(\d{1,2})(?:st|nd|rd|th)?`
	endForm     = `(?:$|[ ,T].*)`
)

var (
	yearFirst  = regexp.MustCompile(weekdayForm + `(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(` + endForm + `)$`)
	yearLast   = regexp.MustCompile(weekdayForm + `(\d{1,2})([-/.]) ?(\d{1,2})[-/.] ?(\d{4})(` + endForm + `)$`)
	dayFirst   = regexp.MustCompile(weekdayForm + ordinalForm + `(?:\. ?|[ -])([a-z]{3,9})\.?,?(?:[ -](\d{4}))?(` + endForm + `)$`)
	monthFirst = regexp.MustCompile(weekdayForm + `([a-z]{3,9})\.? ` + ordinalForm + `(?:,? (\d{4}))?(` + endForm + `)$`)
)

func splitDate(s string) (written, error) {
	if p := yearFirst.FindStringSubmatch(s); p != nil {
		return written{p[1], number(p[2]), number(p[3]), number(p[4]), p[5]}, nil
	}
	if p := yearLast.FindStringSubmatch(s); p != nil {
		month, dom, err := order(p[3], number(p[2]), number(p[4]))
		return written{p[1], number(p[5]), month, dom, p[6]}, err
	}
	if p := dayFirst.FindStringSubmatch(s); p != nil {
		return written{p[1], number(p[4]), monthNamed(p[3]), number(p[2]), p[5]}, nil
	}
	if p := monthFirst.FindStringSubmatch(s); p != nil {
		return written{p[1], number(p[4]), monthNamed(p[2]), number(p[3]), p[5]}, nil
	}
	return written{}, ErrNoDate
}

// order tells month and day apart: between dots the day comes first; otherwise
// only a number above 12, or twice the same, says which is which.
func order(separator string, a, b int) (month, dom int, err error) {
	switch {
	case separator == "." || a > 12 || a == b:
		return b, a, nil
	case b > 12:
		return a, b, nil
	}
	return 0, 0, ErrTwoDates
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // at most four digits, or none
	return n
}

// monthNamed is the month of an English name or the beginning of one; 0 if it is none.
func monthNamed(name string) int {
	name = strings.ToLower(name)
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), name) || name == "sept" && m == time.September {
			return int(m)
		}
	}
	return 0
}

// day is the date if the calendar has it and it is the weekday it says.
func (d written) day() (mindflow.Day, error) {
	t := time.Date(d.year, time.Month(d.month), d.dom, 0, 0, 0, 0, time.UTC)
	if d.month < 1 || int(t.Month()) != d.month || t.Day() != d.dom ||
		!strings.HasPrefix(strings.ToLower(t.Weekday().String()), strings.ToLower(d.weekday)) {
		return 0, ErrNoDate
	}
	day := mindflow.DayOf(t)
	if day < mindflow.FirstDay || day > mindflow.LastDay {
		return 0, ErrYearRange
	}
	return day, nil
}

// nearest is the year in which the date lies closest to now; 0 if it has none there.
func (d written) nearest(now time.Time) int {
	best, year := mindflow.Day(0), 0
	for d.year = now.Year() - 1; d.year <= now.Year()+1; d.year++ {
		day, err := d.day()
		away := day - mindflow.DayOf(now)
		if away = max(away, -away); err == nil && (year == 0 || away < best) {
			best, year = away, d.year
		}
	}
	return year
}

var clockForm = regexp.MustCompile(`(?i)^(?:,? ?at |,? ?|t)(\d{1,2})(?::(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)? ?(?:([ap])\.?m\.?)?(?: ?(z|utc|gmt)?([+-]\d\d:?\d\d)?)?(?: \([^)]*\))?$`)

// clockOn is the day at the time of day that rest says; the day if it says nothing.
func clockOn(day mindflow.Day, rest string, o Options) (Moment, error) {
	if rest = strings.TrimSpace(rest); rest == "" {
		return onDay(day, o), nil
	}
	p := clockForm.FindStringSubmatch(rest)
	if p == nil || p[2] == "" && p[4] == "" {
		return Moment{}, ErrNoDate
	}
	hour, minute, second := number(p[1]), number(p[2]), number(p[3])
	if p[4] != "" {
		if hour < 1 || hour > 12 {
			return Moment{}, ErrNoDate
		}
		hour %= 12
		if strings.EqualFold(p[4], "p") {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		return Moment{}, ErrNoDate
	}
	y, m, d := day.Date()
	wall := time.Date(y, m, d, hour, minute, second, 0, time.UTC)
	at := o.Zone.Instant(wall)
	if p[5] != "" || p[6] != "" {
		at = wall.Add(-offset(p[6]))
	}
	if at.Year() < 1970 || at.Year() > 9998 {
		return Moment{}, ErrYearRange
	}
	return atInstant(at, o), nil
}

// offset is that of "+0100" or "-08:00".
func offset(s string) time.Duration {
	digits := strings.ReplaceAll(s, ":", "")
	if digits == "" {
		return 0
	}
	d := time.Duration(number(digits[1:3]))*time.Hour + time.Duration(number(digits[3:]))*time.Minute
	if digits[0] == '-' {
		return -d
	}
	return d
}

package recurrence

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mindflow/internal/mindflow"
)

// parts are the names a rule may hold, in the order they are written in.
var parts = [...]string{
	"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST",
	"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS",
}

// Reasons for which rules are refused. They quote nothing of the rule.
var (
	errForm      = errors.New("must be a rule such as FREQ=WEEKLY;BYDAY=MO,WE: parts NAME=VALUE, set apart by semicolons")
	errLong      = fmt.Errorf("must not be longer than %d characters", MaxText)
	errPart      = errors.New("must hold no other parts than " + strings.Join(parts[:], ", "))
	errClock     = errors.New("must not hold BYHOUR, BYMINUTE or BYSECOND: each occurrence has the start's time of day")
	errFreq      = errors.New("must have FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
	errFast      = errors.New("must repeat by the day or slower: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
	errInterval  = fmt.Errorf("must have an INTERVAL from 1 to %d", MaxInterval)
	errCount     = fmt.Errorf("must have a COUNT from 1 to %d", MaxCount)
	errUntil     = errors.New("must have an UNTIL such as 20261224 or 20261224T170000Z, in the years 1970 to 9998")
	errEnds      = errors.New("must end by COUNT or by UNTIL, not by both")
	errWkst      = errors.New("must have a WKST of MO, TU, WE, TH, FR, SA or SU")
	errByDay     = errors.New("must have days in BYDAY such as MO, or by the month or the year 2TH or -1FR, up to 53")
	errNth       = errors.New("can count the days of BYDAY (2TH) with FREQ=MONTHLY or YEARLY only, and not with BYWEEKNO")
	errWeekNo    = errors.New("can have BYWEEKNO with FREQ=YEARLY only")
	errYearDay   = errors.New("can have BYYEARDAY with FREQ=YEARLY only")
	errMonthDay  = errors.New("can have no BYMONTHDAY with FREQ=WEEKLY")
	errPositions = errors.New("can have BYSETPOS beside another BY… part only")
)

// Parse reads a rule: the value of an RRULE, with or without that word before
// it, in either case. Its errors say what is wrong, for people, and go on
// where a field's name left off.
func Parse(text string) (Rule, error) {
	if len(text) > MaxText {
		return Rule{}, errLong
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return Rule{}, errForm // some would be capitals of the alphabet
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "RRULE:")
	r := Rule{interval: 1}
	seen := 0
	for part := range strings.SplitSeq(text, ";") {
		name, value, whole := strings.Cut(part, "=")
		if !whole {
			return Rule{}, errForm
		}
		i := slices.Index(parts[:], name)
		switch {
		case name == "BYHOUR" || name == "BYMINUTE" || name == "BYSECOND":
			return Rule{}, errClock
		case i < 0:
			return Rule{}, errPart
		case seen>>i&1 != 0:
			return Rule{}, fmt.Errorf("must not hold %s twice", name)
		}
		seen |= 1 << i
		if err := r.take(name, value); err != nil {
			return Rule{}, err
		}
	}
	if err := r.check(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

func (r *Rule) take(name, value string) error {
	switch name {
	case "FREQ":
		return r.takeFrequency(value)
	case "INTERVAL":
		r.interval = digits(value, MaxInterval)
		return unless(r.interval > 0, errInterval)
	case "COUNT":
		r.count = digits(value, MaxCount)
		return unless(r.count > 0, errCount)
	case "UNTIL":
		return r.takeUntil(value)
	case "WKST":
		r.wkst = slices.Index(weekdays[:], value)
		return unless(r.wkst >= 0, errWkst)
	case "BYDAY":
		return r.takeDays(value)
	case "BYMONTH":
		var months ends
		err := numbers(name, value, 12, false, &months)
		r.months = uint32(months.front[0]) //nolint:gosec // twelve bits
		return err
	case "BYWEEKNO":
		return numbers(name, value, 53, true, &r.weeks)
	case "BYYEARDAY":
		return numbers(name, value, 366, true, &r.yearDays)
	case "BYMONTHDAY":
		return numbers(name, value, 31, true, &r.monthDays)
	}
	return numbers(name, value, 366, true, &r.positions)
}

func unless(fine bool, err error) error {
	if fine {
		return nil
	}
	return err
}

func (r *Rule) takeFrequency(value string) error {
	if value == "HOURLY" || value == "MINUTELY" || value == "SECONDLY" {
		return errFast
	}
	i := slices.Index(frequencies[:], value)
	if i < int(daily) {
		return errFreq
	}
	r.freq = frequency(i) //nolint:gosec // one of seven
	return nil
}

// The forms of an UNTIL.
const (
	dayForm  = "20060102"
	wallForm = "20060102T150405"
)

func (r *Rule) takeUntil(value string) error {
	form, kind := dayForm, untilDay
	wall, utc := strings.CutSuffix(value, "Z")
	switch {
	case utc && len(wall) == len(wallForm):
		form, kind = wallForm, untilInstant
	case len(value) == len(wallForm):
		form, kind = wallForm, untilWall
	}
	t, err := time.Parse(form, wall)
	if err != nil || utc && kind != untilInstant || t.Year() < 1970 || t.Year() > lastYear {
		return errUntil
	}
	r.until = until{kind: kind, day: mindflow.DayOf(t), clock: t.Hour()*3600 + t.Minute()*60 + t.Second()}
	return nil
}

func (r *Rule) takeDays(value string) error {
	for item := range strings.SplitSeq(value, ",") {
		if len(item) < 2 {
			return errByDay
		}
		w := slices.Index(weekdays[:], item[len(item)-2:])
		if w < 0 {
			return errByDay
		}
		if len(item) == 2 {
			r.weekdays |= 1 << w
			continue
		}
		n := number(item[:len(item)-2], 53)
		if n == 0 {
			return errByDay
		}
		r.nth[w].add(n)
		r.hasNth = true
	}
	return nil
}

// numbers reads a list of numbers from 1 to most or, signed, from -most to -1 too.
func numbers(name, value string, most int, signed bool, to *ends) error {
	for item := range strings.SplitSeq(value, ",") {
		n := number(item, most)
		if n == 0 || n < 0 && !signed {
			if signed {
				return fmt.Errorf("must have a %s of numbers from 1 to %d or from -%d to -1", name, most, most)
			}
			return fmt.Errorf("must have a %s of numbers from 1 to %d", name, most)
		}
		to.add(n)
	}
	return nil
}

// number reads a number with or without a sign; zero when it is none, or out of bounds.
func number(s string, most int) int {
	unsigned := strings.TrimPrefix(s, "-")
	if unsigned != s {
		return -digits(unsigned, most)
	}
	return digits(strings.TrimPrefix(s, "+"), most)
}

// digits reads a number from 1 to most; zero when it is none.
func digits(s string, most int) int {
	if s == "" || len(s) > 9 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > most {
		return 0
	}
	return n
}

// check refuses what does not go together.
func (r *Rule) check() error {
	switch {
	case r.freq == 0:
		return errFreq
	case r.count > 0 && r.until.kind != untilNever:
		return errEnds
	case r.hasNth && (r.freq < monthly || !r.weeks.empty()):
		return errNth
	case !r.weeks.empty() && r.freq != yearly:
		return errWeekNo
	case !r.yearDays.empty() && r.freq != yearly:
		return errYearDay
	case !r.monthDays.empty() && r.freq == weekly:
		return errMonthDay
	case !r.positions.empty() && !r.byPart():
		return errPositions
	}
	return nil
}

package mindflow

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// When is a due or start date: a whole day in the asker's zone, an instant, or
// nothing. The two kinds are never converted into one another.
type When struct {
	kind whenKind
	day  Day
	at   time.Time
}

type whenKind uint8

const (
	whenNever whenKind = iota
	whenDay
	whenInstant
)

// OnDay is a whole day.
func OnDay(d Day) When { return When{kind: whenDay, day: d} }

// AtInstant is an instant, kept in UTC to the whole second below it.
func AtInstant(t time.Time) When {
	return When{kind: whenInstant, at: t.UTC().Truncate(time.Second)}
}

// Day answers the day, if w is one.
func (w When) Day() (Day, bool) { return w.day, w.kind == whenDay }

// Instant answers the instant, if w is one.
func (w When) Instant() (time.Time, bool) { return w.at, w.kind == whenInstant }

// IsZero reports whether no date is set.
func (w When) IsZero() bool { return w.kind == whenNever }

// Equal reports whether both are the same day, the same instant, or nothing.
func (w When) Equal(o When) bool {
	return w.kind == o.kind && w.day == o.day && w.at.Equal(o.at)
}

// Start is the first moment of w in zone z: the instant itself, or the start of the day.
func (w When) Start(z Zone) time.Time {
	if w.kind == whenDay {
		return z.Start(w.day)
	}
	return w.at
}

// End is the moment w is over in zone z: the instant itself, or the start of the next day.
func (w When) End(z Zone) time.Time {
	if w.kind == whenDay {
		return z.Start(w.day + 1)
	}
	return w.at
}

// DayIn is the day of w in zone z: the day itself, or the one the instant is on.
func (w When) DayIn(z Zone) Day {
	if w.kind == whenDay {
		return w.day
	}
	return z.Today(w.at)
}

// Misses reports whether a start date comes too late for a due date in zone z.
// Days compare as days; as soon as one of the two is an instant, the start must
// lie before the due date's end. Where one of them is not set, nothing is missed.
func (w When) Misses(due When, z Zone) bool {
	switch {
	case w.IsZero() || due.IsZero():
		return false
	case w.kind == whenDay && due.kind == whenDay:
		return w.day > due.day
	case due.kind == whenDay:
		return !w.Start(z).Before(due.End(z))
	}
	return w.Start(z).After(due.End(z))
}

// String is "2026-11-27", "2026-11-27T16:00:00Z" or "".
func (w When) String() string {
	if w.IsZero() {
		return ""
	}
	b, _ := w.AppendText(make([]byte, 0, len(time.RFC3339))) // never fails
	return string(b)
}

// AppendText appends String's form.
func (w When) AppendText(b []byte) ([]byte, error) {
	switch w.kind {
	case whenDay:
		return w.day.utc().AppendFormat(b, dayLayout), nil
	case whenInstant:
		return w.at.AppendFormat(b, time.RFC3339), nil
	case whenNever:
	}
	return b, nil
}

// MarshalText writes String's form.
func (w When) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads String's form.
func (w *When) UnmarshalText(b []byte) error {
	switch s := string(b); len(s) {
	case 0:
		*w = When{}
	case len(dayLayout):
		d, err := ParseDay(s)
		if err != nil {
			return err
		}
		*w = OnDay(d)
	default:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return errWhen
		}
		*w = AtInstant(t)
	}
	return nil
}

var (
	errWhen    = errors.New("must be a day (2026-11-27) or a date and time (2026-11-27T17:00:00+01:00)")
	errInstant = errors.New("must be a date and time (2026-11-27T17:00:00+01:00)")
)

// ParseWhen reads a day ("2026-11-27"), an RFC 3339 instant, or a date-time
// without offset, which is read in zone z. Years 1970 to 9998.
func ParseWhen(s string, z Zone) (When, error) {
	if len(s) == len(dayLayout) {
		d, err := ParseDay(s)
		if err != nil {
			return When{}, err
		}
		return OnDay(d), nil
	}
	t, err := ParseInstant(s, z)
	if errors.Is(err, errInstant) {
		err = errWhen
	}
	if err != nil {
		return When{}, err
	}
	return AtInstant(t), nil
}

// ParseInstant reads an RFC 3339 date-time; without an offset it is read in
// zone z. Seconds may be left out. Years 1970 to 9998.
func ParseInstant(s string, z Zone) (time.Time, error) {
	t, err := parseInstant(s, z)
	if err != nil {
		return time.Time{}, err
	}
	t = t.UTC()
	if y := t.Year(); y < 1970 || y > 9998 {
		return time.Time{}, errYears
	}
	return t, nil
}

// instantForm is stricter than the time package, which also takes "T7:00",
// a comma before the fraction and offsets of more than a day.
var instantForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(?:\.\d{1,9})?)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$`)

func parseInstant(s string, z Zone) (time.Time, error) {
	parts := instantForm.FindStringSubmatch(s)
	if parts == nil {
		return time.Time{}, errInstant
	}
	layout, seconds, offset := "2006-01-02T15:04", parts[1], parts[2]
	if seconds != "" {
		layout += ":05"
	}
	if offset != "" {
		layout += "Z07:00"
	}
	t, err := time.Parse(layout, strings.ToUpper(s[:10]+"T"+s[11:]))
	if err != nil {
		return time.Time{}, errInstant
	}
	if offset == "" {
		t = z.Instant(t)
	}
	return t, nil
}

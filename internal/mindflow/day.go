package mindflow

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Day is a calendar day without a zone: days since 1970-01-01.
type Day int32

// The days a task may carry: years 1970 to 9998.
const (
	FirstDay Day = 0
	LastDay  Day = 2932531 // 9998-12-31
)

const dayLayout = "2006-01-02"

// DayOf is the calendar day of t in t's own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return DateDay(y, m, d)
}

// DateDay is the day of a calendar date; what overflows carries over, as in time.Date.
func DateDay(y int, m time.Month, d int) Day {
	seconds := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	return Day((seconds - (seconds%86400+86400)%86400) / 86400) //nolint:gosec // a Day reaches over five million years
}

// ParseDay reads "2026-11-27", years 1970 to 9998.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil {
		return 0, fmt.Errorf("must be a day such as 2026-11-27")
	}
	d := DayOf(t)
	if d < FirstDay || d > LastDay {
		return 0, errYears
	}
	return d, nil
}

var errYears = fmt.Errorf("must lie in the years 1970 to 9998")

// Date is the day's year, month and day of the month.
func (d Day) Date() (int, time.Month, int) { return d.utc().Date() }

// String is the ISO 8601 form, "2026-11-27".
func (d Day) String() string { return d.utc().Format(dayLayout) }

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Zone is a place's civil time: where its days start, and which instant a wall
// clock means. The zero Zone is UTC.
type Zone struct{ loc *time.Location }

// LoadZone finds an IANA time zone, such as "Europe/Berlin". "Local" and the
// empty name are refused: they would mean the server's own zone.
func LoadZone(name string) (Zone, error) {
	if len(name) > 64 || !zoneName.MatchString(name) || notZones[strings.Split(name, "/")[0]] {
		return Zone{}, errZone
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, errZone
	}
	return Zone{loc}, nil
}

// zoneName is how the names of the IANA database look; a path may look otherwise.
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$`)

// notZones lie beside the zones on some machines, or mean the machine's own.
var notZones = map[string]bool{"Local": true, "Factory": true}

var errZone = fmt.Errorf("must be an IANA time zone, such as Europe/Berlin")

// Location is the zone as the time package knows it.
func (z Zone) Location() *time.Location {
	if z.loc == nil {
		return time.UTC
	}
	return z.loc
}

// String is the zone's IANA name.
func (z Zone) String() string { return z.Location().String() }

// Start is the first instant whose local date is d or later. Most days that is
// midnight; where midnight does not exist it is the instant the clocks jump.
func (z Zone) Start(d Day) time.Time {
	midnight := d.utc()
	// No offset reaches 26 hours, so the day has not started here.
	t := midnight.Add(-26 * time.Hour).In(z.Location())
	for {
		_, offset := t.Zone()
		end := offsetEnd(t)
		first := midnight.Add(-time.Duration(offset) * time.Second)
		if first.Before(t) {
			first = t // the clocks jumped over midnight
		}
		if end.IsZero() || first.Before(end) {
			return first.UTC()
		}
		t = end
	}
}

// Today is the latest day that has started at t. Where the clocks fall back
// over midnight the wall shows yesterday's date again, but the day has begun.
func (z Zone) Today(t time.Time) Day {
	today := DayOf(t.In(z.Location()))
	for !z.Start(today + 1).After(t) {
		today++
	}
	return today
}

// Instant is the moment a wall clock in the zone shows the date and time of
// day of wall (its own location is ignored). In a gap the clock moves forward
// by the gap; in a fold the earlier of the two moments is meant.
func (z Zone) Instant(wall time.Time) time.Time {
	y, m, d := wall.Date()
	h, minute, s := wall.Clock()
	naive := time.Date(y, m, d, h, minute, s, wall.Nanosecond(), time.UTC)
	t := naive.Add(-26 * time.Hour).In(z.Location())
	_, offset := t.Zone()
	for {
		end := offsetEnd(t)
		candidate := naive.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || candidate.Before(end) {
			return candidate.UTC()
		}
		_, next := end.Zone()
		if naive.Add(-time.Duration(next) * time.Second).Before(end) {
			// The wall time lies in the gap at end: read with the offset
			// before it, it falls forward by the gap.
			return candidate.UTC()
		}
		t, offset = end, next
	}
}

// offsetEnd is when the offset in force at t ends, or zero for never. On 31
// December of a leap year that only a zone's rule reaches (2040 is the first),
// Go 1.26 answers an instant not after t (golang/go#81583); nothing changes
// before that year is over in UTC.
func offsetEnd(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if end.IsZero() || end.After(t) {
		return end
	}
	return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).In(t.Location())
}

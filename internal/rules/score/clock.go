package score

import (
	"math"
	"time"

	"mindflow/internal/mindflow"
)

// The units of the wall clock, in µs.
const (
	second = int64(time.Second / time.Microsecond)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// Instants outside of time, in Unix µs.
const (
	always int64 = math.MinInt64
	never  int64 = math.MaxInt64
)

// clock is a wall clock and calendar in one zone. It remembers what it looked
// up last, since most questions are about times close together; that is why,
// unlike a Moment, it belongs to one goroutine.
type clock struct {
	zone       mindflow.Zone
	start, end int64 // the period [start, end), Unix µs, in which offset holds
	offset     int64 // µs east of UTC
	starts     [64]dayStart
}

type dayStart struct {
	at    int64 // Unix µs
	day   mindflow.Day
	known bool
}

// seek makes start, end and offset those in force at the instant at.
func (c *clock) seek(at int64) {
	if c.start <= at && at < c.end {
		return
	}
	t := time.UnixMicro(at).In(c.zone.Location())
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	c.offset, c.start, c.end = int64(offset)*second, always, never
	if !start.IsZero() {
		c.start = start.UnixMicro()
	}
	if !end.IsZero() {
		c.end = end.UnixMicro()
	}
	if c.end <= at {
		// On 31 December of a leap year that only a zone's rule reaches (2040 is
		// the first), Go 1.26 ends the period a day early (golang/go#81583).
		// Nothing changes before the year is over.
		c.end = at - intoDay(at) + day
	}
}

// timeOfDay is what the wall shows at an instant, in µs since midnight.
func (c *clock) timeOfDay(at int64) int64 {
	c.seek(at)
	return intoDay(at + c.offset)
}

// dayStart is the instant d starts, in Unix µs.
func (c *clock) dayStart(d mindflow.Day) int64 {
	s := &c.starts[d&mindflow.Day(len(c.starts)-1)]
	if s.day != d || !s.known {
		*s = dayStart{at: c.zone.Start(d).UnixMicro(), day: d, known: true}
	}
	return s.at
}

// dayOf is the latest day that has started at an instant, as Zone.Today.
func (c *clock) dayOf(at int64) mindflow.Day {
	d := dayBefore(at + c.offset) // a guess: any offset leads close to it
	for c.dayStart(d) > at {
		d--
	}
	for c.dayStart(d+1) <= at {
		d++
	}
	return d
}

// next is the first instant from the given one on at which w is open (or, with
// open false, closed). Between two transitions of the zone the wall runs
// evenly, so each such period needs one sum; nearly always the first answers.
func (c *clock) next(w mindflow.Window, open bool, from int64) int64 {
	if opens, closes := changes(w); open && !opens || !open && !closes {
		return never
	}
	for {
		at := from + wait(w, open, c.timeOfDay(from))
		if at < c.end {
			return at
		}
		from = c.end
	}
}

// No zone's offset reaches this far.
const farthestOffset = 26 * hour

// notBefore is an instant at or before the start of d in every zone.
func notBefore(d mindflow.Day) int64 { return int64(d)*day - farthestOffset }

// dayBefore is the day that µs since 1970-01-01 on some wall lie in.
func dayBefore(wall int64) mindflow.Day {
	return mindflow.Day((wall - intoDay(wall)) / day) //nolint:gosec // 292,000 years of µs are far fewer days than 2³¹
}

// intoDay is how far µs since 1970-01-01 on some wall are into their day.
func intoDay(wall int64) int64 {
	if rest := wall % day; rest < 0 {
		return rest + day
	}
	return wall % day
}

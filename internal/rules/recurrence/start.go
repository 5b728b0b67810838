package recurrence

import (
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// Start is what a rule counts from: a day, or a date and time of day on the
// wall of a zone. Every occurrence has the same time of day, so its day alone
// names it.
type Start struct {
	day   mindflow.Day
	clock int // seconds of the wall's day
	timed bool
	zone  mindflow.Zone
}

// StartAt is the start of what is due at w; an instant is read off the wall of
// zone z. Nothing, the zero When, starts nothing: it answers false.
func StartAt(w mindflow.When, z mindflow.Zone) (Start, bool) {
	if day, ok := w.Day(); ok {
		return Start{day: day, zone: z}, true
	}
	at, ok := w.Instant()
	if !ok {
		return Start{}, false
	}
	return onWall(at.In(z.Location()), z), true
}

// ParseStart reads a day, an instant, or a date and time without an offset. The
// last is taken as it stands on the wall, though the clocks may skip it that day.
func ParseStart(text string, z mindflow.Zone) (Start, error) {
	w, err := mindflow.ParseWhen(text, z)
	if err != nil {
		return Start{}, err
	}
	if _, timed := w.Instant(); timed && !hasOffset(text) {
		wall, err := mindflow.ParseInstant(text, mindflow.Zone{})
		return onWall(wall, z), err
	}
	s, _ := StartAt(w, z)
	return s, nil
}

// hasOffset reports whether a legal date and time ends in Z or +01:00.
func hasOffset(text string) bool {
	return strings.HasSuffix(strings.ToUpper(text), "Z") || strings.IndexAny(text[len(text)-6:], "+-") == 0
}

// onWall is the start at the date and time of day that t shows, in its own location.
func onWall(t time.Time, z mindflow.Zone) Start {
	hour, minute, second := t.Clock()
	return Start{day: mindflow.DayOf(t), clock: hour*3600 + minute*60 + second, timed: true, zone: z}
}

// Day is the day of the start, in its zone.
func (s Start) Day() mindflow.Day { return s.day }

// Timed reports whether occurrences have a time of day.
func (s Start) Timed() bool { return s.timed }

// Zone is where its days and its wall are.
func (s Start) Zone() mindflow.Zone { return s.zone }

// Moved is the start on another day, at the same time of day.
func (s Start) Moved(day mindflow.Day) Start {
	s.day = day
	return s
}

// On is when the occurrence of a day is: the day itself, or the start's time of
// day on it. Where the clocks skip that time it is later by the gap, where they
// show it twice the earlier.
func (s Start) On(day mindflow.Day) mindflow.When {
	if !s.timed {
		return mindflow.OnDay(day)
	}
	return mindflow.AtInstant(s.at(day))
}

func (s Start) at(day mindflow.Day) time.Time {
	return s.zone.Instant(time.Unix(int64(day)*86400+int64(s.clock), 0).UTC())
}

// Wall is the occurrence of a day in the form that ParseStart takes as it stands:
// the day, or the date and time of day without an offset.
func (s Start) Wall(day mindflow.Day) string {
	if !s.timed {
		return day.String()
	}
	return time.Unix(int64(day)*86400+int64(s.clock), 0).UTC().Format("2006-01-02T15:04:05")
}

// Text is the occurrence of a day as the start was given: the day, or the date
// and time of day with the zone's offset then.
func (s Start) Text(day mindflow.Day) string {
	if !s.timed {
		return day.String()
	}
	return s.at(day).In(s.zone.Location()).Format("2006-01-02T15:04:05-07:00")
}

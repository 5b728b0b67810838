package recurrence

import (
	"testing"
	_ "time/tzdata" // the same on every machine

	"mindflow/internal/mindflow"
)

func zone(tb testing.TB, name string) mindflow.Zone {
	tb.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return z
}

func day(tb testing.TB, text string) mindflow.Day {
	tb.Helper()
	d, err := mindflow.ParseDay(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return d
}

func rule(tb testing.TB, text string) Rule {
	tb.Helper()
	r, err := Parse(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return r
}

// series is a rule from a start on: "2026-11-27", or "2026-11-27T17:00" on the
// wall of the zone.
func series(tb testing.TB, text, start, place string) *Series {
	tb.Helper()
	from, err := ParseStart(start, zone(tb, place))
	if err != nil {
		tb.Fatalf("%s: %v", start, err)
	}
	s, err := rule(tb, text).From(from)
	if err != nil {
		tb.Fatalf("%s from %s: %v", text, start, err)
	}
	return s
}

// texts are the first occurrences of a series, at most so many.
func texts(s *Series, limit int) []string {
	found := []string{}
	for d := range s.Days(s.start.day) {
		if len(found) == limit {
			break
		}
		found = append(found, s.start.Text(d))
	}
	return found
}

package recurrence

import (
	"testing"
	_ "time/tzdata" // the same on every machine

	"mindflow/internal/mindflow"
)

func zone(t testing.TB, name string) mindflow.Zone {
	t.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return z
}

func day(t testing.TB, text string) mindflow.Day {
	t.Helper()
	d, err := mindflow.ParseDay(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

func rule(t testing.TB, text string) Rule {
	t.Helper()
	r, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// series is a rule from a start on: "2026-11-27", or "2026-11-27T17:00" on the
// wall of the zone.
func series(t testing.TB, text, start, place string) *Series {
	t.Helper()
	from, err := ParseStart(start, zone(t, place))
	if err != nil {
		t.Fatalf("%s: %v", start, err)
	}
	s, err := rule(t, text).From(from)
	if err != nil {
		t.Fatalf("%s from %s: %v", text, start, err)
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

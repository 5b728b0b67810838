package mindflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// places are zones, each with a day on which its clock does something odd (or
// any day, where it never does).
var places = []struct{ zone, odd string }{
	{"UTC", "2026-11-25"},
	{"Europe/Berlin", "2026-03-29"},
	{"Europe/Berlin", "2026-10-25"},
	{"Europe/Berlin", "2040-12-31"}, // golang/go#81583
	{"Europe/Dublin", "2026-10-25"},
	{"America/New_York", "2026-03-08"},
	{"America/New_York", "2026-11-01"},
	{"America/New_York", "2048-12-31"},
	{"America/Havana", "2026-03-08"}, // no midnight
	{"America/Havana", "2026-11-01"}, // midnight twice
	{"America/Santiago", "2026-09-06"},
	{"America/Santiago", "2026-04-04"}, // 23:00 twice
	{"America/Sao_Paulo", "2018-11-04"},
	{"America/Asuncion", "2023-10-01"},
	{"America/Caracas", "2016-05-01"},  // half an hour
	{"America/St_Johns", "2006-10-29"}, // falls back at 00:01
	{"Africa/Cairo", "2026-04-24"},
	{"Africa/Casablanca", "2026-02-15"},
	{"Africa/Monrovia", "1972-01-07"}, // 44 minutes and 30 seconds
	{"Antarctica/Troll", "2026-03-29"},
	{"Asia/Beirut", "2026-03-29"},
	{"Asia/Gaza", "2026-03-28"},
	{"Asia/Kathmandu", "1986-01-01"}, // a quarter of an hour
	{"Asia/Kolkata", "2026-11-25"},
	{"Asia/Pyongyang", "2018-05-05"},
	{"Asia/Tehran", "2022-03-22"},
	{"Australia/Lord_Howe", "2026-04-05"}, // half an hour
	{"Australia/Lord_Howe", "2026-10-04"},
	{"Pacific/Apia", "2011-12-30"},       // the day does not exist
	{"Pacific/Kiritimati", "1994-12-31"}, // nor this one
	{"Pacific/Kwajalein", "1993-08-21"},  // nor this one
	{"Pacific/Chatham", "2026-09-27"},
	{"America/Juneau", "1867-10-18"}, // a day twice, offsets with seconds
	{"Asia/Manila", "1844-12-31"},    // a day skipped, offsets with seconds
}

// somewhere draws a zone and a day: mostly one of its odd days or a neighbour.
func somewhere(r *rapid.T) (Zone, Day) {
	place := rapid.SampledFrom(places).Draw(r, "place")
	odd, err := time.Parse(dayLayout, place.odd)
	if err != nil {
		r.Fatal(err)
	}
	day := rapid.OneOf(
		rapid.Map(rapid.IntRange(-3, 3), func(n int) Day { return DayOf(odd) + Day(n) }),
		rapid.Map(rapid.IntRange(-40_000, 100_000), func(n int) Day { return Day(n) }),
		rapid.Map(rapid.IntRange(int(FirstDay), int(LastDay)), func(n int) Day { return Day(n) }),
	).Draw(r, "day")
	z, err := LoadZone(place.zone)
	if err != nil {
		r.Fatal(err)
	}
	return z, day
}

// sometime draws a zone and a moment of a day, as often as not close to the
// next change of the clocks.
func sometime(r *rapid.T) (Zone, time.Time) {
	z, d := somewhere(r)
	start := z.Start(d)
	if _, change := start.In(z.Location()).ZoneBounds(); rapid.Bool().Draw(r, "at a change") && change.After(start) {
		aside := rapid.Int64Range(-3*3600_000_000, 3*3600_000_000).Draw(r, "µs aside")
		return z, change.UTC().Add(time.Duration(aside) * time.Microsecond)
	}
	return z, start.Add(time.Duration(rapid.Int64Range(0, 86_400_000_000).Draw(r, "µs into the day")) * time.Microsecond)
}

func zone(tb testing.TB, name string) Zone {
	tb.Helper()
	z, err := LoadZone(name)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return z
}

func day(tb testing.TB, s string) Day {
	tb.Helper()
	t, err := time.Parse(dayLayout, s)
	if err != nil {
		tb.Fatal(err)
	}
	return DayOf(t)
}

// instant reads an RFC 3339 instant; empty is the zero time.
func instant(tb testing.TB, s string) time.Time {
	tb.Helper()
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		tb.Fatal(err)
	}
	return t.UTC()
}

// when reads a date as an answer shows it; empty is none.
func when(tb testing.TB, s string) When {
	tb.Helper()
	if s == "" {
		return When{}
	}
	w, err := ParseWhen(s, Zone{})
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// checkError fails unless err's text is want; empty wants none.
func checkError(tb testing.TB, err error, want string) {
	tb.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		tb.Errorf("error %q, want %q", got, want)
	}
}

// badFields lists the names of the fields err complains of, in its order; what
// is not about fields is shown by its kind and text.
func badFields(err error) []string {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != KindInvalid {
		return []string{fmt.Sprintf("kind %d: %v", KindOf(err), err)}
	}
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = f.Field
	}
	return names
}

func checkBadFields(tb testing.TB, err error, want ...string) {
	tb.Helper()
	if got := badFields(err); !slices.Equal(got, want) {
		tb.Errorf("bad fields %q, want %q (%v)", got, want, err)
	}
}

func repeat(s string, n int) string { return strings.Repeat(s, n) }

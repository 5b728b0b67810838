package mindflow

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	notADate  = "must be a day (2026-11-27) or a date and time (2026-11-27T17:00:00+01:00)"
	notATime  = "must be a date and time (2026-11-27T17:00:00+01:00)"
	notADay   = "must be a day such as 2026-11-27"
	wrongYear = "must lie in the years 1970 to 9998"
)

func TestDatesAsPeopleWriteThem(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	tests := []struct{ name, text, want, err string }{
		{"a day stays a day", "2026-11-27", "2026-11-27", ""},
		{"an instant is kept in UTC", "2026-11-27T17:00:00+01:00", "2026-11-27T16:00:00Z", ""},
		{"Z is UTC", "2026-11-27T17:00:00Z", "2026-11-27T17:00:00Z", ""},
		{"small letters do", "2026-11-27t17:00:00z", "2026-11-27T17:00:00Z", ""},
		{"a space does for the T", "2026-11-27 17:00:00Z", "2026-11-27T17:00:00Z", ""},
		{"seconds may be left out", "2026-11-27T17:00Z", "2026-11-27T17:00:00Z", ""},
		{"fractions are dropped", "2026-11-27T17:00:00.999999999Z", "2026-11-27T17:00:00Z", ""},
		{"an unknown offset is UTC", "2026-11-27T17:00:00-00:00", "2026-11-27T17:00:00Z", ""},
		{"an instant at midnight stays an instant", "2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z", ""},
		{"without an offset it is read in the zone", "2026-11-27T17:00:00", "2026-11-27T16:00:00Z", ""},
		{"without offset and seconds as well", "2026-11-27T17:00", "2026-11-27T16:00:00Z", ""},
		{"without an offset in a gap, forward", "2026-03-29T02:30", "2026-03-29T01:30:00Z", ""},
		{"without an offset in a fold, the earlier", "2026-10-25T02:30", "2026-10-25T00:30:00Z", ""},
		{"the first day", "1970-01-01", "1970-01-01", ""},
		{"the last day", "9998-12-31", "9998-12-31", ""},
		{"the first second", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", ""},
		{"the last second", "9998-12-31T23:59:59Z", "9998-12-31T23:59:59Z", ""},
		{"a leap day", "2028-02-29", "2028-02-29", ""},

		{"the day before the first", "1969-12-31", "", wrongYear},
		{"the day after the last", "9999-01-01", "", wrongYear},
		{"the year nought", "0000-01-01", "", wrongYear},
		{"the second before the first", "1969-12-31T23:59:59Z", "", wrongYear},
		{"the second after the last", "9999-01-01T00:00:00Z", "", wrongYear},
		{"in UTC the year is another", "1970-01-01T00:30:00+01:00", "", wrongYear},
		{"in UTC the year is another at the end", "9998-12-31T23:30:00-01:00", "", wrongYear},
		{"in the zone the year is another", "1970-01-01T00:30", "", wrongYear},
		{"nothing", "", "", notADate},
		{"a word", "tomorrow", "", notADate},
		{"a word as long as a day", "next month", "", notADay},
		{"the 30th of February", "2026-02-30", "", notADay},
		{"the 29th of February in a common year", "2026-02-29", "", notADay},
		{"a day the other way round", "27-11-2026", "", notADay},
		{"a day with slashes", "2026/11/27", "", notADay},
		{"a short day", "2026-1-1", "", notADate},
		{"a day with a blank", " 2026-11-27", "", notADate},
		{"the hour 24", "2026-11-27T24:00:00Z", "", notADate},
		{"the minute 60", "2026-11-27T17:60:00Z", "", notADate},
		{"a leap second", "2016-12-31T23:59:60Z", "", notADate},
		{"an hour of one digit", "2026-11-27T7:00:00Z", "", notADate},
		{"a comma before the fraction", "2026-11-27T17:00:00,5Z", "", notADate},
		{"a fraction of ten digits", "2026-11-27T17:00:00.0123456789Z", "", notADate},
		{"a fraction without digits", "2026-11-27T17:00:00.Z", "", notADate},
		{"a fraction of a minute", "2026-11-27T17:00.5Z", "", notADate},
		{"an offset of a day", "2026-11-27T17:00:00+24:00", "", notADate},
		{"an offset of 60 minutes", "2026-11-27T17:00:00+01:60", "", notADate},
		{"an offset without colon", "2026-11-27T17:00:00+0100", "", notADate},
		{"a zone's name", "2026-11-27T17:00:00 CET", "", notADate},
		{"the 30th of February at five", "2026-02-30T17:00:00Z", "", notADate},
		{"an hour alone", "2026-11-27T17Z", "", notADate},
		{"something after it", "2026-11-27T17:00:00Z\n", "", notADate},
		{"other digits", "２026-11-27T17:00Z", "", notADate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, err := ParseWhen(tt.text, berlin)
			checkError(t, err, tt.err)
			if w.String() != tt.want {
				t.Errorf("%q is %q, want %q", tt.text, w, tt.want)
			}
		})
	}
}

func TestAnInstantIsNotADay(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-27":                  notATime,
		"soon":                        notATime,
		"9999-06-01T00:00:00Z":        wrongYear,
		"2026-11-27T17:00:00.123456Z": "",
	} {
		_, err := ParseInstant(text, Zone{})
		checkError(t, err, want)
	}
	at, _ := ParseInstant("2026-11-27T17:00:00.123456+01:00", Zone{})
	if want := instant(t, "2026-11-27T16:00:00.123456Z"); at != want {
		t.Errorf("got %v, want %v in UTC with its fraction", at, want)
	}
}

func TestWhatADateIs(t *testing.T) {
	havana := zone(t, "America/Havana")
	tests := []struct {
		name       string
		w          When
		day        string
		at         string
		start, end string // in Havana
	}{
		{"nothing", When{}, "", "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"a day without midnight lasts from 01:00 to the next midnight", when(t, "2026-03-08"), "2026-03-08", "", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"an instant is over as it starts", when(t, "2026-03-08T05:00:00Z"), "", "2026-03-08T05:00:00Z", "2026-03-08T05:00:00Z", "2026-03-08T05:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, isDay := tt.w.Day()
			if isDay != (tt.day != "") || isDay && d.String() != tt.day {
				t.Errorf("day %v %v, want %q", d, isDay, tt.day)
			}
			at, isInstant := tt.w.Instant()
			if isInstant != (tt.at != "") || !at.Equal(instant(t, tt.at)) {
				t.Errorf("instant %v %v, want %q", at, isInstant, tt.at)
			}
			if tt.w.IsZero() != (tt.day == "" && tt.at == "") {
				t.Errorf("zero: %v", tt.w.IsZero())
			}
			start, end := tt.w.Start(havana), tt.w.End(havana)
			if start.Format(time.RFC3339) != tt.start || end.Format(time.RFC3339) != tt.end {
				t.Errorf("from %v to %v, want from %s to %s", start, end, tt.start, tt.end)
			}
			text, err := tt.w.MarshalText()
			checkError(t, err, "")
			if string(text) != tt.day+tt.at {
				t.Errorf("text %q", text)
			}
		})
	}
}

func TestAnInstantIsKeptToTheSecondBelow(t *testing.T) {
	at, _ := AtInstant(instant(t, "2026-11-27T17:00:00.999999+01:00")).Instant()
	if want := instant(t, "2026-11-27T16:00:00Z"); at != want {
		t.Errorf("got %v, want %v", at, want)
	}
}

// anyWhen draws nothing, a day or an instant.
func anyWhen() *rapid.Generator[When] {
	return rapid.OneOf(
		rapid.Just(When{}),
		rapid.Map(rapid.IntRange(int(FirstDay), int(LastDay)), func(d int) When { return OnDay(Day(d)) }),
		rapid.Map(rapid.Int64Range(0, Zone{}.Start(LastDay+1).Unix()-1), func(s int64) When { return AtInstant(time.Unix(s, 0)) }),
	)
}

func TestWhatIsWrittenIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := anyWhen().Draw(r, "date")
		z, _ := somewhere(r)
		if w.IsZero() {
			return
		}
		got, err := ParseWhen(w.String(), z)
		if err != nil || !got.Equal(w) || got.String() != w.String() {
			r.Fatalf("%v in %v is read as %v, %v", w, z, got, err)
		}
	})
}

func TestDatesAreEqualWhenTheyReadTheSame(t *testing.T) {
	few := rapid.SampledFrom([]When{
		{},
		OnDay(0), OnDay(1), AtInstant(time.Unix(0, 0)), AtInstant(time.Unix(0, 0).In(time.FixedZone("", 3600))),
		AtInstant(time.Unix(0, 999)), AtInstant(time.Unix(86400, 0)),
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := few.Draw(r, "a"), few.Draw(r, "b")
		if a.Equal(b) != (a.String() == b.String()) || a.Equal(b) != b.Equal(a) {
			r.Fatalf("%v and %v are equal: %v", a, b, a.Equal(b))
		}
	})
}

// FuzzParseWhen: whatever is accepted lies in the years of the contract, reads
// back as itself and is a day exactly if it was written as one.
func FuzzParseWhen(f *testing.F) {
	for _, seed := range []string{
		"", "2026-11-27", "2026-11-27T17:00", "2026-11-27T17:00:00+01:00", "2026-11-27 17:00:00.5z",
		"1970-01-01T00:30+01:00", "9998-12-31T23:59:59-12:00", "2026-03-08T00:00", "2040-12-31T23:59:59", "2041-01-01",
	} {
		f.Add(seed, "America/Havana")
		f.Add(seed, "Pacific/Apia")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		z, _ := LoadZone(name)
		w, err := ParseWhen(text, z)
		if err != nil {
			if !w.IsZero() {
				t.Errorf("refused, and yet %v", w)
			}
			return
		}
		if _, isDay := w.Day(); isDay != (len(text) == 10) || w.IsZero() {
			t.Errorf("%q became %v", text, w)
		}
		if again, err := ParseWhen(w.String(), Zone{}); err != nil || !again.Equal(w) {
			t.Errorf("%q is %v, read back as %v, %v", text, w, again, err)
		}
		if w.End(z).Before(w.Start(z)) {
			t.Errorf("%v ends in %v before it starts", w, z)
		}
	})
}

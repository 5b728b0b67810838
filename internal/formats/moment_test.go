package formats_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/mindflow"
)

func TestDatesAsPeopleWriteThem(t *testing.T) {
	o := formatstest.InZone(t, "Europe/Berlin")
	o.HasZone = false
	o.Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"2026-12-03":                 "2026-12-03",
		" 2026-12-3 ":                "2026-12-03",
		"2026/12/03":                 "2026-12-03",
		"2026.12.03":                 "2026-12-03",
		"3.12.2026":                  "2026-12-03",
		"03. 12. 2026":               "2026-12-03",
		"25/12/2026":                 "2026-12-25",
		"12/25/2026":                 "2026-12-25",
		"12-25-2026":                 "2026-12-25",
		"05/05/2026":                 "2026-05-05",
		"3 Dec 2026":                 "2026-12-03",
		"3-Dec-2026":                 "2026-12-03",
		"3rd December 2026":          "2026-12-03",
		"3. December 2026":           "2026-12-03",
		"Dec 3, 2026":                "2026-12-03",
		"december 3 2026":            "2026-12-03",
		"Sept 3, 2026":               "2026-09-03",
		"Thursday, December 3, 2026": "2026-12-03",
		"Thu 3 Dec 2026":             "2026-12-03",
		"Feb 29, 2028":               "2028-02-29",
		"Dec 3":                      "2026-12-03, near",
		"3 Dec":                      "2026-12-03, near",
		"Feb 1":                      "2027-02-01, near",
		"Nov 10":                     "2026-11-10, near",
		"29 Feb":                     "none: is not understood",
		"Thu Dec 3":                  "2026-12-03, near",
		"Sat Dec 3":                  "none: is not understood",
		"Dec 3 14:00":                "2026-12-03T13:00:00Z, near",
		"2026-12-03T17:00:00+01:00":  "2026-12-03T16:00:00Z",
		"2026-12-03T17:00":           "2026-12-03T16:00:00Z",
		"2026-12-03 17:00:05":        "2026-12-03T16:00:05Z",
		"2026-12-03 00:00:00":        "2026-12-02T23:00:00Z",
		"2026/12/3 5:07":             "2026-12-03T04:07:00Z",
		"3 Dec 2026 14:00":           "2026-12-03T13:00:00Z",
		"3.12.2026, 14:00":           "2026-12-03T13:00:00Z",
		"Dec 3, 2026 at 2pm":         "2026-12-03T13:00:00Z",
		"Dec 3, 2026 2:30 p.m.":      "2026-12-03T13:30:00Z",
		"Dec 3, 2026 12:00 AM":       "2026-12-02T23:00:00Z",
		"Dec 3, 2026 12 PM":          "2026-12-03T11:00:00Z",
		"12/25/2026 9:05:06 AM":      "2026-12-25T08:05:06Z",
		"Thu Dec 3 2026 14:00:00 GMT+0100 (Central European Standard Time)": "2026-12-03T13:00:00Z",
		"2026/12/03 14:00 -08:00": "2026-12-03T22:00:00Z",
		"2026/12/03 14:00 UTC":    "2026-12-03T14:00:00Z",
		"29 Mar 2026 02:30":       "2026-03-29T01:30:00Z",

		"03/04/2026":       "none: may be read as two different days",
		"3-4-2026 10:00":   "none: may be read as two different days",
		"31/02/2026":       "none: is not understood",
		"2026-13-01":       "none: is not understood",
		"Fri 3 Dec 2026":   "none: is not understood",
		"3 Foo 2026":       "none: is not understood",
		"3/4/26":           "none: is not understood",
		"46359":            "none: is not understood",
		"today":            "none: is not understood",
		"every day":        "none: is not understood",
		"Dec 3 2026 5":     "none: is not understood",
		"Dec 3 2026 25:00": "none: is not understood",
		"Dec 3 2026 13 pm": "none: is not understood",
		"3 Dec 1969":       "none: lies outside the years 1970 to 9998",
		"1 Jan 1970 00:30": "none: lies outside the years 1970 to 9998",
		"":                 "none: is not understood",
	} {
		m, err := formats.ParseMoment(in, o)
		got := m.When.String()
		if m.Near {
			got += ", near"
		}
		if err != nil {
			got = "none: " + err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestWithoutNowADateNeedsItsYear(t *testing.T) {
	if _, err := formats.ParseMoment("Dec 3", formats.Options{}); !errors.Is(err, formats.ErrNoDate) {
		t.Error(err)
	}
}

func TestMidnightInTheZoneOfTheFileIsADay(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	for _, in := range []string{"2026-12-03 00:00:00", "2026-12-02T23:00:00Z", "Dec 3, 2026 12:00 am", "3 Dec 2026"} {
		m, err := formats.ParseMoment(in, berlin)
		if err != nil || m.When.String() != "2026-12-03" || m.At.Format(time.RFC3339) != "2026-12-02T23:00:00Z" {
			t.Errorf("%q: %v, %v", in, m, err)
		}
	}
}

func TestMicrosecondsAreKept(t *testing.T) {
	m, err := formats.ParseMoment("2026-12-03T16:00:00.1234567Z", formats.Options{})
	if err != nil || m.At.Nanosecond() != 123456000 || m.When.String() != "2026-12-03T16:00:00Z" {
		t.Error(m, err)
	}
}

// Every day is read back from each of the forms that name it.
func TestADayIsReadHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		day := mindflow.Day(rapid.IntRange(int(mindflow.FirstDay), int(mindflow.LastDay)).Draw(r, "day"))
		y, month, d := day.Date()
		at := time.Date(y, month, d, 0, 0, 0, 0, time.UTC)
		layout := rapid.SampledFrom([]string{
			"2006-01-02", "2006/1/2", "2.1.2006", "2 Jan 2006", "2-Jan-2006", "January 2, 2006", "Monday, January 2, 2006", "Mon 2 January 2006",
		}).Draw(r, "layout")
		if m, err := formats.ParseMoment(at.Format(layout), formats.Options{}); err != nil || m.When != mindflow.OnDay(day) {
			r.Fatalf("%s: %v, %v", at.Format(layout), m, err)
		}
	})
}

package score

import (
	"slices"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// wall is a window from hours and minutes.
func wall(h, m, h2, m2 mindflow.Minutes) mindflow.Window {
	return mindflow.Window{Start: h*60 + m, End: h2*60 + m2}
}

func TestWindowsOnOddNights(t *testing.T) {
	tests := []struct {
		name, zone string
		window     mindflow.Window
		from       string
		want       []string // when it opens and closes from then on, in UTC; it is closed at first
	}{
		{
			"Berlin, spring: an hour that does not exist does not open", "Europe/Berlin", wall(2, 0, 3, 0), "2026-03-28T12:00:00Z",
			[]string{"2026-03-30T00:00:00Z", "2026-03-30T01:00:00Z"},
		},
		{
			"Berlin, spring: the jump lands inside", "Europe/Berlin", wall(2, 30, 4, 0), "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
		},
		{
			"Berlin, autumn: a half hour comes twice", "Europe/Berlin", wall(2, 0, 2, 30), "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"},
		},
		{
			"Berlin, autumn: a window over the whole fold stays open", "Europe/Berlin", wall(1, 0, 4, 0), "2026-10-24T12:00:00Z",
			[]string{"2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z"},
		},
		{
			"Havana: the first half hour is skipped with its midnight", "America/Havana", wall(0, 0, 0, 30), "2026-03-07T12:00:00Z",
			[]string{"2026-03-09T04:00:00Z", "2026-03-09T04:30:00Z"},
		},
		{
			"Havana: an evening until 24:00 ends with the day", "America/Havana", wall(20, 0, 24, 0), "2026-03-07T12:00:00Z",
			[]string{"2026-03-08T01:00:00Z", "2026-03-08T05:00:00Z"},
		},
		{
			"Santiago: a night across the missing midnight", "America/Santiago", wall(23, 30, 1, 30), "2026-09-05T12:00:00Z",
			[]string{"2026-09-06T03:30:00Z", "2026-09-06T04:30:00Z"},
		},
		{
			"Apia: no morning on the day that was skipped", "Pacific/Apia", wall(6, 0, 12, 0), "2011-12-30T00:00:00Z",
			[]string{"2011-12-30T16:00:00Z", "2011-12-30T22:00:00Z"},
		},
		{
			"St John's: the last hour comes again a minute after midnight", "America/St_Johns", wall(23, 0, 24, 0), "2006-10-28T12:00:00Z",
			[]string{"2006-10-29T01:30:00Z", "2006-10-29T02:30:00Z", "2006-10-29T02:31:00Z", "2006-10-29T03:30:00Z"},
		},
		{
			"Lord Howe: the half hour that repeats is open for an hour", "Australia/Lord_Howe", wall(1, 30, 2, 0), "2026-04-04T03:00:00Z",
			[]string{"2026-04-04T14:30:00Z", "2026-04-04T15:30:00Z"},
		},
		{
			"Lord Howe: the half hour that is skipped stays closed", "Australia/Lord_Howe", wall(2, 0, 2, 30), "2026-10-03T03:00:00Z",
			[]string{"2026-10-04T15:00:00Z", "2026-10-04T15:30:00Z"},
		},
		{
			"Monrovia: an offset with seconds", "Africa/Monrovia", wall(6, 0, 12, 0), "1971-06-01T00:00:00Z",
			[]string{"1971-06-01T06:44:30Z", "1971-06-01T12:44:30Z"},
		},
		{
			"the last day of a leap year that only the zone's rule reaches", "Europe/Berlin", wall(6, 0, 12, 0), "2040-12-31T11:00:00Z",
			[]string{"2041-01-01T05:00:00Z", "2041-01-01T11:00:00Z"},
		},
		{"24:00 to 6:00 is the night", "UTC", wall(24, 0, 6, 0), "2026-01-01T12:00:00Z", []string{"2026-01-02T00:00:00Z", "2026-01-02T06:00:00Z"}},
		{"22:00 to 0:00 is the late evening", "UTC", wall(22, 0, 0, 0), "2026-01-01T12:00:00Z", []string{"2026-01-01T22:00:00Z", "2026-01-02T00:00:00Z"}},
		{"a window without length never opens", "UTC", wall(0, 0, 0, 0), "2026-01-01T12:00:00Z", []string{"never"}},
		{"nor does one from 24:00 to 0:00", "UTC", wall(24, 0, 0, 0), "2026-01-01T12:00:00Z", []string{"never"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock{zone: zone(t, tt.zone)}
			from := instant(t, tt.from).UnixMicro()
			var got []string
			for i := range tt.want {
				if from = c.next(tt.window, i%2 == 0, from); from == never {
					got = append(got, "never")
					break
				}
				got = append(got, text(mindflow.UTC(from)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
	t.Run("0:00 to 24:00 never closes, on no night", func(t *testing.T) {
		c := clock{zone: zone(t, "America/Havana")}
		if got := c.next(wall(0, 0, 24, 0), false, instant(t, "2026-03-07T12:00:00Z").UnixMicro()); got != never {
			t.Errorf("closes at %s", text(mindflow.UTC(got)))
		}
	})
}

func TestTheCalendarAgreesWithTheZone(t *testing.T) {
	for _, place := range places {
		z := zone(t, place.zone)
		c := clock{zone: z}
		middle := date(t, place.before)
		for _, d := range [...]mindflow.Day{middle, middle + 64, middle - 128, middle, middle + 1, middle + 2} { // 64 apart share a place
			start := z.Start(d)
			if got := mindflow.UTC(c.dayStart(d)); !got.Equal(start) {
				t.Errorf("%s: %s starts at %s, want %s", z, d, text(got), text(start))
			}
			for hours := range 48 {
				at := start.Add(time.Duration(hours)*time.Hour - time.Microsecond)
				if got, want := c.dayOf(at.UnixMicro()), z.Today(at); got != want {
					t.Errorf("%s: %s lies in %s, want %s", z, text(at), got, want)
				}
			}
		}
	}
}

func TestDeadlinesOnOddNights(t *testing.T) {
	tests := []struct {
		name, zone, due string
		from            string
		want            []string // its stages from then on, each with when it begins
	}{
		{
			"Havana: the day starts at 1:00", "America/Havana", "2026-03-08", "2026-03-01T12:00:00Z",
			[]string{"0.5 at once", "0.75 2026-03-07T05:00:00Z", "1 2026-03-08T05:00:00Z", "1.25 2026-03-09T04:00:00Z"},
		},
		{
			"Santiago: the day starts at 1:00", "America/Santiago", "2026-09-06", "2026-09-01T12:00:00Z",
			[]string{"0.5 at once", "0.75 2026-09-05T04:00:00Z", "1 2026-09-06T04:00:00Z", "1.25 2026-09-07T03:00:00Z"},
		},
		{
			"Berlin: the short day", "Europe/Berlin", "2026-03-29", "2026-03-20T12:00:00Z",
			[]string{"0.25 at once", "0.5 2026-03-21T23:00:00Z", "0.75 2026-03-27T23:00:00Z", "1 2026-03-28T23:00:00Z", "1.25 2026-03-29T22:00:00Z"},
		},
		{
			"Berlin: the long day", "Europe/Berlin", "2026-10-25", "2026-10-24T12:00:00Z",
			[]string{"0.75 at once", "1 2026-10-24T22:00:00Z", "1.25 2026-10-25T23:00:00Z"},
		},
		{
			"Apia: the skipped day is never today", "Pacific/Apia", "2011-12-30", "2011-12-28T12:00:00Z",
			[]string{"0.5 at once", "0.75 2011-12-29T10:00:00Z", "1.25 2011-12-30T10:00:00Z"},
		},
		{
			"Apia: the day after is never tomorrow", "Pacific/Apia", "2011-12-31", "2011-12-28T12:00:00Z",
			[]string{"0.5 at once", "1 2011-12-30T10:00:00Z", "1.25 2011-12-31T10:00:00Z"},
		},
		{
			"St John's: yesterday does not come back", "America/St_Johns", "2006-10-28", "2006-10-27T12:00:00Z",
			[]string{"0.75 at once", "1 2006-10-28T02:30:00Z", "1.25 2006-10-29T02:30:00Z"},
		},
		{
			"Lord Howe: half an hour late", "Australia/Lord_Howe", "2026-04-05", "2026-04-04T12:00:00Z",
			[]string{"0.75 at once", "1 2026-04-04T13:00:00Z", "1.25 2026-04-05T13:30:00Z"},
		},
		{
			"Apia: an instant after the skipped day", "Pacific/Apia", "2011-12-30T20:00:00Z", "2011-12-28T12:00:00Z",
			[]string{"0.5 at once", "1 2011-12-30T10:00:00Z", "1.25 2011-12-30T20:00:00Z"},
		},
		{
			"St John's: an instant in the hour that comes again belongs to the day that had begun", "America/St_Johns", "2006-10-29T03:00:00Z", "2006-10-27T12:00:00Z",
			[]string{"0.5 at once", "0.75 2006-10-28T02:30:00Z", "1 2006-10-29T02:30:00Z", "1.25 2006-10-29T03:00:00Z"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, p := someFact(0), mindflow.DefaultPreferences(zone(t, tt.zone))
			if len(tt.due) == len("2006-01-02") {
				f.DueOn = date(t, tt.due)
			} else {
				f.DueAt = instant(t, tt.due).UnixMicro()
			}
			if got := stages(f, p, instant(t, tt.from)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

// stages follows valid_until from change to change.
func stages(f mindflow.Fact, p mindflow.Preferences, now time.Time) []string {
	when := "at once"
	var got []string
	for range 8 {
		got = append(got, At(p, now).Reasoning(&f).DeadlineUrgency.String()+" "+when)
		ranked := Rank([]mindflow.Fact{f}, p, now)
		if best := FindBest([]mindflow.Fact{f}, p, now); !best.ValidUntil.Equal(ranked.ValidUntil) {
			return append(got, "best until "+text(best.ValidUntil)+", ranked until "+text(ranked.ValidUntil))
		}
		if ranked.ValidUntil.IsZero() {
			break
		}
		now = ranked.ValidUntil
		when = text(now)
	}
	return got
}

package mindflow

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestADayStartsAtItsFirstInstant(t *testing.T) {
	tests := []struct{ name, zone, day, want string }{
		{"an ordinary day starts at midnight", "Europe/Berlin", "2026-11-27", "2026-11-26T23:00:00Z"},
		{"the zero zone is UTC", "UTC", "2026-11-27", "2026-11-27T00:00:00Z"},
		{"Berlin's short day starts at midnight", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"the day after starts 23 hours later", "Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"},
		{"Berlin's long day starts at midnight", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"},
		{"the day after starts 25 hours later", "Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"},
		{"New York's short day starts at midnight", "America/New_York", "2026-03-08", "2026-03-08T05:00:00Z"},
		{"the day after New York's short day", "America/New_York", "2026-03-09", "2026-03-09T04:00:00Z"},
		{"New York's long day starts at midnight", "America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"},
		{"the day after New York's long day", "America/New_York", "2026-11-02", "2026-11-02T05:00:00Z"},
		{"without a midnight the day starts at 01:00 in Havana", "America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"},
		{"with two midnights the first counts in Havana", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},
		{"without a midnight the day starts at 01:00 in Santiago", "America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"},
		{"a repeated 23:00 belongs to the day before in Santiago", "America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"},
		{"without a midnight the day starts at 01:00 in Cairo", "Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},
		{"without a midnight the day starts at 01:00 in Beirut", "Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},
		{"the day Samoa skipped starts together with the next", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"the day after the skipped one", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"the day Kwajalein skipped starts together with the next", "Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z"},
		{"the day after Kwajalein's skipped one", "Pacific/Kwajalein", "1993-08-22", "1993-08-21T12:00:00Z"},
		{"the day that had begun before St John's fell back at 00:01", "America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z"},
		{"Lord Howe's clock moves by half an hour", "Australia/Lord_Howe", "2026-10-05", "2026-10-04T13:00:00Z"},
		{"and back by half an hour", "Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30:00Z"},
		{"Monrovia lay 44 minutes and 30 seconds west", "Africa/Monrovia", "1972-01-06", "1972-01-06T00:44:30Z"},
		{"until its midnight was skipped", "Africa/Monrovia", "1972-01-07", "1972-01-07T00:44:30Z"},
		{"Manila skipped a day when offsets had seconds", "Asia/Manila", "1844-12-31", "1844-12-31T15:56:08Z"},
		{"the last day of a leap year beyond the table of transitions", "Europe/Berlin", "2040-12-31", "2040-12-30T23:00:00Z"},
		{"the day after it", "Europe/Berlin", "2041-01-01", "2040-12-31T23:00:00Z"},
		{"the first day of all", "Pacific/Kiritimati", "1970-01-01", "1970-01-01T10:40:00Z"},
		{"the last day of all", "America/New_York", "9998-12-31", "9998-12-31T05:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := zone(t, tt.zone)
			start := z.Start(day(t, tt.day))
			if got := start.Format(time.RFC3339Nano); got != tt.want {
				t.Errorf("%s starts in %s at %s, want %s", tt.day, z, got, tt.want)
			}
		})
	}
	if got := (Zone{}).Start(1); !got.Equal(time.Unix(86400, 0)) {
		t.Errorf("the zero zone starts a day at %v", got)
	}
}

func TestTodayIsTheLatestDayThatHasStarted(t *testing.T) {
	tests := []struct{ name, zone, at, want string }{
		{"a microsecond before midnight it is yesterday", "Europe/Berlin", "2026-11-26T22:59:59.999999Z", "2026-11-26"},
		{"at midnight it is today", "Europe/Berlin", "2026-11-26T23:00:00Z", "2026-11-27"},
		{"before the jump over midnight it is yesterday", "America/Havana", "2026-03-08T04:59:59.999999Z", "2026-03-07"},
		{"after the jump over midnight it is today", "America/Havana", "2026-03-08T05:00:00Z", "2026-03-08"},
		{"in the first hour after midnight in Havana", "America/Havana", "2026-11-01T04:30:00Z", "2026-11-01"},
		{"in the same hour again", "America/Havana", "2026-11-01T05:30:00Z", "2026-11-01"},
		{"at the minute after midnight in St John's", "America/St_Johns", "2006-10-29T02:30:30Z", "2006-10-29"},
		{"an hour back the wall shows yesterday, but today has begun", "America/St_Johns", "2006-10-29T03:00:00Z", "2006-10-29"},
		{"before midnight falls back it is still yesterday", "America/Santiago", "2026-04-05T02:30:00Z", "2026-04-04"},
		{"in the repeated hour as well", "America/Santiago", "2026-04-05T03:30:00Z", "2026-04-04"},
		{"before the skipped day", "Pacific/Apia", "2011-12-30T09:59:59.999999Z", "2011-12-29"},
		{"after the skipped day", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"},
		{"on the last day of a leap year that only the rule reaches", "Europe/Berlin", "2040-12-31T12:00:00Z", "2040-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := zone(t, tt.zone).Today(instant(t, tt.at)).String(); got != tt.want {
				t.Errorf("at %s it is %s in %s, want %s", tt.at, got, tt.zone, tt.want)
			}
		})
	}
}

func TestAWallClockMeansOneInstant(t *testing.T) {
	tests := []struct{ name, zone, wall, want string }{
		{"an ordinary time", "Europe/Berlin", "2026-11-27T17:00:00", "2026-11-27T16:00:00Z"},
		{"fractions are kept", "Europe/Berlin", "2026-11-27T17:00:00.000001", "2026-11-27T16:00:00.000001Z"},
		{"in Berlin's gap, forward by the gap", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"},
		{"at the gap's start", "Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"},
		{"at the gap's end", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
		{"in Berlin's fold, the earlier", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"at the fold's start, the earlier", "Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z"},
		{"after the fold", "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"in New York's gap, forward by the gap", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"},
		{"in New York's fold, the earlier", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"},
		{"a midnight that does not exist is 01:00", "America/Havana", "2026-03-08T00:00:00", "2026-03-08T05:00:00Z"},
		{"a midnight that comes twice is the first", "America/Havana", "2026-11-01T00:00:00", "2026-11-01T04:00:00Z"},
		{"no midnight in Santiago", "America/Santiago", "2026-09-06T00:30:00", "2026-09-06T04:30:00Z"},
		{"noon of a day that does not exist is noon of the next", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"},
		{"noon of the day after it is the same", "Pacific/Apia", "2011-12-31T12:00:00", "2011-12-30T22:00:00Z"},
		{"noon of Kwajalein's skipped day", "Pacific/Kwajalein", "1993-08-21T12:00:00", "1993-08-22T00:00:00Z"},
		{"a gap of half an hour", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"},
		{"a fold of half an hour", "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
		{"the minute of St John's that comes twice", "America/St_Johns", "2006-10-29T00:00:30", "2006-10-29T02:30:30Z"},
		{"the hour before it, which comes twice too", "America/St_Johns", "2006-10-28T23:30:00", "2006-10-29T02:00:00Z"},
		{"a gap of 44 minutes and 30 seconds", "Africa/Monrovia", "1972-01-07T00:00:00", "1972-01-07T00:44:30Z"},
		{"New Year's Eve of a leap year that only the rule reaches", "Europe/Berlin", "2040-12-31T23:59:59", "2040-12-31T22:59:59Z"},
		{"and the first second after", "Europe/Berlin", "2041-01-01T00:00:00", "2040-12-31T23:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wall := instant(t, tt.wall+"Z").In(time.FixedZone("ignored", 7*3600)).Add(-7 * time.Hour)
			if got := zone(t, tt.zone).Instant(wall).Format(time.RFC3339Nano); got != tt.want {
				t.Errorf("%s in %s is %s, want %s", tt.wall, tt.zone, got, tt.want)
			}
		})
	}
}

func TestTheFirstDayFromAMoment(t *testing.T) {
	tests := []struct{ name, zone, at, want string }{
		{"a day that starts right then", "Europe/Berlin", "2026-11-26T23:00:00Z", "2026-11-27"},
		{"the next day a microsecond later", "Europe/Berlin", "2026-11-26T23:00:00.000001Z", "2026-11-28"},
		{"the skipped day where two start together", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30"},
		{"the skipped day from the hours before it", "Pacific/Apia", "2011-12-29T11:00:00Z", "2011-12-30"},
		{"a day without midnight", "America/Havana", "2026-03-08T05:00:00Z", "2026-03-08"},
		{"not the day that had begun before the clocks fell back", "America/St_Johns", "2006-10-29T03:00:00Z", "2006-10-30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := zone(t, tt.zone).FirstDayFrom(instant(t, tt.at)).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// No instant before a day's start shows its date or a later one. The offset is
// constant between the ends ZoneBounds names, so each period's last
// microsecond shows its latest date; quarters of an hour are tried as well,
// since ZoneBounds is not to be trusted (golang/go#81583).
func TestNoInstantBeforeItsStartShowsTheDay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, d := somewhere(r)
		start := z.Start(d)
		shows := func(at time.Time) Day { return DayOf(at.In(z.Location())) }
		if got := shows(start); got < d {
			r.Fatalf("at its start the wall shows %v", got)
		}
		before := []time.Time{start.Add(-time.Microsecond)}
		for at := start.Add(-60 * time.Hour); at.Before(start); at = at.Add(15 * time.Minute) {
			before = append(before, at)
			if _, end := at.In(z.Location()).ZoneBounds(); !end.IsZero() && !end.After(start) {
				before = append(before, end.Add(-time.Microsecond))
			}
		}
		for _, at := range before {
			if got := shows(at); got >= d {
				r.Fatalf("%v starts in %v at %v, but at %v the wall shows %v", d, z, start, at.UTC(), got)
			}
		}
	})
}

func TestDaysStartOneAfterTheOther(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, d := somewhere(r)
		for i := range Day(5) {
			if z.Start(d + i + 1).Before(z.Start(d + i)) {
				r.Fatalf("%v starts in %v before the day before it", d+i+1, z)
			}
		}
		if today := z.Today(z.Start(d)); today < d {
			r.Fatalf("at the start of %v today is %v", d, today)
		}
	})
}

func TestTodayHasStartedAndTomorrowHasNot(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, at := sometime(r)
		today := z.Today(at)
		if z.Start(today).After(at) || !z.Start(today+1).After(at) {
			r.Fatalf("at %v in %v today is %v, from %v to %v", at, z, today, z.Start(today), z.Start(today+1))
		}
		if wall := DayOf(at.In(z.Location())); today < wall {
			r.Fatalf("at %v in %v today is %v, but the wall shows %v already", at, z, today, wall)
		}
	})
}

func TestTheFirstDayFromAMomentIsTheFirst(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, at := sometime(r)
		first := z.FirstDayFrom(at)
		if z.Start(first).Before(at) || !z.Start(first-1).Before(at) {
			r.Fatalf("from %v in %v: %v", at, z, first)
		}
	})
}

func TestAWallClockMeansTheEarliestInstantThatShowsIt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, at := sometime(r)
		wall := asShown(at, z).Add(time.Duration(rapid.IntRange(-180, 180).Draw(r, "minutes aside")) * time.Minute)
		got := z.Instant(wall)
		if showing := showings(wall, z); len(showing) > 0 {
			if !got.Equal(showing[0]) {
				r.Fatalf("%v in %v is %v, want %v", wall, z, got, showing[0])
			}
			return
		}
		// In a gap the offset in force just before it is used.
		_, offset := got.In(z.Location()).Zone()
		jumped := asShown(got, z).Sub(wall)
		_, earlier := got.Add(-jumped).In(z.Location()).Zone()
		if jumped <= 0 || time.Duration(offset-earlier)*time.Second != jumped {
			r.Fatalf("%v in %v does not exist and became %v, %v on", wall, z, asShown(got, z), jumped)
		}
	})
}

func TestAnUnambiguousWallClockRoundTrips(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, at := sometime(r)
		wall := asShown(at, z)
		if len(showings(wall, z)) > 1 {
			r.Skip("a fold")
		}
		if got := z.Instant(wall); !got.Equal(at) {
			r.Fatalf("%v in %v is %v, want %v", wall, z, got, at)
		}
	})
}

// asShown is the wall clock at an instant, as if it were UTC.
func asShown(at time.Time, z Zone) time.Time {
	_, offset := at.In(z.Location()).Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// showings lists the instants whose wall clock shows wall, earliest first: all
// offsets in force within two days are tried.
func showings(wall time.Time, z Zone) []time.Time {
	var found []time.Time
	for at := wall.Add(-48 * time.Hour); at.Before(wall.Add(48 * time.Hour)); at = at.Add(15 * time.Minute) {
		_, offset := at.In(z.Location()).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		if asShown(candidate, z).Equal(wall) && !slices.ContainsFunc(found, candidate.Equal) {
			found = append(found, candidate)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

func TestDaysAreCalendarDates(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := Day(rapid.IntRange(int(FirstDay)-1000, int(LastDay)+1000).Draw(r, "day"))
		if y, m, dd := d.Date(); DateDay(y, m, dd) != d {
			r.Fatalf("%v is %d-%d-%d", d, y, m, dd)
		}
		got, err := ParseDay(d.String())
		if legal := d >= FirstDay && d <= LastDay; legal != (err == nil) || legal && got != d {
			r.Fatalf("%v is read as %v, %v", d, got, err)
		}
	})
	if FirstDay.String() != "1970-01-01" || LastDay.String() != "9998-12-31" {
		t.Error(FirstDay, LastDay)
	}
	if got := DateDay(2026, time.February, 30); got.String() != "2026-03-02" {
		t.Errorf("what overflows carries over: %v", got)
	}
	if got := DateDay(1969, time.December, 31); got != -1 {
		t.Errorf("the day before the first is %d", got)
	}
}

func TestZonesByName(t *testing.T) {
	tests := []struct {
		name, zone string
		ok         bool
	}{
		{"a zone", "Europe/Berlin", true},
		{"UTC", "UTC", true},
		{"an old name", "US/Eastern", true},
		{"the empty name would be UTC by accident", "", false},
		{"Local would be the server's own zone", "Local", false},
		{"an unknown place", "Europe/Atlantis", false},
		{"a path upwards", "../../etc/passwd", false},
		{"an absolute path", "/etc/localtime", false},
		{"an endless name", repeat("Europe/", 100), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z, err := LoadZone(tt.zone)
			if tt.ok {
				checkError(t, err, "")
				if z.String() != tt.zone {
					t.Errorf("got %s", z)
				}
				return
			}
			checkError(t, err, "must be an IANA time zone, such as Europe/Berlin")
			if z.String() != "UTC" {
				t.Errorf("got %s", z)
			}
		})
	}
}

// Package walltest gives tests the walls of many places, read minute by minute
// from what the time package shows and from nothing of the product: days,
// snoozes and windows are held against them.
package walltest

import (
	"fmt"
	"slices"
	"sort"
	"time"
	_ "time/tzdata" // the same on every machine
)

// Zones are places whose clocks between them have done, or will do, all that
// clocks do in the years 2000 to 2037.
var Zones = [...]string{
	"Africa/Cairo",         // no midnight; summer time given up and taken up again
	"Africa/Casablanca",    // another time during Ramadan, four turns in some years
	"America/Asuncion",     // no midnight
	"America/Havana",       // no midnight, midnight twice
	"America/Nuuk",         // turns in the evening, of the day before
	"America/New_York",     // other rules since 2007
	"America/Santiago",     // no midnight, 23:00 twice
	"America/Sao_Paulo",    // no midnight until 2019
	"America/St_Johns",     // turned at 00:01 until 2011, half an hour aside
	"Antarctica/Troll",     // two hours
	"Asia/Amman",           // no midnight; for ever summer since 2022
	"Asia/Beirut",          // no midnight
	"Asia/Gaza",            // rules anew every year, around Ramadan
	"Asia/Kathmandu",       // a quarter of an hour aside, no turns
	"Asia/Tehran",          // half an hour aside, by another calendar
	"Atlantic/Azores",      // turns at 00:00
	"Australia/Lord_Howe",  // half an hour
	"Australia/Sydney",     // the southern summer
	"Europe/Berlin",        // the rule of Europe
	"Europe/Dublin",        // winter is the exception
	"Europe/Lisbon",        // turns at 01:00
	"Pacific/Apia",         // a day that does not exist
	"Pacific/Chatham",      // three quarters of an hour aside
	"America/Scoresbysund", // a turn of two hours over midnight, other rules since 2024
}

// The minutes of an hour and of a day.
const (
	Hour = 60
	Day  = 24 * Hour
)

// Wall is the clocks of one place. Times are whole minutes since 1970, in UTC
// or as the wall shows them.
type Wall struct {
	Location *time.Location
	// Turns are the minutes of 2000 to 2037 at which the clocks are changed.
	Turns   []int64
	offsets []int64 // east, in minutes: offsets[i] before Turns[i]
}

// Read finds the turns of a zone by looking at its clock every six hours, and
// closer where it has changed.
func Read(zone string) (*Wall, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	w := &Wall{Location: loc}
	offset := func(at int64) int64 {
		_, seconds := time.Unix(at*60, 0).In(loc).Zone()
		if seconds%60 != 0 {
			err = fmt.Errorf("%s is not whole minutes aside", zone)
		}
		return int64(seconds / 60)
	}
	from := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 60
	to := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 60
	w.offsets = []int64{offset(from)}
	for at := from; at < to; at += 6 * Hour {
		before := offset(at)
		if offset(at+6*Hour) == before {
			continue
		}
		turn := at + int64(sort.Search(6*Hour, func(n int) bool { return offset(at+int64(n)) != before }))
		w.Turns = append(w.Turns, turn)
		w.offsets = append(w.offsets, offset(turn))
	}
	return w, err
}

// Span is what a wall shows minute by minute, from a minute on.
type Span struct {
	From    int64
	Shown   []int64
	Started []int64 // the latest day that any minute until then has shown
	meant   []int64 // by what is shown, from Shown[0] on
}

// Around is the wall for so many hours before and after a minute.
func (w *Wall) Around(at int64, hours int64) Span {
	s := Span{From: at - hours*Hour}
	n := 2 * hours * Hour
	s.Shown, s.Started = make([]int64, n), make([]int64, n)
	turns, offsets := w.Turns, w.offsets
	for i := range n {
		for len(turns) > 0 && turns[0] <= s.From+i {
			turns, offsets = turns[1:], offsets[1:]
		}
		s.Shown[i] = s.From + i + offsets[0]
		s.Started[i] = max(s.Started[max(i-1, 0)], s.Shown[i]/Day)
		// What comes again meant the first time; what was left out is as long
		// after the last minute before as it should have been.
		for j := int64(len(s.meant)); j <= s.Shown[i]-s.Shown[0]; j++ {
			last := int64(0)
			if i > 0 {
				last = s.Shown[i-1]
			}
			meant := s.From + i
			if shown := s.Shown[0] + j; shown < s.Shown[i] {
				meant = s.From + i - 1 + shown - last
			}
			s.meant = append(s.meant, meant)
		}
	}
	return s
}

// Start is the first minute that shows a day, or a later one.
func (s Span) Start(day int64) int64 {
	n, _ := slices.BinarySearch(s.Started, day)
	return s.From + int64(n)
}

// Today is the latest day that has been shown at a minute, or before.
func (s Span) Today(at int64) int64 { return s.Started[at-s.From] }

// Meant is the minute at which the wall shows something: the first of them, or,
// where it was left out, as long after the turn as it should have been.
func (s Span) Meant(shown int64) int64 { return s.meant[shown-s.Shown[0]] }

// Time is a minute as an instant.
func Time(at int64) time.Time { return time.Unix(at*60, 0).UTC() }

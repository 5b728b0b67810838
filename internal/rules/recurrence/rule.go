// Package recurrence says when something comes again: it reads the rules of
// RFC 5545 (RRULE), as far as they repeat by the day or slower, and answers
// the days they name.
package recurrence

import (
	"mindflow/internal/mindflow"
)

// Rule is how something repeats, without the day it starts on. Rules that are
// equal (==) mean the same; the zero Rule is none. Parse makes one.
type Rule struct {
	freq     frequency
	interval int
	count    int // 0: without end
	until    until
	wkst     int // the day weeks begin with, from Monday, 0

	months    uint32 // bit m-1: month m
	weeks     ends
	yearDays  ends
	monthDays ends
	weekdays  uint32  // bit w: each day w, from Monday, 0
	nth       [7]ends // by weekday: "the second Thursday", "the last Friday"
	positions ends
	hasNth    bool
}

type frequency uint8

const (
	daily frequency = iota + 1
	weekly
	monthly
	yearly
)

var frequencies = [...]string{daily: "DAILY", weekly: "WEEKLY", monthly: "MONTHLY", yearly: "YEARLY"}

var weekdays = [...]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// Limits of rules. A count is counted from the start each time, so it is bounded.
const (
	MaxText     = 500 // bytes
	MaxCount    = 10_000
	MaxInterval = 10_000
)

// until is the end of a rule, which still belongs to it.
type until struct {
	kind  untilKind
	day   mindflow.Day
	clock int // seconds of the day
}

type untilKind uint8

const (
	untilNever   untilKind = iota
	untilDay               // 20261224
	untilInstant           // 20261224T170000Z
	untilWall              // 20261224T170000, on the wall of the start's zone
)

// ends are numbers counted from a beginning, and others counted from its end:
// bit n-1 is n, or -n.
type ends struct{ front, back set }

func (e *ends) add(n int) {
	if n > 0 {
		e.front.add(n - 1)
	} else {
		e.back.add(-n - 1)
	}
}

func (e *ends) empty() bool { return e.front.empty() && e.back.empty() }

// within are the places a list of n things has for the numbers: 0 to n-1.
func (e *ends) within(n int) set {
	var s set
	for i := e.front.next(0); i >= 0 && i < n; i = e.front.next(i + 1) {
		s.add(i)
	}
	for i := e.back.next(0); i >= 0 && i < n; i = e.back.next(i + 1) {
		s.add(n - 1 - i)
	}
	return s
}

// byPart reports whether the rule chooses days by anything but its frequency.
func (r *Rule) byPart() bool {
	return r.months != 0 || r.byDay() || !r.weeks.empty() || !r.yearDays.empty() || !r.monthDays.empty()
}

func (r *Rule) byDay() bool { return r.weekdays != 0 || r.hasNth }

// IsZero reports whether the rule is none.
func (r *Rule) IsZero() bool { return r.freq == 0 }

// Counted reports whether the rule ends after a number of occurrences.
func (r *Rule) Counted() bool { return r.count > 0 }

package recurrence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// naive answers the days of a rule as RFC 5545 tells of them: it looks at every
// day, up to a last one, and asks the time package about it.
func naive(r Rule, start, last mindflow.Day) []mindflow.Day {
	r = naivelyComplete(r, start)
	periods := map[int][]mindflow.Day{}
	var keys []int
	first := mindflow.DateDay(dateAt(start).Year(), time.January, -7)
	for d := first; d <= mindflow.DateDay(dateAt(last).Year()+1, time.January, 7); d++ { // whole periods
		if !passes(&r, d) {
			continue
		}
		key := period(&r, d)
		if (key-period(&r, start))%r.interval != 0 {
			continue
		}
		if periods[key] == nil {
			keys = append(keys, key)
		}
		periods[key] = append(periods[key], d)
	}
	var all []mindflow.Day
	for _, key := range keys {
		for i, d := range periods[key] {
			chosen := r.positions.empty() || holds(&r.positions, i+1, len(periods[key]))
			if chosen && d >= start && d <= last && (r.until.kind == untilNever || d <= r.until.day) {
				all = append(all, d)
			}
		}
	}
	if r.count > 0 {
		all = all[:min(len(all), r.count)]
	}
	return all
}

func naivelyComplete(r Rule, start mindflow.Day) Rule {
	t := dateAt(start)
	byDay := r.weekdays != 0 || r.hasNth
	switch {
	case r.freq == weekly && !byDay:
		r.weekdays = 1 << monday(t)
	case r.freq == monthly && !byDay && r.monthDays.empty():
		r.monthDays.add(t.Day())
	case r.freq == yearly && !byDay && r.monthDays.empty() && r.yearDays.empty() && r.weeks.empty():
		r.monthDays.add(t.Day())
		if r.months == 0 {
			r.months = 1 << (t.Month() - 1)
		}
	}
	return r
}

func dateAt(d mindflow.Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func monday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// holds reports whether the numbers name the i-th of n.
func holds(e *ends, i, n int) bool { return e.front.has(i-1) || e.back.has(n-i) }

func period(r *Rule, d mindflow.Day) int {
	t := dateAt(d)
	switch r.freq {
	case weekly:
		return (int(d) + 7000 - (monday(t)+7-r.wkst)%7) / 7
	case monthly:
		return t.Year()*12 + int(t.Month())
	case yearly:
		return t.Year()
	case daily:
	}
	return int(d)
}

func passes(r *Rule, d mindflow.Day) bool {
	t := dateAt(d)
	monthLong, yearLong := t.AddDate(0, 1, -t.Day()).Day(), time.Date(t.Year(), time.December, 31, 0, 0, 0, 0, time.UTC).YearDay()
	if r.months != 0 && r.months>>(t.Month()-1)&1 == 0 ||
		!r.monthDays.empty() && !holds(&r.monthDays, t.Day(), monthLong) ||
		!r.yearDays.empty() && !holds(&r.yearDays, t.YearDay(), yearLong) {
		return false
	}
	if !r.weeks.empty() {
		if n, of := weekNumber(t, r.wkst); !holds(&r.weeks, n, of) {
			return false
		}
	}
	if r.weekdays == 0 && !r.hasNth || r.weekdays>>monday(t)&1 != 0 {
		return true
	}
	at, long := t.Day(), monthLong
	if r.freq == yearly && r.months == 0 {
		at, long = t.YearDay(), yearLong
	}
	nth := &r.nth[monday(t)]
	return nth.front.has((at-1)/7) || nth.back.has((long-at)/7)
}

// weekNumber is a day's week and how many weeks that week's year has: a week
// belongs to the year its fourth day lies in.
func weekNumber(t time.Time, wkst int) (n, of int) {
	fourth := t.AddDate(0, 0, 3-(monday(t)+7-wkst)%7)
	n = (fourth.YearDay()-1)/7 + 1
	for of = n; fourth.AddDate(0, 0, 7*(of-n+1)).Year() == fourth.Year(); {
		of++
	}
	return n, of
}

// dice answers a number from 0 to n-1.
type dice func(n int) int

// randomRule is the text of a legal rule, most of them of the kinds people
// have, and where it starts.
func randomRule(roll dice) (text string, start mindflow.Day) {
	freq := frequency(roll(4) + 1)
	b := &strings.Builder{}
	fmt.Fprintf(b, "FREQ=%s", frequencies[freq])
	if roll(2) == 0 {
		fmt.Fprintf(b, ";INTERVAL=%d", 1+roll([]int{3, 5, 14, 40}[roll(4)]))
	}
	start = mindflow.Day(roll(25_000))
	switch roll(4) {
	case 0:
		fmt.Fprintf(b, ";COUNT=%d", 1+roll(30))
	case 1:
		fmt.Fprintf(b, ";UNTIL=%s", dateAt(start+mindflow.Day(roll(4000))).Format(dayForm))
	}
	if roll(3) == 0 {
		fmt.Fprintf(b, ";WKST=%s", weekdays[roll(7)])
	}
	list := func(name string, most, length int, signed bool) {
		fmt.Fprintf(b, ";%s=", name)
		for i := range 1 + roll(length) {
			n := 1 + roll(most)
			if signed && roll(3) == 0 {
				n = -n
			}
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprint(b, n)
		}
	}
	chosen := false
	one := func(name string, in, most, length int, signed bool) bool {
		if roll(in) != 0 {
			return false
		}
		chosen = true
		list(name, most, length, signed)
		return true
	}
	one("BYMONTH", 4, 12, 4, false)
	weeks := freq == yearly && one("BYWEEKNO", 5, 53, 4, true)
	if freq == yearly && !weeks {
		one("BYYEARDAY", 5, 366, 6, true)
	}
	if freq != weekly {
		one("BYMONTHDAY", 3, 31, 5, true)
	}
	if roll(2) == 0 {
		chosen = true
		randomDays(b, roll, freq >= monthly && !weeks && roll(2) == 0, freq == yearly)
	}
	if chosen && freq != daily && roll(4) == 0 {
		list("BYSETPOS", 4, 3, true)
	}
	return b.String(), start
}

func randomDays(b *strings.Builder, roll dice, counted, ofYear bool) {
	b.WriteString(";BYDAY=")
	for i := range 1 + roll(4) {
		if i > 0 {
			b.WriteByte(',')
		}
		if counted {
			most := 5
			if ofYear && roll(2) == 0 {
				most = 53
			}
			fmt.Fprint(b, (1+roll(most))*(1-2*roll(2)))
		}
		b.WriteString(weekdays[roll(7)])
	}
}

// differ is how two lists of days differ first, or empty.
func differ(got, want []mindflow.Day) string {
	if slices.Equal(got, want) {
		return ""
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			return fmt.Sprintf("the %d. of %d is %v, want %v of %d", i+1, len(got), got[min(i, len(got)):min(i+3, len(got))], want[min(i, len(want)):min(i+3, len(want))], len(want))
		}
	}
	return ""
}

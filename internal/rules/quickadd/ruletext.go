package quickadd

import (
	"strconv"

	"mindflow/internal/mindflow"
)

// The weekdays of RFC 5545, two letters each.
const weekdayNames = "MOTUWETHFRSASU"

// appendFrequency writes how often the rule is, by RFC 5545.
func (r *repeat) appendFrequency(b []byte) []byte {
	interval := r.interval
	switch r.unit {
	case days:
		b = append(b, "FREQ=DAILY"...)
	case weeks:
		b = append(b, "FREQ=WEEKLY"...)
	case quarters:
		interval *= 3
		b = append(b, "FREQ=MONTHLY"...)
	case months:
		b = append(b, "FREQ=MONTHLY"...)
	case years:
		b = append(b, "FREQ=YEARLY"...)
	case minutes, hours:
	}
	if interval > 1 {
		b = strconv.AppendInt(append(b, ";INTERVAL="...), int64(interval), 10)
	}
	return b
}

// appendDays writes the days of a rule with a first occurrence on a day.
func (r *repeat) appendDays(b []byte, first mindflow.Day) []byte {
	switch r.named {
	case noDay:
		return r.appendUnnamed(b, first)
	case weekdays:
		return appendWeekdays(append(b, ";BYDAY="...), r.mask)
	case monthDay:
		return appendMonthDay(b, r.n)
	case lastDay:
		return append(b, ";BYMONTHDAY=-1"...)
	case nthWeekday:
		b = strconv.AppendInt(append(b, ";BYDAY="...), int64(r.n), 10)
		return appendWeekdays(b, r.mask)
	case nthWorkday:
		b = appendWeekdays(append(b, ";BYDAY="...), allWorkdays)
		return strconv.AppendInt(append(b, ";BYSETPOS="...), int64(r.n), 10)
	case dayOfMonths:
		return appendYearDay(b, r.month, r.n)
	}
	return b
}

// appendUnnamed writes nothing where every period has the day of the first
// occurrence, and otherwise what keeps the shorter ones from being left out.
func (r *repeat) appendUnnamed(b []byte, first mindflow.Day) []byte {
	_, m, d := first.Date()
	switch {
	case (r.unit == months || r.unit == quarters) && d > shortest:
		return appendMonthDay(b, d)
	case r.unit == years && m == 2 && d > shortest:
		return appendYearDay(b, 2, d)
	}
	return b
}

// shortest is how many days every month has.
const shortest = 28

// appendMonthDay writes a day of the month: beyond the 28th it is the month's
// last day where the month is shorter.
func appendMonthDay(b []byte, d int) []byte {
	b = append(b, ";BYMONTHDAY="...)
	if d <= shortest {
		return strconv.AppendInt(b, int64(d), 10)
	}
	for i := shortest; i < d; i++ {
		b = append(strconv.AppendInt(b, int64(i), 10), ',')
	}
	return append(strconv.AppendInt(b, int64(d), 10), ";BYSETPOS=-1"...)
}

// appendYearDay writes a day of the year; only 29 February is not in every one.
func appendYearDay(b []byte, m, d int) []byte {
	b = strconv.AppendInt(append(b, ";BYMONTH="...), int64(m), 10)
	if m == 2 && d > shortest {
		return appendMonthDay(b, d)
	}
	return strconv.AppendInt(append(b, ";BYMONTHDAY="...), int64(d), 10)
}

func appendWeekdays(b []byte, mask uint8) []byte {
	comma := false
	for n := range 7 {
		if mask&(1<<n) == 0 {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		b, comma = append(b, weekdayNames[2*n:2*n+2]...), true
	}
	return b
}

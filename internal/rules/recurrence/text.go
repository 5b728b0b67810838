package recurrence

import (
	"strconv"
	"time"
)

// String is the rule's normal form: the parts in one order, lists sorted and
// without doubles, what goes without saying left out. Rules that are equal have
// the same.
func (r Rule) String() string {
	b, _ := r.AppendText(nil)
	return string(b)
}

// AppendText appends String's form to b.
func (r Rule) AppendText(b []byte) ([]byte, error) {
	if r.freq == 0 {
		return b, nil
	}
	b = append(append(b, "FREQ="...), frequencies[r.freq]...)
	if r.interval != 1 {
		b = strconv.AppendInt(append(b, ";INTERVAL="...), int64(r.interval), 10)
	}
	if r.count > 0 {
		b = strconv.AppendInt(append(b, ";COUNT="...), int64(r.count), 10)
	}
	if r.until.kind != untilNever {
		b = r.until.append(append(b, ";UNTIL="...))
	}
	if r.wkst != 0 {
		b = append(append(b, ";WKST="...), weekdays[r.wkst]...)
	}
	months := ends{front: set{uint64(r.months)}}
	b = months.append(b, ";BYMONTH=", "")
	b = r.weeks.append(b, ";BYWEEKNO=", "")
	b = r.yearDays.append(b, ";BYYEARDAY=", "")
	b = r.monthDays.append(b, ";BYMONTHDAY=", "")
	b = r.appendDays(b)
	return r.positions.append(b, ";BYSETPOS=", ""), nil
}

// append writes the numbers, those from the front first, each with what follows it.
func (e *ends) append(b []byte, before, after string) []byte {
	write := func(n int) {
		b = append(b, before...)
		b = append(strconv.AppendInt(b, int64(n), 10), after...)
		before = ","
	}
	for i := e.front.next(0); i >= 0; i = e.front.next(i + 1) {
		write(i + 1)
	}
	for i := e.back.next(0); i >= 0; i = e.back.next(i + 1) {
		write(-i - 1)
	}
	return b
}

func (r *Rule) appendDays(b []byte) []byte {
	before := ";BYDAY="
	for w, name := range weekdays {
		if r.weekdays>>w&1 != 0 {
			b = append(append(b, before...), name...)
			before = ","
		}
		if !r.nth[w].empty() {
			b = r.nth[w].append(b, before, name)
			before = ","
		}
	}
	return b
}

func (u until) append(b []byte) []byte {
	t := u.wall()
	switch u.kind {
	case untilInstant:
		return append(t.AppendFormat(b, wallForm), 'Z')
	case untilWall:
		return t.AppendFormat(b, wallForm)
	case untilDay, untilNever:
	}
	return t.AppendFormat(b, dayForm)
}

// wall is the date and time of day that were written, as if in UTC.
func (u until) wall() time.Time { return time.Unix(int64(u.day)*86400+int64(u.clock), 0).UTC() }

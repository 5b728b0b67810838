package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// repeats says how a task comes again, in words where there are some for its rule:
// "repeats every 2 weeks on Mon and Fri".
func repeats(r client.Recurrence) string {
	said, ok := everySo(r.Rule, r.Timezone)
	if !ok {
		said = "by " + printable(r.Rule)
	}
	if r.From == string(mindflow.FromCompletion) {
		said += ", counted from when it was done"
	}
	return "repeats " + said
}

const (
	workdays     = "MO,TU,WE,TH,FR"
	everyWorkday = "Mon, Tue, Wed, Thu and Fri"
)

// ruleParts are a rule's, by their names; those that are said are taken away.
type ruleParts map[string]string

func (p ruleParts) take(name string) string {
	defer delete(p, name)
	return p[name]
}

// everySo says a rule whose days are days in a zone; false where it has no words.
func everySo(rule, zone string) (string, bool) {
	p := ruleParts{}
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		p[name] = value
	}
	p.take("WKST")
	unit := map[string]string{"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}[p.take("FREQ")]
	said := "every " + unit
	if interval := p.take("INTERVAL"); interval != "" {
		said = "every " + interval + " " + unit + "s"
	}
	ending, ended := p.ending(zone)
	days, named := p.within(unit)
	if weekly, ok := strings.CutPrefix(said+days, "every week on "); ok {
		said, days = "every "+cmp.Or(map[string]string{everyWorkday: "weekday"}[weekly], weekly), ""
	}
	return said + days + ending, ended && named && unit != "" && len(p) == 0
}

// within says the days within a rule's weeks, months or years.
func (p ruleParts) within(unit string) (string, bool) {
	if p["BYDAY"]+p["BYMONTHDAY"]+p["BYMONTH"]+p["BYSETPOS"] == "" {
		return "", true
	}
	var said string
	var ok bool
	switch unit {
	case "week":
		said, ok = weekdays(p.take("BYDAY"))
	case "month":
		said, ok = ofMonth(p.take("BYDAY"), p.take("BYMONTHDAY"), p.take("BYSETPOS"))
		said = "the " + said
	case "year":
		month, _ := strconv.Atoi(p.take("BYMONTH"))
		day, _ := strconv.Atoi(p.take("BYMONTHDAY"))
		said, ok = fmt.Sprintf("%d %s", day, time.Month(month)), month > 0 && day > 0
	}
	return " on " + said, ok
}

var dayNames = map[string]string{"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}

// weekdays says MO,WE,FR as Mon, Wed and Fri.
func weekdays(codes string) (string, bool) {
	names := strings.Split(codes, ",")
	for i, code := range names {
		names[i] = dayNames[code]
	}
	return together(names), !slices.Contains(names, "")
}

// ofMonth says which days of a month: "15th", "31st", "2nd Thu", "last weekday".
func ofMonth(days, date, pick string) (string, bool) {
	switch {
	case days == "" && pick == "":
		dates := strings.Split(date, ",")
		for i, d := range dates {
			said, ok := nth(d)
			if dates[i] = said; !ok {
				return "", false
			}
			if d[0] == '-' {
				dates[i] += " day"
			}
		}
		return together(dates), true
	case days == "" && pick == "-1" && strings.HasPrefix("28,29,30,31", date) && len(date) > 2: // cut short with its month
		return nth(date[len(date)-2:])
	case date != "":
		return "", false
	case pick == "" && len(days) > 2:
		pick, days = days[:len(days)-2], days[len(days)-2:]
	}
	name := dayNames[days]
	if days == workdays {
		name = "weekday"
	}
	said, ok := nth(pick)
	return said + " " + name, ok && name != ""
}

// nth says 2 as 2nd, -1 as last.
func nth(said string) (string, bool) {
	n, err := strconv.Atoi(said)
	switch {
	case err != nil || n == 0:
		return "", false
	case n == -1:
		return "last", true
	case n < 0:
		said, ok := nth(strconv.Itoa(-n))
		return said + " last", ok
	}
	ending := "th"
	if tens := n / 10 % 10; tens != 1 {
		ending = cmp.Or(map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10], ending)
	}
	return strconv.Itoa(n) + ending, true
}

// ending says when it is over. A moment is of the day that it is in the zone.
func (p ruleParts) ending(zone string) (string, bool) {
	until, times := p.take("UNTIL"), p.take("COUNT")
	switch {
	case times == "1":
		return ", once", true
	case times != "":
		return ", " + times + " times", true
	case until == "":
		return "", true
	}
	at, err := time.Parse("20060102", until)
	if moment, wrong := time.Parse("20060102T150405Z", until); wrong == nil {
		z, unknown := time.LoadLocation(zone)
		at, err = moment, unknown
		if unknown == nil {
			at = moment.In(z)
		}
	}
	return ", until " + at.Format(time.DateOnly), err == nil
}

// together says several things as one: "a, b and c".
func together(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// capitalised begins a line with a capital letter.
func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Package score says why this task now: exact scores and their reasoning, the
// best task, the full order, and until when each of these answers holds.
//
// Everything is a pure function of facts, preferences and a moment. Preferences
// are taken to be valid (mindflow.Preferences.Validate): weights of 0 to 1000
// and a time-of-day bonus of 0 to one half.
package score

import (
	"time"

	"mindflow/internal/mindflow"
)

// Exact is a score in units of 1/40000: quarters of a term, times hundredths of
// a weight, times hundredths of a multiplier. With valid preferences it lies
// between 0 and 435 million.
type Exact int64

// Rounded is the score in hundredths, half up, as it is shown.
func (e Exact) Rounded() mindflow.Hundredths { return mindflow.Hundredths((e + 200) / 400) }

// urgency is a deadline's urgency in quarters. While time passes, a task's
// urgency only rises.
type urgency int64

const (
	noDeadline urgency = iota
	later
	withinWeek
	tomorrow
	today
	overdue
)

// Moment is one person's view of one instant: their weights, the day it is for
// them, where the days that matter start, and which windows are open. It does
// not change once made, so goroutines may share it.
type Moment struct {
	zone    mindflow.Zone
	weights mindflow.Weights
	windows [4]mindflow.Window // by part of the day; unused for none
	open    [4]bool            // true for none: any time is good

	now   int64        // Unix µs
	today mindflow.Day // the latest day that has started
	// An instant before endOfToday (Unix µs) is due today, and so on.
	endOfToday, endOfTomorrow, endOfWeek int64

	// The time-of-day multipliers, in hundredths, by part of the day.
	multiplier, inside, outside [4]int64
}

// At is the view that a person with preferences p has of the instant now.
func At(p mindflow.Preferences, now time.Time) *Moment {
	day := p.Zone.Today(now)
	m := &Moment{
		zone: p.Zone, weights: p.Weights,
		windows: [4]mindflow.Window{
			mindflow.InMorning:   p.Windows.Morning,
			mindflow.InAfternoon: p.Windows.Afternoon,
			mindflow.InEvening:   p.Windows.Evening,
		},
		now: now.UnixMicro(), today: day,
		endOfToday:    p.Zone.Start(day + 1).UnixMicro(),
		endOfTomorrow: p.Zone.Start(day + 2).UnixMicro(),
		endOfWeek:     p.Zone.Start(day + 8).UnixMicro(),
	}
	m.readClock()
	return m
}

// readClock notes which windows are open and the multipliers that follow.
func (m *Moment) readClock() {
	c := clock{zone: m.zone}
	wall := c.timeOfDay(m.now)
	bonus := int64(m.weights.TimeOfDayBonus)
	m.open[mindflow.NoPart] = true
	m.inside[mindflow.NoPart], m.outside[mindflow.NoPart] = 100, 100
	for part := mindflow.InMorning; part <= mindflow.InEvening; part++ {
		m.open[part] = contains(m.windows[part], wall)
		m.inside[part], m.outside[part] = 100+bonus, 100-bonus
	}
	for part, open := range m.open {
		m.multiplier[part] = m.outside[part]
		if open {
			m.multiplier[part] = m.inside[part]
		}
	}
}

// Actionable reports whether f's snooze is over and its start has come. From
// then on it stays so.
func (m *Moment) Actionable(f *mindflow.Fact) bool {
	// What is not set is the least of its kind, and so in the past.
	return max(f.SnoozedUntil, f.StartAt) <= m.now && f.StartOn <= m.today
}

// Score is f's exact score at this moment, whether or not f is actionable.
func (m *Moment) Score(f *mindflow.Fact) Exact {
	return m.points(f, m.urgency(f), m.multiplier[f.Preferred&3])
}

// points is f's score at a given urgency and multiplier (in hundredths).
func (m *Moment) points(f *mindflow.Fact, u urgency, multiplier int64) Exact {
	sum := int64(u)*int64(m.weights.Urgency) +
		4*int64(f.Priority)*int64(m.weights.Priority) +
		effortQuarters(f.Effort)*int64(m.weights.Effort)
	return Exact(sum * multiplier)
}

// urgency is how urgent f's deadline is at this moment.
func (m *Moment) urgency(f *mindflow.Fact) urgency {
	switch {
	case f.DueOn != mindflow.NoDay:
		return m.urgencyOfDay(f.DueOn)
	case f.DueAt != mindflow.NoInstant:
		return m.urgencyOfInstant(f.DueAt)
	}
	return noDeadline
}

// urgencyOfDay compares calendar days; a day is overdue once the next has started.
func (m *Moment) urgencyOfDay(due mindflow.Day) urgency {
	switch days := due - m.today; {
	case days < 0:
		return overdue
	case days == 0:
		return today
	case days == 1:
		return tomorrow
	case days <= 7:
		return withinWeek
	}
	return later
}

// urgencyOfInstant compares with the starts of days: an instant lies in the
// latest day that has started by then, so no conversion is needed.
func (m *Moment) urgencyOfInstant(due int64) urgency {
	switch {
	case due <= m.now:
		return overdue
	case due < m.endOfToday:
		return today
	case due < m.endOfTomorrow:
		return tomorrow
	case due < m.endOfWeek:
		return withinWeek
	}
	return later
}

// effortQuarters is the bonus for little effort (in minutes; 0 is unknown), in
// quarters. It reads a table, as among mixed tasks a branch is hard to predict.
func effortQuarters(minutes uint16) int64 {
	const quarters = "0" + "444444444444444" + "333333333333333" + "222222222222222222222222222222" + "1"
	return int64(quarters[min(minutes, 61)] - '0')
}

// asleep reports whether f's snooze is not over.
func (m *Moment) asleep(f *mindflow.Fact) bool { return f.SnoozedUntil > m.now }

// Overdue reports whether f is due before this moment, and not snoozed.
func (m *Moment) Overdue(f *mindflow.Fact) bool { return m.urgency(f) == overdue && !m.asleep(f) }

// DueToday reports whether f is due later on this moment's day, and not snoozed.
func (m *Moment) DueToday(f *mindflow.Fact) bool { return m.urgency(f) == today && !m.asleep(f) }

// WakesToday reports whether f's snooze ends later on this moment's day.
func (m *Moment) WakesToday(f *mindflow.Fact) bool {
	return m.asleep(f) && f.SnoozedUntil < m.endOfToday
}

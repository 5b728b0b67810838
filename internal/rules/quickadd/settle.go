package quickadd

import (
	"slices"

	"mindflow/internal/mindflow"
)

// settle lets each token, in the order of the text, set its field; where another
// has set it before, it stays text.
func (p *parser) settle() {
	rule := p.takeRepeat()
	dates := p.takeDates(rule)
	if rule != nil {
		p.setRepeat(rule, &dates)
	} else {
		p.setDates(&dates)
	}
	for i := range p.pieces {
		switch pc := &p.pieces[i]; {
		case pc.form && pc.escaped:
			pc.taken = true
		case pc.form:
			p.take(pc)
		}
	}
	p.finish()
}

// take sets what the piece says, if nothing has before.
func (p *parser) take(pc *piece) {
	switch pc.shape {
	case aPriority:
		if pc.taken = p.draft.Priority == 0; pc.taken {
			p.draft.Priority = pc.n
		}
	case aProject:
		if pc.taken = p.draft.Project == ""; pc.taken {
			p.draft.Project = pc.name
		}
	case anEffort:
		if pc.taken = p.draft.EffortMinutes == 0; pc.taken {
			p.draft.EffortMinutes = pc.n
		}
	case aTag:
		pc.taken = p.addTag(pc.name)
	case aPart:
		pc.taken = p.prefer(pc.part)
	case aLead:
		pc.taken = p.remind(Reminder{BeforeMinutes: pc.n})
	case aMoment:
		pc.taken = p.remind(Reminder{At: p.local(p.moment(&pc.date, workStarts))})
	case aDate:
		p.preferBeside(pc, pc.date.part, pc.date.partAt)
	case aRepeat:
		p.preferBeside(pc, pc.repeat.part, pc.repeat.partAt)
	case anEnd, aCount, aSpan: // with the rule
	}
}

// workStarts is when one is reminded of a day.
var workStarts = clockAt(9, 0)

func (p *parser) addTag(name string) bool {
	key := mindflow.Fold(name)
	for _, tag := range p.draft.Tags {
		if mindflow.Fold(tag) == key {
			return true
		}
	}
	if len(p.draft.Tags) == mindflow.MaxTags {
		return false
	}
	p.draft.Tags = append(p.draft.Tags, name)
	return true
}

func (p *parser) remind(r Reminder) bool {
	if slices.Contains(p.draft.Reminders, r) {
		return true
	}
	if len(p.draft.Reminders) == mindflow.MaxReminders {
		return false
	}
	p.draft.Reminders = append(p.draft.Reminders, r)
	return true
}

func (p *parser) prefer(part mindflow.PartOfDay) bool {
	if p.draft.PreferredTime != mindflow.AnyTime {
		return false
	}
	p.draft.PreferredTime = part.Name()
	return true
}

// preferBeside sets the part of the day that a date or rule names; where one is
// set, the word for it stays text.
func (p *parser) preferBeside(pc *piece, part mindflow.PartOfDay, at int) {
	if pc.taken && part != mindflow.NoPart && !p.prefer(part) && at > 0 {
		pc.hole = at
	}
}

// takeRepeat is the first rule, or nil.
func (p *parser) takeRepeat() *piece {
	for i := range p.pieces {
		if pc := &p.pieces[i]; pc.shape == aRepeat && pc.form && !pc.escaped {
			pc.taken = true
			return pc
		}
	}
	return nil
}

// dates are the pieces that make a task's dates, as far as there are any.
type dates struct {
	day   *piece // the due date's day, with or without a time
	clock *piece // the time of a day that has none itself, or a time alone
	start *piece
}

// takeDates decides which date is for what.
func (p *parser) takeDates(rule *piece) dates {
	var d dates
	d.start = p.firstDate(func(said *dateSaid) bool { return said.role == startsAt })
	if d.start != nil {
		d.start.taken = true
	}
	deadline := p.firstDate(func(said *dateSaid) bool { return said.role == dueBy && said.isDay() })
	for i := range p.pieces {
		pc := &p.pieces[i]
		if !pc.isToken(aDate) || pc.date.role == startsAt {
			continue
		}
		switch {
		case rule != nil && d.start != nil && d.start.date.role == startsAt && pc.date.isDay():
			// the rule begins where "from" says
		case deadline != nil && pc.date.isDay() && pc != deadline:
			p.startBefore(pc, deadline, &d)
		default:
			d.add(pc)
		}
	}
	return d
}

func (pc *piece) isToken(s shape) bool { return pc.shape == s && pc.form && !pc.escaped }

// add takes a date or time that completes what was said before.
func (d *dates) add(pc *piece) {
	said := &pc.date
	whole := d.day != nil && d.day.date.hasTime()
	switch {
	case said.isDay() && d.day == nil && (d.clock == nil || !said.hasTime()):
		d.day, pc.taken = pc, true
	case !said.isDay() && d.clock == nil && !whole:
		d.clock, pc.taken = pc, true
	}
}

// startBefore makes a plain date the start date where there is a deadline.
func (p *parser) startBefore(pc, deadline *piece, d *dates) {
	if pc.date.role != plainDate || d.start != nil {
		return
	}
	if p.when(&pc.date).Misses(p.when(&deadline.date), p.zone) {
		return
	}
	d.start, pc.taken = pc, true
}

func (p *parser) when(d *dateSaid) mindflow.When {
	if d.hasDay && d.clock == noClock {
		return mindflow.OnDay(d.day)
	}
	return mindflow.AtInstant(p.moment(d, 0))
}

func (p *parser) firstDate(is func(*dateSaid) bool) *piece {
	for i := range p.pieces {
		if pc := &p.pieces[i]; pc.isToken(aDate) && is(&pc.date) {
			return pc
		}
	}
	return nil
}

// due is the due date that was said.
func (d *dates) due() (dateSaid, bool) {
	switch {
	case d.day != nil && d.clock != nil:
		said := d.day.date
		said.clock = d.clock.date.clock
		return said, true
	case d.day != nil:
		return d.day.date, true
	case d.clock != nil:
		return d.clock.date, true
	}
	return dateSaid{clock: noClock}, false
}

// setDates sets due and start date of a task that does not come again.
func (p *parser) setDates(d *dates) {
	due, ok := d.due()
	if ok {
		p.draft.DueDate = p.said(&due)
	}
	if d.start == nil {
		return
	}
	start := d.start.date
	if !start.isDay() && due.hasDay { // from 5pm: of the day it is due
		start.hasDay, start.day = true, due.day
	}
	p.draft.StartDate, d.start.sets = p.said(&start), StartDate
}

// setRepeat sets the rule, the due date as its first occurrence, and where it ends.
func (p *parser) setRepeat(rule *piece, d *dates) {
	r := &rule.repeat
	due := p.firstOccurrence(r, d)
	if due.day > mindflow.LastDay {
		rule.taken = false
		p.setDates(d)
		return
	}
	p.draft.DueDate = p.said(&due)
	switch {
	case d.start == nil:
	case d.start.date.role == startsAt:
		d.start.sets = Recurrence
	default:
		p.draft.StartDate, d.start.sets = p.said(&d.start.date), StartDate
	}
	var buffer [96]byte
	text := r.appendFrequency(buffer[:0])
	for i := range p.pieces {
		pc := &p.pieces[i]
		if !pc.isToken(anEnd) && !pc.isToken(aCount) && !pc.isToken(aSpan) {
			continue
		}
		if ended, ok := p.appendEnd(text, pc, &due); ok {
			text, pc.taken = ended, true
			break
		}
	}
	text = r.appendDays(text, due.day)
	p.draft.Recurrence = Repeat{Rule: string(text), From: mindflow.FromSchedule}
	if r.afterCompletion {
		p.draft.Recurrence.From = mindflow.FromCompletion
	}
}

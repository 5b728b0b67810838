package score

import "mindflow/internal/mindflow"

// Reasoning is the terms of a score and one plain sentence. Each number is in
// hundredths. The parts are rounded half up, the multiplier is exact, and
// TimeOfDayScore is what is left of the total (it may be negative), so that the
// four scores always add up to TotalScore. InheritedFrom is the waiting task whose
// urgency it is; zero when it is the task's own.
type Reasoning struct {
	DeadlineUrgency      mindflow.Hundredths
	DeadlineUrgencyScore mindflow.Hundredths
	PriorityScore        mindflow.Hundredths
	EffortBonus          mindflow.Hundredths
	EffortBonusScore     mindflow.Hundredths
	TimeOfDayMultiplier  mindflow.Hundredths
	TimeOfDayScore       mindflow.Hundredths
	TotalScore           mindflow.Hundredths
	Recommendation       string
	InheritedFrom        mindflow.TaskName
}

// Because is the reasoning of a task that is so urgent because another waits for it.
func (r Reasoning) Because(waiting mindflow.TaskName) Reasoning {
	r.InheritedFrom = waiting
	r.Recommendation += ", because " + mindflow.Quoted(waiting.Title) + " waits for it"
	return r
}

// Reasoning explains f's score at this moment.
func (m *Moment) Reasoning(f *mindflow.Fact) Reasoning {
	u, effort := m.urgency(f), effortQuarters(f.Effort)
	multiplier := m.multiplier[f.Preferred&3]
	r := Reasoning{
		DeadlineUrgency:      25 * mindflow.Hundredths(u),
		DeadlineUrgencyScore: fromQuarters(mindflow.Hundredths(u) * m.weights.Urgency),
		PriorityScore:        mindflow.Hundredths(f.Priority) * m.weights.Priority,
		EffortBonus:          25 * mindflow.Hundredths(effort),
		EffortBonusScore:     fromQuarters(mindflow.Hundredths(effort) * m.weights.Effort),
		TimeOfDayMultiplier:  mindflow.Hundredths(multiplier),
		TotalScore:           m.points(f, u, multiplier).Rounded(),
		Recommendation:       m.recommendation(f, u),
	}
	r.TimeOfDayScore = r.TotalScore - r.DeadlineUrgencyScore - r.PriorityScore - r.EffortBonusScore
	return r
}

// fromQuarters rounds quarters of a hundredth half up.
func fromQuarters(q mindflow.Hundredths) mindflow.Hundredths { return (q + 2) / 4 }

func (m *Moment) recommendation(f *mindflow.Fact, u urgency) string {
	var priority, effort string
	switch {
	case f.Priority >= 4:
		priority = " with high priority"
	case f.Priority <= 2:
		priority = " with low priority"
	}
	if effortQuarters(f.Effort) == 4 {
		effort = ", quick win"
	}
	if m.open[f.Preferred&3] {
		return u.phrase() + priority + effort + " - good time to tackle this"
	}
	return u.phrase() + priority + effort + " - better in the " + string(f.Preferred.Name())
}

func (u urgency) phrase() string {
	switch u {
	case overdue:
		return "Overdue"
	case today:
		return "Due today"
	case tomorrow:
		return "Due tomorrow"
	case withinWeek:
		return "Due within 7 days"
	case later:
		return "Due later"
	case noDeadline:
	}
	return "No deadline"
}

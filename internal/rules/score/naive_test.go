package score

import (
	"bytes"
	"math/big"
	"slices"
	"time"

	"mindflow/internal/mindflow"
)

// naive scores straight from the definition, sharing nothing with the package:
// rational numbers, calendar days by Zone.Today, the wall clock as the time
// package shows it. What does not depend on the moment is kept between moments.
type naive struct {
	facts  []mindflow.Fact // in any order
	dueDay []mindflow.Day
	p      mindflow.Preferences
	scores map[terms]Reasoning
	exact  map[terms]Exact
}

// terms are what a score is made of, in hundredths.
type terms struct{ urgency, priority, effort, multiplier int64 }

type entry struct {
	id        mindflow.TaskID
	createdAt int64
	score     Exact
	reasoning Reasoning
}

func newNaive(facts []mindflow.Fact, p mindflow.Preferences) *naive {
	n := &naive{facts: facts, p: p, scores: map[terms]Reasoning{}, exact: map[terms]Exact{}}
	for _, f := range facts {
		due := f.DueOn
		if f.DueAt != mindflow.NoInstant {
			due = p.Zone.Today(mindflow.UTC(f.DueAt))
		}
		n.dueDay = append(n.dueDay, due)
	}
	return n
}

// ranked is the whole answer at a moment.
func (n *naive) ranked(now time.Time) []entry {
	today := n.p.Zone.Today(now)
	var list []entry
	for i, f := range n.facts {
		if mindflow.UTC(f.SnoozedUntil).After(now) && f.SnoozedUntil != mindflow.NoInstant ||
			f.StartAt != mindflow.NoInstant && mindflow.UTC(f.StartAt).After(now) ||
			f.StartOn != mindflow.NoDay && f.StartOn > today {
			continue
		}
		list = append(list, n.entry(f, n.dueDay[i], today, now))
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		switch {
		case a.score != b.score:
			return int(b.score - a.score)
		case a.createdAt != b.createdAt:
			return int(a.createdAt - b.createdAt)
		}
		return bytes.Compare(a.id[:], b.id[:])
	})
	return list
}

func (n *naive) entry(f mindflow.Fact, dueDay, today mindflow.Day, now time.Time) entry {
	t := terms{priority: int64(f.Priority), multiplier: 100}
	sentence := "No deadline"
	if dueDay != mindflow.NoDay {
		switch days := int(dueDay) - int(today); {
		case days < 0, f.DueAt != mindflow.NoInstant && !mindflow.UTC(f.DueAt).After(now):
			t.urgency, sentence = 125, "Overdue"
		case days == 0:
			t.urgency, sentence = 100, "Due today"
		case days == 1:
			t.urgency, sentence = 75, "Due tomorrow"
		case days <= 7:
			t.urgency, sentence = 50, "Due within 7 days"
		default:
			t.urgency, sentence = 25, "Due later"
		}
	}
	if f.Priority > 3 {
		sentence += " with high priority"
	} else if f.Priority < 3 {
		sentence += " with low priority"
	}
	switch {
	case f.Effort == 0:
	case f.Effort <= 15:
		t.effort = 100
		sentence += ", quick win"
	case f.Effort <= 30:
		t.effort = 75
	case f.Effort <= 60:
		t.effort = 50
	default:
		t.effort = 25
	}
	sentence += " - "
	switch part := f.Preferred.Name(); {
	case part == mindflow.AnyTime:
		sentence += "good time to tackle this"
	case inWindow(n.p.Windows.Of(part), now.In(n.p.Zone.Location())):
		t.multiplier += int64(n.p.Weights.TimeOfDayBonus)
		sentence += "good time to tackle this"
	default:
		t.multiplier -= int64(n.p.Weights.TimeOfDayBonus)
		sentence += "better in the " + string(part)
	}
	r := n.reasoning(t)
	r.Recommendation = sentence
	return entry{f.ID, f.CreatedAt, n.exact[t], r}
}

func inWindow(w mindflow.Window, wall time.Time) bool {
	h, m, s := wall.Clock()
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(wall.Nanosecond())
	start, end := time.Duration(w.Start)*time.Minute, time.Duration(w.End)*time.Minute
	if start <= end {
		return at >= start && at < end
	}
	return at >= start || at < end
}

func (n *naive) reasoning(t terms) Reasoning {
	if r, known := n.scores[t]; known {
		return r
	}
	product := func(a, b int64) *big.Rat {
		return new(big.Rat).Mul(big.NewRat(a, 100), big.NewRat(b, 100))
	}
	urgency := product(t.urgency, int64(n.p.Weights.Urgency))
	priority := product(t.priority*100, int64(n.p.Weights.Priority))
	effort := product(t.effort, int64(n.p.Weights.Effort))
	sum := new(big.Rat).Add(urgency, priority)
	sum.Add(sum, effort).Mul(sum, big.NewRat(t.multiplier, 100))
	r := Reasoning{
		DeadlineUrgency: mindflow.Hundredths(t.urgency), DeadlineUrgencyScore: halfUp(urgency),
		PriorityScore: halfUp(priority),
		EffortBonus:   mindflow.Hundredths(t.effort), EffortBonusScore: halfUp(effort),
		TimeOfDayMultiplier: mindflow.Hundredths(t.multiplier), TotalScore: halfUp(sum),
	}
	r.TimeOfDayScore = r.TotalScore - r.DeadlineUrgencyScore - r.PriorityScore - r.EffortBonusScore
	n.scores[t] = r
	n.exact[t] = Exact(new(big.Rat).Mul(sum, big.NewRat(40000, 1)).Num().Int64())
	return r
}

// halfUp rounds to hundredths: the integer below x·100 + 1/2.
func halfUp(x *big.Rat) mindflow.Hundredths {
	x = new(big.Rat).Mul(x, big.NewRat(100, 1))
	x.Add(x, big.NewRat(1, 2))
	return mindflow.Hundredths(new(big.Int).Div(x.Num(), x.Denom()).Int64())
}

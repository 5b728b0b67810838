package score

import (
	"time"

	"mindflow/internal/mindflow"
)

// Best is the best task at a moment.
type Best struct {
	// Index is the task's place in the facts, or -1 when nothing is actionable.
	Index int
	Score Exact
	// ValidUntil is the first later instant at which, the facts unchanged, the
	// answer differs: another task, score or reasoning. With Index -1 it is when
	// something becomes actionable. Zero is never.
	ValidUntil time.Time
}

// FindBest finds the actionable task with the highest score now. The facts must
// be in the order of Fact.Compare (creation, then id): among equal scores the
// first wins. It allocates nothing that grows with the facts.
func FindBest(facts []mindflow.Fact, p mindflow.Preferences, now time.Time) Best {
	m := At(p, now)
	best := m.highest(facts)
	h := m.horizon()
	if best.Index < 0 {
		for i := range facts {
			h.lower(h.available(&facts[i]))
		}
	} else {
		h.lead(facts, best)
	}
	best.ValidUntil = h.validUntil()
	return best
}

// highest is the best task without its ValidUntil.
func (m *Moment) highest(facts []mindflow.Fact) Best {
	best := Best{Index: -1, Score: -1}
	for i := range facts {
		f := &facts[i]
		if s := m.Score(f); s > best.Score && m.Actionable(f) {
			best.Index, best.Score = i, s
		}
	}
	best.Score = max(best.Score, 0)
	return best
}

// lead lowers the horizon to the end of the best task's lead. Its own score and
// reasoning stay as they are until its urgency rises or its window turns; the
// lead may end before that, when another task overtakes it.
func (h *horizon) lead(facts []mindflow.Fact, best Best) {
	winner := &facts[best.Index]
	h.lower(h.turned(winner.Preferred))
	h.lower(h.risen(winner))
	for i := range facts[:best.Index] {
		h.overtake(&facts[i], best.Score) // an equal score is enough: it is older
	}
	for i := best.Index + 1; i < len(facts); i++ {
		h.overtake(&facts[i], best.Score+1)
	}
}

// overtake lowers the horizon to the first instant at which f is actionable and
// scores at least enough, which it does not now. Urgency only rises and an open
// window never costs points, so that is either once the urgency suffices
// outside the window, or once it suffices inside and the window is open.
func (h *horizon) overtake(f *mindflow.Fact, enough Exact) {
	inside, outside := h.inside[f.Preferred&3], h.outside[f.Preferred&3]
	if h.points(f, highestUrgency(f), inside) < enough {
		return
	}
	from := h.now
	if !h.Actionable(f) {
		if from = h.available(f); from >= h.until {
			return
		}
	}
	h.lower(h.suffices(f, enough, outside, from))
	if inside == outside {
		return
	}
	if at := h.suffices(f, enough, inside, from); at < h.until {
		h.lower(h.clock.next(h.windows[f.Preferred&3], true, at))
	}
}

// suffices is the first instant, from the given one on, at which f's urgency is
// high enough for a score of at least enough under a multiplier.
func (h *horizon) suffices(f *mindflow.Fact, enough Exact, multiplier int64, from int64) int64 {
	current := h.urgency(f)
	for u := current; u <= highestUrgency(f); u++ {
		switch {
		case h.points(f, u, multiplier) < enough:
		case u == current:
			return from
		default:
			return max(from, h.reaches(f, u))
		}
	}
	return never
}

// highestUrgency is what f's urgency comes to in the end.
func highestUrgency(f *mindflow.Fact) urgency {
	if f.DueAt == mindflow.NoInstant && f.DueOn == mindflow.NoDay {
		return noDeadline
	}
	return overdue
}

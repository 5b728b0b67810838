package score

import (
	"time"

	"mindflow/internal/mindflow"
)

// horizon looks ahead from a moment for the first instant at which an answer
// differs. Instants are Unix µs. Its questions may be answered by any instant
// not before until once it is certain that the truth is not before until either.
type horizon struct {
	*Moment
	clock clock
	until int64 // the earliest change found so far, after now, or never
}

func (m *Moment) horizon() *horizon {
	return &horizon{Moment: m, clock: clock{zone: m.zone}, until: never}
}

func (h *horizon) lower(at int64) { h.until = min(h.until, at) }

// validUntil is the horizon as answered: zero for never.
func (h *horizon) validUntil() time.Time {
	if h.until == never {
		return time.Time{}
	}
	return mindflow.UTC(h.until)
}

// available is when f, not actionable yet, becomes so.
func (h *horizon) available(f *mindflow.Fact) int64 {
	at := max(f.SnoozedUntil, f.StartAt)
	if f.StartOn <= h.today || at >= h.until {
		return at
	}
	if notBefore(f.StartOn) >= h.until {
		return h.until
	}
	return max(at, h.clock.dayStart(f.StartOn))
}

// risen is when f's urgency rises.
func (h *horizon) risen(f *mindflow.Fact) int64 {
	u := h.urgency(f)
	if u == noDeadline || u == overdue {
		return never
	}
	return h.reaches(f, u+1)
}

// daysAhead is how many days before the due day a deadline's urgency is reached.
var daysAhead = [...]mindflow.Day{withinWeek: 7, tomorrow: 1, today: 0, overdue: -1}

// reaches is when f's urgency reaches u, which is more than it is now.
func (h *horizon) reaches(f *mindflow.Fact, u urgency) int64 {
	if f.DueAt != mindflow.NoInstant && u == overdue {
		return f.DueAt
	}
	if h.endOfToday >= h.until {
		return h.until // all else takes a new day
	}
	due := f.DueOn
	if f.DueAt != mindflow.NoInstant {
		if earliest := dayBefore(f.DueAt - farthestOffset); notBefore(earliest-daysAhead[u]) >= h.until {
			return h.until
		}
		due = h.clock.dayOf(f.DueAt)
	}
	if notBefore(due-daysAhead[u]) >= h.until {
		return h.until
	}
	return h.clock.dayStart(due - daysAhead[u])
}

// turned is when the window of a part of the day opens or closes.
func (h *horizon) turned(part mindflow.PartOfDay) int64 {
	if part == mindflow.NoPart {
		return never
	}
	return h.clock.next(h.windows[part&3], !h.open[part&3], h.now)
}

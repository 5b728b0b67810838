package mindflow

import (
	"bytes"
	"cmp"
	"math"
	"time"
)

// Fact is what ranking needs to know of one open task, and nothing else: a
// workspace's facts stay in memory, so they are narrow and hold no pointer.
type Fact struct {
	ID           TaskID
	CreatedAt    int64 // Unix µs
	DueAt        int64 // Unix µs, or NoInstant
	StartAt      int64 // Unix µs, or NoInstant
	SnoozedUntil int64 // Unix µs, or NoInstant; an ended snooze means nothing any more
	Version      Version
	DueOn        Day    // or NoDay; at most one of DueAt and DueOn is set
	StartOn      Day    // or NoDay; at most one of StartAt and StartOn is set
	Effort       uint16 // minutes, or 0
	Priority     uint8  // 1 to 5
	Preferred    PartOfDay
}

// What an unset date is in a Fact.
const (
	NoInstant int64 = math.MinInt64
	NoDay     Day   = math.MinInt32
)

// PartOfDay is PreferredTime as a small number.
type PartOfDay uint8

// The parts of the day, in the order of PreferredTimes; zero is AnyTime.
const (
	NoPart PartOfDay = iota
	InMorning
	InAfternoon
	InEvening
)

// Name is the part's PreferredTime.
func (p PartOfDay) Name() PreferredTime {
	if p == NoPart || int(p) > len(PreferredTimes) {
		return AnyTime
	}
	return PreferredTimes[p-1]
}

// Part is the preferred time as a small number.
func (p PreferredTime) Part() PartOfDay {
	for i, name := range PreferredTimes {
		if name == p {
			return PartOfDay(i + 1)
		}
	}
	return NoPart
}

// Compare orders facts by creation, then id: the order in which ties are broken.
func (f *Fact) Compare(o *Fact) int {
	if c := cmp.Compare(f.CreatedAt, o.CreatedAt); c != 0 {
		return c
	}
	return bytes.Compare(f.ID[:], o.ID[:])
}

// Fact is the part of the task that ranking needs.
func (t Task) Fact() Fact {
	f := Fact{
		ID: t.ID, CreatedAt: t.CreatedAt.UnixMicro(), Version: t.Version,
		DueAt: NoInstant, StartAt: NoInstant, SnoozedUntil: NoInstant, DueOn: NoDay, StartOn: NoDay,
		Effort: uint16(t.EffortMinutes), Priority: uint8(t.Priority), Preferred: t.PreferredTime.Part(), //nolint:gosec // a legal task has at most MaxEffort and MaxPriority
	}
	f.DueAt, f.DueOn = t.Due.parts()
	f.StartAt, f.StartOn = t.Start.parts()
	if t.Status == StatusSnoozed {
		f.SnoozedUntil = t.SnoozedUntil.UnixMicro()
	}
	return f
}

// parts are the two columns a date is kept in.
func (w When) parts() (int64, Day) {
	at, day := NoInstant, NoDay
	switch w.kind {
	case whenInstant:
		at = w.at.UnixMicro()
	case whenDay:
		day = w.day
	case whenNever:
	}
	return at, day
}

// UTC is the instant of Unix microseconds, in UTC.
func UTC(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

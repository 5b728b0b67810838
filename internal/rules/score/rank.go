package score

import (
	"math"
	"slices"
	"time"

	"mindflow/internal/mindflow"
)

// Placed is one task's place in a ranking.
type Placed struct {
	Index int32 // in the facts
	Score Exact
}

// Ranking is every actionable task at a moment, best first.
type Ranking struct {
	Order []Placed
	// ValidUntil is the first later instant at which, the facts unchanged, the
	// list of tasks, scores and reasonings differs. Zero is never.
	ValidUntil time.Time
}

// Rank orders the actionable tasks by score, highest first. The facts must be
// in the order of Fact.Compare (creation, then id), at most 2³¹ of them: among
// equal scores the index is the tie-break.
func Rank(facts []mindflow.Fact, p mindflow.Preferences, now time.Time) Ranking {
	m := At(p, now)
	h := m.horizon()
	var used [4]bool
	keys := make([]int64, 0, len(facts))
	for i := range facts {
		f := &facts[i]
		if !m.Actionable(f) {
			h.lower(h.available(f))
			continue
		}
		used[f.Preferred&3] = true
		h.lower(h.risen(f))
		keys = append(keys, sortKey(m.Score(f), i))
	}
	for part, used := range used {
		if used {
			h.lower(h.turned(mindflow.PartOfDay(part)))
		}
	}
	slices.Sort(keys)
	return Ranking{Order: placed(keys), ValidUntil: h.validUntil()}
}

// sortKey orders by score, highest first, then index: an exact score takes 29
// bits and is turned upside down above the 31 bits of the index.
func sortKey(score Exact, index int) int64 {
	return int64(math.MaxInt32-score)<<31 | int64(index)
}

// placed reads the sort keys.
func placed(keys []int64) []Placed {
	order := make([]Placed, len(keys))
	for i, key := range keys {
		order[i] = Placed{Index: int32(key & math.MaxInt32), Score: math.MaxInt32 - Exact(key>>31)}
	}
	return order
}

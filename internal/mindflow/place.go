package mindflow

import (
	"strconv"
	"time"
)

// placeOffset makes all creation times numbers of 17 digits, so that they sort as
// text as they do as numbers.
const placeOffset = 10_000_000_000_000_000

// placeKey is what the manual order sorts by, as text of digits: the position
// where there is one, else the moment of creation. SQL says the same.
func placeKey(position string, created time.Time) string {
	if position != "" {
		return position
	}
	return strconv.FormatInt(created.UnixMicro()+placeOffset, 10)
}

// PlaceAt is the position of what stands as if it was made at a moment.
func PlaceAt(at time.Time) string { return placeKey("", at) }

// PlaceKey is the task's in the manual order.
func (t Task) PlaceKey() string { return placeKey(t.Details.Position, t.CreatedAt) }

// PlaceKey is the project's in the manual order.
func (p Project) PlaceKey() string { return placeKey(p.Position, p.CreatedAt) }

// Move says where something shall stand among its siblings: one of the four.
type Move[T any] struct {
	Before, After ID[T]
	First, Last   bool
}

// Check refuses what says nothing, or several things at once.
func (m Move[T]) Check() error {
	said := 0
	for _, is := range [...]bool{!m.Before.IsZero(), !m.After.IsZero(), m.First, m.Last} {
		if is {
			said++
		}
	}
	if said != 1 {
		return InvalidField("before", "must be said, or else one of after, first and last")
	}
	return nil
}

// Beside is the thing it shall stand beside, the name of the field that says so,
// and whether before it; the zero id for an end.
func (m Move[T]) Beside() (beside ID[T], field string, before bool) {
	switch {
	case !m.Before.IsZero():
		return m.Before, "before", true
	case !m.After.IsZero():
		return m.After, "after", false
	}
	return ID[T]{}, "", m.First
}

// ParseMove reads the ids of a move; whether they make one, Check says.
func ParseMove[T any](before, after string, first, last bool) (Move[T], error) {
	m := Move[T]{First: first, Last: last}
	for _, f := range [...]struct {
		name, said string
		id         *ID[T]
	}{{"before", before, &m.Before}, {"after", after, &m.After}} {
		if f.said == "" {
			continue
		}
		id, err := ParseID[T](f.said)
		if err != nil || id.IsZero() {
			return m, InvalidField(f.name, "must be a UUID")
		}
		*f.id = id
	}
	return m, nil
}

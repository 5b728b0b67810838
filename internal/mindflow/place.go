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

// PlaceKey is the task's in the manual order.
func (t Task) PlaceKey() string { return placeKey(t.Details.Position, t.CreatedAt) }

// PlaceKey is the project's in the manual order.
func (p Project) PlaceKey() string { return placeKey(p.Position, p.CreatedAt) }

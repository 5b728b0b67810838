package mindflow

import (
	"fmt"
	"strconv"
	"time"
)

// Snooze says how long a task shall be out of sight. At most one of its fields
// is set; none means three hours.
type Snooze struct {
	Hours    Field[int]
	Until    Field[string]
	Duration Field[string]
}

// Limits of a snooze.
const (
	DefaultSnooze  = 3 * time.Hour
	MaxSnoozeHours = 8760
)

// End is when the snooze ends, from now on. Hours and minutes are elapsed
// time; days and weeks keep the wall clock of zone z.
func (s Snooze) End(now time.Time, z Zone) (time.Time, error) {
	switch {
	case s.Until.has() && s.Duration.has(), s.Until.has() && s.Hours.has(), s.Duration.has() && s.Hours.has():
		return now, InvalidField("until", "cannot be combined with hours or duration")
	case s.Until.has():
		t, err := ParseInstant(s.Until.Value, z)
		if err == nil && !t.After(now) {
			err = fmt.Errorf("must be in the future")
		}
		if err != nil {
			return now, InvalidField("until", err.Error())
		}
		return t, nil
	case s.Duration.has():
		return endAfter(s.Duration.Value, now, z)
	case s.Hours.has():
		if s.Hours.Value < 1 || s.Hours.Value > MaxSnoozeHours {
			return now, InvalidField("hours", fmt.Sprintf("must be from 1 to %d", MaxSnoozeHours))
		}
		return now.Add(time.Duration(s.Hours.Value) * time.Hour), nil
	}
	return now.Add(DefaultSnooze), nil
}

func endAfter(duration string, now time.Time, z Zone) (time.Time, error) {
	bad := InvalidField("duration", "must be minutes, hours, days or weeks up to a year, such as 30m, 2h, 1d or 1w")
	if len(duration) < 2 {
		return now, bad
	}
	number, unit := duration[:len(duration)-1], duration[len(duration)-1]
	n, err := strconv.ParseUint(number, 10, 20)
	if err != nil || n == 0 {
		return now, bad
	}
	most := map[byte]uint64{'m': MaxSnoozeHours * 60, 'h': MaxSnoozeHours, 'd': 365, 'w': 52}[unit]
	if n > most {
		return now, bad
	}
	switch unit {
	case 'm':
		return now.Add(time.Duration(n) * time.Minute), nil
	case 'h':
		return now.Add(time.Duration(n) * time.Hour), nil
	case 'w':
		n *= 7
	}
	y, month, day := now.In(z.Location()).Date()
	h, minute, sec := now.In(z.Location()).Clock()
	return z.Instant(time.Date(y, month, day+int(n), h, minute, sec, 0, time.UTC)), nil
}

package taskwarrior

import (
	"strconv"
	"time"

	"mindflow/internal/formats"
)

// Unix seconds are told from dates such as 20261127 by their length: nine
// digits and more are 1973 and later.
const (
	minEpochDigits = 9
	maxEpochDigits = 12
)

// parseDate reads the ways in which Taskwarrior and its companions write an
// instant: 20261127T160000Z, 2026-11-27T16:00:00Z, Unix seconds. Years 1970
// to 9998.
func parseDate(s string) (time.Time, bool) {
	t, ok := parseAnyYear(s)
	t = t.UTC().Truncate(time.Microsecond)
	return t, ok && t.Year() >= 1970 && t.Year() <= 9998
}

func parseAnyYear(s string) (time.Time, bool) {
	for _, layout := range [...]string{"20060102T150405Z", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if len(s) < minEpochDigits || len(s) > maxEpochDigits {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// maybeMidnight reports whether t could be a midnight somewhere: zones differ
// from UTC by quarters of an hour.
func maybeMidnight(t time.Time) bool { return t.Unix()%(15*60) == 0 }

// stamp is an instant as people read it in a text.
func stamp(t time.Time, o formats.Options) string {
	s := t.In(o.Zone.Location()).Format("2006-01-02 15:04")
	if !o.HasZone {
		s = t.Format("2006-01-02 15:04") + " UTC"
	}
	return s
}

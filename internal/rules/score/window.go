package score

import "mindflow/internal/mindflow"

// contains reports whether w is open when the wall shows a time of day (µs).
func contains(w mindflow.Window, timeOfDay int64) bool {
	start, end := int64(w.Start)*minute, int64(w.End)*minute
	if start > end {
		return timeOfDay >= start || timeOfDay < end
	}
	return start <= timeOfDay && timeOfDay < end
}

// changes reports whether w is open at some time of the day, and closed at some.
func changes(w mindflow.Window) (opens, closes bool) {
	empty := w.Start == w.End || w.Start == mindflow.EndOfDay && w.End == 0
	full := w.Start == 0 && w.End == mindflow.EndOfDay
	return !empty, !full
}

// wait is how long (µs) an evenly running wall that shows a time of day takes
// until w is open (or closed); w must be that at some time of the day.
func wait(w mindflow.Window, open bool, timeOfDay int64) int64 {
	if contains(w, timeOfDay) == open {
		return 0
	}
	edge := w.End
	if open {
		edge = w.Start
	}
	return intoDay(int64(edge)*minute - timeOfDay)
}

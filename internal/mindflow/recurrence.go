package mindflow

import "reflect"

// RecurFrom says what the next occurrence is counted from.
type RecurFrom string

// What the next occurrence is counted from.
const (
	FromSchedule   RecurFrom = "schedule"   // the rule's own days
	FromCompletion RecurFrom = "completion" // the day the last one was done
)

// Recurrence makes a task one occurrence of a series. It is kept with the task
// that is the present occurrence, and goes on to the next one.
type Recurrence struct {
	Rule string    `json:"rule"` // RFC 5545, without a prefix
	From RecurFrom `json:"from"`
	// Timezone is the zone the rule's days and times are in, as an IANA name.
	Timezone string `json:"timezone"`
	// Start is DTSTART: a day, or a date-time of the wall clock in Timezone.
	Start string `json:"start"`
	// Slot is the occurrence this task is, in the form of Start: where the rule
	// put it, wherever it was moved to since.
	Slot string `json:"slot"`
	// Series is the first task of the series.
	Series TaskID `json:"series_id"`
	// Alone holds what fields were before they were edited for this occurrence
	// alone; the next one has them again.
	Alone map[string]any `json:"alone,omitempty"`
}

// IsZero reports whether nothing repeats.
func (r Recurrence) IsZero() bool { return r.Rule == "" }

// Same reports whether two recurrences hold the same.
func (r Recurrence) Same(o Recurrence) bool {
	if len(r.Alone) == 0 && len(o.Alone) == 0 {
		r.Alone, o.Alone = nil, nil
	}
	return r.IsZero() && o.IsZero() || reflect.DeepEqual(r, o)
}

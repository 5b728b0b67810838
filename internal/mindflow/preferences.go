package mindflow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Hundredths is an exact number with two decimals: 8750 is 87.5.
type Hundredths int64

// String is the shortest decimal form: "87.5", "88", "-0.25".
func (h Hundredths) String() string { return string(h.Append(nil)) }

// Append appends String's form.
func (h Hundredths) Append(b []byte) []byte {
	if h < 0 {
		b, h = append(b, '-'), -h
	}
	b = strconv.AppendInt(b, int64(h/100), 10)
	switch cents := h % 100; {
	case cents == 0:
	case cents%10 == 0:
		b = append(b, '.', byte('0'+cents/10))
	default:
		b = append(b, '.', byte('0'+cents/10), byte('0'+cents%10))
	}
	return b
}

// MarshalJSON writes a JSON number.
func (h Hundredths) MarshalJSON() ([]byte, error) { return h.Append(nil), nil }

var errHundredths = errors.New("must be a number with at most two decimals")

// ParseHundredths reads a decimal number of at most two decimals.
func ParseHundredths(s string) (Hundredths, error) {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 && strings.Trim(part[2:], "0") == "" {
		part = part[:2]
	}
	negative := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	if len(whole) == 0 || len(whole) > 12 || len(part) > 2 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, errHundredths
	}
	n, err := strconv.ParseInt((whole + (part + "00")[:2]), 10, 64)
	if err != nil {
		return 0, errHundredths
	}
	if negative {
		n = -n
	}
	return Hundredths(n), nil
}

// UnmarshalJSON reads a JSON number, also in exponent form.
func (h *Hundredths) UnmarshalJSON(b []byte) error {
	s := string(b)
	if strings.ContainsAny(s, "eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return errHundredths
		}
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	v, err := ParseHundredths(s)
	if err == nil {
		*h = v
	}
	return err
}

// Minutes is a wall-clock time of day in minutes since midnight, 0 to 1440.
type Minutes int

// EndOfDay is 24:00.
const EndOfDay Minutes = 1440

// String is "06:00".
func (m Minutes) String() string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// ParseMinutes reads "06:00" to "24:00".
func ParseMinutes(s string) (Minutes, error) {
	if len(s) == 5 && s[2] == ':' {
		h, errH := strconv.ParseUint(s[:2], 10, 8)
		m, errM := strconv.ParseUint(s[3:], 10, 8)
		if t := Minutes(h*60 + m); errH == nil && errM == nil && m < 60 && t <= EndOfDay {
			return t, nil
		}
	}
	return 0, fmt.Errorf("must be a time of day from 00:00 to 24:00")
}

// Window is a span of the wall clock, [Start, End); Start after End wraps midnight.
type Window struct{ Start, End Minutes }

// Windows are the spans of the parts of the day.
type Windows struct{ Morning, Afternoon, Evening Window }

// Of is the window of a part of the day; the zero Window for AnyTime.
func (w Windows) Of(p PreferredTime) Window {
	switch p {
	case Morning:
		return w.Morning
	case Afternoon:
		return w.Afternoon
	case Evening:
		return w.Evening
	case AnyTime:
	}
	return Window{}
}

// Weights is how much each term of a score counts, and the time-of-day bonus
// as a share of one (0.10 is ten percent).
type Weights struct {
	Urgency, Priority, Effort Hundredths
	TimeOfDayBonus            Hundredths
}

// Preferences is how one person wants their tasks scored, where they are, and
// how they write dates.
type Preferences struct {
	Zone    Zone
	Locale  Locale
	Weights Weights
	Windows Windows
	Version Version
}

// ETag names what a reader of the preferences has seen.
func (p Preferences) ETag() string { return strconv.FormatInt(int64(p.Version), 10) }

// PreferenceChanges lists what differs between two sets of preferences.
func PreferenceChanges(before, after Preferences) Changes {
	changes := Changes{}
	old, now := before.fields(), after.fields()
	for i, field := range now {
		if old[i].value != field.value {
			changes[field.name] = Change{Before: old[i].value, After: field.value}
		}
	}
	return changes
}

func (p Preferences) fields() []fieldValue {
	fields := []fieldValue{
		{"timezone", p.Zone.String()},
		{"locale", string(p.Locale)},
		{"weight_urgency", p.Weights.Urgency},
		{"weight_priority", p.Weights.Priority},
		{"weight_effort", p.Weights.Effort},
		{"time_of_day_bonus", p.Weights.TimeOfDayBonus},
	}
	for _, part := range PreferredTimes {
		w := p.Windows.Of(part)
		fields = append(fields, fieldValue{"windows." + string(part), w.Start.String() + "–" + w.End.String()})
	}
	return fields
}

// Limits of the weights.
const (
	MaxWeight Hundredths = 1000_00
	MaxBonus  Hundredths = 50
)

// DefaultPreferences are those of a new account in a zone.
func DefaultPreferences(z Zone) Preferences {
	return Preferences{
		Zone:    z,
		Locale:  AmericanEnglish,
		Weights: Weights{Urgency: 40_00, Priority: 10_00, Effort: 10_00, TimeOfDayBonus: 10},
		Windows: Windows{
			Morning:   Window{6 * 60, 12 * 60},
			Afternoon: Window{12 * 60, 18 * 60},
			Evening:   Window{18 * 60, 22 * 60},
		},
		Version: 1,
	}
}

// Validate reports every weight out of its range, by its JSON name.
func (w Weights) Validate() error {
	var bad fieldErrors
	for _, f := range [...]struct {
		name  string
		value Hundredths
		most  Hundredths
	}{
		{"weight_urgency", w.Urgency, MaxWeight},
		{"weight_priority", w.Priority, MaxWeight},
		{"weight_effort", w.Effort, MaxWeight},
		{"time_of_day_bonus", w.TimeOfDayBonus, MaxBonus},
	} {
		if f.value < 0 || f.value > f.most {
			bad.add(f.name, fmt.Sprintf("must be from 0 to %s", f.most))
		}
	}
	if len(bad) > 0 {
		return Invalid(bad...)
	}
	return nil
}

// Validate reports everything that is wrong with the preferences.
func (p Preferences) Validate() error {
	var bad fieldErrors
	if err := p.Weights.Validate(); err != nil {
		bad = append(bad, FieldsOf(err)...)
	}
	for _, part := range PreferredTimes {
		w := p.Windows.Of(part)
		inRange := w.Start >= 0 && w.Start <= EndOfDay && w.End >= 0 && w.End <= EndOfDay
		if !inRange || w.Start == w.End || w.Start == EndOfDay && w.End == 0 {
			bad.add("windows."+string(part), "must start and end at different times of the day")
		}
	}
	if len(bad) > 0 {
		return Invalid(bad...)
	}
	return nil
}

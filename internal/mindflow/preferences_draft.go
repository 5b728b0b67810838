package mindflow

import "slices"

// PreferencesDraft is what a person says about their preferences: as much of
// them as they like. Weights are decimal numbers as they were written.
type PreferencesDraft struct {
	Timezone       Field[string]
	Locale         Field[string]
	WeightUrgency  Field[string]
	WeightPriority Field[string]
	WeightEffort   Field[string]
	TimeOfDayBonus Field[string]
	Morning        Field[WindowDraft]
	Afternoon      Field[WindowDraft]
	Evening        Field[WindowDraft]
}

// WindowDraft is a window's edges as they were written, "06:00" to "24:00".
type WindowDraft struct{ Start, End string }

// Validate reports every field that is illegal.
func (d PreferencesDraft) Validate() []FieldError {
	_, err := d.Apply(DefaultPreferences(Zone{}))
	return FieldsOf(err)
}

// Apply is the preferences after the draft: what it names taken over and the
// rest kept, or an error that names every bad field.
func (d PreferencesDraft) Apply(p Preferences) (Preferences, error) {
	var bad fieldErrors
	if d.Timezone.Set {
		zone, err := LoadZone(d.Timezone.Value)
		if err != nil {
			bad.add("timezone", err.Error())
		}
		p.Zone = zone
	}
	if d.Locale.Set {
		locale, err := ParseLocale(d.Locale.Value)
		if err != nil {
			bad.add("locale", err.Error())
		}
		p.Locale = locale
	}
	for _, f := range [...]struct {
		name string
		from Field[string]
		to   *Hundredths
	}{
		{"weight_urgency", d.WeightUrgency, &p.Weights.Urgency},
		{"weight_priority", d.WeightPriority, &p.Weights.Priority},
		{"weight_effort", d.WeightEffort, &p.Weights.Effort},
		{"time_of_day_bonus", d.TimeOfDayBonus, &p.Weights.TimeOfDayBonus},
	} {
		if !f.from.Set {
			continue
		}
		if err := f.to.UnmarshalJSON([]byte(f.from.Value)); err != nil {
			bad.add(f.name, err.Error())
		}
	}
	bad = slices.Concat(bad,
		applyWindow(&p.Windows.Morning, d.Morning, "windows.morning"),
		applyWindow(&p.Windows.Afternoon, d.Afternoon, "windows.afternoon"),
		applyWindow(&p.Windows.Evening, d.Evening, "windows.evening"),
		FieldsOf(p.Validate()))
	if len(bad) > 0 {
		return p, Invalid(bad...)
	}
	return p, nil
}

// applyWindow reads the edges; a window that cannot be read stays as it is.
func applyWindow(w *Window, d Field[WindowDraft], field string) []FieldError {
	if !d.Set {
		return nil
	}
	var bad fieldErrors
	read := func(name, from string) Minutes {
		m, err := ParseMinutes(from)
		if err != nil {
			bad.add(field+name, err.Error())
		}
		return m
	}
	changed := Window{Start: read(".start", d.Value.Start), End: read(".end", d.Value.End)}
	if len(bad) == 0 {
		*w = changed
	}
	return bad
}

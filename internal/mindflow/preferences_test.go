package mindflow

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestHundredthsInText(t *testing.T) {
	const bad = "must be a number with at most two decimals"
	tests := []struct {
		name, text string
		want       Hundredths
		shown, err string
	}{
		{"a whole number", "88", 88_00, "88", ""},
		{"one decimal", "87.5", 87_50, "87.5", ""},
		{"two decimals", "0.25", 25, "0.25", ""},
		{"a nought between", "0.05", 5, "0.05", ""},
		{"noughts at the end", "87.500", 87_50, "87.5", ""},
		{"noughts only", "0.000", 0, "0", ""},
		{"noughts in front", "007", 7_00, "7", ""},
		{"below nought", "-0.25", -25, "-0.25", ""},
		{"below nought by whole ones", "-3", -3_00, "-3", ""},
		{"minus nought", "-0", 0, "0", ""},
		{"twelve digits", "999999999999.99", 999999999999_99, "999999999999.99", ""},
		{"thirteen digits", "1000000000000", 0, "", bad},
		{"three decimals", "0.005", 0, "", bad},
		{"three decimals after a nought", "1.001", 0, "", bad},
		{"nothing", "", 0, "", bad},
		{"a minus alone", "-", 0, "", bad},
		{"two minuses", "--1", 0, "", bad},
		{"a plus", "+1", 0, "", bad},
		{"no whole part", ".5", 0, "", bad},
		{"two points", "1.2.3", 0, "", bad},
		{"a minus among the decimals", "1.-5", 0, "", bad},
		{"a comma", "1,5", 0, "", bad},
		{"a blank", " 1", 0, "", bad},
		{"a word", "NaN", 0, "", bad},
		{"hexadecimal", "0x10", 0, "", bad},
		{"an exponent", "1e2", 0, "", bad},
		{"wide digits", "１", 0, "", bad},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ParseHundredths(tt.text)
			checkError(t, err, tt.err)
			if err == nil && (h != tt.want || h.String() != tt.shown) {
				t.Errorf("%q is %d, shown as %v, want %d, shown as %s", tt.text, h, h, tt.want, tt.shown)
			}
		})
	}
}

func TestHundredthsInJSON(t *testing.T) {
	tests := []struct {
		name, text string
		want       Hundredths
		ok         bool
	}{
		{"a number", "87.5", 87_50, true},
		{"an exponent", "8.75e1", 87_50, true},
		{"a capital exponent", "4E1", 40_00, true},
		{"a negative exponent", "1e-2", 1, true},
		{"below nought with an exponent", "-25e-2", -25, true},
		{"minus nought with an exponent", "-0e5", 0, true},
		{"more than two decimals by the exponent", "1e-3", 0, false},
		{"three decimals before the exponent", "1.005e0", 0, false},
		{"more than a number can hold", "1e400", 0, false},
		{"more than hundredths can hold", "1e300", 0, false},
		{"text", `"40"`, 0, false},
		{"null", "null", 0, false},
		{"true", "true", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Hundredths(-7)
			err := json.Unmarshal([]byte(tt.text), &got)
			if !tt.ok {
				checkError(t, err, "must be a number with at most two decimals")
				if got != -7 {
					t.Errorf("refused, and yet %v", got)
				}
				return
			}
			checkError(t, err, "")
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestHundredthsRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const most = 999999999999_99
		h := Hundredths(rapid.Int64Range(-most, most).Draw(r, "hundredths"))
		if got, err := ParseHundredths(h.String()); err != nil || got != h {
			r.Fatalf("%d is shown as %v and read as %d, %v", h, h, got, err)
		}
		text, err := json.Marshal(h)
		var back Hundredths
		if err != nil || json.Unmarshal(text, &back) != nil || back != h {
			r.Fatalf("%d is %s in JSON and read as %d, %v", h, text, back, err)
		}
		if s := h.String(); strings.Contains(s, ".") && strings.HasSuffix(s, "0") {
			r.Fatalf("%s is not the shortest form", s)
		}
	})
}

// FuzzParseHundredths: what is accepted is exactly the number written.
func FuzzParseHundredths(f *testing.F) {
	for _, seed := range []string{"", "0", "-0.25", "87.50", "1.", ".5", "0.005", "999999999999.99", "-00012.3", "1e3", "१"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHundredths(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(big.NewRat(int64(h), 100)) != 0 {
			t.Errorf("%q is read as %v", text, h)
		}
		if back, err := ParseHundredths(h.String()); err != nil || back != h {
			t.Errorf("%q is shown as %v and read as %v, %v", text, h, back, err)
		}
	})
}

func TestTimesOfDay(t *testing.T) {
	for text, want := range map[string]Minutes{"00:00": 0, "06:00": 360, "23:59": 1439, "24:00": EndOfDay} {
		if got, err := ParseMinutes(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "6:00", "06:60", "24:01", "25:00", "06-00", "0600", "+6:00", "06:+1", "06:00:00", "six a", "-1:00", "０6:0"} {
		if got, err := ParseMinutes(text); err == nil || got != 0 {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestWhichPreferencesAreLegal(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Preferences)
		bad    []string
	}{
		{"those of a new account", func(*Preferences) {}, nil},
		{"all weights nought", func(p *Preferences) { p.Weights = Weights{} }, nil},
		{"the largest weights", func(p *Preferences) { p.Weights = Weights{1000_00, 1000_00, 1000_00, 50} }, nil},
		{"an urgency a hundredth too large", func(p *Preferences) { p.Weights.Urgency = 1000_01 }, []string{"weight_urgency"}},
		{"a priority below nought", func(p *Preferences) { p.Weights.Priority = -1 }, []string{"weight_priority"}},
		{"an effort too large", func(p *Preferences) { p.Weights.Effort = 1000_01 }, []string{"weight_effort"}},
		{"a bonus of more than a half", func(p *Preferences) { p.Weights.TimeOfDayBonus = 51 }, []string{"time_of_day_bonus"}},
		{"a bonus below nought", func(p *Preferences) { p.Weights.TimeOfDayBonus = -1 }, []string{"time_of_day_bonus"}},
		{"a window over midnight", func(p *Preferences) { p.Windows.Evening = Window{22 * 60, 2 * 60} }, nil},
		{"a window until 24:00", func(p *Preferences) { p.Windows.Evening = Window{18 * 60, EndOfDay} }, nil},
		{"a window of the whole day", func(p *Preferences) { p.Windows.Morning = Window{0, EndOfDay} }, nil},
		{"a window that ends as it starts", func(p *Preferences) { p.Windows.Morning = Window{360, 360} }, []string{"windows.morning"}},
		{"a window from 24:00 to 00:00", func(p *Preferences) { p.Windows.Afternoon = Window{EndOfDay, 0} }, []string{"windows.afternoon"}},
		{"a window that ends after the day", func(p *Preferences) { p.Windows.Evening = Window{0, 1441} }, []string{"windows.evening"}},
		{"a window that starts before the day", func(p *Preferences) { p.Windows.Evening = Window{-1, 60} }, []string{"windows.evening"}},
		{
			"everything wrong at once",
			func(p *Preferences) { p.Weights, p.Windows = Weights{-1, -1, -1, -1}, Windows{} },
			[]string{
				"weight_urgency", "weight_priority", "weight_effort", "time_of_day_bonus",
				"windows.morning", "windows.afternoon", "windows.evening",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := DefaultPreferences(Zone{})
			tt.change(&p)
			checkBadFields(t, p.Validate(), tt.bad...)
		})
	}
	checkError(t, Weights{Urgency: MaxWeight + 1, TimeOfDayBonus: MaxBonus + 1}.Validate(),
		"Some fields are not valid: weight_urgency must be from 0 to 1000; time_of_day_bonus must be from 0 to 0.5")
}

func TestThePreferencesOfANewAccount(t *testing.T) {
	p := DefaultPreferences(zone(t, "Asia/Kolkata"))
	if p.ETag() != "1" || p.Zone.String() != "Asia/Kolkata" || p.Weights != (Weights{40_00, 10_00, 10_00, 10}) {
		t.Errorf("%+v", p)
	}
	for part, want := range map[PreferredTime]string{Morning: "06:00 12:00", Afternoon: "12:00 18:00", Evening: "18:00 22:00", AnyTime: "00:00 00:00"} {
		if w := p.Windows.Of(part); w.Start.String()+" "+w.End.String() != want {
			t.Errorf("%s is %v", part, w)
		}
	}
}

func TestWhatChangedInPreferences(t *testing.T) {
	before := DefaultPreferences(zone(t, "Europe/Berlin"))
	if got := PreferenceChanges(before, before); len(got) > 0 {
		t.Errorf("nothing changed, but %v", got)
	}
	after := before
	after.Zone, after.Locale = zone(t, "Asia/Tokyo"), German
	after.Weights = Weights{41_00, 10_50, 0, 20}
	after.Windows.Morning = Window{300, 720}
	after.Version = 2
	want := Changes{
		"timezone":          {"Europe/Berlin", "Asia/Tokyo"},
		"locale":            {"en-US", "de"},
		"weight_urgency":    {Hundredths(40_00), Hundredths(41_00)},
		"weight_priority":   {Hundredths(10_00), Hundredths(10_50)},
		"weight_effort":     {Hundredths(10_00), Hundredths(0)},
		"time_of_day_bonus": {Hundredths(10), Hundredths(20)},
		"windows.morning":   {"06:00–12:00", "05:00–12:00"},
	}
	if diff := cmp.Diff(want, PreferenceChanges(before, after)); diff != "" {
		t.Error(diff)
	}
}

// FuzzParseMinutes: whatever is accepted is a time of day written as it is
// shown.
func FuzzParseMinutes(f *testing.F) {
	for _, seed := range []string{"", "06:00", "24:00", "24:01", "6:00", "23:60", "-1:00", "+1:00", "00:+1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := ParseMinutes(text); err == nil && (m < 0 || m > EndOfDay || m.String() != text) {
			t.Errorf("%q is read as %d, %s", text, m, m)
		}
	})
}

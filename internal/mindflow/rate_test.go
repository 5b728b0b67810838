package mindflow

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestARateIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]Rate{
		"off": {}, "1/s": {1, time.Second}, "60/min": {60, time.Minute}, "1000/h": {1000, time.Hour},
		"10/15min": {10, 15 * time.Minute}, "100000/24h": {100_000, 24 * time.Hour}, "5/90s": {5, 90 * time.Second},
	} {
		got, err := ParseRate(text)
		if err != nil || got != want || got.Off() != (text == "off") || got.String() != text {
			t.Errorf("%s: %+v (%s), %v", text, got, got, err)
		}
	}
}

func TestWhatIsNoRateIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "60", "/min", "60/", "60/day", "60/m", "0/min", "-1/min", "+1/min", "1.5/s", "60 /min", "60/ min", "60/MIN", "OFF",
		"100001/min", "99999999999999999999/min", "1/0s", "1/25h", "1/86401s", "1/99999999999999999999s", "1/min/s", "1/-1s", "１/s",
	} {
		if got, err := ParseRate(text); err == nil || !strings.HasPrefix(err.Error(), "must be a rate such as") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestEveryRateReadsBackFromItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate{rapid.IntRange(1, MaxRateLimit).Draw(t, "limit"), time.Duration(rapid.IntRange(1, 86_400).Draw(t, "seconds")) * time.Second}
		var again Rate
		if err := again.UnmarshalText([]byte(r.String())); err != nil || again != r {
			t.Errorf("%v: %v, %v", r, again, err)
		}
	})
}

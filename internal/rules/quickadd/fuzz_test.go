package quickadd

import (
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// FuzzParse holds every text to the laws: nothing panics, tokens lie in the text
// in order and apart, the title is the rest, and a task can have what was read.
func FuzzParse(f *testing.F) {
	for _, c := range cases(f).Cases {
		f.Add(c.Text, c.At.Unix(), uint8(len(c.Locale)))
	}
	for _, text := range []string{
		"every! every other every 2nd last of every month on the", `"a "b "c #"d #"1 \"x" y`, "due by on at in from starting not before", "remind me remind me in 3",
		"\\\\ \\# \\~9 \\sat sat \\", "9998-12-31 midnight from 1970-01-01 12am every 30 jan", "5 am am Mo so do um 24.7. 2.10.2026.", "İstanbul \u0000 \u200b tomorrow\u00a0p1", "every mon, tue, and wed , thu",
		"~99999 ~10080 for 99999 days every day for 99999 months until 9998-12-31 for 999 times",
	} {
		f.Add(text, int64(1795683600), uint8(0))
	}
	zones := []mindflow.Zone{zone(f, "Europe/Berlin"), zone(f, "America/Havana"), zone(f, "Pacific/Apia"), zone(f, "Australia/Lord_Howe"), {}}
	f.Fuzz(func(t *testing.T, text string, at int64, pick uint8) {
		at = at & (1<<37 - 1) // to the year 6325
		l := mindflow.Locales[int(pick)%len(mindflow.Locales)]
		lawful(t, text, time.Unix(at, 0), zones[int(pick>>4)%len(zones)], l)
	})
}

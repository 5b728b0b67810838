package quickadd

import (
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// long are lines as long as people type them.
var long = map[string]struct {
	text   string
	locale mindflow.Locale
}{
	"dated":   {"Write the quarterly report for the board and send it to Ann, Bob and Carol next friday at 5pm p1 #work @office @writing ~2h remind me 1d before remind me 30m before", mindflow.AmericanEnglish},
	"rule":    {"Water the plants on the balcony and in the kitchen every mon, wed and fri at 9:15am from 1 dec until 24 dec 2027 #home ~15m remind me 10 min before", mindflow.BritishEnglish},
	"deutsch": {"Den Müll für die ganze Straße hinausbringen und den Hof fegen jeden letzten Freitag im Monat um 17:30 Uhr p2 #haus @draußen ~30m erinnere mich 1 Stunde vorher", mindflow.German},
	"text":    {"Ask the people on the third floor whether they may have seen the keys to the small room in which the printer used to stand before March, and what for", mindflow.AmericanEnglish},
	"short":   {"Call Bob tomorrow", mindflow.AmericanEnglish},
}

func BenchmarkParse(b *testing.B) {
	z := zone(b, "Europe/Berlin")
	at := time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC)
	for name, line := range long {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(line.text, at, z, line.locale)
			}
		})
	}
}

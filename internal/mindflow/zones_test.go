package mindflow

import (
	"testing"
	"time"

	"mindflow/internal/mindflow/walltest"
)

// everyTurn runs a test for each time the clocks of 24 places are changed in
// 2000 to 2037, with what their walls show in the days around it.
func everyTurn(t *testing.T, test func(t *testing.T, z Zone, turn int64, wall walltest.Span)) {
	t.Helper()
	if len(walltest.Zones) < 24 {
		t.Errorf("%d zones", len(walltest.Zones))
	}
	for _, name := range walltest.Zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wall, err := walltest.Read(name)
			if err != nil {
				t.Fatal(err)
			}
			z := zone(t, name)
			turns := wall.Turns
			if len(turns) == 0 { // any time will do
				turns = []int64{time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC).Unix() / 60}
			}
			for _, turn := range turns {
				test(t, z, turn, wall.Around(turn, 60))
				if t.Failed() {
					return
				}
			}
		})
	}
}

func TestTheWallsAreThoseOfThePlaces(t *testing.T) {
	for name, want := range map[string]int{"Europe/Berlin": 76, "Asia/Kathmandu": 0, "America/Sao_Paulo": 39, "Asia/Tehran": 42} {
		wall, err := walltest.Read(name)
		if err != nil || len(wall.Turns) != want {
			t.Errorf("%s: %d turns, want %d (%v)", name, len(wall.Turns), want, err)
		}
	}
}

// Each day starts at the first minute that shows it, or a later one; the
// microsecond before belongs to the day before. Where the wall goes back over
// midnight the day has begun all the same.
func TestDaysTileTheTimeAroundEveryTurn(t *testing.T) {
	everyTurn(t, func(t *testing.T, z Zone, turn int64, wall walltest.Span) {
		t.Helper()
		middle := wall.Shown[turn-wall.From] / walltest.Day
		for d := middle - 1; d <= middle+2; d++ {
			start, next := wall.Start(d), wall.Start(d+1)
			if got := z.Start(Day(d)); !got.Equal(walltest.Time(start)) {
				t.Errorf("%s starts at %v, want %v", Day(d), got, walltest.Time(start))
			}
			before, at := z.Today(walltest.Time(start).Add(-time.Microsecond)), z.Today(walltest.Time(start))
			if before >= Day(d) || at < Day(d) || (at > Day(d)) != (start == next) {
				t.Errorf("around the start of %s it is %s, then %s", Day(d), before, at)
			}
		}
		today := func(from, to, step int64) {
			for at := from; at < to; at += step {
				if got, want := z.Today(walltest.Time(at)), Day(wall.Today(at)); got != want {
					t.Errorf("at %v it is %s, want %s", walltest.Time(at), got, want)
				}
			}
		}
		today(turn-26*walltest.Hour, turn+26*walltest.Hour, 60)
		today(turn-3, turn+3, 1)
		today(turn-2*walltest.Hour, turn+2*walltest.Hour, 15)
	})
}

// What the wall shows means the first minute that shows it; what it leaves out
// is as far after the turn as it should have been.
func TestADaysSnoozeKeepsTheWallClockOverEveryTurn(t *testing.T) {
	everyTurn(t, func(t *testing.T, z Zone, turn int64, wall walltest.Span) {
		t.Helper()
		asked := func(from, to, step int64) {
			for now := from; now < to; now += step {
				for days, duration := range map[int64]string{1: "1d", 2: "2d"} {
					until, err := Snooze{Duration: Field[string]{Set: true, Value: duration}}.End(walltest.Time(now), z)
					want := walltest.Time(wall.Meant(wall.Shown[now-wall.From] + days*walltest.Day))
					if err != nil || !until.Equal(want) {
						t.Errorf("%s from %v ends at %v, want %v (%v)", duration, walltest.Time(now), until, want, err)
					}
				}
			}
		}
		asked(turn-50*walltest.Hour, turn+2*walltest.Hour, 60)
		asked(turn-walltest.Day-3, turn-walltest.Day+4, 1)
		asked(turn-walltest.Day-2*walltest.Hour, turn-walltest.Day+2*walltest.Hour, 10)
		asked(turn-3, turn+3, 1)
	})
}

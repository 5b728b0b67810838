package score

import (
	"encoding/binary"
	"testing"
	"time"
	_ "time/tzdata"

	"mindflow/internal/mindflow"
)

// someFact is an ordinary task, the i-th to be made.
func someFact(i int) mindflow.Fact {
	f := mindflow.Fact{
		CreatedAt: int64(i), Version: 1, Priority: 3,
		DueAt: mindflow.NoInstant, StartAt: mindflow.NoInstant, SnoozedUntil: mindflow.NoInstant,
		DueOn: mindflow.NoDay, StartOn: mindflow.NoDay,
	}
	binary.BigEndian.PutUint64(f.ID[8:], uint64(i)+1)
	return f
}

// with is an ordinary task with something changed.
func with(change func(f *mindflow.Fact)) mindflow.Fact {
	f := someFact(0)
	change(&f)
	return f
}

func zone(t *testing.T, name string) mindflow.Zone {
	t.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func berlin(t *testing.T) mindflow.Preferences {
	t.Helper()
	return mindflow.DefaultPreferences(zone(t, "Europe/Berlin"))
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func date(t *testing.T, s string) mindflow.Day {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return mindflow.DayOf(at)
}

// text is an instant, or "never" for the zero time.
func text(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.UTC().Format(time.RFC3339Nano)
}

package mindflow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	noon   = UTC(1_795_608_000_000_000) // 2026-11-25T12:00:00Z
	before = noon.Add(-time.Hour)
	later  = noon.Add(time.Hour)
)

// in is a task in a state, with the times that belong to it.
func in(s Status) Task {
	t := Task{Title: "Call Ann", Status: s, Priority: 3, Version: 5}
	if s == StatusSnoozed {
		t.SnoozedUntil = later
	}
	if s == StatusCompleted {
		t.CompletedAt = before
	}
	return t
}

func TestVerbs(t *testing.T) {
	cancelled := func(t Task) (Task, error) { return t.Cancelled() }
	completed := func(t Task) (Task, error) { return t.Completed(noon) }
	reopened := func(t Task) (Task, error) { return t.Reopened(), nil }
	snoozed := func(until time.Time) func(Task) (Task, error) {
		return func(t Task) (Task, error) { return t.Snoozed(until, noon) }
	}
	with := func(t Task, change func(*Task)) Task {
		change(&t)
		return t
	}
	done := with(in(StatusPending), func(t *Task) { t.Status, t.CompletedAt = StatusCompleted, noon })
	tests := []struct {
		name string
		from Task
		verb func(Task) (Task, error)
		want Task
		err  string
	}{
		{"a pending task is completed", in(StatusPending), completed, done, ""},
		{"a task in progress is completed", in(StatusInProgress), completed, done, ""},
		{"a snoozed task is completed and its snooze ends", in(StatusSnoozed), completed, done, ""},
		{"a completed task keeps the time it was completed", in(StatusCompleted), completed, in(StatusCompleted), ""},
		{"a cancelled task cannot be completed", in(StatusCancelled), completed, in(StatusCancelled), "A cancelled task cannot be completed; reopen it first"},

		{"a completed task is reopened and forgets when it was", in(StatusCompleted), reopened, in(StatusPending), ""},
		{"a cancelled task is reopened", in(StatusCancelled), reopened, in(StatusPending), ""},
		{"a pending task is open already", in(StatusPending), reopened, in(StatusPending), ""},
		{"a task in progress stays so", in(StatusInProgress), reopened, in(StatusInProgress), ""},
		{"a snoozed task stays snoozed", in(StatusSnoozed), reopened, in(StatusSnoozed), ""},

		{"a pending task is snoozed", in(StatusPending), snoozed(later), in(StatusSnoozed), ""},
		{"a task in progress is snoozed", in(StatusInProgress), snoozed(later), in(StatusSnoozed), ""},
		{
			"a snoozed task is snoozed for longer", in(StatusSnoozed), snoozed(later.Add(time.Hour)),
			with(in(StatusSnoozed), func(t *Task) { t.SnoozedUntil = later.Add(time.Hour) }), "",
		},
		{"a snooze is kept in UTC to the second below", in(StatusPending), snoozed(later.Add(999 * time.Millisecond).In(time.FixedZone("", 3600))), in(StatusSnoozed), ""},
		{"a snooze that ends now is none", in(StatusPending), snoozed(noon), in(StatusPending), "Some fields are not valid: snoozed_until must be in the future"},
		{"nor one that ends within the second", in(StatusPending), snoozed(noon.Add(999 * time.Millisecond)), in(StatusPending), "Some fields are not valid: snoozed_until must be in the future"},
		{"nor one that never began", in(StatusPending), snoozed(time.Time{}), in(StatusPending), "Some fields are not valid: snoozed_until must be in the future"},
		{"a snooze ends in the year 9998 at the latest", in(StatusPending), snoozed(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)), in(StatusPending), "Some fields are not valid: snoozed_until must lie in the years 1970 to 9998"},
		{"a completed task cannot be snoozed", in(StatusCompleted), snoozed(later), in(StatusCompleted), "Only an open task can be snoozed; reopen it first"},
		{"a cancelled task cannot be snoozed", in(StatusCancelled), snoozed(later), in(StatusCancelled), "Only an open task can be snoozed; reopen it first"},

		{"a pending task is cancelled", in(StatusPending), cancelled, in(StatusCancelled), ""},
		{"a task in progress is cancelled", in(StatusInProgress), cancelled, in(StatusCancelled), ""},
		{"a snoozed task is cancelled and its snooze ends", in(StatusSnoozed), cancelled, in(StatusCancelled), ""},
		{"a cancelled task is cancelled already", in(StatusCancelled), cancelled, in(StatusCancelled), ""},
		{"a completed task cannot be cancelled", in(StatusCompleted), cancelled, in(StatusCompleted), "A completed task cannot be cancelled; reopen it first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.verb(tt.from)
			checkError(t, err, tt.err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestASnoozeThatHasEndedReadsAsPending(t *testing.T) {
	task := in(StatusSnoozed)
	tests := []struct {
		name  string
		task  Task
		at    time.Time
		woken bool
		tag   string
	}{
		{"before its end", task, later.Add(-time.Microsecond), false, "5"},
		{"at its end", task, later, true, "5-w"},
		{"after its end", task, later.Add(time.Hour), true, "5-w"},
		{"read twice", task.At(later), later.Add(time.Hour), true, "5-w"},
		{"a task that was never snoozed", in(StatusInProgress), later, false, "5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.task
			if tt.woken {
				want = in(StatusPending)
				want.Woken, want.SleptUntil = true, task.SnoozedUntil
			}
			got := tt.task.At(tt.at)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got.ETag() != tt.tag {
				t.Errorf("tag %s, want %s", got.ETag(), tt.tag)
			}
		})
	}
}

func TestAnEditIsOfWhatWasRead(t *testing.T) {
	tests := []struct {
		name  string
		match Match
		ok    bool
	}{
		{"without condition", Match{}, true},
		{"without condition tags do not count", Match{ETags: []string{"4"}}, true},
		{"the present version", Match{Set: true, ETags: []string{"5"}}, true},
		{"one of several", Match{Set: true, ETags: []string{"4", "5"}}, true},
		{"any", Match{Set: true, Any: true}, true},
		{"an older version", Match{Set: true, ETags: []string{"4"}}, false},
		{"the same version, woken", Match{Set: true, ETags: []string{"5-w"}}, false},
		{"no version at all", Match{Set: true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.match.Check("5")
			if (err == nil) != tt.ok || err != nil && KindOf(err) != KindStale {
				t.Error(err)
			}
		})
	}
}

func TestOpenStates(t *testing.T) {
	open := map[Status]bool{StatusPending: true, StatusInProgress: true, StatusSnoozed: true}
	for _, s := range append(Statuses, "", "done") {
		if s.Open() != open[s] {
			t.Errorf("%q is open: %v", s, s.Open())
		}
	}
}

func TestEveryFieldAPersonCanChangeCounts(t *testing.T) {
	changes := map[string]func(*Task){
		"assignee":    func(t *Task) { t.AssigneeID[3] = 1 },
		"title":       func(t *Task) { t.Title += "!" },
		"description": func(t *Task) { t.Description = "x" },
		"status":      func(t *Task) { t.Status = StatusInProgress },
		"priority":    func(t *Task) { t.Priority++ },
		"due":         func(t *Task) { t.Due = OnDay(1) },
		"start":       func(t *Task) { t.Start = OnDay(1) },
		"snooze":      func(t *Task) { t.SnoozedUntil = later },
		"effort":      func(t *Task) { t.EffortMinutes = 1 },
		"time of day": func(t *Task) { t.PreferredTime = Morning },
		"tags":        func(t *Task) { t.Tags = []string{"x"} },
		"completed":   func(t *Task) { t.CompletedAt = noon },
		"deleted":     func(t *Task) { t.DeletedAt = noon },
	}
	for name, change := range changes {
		a, b := in(StatusPending), in(StatusPending)
		change(&b)
		if a.Same(b) || b.Same(a) || !b.Same(b) {
			t.Errorf("%s does not count", name)
		}
	}
	a, b := in(StatusPending), in(StatusPending)
	b.Version, b.UpdatedAt, b.Woken, b.Tags = 9, noon, true, []string{}
	if !a.Same(b) {
		t.Error("what only the server sets does not count")
	}
}

func TestSnoozes(t *testing.T) {
	const duration = "Some fields are not valid: duration must be minutes, hours, days or weeks up to a year, such as 30m, 2h, 1d or 1w"
	const hours = "Some fields are not valid: hours must be from 1 to 8760"
	const both = "Some fields are not valid: until cannot be combined with hours or duration"
	lasting := func(s string) Snooze { return Snooze{Duration: Some(s)} }
	until := func(s string) Snooze { return Snooze{Until: Some(s)} }
	tests := []struct {
		name, zone, now string
		s               Snooze
		want, err       string
	}{
		{"three hours when nothing is said", "UTC", "2026-11-25T12:00:00.5Z", Snooze{}, "2026-11-25T15:00:00.5Z", ""},
		{"three hours when null is said", "UTC", "2026-11-25T12:00:00Z", Snooze{Null[int](), Null[string](), Null[string]()}, "2026-11-25T15:00:00Z", ""},
		{"one hour", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(1)}, "2026-11-25T13:00:00Z", ""},
		{"a year of hours", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(8760)}, "2027-11-25T12:00:00Z", ""},
		{"no hours", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(0)}, "", hours},
		{"hours backwards", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(-1)}, "", hours},
		{"more than a year of hours", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(8761)}, "", hours},

		{"30 minutes", "UTC", "2026-11-25T12:00:00Z", lasting("30m"), "2026-11-25T12:30:00Z", ""},
		{"two hours over the start of summer time are elapsed", "Europe/Berlin", "2026-03-29T01:30:00+01:00", lasting("2h"), "2026-03-29T04:30:00+02:00", ""},
		{"two hours over the end of summer time are elapsed", "Europe/Berlin", "2026-10-25T01:30:00+02:00", lasting("2h"), "2026-10-25T02:30:00+01:00", ""},
		{"a day over the start of summer time keeps the wall clock", "Europe/Berlin", "2026-03-28T09:00:00+01:00", lasting("1d"), "2026-03-29T09:00:00+02:00", ""},
		{"a day over the end of summer time keeps the wall clock", "Europe/Berlin", "2026-10-24T09:00:00+02:00", lasting("1d"), "2026-10-25T09:00:00+01:00", ""},
		{"24 hours over it do not", "Europe/Berlin", "2026-10-24T09:00:00+02:00", lasting("24h"), "2026-10-25T08:00:00+01:00", ""},
		{"a day into the gap goes forward", "Europe/Berlin", "2026-03-28T02:30:00+01:00", lasting("1d"), "2026-03-29T03:30:00+02:00", ""},
		{"a day into the fold takes the earlier", "Europe/Berlin", "2026-10-24T02:30:00+02:00", lasting("1d"), "2026-10-25T02:30:00+02:00", ""},
		{"a day over New York's short night", "America/New_York", "2026-03-07T22:00:00-05:00", lasting("1d"), "2026-03-08T22:00:00-04:00", ""},
		{"a day over New York's long night", "America/New_York", "2026-10-31T22:00:00-04:00", lasting("1d"), "2026-11-01T22:00:00-05:00", ""},
		{"a day onto one that does not exist", "Pacific/Apia", "2011-12-29T12:00:00-10:00", lasting("1d"), "2011-12-31T12:00:00+14:00", ""},
		{"a week over the end of summer time", "Europe/Berlin", "2026-10-20T09:00:00+02:00", lasting("1w"), "2026-10-27T09:00:00+01:00", ""},
		{"days over the end of the year", "UTC", "2026-12-31T09:00:00Z", lasting("2d"), "2027-01-02T09:00:00Z", ""},
		{"a year of minutes", "UTC", "2026-11-25T12:00:00Z", lasting("525600m"), "2027-11-25T12:00:00Z", ""},
		{"a year of days", "UTC", "2026-11-25T12:00:00Z", lasting("365d"), "2027-11-25T12:00:00Z", ""},
		{"a year of weeks", "UTC", "2026-11-25T12:00:00Z", lasting("52w"), "2027-11-24T12:00:00Z", ""},
		{"too many minutes", "UTC", "2026-11-25T12:00:00Z", lasting("525601m"), "", duration},
		{"too many hours", "UTC", "2026-11-25T12:00:00Z", lasting("8761h"), "", duration},
		{"too many days", "UTC", "2026-11-25T12:00:00Z", lasting("366d"), "", duration},
		{"too many weeks", "UTC", "2026-11-25T12:00:00Z", lasting("53w"), "", duration},
		{"far too many", "UTC", "2026-11-25T12:00:00Z", lasting("18446744073709551617h"), "", duration},
		{"none", "UTC", "2026-11-25T12:00:00Z", lasting("0h"), "", duration},
		{"fewer than none", "UTC", "2026-11-25T12:00:00Z", lasting("-1h"), "", duration},
		{"a sign", "UTC", "2026-11-25T12:00:00Z", lasting("+1h"), "", duration},
		{"a fraction", "UTC", "2026-11-25T12:00:00Z", lasting("1.5h"), "", duration},
		{"two units", "UTC", "2026-11-25T12:00:00Z", lasting("1h30m"), "", duration},
		{"an unknown unit", "UTC", "2026-11-25T12:00:00Z", lasting("1y"), "", duration},
		{"a unit alone", "UTC", "2026-11-25T12:00:00Z", lasting("h"), "", duration},
		{"an empty duration", "UTC", "2026-11-25T12:00:00Z", lasting(""), "", duration},

		{"until an instant", "UTC", "2026-11-25T12:00:00Z", until("2026-11-25T18:00:00+01:00"), "2026-11-25T17:00:00Z", ""},
		{"until a wall clock in the zone", "Europe/Berlin", "2026-11-25T12:00:00Z", until("2026-11-26T09:00"), "2026-11-26T09:00:00+01:00", ""},
		{"until now", "UTC", "2026-11-25T12:00:00Z", until("2026-11-25T12:00:00Z"), "", "Some fields are not valid: until must be in the future"},
		{"until a day", "UTC", "2026-11-25T12:00:00Z", until("2026-11-26"), "", "Some fields are not valid: until " + notATime},
		{"until after the end of time", "UTC", "2026-11-25T12:00:00Z", until("9999-01-01T00:00:00Z"), "", "Some fields are not valid: until " + wrongYear},

		{"until and hours", "UTC", "2026-11-25T12:00:00Z", Snooze{Hours: Some(1), Until: Some("2026-11-26T00:00:00Z")}, "", both},
		{"until and duration", "UTC", "2026-11-25T12:00:00Z", Snooze{Duration: Some("1h"), Until: Some("2026-11-26T00:00:00Z")}, "", both},
		{"hours and duration", "UTC", "2026-11-25T12:00:00Z", Snooze{Duration: Some("1h"), Hours: Some(1)}, "", both},
		{"null does not combine", "UTC", "2026-11-25T12:00:00Z", Snooze{Duration: Null[string](), Hours: Some(1)}, "2026-11-25T13:00:00Z", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end, err := tt.s.End(instant(t, tt.now), zone(t, tt.zone))
			checkError(t, err, tt.err)
			if err == nil && !end.Equal(instant(t, tt.want)) {
				t.Errorf("until %v, want %v", end, tt.want)
			}
		})
	}
}

// Whatever the clocks do, a snooze ends later than it began.
func TestASnoozeEndsLater(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		z, now := sometime(r)
		s := Snooze{Duration: Some(rapid.StringMatching(`[1-9][0-9]?[mhdw]`).Draw(r, "duration"))}
		end, err := s.End(now, z)
		if err == nil && !end.After(now) {
			r.Fatalf("%s from %v in %v ends at %v", s.Duration.Value, now, z, end)
		}
	})
}

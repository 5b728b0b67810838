package mindflow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatChangedInATask(t *testing.T) {
	full := Task{
		Title: "Call Ann", Description: "about the roof", Status: StatusSnoozed, Priority: 3,
		Due: OnDay(day(t, "2026-11-27")), Start: AtInstant(instant(t, "2026-11-20T08:00:00Z")),
		SnoozedUntil: instant(t, "2026-11-25T09:00:00Z"), EffortMinutes: 15, PreferredTime: Morning,
		Tags: []string{"home"}, Version: 3, UpdatedAt: UTC(1),
	}
	full.AssigneeID[0] = 1
	with := func(change func(*Task)) Task {
		t := full
		change(&t)
		return t
	}
	tests := []struct {
		name          string
		before, after Task
		want          Changes
	}{
		{"nothing", full, full, Changes{}},
		{"version and times alone are no change", full, with(func(t *Task) { t.Version, t.UpdatedAt = 4, UTC(2) }), Changes{}},
		{"no tags are no tags", Task{Tags: []string{}}, Task{}, Changes{}},
		{"a title", full, with(func(t *Task) { t.Title = "Call Bob" }), Changes{"title": {"Call Ann", "Call Bob"}}},
		{"tags in another order", with(func(t *Task) { t.Tags = []string{"a", "b"} }), with(func(t *Task) { t.Tags = []string{"b", "a"} }), Changes{"tags": {[]string{"a", "b"}, []string{"b", "a"}}}},
		{"tags removed", full, with(func(t *Task) { t.Tags = nil }), Changes{"tags": {[]string{"home"}, nil}}},
		{"a first tag", with(func(t *Task) { t.Tags = nil }), full, Changes{"tags": {nil, []string{"home"}}}},
		{"a day that becomes its midnight", with(func(t *Task) { t.Due = OnDay(0) }), with(func(t *Task) { t.Due = AtInstant(UTC(0)) }), Changes{"due_date": {"1970-01-01", "1970-01-01T00:00:00Z"}}},
		{
			"everything, from nothing",
			Task{},
			with(func(t *Task) { t.CompletedAt, t.DeletedAt = UTC(1), UTC(2) }),
			Changes{
				"title": {nil, "Call Ann"}, "description": {nil, "about the roof"}, "status": {nil, "snoozed"}, "priority": {nil, 3},
				"due_date": {nil, "2026-11-27"}, "start_date": {nil, "2026-11-20T08:00:00Z"},
				"snoozed_until": {nil, "2026-11-25T09:00:00.000000Z"}, "effort_estimate_minutes": {nil, 15},
				"preferred_time": {nil, "morning"}, "tags": {nil, []string{"home"}},
				"assignee_id":  {nil, "01000000-0000-0000-0000-000000000000"},
				"completed_at": {nil, "1970-01-01T00:00:00.000001Z"}, "deleted_at": {nil, "1970-01-01T00:00:00.000002Z"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := TaskChanges(tt.before, tt.after)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if tt.before.Same(tt.after) != (len(got) == 0) {
				t.Errorf("the same: %v, but %v", tt.before.Same(tt.after), got)
			}
			for field, change := range TaskChanges(tt.after, tt.before) {
				if diff := cmp.Diff(got[field], Change{change.After, change.Before}); diff != "" {
					t.Errorf("the way back: %s", diff)
				}
			}
		})
	}
}

func TestAnEditOfAWokenTaskSaysThatItsSnoozeIsOver(t *testing.T) {
	asleep := Task{Title: "x", Status: StatusSnoozed, SnoozedUntil: UTC(5_000_000)}
	woken := asleep.At(UTC(9_000_000))
	edited := woken
	edited.Title = "y"
	got := TaskChanges(woken, edited.Saved(UTC(9_000_000)))
	want := Changes{
		"title":         {Before: "x", After: "y"},
		"status":        {Before: "snoozed", After: "pending"},
		"snoozed_until": {Before: "1970-01-01T00:00:05.000000Z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATasksStoryDoesNotStepBackWithTheClock(t *testing.T) {
	task := Task{Version: 3, UpdatedAt: UTC(9)}
	if saved := task.Saved(UTC(5)); saved.Version != 4 || !saved.UpdatedAt.Equal(UTC(9)) {
		t.Errorf("%+v", saved)
	}
}

package phase4_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats/phase4"
	"mindflow/internal/mindflow"
)

var (
	now   = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	owner = mindflow.User{ID: mindflow.NewID[mindflow.User](now), CreatedAt: time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)}
)

const id = "10000000-0000-4000-8000-000000000001"

// plain is a row of tasks with nothing to say about it.
func plain() phase4.Row {
	return phase4.Row{
		"id": id, "user_id": owner.ID.String(), "title": "Title", "status": "pending", "priority": "2",
		"created_at": "2025-09-01 08:00:00", "updated_at": "2025-09-02 08:00:00",
	}
}

// with is a plain row with other values; "NULL" takes one away.
func with(values phase4.Row) phase4.Row {
	row := plain()
	for field, value := range values {
		if row[field] = value; value == "NULL" {
			delete(row, field)
		}
	}
	return row
}

func TestATaskThatFitsIsTheSameTask(t *testing.T) {
	got, err := phase4.ReadTask(with(phase4.Row{
		"description": "Text", "due_date": "2025-10-01 10:00:00", "effort_estimate_minutes": "30", "tags": "home,errands",
	}), owner, now)
	if err != nil || len(got.Remarks) > 0 {
		t.Fatalf("%+v, %v", got.Remarks, err)
	}
	want := mindflow.Task{
		ID: got.Task.ID, UserID: owner.ID, Title: "Title", Description: "Text", Status: mindflow.StatusPending, Priority: 2,
		Due: mindflow.AtInstant(time.Date(2025, 10, 1, 10, 0, 0, 0, time.UTC)), EffortMinutes: 30, Tags: []string{"home", "errands"}, Version: 1,
		CreatedAt: time.Date(2025, 9, 1, 8, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2025, 9, 2, 8, 0, 0, 0, time.UTC),
	}
	if fmt.Sprint(got.Task) != fmt.Sprint(want) || got.Task.ID.String() != id {
		t.Errorf("it is\n%+v and not\n%+v", got.Task, want)
	}
	if diff := cmp.Diff(mindflow.TaskChanges(mindflow.Task{}, want), got.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestWhatBecomesOfTasks(t *testing.T) {
	for name, row := range map[string]struct {
		values phase4.Row
		is     string   // the fields in question
		fields []string // remarked on
	}{
		"a title of 250 is cut and stands whole in the description": {
			phase4.Row{"title": strings.Repeat("T", 250), "description": "Notes"},
			"title=" + strings.Repeat("T", 200) + " description=" + strings.Repeat("T", 250) + "\nNotes",
			[]string{"title", "description"},
		},
		"where there is no room for it the log has it": {
			phase4.Row{"title": strings.Repeat("T", 250), "description": strings.Repeat("d", 1750)},
			"title=" + strings.Repeat("T", 200) + " description=" + strings.Repeat("d", 1750),
			[]string{"title", "title"},
		},
		"a long description is cut":                      {phase4.Row{"description": strings.Repeat("ä", 2001)}, "description=" + strings.Repeat("ä", 2000), []string{"description"}},
		"a title of blanks gets a name":                  {phase4.Row{"title": " \t "}, "title=Untitled", []string{"title", "title"}},
		"control characters become blanks":               {phase4.Row{"title": "a\x1bb", "description": "a\tb\r\nc\x07d"}, "title=a b description=a\tb\nc d", []string{"title", "description"}},
		"tags lose blanks and repeats":                   {phase4.Row{"tags": " urgent , morning ,,Urgent"}, "tags=[urgent morning]", []string{"tags"}},
		"tags that are empty":                            {phase4.Row{"tags": ""}, "tags=[]", []string{"tags"}},
		"tags that are too long":                         {phase4.Row{"tags": "ok," + strings.Repeat("t", 51)}, "tags=[ok]", []string{"tags"}},
		"no priority is the middle one":                  {phase4.Row{"priority": "NULL"}, "priority=3", []string{"priority"}},
		"a priority below the lowest":                    {phase4.Row{"priority": "0"}, "priority=1", []string{"priority"}},
		"a priority above the highest":                   {phase4.Row{"priority": "6"}, "priority=5", []string{"priority"}},
		"no time at all":                                 {phase4.Row{"effort_estimate_minutes": "0"}, "effort=0", []string{"effort_estimate_minutes"}},
		"a month of work":                                {phase4.Row{"effort_estimate_minutes": "43200"}, "effort=10080", []string{"effort_estimate_minutes"}},
		"due in the year 1":                              {phase4.Row{"due_date": "0001-01-01 00:00:00"}, "due=", []string{"due_date"}},
		"due at a part of a second":                      {phase4.Row{"due_date": "2025-10-01 10:00:00.5"}, "due=2025-10-01T10:00:00Z", []string{"due_date"}},
		"due at the very last moment":                    {phase4.Row{"due_date": "9998-12-31 23:59:59"}, "due=9998-12-31T23:59:59Z", nil},
		"snoozed without a date":                         {phase4.Row{"status": "snoozed"}, "status=pending", []string{"status"}},
		"snoozed until before there was time":            {phase4.Row{"status": "snoozed", "snoozed_until": "-infinity"}, "status=pending", []string{"status", "snoozed_until"}},
		"snoozed for ever":                               {phase4.Row{"status": "snoozed", "snoozed_until": "infinity"}, "status=snoozed until=9998-12-31T23:59:59Z", []string{"snoozed_until"}},
		"a snooze that has ended is one still":           {phase4.Row{"status": "snoozed", "snoozed_until": "2025-11-01 00:00:00"}, "status=snoozed until=2025-11-01T00:00:00Z", nil},
		"pending and out of sight until later":           {phase4.Row{"snoozed_until": "2026-12-01 00:00:00"}, "status=snoozed until=2026-12-01T00:00:00Z", []string{"status"}},
		"pending, its snooze long over":                  {phase4.Row{"snoozed_until": "2025-12-01 00:00:00"}, "status=pending", []string{"snoozed_until"}},
		"a snooze of what is done":                       {phase4.Row{"status": "completed", "snoozed_until": "2026-12-01 00:00:00", "completed_at": "2025-09-02 08:00:00"}, "status=completed done=2025-09-02T08:00:00Z", []string{"snoozed_until"}},
		"done, nobody knows when":                        {phase4.Row{"status": "completed"}, "status=completed done=2025-09-02T08:00:00Z", []string{"completed_at"}},
		"not done, with the moment it was":               {phase4.Row{"completed_at": "2025-09-02 08:00:00"}, "status=pending", []string{"completed_at"}},
		"no status":                                      {phase4.Row{"status": "NULL"}, "status=pending", []string{"status"}},
		"a status in other letters":                      {phase4.Row{"status": "In Progress"}, "status=in_progress", []string{"status"}},
		"a status nobody knows":                          {phase4.Row{"status": "archived"}, "status=pending", []string{"status"}},
		"a status nobody knows of what was done":         {phase4.Row{"status": "archived", "completed_at": "2025-09-02 08:00:00"}, "status=completed done=2025-09-02T08:00:00Z", []string{"status"}},
		"nobody knows since when: since it was changed":  {phase4.Row{"created_at": "NULL"}, "created=2025-09-02T08:00:00Z", []string{"created_at"}},
		"nobody knows anything: as long as its owner is": {phase4.Row{"created_at": "NULL", "updated_at": "infinity"}, "created=2025-01-01T00:00:00Z", []string{"updated_at", "created_at"}},
	} {
		t.Run(name, func(t *testing.T) {
			old := with(row.values)
			got, err := phase4.ReadTask(old, owner, now)
			if err != nil {
				t.Fatal(err)
			}
			task := got.Task
			for _, fact := range []struct{ name, value string }{
				{"title", task.Title},
				{"description", task.Description},
				{"tags", fmt.Sprint(task.Tags)},
				{"priority", fmt.Sprint(task.Priority)},
				{"effort", fmt.Sprint(task.EffortMinutes)},
				{"due", task.Due.String()},
				{"status", string(task.Status)},
				{"until", shown(task.SnoozedUntil)},
				{"done", shown(task.CompletedAt)},
				{"created", shown(task.CreatedAt)},
			} {
				if strings.HasPrefix(row.is, fact.name+"=") || strings.Contains(row.is, " "+fact.name+"=") {
					if !strings.Contains(row.is, fact.name+"="+fact.value) {
						t.Errorf("%s is %q", fact.name, fact.value)
					}
				} else if slices.Contains([]string{"until", "done"}, fact.name) && fact.value != "" {
					t.Errorf("%s is %q", fact.name, fact.value)
				}
			}
			var fields []string
			for _, r := range got.Remarks {
				fields = append(fields, r.Field)
				if was, ok := old[r.Field]; ok && fmt.Sprint(got.Changes[r.Field].Before) != was {
					t.Errorf("%s was %q, the log says %v", r.Field, was, got.Changes[r.Field])
				}
				if r.Table != "tasks" || r.ID != id || strings.Contains(r.Message, old[r.Field]) && len(old[r.Field]) > 8 {
					t.Errorf("%+v", r)
				}
			}
			if diff := cmp.Diff(row.fields, fields); diff != "" {
				t.Errorf("remarks (-want +got):\n%s%+v", diff, got.Remarks)
			}
		})
	}
}

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// Whatever stands in a row, the task is a legal one.
func TestEveryTaskIsLegal(t *testing.T) {
	moment := rapid.SampledFrom([]string{"NULL", "infinity", "-infinity", "0001-01-01 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2026-12-01 00:00:00.25", "9998-12-31 23:59:59.9", "9999-01-01 00:00:00", "12345-01-01 00:00:00", "0044-03-15 00:00:00 BC"})
	number := rapid.OneOf(rapid.Just("NULL"), rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Int32().Draw(t, "n")) }))
	text := rapid.OneOf(rapid.Just("NULL"), rapid.String(), rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.SampledFrom([]string{"x", "ä ", "e\u0301", "\u0958", "\r\n", ",", "t,", "Á,"}).Draw(t, "piece"), rapid.IntRange(0, 2500).Draw(t, "times"))
	}))
	status := rapid.SampledFrom([]string{"NULL", "pending", "snoozed", "completed", "cancelled", "in_progress", "x"})
	rapid.Check(t, func(t *rapid.T) {
		row := phase4.Row{"id": id}
		for _, column := range []struct {
			field string
			value *rapid.Generator[string]
		}{
			{"title", text},
			{"description", text},
			{"tags", text},
			{"status", status},
			{"priority", number},
			{"effort_estimate_minutes", number},
			{"due_date", moment},
			{"snoozed_until", moment},
			{"created_at", moment},
			{"updated_at", moment},
			{"completed_at", moment},
		} {
			if v := column.value.Draw(t, column.field); v != "NULL" || column.field == "title" {
				row[column.field] = v
			}
		}
		got, err := phase4.ReadTask(row, owner, now)
		if err != nil {
			t.Fatal(err)
		}
		task := got.Task
		draft := mindflow.Draft{
			Title: mindflow.Some(task.Title), Description: mindflow.Some(task.Description), Priority: mindflow.Some(task.Priority), Tags: mindflow.Some(task.Tags),
		}
		if task.EffortMinutes != 0 {
			draft.EffortMinutes = mindflow.Some(task.EffortMinutes)
		}
		if !task.Due.IsZero() {
			draft.DueDate = mindflow.Some(task.Due.String())
		}
		if bad := draft.Validate(); len(bad) > 0 {
			t.Errorf("%+v", bad)
		}
		if (task.Status == mindflow.StatusSnoozed) == task.SnoozedUntil.IsZero() || (task.Status == mindflow.StatusCompleted) == task.CompletedAt.IsZero() {
			t.Errorf("%s, snoozed until %v, done at %v", task.Status, task.SnoozedUntil, task.CompletedAt)
		}
		for _, at := range []time.Time{task.CreatedAt, task.UpdatedAt} {
			if at.Year() < 1970 || at.Year() > 9998 {
				t.Errorf("at %v", at)
			}
		}
		for field, is := range map[string]string{"title": task.Title, "description": task.Description, "tags": strings.Join(task.Tags, ",")} {
			if was, ok := row[field]; ok && (is != was || was == "") && got.Changes[field].Before != was {
				t.Errorf("%s %q became %q, and the log says %v", field, was, is, got.Changes[field])
			}
		}
	})
}

func TestWhatBecomesOfAccounts(t *testing.T) {
	user := phase4.Row{
		"id": id, "email": "ada@example.com", "password_hash": "$2a$", "full_name": "Ada", "plan": "pro", "is_active": "true",
		"created_at": "2025-09-01 08:00:00", "updated_at": "2025-09-02 08:00:00",
	}
	preferences := phase4.Row{
		"id": "10000000-0000-4000-8000-000000000002", "user_id": id, "weight_urgency": "40", "weight_priority": "35", "weight_impact": "15", "weight_effort": "10",
		"timezone": "Europe/Berlin", "work_start_time": "08:30", "work_end_time": "16:30", "enable_habit_learning": "true",
	}
	a, err := phase4.ReadAccount(user, preferences, now)
	if err != nil {
		t.Fatal(err)
	}
	if a.PasswordHash != "$2a$" || a.User.Email != "ada@example.com" || a.User.FullName != "Ada" || !a.User.DisabledAt.IsZero() || shown(a.User.CreatedAt) != "2025-09-01T08:00:00Z" {
		t.Errorf("%+v", a.User)
	}
	zone, err := mindflow.LoadZone("Europe/Berlin")
	if err != nil || fmt.Sprint(a.Preferences) != fmt.Sprint(mindflow.DefaultPreferences(zone)) {
		t.Errorf("%+v, %v", a.Preferences, err)
	}
	want := mindflow.Changes{
		"plan": {Before: "pro"}, "updated_at": {Before: "2025-09-02 08:00:00"}, "is_active": {Before: true}, "preferences_id": {Before: preferences["id"]},
		"weight_urgency":  {Before: 40, After: mindflow.Hundredths(4000)},
		"weight_priority": {Before: 35, After: mindflow.Hundredths(1000)},
		"weight_effort":   {Before: 10, After: mindflow.Hundredths(1000)},
		"weight_impact":   {Before: 15}, "work_start_time": {Before: "08:30"}, "work_end_time": {Before: "16:30"}, "enable_habit_learning": {Before: true},
	}
	if diff := cmp.Diff(want, a.Changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	for name, row := range map[string]struct {
		user, preferences phase4.Row
		check             func(phase4.Account) bool
	}{
		"no preferences: those of everybody": {user, nil, func(a phase4.Account) bool { return a.Preferences.Zone.String() == "UTC" && a.Preferences.Version == 1 }},
		"a zone that is none": {user, phase4.Row{"id": id, "timezone": "Mars/Olympus"}, func(a phase4.Account) bool {
			return a.Preferences.Zone.String() == "UTC" && a.Changes["timezone"] == mindflow.Change{Before: "Mars/Olympus", After: "UTC"}
		}},
		"a zone with blanks": {user, phase4.Row{"id": id, "timezone": " Europe/Berlin "}, func(a phase4.Account) bool { return a.Preferences.Zone.String() == "Europe/Berlin" }},
		"a flag that is off": {phase4.Row{"id": id, "email": "a@b.cd", "is_active": "false", "updated_at": "2025-09-02 08:00:00"}, nil, func(a phase4.Account) bool {
			return shown(a.User.DisabledAt) == "2025-09-02T08:00:00Z" && shown(a.User.CreatedAt) == "2025-09-02T08:00:00Z"
		}},
		"a flag that is not set": {phase4.Row{"id": id, "email": "a@b.cd"}, nil, func(a phase4.Account) bool { return a.User.DisabledAt.Equal(now) && a.User.CreatedAt.Equal(now) }},
		"a long name": {phase4.Row{"id": id, "email": "a@b.cd", "full_name": strings.Repeat("n", 255)}, nil, func(a phase4.Account) bool {
			return len(a.User.FullName) == 200 && a.Changes["full_name"] == mindflow.Change{Before: strings.Repeat("n", 255), After: strings.Repeat("n", 200)}
		}},
		"an address with blanks": {phase4.Row{"id": id, "email": " Ada@Example.com "}, nil, func(a phase4.Account) bool {
			return a.User.Email == "Ada@Example.com" && a.Changes["email"].Before == " Ada@Example.com "
		}},
		"what is no address stays": {phase4.Row{"id": id, "email": "ada"}, nil, func(a phase4.Account) bool {
			return a.User.Email == "ada" && slices.ContainsFunc(a.Remarks, func(r phase4.Remark) bool { return r.Field == "email" })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if a, err := phase4.ReadAccount(row.user, row.preferences, now); err != nil || !row.check(a) {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

func TestEntriesOfTheLogKeepWhatTheySay(t *testing.T) {
	entry, err := phase4.ReadEntry(phase4.Row{
		"id": id, "timestamp": "2025-09-01 08:00:00.25", "action": "CREATE_TASK", "resource_id": id, "result": "error", "error_message": "", "request_duration_ms": "7",
	})
	want := mindflow.Changes{"action": {After: "CREATE_TASK"}, "resource_id": {After: id}, "result": {After: "error"}, "error_message": {After: ""}, "request_duration_ms": {After: 7}}
	if err != nil || entry.ID.String() != id || !entry.At.Equal(time.Date(2025, 9, 1, 8, 0, 0, 250_000_000, time.UTC)) || len(entry.Remarks) > 0 {
		t.Errorf("%+v, %v", entry, err)
	}
	if diff := cmp.Diff(want, entry.Changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, at := range map[string]string{"infinity": "9998-12-31T23:59:59Z", "0001-01-01 00:00:00": "1970-01-01T00:00:00Z"} {
		entry, err := phase4.ReadEntry(phase4.Row{"id": id, "timestamp": text})
		if err != nil || shown(entry.At) != at || entry.Changes["timestamp"].Before != text || len(entry.Remarks) != 1 {
			t.Errorf("%s: %+v, %v", text, entry, err)
		}
	}
	stray, changes, said, err := phase4.ReadStray(phase4.Row{"id": id, "timezone": "UTC", "weight_impact": "3"})
	if err != nil || stray.String() != id || changes["timezone"].Before != "UTC" || changes["weight_impact"].Before != 3 || len(said) != 1 {
		t.Errorf("%v, %v, %v", changes, said, err)
	}
}

func TestAnIDThatNamesNothingIsRefused(t *testing.T) {
	for _, zero := range []string{"00000000-0000-0000-0000-000000000000", "", "x"} {
		row := phase4.Row{"id": zero, "timestamp": "2025-09-01 08:00:00"}
		_, taskErr := phase4.ReadTask(row, owner, now)
		_, accountErr := phase4.ReadAccount(row, nil, now)
		_, entryErr := phase4.ReadEntry(row)
		_, _, _, strayErr := phase4.ReadStray(row)
		for table, err := range map[string]error{"tasks": taskErr, "users": accountErr, "audit_logs": entryErr, "user_preferences": strayErr} {
			if err == nil || !strings.HasPrefix(err.Error(), table+": ") {
				t.Errorf("%s: %v", table, err)
			}
		}
	}
}

package mindflow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// fresh is a task as the server prepares it for the draft that makes it.
func fresh() Task {
	t := Task{Status: StatusPending, Priority: DefaultPriority, Version: 1, CreatedAt: before, UpdatedAt: before}
	t.ID[0], t.WorkspaceID[0], t.UserID[0] = 1, 2, 3
	return t
}

// titled is a fresh task that needs nothing more.
func titled() Task {
	t := fresh()
	t.Title = "Call Ann"
	return t
}

func TestTheSmallestDraftMakesAWholeTask(t *testing.T) {
	got, err := Draft{Title: Some(" Call Ann ")}.Apply(fresh(), Zone{}, noon)
	checkError(t, err, "")
	if diff := cmp.Diff(titled(), got); diff != "" {
		t.Error(diff)
	}
	_, err = Draft{}.Apply(fresh(), Zone{}, noon)
	checkError(t, err, "Some fields are not valid: title is required")
}

func TestADraftSetsEveryField(t *testing.T) {
	assignee := NewID[User](noon)
	got, err := Draft{
		Title: Some("Call Ann"), Description: Some(" about\r\nthe\troof\n"), Status: Some("snoozed"), Priority: Some(5),
		DueDate: Some("2026-11-27"), StartDate: Some("2026-11-20T09:00"), SnoozedUntil: Some("2026-11-26T09:00"),
		EffortMinutes: Some(15), PreferredTime: Some("morning"), Tags: Some([]string{" home ", "Roof", "HOME"}),
		AssigneeID: Some(strings.ToUpper(assignee.String())),
	}.Apply(fresh(), zone(t, "Europe/Berlin"), noon)
	checkError(t, err, "")
	want := titled()
	want.Description, want.Status, want.Priority = "about\nthe\troof", StatusSnoozed, 5
	want.Due, want.Start, want.SnoozedUntil = when(t, "2026-11-27"), when(t, "2026-11-20T08:00:00Z"), instant(t, "2026-11-26T08:00:00Z")
	want.EffortMinutes, want.PreferredTime, want.Tags, want.AssigneeID = 15, Morning, []string{"home", "Roof"}, assignee
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	cleared, err := Draft{
		Description: Null[string](), Priority: Null[int](), DueDate: Null[string](), StartDate: Null[string](),
		SnoozedUntil: Null[string](), EffortMinutes: Null[int](), PreferredTime: Null[string](), Tags: Null[[]string](),
		AssigneeID: Null[string](),
	}.Apply(got, Zone{}, noon)
	checkError(t, err, "")
	if diff := cmp.Diff(titled(), cleared); diff != "" {
		t.Errorf("null clears: %s", diff)
	}
}

func TestLimitsOfADraft(t *testing.T) {
	many := func(n int, format string) []string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf(format, i)
		}
		return names
	}
	tags := func(names ...string) Draft { return Draft{Tags: Some(names)} }
	title := func(s string) Draft { return Draft{Title: Some(s)} }
	description := func(s string) Draft { return Draft{Description: Some(s)} }
	tests := []struct {
		name string
		d    Draft
		bad  []string
	}{
		{"a title of 200 characters", title(repeat("x", 200)), nil},
		{"a title of 201 characters", title(repeat("x", 201)), []string{"title"}},
		{"a title of 200 letters and marks that compose", title(repeat("e\u0301", 200)), nil},
		{"a title of 201 letters and marks that compose", title(repeat("e\u0301", 201)), []string{"title"}},
		{"a title of 100 letters and marks that do not", title(repeat("x\u0301", 100)), nil},
		{"a title of 101 letters and marks that do not", title(repeat("x\u0301", 101)), []string{"title"}},
		{"a title of 200 emoji", title(repeat("😀", 200)), nil},
		{"a title of 201 emoji", title(repeat("😀", 201)), []string{"title"}},
		{"an emoji of two code points counts twice", title(repeat("👍🏽", 101)), []string{"title"}},
		{"a title of 200 characters among blanks", title(repeat(" ", 50) + repeat("x", 200) + "\n"), nil},
		{"no title", title(""), []string{"title"}},
		{"a title of blanks", title(" \t\u3000\n"), []string{"title"}},
		{"a title of null", Draft{Title: Null[string]()}, []string{"title"}},
		{"a title with a line break", title("a\nb"), []string{"title"}},
		{"a title with a tab", title("a\tb"), []string{"title"}},
		{"a title with a NUL", title("a\x00b"), []string{"title"}},
		{"a title with an escape", title("a\x1b[2Jb"), []string{"title"}},
		{"a title with a control of Latin 1", title("a\u0085b"), []string{"title"}},
		{"a title with markup", title(`<script>alert("&")</script>`), nil},

		{"a description of 2000 characters", description(repeat("é", 2000)), nil},
		{"a description of 2001 characters", description(repeat("é", 2001)), []string{"description"}},
		{"a line break of two characters counts once", description(repeat("\r\n", 999) + repeat("x", 1001)), nil},
		{"no description", description(""), nil},
		{"lines and tabs", description("a\n\tb\r\nc"), nil},
		{"a carriage return alone", description("a\rb"), []string{"description"}},
		{"a bell", description("a\x07b"), []string{"description"}},

		{"20 tags", tags(many(20, "tag %d")...), nil},
		{"21 tags", tags(many(21, "tag %d")...), []string{"tags"}},
		{"30 tags of which 20 differ", tags(append(many(20, "tag %d"), many(10, "TAG %d")...)...), nil},
		{"a tag of 50 characters", tags(repeat("ß", 50)), nil},
		{"a tag of 51 characters", tags(repeat("ß", 51)), []string{"tags[0]"}},
		{"a tag of 50 characters among blanks", tags(" " + repeat("x", 50) + " "), nil},
		{"no tags", tags(), nil},
		{"bad tags by their places", tags("ok", "", " ", "a\tb", repeat("x", 51), "fine"), []string{"tags[1]", "tags[2]", "tags[3]", "tags[4]"}},
		{"too many tags and a bad one", tags(append(many(22, "tag %d"), "")...), []string{"tags[22]", "tags"}},

		{"priority 1", Draft{Priority: Some(1)}, nil},
		{"priority 5", Draft{Priority: Some(5)}, nil},
		{"priority 0", Draft{Priority: Some(0)}, []string{"priority"}},
		{"priority 6", Draft{Priority: Some(6)}, []string{"priority"}},
		{"an effort of a minute", Draft{EffortMinutes: Some(1)}, nil},
		{"an effort of a week", Draft{EffortMinutes: Some(10080)}, nil},
		{"no effort", Draft{EffortMinutes: Some(0)}, []string{"effort_estimate_minutes"}},
		{"an effort below nought", Draft{EffortMinutes: Some(-1)}, []string{"effort_estimate_minutes"}},
		{"an effort of more than a week", Draft{EffortMinutes: Some(10081)}, []string{"effort_estimate_minutes"}},
		{"the evening", Draft{PreferredTime: Some("evening")}, nil},
		{"the night", Draft{PreferredTime: Some("night")}, []string{"preferred_time"}},
		{"an empty time of day", Draft{PreferredTime: Some("")}, []string{"preferred_time"}},
		{"an assignee that is no id", Draft{AssigneeID: Some("ann")}, []string{"assignee_id"}},
		{"an empty assignee", Draft{AssigneeID: Some("")}, []string{"assignee_id"}},
		{"a due date that is none", Draft{DueDate: Some("soon")}, []string{"due_date"}},
		{"an empty due date", Draft{DueDate: Some("")}, []string{"due_date"}},
		{"a start date out of range", Draft{StartDate: Some("9999-01-01")}, []string{"start_date"}},
		{"an unknown status", Draft{Status: Some("done")}, []string{"status"}},
		{"a status of null", Draft{Status: Null[string]()}, []string{"status"}},
		{"a snooze until a day", Draft{SnoozedUntil: Some("2026-11-27")}, []string{"snoozed_until"}},
		{"a snooze with another status", Draft{SnoozedUntil: Some("2026-11-27T09:00"), Status: Some("pending")}, []string{"snoozed_until"}},
		{"a snooze without an end", Draft{SnoozedUntil: Null[string](), Status: Some("snoozed")}, []string{"snoozed_until"}},
		{
			"everything wrong is named at once",
			Draft{
				Title: Some(""), Description: Some("\x00"), Status: Some("done"), Priority: Some(9), DueDate: Some("soon"), StartDate: Some("late"),
				SnoozedUntil: Some("then"), EffortMinutes: Some(-5), PreferredTime: Some("noon"), Tags: Some([]string{""}), AssigneeID: Some("x"),
			},
			[]string{
				"title", "description", "tags[0]", "priority", "effort_estimate_minutes", "preferred_time", "assignee_id",
				"due_date", "start_date", "status", "snoozed_until",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.d.Apply(titled(), Zone{}, noon)
			checkBadFields(t, err, tt.bad...)
			var validated []string
			for _, f := range tt.d.Validate() {
				validated = append(validated, f.Field)
			}
			if !slices.Equal(validated, tt.bad) {
				t.Errorf("Validate names %q, want %q", validated, tt.bad)
			}
		})
	}
}

func TestMessagesNeverHoldWhatWasSent(t *testing.T) {
	const secret = "s3cret"
	_, err := Draft{
		Title: Some(secret + "\x00"), Description: Some(secret + "\x00"), Status: Some(secret), DueDate: Some(secret), StartDate: Some(secret),
		SnoozedUntil: Some(secret), PreferredTime: Some(secret), Tags: Some([]string{secret + "\x00"}), AssigneeID: Some(secret),
		ReadOnly: ReadOnly{ID: Some(secret), CreatedAt: Some(secret)},
	}.Apply(titled(), Zone{}, noon)
	if len(badFields(err)) != 11 || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

// A body of a megabyte can bring more than a hundred thousand tags; they are
// not compared with one another.
func TestVeryManyTagsAreRefusedAtOnce(t *testing.T) {
	names := make([]string, 150_000)
	for i := range names {
		names[i] = string(rune(0x4e00+i%20_000)) + string(rune(0x4e00+i/20_000))
	}
	start := time.Now()
	_, err := Draft{Tags: Some(names)}.Apply(titled(), Zone{}, noon)
	checkBadFields(t, err, "tags")
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestTagsAreTheSameWhenFolded(t *testing.T) {
	got, err := Draft{Tags: Some([]string{"Straße", "STRASSE", "Cafe\u0301", "café", "ﬁx", "FIX", "b", "a"})}.Apply(titled(), Zone{}, noon)
	checkError(t, err, "")
	if diff := cmp.Diff([]string{"Straße", "Café", "ﬁx", "b", "a"}, got.Tags); diff != "" {
		t.Errorf("the first of each, in their order: %s", diff)
	}
}

func TestAStartMustNotBeAfterTheDueDate(t *testing.T) {
	tests := []struct {
		name, zone, start, due string
		ok                     bool
	}{
		{"the same day", "Europe/Berlin", "2026-11-27", "2026-11-27", true},
		{"a day before", "Europe/Berlin", "2026-11-26", "2026-11-27", true},
		{"a day after", "Europe/Berlin", "2026-11-28", "2026-11-27", false},
		{"the same instant", "Europe/Berlin", "2026-11-27T16:00:00Z", "2026-11-27T17:00:00+01:00", true},
		{"a second after", "Europe/Berlin", "2026-11-27T16:00:01Z", "2026-11-27T17:00:00+01:00", false},
		{"the last second of the due day", "Europe/Berlin", "2026-11-27T23:59:59", "2026-11-27", true},
		{"the end of the due day", "Europe/Berlin", "2026-11-28T00:00:00", "2026-11-27", false},
		{"the end of the due day in UTC lies after it in Berlin", "Europe/Berlin", "2026-11-27T23:30:00Z", "2026-11-27", false},
		{"and within it in New York", "America/New_York", "2026-11-27T23:30:00Z", "2026-11-27", true},
		{"a start day with a due instant in it", "Europe/Berlin", "2026-11-27", "2026-11-27T09:00", true},
		{"a start day with a due instant at its start", "Europe/Berlin", "2026-11-27", "2026-11-27T00:00", true},
		{"a start day with a due instant before its start", "Europe/Berlin", "2026-11-27", "2026-11-26T23:59:59", false},
		{"a day without midnight starts at 01:00", "America/Havana", "2026-03-08", "2026-03-08T05:00:00Z", true},
		{"and not before", "America/Havana", "2026-03-08", "2026-03-08T04:59:59Z", false},
		{"a skipped day starts with the next", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00", true},
		{"a skipped due day is over as it starts", "Pacific/Apia", "2011-12-31T00:00", "2011-12-30", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			if !tt.ok {
				want = []string{"start_date"}
			}
			z := zone(t, tt.zone)
			both := Draft{StartDate: Some(tt.start), DueDate: Some(tt.due)}
			_, err := both.Apply(titled(), z, noon)
			checkBadFields(t, err, want...)

			task := titled()
			task.Due, _ = ParseWhen(tt.due, z)
			_, err = Draft{StartDate: Some(tt.start)}.Apply(task, z, noon)
			checkBadFields(t, err, want...)

			task = titled()
			task.Start, _ = ParseWhen(tt.start, z)
			_, err = Draft{DueDate: Some(tt.due)}.Apply(task, z, noon)
			checkBadFields(t, err, want...)

			// In another zone an old pair may have changed places: what says
			// nothing new about it goes through.
			task.Due, _ = ParseWhen(tt.due, z)
			for _, d := range []Draft{{Title: Some("Call Bob")}, both} {
				_, err = d.Apply(task, z, noon)
				checkError(t, err, "")
			}
		})
	}
}

func TestStatusesByPatch(t *testing.T) {
	const in25 = "2026-11-25T13:00:00Z" // later
	status := func(s Status) Draft { return Draft{Status: Some(string(s))} }
	until := func(s string) Draft { return Draft{SnoozedUntil: Some(s)} }
	both := func(s Status, until string) Draft {
		return Draft{Status: Some(string(s)), SnoozedUntil: Some(until)}
	}
	wake := Draft{SnoozedUntil: Null[string]()}
	done := in(StatusPending)
	done.Status, done.CompletedAt = StatusCompleted, noon
	const (
		future     = "Some fields are not valid: snoozed_until must be in the future"
		goesWith   = "Some fields are not valid: snoozed_until goes with the status snoozed only"
		isRequired = "Some fields are not valid: snoozed_until is required with the status snoozed"
		noComplete = "A cancelled task cannot be completed; reopen it first"
		noCancel   = "A completed task cannot be cancelled; reopen it first"
		noSnooze   = "Only an open task can be snoozed; reopen it first"
	)
	tests := []struct {
		name string
		from Status
		d    Draft
		want Task
		err  string
	}{
		{"completing is the verb", StatusPending, status(StatusCompleted), done, ""},
		{"completing a snoozed task ends its snooze", StatusSnoozed, status(StatusCompleted), done, ""},
		{"completing again changes nothing", StatusCompleted, status(StatusCompleted), in(StatusCompleted), ""},
		{"completing a cancelled task is a conflict", StatusCancelled, status(StatusCompleted), Task{}, noComplete},
		{"cancelling is the verb", StatusInProgress, status(StatusCancelled), in(StatusCancelled), ""},
		{"cancelling again changes nothing", StatusCancelled, status(StatusCancelled), in(StatusCancelled), ""},
		{"cancelling a completed task is a conflict", StatusCompleted, status(StatusCancelled), Task{}, noCancel},
		{"pending reopens a completed task", StatusCompleted, status(StatusPending), in(StatusPending), ""},
		{"pending reopens a cancelled task", StatusCancelled, status(StatusPending), in(StatusPending), ""},
		{"in progress reopens a completed task", StatusCompleted, status(StatusInProgress), in(StatusInProgress), ""},
		{"in progress starts a pending task", StatusPending, status(StatusInProgress), in(StatusInProgress), ""},
		{"pending stops a task in progress", StatusInProgress, status(StatusPending), in(StatusPending), ""},
		{"pending wakes a snoozed task", StatusSnoozed, status(StatusPending), in(StatusPending), ""},
		{"in progress wakes a snoozed task", StatusSnoozed, status(StatusInProgress), in(StatusInProgress), ""},

		{"snoozed with an end snoozes", StatusPending, both(StatusSnoozed, in25), in(StatusSnoozed), ""},
		{"an end alone snoozes", StatusInProgress, until(in25), in(StatusSnoozed), ""},
		{"an end alone snoozes for longer", StatusSnoozed, until(in25), in(StatusSnoozed), ""},
		{"snoozed again keeps the end", StatusSnoozed, status(StatusSnoozed), in(StatusSnoozed), ""},
		{"snoozed needs an end", StatusPending, status(StatusSnoozed), Task{}, future},
		{"an end now is none", StatusPending, until("2026-11-25T12:00:00Z"), Task{}, future},
		{"an end in the past is none", StatusSnoozed, both(StatusSnoozed, "2020-01-01T00:00:00Z"), Task{}, future},
		{"an end before 1970 is none", StatusPending, until("1960-01-01T00:00:00Z"), Task{}, "Some fields are not valid: snoozed_until " + wrongYear},
		{"an end alone cannot snooze a completed task", StatusCompleted, until(in25), Task{}, noSnooze},
		{"snoozing a cancelled task is a conflict", StatusCancelled, both(StatusSnoozed, in25), Task{}, noSnooze},
		{"null wakes", StatusSnoozed, wake, in(StatusPending), ""},
		{"null with pending wakes", StatusSnoozed, Draft{Status: Some("pending"), SnoozedUntil: Null[string]()}, in(StatusPending), ""},
		{"null with in progress wakes", StatusSnoozed, Draft{Status: Some("in_progress"), SnoozedUntil: Null[string]()}, in(StatusInProgress), ""},
		{"null with completed completes", StatusSnoozed, Draft{Status: Some("completed"), SnoozedUntil: Null[string]()}, done, ""},
		{"null keeps a task in progress", StatusInProgress, wake, in(StatusInProgress), ""},
		{"null keeps a completed task", StatusCompleted, wake, in(StatusCompleted), ""},
		{"null keeps a cancelled task", StatusCancelled, wake, in(StatusCancelled), ""},

		{"pending with an end contradicts itself", StatusPending, both(StatusPending, in25), Task{}, goesWith},
		{"completed with an end contradicts itself", StatusSnoozed, both(StatusCompleted, in25), Task{}, goesWith},
		{"snoozed with null contradicts itself", StatusSnoozed, Draft{Status: Some("snoozed"), SnoozedUntil: Null[string]()}, Task{}, isRequired},
		{"a bad field is told before a conflict", StatusCancelled, Draft{Status: Some("completed"), Priority: Some(9)}, Task{}, "Some fields are not valid: priority must be from 1 to 5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.d.Apply(in(tt.from), Zone{}, noon)
			checkError(t, err, tt.err)
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Error(diff)
			}
			if wantKind := kindOfText(tt.err); err != nil && KindOf(err) != wantKind {
				t.Errorf("kind %d, want %d", KindOf(err), wantKind)
			}
		})
	}
}

func kindOfText(message string) Kind {
	if strings.HasPrefix(message, "Some fields") {
		return KindInvalid
	}
	return KindConflict
}

func TestReadOnlyKeysMayBeRepeatedOnly(t *testing.T) {
	task := titled()
	task.Status, task.CompletedAt, task.CreatedAt = StatusCompleted, noon, instant(t, "2026-11-25T11:00:00.123456Z")
	other := NewID[Task](noon).String()
	tests := []struct {
		name string
		r    ReadOnly
		bad  []string
	}{
		{"none", ReadOnly{}, nil},
		{
			"all as they are",
			ReadOnly{
				ID: Some(task.ID.String()), WorkspaceID: Some(task.WorkspaceID.String()), UserID: Some(task.UserID.String()), Version: Some(int64(1)),
				CreatedAt: Some("2026-11-25T11:00:00.123456Z"), UpdatedAt: Some("2026-11-25T11:00:00.000000Z"),
				CompletedAt: Some("2026-11-25T12:00:00.000000Z"), DeletedAt: Null[string](),
			},
			nil,
		},
		{"an instant in another offset is the same", ReadOnly{CompletedAt: Some("2026-11-25T13:00:00+01:00")}, nil},
		{
			"all different",
			ReadOnly{
				ID: Some(other), WorkspaceID: Some(other), UserID: Some(other), Version: Some(int64(2)),
				CreatedAt: Some("2026-11-25T11:00:00.123457Z"), UpdatedAt: Some("2026-11-25T11:00:01Z"),
				CompletedAt: Some("2026-11-25T12:00:00.1Z"), DeletedAt: Some("2026-11-25T12:00:00Z"),
			},
			[]string{"id", "workspace_id", "user_id", "version", "created_at", "updated_at", "completed_at", "deleted_at"},
		},
		{
			"all null",
			ReadOnly{
				ID: Null[string](), WorkspaceID: Null[string](), UserID: Null[string](), Version: Null[int64](),
				CreatedAt: Null[string](), UpdatedAt: Null[string](), CompletedAt: Null[string](), DeletedAt: Null[string](),
			},
			[]string{"id", "workspace_id", "user_id", "version", "created_at", "updated_at", "completed_at"},
		},
		{"not an instant", ReadOnly{CreatedAt: Some("today")}, []string{"created_at"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Draft{ReadOnly: tt.r}.Apply(task, Zone{}, noon)
			checkBadFields(t, err, tt.bad...)
			if diff := cmp.Diff(task, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// anyDraft draws a draft of which each part may be absent, null, good or bad.
func anyDraft() *rapid.Generator[Draft] {
	text := rapid.OneOf(anyText(), rapid.Just("Call Ann"), rapid.StringN(190, 210, -1))
	date := rapid.OneOf(
		rapid.Map(anyWhen(), When.String),
		rapid.Map(rapid.IntRange(-72, 72), func(h int) string { return noon.Add(time.Duration(h) * time.Hour).Format(time.RFC3339) }),
		rapid.Map(rapid.IntRange(-3, 3), func(d int) string { return (DayOf(noon) + Day(d)).String() }),
		rapid.SampledFrom([]string{"2026-11-27T09:00", "2026-03-29T02:30", "soon"}),
	)
	status := rapid.OneOf(rapid.Map(rapid.SampledFrom(Statuses), func(s Status) string { return string(s) }), rapid.Just("done"))
	return rapid.Custom(func(r *rapid.T) Draft {
		return Draft{
			Title:         anyField(text).Draw(r, "title"),
			Description:   anyField(text).Draw(r, "description"),
			Status:        anyField(status).Draw(r, "status"),
			Priority:      anyField(rapid.IntRange(0, 6)).Draw(r, "priority"),
			DueDate:       anyField(date).Draw(r, "due_date"),
			StartDate:     anyField(date).Draw(r, "start_date"),
			SnoozedUntil:  anyField(date).Draw(r, "snoozed_until"),
			EffortMinutes: anyField(rapid.SampledFrom([]int{0, 1, 15, 10080, 10081})).Draw(r, "effort"),
			PreferredTime: anyField(rapid.SampledFrom([]string{"morning", "evening", "night"})).Draw(r, "preferred_time"),
			Tags:          anyField(rapid.SliceOfN(rapid.OneOf(anyText(), rapid.StringMatching(`[a-cA-C]{1,2}`)), 0, 25)).Draw(r, "tags"),
			AssigneeID:    anyField(rapid.SampledFrom([]string{someID, "ann"})).Draw(r, "assignee"),
		}
	})
}

// anyField draws a key that is mostly absent: few drafts are wholly legal.
func anyField[T any](value *rapid.Generator[T]) *rapid.Generator[Field[T]] {
	return rapid.Custom(func(r *rapid.T) Field[T] {
		switch rapid.IntRange(0, 9).Draw(r, "kind") {
		case 0:
			return Null[T]()
		case 1, 2, 3:
			return Some(value.Draw(r, "value"))
		}
		return Field[T]{}
	})
}

// anyTask draws a legal task, made as people make them: by drafts.
func anyTask() *rapid.Generator[Task] {
	return rapid.Custom(func(r *rapid.T) Task {
		task := in(rapid.SampledFrom(Statuses).Draw(r, "from"))
		for range rapid.IntRange(0, 6).Draw(r, "drafts") {
			z, _ := somewhere(r)
			if next, err := anyDraft().Draw(r, "draft").Apply(task, z, noon); err == nil {
				task = next
			}
		}
		return task
	})
}

// whyIllegal names what is wrong with a task, by the limits of the contract.
func whyIllegal(t Task, now time.Time) string {
	isText := func(s string, least, most int, controls string) bool {
		n := len([]rune(s))
		return n >= least && n <= most && norm.NFC.IsNormalString(s) && strings.TrimSpace(s) == s &&
			!strings.ContainsFunc(s, func(r rune) bool {
				return (r < 0x20 || r >= 0x7f && r < 0xa0) && !strings.ContainsRune(controls, r)
			})
	}
	isDate := func(w When) bool {
		text := w.String()
		return text == "" || text >= "1970-01-01" && text < "9999"
	}
	folded := map[string]bool{}
	for _, tag := range t.Tags {
		if folded[Fold(tag)] || !isText(tag, 1, 50, "") {
			return fmt.Sprintf("tag %q", tag)
		}
		folded[Fold(tag)] = true
	}
	switch {
	case !isText(t.Title, 1, 200, ""):
		return "title"
	case !isText(t.Description, 0, 2000, "\n\t"):
		return "description"
	case len(t.Tags) > 20:
		return "number of tags"
	case t.Priority < 1 || t.Priority > 5:
		return "priority"
	case t.EffortMinutes < 0 || t.EffortMinutes > 10080:
		return "effort"
	case t.PreferredTime != AnyTime && t.PreferredTime.Part() == NoPart:
		return "preferred time"
	case !isDate(t.Due) || !isDate(t.Start):
		return "dates"
	case !slices.Contains(Statuses, t.Status):
		return "status"
	case (t.Status == StatusSnoozed) != t.SnoozedUntil.After(now) || (t.Status == StatusSnoozed) == t.SnoozedUntil.IsZero():
		return "snooze"
	case (t.Status == StatusCompleted) == t.CompletedAt.IsZero():
		return "completion"
	}
	return ""
}

func TestWhatADraftMakesIsLegal(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		task := anyTask().Draw(r, "task")
		if why := whyIllegal(task, noon); why != "" {
			r.Fatalf("%s of %+v", why, task)
		}
		if d := anyDraft().Draw(r, "draft"); len(d.Validate()) > 0 {
			if _, err := d.Apply(task, Zone{}, noon); KindOf(err) != KindInvalid {
				r.Fatalf("Validate says %v, Apply %v", d.Validate(), err)
			}
		}
	})
}

func TestAnEmptyDraftChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		task := anyTask().Draw(r, "task")
		z, _ := somewhere(r)
		got, err := Draft{}.Apply(task, z, noon)
		if diff := cmp.Diff(task, got); err != nil || diff != "" {
			r.Fatal(err, diff)
		}
	})
}

func TestSendingAnAnswerBackChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		task := anyTask().Draw(r, "task")
		now := noon.Add(time.Duration(rapid.IntRange(0, 100).Draw(r, "hours later")) * time.Hour)
		task = task.At(now)
		z, _ := somewhere(r)
		got, err := answer(task).Apply(task, z, now)
		if diff := cmp.Diff(task, got); err != nil || diff != "" {
			r.Fatal(err, diff)
		}
		if bad := answer(task).Validate(); len(bad) > 0 {
			r.Fatal(bad)
		}
	})
}

func TestApplyingADraftAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		task, d := anyTask().Draw(r, "task"), anyDraft().Draw(r, "draft")
		z, _ := somewhere(r)
		once, err := d.Apply(task, z, noon)
		if err != nil {
			return
		}
		twice, err := d.Apply(once, z, noon)
		if diff := cmp.Diff(once, twice); err != nil || diff != "" {
			r.Fatal(err, diff)
		}
	})
}

// answer is a task as the API answers it, sent back whole.
func answer(t Task) Draft {
	text := func(s string) Field[string] {
		if s == "" {
			return Null[string]()
		}
		return Some(s)
	}
	at := func(at time.Time, layout string) Field[string] {
		if at.IsZero() {
			return Null[string]()
		}
		return Some(at.Format(layout))
	}
	d := Draft{
		Title: Some(t.Title), Description: Some(t.Description), Status: Some(string(t.Status)), Priority: Some(t.Priority),
		DueDate: text(t.Due.String()), StartDate: text(t.Start.String()), SnoozedUntil: at(t.SnoozedUntil, time.RFC3339),
		EffortMinutes: Some(t.EffortMinutes), PreferredTime: text(string(t.PreferredTime)), Tags: Some(t.Tags), AssigneeID: Null[string](),
		ReadOnly: ReadOnly{
			ID: Some(t.ID.String()), WorkspaceID: Some(t.WorkspaceID.String()), UserID: Some(t.UserID.String()), Version: Some(int64(t.Version)),
			CreatedAt: at(t.CreatedAt, InstantLayout), UpdatedAt: at(t.UpdatedAt, InstantLayout),
			CompletedAt: at(t.CompletedAt, InstantLayout), DeletedAt: at(t.DeletedAt, InstantLayout),
		},
	}
	if t.EffortMinutes == 0 {
		d.EffortMinutes = Null[int]()
	}
	if !t.AssigneeID.IsZero() {
		d.AssigneeID = Some(t.AssigneeID.String())
	}
	return d
}

// FuzzDraftApply: no draft is too strange, and what is accepted is legal.
func FuzzDraftApply(f *testing.F) {
	f.Add("Call Ann", "about the roof", "snoozed", 3, "2026-11-27", "2026-11-20T09:00", "2026-11-26T09:00:00Z", 15, "morning", "home\x00Roof", someID, uint32(0))
	f.Add("", "\r\n\t", "done", 9, "soon", "9999-01-01", "", -1, "night", "\x00 ", "ann", uint32(0))
	f.Add("Cafe\u0301", "", "completed", 0, "", "", "", 0, "", "", "", uint32(0b11_11_11_11_11_11_11_01_11_01_00))
	f.Add("x", "y", "pending", 1, "2011-12-30", "2011-12-31T00:00", "2026-11-25T12:00:01Z", 1, "evening", "a\x00A", someID, uint32(0b01_00_00_00_00_11_00_00_10_00))
	f.Fuzz(func(t *testing.T, title, description, status string, priority int, due, start, snoozed string, effort int, preferred, tags, assignee string, keys uint32) {
		d := Draft{
			Title: keyed(title, &keys), Description: keyed(description, &keys), Status: keyed(status, &keys), Priority: keyed(priority, &keys),
			DueDate: keyed(due, &keys), StartDate: keyed(start, &keys), SnoozedUntil: keyed(snoozed, &keys), EffortMinutes: keyed(effort, &keys),
			PreferredTime: keyed(preferred, &keys), Tags: keyed(strings.Split(tags, "\x00"), &keys), AssigneeID: keyed(assignee, &keys),
		}
		apia := zone(t, "Pacific/Apia")
		for _, from := range Statuses {
			task, err := d.Apply(in(from), apia, noon)
			if err != nil {
				if k := KindOf(err); k != KindInvalid && k != KindConflict {
					t.Errorf("kind %d: %v", k, err)
				}
				continue
			}
			if why := whyIllegal(task, noon); why != "" {
				t.Errorf("%s of %+v", why, task)
			}
			if again, err := answer(task).Apply(task, apia, noon); err != nil || !again.Same(task) {
				t.Errorf("%+v\nsent back is\n%+v, %v", task, again, err)
			}
		}
	})
}

// keyed is a value, null or absent, as the next two bits of keys say.
func keyed[T any](v T, keys *uint32) Field[T] {
	kind := *keys & 3
	*keys >>= 2
	switch kind {
	case 2:
		return Null[T]()
	case 3:
		return Field[T]{}
	}
	return Some(v)
}

// Fails when a field's absence shows: a new field would then change the hash of
// every draft, and a client's repeat would be taken for another task.
func TestADraftIsEncodedAsWhatWasSaid(t *testing.T) {
	for want, draft := range map[string]Draft{
		`{}`: {},
		`{"Title":{"Set":true,"Null":false,"Value":"x"},"Tags":{"Set":true,"Null":true,"Value":null}}`: {Title: Some("x"), Tags: Null[[]string]()},
		`{"ReadOnly":{"Version":{"Set":true,"Null":false,"Value":1}}}`:                                 {ReadOnly: ReadOnly{Version: Some[int64](1)}},
	} {
		if got, err := json.Marshal(draft); err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}

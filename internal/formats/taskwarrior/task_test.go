package taskwarrior_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
)

// oneEntry reads an entry of the attributes given as the inside of an object,
// beside a description and a uuid.
func oneEntry(t *testing.T, attributes string, o formats.Options) formats.Entry {
	t.Helper()
	f := read(`{"description":"x","uuid":"00000000-0000-0000-0000-000000000001"`+attributes+`}`, o)
	if len(f.Entries) != 1 || len(f.Problems) > 0 {
		t.Fatal(f.String())
	}
	formatstest.CheckLegal(t, f.Entries[0], o.Zone)
	return f.Entries[0]
}

// What an entry with these attributes reads as, without its place and id.
func TestAttributes(t *testing.T) {
	for _, c := range []struct{ name, attributes, want string }{
		{"nothing is pending at the least priority", ``, `"x" pending priority 2`},
		{"null and empty say nothing", `,"due":null,"project":"","tags":[],"depends":"","who":"","annotations":[],"priority":null,"status":null`, `"x" pending priority 2`},
		{"priority H", `,"priority":"H"`, `"x" pending priority 5`},
		{"priority M", `,"priority":"M"`, `"x" pending priority 4`},
		{"priority L", `,"priority":"L"`, `"x" pending priority 3`},
		{"a priority of one's own", `,"priority":"XL"`, `"x" pending priority 3
    | priority: XL
    * its priority is none of H, M and L: it is 3 here
    * priority became text in the description`},
		{"an old waiting task", `,"status":"waiting","wait":"20300101T100000Z"`, `"x" snoozed priority 2, snoozed until 2030-01-01T10:00:00Z`},
		{"a waiting task that does not say for what", `,"status":"waiting"`, `"x" pending priority 2`},
		{"a task started after its wait", `,"wait":"20260101T100000Z","start":"20260102T100000Z"`, `"x" in_progress priority 2
    | wait: 2026-01-01 10:00 UTC
    * wait became text in the description`},
		{"a started task put off", `,"wait":"20300101T100000Z","start":"20260102T100000Z"`, `"x" snoozed priority 2, snoozed until 2030-01-01T10:00:00Z
    | start: 2026-01-02 10:00 UTC
    * start became text in the description`},
		{
			"a completed task", `,"status":"completed","end":"20260103T100000Z","entry":"20260101T100000Z","modified":"20260104T100000Z"`,
			`"x" completed priority 2, created 2026-01-01T10:00:00Z, updated 2026-01-04T10:00:00Z, completed 2026-01-03T10:00:00Z`,
		},
		{"a completed task without end", `,"status":"completed","modified":"20260104T100000Z"`, `"x" completed priority 2, updated 2026-01-04T10:00:00Z, completed 2026-01-04T10:00:00Z
    * it has no end: it counts as completed when it was last changed`},
		{"a completed task with its entry only", `,"status":"completed","entry":"20260104T100000Z"`, `"x" completed priority 2, created 2026-01-04T10:00:00Z, completed 2026-01-04T10:00:00Z
    * it has no end: it counts as completed when it was last changed`},
		{"a completed task without any time", `,"status":"completed"`, `"x" completed priority 2`},
		{"an ended task's wait and start", `,"status":"deleted","end":"20260103T100000Z","start":"20260102T100000Z","wait":"20260101T100000Z"`, `"x" cancelled priority 2
    | end: 2026-01-03 10:00 UTC
    | start: 2026-01-02 10:00 UTC
    | wait: 2026-01-01 10:00 UTC
    * end, start, wait became text in the description`},
		{"a state nobody knows", `,"status":"blocked","start":"20260102T100000Z"`, `"x" in_progress priority 2
    | status: blocked
    * its status is unknown: it is pending here
    * status became text in the description`},
		{"a reopened task's end", `,"status":"pending","end":"20260103T100000Z"`, `"x" pending priority 2
    | end: 2026-01-03 10:00 UTC
    * end became text in the description`},
		{
			"dates in other forms", `,"due":"2026-11-27T17:00:00+01:00","scheduled":"1700000000","entry":1700000000,"modified":"2026-11-27T17:00:00.123456789Z"`,
			`"x" pending priority 2, due 2026-11-27T16:00:00Z, start 2023-11-14T22:13:20Z, created 2023-11-14T22:13:20Z, updated 2026-11-27T17:00:00.123456Z`,
		},
		{"dates that are none", `,"due":"soon","scheduled":"20261127","wait":"19690101T000000Z","entry":"99990101T000000Z","modified":true`, `"x" pending priority 2
    | wait: 19690101T000000Z
    | entry: 99990101T000000Z
    | modified: true
    | due: soon
    | scheduled: 20261127
    * wait is no date of the years 1970 to 9998
    * entry is no date of the years 1970 to 9998
    * modified is no date of the years 1970 to 9998
    * due is no date of the years 1970 to 9998
    * scheduled is no date of the years 1970 to 9998
    * wait, entry, modified, due, scheduled became text in the description`},
		{"scheduled when due", `,"due":"20261127T100000Z","scheduled":"20261127T100000Z"`, `"x" pending priority 2, due 2026-11-27T10:00:00Z, start 2026-11-27T10:00:00Z`},
		{"scheduled after due", `,"due":"20261127T100000Z","scheduled":"20261127T100001Z"`, `"x" pending priority 2, due 2026-11-27T10:00:00Z
    | scheduled: 2026-11-27 10:00 UTC
    * scheduled is later than due, which a start date cannot be
    * scheduled became text in the description`},
		{"tags between commas", `,"tags":"a, b,,B"`, `"x" pending priority 2, tags a | b
    * tags that differ only in case or form are one tag`},
		{"a tag that is too long", `,"tags":["` + strings.Repeat("ä", 50) + `","` + strings.Repeat("ä", 51) + `"]`, `"x" pending priority 2, tags ` + strings.Repeat("ä", 50) + `
    | tags: ` + strings.Repeat("ä", 51) + `
    * only 20 tags of 50 characters fit
    * tags became text in the description`},
		{"a project", `,"project":" Home ","tags":["project:Home"]`, `"x" pending priority 2, tags project:Home, project Home`},
		{"a project within another", `,"project":"Home.Garden"`, `"x" pending priority 2, project Home / Garden`},
		{"a project deeper than projects nest", `,"project":"A.B..C.D."`, `"x" pending priority 2, project A / B.C.D
    * projects nest 2 deep: what lies deeper is "B.C.D"`},
		{"a project without a name", `,"project":" . \t."`, `"x" pending priority 2`},
		{"a project of a long name", `,"project":"` + strings.Repeat("ä", 101) + `"`, `"x" pending priority 2, project ` + strings.Repeat("ä", 100) + `
    | project: ` + strings.Repeat("ä", 101) + `
    * the project's name is longer than 100 characters: it was cut, and stands whole in the description`},
		{
			"dependencies in a list, one of them twice", `,"depends":["00000000-0000-0000-0000-00000000000A","00000000-0000-0000-0000-000000000003","00000000-0000-0000-0000-00000000000a"]`,
			`"x" pending priority 2, waits for 00000000-0000-0000-0000-00000000000a | 00000000-0000-0000-0000-000000000003`,
		},
		{"dependencies between commas", `,"depends":"00000000-0000-0000-0000-00000000000A, u2"`, `"x" pending priority 2, waits for 00000000-0000-0000-0000-00000000000a
    | Depends on: u2
    * what it depends on without naming it by a uuid became text in the description`},
		{"a task that recurs without a template", `,"due":"20261127T100000Z","recur":"2wks","mask":"-"`, `"x" pending priority 2, due 2026-11-27T10:00:00Z, repeats FREQ=WEEKLY;INTERVAL=2 from schedule`},
		{"one that ends", `,"due":"20261127T100000Z","recur":"P1D","until":"20261224T100000Z"`, `"x" pending priority 2, due 2026-11-27T10:00:00Z, repeats FREQ=DAILY;UNTIL=20261224T100000Z from schedule`},
		{"one at the end of months", `,"due":"20260131T100000Z","recur":"monthly"`, `"x" pending priority 2, due 2026-01-31T10:00:00Z, repeats FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 from schedule`},
		{"one that recurs by the hour", `,"due":"20261127T100000Z","recur":"2h","until":"20261224T100000Z"`, `"x" pending priority 2, due 2026-11-27T10:00:00Z
    | recur: 2h
    | until: 2026-12-24 10:00 UTC
    * recur is no frequency of days, weeks, months or years: it is a single task here
    * recur, until became text in the description`},
		{"one that is due at no time", `,"recur":"daily"`, `"x" pending priority 2
    | recur: daily
    * recur counts from a due date, which it does not have: it is a single task here
    * recur became text in the description`},
		{
			"one that is done", `,"status":"completed","end":"20260103T100000Z","entry":"20260101T100000Z","due":"20261127T100000Z","recur":"daily","imask":2,"rtype":"periodic","parent":"00000000-0000-0000-0000-00000000000a"`,
			`"x" completed priority 2, due 2026-11-27T10:00:00Z, created 2026-01-01T10:00:00Z, completed 2026-01-03T10:00:00Z
    | recur: daily
    * recur became text in the description`,
		},
		{"annotations in any order", `,"annotations":[{"entry":"20260102T100000Z","description":"second"},{"entry":"20260101T100000Z","description":"first"}]`, `"x" pending priority 2
    | 2026-01-01 10:00 UTC: first
    | 2026-01-02 10:00 UTC: second
    * 2 annotations became text in the description`},
		{"annotations of other shapes", `,"annotations":["bare",{"description":"undated"},{"entry":"then","description":"odd date"},{"entry":"20260101T100000Z","by":"Ann"}]`, `"x" pending priority 2
    | annotation: bare
    | undated
    | then: odd date
    | annotation: {"entry":"20260101T100000Z","by":"Ann"}
    * 4 annotations became text in the description`},
		{"annotations that are no list", `,"annotations":"hm"`, `"x" pending priority 2
    | annotations: hm
    * annotations became text in the description`},
		{"attributes of any type", `,"a":1.50,"b":true,"c":{"d": [1, 2]},"until":"eternity","id":1,"urgency":2`, `"x" pending priority 2
    | a: 1.50
    | b: true
    | c: {"d":[1,2]}
    | until: eternity
    * a, b, c, until became text in the description`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			formatstest.ShowEntry(&b, oneEntry(t, c.attributes, formats.Options{}))
			_, got, _ := strings.Cut(strings.TrimSuffix(b.String(), "\n"), "\n  ")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMidnightsBecomeDaysInTheZoneOfTheFile(t *testing.T) {
	for _, c := range []struct{ name, zone, at, want string }{
		{"midnight in winter", "Europe/Berlin", "20261126T230000Z", "2026-11-27"},
		{"midnight in summer", "Europe/Berlin", "20260630T220000Z", "2026-07-01"},
		{"winter's midnight in summer", "Europe/Berlin", "20260630T230000Z", "2026-06-30T23:00:00Z"},
		{"a second after midnight", "Europe/Berlin", "20261126T230001Z", "2026-11-26T23:00:01Z"},
		{"midnight in UTC, elsewhere", "Europe/Berlin", "20261127T000000Z", "2026-11-27T00:00:00Z"},
		{"midnight in UTC", "UTC", "20261127T000000Z", "2026-11-27"},
		{"three quarters of an hour", "Asia/Kathmandu", "20261126T181500Z", "2026-11-27"},
		{"no midnight in Havana", "America/Havana", "20260308T050000Z", "2026-03-08"},
		{"an hour later in Havana", "America/Havana", "20260308T060000Z", "2026-03-08T06:00:00Z"},
		{"no midnight in Santiago", "America/Santiago", "20260906T040000Z", "2026-09-06"},
		{"the first midnight of two in Havana", "America/Havana", "20261101T040000Z", "2026-11-01"},
		{"the second midnight of two in Havana", "America/Havana", "20261101T050000Z", "2026-11-01"},
		// Go's Time.ZoneBounds is wrong on the last day of far leap years.
		{"the last day of a far leap year", "Europe/Berlin", "20401230T230000Z", "2040-12-31"},
		{"an hour of a far New Year's Day", "Europe/Berlin", "20401231T233000Z", "2040-12-31T23:30:00Z"},
		{"the first day", "UTC", "19700101T000000Z", "1970-01-01"},
		{"before the first day", "America/New_York", "19700101T000000Z", "1970-01-01T00:00:00Z"},
		{"after the last day", "Europe/Berlin", "99981231T230000Z", "9998-12-31T23:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"due", "scheduled"} {
				e := oneEntry(t, fmt.Sprintf(`,%q:%q`, name, c.at), formatstest.InZone(t, c.zone))
				got := e.Task.Due.String() + e.Task.Start.String()
				if got != c.want {
					t.Errorf("%s: %s, want %s", name, got, c.want)
				}
				if said := len(e.Notes) == 1 && strings.Contains(e.Notes[0].Message, name+" at the start of "+c.want); said != (len(c.want) == 10) {
					t.Errorf("%s: notes %v", name, e.Notes)
				}
			}
		})
	}
}

func TestStartAndDueAreComparedAsTheVocabularyDoes(t *testing.T) {
	for _, c := range []struct{ name, scheduled, due, start string }{
		{"the same day", "20261126T230000Z", "20261126T230000Z", "2026-11-27"},
		{"a day later", "20261127T230000Z", "20261126T230000Z", ""},
		{"in the evening of the due day", "20261127T220000Z", "20261126T230000Z", "2026-11-27T22:00:00Z"},
		{"an hour of the last day of a far leap year", "20401231T100000Z", "20401230T230000Z", "2040-12-31T10:00:00Z"},
		{"on the day it is due at noon", "20261126T230000Z", "20261127T110000Z", "2026-11-27"},
		{"on the day after it is due at noon", "20261127T230000Z", "20261127T110000Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := oneEntry(t, fmt.Sprintf(`,"due":%q,"scheduled":%q`, c.due, c.scheduled), formatstest.InZone(t, "Europe/Berlin"))
			if e.Task.Start.String() != c.start || (c.start == "") != strings.Contains(e.Task.Description, "scheduled: ") {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestTheZoneIsAskedForOnceIfDatesMayBeDays(t *testing.T) {
	maybe := `{"description":"x","due":"20261126T230000Z","scheduled":"20261126T183000Z"}`
	never := `{"description":"x","due":"20261126T230001Z"}`
	if f := read(lines(maybe, never, maybe), formats.Options{}); len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0].Message, "4 due or scheduled dates may") {
		t.Error(f.String())
	}
	for _, o := range []formats.Options{{}, formatstest.InZone(t, "UTC")} {
		if f := read(lines(never), o); len(f.Notes) > 0 {
			t.Error(f.String())
		}
	}
}

func TestTemplatesAreSkippedByName(t *testing.T) {
	f := read(lines(`{"description":"Rent","status":"recurring","recur":"monthly"}`, `{"status":"recurring"}`), formats.Options{})
	if len(f.Skipped) != 2 || len(f.Entries)+len(f.Problems) > 0 ||
		!strings.Contains(f.Skipped[0].Message, `"Rent" is the template of a recurring task (monthly)`) || !strings.Contains(f.Skipped[1].Message, "(no description)") {
		t.Error(f.String())
	}
}

func TestWhatDoesNotFitTheDescriptionIsReportedAsLost(t *testing.T) {
	e := oneEntry(t, `,"first":"`+strings.Repeat("ä", 1980)+`","last":"`+strings.Repeat("é", 1000)+`"`, formats.Options{})
	lost := e.Notes[len(e.Notes)-1]
	// "first: …" is 1987 long, a line break, "last: " and six of é fit.
	if !lost.Lost || !strings.Contains(lost.Message, ": 994 at its end are lost") {
		t.Errorf("%+v", lost)
	}
	for _, n := range e.Notes[:len(e.Notes)-1] {
		if n.Lost {
			t.Errorf("%+v", n)
		}
	}
}

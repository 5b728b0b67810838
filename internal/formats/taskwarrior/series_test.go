package taskwarrior_test

import (
	"fmt"
	"strings"
	"testing"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
)

const (
	rent      = "00000000-0000-0000-0000-0000000000a0"
	template  = `{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"monthly","due":"20260131T100000Z","mask":"+--"}`
	firstRent = `{"uuid":"00000000-0000-0000-0000-0000000000a1","description":"Rent","status":"completed","end":"20260131T110000Z","recur":"monthly","due":"20260131T100000Z","parent":"` + rent + `","imask":0}`
	rentTwo   = `{"uuid":"00000000-0000-0000-0000-0000000000a2","description":"Rent","status":"pending","recur":"monthly","due":"20260228T100000Z","parent":"` + rent + `","imask":1}`
	rentThree = `{"uuid":"00000000-0000-0000-0000-0000000000a3","description":"Rent","status":"pending","recur":"monthly","due":"20260328T100000Z","parent":"` + rent + `","imask":2}`
)

// repeating lists the entries that repeat, and how.
func repeating(f formatstest.Found) string {
	var b strings.Builder
	for _, e := range f.Entries {
		if r := e.Task.Details.Recurrence; !r.IsZero() {
			fmt.Fprintf(&b, "%s due %s: %s, %s\n", e.SourceID, e.Task.Due, r.Rule, e.Links.Series)
		}
	}
	return b.String()
}

// Taskwarrior goes on from the 28th of February on the 28th; the rule knows the 31st.
func TestTheLastOpenTaskOfASeriesRepeats(t *testing.T) {
	const want = "00000000-0000-0000-0000-0000000000a3 due 2026-03-28T10:00:00Z: FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1, " + rent + "\n"
	for _, file := range []string{
		lines(template, firstRent, rentTwo, rentThree), lines(rentThree, template, rentTwo, firstRent), lines(firstRent, rentTwo, rentThree, template),
	} {
		f := read(file, formats.Options{})
		if got := repeating(f); got != want || len(f.Entries) != 3 || len(f.Skipped) != 1 || !strings.Contains(f.Skipped[0].Message, "repeats in its place") {
			t.Errorf("%s\n%s", file, f.String())
		}
		for _, e := range f.Entries {
			formatstest.CheckLegal(t, e, formats.Options{}.Zone)
		}
	}
	if f := read(lines(rentThree), formats.Options{}); !strings.Contains(repeating(f), "a3 due 2026-03-28T10:00:00Z: FREQ=MONTHLY, "+rent) {
		t.Errorf("without its template: %s", f.String())
	}
}

func TestATemplateOfWhichNoTaskIsOpenIsTheNextOne(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"none was made", lines(`{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"weekly","due":"20260131T100000Z"}`), rent + " due 2026-01-31T10:00:00Z: FREQ=WEEKLY, \n"},
		{"three were", lines(template, firstRent), rent + " due 2026-04-30T10:00:00Z: FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1, \n"},
		{"it is over", lines(`{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"weekly","due":"20260131T100000Z","mask":"++","until":"20260207T100000Z"}`), ""},
		{"one is left", lines(`{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"weekly","due":"20260131T100000Z","mask":"+","until":"20260207T100000Z"}`), rent + " due 2026-02-07T10:00:00Z: FREQ=WEEKLY;UNTIL=20260207T100000Z, \n"},
		{"it recurs by the hour", lines(`{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"2h","due":"20260131T100000Z"}`), ""},
		{"it is due at no time", lines(`{"uuid":"` + rent + `","description":"Rent","status":"recurring","recur":"daily"}`), ""},
	} {
		f := read(c.file, formats.Options{})
		if got := repeating(f); got != c.want || len(f.Problems) > 0 || c.want == "" && len(f.Skipped) != 1 {
			t.Errorf("%s: %s\n%s", c.name, got, f.String())
		}
	}
}

// Fails when what is known of series is not bounded.
func TestSeriesBeyondAThousandAreSingleTasks(t *testing.T) {
	var file strings.Builder
	for i := range 1003 {
		fmt.Fprintf(&file, `{"uuid":"00000000-0000-0000-0000-%012d","description":"x","recur":"daily","due":"20260131T100000Z","parent":"00000000-0000-0000-0001-%012d"}`+"\n", i, i)
	}
	f := read(file.String(), formats.Options{})
	if n := strings.Count(repeating(f), "\n"); n != 1000 || len(f.Entries) != 1003 || !strings.Contains(f.String(), "more than 1000 series") {
		t.Errorf("%d of %d repeat", n, len(f.Entries))
	}
}

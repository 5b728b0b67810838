package todoist_test

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/formats/todoist"
)

var header = []string{
	"TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE", "DATE", "DATE_LANG", "TIMEZONE",
	"DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG",
}

func read(file string, o formats.Options) formatstest.Found {
	return formatstest.Read(todoist.Read, strings.NewReader(file), o)
}

func options(tb testing.TB) formats.Options {
	tb.Helper()
	o := formatstest.InZone(tb, "Europe/Berlin")
	o.HasZone = false
	o.Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return o
}

func TestARealFileIsReadAsTheGoldenFileSays(t *testing.T) {
	o := options(t)
	f := read(formatstest.File(t, "testdata", "real.csv"), o)
	for _, e := range f.Entries {
		formatstest.CheckLegal(t, e, o.Zone)
	}
	formatstest.Golden(t, "real.golden", f.String())
}

// What a task reads as, without its place and id.
func TestTasks(t *testing.T) {
	for _, c := range []struct{ name, columns, cells, want string }{
		{"the title alone", "", "x", `"x" pending priority 2`},
		{"priority 1", "PRIORITY", "x,1", `"x" pending priority 5`},
		{"priority 2", "PRIORITY", "x,2", `"x" pending priority 4`},
		{"priority 3", "PRIORITY", "x,3", `"x" pending priority 3`},
		{"priority 4", "PRIORITY", "x,4", `"x" pending priority 2`},
		{"no priority", "PRIORITY", "x,", `"x" pending priority 2`},
		{"another priority", "PRIORITY", "x,p1", `"x" pending priority 2
    | PRIORITY: p1
    * PRIORITY is none of 1 to 4: it counts as 4
    * PRIORITY became text in the description`},
		{"labels", "", "@a Call @b @c", `"Call" pending priority 2, tags a | b | c`},
		{"labels inside", "", "Ask @anna about it", `"Ask @anna about it" pending priority 2, tags anna`},
		{"an address is no label", "", "Mail a@b.c @", `"Mail a@b.c @" pending priority 2`},
		{"a day", "DATE", "x,2026-12-03", `"x" pending priority 2, due 2026-12-03`},
		{"a day in words", "DATE", "x,3 Dec 2026", `"x" pending priority 2, due 2026-12-03`},
		{"a day without a year", "DATE,DATE_LANG", "x,Dec 3,en", `"x" pending priority 2, due 2026-12-03
    * DATE "Dec 3" names no year: it was read as 2026-12-03`},
		{"a time", "DATE", "x,2026-12-03 14:00", `"x" pending priority 2, due 2026-12-03T13:00:00Z`},
		{"a time elsewhere", "DATE,TIMEZONE", "x,3 Dec 2026 14:00,America/New_York", `"x" pending priority 2, due 2026-12-03T19:00:00Z`},
		{"a time nowhere", "DATE,TIMEZONE", "x,3 Dec 2026 14:00,Mars", `"x" pending priority 2
    | DATE: 3 Dec 2026 14:00
    | DATE is in Mars
    * DATE is not understood
    * DATE became text in the description`},
		{"a day nowhere", "DATE,TIMEZONE", "x,2026-12-03,Mars", `"x" pending priority 2, due 2026-12-03`},
		{"today", "DATE,DATE_LANG", "x,today,en", `"x" pending priority 2
    | DATE: today
    | DATE is in en
    * DATE is not understood
    * DATE became text in the description`},
		{"after each three days", "DATE", "x,every! 3 days", `"x" pending priority 2, due 2026-11-24, repeats FREQ=DAILY;INTERVAL=3 from completion
    * DATE "every! 3 days" repeats: the next time is 2026-11-24`},
		{"some days", "DATE,DATE_LANG", `x,"Every mon, wed",en`, `"x" pending priority 2, due 2026-11-25, repeats FREQ=WEEKLY;BYDAY=MO,WE from schedule
    * DATE "Every mon, wed" repeats: the next time is 2026-11-25`},
		{"in short", "DATE", `x,ev! other week`, `"x" pending priority 2, due 2026-11-24, repeats FREQ=WEEKLY;INTERVAL=2 from completion
    * DATE "ev! other week" repeats: the next time is 2026-11-24`},
		{"daily at an hour", "DATE,TIMEZONE", `x,daily at 9,America/New_York`, `"x" pending priority 2, due 2026-11-24T14:00:00Z, repeats FREQ=DAILY from schedule
    * DATE "daily at 9" repeats: the next time is 2026-11-24T14:00:00Z`},
		{"a day of each month", "DATE", `x,every 3rd`, `"x" pending priority 2, due 2026-12-03, repeats FREQ=MONTHLY;BYMONTHDAY=3 from schedule
    * DATE "every 3rd" repeats: the next time is 2026-12-03`},
		{"the last day of each month, until then", "DATE", `x,every last day ending 2027-01-31`, `"x" pending priority 2, due 2026-11-30, repeats FREQ=MONTHLY;UNTIL=20270131;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 from schedule
    * DATE "every last day ending 2027-01-31" repeats: the next time is 2026-11-30`},
		{"each morning", "DATE", `x,every morning`, `"x" pending priority 2, due 2026-11-24, preferred morning, repeats FREQ=DAILY from schedule
    * DATE "every morning" repeats: the next time is 2026-11-24`},
		{"in German", "DATE,DATE_LANG", `x,jeden Freitag,de`, `"x" pending priority 2, due 2026-11-27, repeats FREQ=WEEKLY;BYDAY=FR from schedule
    * DATE "jeden Freitag" repeats: the next time is 2026-11-27`},
		{"in French", "DATE,DATE_LANG", `x,chaque jour,fr`, `"x" pending priority 2
    | DATE: chaque jour
    | DATE is in fr
    * DATE is not understood
    * DATE became text in the description`},
		{"each hour", "DATE", "x,every 3 hours", `"x" pending priority 2
    | DATE: every 3 hours
    * it recurs in a way that is not understood, and is a single task here
    * DATE became text in the description`},
		{"and more", "DATE", "x,every day p1", `"x" pending priority 2
    | DATE: every day p1
    * it recurs in a way that is not understood, and is a single task here
    * DATE became text in the description`},
		{"each day at nine, nowhere", "DATE,TIMEZONE", "x,every day at 9:00,Mars", `"x" pending priority 2
    | DATE: every day at 9:00
    | DATE is in Mars
    * it recurs in a way that is not understood, and is a single task here
    * DATE became text in the description`},
		{"another language", "DATE,DATE_LANG", "x,3 Mar 2026,de", `"x" pending priority 2
    | DATE: 3 Mar 2026
    | DATE is in de
    * DATE is not understood
    * DATE became text in the description`},
		{"digits in another language", "DATE,DATE_LANG", "x,2026-12-03,de", `"x" pending priority 2, due 2026-12-03`},
		{"a deadline alone", "DEADLINE,DEADLINE_LANG", "x,2026-12-31,en", `"x" pending priority 2, due 2026-12-31
    * its deadline became the due date`},
		{"a deadline beside a date", "DATE,DEADLINE", "x,2026-12-03,2026-12-31", `"x" pending priority 2, due 2026-12-03
    | DEADLINE: 2026-12-31
    * DEADLINE became text in the description`},
		{"minutes", "DURATION,DURATION_UNIT", "x,45,minute", `"x" pending priority 2, effort 45 min`},
		{"days", "DURATION,DURATION_UNIT", "x,2,day", `"x" pending priority 2, effort 2880 min`},
		{"None", "DURATION,DURATION_UNIT", "x,None,None", `"x" pending priority 2`},
		{"too long", "DURATION,DURATION_UNIT", "x,9223372036854775807,day", `"x" pending priority 2
    | DURATION: 9223372036854775807 day
    * its duration is none of 1 to 10080 minutes
    * DURATION became text in the description`},
		{"moons", "DURATION,DURATION_UNIT", "x,2,moon", `"x" pending priority 2
    | DURATION: 2 moon
    * its duration is none of 1 to 10080 minutes
    * DURATION became text in the description`},
		{"a description and people", "DESCRIPTION,AUTHOR,RESPONSIBLE", `x,"a
b",Ann (1),Bob (2)`, `"x" pending priority 2
    | a
    | b
    | AUTHOR: Ann (1)
    | RESPONSIBLE: Bob (2)
    * RESPONSIBLE became text in the description`},
		{"a column unknown", "meta,", "x,m,n", `"x" pending priority 2
    | meta: m
    | column 4: n
    * meta, column 4 became text in the description`},
		{"an indent alone", "INDENT", "x,3", `"x" pending priority 2`},
		{"an indent that is none", "INDENT", "x,deep", `"x" pending priority 2
    | INDENT: deep
    * INDENT is no depth
    * INDENT became text in the description`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t)
			f := read(strings.TrimSuffix("TYPE,CONTENT,"+c.columns, ",")+"\ntask,"+c.cells+"\n", o)
			if len(f.Entries) != 1 || len(f.Problems)+len(f.Notes)+len(f.Skipped) > 0 || f.Err != nil {
				t.Fatal(f, f.Err)
			}
			formatstest.CheckLegal(t, f.Entries[0], o.Zone)
			_, got, _ := strings.Cut(strings.TrimSuffix(f.String(), "\n"), "\n  ")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSectionsAreProjectsAndTasksBelowAreSteps(t *testing.T) {
	f := read(`type,content,indent,author
task,a,1
task,b,2
task,c,3
task,d,2
section,S,,Ann
task,e,2
section,`+strings.Repeat("s", 60)+`
task,f,1
section,
task,g,1
`, formats.Options{})
	titles := map[string]string{} // by source
	var got []string
	for _, e := range f.Entries {
		titles[e.SourceID] = e.Task.Title
		got = append(got, strings.Join([]string{e.Task.Title, titles[e.Links.Parent], strings.Join(e.Links.Project, "/")}, "|"))
	}
	want := []string{"a||", "b|a|", "c|b|", "d|a|", "e||S", "f||" + strings.Repeat("s", 60), "g||"}
	if diff := cmp.Diff(want, got); diff != "" || len(f.Skipped) != 3 || !strings.Contains(f.Skipped[0].Message, `left out: author "Ann"`) {
		t.Error(diff, f)
	}
}

// Seen red while a file's name said nothing.
func TestAFileIsNamedAfterItsProject(t *testing.T) {
	for name, want := range map[string]string{
		"": "|S", "Work": "Work|Work/S", "Work [220474322]": "Work|Work/S", "Inbox": "|S", "inbox [1]": "|S", "a.b [x]": "a.b [x]|a.b [x]/S", " ": "|S",
	} {
		f := read("TYPE,CONTENT\ntask,a\nsection,S\ntask,b\n", formats.Options{Name: name})
		var got []string
		for _, e := range f.Entries {
			got = append(got, strings.Join(e.Links.Project, "/"))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCommentsBelongToTheTaskBefore(t *testing.T) {
	f := read(`TYPE,CONTENT,AUTHOR,DATE,PRIORITY
note,of the project,,
task,a,,
note,first,Ann,2026-11-01
,,,
note,second,,,1
section,S
note,of the section,,
task,b,,
`, formats.Options{})
	want := []formats.Note{
		{Place: "line 2", Lost: true, Message: `a comment with no task before it: "of the project"`},
		{Place: "line 8", Lost: true, Message: `a comment with no task before it: "of the section"`},
	}
	if diff := cmp.Diff(want, f.Notes); diff != "" || f.Entries[0].Task.Description != "2026-11-01, Ann: first\nsecond\ncomment's PRIORITY: 1" {
		t.Error(diff, f)
	}
	if n := f.Entries[0].Notes; n[0].Message != "2 comments became text in the description" {
		t.Error(n)
	}
}

func TestDamageCostsOneRow(t *testing.T) {
	for _, c := range []struct{ name, row, message string }{
		{"no content", "task,,2\n", "it has no CONTENT, so there is nothing to do"},
		{"another type", "milestone,x,2\n", `its TYPE "milestone" is none of task, section, note and meta`},
		{"no type", ",x,2\n", `its TYPE "" is none of task, section, note and meta`},
		{"a quote that is not doubled", "task,\"x\"y,2\n", "a quote inside a quoted cell is not doubled"},
		{"bytes that are not UTF-8", "task,caf\xe9,2\n", "it holds bytes that are not text in UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read("TYPE,CONTENT,INDENT\ntask,one,1\n"+c.row+"task,three,1\n", formats.Options{})
			want := []formats.Problem{{Place: "line 3", Message: c.message}}
			if diff := cmp.Diff(want, f.Problems); diff != "" || strings.Join(f.Titles(), " ") != "one three" {
				t.Error(diff, f)
			}
		})
	}
}

func TestAProblemStandsBehindTheTaskBeforeIt(t *testing.T) {
	var told []string
	for item, err := range todoist.Read(strings.NewReader("TYPE,CONTENT\ntask,one\ntask,\nmeta,m\ntask,two\n"), formats.Options{}) {
		told = append(told, strings.Join(slices.DeleteFunc([]string{
			map[bool]string{true: "entry"}[item.Entry != nil], map[bool]string{true: "problem"}[item.Problem != nil],
			map[bool]string{true: "skipped"}[item.Skipped != nil], map[bool]string{true: "error"}[err != nil],
		}, func(s string) bool { return s == "" }), "+"))
	}
	if diff := cmp.Diff([]string{"entry", "problem", "skipped", "entry"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestFilesThatAreNoneOfTodoist(t *testing.T) {
	const no = "problem the file: this is not a CSV file of Todoist: "
	for name, c := range map[string]struct{ file, want string }{
		"nothing":          {"", ""},
		"UTF-16":           {"\xff\xfea\x00", "problem the file: it is encoded as UTF-16: save it as UTF-8\n"},
		"noise":            {"\x00\xff\n", no + "its first row cannot be read: it holds bytes that are not text in UTF-8\n"},
		"another header":   {"id,title\n1,x\n", no + "its first row names no columns TYPE and CONTENT\n"},
		"the header alone": {"TYPE,CONTENT\n", ""},
		"bad rows alone":   {"TYPE,CONTENT\n" + strings.Repeat("task,\n", 200), no + "none of its first 100 pieces can be read as a task\n"},
	} {
		if f := read(c.file, formats.Options{}); f.String() != c.want || f.Err != nil {
			t.Errorf("%s: %s %v", name, f, f.Err)
		}
	}
}

// Comments on the task before the error may be missing: it waits for the next time.
func TestAnErrorOfTheFileEndsIt(t *testing.T) {
	broken := errors.New("disk on fire")
	f := formatstest.Read(todoist.Read, io.MultiReader(strings.NewReader("TYPE,CONTENT\ntask,one\ntask,two\ntask,thr"), iotest.ErrReader(broken)), formats.Options{})
	if !errors.Is(f.Err, broken) || strings.Join(f.Titles(), " ") != "one" {
		t.Error(f, f.Err)
	}
}

func TestTheLoopMayBeLeft(t *testing.T) {
	const file = "TYPE,CONTENT\ntask,\ntask,one\nsection,s\nnote,n\nmeta,m\ntask,two\n"
	for most := range 7 {
		n := 0
		for range todoist.Read(strings.NewReader(file), formats.Options{}) {
			if n++; n > most {
				break
			}
		}
		if n != min(most+1, 6) {
			t.Errorf("%d items, left after %d", n, most)
		}
	}
}

func TestARowIsTheSameTaskNextTime(t *testing.T) {
	first := read("TYPE,CONTENT,PRIORITY\ntask,a,1\ntask,a,1\ntask,a,2\n", formats.Options{})
	again := read("TYPE,PRIORITY,CONTENT,NEW\r\nsection,,S\r\ntask,2,a\r\ntask,1,a\r\nnote,,n\r\ntask,1, a ,\r\n", formats.Options{})
	seen := map[string]int{}
	for _, e := range append(first.Entries, again.Entries...) {
		seen[e.SourceID]++
	}
	if len(seen) != 3 {
		t.Error(seen)
	}
}

func TestNoCellIsLost(t *testing.T) {
	o := options(t)
	word := rapid.StringMatching(`[a-zä]{1,12}`)
	text := rapid.OneOf(rapid.StringMatching(`[a-zä@ ,"\n]{0,40}`), rapid.Just(""))
	date := rapid.OneOf(rapid.SampledFrom([]string{"2026-12-03", "3 Dec 2026 14:00", "Dec 3", "every day", "today", ""}), text)
	row := rapid.Custom(func(r *rapid.T) []string {
		return []string{
			rapid.SampledFrom([]string{"task", "task", "task", "note", "section"}).Draw(r, "type"), word.Draw(r, "content"), text.Draw(r, "description"),
			rapid.SampledFrom([]string{"", "1", "4", "7", "p1"}).Draw(r, "priority"), rapid.SampledFrom([]string{"", "1", "2", "3", "x"}).Draw(r, "indent"),
			text.Draw(r, "author"), text.Draw(r, "responsible"), date.Draw(r, "date"), "", "",
			rapid.SampledFrom([]string{"", "30", "x", "99999"}).Draw(r, "duration"), rapid.SampledFrom([]string{"", "minute", "day", "moon"}).Draw(r, "unit"),
			date.Draw(r, "deadline"), "",
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		rows := append([][]string{{"task", "first"}}, rapid.SliceOfN(row, 0, 6).Draw(r, "rows")...)
		var file strings.Builder
		if err := csv.NewWriter(&file).WriteAll(append([][]string{header}, rows...)); err != nil {
			r.Fatal(err)
		}
		f := read(file.String(), o)
		if len(f.Problems) > 0 || f.Err != nil {
			r.Fatal(f, f.Err)
		}
		entry := -1
		for _, row := range rows {
			if row[0] == "task" {
				entry++
				formatstest.CheckLegal(t, f.Entries[entry], o.Zone)
			}
			if row[0] == "section" || len(row) < len(header) {
				continue
			}
			lost := formatstest.Keeps(f.Entries[entry], wordsOf(row, f.Entries[entry]))
			if report := f.String(); !allIn(report, lost) {
				r.Fatalf("%q are missing\n%s", lost, report)
			}
		}
	})
}

// wordsOf are the words of a row that are to be found in the entry's texts.
func wordsOf(row []string, e formats.Entry) []string {
	var words []string
	for i, cell := range row {
		switch known := row[0] == "task"; {
		case i == 0:
		case known && header[i] == "PRIORITY" && (cell == "1" || cell == "4"), known && header[i] == "INDENT" && cell != "x":
		case known && !e.Task.Due.IsZero() && strings.Contains("2026-12-03 3 Dec 2026 14:00", cell):
		case known && e.Task.EffortMinutes > 0 && strings.HasPrefix(header[i], "DURATION"):
		default:
			for word := range strings.FieldsFuncSeq(cell, func(c rune) bool { return strings.ContainsRune(" ,\n@", c) }) {
				words = append(words, word)
			}
		}
	}
	return words
}

// allIn reports whether the report holds every word: comments without a task,
// and cells of rows that are no task, are told there.
func allIn(report string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool {
		return !strings.Contains(report, word) && !strings.Contains(report, strings.Trim(strings.ReplaceAll(word, `"`, `\"`), `"`))
	})
}

func FuzzRead(f *testing.F) {
	file := formatstest.File(f, "testdata", "real.csv")
	first, _, _ := strings.Cut(file, "\n")
	for line := range strings.Lines(file) {
		f.Add([]byte(first+"\n"+line+line), true)
	}
	for _, seed := range []string{"", "TYPE,CONTENT", "TYPE;CONTENT;INDENT\ntask;a;2\ntask;b;9\nnote;c\n\"", "TYPE,CONTENT,DATE,TIMEZONE\ntask,x,Feb 29 2pm,Europe/Berlin\n"} {
		f.Add([]byte(seed), false)
	}
	berlin := options(f)
	f.Fuzz(func(t *testing.T, text []byte, hasZone bool) {
		o := berlin
		o.HasZone = hasZone
		formatstest.CheckRead(t, todoist.Read, text, o)
	})
}

// Fails when every cell is named: fifty rows of half a million cells were
// answered with 500 MB.
func TestWhatIsSaidOfARowIsBounded(t *testing.T) {
	wide := strings.Repeat(",a", 100_000)
	f := read(strings.Join(header, ",")+"\ntask,x\nmeta,x"+wide+"\nsection,x"+wide+"\nnote,x\nmeta,y"+wide+"\n", options(t))
	if said := f.String(); len(said) > 20_000 || !strings.Contains(said, "99984 more") {
		t.Errorf("%d bytes: %.3000s", len(said), said)
	}
}

// Fails when a section's name is kept whole: it is gone through again with each
// task in it.
func TestTheNameOfASectionIsCut(t *testing.T) {
	f := read(strings.Join(header, ",")+"\nsection,"+strings.Repeat("s", 3000)+"\ntask,x\ntask,y\n", options(t))
	said := f.String()
	if len(f.Entries) != 2 || strings.Contains(said, strings.Repeat("s", 2001)) || !strings.Contains(said, strings.Repeat("s", 1900)) ||
		strings.Count(said, "1000 at its end are lost") != 1 {
		t.Errorf("%d entries: %.300q", len(f.Entries), said)
	}
}

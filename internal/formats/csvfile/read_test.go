package csvfile_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/csvfile"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/mindflow"
)

func read(file string, o formats.Options) formatstest.Found {
	return formatstest.Read(csvfile.Read, strings.NewReader(file), o)
}

func TestRealFilesAreReadAsTheGoldenFilesSay(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	mapped := berlin
	mapped.Columns = map[string]string{
		"title": "Task", "tags": "Labels", "description": "notes", "effort_estimate_minutes": "Effort", "status": "State", "completed_at": "Done on",
	}
	for _, c := range []struct {
		name    string
		options formats.Options
	}{{"prototype", berlin}, {"spreadsheet", mapped}} {
		f := read(formatstest.File(t, "testdata", c.name+".csv"), c.options)
		for _, e := range f.Entries {
			formatstest.CheckLegal(t, e, berlin.Zone)
		}
		formatstest.Golden(t, c.name+".golden", f.String())
	}
}

// What a row with these cells beside its title "x" reads as, without its place and id.
func TestCells(t *testing.T) {
	for _, c := range []struct{ name, header, cells, want string }{
		{"nothing", "id", "7", `"x" pending priority 3`},
		{"names in other forms", "id,Due Date,START-DATE,Effort estimate minutes,Preferred Time", "7,2026-12-04,2026-12-01,30.0,Evening", `"x" pending priority 3, due 2026-12-04, start 2026-12-01, effort 30 min, preferred evening`},
		{"a name twice", "id,priority,Priority", "7,5,4", `"x" pending priority 5
    | Priority: 4
    * Priority became text in the description`},
		{"columns of its own", "id,Owner,,Owner", "7,Ann,blue,Bob", `"x" pending priority 3
    | Owner: Ann
    | column 4: blue
    | Owner: Bob
    * Owner, column 4, Owner became text in the description`},
		{"more cells than columns", "id", "7,8", `"x" pending priority 3
    | column 3: 8
    * column 3 became text in the description`},
		{"done", "id,status", "7,Done", `"x" completed priority 3`},
		{"to do", "id,status", "7,To-Do", `"x" pending priority 3`},
		{"in progress", "id,status", "7,In Progress", `"x" in_progress priority 3`},
		{"cancelled", "id,status", "7,CANCELED", `"x" cancelled priority 3`},
		{"another status", "id,status", "7,Blocked", `"x" pending priority 3
    | status: Blocked
    * its status is unknown: it is pending here
    * status became text in the description`},
		{"snoozed", "id,status,snoozed_until", "7,snoozed,2030-01-02T10:00:00Z", `"x" snoozed priority 3, snoozed until 2030-01-02T10:00:00Z`},
		{"snoozed by its date alone", "id,snoozed_until", "7,2030-01-02", `"x" snoozed priority 3, snoozed until 2030-01-01T23:00:00Z`},
		{"snoozed for ever", "id,status", "7,snoozed", `"x" pending priority 3
    * it does not say until when it is snoozed: it is pending here`},
		{"snoozed until something", "id,status,snoozed_until", "7,snoozed,soon", `"x" pending priority 3
    | snoozed_until: soon
    * snoozed_until is not understood
    * it does not say until when it is snoozed: it is pending here
    * snoozed_until became text in the description`},
		{"done and snoozed", "id,status,snoozed_until", "7,done,2030-01-02", `"x" completed priority 3
    | snoozed_until: 2030-01-02
    * snoozed_until became text in the description`},
		{"priorities", "id,priority", "7,1.0", `"x" pending priority 1`},
		{"a priority out of range", "id,priority", "7,6", `"x" pending priority 3
    | priority: 6
    * its priority is none of 1 to 5: it is 3 here
    * priority became text in the description`},
		{"a priority in a word", "id,priority", "7,high", `"x" pending priority 3
    | priority: high
    * its priority is none of 1 to 5: it is 3 here
    * priority became text in the description`},
		{"a day or another", "id,due_date", "7,03/04/2026", `"x" pending priority 3
    | due_date: 03/04/2026
    * due_date may be read as two different days
    * due_date became text in the description`},
		{"a date without a year", "id,due_date", "7,Dec 3", `"x" pending priority 3
    | due_date: Dec 3
    * due_date is not understood
    * due_date became text in the description`},
		{"midnight", "id,due_date", "7,2026-12-04 00:00:00", `"x" pending priority 3, due 2026-12-04`},
		{"start after due", "id,start_date,due_date", "7,2026-12-05,2026-12-04", `"x" pending priority 3, due 2026-12-04
    | start_date: 2026-12-05
    * start_date is later than due_date, which it cannot be
    * start_date became text in the description`},
		{"times", "id,created_at,updated_at,status,completed_at", "7,2026-11-01T10:00:00.123456Z,2026-11-02 10:00,done,2026-11-02", `"x" completed priority 3, created 2026-11-01T10:00:00.123456Z, updated 2026-11-02T09:00:00Z, completed 2026-11-01T23:00:00Z`},
		{"done at its last change", "id,updated_at,status", "7,2026-11-02T10:00:00Z,done", `"x" completed priority 3, created 2026-11-02T10:00:00Z, updated 2026-11-02T10:00:00Z, completed 2026-11-02T10:00:00Z
    * it does not say when it was completed: it counts as completed when it was last changed`},
		{"open and completed once", "id,completed_at", "7,2026-11-02", `"x" pending priority 3
    | completed_at: 2026-11-02
    * completed_at became text in the description`},
		{"the first day of all", "id,created_at", "7,1970-01-01", `"x" pending priority 3, created 1970-01-01T00:00:00Z`},
		{"effort out of range", "id,effort_estimate_minutes", "7,10081", `"x" pending priority 3
    | effort_estimate_minutes: 10081
    * effort_estimate_minutes is no number of minutes from 1 to 10080
    * effort_estimate_minutes became text in the description`},
		{"a time of day unknown", "id,preferred_time", "7,night", `"x" pending priority 3
    | preferred_time: night
    * preferred_time is none of morning, afternoon and evening
    * preferred_time became text in the description`},
		{"tags", "id,tags", `7,"a, b;;c d,A"`, `"x" pending priority 3, tags a | b | c d
    * tags that differ only in case or form are one tag`},
		{"a tag that is too long", "id,tags", "7," + strings.Repeat("ä", 51), `"x" pending priority 3
    | tags: ` + strings.Repeat("ä", 51) + `
    * only 20 tags of 50 characters fit
    * tags became text in the description`},
		{"no id", "id", ",", `"x" pending priority 3
    * it has no id, so it is recognised again only as long as it stays as it is`},
		{"a project", "id,project", `1,Home/Garden`, `"x" pending priority 3, project Home/Garden`},
		{"a step that waits", "id,Parent ID,blocked-by", `1,7,"8, ö; 8"`, `"x" pending priority 3, step of 7, waits for 8 | ö`},
		{"a rule", "id,due_date,recurrence", `1,2026-12-04,RRULE:FREQ=weekly;BYDAY=FR`, `"x" pending priority 3, due 2026-12-04, repeats FREQ=WEEKLY;BYDAY=FR from schedule`},
		{"a rule from completion", "id,due_date,recurrence,recurrence_from", `1,2026-12-04,FREQ=DAILY,Completion`, `"x" pending priority 3, due 2026-12-04, repeats FREQ=DAILY from completion`},
		{"a rule in words", "id,due_date,recurrence", `1,2026-12-04,Every 2 weeks`, `"x" pending priority 3, due 2026-12-04, repeats FREQ=WEEKLY;INTERVAL=2 from schedule`},
		{"a rule that is none", "id,due_date,recurrence,recurrence_from", `1,2026-12-04,sometimes,luck`, `"x" pending priority 3, due 2026-12-04
    | recurrence_from: luck
    | recurrence: sometimes
    * recurrence_from is none of schedule and completion: it is the schedule here
    * recurrence must be a rule such as FREQ=WEEKLY;BYDAY=MO,WE: parts NAME=VALUE, set apart by semicolons
    * recurrence_from, recurrence became text in the description`},
		{"a rule without a due date", "id,recurrence", `1,FREQ=DAILY`, `"x" pending priority 3
    | recurrence: FREQ=DAILY
    * recurrence counts from a due date, which it does not have
    * recurrence became text in the description`},
		{"a rule of what is done", "id,status,due_date,recurrence", `1,done,2026-12-04,FREQ=DAILY`, `"x" completed priority 3, due 2026-12-04
    | recurrence: FREQ=DAILY
    * recurrence is of a task that is over, which does not repeat
    * recurrence became text in the description`},
		{"an id that is no word", "id", "äö", `"x" pending priority 3, named äö
    | id: äö
    * id became text in the description`},
	} {
		t.Run(c.name, func(t *testing.T) {
			berlin := formatstest.InZone(t, "Europe/Berlin")
			f := read("title,"+c.header+"\nx,"+c.cells+"\n", berlin)
			if len(f.Entries) != 1 || len(f.Problems)+len(f.Notes) > 0 || f.Err != nil {
				t.Fatal(f, f.Err)
			}
			formatstest.CheckLegal(t, f.Entries[0], berlin.Zone)
			_, got, _ := strings.Cut(strings.TrimSuffix(f.String(), "\n"), "\n  ")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestColumnsAreMapped(t *testing.T) {
	const file = "Task,title,When\na,b,2026-12-04\n"
	for _, c := range []struct {
		name    string
		columns map[string]string
		want    string
	}{
		{"by themselves", nil, `"b" pending priority 3`},
		{"by name", map[string]string{"title": "Task", "due_date": "When"}, `"a" pending priority 3, due 2026-12-04`},
		{"by a name like it", map[string]string{"title": "TASK", "due_date": " when"}, `"a" pending priority 3, due 2026-12-04`},
		{"twice", map[string]string{"title": "Task", "tags": "Task"}, `"a" pending priority 3`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(file, formats.Options{Columns: c.columns})
			if len(f.Entries) != 1 || !strings.Contains(f.String(), c.want+"\n") {
				t.Error(f, f.Err)
			}
		})
	}
}

// Seen red while only due_date was known by its name.
func TestADueDateHasOtherNames(t *testing.T) {
	for header, want := range map[string]string{
		"Due": "2026-12-04", "due": "2026-12-04", "Due Date": "2026-12-04", "due_date": "2026-12-04", "DEADLINE": "2026-12-04",
		"Deadline,Due": "2026-12-05", "Due,due-date": "2026-12-05", "Due on": "",
	} {
		f := read("title,"+header+"\nx,2026-12-04,2026-12-05\n", formats.Options{})
		if len(f.Entries) != 1 || f.Entries[0].Task.Due.String() != want {
			t.Errorf("%s: %s, want %s", header, f, want)
		}
	}
}

func TestAMappingThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name, file string
		columns    map[string]string
		want       string
	}{
		{"no title", "a,\"b\x1b\",,\n", nil, `map must say which column is the title; there are "a", "b\x1b"`},
		{"no names at all", ",,\n", nil, `map must say which column is the title; there are none with a name`},
		{"no such column", "a,title\n", map[string]string{"due_date": "Due"}, `map names a column for due_date that is not there; there are "a", "title"`},
		{"no such title", "a,title\n", map[string]string{"title": "Task"}, `map names a column for title that is not there; there are "a", "title"`},
		{"the title's column taken for another field", "title,a\n", map[string]string{"id": "title"}, `map must say which column is the title; there are "title", "a"`},
		{"many", strings.Repeat("abc,", 99) + "\n", nil, `map must say which column is the title; there are ` + strings.Repeat(`"abc", `, 30) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(c.file, formats.Options{Columns: c.columns})
			if mindflow.KindOf(f.Err) != mindflow.KindInvalid || f.Err.Error() != "Some fields are not valid: "+c.want || f.String() != "" {
				t.Error(f, f.Err)
			}
		})
	}
}

func TestDamageCostsOneRow(t *testing.T) {
	for _, c := range []struct{ name, row, place, message string }{
		{"no title", "2,,text\n", "line 3", "it has no title, so there is nothing to do"},
		{"a quote that is not doubled", "2,\"x\"y\",\n", "line 3", "a quote inside a quoted cell is not doubled"},
		{"a quote never closed", "2,\"x,\n", "line 3", "a quote at the beginning of a cell is never closed"},
		{"bytes that are not UTF-8", "2,caf\xe9,\n", "line 3", "it holds bytes that are not text in UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read("id,title,description\n1,one,\n"+c.row+"3,three,\n", formats.Options{})
			want := []formats.Problem{{Place: c.place, Message: c.message}}
			if diff := cmp.Diff(want, f.Problems); diff != "" || strings.Join(f.Titles(), " ") != "one three" {
				t.Error(diff, f)
			}
		})
	}
}

func TestFilesThatHoldNoTable(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"nothing":          {"", ""},
		"blank":            {"\n\n", ""},
		"UTF-16":           {"\xff\xfea\x00", "problem the file: it is encoded as UTF-16: save it as UTF-8\n"},
		"noise":            {"\x00\xff\n", "problem the file: this is not a CSV file: its first row cannot be read: it holds bytes that are not text in UTF-8\n"},
		"the header alone": {"id,title\n", ""},
		"bad rows alone":   {"id,title\n" + strings.Repeat("1,\n", 200), "problem the file: this is not a CSV file: none of its first 100 pieces can be read as a task\n"},
	} {
		if f := read(c.file, formats.Options{}); f.String() != c.want || f.Err != nil {
			t.Errorf("%s: %s %v", name, f, f.Err)
		}
	}
}

func TestAnErrorOfTheFileEndsIt(t *testing.T) {
	broken := errors.New("disk on fire")
	f := formatstest.Read(csvfile.Read, io.MultiReader(strings.NewReader("id,title\n1,one\n2,tw"), iotest.ErrReader(broken)), formats.Options{})
	if !errors.Is(f.Err, broken) || strings.Join(f.Titles(), " ") != "one" {
		t.Error(f, f.Err)
	}
}

func TestTheLoopMayBeLeft(t *testing.T) {
	const file = "title\none\n\"\ntwo\n"
	for most := range 4 {
		n := 0
		for range csvfile.Read(strings.NewReader(file), formats.Options{}) {
			if n++; n > most {
				break
			}
		}
		if n != min(most+1, 4) {
			t.Errorf("%d items, left after %d", n, most)
		}
	}
}

func TestTheIDColumnIsTheSource(t *testing.T) {
	f := read("id,title\na,one\n,two\na,three\n"+strings.Repeat("x", 65)+",four\n,two\n", formats.Options{})
	var ids []string
	for _, e := range f.Entries {
		ids = append(ids, e.SourceID)
	}
	if len(ids) != 5 || ids[0] != "a" || ids[2] == "a" || len(ids[3]) > 64 || ids[1] == ids[4] {
		t.Error(ids)
	}
	if e := f.Entries[2]; e.Task.Description != "id: a" || !strings.HasPrefix(e.Notes[0].Message, "its id was used above") {
		t.Errorf("%+v", e)
	}
	changed := read("title,id\nONE,a\n", formats.Options{})
	if changed.Entries[0].SourceID != "a" {
		t.Error(changed)
	}
}

func TestWithoutAnIDARowIsTheSameAsLongAsItStaysAsItIs(t *testing.T) {
	first := read("title,tags\nx,a\nx,a\nx,b\n", formats.Options{})
	again := read("tags;title\r\na;x\r\nb; x \r\na;x\r\n", formats.Options{})
	seen := map[string]int{}
	for _, e := range append(first.Entries, again.Entries...) {
		seen[e.SourceID]++
	}
	if len(seen) != 3 || len(first.Notes) != 1 || !strings.HasPrefix(first.Notes[0].Message, "no column is the id") {
		t.Error(seen, first)
	}
}

// rows draws a file of known and unknown columns, and what is in them.
func rows(r *rapid.T) (header []string, cells [][]string) {
	header = append([]string{"title"}, rapid.SliceOfNDistinct(
		rapid.SampledFrom(append([]string{"Owner", "Notes", "Column"}, csvfile.Fields...)), 0, 12, rapid.ID).Draw(r, "header")...)
	cell := rapid.OneOf(
		rapid.StringMatching(`[a-zä ,;"\n]{0,30}`), rapid.StringMatching(`20[0-9]{2}-(0[1-9]|1[0-2])-[0-2][0-9]`),
		rapid.SampledFrom([]string{"", "1", "5", "done", "snoozed", "morning", "03/04/2026", "3 Dec 2026 14:00", "2026-12-03T10:00:00Z"}),
	)
	for range rapid.IntRange(1, 4).Draw(r, "rows") {
		row := []string{"t" + cell.Draw(r, "title")}
		for _, name := range header[1:] {
			row = append(row, cell.Draw(r, name))
		}
		cells = append(cells, row)
	}
	return header, cells
}

func TestNoCellIsLost(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	rapid.Check(t, func(r *rapid.T) {
		header, cells := rows(r)
		var file strings.Builder
		if err := csv.NewWriter(&file).WriteAll(append([][]string{header}, cells...)); err != nil {
			r.Fatal(err)
		}
		f := read(file.String(), berlin)
		if f.Err != nil || len(f.Entries) != len(cells) {
			r.Fatal(f, f.Err)
		}
		for i, e := range f.Entries {
			formatstest.CheckLegal(t, e, berlin.Zone)
			for n, name := range header {
				if n > 0 && name == "title" {
					continue // the second of that name is text
				}
				if missing := lost(e, name, cells[i][n], berlin); len(missing) > 0 {
					r.Fatalf("%s: %q are missing\n%s", name, missing, f)
				}
			}
		}
	})
}

// lost are the words of a cell that its field does not hold and no text either.
func lost(e formats.Entry, name, cell string, o formats.Options) []string {
	task := e.Task
	m, err := formats.ParseMoment(cell, formats.Options{Zone: o.Zone, HasZone: true})
	kept := map[string]bool{
		"id":                      e.SourceID == strings.TrimSpace(cell),
		"priority":                fmt.Sprint(task.Priority) == strings.TrimSpace(cell),
		"due_date":                err == nil && task.Due == m.When,
		"start_date":              err == nil && task.Start == m.When,
		"snoozed_until":           err == nil && task.SnoozedUntil.Equal(m.At),
		"created_at":              err == nil && task.CreatedAt.Equal(m.At),
		"updated_at":              err == nil && task.UpdatedAt.Equal(m.At),
		"completed_at":            err == nil && task.CompletedAt.Equal(m.At),
		"effort_estimate_minutes": fmt.Sprint(task.EffortMinutes) == strings.TrimSpace(cell),
		"preferred_time":          string(task.PreferredTime) == strings.TrimSpace(cell),
	}
	if name == "status" {
		word := strings.TrimSpace(cell)
		kept[name] = word == "done" && task.Status == mindflow.StatusCompleted ||
			word == "snoozed" && (task.Status == mindflow.StatusSnoozed || strings.Contains(fmt.Sprint(e.Notes), "snoozed"))
	}
	if kept[name] {
		return nil
	}
	return formatstest.Keeps(e, strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(" ,;\n", c) }))
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"prototype", "spreadsheet"} {
		file := formatstest.File(f, "testdata", name+".csv")
		header, _, _ := strings.Cut(file, "\n")
		for line := range strings.Lines(file) {
			f.Add([]byte(header+"\n"+line), true)
		}
	}
	for _, seed := range []string{"", "title", "title\n\"", "title;id\n\"a\nb\";1\n\"c\"d;1\ne;1", "title,due_date,start_date\nx,3 Dec 2026,4.12.2026 10 pm", "title,tags\nx,\"a,a;,\""} {
		f.Add([]byte(seed), false)
	}
	berlin := formatstest.InZone(f, "Europe/Berlin")
	berlin.Columns = map[string]string{"title": "Task"}
	f.Fuzz(func(t *testing.T, text []byte, mapped bool) {
		o := formats.Options{}
		if mapped {
			o = berlin
		}
		formatstest.CheckRead(t, csvfile.Read, text, o)
	})
}

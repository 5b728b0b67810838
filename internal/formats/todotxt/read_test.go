package todotxt_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/formats/todotxt"
)

func read(file string, o formats.Options) formatstest.Found {
	return formatstest.Read(todotxt.Read, strings.NewReader(file), o)
}

func TestARealFileIsReadAsTheGoldenFileSays(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	f := read(formatstest.File(t, "testdata", "real.txt"), berlin)
	for _, e := range f.Entries {
		formatstest.CheckLegal(t, e, berlin.Zone)
	}
	formatstest.Golden(t, "real.golden", f.String())
}

// What a line reads as, without its place and id.
func TestLines(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"a text", `Buy milk`, `"Buy milk" pending priority 3`},
		{"white space of any kind", "  Buy \t milk \r", `"Buy milk" pending priority 3`},
		{"priority A", `(A) x`, `"x" pending priority 5`},
		{"priority B", `(B) x`, `"x" pending priority 4`},
		{"priority C", `(C) x`, `"x" pending priority 3`},
		{"priority D", `(D) x`, `"x" pending priority 2`},
		{"priority E", `(E) x`, `"x" pending priority 1`},
		{"priority Z", `(Z) x`, `"x" pending priority 1`},
		{"a small letter is no priority", `(a) x`, `"(a) x" pending priority 3`},
		{"a priority inside is none", `x1 (A)`, `"x1 (A)" pending priority 3`},
		{"pri: of an open task", `x1 pri:B`, `"x1" pending priority 4`},
		{"pri: beside a priority", `(A) x1 pri:B`, `"x1" pending priority 5
    | pri: B
    * pri became text in the description`},
		{"pri: of more than a letter", `x1 pri:high`, `"x1" pending priority 3
    | pri: high
    * pri became text in the description`},
		{"creation date", `2026-11-02 x1`, `"x1" pending priority 3, created 2026-11-01T23:00:00Z`},
		{"creation date behind a priority", `(A) 2026-11-02 x1`, `"x1" pending priority 5, created 2026-11-01T23:00:00Z`},
		{"a second date is text", `2026-11-02 2026-11-03 x1`, `"2026-11-03 x1" pending priority 3, created 2026-11-01T23:00:00Z`},
		{"a date that is none is text", `2026-02-30 x1`, `"2026-02-30 x1" pending priority 3`},
		{"the first day of all", `1970-01-01 x1`, `"x1" pending priority 3, created 1970-01-01T00:00:00Z`},
		{"completed", `x x1`, `"x1" completed priority 3`},
		{"completed on a day", `x 2026-07-02 x1`, `"x1" completed priority 3, created 2026-07-01T22:00:00Z, updated 2026-07-01T22:00:00Z, completed 2026-07-01T22:00:00Z`},
		{"completed and created", `x 2026-11-02 2026-11-01 x1`, `"x1" completed priority 3, created 2026-10-31T23:00:00Z, updated 2026-11-01T23:00:00Z, completed 2026-11-01T23:00:00Z`},
		{"completed before it was created", `x 2026-11-01 2026-11-02 x1`, `"x1" completed priority 3, created 2026-11-01T23:00:00Z, updated 2026-11-01T23:00:00Z, completed 2026-10-31T23:00:00Z`},
		{"completed with a priority", `x (B) 2026-11-02 x1`, `"x1" completed priority 4, created 2026-11-01T23:00:00Z, updated 2026-11-01T23:00:00Z, completed 2026-11-01T23:00:00Z`},
		{"completed with pri:", `x x1 pri:A`, `"x1" completed priority 5`},
		{"a capital X", `X x1`, `"X x1" pending priority 3`},
		{"a word that begins with x", `xylophone`, `"xylophone" pending priority 3`},
		{"nothing but x", `x`, `"x" pending priority 3`},
		{"due and threshold", `x1 due:2026-12-04 t:2026-11-30`, `"x1" pending priority 3, due 2026-12-04, start 2026-11-30`},
		{"an hour", `x1 due:2026-12-04T17:00`, `"x1" pending priority 3, due 2026-12-04T16:00:00Z`},
		{"threshold after due", `x1 t:2026-12-05 due:2026-12-04`, `"x1" pending priority 3, due 2026-12-04
    | t: 2026-12-05
    * t: is later than due:, which a start date cannot be
    * t became text in the description`},
		{"a due date that is none", `x1 due:tomorrow`, `"x1" pending priority 3
    | due: tomorrow
    * due: must be a day (2026-11-27) or a date and time (2026-11-27T17:00:00+01:00)
    * due became text in the description`},
		{"a second due date", `x1 due:2026-12-04 due:2026-12-05`, `"x1" pending priority 3, due 2026-12-04
    | due: 2026-12-05
    * due became text in the description`},
		{"a due date alone", `due:2026-12-04`, `"due:2026-12-04" pending priority 3, due 2026-12-04`},
		{"attributes", `x1 note:a h:1`, `"x1" pending priority 3
    | note: a
    | h: 1
    * note, h became text in the description`},
		{"a repeat from the due date", `x1 rec:+2w due:2026-12-04`, `"x1" pending priority 3, due 2026-12-04, repeats FREQ=WEEKLY;INTERVAL=2 from schedule`},
		{"a repeat from the day it was done", `x1 due:2026-12-04 rec:3d`, `"x1" pending priority 3, due 2026-12-04, repeats FREQ=DAILY;INTERVAL=3 from completion`},
		{"a repeat without a number", `x1 due:2026-12-04 rec:y`, `"x1" pending priority 3, due 2026-12-04, repeats FREQ=YEARLY from completion`},
		{"a repeat at the end of months", `x1 due:2026-12-31 rec:+1m`, `"x1" pending priority 3, due 2026-12-31, repeats FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 from schedule`},
		{"a repeat on workdays", `x1 due:2026-12-04 rec:+1b`, `"x1" pending priority 3, due 2026-12-04, repeats FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR from schedule`},
		{"a repeat every two workdays", `x1 due:2026-12-04 rec:2b`, `"x1" pending priority 3, due 2026-12-04
    | rec: 2b
    * rec is a number of workdays: only each one can be told
    * rec became text in the description`},
		{"a repeat without a due date", `x1 rec:+1w`, `"x1" pending priority 3
    | rec: +1w
    * rec counts from a due date, which it does not have
    * rec became text in the description`},
		{"a repeat that is none", `x1 due:2026-12-04 rec:now+then rec:1d`, `"x1" pending priority 3, due 2026-12-04
    | rec: 1d
    | rec: now+then
    * rec is no number of days, weeks, months or years
    * rec, rec became text in the description`},
		{"a repeat of what is done", `x x1 due:2026-12-04 rec:1d`, `"x1" completed priority 3, due 2026-12-04
    | rec: 1d
    * rec is of a task that is done, which does not repeat
    * rec became text in the description`},
		{"never", `x1 due:2026-12-04 rec:0d`, `"x1" pending priority 3, due 2026-12-04
    | rec: 0d
    * rec must have an INTERVAL from 1 to 10000
    * rec became text in the description`},
		{"a task with steps", `x1 id:7`, `"x1" pending priority 3, named 7`},
		{"a step, of a second task, too", `x1 p:7 p:8 id:9 id:10`, `"x1" pending priority 3, named 9, step of 7
    | id: 10
    | p: 8
    * id, p became text in the description`},
		{"no attributes", `at 10:30 see http://a.b/c:d Re:Zero a: :b`, `"at 10:30 see http://a.b/c:d Re:Zero a: :b" pending priority 3`},
		{"labels behind", `Call @phone +home @a`, `"Call" pending priority 3, tags phone | a, project home`},
		{"labels before", `@phone +home Call`, `"Call" pending priority 3, tags phone, project home`},
		{"labels inside", `Email @anna about +report today @work`, `"Email @anna about +report today" pending priority 3, tags anna | work, project report`},
		{"a second project", `Call +home +garden`, `"Call" pending priority 3, tags project:garden, project home
    * project "garden" became the tag "project:garden"`},
		{"labels around an attribute", `Call @a due:2026-12-04 @b`, `"Call" pending priority 3, due 2026-12-04, tags a | b`},
		{"labels alone", `+home @phone`, `"+home @phone" pending priority 3, tags phone, project home`},
		{"no labels", `a@b.c 1+1 @ + x`, `"a@b.c 1+1 @ + x" pending priority 3`},
		{"a label that is too long", `x1 @` + strings.Repeat("ä", 51), `"x1 @` + strings.Repeat("ä", 51) + `" pending priority 3
    * only 20 tags of 50 characters fit; the other labels stay in the title`},
		{"decomposed", "e\u0301 @e\u0301", `"é" pending priority 3, tags é`},
	} {
		t.Run(c.name, func(t *testing.T) {
			berlin := formatstest.InZone(t, "Europe/Berlin")
			f := read(c.line, berlin)
			if len(f.Entries) != 1 || len(f.Problems) > 0 {
				t.Fatal(f)
			}
			formatstest.CheckLegal(t, f.Entries[0], berlin.Zone)
			_, got, _ := strings.Cut(strings.TrimSuffix(f.String(), "\n"), "\n  ")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDamageCostsOneLine(t *testing.T) {
	for _, c := range []struct{ name, line, message string }{
		{"bytes that are not UTF-8", "caf\xe9", "it holds bytes that are not text in UTF-8"},
		{"a zero byte", "x\x00y", "it holds bytes that are not text in UTF-8"},
		{"a long line", strings.Repeat("x", formats.MaxLine+1), "it is longer than 1 MiB"},
		{"a priority alone", "(A) 2026-11-02", "it has a priority or dates only, so there is nothing to do"},
		{"control characters alone", "\x01\x02", "it holds control characters only, so there is nothing to do"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read("one\n"+c.line+"\nthree\n", formats.Options{})
			want := []formats.Problem{{Place: "line 2", Message: c.message}}
			if diff := cmp.Diff(want, f.Problems); diff != "" || strings.Join(f.Titles(), " ") != "one three" {
				t.Error(diff, f)
			}
		})
	}
}

func TestWhatHoldsNothing(t *testing.T) {
	for _, file := range []string{"", "\n", "\xef\xbb\xbf", " \r\n\t\r\r"} {
		if got := read(file, formats.Options{}).String(); got != "" {
			t.Errorf("%q: %s", file, got)
		}
	}
}

func TestAFileThatIsNoTextIsOneProblem(t *testing.T) {
	for name, file := range map[string]string{"UTF-16": "\xff\xfea\x00", "noise": strings.Repeat("\x00\xff\x7fELF\n", 1000)} {
		if f := read(file, formats.Options{}); len(f.Entries) > 0 || len(f.Problems) != 1 || f.Problems[0].Place != formats.WholeFile {
			t.Errorf("%s: %.300s", name, f)
		}
	}
}

func TestAnErrorOfTheFileEndsIt(t *testing.T) {
	broken := errors.New("disk on fire")
	f := formatstest.Read(todotxt.Read, io.MultiReader(strings.NewReader("one\ntwo"), iotest.ErrReader(broken)), formats.Options{})
	if !errors.Is(f.Err, broken) || strings.Join(f.Titles(), " ") != "one" {
		t.Error(f, f.Err)
	}
}

func TestTheLoopMayBeLeft(t *testing.T) {
	const file = "one\n(A)\ntwo\n"
	for most := range 4 {
		n := 0
		for range todotxt.Read(strings.NewReader(file), formats.Options{}) {
			if n++; n > most {
				break
			}
		}
		if n != min(most+1, 3) {
			t.Errorf("%d items, left after %d", n, most)
		}
	}
}

func ids(f formatstest.Found) []string {
	var all []string
	for _, e := range f.Entries {
		all = append(all, e.SourceID)
	}
	return all
}

func TestALineIsTheSameTaskOnceItIsDone(t *testing.T) {
	before := read("(A) 2026-11-01 Call @phone due:2026-12-01\nBuy milk\nBuy milk\n", formats.Options{})
	after := read("x 2026-11-20 2026-11-01 Call @phone due:2026-12-01 pri:A\r\nx 2026-11-21  Buy milk\r\n(B) Buy milk", formats.Options{})
	if diff := cmp.Diff(ids(before), ids(after)); diff != "" {
		t.Error(diff)
	}
	if all := ids(before); all[1] == all[2] {
		t.Error("equal lines are one task")
	}
	other := read("Call\n2026-11-02 Call\nCall @phone\n2026-11-01 Call due:2026-12-02\nCall pri:high", formats.Options{})
	seen := map[string]bool{}
	for _, id := range append(ids(before), ids(other)...) {
		if seen[id] {
			t.Error("two lines that differ are one task")
		}
		seen[id] = true
	}
}

// lines draws likely and unlikely ones, and the words that are to be found again.
func lines() *rapid.Generator[string] {
	word := rapid.OneOf(
		rapid.StringMatching(`[+@]?[A-Za-zäé0-9/.()-]{1,60}`), rapid.StringMatching(`(due|t|pri|rec|h|n):[a-z0-9+-]{1,20}`),
		rapid.SampledFrom([]string{"x", "(A)", "(Q)", "2026-11-02", "due:2026-12-03", "t:2026-12-03", "+", "@", "http://a.b/c", "e\u0301"}),
	)
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 40).Draw(t, "words"), " ") })
}

func TestNoWordIsLost(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	rapid.Check(t, func(r *rapid.T) {
		line := lines().Draw(r, "line")
		f := read(line, berlin)
		if len(f.Entries)+len(f.Problems) != 1 {
			r.Fatal(f)
		}
		for _, e := range f.Entries {
			formatstest.CheckLegal(t, e, berlin.Zone)
			if missing := formatstest.Keeps(e, wordsOf(line, e)); len(missing) > 0 {
				r.Fatalf("%q are missing\n%s", missing, f)
			}
		}
	})
}

// wordsOf are the words of the line as they are to be found in the entry: those
// that became fields are looked up there.
func wordsOf(line string, e formats.Entry) []string {
	var words []string
	task := e.Task
	for i, word := range strings.Fields(line) {
		key, value, _ := strings.Cut(word, ":")
		switch {
		case key == "due" && value == task.Due.String(), key == "t" && value == task.Start.String(), key == "pri" && len(value) == 1:
		case i == 0 && word == "x":
		case i < 2 && len(word) == 3 && word[0] == '(' && word[2] == ')':
		case i < 4 && len(word) == 10 && word[4] == '-' && !task.CreatedAt.IsZero():
		case len(word) > 1 && strings.ContainsAny(word[:1], "+@"):
			words = append(words, word[1:])
		case key != word && value != "" && !strings.HasPrefix(value, "//") && key != "" && key[0] >= 'a' && key[0] <= 'z':
			words = append(words, value)
		default:
			words = append(words, word)
		}
	}
	return words
}

func FuzzRead(f *testing.F) {
	for line := range strings.Lines(formatstest.File(f, "testdata", "real.txt")) {
		f.Add([]byte(line), true)
	}
	for _, seed := range []string{"", "x", "x ", "(A)", "x 2026-01-01", "\xef\xbb\xbf(A) x\r2026-01-01 y\r\n", "\xff\xfex", "a\x00", "due:9999-01-01 t:1970-01-01", "1970-01-01 a"} {
		f.Add([]byte(seed), false)
	}
	berlin := formatstest.InZone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text []byte, hasZone bool) {
		o := formats.Options{}
		if hasZone {
			o = berlin
		}
		formatstest.CheckRead(t, todotxt.Read, text, o)
	})
}

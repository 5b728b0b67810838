package taskwarrior_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
	"mindflow/internal/formats/taskwarrior"
)

const (
	one   = `{"uuid":"00000000-0000-0000-0000-000000000001","description":"one"}`
	two   = `{"uuid":"00000000-0000-0000-0000-000000000002","description":"two","annotations":[{"entry":"20261127T160000Z","description":"{[\"}"}]}`
	three = `{"uuid":"00000000-0000-0000-0000-000000000003","description":"three"}`
)

func TestLayouts(t *testing.T) {
	for name, file := range map[string]string{
		"one object a line in an array":         "[\n" + one + ",\n" + two + ",\n" + three + "\n]\n",
		"one object a line":                     one + "\n" + two + "\n" + three + "\n",
		"one object a line, commas, no array":   one + ",\n" + two + ",\n" + three,
		"one line":                              "[" + one + "," + two + "," + three + "]",
		"a mark of UTF-8 and Windows' lines":    "\xef\xbb\xbf[\r\n" + one + ",\r\n" + two + ",\r\n" + three + "\r\n]\r\n",
		"indented":                              "[\n  {\n    \"description\": \"one\"\n  },\n  {\n    \"description\": \"two\"\n  },\n  {\"description\"\n:\n\"three\"}\n]",
		"brackets on one line":                  "[{\n  \"description\": \"one\"\n}, {\n  \"description\": \"two\"\n}, {\n  \"description\": \"three\"\n}]",
		"nothing between the objects":           one + two + three,
		"two exports one after the other":       "[" + one + "]\n[\n" + two + ",\n" + three + "]",
		"blank lines and a comma after the end": "\n\n[\n\n" + one + ",\n\n" + two + ",\n" + three + ",\n\n]\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := read(file, formats.Options{})
			if diff := cmp.Diff([]string{"one", "two", "three"}, f.Titles()); diff != "" || len(f.Problems) > 0 || len(f.Notes) > 0 {
				t.Errorf("%s\n%s", diff, f.String())
			}
		})
	}
}

func TestEmptyFilesHoldNothing(t *testing.T) {
	for _, file := range []string{"", "\n", "[]", "[\n]\n", "\xef\xbb\xbf", " \r\n\t"} {
		if got := read(file, formats.Options{}).String(); got != "" {
			t.Errorf("%q: %s", file, got)
		}
	}
}

func TestDamageCostsOnlyWhatIsDamaged(t *testing.T) {
	deep := strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70)
	long := `{"description":"` + strings.Repeat("x", taskwarrior.MaxEntry) + `"}`
	pretty := func(objects ...string) string {
		return "[\n" + strings.Join(objects, ",\n") + "\n]\n"
	}
	indented := func(title string) string {
		return "  {\n    \"annotations\": [\n      {\n        \"description\": \"a\"\n      }\n    ],\n    \"description\": " + title + "\n  }"
	}
	for _, c := range []struct {
		name, file, place, message string
	}{
		{"a repeated key", lines(one, `{"description":"x","description":"y"}`, three), "entry 2, line 2", "it names the same field twice"},
		{"bytes that are not UTF-8", lines(one, "{\"description\":\"caf\xe9\"}", three), "entry 2, line 2", "it holds bytes that are not UTF-8"},
		{"half a surrogate pair", lines(one, `{"description":"\ud83d"}`, three), "entry 2, line 2", "it is not a valid JSON object"},
		{"bad JSON between good brackets", lines(one, `{"description":"x","id":tru}`, three), "entry 2, line 2", "it is not a valid JSON object"},
		{"a missing colon", lines(one, `{"description" "x"}`, three), "entry 2, line 2", "it is not a valid JSON object"},
		{"a name that is none", lines(one, `{"description":"x",7:8}`, three), "entry 2, line 2", "it is not a valid JSON object"},
		{"a control character behind a backslash", lines(one, "{\"description\":\"x\\\x1b\"}", three), "entry 2, line 2", "it is not a valid JSON object"},
		{"a quote that is not escaped", lines(one, `{"description":"say "hi" and "bye"}`, three), "entry 2, line 2", "a string is not closed"},
		{"a closing brace that is missing", lines(one, `{"description":"x","tags":["a"]`, three), "entry 2, line 2", "its brackets do not close"},
		{"a closing bracket that is missing", lines(one, `{"description":"x","tags":["a"}`, three), "entry 2, line 2", "its brackets do not close"},
		{"a line cut in a list", lines(one, `{"description":"x","tags":["a",`, three), "entry 2, line 2", "the object is cut off"},
		{"a line cut before a value", lines(one, `{"description":`, three), "entry 2, line 2", "the object is cut off"},
		{"the last line cut", lines(one, three, `{"description":"x`), "entry 3, line 3", "a string is not closed"},
		{"too many brackets", lines(one, `{"description":"x","a":`+deep+`}`, three), "entry 2, line 2", "its brackets do not close"},
		{"a long entry", lines(one, long, three), "entry 2, line 2", "the entry is longer than 1 MiB"},
		{"words", lines(one, `Configuration override rc.verbose`, "\n", "-- ", three), "lines 2–5", "this is no task"},
		{"words first", lines(`Using alternate .taskrc`, one, three), "line 1", "this is no task"},
		{"an object without quotes", lines(one, `{description:"x"}`, three), "line 2", "this is no task"},
		{"a brace and blanks", lines(one, "{"+strings.Repeat(" ", 5000), three), "line 2", "this is no task"},
		{"no description", lines(one, `{"uuid":"00000000-0000-0000-0000-000000000002"}`, three), "entry 2, line 2", "it has no description"},
		{"a blank description", lines(one, `{"description":" \n\u0000 "}`, three), "entry 2, line 2", "it has no description"},
		{"a description that is no text", lines(one, `{"description":["x"]}`, three), "entry 2, line 2", "it has no description"},
		{"an indented object with a quote too many", pretty(indented(`"one"`), indented(`"x""`), indented(`"three"`)), "entry 2, lines 10–17", "a string is not closed"},
		{"an indented object without its end", pretty(indented(`"one"`), strings.TrimSuffix(indented(`"x"`), "}")+"\n\n"+strings.Repeat(" ", 5000), indented(`"three"`)), "entry 2, lines 10–19", "its brackets do not close"},
		{"brackets on one line, one missing", "[{\n  \"description\": \"one\"\n}, {\n  \"description\": [\n}, {\n  \"description\": \"three\"\n}]", "entry 2, lines 3–5", "its brackets do not close"},
		{"an array on one line, its rest", "[" + one + "," + three + `,{"description":"x]},` + two + "]\n", "entry 3, line 1", "its brackets do not close"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(c.file, formats.Options{})
			if diff := cmp.Diff([]string{"one", "three"}, f.Titles()); diff != "" || len(f.Problems) != 1 {
				t.Fatalf("%s\n%s", diff, f.String())
			}
			if p := f.Problems[0]; p.Place != c.place || !strings.Contains(p.Message, c.message) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func lines(objects ...string) string { return strings.Join(objects, "\n") + "\n" }

func TestAFileThatIsNoExportIsOneProblem(t *testing.T) {
	page := "<!DOCTYPE html>\n<style>\nbody\n{\n  color: red;\n}\n</style>\n" + strings.Repeat("<p>Not found</p>\n", 1000)
	for name, file := range map[string]string{
		"a web page":                page,
		"noise":                     strings.Repeat("\x00\x01\x7fELF\xff\n", 10000),
		"a list of words":           `["one", "two"]`,
		"a number":                  "42",
		"UTF-16":                    "\xff\xfe[\x00\n\x00",
		"UTF-16, reversed":          "\xfe\xff\x00[",
		"another program's objects": "[" + strings.Repeat("{\"name\":\"x\"},\n", 1000) + "]",
	} {
		t.Run(name, func(t *testing.T) {
			f := read(file, formats.Options{})
			if len(f.Entries)+len(f.Notes) > 0 || len(f.Problems) != 1 || f.Problems[0].Place != formats.WholeFile {
				t.Errorf("%.400s", f.String())
			}
		})
	}
}

func TestProblemsBeforeTheFirstTaskKeepTheirPlace(t *testing.T) {
	f := read(lines(`{"a":1}`, "words", `{"b":1}`, one, `{"c":1}`), formats.Options{})
	var places []string
	for _, p := range f.Problems {
		places = append(places, p.Place)
	}
	if diff := cmp.Diff([]string{"entry 1, line 1", "line 2", "entry 2, line 3", "entry 4, line 5"}, places); diff != "" || len(f.Entries) != 1 {
		t.Errorf("%s\n%s", diff, f.String())
	}
}

func TestAFewBadObjectsAloneAreNamedEach(t *testing.T) {
	if f := read(lines(`{"a":1}`, `{"b":1}`), formats.Options{}); len(f.Problems) != 2 {
		t.Error(f.String())
	}
}

func TestAnArrayWithoutItsEndIsPointedOut(t *testing.T) {
	f := read("[\n"+one+",\n"+two+",\n", formats.Options{})
	if len(f.Entries) != 2 || len(f.Notes) != 1 || !strings.Contains(f.Notes[0].Message, "cut off") {
		t.Error(f.String())
	}
}

func TestAnErrorOfTheFileIsNoProblemOfAnEntry(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, before := range []string{"", "[\n" + one + ",\n", one + "\n" + `{"descr`, one + "\nwords", one + "\n" + `{"a":"` + "\n"} {
		var f formatstest.Found
		last := false
		for item, err := range taskwarrior.Read(io.MultiReader(strings.NewReader(before), iotest.ErrReader(broken)), formats.Options{}) {
			last = err != nil
			if item.Problem != nil && !strings.Contains(before, "\"a\"") {
				t.Errorf("%q: %+v", before, item.Problem)
			}
			f.Err = err
		}
		if !last || !errors.Is(f.Err, broken) {
			t.Errorf("%q ends with %v", before, f.Err)
		}
	}
}

// Problems that waited for the first task are told before the file's error.
func TestHeldProblemsComeBeforeTheError(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"a":1}`), iotest.ErrReader(io.ErrUnexpectedEOF))
	var told []string
	for item, err := range taskwarrior.Read(r, formats.Options{}) {
		told = append(told, fmt.Sprint(item.Problem != nil, err != nil))
	}
	if !slices.Equal(told, []string{"true false", "false true"}) {
		t.Error(told)
	}
}

func TestTheLoopMayBeLeftAnywhere(t *testing.T) {
	file := lines(`{"a":1}`, one, `{"b":1}`, `{"description":"r","status":"recurring"}`, `{"description":"d","due":"20261127T000000Z"}`)
	for text, all := range map[string]int{file: 6, "[" + one: 2, "[\n" + `{"a":1}`: 1, "<html>": 1} {
		for most := range 7 {
			n := 0
			for range taskwarrior.Read(strings.NewReader(text), formats.Options{}) {
				if n++; n > most {
					break
				}
			}
			if n != min(most+1, all) {
				t.Errorf("%q: %d items, left after %d", text, n, most)
			}
		}
	}
}

func TestSmallReadsSayTheSame(t *testing.T) {
	text := "\xef\xbb\xbf" + formatstest.File(t, "testdata", "real.json")
	want := read(text, formats.Options{}).String()
	var f formatstest.Found
	for item, err := range taskwarrior.Read(iotest.OneByteReader(strings.NewReader(text)), formats.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case item.Entry != nil:
			f.Entries = append(f.Entries, *item.Entry)
		case item.Skipped != nil:
			f.Skipped = append(f.Skipped, *item.Skipped)
		case item.Note != nil:
			f.Notes = append(f.Notes, *item.Note)
		}
	}
	if diff := cmp.Diff(want, f.String()); diff != "" {
		t.Error(diff)
	}
}

// A long file is neither held as a whole nor told at its end only.
func TestAFileIsReadInSmallPieces(t *testing.T) {
	const n = 800
	line := `{"description":"x","note":"` + strings.Repeat("n", 5000) + "\"}\n"
	r := &repeated{line: line, left: n}
	seen, ahead := int64(0), int64(0)
	for item, err := range taskwarrior.Read(r, formats.Options{}) {
		if err != nil || item.Entry == nil {
			t.Fatal(item, err)
		}
		seen++
		ahead = max(ahead, r.read-item.Offset)
		if want := seen*int64(len(line)) - 1; item.Offset != want {
			t.Fatalf("entry %d ends at %d, not %d", seen, item.Offset, want)
		}
	}
	if seen != n || ahead > 2<<20 {
		t.Errorf("%d entries, up to %d bytes ahead", seen, ahead)
	}
}

// repeated is a file of one line again and again.
type repeated struct {
	line string
	left int
	read int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for r.left > 0 && n+len(r.line) <= len(p) {
		n += copy(p[n:], r.line)
		r.left--
	}
	r.read += int64(n)
	return n, nil
}

func TestATaskWithoutUUIDIsTheSameNextTime(t *testing.T) {
	first := read(lines(`{"id":1,"description":"x","tags":["a"],"urgency":1}`, `{"description":"x", "tags": [ "a" ]}`, `{"description":"y"}`), formats.Options{})
	again := read(lines(`{"tags":["a"],"id":7,"description":"x","urgency":2.5}`), formats.Options{})
	if first.Entries[0].SourceID != again.Entries[0].SourceID || first.Entries[0].SourceID == first.Entries[1].SourceID || first.Entries[1].SourceID == first.Entries[2].SourceID {
		t.Error(first.String(), again.String())
	}
}

func TestAUUIDIsReadInEitherCaseAndRepeated(t *testing.T) {
	f := read(lines(`{"uuid":"8201992A-E0D4-4EAD-AADE-B4D77802FD1F","description":"x"}`, `{"uuid":"8201992a-e0d4-4ead-aade-b4d77802fd1f","description":"y"}`, `{"uuid":"none","description":"z"}`), formats.Options{})
	if len(f.Entries) != 3 || f.Entries[0].SourceID != "8201992a-e0d4-4ead-aade-b4d77802fd1f" || f.Entries[1].SourceID != f.Entries[0].SourceID {
		t.Error(f.String())
	}
	if e := f.Entries[2]; !strings.HasSuffix(e.SourceID, "-1") || e.Task.Description != "uuid: none" {
		t.Error(f.String())
	}
}

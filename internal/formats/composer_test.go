package formats_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

func messages(e formats.Entry) []string {
	var all []string
	for _, n := range e.Notes {
		all = append(all, n.Message)
	}
	return all
}

func TestATitleIsOneLineOfAtMost200Characters(t *testing.T) {
	long := strings.Repeat("é", 199) + " beyond"
	for _, c := range []struct{ name, in, title, description string }{
		{"plain", "Buy milk", "Buy milk", ""},
		{"white space around it", " \tBuy milk\r\n", "Buy milk", ""},
		{"two lines", "Buy\r\nmilk", "Buy milk", ""},
		{"an escape", "Buy\x1bmilk", "Buy milk", ""},
		{"decomposed", "e\u0301", "é", ""},
		{"just short enough", strings.Repeat("é", 200), strings.Repeat("é", 200), ""},
		{"too long, cut before a blank", long, strings.Repeat("é", 199), long},
	} {
		t.Run(c.name, func(t *testing.T) {
			compose := formats.Compose("line 1")
			if !compose.Title(c.in) {
				t.Fatal("refused")
			}
			e := compose.Entry("id")
			if e.Task.Title != c.title || e.Task.Description != c.description {
				t.Errorf("%+v", e.Task)
			}
			if said := len(e.Notes) == 1; said != (c.title != mindflow.Tidy(c.in)) {
				t.Errorf("notes %v", e.Notes)
			}
		})
	}
}

func TestATitleOfNothingIsRefused(t *testing.T) {
	for _, s := range []string{"", " \n", "\x00\x1b"} {
		if formats.Compose("line 1").Title(s) {
			t.Errorf("%q", s)
		}
	}
}

func TestTagsKeepTheirLimits(t *testing.T) {
	c := formats.Compose("line 1")
	for _, s := range []string{"", " \x00", strings.Repeat("ä", 51)} {
		if c.Tag(s) {
			t.Errorf("%q", s)
		}
	}
	for i := range mindflow.MaxTags {
		if !c.Tag(fmt.Sprintf("tag%d", i)) {
			t.Errorf("tag%d", i)
		}
	}
	if c.Tag("one more") || !c.Tag("tag0") || !c.Tag("TAG1") {
		t.Error("the twenty-first, or one that is there already")
	}
	if diff := cmp.Diff([]string{"tags that differ only in case or form are one tag"}, messages(c.Entry("id"))); diff != "" {
		t.Error(diff)
	}
}

func TestATagIsOneLineToo(t *testing.T) {
	c := formats.Compose("line 1")
	if !c.Tag("two\r\nlines\x1b[0m") || !c.Tag(" plain ") {
		t.Fatal("refused")
	}
	e := c.Entry("id")
	if diff := cmp.Diff([]string{"two lines [0m", "plain"}, e.Task.Tags); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"control characters in a tag became spaces"}, messages(e)); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsAreNamedInOneNote(t *testing.T) {
	c := formats.Compose("line 1")
	c.Field("empty", " \n")
	for i := range 12 {
		c.Field(fmt.Sprintf("f%d", i), "v")
	}
	e := c.Entry("id")
	want := []string{"f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 2 more became text in the description"}
	if diff := cmp.Diff(want, messages(e)); diff != "" || strings.Count(e.Task.Description, "\n") != 11 {
		t.Error(diff, e.Task.Description)
	}
	c = formats.Compose("line 1")
	c.Field(strings.Repeat("n", 60), "bell\a")
	want = []string{strings.Repeat("n", 50) + "… became text in the description", "control characters in the text became spaces"}
	if diff := cmp.Diff(want, messages(c.Entry("id"))); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsLostIsCountedAndBegun(t *testing.T) {
	c := formats.Compose("line 1")
	c.Text(strings.Repeat("a", 1998))
	c.Text("bcd\r\nefg")
	e := c.Entry("id")
	want := []formats.Note{{
		Place: "line 1", Lost: true,
		Message: `the description is longer than 2000 characters: 6 at its end are lost, from "cd efg" on`,
	}}
	if diff := cmp.Diff(want, e.Notes); diff != "" || mindflow.Length(e.Task.Description) != 2000 {
		t.Error(diff)
	}
}

// Whatever one says, the result is a task the vocabulary takes as it is.
func TestEveryCompositionIsLegal(t *testing.T) {
	words := rapid.OneOf(rapid.String(), rapid.StringN(0, 3000, -1), rapid.StringMatching(`[\n\t\x00-\x1f]{0,5}[a-zé\x{301}\x{958}]{0,60}`))
	rapid.Check(t, func(r *rapid.T) {
		c := formats.Compose("line 1")
		if !c.Title("x" + words.Draw(r, "title")) {
			r.Fatal("refused")
		}
		for _, s := range rapid.SliceOfN(words, 0, 25).Draw(r, "words") {
			c.Tag(s)
			c.Text(s)
			c.Field(s, s)
		}
		task := c.Entry("id").Task
		same, err := mindflow.Draft{
			Title: mindflow.Some(task.Title), Description: mindflow.Some(task.Description), Tags: mindflow.Some(task.Tags),
		}.Apply(task, mindflow.Zone{}, task.CreatedAt)
		if err != nil || !same.Same(task) {
			r.Fatalf("%v\n%+v\n%+v", err, same, task)
		}
	})
}

func TestEqualLinesAreDifferentTasks(t *testing.T) {
	var a, b formats.Sources
	first, second, other := a.ID("x"), a.ID("x"), a.ID("y")
	if first == second || first == other || first != b.ID("x") || second != b.ID("x") {
		t.Error(first, second, other)
	}
	if len(first) > 64 {
		t.Error(first)
	}
}

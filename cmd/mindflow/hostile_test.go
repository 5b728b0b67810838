package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"mindflow/test/hostile"
)

// obeyed reports what of a text a terminal would obey: control characters
// other than line breaks, and what turns around the text after it.
func obeyed(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || turnsText(r) })
}

func TestNothingOfATextCommandsATerminal(t *testing.T) {
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls) {
		if got := printable(text); obeyed(got) {
			t.Errorf("%q is printed as %q", text, got)
		}
		if got := oneLine(text); obeyed(got) || strings.ContainsAny(got, "\n\u2028\u2029") {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"Tom & Jerry's \"show\" <3": "Tom & Jerry's \"show\" <3",
		"a\u202eb\u202cc\u2066d":    "abcd",
		"עברית\u200f!":              "עברית\u200f!", // a mark turns nothing but itself
	} {
		if got := printable(text); got != want {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
}

// A slip is quoted, whatever it is. Seen red with an error that is printed as it is.
func TestAWrongCommandLineIsAnsweredWithoutCommandingTheTerminal(t *testing.T) {
	s := newShell(t)
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls) {
		for _, args := range [][]string{{"list", text}, {"list", "--sort", text}, {"list", "--" + text}, {"list", "--limit", text}, {"completion", text}} {
			if r := s.run(t, args...); r.code != exitUsage || obeyed(r.out) || obeyed(r.err) {
				t.Errorf("%q: %+v", args, r)
			}
		}
	}
}

// What people add, and what files bring. Seen red with a table that printed
// titles as they are.
func TestHostileTasksAreListedWithoutCommandingTheTerminal(t *testing.T) {
	s := signedUp(t)
	said := func(args ...string) string {
		t.Helper()
		got := s.must(t, args...)
		if obeyed(strings.ReplaceAll(got, "\t", " ")) { // scripts get columns
			t.Errorf("mindflow %s prints %q", args[0], got)
		}
		return got
	}
	var file strings.Builder
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls) {
		file.WriteString("x" + text + "\n")
	}
	path := filepath.Join(t.TempDir(), "todo.txt")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.run(t, "import", "todotxt", path, "--user=ada@example.com")
	if r.code != exitDone || obeyed(r.out) || obeyed(r.err) || !strings.Contains(r.out, "became spaces") {
		t.Errorf("import: %d\n%q\n%q", r.code, r.out, r.err)
	}
	for _, text := range []string{"<script>canary()</script>", "\u202etxt.exe", "$(id)"} {
		said("add", text, "--tag", text, "--due=today", "--priority=5")
		said("next")
		said("done", "--best")
		said("undo")
		said("projects", "add", text)
		said("projects")
		said("edit", "--best", "--project", text, "--note", text)
		said("add", text+" step", "--step-of", text)
		said("show", "--best")
		said("changes")
		said("delete", "--best")
		said("trash")
		said("trash", "purge", "--yes", text)
	}
	lines := strings.Count(said("list", "--limit=200"), "\n")
	if most := len(hostile.Texts) + len(hostile.Controls) + 3; lines < 50 || lines > most {
		t.Errorf("%d lines", lines)
	}
}

//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
)

// changed are the lines of "mindflow changes", without their names and moments.
func (s *shell) changed(t *testing.T, args ...string) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(s.must(t, append([]string{"changes"}, args...)...)) {
		fields := strings.Split(line, "\t")
		if len(fields) != 6 {
			t.Fatalf("%q", line)
		}
		text.WriteString(fields[2] + " " + strings.Join(fields[3:], " "))
	}
	return text.String()
}

// Seen red with the undoing that took itself back.
func TestUndoingAtATerminal(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "undo"), exitFailed, "",
		"mindflow: nothing was changed lately\n")
	s.must(t, "add", "Call Bob")
	s.must(t, "add", "Write")
	s.clock.wait(time.Minute)
	s.must(t, "done", "bob")
	back := s.must(t, "undo")
	again := back[strings.LastIndexByte(back, ' ')+1 : len(back)-1]
	same(t, back, "Taken back: completed Call Bob ("+numberIn(back)+")\nTo have it again: mindflow undo "+again+"\n")
	if out := s.must(t, "list"); strings.Count(out, "\n") != 2 {
		t.Errorf("open are %s", out)
	}
	if out := s.must(t, "undo"); !strings.HasPrefix(out, "Taken back: created Write (") {
		t.Error(out)
	}
	if out := s.must(t, "list"); !strings.HasSuffix(out, "\tCall Bob\n") || strings.Count(out, "\n") != 1 {
		t.Errorf("open are %s", out)
	}
	if out := s.must(t, "undo", again); !strings.HasPrefix(out, "Taken back: undone ") {
		t.Error(out)
	}
	expect(t, s.run(t, "undo", "no-such"), exitFailed, "", "mindflow: There is no such change\n")
	expect(t, s.run(t, "undo", "no such"), exitUsage, "",
		"mindflow: wrong usage: \"no such\" is no name of a change; \"mindflow changes\" lists them\nRun \"mindflow --help\" for how it is used.\n")
	var done client.Undone
	s.must(t, "add", "third")
	if err := json.Unmarshal([]byte(s.must(t, "undo", "--json")), &done); err != nil || len(done.Tasks) != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

// numberIn is what stands in parentheses at the end of the first line.
func numberIn(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line[strings.LastIndexByte(line, '(')+1:], ")")
}

func TestWhatUndoingWouldOverwriteIsListed(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "Plan")
	s.must(t, "edit", "plan", "--due=today")
	first, _, _ := strings.Cut(s.must(t, "changes"), "\t")
	s.clock.wait(time.Minute)
	s.must(t, "edit", "plan", "--due=tomorrow", "--priority=5")
	r := s.run(t, "undo", first)
	if r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: Undoing it would overwrite a later change (task.updated, through cli, at 2026-11-23T10:01:00Z, of due_date)\n  ") ||
		!strings.HasSuffix(r.err, "  updated Plan (due_date), 11:01 today, through cli\n") {
		t.Errorf("%+v", r)
	}
	if out := s.changed(t, "plan", "--limit=3"); out != "undoable 1 cli updated Plan (due_date, priority)\nkept 1 cli updated Plan (due_date)\nkept 1 cli created Plan\n" {
		t.Error(out)
	}
}

func TestChangesAreListed(t *testing.T) {
	s := signedUp(t)
	s.must(t, "projects", "add", "House")
	s.must(t, "add", "Paint", "--project=house")
	s.must(t, "done", "paint")
	s.must(t, "undo")
	lines := s.show(t, 80, "changes", "--color=never", "--limit=4")
	for _, want := range []string{"CHANGE", "  WHAT", "  undone 4: Paint ", "  completed Paint ", "  created Paint ", "  project created ", " 11:00 today  cli      yes\n", " 11:00 today  cli      no\n"} {
		if !strings.Contains(lines, want) {
			t.Errorf("it lacks %q:\n%s", want, lines)
		}
	}
	if narrow := s.show(t, 30, "changes", "--color=never"); strings.Contains(narrow, "THROUGH") || !strings.Contains(narrow, "completed Paint") {
		t.Error(narrow)
	}
	var page client.ChangePage
	if err := json.Unmarshal([]byte(s.must(t, "changes", "--json", "--limit=1")), &page); err != nil || len(page.Changes) != 1 || page.NextCursor == nil || page.Changes[0].Undoes == nil {
		t.Errorf("%+v, %v", page, err)
	}
	expect(t, s.run(t, "changes", "--limit=201"), exitUsage, "", "mindflow: wrong usage: --limit is from 1 to 200\nRun \"mindflow --help\" for how it is used.\n")
}

// A script's changes are taken back by scripts.
func TestAScriptUndoesByItsToken(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "by hand")
	made := s.run(t, "token", "create", "nightly")
	s.env[tokenVariable] = strings.TrimSpace(made.out)
	s.must(t, "add", "by a script")
	if out := s.must(t, "undo"); !strings.HasPrefix(out, "Taken back: created by a script (") {
		t.Error(out)
	}
	s.must(t, "add", "by a script again")
	delete(s.env, tokenVariable)
	// What was changed elsewhere stays, and that is said.
	r := s.run(t, "undo")
	if !strings.HasPrefix(r.out, "Taken back: created by hand (") || !strings.HasPrefix(r.err, "Left as it is, though it came later: created by a script again (") ||
		!strings.HasSuffix(r.err, "), through token nightly. \"mindflow undo --any\" takes back such changes, too.\n") {
		t.Errorf("%+v", r)
	}
	expect(t, s.run(t, "undo"), exitFailed, "",
		"mindflow: nothing was changed at a terminal lately; \"mindflow undo --any\" takes back what was changed elsewhere, and \"mindflow changes\" lists it\n")
	if r := s.run(t, "undo", "--any"); !strings.HasPrefix(r.out, "Taken back: created by a script again (") || r.err != "" {
		t.Errorf("%+v", r)
	}
	expect(t, s.run(t, "undo", "--any", "3"), exitUsage, "",
		"mindflow: wrong usage: --any is for the last change; you name one\nRun \"mindflow --help\" for how it is used.\n")
}

// What went with its task comes back with it. Seen red with a line for each step.
func TestStepsInTheTrashAreCountedAtTheirTask(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Trip", "Other")
	s.must(t, "add", "Pack", "--step-of=trip")
	s.must(t, "add", "Socks", "--step-of=pack")
	s.must(t, "add", "Leave", "--step-of=trip")
	s.must(t, "delete", "leave")
	s.clock.wait(time.Minute)
	s.must(t, "delete", "trip")
	s.must(t, "delete", "other")
	same(t, s.show(t, 80, "trash", "--color=never"), `ID        TITLE  STEPS  DELETED      GONE
########  Other         11:01 today  2026-12-23 11:01
########  Trip       2  11:01 today  2026-12-23 11:01
########  Leave         11:00 today  2026-12-23 11:00
`)
	if out := s.must(t, "trash", "list"); strings.Count(out, "\n") != 3 || strings.Contains(out, "Socks") {
		t.Error(out)
	}
	r := s.run(t, "trash", "--limit=2")
	if strings.Count(r.out, "\n") != 2 || r.err != "There are more than these 2: --limit N shows up to 200.\n" {
		t.Errorf("%+v", r)
	}
	same(t, s.enter(t, s.must(t, "trash", "list"), "bulk", "restore", "-").out, "Changed 3 tasks.\n")
	expect(t, s.run(t, "trash"), exitDone, "", "No task is in the trash.\n")
}

func TestTheTrashAtATerminal(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "trash"), exitDone, "", "No task is in the trash.\n")
	for _, title := range []string{"Milk", "Milk the cow", "Bread"} {
		s.must(t, "add", title)
		s.clock.wait(time.Minute)
	}
	same(t, s.must(t, "delete", "milk"), "Deleted: Milk (########)\n")
	s.clock.wait(time.Minute)
	same(t, s.must(t, "delete", "cow"), "Deleted: Milk the cow (########)\n")
	same(t, s.show(t, 80, "trash", "--color=never"), `ID        TITLE         DELETED      GONE
########  Milk the cow  11:04 today  2026-12-23 11:04
########  Milk          11:03 today  2026-12-23 11:03
`)
	if out := strings.Split(s.must(t, "trash", "list", "--limit=2"), "\t"); len(out) != 7 || !strings.HasPrefix(out[3], "Milk the cow\n") {
		t.Errorf("%q", out)
	}
	r := s.run(t, "trash", "--limit=1")
	if strings.Count(r.out, "\n") != 1 || r.err != "There are more than these 1: --limit N shows up to 200.\n" {
		t.Errorf("%+v", r)
	}
	same(t, s.must(t, "trash", "restore", "MILK"), "Restored: Milk (########)\n")
	expect(t, s.run(t, "trash", "restore", "bread"), exitFailed, "", "mindflow: no deleted task has \"bread\" in its title or at an end of its id\n")
	expect(t, s.run(t, "trash", "purge", "cow"), exitUsage, "", "mindflow: wrong usage: nothing brings it back; say --yes\nRun \"mindflow --help\" for how it is used.\n")
	var page client.TrashPage
	if err := json.Unmarshal([]byte(s.must(t, "trash", "--json")), &page); err != nil || len(page.Tasks) != 1 || page.Tasks[0].Task.Title != "Milk the cow" {
		t.Errorf("%+v, %v", page, err)
	}
	// Nothing is a piece of every title, and means no task. Seen red with the only one there is.
	expect(t, s.run(t, "trash", "purge", " ", "--yes"), exitUsage, "",
		"mindflow: wrong usage: say which deleted task; an empty title is none\nRun \"mindflow --help\" for how it is used.\n")
	s.must(t, "edit", "bread", "--priority=5")
	s.must(t, "edit", "milk", "--priority=4")
	s.must(t, "delete", "milk")
	s.must(t, "trash", "purge", "milk", "--yes")
	same(t, s.must(t, "trash", "purge", "--yes", "cow"), "Gone for good: Milk the cow (########)\n")
	expect(t, s.run(t, "trash"), exitDone, "", "No task is in the trash.\n")
	if out := s.changed(t, "--limit=4"); out != "kept 1 cli tasks purged\nkept 1 cli tasks purged\nkept 1 cli deleted what is gone for good\nkept 1 cli updated what is gone for good (priority)\n" {
		t.Error(out)
	}
	// What is gone for good stands in the way of no undoing.
	if out := s.must(t, "undo"); !strings.HasPrefix(out, "Taken back: updated Bread (priority)") {
		t.Error(out)
	}
	expect(t, s.run(t, "trash", "--limit=0"), exitUsage, "", "mindflow: wrong usage: --limit is from 1 to 200\nRun \"mindflow --help\" for how it is used.\n")
}

// Whoever is at a terminal is asked; anything but a yes leaves the task where it is.
func TestPurgingAsks(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "Milk")
	s.must(t, "delete", "milk")
	for _, answer := range []string{"no", "yes"} {
		keyboard, terminal := openTerminal(t)
		ended := make(chan int, 1)
		go func() { ended <- run([]string{"trash", "purge", "milk"}, s.console(t, terminal, io.Discard, terminal)) }()
		if asked := expecting(t, keyboard, "(yes or no): "); !strings.HasPrefix(asked, "Take Milk (") {
			t.Error(asked)
		}
		fmt.Fprint(keyboard, answer+"\r")
		want := map[string]int{"no": exitFailed, "yes": exitDone}[answer]
		if answer == "no" {
			expecting(t, keyboard, "mindflow: nothing was done\r\n")
		}
		if code := <-ended; code != want {
			t.Errorf("%s: exit code %d", answer, code)
		}
	}
	expect(t, s.run(t, "trash"), exitDone, "", "No task is in the trash.\n")
}

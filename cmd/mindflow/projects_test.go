//go:build linux

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
)

// A project from its making to its end, in the words of the terminal.
func TestProjectsAtATerminal(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "projects"), exitDone, "", "You have no project. Make one: mindflow projects add \"…\"\n")
	same(t, s.must(t, "projects", "add", "House"), "Added: House (########)\n")
	s.clock.wait(time.Millisecond) // the order is that of their making
	same(t, s.must(t, "projects", "add", "Garden", "--in", "house"), "Added: Garden (########)\n")
	s.clock.wait(time.Millisecond)
	same(t, s.must(t, "projects", "add", "Work", "and", "more"), "Added: Work and more (########)\n")
	s.must(t, "add", "Paint", "--project", "house")
	s.must(t, "add", "Mow", "--project=GARDEN")
	s.must(t, "add", "Dig #garden")
	s.must(t, "done", "dig")
	same(t, s.show(t, 80, "projects", "--color=never"), `ID        PROJECT        OPEN  DONE
########  House             1     0
########    Garden          1     1
########  Work and more     0     0
`)
	same(t, s.must(t, "projects", "rename", "work and more", "Work"), "Renamed: Work (########)\n")
	same(t, s.must(t, "projects", "move", "Work", "--before", "House"), "Moved: Work (########)\n")
	same(t, s.must(t, "projects", "archive", "garden"), "Archived: Garden (########)\n")
	same(t, s.show(t, 40, "projects", "list", "--color=never"), `ID        PROJECT   OPEN  DONE  STATE
########  Work         0     0  active
########  House        1     0  active
########    Garden     1     1  archived
`)
	if out := s.must(t, "list"); strings.Contains(out, "Mow") || !strings.Contains(out, "Paint") {
		t.Errorf("with an archived project there are %s", out)
	}
	same(t, s.must(t, "projects", "unarchive", "garden"), "Taken up again: Garden (########)\n")
	same(t, s.must(t, "projects", "move", "garden", "--top"), "Moved: Garden (########)\n")
	same(t, s.must(t, "projects", "move", "work", "--in=garden"), "Moved: Work (########)\n")
	same(t, s.must(t, "projects", "move", "house", "--last"), "Moved: House (########)\n")
	same(t, s.show(t, 20, "projects", "--color=never"), "ID        PROJECT\n########  Garden\n########    Work\n########  House\n")

	same(t, s.must(t, "projects", "delete", "garden"), "Deleted: Garden (########)\n")
	same(t, s.show(t, 80, "projects", "list", "--deleted", "--color=never"),
		"ID        PROJECT  OPEN  DONE\n########  Garden      0     0\n########    Work      0     0\n")
	same(t, s.must(t, "projects", "restore", "garden"), "Restored: Garden (########)\n")
	if out := s.must(t, "list", "--project=garden"); !strings.HasSuffix(out, "\tMow\n") || strings.Count(out, "\n") != 1 {
		t.Errorf("in the garden there are %s", out)
	}
	expect(t, s.run(t, "list", "--project=none", "--status=all"), exitDone, "", "No task is like that.\n")
	expect(t, s.run(t, "projects", "list", "--deleted"), exitDone, "", "No deleted project can be restored.\n")
}

func TestAListSaysTheProjects(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Paint #\"The house and all that is in it\"", "Mow #Garden", "Call")
	same(t, s.show(t, 100, "list", "--color=never", "--sort=title"), `ID        TITLE  PRI  PROJECT
########  Call     3
########  Mow      3  Garden
########  Paint    3  The house and all that is in it
`)
	same(t, s.show(t, 40, "list", "--color=never", "--sort=title"), `ID        TITLE  PRI  PROJECT
########  Call     3
########  Mow      3  Garden
########  Paint    3  The house and a…
`)
	same(t, s.show(t, 20, "list", "--color=never", "--sort=title"), "ID        TITLE\n########  Call\n########  Mow\n########  Paint\n")
	if out := s.show(t, 100, "list", "--ranked", "--color=never"); !strings.Contains(out, "  Garden\n") {
		t.Error(out)
	}
	same(t, s.show(t, 80, "list", "--color=never", "--project=garden"), "ID        TITLE  PRI\n########  Mow      3\n")
	s.must(t, "projects", "move", "house", "--in=garden")
	if out := s.show(t, 80, "list", "--color=never", "--project=garden"); !strings.Contains(out, "PROJECT") {
		t.Error(out)
	}
}

func TestProjectsForScripts(t *testing.T) {
	s := signedUp(t)
	var house client.Project
	if err := json.Unmarshal([]byte(s.must(t, "projects", "add", "House", "--json")), &house); err != nil || house.Name != "House" {
		t.Errorf("%+v, %v", house, err)
	}
	s.clock.wait(time.Millisecond) // the order is that of their making
	same(t, s.must(t, "projects", "add", "Garden", "--in", house.ID.String()), "Added: Garden (########)\n")
	lines := strings.Split(s.must(t, "projects"), "\n")
	if len(lines) != 3 || lines[0] != house.ID.String()+"\t\tactive\t0\t0\tHouse" || !strings.HasSuffix(lines[1], "\t"+house.ID.String()+"\tactive\t0\t0\tGarden") {
		t.Errorf("%q", lines)
	}
	var list struct{ Projects []client.ListedProject }
	if err := json.Unmarshal([]byte(s.must(t, "projects", "--json")), &list); err != nil || len(list.Projects) != 2 || *list.Projects[1].ParentID != house.ID {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatAProjectIsCalled(t *testing.T) {
	s := signedUp(t)
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	s.must(t, "projects", "add", "Old house")
	s.clock.wait(time.Millisecond)
	s.must(t, "projects", "add", "New house")
	expect(t, s.run(t, "projects", "archive", "house"), exitFailed, "",
		"mindflow: \"house\" can mean 2 projects; say which, by its id:\n  ########  Old house\n  ########  New house\n")
	expect(t, s.run(t, "add", "x", "--project", "garden"), exitFailed, "", "mindflow: no project has \"garden\" in its name or at an end of its id\n")
	expect(t, s.run(t, "projects", "restore", "old"), exitFailed, "", "mindflow: no deleted project has \"old\" in its name or at an end of its id\n")
	expect(t, s.run(t, "projects", "move", "old"), exitUsage, "", "mindflow: wrong usage: say where to: --before, --after, --first, --last, --in or --top"+how)
	expect(t, s.run(t, "projects", "move", "old", "--top", "--first"), exitUsage, "", "mindflow: --first and --top can't be used together"+how)
	expect(t, s.run(t, "projects", "move", "old", "--in", "old"), exitFailed, "", "mindflow: Some fields are not valid: parent_id must be another project\n")
	expect(t, s.run(t, "projects", "frob"), exitUsage, "", "mindflow: unexpected argument frob"+how)
	expect(t, s.run(t, "projects", "--frob"), exitUsage, "", "mindflow: unknown flag --frob"+how)
	expect(t, s.run(t, "projects", "add", strings.Repeat("x", 101)), exitFailed, "",
		"mindflow: Some fields are not valid: name must not be longer than 100 characters\n")
}

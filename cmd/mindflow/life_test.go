//go:build linux

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
)

// addAll adds tasks, each a moment after the one before.
func (s *shell) addAll(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		s.clock.wait(time.Millisecond)
		s.must(t, "add", line)
	}
}

func TestStepsAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Trip", "Other")
	for _, step := range []string{"Pack", "Leave"} {
		s.clock.wait(time.Millisecond)
		same(t, s.must(t, "add", step, "--step-of=trip"), "Added: "+step+" (########)\n")
	}
	s.must(t, "add", "Socks", "--step-of", "pack")
	s.must(t, "done", "leave")
	same(t, s.show(t, 80, "list", "--color=never", "--sort=title"), `ID        TITLE  STEPS  PRI
########  Other           3
########  Pack     0/1    3
########  Socks           3
########  Trip     1/2    3
`)
	same(t, s.must(t, "show", "trip"), `Trip (########)
pending · priority 3
Steps, 1 of 2 done:
  [ ] ########  Pack (0/1)
  [x] ########  Leave
`)
	same(t, s.must(t, "show", "pack"), "Pack (########)\npending · priority 3\nA step of Trip (########)\nSteps, 0 of 1 done:\n  [ ] ########  Socks\n")
	if out := s.must(t, "list", "--step-of=trip", "--sort=position", "--status=all"); strings.Count(out, "\n") != 2 || !strings.HasSuffix(out, "\tLeave\n") {
		t.Error(out)
	}
	if out := s.must(t, "list", "--step-of=none"); strings.Count(out, "\n") != 2 {
		t.Error(out)
	}
	same(t, s.must(t, "done", "trip", "--steps"), "Done: Trip (########)\n")
	if out := s.must(t, "list"); !strings.HasSuffix(out, "\tOther\n") || strings.Count(out, "\n") != 1 {
		t.Error(out)
	}
	s.must(t, "add", "Beach", "--step-of=other")
	same(t, s.must(t, "edit", "beach", "--clear=step-of"), "Changed: Beach (########)\n")
	expect(t, s.run(t, "add", "x", "--step-of=nothing"), exitFailed, "", "mindflow: no open task has \"nothing\" in its title or at an end of its id\n")
}

// Seen red with blockers that took the place of those there were.
func TestBlockersAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Plan", "Build", "Ship")
	same(t, s.must(t, "block", "ship", "--by=build"), "Changed: Ship (########)\nWaits for:\n  [ ] ########  Build\n")
	same(t, s.must(t, "block", "ship", "--by", "plan"), "Changed: Ship (########)\nWaits for:\n  [ ] ########  Build\n  [ ] ########  Plan\n")
	s.must(t, "block", "build", "--by=plan")
	r := s.run(t, "block", "plan", "--by", "ship")
	if r.code != exitFailed || !strings.Contains(r.err, "blocked_by must not lead in a circle: ") || !strings.Contains(r.err, "“Ship”") || !strings.Contains(r.err, "“Plan”") {
		t.Errorf("%+v", r)
	}
	s.must(t, "done", "plan")
	same(t, s.must(t, "show", "ship"), "Ship (########)\npending · priority 3\nWaits for:\n  [ ] ########  Build\n  [x] ########  Plan\n")
	same(t, s.must(t, "show", "plan"), s.must(t, "show", "PLAN"))
	if out := s.must(t, "show", "build"); !strings.HasSuffix(out, "Wait for it:\n  [ ] "+out[strings.LastIndex(out, "] ")+2:]) || !strings.Contains(out, "  Ship\n") {
		t.Error(out)
	}
	same(t, s.show(t, 80, "list", "--color=never", "--sort=title"), `ID        TITLE  PRI  STATUS
########  Build    3  pending
########  Ship     3  pending, blocked
`)
	if out := s.must(t, "list", "--blocked"); !strings.HasSuffix(out, "\tShip\n") || strings.Count(out, "\n") != 1 {
		t.Error(out)
	}
	same(t, s.must(t, "unblock", "ship", "--by=plan"), "Changed: Ship (########)\nWaits for:\n  [ ] ########  Build\n")
	same(t, s.must(t, "unblock", "ship"), "Changed: Ship (########)\nIt waits for nothing.\n")
	var ship client.Task
	if err := json.Unmarshal([]byte(s.must(t, "block", "ship", "--by=build", "--json")), &ship); err != nil || len(ship.BlockedBy) != 1 {
		t.Errorf("%+v, %v", ship, err)
	}
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	expect(t, s.run(t, "block", "ship"), exitUsage, "", "mindflow: missing flags: --by=TASK"+how)
	expect(t, s.run(t, "block", "--by=x"), exitUsage, "", "mindflow: wrong usage: say which task is to wait, or --best for the one that is best now"+how)
}

func TestOnesOwnOrderAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "a1", "b2", "c3")
	order := func(want string) {
		t.Helper()
		var titles []string
		for line := range strings.Lines(s.must(t, "list", "--sort=position")) {
			titles = append(titles, strings.TrimSpace(line[strings.LastIndexByte(line, '\t')+1:]))
		}
		if got := strings.Join(titles, " "); got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
	}
	order("a1 b2 c3")
	same(t, s.must(t, "move", "c3", "--first"), "Moved: c3 (########)\n")
	order("c3 a1 b2")
	s.must(t, "move", "c3", "--after=a1")
	order("a1 c3 b2")
	s.must(t, "move", "b2", "--before", "c3")
	order("a1 b2 c3")
	s.must(t, "move", "--best", "--last")
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	expect(t, s.run(t, "move", "a1"), exitUsage, "", "mindflow: wrong usage: say where to: --before, --after, --first or --last"+how)
	expect(t, s.run(t, "move", "a1", "--first", "--after=b2"), exitUsage, "", "mindflow: --after and --first can't be used together"+how)
}

func TestEditingAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.must(t, "projects", "add", "House")
	s.addAll(t, "Paint today ~30m #house @home")
	same(t, s.must(t, "edit", "paint", "--title=Paint the door", "--due=tomorrow", "--priority=5", "--tag=a", "--tag=b,c", "--note", "red", "--time=morning"),
		"Changed: Paint the door (########)\ndue 2026-11-24 · 30 min · best in the morning · #a · #b,c · priority 5 · in House\n")
	same(t, s.must(t, "show", "door"), "Paint the door (########)\npending · priority 5 · due 2026-11-24 · 30 min · best in the morning · #a · #b,c\nIn the project House (########)\n\nred\n")
	same(t, s.must(t, "edit", "door", "--clear=due,effort,tag", "--clear=time", "--clear", "note,project"), "Changed: Paint the door (########)\npriority 5\n")
	same(t, s.must(t, "show", "door"), "Paint the door (########)\npending · priority 5\n")
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	expect(t, s.run(t, "edit", "door"), exitUsage, "", "mindflow: wrong usage: say what shall be different about it"+how)
	expect(t, s.run(t, "edit", "door", "--clear=due", "--due=today"), exitUsage, "", "mindflow: wrong usage: --due sets what --clear=due takes away"+how)
	expect(t, s.run(t, "edit", "--priority=9", "door"), exitUsage, "", "mindflow: wrong usage: --priority is from 1 to 5"+how)
}

func TestRepeatsAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Water every day")
	same(t, s.must(t, "show", "water"), "Water (########)\npending · priority 3 · due 2026-11-23\nRepeats every day\n")
	same(t, s.must(t, "skip", "water"), "Skipped: Water (########)\ndue 2026-11-23\nIt comes again, due 2026-11-24.\n")
	s.must(t, "edit", "water", "--title=Water all", "--scope=occurrence")
	same(t, s.must(t, "done", "water"), "Done: Water all (########)\ndue 2026-11-24\nIt comes again, due 2026-11-25.\n")
	s.must(t, "edit", "water", "--due=2026-11-28", "--scope=following")
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-28\nIt comes again, due 2026-11-29.\n")
	s.must(t, "edit", "water", "--clear=repeat")
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-29\n")
	s.addAll(t, "Once")
	same(t, s.must(t, "edit", "once", "--repeat=every friday"), "Changed: Once (########)\ndue 2026-11-27 · repeats every Fri\n")
	same(t, s.must(t, "edit", "once", "--repeat=every! 3 days"), "Changed: Once (########)\ndue 2026-11-27 · repeats every 3 days, counted from when it was done\n")
	same(t, s.must(t, "show", "once"), "Once (########)\npending · priority 3 · due 2026-11-27\nRepeats every 3 days, counted from when it was done\n")
	for _, said := range []string{"now and then", "every friday p1 and more"} {
		expect(t, s.run(t, "edit", "once", "--repeat", said), exitUsage, "",
			"mindflow: wrong usage: --repeat is written as in quick add, such as \"every monday\" or \"every! 3 days\"\nRun \"mindflow --help\" for how it is used.\n")
	}
	// What else it says of when is heeded, what is about something else refused. Seen red with a time that was passed over.
	same(t, s.must(t, "edit", "once", "--repeat=every weekday 10am"), "Changed: Once (########)\ndue 10:00 tomorrow · repeats every weekday\n")
	same(t, s.must(t, "edit", "once", "--repeat=every tue from 1 dec"), "Changed: Once (########)\ndue 2026-12-01 · repeats every Tue\n")
	same(t, s.must(t, "edit", "once", "--repeat=every evening", "--due=today"), "Changed: Once (########)\ndue 2026-11-23 · best in the evening · repeats every day\n")
	expect(t, s.run(t, "edit", "once", "--repeat=every friday p1 #house"), exitUsage, "",
		"mindflow: wrong usage: --repeat says when it comes again and no more; \"p1\" is for another option\nRun \"mindflow --help\" for how it is used.\n")
	s.must(t, "edit", "once", "--clear=repeat")
	expect(t, s.run(t, "skip", "once"), exitFailed, "", "mindflow: Only a task that repeats can be skipped; cancel or delete it instead\n")
}

// What quick add has understood is said, so that a wrong guess is seen at once.
func TestAddingSaysWhatWasUnderstood(t *testing.T) {
	s := signedUp(t)
	same(t, s.must(t, "add", "Pay rent every month on the 31st at 9am p1 #Home ~5m remind me 1h before"),
		"Added: Pay rent (########)\ndue 09:00 on Mon 2026-11-30 · 5 min · priority 5 · repeats every month on the 31st · reminds 1 h before · in Home\n")
	same(t, s.must(t, "show", "rent"), `Pay rent (########)
pending · priority 5 · due 09:00 on Mon 2026-11-30 · 5 min
In the project Home (########)
Repeats every month on the 31st
Reminds 1 h before
`)
	same(t, s.must(t, "add", "Nothing else"), "Added: Nothing else (########)\n")
	expect(t, s.run(t, "add", "#home tomorrow"), exitFailed, "",
		"mindflow: all of it was understood as something else and nothing is left for a title; a backslash before a word keeps it there: \"\\tomorrow\"\n")
	expect(t, s.run(t, "add", " "), exitFailed, "", "mindflow: Some fields are not valid: title is required\n")
	// Dates of options are read as those of a text. Seen red with days in numbers alone.
	same(t, s.must(t, "edit", "nothing", "--due=3 dec 5pm", "--start", "fri"), "Changed: Nothing else (########)\ndue 17:00 on Thu 2026-12-03 · from 2026-11-27\n")
	for _, said := range []string{"tomorow", "fri p1", "every fri", "fri \\sat"} {
		if r := s.run(t, "edit", "nothing", "--due", said); r.code != exitUsage || !strings.HasPrefix(r.err, "mindflow: wrong usage: --due is ") {
			t.Errorf("%s: %+v", said, r)
		}
	}
}

// Reminders are read as those of a text.
func TestRemindersAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Call Ines tomorrow")
	same(t, s.must(t, "edit", "call", "--remind=30m before", "--remind", "tomorrow 9am"),
		"Changed: Call Ines (########)\ndue 2026-11-24 · reminds 30 min before and 09:00 tomorrow\n")
	same(t, s.must(t, "edit", "call", "--remind=1d before"), "Changed: Call Ines (########)\ndue 2026-11-24 · reminds 24 h before\n")
	same(t, s.must(t, "edit", "call", "--clear=remind"), "Changed: Call Ines (########)\ndue 2026-11-24\n")
	same(t, s.must(t, "add", "Meet Bob fri 5pm", "--remind", "2h before"), "Added: Meet Bob (########)\ndue 17:00 on Fri 2026-11-27 · reminds 2 h before\n")
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	for _, said := range []string{"", "sometimes", "1h before p1", "1h before it rains", "every day", "due fri", "\\fri"} {
		expect(t, s.run(t, "edit", "call", "--remind", said), exitUsage, "",
			"mindflow: wrong usage: --remind is written as in quick add, such as \"30m before\" or \"tomorrow 9am\""+how)
	}
	expect(t, s.run(t, "edit", "call", "--remind=1h before", "--clear=remind"), exitUsage, "", "mindflow: wrong usage: --remind sets what --clear=remind takes away"+how)
}

// Seen red with the command that looked among open tasks.
func TestReopeningAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.addAll(t, "Paint the door today", "Paint the wall")
	s.must(t, "done", "door")
	same(t, s.must(t, "reopen", "paint"), "Open again: Paint the door (########)\ndue 2026-11-23\n")
	if out := s.must(t, "list"); strings.Count(out, "\tpending\t") != 2 {
		t.Error(out)
	}
	expect(t, s.run(t, "reopen", "door"), exitFailed, "", "mindflow: no done or cancelled task has \"door\" in its title or at an end of its id\n")
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	expect(t, s.run(t, "reopen"), exitUsage, "", "mindflow: expected \"<task> ...\""+how)
}

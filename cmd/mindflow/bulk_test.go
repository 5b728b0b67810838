//go:build linux

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
)

func TestManyTasksAreChangedAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.must(t, "projects", "add", "House")
	for _, title := range []string{"Paint @work", "Sweep @work", "Call Bob"} {
		s.must(t, "add", title)
	}
	listed := s.must(t, "list", "--tag=work")
	r := s.enter(t, listed, "bulk", "set", "-", "call bob", "--due=tomorrow", "--priority=5", "--project=house", "--add-tag=soon")
	expect(t, r, exitDone, "Changed 3 tasks.\n", "")
	if out := s.must(t, "list", "--tag=soon", "--project=house", "--priority=5", "--due-after=2026-11-24"); strings.Count(out, "\n") != 3 {
		t.Error(out)
	}
	same(t, s.must(t, "bulk", "set", "call bob", "paint", "--remove-tag=work"), "Changed 1 task; 1 was like that already.\n")
	s.clock.wait(time.Minute)
	s.must(t, "block", "paint", "--by=sweep")
	s.clock.wait(time.Minute)
	r = s.run(t, "bulk", "complete", "paint", "call bob")
	if r.code != exitFailed || !strings.Contains(r.err, "waits for something open") || !strings.HasSuffix(r.err, " with --blocked.\n") {
		t.Errorf("%+v", r)
	}
	same(t, s.must(t, "bulk", "complete", "paint", "sweep", "call bob"), "Changed 3 tasks.\n")
	expect(t, s.run(t, "list"), exitDone, "", "No task is open. Add one: mindflow add \"…\"\n")
	if out := s.must(t, "undo"); !strings.HasPrefix(out, "Taken back: completed Paint and 2 more (") {
		t.Error(out)
	}
	var done client.BulkDone
	if err := json.Unmarshal([]byte(s.must(t, "bulk", "snooze", "paint", "sweep", "--until=2026-12-01", "--json")), &done); err != nil || len(done.Changed) != 2 || done.Change == nil {
		t.Errorf("%+v, %v", done, err)
	}
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	expect(t, s.run(t, "bulk", "delete", "paint", "--for=1d"), exitUsage, "", "mindflow: wrong usage: --for and --until are for snooze"+how)
	expect(t, s.enter(t, "\n", "bulk", "delete", "-"), exitUsage, "", "mindflow: wrong usage: the input names no task"+how)
	expect(t, s.enter(t, "\nPaint\n", "bulk", "delete", "-"), exitUsage, "", "mindflow: wrong usage: line 2 of the input does not begin with the whole id of a task"+how)
	if r := s.run(t, "bulk", "set", "paint"); r.code != exitFailed || !strings.Contains(r.err, "is missing, and so is what shall be set") {
		t.Errorf("%+v", r)
	}
	same(t, s.enter(t, listed, "bulk", "delete", "-").out, "Changed 2 tasks.\n")
	same(t, s.enter(t, s.must(t, "trash", "list"), "bulk", "restore", "-").out, "Changed 2 tasks.\n")
}

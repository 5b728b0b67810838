package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnExportAtATerminal(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "=1+1", "--tag", "a,b", "--effort", "30")
	s.clock.wait(time.Second)
	s.must(t, "add", "Pay the bill")
	s.must(t, "done", "pay")
	var all struct {
		Tasks []struct{ Title, Status string }
	}
	if err := json.Unmarshal([]byte(s.must(t, "export", "json")), &all); err != nil || len(all.Tasks) != 2 || all.Tasks[1].Status != "completed" {
		t.Errorf("%+v, %v", all, err)
	}
	file := filepath.Join(t.TempDir(), "tasks.csv")
	same(t, s.must(t, "export", "csv", "--output", file), "")
	content, err := os.ReadFile(file)
	if err != nil || strings.Count(string(content), "\n") != 3 || !strings.Contains(string(content), `,"'=1+1",`) {
		t.Errorf("%s, %v", content, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	expect(t, s.run(t, "export", "csv", "-o", file), exitFailed, "", "mindflow: "+file+" is there already; name another file\n")
	if got := s.run(t, "export", "pdf"); got.code != exitUsage {
		t.Errorf("%+v", got)
	}
}

func TestWhatCouldNotBeExportedLeavesNoFile(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	file := filepath.Join(t.TempDir(), "tasks.json")
	expect(t, s.run(t, "export", "json", "-o", file), exitFailed, "", "mindflow: you are not signed in\nRun \"mindflow login\" first.\n")
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a file")
	}
}

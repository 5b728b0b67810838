package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

// furnished is a shell with an account and so many tasks in its database.
func furnished(t *testing.T, tasks int) *shell {
	t.Helper()
	s := signedUp(t)
	if r := s.run(t, "import", "taskwarrior", export(t, tasks), "--user=ada@example.com"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	return s
}

// sha is the hash that a command reports, whatever it shows meanwhile.
func (s *shell) sha(t *testing.T, args ...string) string {
	t.Helper()
	r := s.run(t, append(args, "--json")...)
	if r.code != exitDone {
		t.Fatalf("%v: %+v", args, r)
	}
	return shaOf(t, r.out)
}

func shaOf(t *testing.T, out string) string {
	t.Helper()
	var report printedBackup
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.SHA256) != 64 || report.Total == 0 {
		t.Fatalf("%s: %v", out, err)
	}
	return report.SHA256
}

func TestABackupIsWrittenWhileServingAndRestoredElsewhere(t *testing.T) {
	s := furnished(t, 30)
	file := filepath.Join(t.TempDir(), "all.backup")
	out := s.must(t, "backup", file)
	if !strings.HasPrefix(out, file+" written: ") || !strings.Contains(out, "bytes, not encrypted.\nSHA-256 of the content: ") {
		t.Error(out)
	}
	wrote := s.sha(t, "backup", file)
	same(t, s.sha(t, "backup", "--verify", file), wrote)
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		other := newShell(t)
		other.env["DATABASE_URL"] = storetest.URL(t, kind)
		same(t, other.sha(t, "restore", file), wrote)
		same(t, other.sha(t, "backup", filepath.Join(t.TempDir(), "again")), wrote)
		r := other.run(t, "restore", file)
		if r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: The database is not empty: there are rows in ") {
			t.Errorf("%+v", r)
		}
	})
}

func TestAnEncryptedBackupWantsItsKey(t *testing.T) {
	s := furnished(t, 1)
	s.env["BACKUP_KEY"] = "correct horse battery staple"
	file := filepath.Join(t.TempDir(), "all.backup")
	if out := s.must(t, "backup", file); !strings.Contains(out, "bytes, encrypted.") {
		t.Error(out)
	}
	other := newShell(t)
	for key, want := range map[string]string{
		"":                          "mindflow: read backup: the backup is encrypted; set BACKUP_KEY to the passphrase or the identity it was made for\n",
		"another one, just as long": "mindflow: read backup: BACKUP_KEY is not the key this backup was made for\n",
		"short":                     "mindflow: BACKUP_KEY must be an age identity, an age recipient, or a passphrase of at least 16 characters\n",
	} {
		other.env["BACKUP_KEY"] = key
		if r := other.run(t, "restore", file); r.code != exitFailed || r.err != want {
			t.Errorf("%q: %+v", key, r)
		}
	}
	other.env["BACKUP_KEY"] = s.env["BACKUP_KEY"]
	if out := other.must(t, "restore", file, "--end-sessions"); !strings.Contains(out, " restored: ") {
		t.Error(out)
	}
}

func TestWhatIsNoBackupIsSaidSo(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(file, []byte("buy milk, call Ann, water the plants"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"restore", file}, {"backup", "--verify", file}} {
		if r := s.run(t, args...); r.code != exitFailed || r.err != "mindflow: read backup: this is not a backup that mindflow made\n" {
			t.Errorf("%+v", r)
		}
	}
	if r := s.run(t, "backup", file); r.code != exitFailed || r.err != "mindflow: write backup: There is nothing to back up: the database has no schema\n" {
		t.Errorf("%+v", r)
	}
	if content, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(content), "buy milk") {
		t.Error("a failed backup took the place of the file")
	}
}

// start starts the program for real, and answers how to kill it.
func (s *shell) start(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = []string{asProgram + "=1"}
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// kill kills the program after a while, and answers whether it was still at work.
func kill(t *testing.T, cmd *exec.Cmd, after time.Duration) bool {
	t.Helper()
	time.Sleep(after)
	_ = cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	return cmd.Wait() != nil
}

// Fails when a backup has its name before it is whole, or a restore commits more
// than once.
func TestAKilledBackupOrRestoreLeavesNothingHalfDone(t *testing.T) {
	s := furnished(t, 2000)
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.backup")
	wrote := s.sha(t, "backup", whole)
	killed := 0
	for after := 10 * time.Millisecond; after < 3*time.Second; after *= 3 {
		file := filepath.Join(dir, "killed.backup")
		if !kill(t, s.start(t, "backup", file), after) {
			break
		}
		killed++
		if _, err := os.Stat(file); err == nil { // it was just before its end
			same(t, s.sha(t, "backup", "--verify", file), wrote)
			break
		}
	}
	if killed == 0 {
		t.Error("no backup was killed")
	}
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		killed := 0
		for after := 50 * time.Millisecond; after < 5*time.Second; after *= 3 {
			other := newShell(t)
			other.env["DATABASE_URL"] = storetest.URL(t, kind)
			done := !kill(t, other.start(t, "restore", whole), after)
			if !done {
				killed++
			}
			r := other.run(t, "restore", "--json", whole)
			switch {
			case r.code == exitDone:
				same(t, shaOf(t, r.out), wrote)
			case !strings.HasPrefix(r.err, "mindflow: The database is not empty: "): // it had just been filled
				t.Fatalf("after %v: %+v", after, r)
			}
			same(t, other.sha(t, "backup", filepath.Join(dir, "again")), wrote)
			if done {
				break
			}
		}
		if killed == 0 {
			t.Error("no restore was killed")
		}
	})
}

// houseOf is the house that a shell's commands build.
func houseOf(t *testing.T, s *shell) *house {
	t.Helper()
	h, err := build(&console{ctx: t.Context(), env: s.env, err: io.Discard, clock: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// Fails when the folder is first looked at by the backup, a day later.
func TestAFolderThatTakesNoBackupsStopsTheStart(t *testing.T) {
	s := signedUp(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["BACKUP_DIR"] = filepath.Join(file, "backups")
	if err := houseOf(t, s).prepare(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "BACKUP_DIR cannot be used: ") {
		t.Error(err)
	}
	s.env["BACKUP_DIR"] = filepath.Join(t.TempDir(), "made", "here")
	if err := houseOf(t, s).prepare(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(s.env["BACKUP_DIR"]); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAServerBacksUpAndSweepsDaily(t *testing.T) {
	s := signedUp(t)
	if work := houseOf(t, s).work(); len(work.Schedule) != 2 || work.Lines[0].Handlers[backingUp] != nil {
		t.Error("it backs up though it was not told where")
	}
	dir := filepath.Join(t.TempDir(), "backups")
	s.env["BACKUP_DIR"], s.env["BACKUP_TIME"] = dir, "09:30"
	h := houseOf(t, s)
	work := h.work()
	if len(work.Schedule) != 3 || work.Schedule[2] != (jobs.Daily{Queue: mindflow.Housekeeping, Kind: backingUp, At: 9*time.Hour + 30*time.Minute}) {
		t.Errorf("%+v", work.Schedule)
	}
	for kind, handler := range work.Lines[0].Handlers {
		if err := handler(t.Context(), mindflow.Job{}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if at, err := h.backups().Newest(); err != nil || !at.Equal(s.clock.now()) {
		t.Errorf("%v, %v", at, err)
	}
}

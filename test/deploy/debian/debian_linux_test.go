package debian_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mindflow/test/deploy/debian"
)

func TestACommandRunsInsideAsRoot(t *testing.T) {
	root := debian.Root(t)
	if who := debian.Run(t, root, "id", "-un"); strings.TrimSpace(who) != "root" {
		t.Errorf("the command ran as %q", who)
	}
	debian.Run(t, root, "dpkg", "--audit")
	debian.Run(t, root, "bash", "-c", "cat <(echo /proc is there)")
}

func TestCopiesAreApart(t *testing.T) {
	first, second := debian.Root(t), debian.Root(t)
	debian.Run(t, first, "touch", "/here")
	if _, err := os.Stat(filepath.Join(second, "here")); !os.IsNotExist(err) {
		t.Errorf("what was done in one is done in the other: %v", err)
	}
}

func TestWhatStillRunsEndsWithTheTest(t *testing.T) {
	var pid int
	t.Run("a test that leaves something running", func(t *testing.T) {
		said := debian.Run(t, debian.Root(t), "sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!")
		var err error
		if pid, err = strconv.Atoi(strings.TrimSpace(said)); err != nil {
			t.Fatal(err)
		}
	})
	// What has ended may wait for the machine's first process to take note.
	if stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("process %d still runs: %s", pid, stat)
	}
}

func TestAMachineStartsApart(t *testing.T) {
	m := debian.Boot(t, "man-db")
	if first := m.Run(t, "cat", "/proc/1/comm"); strings.TrimSpace(first) != "systemd" {
		t.Errorf("its first process is %q", first)
	}
	m.Run(t, "systemctl", "start", "systemd-tmpfiles-clean.service")
	if _, err := m.Dial(t.Context(), "tcp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("its network has no 127.0.0.1: %v", err)
	}
}

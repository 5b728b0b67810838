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
	if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); !os.IsNotExist(err) {
		t.Errorf("process %d is still there: %v", pid, err)
	}
}

package debian

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

const (
	makeTime = 5 * time.Minute // to make a Debian, or to install packages in one
	runTime  = 2 * time.Minute // for a command in it
)

// Root answers a fresh copy of a minimal Debian of the machine's own release,
// with these packages of its archive installed. It is removed after the test,
// and what still runs in it is ended. Where that cannot be, the test is
// skipped; under CI=true it fails.
func Root(t *testing.T, packages ...string) string {
	t.Helper()
	if os.Getuid() != 0 {
		stage.Missing(t, "only root may run programs in another Debian")
	}
	stage.Installed(t, "debootstrap", "debootstrap")
	made := base(t, packages)
	dir, err := os.MkdirTemp("", "debian-") //nolint:usetesting // its name has the test's in it, and a socket's path must be short
	must(t, err, "make a folder")
	root := filepath.Join(dir, "root")
	t.Cleanup(func() {
		end(t, root)
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the Debian: %v", err)
		}
	})
	output(t, runTime, "cp", "-a", "--reflink=auto", made, root)
	return root
}

// Run runs a command in a Debian as root, and answers what it printed. It has
// two minutes, and the test fails if it fails.
func Run(t *testing.T, root string, command ...string) string {
	t.Helper()
	said, err := Try(t, root, command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, said)
	}
	return said
}

// Try is Run for a command that may fail.
func Try(t *testing.T, root string, command ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	said, err := Command(ctx, root, command...).CombinedOutput()
	return string(said), err
}

// Command is a command in a Debian, as root, with an environment of its own.
// It sees the machine's processes in /proc, and its network.
func Command(ctx context.Context, root string, command ...string) *exec.Cmd {
	// The mounts are this command's alone, so none is left to be taken away.
	const enter = `mount -t proc proc "$0/proc" && exec chroot "$0" "$@"`
	words := append([]string{"--mount", "sh", "-c", enter, root}, command...)
	cmd := exec.CommandContext(ctx, "unshare", words...)
	cmd.Env = environment()
	cmd.WaitDelay = time.Second // what it leaves running may hold its output open
	return cmd
}

func environment() []string {
	env := []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
	}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasSuffix(strings.ToLower(name), "_proxy") { // the way to the archive
			env = append(env, pair)
		}
	}
	return env
}

// base answers a Debian with packages to copy, which is made once.
func base(t *testing.T, packages []string) string {
	t.Helper()
	kept := filepath.Join(top(t), ".tools", "debian")
	must(t, os.MkdirAll(kept, 0o755), "make a folder")
	lock, err := os.OpenFile(filepath.Join(kept, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	must(t, err, "open the lock")
	defer lock.Close()
	must(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX), "lock")

	release := output(t, runTime, "sh", "-c", `. /etc/os-release && printf %s "$VERSION_CODENAME"`)
	minimal := once(t, filepath.Join(kept, release), func(draft string) {
		t.Logf("making a Debian to copy: %s", release)
		output(t, makeTime, "debootstrap", "--variant=minbase", release, draft, mirror(t, release))
	})
	if len(packages) == 0 {
		return minimal
	}
	packages = slices.Clone(packages)
	slices.Sort(packages)
	sum := sha256.Sum256([]byte(strings.Join(packages, " ")))
	return once(t, filepath.Join(kept, release+"-"+hex.EncodeToString(sum[:4])), func(draft string) {
		output(t, runTime, "cp", "-a", minimal, draft)
		install(t, draft, packages)
	})
}

// once answers a folder that is made at most once, whole or not at all.
func once(t *testing.T, dir string, fill func(draft string)) string {
	t.Helper()
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	draft := dir + ".draft"
	must(t, os.RemoveAll(draft), "remove a draft")
	fill(draft)
	must(t, os.Rename(draft, dir), "keep a Debian")
	return dir
}

// install installs packages whose daemons do not start.
func install(t *testing.T, root string, packages []string) {
	t.Helper()
	policy := filepath.Join(root, "usr/sbin/policy-rc.d")
	must(t, os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755), "forbid daemons")
	for _, words := range [][]string{
		{"apt-get", "update", "-q"},
		append([]string{"apt-get", "install", "-y", "-q", "--no-install-recommends"}, packages...),
		{"apt-get", "clean"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), makeTime)
		said, err := Command(ctx, root, words...).CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, said)
		}
	}
	must(t, os.Remove(policy), "allow daemons")
}

// mirror is where the machine has its own packages of a release from.
func mirror(t *testing.T, release string) string {
	t.Helper()
	for line := range strings.Lines(output(t, runTime, "apt-get", "indextargets", "--format", "$(CODENAME) $(SITE)", "Created-By: Packages")) {
		if name, site, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == release {
			return site
		}
	}
	stage.Missing(t, "apt knows no archive of "+release)
	return ""
}

// end kills what runs in a Debian: it was started by the test, or by what the
// test installed.
func end(t *testing.T, root string) {
	t.Helper()
	for range 100 {
		running := inside(root)
		for _, pid := range running {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if len(running) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("something in the Debian does not end: %v", inside(root))
}

// inside lists the processes that run in a Debian.
func inside(root string) []int {
	var pids []int
	all, _ := filepath.Glob("/proc/[0-9]*/root")
	for _, link := range all {
		at, err := os.Readlink(link)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err == nil && at == root {
			pids = append(pids, pid)
		}
	}
	return pids
}

// top is the project's own folder.
func top(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err, "say where we are")
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == "/" {
			t.Fatal("no go.mod above the test")
		}
	}
}

// output runs a program of the machine's, and answers what it printed.
func output(t *testing.T, within time.Duration, name string, words ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var wrong strings.Builder
	cmd := exec.CommandContext(ctx, name, words...)
	cmd.Stderr = &wrong
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, said, wrong.String())
	}
	return string(said)
}

func must(t *testing.T, err error, doing string) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", doing, err))
	}
}

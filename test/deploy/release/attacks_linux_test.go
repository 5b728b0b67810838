package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// What is wrong with a package, a host or an order is said before anything changes, or is taken back.
func TestWhatGoesWrongOutsideTheProgram(t *testing.T) {
	if !long() {
		t.Skip("in the long form")
	}
	t.Parallel()
	f := newFleet(t, "a", "b")
	p := signUp(t, f.hosts[0].url)
	p.keep(t, "a task")
	before := f.data()
	pack := good.pack(t)
	b := f.hosts[1]
	kept := func(path string) string { return filepath.Join(b.root, "var/lib/mindflow-releases", path) }
	still := func(t *testing.T) {
		t.Helper()
		f.on(t).serve("7.0.0")
		same(t, f.schema(), head)
		unchanged(t, before, f.on(t).data())
	}

	t.Run("a package of another architecture", func(t *testing.T) {
		f := f.on(t)
		other := filepath.Join(t.TempDir(), "mindflow_8.0.0_arm64.deb")
		must(t, os.Symlink(pack, other))
		f.run(other).is(t, 1, "there is no deb package for a (amd64). Nothing was changed.")
		lying := filepath.Join(t.TempDir(), "mindflow_8.0.0_amd64.deb")
		repacked(t, pack, lying, `sed -i 's/^Architecture: .*/Architecture: arm64/' DEBIAN/control; printf '\177ELF\002\001\001' >usr/bin/mindflow`)
		f.run(lying).is(t, 1, "a: the new binary does not run: ", "Nothing was changed.")
		still(t)
	})
	t.Run("a name that is no version, and one that is a command", func(t *testing.T) {
		f := f.on(t)
		dir := t.TempDir()
		for _, name := range []string{"mindflow_8.0.0;touch hurt_amd64.deb", "mindflow_$(touch hurt)_amd64.deb", "mindflow_.._amd64.deb", "mindflow_8.0.0'-x_amd64.deb"} {
			path := filepath.Join(dir, name)
			must(t, os.Symlink(pack, path))
			f.run(path).is(t, 1, " is no version")
		}
		for _, name := range []string{"-oProxyCommand=true", "x';touch hurt;'", "$(touch hurt)"} {
			if o := f.run(pack, name); o.code == 0 || strings.Contains(o.said, "switch") {
				t.Errorf("a host may be called %q", name)
			}
		}
		f.run("a/b'c d", pack).is(t, 1, "a/b'c d: ", "Nothing was changed.")
		for _, place := range []string{"", f.hosts[0].root, filepath.Join(f.hosts[0].root, "root"), dir} {
			if _, err := os.Stat(filepath.Join(place, "hurt")); err == nil {
				t.Error("a name was run in " + place)
			}
		}
		still(t)
	})
	t.Run("a package that arrives in part", func(t *testing.T) {
		f := f.on(t)
		hook := filepath.Join(f.dir, "b.before-take")
		write(t, hook, "#!/bin/sh\nhead -c 100000 >/dev/null\n")
		f.run(pack).is(t, 1, "b: the package did not arrive whole", "Nothing was changed.")
		must(t, os.Remove(hook))
		if _, err := os.Stat(kept("8.0.0/.arriving")); err == nil {
			t.Error("what arrived takes room")
		}
		still(t)
	})
	t.Run("a host that vanishes while it is copied to", func(t *testing.T) {
		f := f.on(t)
		hook := filepath.Join(f.dir, "b.before-take")
		write(t, hook, fmt.Sprintf("#!/bin/sh\n: >%s/b.down\nread -r _ _ _ asking _ </proc/$PPID/stat\nhead -c 1000000 >/dev/null\nkill -9 $PPID\n", f.dir))
		f.run(pack).is(t, 1, "Nothing was changed.")
		must(t, os.Remove(hook))
		must(t, os.Remove(filepath.Join(f.dir, "b.down")))
		still(t)
	})
	t.Run("a disk without room for the package", func(t *testing.T) {
		f := f.on(t)
		free := full(t, kept(""), "8m")
		f.next(pack).is(t, 1, "b: ", "No space left on device", "Nothing was changed.")
		if left, _ := filepath.Glob(kept("8.0.0/.*")); len(left) > 0 {
			t.Errorf("%q takes room", left)
		}
		free()
		still(t)
	})
	t.Run("a disk that fills up before the installation", func(t *testing.T) {
		f := f.on(t)
		free := full(t, filepath.Join(b.root, "usr/share/man"), "4k")
		f.run(pack).is(t, 1, "the installation failed: b: the package of 8.0.0 does not install: ", "put 7.0.0 back on b", "put 7.0.0 back on a", "a b serve 7.0.0 as before, schema "+head)
		free()
		still(t)
	})
	t.Run("a host that vanishes when it is switched", func(t *testing.T) {
		f := f.on(t)
		down := filepath.Join(f.dir, "b.down")
		hook := filepath.Join(f.dir, "b.before-switch")
		write(t, hook, "#!/bin/sh\n: >"+down+"\nexit 1\n")
		f.run(pack).is(t, 1, "NOT ALL HOSTS COULD BE PUT BACK", "Run it again, or with --rollback.")
		must(t, os.Remove(hook))
		must(t, os.Remove(down))
		f.next("--rollback").is(t, 0, "done: a b serve the version before 8.0.0, 7.0.0, schema "+head)
		still(t)
	})
	t.Run("dpkg that ends in the middle", func(t *testing.T) {
		f := f.on(t)
		// It ends with all that runs for the release there, as where a machine loses its power, but for the server.
		struck := b.strike(func() bool {
			_, err := os.Stat(filepath.Join(b.root, "usr/bin/mindflow.dpkg-new"))
			return err == nil
		})
		o := f.run(pack)
		if !struck() {
			t.Error("nothing was in the middle of anything")
		}
		o.is(t, 1, "8.0.0 was taken back: the installation failed: b", "a b serve 7.0.0 as before")
		if state := b.status(t); state != "install ok installed" {
			t.Errorf("the package is %s", state)
		}
		still(t)
	})
	t.Run("a migration that fails after a release that was interrupted", func(t *testing.T) {
		f := f.on(t)
		f.killed("b", "health", true, pack)
		// The hosts have 8.0.0 now, which was never kept: they go back before the schema does.
		hook := filepath.Join(f.dir, "a.before-migrate")
		write(t, hook, "#!/bin/sh\nexit 1\n")
		defer os.Remove(hook)
		f.next(better.pack(t)).is(t, 1, "the migration failed: a cannot be reached", "put 7.0.0 back on b", "a b serve 7.0.0 as before, schema "+head)
		still(t)
	})
	t.Run("a smoke test that is broken off", func(t *testing.T) {
		f := f.on(t)
		struck := b.strike(func() bool {
			_, err := os.Stat(kept("guest"))
			users, _ := debian.Try(t, f.hosts[0].root, "bash", "-c", "set -a; . /etc/mindflow/mindflow.env; mindflow user list")
			return err == nil && strings.Contains(users, "smoke.invalid")
		})
		o := f.run(slow.pack(t))
		if !struck() {
			t.Error("nothing was broken off")
		}
		o.is(t, 1, "the smoke test failed: b", "a b serve 7.0.0 as before")
		if users := f.mindflow("user list"); strings.Contains(users, "smoke.invalid") {
			t.Errorf("the account of the smoke test is still there:\n%s", users)
		}
		still(t)
	})
	t.Run("an older version than the one that runs", func(t *testing.T) {
		f := f.on(t)
		old := variant{version: "6.9.0"}.pack(t)
		f.run(old).is(t, 1, "a has 7.0.0, which is newer than 6.9.0: ", "Nothing was changed.")
		still(t)
	})
	t.Run("this source tree", func(t *testing.T) {
		f := f.on(t)
		version := strings.TrimSpace(output(t, exec.CommandContext(context.Background(), filepath.Join(top, "deploy/package/version.sh"))))
		bin, made := t.TempDir(), t.TempDir()
		pack := variant{version: version}.pack(t)
		name := "mindflow_" + strings.ReplaceAll(version, "-dev", "~dev") + "_amd64.deb"
		write(t, filepath.Join(bin, "make"), fmt.Sprintf("#!/bin/sh\necho \"$*\" >>%[1]s/asked\n[ ! -e %[1]s/broken ] || { echo 'the test of addition fails'; exit 2; }\ncase $* in *packages) cp %[2]q %[3]q ;; esac\n",
			bin, pack, filepath.Join(made, name)))
		f.settings = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "RELEASE_PACKAGES=" + made, "RELEASE_OLDER=yes", "RELEASE_KEEP=1"} // before 7.0.0 comes what leads to it

		write(t, filepath.Join(bin, "broken"), "")
		f.run().is(t, 1, "the test of addition fails", "the tests fail. Nothing was changed.")
		must(t, os.Remove(filepath.Join(bin, "broken")))
		still(t)
		f.run().is(t, 0, "a b serve "+version+", schema "+newest)
		if asked := read(t, filepath.Join(bin, "asked")); strings.Count(asked, " check\n") != 2 || strings.Count(asked, " packages\n") != 1 {
			t.Errorf("make was asked for %q", asked)
		}
		if left, _ := filepath.Glob(kept("[0-9]*")); len(left) != 2 {
			t.Errorf("%q is kept, and the version before has to be", left)
		}
		if left, _ := filepath.Glob(filepath.Join(f.hosts[0].root, "var/backups/mindflow/before-*")); len(left) != 1 {
			t.Errorf("%q is kept", left)
		}
		other := filepath.Join(t.TempDir(), name)
		must(t, os.Rename(variant{version: version, fault: "useless"}.pack(t), other))
		f.run(other).is(t, 1, "a has another "+version+" already: ", "Nothing was changed.")
		f.run("--rollback").is(t, 0, "a b serve 7.0.0, schema "+head)
		still(t)
	})
	p.intact(t)
}

// full puts a file system with little room over a folder, until the function it answers is called.
func full(t *testing.T, dir, size string) (free func()) {
	t.Helper()
	run(t, exec.CommandContext(context.Background(), "mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir))
	mounted := true
	free = func() {
		if mounted {
			mounted = false
			stage.Eventually(t, 10*time.Second, "nothing uses "+dir, func() bool {
				return exec.CommandContext(context.Background(), "umount", dir).Run() == nil
			})
		}
	}
	t.Cleanup(free)
	return free
}

// repacked makes another package of one, changed by some shell.
func repacked(t *testing.T, from, to, change string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	run(t, exec.CommandContext(context.Background(), "dpkg-deb", "--raw-extract", from, root))
	cmd := exec.CommandContext(context.Background(), "sh", "-ec", change)
	cmd.Dir = root
	run(t, cmd)
	run(t, exec.CommandContext(context.Background(), "dpkg-deb", "--root-owner-group", "-Znone", "--build", root, to))
}

// status is what dpkg says of the package.
func (h *host) status(t *testing.T) string {
	t.Helper()
	return output(t, exec.CommandContext(context.Background(), "chroot", h.root, "dpkg-query", "-W", "-f", "${Status}", "mindflow"))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// strike ends everything on a host but its server, once something is so. What it answers tells whether it came to that.
func (h *host) strike(when func() bool) (struck func() bool) {
	stop, hit := make(chan struct{}), make(chan bool, 1)
	go func() {
		for !when() {
			select {
			case <-stop:
				hit <- false
				return
			case <-time.After(time.Millisecond):
			}
		}
		all, _ := filepath.Glob("/proc/[0-9]*/root")
		for _, link := range all {
			at, _ := os.Readlink(link)
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "comm"))
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			if err == nil && at == h.root && strings.TrimSpace(string(name)) != "mindflow" {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		hit <- true
	}()
	return func() bool {
		close(stop)
		return <-hit
	}
}

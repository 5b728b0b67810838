package release

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// killer ends release.sh at once, when it is about to ask a host for something. What was asked for is done all the same, or is not.
const killer = `#!/bin/sh
rm "$0"
read -r _ _ _ asking _ </proc/$PPID/stat
kill -9 "$asking"
exit %d
`

// killed runs release.sh until it is killed at a verb on a host.
func (f *fleet) killed(host, verb string, done bool, args ...string) {
	f.t.Helper()
	code := 1
	if done {
		code = 0
	}
	hook := filepath.Join(f.dir, host+".before-"+verb)
	write(f.t, hook, fmt.Sprintf(killer, code))
	var said bytes.Buffer
	cmd := f.command(f.t.Context(), &said, args...)
	cmd.Env = append(cmd.Env, "HEALTH_SECONDS=1")
	err := cmd.Run()
	if _, left := os.Stat(hook); left == nil || cmd.ProcessState.ExitCode() != -1 {
		f.t.Fatalf("release.sh was not killed at %s on %s: %v\n%s", verb, host, err, said.String())
	}
}

// next runs release.sh once the host has let go of the lock of one that was killed.
func (f *fleet) next(args ...string) outcome {
	f.t.Helper()
	began := time.Now()
	for {
		o := f.run(args...)
		if !strings.Contains(o.said, "another release is under way") || time.Since(began) > 40*time.Second {
			return o
		}
		time.Sleep(time.Second)
	}
}

// After each step at which release.sh can end at once, the next one leads to a state that it names, and nothing is lost.
func TestAReleaseThatIsKilledAtAnyStepIsRepaired(t *testing.T) {
	if !long() {
		t.Skip("in the long form")
	}
	t.Parallel()
	f := newFleet(t, "a", "b")
	p := signUp(t, f.hosts[0].url)
	for i := range 5 {
		p.keep(t, fmt.Sprintf("task %d", i))
	}
	before := f.data()
	pack := good.pack(t)
	is := func(t *testing.T, version, schema string) {
		t.Helper()
		for _, h := range f.hosts {
			h.serves(t, version)
			if _, err := os.Stat(filepath.Join(h.root, "var/lib/mindflow-releases/underway")); err == nil {
				t.Errorf("%s thinks that a release is under way", h.name)
			}
		}
		same(t, f.schema(), schema)
	}
	for _, at := range []struct{ host, verb string }{
		{"b", "look"},
		{"b", "take"},
		{"b", "record"},
		{"a", "backup"},
		{"a", "begin"},
		{"b", "begin"},
		{"a", "migrate"},
		{"a", "switch"},
		{"b", "switch"},
		{"a", "health"},
		{"b", "smoke"},
		{"a", "schema_back"},
		{"a", "end_release"},
		{"b", "end_release"},
	} {
		t.Run(at.verb+" on "+at.host, func(t *testing.T) {
			f := f.on(t)
			unbegun := slices.Contains([]string{"look", "take", "record", "backup"}, at.verb)
			if at.verb != "schema_back" {
				f.killed(at.host, at.verb, false, pack)
			}
			f.next(pack).is(t, 0, "serve")
			is(t, "8.0.0", newest)

			if at.verb != "take" && at.verb != "migrate" { // which are no steps of a rollback
				last := at.verb == "end_release" && at.host == "b" // after which there is nothing to do
				f.killed(at.host, at.verb, !last, "--rollback")
			}
			f.next("--rollback").is(t, 0, "done: a b serve ", "7.0.0")
			is(t, "7.0.0", head)

			if at.verb == "schema_back" {
				return
			}
			f.killed(at.host, at.verb, true, pack)
			if o := f.next("--rollback"); unbegun {
				o.is(t, 1, "a has no version before 7.0.0. Nothing was changed.")
			} else {
				o.is(t, 0, "done: a b serve ", "7.0.0")
			}
			is(t, "7.0.0", head)
			unchanged(t, before, f.data())
		})
		if t.Failed() {
			return
		}
	}
}

// Whoever sleeps for longer than a lock lasts finds another release, and lets it be.
func TestAReleaseThatSleptLeavesTheNextOneAlone(t *testing.T) {
	if !long() {
		t.Skip("in the long form")
	}
	t.Parallel()
	f := newFleet(t, "a")
	var said stage.Logbook
	slept := f.command(t.Context(), &said, good.pack(t))
	slept.Env = append(slept.Env, "HEALTH_SECONDS=120")
	must(t, slept.Start())
	stage.Eventually(t, 2*time.Minute, "the host is watched", func() bool { return strings.Contains(said.String(), "health of a") })
	time.Sleep(time.Second)
	all := scripts(slept.Process.Pid) // with what keeps its lock
	if len(all) < 2 {
		t.Fatalf("release.sh runs as %d", all)
	}
	for _, pid := range all {
		must(t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	f.next(better.pack(t)).is(t, 0, "done: a serve 8.1.0")
	for _, pid := range all {
		must(t, syscall.Kill(pid, syscall.SIGCONT))
	}
	_ = slept.Wait()
	t.Log(said.String())
	outcome{slept.ProcessState.ExitCode(), said.String()}.is(t, 1, "Nothing was taken back, for a: another release was made meanwhile.")
	f.serve("8.1.0")
	same(t, f.schema(), newest)
}

// scripts are the processes of a group that run release.sh.
func scripts(group int) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		raw, _ := os.ReadFile(path)
		words := strings.Split(string(raw), "\x00")
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if at, err := syscall.Getpgid(pid); err == nil && at == group && len(words) > 1 && strings.HasSuffix(words[1], "deploy/release.sh") {
			pids = append(pids, pid)
		}
	}
	return pids
}

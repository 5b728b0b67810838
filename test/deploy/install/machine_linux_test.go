package install_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// machine is a Debian with processes and a network of its own: no daemon and no
// firewall in it is anybody else's. It has no systemd; a stand-in starts what
// is to run.
type machine struct {
	t    *testing.T
	root string
	init int // the first of its processes, as the host counts
}

func newMachine(t *testing.T, packages ...string) *machine {
	t.Helper()
	return machineOf(t, debian.Root(t, packages...))
}

func machineOf(t *testing.T, root string) *machine {
	t.Helper()
	m := &machine{t: t, root: root}
	const enter = `mount -t proc proc "$0/proc" && ip link set lo up && exec chroot "$0" bash -c 'while :; do sleep 60 & wait $!; done'`
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", enter, m.root)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // and with it all that runs in there
		_ = cmd.Wait()
	})
	stage.Eventually(t, 20*time.Second, "the machine has started", func() bool {
		child, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
		if err != nil {
			return false
		}
		_, _ = fmt.Sscan(string(child), &m.init)
		at, err := os.Readlink(fmt.Sprintf("/proc/%d/root", m.init))
		return err == nil && at == m.root
	})
	m.copy("../../../deploy", "/root/deploy")
	m.copy("testdata/systemctl", "/usr/bin/systemctl")
	m.copy(thePackage(t), "/root/mindflow.deb")
	return m
}

// command is one inside.
func (m *machine) command(ctx context.Context, words ...string) *exec.Cmd {
	enter := []string{"--target", fmt.Sprint(m.init), "--mount", "--net", "--pid", "--root", "--wd", "--"}
	cmd := exec.CommandContext(ctx, "nsenter", append(enter, words...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"}
	cmd.WaitDelay = time.Second
	return cmd
}

// try runs a script inside, and answers what it said and how it ended.
func (m *machine) try(script string) (string, int) {
	m.t.Helper()
	return m.tryUnder(nil, script)
}

// traced is try, and answers as well which programs were started, with their arguments.
// Daemons that it starts go on being looked at.
func (m *machine) traced(script string) (said string, code int, started string) {
	m.t.Helper()
	stage.Installed(m.t, "strace", "strace")
	trace := filepath.Join(m.t.TempDir(), "trace")
	said, code = m.tryUnder([]string{"strace", "-D", "-f", "--seccomp-bpf", "-qq", "-s", "10000", "-e", "trace=execve", "-o", trace}, script)
	text, err := os.ReadFile(trace)
	if err != nil {
		m.t.Fatal(err)
	}
	return said, code, string(text)
}

// tryUnder has a program of the host's run what runs the script inside.
func (m *machine) tryUnder(program []string, script string) (string, int) {
	m.t.Helper()
	limit := 3 * time.Minute
	if long() { // a hundred packages are unpacked and synced
		limit = 15 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	said, err := os.CreateTemp(m.t.TempDir(), "said-") // a file: daemons may hold it open
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := m.command(ctx, "bash", "-c", "cd /root\n"+script)
	if program != nil {
		under := exec.CommandContext(ctx, program[0], append(program[1:], cmd.Args...)...)
		under.Env, under.WaitDelay = cmd.Env, cmd.WaitDelay
		cmd = under
	}
	cmd.Stdout, cmd.Stderr = said, said
	_ = cmd.Run()
	text, err := os.ReadFile(said.Name())
	if err != nil || ctx.Err() != nil {
		m.t.Fatalf("%s: %v %v\n%s", script, err, ctx.Err(), text)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// run is try for what must succeed.
func (m *machine) run(script string) string {
	m.t.Helper()
	said, code := m.try(script)
	if code != 0 {
		m.t.Fatalf("%s: exit code %d\n%s", script, code, said)
	}
	return said
}

func (m *machine) read(path string) string {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, path))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

func (m *machine) write(path, text string, mode os.FileMode) {
	m.t.Helper()
	full := filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(full, mode); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) has(path string) bool {
	_, err := os.Lstat(filepath.Join(m.root, path))
	return err == nil
}

// owned says whose a file is, and its mode.
func (m *machine) owned(path string) string {
	m.t.Helper()
	return strings.TrimSpace(m.run("stat -c '%U:%G %a' " + path))
}

func (m *machine) copy(from, to string) {
	m.t.Helper()
	if said, err := exec.CommandContext(m.t.Context(), "cp", "-aT", from, filepath.Join(m.root, to)).CombinedOutput(); err != nil {
		m.t.Fatalf("%v: %s", err, said)
	}
}

// sql runs a statement by the server's role.
func (m *machine) sql(statement string) (string, int) {
	m.t.Helper()
	return m.try(fmt.Sprintf(`psql -qAtX -v ON_ERROR_STOP=1 -d "$(sed -n 's/^DATABASE_URL=//p' /etc/mindflow/mindflow.env)" -c "%s"`, statement))
}

// thePackage is mindflow's, the newest that make packages has made.
func thePackage(t *testing.T) string {
	t.Helper()
	made, _ := filepath.Glob("../../../bin/packages/mindflow_*_" + runtime.GOARCH + ".deb")
	if len(made) == 0 {
		stage.Missing(t, "there is no package: make packages makes it")
	}
	return slices.MaxFunc(made, func(a, b string) int { return written(t, a).Compare(written(t, b)) })
}

func written(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

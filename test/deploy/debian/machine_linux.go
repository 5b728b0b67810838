package debian

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mindflow/test/stage"
)

// bootTime is how long a machine may take to start.
const bootTime = time.Minute

// Machine is a Debian that was started: systemd is its first process, and it has
// its own processes and a network in which nothing is but itself.
type Machine struct {
	Root string // its files, seen from outside

	init int // systemd
}

// Boot starts a Debian with these packages installed. It ends with the test.
func Boot(t *testing.T, packages ...string) *Machine {
	t.Helper()
	m := &Machine{Root: Root(t, append([]string{"systemd"}, packages...)...)}
	// Groups of their own for its processes, of each hierarchy that systemd wants;
	// the root is changed as a machine does it, since whoever was only moved by
	// chroot may make no namespaces, and services have theirs.
	const boot = `set -e
	for dir in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
		[ -e "$dir/cgroup.procs" ] || continue
		mkdir -p "$dir/$1"
		echo $$ >"$dir/$1/cgroup.procs"
	done
	exec unshare --pid --fork --mount --uts --ipc --cgroup --net --kill-child sh -c "$2" "$0"`
	const start = `set -e
	mount --make-rprivate /
	mount --bind "$0" "$0"
	cd "$0"
	mount -t proc proc proc
	mount -t sysfs -o ro sysfs sys
	mount -t tmpfs -o mode=755 tmpfs run
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
		mount -t cgroup2 cgroup2 sys/fs/cgroup
	else
		mount -t tmpfs tmpfs sys/fs/cgroup
		mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
		mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
		mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
	fi
	mkdir -p .outside
	pivot_root . .outside
	cd /
	umount -l /.outside
	rmdir /.outside
	exec /lib/systemd/systemd --log-target=console --show-status=no`

	group := "debian-" + strconv.Itoa(os.Getpid()) + "-" + filepath.Base(filepath.Dir(m.Root))
	var said bytes.Buffer
	cmd := exec.CommandContext(context.Background(), "sh", "-c", boot, m.Root, group, start)
	cmd.Env = append(environment(), "container=mindflow-test")
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	must(t, cmd.Start(), "start a machine")
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // and with it all that runs in the machine
		_ = cmd.Wait()
		disband(t, group)
		if t.Failed() {
			t.Logf("the machine said:\n%s", said.String())
		}
	})
	var state string
	for until := time.Now().Add(bootTime); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if m.init == 0 {
			m.init = systemdOf(cmd.Process.Pid)
			continue
		}
		state, _ = m.try("systemctl", "is-system-running")
		if state = strings.TrimSpace(state); state == "running" || state == "degraded" {
			return m
		}
	}
	stage.Missing(t, "no systemd starts here: "+state)
	return nil
}

// disband takes the groups of a machine's processes away, once they have ended.
func disband(t *testing.T, group string) {
	t.Helper()
	var said []byte
	for range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), runTime)
		all := exec.CommandContext(ctx, "find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", "*/"+group+"*", "-exec", "rmdir", "{}", "+")
		var err error
		said, err = all.CombinedOutput()
		cancel()
		if err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("something in the machine does not end: %s", said)
}

// systemdOf is the child of who makes the namespaces, once it is systemd.
func systemdOf(pid int) int {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	child, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		return 0
	}
	if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child)); strings.TrimSpace(string(name)) != "systemd" {
		return 0
	}
	return child
}

// Run runs a command in the machine as root, and answers what it printed. It has
// two minutes, and the test fails if it fails.
func (m *Machine) Run(t *testing.T, command ...string) string {
	t.Helper()
	said, err := m.try(command...)
	if err != nil {
		journal, _ := m.try("journalctl", "--no-pager", "-n", "30", "-o", "cat")
		t.Fatalf("%s: %v\n%s\nThe journal:\n%s", strings.Join(command, " "), err, said, journal)
	}
	return said
}

// Try is Run for a command that may fail.
func (m *Machine) Try(t *testing.T, command ...string) (string, error) {
	t.Helper()
	return m.try(command...)
}

func (m *Machine) try(command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	said, err := m.Command(ctx, command...).CombinedOutput()
	return string(said), err
}

// Command is a command in the machine, as root.
func (m *Machine) Command(ctx context.Context, command ...string) *exec.Cmd {
	words := append([]string{"-t", strconv.Itoa(m.init), "-m", "-p", "-u", "-i", "-n", "-C", "--"}, command...)
	cmd := exec.CommandContext(ctx, "nsenter", words...)
	cmd.Env = environment()
	cmd.WaitDelay = time.Second
	return cmd
}

// Dial connects to an address of the machine's own network.
func (m *Machine) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	type dialed struct {
		conn net.Conn
		err  error
	}
	done := make(chan dialed, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine, since it is elsewhere
		var d dialed
		where, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.init))
		if err == nil {
			err = unix.Setns(int(where.Fd()), unix.CLONE_NEWNET)
			_ = where.Close()
		}
		if d.err = err; err == nil {
			var dialer net.Dialer
			d.conn, d.err = dialer.DialContext(ctx, network, address)
		}
		done <- d
	}()
	d := <-done
	return d.conn, d.err
}

// HTTP is a client that reaches the machine's own network, by a connection for
// each request.
func (m *Machine) HTTP() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: m.Dial, DisableKeepAlives: true}}
}

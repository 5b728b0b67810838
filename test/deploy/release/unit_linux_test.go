package release

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// units stands in for systemd on a host: it starts what the package's unit says, as its user, with its settings
// and the socket of its socket unit, hears when it is ready, and starts it again when it ends.
type units struct {
	t       *testing.T
	root    string
	address string // where its socket listens, since hosts share the machine's addresses

	mu      sync.Mutex // one order at a time
	control net.Listener
	socket  *os.File // held while the service restarts: connections wait in it
	running *service

	logged sync.Mutex
	log    bytes.Buffer
}

// service is one life of the unit, with all its restarts.
type service struct {
	stop  chan struct{}
	ended chan struct{}
	ready chan bool // what became of the first start

	mu sync.Mutex
	up bool
}

const (
	migrateFile = "lib/systemd/system/mindflow-migrate.service"
	serviceFile = "lib/systemd/system/mindflow.service"
	socketFile  = "lib/systemd/system/mindflow.socket"
)

// client is what the host has as systemctl.
const client = `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/%d || exit 1
printf '%%s\n' "$*" >&3
IFS= read -r code <&3
[[ " $* " != *" is-enabled "* ]] || echo enabled
exit "${code:-1}"
`

func newUnits(t *testing.T, root, address string) *units {
	t.Helper()
	control, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	u := &units{t: t, root: root, address: address, control: control}
	script := fmt.Sprintf(client, control.Addr().(*net.TCPAddr).Port)
	must(t, os.WriteFile(filepath.Join(root, "usr/bin/systemctl"), []byte(script), 0o755))
	must(t, os.MkdirAll(filepath.Join(root, "run/systemd/system"), 0o755))
	go u.listen()
	t.Cleanup(func() {
		_ = control.Close()
		u.obey("stop", "mindflow.service")
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.socket != nil {
			_ = u.socket.Close()
		}
	})
	return u
}

func (u *units) listen() {
	for {
		conn, err := u.control.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			line, _ := bufio.NewReader(conn).ReadString('\n')
			if strings.Contains(line, "--no-block") {
				fmt.Fprintln(conn, 0)
			}
			var words []string
			for word := range strings.FieldsSeq(line) {
				if !strings.HasPrefix(word, "-") {
					words = append(words, word)
				}
			}
			code := 0
			if len(words) > 0 {
				code = u.obey(words[0], strings.Join(words[1:], " "))
			}
			fmt.Fprintln(conn, code)
		}()
	}
}

// obey does what systemctl is asked for, and answers its exit code.
func (u *units) obey(verb, names string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !strings.Contains(names, "mindflow") {
		return 0
	}
	if names == "mindflow-migrate.service" {
		if verb == "start" && u.command(migrateFile, "ExecStart").Run() != nil {
			return 1
		}
		return 0
	}
	if strings.Contains(names, "mindflow.socket") && !strings.Contains(names, "mindflow.service") {
		if verb == "start" || verb == "restart" {
			u.bind()
		}
		return 0
	}
	switch verb {
	case "is-active":
		if u.running == nil || !u.running.is() {
			return 3
		}
	case "stop":
		u.stop()
	case "start":
		if u.running == nil || !u.running.is() {
			return u.start()
		}
	case "try-restart":
		if u.running != nil {
			return u.start()
		}
	case "restart", "reload-or-restart":
		return u.start()
	}
	return 0
}

func (u *units) stop() {
	if u.running == nil {
		return
	}
	close(u.running.stop)
	<-u.running.ended
	u.running = nil
}

// bind makes the socket, if the package has one.
func (u *units) bind() {
	if u.socket != nil || u.said(socketFile, "ListenStream") == "" {
		return
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", u.address)
	if err != nil {
		u.t.Error(err)
		return
	}
	defer listener.Close()
	if u.socket, err = listener.(*net.TCPListener).File(); err != nil {
		u.t.Error(err)
	}
}

// start starts the service anew, and waits until it is ready.
func (u *units) start() int {
	u.stop()
	u.bind()
	s := &service{stop: make(chan struct{}), ended: make(chan struct{}), ready: make(chan bool, 1)}
	u.running = s
	go u.keep(s)
	if <-s.ready {
		return 0
	}
	return 1
}

// keep runs the service again and again, until it is stopped.
func (u *units) keep(s *service) {
	defer close(s.ended)
	wait, err := strconv.Atoi(u.said(serviceFile, "RestartSec"))
	if err != nil {
		wait = 10
	}
	for {
		u.live(s)
		select {
		case s.ready <- false:
		default:
		}
		select {
		case <-s.stop:
			return
		case <-time.After(time.Duration(wait) * time.Second):
		}
	}
}

// live is one process of the service, from its start to its end.
func (u *units) live(s *service) {
	cmd := u.command(serviceFile, "ExecStart")
	heard := u.hear(cmd)
	defer heard.Close()
	if u.socket != nil {
		cmd.ExtraFiles = []*os.File{u.socket}
		cmd.Env = append(cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=mindflow.socket")
	}
	if err := cmd.Start(); err != nil {
		u.t.Error(err)
		return
	}
	if u.said(serviceFile, "Type") == "notify" {
		patience, err := strconv.Atoi(cmp.Or(u.said("../run/systemd/system/mindflow.service.d/release.conf", "TimeoutStartSec"), u.said(serviceFile, "TimeoutStartSec")))
		if err != nil {
			u.t.Error(err)
		}
		defer time.AfterFunc(time.Duration(patience)*time.Second, func() {
			if !s.is() {
				_ = cmd.Process.Kill()
			}
		}).Stop()
		go func() {
			words := make([]byte, 4096)
			for {
				n, err := heard.Read(words)
				if err != nil {
					return
				}
				if strings.Contains(string(words[:n]), "READY=1") {
					s.is(true)
				}
			}
		}()
	} else {
		s.is(true)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	select {
	case <-ended:
	case <-s.stop:
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	}
	s.mu.Lock()
	s.up = false
	s.mu.Unlock()
}

// is answers whether the service is up, or says that it is.
func (s *service) is(up ...bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(up) > 0 {
		s.up = up[0]
		select {
		case s.ready <- true:
		default:
		}
	}
	return s.up
}

// hear makes the socket on which a process says that it is ready.
func (u *units) hear(cmd *exec.Cmd) io.ReadCloser {
	path := filepath.Join(u.root, "run/notify")
	_ = os.Remove(path)
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		u.t.Error(err)
		return io.NopCloser(strings.NewReader(""))
	}
	if err := os.Chmod(path, 0o777); err != nil {
		u.t.Error(err)
	}
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET=/run/notify")
	return heard
}

// command is a command of a unit, as its user and with its settings.
func (u *units) command(file, name string) *exec.Cmd {
	line := strings.TrimLeft(u.said(file, name), "+-!@")
	words := append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`}, strings.Fields(line)...)
	cmd := exec.CommandContext(context.Background(), "/bin/sh", words...)
	uid, gid := u.user(u.said(file, "User"))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: u.root, Setpgid: true,
		Credential: &syscall.Credential{Uid: uid, Gid: gid},
	}
	cmd.Dir = "/var/lib/mindflow"
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/var/lib/mindflow"}
	content, _ := os.ReadFile(filepath.Join(u.root, "etc/mindflow/mindflow.env"))
	if file == migrateFile {
		more, _ := os.ReadFile(filepath.Join(u.root, "etc/mindflow/migrate.env"))
		content = append(content, more...)
	}
	for line := range strings.Lines(string(content)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			cmd.Env = append(cmd.Env, name+"="+strings.Trim(value, `"'`))
		}
	}
	cmd.Stdout, cmd.Stderr = u, u
	return cmd
}

// Write takes in what the service says.
func (u *units) Write(said []byte) (int, error) {
	u.logged.Lock()
	defer u.logged.Unlock()
	return u.log.Write(said)
}

// journal is the last of what the service said, but for requests.
func (u *units) journal() string {
	u.logged.Lock()
	defer u.logged.Unlock()
	var lines []string
	for line := range strings.Lines(u.log.String()) {
		if !strings.Contains(line, `"msg":"request"`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-20):], "")
}

// said is what a unit's file says for a name, the last word of several.
func (u *units) said(file, name string) (value string) {
	content, err := os.ReadFile(filepath.Join(u.root, "usr", file))
	if err != nil {
		content, _ = os.ReadFile(filepath.Join(u.root, file))
	}
	for line := range strings.Lines(string(content)) {
		if said, ok := strings.CutPrefix(line, name+"="); ok {
			value = strings.TrimSpace(said)
		}
	}
	return value
}

// user is a user of the host's.
func (u *units) user(name string) (uid, gid uint32) {
	content, _ := os.ReadFile(filepath.Join(u.root, "etc/passwd"))
	for line := range strings.Lines(string(content)) {
		if fields := strings.Split(line, ":"); len(fields) > 3 && fields[0] == name {
			u, _ := strconv.ParseUint(fields[2], 10, 32)
			g, _ := strconv.ParseUint(fields[3], 10, 32)
			return uint32(u), uint32(g)
		}
	}
	u.t.Errorf("the host has no user %q", name)
	return 65534, 65534
}

package faults

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// socket is one that connections wait at, whether a server listens or not.
type socket struct {
	file *os.File
	at   string
}

// hold opens a socket as systemd does for a socket unit.
func hold(t *testing.T) socket {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return socket{file, listener.Addr().String()}
}

// handing is a server's command that hands files over to it: the shell names its own
// process, and becomes the server.
func handing(t *testing.T, files ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" serve`, stage.Program(t))
	cmd.ExtraFiles = files
	return cmd
}

// Seen red with a server that opened a listener of its own.
func TestASocketThatIsHandedOverIsListenedOn(t *testing.T) {
	held := hold(t)
	s := launch(t, handing(t, held.file), []string{"LISTEN_FDS=1", "LISTEN_ADDR=127.0.0.1:1"}, nil).ready()
	if s.url != "http://"+held.at || !strings.Contains(s.said(), `"from":"LISTEN_FDS"`) {
		t.Errorf("it listens on %s, and the socket is %s: %s", s.url, held.at, s.said())
	}
}

func TestASocketForAnotherProcessIsLeftAlone(t *testing.T) {
	s := start(t, "LISTEN_FDS=1", "LISTEN_PID=1").ready()
	if !strings.Contains(s.said(), `"from":"LISTEN_ADDR"`) {
		t.Error(s.said())
	}
}

func TestWhatCannotBeListenedOnIsRefused(t *testing.T) {
	one, another := hold(t), hold(t)
	datagrams, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer datagrams.Close()
	udp, err := datagrams.(*net.UDPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	path, err := new(net.ListenConfig).Listen(t.Context(), "unix", t.TempDir()+"/socket")
	if err != nil {
		t.Fatal(err)
	}
	defer path.Close()
	unix, err := path.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	for name, row := range map[string]struct {
		files []*os.File
		fds   string
		want  string
	}{
		"two sockets":   {[]*os.File{one.file, another.file}, "2", "hands over 2 sockets, and the server listens on one"},
		"datagrams":     {[]*os.File{udp}, "1", "takes no connections"},
		"a path":        {[]*os.File{unix}, "1", "of the kind unix: it must be TCP"},
		"nothing there": {nil, "1", "takes no connections"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := handing(t, row.files...)
			cmd.Env = environment(t, []string{"LISTEN_FDS=" + row.fds})
			out, err := cmd.CombinedOutput()
			if err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), row.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// One server is started anew, twice, while requests come, one after the other
// and several at once, on connections that are kept and on new ones. Seen red with SHUTDOWN_DELAY=0s:
// connections that were kept were cut.
func TestARestartOfOneServerLosesNoRequest(t *testing.T) {
	held := hold(t)
	settings := []string{
		"LISTEN_FDS=1", "DATABASE_URL=" + postgres(t), "ENVIRONMENT=production", "SHUTDOWN_DELAY=500ms", "SHUTDOWN_TIMEOUT=10s",
	}
	s := launch(t, handing(t, held.file), settings, nil).ready()
	ada := signUp(t, s.url, "ada@example.com")
	alone := *ada
	alone.http = &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: 20 * time.Second}
	fresh := *ada
	fresh.http = oneTime
	kept, single, each := newLedger(), newLedger(), newLedger()
	stops := []func() []error{load(ada, kept, 4), load(&alone, single, 1), load(&fresh, each, 2)}
	for range 2 {
		time.Sleep(500 * time.Millisecond)
		s.signal(syscall.SIGTERM)
		if state := s.end(15 * time.Second); !state.Success() {
			t.Errorf("it ended with %s: %s", state, s.said())
		}
		s = launch(t, handing(t, held.file), settings, nil).ready()
	}
	time.Sleep(500 * time.Millisecond)
	for _, stop := range stops {
		wrong := stop()
		for _, err := range wrong[:min(len(wrong), 10)] {
			t.Error(err)
		}
	}
	kept.balance(t, ada)
	t.Logf("%d writes and %d reads across two restarts", kept.writes+single.writes+each.writes, kept.reads+single.reads+each.reads)
}

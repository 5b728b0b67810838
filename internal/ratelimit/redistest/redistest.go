// Package redistest gives tests a real Redis of their own, which they may kill,
// freeze and wipe.
package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

const startsWithin = 10 * time.Second

// Server is a redis-server on a loopback port. It keeps nothing on disk and
// ends with the test.
type Server struct {
	// Address is its host and port, the same after a restart.
	Address string

	tb      testing.TB
	folder  string
	options []string
	cmd     *exec.Cmd
	exited  chan struct{}
}

// Start starts a Redis, with further options as on redis-server's command line.
// Where there is no redis-server the test is skipped; under CI=true it fails.
func Start(tb testing.TB, options ...string) *Server {
	tb.Helper()
	binary := stage.Installed(tb, "redis-server", "redis-server")
	s := &Server{tb: tb, folder: tb.TempDir(), options: append([]string{binary}, options...)}
	tb.Cleanup(s.Kill)
	const tries = 5 // somebody else may take the port in between
	var err error
	for range tries {
		s.Address = stage.FreeAddress(tb)
		if err = s.start(); err == nil {
			return s
		}
	}
	tb.Fatalf("start redis-server: %v", err)
	return nil
}

// URL is what REDIS_URL would be.
func (s *Server) URL() string { return "redis://" + s.Address + "/0" }

// Kill ends it at once, as kill -9 does.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may be gone
	<-s.exited
	s.cmd = nil
}

// Restart starts it again after Kill, empty.
func (s *Server) Restart() {
	s.tb.Helper()
	if err := s.start(); err != nil {
		s.tb.Fatalf("restart redis-server: %v", err)
	}
}

// Freeze stops it without closing anything: connections hang.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// Wipe removes all it holds, scripts too.
func (s *Server) Wipe() {
	s.tb.Helper()
	for _, command := range []string{"FLUSHALL", "SCRIPT FLUSH"} {
		if answer, err := s.Ask(command); err != nil || answer != "+OK" {
			s.tb.Fatalf("%s: %s, %v", command, answer, err)
		}
	}
}

// Ask sends one command on a connection of its own and answers the first line
// of what comes back, as it is.
func (s *Server) Ask(command string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	line, _, _ := strings.Cut(string(answer[:n]), "\r\n")
	return line, err
}

func (s *Server) signal(sig syscall.Signal) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.tb.Fatalf("signal redis-server: %v", err)
	}
}

func (s *Server) start() error {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return err
	}
	logfile := filepath.Join(s.folder, "log")
	args := append([]string{
		"--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--dir", s.folder, "--logfile", logfile, "--daemonize", "no",
	}, s.options[1:]...)
	cmd := exec.Command(s.options[0], args...)                         //nolint:noctx // it ends with the test, by Kill
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test that is killed leaves nothing behind
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in cmd.ProcessState
		close(exited)
	}()
	s.cmd, s.exited = cmd, exited
	for end := time.Now().Add(startsWithin); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-exited:
			s.cmd = nil
			said, _ := os.ReadFile(logfile)
			return fmt.Errorf("it ended: %v\n%s", cmd.ProcessState, said)
		default:
		}
		if answer, err := s.Ask("PING"); err == nil && answer == "+PONG" {
			return nil
		}
	}
	s.Kill()
	return errors.New("it does not answer")
}

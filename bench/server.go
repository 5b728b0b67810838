package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	startsWithin = 30 * time.Second
	stopsWithin  = 20 * time.Second
)

// serverSpec says how to start the server under test.
type serverSpec struct {
	binary   string
	dataDir  string
	database string   // empty: a SQLite file in dataDir
	settings []string // further environment, NAME=value
	under    []string // a command the server is started under, such as strace
}

// server is a running server that this process started.
type server struct {
	base    string
	pid     int           // of the server itself, also when it runs under another command
	started time.Duration // from exec to the first 200 of /health
	log     string
	cmd     *exec.Cmd
	exited  chan struct{}
}

func startServer(ctx context.Context, spec serverSpec) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	logFile, err := os.OpenFile(filepath.Join(filepath.Dir(spec.dataDir), "server.log"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer logFile.Close()

	line := append(append([]string{}, spec.under...), spec.binary, "serve")
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(bareEnvironment(),
		"DATA_DIR="+spec.dataDir, "LISTEN_ADDR="+address, "LOG_LEVEL=error", "ENVIRONMENT=development",
		// The limiter runs, as it does for everybody, but never refuses.
		"RATE_LIMIT_USER=100000/s", "RATE_LIMIT_READ=100000/s", "RATE_LIMIT_AUTH=100000/s", "RATE_LIMIT_SIGNIN=100000/s")
	if spec.database != "" {
		cmd.Env = append(cmd.Env, "DATABASE_URL="+spec.database)
	}
	cmd.Env = append(cmd.Env, spec.settings...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopsWithin
	// A benchmark that is killed leaves no server behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}

	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	s := &server{base: "http://" + address, pid: cmd.Process.Pid, log: logFile.Name(), cmd: cmd, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in cmd.ProcessState
		close(s.exited)
	}()
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.started = time.Since(began)
	if len(spec.under) > 0 {
		if s.pid, err = childOf(cmd.Process.Pid); err != nil {
			s.pid = cmd.Process.Pid
			return nil, errors.Join(err, s.stop())
		}
	}
	return s, nil
}

// ready returns at the first 200 of /health. A refused connection costs nothing, so it asks often: the time to the
// first answer is a figure of the report.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startsWithin)
	defer cancel()
	c := newClient(s.base, "", 1)
	defer c.close()
	var answer bytes.Buffer
	for beat := newPace(time.Now(), 500*time.Microsecond); beat.wait(ctx); {
		if _, err := c.do(ctx, get("/health"), &answer); err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("the server ended before it answered: %v\n%s", s.cmd.ProcessState, s.lastWords())
		default:
		}
	}
	return fmt.Errorf("no 200 from /health within %v\n%s", startsWithin, s.lastWords())
}

// stop asks the server to end and waits; one that does not is killed, which is an error.
func (s *server) stop() error {
	select {
	case <-s.exited:
		return nil
	default:
	}
	if err := syscall.Kill(s.pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop the server: %w", err)
	}
	select {
	case <-s.exited:
		return nil
	case <-time.After(stopsWithin):
	}
	_ = syscall.Kill(s.pid, syscall.SIGKILL)
	_ = s.cmd.Process.Kill()
	<-s.exited
	return fmt.Errorf("the server did not end within %v of SIGTERM and was killed", stopsWithin)
}

// lastWords is the end of the server's log, for a failure's message.
func (s *server) lastWords() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// bareEnvironment keeps the developer's own settings (a DATABASE_URL, a LOG_LEVEL, a GOMAXPROCS) out of the measurement.
func bareEnvironment() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

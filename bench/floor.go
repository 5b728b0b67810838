package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// floorBytes is the size of the bare handler's answer: about a task without its description.
const floorBytes = 300

// serveFloor answers every request with 300 bytes of JSON until its input ends: when the benchmark dies, however it
// dies, the pipe closes and the floor goes with it. Its first line of output is its address.
func serveFloor(ctx context.Context, input io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	const head, tail = `{"answer":"`, `"}`
	answer := []byte(head + strings.Repeat("x", floorBytes-len(head)-len(tail)) + tail)
	server := &http.Server{ReadHeaderTimeout: answerWithin, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // a client that left is no concern of the floor's
	})}
	if _, err := fmt.Fprintln(out, "http://"+listener.Addr().String()); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		_, _ = io.Copy(io.Discard, input)
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// floorProcess is the bare handler, alone in a process as the server is.
type floorProcess struct {
	base  string
	input io.Closer
	cmd   *exec.Cmd
}

func startFloor(ctx context.Context) (*floorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-floor")
	cmd.Env = bareEnvironment()
	cmd.WaitDelay = 5 * time.Second
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	f := &floorProcess{input: input, cmd: cmd}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the floor's address: %w", err), f.stop())
	}
	f.base = strings.TrimSpace(line)
	return f, nil
}

func (f *floorProcess) stop() error {
	_ = f.input.Close()
	if err := f.cmd.Wait(); err != nil {
		return fmt.Errorf("stop the floor: %w", err)
	}
	return nil
}

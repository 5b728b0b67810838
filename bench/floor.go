package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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
// dies, the pipe closes and the floor goes with it. Its first line of output is its address. With a PostgreSQL it has
// further routes that ask that first.
func serveFloor(ctx context.Context, input io.Reader, out io.Writer, database string) (err error) {
	const head, tail = `{"answer":"`, `"}`
	text := []byte(head + strings.Repeat("x", floorBytes-len(head)-len(tail)) + tail)
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // a client that left is no concern of the floor's
	}
	mux := http.NewServeMux()
	if database != "" {
		d, opening := openDatabaseFloor(ctx, database)
		if opening != nil {
			return opening
		}
		defer func() { err = errors.Join(err, d.close(context.WithoutCancel(ctx))) }()
		d.handle(mux, answer)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: answerWithin, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" { // past the mux: the floor stays bare
			answer(w, r)
			return
		}
		mux.ServeHTTP(w, r)
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

func startFloor(ctx context.Context, database string) (*floorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-floor", "-database", database)
	var said bytes.Buffer // only why it failed
	cmd.Stderr = &said
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
		return nil, errors.Join(fmt.Errorf("read the floor's address: %w", err), f.stop(), errors.New(strings.TrimSpace(said.String())))
	}
	f.base = strings.TrimSpace(line)
	return f, nil
}

// startFloor starts the bare handler, and on PostgreSQL notes what it says of that.
func (b *bench) startFloor(ctx context.Context) (err error) {
	if b.floor, err = startFloor(ctx, b.o.database); err != nil {
		return fmt.Errorf("start the floor: %w", err)
	}
	if b.o.database == "" {
		return nil
	}
	if b.report.Settings, err = b.floor.settings(ctx); err != nil {
		return errors.Join(fmt.Errorf("ask the database for its settings: %w", err), b.floor.stop())
	}
	if !b.report.Settings.lasting() {
		b.report.Notes = append(b.report.Notes, "By its settings this PostgreSQL can lose what it has committed: the figures of "+
			"writes are too good.")
	}
	return nil
}

func (f *floorProcess) settings(ctx context.Context) (*databaseSettings, error) {
	c := newClient(f.base, "", 1)
	defer c.close()
	var answer bytes.Buffer
	if _, err := c.do(ctx, get("/settings"), &answer); err != nil {
		return nil, err
	}
	s := new(databaseSettings)
	return s, json.Unmarshal(answer.Bytes(), s)
}

func (f *floorProcess) stop() error {
	_ = f.input.Close()
	if err := f.cmd.Wait(); err != nil {
		return fmt.Errorf("stop the floor: %w", err)
	}
	return nil
}

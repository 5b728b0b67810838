//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/term"
)

// openTerminal opens a terminal: what is written to the keyboard can be read
// from it, and what it shows, echo included, can be read from the screen.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	var number, unlocked int32
	control := func(request uintptr, value *int32) {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, keyboard.Fd(), request, uintptr(unsafe.Pointer(value))); err != 0 {
			t.Fatal(err)
		}
	}
	control(syscall.TIOCSPTLCK, &unlocked)
	control(syscall.TIOCGPTN, &number)
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return keyboard, terminal
}

// expecting reads from a stream up to a text and answers all before it.
func expecting(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	var read bytes.Buffer
	b := make([]byte, 1)
	for !strings.HasSuffix(read.String(), text) {
		if _, err := r.Read(b); err != nil {
			t.Fatalf("read %q, and then: %v", read.String(), err)
		}
		read.Write(b)
	}
	return read.String()
}

func TestAPasswordIsNotShown(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	keyboard, terminal := openTerminal(t)
	var out bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run([]string{"login", "--register"}, s.console(t, terminal, &out, terminal)) }()
	screen := expecting(t, keyboard, "E-mail: ")
	fmt.Fprint(keyboard, "ada@example.com\r")
	screen += expecting(t, keyboard, "Password: ")
	fmt.Fprint(keyboard, password+"\r")
	screen += expecting(t, keyboard, "again: ")
	fmt.Fprint(keyboard, password+"\r")
	if code := <-ended; code != exitDone {
		t.Errorf("exit code %d", code)
	}
	fmt.Fprintln(terminal, "end")
	screen += expecting(t, keyboard, "end")
	if !strings.Contains(screen, "ada@example.com") || strings.Contains(screen, "horse") {
		t.Errorf("the screen showed %q", screen)
	}
	if !strings.Contains(out.String(), "Signed in at ") {
		t.Error(out.String())
	}
}

func TestTwoPasswordsThatDiffer(t *testing.T) {
	s := newShell(t)
	keyboard, terminal := openTerminal(t)
	ended := make(chan int, 1)
	go func() {
		ended <- run([]string{"login", "--register", "--email=a@example.com"}, s.console(t, terminal, io.Discard, terminal))
	}()
	expecting(t, keyboard, "Password: ")
	fmt.Fprint(keyboard, password+"\r")
	expecting(t, keyboard, "again: ")
	fmt.Fprint(keyboard, password+"?\r")
	expecting(t, keyboard, "mindflow: the two passwords differ; nothing was done\r\n")
	if code := <-ended; code != exitFailed {
		t.Errorf("exit code %d", code)
	}
}

func TestCtrlCAtAQuestion(t *testing.T) {
	s := newShell(t)
	keyboard, terminal := openTerminal(t)
	ended := make(chan int, 1)
	go func() {
		ended <- run([]string{"login", "--email=a@example.com"}, s.console(t, terminal, io.Discard, terminal))
	}()
	expecting(t, keyboard, "Password: ")
	fmt.Fprint(keyboard, "half\x03")
	expecting(t, keyboard, "mindflow: interrupted; nothing was done\r\n")
	if code := <-ended; code != exitFailed {
		t.Errorf("exit code %d", code)
	}
}

func TestAnInterruptLeavesTheTerminalAsItWas(t *testing.T) {
	s := newShell(t)
	keyboard, terminal := openTerminal(t)
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	c := s.console(t, terminal, io.Discard, terminal)
	c.ctx = ctx
	ended := make(chan int, 1)
	go func() { ended <- run([]string{"login", "--email=a@example.com"}, c) }()
	expecting(t, keyboard, "Password: ")
	interrupt()
	expecting(t, keyboard, "mindflow: interrupted; nothing was done\r\n")
	if code := <-ended; code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	after, err := term.GetState(int(terminal.Fd()))
	if err != nil || *after != *before {
		t.Errorf("the terminal is not as it was: %v", err)
	}
	fmt.Fprintln(keyboard) // lets the reading end
}

func TestColoursAreForTerminals(t *testing.T) {
	_, terminal := openTerminal(t)
	s := newShell(t)
	c := s.console(t, terminal, terminal, terminal)
	auto := output{Color: "auto"}
	if !auto.paint(c) {
		t.Error("a terminal shows no colours")
	}
	for name, value := range map[string]string{"NO_COLOR": "1", "TERM": "dumb"} {
		s.env[name] = value
		if auto.paint(c) || !(output{Color: "always"}).paint(c) {
			t.Errorf("%s=%s", name, value)
		}
		delete(s.env, name)
	}
	if (output{Color: "never"}).paint(c) {
		t.Error("never shows colours")
	}
	if width := widthOf(terminal); width != usualWidth { // nobody has said how wide it is
		t.Errorf("it is %d wide", width)
	}
	size := [4]uint16{24, 132}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); err != 0 {
		t.Fatal(err)
	}
	if width := widthOf(terminal); width != 132 {
		t.Errorf("it is %d wide", width)
	}
}

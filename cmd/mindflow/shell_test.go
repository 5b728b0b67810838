package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/store/storetest"
)

// asProgram makes the tests' binary the program, for those who run it.
const asProgram = "MINDFLOW_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(storetest.Run(m))
}

const password = "correct horse battery"

// clock is one that tests set.
type clock struct {
	sync.Mutex

	t    time.Time
	tick time.Duration // how far it goes on with each look
}

// newClock shows 10:00 of Monday, 2026-11-23, in UTC; 11:00 in Berlin.
func newClock() *clock { return &clock{t: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	c.t = c.t.Add(c.tick)
	return c.t
}

func (c *clock) wait(d time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.t = c.t.Add(d)
}

// shell is a person at a terminal, or a script.
type shell struct {
	env   map[string]string
	clock *clock
}

func newShell(t *testing.T) *shell {
	t.Helper()
	dir := t.TempDir()
	return &shell{clock: newClock(), env: map[string]string{
		"HOME": dir, "DATA_DIR": dir, "LISTEN_ADDR": "127.0.0.1:0", "LOG_LEVEL": "error", "TZ": "Europe/Berlin",
	}}
}

// result is what a command did.
type result struct {
	code     int
	out, err string
}

func (s *shell) console(t *testing.T, in io.Reader, out, errs io.Writer) *console {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &console{
		ctx: t.Context(), env: s.env, in: in, out: out, err: errs,
		clock: s.clock.now, local: berlin, listen: func(string) {},
	}
}

// enter types a command line, then what it reads.
func (s *shell) enter(t *testing.T, input string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(args, s.console(t, strings.NewReader(input), &out, &errs))
	return result{code, out.String(), errs.String()}
}

func (s *shell) run(t *testing.T, args ...string) result {
	t.Helper()
	return s.enter(t, "", args...)
}

// must runs a command that has to work, and answers what it prints.
func (s *shell) must(t *testing.T, args ...string) string {
	t.Helper()
	r := s.run(t, args...)
	if r.code != exitDone || r.err != "" {
		t.Fatalf("mindflow %s: exit code %d, %s", strings.Join(args, " "), r.code, r.err)
	}
	return r.out
}

// serve runs a server until stop, which answers its result. The environment
// names it from now on.
func (s *shell) serve(t *testing.T) (stop func() result) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	c := s.console(t, strings.NewReader(""), &out, &errs)
	c.ctx = ctx
	listening := make(chan string, 1)
	c.listen = func(address string) { listening <- address }
	ended := make(chan int, 1)
	go func() { ended <- run([]string{"serve"}, c) }()
	stop = sync.OnceValue(func() result {
		cancel()
		// A connection that was dialled and never used would hold the server up.
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		return result{<-ended, out.String(), errs.String()}
	})
	select {
	case address := <-listening:
		s.env[serverVariable] = "http://" + address
	case code := <-ended:
		t.Fatalf("serve ended with exit code %d: %s", code, errs.String())
	}
	t.Cleanup(func() { stop() })
	return stop
}

// signedUp is a shell with a server and an account on it, signed in.
func signedUp(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.serve(t)
	if r := s.enter(t, password+"\n", "login", "--register", "--email", "ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	return s
}

// keep writes credentials as a login does.
func (s *shell) keep(t *testing.T, credentials client.Credentials) {
	t.Helper()
	file, err := credentialsFile(&console{env: s.env})
	if err == nil {
		err = file.Save(t.Context(), credentials)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var shortIDs = regexp.MustCompile(`(\x1b\[2m|\b)[0-9a-f]{8}\b`)

// same compares text with what was expected; short ids are random.
func same(t *testing.T, got, want string) {
	t.Helper()
	got, want = shortIDs.ReplaceAllString(got, "${1}########"), shortIDs.ReplaceAllString(want, "${1}########")
	if got != want {
		t.Errorf("it reads\n%s\nand not\n%s", got, want)
	}
}

// expect compares a whole result.
func expect(t *testing.T, got result, code int, out, errs string) {
	t.Helper()
	if got.code != code {
		t.Errorf("exit code %d, wanted %d", got.code, code)
	}
	same(t, got.out, out)
	same(t, got.err, errs)
}

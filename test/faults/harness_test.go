package faults

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
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

func TestMain(m *testing.M) { stage.Main(m, storetest.Run) }

// longVariable, set to long, asks for the long forms of these tests.
const longVariable = "MINDFLOW_TEST_FAULTS"

// often is how often something is tried: a few times, or, in the long form, many.
func often(short, long int) int {
	if os.Getenv(longVariable) == "long" {
		return long
	}
	return short
}

// environment is what every program here runs with; more settings, and others
// for those, may follow.
func environment(t *testing.T, settings []string) []string {
	t.Helper()
	home := t.TempDir()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "DATA_DIR=" + home, "LISTEN_ADDR=127.0.0.1:0", "LOG_FORMAT=json",
		"SECRET_KEY=a secret key of the tests that is long enough",
		"RATE_LIMIT_USER=off", "RATE_LIMIT_READ=off", "RATE_LIMIT_AUTH=off", "RATE_LIMIT_SIGNIN=off",
	}, settings...)
}

// run runs a command of the program to its end, and answers what it said.
func run(t *testing.T, settings []string, args ...string) (code int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, stage.Program(t), args...)
	cmd.Env = environment(t, settings)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// server is a process that serves.
type server struct {
	t     *testing.T
	url   string // where it listens
	cmd   *exec.Cmd
	ended chan struct{} // closed once the process is gone

	mu  sync.Mutex
	log bytes.Buffer
}

// start starts a server with settings such as DATABASE_URL=…, and waits until
// it listens. It is killed when the test ends, if it still runs.
func start(t *testing.T, settings ...string) *server {
	t.Helper()
	return launch(t, exec.CommandContext(context.Background(), stage.Program(t), "serve"), settings, nil)
}

// launch does so by a command of one's own, and, unless it is nil, reads its log through something.
func launch(t *testing.T, cmd *exec.Cmd, settings []string, through func(io.Reader) io.Reader) *server {
	t.Helper()
	s := &server{t: t, cmd: cmd, ended: make(chan struct{})}
	s.cmd.Env = environment(t, settings)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan string, 1)
	log := io.Reader(said)
	if through != nil {
		log = through(log)
	}
	go s.listen(log, listening)
	t.Cleanup(s.kill)
	select {
	case s.url = <-listening:
	case <-s.ended:
		t.Fatalf("the server ended at once: %s", s.said())
	case <-time.After(30 * time.Second):
		t.Fatalf("the server does not listen: %s", s.said())
	}
	return s
}

// listen keeps what the server says, and hears where it listens.
func (s *server) listen(said io.Reader, listening chan<- string) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		s.mu.Lock()
		s.log.Write(append(lines.Bytes(), '\n'))
		s.mu.Unlock()
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			listening <- line.Address
		}
	}
	_ = s.cmd.Wait()
	close(s.ended)
}

// said is the server's log.
func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Error(err)
	}
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// end waits for the process to end by itself, and answers how it ended.
func (s *server) end(within time.Duration) *os.ProcessState {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(within):
		s.t.Fatalf("the server still runs after %s: %s", within, s.said())
	}
	return s.cmd.ProcessState
}

// ready waits until the server says that it is.
func (s *server) ready() *server {
	s.t.Helper()
	stage.Eventually(s.t, 20*time.Second, "the server is ready", func() bool {
		status, _, _ := s.ask("GET", "/health/ready")
		return status == http.StatusOK
	})
	return s
}

// ask sends a request that needs nobody to be signed in.
func (s *server) ask(method, path string) (status int, body string, took time.Duration) {
	began := time.Now()
	status, raw, _, err := (&person{base: s.url, http: oneTime}).try(method, path, "")
	if err != nil {
		return 0, err.Error(), time.Since(began)
	}
	return status, string(raw), time.Since(began)
}

// connect opens a connection of the test's own.
func (s *server) connect() net.Conn {
	s.t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// eachDatabase runs a test on a database of either kind.
func eachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:///"+filepath.Join(t.TempDir(), "mindflow.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, postgres(t)) })
}

// postgres is a fresh database with the newest schema; a test that wants one is
// left out where the person does without PostgreSQL.
func postgres(t *testing.T) string {
	t.Helper()
	if storetest.Postgres(t) == "" {
		t.Skip("without PostgreSQL")
	}
	return storetest.URL(t, storetest.PostgreSQL)
}

// oneTime uses no connection twice: what it asks is not held up by what it
// asked before.
var oneTime = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

// person is somebody signed in at a server, or at a balancer before several.
type person struct {
	base, token    string
	email, refresh string
	http           *http.Client
}

const password = "correct horse battery"

// signUp opens an account and signs in.
func signUp(t *testing.T, base, email string) *person {
	t.Helper()
	p := &person{base: base, email: email, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: 20 * time.Second}}
	t.Cleanup(p.http.CloseIdleConnections)
	account := p.account()
	if status, raw, _, err := p.try("POST", "/api/auth/register", account); status != http.StatusCreated {
		t.Fatalf("register: %d %s %v", status, raw, err)
	}
	if status, raw := p.signIn("/api/auth/login", account); status != http.StatusOK {
		t.Fatalf("login: %d %s", status, raw)
	}
	return p
}

func (p *person) account() string {
	return fmt.Sprintf(`{"email": %q, "password": %q}`, p.email, password)
}

// signIn takes new tokens from a route that answers some.
func (p *person) signIn(path, body string) (status int, answer []byte) {
	status, raw, _, err := p.try("POST", path, body)
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err != nil {
		return 0, []byte(err.Error())
	}
	if status == http.StatusOK && json.Unmarshal(raw, &got) == nil {
		p.token, p.refresh = got.Access, got.Refresh
	}
	return status, raw
}

// try sends one request, once, with further headers: name, value, ….
func (p *person) try(method, path, body string, headers ...string) (status int, answer []byte, header http.Header, err error) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, p.base+path, content)
	if err != nil {
		return 0, nil, nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.GetBody = nil // nothing is sent a second time in silence
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, resp.Header, err
}

// ledger remembers what was answered: each task's last title.
type ledger struct {
	mu     sync.Mutex
	titles map[string]string
	writes int
	reads  int
}

func newLedger() *ledger { return &ledger{titles: map[string]string{}} }

type task struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// create makes a task and enters it. Like every entry it answers what went
// wrong, if anything.
func (l *ledger) create(p *person, title string) (string, error) {
	status, raw, _, err := p.try("POST", "/api/tasks", fmt.Sprintf(`{"title": %q}`, title))
	return l.enter(status, http.StatusCreated, raw, err)
}

// rename changes a task that nobody else changes meanwhile.
func (l *ledger) rename(p *person, id, title string) error {
	status, raw, _, err := p.try("PATCH", "/api/tasks/"+id, fmt.Sprintf(`{"title": %q}`, title))
	_, err = l.enter(status, http.StatusOK, raw, err)
	return err
}

func (l *ledger) enter(status, want int, raw []byte, err error) (string, error) {
	var got task
	switch {
	case err != nil:
		return "", err
	case status != want:
		return "", fmt.Errorf("status %d: %s", status, raw)
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.titles[got.ID] = got.Title
	l.writes++
	return got.ID, nil
}

// check reads a task and holds it against the ledger.
func (l *ledger) check(p *person, id string) error {
	l.mu.Lock()
	want := l.titles[id]
	l.mu.Unlock()
	status, raw, _, err := p.try("GET", "/api/tasks/"+id, "")
	var got task
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("status %d: %s", status, raw)
	case json.Unmarshal(raw, &got) != nil || got.Title != want:
		return fmt.Errorf("task %s reads %s, but %q was answered before", id, raw, want)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	return nil
}

// balance compares all that was answered with what is there.
func (l *ledger) balance(t *testing.T, p *person) {
	t.Helper()
	for id := range l.titles {
		if err := l.check(p, id); err != nil {
			t.Errorf("lost: %v", err)
		}
	}
}

// maybe holds what was read of a task against what was answered; one of the
// titles whose fate nobody was told may be there instead, and counts from then on.
func (l *ledger) maybe(t *testing.T, raw []byte, unsure map[string]bool) {
	t.Helper()
	var got task
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Error(err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if want := l.titles[got.ID]; got.Title != want && !unsure[got.Title] {
		t.Errorf("task %s reads %q, but %q was answered before", got.ID, got.Title, want)
	}
	l.titles[got.ID] = got.Title
}

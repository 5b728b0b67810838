package watch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
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

// Where things are, as seen from here.
const (
	rules        = "../../../deploy/prometheus/rules/mindflow.yml"
	ruleTests    = "../../../deploy/prometheus/tests"
	prometheus   = "../../../deploy/prometheus/prometheus.yml"
	alertmanager = "../../../deploy/alertmanager/alertmanager.yml"
	dashboard    = "../../../deploy/grafana/dashboards/mindflow.json"
	certificate  = "../../../deploy/prometheus/mindflow-certificate"
	drill        = "../../../deploy/drill/mindflow-restore-drill"
	operations   = "../../../docs/operations.md"
)

// need finds a program; without it a test is left out on a person's machine, and
// fails where everything has to be there.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		stage.Missing(t, program+" is missing")
	}
	return path
}

// output runs a program to its end, which comes within a minute and is a good one.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	said, err := command(t, need(t, program), args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, said)
	}
	return said
}

func command(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	said, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	return string(said), err
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// running is a program that runs beside the test, until that ends.
type running struct {
	cmd   *exec.Cmd
	ended chan struct{}

	mu   sync.Mutex
	log  bytes.Buffer
	each func(line string) // hears what it says
}

// start starts a program with this environment alone.
func start(t *testing.T, env []string, each func(line string), program string, args ...string) *running {
	t.Helper()
	r := &running{ended: make(chan struct{}), each: each}
	r.cmd = exec.CommandContext(context.Background(), program, args...)
	r.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go r.listen(said)
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), r.said())
		}
	})
	return r
}

func (r *running) listen(said io.Reader) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		r.mu.Lock()
		r.log.Write(append(lines.Bytes(), '\n'))
		r.mu.Unlock()
		if r.each != nil {
			r.each(lines.Text())
		}
	}
	_ = r.cmd.Wait()
	close(r.ended)
}

func (r *running) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// serve starts a server, and answers where it listens and where its metrics are.
func serve(t *testing.T, settings ...string) (url, metrics string) {
	t.Helper()
	listening, metrics := make(chan string, 1), stage.FreeAddress(t)
	env := append([]string{
		"DATA_DIR=" + t.TempDir(), "LISTEN_ADDR=127.0.0.1:0", "METRICS_ADDR=" + metrics, "LOG_FORMAT=json",
		"SECRET_KEY=a secret key of the tests that is long enough",
	}, settings...)
	s := start(t, env, func(line string) {
		var said struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "serving" {
			listening <- said.Address
		}
	}, stage.Program(t), "serve")
	select {
	case url = <-listening:
	case <-s.ended:
		t.Fatal("the server ended at once")
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not listen")
	}
	return url, metrics
}

// quiet is a log that nobody reads.
var quiet = log.New(io.Discard, "", 0)

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}

// ask answers what a GET answers, and nothing when that is no 200.
func ask(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// register opens an account at a server.
func register(t *testing.T, url string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/auth/register",
		strings.NewReader(`{"email": "ada@example.com", "password": "correct horse battery"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatal(answer.Status)
	}
}

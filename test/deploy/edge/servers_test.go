package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

func TestMain(m *testing.M) { stage.Main(m, storetest.Run) }

// process is one that a test runs. It does not outlive the test, and no wait for it is without an end.
type process struct {
	cmd   *exec.Cmd
	said  stage.Logbook // on its standard error
	ended chan struct{}
}

// start runs a command until the test ends, in a group of its own, of which nothing is
// left then. Should the tests be killed, the command gets a signal.
func start(t *testing.T, cmd *exec.Cmd, orphaned syscall.Signal) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stderr = &p.said
	cmd.WaitDelay = 5 * time.Second // what it has left behind may still hold its standard error
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: orphaned}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever it has left behind
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// stop asks the process to end, and waits until it has.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s does not end: %s", p.cmd.Path, last(p.said.String(), 2000))
	}
	if !p.cmd.ProcessState.Success() {
		t.Errorf("%s ended with %s: %s", p.cmd.Path, p.cmd.ProcessState, last(p.said.String(), 2000))
	}
}

// server is a process that serves at an address of its own.
type server struct {
	*process

	address string
}

// serve starts a server as it runs in production behind a proxy on this machine,
// and waits until it is ready. It is killed when the test ends.
func serve(t *testing.T, address string, settings ...string) *server {
	t.Helper()
	home := t.TempDir()
	cmd := exec.CommandContext(context.Background(), stage.Program(t), "serve")
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "DATA_DIR=" + home, "LISTEN_ADDR=" + address, "ENVIRONMENT=production",
		"SECRET_KEY=a secret key of the tests that is long enough", "PUBLIC_URL=https://" + name, "TRUSTED_PROXIES=127.0.0.1",
		"RATE_LIMIT_USER=off", "RATE_LIMIT_READ=off", "RATE_LIMIT_AUTH=off", "RATE_LIMIT_SIGNIN=off",
	}, settings...)
	if !strings.Contains(strings.Join(settings, " "), "DATABASE_URL=") {
		cmd.Env = append(cmd.Env, "DATABASE_URL=sqlite:///"+home+"/mindflow.db")
		migrate := exec.CommandContext(t.Context(), stage.Program(t), "migrate")
		migrate.Env = cmd.Env
		if out, err := migrate.CombinedOutput(); err != nil {
			t.Fatalf("migrate: %v %s", err, out)
		}
	}
	s := &server{start(t, cmd, syscall.SIGKILL), address}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("server at %s: %s", address, last(s.said.String(), 4000))
		}
	})
	stage.Eventually(t, 20*time.Second, "the server is ready", func() bool {
		select {
		case <-s.ended:
			t.Fatalf("the server ended: %s", s.said.String())
		default:
		}
		return askOnce("http://"+address+"/health/ready") == http.StatusOK
	})
	return s
}

func askOnce(url string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }

// answer is what somebody got.
type answer struct {
	status int
	header http.Header
	body   string
	proto  string
}

// person speaks through nginx, perhaps signed in.
type person struct {
	http  *http.Client
	token string
}

// try sends one request, once, with further headers: name, value, ….
func (p *person) try(method, path, body string, headers ...string) (answer, error) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, "https://"+name+path, content)
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(raw), resp.Proto}, err
}

// ask sends one request that has to be answered.
func (p *person) ask(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := p.try(method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// signUp opens an account and signs in.
func (p *person) signUp(t *testing.T, email string) {
	t.Helper()
	account := fmt.Sprintf(`{"email": %q, "password": "correct horse battery"}`, email)
	if a := p.ask(t, "POST", "/api/auth/register", account); a.status != http.StatusCreated {
		t.Fatalf("register: %d %s", a.status, a.body)
	}
	a := p.ask(t, "POST", "/api/auth/login", account)
	var got struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.Access == "" {
		t.Fatalf("login: %d %s", a.status, a.body)
	}
	p.token = got.Access
}

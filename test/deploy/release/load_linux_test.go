package release

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

const password = "correct horse battery"

// person is somebody signed in.
type person struct {
	base, token string
	http        *http.Client

	mu     sync.Mutex
	titles map[string]string // what was answered
	wrong  []string
}

func signUp(t *testing.T, base string) *person {
	t.Helper()
	return signUpBy(t, &http.Transport{MaxIdleConnsPerHost: 16}, base)
}

// signUpBy does it by a way of its own.
func signUpBy(t *testing.T, way *http.Transport, base string) *person {
	t.Helper()
	p := &person{base: base, http: &http.Client{Transport: way, Timeout: 30 * time.Second}, titles: map[string]string{}}
	t.Cleanup(p.http.CloseIdleConnections)
	account := fmt.Sprintf(`{"email": "ada@example.org", "password": %q}`, password)
	p.must(t, "POST", "/api/auth/register", account)
	var tokens struct {
		Access string `json:"access_token"`
	}
	must(t, json.Unmarshal(p.must(t, "POST", "/api/auth/login", account), &tokens))
	p.token = tokens.Access
	return p
}

// must sends a request that has to be answered well.
func (p *person) must(t *testing.T, method, path, body string) []byte {
	t.Helper()
	answer, err := p.send(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// send sends one request, once.
func (p *person) send(method, path, body string) ([]byte, error) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, p.base+path, content)
	if err != nil {
		return nil, err
	}
	r.GetBody = nil // nothing is sent a second time in silence
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s is answered %d: %s", method, path, resp.StatusCode, answer)
	}
	return answer, err
}

// work writes and reads until it is told to stop, and remembers what was answered, and what was not.
func (p *person) work(stop <-chan struct{}, who int) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(60 * time.Millisecond):
		}
		title := fmt.Sprintf("task %d of worker %d", i, who)
		answer, err := p.send("POST", "/api/tasks", fmt.Sprintf(`{"title": %q}`, title))
		var task struct{ ID string }
		if err == nil {
			err = json.Unmarshal(answer, &task)
		}
		if err == nil {
			p.mu.Lock()
			p.titles[task.ID] = title
			p.mu.Unlock()
			_, err = p.send("GET", "/api/tasks/"+task.ID, "")
		}
		if err == nil {
			_, err = p.send("GET", "/api/tasks/best", "")
		}
		if err != nil {
			p.mu.Lock()
			p.wrong = append(p.wrong, time.Now().Format("15:04:05.000 ")+err.Error())
			p.mu.Unlock()
		}
	}
}

// load has several of them work, until the function it answers is called. That tells of each request that failed.
func (p *person) load(t *testing.T) (end func()) {
	t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for who := range 4 {
		all.Go(func() { p.work(stop, who) })
	}
	return func() {
		t.Helper()
		close(stop)
		all.Wait()
		t.Logf("%d tasks were created meanwhile", len(p.titles))
		for _, wrong := range p.wrong {
			t.Error(wrong)
		}
	}
}

// intact fails the test unless each task is there that was answered.
func (p *person) intact(t *testing.T) {
	t.Helper()
	for id, title := range p.titles {
		answer, err := p.send("GET", "/api/tasks/"+id, "")
		if err != nil || !strings.Contains(string(answer), title) {
			t.Errorf("task %s reads %s, but %q was answered before: %v", id, answer, title, err)
		}
	}
}

// main is what includes the site. Debian's own includes more, and runs as another user.
const main = `daemon off;
user root;
pid nginx.pid;
worker_processes 1;
error_log stderr warn;
events { worker_connections 256; }
http {
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path other;
	uwsgi_temp_path other;
	scgi_temp_path other;
	keepalive_requests 1000000; # after 1,000 nginx ends a connection by itself, and requests that crossed its word are to be sent again
	include site.conf;
}
`

// nginx puts the site of deploy/nginx before the hosts, and answers its address.
func (f *fleet) nginx() string {
	f.t.Helper()
	program := stage.Installed(f.t, "nginx", "nginx")
	dir, plain, secure := f.t.TempDir(), stage.FreeAddress(f.t), stage.FreeAddress(f.t)
	f.authority = filepath.Join(dir, "certificate.pem")
	run(f.t, exec.CommandContext(context.Background(), "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
		"-days", "2", "-subj", "/CN=mind.example.org", "-addext", "subjectAltName=DNS:mind.example.org,IP:127.0.0.1", "-keyout", filepath.Join(dir, "key.pem"), "-out", f.authority))
	var servers strings.Builder
	for _, h := range f.hosts {
		fmt.Fprintf(&servers, "server %s max_fails=1 fail_timeout=1s;\n", strings.TrimPrefix(h.url, "http://"))
	}
	text := strings.NewReplacer(
		"${MINDFLOW_NAME}", "mind.example.org", "${MINDFLOW_CERTIFICATE}", f.authority, "${MINDFLOW_KEY}", filepath.Join(dir, "key.pem"),
		"/etc/nginx/mindflow/", dir+"/mindflow/", "/var/log/nginx/", dir+"/", "/var/www/letsencrypt", dir,
		"listen 80;", "listen "+plain+";", "listen 443 ", "listen "+secure+" ",
		"listen [::]:80;", "", "listen [::]:443 ssl http2;", "", // not everywhere is IPv6
		"server 127.0.0.1:8000 max_fails=1 fail_timeout=1s;", servers.String(),
	)
	must(f.t, os.MkdirAll(filepath.Join(dir, "mindflow/unavailable"), 0o755))
	for from, to := range map[string]string{
		"mindflow.conf": "site.conf", "upstream.conf": "mindflow/upstream.conf", "proxy.conf": "mindflow/proxy.conf",
		"unavailable/page.html": "mindflow/unavailable/page.html", "unavailable/problem.json": "mindflow/unavailable/problem.json",
	} {
		write(f.t, filepath.Join(dir, to), text.Replace(read(f.t, filepath.Join(top, "deploy/nginx", from))))
	}
	for _, h := range f.hosts {
		if !strings.Contains(read(f.t, filepath.Join(dir, "mindflow/upstream.conf")), strings.TrimPrefix(h.url, "http://")) {
			f.t.Fatal("the site does not lead to " + h.name)
		}
	}
	write(f.t, filepath.Join(dir, "nginx.conf"), main)
	var said stage.Logbook
	cmd := exec.CommandContext(context.Background(), program, "-e", "stderr", "-p", dir, "-c", "nginx.conf")
	cmd.Stderr = &said
	must(f.t, cmd.Start())
	f.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if f.t.Failed() {
			f.t.Logf("nginx said:\n%s", said.String())
		}
	})
	base := "https://" + secure
	way := f.outside()
	defer way.CloseIdleConnections()
	stage.Eventually(f.t, 10*time.Second, "nginx answers", func() bool {
		status, _ := get(&http.Client{Transport: way, Timeout: 3 * time.Second}, base+"/health/live")
		return status == http.StatusOK
	})
	return base
}

// outside is the way to the site by HTTP/2, as browsers take it.
func (f *fleet) outside() *http.Transport {
	known := x509.NewCertPool()
	known.AppendCertsFromPEM([]byte(read(f.t, f.authority)))
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: known}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16}
}

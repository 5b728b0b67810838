package release

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
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

const site = `daemon off;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	upstream mindflow {
%[2]s		keepalive 16;
	}
	server {
		listen 127.0.0.1:%[3]d;
		location / {
			proxy_pass http://mindflow;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $host;
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		}
	}
}
`

// nginx puts a real one before the hosts, and answers its address.
func (f *fleet) nginx() string {
	f.t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		lacks(f.t, "nginx is missing")
	}
	dir, port := f.t.TempDir(), freePort(f.t)
	var servers strings.Builder
	for _, h := range f.hosts {
		fmt.Fprintf(&servers, "\t\tserver %s max_fails=0;\n", strings.TrimPrefix(h.url, "http://"))
	}
	conf := filepath.Join(dir, "nginx.conf")
	write(f.t, conf, fmt.Sprintf(site, dir, servers.String(), port))
	var said bytes.Buffer
	cmd := exec.CommandContext(context.Background(), program, "-e", "stderr", "-c", conf)
	cmd.Stderr = &said
	must(f.t, cmd.Start())
	f.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	eventually(f.t, 10*time.Second, "nginx answers "+said.String(), func() bool {
		status, _ := get(oneTime, base+"/health/live")
		return status == http.StatusOK
	})
	return base
}

package packages_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
)

// The versions the tests install, the second newer than the first.
const (
	older = "90.1.0-dev.7+gabcdef0"
	newer = "90.1.0"
)

// makeTime is how long packages may take to be made.
const makeTime = 5 * time.Minute

// made makes the packages of a version and answers the .deb and the .rpm.
func made(t *testing.T, version string, words ...string) (deb, rpm string) {
	t.Helper()
	dir := t.TempDir()
	within := makeTime
	if len(words) > 0 { // for another processor, which nothing is compiled for yet
		within *= 6
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	words = append([]string{"-s", "-C", "../../..", "packages", "version=" + version, "packages=" + dir}, words...)
	cmd := exec.CommandContext(ctx, "make", words...)
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); name != "MAKEFLAGS" && name != "MAKELEVEL" && name != "MAKEOVERRIDES" {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make packages: %v\n%s", err, said)
	}
	return one(t, filepath.Join(dir, "*.deb")), one(t, filepath.Join(dir, "*.rpm"))
}

func one(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

// copyIn puts a file into a machine, and answers where.
func copyIn(t *testing.T, m *debian.Machine, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inside := "/root/" + filepath.Base(file)
	if err := os.WriteFile(filepath.Join(m.Root, inside), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return inside
}

const (
	server   = "http://127.0.0.1:8000"
	password = "correct horse battery"
	settings = "/etc/mindflow/mindflow.env"
)

// person speaks to the server in a machine.
type person struct {
	http  *http.Client
	token string
}

func (p *person) call(method, path string, content, answer any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(context.Background(), method, server+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s %s", method, path, resp.Status, raw)
	}
	return json.Unmarshal(raw, answer)
}

// must is call where nothing may go wrong.
func (p *person) must(t *testing.T, method, path string, content, answer any) {
	t.Helper()
	if err := p.call(method, path, content, answer); err != nil {
		t.Fatal(err)
	}
}

func (p *person) signIn(t *testing.T) {
	t.Helper()
	p.token = ""
	var got struct {
		Access string `json:"access_token"`
	}
	p.must(t, "POST", "/api/auth/login", map[string]string{"email": "ada@example.com", "password": password}, &got)
	p.token = got.Access
}

// health is what the server says of itself.
type health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

// healthy waits until the server is ready, and answers what it says.
func healthy(t *testing.T, m *debian.Machine, within time.Duration) health {
	t.Helper()
	p := &person{http: m.HTTP()}
	var err error
	for until := time.Now().Add(within); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		var ready, is health
		if err = p.call("GET", "/health/ready", nil, &ready); err != nil {
			continue
		}
		p.must(t, "GET", "/health", nil, &is)
		return is
	}
	journal, _ := m.Try(t, "journalctl", "--no-pager", "-n", "20", "-o", "cat", "-u", "mindflow")
	t.Fatalf("not ready within %s: %v\n%s", within, err, journal)
	return health{}
}

// titles are those of all tasks.
func (p *person) titles(t *testing.T) string {
	t.Helper()
	var got struct {
		Tasks []struct {
			Title string `json:"title"`
		} `json:"tasks"`
	}
	p.must(t, "GET", "/api/tasks", nil, &got)
	var all []string
	for _, task := range got.Tasks {
		all = append(all, task.Title)
	}
	return strings.Join(all, ", ")
}

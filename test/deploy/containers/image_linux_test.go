package containers

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// step is an instruction of a Dockerfile.
type step struct{ name, rest string }

// image is what the last stage of the Dockerfile makes.
type image struct {
	bases       map[string]string // what each stage begins with, by its name; the last is ""
	steps       []step            // of the last stage
	build       []step            // of the stage "build"
	environment []string
	user        int
	entry, cmd  []string
	check       []string // what HEALTHCHECK runs
}

func readDockerfile(t *testing.T) image {
	t.Helper()
	raw, err := os.ReadFile("../../../deploy/container/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	m := image{bases: map[string]string{}}
	arguments := map[string]string{}
	stages := map[string][]step{}
	stage := "before the first"
	for line := range strings.Lines(strings.ReplaceAll(string(raw), "\\\n", " ")) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch name {
		case "", "#":
			continue
		case "ARG":
			key, value, _ := strings.Cut(rest, "=")
			arguments[key] = value
		case "FROM":
			base, as, _ := strings.Cut(rest, " AS ")
			base = os.Expand(base, func(key string) string { return arguments[key] })
			m.bases[as], stage = base, as
			continue
		}
		stages[stage] = append(stages[stage], step{name, rest})
	}
	m.steps, m.build = stages[""], stages["build"]
	for _, s := range m.steps {
		switch s.name {
		case "ENV":
			m.environment = append(m.environment, strings.Fields(s.rest)...)
		case "USER":
			uid, gid, _ := strings.Cut(s.rest, ":")
			if m.user, err = strconv.Atoi(uid); err != nil || gid != uid {
				t.Errorf("USER %s is not a number twice", s.rest)
			}
		case "ENTRYPOINT":
			m.entry = words(t, s.rest)
		case "CMD":
			m.cmd = words(t, s.rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(s.rest, "CMD ")
			m.check = words(t, command)
		}
	}
	return m
}

// words are a command in the form that needs no shell, since there is none.
func words(t *testing.T, list string) []string {
	t.Helper()
	var all []string
	if err := json.Unmarshal([]byte(list), &all); err != nil {
		t.Errorf("%s is not in exec form: %v", list, err)
	}
	return all
}

// pinned is an image's name with a version of at least two numbers.
var pinned = regexp.MustCompile(`^[a-z0-9/_-]+:v?[0-9]+\.[0-9]+[a-z0-9.-]*$`)

func TestTheDockerfileIsPinnedAndEndsInAnImageOfOneProgram(t *testing.T) {
	m := readDockerfile(t)
	for stage, base := range m.bases {
		if base != "scratch" && !pinned.MatchString(base) {
			t.Errorf("stage %q begins with %s", stage, base)
		}
	}
	if m.bases[""] != "scratch" {
		t.Errorf("the image begins with %s", m.bases[""])
	}
	if m.user < 1000 {
		t.Errorf("it runs as user %d", m.user)
	}
	if !slices.Equal(m.entry, []string{"/usr/bin/mindflow"}) || !slices.Equal(m.cmd, []string{"serve"}) {
		t.Errorf("it runs %q %q", m.entry, m.cmd)
	}
	var names []string
	for _, s := range m.steps {
		names = append(names, s.name)
	}
	for _, name := range []string{"LABEL", "STOPSIGNAL", "EXPOSE", "HEALTHCHECK"} {
		if !slices.Contains(names, name) {
			t.Errorf("it has no %s", name)
		}
	}
	if slices.Contains(names, "RUN") {
		t.Error("its last stage runs something, and there is nothing to run it")
	}
	goes, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	wants := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(goes)[1]
	if !strings.HasPrefix(m.bases["build"], "golang:"+string(wants)+".") {
		t.Errorf("go.mod wants Go %s, the image is built by %s", wants, m.bases["build"])
	}
}

// What the Dockerfile has make do makes a program that needs no other file, of the
// version that is asked for; the web app, which an earlier stage has made, is left as it
// is. Seen red with a program that is linked to the C library, and with an app made anew.
func TestTheImagesProgramIsBuiltForAnEmptyImage(t *testing.T) {
	var command string
	for _, s := range readDockerfile(t).build {
		if s.name == "RUN" && strings.HasPrefix(s.rest, "make ") {
			command = s.rest
		}
	}
	// As in the image, where what the web app is made by was never installed.
	dry := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(command, "make ", "make --dry-run npm_web=web/node_modules/none/.package-lock.json ", 1))
	dry.Dir, dry.Env = "../../..", append(os.Environ(), "VERSION=9.8.7")
	out, err := dry.CombinedOutput()
	if err != nil || command == "" {
		t.Fatalf("%q: %v %s", command, err, out)
	}
	for _, word := range []string{"CGO_ENABLED=0 go build ", "-X main.version=9.8.7'", " -o bin/mindflow "} {
		if !strings.Contains(string(out), word) {
			t.Errorf("it does not say %s: %s", word, out)
		}
	}
	if strings.Contains(string(out), "npm") {
		t.Errorf("it makes the web app anew: %s", out)
	}
}

// assembled is the image's files in a folder, put together as the Dockerfile says.
func assembled(t *testing.T, m image) string {
	t.Helper()
	if os.Getuid() != 0 {
		stage.Missing(t, "only root may enter another root")
	}
	folder, err := os.MkdirTemp("", "image-") //nolint:usetesting // every folder above it must be open to the image's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	const authorities = "/etc/ssl/certs/ca-certificates.crt"
	if _, err := os.Stat(authorities); err != nil {
		stage.Missing(t, "there are no certificate authorities (Debian: apt-get install ca-certificates)")
	}
	last := m.build[len(m.build)-1]
	if want := (step{"RUN", "deploy/container/assemble.sh bin/mindflow " + authorities + " /image /state"}); last != want {
		t.Fatalf("the image is put together by %v, not %v", last, want)
	}
	run(t, "../../../deploy/container/assemble.sh", stage.Program(t), authorities, folder+"/image", folder+"/state")
	root := folder + "/root"
	for _, s := range m.steps {
		if s.name != "COPY" {
			continue
		}
		from, owner, source := "", 0, ""
		fields := strings.Fields(s.rest)
		for _, field := range fields[:len(fields)-1] {
			if value, ok := strings.CutPrefix(field, "--from="); ok {
				from = value
			} else if value, ok := strings.CutPrefix(field, "--chown="); ok {
				owner, _ = strconv.Atoi(strings.Split(value, ":")[0])
			} else {
				source = strings.TrimSuffix(field, "/")
			}
		}
		if from != "build" || fields[len(fields)-1] != "/" || owner != 0 && owner != m.user {
			t.Fatalf("COPY %s is something that this test cannot do", s.rest)
		}
		run(t, "chown", "-R", fmt.Sprint(owner, ":", owner), folder+source)
		run(t, "cp", "-a", "--no-target-directory", folder+source, root)
	}
	run(t, "chown", "0:0", root)
	return root
}

func run(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v %s", command, err, out)
	}
}

// in is a command in the image, as its user and with its environment.
func (m image) in(root string, command []string, settings ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...)
	cmd.Env = append(slices.Clone(m.environment), settings...)
	cmd.Dir = "/data"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Credential: &syscall.Credential{Uid: uint32(m.user), Gid: uint32(m.user)}, Pdeathsig: syscall.SIGKILL,
	}
	return cmd
}

// The image's program serves in nothing but the image's files. Seen red with an
// image whose data folder belongs to root, and with one that runs as root.
func TestTheImageServesAsAUserWhoMayWriteItsDataOnly(t *testing.T) {
	m := readDockerfile(t)
	root := assembled(t, m)
	address := stage.FreeAddress(t)
	settings := []string{"LISTEN_ADDR=" + address, "SECRET_KEY=a secret key of the tests that is long enough", "SHUTDOWN_DELAY=0s", "BACKUP_DIR=/backups"}

	if out, err := m.in(root, m.check, settings...).CombinedOutput(); err == nil {
		t.Errorf("nothing serves, and the health check says %s", out)
	}
	if out, err := m.in(root, append(m.entry, "migrate"), settings...).CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v %s", err, out)
	}
	cmd := m.in(root, append(m.entry, m.cmd...), settings...)
	log := &bytes.Buffer{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	stage.Eventually(t, 15*time.Second, "the health check is satisfied", func() bool {
		out, err := m.in(root, m.check, settings...).CombinedOutput()
		return err == nil && strings.TrimSpace(string(out)) == "ready"
	})
	zones(t, "http://"+address)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v: %s", err, log)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("it does not end")
	}
	for _, written := range []string{"data/mindflow.db", "backups"} {
		if info, err := os.Stat(filepath.Join(root, written)); err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(m.user) { //nolint:forcetypeassert // Linux's
			t.Errorf("%s: %v %v", written, info, err)
		}
	}
	if out, err := m.in(root, append(m.entry, "migrate"), append(settings, "DATA_DIR=/elsewhere")...).CombinedOutput(); err == nil {
		t.Errorf("it can write outside its data: %s", out)
	}
	walk(t, root, m.user)
}

// walk looks at every file of the image.
func walk(t *testing.T, root string, user int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name := "/" + strings.TrimPrefix(strings.TrimPrefix(path, root), "/")
		owner := int(info.Sys().(*syscall.Stat_t).Uid) //nolint:forcetypeassert // Linux's
		mutable := owner == user || info.Mode()&0o022 != 0
		known := slices.Contains([]string{
			"/", "/usr", "/usr/bin", "/usr/bin/mindflow", "/etc", "/etc/passwd", "/etc/group", "/etc/ssl", "/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt",
		}, name)
		its := name == "/data" || name == "/backups" || name == "/tmp" || strings.HasPrefix(name, "/data/")
		if known == its || mutable && !its {
			t.Errorf("%s %s of user %d is in the image", name, info.Mode(), owner)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// zones has a server that runs know the world's time zones.
func zones(t *testing.T, base string) {
	t.Helper()
	account := `{"email": "ada@example.com", "password": "correct horse battery"}`
	if status, body := ask(t, "POST", base+"/api/auth/register", "", account); status != http.StatusCreated {
		t.Fatalf("register: %d %s", status, body)
	}
	_, body := ask(t, "POST", base+"/api/auth/login", "", account)
	var got struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, zone := range []string{"Europe/Berlin", "Pacific/Chatham"} {
		if status, body := ask(t, "PUT", base+"/api/preferences", got.Access, `{"timezone": "`+zone+`"}`); status != http.StatusOK {
			t.Errorf("%s: %d %s", zone, status, body)
		}
	}
}

func ask(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// The image's program trusts whom the image's file names, and nobody else.
func TestTheImageTrustsItsAuthorities(t *testing.T) {
	m := readDockerfile(t)
	root := assembled(t, m)
	file := filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(raw, []byte("BEGIN CERTIFICATE")); n < 100 || !x509.NewCertPool().AppendCertsFromPEM(raw) {
		t.Errorf("it names %d authorities", n)
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status": "ready", "checks": {}}`)
	}))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	check := append(m.entry, "health", s.URL)
	if out, err := m.in(root, check).CombinedOutput(); err == nil || !strings.Contains(string(out), "certificate") {
		t.Errorf("it trusts a stranger: %s", out)
	}
	known := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, append(raw, known...), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := m.in(root, check).CombinedOutput(); err != nil {
		t.Errorf("it does not trust whom its file names: %s", out)
	}
}

// What is secret or built here is not sent to where images are built.
func TestTheContextLeavesSecretsOut(t *testing.T) {
	raw, err := os.ReadFile("../../../deploy/container/Dockerfile.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	left := strings.Split(string(raw), "\n")
	for _, path := range []string{".git", "data", "deploy/container/.env", "deploy/container/tls", "deploy/container/alerts", "**/node_modules", "web/dist/app"} {
		if !slices.Contains(left, path) {
			t.Errorf("%s is sent along", path)
		}
	}
	kept, err := os.ReadFile("../../../.gitignore")
	if err != nil || !strings.Contains(string(kept), "/deploy/container/.env\n") || !strings.Contains(string(kept), "/deploy/container/tls/\n") || !strings.Contains(string(kept), "/deploy/container/alerts/\n") {
		t.Errorf("git does not leave out the secrets: %v", err)
	}
}

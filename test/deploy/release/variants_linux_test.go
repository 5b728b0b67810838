package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"mindflow/test/stage"
)

// What the newer program is, and does wrong, stands in its file, where a test
// writes something else as long: so all of them are one build.
const (
	versionMark = "RELEASE-VERSION:8.0.0                                   "
	faultMark   = "RELEASE-FAULT:none            "
	stepMark    = "SELECT 1/1 WHERE 1 = 2"
)

// variant is a newer program, and what is wrong with it.
type variant struct{ version, fault, step string }

// The newer programs. Each takes two more steps of the schema than the older one.
var (
	good     = variant{version: "8.0.0"}
	better   = variant{version: "8.1.0"}
	stuck    = variant{version: "8.0.1", step: "SELECT 1/0 WHERE 1 = 1"} // its second step fails
	crashing = variant{version: "8.0.2", fault: "crash"}                 // at its start
	unready  = variant{version: "8.0.3", fault: "unready"}               // for ever
	sickly   = variant{version: "8.0.4", fault: "sick"}                  // after a second
	useless  = variant{version: "8.0.5", fault: "useless"}               // it knows no best task
	slow     = variant{version: "8.0.7", fault: "slow"}                  // to know it
	filling  = variant{version: "8.0.6", step: "SELECT 1/1 WHERE 1 = 1"} // what it fills cannot be lost
)

const faults = `package main

import (
	"net/http"
	"os"
	"strings"
	"time"
)

var (
	versionMark = "` + versionMark + `"
	faultMark   = "` + faultMark + `"
	version     = strings.TrimSpace(strings.TrimPrefix(versionMark, "RELEASE-VERSION:"))
	fault       = strings.TrimSpace(strings.TrimPrefix(faultMark, "RELEASE-FAULT:"))
	sickFrom    = time.Now().Add(2 * time.Second)
)

func init() {
	if fault == "crash" && len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(3)
	}
}

func faulty(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault == "slow" && r.URL.Path == "/api/tasks/best" {
			time.Sleep(4 * time.Second)
		}
		switch {
		case fault == "unready" && r.URL.Path == "/health/ready",
			fault == "sick" && r.URL.Path == "/health/ready" && time.Now().After(sickFrom),
			fault == "useless" && r.URL.Path == "/api/tasks/best":
			http.Error(w, "broken on purpose", http.StatusServiceUnavailable)
		default:
			h.ServeHTTP(w, r)
		}
	})
}
`

// The newer program's steps. What the first makes is lost on the way down only if the second filled it.
var steps = map[string]string{
	"90001_marks.sql": "-- +goose Up\nCREATE TABLE release_marks (id bigint NOT NULL PRIMARY KEY);\n\n-- +goose Down\n-- loses: release_marks\nDROP TABLE release_marks;\n",
	"90002_first.sql": "-- +goose Up\nINSERT INTO release_marks (id) " + stepMark + ";\n\n-- +goose Down\n-- loses: nothing\nSELECT 1;\n",
}

// programs are the older program and the newer one.
func programs(t *testing.T) (old, newer string) {
	t.Helper()
	overlay, err := overlay()
	must(t, err)
	return stage.Built(t, top, "mindflow/cmd/mindflow"), stage.Built(t, top, "mindflow/cmd/mindflow", "-overlay", overlay)
}

// overlay is the list of the files in which the newer program differs, written once.
var overlay = sync.OnceValues(func() (string, error) {
	at, err := filepath.Abs(top)
	if err != nil {
		return "", err
	}
	files := map[string]string{"cmd/mindflow/faults.go": faults}
	for _, edit := range []struct{ file, from, to string }{
		{"cmd/mindflow/main.go", `(?m)^(const|var) version = .*$`, ""},
		{"cmd/mindflow/serve.go", `\bapi\.Handler\(\)`, "faulty(api.Handler())"},
	} {
		was, err := os.ReadFile(filepath.Join(at, edit.file))
		if err != nil {
			return "", err
		}
		is := regexp.MustCompile(edit.from).ReplaceAll(was, []byte(edit.to))
		if bytes.Equal(is, was) {
			return "", fmt.Errorf("%s has changed: nothing in it is %s", edit.file, edit.from)
		}
		files[edit.file] = string(is)
	}
	for name, step := range steps {
		files["internal/store/migrations/postgres/"+name] = step
		files["internal/store/migrations/sqlite/"+name] = step
	}
	replace := map[string]string{}
	for name, text := range files {
		copied := filepath.Join(packed.dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(at, name)] = copied
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(packed.dir, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
})

// program writes the file of a newer program.
func (v variant) program(t *testing.T) string {
	t.Helper()
	_, newer := programs(t)
	content, err := os.ReadFile(newer)
	must(t, err)
	content = marked(t, content, versionMark, "RELEASE-VERSION:"+v.version)
	content = marked(t, content, faultMark, "RELEASE-FAULT:"+v.fault)
	if v.step != "" {
		content = marked(t, content, stepMark, v.step)
	}
	path := filepath.Join(t.TempDir(), "mindflow")
	must(t, os.WriteFile(path, content, 0o755))
	return path
}

func marked(t *testing.T, content []byte, mark, is string) []byte {
	t.Helper()
	if !bytes.Contains(content, []byte(mark)) || len(is) > len(mark) {
		t.Fatalf("the newer program has no room for %q", is)
	}
	return bytes.ReplaceAll(content, []byte(mark), []byte(is+strings.Repeat(" ", len(mark)-len(is))))
}

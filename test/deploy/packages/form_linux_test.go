package packages_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mindflow/test/stage"
)

// program runs one of the machine's, and answers what it printed. Without it the
// test is skipped; under CI=true it fails.
func program(t *testing.T, words ...string) string {
	t.Helper()
	if _, err := exec.LookPath(words[0]); err != nil {
		stage.Missing(t, err.Error())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, said)
	}
	return string(said)
}

// testForm looks at packages without installing them.
func testForm(t *testing.T, deb, rpm string) {
	t.Helper()
	t.Run("the same source makes the same bytes", func(t *testing.T) {
		otherDeb, otherRPM := made(t, newer)
		for first, second := range map[string]string{deb: otherDeb, rpm: otherRPM} {
			one, err := os.ReadFile(first)
			if err != nil {
				t.Fatal(err)
			}
			other, err := os.ReadFile(second)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(one, other) {
				t.Errorf("%s and %s differ", first, second)
			}
		}
	})
	t.Run("Debian's own checks find nothing", func(t *testing.T) {
		if said := program(t, "lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", deb); said != "" {
			t.Errorf("lintian says: %s", said)
		}
	})
	t.Run("the RPM has the files, their modes and owners", func(t *testing.T) {
		said := program(t, "rpm", "-qp", "--qf", `[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]`, rpm)
		for _, line := range []string{
			"-rwxr-xr-x root root /usr/bin/mindflow",
			"-rw-r--r-- root root /usr/lib/systemd/system/mindflow.service",
			"-rw-r--r-- root root /usr/lib/systemd/system/mindflow-migrate.service",
			"-rw-r--r-- root root /usr/lib/systemd/system/mindflow.socket",
			"-rw-r--r-- root root /usr/share/mindflow/mindflow.env",
			"-rw-r--r-- root root /usr/share/man/man1/mindflow.1.gz",
			"-rw-r--r-- root root /usr/share/bash-completion/completions/mindflow",
			"-rw-r--r-- root root /usr/share/zsh/site-functions/_mindflow",
			"-rw-r--r-- root root /usr/share/fish/vendor_completions.d/mindflow.fish",
			"-rw-r--r-- root root /usr/share/licenses/mindflow/LICENSE",
		} {
			if !strings.Contains(said, line+"\n") {
				t.Errorf("%q is not among\n%s", line, said)
			}
		}
	})
	t.Run("the RPM's name, version and needs", func(t *testing.T) {
		said := program(t, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{LICENSE}", rpm)
		if said != "mindflow "+newer+" Apache-2.0" {
			t.Errorf("it is %s", said)
		}
		if needs := program(t, "rpm", "-qp", "--requires", rpm); !strings.Contains(needs, "shadow-utils\n") || !strings.Contains(needs, "systemd\n") {
			t.Errorf("it needs %s", needs)
		}
	})
	t.Run("the RPM's scripts are those of the package", func(t *testing.T) {
		scripts := program(t, "rpm", "-qp", "--scripts", rpm)
		for _, file := range []string{"postinstall", "preremove", "postremove"} {
			want, err := os.ReadFile("../../../deploy/package/" + file + ".sh")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(scripts, strings.TrimSpace(string(want))) {
				t.Errorf("%s is not in\n%s", file, scripts)
			}
		}
	})
}

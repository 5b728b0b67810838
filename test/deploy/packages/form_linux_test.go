package packages_test

import (
	"bytes"
	"context"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// TestAPackageForAnotherProcessor makes it and looks at the program in it; where
// there is an emulator it is run.
func TestAPackageForAnotherProcessor(t *testing.T) {
	if os.Getenv("MINDFLOW_TEST_PACKAGES") != "long" {
		t.Skip("MINDFLOW_TEST_PACKAGES=long runs it, since everything is compiled once more")
	}
	if runtime.GOARCH == "arm64" {
		t.Skip("it is this machine's own")
	}
	deb, rpm := made(t, newer, "arch=arm64")
	if said := program(t, "dpkg-deb", "--field", deb, "Architecture"); said != "arm64\n" {
		t.Errorf("the .deb is for %s", said)
	}
	if said := program(t, "rpm", "-qp", "--qf", "%{ARCH}", rpm); said != "aarch64" {
		t.Errorf("the .rpm is for %s", said)
	}
	dir := t.TempDir()
	program(t, "dpkg-deb", "--extract", deb, dir)
	binary := filepath.Join(dir, "usr/bin/mindflow")
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if libraries, err := file.ImportedLibraries(); file.Machine != elf.EM_AARCH64 || len(libraries) > 0 || err != nil {
		t.Errorf("its program is for %s and needs %v, %v", file.Machine, libraries, err)
	}
	if _, err := exec.LookPath("qemu-aarch64-static"); err != nil {
		t.Log("qemu-aarch64-static is missing: the program was not run")
		return
	}
	if said := program(t, "qemu-aarch64-static", binary, "version"); said != "mindflow "+newer+"\n" {
		t.Errorf("it says %s", said)
	}
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
			"-rwxr-xr-x root root /usr/sbin/mindflow-admin",
			"-rwxr-xr-x root root /usr/sbin/mindflow-restore-drill",
			"-rw-r--r-- root root /usr/lib/systemd/system/mindflow-restore-drill.timer",
			"-rw-r--r-- root root /usr/lib/systemd/system/mindflow-certificate.timer",
			"-rw-r--r-- root root /usr/share/mindflow/mindflow.env",
			"-rwxr-xr-x root root /usr/share/mindflow/deploy/install.sh",
			"-rw-r--r-- root root /usr/share/mindflow/deploy/prometheus/rules/mindflow.yml",
			"-rw-r--r-- root root /usr/share/doc/mindflow/docs/operations.md",
			"-rw-r--r-- root root /usr/share/man/man8/mindflow-restore-drill.8.gz",
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

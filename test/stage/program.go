package stage

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// programVariable names a program built before, such as one that is broken on
// purpose: a test that does not fail with it sees nothing.
const programVariable = "MINDFLOW_TEST_PROGRAM"

// buildTime is what a build may take. From an empty cache, on a loaded machine, it
// takes minutes, and the test that needs the program first seems to hang meanwhile.
const buildTime = 8 * time.Minute

// built are the programs that tests run, each built once by whoever needs it first.
var built struct {
	mu     sync.Mutex
	folder string
	paths  map[string]string
}

// Main runs the tests of a package that runs programs, and takes these away afterwards.
func Main(m *testing.M, run func(*testing.M) int) {
	dir, err := os.MkdirTemp("", "mindflow-tests-")
	if err != nil {
		panic(err)
	}
	built.folder, built.paths = dir, map[string]string{}
	code := run(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// Program is the server's program as it is in the source tree, or the one that
// MINDFLOW_TEST_PROGRAM names.
func Program(t *testing.T) string {
	t.Helper()
	if given := os.Getenv(programVariable); given != "" {
		return given
	}
	return Built(t, ".", "mindflow/cmd/mindflow")
}

// Built is the program of a package, as the module in a folder knows it, built
// with further flags.
func Built(t *testing.T, folder, pkg string, flags ...string) string {
	t.Helper()
	built.mu.Lock()
	defer built.mu.Unlock()
	key := strings.Join(append([]string{folder, pkg}, flags...), " ")
	if path, ok := built.paths[key]; ok {
		return path
	}
	path := filepath.Join(built.folder, fmt.Sprintf("program-%d", len(built.paths)))
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	words := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", path}, flags...)
	build := exec.CommandContext(ctx, "go", append(words, pkg)...)
	build.Dir, build.Env = folder, append(os.Environ(), "CGO_ENABLED=0")
	build.WaitDelay = time.Second // compilers it has started hold its output
	began := time.Now()
	out, err := build.CombinedOutput()
	took := time.Since(began).Round(time.Second)
	if err != nil {
		t.Fatalf("build %s, after %s: %v\n%s", pkg, took, err, out)
	}
	t.Logf("built %s in %s", pkg, took)
	built.paths[key] = path
	return path
}

// FreeAddress is an address of the loopback that nobody listens at.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Missing leaves a test out for want of a part, but not in continuous integration.
func Missing(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal(what)
	}
	tb.Skip(what)
}

// Installed is where a program of the system is, which a package of Debian brings.
func Installed(tb testing.TB, program, pkg string) string {
	tb.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(tb, "there is no "+program+" (Debian: apt-get install "+pkg+")")
	}
	return path
}

// Eventually waits until something is so.
func Eventually(t *testing.T, within time.Duration, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s it is not so that %s", within, what)
		}
	}
}

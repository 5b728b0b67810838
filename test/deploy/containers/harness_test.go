package containers

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "mindflow-containers-")
	if err != nil {
		panic(err)
	}
	built.folder = dir
	code := storetest.Run(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// programVariable names a program built before, such as one that is broken on
// purpose.
const programVariable = "MINDFLOW_TEST_PROGRAM"

// built are the programs these tests run, built once by whoever needs one first.
var built struct {
	folder          string
	server, compose sync.Once
	err             error
}

func program(t *testing.T) string {
	t.Helper()
	if given := os.Getenv(programVariable); given != "" {
		return given
	}
	path := filepath.Join(built.folder, "mindflow")
	built.server.Do(func() { built.err = build("../../..", path, "./cmd/mindflow") })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return path
}

// composer reads compose files.
func composer(t *testing.T) string {
	t.Helper()
	path := filepath.Join(built.folder, "compose")
	built.compose.Do(func() { built.err = build("../../../tools/compose", path, ".") })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return path
}

func build(folder, path, what string) error {
	cmd := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, what)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// free is an address of the loopback that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// missing leaves a test out for want of a part, but not in continuous integration.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// eventually waits until something is so.
func eventually(t *testing.T, within time.Duration, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s it is not so that %s", within, what)
		}
	}
}

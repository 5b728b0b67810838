package faults

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// small mounts a file system of so many MiB that is nobody else's. Where we may
// not the test is skipped; under CI=true it fails.
func small(t *testing.T, size int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mindflow-small-") //nolint:usetesting // its parents let PostgreSQL's owner in
	if err == nil {
		err = os.Chmod(dir, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", size)); err != nil {
		stage.Missing(t, fmt.Sprintf("mount: %v (only root may)", err))
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// stuff fills a file system to the last byte, and answers what frees it.
func stuff(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 4096); len(block) > 0; block = block[:len(block)/2] {
		for err = nil; err == nil; {
			_, err = file.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	_ = file.Close()
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// fullDisk holds a server whose disk gets full, and has room again, against its
// promises.
func fullDisk(t *testing.T, s *server, dir string) {
	t.Helper()
	ada := signUp(t, s.url, "ada@example.com")
	l := newLedger()
	var ids []string
	for n := range 20 {
		id, err := l.create(ada, fmt.Sprint("made with room ", n))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for range often(2, 20) {
		free := stuff(t, dir)
		long := strings.Repeat("long ", 350)
		refused := 0
		for n := 0; refused < 20 && n < 2000; n++ {
			id := ids[n%len(ids)]
			title := fmt.Sprint("changed without room ", n)
			status, raw, _, err := ada.try("PATCH", "/api/tasks/"+id, fmt.Sprintf(`{"title": %q, "description": "%s%d"}`, title, long, n))
			switch {
			case err == nil && status == http.StatusInsufficientStorage && strings.Contains(string(raw), "no room"):
				refused++
			case refused == 0: // there was some left
				if _, err := l.enter(status, http.StatusOK, raw, err); err != nil {
					t.Fatal(err)
				}
			case status == http.StatusOK: // smaller than the last one
				_, _ = l.enter(status, http.StatusOK, raw, err)
			default:
				t.Fatalf("without room a change is answered %d %s %v", status, raw, err)
			}
			if refused > 0 {
				if err := l.check(ada, id); err != nil {
					t.Errorf("without room: %v", err)
				}
			}
		}
		if refused == 0 {
			t.Fatal("no change was refused")
		}
		if status, raw, _, err := ada.try("GET", "/api/tasks/best", ""); status != http.StatusOK {
			t.Errorf("best without room: %d %s %v", status, raw, err)
		}
		if status, raw, _ := s.ask("GET", "/health"); status != http.StatusOK {
			t.Errorf("health without room: %d %s", status, raw)
		}
		free()
		for n, id := range ids {
			if err := l.rename(ada, id, fmt.Sprint("changed with room again ", n)); err != nil {
				t.Fatalf("with room again: %v", err)
			}
		}
	}
	l.balance(t, ada)
}

// Seen red with a server that took SQLITE_FULL and 53100 for any failure: 503.
func TestAFullDiskRefusesChangesAndNothingElse(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := small(t, 4)
		s := start(t, "DATABASE_URL=sqlite:///"+filepath.Join(dir, "mindflow.db")).ready()
		fullDisk(t, s, dir)
	})
	t.Run("postgres", func(t *testing.T) {
		cluster := storetest.Own(t)
		dir := small(t, 40)
		cluster.Give(dir)
		db, err := sql.Open("pgx", cluster.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, statement := range []string{
			`CREATE TABLESPACE small LOCATION '` + dir + `'`,
			`CREATE DATABASE small TABLESPACE small`,
		} {
			if _, err := db.ExecContext(context.Background(), statement); err != nil {
				t.Fatal(err)
			}
		}
		s := start(t, "DATABASE_URL="+strings.Replace(cluster.URL(), "/postgres?", "/small?", 1)).ready()
		fullDisk(t, s, dir)
	})
}

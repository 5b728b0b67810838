package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/test/stage"
)

// The backup of a day that finds no room costs none of those before, not even where
// one only is kept. Seen red with a folder that is tidied before the new one is whole.
func TestABackupThatFindsNoRoomCostsNoneOfThoseBefore(t *testing.T) {
	if os.Getuid() != 0 {
		stage.Missing(t, "only root may mount a disk that is small")
	}
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, _ mindflow.Actor) {
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
			stage.Missing(t, "a small disk cannot be mounted: "+err.Error())
		}
		defer func() {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		}()
		b := app.Backups{Dir: dir, Keep: 1}
		good, err := a.DailyBackup(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		full := filepath.Join(dir, "full")
		if err := os.WriteFile(full, make([]byte, 256<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		clock.jump(friday.Add(24 * time.Hour))
		if _, err := a.DailyBackup(t.Context(), b); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("it found room: %v", err)
		}
		wantFiles(t, dir, []string{"full", filepath.Base(good.File)})
		if _, err := app.VerifyBackup(t.Context(), good.File, app.BackupOptions{}); err != nil {
			t.Errorf("the backup of before: %v", err)
		}
		if err := os.Remove(full); err != nil {
			t.Fatal(err)
		}
		clock.jump(friday.Add(48 * time.Hour))
		next, err := a.DailyBackup(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		wantFiles(t, dir, []string{filepath.Base(next.File)})
	})
}

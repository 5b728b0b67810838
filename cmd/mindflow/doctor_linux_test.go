package main

import (
	"os"
	"path/filepath"
	"testing"

	"mindflow/internal/doctor"
	"mindflow/test/stage"
)

// Where root runs it, it looks as the user whom the settings belong to. Seen red with a
// doctor that stayed root, who may write anywhere.
func TestTheDoctorOfRootLooksAsTheServersUser(t *testing.T) {
	if os.Getuid() != 0 {
		stage.Missing(t, "only root may become somebody else")
	}
	const nobody = 65534
	top, err := os.MkdirTemp("", "doctor-") //nolint:usetesting // every folder above it must be open to that user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	data, backups, file := filepath.Join(top, "data"), filepath.Join(top, "backups"), filepath.Join(top, "mindflow.env")
	for _, folder := range []string{data, backups} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte("DATA_DIR="+data+"\nBACKUP_DIR="+backups+"\nLISTEN_ADDR=127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, its := range []string{data, file} {
		if err := os.Chown(its, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	s := newShell(t)
	all, _ := s.examine(t, "--env-file="+file)
	s.finds(t, all, "settings", doctor.OK, file+" is read by who may read it alone (0600)")
	s.finds(t, all, "disk", doctor.OK, "DATA_DIR ("+data+"): ")
	s.finds(t, all, "disk", doctor.Wrong, "BACKUP_DIR takes no files: ")
}

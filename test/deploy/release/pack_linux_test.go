package release

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"mindflow/test/stage"
)

// packed is the older program's package as make packages makes it, and what is in it.
var packed struct {
	dir       string // for these tests
	once      sync.Once
	deb, root string
}

func olderPackage(t *testing.T) string {
	t.Helper()
	packed.once.Do(func() {
		nfpm := filepath.Join(top, ".tools/bin/nfpm")
		if _, err := os.Stat(nfpm); err != nil {
			stage.Missing(t, "nfpm is missing: make packages builds it")
		}
		old, _ := programs(t)
		dir := filepath.Join(packed.dir, "packages")
		packing := exec.CommandContext(context.Background(), filepath.Join(top, "deploy/package/build.sh"), old, "7.0.0", "amd64", dir)
		packing.Env = append(os.Environ(), "NFPM="+nfpm, "MINDFLOW="+old)
		run(t, packing)
		found, _ := filepath.Glob(filepath.Join(dir, "mindflow_7.0.0*_amd64.deb"))
		if len(found) != 1 {
			t.Fatalf("build.sh made %v", found)
		}
		packed.deb, packed.root = found[0], filepath.Join(packed.dir, "unpacked")
		run(t, exec.CommandContext(context.Background(), "dpkg-deb", "--raw-extract", packed.deb, packed.root))
		must(t, os.Remove(filepath.Join(packed.root, "DEBIAN/md5sums")))
		must(t, os.Remove(filepath.Join(packed.root, "usr/bin/mindflow")))
	})
	if packed.root == "" {
		t.Fatal("there is no package of the older program")
	}
	return packed.deb
}

// pack makes the package of a newer program: the older one's, with another program in it.
func (v variant) pack(t *testing.T) string {
	t.Helper()
	olderPackage(t)
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	run(t, exec.CommandContext(context.Background(), "cp", "-a", packed.root, root))
	must(t, os.Rename(v.program(t), filepath.Join(root, "usr/bin/mindflow")))
	control := filepath.Join(root, "DEBIAN/control")
	text := regexp.MustCompile(`(?m)^Version: .*$`).ReplaceAllString(read(t, control), "Version: "+v.version)
	must(t, os.WriteFile(control, []byte(text), 0o644))
	deb := filepath.Join(dir, "mindflow_"+v.version+"_amd64.deb")
	run(t, exec.CommandContext(context.Background(), "dpkg-deb", "--root-owner-group", "-Znone", "--build", root, deb))
	must(t, os.RemoveAll(root))
	return deb
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}

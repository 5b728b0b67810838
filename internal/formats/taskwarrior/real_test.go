package taskwarrior_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/formats"
)

var update = flag.Bool("update", false, "write the golden files anew")

func file(tb testing.TB, parts ...string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", name), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(file(t, "testdata", name), got); diff != "" {
		t.Errorf("%s (-golden +got):\n%s", name, diff)
	}
}

func TestARealExportIsReadAsTheGoldenFileSays(t *testing.T) {
	berlin := inZone(t, "Europe/Berlin")
	for _, c := range []struct {
		golden  string
		options formats.Options
	}{
		{"real.golden", berlin},
		{"real.nozone.golden", formats.Options{}},
	} {
		f := read(file(t, "testdata", "real.json"), c.options)
		for _, e := range f.entries {
			checkLegal(t, e, c.options.Zone)
		}
		golden(t, c.golden, show(f))
	}
}

func TestBothLayoutsOfARealExportSayTheSame(t *testing.T) {
	bothLayouts(t, "testdata")
}

func bothLayouts(t *testing.T, folder string) {
	t.Helper()
	array := read(file(t, folder, "real.json"), formats.Options{})
	lines := read(file(t, folder, "real.lines.json"), formats.Options{})
	if len(array.entries) < 28 || len(array.problems) > 0 {
		t.Errorf("%d entries, problems: %v", len(array.entries), array.problems)
	}
	if diff := cmp.Diff(withoutPlaces(show(array)), withoutPlaces(show(lines))); diff != "" {
		t.Errorf("array against lines:\n%s", diff)
	}
}

// The exports kept in testdata could grow old: this one is made by the
// Taskwarrior at hand, and must read as they do but for uuids and moments.
func TestTheTaskwarriorAtHandExportsTheSame(t *testing.T) {
	if _, err := exec.LookPath("task"); err != nil {
		const missing = "NOT TESTED against a live Taskwarrior: no `task` in PATH (Debian: apt-get install taskwarrior)"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Log(missing)
		return
	}
	folder := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "sh", filepath.Join("testdata", "make-export.sh"), folder).CombinedOutput()
	if err != nil {
		t.Fatalf("make-export.sh: %v\n%s", err, out)
	}
	bothLayouts(t, folder)
	berlin := inZone(t, "Europe/Berlin")
	kept := withoutMoments(show(read(file(t, "testdata", "real.json"), berlin)))
	live := withoutMoments(show(read(file(t, folder, "real.json"), berlin)))
	if diff := cmp.Diff(kept, live); diff != "" {
		t.Errorf("kept against live:\n%s", diff)
	}
}

var (
	places  = regexp.MustCompile(`line \d+`)
	uuids   = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	moments = regexp.MustCompile(`(created|updated|completed) [^,\n]*|(?m)^    \| \d{4}-\d\d-\d\d \d\d:\d\d:|end: [-0-9]* [:0-9]*`)
)

func withoutPlaces(s string) string { return places.ReplaceAllString(s, "line N") }

func withoutMoments(s string) string {
	return moments.ReplaceAllString(uuids.ReplaceAllString(s, "UUID"), "…")
}

package taskwarrior_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
)

func TestARealExportIsReadAsTheGoldenFileSays(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	for _, c := range []struct {
		golden  string
		options formats.Options
	}{
		{"real.golden", berlin},
		{"real.nozone.golden", formats.Options{}},
	} {
		f := read(formatstest.File(t, "testdata", "real.json"), c.options)
		for _, e := range f.Entries {
			formatstest.CheckLegal(t, e, c.options.Zone)
		}
		formatstest.Golden(t, c.golden, f.String())
	}
}

func TestBothLayoutsOfARealExportSayTheSame(t *testing.T) {
	bothLayouts(t, "testdata")
}

func bothLayouts(t *testing.T, folder string) {
	t.Helper()
	array := read(formatstest.File(t, folder, "real.json"), formats.Options{})
	lines := read(formatstest.File(t, folder, "real.lines.json"), formats.Options{})
	if len(array.Entries) < 28 || len(array.Problems) > 0 {
		t.Errorf("%d entries, problems: %v", len(array.Entries), array.Problems)
	}
	if diff := cmp.Diff(withoutPlaces(array.String()), withoutPlaces(lines.String())); diff != "" {
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
	berlin := formatstest.InZone(t, "Europe/Berlin")
	kept := withoutMoments(read(formatstest.File(t, "testdata", "real.json"), berlin).String())
	live := withoutMoments(read(formatstest.File(t, folder, "real.json"), berlin).String())
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

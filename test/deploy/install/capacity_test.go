package install_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	trigger = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+\\| [^|]+\\| [^|]+\\|$")
	metric  = regexp.MustCompile(`\b(mindflow|process|go)_[a-z_]+`)
)

// TestWhatCallsForMoreCanBeMeasured has Prometheus' own program read the
// expressions of the guide, and holds their metrics against the guide's table.
func TestWhatCallsForMoreCanBeMeasured(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(text)
	_, capacity, _ := strings.Cut(guide, "\n## Capacity\n")
	capacity, _, _ = strings.Cut(capacity, "\n## ")
	rules := "groups:\n  - name: capacity\n    rules:\n"
	triggers := trigger.FindAllStringSubmatch(capacity, -1)
	if len(triggers) < 8 {
		t.Fatalf("the guide has %d triggers", len(triggers))
	}
	for _, found := range triggers {
		rules += "      - {alert: More, expr: '" + strings.ReplaceAll(found[1], "'", "''") + "'}\n"
		for _, name := range metric.FindAllString(found[1], -1) {
			if !strings.HasPrefix(name, "process_") && !strings.Contains(guide, "| `"+strings.TrimSuffix(name, "_bucket")+"` |") {
				t.Errorf("the guide's table of metrics has no %s", name)
			}
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("promtool is missing")
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	// All have one name, which it would complain of.
	if said, err := exec.CommandContext(t.Context(), promtool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}

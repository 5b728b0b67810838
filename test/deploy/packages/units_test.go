package packages_test

import (
	"os"
	"strings"
	"testing"
)

// The unit that migrates may do what the server's may, and nothing else: what
// confines them stands in both files.
func TestWhoMigratesIsConfinedAsTheServerIs(t *testing.T) {
	var confined []string
	for _, unit := range []string{"mindflow", "mindflow-migrate"} {
		content, err := os.ReadFile("../../../deploy/package/" + unit + ".service")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(content), "# It may do what a server does, and nothing else.\n")
		rest, _, _ = strings.Cut(rest, "\n[")
		if !found || strings.Count(rest, "\n") < 30 {
			t.Errorf("%s.service does not say what it may do: %s", unit, rest)
		}
		confined = append(confined, strings.TrimSpace(rest))
	}
	if confined[0] != confined[1] {
		t.Errorf("the server: %s\n\nwho migrates: %s", confined[0], confined[1])
	}
}

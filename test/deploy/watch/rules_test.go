package watch

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestTheConfigurationIsValid(t *testing.T) {
	output(t, "promtool", "check", "config", prometheus)
	output(t, "promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)
	output(t, "amtool", "check-config", alertmanager)
}

// Each file is about other alerts; two run at a time.
func TestAlertsFireAsTheirTestsSay(t *testing.T) {
	need(t, "promtool")
	files, err := filepath.Glob(ruleTests + "/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	turns := make(chan struct{}, 2)
	var all sync.WaitGroup
	for _, file := range files {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if said, err := command(t, "promtool", "test", "rules", file); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		})
	}
	all.Wait()
}

// alert is one as the rules declare it.
type alert struct{ name, text string }

// alerts reads the rules: each alert begins a line of its own, and goes on to the
// next rule.
func alerts(t *testing.T) []alert {
	t.Helper()
	var all []alert
	for _, text := range strings.Split(read(t, rules), "\n      - ")[1:] {
		name, declared := strings.CutPrefix(text, "alert: ")
		if !declared {
			continue
		}
		name, _, _ = strings.Cut(name, "\n")
		text, _, _ = strings.Cut(text, "\n  - name:")
		all = append(all, alert{name, text})
	}
	if len(all) < 20 {
		t.Fatalf("only %d alerts are found", len(all))
	}
	return all
}

// Seen red with an alert taken out of its tests, and with one whose section has
// another name.
func TestEachAlertIsTestedAndExplained(t *testing.T) {
	var tests strings.Builder
	files, _ := filepath.Glob(ruleTests + "/*.yml")
	for _, file := range files {
		tests.WriteString(read(t, file))
	}
	guide := read(t, operations)
	var names []string
	for _, a := range alerts(t) {
		names = append(names, a.name)
		fires := strings.Contains(tests.String(), "alertname: "+a.name+"\n        exp_alerts:\n")
		quiet := strings.Contains(tests.String(), "alertname: "+a.name+"\n        exp_alerts: []\n")
		if !fires || !quiet {
			t.Errorf("%s is tested firing: %v, quiet: %v", a.name, fires, quiet)
		}
		for _, part := range []string{"severity: ", "summary: ", "description: ", "for: "} {
			if !strings.Contains(a.text, part) {
				t.Errorf("%s has no %s", a.name, part)
			}
		}
		if !regexp.MustCompile(`severity: (critical|warning)\b`).MatchString(a.text) {
			t.Errorf("the severity of %s leads nowhere", a.name)
		}
		if want := "runbook_url: '{{ $externalLabels.runbooks }}#" + strings.ToLower(a.name) + "'"; !strings.Contains(a.text, want) {
			t.Errorf("%s does not say %s", a.name, want)
		}
		_, section, found := strings.Cut(guide, "\n### "+a.name+"\n")
		section, _, _ = strings.Cut(section, "\n##")
		if !found || len(strings.Fields(section)) < 15 {
			t.Errorf("docs/operations.md has no section for %s: %q", a.name, section)
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^### (Mindflow\w+)$`).FindAllStringSubmatch(guide, -1) {
		if !slices.Contains(names, heading[1]) {
			t.Errorf("docs/operations.md explains %s, which is no alert", heading[1])
		}
	}
	inhibited := regexp.MustCompile(`Mindflow(\w+|\([\w|]+\))`).FindAllStringSubmatch(read(t, alertmanager), -1)
	for _, match := range inhibited {
		for name := range strings.SplitSeq(strings.Trim(match[1], "()"), "|") {
			if !slices.Contains(names, "Mindflow"+name) {
				t.Errorf("the example for Alertmanager names Mindflow%s, which is no alert", name)
			}
		}
	}
}

// What is in the guide is where it says.
func TestFilesOfTheGuideAreThere(t *testing.T) {
	for _, path := range regexp.MustCompile(`deploy/(?:prometheus|alertmanager|grafana)(?:/[\w.-]+)*`).FindAllString(read(t, operations), -1) {
		if strings.HasSuffix(path, "mindflow-certificate.") { // of {service,timer}
			path += "timer"
		}
		if _, err := os.Stat(filepath.Join("../../..", path)); err != nil {
			t.Error(err)
		}
	}
}

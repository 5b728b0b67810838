package watch

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/test/stage"
)

// panel is one of Grafana's, as far as it is looked at here.
type panel struct {
	ID         int
	Type       string
	Title      string
	Datasource struct{ Type, UID string }
	Targets    []struct {
		RefID      string
		Expr       string
		Datasource struct{ Type, UID string }
	}
	FieldConfig struct{ Defaults struct{ Unit string } }
	GridPos     struct{ H, W, X, Y int }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var d struct {
		UID, Title string
		Templating struct {
			List []struct{ Name, Type, Query string }
		}
		Panels []panel
	}
	if err := json.Unmarshal([]byte(read(t, dashboard)), &d); err != nil {
		t.Fatal(err)
	}
	if v := d.Templating.List; d.UID == "" || len(v) != 1 || v[0].Name != "datasource" || v[0].Type != "datasource" || v[0].Query != "prometheus" {
		t.Errorf("the dashboard has no variable for its source: %+v", d.Templating)
	}
	return d.Panels
}

// units are those of Grafana that the dashboard uses.
var units = []string{"none", "s", "bytes", "percentunit", "reqps", "ops", "bool_yes_no"}

func TestTheDashboardAsksQuestions(t *testing.T) {
	questions := []string{
		"Is it up?", "Is it fast?", "Is it failing?", "Is the database well?", "Is work waiting?", "Is there room?", "Are backups fresh?", "Who uses it?",
	}
	var rows []string
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range panels(t) {
		if p.ID == 0 || ids[p.ID] {
			t.Errorf("%q has the id %d of another", p.Title, p.ID)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" || at[0] >= 24 {
					t.Errorf("%q lies upon %q", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
		if p.Type == "row" {
			rows = append(rows, p.Title)
			continue
		}
		if p.Datasource.UID != "${datasource}" || !slices.Contains(units, p.FieldConfig.Defaults.Unit) || len(p.Targets) == 0 {
			t.Errorf("%q: source %q, unit %q, %d queries", p.Title, p.Datasource.UID, p.FieldConfig.Defaults.Unit, len(p.Targets))
		}
		for _, q := range p.Targets {
			if q.Datasource.UID != "${datasource}" || q.RefID == "" {
				t.Errorf("%q asks %q", p.Title, q.Datasource.UID)
			}
		}
	}
	if !slices.Equal(rows, questions) {
		t.Errorf("it asks %q", rows)
	}
}

// triggers are the expressions of the guide that say when it is time to grow: what
// stands first in a row of its table.
func triggers(t *testing.T) []string {
	t.Helper()
	_, section, _ := strings.Cut(read(t, operations), "\n## Capacity\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var all []string
	for _, match := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1) {
		all = append(all, match[1])
	}
	if len(all) < 8 {
		t.Errorf("the guide says only %d times when to grow", len(all))
	}
	return all
}

// queries are those of the dashboard.
func queries(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, p := range panels(t) {
		for _, q := range p.Targets {
			all = append(all, q.Expr)
		}
	}
	return all
}

// Rules are written in YAML, and JSON is YAML. Seen red with a bracket missing.
func TestEachQueryOfTheDashboardAndTheGuideIsValid(t *testing.T) {
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var asked []rule
	for _, q := range append(queries(t), triggers(t)...) {
		asked = append(asked, rule{"asked:" + strings.Repeat("x", len(asked)+1), strings.ReplaceAll(q, "$__rate_interval", "1m")})
	}
	file, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": asked}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dashboard.yml")
	write(t, path, string(file))
	output(t, "promtool", "check", "rules", path)
}

var (
	quoted = regexp.MustCompile(`"[^"]*"`)
	named  = regexp.MustCompile(`\b(?:mindflow|process|go|node|alertmanager|prometheus)[_:][\w:]*`)
	family = regexp.MustCompile(`(?m)^# TYPE (\w+) (\w+)$`)
)

// Whatever a rule or the dashboard names is told by a server, by what looks at the
// certificate, or recorded by a rule; node_exporter and Alertmanager tell theirs.
// Seen red with a metric renamed, and with a misspelt one in the dashboard.
func TestEveryMetricThatIsNamedIsTold(t *testing.T) {
	backups := t.TempDir()
	write(t, filepath.Join(backups, "mindflow-"+time.Now().UTC().Format("20060102T150405Z")+".backup"), "")
	// A mail that nobody takes is a job that waits.
	url, metrics := serve(t, "DATABASE_URL=sqlite:///"+filepath.Join(t.TempDir(), "mindflow.db"), "BACKUP_DIR="+backups,
		"SMTP_URL=smtp://127.0.0.1:1", "MAIL_FROM=mindflow@example.org", "PUBLIC_URL=http://localhost:8000")
	register(t, url)
	told := map[string]bool{}
	stage.Eventually(t, 10*time.Second, "the server tells of its queues and users", func() bool {
		text := ask(t, "http://"+metrics+"/metrics")
		learn(told, text)
		return told["mindflow_jobs"] && told["mindflow_users"]
	})
	learn(told, look(t, nil, "127.0.0.1:1")+"# TYPE mindflow_certificate_expires_timestamp_seconds gauge\n")
	learn(told, strings.ReplaceAll(read(t, drill), "\t", "")) // what it writes down
	text := read(t, rules)
	for _, match := range regexp.MustCompile(`record: (\S+)`).FindAllStringSubmatch(text, -1) {
		told[match[1]] = true
	}
	asked := append(queries(t), triggers(t)...)
	for _, a := range alerts(t) {
		expr, _, _ := strings.Cut(a.text, "\n        for: ")
		asked = append(asked, expr)
	}
	for _, expr := range append(asked, strings.Split(text, "\n  - name: mindflow-up")[0]) {
		for line := range strings.SplitSeq(expr, "\n") {
			line, _, _ = strings.Cut(line, "# ")
			for _, name := range named.FindAllString(quoted.ReplaceAllString(line, ""), -1) {
				if !told[name] && !strings.HasPrefix(name, "node_") && !strings.HasPrefix(name, "alertmanager_") {
					t.Errorf("nobody tells %s, in %s", name, expr)
				}
			}
		}
	}
	guide := read(t, operations)
	for name := range told {
		if strings.HasPrefix(name, "mindflow_") && !strings.Contains(guide, "`"+strings.TrimSuffix(name, "_bucket")) && !strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_count") {
			if name != "mindflow_database_connection_wait_seconds_total" { // told in one row with the waits
				t.Errorf("docs/operations.md does not name %s", name)
			}
		}
	}
}

// learn adds the families of a text of metrics.
func learn(told map[string]bool, text string) {
	for _, match := range family.FindAllStringSubmatch(text, -1) {
		told[match[1]] = true
		if match[2] == "histogram" {
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				told[match[1]+part] = true
			}
		}
	}
}

func TestWhatGrafanaIsGivenNamesWhatIsThere(t *testing.T) {
	for file, words := range map[string][]string{
		"datasources/mindflow.yml": {"type: prometheus", "url: ${PROMETHEUS_URL}"},
		"dashboards/mindflow.yml":  {"type: file", "path: /var/lib/grafana/dashboards"},
	} {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(dashboard), "../provisioning", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if !strings.Contains(string(content), word) {
				t.Errorf("%s does not say %s", file, word)
			}
		}
	}
}

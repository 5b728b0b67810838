package watch

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/ratelimit/redistest"
	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// inbox is a webhook of the test's own: what Alertmanager told it of each alert
// last.
type inbox struct {
	mu     sync.Mutex
	status map[string]string // by alert
	labels map[string]map[string]string
	leads  map[string]string // to the runbook
}

func (i *inbox) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var told struct {
		Alerts []struct {
			Status              string
			Labels, Annotations map[string]string
		}
	}
	raw, _ := io.ReadAll(r.Body)
	if json.Unmarshal(raw, &told) != nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range told.Alerts {
		name := a.Labels["alertname"]
		i.status[name], i.labels[name], i.leads[name] = a.Status, a.Labels, a.Annotations["runbook_url"]
	}
}

func (i *inbox) says(name string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.status[name]
}

// watching is a Prometheus and an Alertmanager that run.
type watching struct {
	t          *testing.T
	prometheus string // where it answers
}

// watch starts both with the project's own configuration, and node_exporter, which
// tells what lies in a folder. What differs are the addresses, how often is looked,
// and for how long something has to be so: five seconds. They are to be ready before
// the end.
func watch(t *testing.T, end time.Time, metrics, texts string, in *inbox) *watching {
	t.Helper()
	prometheusPath, managerPath, node := need(t, "prometheus"), need(t, "prometheus-alertmanager"), stage.FreeAddress(t)
	start(t, nil, nil, need(t, "prometheus-node-exporter"), "--web.listen-address="+node, "--collector.textfile.directory="+texts, "--no-collector.systemd")
	hook := httptest.NewServer(in)
	t.Cleanup(hook.Close)
	dir, own, manager := t.TempDir(), stage.FreeAddress(t), stage.FreeAddress(t)
	write(t, filepath.Join(dir, "alertmanager.yml"), fmt.Sprintf(`
route: {receiver: test, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: test, webhook_configs: [{url: '%s', send_resolved: true}]}]
`, hook.URL))
	sooner := strings.ReplaceAll(read(t, rules), "interval: 30s", "interval: 1s")
	write(t, filepath.Join(dir, "mindflow.yml"), regexp.MustCompile(`(?m)^( +for:) \w+$`).ReplaceAllString(sooner, "$1 5s"))
	config := strings.NewReplacer(
		"rules/*.yml", filepath.Join(dir, "mindflow.yml"), "127.0.0.1:9464", metrics, "127.0.0.1:9093", manager, "127.0.0.1:9090", own, "127.0.0.1:9100", node,
		"scrape_interval: 15s", "scrape_interval: 2s", "scrape_timeout: 5s", "scrape_timeout: 2s", "evaluation_interval: 15s", "evaluation_interval: 1s",
	).Replace(read(t, prometheus))
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	start(t, nil, nil, managerPath, "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+t.TempDir(),
		"--web.listen-address="+manager, "--cluster.listen-address=")
	start(t, nil, nil, prometheusPath, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+t.TempDir(),
		"--web.listen-address="+own)
	w := &watching{t, "http://" + own}
	stage.Eventually(t, time.Until(end), "Prometheus and Alertmanager are ready", func() bool {
		return ask(t, w.prometheus+"/-/ready") != "" && ask(t, "http://"+manager+"/-/ready") != ""
	})
	return w
}

// value is what a query answers, "" for nothing.
func (w *watching) value(query string) string {
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.Unmarshal([]byte(ask(w.t, w.prometheus+"/api/v1/query?query="+url.QueryEscape(query))), &answer); err != nil || len(answer.Data.Result) == 0 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}

// state is what Prometheus says of an alert: inactive, pending or firing.
func (w *watching) state(name string) string {
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, State, Health string }
			}
		}
	}
	_ = json.Unmarshal([]byte(ask(w.t, w.prometheus+"/api/v1/rules?type=alert")), &answer) // nothing is no state
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Name == name && r.Health == "ok" {
				return r.State
			}
		}
	}
	return ""
}

// A database that stops is told to whoever is to hear it, and so is its return;
// the server is not restarted in between. Fails with a health of the database
// that is asked once only.
func TestAStoppedDatabaseIsToldToPeople(t *testing.T) {
	need(t, "prometheus")
	database := storetest.Own(t)
	backups, texts := t.TempDir(), t.TempDir()
	write(t, filepath.Join(backups, "mindflow-"+time.Now().UTC().Format("20060102T150405Z")+".backup"), "")
	write(t, filepath.Join(texts, "mindflow-restore-drill.prom"), "mindflow_restore_drill_success 1\nmindflow_restore_drill_timestamp_seconds 1\n")
	write(t, filepath.Join(texts, "mindflow-certificate.prom"), certificateOf(t))
	address, metrics := serve(t, "DATABASE_URL="+database.URL(), "ENVIRONMENT=development", "BACKUP_DIR="+backups, "REDIS_URL="+redistest.Start(t).URL(),
		"RATE_LIMIT_AUTH=3/h", "SMTP_URL=smtp://127.0.0.1:1", "MAIL_FROM=mindflow@example.org", "PUBLIC_URL=http://localhost:8000")
	in := &inbox{status: map[string]string{}, labels: map[string]map[string]string{}, leads: map[string]string{}}
	end := time.Now().Add(time.Minute) // of all this
	w := watch(t, end, metrics, texts, in)
	token := use(t, address)
	storetest.Execute(t, database.URL(), `INSERT INTO jobs (id, queue, kind, payload, asked, run_at, attempts, created_at, failed_at, last_error)
		VALUES ('00000000-0000-7000-8000-000000000001', 'mails', 'none', '', 1, 1, 9, 1, 1, 'no')`)

	// Prometheus looks for its targets five seconds after its start: until then nothing is scraped, and that is told.
	stage.Eventually(t, time.Until(end), "all is well", func() bool {
		for _, name := range []string{"MindflowDatabaseDown", "MindflowDown", "MindflowServerDown", "MindflowSchemaBehind"} {
			if w.state(name) != "inactive" || in.says(name) == "firing" {
				return false
			}
		}
		return w.value("mindflow:available") == "1" && w.value(`sum(mindflow_users{state="enabled"})`) == "1"
	})

	best := func(status int) func() {
		return func() { send(t, http.MethodGet, address+"/api/tasks/best", token, "", status) }
	}
	w.finds(end, func(selects string) bool { return !failing.MatchString(selects) }, best(http.StatusOK))

	database.End(syscall.SIGINT)
	stage.Eventually(t, time.Until(end), "the alert fires, and is told", func() bool {
		return w.state("MindflowDatabaseDown") == "firing" && in.says("MindflowDatabaseDown") == "firing"
	})
	stage.Eventually(t, time.Until(end), "no server is said to be available", func() bool { return w.value("mindflow:available") == "0" })
	w.finds(end, failing.MatchString, best(http.StatusServiceUnavailable))
	for name, what := range map[string]string{"MindflowSchemaBehind": "nobody can know", "MindflowServerDown": "it answers", "MindflowDown": "one answers"} {
		if in.says(name) == "firing" {
			t.Errorf("%s is told, though %s", name, what)
		}
	}
	in.mu.Lock()
	labels, leads := in.labels["MindflowDatabaseDown"], in.leads["MindflowDatabaseDown"]
	in.mu.Unlock()
	if labels["instance"] != metrics || labels["severity"] != "critical" || labels["runbooks"] != "" || !strings.HasSuffix(leads, "/operations.md#mindflowdatabasedown") {
		t.Errorf("it is told with %v and leads to %s", labels, leads)
	}

	database.Start()
	stage.Eventually(t, time.Until(end), "the alert ends, and that is told", func() bool {
		return w.state("MindflowDatabaseDown") == "inactive" && in.says("MindflowDatabaseDown") == "resolved"
	})
	if status := ask(t, address+"/health/ready"); status == "" {
		t.Error("the server is not ready again")
	}
}

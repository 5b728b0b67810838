package install_test

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// said runs a part of the installer here, with other settings than a server's.
func said(t *testing.T, settings map[string]string, script string) string {
	t.Helper()
	words := "source ../../../deploy/install.sh; email=ada@example.org; setting() { case $1 in "
	for name, value := range settings {
		words += name + ") printf %s '" + strings.ReplaceAll(value, "'", `'\''`) + "' ;; "
	}
	text, err := exec.CommandContext(t.Context(), "bash", "-c", words+"esac; }; "+script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(text)
}

// TestAlertsGoOutByTheServersMail has Alertmanager's own program read what the
// installer writes for it.
func TestAlertsGoOutByTheServersMail(t *testing.T) {
	amtool := stage.Installed(t, "amtool", "prometheus-alertmanager")
	for _, c := range []struct {
		url         string
		want, never []string
	}{
		{"", []string{"receiver: mail", "\n  - name: mail\n"}, []string{"smtp", "email_configs"}},
		{
			"smtp://ada%40example.org:it's%25%5C@mail.example.org",
			[]string{"smtp_smarthost: 'mail.example.org:587'", "smtp_from: 'MindFlow <mindflow@example.org>'", "smtp_auth_username: 'ada@example.org'", `smtp_auth_password: 'it''s%\'`, "- to: 'ada@example.org'"},
			[]string{"smtp_require_tls"},
		},
		{"smtps://u:p@mail.example.org", []string{"smtp_smarthost: 'mail.example.org:465'"}, []string{"smtp_require_tls"}},
		{"smtp://127.0.0.1:25/", []string{"smtp_smarthost: '127.0.0.1:25'", "smtp_require_tls: false"}, []string{"smtp_auth"}},
		{"smtp://[::1]:2525", []string{"smtp_smarthost: '[::1]:2525'", "smtp_require_tls: false"}, []string{"smtp_auth"}},
	} {
		text := said(t, map[string]string{"SMTP_URL": c.url, "MAIL_FROM": "MindFlow <mindflow@example.org>"}, "alertmanager_says")
		contains(t, text, c.want...)
		for _, part := range c.never {
			if strings.Contains(text, part) {
				t.Errorf("%s: there is %s in\n%s", c.url, part, text)
			}
		}
		file := filepath.Join(t.TempDir(), "alertmanager.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if told, err := exec.CommandContext(t.Context(), amtool, "check-config", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", c.url, err, told, text)
		}
	}
}

// TestAWatchedServer installs under systemd itself: what is promised runs, is
// seen, and is reached from this machine alone.
func TestAWatchedServer(t *testing.T) {
	if !long() {
		t.Skip("MINDFLOW_TEST_INSTALL=long runs it, for some minutes")
	}
	m := debian.Boot(t, "systemd-sysv", "postgresql", "nginx", "ufw", "openssl", "ca-certificates", "openssh-server", "iproute2", "curl",
		"prometheus", "prometheus-node-exporter", "prometheus-alertmanager")
	for from, to := range map[string]string{"../../../deploy": "root/deploy", thePackage(t): "root/mindflow.deb"} {
		if told, err := exec.CommandContext(t.Context(), "cp", "-aT", from, filepath.Join(m.Root, to)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, told)
		}
	}
	install := func(script string) string {
		t.Helper()
		return m.Run(t, "bash", "-c", "cd /root && "+script+" --skip certificate mind.example.org ada@example.org "+strings.Repeat("mindflow.deb", strings.Count(script, "deploy/install.sh")))
	}
	// Somebody has Prometheus already, as Debian sets it up: it listens to the world.
	m.Run(t, "sh", "-c", "rm -f /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh")
	contains(t, install("deploy/install.sh"), "Prometheus sees the server, the machine, Alertmanager and itself", "All is well.", "https://mind.example.org is served.")
	// By the script and the files that the package has brought.
	again := install("/usr/share/mindflow/deploy/install.sh")
	contains(t, again, "There was nothing to do: https://mind.example.org is served.", "Prometheus sees the server")

	for _, unit := range []string{
		"mindflow.socket", "mindflow.service", "postgresql.service", "nginx.service", "prometheus.service", "prometheus-node-exporter.service",
		"prometheus-alertmanager.service", "mindflow-restore-drill.timer", "mindflow-certificate.timer",
	} {
		for _, verb := range []string{"is-enabled", "is-active"} {
			if state, err := m.Try(t, "systemctl", verb, unit); err != nil {
				t.Errorf("%s %s: %s", verb, unit, state)
			}
		}
	}
	for line := range strings.Lines(m.Run(t, "ss", "-Hltn")) {
		if port := regexp.MustCompile(`(?:0\.0\.0\.0|\*|\[::\]):(\d+) `).FindStringSubmatch(line); port != nil && !strings.Contains(" 22 80 443 ", " "+port[1]+" ") {
			t.Errorf("the world reaches %s", line)
		}
	}
	stage.Eventually(t, 2*time.Minute, "Prometheus knows of the backup, the drill and the certificate", func() bool {
		seen := m.Run(t, "promtool", "query", "instant", "http://127.0.0.1:9090", `{__name__=~"mindflow_restore_drill_success|mindflow_certificate_read|mindflow_backup_age_seconds"}`)
		return strings.Contains(seen, "mindflow_restore_drill_success{") && strings.Contains(seen, `mindflow_certificate_read{host="mind.example.org"`) && strings.Contains(seen, "mindflow_backup_age_seconds{")
	})
	m.Run(t, "systemctl", "start", "mindflow-restore-drill")

	// A server that is gone is told to Alertmanager, and where to read on leads there.
	m.Run(t, "systemctl", "stop", "mindflow.socket", "mindflow.service")
	var told []struct {
		Labels, Annotations map[string]string
	}
	client := m.HTTP()
	stage.Eventually(t, 5*time.Minute, "Alertmanager is told that the server is gone", func() bool {
		told = nil
		answer, err := client.Get("http://127.0.0.1:9093/api/v2/alerts?filter=" + url.QueryEscape(`alertname="MindflowDown"`))
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		raw, err := io.ReadAll(answer.Body)
		return err == nil && json.Unmarshal(raw, &told) == nil && len(told) == 1
	})
	file, section, _ := strings.Cut(strings.TrimPrefix(told[0].Annotations["runbook_url"], "file://"), "#")
	contains(t, strings.ToLower(m.Run(t, "cat", file)), "\n### "+section+"\n")
	m.Run(t, "systemctl", "start", "mindflow.socket", "mindflow.service")

	// With a mail server they go out by it; what an administrator changes stays.
	m.Run(t, "sh", "-c", "echo 'SMTP_URL=smtp://ada:secret-of-mail@127.0.0.1:2525\nMAIL_FROM=mindflow@example.org' >>/etc/mindflow/mindflow.env; echo '# mine' >>/etc/prometheus/prometheus.yml; sleep 1")
	contains(t, install("deploy/install.sh"), "now: write /etc/prometheus/alertmanager.yml", "now: start prometheus-alertmanager", "/etc/prometheus/prometheus.yml stays as you have changed it", "is yours, and may not watch MindFlow")
	contains(t, m.Run(t, "cat", "/etc/prometheus/alertmanager.yml"), "smtp_auth_password: 'secret-of-mail'")
	contains(t, m.Run(t, "stat", "-c", "%a %U %G", "/etc/prometheus/alertmanager.yml"), "640 root prometheus")
	contains(t, m.Run(t, "cat", "/etc/prometheus/prometheus.yml"), "# mine")
}

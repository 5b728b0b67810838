package containers

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// The certificate that nginx shows is told under the names that the rules have for
// it: that of prepare.sh holds for whoever trusts it, and for nobody else. Seen red
// with metrics that kept the names of the exporter.
func TestTheCertificateIsWatched(t *testing.T) {
	folder := prepared(t, "localhost")
	pair, err := tls.LoadX509KeyPair(folder+"/tls/fullchain.pem", folder+"/tls/privkey.pem")
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(http.NotFoundHandler())
	site.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	site.Config.ErrorLog = log.New(io.Discard, "", 0)
	site.StartTLS()
	t.Cleanup(site.Close)
	_, port, _ := net.SplitHostPort(site.Listener.Addr().String())

	trusting, distrusting := stage.FreeAddress(t), stage.FreeAddress(t)
	for at, trusted := range map[string]string{trusting: folder + "/tls/fullchain.pem", distrusting: "/dev/null"} {
		beside(t, []string{"SSL_CERT_FILE=" + trusted, "SSL_CERT_DIR=" + t.TempDir()}, "prometheus-blackbox-exporter",
			"--config.file="+folder+"/blackbox.yml", "--web.listen-address="+at)
	}
	text := strings.NewReplacer("scrape_interval: 1m", "scrape_interval: 1s", "scrape_timeout: 10s", "scrape_timeout: 1s").Replace(readFile(t, folder+"/prometheus.yml"))
	_, job, _ := strings.Cut(text, "  - job_name: certificate\n")
	job, _, _ = strings.Cut(job, "  - job_name:")
	watched := strings.Replace(readFile(t, folder+"/watched/certificate.yml"), ":443", ":"+port, 1)
	if !strings.Contains(watched, "localhost:"+port) {
		t.Fatalf("it looks at %s", watched)
	}
	top := t.TempDir()
	if err := os.Mkdir(top+"/watched", 0o700); err != nil {
		t.Fatal(err)
	}
	own := stage.FreeAddress(t)
	config := "scrape_configs:\n"
	for name, at := range map[string]string{"trusting": trusting, "distrusting": distrusting} {
		config += "  - job_name: " + name + "\n" + strings.ReplaceAll(job, "blackbox:9115", at)
	}
	for path, content := range map[string]string{"prometheus.yml": config, "watched/certificate.yml": watched} {
		if err := os.WriteFile(filepath.Join(top, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	beside(t, nil, "prometheus", "--config.file="+top+"/prometheus.yml", "--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+own)
	holds := func(query string) bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+own+"/api/v1/query?query="+url.QueryEscape(query), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		var said struct {
			Data struct{ Result []any }
		}
		return json.NewDecoder(answer.Body).Decode(&said) == nil && len(said.Data.Result) == 1
	}
	for what, query := range map[string]string{
		"one that is trusted holds":            `mindflow_certificate_read{host="localhost", instance="localhost", job="trusting"} == 1`,
		"its end is known":                     `abs(mindflow_certificate_expires_timestamp_seconds{host="localhost", job="trusting"} - time() - 90 * 86400) < 3600`,
		"one that nobody trusts does not hold": `mindflow_certificate_read{host="localhost", job="distrusting"} == 0`,
		"nothing else is kept":                 `count(count by (__name__) ({job="trusting", __name__!~"mindflow_certificate_.*|up|scrape_.*"})) or vector(0) == 0`,
	} {
		stage.Eventually(t, 30*time.Second, what, func() bool { return holds(query) })
	}
}

// beside runs a program of Debian's beside the test, until that ends.
func beside(t *testing.T, env []string, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), stage.Installed(t, program, program), args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

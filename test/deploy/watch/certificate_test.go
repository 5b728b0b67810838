package watch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/test/stage"
)

// look runs what looks at certificates, and answers the file it writes.
func look(t *testing.T, env []string, targets ...string) string {
	t.Helper()
	need(t, "openssl")
	file := filepath.Join(t.TempDir(), "mindflow-certificate.prom")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, certificate, append([]string{file}, targets...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	said, err := cmd.CombinedOutput()
	text := read(t, file)
	if failed := strings.Contains(text, "} 0\n"); failed != (err != nil) || failed != (len(said) > 0) {
		t.Errorf("%v, it says %q and writes\n%s", err, said, text)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("it leaves %q", left)
	}
	return text
}

// shows begins to show a certificate for a name that ends at a moment, and answers
// its port and a file of who is trusted.
func shows(t *testing.T, name string, end time.Time) (port, trusted string) {
	t.Helper()
	pair := stage.Certificate(t, end, name)
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	trusted = filepath.Join(t.TempDir(), "trusted.pem")
	certificate, _ := stage.PEM(t, pair)
	write(t, trusted, string(certificate))
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, trusted
}

// Seen red without -verify_hostname, and without -verify_return_error.
func TestTheCertificateIsLookedAtAsABrowserDoes(t *testing.T) {
	end := time.Now().Add(12 * 24 * time.Hour).Truncate(time.Second)
	port, trusted := shows(t, "localhost", end)
	other, trustedToo := shows(t, "mind.example.org", end)
	over, trustedOnce := shows(t, "localhost", time.Now().Add(-time.Hour))
	holds := `mindflow_certificate_read{host="localhost"} 1` + "\n"
	for _, tt := range []struct {
		what, target, trusted, want string
	}{
		{"it holds", "localhost:" + port, trusted, holds},
		{"nobody trusts it", "localhost:" + port, trustedToo, `mindflow_certificate_read{host="localhost"} 0` + "\n"},
		{"another name", "localhost:" + other, trustedToo, `mindflow_certificate_read{host="localhost"} 0` + "\n"},
		{"it is over", "localhost:" + over, trustedOnce, `mindflow_certificate_read{host="localhost"} 0` + "\n"},
		{"nobody is there", stage.FreeAddress(t), trusted, `mindflow_certificate_read{host="127.0.0.1"} 0` + "\n"},
	} {
		got := look(t, []string{"SSL_CERT_FILE=" + tt.trusted}, tt.target)
		expires := fmt.Sprintf("mindflow_certificate_expires_timestamp_seconds{host=\"localhost\"} %d\n", end.Unix())
		if !strings.Contains(got, tt.want) || strings.Contains(got, expires) != (tt.want == holds) {
			t.Errorf("%s: it writes\n%s", tt.what, got)
		}
	}
	both := look(t, []string{"SSL_CERT_FILE=" + trusted}, "localhost:"+port, stage.FreeAddress(t))
	if !strings.Contains(both, holds) || !strings.Contains(both, "} 0\n") {
		t.Errorf("of two it writes\n%s", both)
	}
}

// The unit that calls it is valid, and root in it has none of root's rights: only
// so may it be root, to whom node_exporter's folder belongs.
func TestWhatLooksAtTheCertificateMayDoLittleElse(t *testing.T) {
	need(t, "systemd-analyze")
	script, err := filepath.Abs(certificate)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	service, timer := filepath.Join(dir, "mindflow-certificate.service"), filepath.Join(dir, "mindflow-certificate.timer")
	write(t, service, strings.ReplaceAll(read(t, certificate+".service"), "/usr/lib/mindflow/mindflow-certificate", script))
	write(t, timer, read(t, certificate+".timer"))
	if said := output(t, "systemd-analyze", "verify", service, timer); said != "" {
		t.Error(said)
	}
	output(t, "systemd-analyze", "security", "--offline=true", "--threshold=20", service)
}

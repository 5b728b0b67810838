package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

const (
	source = "../../../deploy/nginx"
	name   = "mind.example.org"
)

// nginx is one that runs the site.
type nginx struct {
	folder        string
	plain, secure string // where it listens for http and https
	secure6       string // the same by IPv6; empty where there is none
	running       *process
	roots         *x509.CertPool
}

// change is a text of the site's files that a test has otherwise. One that is not
// there fails the test: it would be tested for nothing.
type change struct{ from, to string }

// begin runs the site in front of servers, with changes, until the test ends.
func begin(t *testing.T, servers []string, changes ...change) *nginx {
	t.Helper()
	n := prepare(t, servers, changes...)
	n.check(t)
	cmd := exec.CommandContext(context.Background(), "nginx", "-p", n.folder, "-c", "nginx.conf", "-g", "daemon off;")
	n.running = start(t, cmd, syscall.SIGTERM) // its workers end with it
	t.Cleanup(func() {
		n.running.stop(t)
		if said := n.running.said.String(); said != "" {
			t.Logf("nginx: %s", said)
		}
	})
	stage.Eventually(t, 10*time.Second, "nginx listens", func() bool {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", n.secure)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return n
}

// prepare writes the site as an installer would, but into a folder of its own and
// for free ports of the loopback.
func prepare(t *testing.T, servers []string, changes ...change) *nginx {
	t.Helper()
	stage.Installed(t, "nginx", "nginx")
	n := &nginx{folder: t.TempDir(), plain: stage.FreeAddress(t), secure: stage.FreeAddress(t)}
	n.certify(t)
	for _, folder := range []string{"log", "acme", "mindflow/unavailable"} {
		if err := os.MkdirAll(filepath.Join(n.folder, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var upstream strings.Builder
	for _, server := range servers {
		fmt.Fprintf(&upstream, "server %s max_fails=1 fail_timeout=1s;\n", server)
	}
	listen6 := ""
	if listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp6", "[::1]:0"); err == nil { // not everywhere is IPv6
		n.secure6 = listener.Addr().String()
		_ = listener.Close()
		listen6 = "listen " + n.secure6 + " ssl http2;"
	}
	listen := "listen " + n.secure + " ssl http2;"
	if newer(t) { // as the site's first lines say
		listen, listen6 = strings.Replace(listen, " http2;", "; http2 on;", 1), strings.Replace(listen6, " http2;", ";", 1)
	}
	changes = append([]change{
		{"${MINDFLOW_NAME}", name},
		{"${MINDFLOW_CERTIFICATE}", n.folder + "/certificate.pem"},
		{"${MINDFLOW_KEY}", n.folder + "/key.pem"},
		{"/etc/nginx/mindflow/", n.folder + "/mindflow/"},
		{"/var/log/nginx/", n.folder + "/log/"},
		{"/var/www/letsencrypt", n.folder + "/acme"},
		{"listen 80;", "listen " + n.plain + ";"},
		{"listen 443 ssl http2;", listen},
		{"listen [::]:80;", ""},
		{"listen [::]:443 ssl http2;", listen6},
		{"server 127.0.0.1:8000 max_fails=1 fail_timeout=1s;", upstream.String()},
	}, changes...)
	unused := map[change]bool{}
	for _, c := range changes {
		unused[c] = true
	}
	render := func(from, to string) {
		raw, err := os.ReadFile(filepath.Join(source, from))
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for _, c := range changes {
			if strings.Contains(text, c.from) {
				text = strings.ReplaceAll(text, c.from, c.to)
				delete(unused, c)
			}
		}
		write(t, filepath.Join(n.folder, to), text)
	}
	render("mindflow.conf", "site.conf")
	for _, file := range []string{"upstream.conf", "proxy.conf", "unavailable/page.html", "unavailable/problem.json"} {
		render(file, "mindflow/"+file)
	}
	for c := range unused {
		t.Fatalf("the site does not say %q", c.from)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // workers come to the test's folders
	}
	write(t, filepath.Join(n.folder, "nginx.conf"), user+`
pid nginx.pid;
worker_processes 2;
error_log stderr warn;
events { worker_connections 1024; }
http {
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path other;
	uwsgi_temp_path other;
	scgi_temp_path other;
	include site.conf;
}
`)
	return n
}

// newer reports whether nginx warns of HTTP/2 being asked for where it listens.
func newer(t *testing.T) bool {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "nginx", "-v").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var major, minor, patch int
	_, text, _ := strings.Cut(string(said), "nginx/")
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &major, &minor, &patch); err != nil {
		t.Fatalf("which nginx is %s? %v", said, err)
	}
	return slices.Compare([]int{major, minor, patch}, []int{1, 25, 1}) >= 0
}

// check has nginx look through its settings. A warning is a mistake, too.
func (n *nginx) check(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "nginx", "-t", "-q", "-p", n.folder, "-c", "nginx.conf").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Fatalf("nginx -t: %v %s", err, out)
	}
}

// certify makes the certificate.
func (n *nginx) certify(t *testing.T) {
	t.Helper()
	pair := stage.Certificate(t, time.Now().Add(time.Hour), name)
	certificate, key := stage.PEM(t, pair)
	write(t, n.folder+"/certificate.pem", string(certificate))
	write(t, n.folder+"/key.pem", string(key))
	n.roots = stage.Trusting(pair)
}

// client is one that comes from an address, by HTTP/2 where it may. It follows
// nothing and unpacks nothing.
func (n *nginx) client(t *testing.T, from string) *http.Client {
	t.Helper()
	dialer := &net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	secure := n.secure
	if strings.Contains(from, ":") {
		secure = n.secure6
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: n.roots}, ForceAttemptHTTP2: true, DisableCompression: true, MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, map[string]string{name + ":80": n.plain, name + ":443": secure}[address])
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// connect opens a connection that speaks HTTP/1.1.
func (n *nginx) connect(t *testing.T) net.Conn {
	t.Helper()
	return n.connectFrom(t, "127.0.0.1")
}

// connectFrom does so from an address.
func (n *nginx) connectFrom(t *testing.T, from string) net.Conn {
	t.Helper()
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}, Config: &tls.Config{RootCAs: n.roots, ServerName: name}}
	conn, err := dialer.DialContext(t.Context(), "tcp", n.secure)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// logs is everything nginx has logged.
func (n *nginx) logs(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(n.folder, "log"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

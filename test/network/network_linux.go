package network

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/test/stage"
)

// Own is the network of one test.
type Own struct {
	// Roots are the authority that vouches for who serves in it. The machine's own
	// authorities are replaced by it, too.
	Roots *x509.CertPool

	certificate tls.Certificate
}

// inside names the folder of certificates to a test in a network of its own.
const inside = "MINDFLOW_TEST_NETWORK"

const (
	certificateFile = "certificate.pem"
	keyFile         = "key.pem"
)

// Alone runs the test that calls it once more, as a program of its own in a network
// of its own, and answers that network there. To who called it first it answers
// nil once that is done. Where we may not, the test is skipped; under CI=true it
// fails. Names and addresses are what may serve there.
func Alone(t *testing.T, names ...string) *Own {
	t.Helper()
	if dir := os.Getenv(inside); dir != "" {
		return open(t, dir)
	}
	dir := t.TempDir()
	certify(t, dir, names)
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), inside+"="+dir, "SSL_CERT_FILE="+filepath.Join(dir, certificateFile))
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	said, err := again.CombinedOutput()
	if err == nil && strings.Contains(string(said), "--- PASS: "+t.Name()) {
		return nil
	}
	if len(said) > 0 || os.Getenv("CI") == "true" {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Skipf("a network of its own: %v (only root may)", err)
	return nil
}

// certify makes a certificate for names and addresses.
func certify(t *testing.T, dir string, names []string) {
	t.Helper()
	certificate, key := stage.PEM(t, stage.Certificate(t, time.Now().Add(time.Hour), names...))
	for file, content := range map[string][]byte{certificateFile: certificate, keyFile: key} {
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, dir string) *Own {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, certificateFile), filepath.Join(dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	o := &Own{Roots: stage.Trusting(pair), certificate: pair}
	ip(t, "link", "set", "lo", "up")
	return o
}

func ip(t *testing.T, arguments ...string) {
	t.Helper()
	if said, err := exec.CommandContext(t.Context(), "ip", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(arguments, " "), err, said)
	}
}

// listen puts an address into the network, and listens there at the port of https.
func (o *Own) listen(t *testing.T, address string) net.Listener {
	t.Helper()
	parsed := netip.MustParseAddr(address)
	if !parsed.IsLoopback() {
		more := []string{}
		if parsed.Is6() {
			more = append(more, "nodad") // at once
		}
		ip(t, append([]string{"addr", "replace", netip.PrefixFrom(parsed, parsed.BitLen()).String(), "dev", "lo"}, more...)...)
	}
	reachable(t, parsed)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", netip.AddrPortFrom(parsed, 443).String())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// reachable waits until somebody at an address says that nobody listens there: the
// kernel makes the ways of IPv6 a little later than the address.
func reachable(t *testing.T, address netip.Addr) {
	t.Helper()
	const nobody = 9
	var err error
	for range 100 {
		_, err = (&net.Dialer{Timeout: 100 * time.Millisecond}).DialContext(t.Context(), "tcp", netip.AddrPortFrom(address, nobody).String())
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s: %v", address, err)
}

// Serve answers at an address, by https.
func (o *Own) Serve(t *testing.T, address string, handler http.Handler) {
	t.Helper()
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: time.Second, ErrorLog: log.New(io.Discard, "", 0), // clients that hang up
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{o.certificate}, MinVersion: tls.VersionTLS12},
	}
	l := o.listen(t, address)
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(l, "", "") }()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
}

// Trap is somebody at each of these addresses, whom everybody in the network
// can reach, and a count of connections made to them from now on.
func (o *Own) Trap(t *testing.T, addresses ...string) *atomic.Int32 {
	t.Helper()
	var trapped atomic.Int32
	for i, address := range addresses {
		l := o.listen(t, address)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				trapped.Add(1)
				_ = conn.Close()
			}
		}()
		t.Cleanup(func() {
			_ = l.Close()
			<-ended
		})
		conn, err := (&net.Dialer{Timeout: 20 * time.Second}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Read(make([]byte, 1)) // until it is let go of, and so counted
		_ = conn.Close()
		if n := trapped.Load(); int(n) != i+1 {
			t.Fatalf("%s is not reached: %d were", address, n)
		}
	}
	trapped.Store(0)
	return &trapped
}

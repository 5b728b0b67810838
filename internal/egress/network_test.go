//go:build linux

package egress

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// inside says that a test runs in a network of its own.
const inside = "MINDFLOW_TEST_NETWORK"

// addresses are what lies in that network: two of the internet, and others, each
// with somebody who would answer at the port of https.
var (
	public  = []string{"1.2.3.4", "2a00:1450::1"}
	private = []string{
		"10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "127.0.0.1", "127.8.8.8",
		"::1", "fd00::1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1",
	}
)

// Fails when addresses are not checked at all, when only those of the name are and
// not those of redirects, and when a name is looked up anew to connect to it.
func TestInANetworkWithAnInternetOnlyThatIsReached(t *testing.T) {
	if os.Getenv(inside) != "" {
		reachTheInternetAlone(t)
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	self.Env = append(os.Environ(), inside+"=1")
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	said, err := self.CombinedOutput()
	if err == nil && strings.Contains(string(said), "--- PASS: "+t.Name()) {
		return
	}
	if len(said) > 0 || os.Getenv("CI") == "true" {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Skipf("a network of its own: %v (only root may)", err)
}

func reachTheInternetAlone(t *testing.T) {
	t.Helper()
	raise(t)
	certificate, roots := authority(t, "notes.example", "rebinding.example")
	var asked atomic.Int32
	listen := func(address string) net.Listener {
		t.Helper()
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String())
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, address := range public {
		server := &http.Server{
			ReadHeaderTimeout: time.Second, ErrorLog: quiet, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if to, ok := strings.CutPrefix(r.URL.Path, "/to/"); ok {
					w.Header().Set("Location", "https://"+to+"/")
					w.WriteHeader(http.StatusFound)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, strings.ReplaceAll(published, "$ID", "https://"+r.Host+r.URL.String()))
			}),
		}
		l := listen(address)
		go func() { _ = server.ServeTLS(l, "", "") }()
		defer server.Close()
	}
	var trapped atomic.Int32
	for _, address := range private {
		l := listen(address)
		defer l.Close()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				trapped.Add(1)
				_ = conn.Close()
			}
		}()
	}
	// They are there for everybody else.
	for i, address := range private {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Read(make([]byte, 1)) // until it is let go of, and so counted
		_ = conn.Close()
		if n := trapped.Load(); int(n) != i+1 {
			t.Fatalf("%s: %d were trapped", address, n)
		}
	}
	trapped.Store(0)

	names := map[string][][]string{ // what each means, in turn
		"notes.example":     {public},
		"rebinding.example": {public[:1], private[:1], private},
		"mixed.example":     {{public[0], private[0]}},
	}
	for i, address := range private {
		names[fmt.Sprintf("private%d.example", i)] = [][]string{{address}}
	}
	lookedUp := map[string]int{}
	c := New(Settings{Roots: roots, Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		meanings, turn := names[host], lookedUp[host]
		lookedUp[host]++
		if len(meanings) == 0 {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		var found []netip.Addr
		for _, address := range meanings[min(turn, len(meanings)-1)] {
			found = append(found, netip.MustParseAddr(address))
		}
		return found, nil
	}})
	d := NewDocuments(c, time.Now, slog.New(slog.DiscardHandler))
	document := func(id string) error {
		t.Helper()
		got, err := d.ClientDocument(t.Context(), id)
		if (err == nil) != (got.Name == "Notes") {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
		return err
	}
	if err := document("https://notes.example/client.json"); err != nil || asked.Load() != 1 {
		t.Errorf("the internet: %v, asked %d times", err, asked.Load())
	}
	if err := document("https://rebinding.example/first"); err != nil || asked.Load() != 2 {
		t.Errorf("at first the internet: %v, asked %d times", err, asked.Load())
	}
	refused := []string{"https://rebinding.example/second", "https://rebinding.example/third", "https://mixed.example/c"}
	for i, address := range private {
		refused = append(refused, fmt.Sprintf("https://private%d.example/c", i))
		if literal := netip.MustParseAddr(address); literal.Is6() {
			refused = append(refused, "https://["+address+"]/c")
		} else {
			refused = append(refused, "https://"+address+"/c", "https://[::ffff:"+address+"]/c")
		}
	}
	for _, id := range refused {
		if err := document(id); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("%s: %v", id, err)
		}
	}
	for i := range private {
		to := fmt.Sprintf("private%d.example", i)
		if got, err := c.Get(t.Context(), "https://notes.example/to/"+to, Want{Redirects: 3}); err == nil {
			t.Errorf("redirected to %s: %+v", to, got)
		}
	}
	if n := asked.Load(); int(n) != 2+len(private) {
		t.Errorf("the internet was asked %d times", n)
	}
	if n := trapped.Load(); n != 0 {
		t.Errorf("%d connections to where none may be", n)
	}
}

// raise puts the addresses into the network.
func raise(t *testing.T) {
	t.Helper()
	commands := [][]string{{"link", "set", "lo", "up"}}
	for _, address := range append(public, private...) {
		bits := netip.MustParseAddr(address).BitLen()
		commands = append(commands, []string{"addr", "replace", fmt.Sprintf("%s/%d", address, bits), "dev", "lo", "nodad"})
		if bits == 32 {
			last := &commands[len(commands)-1]
			*last = (*last)[:len(*last)-1]
		}
	}
	for _, arguments := range commands {
		if said, err := exec.CommandContext(t.Context(), "ip", arguments...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", strings.Join(arguments, " "), err, said)
		}
	}
}

// authority makes a certificate for names, and who vouches for it.
func authority(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, roots
}

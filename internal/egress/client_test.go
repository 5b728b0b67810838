package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// quiet is what servers write to about clients that hang up.
var quiet = log.New(io.Discard, "", 0)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Fails where any line of the table of networks is left out.
func TestOnlyTheInternetIsReached(t *testing.T) {
	t.Parallel()
	c := New(Settings{})
	for _, address := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0",
		"172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "223.255.255.255",
		"2606:4700:4700::1111", "2a00:1450:4001:831::200e", "2400:cb00::1", "2001:4860:4860::8888",
	} {
		if err := c.check(netip.AddrPortFrom(netip.MustParseAddr(address), 443)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, what := range map[string]string{
		"0.0.0.0": "this network", "0.1.2.3": "this network", "10.0.0.1": "private", "10.255.255.255": "private", "172.16.0.1": "private", "172.31.255.255": "private",
		"192.168.0.1": "private", "192.168.255.255": "private", "100.64.0.1": "of a carrier", "100.127.255.255": "of a carrier",
		"127.0.0.1": "loopback", "127.255.255.255": "loopback", "169.254.169.254": "link-local, metadata of a cloud", "169.254.0.1": "link-local",
		"192.0.0.1": "protocol assignments", "192.0.0.170": "NAT64 discovery", "192.0.2.1": "documentation", "198.51.100.1": "documentation", "203.0.113.1": "documentation",
		"192.88.99.1": "6to4 relay", "198.18.0.1": "benchmarking", "198.19.255.255": "benchmarking",
		"224.0.0.1": "multicast", "239.255.255.255": "multicast", "240.0.0.1": "reserved", "255.255.255.255": "broadcast",
		"::": "unspecified", "::1": "loopback", "fe80::1": "link-local", "fe80::1%eth0": "link-local with a zone", "2606:4700::1%eth0": "a zone", "fec0::1": "site-local",
		"fc00::1": "unique local", "fd12:3456::1": "unique local", "ff02::1": "multicast", "ff0e::1": "multicast",
		"::ffff:10.0.0.1": "private, mapped", "::ffff:8.8.8.8": "mapped", "::ffff:127.0.0.1": "loopback, mapped", "::127.0.0.1": "compatible",
		"64:ff9b::10.0.0.1": "private, through NAT64", "64:ff9b::7f00:1": "loopback, through NAT64", "64:ff9b::8.8.8.8": "NAT64", "64:ff9b:1::1": "local NAT64",
		"2002:a00:1::1": "private, 6to4", "2002:808:808::1": "6to4", "2001::1": "Teredo", "2001:0:a00:1::": "Teredo", "2001:10::1": "ORCHID", "2001:20::1": "ORCHID",
		"2001:db8::1": "documentation", "3fff::1": "documentation", "100::1": "discarded", "5f00::1": "segment routing", "4000::1": "nobody's", "fd00:ec2::254": "metadata of a cloud",
	} {
		if err := c.check(netip.AddrPortFrom(netip.MustParseAddr(address), 443)); err == nil {
			t.Errorf("%s, %s, is reached", address, what)
		}
	}
	for _, port := range []uint16{0, 22, 25, 80, 442, 444, 6379, 8443} {
		if err := c.check(netip.AddrPortFrom(netip.MustParseAddr("1.1.1.1"), port)); err == nil {
			t.Errorf("port %d is reached", port)
		}
	}
	own := New(Settings{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}})
	for address, may := range map[string]bool{"10.1.2.3:8443": true, "[fd00::1]:80": true, "10.2.0.1:443": false, "[::ffff:10.1.2.3]:443": false, "1.1.1.1:443": true, "1.1.1.1:8443": false} {
		if err := own.control(t.Context(), "tcp", address, nil); (err == nil) != may {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := own.control(t.Context(), "unix", "/run/docker.sock", nil); err == nil {
		t.Error("a socket is reached")
	}
}

func TestOnlyPlainHTTPSAddressesAreAsked(t *testing.T) {
	t.Parallel()
	c := New(Settings{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		t.Error("somebody is looked up")
		return nil, io.EOF
	}})
	for _, address := range []string{
		"", "/path", "example.com", "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "unix:///run/x",
		"https://", "https:///path", "https:example.com", "https://ada@example.com/", "https://ada:secret@example.com/", "https://@example.com/", "https://exa mple.com/", "https://example.com:x/", "\x00",
	} {
		if _, err := c.Get(t.Context(), address, Want{}); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// site is a server on loopback that counts its connections, a client that may
// reach it under any name, and no other address of this machine.
type site struct {
	*httptest.Server
	connections atomic.Int32
	client      *Client
	address     netip.AddrPort
}

func newSite(t *testing.T, serve http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewUnstartedServer(serve)
	s.Config.ErrorLog = quiet
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	s.address = netip.MustParseAddrPort(s.Listener.Addr().String())
	s.client = New(Settings{Networks: []netip.Prefix{netip.PrefixFrom(s.address.Addr(), 32)}, Roots: s.roots(), Lookup: means(s.address.Addr())})
	return s
}

func (s *site) roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return roots
}

// at is an address of the site, by a name its certificate is for.
func (s *site) at(path string) string {
	return fmt.Sprintf("https://example.com:%d%s", s.address.Port(), path)
}

// means is a resolver that knows one answer.
func means(addresses ...netip.Addr) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) ([]netip.Addr, error) { return addresses, nil }
}

func TestAnAddressIsAskedWithoutSayingWhoAsks(t *testing.T) {
	var got []http.Header
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Clone())
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
		w.Header().Set("X-Kind", r.Proto+" "+r.Host+r.URL.String())
		_, _ = io.WriteString(w, "hello")
	})
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy is asked") }))
	defer proxy.Close()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	for range 2 {
		answer, err := s.client.Get(t.Context(), s.at("/a?b=c"), Want{Accept: "text/plain", MaxBytes: 5})
		if err != nil || answer.Status != http.StatusOK || string(answer.Body) != "hello" || answer.Header.Get("X-Kind") != "HTTP/1.1 "+strings.TrimPrefix(s.at("/a?b=c"), "https://") {
			t.Errorf("%+v, %v", answer, err)
		}
	}
	want := http.Header{"User-Agent": {"MindFlow"}, "Accept": {"text/plain"}, "Accept-Encoding": {"identity"}, "Connection": {"close"}}
	if diff := cmp.Diff([]http.Header{want, want}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := s.connections.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

// A name that means a public address when it is checked and a private one when it
// is connected to: fails where the name itself is dialed after the check.
func TestWhatIsCheckedIsWhatIsConnectedTo(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	trap, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.2:%d", s.address.Port()))
	if err != nil {
		t.Fatal(err)
	}
	defer trap.Close()
	var trapped atomic.Int32
	go func() {
		for {
			conn, err := trap.Accept()
			if err != nil {
				return
			}
			trapped.Add(1)
			_ = conn.Close()
		}
	}()
	here, there := s.address.Addr(), netip.MustParseAddr("127.0.0.2")
	mapped := netip.AddrFrom16(here.As16())
	for _, c := range []struct {
		name    string
		answers [][]netip.Addr // in turn, the last one again and again
		reached []bool
	}{
		{"at first here, then there", [][]netip.Addr{{here}, {there}}, []bool{true, false, false}},
		{"there, then here", [][]netip.Addr{{there}, {here}}, []bool{false, true}},
		{"here and there", [][]netip.Addr{{here, there}}, []bool{false}},
		{"there and here", [][]netip.Addr{{there, here}}, []bool{false}},
		{"here, written long", [][]netip.Addr{{mapped}}, []bool{true}},
		{"nowhere", [][]netip.Addr{nil}, []bool{false}},
	} {
		asked := 0
		s.client.lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
			if host != "example.com" {
				t.Errorf("%s is looked up", host)
			}
			asked++
			return c.answers[min(asked, len(c.answers))-1], nil
		}
		for i, reached := range c.reached {
			_, err := s.client.Get(t.Context(), s.at("/"), Want{})
			if (err == nil) != reached || err != nil && !errors.Is(err, ErrUnreached) {
				t.Errorf("%s, %d: %v", c.name, i, err)
			}
		}
		if asked != len(c.reached) {
			t.Errorf("%s: looked up %d times", c.name, asked)
		}
	}
	s.client.lookup = func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	if _, err := s.client.Get(t.Context(), s.at("/"), Want{}); !errors.Is(err, ErrUnreached) {
		t.Errorf("%v", err)
	}
	for _, literal := range []string{"127.0.0.2", "[::ffff:127.0.0.1]", "[::1]", "[fe80::1%25lo]"} {
		if _, err := s.client.Get(t.Context(), fmt.Sprintf("https://%s:%d/", literal, s.address.Port()), Want{}); !errors.Is(err, ErrUnreached) {
			t.Errorf("%s: %v", literal, err)
		}
	}
	if n := trapped.Load(); n != 0 {
		t.Errorf("%d connections to where none may be", n)
	}
}

func TestTheNextAddressOfANameIsTried(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	nobody := netip.MustParseAddr("127.0.0.3")
	s.client.networks = append(s.client.networks, netip.PrefixFrom(nobody, 32))
	s.client.lookup = means(nobody, s.address.Addr())
	if _, err := s.client.Get(t.Context(), s.at("/"), Want{}); err != nil {
		t.Error(err)
	}
	s.client.lookup = means(nobody)
	if _, err := s.client.Get(t.Context(), s.at("/"), Want{}); !errors.Is(err, ErrUnreached) {
		t.Error(err)
	}
}

func TestRedirectsAreHeldToTheSameRules(t *testing.T) {
	t.Parallel()
	var hop http.Header
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch to := r.URL.Query().Get("to"); {
		case to != "":
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		default:
			hop = r.Header.Clone()
			_, _ = io.WriteString(w, "there")
		}
	})
	private := fmt.Sprintf("https://127.0.0.2:%d/", s.address.Port())
	for _, c := range []struct {
		to        string
		redirects int
		status    int
		err       error
	}{
		{s.at("/"), 0, http.StatusFound, nil},
		{private, 0, http.StatusFound, nil},
		{s.at("/"), 1, http.StatusOK, nil},
		{"/?to=/", 1, http.StatusFound, nil},
		{"/?to=/", 2, http.StatusOK, nil},
		{private, 1, 0, ErrUnreached},
		{"https://10.0.0.1/", 1, 0, ErrUnreached},
		{"http://example.com/", 1, 0, ErrAddress},
		{"https://ada@example.com/", 1, 0, ErrAddress},
		{"file:///etc/passwd", 1, 0, ErrAddress},
	} {
		got, err := s.client.Get(t.Context(), s.at("/?to="+url.QueryEscape(c.to)), Want{MaxBytes: 100, Redirects: c.redirects})
		if got.Status != c.status || !errors.Is(err, c.err) {
			t.Errorf("%s, %d: %d, %v", c.to, c.redirects, got.Status, err)
		}
	}
	if hop.Get("Referer") != "" || hop.Get("User-Agent") != "MindFlow" {
		t.Errorf("%v", hop)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	for range 1 << 10 {
		_, _ = packed.Write(make([]byte, 16<<10))
	}
	_ = packed.Close()
	answers := map[string]http.HandlerFunc{
		"/fits": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 100)) },
		"/fits-in-pieces": func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write([]byte{0})
				_ = http.NewResponseController(w).Flush()
			}
		},
		"/long": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 101)) },
		"/endless": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		},
		"/gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"/plain-by-name": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "Identity") },
		"/headers": func(w http.ResponseWriter, _ *http.Request) {
			for n := range 100 {
				w.Header().Set(fmt.Sprint("X-", n), strings.Repeat("x", 1000))
			}
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			_, _ = w.Write([]byte("half"))
		},
	}
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w, r) })
	for path, want := range map[string]error{
		"/fits": nil, "/fits-in-pieces": nil, "/plain-by-name": nil, "/long": ErrTooLarge, "/endless": ErrTooLarge, "/gzip": ErrPacked, "/headers": ErrUnreached, "/cut": ErrUnreached,
	} {
		if _, err := s.client.Get(t.Context(), s.at(path), Want{MaxBytes: 100}); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Whatever keeps it waiting, it ends: who never answers the connection, who says
// nothing on it, and who sends a byte now and then.
func TestAnAnswerIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = w.Write([]byte("once upon a time"))
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	})
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s.client.patience = 200 * time.Millisecond
	never := func(ctx context.Context, _ string) ([]netip.Addr, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, c := range []struct {
		address string
		lookup  func(context.Context, string) ([]netip.Addr, error)
	}{
		{s.at("/headers"), s.client.lookup}, {s.at("/body"), s.client.lookup}, {"https://" + silent.Addr().String(), s.client.lookup}, {s.at("/"), never},
	} {
		s.client.lookup = c.lookup
		began := time.Now()
		_, err := s.client.Get(t.Context(), c.address, Want{MaxBytes: 100})
		if took := time.Since(began); !errors.Is(err, ErrUnreached) || !errors.Is(err, context.DeadlineExceeded) || took > 5*time.Second {
			t.Errorf("%s: %v after %s", c.address, err, took)
		}
	}
}

func TestTLSIsChecked(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	for _, name := range []string{"example.com", "example.org"} {
		_, err := s.client.Get(t.Context(), fmt.Sprintf("https://%s:%d/", name, s.address.Port()), Want{})
		if want := map[string]error{"example.org": ErrCertificate}[name]; !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := New(Settings{Networks: s.client.networks, Roots: x509.NewCertPool(), Lookup: s.client.lookup})
	if _, err := stranger.Get(t.Context(), s.at("/"), Want{}); !errors.Is(err, ErrCertificate) {
		t.Errorf("%v", err)
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = quiet
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	defer old.Close()
	if _, err := s.client.Get(t.Context(), old.URL, Want{}); !errors.Is(err, ErrUnreached) {
		t.Errorf("%v", err)
	}
}

// The machine's own resolver is asked for the name as it is.
func TestThisMachineIsLookedUpAndRefused(t *testing.T) {
	t.Parallel()
	found, err := lookup(t.Context(), "localhost")
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	_, err = New(Settings{}).Get(t.Context(), "https://localhost/", Want{})
	if !errors.Is(err, ErrUnreached) || !strings.Contains(err.Error(), "prohibited") {
		t.Errorf("%v", err)
	}
}

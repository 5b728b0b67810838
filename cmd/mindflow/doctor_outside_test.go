package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/internal/doctor"
	"mindflow/test/stage"
)

// front is a proxy that brings TLS, and comes to the server from an address of its own.
func front(t *testing.T, to string, certificate tls.Certificate, change func(*httputil.ProxyRequest)) (at string) {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	own := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			change(r)
		},
		Transport: &http.Transport{DialContext: own.DialContext, DisableKeepAlives: true},
	}
	server := httptest.NewUnstartedServer(proxy)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
}

// What proxies do with whom they have a request from.
func adds(r *httputil.ProxyRequest) {
	peer, _, _ := net.SplitHostPort(r.In.RemoteAddr)
	r.Out.Header["X-Forwarded-For"] = []string{strings.Join(append(r.In.Header["X-Forwarded-For"], peer), ", ")}
	r.Out.Header.Set("X-Forwarded-Proto", "https")
}

func says(r *httputil.ProxyRequest) {
	peer, _, _ := net.SplitHostPort(r.In.RemoteAddr)
	r.Out.Header.Set("X-Forwarded-For", peer)
}

func passesOn(r *httputil.ProxyRequest) {
	r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
}

func leavesOut(*httputil.ProxyRequest) {}

// looking is what the doctor of a shell's installation looks at from outside.
func (s *shell) looking(t *testing.T, at string, leaf *x509.Certificate) doctor.Outside {
	t.Helper()
	s.env["PUBLIC_URL"] = at
	e, err := doctorCommand{}.examination(s.console(t, strings.NewReader(""), io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	o := e.outside()
	o.Roots = x509.NewCertPool()
	if leaf != nil {
		o.Roots.AddCert(leaf)
	}
	return o
}

// found holds the first finding against what is expected: its state, and how it begins.
func found(t *testing.T, findings []doctor.Finding, state doctor.State, begins string) {
	t.Helper()
	if len(findings) == 0 {
		t.Fatalf("nothing is found, want %s: %s", state, begins)
	}
	for _, f := range findings {
		if f.State == state && strings.HasPrefix(f.Says, begins) {
			if (f.Do == "") != (state == doctor.OK) {
				t.Errorf("it says to do %q", f.Do)
			}
			return
		}
	}
	t.Errorf("found %+v, want %s: %s", findings, state, begins)
}

// Seen red with a doctor that did not ask whether the proxy is trusted.
func TestTheDoctorSeesWhatTheProxyTellsTheServer(t *testing.T) {
	until := newClock().t.Add(60 * 24 * time.Hour)
	pair := stage.Certificate(t, until, "localhost")
	for _, trusted := range []string{"127.0.0.2", "", "127.0.0.0/8"} {
		s := newShell(t)
		s.env["TRUSTED_PROXIES"] = trusted
		s.serve(t)
		server := s.env[serverVariable]
		type row = struct {
			change func(*httputil.ProxyRequest)
			state  doctor.State
			says   string
		}
		rows := map[string]row{}
		switch trusted {
		case "127.0.0.2":
			rows["adds"] = row{adds, doctor.OK, "the server takes us for 127.0.0.1, and does not believe a made-up address"}
			rows["says it alone"] = row{says, doctor.OK, "the server takes us for 127.0.0.1"}
			rows["passes on what anybody says"] = row{passesOn, doctor.Wrong, "whoever asks can claim to be anybody"}
			rows["leaves it out"] = row{leavesOut, doctor.Wrong, "everybody has the proxy's address, 127.0.0.2"}
			rows["another name"] = row{func(r *httputil.ProxyRequest) { adds(r); r.Out.Host = "inside" }, doctor.Warning, "the server is asked for inside"}
			rows["http"] = row{func(r *httputil.ProxyRequest) { adds(r); r.Out.Header.Set("X-Forwarded-Proto", "http") }, doctor.Warning, "the server is told that people come by http,"}
			rows["answers itself"] = row{func(r *httputil.ProxyRequest) { r.Out.URL.Path = "/" }, doctor.Wrong, "the server does not tell what it sees (200)"}
		case "":
			rows["is not trusted"] = row{adds, doctor.Wrong, "everybody has the proxy's address: 127.0.0.2 is not trusted"}
			rows["is not trusted, and passes on"] = row{passesOn, doctor.Wrong, "everybody has the proxy's address, 127.0.0.2"}
		default:
			rows["the doctor is trusted, too"] = row{adds, doctor.Warning, "cannot be told from here"}
		}
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				o := s.looking(t, front(t, server, pair, row.change), pair.Leaf)
				found(t, o.Proxy(t.Context()), row.state, row.says)
			})
		}
		if trusted == "127.0.0.2" {
			// Seen red with names that had to have the port, which nginx leaves out of $host.
			at := front(t, server, pair, func(r *httputil.ProxyRequest) { adds(r); r.Out.Host = "localhost" })
			if findings := s.looking(t, at, pair.Leaf).Proxy(t.Context()); len(findings) != 1 || findings[0].State != doctor.OK {
				t.Errorf("without the port: found %+v", findings)
			}
			// Seen red with a doctor that blamed SECRET_KEY.
			away := front(t, "http://127.0.0.1:1", pair, adds)
			found(t, s.looking(t, away, pair.Leaf).Proxy(t.Context()), doctor.Wrong, "the proxy does not reach the server (502)")
			found(t, s.looking(t, away, pair.Leaf).Public(t.Context(), version), doctor.Wrong, away+"/health is answered 502 by the proxy alone")
		}
		if trusted == "" {
			found(t, s.looking(t, server, pair.Leaf).Proxy(t.Context()), doctor.OK, "people reach the server itself")
			other := newShell(t)
			other.env["SECRET_KEY"] = strings.Repeat("o", 32)
			found(t, other.looking(t, server, pair.Leaf).Proxy(t.Context()), doctor.Wrong, "the server does not tell what it sees (404)")
			found(t, newShell(t).looking(t, server, pair.Leaf).Proxy(t.Context()), doctor.Warning, "the server cannot be asked what it sees")
		}
	}
}

// Without a proof there is nothing there. Seen red with a server that told everybody.
func TestNobodyElseIsToldWhatTheServerSees(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	if status, body := s.get(t, "/health/seen"); status != http.StatusNotFound || strings.Contains(body, "127.0.0.1") {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheDoctorLooksAtTheCertificate(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	server, now := s.env[serverVariable], s.clock.now()
	days := func(n int) time.Time { return now.Add(time.Duration(n)*24*time.Hour + time.Hour) }
	for name, row := range map[string]struct {
		name  string
		until time.Time
		known bool
		state doctor.State
		says  string
		left  int
	}{
		"good":         {"localhost", days(60), true, doctor.OK, "the certificate of localhost holds for 60 days", 60},
		"soon":         {"localhost", days(20), true, doctor.Warning, "the certificate of localhost holds for 20 days", 20},
		"very soon":    {"localhost", days(6), true, doctor.Wrong, "the certificate of localhost holds for 6 days", 6},
		"over":         {"localhost", days(-2), true, doctor.Wrong, "the certificate of localhost ended on 2026-11-21", -1},
		"another name": {"other.example.org", days(60), true, doctor.Wrong, "the certificate is not for localhost but for other.example.org", 60},
		"nobody's":     {"localhost", days(60), false, doctor.Wrong, "the certificate of localhost is of nobody who is known here", 60},
	} {
		t.Run(name, func(t *testing.T) {
			pair := stage.Certificate(t, row.until, row.name)
			at, known := front(t, server, pair, adds), pair.Leaf
			if !row.known {
				known = stage.Certificate(t, row.until, "localhost").Leaf
			}
			findings := s.looking(t, at, known).TLS(t.Context())
			found(t, findings, row.state, row.says)
			if left := findings[0].DaysLeft; left == nil || *left != row.left {
				t.Errorf("it holds for %v days", left)
			}
		})
	}
	found(t, s.looking(t, "https://localhost:1", nil).TLS(t.Context()), doctor.Wrong, "no TLS at localhost:1")
	found(t, s.looking(t, server, nil).TLS(t.Context()), doctor.Warning, server+" is not reached by https")
}

func TestTheDoctorAsksWherePlainHTTPLeads(t *testing.T) {
	s := newShell(t)
	pair := stage.Certificate(t, s.clock.now().Add(60*24*time.Hour), "localhost")
	at := front(t, "http://127.0.0.1:1", pair, adds)
	for name, row := range map[string]struct {
		status int
		to     string
		state  doctor.State
		says   string
	}{
		"leads there":    {301, at + "/", doctor.OK, "plain http leads to https (301)"},
		"leads nowhere":  {200, "", doctor.Wrong, "plain http is answered 200 and does not lead to " + at},
		"leads away":     {301, "https://other.example.org/", doctor.Wrong, "plain http is answered 301 and does not"},
		"begins like it": {301, at + "1.example.org/", doctor.Wrong, "plain http is answered 301 and does not"},
	} {
		t.Run(name, func(t *testing.T) {
			plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Host != strings.TrimPrefix(at, "https://") {
					t.Errorf("it is asked for %s", r.Host)
				}
				w.Header().Set("Location", row.to)
				w.WriteHeader(row.status)
			}))
			defer plain.Close()
			o := s.looking(t, at, pair.Leaf)
			o.Plain = plain.URL
			found(t, o.TLS(t.Context()), row.state, row.says)
		})
	}
	o := s.looking(t, at, pair.Leaf)
	o.Plain = "http://127.0.0.1:1"
	found(t, o.TLS(t.Context()), doctor.Warning, "plain http is not answered")
}

func TestTheDoctorAsksThePublicAddress(t *testing.T) {
	s := newShell(t)
	s.clock.t = time.Now() // as the server's own, which the Date header goes by
	s.serve(t)
	pair := stage.Certificate(t, s.clock.now().Add(60*24*time.Hour), "localhost")
	server := s.env[serverVariable]
	at := front(t, server, pair, adds)
	found(t, s.looking(t, at, pair.Leaf).Public(t.Context(), version), doctor.OK, at+" is healthy")
	found(t, s.looking(t, at, pair.Leaf).Public(t.Context(), "7.1.0"), doctor.Warning, at+" is version "+version+", and this program 7.1.0")
	found(t, s.looking(t, "https://localhost:1", pair.Leaf).Public(t.Context(), version), doctor.Wrong, "https://localhost:1 is not reached")
	elsewhere := front(t, server, pair, func(r *httputil.ProxyRequest) { r.Out.URL.Path = "/docs" })
	found(t, s.looking(t, elsewhere, pair.Leaf).Public(t.Context(), version), doctor.Wrong, elsewhere+"/health is answered 200 by something else")
	s.clock.wait(time.Minute)
	found(t, s.looking(t, at, pair.Leaf).Public(t.Context(), version), doctor.Wrong, "the clock here and that of "+at+" are ")
}

// Seen red with a request that had no length.
func TestTheDoctorTriesALargeBody(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	pair := stage.Certificate(t, s.clock.now().Add(60*24*time.Hour), "localhost")
	at := front(t, s.env[serverVariable], pair, adds)
	found(t, s.looking(t, at, pair.Leaf).Bodies(t.Context()), doctor.OK, "the proxy takes a file of 50 MB")
	small := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 1<<20 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	defer small.Close()
	found(t, s.looking(t, small.URL, small.Certificate()).Bodies(t.Context()), doctor.Wrong, "the proxy refuses a file of 50 MB")
}

// knows adds an authority to those that programs of the shell know.
func (s *shell) knows(t *testing.T, leaf *x509.Certificate) {
	t.Helper()
	known, err := os.ReadFile(s.env["SSL_CERT_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(name, append(known, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})...), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["SSL_CERT_FILE"] = name
}

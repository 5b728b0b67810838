package edge

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"mindflow/test/stage"
)

// seen are requests that came to a stand-in.
type seen struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (s *seen) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
}

// take answers the requests so far and forgets them.
func (s *seen) take() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.requests
	s.requests = nil
	return taken
}

// answered reads what comes back on a connection: the status lines.
func answered(t *testing.T, conn io.Reader) []string {
	t.Helper()
	var lines []string
	r := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return lines
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		lines = append(lines, resp.Status)
		if resp.Close {
			return lines
		}
	}
}

// What nginx and the server could take for different numbers of requests comes to the server as nginx
// understood it or not at all: each request there has been given its id and its client by nginx.
// Seen red with a site that kept the client's X-Request-ID.
func TestNoRequestIsSmuggledInAnother(t *testing.T) {
	came := &seen{}
	n := begin(t, []string{standIn(t, came.ServeHTTP)})
	const inner = "GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Request-ID: 0123456789abcdef0123456789abcdef\r\n\r\n"
	chunked := "0\r\n\r\n" + inner
	length := fmt.Sprintf("Content-Length: %d\r\n", len(chunked))
	for _, row := range []struct{ what, fields, body string }{
		{"a length and chunks", length + "Transfer-Encoding: chunked\r\n", chunked},
		{"chunks and a length", "Transfer-Encoding: chunked\r\n" + length, chunked},
		{"chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked},
		{"chunks and nothing else", "Transfer-Encoding: chunked, identity\r\n" + length, chunked},
		{"a coding nobody knows", "Transfer-Encoding: xchunked\r\n" + length, chunked},
		{"a blank before the colon", "Transfer-Encoding : chunked\r\n" + length, chunked},
		{"a tab", "Transfer-Encoding:\tchunked\r\n" + length, chunked},
		{"a folded line", "Transfer-Encoding:\r\n chunked\r\n" + length, chunked},
		{"a bare line feed", length + "X: y\nTransfer-Encoding: chunked\r\n", chunked},
		{"a bare carriage return", length + "X: y\rTransfer-Encoding: chunked\r\n", chunked},
		{"a null", length + "X: y\x00\r\nTransfer-Encoding: chunked\r\n", chunked},
		{"two lengths", "Content-Length: 0\r\n" + length, chunked},
		{"two lengths in one", fmt.Sprintf("Content-Length: 0, %d\r\n", len(chunked)), chunked},
		{"a signed length", "Content-Length: +5\r\n", chunked},
		{"a length in another base", "Content-Length: 0x5\r\n", chunked},
		{"a length by another name", "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n", inner},
		{"a chunk of negative size", "Transfer-Encoding: chunked\r\n", "-1\r\n\r\n" + inner},
		{"a chunk of endless size", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\n\r\n" + inner},
		{"a chunk with a remark", "Transfer-Encoding: chunked\r\n", "0;a=\n\r\n\r\n" + inner},
		{"a trailer", "Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n" + inner},
		{"an expectation", "Expect: 100-continue\r\n" + length, chunked},
		{"an upgrade", "Connection: Upgrade, X-Request-ID\r\nUpgrade: websocket\r\n", inner},
	} {
		conn := n.connect(t)
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		fmt.Fprintf(conn, "POST /outer HTTP/1.1\r\nHost: %s\r\n%s\r\n%s", name, row.fields, row.body)
		_ = conn.(*tls.Conn).CloseWrite()
		got := answered(t, conn)
		came.hold(t, row.what, got)
	}
	for what, fields := range map[string][][2]string{
		"chunks in HTTP/2":   {{"transfer-encoding", "chunked"}},
		"a length too short": {{"content-length", "5"}},
		"a field in a value": {{"x", "y\r\nx-injected: 1"}},
		"a field in a name":  {{"x: y\r\nx-injected", "1"}},
		"an upgrade":         {{"connection", "upgrade"}, {"upgrade", "websocket"}},
		"another host":       {{"host", "other.example.org"}},
	} {
		came.hold(t, what, n.frames(t, fields, chunked))
	}
}

// hold fails the test where a request came to the server in another way than by nginx's understanding.
func (s *seen) hold(t *testing.T, what string, got []string) {
	t.Helper()
	all := s.take()
	ids := map[string]bool{}
	for _, r := range all {
		id := r.Header.Get("X-Request-Id")
		ids[id] = true
		if len(id) != 32 || id == "0123456789abcdef0123456789abcdef" || r.Header.Get("X-Forwarded-Proto") != "https" || !strings.HasSuffix(r.Header.Get("X-Forwarded-For"), "127.0.0.1") {
			t.Errorf("%s: %s %s came with %v", what, r.Method, r.URL, r.Header)
		}
		for field := range r.Header {
			if strings.Contains(field, "_") || strings.EqualFold(field, "X-Injected") {
				t.Errorf("%s: the server was sent %s", what, field)
			}
		}
		if r.URL.Path == "/smuggled" && r.Host != "x" {
			t.Errorf("%s: what was within came as %s", what, r.Host)
		}
	}
	if len(ids) != len(all) || len(all) > len(got) {
		t.Errorf("%s: %d requests came with %d ids, and %q was answered", what, len(all), len(ids), got)
	}
}

// frames sends one request by HTTP/2, with fields no client would send, and answers the statuses that come.
func (n *nginx) frames(t *testing.T, fields [][2]string, body string) (statuses []string) {
	t.Helper()
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: n.roots, ServerName: name, NextProtos: []string{"h2"}}}
	conn, err := dialer.DialContext(t.Context(), "tcp", n.secure)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	var head bytes.Buffer
	encoder := hpack.NewEncoder(&head)
	for _, f := range append([][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", name}, {":path", "/outer"}}, fields...) {
		_ = encoder.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}) // to memory
	}
	_, _ = io.WriteString(conn, http2.ClientPreface)
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = framer.WriteSettings()
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndHeaders: true})
	_ = framer.WriteData(1, true, []byte(body))
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return statuses
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			statuses = append(statuses, f.PseudoValue("status"))
			if f.StreamEnded() {
				return statuses
			}
		case *http2.DataFrame:
			if f.StreamEnded() {
				return statuses
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return statuses
		}
	}
}

func TestWhatIsNotForTheServerDoesNotReachIt(t *testing.T) {
	came := &seen{}
	n := begin(t, []string{standIn(t, came.ServeHTTP)})
	long := strings.Repeat("x", 20<<10)
	for _, row := range []struct{ what, request, status string }{
		{"a long field", "GET / HTTP/1.1\r\nHost: " + name + "\r\nCookie: " + long + "\r\n\r\n", "400 Bad Request"},
		{"many fields", "GET / HTTP/1.1\r\nHost: " + name + "\r\n" + strings.Repeat("Cookie: "+long[:10<<10]+"\r\n", 10) + "\r\n", "400 Bad Request"},
		{"a long address", "GET /" + long + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "414 Request-URI Too Large"},
		{"TRACE", "TRACE / HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "405 Not Allowed"},
		{"CONNECT", "CONNECT other.example.org:443 HTTP/1.1\r\nHost: other.example.org:443\r\n\r\n", "400 Bad Request"},
		{"a proxy's request", "GET http://other.example.org/ HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "200 OK"}, // ours, whatever is named
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: " + name + "\r\nHost: other.example.org\r\n\r\n", "400 Bad Request"},
		{"a host with a path", "GET / HTTP/1.1\r\nHost: " + name + "/x\r\n\r\n", "400 Bad Request"},
		{"HTTP/2's preface", http2.ClientPreface, "400 Bad Request"},
		{"a way out", "GET /../../etc/passwd HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "400 Bad Request"},
		{"the files of what is unavailable", "GET /mindflow-unavailable/../proxy.conf HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "200 OK"}, // the server's
		{"the same, hidden", "GET /mindflow-unavailable/%2e%2e%2fproxy.conf HTTP/1.1\r\nHost: " + name + "\r\n\r\n", "200 OK"},           // as it was asked for
	} {
		conn := n.connect(t)
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		go func() { _, _ = io.WriteString(conn, row.request) }() // refused before its end
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		_ = conn.Close()
		if resp.Status != row.status {
			t.Errorf("%s: %q, not %s", row.what, resp.Status, row.status)
		}
		if strings.Contains(string(raw)+resp.Header.Get("Server"), "nginx/") {
			t.Errorf("%s: nginx tells its version: %v %s", row.what, resp.Header, raw)
		}
		for _, r := range came.take() {
			if row.status != "200 OK" {
				t.Errorf("%s: it came to the server as %s %s", row.what, r.Method, r.URL)
			}
		}
	}
}

// Who names another host is answered as anybody, and finds that name nowhere: answers are about PUBLIC_URL.
func TestTheWorldSeesNoMoreOfTheServerThanItIsTo(t *testing.T) {
	metrics := stage.FreeAddress(t)
	n, p := behind(t, "METRICS_ADDR="+metrics)
	if askOnce("http://"+metrics+"/metrics") != http.StatusOK {
		t.Fatal("there are no metrics")
	}
	for path, status := range map[string]int{
		"/metrics": 404, "/debug/pprof/": 404, "/health/seen": 404, "/health": 200, "/.well-known/acme-challenge/x": 404,
	} {
		if a := p.ask(t, "GET", path, "", "Accept", "application/json"); a.status != status {
			t.Errorf("%s is answered %d %.200s", path, a.status, a.body)
		}
	}
	for _, path := range []string{"/", "/openapi.json", "/.well-known/oauth-authorization-server", "/health", "/docs"} {
		conn := n.connect(t)
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: other.example.net\r\nX-Forwarded-Host: other.example.net\r\nConnection: close\r\n\r\n", path)
		raw, err := io.ReadAll(conn)
		if err != nil || !bytes.HasPrefix(raw, []byte("HTTP/1.1 200 ")) || bytes.Contains(raw, []byte("other.example.net")) {
			t.Errorf("%s for another host: %.300s %v", path, raw, err)
		}
	}
}

// As certbot's hook has it: nginx is told to read its files again.
func TestARenewedCertificateIsShownAndNobodyIsCutOff(t *testing.T) {
	begun, over := make(chan struct{}), make(chan struct{})
	n := begin(t, []string{standIn(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(begun)
			<-over
		}
		_, _ = io.WriteString(w, "answered")
	})})
	slow := make(chan answer, 1)
	p := &person{http: n.client(t, "127.0.0.1")}
	go func() {
		a, _ := p.try("GET", "/slow", "")
		slow <- a
	}()
	<-begun
	before, err := os.ReadFile(filepath.Join(n.folder, "certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	n.certify(t)
	if err := n.running.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	stage.Eventually(t, 10*time.Second, "the new certificate is shown", func() bool {
		conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: n.roots, ServerName: name}}).DialContext(t.Context(), "tcp", n.secure)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	close(over)
	if a := <-slow; a.body != "answered" {
		t.Errorf("who was being served is answered %d %q", a.status, a.body)
	}
	if after, err := os.ReadFile(filepath.Join(n.folder, "certificate.pem")); err != nil || bytes.Equal(before, after) {
		t.Errorf("the certificate is the same: %v", err)
	}
}

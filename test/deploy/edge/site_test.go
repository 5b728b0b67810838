package edge

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/test/stage"
)

// behind runs the site before one built server.
func behind(t *testing.T, settings ...string) (*nginx, *person) {
	t.Helper()
	s := serve(t, stage.FreeAddress(t), settings...)
	n := begin(t, []string{s.address})
	return n, &person{http: n.client(t, "127.0.0.1")}
}

// standIn is a server of the test's own behind the site's rules.
func standIn(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestPort80LeadsToHTTPSAndShowsWhatCertificatesAreAskedFor(t *testing.T) {
	n := begin(t, []string{stage.FreeAddress(t)})
	client := n.client(t, "127.0.0.1")
	challenge := filepath.Join(n.folder, "acme/.well-known/acme-challenge")
	if err := os.MkdirAll(challenge, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, challenge+"/token", "proof")
	for _, c := range []struct {
		method, path, host string
		status             int
		location, body     string
	}{
		{"GET", "/", name, 301, "https://" + name + "/", ""},
		{"GET", "/tasks?q=a%20b", name, 301, "https://" + name + "/tasks?q=a%20b", ""},
		{"POST", "/api/tasks", name, 301, "https://" + name + "/api/tasks", ""},
		{"GET", "/x", "other.example.org", 301, "https://" + name + "/x", ""},
		{"GET", "/.well-known/acme-challenge/token", name, 200, "", "proof"},
		{"GET", "/.well-known/acme-challenge/none", name, 404, "", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+name+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || resp.Header.Get("Location") != c.location || c.body != "" && string(raw) != c.body {
			t.Errorf("%s %s: %d %q %s", c.method, c.path, resp.StatusCode, resp.Header.Get("Location"), raw)
		}
		if resp.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s says HSTS over http", c.path)
		}
	}
}

func TestOnlyModernTLSAndHTTP2AreSpoken(t *testing.T) {
	n := begin(t, []string{standIn(t, func(http.ResponseWriter, *http.Request) {})})
	for version, good := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		dialer := &tls.Dialer{Config: &tls.Config{
			RootCAs: n.roots, ServerName: name, MinVersion: version, MaxVersion: version, NextProtos: []string{"h2", "http/1.1"},
		}}
		conn, err := dialer.DialContext(t.Context(), "tcp", n.secure)
		if (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err != nil {
			continue
		}
		if got := conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != "h2" {
			t.Errorf("%s negotiates %q", tls.VersionName(version), got)
		}
		_ = conn.Close()
	}
	p := &person{http: n.client(t, "127.0.0.1")}
	if a := p.ask(t, "GET", "/", ""); a.proto != "HTTP/2.0" {
		t.Errorf("a browser is answered by %s", a.proto)
	}
}

// Seen red with a site that added HSTS itself.
func TestEachHeaderStandsOnce(t *testing.T) {
	_, p := behind(t)
	const browser = "text/html,*/*"
	for path, accept := range map[string]string{
		"/": browser, "/api/tasks": "*/*", "/openapi.json": "*/*", "/docs": browser, "/health/ready": "*/*", "/none": "*/*",
	} {
		a := p.ask(t, "GET", path, "", "Accept", accept, "X-Request-ID", "an-id-of-the-client")
		for field, values := range a.header {
			if len(values) > 1 && field != "Vary" {
				t.Errorf("%s: %s stands %d times: %q", path, field, len(values), values)
			}
		}
		for _, field := range []string{"Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id"} {
			if a.header.Get(field) == "" {
				t.Errorf("%s: %s is missing", path, field)
			}
		}
		if a.header.Get("Server") != "nginx" {
			t.Errorf("%s: Server says %q", path, a.header.Get("Server"))
		}
		if a.header.Get("X-Request-Id") == "an-id-of-the-client" {
			t.Errorf("%s: the client chose the request's id", path)
		}
	}
}

// Seen red with a site that passed X-Forwarded-For on as it came, and with one
// that said nothing of the client.
func TestTheServerCountsClientsByTheirAddressWhateverTheySay(t *testing.T) {
	n, _ := behind(t, "RATE_LIMIT_AUTH=3/h")
	spent := 0 // by 127.0.0.4
	attempts := func(from string, headers ...string) (admitted int) {
		p := &person{http: n.client(t, from)}
		for range 5 {
			a := p.ask(t, "POST", "/api/auth/login", `{"email": "ada@example.com", "password": "wrong wrong wrong"}`, headers...)
			if a.status != http.StatusTooManyRequests {
				admitted++
			}
		}
		return admitted
	}
	if got := attempts("127.0.0.2"); got != 3 {
		t.Errorf("a client is admitted %d times of 3", got)
	}
	if got := attempts("127.0.0.3"); got != 3 {
		t.Errorf("another client is admitted %d times of 3", got)
	}
	if got := attempts("127.0.0.2", "X-Forwarded-For", "192.0.2.1"); got != 0 {
		t.Errorf("a client that names another address is admitted %d times", got)
	}
	if got := attempts("127.0.0.2", "X-Forwarded-For", "192.0.2.7, 127.0.0.1", "X-Real-IP", "192.0.2.8", "Forwarded", "for=192.0.2.9"); got != 0 {
		t.Errorf("a client that names a proxy is admitted %d times", got)
	}
	for _, said := range []string{
		"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2", "X-Forwarded-For: nobody", "X-Forwarded-For: ,,,", "x_forwarded_for: 192.0.2.3",
		"X-Forwarded-For:\r\n 192.0.2.4", "X-Forwarded-For: " + strings.Repeat("192.0.2.5, ", 1000) + "192.0.2.6", "Connection: X-Forwarded-For",
	} {
		conn := n.connectFrom(t, "127.0.0.4")
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		admitted := 0
		for range 5 {
			const body = `{"email": "bob@example.com", "password": "wrong wrong wrong"}`
			fmt.Fprintf(conn, "POST /api/auth/login HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", name, said, len(body), body)
		}
		_ = conn.(*tls.Conn).CloseWrite()
		for _, status := range answered(t, conn) {
			if strings.HasPrefix(status, "401") {
				admitted++
			}
		}
		if spent += admitted; spent > 3 {
			t.Errorf("%.60s: %d are admitted of 3", said, spent)
		}
	}
	if spent != 3 {
		t.Errorf("one client is admitted %d times of 3, whatever it says", spent)
	}
	if n.secure6 == "" {
		t.Log("IPv6 is not tried: there is none")
	} else if got, again := attempts("::1"), attempts("::1", "X-Forwarded-For", "2001:db8::1"); got != 3 || again != 0 {
		t.Errorf("a client by IPv6 is admitted %d times of 3, and %d times when it names another address", got, again)
	}
}

func TestTheServerIsToldWhoAsksForWhat(t *testing.T) {
	seen := make(chan *http.Request, 1)
	n := begin(t, []string{standIn(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r })})
	p := &person{http: n.client(t, "127.0.0.2")}
	p.ask(t, "GET", "/api/tasks?q=a%2Fb%20c", "", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "http", "Accept-Encoding", "br")
	r := <-seen
	for field, want := range map[string]string{
		"X-Forwarded-For": "192.0.2.1, 127.0.0.2", "X-Forwarded-Proto": "https", "Accept-Encoding": "br",
	} {
		if got := strings.Join(r.Header.Values(field), "|"); got != want {
			t.Errorf("%s is %q, not %q", field, got, want)
		}
	}
	if r.Host != name || r.RequestURI != "/api/tasks?q=a%2Fb%20c" || r.Proto != "HTTP/1.1" {
		t.Errorf("it is asked %s %s at %s", r.Proto, r.RequestURI, r.Host)
	}
	id := r.Header.Get("X-Request-Id")
	if len(id) != 32 {
		t.Errorf("the request's id is %q", id)
	}
	stage.Eventually(t, 5*time.Second, "the log has the request's id", func() bool { return strings.Contains(n.logs(t), `"request_id":"`+id+`"`) })
	old := n.connect(t)
	fmt.Fprintf(old, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", name)
	if r := <-seen; r.Header.Get("Upgrade") != "" {
		t.Errorf("another protocol than WebSocket's is asked for: %v", r.Header)
	}
}

// Seen red with a site that did not pass Upgrade on.
func TestWebSocketsComeThrough(t *testing.T) {
	n := begin(t, []string{standIn(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || !strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
			w.WriteHeader(http.StatusUpgradeRequired)
			return
		}
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		_ = rw.Flush()
		_, _ = io.Copy(conn, rw) // an echo, frame by frame as it comes
	})})
	conn := n.connect(t)
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(conn, "GET /api/live HTTP/1.1\r\nHost: %s\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", name)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-Websocket-Accept") == "" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	for _, frame := range [][]byte{{0x81, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2}, {0x89, 0x80, 1, 2, 3, 4}} { // a text, a ping
		if _, err := conn.Write(frame); err != nil {
			t.Fatal(err)
		}
		back := make([]byte, len(frame))
		if _, err := io.ReadFull(r, back); err != nil || !bytes.Equal(back, frame) {
			t.Errorf("%x comes back as %x %v", frame, back, err)
		}
	}
}

// Seen red with a site that had one limit for everything.
func TestBodiesAreSmallButForImports(t *testing.T) {
	_, p := behind(t)
	p.signUp(t, "ada@example.com")
	filler := func(size int) string { return `{"title": "` + strings.Repeat("x", size) + `"}` }
	a := p.ask(t, "POST", "/api/tasks", filler(1<<20+1<<19))
	if a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, "larger than 1 MiB") {
		t.Errorf("1.5 MiB: %d %s", a.status, a.body)
	}
	a = p.ask(t, "POST", "/api/tasks", filler(3<<20))
	isProblem(t, a, http.StatusRequestEntityTooLarge)
	file := strings.Repeat("\n", 20<<20-len("one task\n")) + "one task\n"
	a = p.ask(t, "POST", "/api/import/todotxt", file, "Content-Type", "application/octet-stream")
	if a.status != http.StatusOK || !strings.Contains(a.body, `"created": 1`) && !strings.Contains(a.body, `"created":1`) {
		t.Errorf("an import of 20 MiB: %d %s", a.status, last(a.body, 500))
	}
	a = p.ask(t, "POST", "/api/import/todotxt", strings.Repeat("\n", 52<<20), "Content-Type", "application/octet-stream")
	isProblem(t, a, http.StatusRequestEntityTooLarge)
}

// isProblem holds an answer of nginx's own against what the server's are like.
func isProblem(t *testing.T, a answer, status int) {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
		RequestID           string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Errorf("%d is answered %s: %v", a.status, a.body, err)
	}
	if a.status != status || p.Status != status || p.Title != http.StatusText(status) || p.Type != "about:blank" || p.Detail == "" {
		t.Errorf("%d, not %d: %s", a.status, status, a.body)
	}
	if p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") {
		t.Errorf("request %q is answered as %q", a.header.Get("X-Request-Id"), p.RequestID)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("its type is %s", kind)
	}
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Strict-Transport-Security") == "" || a.header.Get("Content-Security-Policy") == "" {
		t.Errorf("its headers are %v", a.header)
	}
}

func TestWhereNoServerAnswersNginxDoesInItsTone(t *testing.T) {
	over := make(chan struct{})
	hangs := standIn(t, func(http.ResponseWriter, *http.Request) { <-over })
	t.Cleanup(func() { close(over) })
	nobody := begin(t, []string{stage.FreeAddress(t)})
	late := begin(t, []string{hangs}, change{"proxy_read_timeout 75s;", "proxy_read_timeout 1s;"})
	for status, n := range map[int]*nginx{http.StatusBadGateway: nobody, http.StatusGatewayTimeout: late} {
		p := &person{http: n.client(t, "127.0.0.1")}
		isProblem(t, p.ask(t, "POST", "/api/tasks", `{"title": "x"}`), status)
		isProblem(t, p.ask(t, "GET", "/api/tasks?q=x", "", "Accept", "application/json"), status)
		a := p.ask(t, "GET", "/settings", "", "Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
		if a.status != status || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.body, "Back in a moment") ||
			!strings.Contains(a.body, a.header.Get("X-Request-Id")+".</p>") {
			t.Errorf("a browser is answered %d %v %s", a.status, a.header, a.body)
		}
		_, rest, _ := strings.Cut(a.body, "<style>")
		style, _, _ := strings.Cut(rest, "</style>")
		hash := sha256.Sum256([]byte(style))
		if want := "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(a.header.Get("Content-Security-Policy"), want) {
			t.Errorf("the page's style is %s, and its policy is %s", want, a.header.Get("Content-Security-Policy"))
		}
		if a := p.ask(t, "GET", "/mindflow-unavailable/page.html", "", "Accept", "text/html"); a.status != http.StatusNotFound {
			t.Errorf("the page can be asked for: %d", a.status)
		}
	}
}

// What a server says itself is passed on as it is, its failures too.
func TestAServersOwnFailuresAreItsOwn(t *testing.T) {
	n := begin(t, []string{standIn(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "its own words")
	})})
	p := &person{http: n.client(t, "127.0.0.1")}
	if a := p.ask(t, "GET", "/", "", "Accept", "text/html"); a.status != http.StatusServiceUnavailable || a.body != "its own words" || a.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
}

// Seen red with error logs at nginx's usual level.
func TestNoLogHoldsAQueryString(t *testing.T) {
	s := standIn(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/breaks" {
			panic(http.ErrAbortHandler)
		}
	})
	n := begin(t, []string{s, stage.FreeAddress(t)})
	p := &person{http: n.client(t, "127.0.0.1")}
	for _, path := range []string{"/fine?q=hidden", "/breaks?q=hidden", "/a//b?q=hidden&q=hidden", "/?q=hidden"} {
		for range 2 { // each server's turn
			p.ask(t, "POST", path, `{}`, "Referer", "https://"+name+"/?q=hidden")
			p.ask(t, "GET", path, "")
		}
	}
	for range 2 {
		conn := n.connect(t)
		fmt.Fprintf(conn, "GET /broken?q=hidden HTTP/1.1\r\nHost: %s\r\nbad header\r\n\r\n", name)
		_, _ = io.ReadAll(conn)
	}
	logs := n.logs(t)
	if strings.Contains(logs, "hidden") {
		t.Errorf("the logs say %s", logs)
	}
	for line := range strings.Lines(logs) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is no JSON: %s", line)
		}
	}
	if !strings.Contains(logs, `"path":"/breaks"`) || !strings.Contains(logs, `"upstream_status":"502`) {
		t.Errorf("the logs do not say which server failed: %s", logs)
	}
}

// Seen red with proxy_next_upstream … non_idempotent.
func TestAChangeThatWasSentIsNeverSentAgain(t *testing.T) {
	var changes, reads atomic.Int64
	breaks := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodGet {
			reads.Add(1)
		} else {
			changes.Add(1)
		}
		panic(http.ErrAbortHandler)
	}
	n := begin(t, []string{standIn(t, breaks), standIn(t, breaks), standIn(t, breaks)}, change{"max_fails=1 fail_timeout=1s", "max_fails=0"})
	p := &person{http: n.client(t, "127.0.0.1")}
	for _, method := range []string{"POST", "PATCH"} {
		changes.Store(0)
		isProblem(t, p.ask(t, method, "/api/tasks", `{"title": "once"}`), http.StatusBadGateway)
		if got := changes.Load(); got != 1 {
			t.Errorf("%s was sent %d times", method, got)
		}
	}
	isProblem(t, p.ask(t, "GET", "/api/tasks", ""), http.StatusBadGateway)
	if got := reads.Load(); got != 3 {
		t.Errorf("a GET was sent %d times, though there are three servers", got)
	}
}

// A connection that fails is no reason to fail: nothing was sent.
func TestWhoRefusesAConnectionIsPassedOver(t *testing.T) {
	var served atomic.Int64
	n := begin(t, []string{stage.FreeAddress(t), standIn(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }), stage.FreeAddress(t)})
	p := &person{http: n.client(t, "127.0.0.1")}
	for range 20 {
		if a := p.ask(t, "POST", "/api/tasks", `{}`); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if served.Load() != 20 {
		t.Errorf("%d of 20 were served", served.Load())
	}
}

// Seen red with proxy_request_buffering off and with proxy_buffering off.
func TestSlowClientsOccupyNoServer(t *testing.T) {
	large := strings.Repeat("x", 8<<20)
	asked, done := make(chan string, 4), make(chan string, 4)
	n := begin(t, []string{standIn(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, large)
		} else {
			_, _ = io.Copy(w, r.Body)
		}
		done <- r.Method
	})}, change{"client_header_timeout 10s;", "client_header_timeout 1s;"}, change{"client_body_timeout 10s;", "client_body_timeout 2s;"})
	never := n.connect(t)
	fmt.Fprintf(never, "GET / HTTP/1.1\r\nHost: %s\r\n", name) // and no more
	reads := n.connect(t)
	fmt.Fprintf(reads, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", name)
	within(t, "the server is rid of an answer that nobody reads", asked, done)
	sends := n.connect(t)
	fmt.Fprintf(sends, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\n\r\na", name)
	gives := n.connect(t)
	fmt.Fprintf(gives, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\n\r\na", name) // and no more
	select {
	case <-asked:
		t.Error("the server bears a body that trickles in")
	case <-time.After(500 * time.Millisecond):
	}
	fmt.Fprint(sends, "bcd")
	within(t, "the body is there", asked, done)
	for what, conn := range map[string]net.Conn{"headers": never, "a body": gives} {
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if raw, err := io.ReadAll(conn); err != nil && !strings.Contains(err.Error(), "reset") || bytes.Contains(raw, []byte(" 200 ")) {
			t.Errorf("who never ends %s is answered %q %v", what, raw, err)
		}
	}
}

func within(t *testing.T, what string, events ...chan string) {
	t.Helper()
	for _, event := range events {
		select {
		case <-event:
		case <-time.After(3 * time.Second):
			t.Fatalf("it is not so that %s", what)
		}
	}
}

// Answers that hold secrets are never compressed here; what comes compressed
// stays so. Seen red with gzip on for JSON.
func TestOnlyWhatIsTheSameForEverybodyIsCompressed(t *testing.T) {
	_, p := behind(t)
	p.signUp(t, "ada@example.com")
	for range 30 {
		p.ask(t, "POST", "/api/tasks", `{"title": "`+strings.Repeat("long ", 30)+`"}`)
	}
	a := p.ask(t, "GET", "/openapi.json", "", "Accept-Encoding", "gzip")
	plain := p.ask(t, "GET", "/openapi.json", "")
	unpacked, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil || a.header.Get("Content-Encoding") != "gzip" || !strings.Contains(a.header.Get("Vary"), "Accept-Encoding") {
		t.Fatalf("%v %v", a.header, err)
	}
	if raw, err := io.ReadAll(unpacked); err != nil || string(raw) != plain.body {
		t.Errorf("it is another document: %v", err)
	}
	for _, path := range []string{"/api/tasks", "/api/tasks/ranked", "/api/export/json", "/"} {
		if a := p.ask(t, "GET", path, "", "Accept-Encoding", "gzip"); a.status != http.StatusOK || a.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, compressed by %s", path, a.status, a.header.Get("Content-Encoding"))
		}
	}
	bundle := p.ask(t, "GET", "/docs/swagger-ui-bundle.js", "", "Accept-Encoding", "gzip, br, zstd")
	if encoding := bundle.header.Get("Content-Encoding"); !slices.Contains([]string{"gzip", "br", "zstd"}, encoding) {
		t.Errorf("a file that the server has compressed comes as %q", encoding)
	}
}

package rest_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/test/stage"
)

// busy is an API with few places, whose front page takes until it is released.
func busy(t *testing.T, places int) (srv *server, release func()) {
	t.Helper()
	held := make(chan struct{})
	log := &stage.Logbook{}
	api := rest.New(nil, slog.New(slog.NewTextHandler(log, nil)), rest.Settings{
		Version: "7.0.0", MaxInFlight: places,
		Site: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Wait") != "" {
				<-held
			}
			_, _ = io.WriteString(w, "home")
		}),
		Checks: rest.Checks{Database: works, Schema: works},
	})
	srv = &server{t: t, http: httptest.NewServer(api.Handler()), log: log}
	release = sync.OnceFunc(func() { close(held) })
	t.Cleanup(func() { release(); srv.http.Close() })
	return srv, release
}

// hold sends so many requests that wait, and answers what waits for their end.
func (srv *server) hold(n int) *sync.WaitGroup {
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if a := srv.nobody().do("GET /", "", "Wait: yes"); a.status != http.StatusOK {
				srv.t.Errorf("a request that had its place was answered %d", a.status)
			}
		})
	}
	return &all
}

// Seen red with a gate that let everybody wait.
func TestWhatIsTooMuchIsTurnedAwaySoon(t *testing.T) {
	t.Parallel()
	srv, release := busy(t, 4)
	held := srv.hold(4)
	time.Sleep(100 * time.Millisecond)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			began := time.Now()
			a := srv.nobody().do("GET /", "")
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "1" {
				t.Errorf("%d, Retry-After %q", a.status, a.header.Get("Retry-After"))
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("turned away after %s", took)
			}
		})
		for path, status := range map[string]int{"/health": 200, "/health/live": 200, "/health/ready": 200} {
			srv.nobody().do("GET "+path, "").want(status)
		}
	}
	time.AfterFunc(5*time.Second, release) // should somebody wait for ever
	all.Wait()
	release()
	held.Wait()
	srv.nobody().do("GET /", "").want(http.StatusOK)
	said := srv.log.String()
	if n := strings.Count(said, "overloaded"); n < 1 || n > 5 {
		t.Errorf("50 refusals are told %d times, at most once a second would do", n)
	}
	if strings.Contains(said, "level=ERROR") {
		t.Error("a refusal is logged as an error of the server")
	}
}

func TestARequestThatComesALittleTooEarlyWaitsForItsPlace(t *testing.T) {
	t.Parallel()
	srv, release := busy(t, 4)
	held := srv.hold(4)
	time.Sleep(50 * time.Millisecond)
	time.AfterFunc(50*time.Millisecond, release)
	srv.nobody().do("GET /", "").want(http.StatusOK)
	held.Wait()
}

// connect opens a connection of the test's own.
func (srv *server) connect() net.Conn {
	srv.t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(srv.t.Context(), "tcp", srv.http.Listener.Addr().String())
	if err != nil {
		srv.t.Fatal(err)
	}
	srv.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Seen red with places that were taken before the body was there.
func TestBodiesThatTrickleInTakeNobodysPlace(t *testing.T) {
	t.Parallel()
	srv, _ := busy(t, 4)
	conns := make([]net.Conn, 40)
	for i := range conns {
		conns[i] = srv.connect()
		fmt.Fprintf(conns[i], "POST /api/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	}
	time.Sleep(100 * time.Millisecond)
	for range 20 {
		srv.nobody().do("GET /", "").want(http.StatusOK)
	}
	answer := make([]byte, 4096)
	_ = conns[0].SetReadDeadline(time.Now().Add(10 * time.Second))
	n, _ := conns[0].Read(answer)
	if got := string(answer[:n]); !strings.HasPrefix(got, "HTTP/1.1 408 ") || !strings.Contains(got, "did not arrive in time") {
		t.Errorf("%q", got)
	}
}

// Seen red with places for sign-ins that were taken before a body of unknown
// length, or a large one, was there.
func TestSignInsThatTrickleInKeepNobodyFromSigningIn(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	for i := range 80 {
		length := "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
		if i%2 == 0 {
			length = "Content-Length: 20000\r\n\r\n{"
		}
		path := []string{"login", "register"}[i/2%2]
		fmt.Fprintf(srv.connect(), "POST /api/auth/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s", path, length)
	}
	time.Sleep(100 * time.Millisecond)
	const body = `{"email": "ada@example.com", "password": "correct horse battery"}`
	for _, sent := range []io.Reader{strings.NewReader(body), io.MultiReader(strings.NewReader(body))} { // of unknown length
		if a := srv.nobody().send("POST /api/auth/login", sent); a.status != http.StatusUnauthorized { // there is nobody yet
			t.Errorf("who signs in meanwhile is answered %d %s", a.status, a.body)
		}
	}
}

func TestASignInMayHaveALongBodyOfUnknownLength(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	for _, blanks := range []int{0, 16<<10 - 1, 16 << 10, 20_000, 1 << 20} {
		body := `{"email": "ada@example.com", "password": "correct horse battery"` + strings.Repeat(" ", blanks) + "}"
		want := http.StatusUnauthorized // there is nobody
		if len(body) > 1<<20 {
			want = http.StatusRequestEntityTooLarge
		}
		srv.nobody().send("POST /api/auth/login", io.MultiReader(strings.NewReader(body))).want(want)
	}
}

// Seen red with an error in the log for whoever hung up.
func TestABodyThatBreaksOffIsNoErrorOfOurs(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	conn := srv.connect()
	fmt.Fprint(conn, "POST /api/auth/logout HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000\r\n\r\n{")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(said), "HTTP/1.1 400 ") || strings.Contains(srv.log.String(), "level=ERROR") {
		t.Errorf("it is answered %.60q, and logged as %s", said, srv.log)
	}
}

// Seen red with places that were kept until the answer was sent.
func TestAClientThatNeverReadsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 16<<20) // more than any buffer takes
	api := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{
		MaxInFlight: 4, Checks: rest.Checks{Database: works},
		Site: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "" {
				_, _ = io.WriteString(w, "home")
				return
			}
			_, _ = io.WriteString(w, long)
		}),
	})
	srv := &server{t: t, http: httptest.NewServer(api.Handler())}
	t.Cleanup(func() { srv.http.CloseClientConnections(); srv.http.Close() })
	for range 12 {
		fmt.Fprint(srv.connect(), "GET /?long=yes HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	time.Sleep(300 * time.Millisecond)
	for range 20 {
		srv.nobody().do("GET /", "").want(http.StatusOK)
	}
}

// Seen red with places that only an answer's body gave back.
func TestAPlaceIsGivenBackByAPanicToo(t *testing.T) {
	t.Parallel()
	api := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{
		MaxInFlight: 4, Site: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.RawQuery {
			case "how=answered":
				w.WriteHeader(http.StatusNoContent)
			case "how=aborted":
				panic(http.ErrAbortHandler)
			}
			panic("seen")
		}),
	})
	h := api.Handler()
	for path, status := range map[string]int{"/": http.StatusInternalServerError, "/?how=answered": http.StatusNoContent, "/?how=aborted": http.StatusOK} {
		for i := range 20 {
			w := httptest.NewRecorder()
			func() {
				defer func() { _ = recover() }() // net/http's part
				h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil))
			}()
			if w.Code != status {
				t.Fatalf("request %d of %s: %d", i, path, w.Code)
			}
		}
	}
}

package rest_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/web"
)

// Fails when an error is made from the text of huma's, which prints the body.
func TestManyUnknownKeysCostLittleAndAreNotAllNamed(t *testing.T) {
	t.Parallel()
	c := newClock()
	srv := serve(t, c, storetest.OpenAt(t, storetest.SQLite, c.Now), web.Placeholder())
	keys := func(n int) string {
		var b strings.Builder
		b.WriteString(`{"email":"a@example.org","password":"xxxxxxxxxxxx"`)
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":1`, i)
		}
		return b.String() + "}"
	}
	some := srv.nobody().do("POST /api/auth/login", keys(4000)).want(http.StatusUnprocessableEntity)
	if named := len(strings.Fields(some.fields())); named > 100 || len(some.body) > 20_000 {
		t.Errorf("%d named in %d bytes", named, len(some.body))
	}
	many := srv.nobody().do("POST /api/auth/login", keys(90_000)).want(http.StatusBadRequest)
	if many.at("detail") != "The body holds too many values" {
		t.Errorf("%s", many.body)
	}
}

func TestManyBadTagsAreOneProblem(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		a := ada.do("POST /api/tasks", `{"title":"a","tags":[`+strings.Repeat(`"",`, 4000)+`"x"]}`).want(http.StatusUnprocessableEntity)
		if a.fields() != "tags" {
			ada.srv.t.Errorf("%s", a.body)
		}
	})
}

func TestABodyThatDoesNotArriveIsTheClientsFault(t *testing.T) {
	t.Parallel()
	c := newClock()
	srv := serve(t, c, storetest.OpenAt(t, storetest.SQLite, c.Now), web.Placeholder())
	address := strings.TrimPrefix(srv.http.URL, "http://")
	for name, request := range map[string]string{
		"a broken chunk": "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
		"half a body":    "Content-Length: 100\r\n\r\n{\"email\"",
	} {
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n%s", request)
		_ = conn.(*net.TCPConn).CloseWrite()
		answer := make([]byte, 4096)
		n, _ := conn.Read(answer)
		if got := string(answer[:n]); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("%s: %q", name, got)
		}
		conn.Close()
	}
}

func TestADryRunIsAskedForClearlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		t := ada.srv.t
		for _, query := range []string{"?dry_run=", "?dry_run", "?dry_run=false&dry_run=true"} {
			a := ada.do("POST /api/import/taskwarrior"+query, `{"uuid":"01a206ba-6a53-4bcc-b9d4-feb71fb3ae2d","description":"x","status":"pending"}`)
			if a.status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", query, a.status, a.body)
			}
		}
		if left := ada.do("GET /api/tasks", "").want(http.StatusOK); !strings.Contains(string(left.body), `"tasks":[]`) {
			t.Errorf("something was imported: %s", left.body)
		}
	})
}

func TestOnlyNamesOfTheZoneDatabaseAreZones(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		for _, name := range []string{"localtime", "Local", "posixrules", "right/Europe/Berlin", "posix/Europe/Berlin", "./UTC", "Europe//Berlin", "../etc/passwd", "Factory", ""} {
			ada.do("PUT /api/preferences", `{"timezone":"`+name+`"}`).want(http.StatusUnprocessableEntity)
		}
		for _, name := range []string{"UTC", "Etc/GMT+5", "America/Port-au-Prince", "EST5EDT"} {
			ada.do("PUT /api/preferences", `{"timezone":"`+name+`"}`).want(http.StatusOK)
		}
	})
}

func TestSearchesHoldNoControlCharacters(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		for _, param := range []string{"q", "tag"} {
			if a := ada.do("GET /api/tasks?"+param+"="+url.QueryEscape("a\x1fb"), "").want(http.StatusUnprocessableEntity); a.fields() != param {
				ada.srv.t.Errorf("%s", a.body)
			}
		}
	})
}

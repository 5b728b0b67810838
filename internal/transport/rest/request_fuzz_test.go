package rest_test

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/test/hostile"
	"mindflow/test/stage"
	"mindflow/web"
)

// target is a server that is sent whatever there is. {id}, {token}, {refresh}
// and {cursor} in a request stand for those of somebody who is signed in.
type target struct {
	*server

	handler  http.Handler
	document []byte
	fill     *strings.Replacer
	requests int
}

// newTarget opens a server without a network before it: requests are read as
// net/http reads them.
func newTarget(tb testing.TB, kind storetest.Kind) *target {
	tb.Helper()
	c := newClock()
	s := storetest.OpenAt(tb, kind, c.Now)
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, c.Now)
	if err != nil {
		tb.Fatal(err)
	}
	a := app.New(s, signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: refreshTTL, SnapshotTTL: 5 * time.Minute})
	api := rest.New(a, slog.New(slog.DiscardHandler), rest.Settings{
		Version: "7.0.0", Environment: "testing", Site: web.Placeholder(), Checks: rest.Checks{Database: s.Ping, Schema: s.Ready},
	})
	document, err := api.Document()
	if err != nil {
		tb.Fatal(err)
	}
	return &target{server: &server{clock: c, store: s, app: a, signer: signer, log: &stage.Logbook{}}, handler: api.Handler(), document: document}
}

// newcomer signs somebody up, with a few tasks. What came before may have ended
// the session, and lists shall stay short.
func (x *target) newcomer(t *testing.T) {
	t.Helper()
	x.t = t
	ada := x.person(fmt.Sprintf("somebody%d@example.com", x.requests), "Europe/Berlin")
	_, refresh := x.sessionWithToken(ada.actor)
	x.fill = strings.NewReplacer("{token}", ada.token)
	var id, cursor string
	for _, title := range []string{"a", "b"} {
		made := x.try(t, "POST", "/api/tasks", "Authorization: Bearer {token}\nContent-Type: application/json", `{"title": "`+title+`", "due_date": "2026-11-28"}`)
		id = made.want(http.StatusCreated).at("id")
	}
	cursor = x.try(t, "GET", "/api/tasks?limit=1&sort=title", "Authorization: Bearer {token}", "").want(http.StatusOK).at("next_cursor")
	x.fill = strings.NewReplacer("{token}", ada.token, "{id}", id, "{refresh}", refresh, "{cursor}", cursor)
}

// try sends a request, and holds the answer against what holds of every answer.
// What net/http itself would not let in is passed over, with no status.
func (x *target) try(t *testing.T, method, address, headers, body string) answer {
	t.Helper()
	if x.fill == nil || x.requests%50 == 0 && x.requests > 0 {
		x.requests++
		x.fill = strings.NewReplacer()
		x.newcomer(t)
	}
	x.requests++
	x.clock.Move(time.Millisecond)
	var raw strings.Builder
	sent := x.fill.Replace(body)
	fmt.Fprintf(&raw, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, x.fill.Replace(address))
	for header := range strings.SplitSeq(x.fill.Replace(headers), "\n") {
		if header != "" {
			raw.WriteString(header + "\r\n")
		}
	}
	fmt.Fprintf(&raw, "Content-Length: %d\r\n\r\n%s", len(sent), sent)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw.String())))
	if err != nil || !passable(r) {
		return answer{t: t}
	}
	rec := httptest.NewRecorder()
	x.handler.ServeHTTP(rec, r.WithContext(t.Context()))
	a := answer{t, method + " " + address, rec.Code, rec.Header(), rec.Body.Bytes()}
	if a.status >= http.StatusInternalServerError {
		t.Fatalf("%q: %d %s", raw.String(), a.status, a.body)
	}
	if method != http.MethodHead {
		a.checkProblem()
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%q: %v", raw.String(), a.header)
	}
	if a.status < http.StatusBadRequest {
		return a
	}
	for _, word := range inside {
		if strings.Contains(rec.Body.String(), word) && !strings.Contains(raw.String(), word) {
			t.Errorf("%q shows its inside (%s): %s", raw.String(), word, a.body)
		}
	}
	return a
}

// passable reports whether net/http's server would let the request in.
func passable(r *http.Request) bool {
	for _, values := range r.Header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
				return false
			}
		}
	}
	return r.Host != "" && (r.RequestURI != "*" || r.Method != http.MethodOptions)
}

// legal are bodies that routes accept, by a part of their path.
var legal = []struct{ part, body string }{
	{"/register", `{"email": "x@example.com", "password": "correct horse battery", "full_name": "X", "timezone": "Europe/Berlin"}`},
	{"/login", `{"email": "ada@example.com", "password": "correct horse battery"}`},
	{"/refresh", `{"refresh_token": "{refresh}"}`},
	{"/logout", `{"refresh_token": "{refresh}"}`},
	{"/preferences", `{"timezone": "America/Havana", "weight_urgency": 40.25, "time_of_day_bonus": 0.5, "windows": {"morning": {"start": "22:00", "end": "24:00"}}}`},
	{"/snooze", `{"duration": "1w"}`},
	{"/snooze", `{"until": "2026-12-01T00:00:00+14:00"}`},
	{"/import", imported},
	{"/import", todoTxt},
	{"/import", todoistCSV},
	{"/import", prototypeCSV},
	{"/tasks", `{"id": "01933b3e-0000-7000-8000-000000000001", "title": "x", "description": "a\r\nb", "status": "snoozed", "snoozed_until": "2026-12-01T00:00:00Z", "priority": 5, "due_date": "2026-12-31", "start_date": "2026-11-27T17:00:00+01:00", "effort_estimate_minutes": 10080, "preferred_time": "evening", "tags": ["x", "Ä"]}`},
	{"/tasks", `{"status": "completed", "version": 1}`},
	{"", ""},
}

// Pieces of requests that are seldom what somebody expects.
var (
	oddBodies = []string{
		"null", "[]", `""`, "1e999", "{", "\x00", "\xff", "\ufeff{}", `{"a":1,"a":2}`, `{"title":"\ud800"}`, `{"title":"\u0000"}`, strings.Repeat("[", 70),
		`{"title":"x","priority":99999999999999999999}`, `{"TITLE":"x"}`, `{"tags":[null]}`, `{"due_date":"9998-12-31T23:59:59-14:00"}`, `{"due_date":"0000-00-00"}`,
		`{"title":"x","tags":["` + strings.Repeat(`a","`, 300) + `"]}`, `{"windows":{"morning":null}}`, `{"weight_urgency":1e-400}`, "a,b\n\"", "title,due_date\nx,\x1b[0m\n",
	}
	oddValues = []string{
		"1", "0", "-1", "99999999999999999999", "1e9", "zz", "%ff", "%00", "%", "%1b", "%2e%2e%2f", "null", "true", "9998-12-31", "1970-01-01T00:00:00-14:00", "-title",
		"{cursor}", "{cursor}x", "eyJsIjoiIn0", "%f0%9f%98%80", "%e2%80%ae", "%25", "_", "'", "Europe/Berlin", "title:x", strings.Repeat("x", 3000),
	}
	oddHeaders = []string{
		`If-Match: "1"`, "If-Match: *", "If-Match: \xff", `If-None-Match: W/"1", "2"`, "If-None-Match: *", "Idempotency-Key: k", "Idempotency-Key: \xff", `Idempotency-Key: "a\"b"`,
		"Idempotency-Key: k\nIdempotency-Key: l", "X-Request-ID: x", "X-Request-ID: <x>", "Range: bytes=0-0", "Expect: 100-continue", "Content-Type: text/plain", "Content-Type: ;",
		"Content-Type: application/json; charset=\xff", "Content-Encoding: gzip", "Accept: zz/zz", "X-Session: cookie", "X-Session: zz", "Cookie: mindflow_refresh={refresh}; mindflow_device=%00",
		"Cookie: __Secure-mindflow_refresh={refresh}", "Origin: null", "Origin: http://127.0.0.1\nAccess-Control-Request-Method: PUT", "Sec-Fetch-Site: cross-site", "X-Forwarded-For: ::ffff:1.2.3.4%zz",
		"Transfer-Encoding: chunked", "Connection: upgrade", "X-Client: cli", "Authorization: Basic YTpi",
	}
	methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"}
)

// queryNames are those of all parameters.
func queryNames(all []operation) []string {
	names := []string{"zz", "", "tag[]", "limit"}
	for _, o := range all {
		for _, p := range o.parameters {
			if p.In == "query" {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

const signedInAsJSON = "Authorization: Bearer {token}\nContent-Type: application/json"

// FuzzRequest: whatever a request is, it is not answered with a 5xx, what is
// refused is a problem, and nothing of the machinery is shown. Seen red with
// "CONNECT x:1", which was answered in another form.
func FuzzRequest(f *testing.F) {
	x := newTarget(f, storetest.SQLite)
	all := operationsOf(f, x.document)
	names := queryNames(all)
	seeds, fuzzing := 0, flag.Lookup("test.fuzz").Value.String() != ""
	add := func(method, address, headers string, body []byte) {
		if seeds++; !fuzzing || seeds%8 == 0 { // each begins the search anew: a plain test runs them all
			f.Add(method, address, headers, body)
		}
	}
	for i, o := range all {
		method, path, _ := strings.Cut(o.at("{id}"), " ")
		for _, l := range legal {
			if strings.Contains(path, l.part) {
				add(method, path, signedInAsJSON, []byte(l.body))
			}
		}
		for j, body := range oddBodies {
			add(method, path, signedInAsJSON+"\n"+oddHeaders[(i+j)%len(oddHeaders)], []byte(body))
		}
		for j, value := range oddValues {
			add(method, path+"?"+names[(i+j)%len(names)]+"="+value, signedInAsJSON, []byte("{}"))
		}
		add(methods[i%len(methods)], path, "", nil)
	}
	for _, address := range []string{"*", "/", "//", "/api/../health", "/api/tasks/%2e%2e/best", "http://x/health", "/docs", "/openapi.json", "/api/tasks/{id}/", "x:1", "/%", "/\xff"} {
		for _, method := range methods {
			add(method, address, signedInAsJSON, []byte("{}"))
		}
	}
	for _, text := range slices.Concat(hostile.Texts, hostile.Controls) {
		add("POST", "/api/tasks", signedInAsJSON, []byte(fmt.Sprintf(`{"title": %q, "tags": [%q]}`, text, text)))
		add("POST", "/api/import/todotxt", "Authorization: Bearer {token}", []byte(text))
	}
	f.Fuzz(func(t *testing.T, method, address, headers string, body []byte) {
		x.t = t
		x.try(t, method, address, headers, string(body))
	})
}

// The same on PostgreSQL, which refuses what SQLite takes: NUL, bytes that are
// no text, numbers and moments out of bounds.
func TestNoRequestBreaksAServerOnPostgreSQL(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		if kind == storetest.SQLite {
			return // FuzzRequest's
		}
		x := newTarget(t, kind)
		all := operationsOf(t, x.document)
		names, answered := queryNames(all), map[int]int{}
		rapid.Check(t, func(rt *rapid.T) {
			for range 30 {
				o := rapid.SampledFrom(all).Draw(rt, "route")
				method, path, _ := strings.Cut(o.at("{id}"), " ")
				if rapid.IntRange(0, 19).Draw(rt, "method?") == 0 {
					method = pick(rt, "method", methods...)
				}
				var query []string
				for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(rt, "parameters") {
					query = append(query, pick(rt, "name", names...)+"="+pick(rt, "value", append(oddValues, forged(x.fill, rt))...))
				}
				if len(query) > 0 {
					path += "?" + strings.Join(query, "&")
				}
				headers := signedInAsJSON
				if rapid.IntRange(0, 3).Draw(rt, "header?") == 0 {
					headers += "\n" + pick(rt, "header", oddHeaders...)
				}
				a := x.try(t, method, path, headers, drawBody(rt, path))
				answered[a.status/100]++
			}
		})
		if answered[2] == 0 || answered[4] == 0 {
			t.Errorf("answered %v", answered)
		}
	})
}

// drawBody is a body for a path: a legal one, an odd one, one of legal keys with
// any values, or anything.
func drawBody(rt *rapid.T, path string) string {
	var fitting []string
	for _, l := range legal {
		if strings.Contains(path, l.part) {
			fitting = append(fitting, l.body)
		}
	}
	switch rapid.IntRange(0, 4).Draw(rt, "kind of body") {
	case 0:
		return pick(rt, "odd body", oddBodies...)
	case 1:
		return string(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(rt, "bytes"))
	case 2:
		var fields []string
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"title", "description", "status", "priority", "due_date", "start_date", "snoozed_until", "effort_estimate_minutes", "preferred_time", "tags", "assignee_id", "id",
			"until", "duration", "timezone", "weight_effort", "windows", "email", "password", "refresh_token",
		}), 1, 4, rapid.ID[string]).Draw(rt, "keys") {
			value := pick(rt, "value of "+key, "null", "1", "-1e18", "1e-7", `""`, `"x"`, `"{id}"`, `"9998-12-31"`, `"1970-01-01T00:00:00+14:00"`, `"\u202e\u2028\ufffe"`, `["a"]`, `[""]`, "{}", "true",
				`"`+strings.Repeat("漢", 199)+`"`, `"%_\\"`, `"2026-11-29T02:30"`, `"completed"`, `"365d"`)
			fields = append(fields, `"`+key+`": `+value)
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return pick(rt, "legal body", fitting...)
}

// forged is a cursor that was good once.
func forged(fill *strings.Replacer, rt *rapid.T) string {
	if fill == nil {
		return "x"
	}
	raw, _ := base64.RawURLEncoding.DecodeString(fill.Replace("{cursor}"))
	text := string(raw)
	for _, change := range [][2]string{
		{`"Number":0`, `"Number":` + pick(rt, "number", "9223372036854775807", "-9223372036854775808", "1e30", "0")},
		{`"Text":"`, `"Text":"` + pick(rt, "text", `\u0000`, `\ud800`, "\xff", "%", "")},
		{`"Day":0`, `"Day":` + pick(rt, "day", "99999999999", "-99999999999", "0")},
		{`"t":`, `"t":` + pick(rt, "moment", "99999999", "-", "")},
		{`Europe/Berlin`, pick(rt, "zone", "UTC", "../x", "Europe/Berlin")},
	} {
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

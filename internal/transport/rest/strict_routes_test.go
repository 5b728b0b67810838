package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// operation is a route of the OpenAPI document, as the tests below use it.
type operation struct {
	method, path string
	signedIn     bool
	body         bool // in JSON
	parameters   []parameter
}

type parameter struct {
	Name   string `json:"name"`
	In     string `json:"in"`
	Schema struct {
		Type any `json:"type"` // a name, or several
	} `json:"schema"`
}

func (p parameter) holds(kind string) bool {
	names, _ := p.Schema.Type.([]any)
	return p.Schema.Type == kind || slices.Contains(names, any(kind))
}

func (o operation) takes(in, name string) bool {
	return slices.ContainsFunc(o.parameters, func(p parameter) bool { return p.In == in && strings.EqualFold(p.Name, name) })
}

// at is the route's request with its parameters filled in.
func (o operation) at(id string) string {
	format := "taskwarrior"
	if strings.Contains(o.path, "/export/") {
		format = "csv"
	}
	return o.method + " " + strings.NewReplacer("{id}", id, "{format}", format).Replace(o.path)
}

// operationsOf reads all routes out of an OpenAPI document, in order.
func operationsOf(tb testing.TB, document []byte) []operation {
	tb.Helper()
	var d struct {
		Paths map[string]map[string]struct {
			Security    []json.RawMessage `json:"security"`
			Parameters  []parameter       `json:"parameters"`
			RequestBody struct {
				Content map[string]json.RawMessage `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		tb.Fatal(err)
	}
	var all []operation
	for path, methods := range d.Paths {
		for method, o := range methods {
			all = append(all, operation{
				method: strings.ToUpper(method), path: path, signedIn: len(o.Security) > 0,
				body: o.RequestBody.Content["application/json"] != nil, parameters: o.Parameters,
			})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 20 {
		tb.Fatalf("only %d routes", len(all))
	}
	return all
}

// schema is what the tests read of a JSON Schema.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	Additional *bool             `json:"additionalProperties"`
}

// fault is where a value differs from a schema; empty when it does not.
func (s schema) fault(all map[string]schema, at string, v any) string {
	if s.Ref != "" {
		return all[s.Ref[strings.LastIndex(s.Ref, "/")+1:]].fault(all, at, v)
	}
	var kind string
	switch v := v.(type) {
	case map[string]any:
		kind = "object"
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				return at + "." + name + " is missing"
			}
		}
		for name, in := range v {
			property, known := s.Properties[name]
			if !known && s.Additional != nil && !*s.Additional {
				return at + "." + name + " is not documented"
			}
			if fault := property.fault(all, at+"."+name, in); known && fault != "" {
				return fault
			}
		}
	case []any:
		kind = "array"
		for i, in := range v {
			if fault := s.Items.fault(all, fmt.Sprintf("%s[%d]", at, i), in); fault != "" {
				return fault
			}
		}
	case string:
		kind = "string"
	case float64:
		kind = "number"
	case bool:
		kind = "boolean"
	case nil:
		kind = "null"
	}
	names, _ := s.Type.([]any)
	if name, one := s.Type.(string); one {
		names = []any{name}
	}
	number, _ := v.(float64)
	whole := kind == "number" && number == float64(int64(number))
	if len(names) > 0 && !slices.Contains(names, any(kind)) && (!whole || !slices.Contains(names, any("integer"))) {
		return fmt.Sprintf("%s is a %s, and should be %v", at, kind, names)
	}
	return ""
}

// refusals are requests every route refuses whose parameters they fit, and what
// it says. {…} in a request stands for the route's.
func refusals(o operation) []refusal {
	garbled := strings.Repeat("x", 9000)
	all := []refusal{
		{says: "a query without a value", query: "zz", status: 400, want: "without a value"},
		{says: "a parameter with an empty value", query: "zz=", status: 400, want: "without a value"},
		{says: "a parameter twice", query: "zz=1&zz=2", status: 400, want: "the same parameter twice"},
		{says: "half an escape", query: "zz=%4", status: 400, want: "percent-encoded"},
		{says: "a broken escape", query: "%zz=1", status: 400, want: "percent-encoded"},
		{says: "semicolons", query: "zz=1;yy=2", status: 400, want: "percent-encoded"},
		{says: "a query of no UTF-8", query: "zz=%ff", status: 400, want: "not valid UTF-8"},
		{says: "a parameter's name of no UTF-8", query: "%c3=1", status: 400, want: "not valid UTF-8"},
		{says: "NUL in a query", query: "zz=a%00b", status: 400, want: "NUL"},
		{says: "an unknown parameter", query: "zz=1", status: 422, field: "zz"},
		{says: "a body in gzip", head: "Content-Encoding: gzip", body: "\x1f\x8b", status: 415, want: "must not be compressed"},
		{says: "a body in an unknown coding", head: "Content-Encoding: zz", body: "{}", status: 415, want: "must not be compressed"},
	}
	if strings.Contains(o.path, "{id}") {
		for _, id := range []string{"1", "x", "%00", "%ff", "null", "..%2f..%2fetc", "01933b3e-0000-7000-8000-00000000000", "{01933b3e-0000-7000-8000-000000000000}", "01933b3e000070008000000000000000", "urn:uuid:01933b3e-0000-7000-8000-000000000000", garbled[:500]} {
			all = append(all, refusal{says: "the id " + id, id: id, body: "{}", status: 422, want: "must be a UUID", field: "id"})
		}
		if o.body && !strings.HasSuffix(o.path, "/snooze") && !strings.HasSuffix(o.path, "/use") {
			all = append(all, refusal{says: "neither an id nor a body", id: "x", status: 400, want: "Request body is required"})
		}
		all = append(all, refusal{says: "nobody's id", id: someone, status: 404, body: `{}`})
	}
	for _, p := range o.parameters {
		if p.In != "query" {
			continue
		}
		if p.holds("integer") || p.holds("boolean") {
			for _, value := range []string{"zz", "1.5", "99999999999999999999", "1e999", "0x10", "%20"} {
				all = append(all, refusal{says: p.Name + " of " + value, query: p.Name + "=" + value, body: "{}", status: 422, field: p.Name})
			}
		}
	}
	for _, name := range []string{"q", "tag", "cursor", "sort", "due_after", "due_before", "status", "timezone", "weight_urgency", "time_of_day_bonus"} {
		if o.takes("query", name) {
			for _, value := range []string{"a%1Fb", "a%0Ab", "%C2%85x", "%1B%5B0m"} {
				all = append(all, refusal{says: "a control character in " + name, query: name + "=" + value, body: "[]", status: 422, field: name})
			}
		}
	}
	if o.signedIn {
		for _, value := range []string{"", "Bearer", "Bearer ", "Basic YTpi", "bearer", "Bearer a b", "Bearer " + garbled, "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer \xff", "x"} {
			all = append(all, refusal{says: fmt.Sprintf("Authorization of %.40q", value), head: "Authorization: " + value, body: "{}", status: 401, want: "access token"})
		}
	}
	if o.takes("header", "Idempotency-Key") {
		for _, value := range []string{"a b", `"`, `"a`, "\xff", "é", strings.Repeat("k", 256)} {
			all = append(all, refusal{says: fmt.Sprintf("Idempotency-Key of %.40q", value), head: "Idempotency-Key: " + value, body: "{}", status: 422, field: "Idempotency-Key"})
		}
	}
	if o.takes("header", "If-Match") {
		for _, value := range []string{"zz", `"`, `W/"1"`, `"1`, "\xff", "1", `"9223372036854775808"`, `"1-w"`, strings.Repeat(`"a",`, 2000)} {
			all = append(all, refusal{says: fmt.Sprintf("If-Match of %.40q", value), head: "If-Match: " + value, body: "{}", status: 412})
		}
	}
	if o.body {
		all = append(all,
			refusal{says: "a type of body that is none of ours", head: "Content-Type: text/xml", body: "<x/>", status: 415, want: "must be JSON"},
			refusal{says: "a form", head: "Content-Type: application/x-www-form-urlencoded", body: "title=x", status: 415, want: "must be JSON"},
			refusal{says: "an unknown key", body: `{"zz": 1}`, status: 422, field: "zz"},
			refusal{says: "keys twice", body: `{"zz": 1, "zz": 1}`, status: 400, want: "the same key twice"},
			refusal{says: "no JSON", body: `zz`, status: 400, want: "not valid JSON"},
			refusal{says: "a list", body: `[]`, status: 422},
			refusal{says: "null", body: `null`, status: 422},
			refusal{says: "more than 1 MiB", body: `{}` + strings.Repeat(" ", 1<<20), status: 413, want: "larger than 1 MiB"},
		)
	}
	return all
}

// refusal is a request that has to be refused.
type refusal struct {
	says, query, id, head, body string

	status int
	want   string // in the answer
	field  string // named as bad
}

// Seen red with ids in the other forms UUIDs have, and with a bad parameter that
// hid what was wrong with the body.
func TestEveryRouteOfTheDocumentRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "x"}`)
		ada.do("POST /api/projects", `{"name": "x", "id": "`+id+`"}`).want(http.StatusCreated)
		ada.do("POST /api/templates", `{"name": "x", "id": "`+id+`", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated)
		document := srv.nobody().do("GET /openapi.json", "").want(http.StatusOK)
		var d struct {
			Components struct {
				Schemas map[string]schema `json:"schemas"`
			} `json:"components"`
		}
		document.into(&d)
		schemas, count := d.Components.Schemas, 0
		for _, o := range operationsOf(t, document.body) {
			for _, r := range refusals(o) {
				request := o.at(id)
				if r.id != "" {
					request = o.at(r.id)
				}
				if r.query != "" {
					request += "?" + r.query
				}
				var headers []string
				if r.head != "" {
					headers = []string{r.head}
				}
				a := ada.do(request, r.body, headers...)
				count++
				name := fmt.Sprintf("%s to %s %s", r.says, o.method, o.path)
				if a.status != r.status {
					t.Errorf("%s: %d, want %d: %.300s", name, a.status, r.status, a.body)
					continue
				}
				if !strings.Contains(string(a.body), r.want) {
					t.Errorf("%s does not say %q: %.300s", name, r.want, a.body)
				}
				if r.field != "" && !strings.Contains(string(a.body), `"field":"`+r.field) {
					t.Errorf("%s does not name %s: %.300s", name, r.field, a.body)
				}
				if a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s: %v", name, a.header)
				}
				var v any
				a.into(&v)
				if fault := schemas["Problem"].fault(schemas, "problem", v); fault != "" {
					t.Errorf("%s: %s: %s", name, fault, a.body)
				}
				showsInternals(t, name, a)
			}
		}
		if count < 500 {
			t.Errorf("only %d requests", count)
		}
		if log := srv.log.String(); strings.Contains(log, "level=ERROR") {
			t.Errorf("the log tells of errors:\n%s", log)
		}
		ada.do("GET /api/tasks/"+id, "").want(http.StatusOK).has("version=1; title=x; status=pending")
	})
}

func TestEveryPathOfTheDocumentNamesTheMethodsItHas(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "x"}`)
		has := map[string][]string{}
		for _, o := range operationsOf(t, srv.nobody().do("GET /openapi.json", "").body) {
			path := strings.TrimPrefix(o.at(id), o.method+" ")
			has[path] = append(has[path], o.method)
			if o.method == http.MethodGet {
				has[path] = append(has[path], http.MethodHead)
			}
		}
		for path, methods := range has {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"} {
				if slices.Contains(methods, method) {
					continue
				}
				a := ada.do(method+" "+path, "").want(http.StatusMethodNotAllowed)
				allowed := strings.Split(a.header.Get("Allow"), ", ")
				slices.Sort(allowed)
				slices.Sort(methods)
				if !slices.Equal(allowed, methods) {
					t.Errorf("%s %s: Allow %q, and documented are %q", method, path, allowed, methods)
				}
			}
		}
	})
}

// What a header cannot mean is as good as not there, or it is refused.
func TestAbsurdHeadersChangeNothing(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "x"}`)
		ada.do("POST /api/projects", `{"name": "x", "id": "`+id+`"}`).want(http.StatusCreated)
		ada.do("POST /api/templates", `{"name": "x", "id": "`+id+`", "content": {"task": {"title": "x"}}}`).want(http.StatusCreated)
		long := strings.Repeat("x", 9000)
		for _, o := range operationsOf(t, srv.nobody().do("GET /openapi.json", "").body) {
			if o.method != http.MethodGet {
				continue
			}
			plain := ada.do(o.at(id), "")
			for _, header := range []string{
				"If-None-Match: zz", `If-None-Match: "`, "If-None-Match: \xff", `If-None-Match: "99999999999999999999"`, "If-None-Match: " + long,
				"If-Match: zz", "If-Modified-Since: yesterday", "Range: bytes=0-0", "Range: bytes=9-1,-5", "Range: zz", "Idempotency-Key: a b",
				"X-Request-ID: a b", "X-Request-ID: " + long, "X-Request-ID: \xff", "Accept: zz", "Accept: text/html;q=0,*/*;q=0", "Accept-Encoding: zz;q=x",
				"Accept-Language: \xff", "X-Forwarded-For: zz", "X-Client: <script>", "Content-Type: zz", "Cookie: =;;=\xff", "Origin: null", "Transfer: zz",
			} {
				a := ada.do(o.at(id), "", header)
				if a.status != plain.status || string(a.body) != string(plain.body) && !strings.Contains(o.path, "health") {
					t.Errorf("%s with %.40q: %d %s, and without %d %s", o.path, header, a.status, a.body, plain.status, plain.body)
				}
				if sent := a.header.Get("X-Request-ID"); len(sent) > 64 || strings.Contains(sent, " ") || strings.IndexByte(sent, 0xff) >= 0 {
					t.Errorf("%s with %.40q: a request id of %q", o.path, header, sent)
				}
			}
		}
	})
}

// A proxy may have looked at the other one.
func TestTwoTokensAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := srv.t
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.http.URL+"/api/auth/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Authorization"] = []string{"Bearer " + ada.token, "Bearer " + ada.token}
		resp, err := srv.http.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%d", resp.StatusCode)
		}
	})
}

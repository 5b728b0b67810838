package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthAtATerminal(t *testing.T) {
	s := newShell(t)
	stop := s.serve(t)
	at := s.env[serverVariable]
	s.env["LISTEN_ADDR"] = strings.TrimPrefix(at, "http://")
	expect(t, s.run(t, "health"), exitDone, "ready\n", "")
	expect(t, s.run(t, "health", at+"/"), exitDone, "ready\n", "")
	expect(t, s.run(t, "health", "--json"), exitDone, `{"url":"`+at+`","ready":true,"status":"ready"}`+"\n", "")
	stop()
	r := s.run(t, "health", "--json")
	var said readiness
	if err := json.Unmarshal([]byte(r.out), &said); err != nil || said.Ready || said.Status != "unreachable" || r.code != exitFailed {
		t.Errorf("%+v", r)
	}
	if want := "mindflow: the server at " + at + " is not ready: "; !strings.HasPrefix(r.err, want) || strings.Count(r.err, "\n") != 1 {
		t.Error(r.err)
	}
}

// Seen red with a command that took every answer for ready.
func TestHealthSaysWhyAServerIsNotReady(t *testing.T) {
	s := newShell(t)
	for answer, why := range map[string]string{
		`503 {"status":"draining","checks":{}}`:  "it is about to stop",
		`503 {"status":"unready","checks":{}}`:   "its database does not answer, or the schema is behind",
		`200 <html>`:                             "something else answers there, with 200",
		`404 {"title":"Not Found","status":404}`: "something else answers there, with 404",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			status, body, _ := strings.Cut(answer, " ")
			w.WriteHeader(map[string]int{"503": 503, "200": 200, "404": 404}[status])
			_, _ = w.Write([]byte(body))
		}))
		expect(t, s.run(t, "health", server.URL), exitFailed, "", "mindflow: the server at "+server.URL+" is not ready: "+why+"\n")
		server.Close()
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	at := "http://" + silent.Addr().String()
	expect(t, s.run(t, "health", at), exitFailed, "", "mindflow: the server at "+at+" is not ready: it did not answer within 3s\n")
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	for _, wrong := range []string{"127.0.0.1:8000", "ftp://x", "http://", "http://a:b@x"} {
		expect(t, s.run(t, "health", wrong), exitUsage, "", "mindflow: wrong usage: the server's address is one such as http://127.0.0.1:8000"+how)
	}
}

func TestWhereAServerIsReachedFromItsOwnMachine(t *testing.T) {
	for listens, want := range map[string]string{
		":8000": "127.0.0.1:8000", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80", "10.0.0.1:80": "10.0.0.1:80", "localhost:1": "localhost:1",
	} {
		if got := reachable(listens); got != want {
			t.Errorf("%s: %s, want %s", listens, got, want)
		}
	}
}

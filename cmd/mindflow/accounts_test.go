package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mindflow/internal/client"
)

// besides is the same person with a server of their own besides the one that
// s has, and nothing that names either.
func (s *shell) besides(t *testing.T) (home, work string) {
	t.Helper()
	other := newShell(t)
	other.serve(t)
	home, work = s.env[serverVariable], other.env[serverVariable]
	delete(s.env, serverVariable)
	return home, work
}

func TestTwoAccountsOnTwoServers(t *testing.T) {
	s := signedUp(t)
	home, work := s.besides(t)
	same(t, s.must(t, "accounts"), "* ada@example.com at "+home+"\n")
	r := s.enter(t, password, "login", "--register", "--server", work, "--email=ada@work.example.com")
	if r.code != exitDone || r.err != "" {
		t.Fatal(r.err)
	}
	same(t, s.must(t, "accounts"), "  ada@example.com at "+home+"\n* ada@work.example.com at "+work+"\n")
	s.must(t, "add", "Review the plan")
	s.must(t, "--account", "ada@example.com", "add", "Water the plants")
	s.must(t, "add", "--server", home, "Feed the cat")

	titles := func(args ...string) string {
		t.Helper()
		var titles []string
		for line := range strings.Lines(s.must(t, append([]string{"list", "--sort=title"}, args...)...)) {
			titles = append(titles, strings.TrimSpace(line[strings.LastIndex(line, "\t"):]))
		}
		return strings.Join(titles, ", ")
	}
	const atHome, atWork = "Feed the cat, Water the plants", "Review the plan"
	host := func(server string) string { return strings.TrimPrefix(server, "http://") }
	for args, want := range map[string]string{
		"": atWork, "--account=ADA@example.com": atHome, "--server=" + home + "/": atHome,
		"--account=ada@work.example.com@" + host(work): atWork, "--account=ada@example.com --server=" + home: atHome,
	} {
		if got := titles(strings.Fields(args)...); got != want {
			t.Errorf("%s: %s", args, got)
		}
	}
	for name, value := range map[string]string{accountVariable: "ada@example.com", serverVariable: home} {
		s.env[name] = value
		if got := titles(); got != atHome {
			t.Errorf("%s=%s: %s", name, value, got)
		}
		delete(s.env, name)
	}
	same(t, s.must(t, "use", "ada@example.com"), "From now on commands speak for ada@example.com at "+home+".\n")
	if got := titles(); got != atHome {
		t.Error(got)
	}
	same(t, s.must(t, "use", host(work)), "From now on commands speak for ada@work.example.com at "+work+".\n")
	same(t, s.must(t, "accounts", "--json"), `[{"server":"`+home+`","email":"ada@example.com","current":false},`+
		`{"server":"`+work+`","email":"ada@work.example.com","current":true}]`+"\n")

	expect(t, s.run(t, "next", "--account=ada@example.com", "--server", work), exitFailed, "",
		"mindflow: you are not signed in as ada@example.com at "+work+", but as ada@example.com at "+home+", ada@work.example.com at "+work+
			"\nRun \"mindflow login --server "+work+"\" first.\n")
	expect(t, s.run(t, "use", "bob@example.com"), exitFailed, "",
		"mindflow: you are not signed in to bob@example.com; \"mindflow accounts\" lists where you are\n")

	same(t, s.must(t, "logout", "--account", "ada@example.com"), "Signed out of "+home+" as ada@example.com.\n")
	if got := titles(); got != atWork {
		t.Error(got)
	}
	same(t, s.must(t, "logout"), "Signed out of "+work+" as ada@work.example.com.\n")
	same(t, s.must(t, "accounts"), "You are not signed in. Sign in: mindflow login\n")
	same(t, s.must(t, "accounts", "--json"), "[]\n")
}

func TestSeveralAccountsOnOneServer(t *testing.T) {
	s := signedUp(t)
	server := s.env[serverVariable]
	delete(s.env, serverVariable)
	for _, name := range []string{"bob", "eve"} { // at the current account's server
		if r := s.enter(t, password, "login", "--register", "--email="+name+"@example.com"); r.code != exitDone {
			t.Fatal(r.err)
		}
	}
	same(t, s.must(t, "logout"), "Signed out of "+server+" as eve@example.com.\n")
	const choose = "Choose one with \"mindflow use\", or for once with --account.\n"
	both := "ada@example.com at " + server + ", bob@example.com at " + server + "\n"
	for _, command := range []string{"next", "logout", "next --server=" + server} { // never one that was not chosen
		expect(t, s.run(t, strings.Fields(command)...), exitFailed, "", "mindflow: it can be any of these accounts: "+both+choose)
	}
	expect(t, s.run(t, "use", server), exitUsage, "", "mindflow: wrong usage: \""+server+"\" can mean 2 accounts; say which as EMAIL@SERVER\n"+
		"Run \"mindflow --help\" for how it is used.\n")
	s.must(t, "use", "bob@example.com")
	s.must(t, "next")
	same(t, s.must(t, "logout", "--all"), "Signed out of "+server+" as ada@example.com.\nSigned out of "+server+" as bob@example.com.\n")
	expect(t, s.run(t, "use", "bob@example.com"), exitFailed, "", "mindflow: you are not signed in\nRun \"mindflow login\" first.\n")
}

func TestSigningInAgainTakesTheAccountsPlace(t *testing.T) {
	s := signedUp(t)
	home, work := s.besides(t)
	if r := s.enter(t, password, "login", "--register", "--server", work, "--email=ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	at := "ada@example.com@" + strings.TrimPrefix(home, "http://")
	r := s.enter(t, password, "login", "--account", at) // the address and the server are known
	expect(t, r, exitDone, "Signed in at "+home+" as ada@example.com. Ask: mindflow next\n", "")
	same(t, s.must(t, "accounts"), "* ada@example.com at "+home+"\n  ada@example.com at "+work+"\n")
}

func TestAnotherServerIsAnotherLogin(t *testing.T) {
	s := signedUp(t)
	server := s.env[serverVariable]
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	s.env[serverVariable] = other.URL
	for _, command := range []string{"next", "list", "logout", "done x", "logout --account=ada@example.com"} {
		r := s.run(t, strings.Fields(command)...)
		if r.code != exitFailed || !strings.Contains(r.err, " at "+other.URL+", but as ada@example.com at "+server+"\nRun \"mindflow login\" first.\n") {
			t.Errorf("%s: %+v", command, r)
		}
	}
	if reached {
		t.Error("a server was asked that nobody is signed in at")
	}
	delete(s.env, serverVariable)
	s.must(t, "next")
}

func TestCredentialsOfOneAccountAreStillRead(t *testing.T) {
	s := signedUp(t)
	path := filepath.Join(s.env["HOME"], ".config", "mindflow", "credentials.json")
	file := client.KeepCredentials(path)
	kept, err := file.Read()
	if err != nil {
		t.Fatal(err)
	}
	before, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	server := s.env[serverVariable]
	delete(s.env, serverVariable)
	s.must(t, "next")
	if r := s.enter(t, password, "login", "--register", "--email=bob@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	same(t, s.must(t, "accounts"), "  ada@example.com at "+server+"\n* bob@example.com at "+server+"\n")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestWhatToDoWithoutAServer(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") }))
	defer page.Close()
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) }))
	defer down.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	const signedIn = "The address is where you signed in; \"mindflow accounts\" lists them.\n"
	for name, row := range map[string]struct {
		server, said, hint string
	}{
		"nothing listens": {
			gone.URL, "no server answers at " + gone.URL + ": dial tcp " + strings.TrimPrefix(gone.URL, "http://") + ": connect: connection refused",
			"Nothing listens there; is the server running? " + signedIn,
		},
		"a certificate nobody vouches for": {
			untrusted.URL, "there is no safe connection at " + untrusted.URL + ": tls: failed to verify certificate: ",
			"Nothing was sent. Its certificate must be valid for that name, now, and of an authority this machine trusts.\n",
		},
		"no encryption": {
			strings.Replace(page.URL, "http:", "https:", 1), "there is no safe connection at https:",
			"There is no encryption at that port; its address may begin with http:// instead. " + signedIn,
		},
		"a page": {
			page.URL, page.URL + " does not answer as a MindFlow server does: it sent \"text/html; charset=utf-8\" where JSON should be",
			signedIn[:len(signedIn)-1] + " Is it that of a MindFlow server, with its whole path?\n",
		},
		"a proxy's error": {
			down.URL, "The server at " + down.URL + " answered 502 Bad Gateway, and not as a MindFlow server does",
			"Something in between answered; is the server behind it running?\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.keep(t, client.Credentials{Server: row.server, Email: "ada@example.com", AccessToken: "a", RefreshToken: "r"})
			for _, command := range []string{"next", "list", "snooze x"} {
				r := s.run(t, strings.Fields(command)...)
				if r.code != exitFailed || r.out != "" || !strings.HasPrefix(r.err, "mindflow: "+row.said) || !strings.HasSuffix(r.err, "\n"+row.hint) || strings.Count(r.err, "\n") != 2 {
					t.Errorf("%s: %+v", command, r)
				}
			}
		})
	}
}

func TestWhereAnAddressIsFrom(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	s := newShell(t)
	for hint, row := range map[string]struct {
		args []string
		env  map[string]string
	}{
		"The address is the one of --server.\n":         {[]string{"--server", gone.URL}, map[string]string{serverVariable: "http://127.0.0.1:1"}},
		"The address is from " + serverVariable + ".\n": {nil, map[string]string{serverVariable: gone.URL}},
	} {
		maps.Copy(s.env, row.env)
		r := s.enter(t, password, append([]string{"login", "--email=ada@example.com"}, row.args...)...)
		if r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: no server answers at "+gone.URL) || !strings.HasSuffix(r.err, "is the server running? "+hint) {
			t.Errorf("%+v", r)
		}
	}
	for server, want := range map[string]bool{defaultServer: true, "http://localhost:8000": true, "http://127.0.0.1:8001": false, "https://localhost:8000": false} {
		if local(server) != want {
			t.Errorf("%s: %v", server, !want)
		}
	}
	for want, err := range map[string]error{
		`Is it running? "mindflow serve" starts one on this machine.`: &client.UnansweredError{
			Server: defaultServer, Kind: client.ErrUnreachable, Cause: syscall.ECONNREFUSED,
		},
		`There is no host of the name mind.invalid. The address is where you signed in; "mindflow accounts" lists them.`: &client.UnansweredError{
			Server: "https://mind.invalid", Kind: client.ErrUnreachable, Cause: &net.DNSError{Name: "mind.invalid", IsNotFound: true},
		},
		"The name mind.example.com cannot be looked up now; is this machine online?": &client.UnansweredError{
			Server: "https://mind.example.com", Kind: client.ErrUnreachable, Cause: &net.DNSError{Name: "mind.example.com", IsTimeout: true},
		},
		`The address is where you signed in; "mindflow accounts" lists them.`: &client.UnansweredError{
			Server: "http://192.0.2.1", Kind: client.ErrUnreachable, Cause: os.ErrDeadlineExceeded,
		},
	} {
		if got := hintAt(&console{}, fmt.Errorf("renew session: %w", err)); got != want {
			t.Errorf("%v: %s", err, got)
		}
	}
}

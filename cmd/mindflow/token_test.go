package main

import (
	"strings"
	"testing"
	"time"
)

func TestAScriptActsByAToken(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "token", "list"), exitDone, "", "You have no tokens. Make one: mindflow token create \"…\"\n")
	made := s.run(t, "token", "create", "nightly", "script", "--days=30")
	token := strings.TrimSpace(made.out)
	if made.code != exitDone || !strings.HasPrefix(token, "mfp_") || strings.Count(made.out, "\n") != 1 {
		t.Fatalf("%+v", made)
	}
	same(t, made.err, "Made the token nightly script for tasks:read, tasks:write, until "+
		s.clock.now().AddDate(0, 0, 30).In(time.FixedZone("Berlin", 3600)).Format("2006-01-02 15:04")+". It is shown only now; scripts take it from MINDFLOW_TOKEN.\n")

	script := &shell{clock: s.clock, env: map[string]string{
		"HOME": t.TempDir(), "TZ": "Europe/Berlin", tokenVariable: token, serverVariable: s.env[serverVariable],
	}}
	same(t, script.must(t, "add", "By a script", "--due", "today"), "Added: By a script (########)\ndue 2026-11-23\n")
	if out := script.must(t, "next"); !strings.HasPrefix(out, "By a script\n") {
		t.Error(out)
	}
	if out := script.must(t, "list"); !strings.Contains(out, "\tBy a script\n") {
		t.Error(out)
	}
	same(t, script.must(t, "done", "--best"), "Done: By a script (########)\ndue 2026-11-23\n")
	expect(t, script.run(t, "token", "create", "another"), exitFailed, "", "mindflow: you are not signed in\nRun \"mindflow login\" first.\n")
	expect(t, script.run(t, "--account=ada@example.com", "next"), exitFailed, "", "mindflow: you are not signed in\nRun \"mindflow login\" first.\n")

	s.clock.wait(time.Second)
	reader := strings.TrimSpace(s.run(t, "token", "create", "reader", "--scope=tasks:read").out)
	script.env[tokenVariable] = reader
	expect(t, script.run(t, "add", "x"), exitFailed, "", "mindflow: This needs the scope tasks:write, which the token was not given\nThe token is the one of MINDFLOW_TOKEN.\n")

	list := s.must(t, "token", "list")
	if lines := strings.Split(list, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[0], "ID        NAME            SCOPES                  LAST USED") ||
		!strings.Contains(lines[2], "reader          tasks:read") || strings.Contains(list, token) {
		t.Error(list)
	}
	same(t, s.must(t, "token", "list", "--account=ada@example.com"), list)
	if r := s.run(t, "token", "list", "--account=eve@example.com"); r.code != exitFailed || !strings.Contains(r.err, "you are not signed in as eve@example.com") {
		t.Errorf("%+v", r)
	}
	expect(t, s.run(t, "token", "revoke", "nobody"), exitFailed, "", "mindflow: there is no such token; \"mindflow token list\" lists yours\n")
	same(t, s.must(t, "token", "revoke", "reader"), "Revoked the token reader (########). From now on it admits nobody.\n")
	expect(t, script.run(t, "next"), exitFailed, "", "mindflow: The token is not valid, has expired, or was revoked\nThe token is the one of MINDFLOW_TOKEN.\n")
	if out := s.must(t, "token", "list", "--json"); strings.Count(out, `"name"`) != 1 || strings.Contains(out, `"token"`) {
		t.Error(out)
	}
	expect(t, s.run(t, "token", "create", "x", "--scope=sudo"), exitUsage, "", "mindflow: --scope must be one of \"account:read\",\"tasks:read\",\"tasks:write\" but got \"sudo\"\nRun \"mindflow --help\" for how it is used.\n")
	expect(t, s.run(t, "token", "create", "x", "--days=366"), exitFailed, "", "mindflow: Some fields are not valid: expires_in_days must be from 1 to 365\n")
}

// What a server has noted of tokens' use is not lost with it.
func TestTheLastUseOfATokenSurvivesAStop(t *testing.T) {
	s := newShell(t)
	stop := s.serve(t)
	if r := s.enter(t, password+"\n", "login", "--register", "--email", "ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	server := s.env[serverVariable]
	s.env[tokenVariable] = strings.TrimSpace(s.run(t, "token", "create", "x").out)
	s.must(t, "list", "--all", "--json")
	if r := stop(); r.code != exitDone {
		t.Fatal(r.err)
	}
	s.env["LISTEN_ADDR"] = strings.TrimPrefix(server, "http://")
	s.serve(t)
	if out := s.must(t, "token", "list", "--json"); strings.Contains(out, `"last_used_at":null`) {
		t.Error(out)
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

func TestAPersonsDay(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	server := s.env[serverVariable]
	expect(t, s.run(t, "next"), exitFailed, "", "mindflow: you are not signed in\nRun \"mindflow login\" first.\n")
	expect(t, s.enter(t, "ada@example.com\n"+password+"\n", "login"), exitFailed, "",
		"mindflow: The e-mail address or the password is not right; \"mindflow login --register\" opens an account\n")
	expect(t, s.enter(t, "ada@example.com\n"+password+"\n", "login", "--register"), exitDone,
		"Opened an account for ada@example.com, in the time zone Europe/Berlin.\nSigned in at "+server+" as ada@example.com. Ask: mindflow next\n", "")
	info, err := os.Stat(filepath.Join(s.env["HOME"], ".config", "mindflow", "credentials.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("credentials: %v, %v", info, err)
	}
	expect(t, s.run(t, "next"), exitDone, "Nothing to do now. Enjoy it, or add something: mindflow add \"…\"\n", "")

	expect(t, s.run(t, "add", "Write", "the report", "--due", "today", "--priority=4", "--effort", "30m", "--tag", "work", "--tag", "a,b", "--note", "see mail"),
		exitDone, "Added: Write the report (########)\ndue 2026-11-23 · 30 min · #work · #a,b · priority 4\n", "")
	s.clock.wait(time.Second)
	expect(t, s.run(t, "add", "Call Bob", "--due", "2026-11-23 17:00", "--time", "afternoon", "--effort", "90", "--start", "2026-11-22"), exitDone,
		"Added: Call Bob (########)\ndue 17:00 today · from 2026-11-22 · 1 h 30 min · best in the afternoon\n", "")
	same(t, s.must(t, "next"), `Write the report
Due today with high priority - good time to tackle this

Score 87.5 = 40 deadline + 40 priority + 7.5 effort + 0 time of day (× 1)
due 2026-11-23 · 30 min · #work · #a,b
Best until 17:00 today. When it is done: mindflow done ########
`)
	s.clock.wait(8 * time.Hour) // the call is overdue and outside its window, and the access token has expired; it is 19:00
	same(t, s.must(t, "next", "--color=always"), "\x1b[1mWrite the report\x1b[0m\nDue today with high priority - good time to tackle this\n\n"+
		"Score \x1b[32m87.5\x1b[0m = 40 deadline + 40 priority + 7.5 effort + 0 time of day (× 1)\ndue 2026-11-23 · 30 min · #work · #a,b\n"+
		"\x1b[2mBest until 00:00 tomorrow. When it is done: mindflow done ########\x1b[0m\n")
	same(t, s.must(t, "done", "WRITE"), "Done: Write the report (########)\ndue 2026-11-23 · 30 min · #work · #a,b\n")
	same(t, s.must(t, "next", "--color=always"), "\x1b[1mCall Bob\x1b[0m\n\x1b[31mOverdue - better in the afternoon\x1b[0m\n\n"+
		"Score \x1b[32m74.25\x1b[0m = 50 deadline + 30 priority + 2.5 effort - 8.25 time of day (× 0.9)\n"+
		"due 17:00 today · from 2026-11-22 · 1 h 30 min · best in the afternoon\n"+
		"\x1b[2mBest until 12:00 tomorrow. When it is done: mindflow done ########\x1b[0m\n")
	same(t, s.must(t, "done", "--best", "--color", "always"), "\x1b[32mDone:\x1b[0m \x1b[1mCall Bob\x1b[0m \x1b[2m(########)\x1b[0m\n"+
		"due 17:00 today · from 2026-11-22 · 1 h 30 min · best in the afternoon\n")
	same(t, s.must(t, "add", "Water the plants", "--start", "2026-11-27 17:00"), "Added: Water the plants (########)\nfrom 17:00 on Fri 2026-11-27\n")
	same(t, s.must(t, "next"), "Nothing to do now. The next task comes up 17:00 on Fri 2026-11-27.\n")
	same(t, s.must(t, "next", "--json"), `{"task":null,"score":null,"reasoning":null,"valid_until":"2026-11-27T16:00:00Z"}`+"\n")
	expect(t, s.run(t, "done", "--best"), exitFailed, "", "mindflow: nothing is to be done before 2026-11-27T16:00:00Z\n")

	same(t, s.must(t, "logout"), "Signed out of "+server+" as ada@example.com.\n")
	same(t, s.must(t, "logout"), "You were not signed in.\n")
}

func TestScriptsGetTheServersJSON(t *testing.T) {
	s := signedUp(t)
	same(t, s.must(t, "next", "--json"), `{"task":null,"score":null,"reasoning":null,"valid_until":null}`+"\n")
	var added, done client.Task
	var best client.Best
	read := func(text string, v any) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), v); err != nil || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: %v", text, err)
		}
	}
	read(s.must(t, "add", "Tom & Jerry", "--due", "tomorrow", "--start=today", "--json", "--color=always"), &added)
	if added.Title != "Tom & Jerry" || *added.DueDate != "2026-11-24" || *added.StartDate != "2026-11-23" {
		t.Errorf("added %+v", added)
	}
	read(s.must(t, "next", "--json"), &best)
	if best.Task.ID != added.ID || best.Score != 60_00 {
		t.Errorf("best %+v", best)
	}
	read(s.must(t, "done", "--json", added.ID.String()), &done)
	if done.ID != added.ID || done.CompletedAt == nil {
		t.Errorf("done %+v", done)
	}
}

func TestTodayIsWhereThePersonIs(t *testing.T) {
	s := signedUp(t)
	s.clock.wait(13 * time.Hour) // 00:00 in Berlin
	same(t, s.must(t, "add", "x", "--due=today"), "Added: x (########)\ndue 2026-11-24\n")
}

func TestWhatATaskIsCalled(t *testing.T) {
	s := signedUp(t)
	add := func(title string) string {
		t.Helper()
		s.clock.wait(time.Millisecond)
		var task client.Task
		if err := json.Unmarshal([]byte(s.must(t, "add", "--json", "--", title)), &task); err != nil {
			t.Fatal(err)
		}
		return task.ID.String()
	}
	add("Milk")
	cow := add("Milk the cow")
	goat := add("Milk the goat " + strings.Repeat("x", 100))
	add("Face the café") // its words could be pieces of an id
	expect(t, s.run(t, "done", "the"), exitFailed, "", "mindflow: \"the\" can mean 3 tasks; say which, by its id:\n"+
		"  ########  Face the café\n  ########  Milk the goat "+strings.Repeat("x", 53)+"…\n  ########  Milk the cow\n")
	expect(t, s.run(t, "done", goat[:10]), exitFailed, "", "mindflow: \""+goat[:10]+"\" can mean 4 tasks; say which, by its id:\n"+
		"  ########  Face the café\n  ########  Milk the goat "+strings.Repeat("x", 53)+"…\n  ########  Milk the cow\n  ########  Milk\n")
	same(t, s.must(t, "done", "milk"), "Done: Milk (########)\n")
	same(t, s.must(t, "done", strings.ToUpper(cow[28:])), "Done: Milk the cow (########)\n")
	same(t, s.must(t, "done", goat[:len(goat)-1]), "Done: Milk the goat "+strings.Repeat("x", 100)+" (########)\n")
	same(t, s.must(t, "done", "face"), "Done: Face the café (########)\n")
	expect(t, s.run(t, "done", "milk"), exitFailed, "", "mindflow: no open task has \"milk\" in its title or at an end of its id\n")
	for i := range 12 {
		add(fmt.Sprint("Same ", i))
	}
	if r := s.run(t, "done", "same"); !strings.HasSuffix(r.err, "\n  … and 2 more\n") || strings.Count(r.err, "\n") != 12 {
		t.Error(r.err)
	}
}

func TestWrongUsage(t *testing.T) {
	s := newShell(t)
	const how = "Run \"mindflow --help\" for how it is used.\n"
	for args, want := range map[string]string{
		"list --limit 0":          "mindflow: wrong usage: --limit is 1 or more\n" + how,
		"list --priority 6":       "mindflow: wrong usage: --priority is from 1 to 5\n" + how,
		"list --ranked --tag x":   "mindflow: wrong usage: --ranked is of all that can be done now, in its own order; it takes no filter and no --sort\n" + how,
		"list --ranked --sort x":  "mindflow: --sort must be one of \"due_date\",\"-due_date\",\"priority\",\"-priority\",\"title\",\"-title\",\"created_at\",\"-created_at\",\"updated_at\",\"-updated_at\",\"position\",\"-position\" but got \"x\"\n" + how,
		"serve --server=http://a": "mindflow: wrong usage: serve speaks to no server, so --account and --server say nothing to it\n" + how,
		"list --sort":             "mindflow: --sort: a field is missing, such as due_date or -priority\n" + how,
		"completion tcsh":         "mindflow: <shell> must be one of \"bash\",\"zsh\",\"fish\" but got \"tcsh\"\n" + how,
		"done":                    "mindflow: wrong usage: say which task is done, or --best for the one that is best now\n" + how,
		"done x --best":           "mindflow: wrong usage: say which task is done, or --best for the one that is best now\n" + how,
		"add":                     "mindflow: expected \"<title> ...\"\n" + how,
		"add x --priority 6":      "mindflow: wrong usage: --priority is from 1 to 5\n" + how,
		"add x --effort 30s":      "mindflow: wrong usage: --effort is in whole minutes up to a week, such as 30m, 90 or 1h30m\n" + how,
		"add x --effort soon":     "mindflow: wrong usage: --effort is in whole minutes up to a week, such as 30m, 90 or 1h30m\n" + how,
		"add x --time noon":       "mindflow: wrong usage: --time is morning, afternoon or evening\n" + how,
		"next --color blue":       "mindflow: --color must be one of \"auto\",\"always\",\"never\" but got \"blue\"\n" + how,
		"frobnicate":              "mindflow: unexpected argument frobnicate\n" + how,
		"login --server nowhere":  "mindflow: wrong usage: \"nowhere\" is not the address of a server, such as http://127.0.0.1:8000\n" + how,
	} {
		t.Run(args, func(t *testing.T) { expect(t, s.run(t, strings.Fields(args)...), exitUsage, "", want) })
	}
	for input, want := range map[string]string{"": "no e-mail was given", "ada@example.com\n": "no password was given", "\n\n": "no e-mail was given"} {
		expect(t, s.enter(t, input, "login"), exitUsage, "", "mindflow: wrong usage: "+want+"\n"+how)
	}
	signed := signedUp(t)
	expect(t, signed.run(t, "add", "x", "--due", "someday"), exitUsage, "",
		"mindflow: wrong usage: --due is today, tomorrow, a day such as 2026-11-27, or \"2026-11-27 17:00\"\n"+how)
	expect(t, signed.run(t, "add", "x", "--start", "2026-11-31"), exitUsage, "",
		"mindflow: wrong usage: --start is today, tomorrow, a day such as 2026-11-27, or \"2026-11-27 17:00\"\n"+how)
	signed.env[serverVariable] = "nowhere"
	expect(t, signed.run(t, "next"), exitUsage, "", "mindflow: wrong usage: \"nowhere\" is not the address of a server, such as http://127.0.0.1:8000\n"+how)
}

func TestWhatTheServerRefuses(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "add", strings.Repeat("x", 201), "--due=2026-01-01", "--start=2026-01-02"), exitFailed, "",
		"mindflow: Some fields are not valid: title must not be longer than 200 characters; start_date must not be after due_date\n")
	expect(t, s.run(t, "done", "01a206ba-6a53-7bcc-b9d4-feb71fb3ae2d"), exitFailed, "", "mindflow: There is no such task\n")
	expect(t, s.enter(t, "short\n", "login", "--register", "--email=bob@example.com"), exitFailed, "",
		"mindflow: Some fields are not valid: password must be at least 12 characters\n")
}

func TestTheServerIsGone(t *testing.T) {
	s := newShell(t)
	stop := s.serve(t)
	server := s.env[serverVariable]
	if r := s.enter(t, password, "login", "--register", "--email=ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	if r := stop(); r.code != exitDone || r.err != "" {
		t.Errorf("serve: %+v", r)
	}
	said := "no server answers at " + server + ": dial tcp " + strings.TrimPrefix(server, "http://") + ": connect: connection refused\n" +
		"Nothing listens there; is the server running? The address is from MINDFLOW_SERVER.\n"
	for _, args := range []string{"next", "add x", "add x --due today", "done x", "done --best"} {
		expect(t, s.run(t, strings.Fields(args)...), exitFailed, "", "mindflow: "+said)
	}
	expect(t, s.enter(t, password, "login", "--email=ada@example.com"), exitFailed, "", "mindflow: "+said)
	expect(t, s.run(t, "logout"), exitFailed, "", "mindflow: the tokens here are forgotten, but the session could not be ended: "+said)
	same(t, s.must(t, "logout"), "You were not signed in.\n")
}

func TestASecondLoginEndsTheFirst(t *testing.T) {
	s := signedUp(t)
	path := filepath.Join(s.env["HOME"], ".config", "mindflow", "credentials.json")
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.enter(t, password, "login", "--email=ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	s.must(t, "next")
	if err := os.WriteFile(path, first, 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, s.run(t, "next"), exitFailed, "",
		"mindflow: your session has ended: The refresh token is not valid; sign in again\n"+
			"Run \"mindflow login --server "+s.env[serverVariable]+" --email ada@example.com\" again.\n")
}

func TestWhereCredentialsAreKept(t *testing.T) {
	s := signedUp(t)
	s.env["XDG_CONFIG_HOME"] = t.TempDir()
	if r := s.run(t, "next"); r.code != exitFailed {
		t.Errorf("%+v", r)
	}
	s.env["XDG_CONFIG_HOME"] = "relative" // to be ignored
	s.must(t, "next")
	path := filepath.Join(s.env["HOME"], ".config", "mindflow", "credentials.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := path + " holds no credentials that can be read; sign in again\n"
	expect(t, s.run(t, "next"), exitFailed, "", "mindflow: "+damaged)
	expect(t, s.run(t, "logout"), exitFailed, "", "mindflow: the tokens here are forgotten, but the session could not be ended: "+damaged)
	delete(s.env, "XDG_CONFIG_HOME")
	delete(s.env, "HOME")
	for _, command := range []string{"next", "login", "logout"} {
		expect(t, s.run(t, command), exitFailed, "",
			"mindflow: neither XDG_CONFIG_HOME nor HOME is set, so there is no place to keep credentials\n")
	}
}

func TestPasswordsInTheClearAreWarnedOf(t *testing.T) {
	for server, want := range map[string]bool{
		"http://127.0.0.1:8000": false, "http://[::1]:8000": false, "http://localhost": false,
		"https://example.com": false, "http://example.com": true, "http://192.0.2.1:8000": true,
	} {
		if exposed(server) != want {
			t.Errorf("%s: %v", server, !want)
		}
	}
	s := newShell(t)
	r := s.run(t, "login", "--server", "http://example.com")
	if !strings.HasPrefix(r.err, "Warning: http://example.com has no encryption; others on the way there can read the password.\n") {
		t.Error(r.err)
	}
}

func TestTheMachinesZone(t *testing.T) {
	for tz, want := range map[string]string{
		"America/Havana": "America/Havana", ":Asia/Tokyo": "Asia/Tokyo", "/usr/share/zoneinfo/Europe/Paris": "Europe/Paris",
	} {
		if got := machineZone(map[string]string{"TZ": tz}); got != want {
			t.Errorf("TZ=%s is read as %s", tz, got)
		}
	}
	if got := machineZone(map[string]string{"TZ": "Nowhere/AtAll"}); got == "" {
		t.Error("no zone")
	}
}

func TestNothingCommandsTheTerminal(t *testing.T) {
	if got := printable("a\x1b[31mb\u009bc\r\n\x07d"); got != "a[31mbc\nd" {
		t.Errorf("%q", got)
	}
	if got := span(120); got != "2 h" {
		t.Errorf("%q", got)
	}
}

func TestWhatIsDoneThoughItWaitsForAnother(t *testing.T) {
	s := signedUp(t)
	added := func(title string) client.Task {
		t.Helper()
		var task client.Task
		if err := json.Unmarshal([]byte(s.must(t, "add", "--json", "--", title)), &task); err != nil {
			t.Fatal(err)
		}
		return task
	}
	plan, ship := added("Plan"), added("Ship; it")
	api, err := signedIn(s.console(t, strings.NewReader(""), io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.EditTask(t.Context(), ship.ID, client.Draft{BlockedBy: client.Set([]mindflow.TaskID{plan.ID})}, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, s.run(t, "done", "ship; it"), exitFailed, "", "mindflow: It waits for “Plan”, which is open\nIf you did it all the same, say it again with --blocked.\n")
	same(t, s.must(t, "done", "--blocked", "ship; it"), "Done: Ship; it (########)\n")
}

//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"mindflow/internal/client"
)

// show runs a command in a terminal so many cells wide and answers what that
// shows.
func (s *shell) show(t *testing.T, width uint16, args ...string) string {
	t.Helper()
	keyboard, terminal := openTerminal(t)
	size := [4]uint16{24, width}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); err != 0 {
		t.Fatal(err)
	}
	go func() {
		code := run(args, s.console(t, strings.NewReader(""), terminal, terminal))
		fmt.Fprintf(terminal, "exit %d.", code)
	}()
	screen, ok := strings.CutSuffix(expecting(t, keyboard, "exit 0."), "exit 0.")
	if !ok {
		t.Fatal(screen)
	}
	return strings.ReplaceAll(screen, "\r\n", "\n")
}

// withTasks is a shell with tasks of many kinds. It is 11:00 of a Monday.
func withTasks(t *testing.T) *shell {
	t.Helper()
	s := signedUp(t)
	for _, line := range [][]string{
		{"Call the bank about the second mortgage and its terms", "--due", "2026-11-20", "--priority=5", "--tag=money", "--tag=phone"},
		{"Stand-up", "--due", "2026-11-23 10:30", "--tag=work"},
		{"Write the report", "--due", "2026-11-23 17:00", "--priority=4", "--tag=work"},
		{"買い物リストを書いて冷蔵庫に貼る、それから豆腐を買いに行く", "--due", "today", "--tag=家"},
		{"Water the plants", "--due", "tomorrow", "--priority=1"},
		{"Pay x\u0302 and y\u0302, the first two of the series", "--due", "2026-11-27 09:00"},
		{"Holidays", "--due", "2026-12-24", "--tag=family", "--tag=home", "--tag=a longer one"},
		{"Some day"},
	} {
		s.clock.wait(time.Millisecond)
		s.must(t, append([]string{"add"}, line...)...)
	}
	return s
}

func TestAListFitsItsWindow(t *testing.T) {
	s := withTasks(t)
	s.must(t, "snooze", "some day", "--for=1d")
	for width, want := range map[uint16]string{
		160: `ID        TITLE                                                       DUE                   PRI  STATUS                        TAGS
########  Call the bank about the second mortgage and its terms       overdue, 2026-11-20     5  pending                       #money #phone
########  買い物リストを書いて冷蔵庫に貼る、それから豆腐を買いに行く  today                   3  pending                       #家
########  Stand-up                                                    overdue, 10:30 today    3  pending                       #work
########  Write the report                                            17:00 today             4  pending                       #work
########  Water the plants                                            tomorrow                1  pending
########  Pay x̂ and ŷ, the first two of the series                    09:00 Fri               3  pending
########  Holidays                                                    2026-12-24              3  pending                       #family #home #a longer one
########  Some day                                                                            3  snoozed until 11:00 tomorrow
`,
		80: `ID        TITLE                               DUE                   PRI  STATUS
########  Call the bank about the second mo…  overdue, 2026-11-20     5  pending
########  買い物リストを書いて冷蔵庫に貼る…   today                   3  pending
########  Stand-up                            overdue, 10:30 today    3  pending
########  Write the report                    17:00 today             4  pending
########  Water the plants                    tomorrow                1  pending
########  Pay x̂ and ŷ, the first two of the…  09:00 Fri               3  pending
########  Holidays                            2026-12-24              3  pending
########  Some day                                                    3  snoozed
`,
		40: `ID        TITLE               DUE
########  Call the bank abo…  overdue
########  買い物リストを書…   today
########  Stand-up            overdue
########  Write the report    17:00
########  Water the plants    tomorrow
########  Pay x̂ and ŷ, the …  Fri
########  Holidays            2026-12-24
########  Some day
`,
		20: `ID        TITLE
########  Call the …
########  買い物リ…
########  Stand-up
########  Write the…
########  Water the…
########  Pay x̂ and…
########  Holidays
########  Some day
`,
	} {
		got := s.show(t, width, "list", "--color=never")
		same(t, got, want)
		for line := range strings.Lines(got) {
			if n := cells(strings.TrimSuffix(line, "\n")); n > int(width) {
				t.Errorf("in a window of %d: %d cells: %s", width, n, line)
			}
		}
	}
}

func TestAListLeavesOutWhatNoTaskHas(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "One", "--priority=5")
	same(t, s.show(t, 80, "list", "--color=never"), "ID        TITLE  PRI\n########  One      5\n")
	same(t, s.show(t, 80, "list", "--ranked", "--color=never"), "ID        SCORE  TITLE  PRI\n########     50  One      5\n")
	s.must(t, "add", "Two", "--due=2026-11-22")
	same(t, s.show(t, 80, "list"), "\x1b[2mID\x1b[0m        \x1b[2mTITLE\x1b[0m  \x1b[2mDUE\x1b[0m                 \x1b[2mPRI\x1b[0m\n"+
		"\x1b[2m########\x1b[0m  \x1b[1mTwo\x1b[0m    \x1b[31moverdue, yesterday\x1b[0m    3\n"+
		"\x1b[2m########\x1b[0m  \x1b[1mOne\x1b[0m                          5\n")
	s.must(t, "done", "two")
	same(t, s.show(t, 80, "list", "--status=completed", "--color=never"), "ID        TITLE  DUE        PRI\n########  Two    yesterday    3\n")
}

func TestDaysInAListAreThePersons(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "x", "--due=tomorrow")
	s.clock.wait(13 * time.Hour) // 00:00 in Berlin
	same(t, s.show(t, 80, "list", "--color=never"), "ID        TITLE  DUE    PRI\n########  x      today    3\n")
	if out := s.must(t, "list", "--due-before=tomorrow"); !strings.Contains(out, "\t2026-11-24\t") {
		t.Error(out)
	}
}

// recorder stands for a server: it answers nothing and keeps what is asked.
func recorder(t *testing.T, s *shell) *[]string {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"tasks":[],"next_cursor":null,"timezone":"Asia/Tokyo"}`)
	}))
	t.Cleanup(server.Close)
	s.keep(t, client.Credentials{Server: server.URL, Email: "ada@example.com", AccessToken: "a", RefreshToken: "r"})
	return &asked
}

func TestFiltersReachTheServer(t *testing.T) {
	const open = "&status=pending&status=in_progress&status=snoozed"
	for args, want := range map[string][]string{
		"":                        {"limit=50&sort=due_date" + open},
		"--status=all --all":      {"limit=200&sort=due_date"},
		"--status open,completed": {"limit=50&sort=due_date" + open + "&status=completed"},
		"--status cancelled --status=in_progress": {"limit=50&sort=due_date&status=cancelled&status=in_progress"},
		"--priority 5 --priority=4,1":             {"limit=50&priority=5&priority=4&priority=1&sort=due_date" + open},
		"--tag a,b --tag c --limit=3":             {"limit=3&sort=due_date" + open + "&tag=a%2Cb&tag=c"},
		"--sort -priority":                        {"limit=50&sort=-priority" + open},
		"--sort=-title -q milk":                   {"limit=50&q=milk&sort=-title" + open},
		"--search=milk --limit 1000":              {"limit=200&q=milk&sort=due_date" + open},
		"--due-after 2026-11-01 --due-before=2026-12-01T10:00": {
			"due_after=2026-11-01&due_before=2026-12-01T10%3A00&limit=50&sort=due_date" + open,
		},
		"--due-after today --due-before=tomorrow": { // it is 19:00 of the 23rd in Tokyo
			"/api/preferences", "due_after=2026-11-23&due_before=2026-11-24&limit=50&sort=due_date" + open,
		},
		"--ranked --limit=7": {"/api/tasks/ranked?limit=7"},
	} {
		t.Run(args, func(t *testing.T) {
			s := newShell(t)
			asked := recorder(t, s)
			if r := s.run(t, append([]string{"list"}, strings.Fields(args)...)...); r.code != exitDone || r.out != "" {
				t.Errorf("%+v", r)
			}
			for i, path := range want {
				if !strings.HasPrefix(path, "/") {
					want[i] = "/api/tasks?" + path
				}
			}
			if !slices.Equal(*asked, want) {
				t.Errorf("asked for\n%s\nand not\n%s", strings.Join(*asked, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestListsForScripts(t *testing.T) {
	s := withTasks(t)
	var page client.TaskPage
	read := func(args ...string) {
		t.Helper()
		page = client.TaskPage{}
		if err := json.Unmarshal([]byte(s.must(t, append([]string{"list", "--json"}, args...)...)), &page); err != nil {
			t.Fatal(err)
		}
	}
	if read("--limit=3"); len(page.Tasks) != 3 || page.NextCursor == nil {
		t.Errorf("%+v", page)
	}
	if read("--all", "--sort=title"); len(page.Tasks) != 8 || page.NextCursor != nil || page.Tasks[0].Title[:4] != "Call" {
		t.Errorf("%+v", page)
	}
	same(t, s.must(t, "list", "--json", "-q", "nowhere"), `{"tasks":[],"next_cursor":null}`+"\n")
	var ranked client.RankedPage
	if err := json.Unmarshal([]byte(s.must(t, "list", "--ranked", "--json", "--limit=2")), &ranked); err != nil || len(ranked.Tasks) != 2 || ranked.Total != 8 {
		t.Errorf("%+v, %v", ranked, err)
	}

	read("-q", "report")
	id := page.Tasks[0].ID.String()
	if out := s.must(t, "list", "--tag", "WORK", "--due-after", "2026-11-23 12:00"); out != id+"\tpending\t4\t2026-11-23T16:00:00Z\t#work\tWrite the report\n" {
		t.Errorf("%q", out)
	}
	r := s.run(t, "list", "--ranked", "--limit=1")
	if r.code != exitDone || !strings.HasPrefix(r.out, "100\t") || !strings.HasSuffix(r.out, "\tpending\t5\t2026-11-20\t#money #phone\tCall the bank about the second mortgage and its terms\n") {
		t.Errorf("%+v", r)
	}
	if r.err != "There are more than these 1: --limit N or --all shows them.\n" {
		t.Error(r.err)
	}
}

func TestListsOfMoreThanAPage(t *testing.T) {
	s := signedUp(t)
	if r := s.run(t, "import", "taskwarrior", export(t, 450), "--user=ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	for args, want := range map[string]int{"--all": 450, "--limit=430": 430, "--limit 200": 200, "--ranked --all": 450} {
		r := s.run(t, append([]string{"list", "--json"}, strings.Fields(args)...)...)
		var page struct {
			Tasks      []any   `json:"tasks"`
			NextCursor *string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(r.out), &page); err != nil || len(page.Tasks) != want || (page.NextCursor == nil) != (want == 450) {
			t.Errorf("%s: %d tasks, %v, %v", args, len(page.Tasks), page.NextCursor, err)
		}
	}
}

func TestEmptyListsSaySo(t *testing.T) {
	s := signedUp(t)
	for args, want := range map[string]string{
		"":                   "No task is open. Add one: mindflow add \"…\"\n",
		"--tag x":            "No open task is like that; --status all looks among all.\n",
		"--status=completed": "No task is like that.\n",
		"--ranked":           "Nothing can be done now. \"mindflow list\" shows what is open.\n",
	} {
		expect(t, s.run(t, append([]string{"list"}, strings.Fields(args)...)...), exitDone, "", want)
	}
}

func TestSnoozing(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "Write the report", "--tag=work", "--due=today")
	const title = ": Write the report (########)\ndue 2026-11-23 · #work\n"
	for args, want := range map[string]string{
		"":                              "14:00 today",
		"--for 30m":                     "11:30 today",
		"--for=1d":                      "11:00 tomorrow",
		"--for=1w":                      "11:00 on Mon 2026-11-30",
		"--hours 5":                     "16:00 today",
		"--until 2026-12-01":            "00:00 on Tue 2026-12-01",
		"--until 2026-12-01T09:00":      "09:00 on Tue 2026-12-01",
		"--until 2026-12-01T09:00:00Z":  "10:00 on Tue 2026-12-01",
		"--until tomorrow":              "00:00 tomorrow",
		"--until=2027-03-28T02:30":      "03:30 on Sun 2027-03-28", // which no clock shows in Berlin
		"--for 1d --json --color=never": "",
	} {
		out := s.must(t, append([]string{"snooze", "report"}, strings.Fields(args)...)...)
		if want == "" {
			if !strings.Contains(out, `"snoozed_until":"2026-11-24T10:00:00Z"`) {
				t.Error(out)
			}
			continue
		}
		same(t, out, "Snoozed until "+want+title)
	}
	const how = "\nRun \"mindflow --help\" for how it is used.\n"
	for args, want := range map[string]string{
		"report --until soon":       "wrong usage: --until is today, tomorrow, a day such as 2026-11-27, or \"2026-11-27 17:00\"" + how,
		"":                          "wrong usage: say which task is to be snoozed, or --best for the one that is best now" + how,
		"report --for 1h --hours1":  "unknown flag --hours1, did you mean \"--hours\"?" + how,
		"report --for=1h --hours=1": "--for and --hours can't be used together" + how,
	} {
		expect(t, s.run(t, append([]string{"snooze"}, strings.Fields(args)...)...), exitUsage, "", "mindflow: "+want)
	}
	for args, want := range map[string]string{
		"report --until today": "Some fields are not valid: until must be in the future\n",
		"report --hours=9000":  "Some fields are not valid: hours must be from 1 to 8760\n",
		"report --for=2y":      "Some fields are not valid: duration must be minutes, hours, days or weeks up to a year, such as 30m, 2h, 1d or 1w\n",
		"nothing":              "no open task has \"nothing\" in its title or at an end of its id\n",
		"--best":               "nothing is to be done before 2026-11-24T10:00:00Z\n",
	} {
		s.must(t, "snooze", "report", "--for=1d")
		expect(t, s.run(t, append([]string{"snooze"}, strings.Fields(args)...)...), exitFailed, "", "mindflow: "+want)
	}
	s.must(t, "add", "Best")
	same(t, s.must(t, "snooze", "--best"), "Snoozed until 14:00 today: Best (########)\n")
}

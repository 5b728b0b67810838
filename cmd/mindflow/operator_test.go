package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mindflow/internal/client"
	"mindflow/internal/store/storetest"
)

// get fetches a page of the server.
func (s *shell) get(t *testing.T, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.env[serverVariable]+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestServingLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := newShell(t)
	s.env["LOG_LEVEL"], s.env["LOG_FORMAT"] = "info", "json"
	stop := s.serve(t)
	if status, body := s.get(t, "/health"); status != http.StatusOK || !strings.Contains(body, version) {
		t.Errorf("health: %d %s", status, body)
	}
	if status, body := s.get(t, "/"); status != http.StatusOK || !strings.Contains(body, "<title>MindFlow</title>") {
		t.Errorf("home: %d %s", status, body)
	}
	if r := s.enter(t, password, "login", "--register", "--email=ada@example.com"); r.code != exitDone {
		t.Error(r.err)
	}
	s.must(t, "add", "x")
	s.must(t, "next")
	r := stop()
	if r.code != exitDone || r.out != "" || !strings.Contains(r.err, `"msg":"serving"`) || !strings.Contains(r.err, `"msg":"shutting down"`) {
		t.Errorf("%+v", r)
	}
	goleak.VerifyNone(t, before)
}

func TestServingOnBothDatabases(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := newShell(t)
		s.env["DATABASE_URL"] = storetest.URL(t, kind)
		s.env["LOG_LEVEL"] = "info"
		stop := s.serve(t)
		if r := s.enter(t, password, "login", "--register", "--email=ada@example.com"); r.code != exitDone {
			t.Fatal(r.err)
		}
		s.must(t, "add", "x", "--due=today")
		if out := s.must(t, "next"); !strings.HasPrefix(out, "x\nDue today - good time to tackle this\n") {
			t.Error(out)
		}
		if r := stop(); r.code != exitDone || !strings.Contains(strings.ReplaceAll(r.err, `"`, ""), "database="+string(kind)+":") {
			t.Errorf("%+v", r)
		}
	})
}

func TestAPlaceThatIsTaken(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	address := strings.TrimPrefix(s.env[serverVariable], "http://")
	other := newShell(t)
	other.env["LISTEN_ADDR"] = address
	if r := other.run(t, "serve"); r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: listen on "+address+": ") {
		t.Errorf("%+v", r)
	}
}

func TestWrongSettingsStopTheStartWithOneSentence(t *testing.T) {
	for setting, want := range map[string]string{
		"ENVIRONMENT=staging":        "ENVIRONMENT must be development, testing or production",
		"LOG_LEVEL=loud":             "LOG_LEVEL must be debug, info, warn or error",
		"ACCESS_TOKEN_TTL=soon":      "ACCESS_TOKEN_TTL must be a duration such as 15m",
		"ENVIRONMENT=production":     "SECRET_KEY is required in production",
		"SECRET_KEY=short":           "each key in SECRET_KEY must have at least 32 characters",
		"LISTEN_ADDR=8000":           "LISTEN_ADDR must be host:port, such as 127.0.0.1:8000",
		"DATABASE_URL=mysql://a@b/c": "",
		"DATA_DIR=/dev/null/none":    "",
	} {
		t.Run(setting, func(t *testing.T) {
			for _, command := range []string{"serve", "migrate", "import taskwarrior - --user a@example.com"} {
				s := newShell(t)
				name, value, _ := strings.Cut(setting, "=")
				s.env[name] = value
				r := s.run(t, strings.Fields(command)...)
				sentence := strings.TrimSuffix(strings.TrimPrefix(r.err, "mindflow: "), "\n")
				if r.code != exitFailed || r.out != "" || want != "" && sentence != want || strings.Contains(sentence, "\n") {
					t.Errorf("%s: %+v", command, r)
				}
			}
		})
	}
}

func TestProductionDoesNotMigrateByItself(t *testing.T) {
	s := newShell(t)
	s.env["ENVIRONMENT"], s.env["SECRET_KEY"] = "production", strings.Repeat("k", 32)
	for _, command := range []string{"serve", "import taskwarrior - --user=a@example.com", "user list"} {
		r := s.run(t, strings.Fields(command)...)
		if r.code != exitFailed || !strings.HasSuffix(r.err, " steps behind; run \"mindflow migrate\" first\n") {
			t.Errorf("%+v", r)
		}
	}
	if out := s.must(t, "migrate"); !strings.HasPrefix(out, "The schema is up to date; ") || strings.Contains(out, "; 0 ") {
		t.Error(out)
	}
	same(t, s.must(t, "migrate", "up"), "The schema is up to date; 0 steps applied.\n")
	if r := s.serve(t)(); r.code != exitDone {
		t.Errorf("%+v", r)
	}
}

// Seen red while such a command made the database it did not find, and told
// about that one: an empty one.
func TestACommandBesideTheServerNeitherMakesNorMigratesADatabase(t *testing.T) {
	commands := []string{"user list", "user delete a@example.com --yes", "import taskwarrior - --user=a@example.com"}
	s := newShell(t)
	file := filepath.Join(s.env["DATA_DIR"], "mindflow.db")
	for _, command := range commands {
		r := s.run(t, strings.Fields(command)...)
		if r.code != exitFailed || r.err != "mindflow: there is no database at "+file+"; name the server's in DATABASE_URL or DATA_DIR\n" {
			t.Errorf("%s: %+v", command, r)
		}
	}
	if found, err := os.ReadDir(s.env["DATA_DIR"]); err != nil || len(found) > 0 {
		t.Error(found, err)
	}
	s.must(t, "migrate", "up", "--to", "1")
	for _, command := range commands {
		if r := s.run(t, strings.Fields(command)...); r.code != exitFailed || !strings.HasSuffix(r.err, " steps behind; run \"mindflow migrate\" first\n") {
			t.Errorf("%s: %+v", command, r)
		}
	}
}

func TestVersionDocumentAndHelp(t *testing.T) {
	s := newShell(t)
	same(t, s.must(t, "version"), "mindflow 7.0.0\n")
	same(t, s.must(t, "--version"), "mindflow 7.0.0\n")
	var document struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(s.must(t, "openapi")), &document); err != nil || document.OpenAPI != "3.1.0" || document.Paths["/api/tasks/best"] == nil {
		t.Errorf("%+v, %v", document, err)
	}
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		if out := s.must(t, args...); !strings.Contains(out, "What should I do now?") || strings.Contains(out, "openapi") {
			t.Error(out)
		}
	}
	for _, args := range [][]string{{"next", "--help"}, {"help", "next"}} {
		if out := s.must(t, args...); !strings.Contains(out, "task, score and") {
			t.Error(out)
		}
	}
	if env := environment([]string{"A=b=c", "D="}); env["A"] != "b=c" || len(env) != 2 {
		t.Error(env)
	}
}

// export writes a Taskwarrior export of so many tasks, and a bad entry.
func export(t *testing.T, tasks int) string {
	t.Helper()
	var file bytes.Buffer
	for i := range tasks {
		fmt.Fprintf(&file, `{"uuid":"11111111-1111-4111-8111-%012d","description":"task %d","status":"pending","entry":"20260101T000000Z","due":"20261123T230000Z","project":"Home"}`+"\n", i, i)
	}
	file.WriteString("{\"description\": 7}\n")
	path := filepath.Join(t.TempDir(), "export.json")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportingAFile(t *testing.T) {
	s := signedUp(t)
	file := export(t, 3)
	args := []string{"import", "taskwarrior", file, "--user", "ADA@example.com"}
	r := s.run(t, append(args, "--dry-run")...)
	if r.code != exitDone || !strings.HasSuffix(r.out, "3 tasks would be created (dry run: nothing was changed); 0 were known already, 0 skipped, 1 could not be read, 0 pieces lost.\n") ||
		!strings.Contains(r.out, "failed   ") || !strings.Contains(r.out, "1 projects are new.\n") {
		t.Errorf("%+v", r)
	}
	var report client.ImportReport
	r = s.run(t, append(args, "--json", "--timezone=Europe/Berlin")...)
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != exitDone || !strings.HasPrefix(r.out, `{"format":"taskwarrior","dry_run":false,"created":3,`) || report.Failed != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if out := s.must(t, "next"); !strings.Contains(out, "due 2026-11-24\n") {
		t.Errorf("midnight did not become a day: %s", out)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	args[2] = "-"
	if r := s.enter(t, string(content), args...); r.code != exitDone || !strings.HasSuffix(r.out, "0 tasks created; 3 were known already, 0 skipped, 1 could not be read, 0 pieces lost.\n") {
		t.Errorf("%+v", r)
	}
}

func TestImportingTodoTxtAndCSV(t *testing.T) {
	s := signedUp(t)
	run := func(content string, args ...string) string {
		r := s.enter(t, content, append([]string{"import"}, append(args, "-", "--user=ada@example.com")...)...)
		if r.code != exitDone {
			t.Errorf("%v: %+v", args, r)
		}
		return r.out
	}
	const todo = "(A) Call Ann @phone due:2026-11-23 rec:1w\n(B)\n"
	for _, want := range []string{"1 tasks created; 0 were known already, 0 skipped, 1 could not be read", "0 tasks created; 1 were known already"} {
		if out := run(todo, "todotxt"); !strings.Contains(out, want) || !strings.Contains(out, "failed   line 2: ") {
			t.Errorf("%s", out)
		}
	}
	const sheet = "Task;Due; by;Owner\nPay rent;2026-11-23;x;Ann\n"
	for _, want := range []string{"1 tasks created; 0 were", "0 tasks created; 1 were"} {
		if out := run(sheet, "csv", "--map", "title=Task", "--map=due_date=Due", "--map", "tags=by"); !strings.Contains(out, want) {
			t.Errorf("%s", out)
		}
	}
	if out := s.must(t, "next"); !strings.Contains(out, "Call Ann\n") || !strings.Contains(out, "due 2026-11-23") {
		t.Errorf("%s", out)
	}
	r := s.enter(t, sheet, "import", "csv", "-", "--user=ada@example.com", "--map=title=Job;b")
	if r.code != exitFailed || r.err != "mindflow: Some fields are not valid: map names a column for title that is not there; there are \"Task\", \"Due\", \"by\", \"Owner\"\n" {
		t.Errorf("%+v", r)
	}
}

func TestALongImportShowsHowFarItIs(t *testing.T) {
	s := signedUp(t)
	r := s.run(t, "import", "taskwarrior", export(t, 1200), "--user=ada@example.com")
	if r.code != exitDone || !strings.Contains(r.out, "1 projects are new.\n1200 tasks created") {
		t.Errorf("%+v", r)
	}
	if r.err != "\r 33 %, 400 tasks\r 66 %, 800 tasks\r 99 %, 1200 tasks\n" {
		t.Errorf("%q", r.err)
	}
}

func TestImportsThatCannotBe(t *testing.T) {
	s := signedUp(t)
	file := export(t, 1)
	for _, row := range []struct {
		args string
		code int
		want string
	}{
		{"taskwarrior " + file + " --user=eve@example.com", exitFailed, "mindflow: there is no account for eve@example.com on this database; register it first\n"},
		{"carrierpigeon " + file + " --user=ada@example.com", exitUsage, "mindflow: wrong usage: there is no importer for \"carrierpigeon\"; there are taskwarrior, todotxt, todoist and csv\n" +
			"Run \"mindflow --help\" for how it is used.\n"},
		{"taskwarrior /nowhere --user=ada@example.com", exitFailed, "mindflow: open /nowhere: no such file or directory\n"},
		{"taskwarrior " + file, exitUsage, "mindflow: missing flags: --user=EMAIL\nRun \"mindflow --help\" for how it is used.\n"},
		{"taskwarrior " + file + " --user=ada@example.com --timezone=Mars", exitFailed, "mindflow: Some fields are not valid: timezone must be an IANA time zone, such as Europe/Berlin\n"},
	} {
		t.Run(row.args, func(t *testing.T) {
			if r := s.run(t, strings.Fields("import "+row.args)...); r.code != row.code || r.err != row.want {
				t.Errorf("%+v", r)
			}
		})
	}
}

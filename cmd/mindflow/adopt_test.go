package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mindflow/internal/store/storetest"
)

// leftBehind is a database as the Python service left it, with its warts.
func leftBehind(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../internal/formats/phase4/testdata/dump.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// ask asks the API for something and reads the answer.
func (s *shell) ask(t *testing.T, request, token, body string, into any) int {
	t.Helper()
	status, content, _ := s.send(t, request, body, token)
	if into != nil && status == http.StatusOK {
		if err := json.Unmarshal([]byte(content), into); err != nil {
			t.Fatalf("%s: %v in %s", request, err, content)
		}
	}
	return status
}

type adoptedTask struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Description  string   `json:"description"`
	Status       string   `json:"status"`
	Priority     int      `json:"priority"`
	DueDate      string   `json:"due_date"`
	SnoozedUntil string   `json:"snoozed_until"`
	CreatedAt    string   `json:"created_at"`
	CompletedAt  string   `json:"completed_at"`
	Tags         []string `json:"tags"`
}

func TestPeopleOfThePythonServiceGoOnWhereTheyWere(t *testing.T) {
	s := newShell(t)
	s.env["DATABASE_URL"] = storetest.Filled(t, leftBehind(t))
	if out := s.must(t, "migrate", "adopt"); !strings.Contains(out, "60 tasks and 22 entries of their audit logs would be adopted (nothing was changed); 3 rows belong to nobody") {
		t.Error(out)
	}
	out := s.must(t, "migrate", "adopt", "--apply")
	if !strings.Contains(out, "3 accounts (1 of them disabled), 60 tasks and 22 entries of their audit logs are adopted; 3 rows belong to nobody") {
		t.Error(out)
	}
	// Nobody's text, address or zone is printed: a remark is a table, an id, a field, and words of ours.
	for line := range strings.Lines(out) {
		if !regexp.MustCompile(`^(users|user_preferences|tasks|audit_logs) [0-9a-f-]{36} [a-z_]+ [a-z]|^3 accounts`).MatchString(line) || strings.Contains(line, "Mars") || strings.Contains(line, "@") {
			t.Errorf("%q", line)
		}
	}
	if r := s.run(t, "migrate", "adopt", "--apply"); r.code != exitFailed || r.out != "" || r.err != "mindflow: This database was adopted on 2026-11-23 already\n" {
		t.Errorf("%+v", r)
	}
	same(t, s.must(t, "migrate", "up"), "The schema is up to date; 0 steps applied.\n")
	s.must(t, "migrate", "stamp", "head") // refuses a schema that differs

	s.env["ENVIRONMENT"], s.env["SECRET_KEY"] = "production", strings.Repeat("k", 32)
	s.serve(t)
	var signed struct {
		AccessToken string `json:"access_token"`
	}
	for range 2 { // with the old hash, and with the one it was replaced by
		if status := s.ask(t, "POST /api/auth/login", "", `{"email": "ada@example.com", "password": "correct horse battery staple"}`, &signed); status != http.StatusOK {
			t.Fatalf("Ada: %d", status)
		}
	}
	if status := s.ask(t, "POST /api/auth/login", "", `{"email": "ivan@example.com", "password": "пароль для проверки 9"}`, nil); status != http.StatusUnauthorized {
		t.Errorf("Ivan, who is disabled: %d", status)
	}
	ada := signed.AccessToken

	var best struct {
		Task      adoptedTask `json:"task"`
		Score     json.Number `json:"score"`
		Reasoning struct {
			Recommendation string `json:"recommendation"`
		} `json:"reasoning"`
	}
	if status := s.ask(t, "GET /api/tasks/best", ada, "", &best); status != http.StatusOK {
		t.Fatalf("best: %d", status)
	}
	// A woken snooze, overdue, with priority 5 and 15 minutes: 1.25·40 + 5·10 + 1·10.
	if best.Task.ID != "2916dfca-a8c8-430c-a3b3-6540d5d3a428" || best.Score != "110" || best.Task.Status != "pending" {
		t.Errorf("%+v", best)
	}
	var preferences map[string]any
	s.ask(t, "GET /api/preferences", ada, "", &preferences)
	if preferences["timezone"] != "America/New_York" || preferences["weight_urgency"] != 40.0 || preferences["weight_priority"] != 10.0 || preferences["weight_effort"] != 10.0 {
		t.Errorf("%v", preferences)
	}
	var list struct {
		Tasks []adoptedTask `json:"tasks"`
	}
	s.ask(t, "GET /api/tasks?limit=200", ada, "", &list)
	found := map[string]adoptedTask{}
	for _, task := range list.Tasks {
		found[task.ID] = task
		if task.DueDate != "" && !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(task.DueDate) {
			t.Errorf("due %s", task.DueDate)
		}
	}
	if len(found) != 36 {
		t.Errorf("Ada has %d tasks", len(found))
	}
	for _, want := range []adoptedTask{
		{ID: "53ae148e-0ea2-4b00-ad21-36e9f0900856", Title: "Fix login bug #42", Status: "pending", Priority: 2, DueDate: "2025-11-21T11:34:18Z", CreatedAt: "2025-10-20T08:34:18.000000Z", Tags: []string{"deep-work", "writing"}},
		{ID: "2bd5925d-fab3-4afa-b1e1-7f68018da282", Title: "Water plants 🌱", Status: "pending", Priority: 1, DueDate: "2025-10-02T23:09:01Z", CreatedAt: "2025-09-12T04:09:01.000000Z", Tags: []string{"deep-work", "writing"}},
		{ID: "d565aa17-6457-4f2c-b8ef-b474b812f792", Title: "Prepare Q4 slides", Description: "Notes: prepare q4 slides", Status: "completed", Priority: 2, CreatedAt: "2025-09-29T13:34:29.000000Z", CompletedAt: "2025-10-20T14:34:29.000000Z", Tags: []string{"a", "b", "c", "d", "e"}},
		{ID: "e96bf702-ef88-4435-906d-5de2ac693825", Title: "Review PR <script>alert(1)</script> (31)", Status: "completed", Priority: 5, DueDate: "2025-10-06T11:10:43Z", CreatedAt: "2025-10-05T17:10:43.000000Z", CompletedAt: "2025-10-06T14:10:43.000000Z", Tags: []string{"urgent", "morning"}},
		{ID: "aaf6b5e9-89bc-4204-b245-6c4d065adcfe", Title: "Book train to Zürich (35)", Status: "completed", Priority: 3, CreatedAt: "2025-09-14T08:19:20.000000Z", CompletedAt: "2025-09-27T15:19:20.000000Z", Tags: []string{"études"}},
	} {
		if is := found[want.ID]; fmt.Sprint(is) != fmt.Sprint(want) {
			t.Errorf("it is\n%+v and not\n%+v", is, want)
		}
	}
	long := found["caa56072-bdb1-49fb-8912-1cf9b0d4ff0b"]
	if long.Title != strings.Repeat("T", 200) || !strings.HasPrefix(long.Description, strings.Repeat("T", 250)) {
		t.Errorf("%+v", long)
	}
	if status := s.ask(t, "POST /api/tasks/2916dfca-a8c8-430c-a3b3-6540d5d3a428/complete", ada, "", nil); status != http.StatusOK {
		t.Errorf("complete: %d", status)
	}
	first := best.Task.ID
	if s.ask(t, "GET /api/tasks/best", ada, "", &best); best.Task.ID == first {
		t.Error("what is done is still the best")
	}
}

// database asks PostgreSQL itself.
func database(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// digest stands for all there is in the old tables.
func digest(t *testing.T, on *pgx.Conn) []string {
	t.Helper()
	var all []string
	for _, table := range []string{"users", "user_preferences", "tasks", "audit_logs"} {
		var sum string
		if err := on.QueryRow(t.Context(), `SELECT md5(string_agg(CAST(r AS TEXT), ',' ORDER BY r.id)) FROM `+table+` r`).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		all = append(all, sum)
	}
	return all
}

// program runs the tests' binary as the program itself.
func program(t *testing.T, s *shell, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// Fails when the adoption commits more than once.
func TestAKilledAdoptionLeavesTheOldDatabaseAndTheNextOneTakesLittle(t *testing.T) {
	const tasks = 100_000
	s := newShell(t)
	url := storetest.Filled(t, leftBehind(t)+fmt.Sprintf(`
INSERT INTO tasks SELECT gen_random_uuid(), u.id, 'Task ' || n, repeat('text ', 40), 'pending', n %% 7, '2026-01-01', NULL, '2025-01-01', '2025-01-01', NULL, 30, ' a ,b,,a'
  FROM generate_series(1, %d) n JOIN (SELECT id, row_number() OVER () AS i FROM users) u ON u.i = n %% 3 + 1;
INSERT INTO audit_logs SELECT gen_random_uuid(), '2025-01-01', t.user_id, 'CREATE_TASK', t.id, 'success', NULL, 7 FROM tasks t LIMIT 20000`, tasks))
	s.env["DATABASE_URL"] = url
	db := database(t, url)
	before := digest(t, db)

	first := program(t, s, "migrate", "adopt", "--apply")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	others := func(condition string) int {
		n := 0
		if err := db.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND `+condition).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	until := func(what string, done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("it took too long until %s", what)
			}
		}
	}
	until("it wrote", func() bool { return others(`query ILIKE 'copy "events"%'`) > 0 })
	if err := first.Process.Signal(syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	var exit *exec.ExitError
	if err := first.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed: %v", err)
	}
	until("its transaction was gone", func() bool { return others(`backend_type = 'client backend'`) == 0 })
	if after := digest(t, db); !slices.Equal(before, after) {
		t.Errorf("%q became %q", before, after)
	}
	var tables int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`).Scan(&tables); err != nil || tables != 4 {
		t.Errorf("%d tables, %v", tables, err)
	}

	second := program(t, s, "migrate", "adopt", "--apply")
	begun := time.Now()
	if err := second.Run(); err != nil {
		t.Fatal(err)
	}
	took, peak := time.Since(begun), second.ProcessState.SysUsage().(*syscall.Rusage).Maxrss/1024
	t.Logf("%d tasks took %v and %d MB", tasks, took, peak)
	if peak > 256*memoryFactor {
		t.Errorf("%d tasks took %d MB: all of them at once?", tasks, peak)
	}
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM tasks`).Scan(&tables); err != nil || tables != tasks+60 {
		t.Errorf("%d tasks, %v", tables, err)
	}
}

func TestAnAdoptionForScripts(t *testing.T) {
	s := newShell(t)
	s.env["DATABASE_URL"] = storetest.Filled(t, leftBehind(t)+`INSERT INTO users (id, email, password_hash) VALUES ('f0000000-0000-4000-8000-000000000001', 'ADA@example.com', 'x')`)
	r := s.run(t, "migrate", "adopt", "--json")
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	for _, line := range lines[:len(lines)-1] {
		var remark printedRemark
		if err := json.Unmarshal([]byte(line), &remark); err != nil || len(remark.ID) != 36 || remark.Field == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
	last := lines[len(lines)-1]
	if r.code != exitFailed || !strings.HasPrefix(last, `{"applied":false,"accounts":4,"disabled":1,"tasks":60,"audit_entries":22,"system_entries":3,"changed_values":`) || !strings.HasSuffix(last, `"refused":1}`) {
		t.Errorf("%d: %s", r.code, last)
	}
	if r.err != "mindflow: 1 rows cannot be adopted as they are; nothing was changed\n" {
		t.Errorf("%q", r.err)
	}
	if r := newShell(t).run(t, "migrate", "adopt"); r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "SQLite") {
		t.Errorf("%+v", r)
	}
}

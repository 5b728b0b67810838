package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"mindflow/internal/store/storetest"
)

// migrating is a shell with a database that has the newest schema.
func migrating(t *testing.T, kind storetest.Kind) *shell {
	t.Helper()
	s := newShell(t)
	s.env["DATABASE_URL"] = storetest.URL(t, kind)
	return s
}

// whereItIs asks for the standing of a database.
func (s *shell) whereItIs(t *testing.T) standing {
	t.Helper()
	var is standing
	if err := json.Unmarshal([]byte(s.must(t, "migrate", "status", "--json")), &is); err != nil {
		t.Fatal(err)
	}
	return is
}

// onTheDatabase runs a statement as somebody else would.
func (s *shell) onTheDatabase(t *testing.T, statement string) {
	t.Helper()
	driver, source := "pgx", s.env["DATABASE_URL"]
	if path, ok := strings.CutPrefix(source, "sqlite:///"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err == nil {
		_, err = db.ExecContext(t.Context(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// oneUser is somebody who would be lost.
const oneUser = `INSERT INTO workspaces (id, name, created_at) VALUES ('01890000-0000-7000-8000-00000000000a', 'Ada', 1)`

func TestMigratingByHand(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := migrating(t, kind)
		head, all := s.whereItIs(t).Head, len(s.whereItIs(t).Steps)
		if out := s.must(t, "migrate", "status"); !strings.Contains(out, "\n1        foundation") || !strings.HasSuffix(out, fmt.Sprintf("\nThe schema is at version %d, the newest.\n", head)) {
			t.Error(out)
		}
		s.onTheDatabase(t, oneUser)
		r := s.run(t, "migrate", "down", "--to", "0")
		if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "1 row of workspaces; with --lose-data") {
			t.Errorf("%+v", r)
		}
		if out := s.must(t, "migrate", "down", "--to=1", "--lose-data"); !strings.HasPrefix(out, fmt.Sprintf("Took back %d ", head)) || !strings.Contains(out, "\nTook back 2 sessions_seen.\n") {
			t.Error(out)
		}
		if is := s.whereItIs(t); is.Version != 1 || is.Behind != all-1 || is.Steps[0].State != "applied" || is.Steps[1].State != "pending" || is.Steps[1].TakenAt != nil {
			t.Errorf("%+v", is)
		}
		if out := s.must(t, "migrate", "current"); !regexp.MustCompile(`^1  foundation  2\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$`).MatchString(out) {
			t.Error(out)
		}
		same(t, s.must(t, "migrate", "up", "--to", "2"), "The schema is at version 2 or later; 1 step applied.\n")
		if out := s.must(t, "migrate", "status"); !strings.Contains(out, fmt.Sprintf("The schema is at version 2, behind by %d; the newest is version %d.\n", all-2, head)) {
			t.Error(out)
		}
		r = s.run(t, "migrate", "stamp", "head")
		if r.code != exitFailed || !strings.HasPrefix(r.err, fmt.Sprintf("mindflow: The schema is not that of version %d:\n  missing: ", head)) {
			t.Errorf("%+v", r)
		}
		same(t, s.must(t, "migrate"), fmt.Sprintf("The schema is up to date; %d steps applied.\n", all-2))
		same(t, s.must(t, "migrate", "stamp", "head"), fmt.Sprintf("The schema is recorded to be at version %d.\n", head))
		if out := s.must(t, "migrate", "current"); !strings.HasSuffix(out, " UTC  (head)\n") {
			t.Error(out)
		}
		var history []listedStep
		if err := json.Unmarshal([]byte(s.must(t, "migrate", "history", "--json")), &history); err != nil || len(history) != all || history[0].Version != head || history[0].TakenAt == nil {
			t.Errorf("%+v, %v", history, err)
		}
		if out := s.must(t, "migrate", "history"); !strings.HasPrefix(out, "VERSION") || strings.Index(out, "\n2 ") > strings.Index(out, "\n1 ") {
			t.Error(out)
		}
		for _, args := range []string{"stamp", "stamp 99", "stamp base", "down --to=x", "up --to=-1", "create", "sideways", "status --frob"} {
			if r := s.run(t, append([]string{"migrate"}, strings.Fields(args)...)...); r.code != exitUsage || r.out != "" {
				t.Errorf("%s: %+v", args, r)
			}
		}
	})
}

func TestADatabaseWithoutASchema(t *testing.T) {
	s := newShell(t)
	same(t, s.must(t, "migrate", "current"), "0\n")
	var current struct{ Version, Behind, Head int }
	if err := json.Unmarshal([]byte(s.must(t, "migrate", "current", "--json")), &current); err != nil || current.Version != 0 || current.Behind == 0 || current.Behind > current.Head {
		t.Errorf("%+v, %v", current, err)
	}
	if out := s.must(t, "migrate", "status"); !strings.Contains(out, "The schema has not been made yet, behind by ") || !strings.Contains(out, "pending\n") {
		t.Error(out)
	}
	same(t, s.must(t, "migrate", "down"), "There was nothing to take back.\n")
}

// Where the server's role may not change the schema, another does.
func TestAllOfMigrateUsesTheURLForIt(t *testing.T) {
	s := newShell(t)
	s.env["MIGRATE_DATABASE_URL"] = "sqlite:///" + filepath.Join(t.TempDir(), "other.db")
	s.env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"
	for _, args := range []string{"status", "up", "current", "history", "stamp head", "down --lose-data", "up"} {
		s.must(t, append([]string{"migrate"}, strings.Fields(args)...)...)
	}
	s.env["DATABASE_URL"] = s.env["MIGRATE_DATABASE_URL"]
	s.serve(t)
}

// Releases expand first and contract later: an older program runs on a newer
// schema, so that servers can be replaced one by one, and back again.
func TestProductionServesOnASchemaThatIsAheadAndNotOnOneThatIsBehind(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := migrating(t, kind)
		s.env["ENVIRONMENT"], s.env["SECRET_KEY"], s.env["SHUTDOWN_DELAY"] = "production", strings.Repeat("k", 32), "0s"
		s.must(t, "migrate", "down", "--lose-data")
		r := s.run(t, "serve")
		if r.code != exitFailed || !strings.HasSuffix(r.err, "the database's schema is 1 step behind; run \"mindflow migrate\" first\n") {
			t.Errorf("behind: %+v", r)
		}
		s.must(t, "migrate")
		head := s.whereItIs(t).Head
		s.onTheDatabase(t, fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, true)`, head+1))
		s.onTheDatabase(t, `CREATE TABLE of_tomorrow (id BIGINT)`)
		if r := s.serve(t)(); r.code != exitDone {
			t.Errorf("ahead: %+v", r)
		}
		is := s.whereItIs(t)
		if is.Version != head+1 || is.Behind != 0 || is.Steps[len(is.Steps)-1].State != "unknown" {
			t.Errorf("%+v", is)
		}
		if out := s.must(t, "migrate", "status"); !strings.Contains(out, "(of a newer program)") || !strings.Contains(out, fmt.Sprintf("made by a newer program than this one, which knows version %d.\n", head)) {
			t.Error(out)
		}
		if r := s.run(t, "migrate", "down", "--lose-data"); r.code != exitFailed || !strings.Contains(r.err, "made by a newer program; go down with that one") {
			t.Errorf("%+v", r)
		}
	})
}

// program is a process of its own that runs a command line.
func (s *shell) program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range s.env {
		c.Env = append(c.Env, name+"="+value)
	}
	return c
}

// Three commands and two servers, each a process, on an empty database. Fails
// without the migration's lock.
func TestOfProgramsThatStartAtOnceOneMigrates(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		s := migrating(t, kind)
		s.must(t, "migrate", "down", "--to=0", "--lose-data")
		s.env["LOG_LEVEL"], s.env["SHUTDOWN_DELAY"], s.env["SECRET_KEY"] = "info", "0s", strings.Repeat("k", 32)
		var all sync.WaitGroup
		var migrated atomic.Int32
		for range 3 {
			all.Go(func() {
				out, err := s.program(t, "migrate").CombinedOutput()
				if err != nil || !strings.HasPrefix(string(out), "The schema is up to date; ") {
					t.Errorf("%v: %s", err, out)
				}
				if !strings.Contains(string(out), "; 0 steps") {
					migrated.Add(1)
				}
			})
		}
		for range 2 {
			server := s.program(t, "serve")
			said, err := server.StderrPipe()
			if err == nil {
				err = server.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				lines := bufio.NewScanner(said)
				served, text := false, ""
				for !served && lines.Scan() {
					served = strings.Contains(lines.Text(), "serving")
					text += lines.Text() + "\n"
				}
				if err := server.Process.Signal(syscall.SIGTERM); err != nil {
					t.Error(err)
				}
				rest, _ := io.ReadAll(said)
				if err := server.Wait(); err != nil || !served {
					t.Errorf("served %v, %v: %s%s", served, err, text, rest)
				}
			})
		}
		all.Wait()
		if n := migrated.Load(); n > 1 { // none, when a server was first
			t.Errorf("%d commands migrated", n)
		}
		if is := s.whereItIs(t); is.Behind != 0 || is.Version != is.Head {
			t.Errorf("%+v", is)
		}
	})
}

func TestCreatingAStepWritesItsFilesIntoTheSourceTree(t *testing.T) {
	s := newShell(t)
	root := t.TempDir()
	for _, folder := range []string{"sqlite", "postgres"} {
		dir := filepath.Join(root, stepsInSource, folder)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "00007_x.sql"), []byte("-- +goose Up\n-- +goose Down\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	if r := s.run(t, "migrate", "create", "y"); r.code != exitFailed || !strings.Contains(r.err, "source tree") {
		t.Errorf("%+v", r)
	}
	t.Chdir(filepath.Join(root, "internal"))
	out := s.must(t, "migrate", "create", "colour of tags")
	files := strings.Fields(out)
	if len(files) != 2 {
		t.Fatal(out)
	}
	for i, folder := range []string{"sqlite", "postgres"} {
		if !strings.HasSuffix(files[i], filepath.Join(stepsInSource, folder, "00008_colour_of_tags.sql")) {
			t.Error(files[i])
		}
		if text, err := os.ReadFile(files[i]); err != nil || string(text) != "-- +goose Up\n\n-- +goose Down\n-- loses: nothing\n" {
			t.Errorf("%q, %v", text, err)
		}
	}
	same(t, s.must(t, "migrate", "create", "--dir", filepath.Join(root, stepsInSource), "z"),
		filepath.Join(root, stepsInSource, "sqlite", "00009_z.sql")+"\n"+filepath.Join(root, stepsInSource, "postgres", "00009_z.sql")+"\n")
	if r := s.run(t, "migrate", "create", "ß"); r.code != exitUsage || !strings.Contains(r.err, "name must have letters or digits") {
		t.Errorf("%+v", r)
	}
}

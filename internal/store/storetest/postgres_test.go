package storetest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	return db
}

func TestTheServerIsNewEnoughAndDatabasesMayBeCreated(t *testing.T) {
	url := Postgres(t)
	if url == "" {
		return // asked to do without
	}
	db := connect(t, url)
	var version int
	if err := db.QueryRow(t.Context(), `SELECT current_setting('server_version_num')::int / 10000`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	if version < oldest {
		t.Errorf("version %d, want %d or newer", version, oldest)
	}
	for _, statement := range []string{`CREATE DATABASE storetest_may_create`, `DROP DATABASE storetest_may_create`} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestAThrowAwayClusterSortsByAnEnglishCollationAndLeavesNothingBehind(t *testing.T) {
	seen := map[string]bool{}
	for _, bin := range programFolders() {
		if _, err := findBinaries([]binaries{bin}); err != nil || seen[bin.dir] {
			continue
		}
		seen[bin.dir] = true
		t.Run(bin.dir, func(t *testing.T) {
			c, err := startCluster(bin, forTests)
			if err != nil {
				t.Fatal(err)
			}
			defer c.stop()
			db := connect(t, c.url())
			var english bool
			var port string
			// Bytes would put B before a.
			if err := db.QueryRow(t.Context(), `SELECT 'a' < 'B', current_setting('listen_addresses')`).Scan(&english, &port); err != nil {
				t.Fatal(err)
			}
			if !english || port != "" {
				t.Errorf("english %v, listening on %q; want true and nothing", english, port)
			}
			c.stop()
			if _, err := os.Stat(c.dir); !os.IsNotExist(err) {
				t.Errorf("%s is still there", c.dir)
			}
		})
	}
}

// It is the process that the next test kills.
func TestVictim(t *testing.T) {
	if os.Getenv("STORETEST_VICTIM") == "" {
		return
	}
	c, err := startCluster(firstBinaries(t), forTests)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("cluster in " + c.dir + "\n"); err != nil {
		t.Fatal(err)
	}
	select {}
}

func firstBinaries(t *testing.T) binaries {
	t.Helper()
	bin, err := findBinaries(programFolders())
	switch {
	case err == nil:
	case os.Getenv(urlVariable) != "" && os.Getenv("CI") != "true":
		t.Skip("no cluster can be started here, and none has to be: the tests use a server of the person's own")
	default:
		t.Fatal(err)
	}
	return bin
}

func TestAKilledTestBinaryLeavesNothingBehind(t *testing.T) {
	firstBinaries(t)
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
	self.Env = append(os.Environ(), "STORETEST_VICTIM=1")
	out, err := self.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Start(); err != nil {
		t.Fatal(err)
	}
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		_, dir, _ = strings.Cut(lines.Text(), "cluster in ")
	}
	_, err = os.Stat(filepath.Join(dir, ".s.PGSQL.5432"))
	_ = self.Process.Signal(syscall.SIGKILL)
	_ = self.Wait()
	if err != nil {
		t.Fatalf("the victim's cluster in %q: %v", dir, err)
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		if time.Since(start) > 20*time.Second {
			t.Fatalf("%s is still there", dir)
		}
	}
}

func TestWhatIsCommittedToALastingClusterIsOnDisk(t *testing.T) {
	firstBinaries(t)
	url, stop, err := Lasting()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	conn := connect(t, url)
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var got string
		if err := conn.QueryRow(t.Context(), "SHOW "+setting).Scan(&got); err != nil || got != "on" {
			t.Errorf("%s is %q, %v", setting, got, err)
		}
	}
}

func TestWhereTheDatabaseIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		url, sqliteOnly, ci string
		want, problem       string
	}{
		"a server of one's own is taken as it is":           {url: "postgres://me@db/x", want: "postgres://me@db/x"},
		"SQLite only answers nothing":                       {sqliteOnly: "1", want: ""},
		"SQLite only wins over a server":                    {url: "postgres://me@db/x", sqliteOnly: "1", want: ""},
		"SQLite only is refused in CI":                      {sqliteOnly: "1", ci: "true", problem: "CI tests both"},
		"SQLite only is refused in CI even with a server":   {url: "postgres://me@db/x", sqliteOnly: "1", ci: "true", problem: "CI tests both"},
		"a variable with another value means nothing in CI": {url: "postgres://me@db/x", sqliteOnly: "0", ci: "true", want: "postgres://me@db/x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(urlVariable, c.url)
			t.Setenv(sqliteOnlyVariable, c.sqliteOnly)
			t.Setenv("CI", c.ci)
			got, err := find()
			switch {
			case c.problem == "" && (err != nil || got != c.want):
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
				t.Errorf("error %v, want one with %q", err, c.problem)
			}
		})
	}
}

// write makes a program that says it is some version.
func write(t *testing.T, version string) binaries {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // root's clusters are another user's
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return binaries{dir: dir}
}

func TestAnOldServerIsPassedOver(t *testing.T) {
	old, good := write(t, "14.9 (Debian)"), write(t, "17.2")
	if got, err := findBinaries([]binaries{{dir: t.TempDir()}, old, good}); err != nil || got != good {
		t.Errorf("got %v, %v; want %v", got, err, good)
	}
	if _, err := findBinaries([]binaries{old}); err == nil || !strings.Contains(err.Error(), "has version 14") {
		t.Errorf("error %v, want one that names the version", err)
	}
	if _, err := findBinaries(nil); err == nil {
		t.Error("no error though there is nothing")
	}
}

func TestAServerThatDoesNotStartIsReportedWithWhatItSaid(t *testing.T) {
	_, err := startCluster(write(t, "17.2"), forTests)
	if err == nil || !strings.Contains(err.Error(), "(PostgreSQL) 17.2") {
		t.Errorf("error %v, want one with the program's own words", err)
	}
}

func TestLinksThatNPMCannotCarryAreMade(t *testing.T) {
	native := filepath.Join(t.TempDir(), "native")
	if err := os.MkdirAll(filepath.Join(native, "lib"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"lib/libpq.so.5.18": "library",
		"pg-symlinks.json":  `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`,
	} {
		if err := os.WriteFile(filepath.Join(native, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // a second time finds them made
		if err := link(native); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(native, "lib/libpq.so.5")); err != nil || string(got) != "library" {
		t.Errorf("got %q, %v", got, err)
	}
}

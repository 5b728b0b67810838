package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/doctor"
	"mindflow/internal/notify/mailtest"
	"mindflow/internal/ratelimit/redistest"
	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// examine runs the doctor as a process of its own, and answers what it found.
func (s *shell) examine(t *testing.T, args ...string) (all []doctor.Finding, code int) {
	t.Helper()
	cmd := s.program(t, append([]string{"doctor", "--json"}, args...)...)
	out, err := cmd.Output()
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // its own
		t.Fatal(err)
	}
	var said examined
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if said.Worst == doctor.Wrong != (cmd.ProcessState.ExitCode() == exitFailed) {
		t.Errorf("it ends with %d where the worst is %s", cmd.ProcessState.ExitCode(), said.Worst)
	}
	for _, secret := range s.secrets() {
		if strings.Contains(string(out), secret) {
			t.Errorf("it prints %q: %s", secret, out)
		}
	}
	return said.Findings, cmd.ProcessState.ExitCode()
}

// secrets are what no finding may hold.
func (s *shell) secrets() []string {
	var secrets []string
	for _, name := range []string{"SECRET_KEY", "BACKUP_KEY"} {
		if value := s.env[name]; value != "" {
			secrets = append(secrets, value)
		}
	}
	for _, name := range []string{"DATABASE_URL", "MIGRATE_DATABASE_URL", "SMTP_URL", "REDIS_URL"} {
		if u, err := url.Parse(s.env[name]); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok {
				secrets = append(secrets, password, url.QueryEscape(password))
			}
		}
	}
	return secrets
}

// of are the findings of one check.
func of(all []doctor.Finding, check string) []doctor.Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f doctor.Finding) bool { return f.Check != check })
}

// finds holds what a check has found against what is expected.
func (s *shell) finds(t *testing.T, all []doctor.Finding, check string, state doctor.State, begins string) {
	t.Helper()
	found(t, of(all, check), state, begins)
}

// production is an installation on PostgreSQL as the operations guide says: a role
// that owns the tables, one that the server comes as, mail, Redis and backups.
func production(t *testing.T) (s *shell, database, owner, role string) {
	t.Helper()
	owner, role = storetest.Role(t), storetest.Role(t)
	database = storetest.Filled(t, `ALTER SCHEMA public OWNER TO `+owner)
	mails, redis := mailtest.Start(t, mailtest.Settings{}), redistest.Start(t)
	s = newShell(t)
	s.clock.t = time.Now() // as that of the database
	as := func(role string) string {
		u, err := url.Parse(database)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(role, "secret")
		return u.String()
	}
	s.env["DATABASE_URL"], s.env["MIGRATE_DATABASE_URL"] = as(role), as(owner)
	s.env["ENVIRONMENT"], s.env["SECRET_KEY"], s.env["SHUTDOWN_DELAY"] = "production", strings.Repeat("geheim", 6), "0"
	s.env["BACKUP_DIR"], s.env["BACKUP_KEY"] = t.TempDir(), "a passphrase of the tests"
	s.env["SMTP_URL"], s.env["MAIL_FROM"] = mails.URL("smtp"), "mindflow@example.org"
	s.env["SSL_CERT_FILE"], s.env["REDIS_URL"] = mails.RootsFile(), redis.URL()
	s.env["PUBLIC_URL"], s.env["TRUSTED_PROXIES"] = "https://localhost:1", "127.0.0.2" // nobody is there
	storetest.Execute(t, as(owner), `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO `+role)
	s.must(t, "migrate")
	s.must(t, "backup", filepath.Join(s.env["BACKUP_DIR"], "mindflow-"+time.Now().UTC().Format("20060102T150405Z")+".backup"))
	stop := s.serve(t)
	t.Cleanup(func() { stop() })
	s.env["LISTEN_ADDR"] = strings.TrimPrefix(s.env[serverVariable], "http://")
	return s, database, owner, role
}

func TestTheDoctorOfAnInstallationThatIsWell(t *testing.T) {
	s, _, _, role := production(t)
	pair := stage.Certificate(t, time.Now().Add(60*24*time.Hour+time.Hour), "localhost")
	s.env["PUBLIC_URL"] = front(t, s.env[serverVariable], pair, adds)
	s.knows(t, pair.Leaf)
	all, _ := s.examine(t)
	s.finds(t, all, "settings", doctor.OK, "all can be used, for production")
	s.finds(t, all, "server", doctor.OK, "the server at http://"+s.env["LISTEN_ADDR"]+" is ready")
	s.finds(t, all, "database", doctor.OK, "PostgreSQL ")
	if f := of(all, "database"); !strings.HasSuffix(f[0].Says, "; the server comes as "+role) {
		t.Error(f)
	}
	s.finds(t, all, "database", doctor.OK, "the same as that of the database")
	s.finds(t, all, "migrations", doctor.OK, "the schema is at version ")
	s.finds(t, all, "jobs", doctor.OK, "")
	s.finds(t, all, "backups", doctor.OK, "the newest one is less than a minute old: mindflow-")
	s.finds(t, all, "mail", doctor.OK, "127.0.0.1:")
	s.finds(t, all, "redis", doctor.OK, "127.0.0.1:")
	s.finds(t, all, "public", doctor.OK, s.env["PUBLIC_URL"]+" is healthy")
	s.finds(t, all, "tls", doctor.OK, "the certificate of localhost holds for 60 days")
	s.finds(t, all, "proxy", doctor.OK, "the server takes us for 127.0.0.1, and does not believe a made-up address")
	s.finds(t, all, "bodies", doctor.OK, "the proxy takes a file of 50 MB")
	delete(s.env, "MIGRATE_DATABASE_URL") // on the server it need not be known
	again, _ := s.examine(t)
	s.finds(t, again, "migrations", doctor.OK, "the schema is at version ")
	for _, f := range all {
		if f.State != doctor.OK && f.Check != "disk" { // of which this machine may be short
			t.Errorf("%+v", f)
		}
	}
}

// Each part is broken in turn, for real.
func TestTheDoctorOfAnInstallationThatIsIll(t *testing.T) {
	s, database, owner, role := production(t)
	also := func(changed ...string) []doctor.Finding {
		t.Helper()
		ill := &shell{clock: s.clock, env: maps.Clone(s.env)}
		for _, pair := range changed {
			name, value, _ := strings.Cut(pair, "=")
			ill.env[name] = value
		}
		all, code := ill.examine(t)
		if code != exitFailed {
			t.Errorf("it ends with %d", code)
		}
		return all
	}
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := silent.Addr().String()
	_ = silent.Close()

	all := also("SECRET_KEY=short", "LOG_LEVEL=loud", "LISTEN_ADDR="+closed, "SMTP_URL=smtps://nobody:wrongword@"+closed, "REDIS_URL=redis://:wrongword@"+closed, "BACKUP_KEY=another passphrase it is")
	s.finds(t, all, "settings", doctor.Wrong, "each key in SECRET_KEY must have at least 32 characters")
	s.finds(t, all, "settings", doctor.Wrong, "LOG_LEVEL must be debug, info, warn or error")
	s.finds(t, all, "server", doctor.Wrong, "the server at http://"+closed+" is not ready: ")
	s.finds(t, all, "mail", doctor.Wrong, closed+": the mail server cannot be reached")
	s.finds(t, all, "redis", doctor.Warning, closed+" does not answer")
	s.finds(t, all, "backups", doctor.Wrong, "mindflow-")
	s.finds(t, all, "public", doctor.Wrong, "https://localhost:1 is not reached")
	s.finds(t, all, "tls", doctor.Wrong, "no TLS at localhost:1")

	all = also("SMTP_URL="+strings.Replace(s.env["SMTP_URL"], "p%40ss", "wrongword", 1), "BACKUP_DIR="+t.TempDir(), "DATABASE_URL="+s.env["MIGRATE_DATABASE_URL"], "PUBLIC_URL=")
	s.finds(t, all, "mail", doctor.Wrong, s.host("SMTP_URL")+": the mail server lets nobody in: ")
	s.finds(t, all, "backups", doctor.Wrong, "there is none in ")
	s.finds(t, all, "database", doctor.Wrong, "the server's role "+owner+" may change tables: it may create tables in the schema public, owns ")
	s.finds(t, all, "settings", doctor.Wrong, "PUBLIC_URL is required where SMTP_URL is set")

	storetest.Execute(t, database, `REVOKE UPDATE ON tasks FROM `+role+`; ALTER DEFAULT PRIVILEGES FOR ROLE `+owner+` REVOKE DELETE ON TABLES FROM `+role+`;
		INSERT INTO jobs (id, queue, kind, payload, asked, run_at, attempts, created_at) VALUES ('00000000-0000-7000-8000-000000000001', 'mails', 'none', '', 1, 1, 0, 1);
		INSERT INTO jobs (id, queue, kind, payload, asked, run_at, attempts, created_at, failed_at, last_error) VALUES ('00000000-0000-7000-8000-000000000002', 'reminders', 'none', '', 1, 1, 9, 1, 1, 'no')`)
	s.must(t, "migrate", "down", "--lose-data")
	all = also("BACKUP_DIR=" + filepath.Join(t.TempDir(), "none"))
	s.finds(t, all, "database", doctor.Wrong, "the server's role "+role+" lacks UPDATE on tasks")
	s.finds(t, all, "database", doctor.Wrong, "tables that the next migration makes will lack DELETE for "+role)
	s.finds(t, all, "migrations", doctor.Wrong, "the schema is at version ")
	s.finds(t, all, "server", doctor.Wrong, "the server at http://"+s.env["LISTEN_ADDR"]+" is not ready: its database does not answer, or the schema is behind")
	s.finds(t, all, "jobs", doctor.Wrong, "1 of the queue mails wait, the first of them for ")
	s.finds(t, all, "jobs", doctor.Warning, "1 of the queue reminders were given up")
	s.finds(t, all, "disk", doctor.Wrong, "BACKUP_DIR cannot be used: ")

	all = also("DATABASE_URL=postgres://"+role+":wrongword@"+closed+"/none", "MIGRATE_DATABASE_URL=postgres://"+role+":wrongword@"+closed+"/none")
	s.finds(t, all, "database", doctor.Wrong, "it does not answer: ")
	s.finds(t, all, "migrations", doctor.Wrong, "the steps cannot be read: ")
}

// host is that of a setting.
func (s *shell) host(setting string) string { return hostOf(s.env[setting]) }

// A file on SQLite that is not there is not made. Seen red with a doctor that opened it.
func TestTheDoctorMakesNothing(t *testing.T) {
	s := newShell(t)
	s.env["LISTEN_ADDR"] = "127.0.0.1:1"
	r := s.run(t, "doctor")
	if r.code != exitFailed || !strings.Contains(r.out, "there is no database at ") || !strings.HasPrefix(r.err, "mindflow: ") {
		t.Errorf("%+v", r)
	}
	if left, err := os.ReadDir(s.env["DATA_DIR"]); err != nil || len(left) > 0 {
		t.Errorf("it makes %v, %v", left, err)
	}
}

func TestTheDoctorOnSQLite(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	s.env["LISTEN_ADDR"] = strings.TrimPrefix(s.env[serverVariable], "http://")
	r := s.run(t, "doctor")
	if r.code != exitDone || r.err != "" || !strings.Contains(r.out, "  database    SQLite 3.") || !strings.Contains(r.out, "ok  ") {
		t.Errorf("%+v", r)
	}
}

// Seen red with values whose quotes were kept.
func TestTheDoctorReadsAFileOfSettings(t *testing.T) {
	s := newShell(t)
	s.serve(t)
	file := filepath.Join(t.TempDir(), "mindflow.env")
	content := "# settings\n; more\nLISTEN_ADDR=\"" + strings.TrimPrefix(s.env[serverVariable], "http://") + "\"\nLOG_LEVEL='warn'\n\nMAIL_FROM=MindFlow \\\n<a@example.org>\nnothing\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.run(t, "doctor", "--env-file", file)
	if r.code != exitDone || !strings.Contains(r.out, file+" is read by who may read it alone (0600)") {
		t.Errorf("%+v", r)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	r = s.run(t, "doctor", "--env-file="+file)
	if r.code != exitFailed || !strings.Contains(r.out, file+" has the mode 0644") || r.err != "mindflow: 1 wrong\n" {
		t.Errorf("%+v", r)
	}
	if r := s.run(t, "doctor", "--env-file="+file+"x"); r.code != exitFailed || r.out != "" {
		t.Errorf("%+v", r)
	}
	got := withFile(map[string]string{"A": "1", "B": "2"}, "A = x y \nexport B=3\nC=\"a\\\"b\\\\c\"\nD='it''s'\nE='\n#F=1\n")
	if got["A"] != "x y" || got["B"] != "2" || got["C"] != `a"b\c` || got["D"] != "it''s" || got["E"] != "'" || len(got) != 5 {
		t.Errorf("%q", got)
	}
}

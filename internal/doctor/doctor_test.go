package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mindflow/internal/mindflow"
)

var now = time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)

// Seen red with checks that ran one after the other, and with one that was waited for.
func TestPartsAreLookedAtSideBySideAndEachForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := func(context.Context) []Finding { time.Sleep(8 * time.Second); return []Finding{ok("slow")} }
		findings := Examine(t.Context(), []Check{
			{"one", slow},
			{"hangs", func(context.Context) []Finding { time.Sleep(time.Minute); return nil }},
			{"heeds", func(ctx context.Context) []Finding {
				<-ctx.Done()
				return []Finding{warning("Look.", "it took too long")}
			}},
			{"fails", func(context.Context) []Finding { panic("oh") }},
			{"other", slow},
		}, 10*time.Second)
		if took := time.Since(began); took != 11*time.Second {
			t.Errorf("it took %s", took)
		}
		var got []string
		for _, f := range findings {
			got = append(got, string(f.State)+" "+f.Check+": "+f.Says)
		}
		want := "ok one: slow; wrong hangs: no answer within 10s; warning heeds: it took too long; wrong fails: the check itself failed: "
		if said := strings.Join(got, "; "); !strings.HasPrefix(said, want) || !strings.HasSuffix(said, "; ok other: slow") {
			t.Error(said)
		}
		if Worst(findings) != Wrong || Worst(findings[2:3]) != Warning || Worst(findings[:1]) != OK || Worst(nil) != OK {
			t.Error("the worst is another")
		}
		time.Sleep(time.Minute) // what hung is over
	})
}

func TestWhatIsJudged(t *testing.T) {
	installation := func(change func(*Installation)) Installation {
		i := Installation{Environment: "production", Production: true, PublicURL: "https://mind.example.org", Backups: true, Mails: true}
		change(&i)
		return i
	}
	good := mindflow.DatabaseCondition{Product: "PostgreSQL 17.2", Version: 170002, Encoding: "UTF8", Locale: "C.UTF-8", Role: mindflow.RoleCondition{Name: "server"}}
	with := func(change func(*mindflow.DatabaseCondition)) mindflow.DatabaseCondition {
		c := good
		change(&c)
		return c
	}
	powerful := with(func(c *mindflow.DatabaseCondition) { c.Role.Powers = []string{"is a superuser"} })
	clock := func(apart time.Duration) []Finding {
		return []Finding{Clock("it", now.Add(apart), now, now.Add(100*time.Millisecond), time.Second)}
	}
	for name, row := range map[string]struct {
		findings []Finding
		state    State
		says     string
	}{
		"settings":            {Settings(installation(func(*Installation) {})), OK, "all can be used, for production"},
		"wrong settings":      {Settings(installation(func(i *Installation) { i.Wrong = []string{"DEBUG must be off in production"} })), Wrong, "DEBUG must be off in production"},
		"no address":          {Settings(installation(func(i *Installation) { i.PublicURL = "" })), Warning, "PUBLIC_URL is not set"},
		"no backups":          {Settings(installation(func(i *Installation) { i.Backups = false })), Warning, "BACKUP_DIR is not set"},
		"no mails":            {Settings(installation(func(i *Installation) { i.Mails = false })), Warning, "SMTP_URL is not set"},
		"https in a test":     {Settings(Installation{Environment: "testing", PublicURL: "https://mind.example.org"}), Warning, "ENVIRONMENT is testing"},
		"a developer's":       {Settings(Installation{Environment: "development"}), OK, "all can be used, for development"},
		"a database":          {Database(good, true), OK, "PostgreSQL 17.2, UTF8, C.UTF-8; the server comes as server"},
		"a file":              {Database(mindflow.DatabaseCondition{Product: "SQLite 3.51", Encoding: "UTF-8"}, true), OK, "SQLite 3.51, UTF-8"},
		"an old database":     {Database(with(func(c *mindflow.DatabaseCondition) { c.Product, c.Version = "PostgreSQL 14.9", 140009 }), true), Wrong, "PostgreSQL 14.9 is too old"},
		"an encoding":         {Database(with(func(c *mindflow.DatabaseCondition) { c.Encoding = "SQL_ASCII" }), true), Wrong, "its texts are SQL_ASCII and not UTF8"},
		"a powerful role":     {Database(powerful, true), Wrong, "the server's role server may change tables: it is a superuser"},
		"one in development":  {Database(powerful, false), OK, "PostgreSQL 17.2"},
		"a role that lacks":   {Database(with(func(c *mindflow.DatabaseCondition) { c.Role.Lacks = []string{"A on a", "B on b", "C on c", "D on d"} }), false), Wrong, "the server's role server lacks A on a, B on b, C on c and 1 more"},
		"a role of tomorrow":  {Database(with(func(c *mindflow.DatabaseCondition) { c.Role.LacksLater = []string{"DELETE"} }), false), Wrong, "tables that the next migration makes will lack DELETE for server"},
		"no database":         {DatabaseAway(errors.New("refused")), Wrong, "it does not answer: refused"},
		"the newest schema":   {Migrations(9, 9, 0), OK, "the schema is at version 9, the newest"},
		"a schema behind":     {Migrations(8, 9, 1), Wrong, "the schema is at version 8, and this program needs 9"},
		"a schema ahead":      {Migrations(10, 9, 0), Warning, "the schema is at version 10, made by a newer program"},
		"no schema":           {MigrationsAway(errors.New("refused")), Wrong, "the steps cannot be read: refused"},
		"the same clock":      {clock(0), OK, "the same as that of it"},
		"a clock of seconds":  {clock(-time.Second), OK, "the same as that of it"},
		"a clock behind":      {clock(-4 * time.Second), Warning, "the clock here and that of it are 3s apart"},
		"a clock far behind":  {clock(-7 * time.Second), Wrong, "the clock here and that of it are 6s apart"},
		"a clock ahead":       {clock(6 * time.Second), Wrong, "the clock here and that of it are 5.9s apart"},
		"a backup":            {Backups("/b", "x.backup", now.Add(-26*time.Hour), nil, now), OK, "the newest one is 26 h old: x.backup"},
		"an old backup":       {Backups("/b", "x.backup", now.Add(-27*time.Hour), nil, now), Wrong, "the newest one is 27 h old: x.backup"},
		"a very old backup":   {Backups("/b", "x.backup", now.Add(-8*24*time.Hour), nil, now), Wrong, "the newest one is 8 days old"},
		"a broken backup":     {Backups("/b", "x.backup", now, errors.New("damaged"), now), Wrong, "x.backup cannot be read: damaged"},
		"no backup":           {Backups("/b", ".", time.Time{}, nil, now), Wrong, "there is none in /b"},
		"no folder of them":   {BackupsAway(errors.New("denied")), Wrong, "the folder of backups cannot be read: denied"},
		"jobs":                {Jobs([]mindflow.QueueLength{{Queue: "mails", Due: 1, Later: 2, Oldest: now.Add(-time.Minute)}}, now), OK, "3 wait for their time, none was given up"},
		"jobs that wait":      {Jobs([]mindflow.QueueLength{{Queue: "mails", Due: 1, Oldest: now.Add(-3 * time.Minute)}}, now), Warning, "1 of the queue mails wait, the first of them for 3 min"},
		"jobs that wait long": {Jobs([]mindflow.QueueLength{{Queue: "mails", Due: 7, Oldest: now.Add(-time.Hour)}}, now), Wrong, "7 of the queue mails wait, the first of them for 1 h"},
		"jobs given up":       {Jobs([]mindflow.QueueLength{{Queue: "mails", Failed: 2}}, now), Warning, "2 of the queue mails were given up"},
		"a server":            {Server("http://x", true, ""), OK, "the server at http://x is ready"},
		"no server":           {Server("http://x", false, "gone"), Wrong, "the server at http://x is not ready: gone"},
		"mail":                {Mail("m:587", nil), OK, "m:587 lets us in; nothing was sent"},
		"no mail":             {Mail("m:587", errors.New("535")), Wrong, "m:587: 535"},
		"redis":               {Redis("r", nil), OK, "r answers"},
		"no redis":            {Redis("r", errors.New("refused")), Warning, "r does not answer: refused"},
		"room":                {[]Finding{room{bytes: 100 << 30, freeBytes: 50 << 30, files: 100, freeFiles: 90}.judge("it", "/d")}, OK, "it (/d): 50 GB of 100 GB free"},
		"a large disk":        {[]Finding{room{bytes: 1000 << 30, freeBytes: 20 << 30}.judge("it", "/d")}, OK, "it (/d): 20 GB of 1000 GB free"},
		"little room":         {[]Finding{room{bytes: 100 << 30, freeBytes: 9 << 30, files: 100, freeFiles: 90}.judge("it", "/d")}, Warning, "it (/d): 9216 MB of 100 GB free"},
		"hardly any room":     {[]Finding{room{bytes: 10 << 30, freeBytes: 200 << 20}.judge("it", "/d")}, Wrong, "it (/d): 200 MB of 10 GB free"},
		"few files":           {[]Finding{room{bytes: 100 << 30, freeBytes: 50 << 30, files: 100, freeFiles: 5}.judge("it", "/d")}, Warning, "it (/d): 50 GB of 100 GB free, but only 5 of 100 files"},
		"hardly any file":     {[]Finding{room{bytes: 100 << 30, freeBytes: 50 << 30, files: 100, freeFiles: 1}.judge("it", "/d")}, Wrong, "it (/d): 50 GB of 100 GB free, but only 1 of 100 files"},
	} {
		t.Run(name, func(t *testing.T) {
			if len(row.findings) != 1 || row.findings[0].State != row.state || !strings.HasPrefix(row.findings[0].Says, row.says) {
				t.Fatalf("found %+v", row.findings)
			}
			if do := row.findings[0].Do; (do == "") != (row.state == OK) || do != "" && !strings.HasSuffix(do, ".") {
				t.Errorf("it says to do %q", do)
			}
		})
	}
}

// Seen red with a folder that was only looked at.
func TestAFolderIsTried(t *testing.T) {
	dir := t.TempDir()
	one := func(findings []Finding, state State, says string) {
		t.Helper()
		if len(findings) > 1 || state != OK && (len(findings) == 0 || findings[0].State != state || !strings.HasPrefix(findings[0].Says, says)) {
			t.Errorf("found %+v", findings)
		}
	}
	if findings := Folder("DATA_DIR", dir, true); len(findings) == 1 && !strings.HasPrefix(findings[0].Says, "DATA_DIR ("+dir+"): ") {
		t.Errorf("found %+v", findings)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	one(Folder("DATA_DIR", filepath.Join(dir, "none"), true), Wrong, "DATA_DIR cannot be used: ")
	one(Folder("DATA_DIR", "/proc", true), Wrong, "DATA_DIR takes no files: ")
	one(Folder("the database's folder", "/proc", false), OK, "")
}

func TestWhoMayReadTheSettings(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mindflow.env")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, state := range map[fs.FileMode]State{0o600: OK, 0o640: OK, 0o400: OK, 0o644: Wrong, 0o660: Wrong, 0o604: Wrong} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if findings := SettingsFile(name, info, err); len(findings) != 1 || findings[0].State != state {
			t.Errorf("%04o: found %+v", mode, findings)
		}
	}
	if findings := SettingsFile(name, nil, fs.ErrPermission); findings[0].State != Wrong {
		t.Errorf("found %+v", findings)
	}
}

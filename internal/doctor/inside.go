package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// Installation is what the settings say of an installation.
type Installation struct {
	Wrong          []string // sentences, each about a setting that cannot be used
	Environment    string
	Production     bool
	PublicURL      string // "" where none is set
	Backups, Mails bool   // whether some are made, and sent
}

// Settings judges what the settings say, and whether production lacks any.
func Settings(i Installation) []Finding {
	var findings []Finding
	for _, sentence := range i.Wrong {
		findings = append(findings, wrong("Set it right and restart the server: it does not start with it.", "%s", sentence))
	}
	if i.Production && i.PublicURL == "" {
		findings = append(findings, warning("Set it to the address people reach the server at; then the proxy and its certificate are looked at, too.", "PUBLIC_URL is not set"))
	}
	if i.Production && !i.Backups {
		findings = append(findings, warning("Name a folder on a disk that is copied elsewhere.", "BACKUP_DIR is not set, so there are no daily backups"))
	}
	if i.Production && !i.Mails {
		findings = append(findings, warning("Name a mail server.", "SMTP_URL is not set, so nobody can set a forgotten password"))
	}
	if !i.Production && strings.HasPrefix(i.PublicURL, "https:") {
		findings = append(findings, warning("Set ENVIRONMENT=production.", "ENVIRONMENT is %s, though people come by https", i.Environment))
	}
	if len(findings) == 0 {
		findings = append(findings, ok("all can be used, for %s", i.Environment))
	}
	return findings
}

// SettingsFile judges who may read a file of settings, and write to it.
func SettingsFile(name string, info fs.FileInfo, err error) []Finding {
	const (
		groupWrites = 0o020
		others      = 0o007
	)
	if err != nil {
		return []Finding{wrong("Name the file the server reads its settings from, and run this as a user who may read it.", "the file of settings cannot be read: %v", err)}
	}
	if mode := info.Mode().Perm(); mode&(groupWrites|others) != 0 {
		return []Finding{wrong("Run chmod 600 "+name+" and see that the server's user owns it: it holds secrets.",
			"%s has the mode %04o: more people than the server's user may read or change it", name, mode)}
	}
	return []Finding{ok("%s is read by who may read it alone (%04o)", name, info.Mode().Perm())}
}

// oldestPostgres is the oldest version that is supported.
const oldestPostgres = 150000

// Database judges what the database says of itself.
func Database(c mindflow.DatabaseCondition, production bool) []Finding {
	var findings []Finding
	if c.Version > 0 && c.Version < oldestPostgres {
		findings = append(findings, wrong("Move to PostgreSQL 15 or newer, by pg_upgrade or a backup that is restored there.", "%s is too old", c.Product))
	}
	if strings.ReplaceAll(strings.ToUpper(c.Encoding), "-", "") != "UTF8" {
		findings = append(findings, wrong("Make a database with ENCODING 'UTF8' TEMPLATE template0 and restore a backup into it.", "its texts are %s and not UTF8", c.Encoding))
	}
	findings = append(findings, role(c.Role, production)...)
	if len(findings) > 0 {
		return findings
	}
	says := c.Product + ", " + c.Encoding
	if c.Locale != "" {
		says += ", " + c.Locale
	}
	if c.Role.Name != "" {
		says += "; the server comes as " + c.Role.Name
	}
	return []Finding{ok("%s", says)}
}

// role judges what the server's role may do: in production too much is wrong, and
// too little everywhere.
func role(r mindflow.RoleCondition, production bool) (findings []Finding) {
	if len(r.Powers) > 0 && production {
		findings = append(findings, wrong(
			"Give the tables to a role of their own, name it in MIGRATE_DATABASE_URL, and let the server come as one that may only read and write rows (see Migrations in docs/operations.md).",
			"the server's role %s may change tables: it %s", r.Name, strings.Join(r.Powers, ", ")))
	}
	if len(r.Lacks) > 0 {
		more := ""
		if n := len(r.Lacks); n > 3 {
			more = fmt.Sprintf(" and %d more", n-3)
		}
		findings = append(findings, wrong("As the tables' owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+r.Name+".",
			"the server's role %s lacks %s%s", r.Name, strings.Join(r.Lacks[:min(3, len(r.Lacks))], ", "), more))
	}
	if len(r.LacksLater) > 0 {
		findings = append(findings, wrong("As the tables' owner: ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "+r.Name+".",
			"tables that the next migration makes will lack %s for %s", strings.Join(r.LacksLater, ", "), r.Name))
	}
	return findings
}

// DatabaseAway is a database that cannot be asked.
func DatabaseAway(err error) []Finding {
	return []Finding{wrong("Start it, or name the right one in DATABASE_URL.", "it does not answer: %v", err)}
}

// Migrations judges where the schema stands to this program.
func Migrations(version, head int64, behind int) []Finding {
	switch {
	case behind > 0:
		return []Finding{wrong("Make a backup and run mindflow migrate.", "the schema is at version %d, and this program needs %d", version, head)}
	case version > head:
		return []Finding{warning("Run the doctor of the newer program, or go down with that one.", "the schema is at version %d, made by a newer program than this one, which knows %d", version, head)}
	}
	return []Finding{ok("the schema is at version %d, the newest", version)}
}

// MigrationsAway is a schema that cannot be read.
func MigrationsAway(err error) []Finding {
	return []Finding{wrong("See that MIGRATE_DATABASE_URL names the same database for the role that owns its tables.", "the steps cannot be read: %v", err)}
}

// The most that clocks may differ. Codes of a second factor hold for half a minute,
// and one before and after.
const (
	mostApart    = 5 * time.Second
	suspectApart = 2 * time.Second
)

// Clock judges another clock, asked between two moments of ours, which tells its time
// in steps of so much.
func Clock(whose string, theirs, before, after time.Time, steps time.Duration) Finding {
	apart := time.Duration(0)
	switch {
	case theirs.Add(steps).Before(before):
		apart = before.Sub(theirs.Add(steps))
	case theirs.After(after):
		apart = theirs.Sub(after)
	}
	const do = "Keep the clocks of all machines by NTP (timedatectl set-ntp true): codes of second factors and tokens go by them."
	rounded := apart.Round(100 * time.Millisecond)
	switch {
	case apart > mostApart:
		return wrong(do, "the clock here and that of %s are %s apart", whose, rounded)
	case apart > suspectApart:
		return warning(do, "the clock here and that of %s are %s apart", whose, rounded)
	}
	return ok("the same as that of %s", whose)
}

// oldestBackup is a day and two hours: time for one that has to be tried again.
const oldestBackup = 26 * time.Hour

// Backups judges the newest backup of a folder. A zero moment is that of none.
func Backups(dir, file string, madeAt time.Time, broken error, now time.Time) []Finding {
	age := now.Sub(madeAt)
	switch {
	case madeAt.IsZero():
		return []Finding{wrong("See what the log says of backups, and run mindflow backup once.", "there is none in %s", dir)}
	case broken != nil:
		return []Finding{wrong("Run mindflow backup --verify on it, and see that BACKUP_KEY is the key it was made with.", "%s cannot be read: %v", file, broken)}
	case age > oldestBackup:
		return []Finding{wrong("See what the log says of backups, and whether a server runs at BACKUP_TIME.", "the newest one is %s old: %s", rounded(age), file)}
	}
	return []Finding{ok("the newest one is %s old: %s", rounded(age), file)}
}

// BackupsAway is a folder of backups that cannot be read.
func BackupsAway(err error) []Finding {
	return []Finding{wrong("Let the server's user read and write BACKUP_DIR.", "the folder of backups cannot be read: %v", err)}
}

// rounded is a span as people say it.
func rounded(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 3*24*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// How long a job may be due before nobody seems to take it up.
const (
	longDue    = 2 * time.Minute
	tooLongDue = 15 * time.Minute
)

// Jobs judges what waits, and what was given up.
func Jobs(queues []mindflow.QueueLength, now time.Time) []Finding {
	var findings []Finding
	waiting := 0
	for _, q := range queues {
		waiting += q.Due + q.Later
		if q.Failed > 0 {
			findings = append(findings, warning("Read why in the table jobs, and have them done once more (see Work that waits in docs/operations.md).",
				"%d of the queue %s were given up", q.Failed, q.Queue))
		}
		if q.Due == 0 || q.Oldest.IsZero() {
			continue
		}
		due := now.Sub(q.Oldest)
		const do = "See that a server runs, that it does this kind of work (mails need SMTP_URL), and what its log says of jobs."
		if due > tooLongDue {
			findings = append(findings, wrong(do, "%d of the queue %s wait, the first of them for %s", q.Due, q.Queue, rounded(due)))
		} else if due > longDue {
			findings = append(findings, warning(do, "%d of the queue %s wait, the first of them for %s", q.Due, q.Queue, rounded(due)))
		}
	}
	if len(findings) == 0 {
		findings = append(findings, ok("%d wait for their time, none was given up", waiting))
	}
	return findings
}

// Server judges whether the server of this machine is ready.
func Server(at string, ready bool, why string) []Finding {
	if !ready {
		return []Finding{wrong("Start it, and read what its log says.", "the server at %s is not ready: %s", at, why)}
	}
	return []Finding{ok("the server at %s is ready", at)}
}

// Mail judges a mail server that was tried.
func Mail(at string, err error) []Finding {
	if err != nil {
		return []Finding{wrong("See that SMTP_URL has the server, port, user and password that your mail provider names, and that its port is open from here.", "%s: %v", at, err)}
	}
	return []Finding{ok("%s lets us in; nothing was sent", at)}
}

// Redis judges a Redis that was asked. Without it a server goes on alone.
func Redis(at string, err error) []Finding {
	if err != nil {
		return []Finding{warning("Start it, or name the right one in REDIS_URL: until then each server counts its rate limits alone.", "%s does not answer: %v", at, err)}
	}
	return []Finding{ok("%s answers", at)}
}

// Folder looks at a folder that has to have room, and be writable where the
// server writes by itself.
func Folder(what, dir string, writes bool) []Finding {
	if _, err := os.Stat(dir); err != nil {
		return []Finding{wrong("Make the folder, owned by the server's user.", "%s cannot be used: %v", what, err)}
	}
	if writes {
		if err := tryWriting(dir); err != nil {
			return []Finding{wrong("Give the folder to the server's user, and run this as that user.", "%s takes no files: %v", what, err)}
		}
	}
	room, known := roomIn(dir)
	if !known {
		return nil
	}
	return []Finding{room.judge(what, dir)}
}

func tryWriting(dir string) error {
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}

// room is how much a disk holds, and how many files; none is known where it does
// not count them.
type room struct {
	bytes, freeBytes uint64
	files, freeFiles uint64
}

// What a disk must have left.
const (
	scarceBytes, lowBytes     = 256 << 20, 2 << 30
	scarcePercent, lowPercent = 3, 10
)

func (r room) judge(what, dir string) Finding {
	const do = "Make room or enlarge the disk: changes are refused once it is full."
	bytes, files := percent(r.freeBytes, r.bytes), percent(r.freeFiles, r.files)
	says := fmt.Sprintf("%s (%s): %s of %s free", what, dir, size(r.freeBytes), size(r.bytes))
	switch {
	case r.freeBytes < scarceBytes, bytes < scarcePercent && r.freeBytes < lowBytes:
		return wrong(do, "%s", says)
	case r.files > 0 && files < scarcePercent:
		return wrong("Remove files that nobody needs: the disk takes hardly any more of them.", "%s, but only %d of %d files", says, r.freeFiles, r.files)
	case r.freeBytes < lowBytes, bytes < lowPercent && r.freeBytes < 5*lowBytes:
		return warning(do, "%s", says)
	case r.files > 0 && files < lowPercent:
		return warning("Remove files that nobody needs: the disk takes few more of them.", "%s, but only %d of %d files", says, r.freeFiles, r.files)
	}
	return ok("%s", says)
}

func percent(part, whole uint64) uint64 {
	if whole == 0 {
		return 100
	}
	return uint64(float64(part) / float64(whole) * 100)
}

func size(bytes uint64) string {
	if bytes < 10<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d GB", bytes>>30)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/config"
	"mindflow/internal/credentials"
	"mindflow/internal/doctor"
	"mindflow/internal/formats/archive"
	"mindflow/internal/mindflow"
	"mindflow/internal/notify"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/transport/rest"
)

type doctorCommand struct {
	EnvFile string `placeholder:"FILE" complete:"files" help:"Read the settings from the file that the server's unit names, and look at who may read it."`
	JSON    bool   `name:"json" help:"Print the findings as JSON."`
}

// checkTime is how long each part may take to be looked at.
const checkTime = 10 * time.Second

// examined are all findings, as scripts read them.
type examined struct {
	Worst    doctor.State     `json:"worst"`
	Findings []doctor.Finding `json:"findings"`
}

// Run looks at the installation that the settings name.
func (cmd doctorCommand) Run(c *console) error {
	e, err := cmd.examination(c)
	if err != nil {
		return err
	}
	findings := doctor.Examine(c.ctx, e.checks(), checkTime)
	e.close()
	if cmd.JSON {
		err = writeJSON(c.out, examined{doctor.Worst(findings), findings})
	} else {
		_, err = fmt.Fprint(c.out, findingTable(findings))
	}
	if err != nil {
		return err
	}
	if n := len(slices.DeleteFunc(findings, func(f doctor.Finding) bool { return f.State != doctor.Wrong })); n > 0 {
		return fmt.Errorf("%d wrong", n)
	}
	return nil
}

// findingTable lays findings out, one on a line, and below each what to do.
func findingTable(findings []doctor.Finding) string {
	var text strings.Builder
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		says := f.Says
		if f.Do != "" {
			says += ". " + f.Do
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\n", f.State, f.Check, printable(says))
	}
	_ = columns.Flush() // a Builder takes everything
	return text.String()
}

// examination is what the checks share.
type examination struct {
	console  *console
	settings config.Config
	wrong    []string // sentences about settings
	envFile  string
	opened   func() (*store.Store, error)
}

func (cmd doctorCommand) examination(c *console) (*examination, error) {
	env := c.env
	if cmd.EnvFile != "" {
		raw, err := os.ReadFile(cmd.EnvFile)
		if err != nil {
			return nil, fmt.Errorf("read settings: %w", err)
		}
		env = withFile(c.env, string(raw))
		info, err := os.Stat(cmd.EnvFile)
		if err == nil {
			err = become(info)
		}
		if err != nil {
			return nil, err
		}
	}
	e := &examination{console: c, envFile: cmd.EnvFile}
	e.settings, e.wrong = config.Examine(env)
	e.opened = sync.OnceValues(func() (*store.Store, error) {
		if file, missing := store.MissingFile(e.settings.DatabaseURL); missing {
			return nil, fmt.Errorf("there is no database at %s", file)
		}
		return store.Open(c.ctx, e.settings.DatabaseURL, c.clock)
	})
	return e, nil
}

func (e *examination) close() {
	if s, err := e.opened(); err == nil {
		closed := make(chan struct{})
		go func() { _ = s.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(closingTime): // it hangs, as the checks have said
		}
	}
}

// can reports whether a setting can be used.
func (e *examination) can(setting string) bool {
	return !slices.ContainsFunc(e.wrong, func(sentence string) bool { return strings.HasPrefix(sentence, setting+" ") })
}

func (e *examination) checks() []doctor.Check {
	checks := []doctor.Check{{Name: "settings", Look: e.lookAtSettings}}
	for _, check := range []struct {
		wanted bool
		name   string
		look   func(context.Context) []doctor.Finding
	}{
		{e.can("LISTEN_ADDR"), "server", e.lookAtServer},
		{true, "database", e.lookAtDatabase},
		{true, "migrations", e.lookAtMigrations},
		{true, "jobs", e.lookAtJobs},
		{true, "disk", e.lookAtDisk},
		{e.settings.BackupDir != "", "backups", e.lookAtBackups},
		{e.settings.SMTPURL != "" && e.can("SMTP_URL") && e.can("MAIL_FROM"), "mail", e.lookAtMail},
		{e.settings.RedisURL != "" && e.can("REDIS_URL"), "redis", e.lookAtRedis},
	} {
		if check.wanted {
			checks = append(checks, doctor.Check{Name: check.name, Look: check.look})
		}
	}
	if e.settings.PublicURL == "" || !e.can("PUBLIC_URL") {
		return checks
	}
	outside := e.outside()
	return append(checks,
		doctor.Check{Name: "public", Look: func(ctx context.Context) []doctor.Finding { return outside.Public(ctx, version) }},
		doctor.Check{Name: "tls", Look: outside.TLS},
		doctor.Check{Name: "proxy", Look: outside.Proxy},
		doctor.Check{Name: "bodies", Look: outside.Bodies},
	)
}

func (e *examination) lookAtSettings(context.Context) []doctor.Finding {
	s := e.settings
	findings := doctor.Settings(doctor.Installation{
		Wrong: e.wrong, Environment: s.Environment, Production: s.Production(),
		PublicURL: s.PublicURL, Backups: s.BackupDir != "", Mails: s.SMTPURL != "",
	})
	if e.envFile != "" {
		info, err := os.Stat(e.envFile)
		findings = append(findings, doctor.SettingsFile(e.envFile, info, err)...)
	}
	return findings
}

func (e *examination) lookAtServer(ctx context.Context) []doctor.Finding {
	r := askReady(ctx, "http://"+reachable(e.settings.ListenAddr))
	return doctor.Server(r.URL, r.Ready, r.Why)
}

// lookAtDatabase looks at its clock, too.
func (e *examination) lookAtDatabase(ctx context.Context) []doctor.Finding {
	s, err := e.opened()
	if err != nil {
		return doctor.DatabaseAway(err)
	}
	before := e.console.clock()
	condition, err := s.Condition(ctx)
	if err != nil {
		return doctor.DatabaseAway(err)
	}
	findings := doctor.Database(condition, e.settings.Production())
	if !condition.Clock.IsZero() {
		findings = append(findings, doctor.Clock("the database", condition.Clock, before, e.console.clock(), 0))
	}
	return findings
}

// lookAtMigrations reads the steps as the role that takes them.
func (e *examination) lookAtMigrations(context.Context) []doctor.Finding {
	if file, missing := store.MissingFile(e.settings.SchemaURL()); missing {
		return doctor.MigrationsAway(fmt.Errorf("there is no database at %s", file))
	}
	schema, err := store.OpenSchema(e.settings.SchemaURL())
	if err != nil {
		return doctor.MigrationsAway(err)
	}
	s, err := standingOf(e.console, schema)
	if err := errors.Join(err, schema.Close()); err != nil {
		return doctor.MigrationsAway(err)
	}
	return doctor.Migrations(s.Version, s.Head, s.Behind)
}

func (e *examination) lookAtJobs(ctx context.Context) []doctor.Finding {
	s, err := e.opened()
	if err != nil {
		return nil // as the database's check says
	}
	queues, err := s.QueueLengths(ctx, e.console.clock())
	if err != nil {
		return nil
	}
	return doctor.Jobs(queues, e.console.clock())
}

// lookAtDisk looks at the folders the server and its database write to.
func (e *examination) lookAtDisk(ctx context.Context) []doctor.Finding {
	var findings []doctor.Finding
	s, err := e.opened()
	if err == nil {
		if condition, err := s.Condition(ctx); err == nil && condition.Folder != "" {
			findings = append(findings, doctor.Folder("the database's folder", condition.Folder, condition.Version == 0)...)
			if filepath.Clean(e.settings.DataDir) == condition.Folder {
				return append(findings, e.backupFolder()...)
			}
		}
	}
	if _, err := os.Stat(e.settings.DataDir); err == nil { // with a key and a PostgreSQL nothing is in it
		findings = append(findings, doctor.Folder("DATA_DIR", e.settings.DataDir, true)...)
	}
	return append(findings, e.backupFolder()...)
}

func (e *examination) backupFolder() []doctor.Finding {
	if e.settings.BackupDir == "" {
		return nil
	}
	return doctor.Folder("BACKUP_DIR", e.settings.BackupDir, true)
}

func (e *examination) lookAtBackups(ctx context.Context) []doctor.Finding {
	key, err := archive.ParseKey(e.settings.BackupKey)
	if err != nil {
		return doctor.Settings(doctor.Installation{Wrong: []string{err.Error()}})
	}
	dir := e.settings.BackupDir
	found, err := app.Backups{Dir: dir, Key: key}.Look(ctx)
	if err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
		return doctor.BackupsAway(err)
	}
	return doctor.Backups(dir, filepath.Base(found.File), found.MadeAt, found.Broken, e.console.clock())
}

func (e *examination) lookAtMail(ctx context.Context) []doctor.Finding {
	mailer, err := notify.NewSMTP(notify.Settings{URL: e.settings.SMTPURL, From: e.settings.MailFrom})
	if err == nil {
		err = mailer.Try(ctx)
	}
	return doctor.Mail(hostOf(e.settings.SMTPURL), err)
}

func (e *examination) lookAtRedis(ctx context.Context) []doctor.Finding {
	redis, err := ratelimit.OpenRedis(e.settings.RedisURL)
	if err == nil {
		err = errors.Join(redis.Ping(ctx), redis.Close())
	}
	return doctor.Redis(hostOf(e.settings.RedisURL), err)
}

// hostOf is the part of an address that holds no secret.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "its address"
	}
	return u.Host
}

// outside is the installation as people reach it.
func (e *examination) outside() doctor.Outside {
	o := doctor.Outside{
		PublicURL: e.settings.PublicURL, Clock: e.console.clock,
		ProofHeader: rest.ProofHeader, SeenPath: rest.SeenPath, LargestImport: rest.MaxImport,
	}
	secrets, err := e.settings.KeptSecrets()
	if err != nil {
		return o
	}
	if signer, err := credentials.NewSigner(secrets, e.console.clock); err == nil {
		o.Prove = signer.Prove
	}
	return o
}

// withFile adds to an environment what a file of settings says, as systemd reads
// one: a name and a value on a line, which may be quoted; # and ; begin remarks. What
// begins with a shell's export is no name to it, and so none to the server.
func withFile(env map[string]string, file string) map[string]string {
	all := maps.Clone(env)
	for line := range strings.Lines(strings.ReplaceAll(file, "\\\n", "")) {
		line = strings.TrimSpace(line)
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !found || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") || name == "" || strings.Contains(name, " ") {
			continue
		}
		all[name] = unquoted(strings.TrimSpace(value))
	}
	return all
}

// unquoted takes the quotes off a value that stands in them.
func unquoted(value string) string {
	for _, quote := range []string{`"`, `'`} {
		inner, begins := strings.CutPrefix(value, quote)
		inner, ends := strings.CutSuffix(inner, quote)
		switch {
		case !begins || !ends:
		case quote == `"`:
			return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\$`, `$`, "\\`", "`").Replace(inner)
		default:
			return inner
		}
	}
	return value
}

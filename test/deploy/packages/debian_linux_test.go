package packages_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// mostExposed is what systemd-analyze may say of a unit, of ten.
const mostExposed = 2.0

// restartTime is the most a restart may take until the server is healthy.
const restartTime = 5 * time.Second

func TestPackages(t *testing.T) {
	old, _ := made(t, older)
	next, rpm := made(t, newer)
	t.Run("the form of both kinds", func(t *testing.T) { testForm(t, next, rpm) })
	t.Run("the life of one", func(t *testing.T) { testLife(t, old, next) })
}

// testLife goes from the first installation to the purge; each part stands on
// what the one before left.
func testLife(t *testing.T, old, next string) {
	t.Helper()
	l := &life{m: debian.Boot(t, "man-db")}
	l.old, l.next = copyIn(t, l.m, old), copyIn(t, l.m, next)
	l.ada = &person{http: l.m.HTTP()}
	for _, part := range []struct {
		name string
		test func(*testing.T)
	}{
		{"a package alone makes a server that serves", l.installs},
		{"files, folders and settings have their owners and modes", l.modes},
		{"manual page and completions are found", l.documents},
		{"the units are sound and expose little", l.units},
		{"the server is supervised", l.supervised},
		{"the server runs as its user, who may nothing else", l.confined},
		{"people register and create tasks", l.works},
		{"commands beside the server have its settings", l.administered},
		{"the newest backup is restored for a try", l.drilled},
		{"a restart is healthy in less than five seconds, and refuses nobody", l.restarts},
		{"a server that hangs is started again", l.watched},
		{"an upgrade keeps data, settings and secret", l.upgrades},
		{"an upgrade whose schema fails leaves the server that runs", l.failsWell},
		{"an upgrade starts no server that was stopped, and the next start of the machine does", l.staysStopped},
		{"a removal keeps data and settings", l.removes},
		{"what was removed is installed again", l.reinstalls},
		{"a purge leaves the backups alone", l.purges},
		{"what is not the package's stays", l.sparesOthers},
		{"an installation that was broken off is finished by the next", l.goesOn},
	} {
		if !t.Run(part.name, part.test) {
			return
		}
	}
}

type life struct {
	m         *debian.Machine
	old, next string
	ada       *person
	settings  string
	started   string // every program that the installation has started, with its arguments
}

// traced runs a command in the machine, and answers which programs it started.
func (l *life) traced(t *testing.T, command ...string) string {
	t.Helper()
	stage.Installed(t, "strace", "strace")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := l.m.Command(ctx, command...)
	trace := filepath.Join(t.TempDir(), "trace")
	strace := exec.CommandContext(ctx, "strace", append([]string{"-f", "-qq", "-s", "10000", "-e", "trace=execve", "-o", trace}, cmd.Args...)...)
	strace.Env = cmd.Env
	if said, err := strace.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	started, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return string(started)
}

func (l *life) installs(t *testing.T) {
	l.started = l.traced(t, "dpkg", "-i", l.old)
	if is := healthy(t, l.m, 10*time.Second); is.Version != older {
		t.Errorf("the server is of version %q", is.Version)
	}
	for _, unit := range []string{"mindflow.service", "mindflow.socket", "mindflow-restore-drill.timer"} {
		if said := l.m.Run(t, "systemctl", "is-enabled", unit); said != "enabled\n" {
			t.Errorf("%s is %s", unit, said)
		}
		if said := l.m.Run(t, "systemctl", "is-active", unit); said != "active\n" {
			t.Errorf("%s is %s", unit, said)
		}
	}
}

var secretKey = regexp.MustCompile(`(?m)^SECRET_KEY=([A-Za-z0-9+/]{43}=)$`)

func (l *life) modes(t *testing.T) {
	for path, want := range map[string]string{
		"/usr/bin/mindflow":                                            "755 root root",
		"/usr/lib/systemd/system/mindflow.service":                     "644 root root",
		"/usr/lib/systemd/system/mindflow.socket":                      "644 root root",
		"/usr/lib/systemd/system/mindflow-migrate.service":             "644 root root",
		"/usr/lib/systemd/system/mindflow-restore-drill.service":       "644 root root",
		"/usr/lib/systemd/system/mindflow-restore-drill.timer":         "644 root root",
		"/usr/lib/systemd/system/mindflow-certificate.service":         "644 root root",
		"/usr/lib/systemd/system/mindflow-certificate.timer":           "644 root root",
		"/usr/lib/mindflow/mindflow-certificate":                       "755 root root",
		"/usr/sbin/mindflow-restore-drill":                             "755 root root",
		"/usr/share/mindflow/deploy":                                   "755 root root",
		"/usr/share/mindflow/deploy/install.sh":                        "755 root root",
		"/usr/share/mindflow/deploy/nginx/mindflow.conf":               "644 root root",
		"/usr/share/doc/mindflow/README.md":                            "644 root root",
		"/usr/share/doc/mindflow/docs/operations.md":                   "644 root root",
		"/usr/share/doc/mindflow/copyright":                            "644 root root",
		"/usr/share/doc/mindflow/changelog.Debian.gz":                  "644 root root",
		"/usr/share/man/man1/mindflow.1.gz":                            "644 root root",
		"/etc/mindflow":                                                "750 root mindflow",
		settings:                                                       "600 mindflow mindflow",
		"/var/lib/mindflow":                                            "750 mindflow mindflow",
		"/var/lib/mindflow/mindflow.db":                                "600 mindflow mindflow",
		"/var/backups/mindflow":                                        "700 mindflow mindflow",
		"/usr/share/bash-completion/completions/mindflow":              "644 root root",
		"/usr/share/zsh/vendor-completions/_mindflow":                  "644 root root",
		"/usr/share/fish/vendor_completions.d/mindflow.fish":           "644 root root",
		"/etc/systemd/system/multi-user.target.wants/mindflow.service": "777 root root",
	} {
		if got := strings.TrimSpace(l.m.Run(t, "stat", "-c", "%a %U %G", path)); got != want {
			t.Errorf("%s has %s, not %s", path, got, want)
		}
	}
	l.settings = l.m.Run(t, "cat", settings)
	secret := secretKey.FindStringSubmatch(l.settings)
	if secret == nil {
		t.Fatal("the settings have no key of their own")
	}
	// Everybody may read arguments of programs, and more people than root the journal.
	if !strings.Contains(l.started, "useradd") || strings.Contains(l.started, secret[1]) {
		t.Errorf("the key is among the arguments of a program, or none was seen (%d bytes)", len(l.started))
	}
	if journal := l.m.Run(t, "journalctl", "--no-pager", "-o", "cat"); !strings.Contains(journal, "LISTEN_FDS") || strings.Contains(journal, secret[1]) {
		t.Errorf("the key is in the journal, or nothing is (%d bytes)", len(journal))
	}
	if said := l.m.Run(t, "dpkg", "--verify", "mindflow"); said != "" {
		t.Errorf("files differ from the package's: %s", said)
	}
}

func (l *life) documents(t *testing.T) {
	if said := l.m.Run(t, "man", "--where", "mindflow"); said != "/usr/share/man/man1/mindflow.1.gz\n" {
		t.Errorf("man finds %s", said)
	}
	if said := l.m.Run(t, "sh", "-c", "man --warnings -E UTF-8 -l -Tutf8 -Z /usr/share/man/man1/mindflow.1.gz 2>&1 >/dev/null"); said != "" {
		t.Errorf("man warns: %s", said)
	}
	if page := l.m.Run(t, "man", "-Tascii", "mindflow"); !strings.Contains(page, "Run the server.") {
		t.Error("the manual page does not name serve")
	}
	if said := l.m.Run(t, "sh", "-c", "for page in /usr/share/man/man8/mindflow-*; do man --warnings -E UTF-8 -l -Tutf8 -Z $page 2>&1 >/dev/null; done"); said != "" {
		t.Errorf("man warns: %s", said)
	}
	l.runbooks(t)
	l.m.Run(t, "bash", "-c", ". /usr/share/bash-completion/completions/mindflow && complete -p mindflow")
}

// runbooks are where the alerts of the package say: seen red with a guide that is
// not in it.
func (l *life) runbooks(t *testing.T) {
	t.Helper()
	const rules, config = "/usr/share/mindflow/deploy/prometheus/rules/mindflow.yml", "/usr/share/mindflow/deploy/prometheus/prometheus.yml"
	at := regexp.MustCompile(`runbooks: file://(\S+)`).FindStringSubmatch(l.m.Run(t, "cat", config))
	if at == nil {
		t.Fatal("Prometheus is not told where the runbooks are")
	}
	guide := strings.ToLower(l.m.Run(t, "cat", at[1]))
	leads := regexp.MustCompile(`runbooks }}#(\w+)'`).FindAllStringSubmatch(l.m.Run(t, "cat", rules), -1)
	if len(leads) < 20 {
		t.Errorf("only %d alerts lead to a runbook", len(leads))
	}
	for _, lead := range leads {
		if !strings.Contains(guide, "\n### "+lead[1]+"\n") {
			t.Errorf("%s has no section %s", at[1], lead[1])
		}
	}
	// Links of the guide lead to what is beside it, or into the source tree.
	for _, link := range regexp.MustCompile(`\]\(([\w./-]+\.md)[#)]`).FindAllStringSubmatch(guide, -1) {
		l.m.Run(t, "test", "-s", filepath.Join(filepath.Dir(at[1]), strings.Replace(link[1], "readme", "README", 1)))
	}
}

// administered calls commands as the guide says, in root's own folder, by the
// settings as systemd reads them: a shell would take these for something else.
func (l *life) administered(t *testing.T) {
	l.m.Run(t, "sh", "-c", "cp -p "+settings+" /root/kept && echo 'MAIL_FROM=MindFlow <mindflow@example.org>' >>"+settings)
	if said := l.m.Run(t, "mindflow-admin", "user", "list"); !strings.Contains(said, "ada@example.com") {
		t.Errorf("the users are %s", said)
	}
	if said := l.m.Run(t, "mindflow-admin", "migrate", "status"); strings.Contains(said, "pending") || strings.Contains(said, "behind") {
		t.Errorf("the schema is %s", said)
	}
	if said, err := l.m.Try(t, "mindflow-admin", "doctor"); !regexp.MustCompile(`(?m)^ok +server +`).MatchString(said) || !strings.Contains(said, settings+" is read by who may read it alone") {
		t.Errorf("the doctor says %v %s", err, said)
	}
	for _, words := range [][]string{{}, {"serve"}} {
		if said, err := l.m.Try(t, append([]string{"mindflow-admin"}, words...)...); err == nil {
			t.Errorf("mindflow-admin %s says %s", words, said)
		}
	}
	if said, err := l.m.Try(t, "runuser", "-u", "nobody", "--", "mindflow-admin", "user", "list"); err == nil || !strings.Contains(said, "call this as root") {
		t.Errorf("to nobody it says %v %s", err, said)
	}
	l.m.Run(t, "mv", "/root/kept", settings)
}

// drilled has systemd run the drill, as its timer does.
func (l *life) drilled(t *testing.T) {
	if said, err := l.m.Try(t, "systemctl", "start", "mindflow-restore-drill"); err == nil {
		t.Errorf("there is no backup, and it says %s", said)
	}
	l.m.Run(t, "mindflow-admin", "backup", "/var/backups/mindflow/mindflow-20261127T030000Z.backup")
	l.m.Run(t, "systemctl", "start", "mindflow-restore-drill")
	if said := l.m.Run(t, "journalctl", "--no-pager", "-o", "cat", "-u", "mindflow-restore-drill"); !strings.Contains(said, "All is well.") {
		t.Errorf("it says %s", said)
	}
	l.m.Run(t, "rm", "/var/backups/mindflow/mindflow-20261127T030000Z.backup")
}

func (l *life) units(t *testing.T) {
	units := []string{
		"mindflow.service", "mindflow-migrate.service", "mindflow-restore-drill.service", "mindflow-certificate.service",
		"mindflow.socket", "mindflow-restore-drill.timer", "mindflow-certificate.timer",
	}
	if said := l.m.Run(t, append([]string{"systemd-analyze", "verify"}, units...)...); said != "" {
		t.Errorf("verify says: %s", said)
	}
	for _, unit := range units[:4] {
		said := l.m.Run(t, "systemd-analyze", "security", "--offline=true", "--no-pager", unit)
		level := regexp.MustCompile(`Overall exposure level for .*: ([0-9.]+)`).FindStringSubmatch(said)
		if level == nil {
			t.Fatalf("security says: %s", said)
		}
		if exposed, err := strconv.ParseFloat(level[1], 64); err != nil || exposed > mostExposed {
			t.Errorf("%s is exposed by %s", unit, level[1])
		}
		t.Logf("%s is exposed by %s", unit, level[1])
	}
}

func (l *life) pid(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(l.m.Run(t, "systemctl", "show", "-P", "MainPID", "mindflow"))
}

// supervised: by a systemd that was told so. What follows shortens some of it.
func (l *life) supervised(t *testing.T) {
	for name, want := range map[string]string{
		"Type": "notify", "Restart": "always", "RestartUSec": "10s", "StartLimitIntervalUSec": "0", "WatchdogUSec": "30s",
		"StatusText": "serving on 127.0.0.1:8000", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "DropInPaths": "",
	} {
		if is := strings.TrimSpace(l.m.Run(t, "systemctl", "show", "-P", name, "mindflow.service")); is != want {
			t.Errorf("%s is %q, not %q", name, is, want)
		}
	}
}

func (l *life) confined(t *testing.T) {
	if who := l.m.Run(t, "stat", "-c", "%U %G", "/proc/"+l.pid(t)); who != "mindflow mindflow\n" {
		t.Errorf("it runs as %s", who)
	}
	status := l.m.Run(t, "cat", "/proc/"+l.pid(t)+"/status")
	for _, line := range []string{"CapBnd:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(status, line+"\n") {
			t.Errorf("its status lacks %q", line)
		}
	}
	// Where it is, not even root can write anywhere else.
	for folder, may := range map[string]bool{"/usr/bin": false, "/etc/mindflow": false, "/var/lib": false, "/root": false, "/var/lib/mindflow": true, "/var/backups/mindflow": true} {
		if said, err := l.m.Try(t, "nsenter", "-t", l.pid(t), "-m", "--", "sh", "-c", "touch "+folder+"/probe && rm "+folder+"/probe"); (err == nil) != may {
			t.Errorf("%s: %v: %s", folder, err, said)
		}
	}
	if said := l.m.Run(t, "journalctl", "--no-pager", "-o", "cat", "-u", "mindflow"); !strings.Contains(said, `"from":"LISTEN_FDS"`) {
		t.Errorf("it does not listen at the socket it was given: %s", said)
	}
}

func (l *life) works(t *testing.T) {
	var account, task map[string]any
	l.ada.must(t, "POST", "/api/auth/register", map[string]string{"email": "ada@example.com", "password": password}, &account)
	l.ada.signIn(t)
	l.ada.must(t, "POST", "/api/tasks", map[string]string{"title": "Survive"}, &task)
	if got := l.ada.titles(t); got != "Survive" {
		t.Errorf("the tasks are %s", got)
	}
}

func (l *life) restarts(t *testing.T) {
	before := l.pid(t)
	began := time.Now()
	failed := make(chan error, 1)
	stop := make(chan struct{})
	asked := 0  // to be read once nobody asks any more
	go func() { // asks all the time, and none of it may fail
		p := &person{http: l.m.HTTP()}
		for {
			select {
			case <-stop:
				failed <- nil
				return
			default:
			}
			var is health
			if err := p.call("GET", "/health/live", nil, &is); err != nil {
				failed <- err
				return
			}
			asked++
		}
	}()
	l.m.Run(t, "systemctl", "restart", "mindflow")
	healthy(t, l.m, restartTime)
	took := time.Since(began)
	close(stop)
	if err := <-failed; err != nil {
		t.Errorf("a request failed during the restart: %v", err)
	}
	if asked < 2 {
		t.Errorf("only %d requests were made meanwhile", asked)
	}
	if took > restartTime {
		t.Errorf("it took %s", took)
	}
	if l.pid(t) == before {
		t.Error("nothing was restarted")
	}
	t.Logf("restarted and healthy after %s", took.Round(time.Millisecond))
}

func (l *life) watched(t *testing.T) {
	l.m.Run(t, "mkdir", "-p", "/run/systemd/system/mindflow.service.d")
	sooner := []byte("[Service]\nWatchdogSec=1\nTimeoutAbortSec=1\nRestartSec=0\n")
	l.m.Run(t, "sh", "-c", "printf '%s' \"$0\" >/run/systemd/system/mindflow.service.d/sooner.conf", string(sooner))
	l.m.Run(t, "systemctl", "daemon-reload")
	l.m.Run(t, "systemctl", "restart", "mindflow")
	hangs := l.pid(t)
	l.m.Run(t, "sh", "-c", "kill -STOP "+hangs)
	l.startedAnew(t, hangs, "a server that hangs is started anew")
	ends := l.pid(t)
	l.m.Run(t, "sh", "-c", "kill "+ends)
	l.startedAnew(t, ends, "a server that ended well is started anew, too")
	l.m.Run(t, "rm", "-r", "/run/systemd/system/mindflow.service.d")
	l.m.Run(t, "systemctl", "daemon-reload")
}

func (l *life) startedAnew(t *testing.T, before, what string) {
	t.Helper()
	stage.Eventually(t, 20*time.Second, what, func() bool {
		now := l.pid(t)
		return now != before && now != "0"
	})
	healthy(t, l.m, 10*time.Second)
}

func (l *life) upgrades(t *testing.T) {
	l.m.Run(t, "sh", "-c", "echo MAX_TASKS=1234 >>"+settings)
	l.settings = l.m.Run(t, "cat", settings)
	l.m.Run(t, "systemctl", "disable", "mindflow.service")
	began := time.Now()
	l.m.Run(t, "dpkg", "-i", l.next)
	if is := healthy(t, l.m, restartTime); is.Version != newer {
		t.Errorf("the server is of version %q", is.Version)
	}
	t.Logf("upgraded and healthy after %s", time.Since(began).Round(time.Millisecond))
	if said, _ := l.m.Try(t, "systemctl", "is-enabled", "mindflow.service"); said != "disabled\n" {
		t.Errorf("somebody has disabled it, and it is %s", said)
	}
	l.m.Run(t, "systemctl", "enable", "mindflow.service")
	l.keeps(t)
	var tasks map[string]any
	l.ada.must(t, "GET", "/api/tasks", nil, &tasks) // with the token of before: the secret is the same
}

// keeps holds settings and tasks against those of before.
func (l *life) keeps(t *testing.T) {
	t.Helper()
	if now := l.m.Run(t, "cat", settings); now != l.settings {
		t.Error("the settings are not those of before")
	}
	if got := l.ada.titles(t); got != "Survive" {
		t.Errorf("the tasks are %s", got)
	}
}

func (l *life) failsWell(t *testing.T) {
	before := l.pid(t)
	l.m.Run(t, "sh", "-c", "cp -p "+settings+" /root/kept && echo DATABASE_URL=postgres://nobody@127.0.0.1:1/none >>"+settings)
	said, err := l.m.Try(t, "dpkg", "-i", l.old)
	if err == nil || !strings.Contains(said, "nothing was started or restarted") {
		t.Errorf("it went through: %v %s", err, said)
	}
	if l.pid(t) != before || healthy(t, l.m, time.Second).Version != newer {
		t.Error("the server that ran was touched")
	}
	l.m.Run(t, "cp", "-p", "/root/kept", settings)
	l.m.Run(t, "dpkg", "--configure", "mindflow")
	if is := healthy(t, l.m, restartTime); is.Version != older {
		t.Errorf("once mended the server is of version %q", is.Version)
	}
	l.keeps(t)
}

// staysStopped, also where somebody has masked it: seen red with an upgrade that
// took the mask for the one of a removal.
func (l *life) staysStopped(t *testing.T) {
	is := func(verb, unit, want string) {
		t.Helper()
		if said, _ := l.m.Try(t, "systemctl", verb, unit); strings.TrimSpace(said) != want {
			t.Errorf("%s %s: %s", verb, unit, said)
		}
	}
	l.m.Run(t, "systemctl", "stop", "mindflow.socket", "mindflow.service")
	l.m.Run(t, "systemctl", "mask", "mindflow.socket")
	l.m.Run(t, "dpkg", "-i", l.next)
	is("is-active", "mindflow.service", "inactive")
	is("is-active", "mindflow.socket", "inactive")
	is("is-enabled", "mindflow.socket", "masked")
	l.m.Run(t, "systemctl", "unmask", "mindflow.socket")
	l.m.Run(t, "systemctl", "start", "sockets.target", "multi-user.target") // as when the machine starts
	is("is-active", "mindflow.socket", "active")
	healthy(t, l.m, 10*time.Second)
	l.keeps(t)
}

func (l *life) removes(t *testing.T) {
	l.m.Run(t, "dpkg", "--remove", "mindflow")
	if _, err := l.m.Dial(t.Context(), "tcp", "127.0.0.1:8000"); err == nil {
		t.Error("somebody still listens")
	}
	if now := l.m.Run(t, "cat", settings); now != l.settings {
		t.Error("the settings are not those of before")
	}
	l.m.Run(t, "test", "-s", "/var/lib/mindflow/mindflow.db")
	l.m.Run(t, "id", "mindflow")
	if _, err := l.m.Try(t, "test", "-e", "/usr/bin/mindflow"); err == nil {
		t.Error("the program is still there")
	}
}

func (l *life) reinstalls(t *testing.T) {
	l.m.Run(t, "dpkg", "-i", l.next)
	healthy(t, l.m, restartTime)
	l.keeps(t)
}

func (l *life) purges(t *testing.T) {
	if said, _ := l.m.Try(t, "systemctl", "is-active", "mindflow-restore-drill.timer"); said != "active\n" {
		t.Errorf("after all this the drill's timer is %s", said)
	}
	backup := "/var/backups/mindflow/kept.backup"
	l.m.Run(t, "runuser", "-u", "mindflow", "--", "sh", "-c", "set -a; . "+settings+"; exec mindflow backup "+backup)
	l.m.Run(t, "dpkg", "--purge", "mindflow")
	for _, gone := range []string{
		"/etc/mindflow", "/var/lib/mindflow", "/usr/share/mindflow", "/etc/systemd/system/mindflow.service",
		"/etc/systemd/system/multi-user.target.wants/mindflow.service", "/etc/systemd/system/sockets.target.wants/mindflow.socket",
	} {
		if _, err := os.Lstat(filepath.Join(l.m.Root, gone)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
	for _, kind := range []string{"passwd", "group"} {
		if said, err := l.m.Try(t, "getent", kind, "mindflow"); err == nil {
			t.Errorf("still in %s: %s", kind, said)
		}
	}
	if said := l.m.Run(t, "stat", "-c", "%a %U", backup); said != "600 root\n" {
		t.Errorf("the backup has %s", said)
	}
	if said, _ := l.m.Try(t, "systemctl", "list-unit-files", "--no-legend", "--no-pager", "mindflow*"); said != "" {
		t.Errorf("systemd still knows %s", said)
	}
}

// sparesOthers installs and purges where somebody has been before: a person has
// the server's name, the data is to be on a disk of its own, and the settings
// lead to one that is not there yet. Services may not start.
func (l *life) sparesOthers(t *testing.T) {
	l.m.Run(t, "sh", "-c", `set -e
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
		useradd --create-home --uid 1234 --shell /bin/bash mindflow
		mkdir /etc/mindflow /var/lib/mindflow
		ln -s /mnt/later/mindflow.env /etc/mindflow/mindflow.env
		touch /etc/mindflow/mindflow.env.draft.abcdef
		mount -t tmpfs tmpfs /var/lib/mindflow
		touch /var/lib/mindflow/mindflow.db`)
	l.m.Run(t, "dpkg", "-i", l.next)
	if leads := l.m.Run(t, "sh", "-c", "cd /etc/mindflow && readlink mindflow.env && ls"); leads != "/mnt/later/mindflow.env\nmindflow.env\n" {
		t.Errorf("the settings: %s", leads)
	}
	if said, _ := l.m.Try(t, "systemctl", "is-active", "mindflow.service"); said != "inactive\n" {
		t.Errorf("it is %s", said)
	}
	said := l.m.Run(t, "dpkg", "--purge", "mindflow")
	if !strings.Contains(said, "the user mindflow stays") || !strings.Contains(said, "something is mounted there") {
		t.Errorf("it said %s", said)
	}
	if who := l.m.Run(t, "id", "mindflow"); !strings.HasPrefix(who, "uid=1234(mindflow) gid=1234(mindflow)") {
		t.Errorf("the person is %s", who)
	}
	if left := l.m.Run(t, "ls", "-A", "/var/lib/mindflow"); left != "" {
		t.Errorf("of the data stays %s", left)
	}
	if _, err := os.Lstat(filepath.Join(l.m.Root, "etc/mindflow")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the settings are still there: %v", err)
	}
	l.m.Run(t, "sh", "-c", "umount /var/lib/mindflow && rmdir /var/lib/mindflow && userdel --remove mindflow 2>/dev/null && rm /usr/sbin/policy-rc.d")
}

// goesOn: the files of one version were unpacked, and the next comes. Seen red
// while the backups that a purge had left were root's, and no server started.
func (l *life) goesOn(t *testing.T) {
	l.m.Run(t, "dpkg", "--unpack", l.old)
	l.m.Run(t, "dpkg", "-i", l.next)
	if is := healthy(t, l.m, 10*time.Second); is.Version != newer {
		t.Errorf("the server is of version %q", is.Version)
	}
	if said := l.m.Run(t, "stat", "-c", "%a %U", "/var/backups/mindflow", "/var/backups/mindflow/kept.backup"); said != "700 mindflow\n600 mindflow\n" {
		t.Errorf("folder and backup have %s", said)
	}
	now := secretKey.FindString(l.m.Run(t, "cat", settings))
	if now == "" || strings.Contains(l.settings, now) {
		t.Error("after a purge it has no key, or that of before")
	}
}

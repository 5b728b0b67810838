package release

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// head is the newest step of the older program, which is this source tree's, and
// newest the newer one's.
var head = func() string {
	steps, _ := filepath.Glob(top + "/internal/store/migrations/postgres/*.sql")
	number, _, _ := strings.Cut(filepath.Base(steps[len(steps)-1]), "_")
	return strings.TrimLeft(number, "0")
}()

const newest = "90002"

func TestABadReleaseIsTakenBack(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	p := signUp(t, f.hosts[0].url)
	for i := range 5 {
		p.keep(t, fmt.Sprintf("task %d", i))
	}
	for _, c := range []struct {
		name    string
		bad     variant
		schema  string
		reasons []string
	}{
		{"its migration fails", stuck, head, []string{"the migration failed: a: ", "division by zero"}},
		{"its server ends at the start", crashing, head, []string{"the health check failed: a: /health/ready does not answer"}},
		{"its server is never ready", unready, head, []string{"the health check failed: a: /health/ready ", ", 4 s after the start"}},
		{"its server is ready for a while", sickly, head, []string{"the health check failed: a: /health/ready answers 503"}},
		{"it knows no best task", useless, head, []string{"the smoke test failed: a: asking for the best task is answered 503"}},
		{"its schema holds something by then", filling, newest, []string{"the smoke test failed: a: ada@example.org has an account already", "the schema stays at " + newest, "would lose 1 row of release_marks"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.bad == unready && !long() {
				t.Skip("in the long form")
			}
			f := f.on(t)
			f.settings = []string{"RELEASE_KEEP=2", "START_SECONDS=4"}
			if c.bad == filling { // the smoke test erases its account at the end: this one must not be it
				f.settings = append(f.settings, "RELEASE_EMAIL=ada@example.org")
			}
			before := f.data()
			o := f.run(c.bad.pack(t))
			o.is(t, 1, append(c.reasons, c.bad.version+" was taken back: ", "a serve 7.0.0 as before, schema "+c.schema)...)
			f.hosts[0].serves(t, "7.0.0")
			same(t, f.schema(), c.schema)
			unchanged(t, before, f.data())
			if wrong := debian.Run(t, f.hosts[0].root, "dpkg", "--verify", "mindflow"); wrong != "" {
				t.Errorf("what is put back is not what was there:\n%s", wrong)
			}
			p.intact(t)
			p.keep(t, "made after "+c.name)
			if users := f.mindflow("user list"); strings.Contains(users, "smoke.invalid") {
				t.Errorf("the account of the smoke test is still there:\n%s", users)
			}
		})
	}
	for pattern, most := range map[string]int{"lib/mindflow-releases/[0-9]*": 3, "backups/mindflow/before-*": 2} {
		if left, _ := filepath.Glob(filepath.Join(f.hosts[0].root, "var", pattern)); len(left) > most || len(left) == 0 {
			t.Errorf("%d of %s are kept", len(left), pattern)
		}
	}
	f.run("--history").is(t, 0, "7.0.0 → 8.0.5, schema "+head+" → "+head+": put back: the smoke test failed: a: ", "7.0.0 → 8.0.6, schema "+head+" → "+newest+": put back")
}

func TestAReleaseBehindNginxLosesNoRequest(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b"}
	if long() {
		names = append(names, "c")
	}
	f := newFleet(t, names...)
	all := strings.Join(names, " ")
	f.address = f.nginx()
	p := signUpBy(t, f.outside(), f.address)
	end := p.load(t)
	o := f.run(good.pack(t))
	o.is(t, 0, "a: version 7.0.0, 7.0.0 answers, schema "+head, all+" serve 8.0.0, schema "+newest)
	o.goes(t, "lock "+all, "copy 8.0.0 to "+all, "record versions and schema", "backup", "migrate with the binary of 8.0.0",
		"switch a to 8.0.0", "health of a", "smoke test of a", "switch b to 8.0.0", "health of b", "smoke test of b", "smoke test of "+f.address, "keep 8.0.0")
	f.serve("8.0.0")

	// One that fails on the second host is taken back from both.
	write(t, filepath.Join(f.dir, "b.before-smoke"), "#!/bin/sh\nexit 1\n")
	f.run(better.pack(t)).is(t, 1, "the smoke test failed: b cannot be reached", "put 8.0.0 back on b", "put 8.0.0 back on a", all+" serve 8.0.0 as before")
	must(t, os.Remove(filepath.Join(f.dir, "b.before-smoke")))
	f.serve("8.0.0")

	f.run("--rollback").is(t, 0, all+" serve 7.0.0, schema "+head)
	f.serve("7.0.0")
	end()
	same(t, f.schema(), head)
	p.intact(t)
	f.run("--history").is(t, 0, "7.0.0 → 8.0.0, schema "+head+" → "+newest+": kept (ada@", "8.0.0 → 8.1.0", "8.0.0 → 7.0.0, schema "+newest+" → "+head+": rolled back")
}

func TestAReleaseThatIsInterruptedIsRepairedByTheNext(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	p := signUp(t, f.hosts[0].url)
	p.keep(t, "a task")
	pack := good.pack(t)

	var said bytes.Buffer
	interrupted := f.command(t.Context(), &said, pack)
	interrupted.Env = append(interrupted.Env, "HEALTH_SECONDS=60")
	must(t, interrupted.Start())
	stage.Eventually(t, 60*time.Second, "the host is switched", func() bool {
		_, body := get(oneTime, f.hosts[0].url+"/health")
		return strings.Contains(body, "8.0.0")
	})

	f.run(better.pack(t)).is(t, 1, "a: another release is under way: ada from ", "Nothing was changed.")

	must(t, syscall.Kill(-interrupted.Process.Pid, syscall.SIGINT))
	_ = interrupted.Wait()
	outcome{interrupted.ProcessState.ExitCode(), said.String()}.is(t, 130, "interrupted while at: health of a", "Switched to 8.0.0, or about to be: a;", "Run the same again")
	t.Log(said.String())

	// What was not proven is not what the way back leads to.
	f.impatient().run(crashing.pack(t)).is(t, 1, "a release of 8.0.0 was interrupted (switched to 8.0.0); the version before is 7.0.0", "8.0.2 was taken back", "a serve 7.0.0 as before, schema "+head)
	f.serve("7.0.0")

	f.run(pack).is(t, 0, "a serve 8.0.0, schema "+newest)
	f.run(pack).is(t, 0, "every host serves 8.0.0 already")
	p.intact(t)
}

func TestWhatStopsAReleaseBeforeAnythingChanges(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a", "b")
	pack := good.pack(t)

	write(t, filepath.Join(f.dir, "b.down"), "")
	f.run(pack).is(t, 1, "b cannot be reached: ", "Nothing was changed.")
	must(t, os.Remove(filepath.Join(f.dir, "b.down")))

	settings := read(t, filepath.Join(f.hosts[0].root, "etc/mindflow/mindflow.env"))
	f.hosts[0].write(t, "etc/mindflow/mindflow.env", settings+"BACKUP_DIR=/dev/null/backups\n")
	f.run(pack).is(t, 1, "the backup failed: a: ", "Nothing was changed.")
	f.hosts[0].write(t, "etc/mindflow/mindflow.env", settings)

	f.serve("7.0.0")
	same(t, f.schema(), head)
	for _, h := range f.hosts {
		if _, err := os.Stat(filepath.Join(h.root, "var/lib/mindflow-releases/underway")); err == nil {
			t.Errorf("%s thinks that a release is under way", h.name)
		}
	}
	f.run("--rollback").is(t, 1, "a has no version before 7.0.0. Nothing was changed.")
}

// keep makes a task and remembers it.
func (p *person) keep(t *testing.T, title string) {
	t.Helper()
	answer := string(p.must(t, "POST", "/api/tasks", fmt.Sprintf(`{"title": %q}`, title)))
	_, id, _ := strings.Cut(answer, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	p.titles[id] = title
}

func same(t *testing.T, is, want string) {
	t.Helper()
	if is != want {
		t.Errorf("it is %s, not %s", is, want)
	}
}

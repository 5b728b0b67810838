package release

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// top is the source tree.
const top = "../../.."

// longVariable, set to long, asks for the long forms of these tests.
const longVariable = "MINDFLOW_TEST_RELEASE"

func long() bool { return os.Getenv(longVariable) == "long" }

func TestMain(m *testing.M) {
	var err error
	if packed.dir, err = os.MkdirTemp("", "mindflow-release-"); err != nil {
		panic(err)
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil { // they wait most of the time
		panic(err)
	}
	stage.Main(m, func(m *testing.M) int {
		defer func() { _ = os.RemoveAll(packed.dir) }()
		return storetest.Run(m)
	})
}

// host is a Debian with MindFlow installed from the older package.
type host struct {
	name, root, url string
	units           *units
	http            *http.Client // reaches it, by a connection for each request
}

// fleet is some hosts with one database.
type fleet struct {
	t     *testing.T
	dir   string // what the test's ssh knows of the hosts
	hosts []*host

	address   string // where people reach them, if the smoke test is to be made there too
	authority string // whose certificate that address shows
	settings  []string
}

// ssh stands in for ssh: it becomes a shell on the host. A file NAME.down cuts the host off. If there is a file
// NAME.before-VERB, its program is run before the host's part is asked for that verb; if it fails, the connection does.
const ssh = `#!/bin/bash
hosts=%[1]q
while [ "$1" != -- ]; do shift; done
name=$2 command=$3
[ ! -e "$hosts/$name.down" ] || { echo "ssh: connect to host $name port 22: No route to host" >&2; exit 255; }
verb=$(tail -n 1 <<<"$command" | sed -n "s/.*'release-host' '\([a-z_]*\)'.*/\1/p")
[ ! -x "$hosts/$name.before-$verb" ] || "$hosts/$name.before-$verb" || exit 255
%[2]s
`

// chrooted is the way into a host that is a folder.
const chrooted = `exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
	unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" bash -c "$1"' "$(readlink "$hosts/$name")" "$command"`

// newFleet installs the older package on so many hosts.
func newFleet(t *testing.T, names ...string) *fleet {
	t.Helper()
	return newFleetWith(t, nil, names...)
}

// newFleetWith is newFleet on hosts with more of Debian's packages.
func newFleetWith(t *testing.T, packages []string, names ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, dir: t.TempDir()}
	must(t, os.WriteFile(f.ssh(), fmt.Appendf(nil, ssh, f.dir, chrooted), 0o755))
	settings := databases(t)
	deb := olderPackage(t)
	for _, name := range names {
		h := &host{name: name, root: debian.Root(t, packages...), http: oneTime}
		address := stage.FreeAddress(t)
		h.url = "http://" + address
		h.units = newUnits(t, h.root, address)
		must(t, os.Symlink(h.root, filepath.Join(f.dir, name)))
		f.hosts = append(f.hosts, h)
		share(t, h.root, settings)
		h.write(t, "etc/mindflow/mindflow.env", fmt.Sprintf("%s\nLISTEN_ADDR=%s\n", strings.Join(settings.server, "\n"), address))
		h.write(t, "etc/mindflow/migrate.env", settings.migrate+"\n")
		h.write(t, "older.deb", read(t, deb))
		debian.Run(t, h.root, "dpkg", "-i", "/older.deb")
		must(t, os.Remove(filepath.Join(h.root, "older.deb")))
	}
	f.serve("7.0.0")
	return f
}

// on is the same fleet for a test within the test.
func (f *fleet) on(t *testing.T) *fleet {
	t.Helper()
	return &fleet{t: t, dir: f.dir, hosts: f.hosts, address: f.address, authority: f.authority}
}

// impatient is the same fleet for a release whose server never becomes ready: nobody waits for it as long as for others.
func (f *fleet) impatient() *fleet {
	other := *f
	other.settings = append(slices.Clone(f.settings), "START_SECONDS=4")
	return &other
}

func (f *fleet) ssh() string { return filepath.Join(f.dir, "ssh") }

func (h *host) write(t *testing.T, path, content string) {
	t.Helper()
	path = filepath.Join(h.root, path)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// serves fails the test unless a host serves a version, and is ready.
func (h *host) serves(t *testing.T, version string) {
	t.Helper()
	defer func() {
		if t.Failed() && h.units != nil {
			t.Logf("%s said:\n%s", h.name, h.units.journal())
		}
	}()
	stage.Eventually(t, 20*time.Second, h.name+" serves "+version, func() bool {
		_, body := get(h.http, h.url+"/health")
		status, _ := get(h.http, h.url+"/health/ready")
		return status == http.StatusOK && strings.Contains(body, `"version":"`+version+`"`)
	})
}

func (f *fleet) serve(version string) {
	f.t.Helper()
	for _, h := range f.hosts {
		h.serves(f.t, version)
	}
}

// pairs are the settings of a host.
type pairs struct {
	server  []string
	migrate string
	folder  string // of PostgreSQL's socket, "" where it listens elsewhere
}

// databases makes one database, with a role that owns it and one for the server, which may change no table.
func databases(t *testing.T) pairs {
	t.Helper()
	if storetest.Postgres(t) == "" {
		t.Skip("without PostgreSQL")
	}
	role := fmt.Sprintf("release_server_%d", time.Now().UnixNano())
	owner := storetest.Filled(t, "CREATE ROLE "+role+" LOGIN; ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "+role)
	at, err := url.Parse(owner)
	must(t, err)
	at.User = url.User(role)
	return pairs{
		server: []string{
			"ENVIRONMENT=production", "SECRET_KEY='a secret key of the tests that is long enough'", "PUBLIC_URL=https://mind.example.org",
			"DATABASE_URL='" + at.String() + "'", "SHUTDOWN_DELAY=500ms", "SIGNUP=open", "TRUSTED_PROXIES=127.0.0.1",
			"RATE_LIMIT_USER=off", "RATE_LIMIT_READ=off", "RATE_LIMIT_AUTH=off", "RATE_LIMIT_SIGNIN=off",
		},
		migrate: "MIGRATE_DATABASE_URL='" + owner + "'",
		folder:  at.Query().Get("host"),
	}
}

// share lets a host reach PostgreSQL's socket by a name of its own.
func share(t *testing.T, root string, settings pairs) {
	t.Helper()
	if settings.folder == "" {
		return
	}
	sockets, err := filepath.Glob(filepath.Join(settings.folder, ".s.PGSQL.*[0-9]"))
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(root, settings.folder), 0o755))
	for _, socket := range sockets {
		must(t, os.Link(socket, filepath.Join(root, socket)))
		must(t, os.Chmod(socket, 0o777)) // its own folder keeps others away
	}
}

// outcome is what became of a run of release.sh.
type outcome struct {
	code int
	said string
}

// command is release.sh with arguments, and the fleet's hosts.
func (f *fleet) command(ctx context.Context, said io.Writer, args ...string) *exec.Cmd {
	for _, h := range f.hosts {
		args = append(args, h.name)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(top, "deploy/release.sh"), args...)
	cmd.Env = append(os.Environ(), "RELEASE_SSH="+f.ssh(), "HEALTH_SECONDS=2", "START_SECONDS=30", "USER=ada", "RELEASE_URL="+f.address)
	if f.authority != "" {
		cmd.Env = append(cmd.Env, "CURL_CA_BUNDLE="+f.authority)
	}
	cmd.Env = append(cmd.Env, f.settings...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // no Pdeathsig: threads that were in another network end, and would take it along
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// run runs release.sh to its end.
func (f *fleet) run(args ...string) outcome {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Minute)
	defer cancel()
	var said bytes.Buffer
	cmd := f.command(ctx, &said, args...)
	began := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		f.t.Fatalf("%v\n%s", err, said.String())
	}
	f.t.Logf("release.sh %s: exit %d after %.1f s\n%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), time.Since(began).Seconds(), said.String())
	return outcome{cmd.ProcessState.ExitCode(), said.String()}
}

func (o outcome) is(t *testing.T, code int, parts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("release.sh ended with %d, not %d", o.code, code)
	}
	for _, part := range parts {
		if !strings.Contains(o.said, part) {
			t.Errorf("release.sh does not say %q", part)
		}
	}
}

// goes fails the test unless the steps come in this order.
func (o outcome) goes(t *testing.T, steps ...string) {
	t.Helper()
	rest := o.said
	for _, step := range steps {
		_, after, found := strings.Cut(rest, " s  "+step)
		if !found {
			t.Errorf("release.sh does not say %q where it belongs", step)
		}
		rest = after
	}
}

// mindflow runs a command on the first host, with the rights of who owns the tables.
func (f *fleet) mindflow(command string) string {
	f.t.Helper()
	return debian.Run(f.t, f.hosts[0].root, "bash", "-c", `set -a; . /etc/mindflow/mindflow.env; . /etc/mindflow/migrate.env; mindflow `+command)
}

// schema is the version of the database's schema.
func (f *fleet) schema() string {
	f.t.Helper()
	said := f.mindflow("migrate current")
	version, _, _ := strings.Cut(said, " ")
	return strings.TrimSpace(version)
}

var oneTime = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 3 * time.Second}

// get asks a server something.
func get(client *http.Client, address string) (status int, body string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return 0, err.Error()
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	var content bytes.Buffer
	_, _ = content.ReadFrom(resp.Body)
	return resp.StatusCode, content.String()
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o755))
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return string(content)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

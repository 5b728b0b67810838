// Package storetest gives tests the databases they run on: real ones, of both kinds.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What a person may set to say where the tests run.
const (
	// urlVariable names a server of the person's own.
	urlVariable = "TEST_DATABASE_URL"
	// sqliteOnlyVariable, set to 1, lets the tests do without PostgreSQL; refused when CI=true.
	sqliteOnlyVariable = "MINDFLOW_TEST_SQLITE_ONLY"
)

// oldest is the first major version of PostgreSQL the product runs on.
const oldest = 15

// howToGetOne ends every message that says there is no PostgreSQL.
const howToGetOne = `Tests run on a real PostgreSQL. Any one of these provides it:
  - install PostgreSQL 15 or newer (Debian: apt-get install postgresql);
  - run "make postgres", which installs npm's @embedded-postgres below .tools;
  - set ` + urlVariable + `=postgres://user@host/postgres, a server on which databases may be created.
To go on without it for now, on SQLite only, set ` + sqliteOnlyVariable + `=1.`

// shared is the server of this test binary.
var shared struct {
	sync.Mutex

	asked   bool
	url     string
	err     error
	cluster *cluster
}

// Postgres answers the URL of a PostgreSQL server on which databases may be
// created. It is the one TEST_DATABASE_URL names; else a throw-away cluster
// that this test binary starts at the first call. When there is none the test
// fails: no test is skipped for want of a database. The answer is empty only
// when MINDFLOW_TEST_SQLITE_ONLY=1 asks to do without, which CI refuses.
//
// A cluster's URL names a folder as its host (?host=/tmp/…): it listens on a
// socket there and on no port.
func Postgres(tb testing.TB) string {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.asked {
		shared.asked = true
		shared.url, shared.err = find()
	}
	if shared.err != nil {
		tb.Fatalf("no PostgreSQL: %v\n\n%s", shared.err, howToGetOne)
	}
	return shared.url
}

// Run runs a package's tests and takes down what they started:
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }
//
// A binary that ends in another way, even by kill -9, leaves nothing behind
// either, only a little later.
func Run(m *testing.M) int {
	defer stop()
	return m.Run()
}

func stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		shared.cluster.stop()
		shared.cluster, shared.url = nil, ""
		shared.err = errors.New("it was already taken down")
	}
}

// find goes through the ways to a server, nearest first.
func find() (string, error) {
	if os.Getenv(sqliteOnlyVariable) == "1" {
		if os.Getenv("CI") == "true" {
			return "", errors.New(sqliteOnlyVariable + " is set, but CI tests both databases")
		}
		fmt.Fprintln(os.Stderr, "WARNING: "+sqliteOnlyVariable+"=1: nothing is tested on PostgreSQL")
		return "", nil
	}
	if given := os.Getenv(urlVariable); given != "" {
		return given, nil
	}
	bin, err := findBinaries(programFolders())
	if err != nil {
		return "", err
	}
	c, err := startCluster(bin, forTests)
	if err != nil {
		return "", fmt.Errorf("start a cluster with the binaries in %s: %w", bin.dir, err)
	}
	shared.cluster = c
	return c.url(), nil
}

// Lasting starts a throw-away cluster for measurements and answers its URL and
// what takes it down. Unlike the tests' one it has PostgreSQL's own settings:
// what it has committed is on disk.
func Lasting() (string, func(), error) {
	bin, err := findBinaries(programFolders())
	if err != nil {
		return "", nil, fmt.Errorf("%w; install PostgreSQL %d or newer (Debian: apt-get install postgresql)", err, oldest)
	}
	c, err := startCluster(bin, nil)
	if err != nil {
		return "", nil, fmt.Errorf("start a cluster with the binaries in %s: %w", bin.dir, err)
	}
	return c.url(), c.stop, nil
}

// binaries is a folder with initdb and postgres.
type binaries struct {
	dir string
	// embedded is the root of an npm package whose libraries lack their
	// symbolic links; empty for an ordinary installation.
	embedded string
}

// programFolders lists where binaries may lie, best first.
func programFolders() []binaries {
	var found []binaries
	if program, err := exec.LookPath("initdb"); err == nil {
		if linked, err := filepath.EvalSymlinks(program); err == nil {
			program = linked // postgres lies beside it
		}
		found = append(found, binaries{dir: filepath.Dir(program)})
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(installed, func(a, b string) int { return installedVersion(b) - installedVersion(a) })
	for _, dir := range installed {
		found = append(found, binaries{dir: dir})
	}
	here, err := os.Getwd()
	if err != nil {
		return found
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		for _, modules := range [...]string{"node_modules", ".tools/postgres/node_modules"} {
			native := filepath.Join(dir, modules, "@embedded-postgres", npmPlatform(), "native")
			found = append(found, binaries{dir: filepath.Join(native, "bin"), embedded: native})
		}
		if dir == filepath.Dir(dir) {
			return found
		}
	}
}

// installedVersion is 15 for /usr/lib/postgresql/15/bin.
func installedVersion(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// npmPlatform is this machine in npm's words, such as linux-x64.
func npmPlatform() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return runtime.GOOS + "-" + arch
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// findBinaries answers the first of the folders that holds a new enough
// initdb and postgres.
func findBinaries(folders []binaries) (binaries, error) {
	var tooOld []string
	for _, b := range folders {
		if _, err := os.Stat(filepath.Join(b.dir, "postgres")); err != nil {
			continue
		}
		if b.embedded != "" { // runs only once it is copied; its version is the package's
			return b, nil
		}
		out, err := exec.CommandContext(context.Background(), filepath.Join(b.dir, "initdb"), "--version").Output()
		version := versionPattern.FindSubmatch(out)
		if err != nil || version == nil {
			continue
		}
		if major, _ := strconv.Atoi(string(version[1])); major >= oldest {
			return b, nil
		}
		tooOld = append(tooOld, fmt.Sprintf("%s has version %s", b.dir, version[1]))
	}
	if len(tooOld) > 0 {
		return binaries{}, fmt.Errorf("version %d or newer is needed: %s", oldest, strings.Join(tooOld, ", "))
	}
	return binaries{}, errors.New("found no initdb and postgres")
}

// cluster is a PostgreSQL server of this process's own, in a folder of its own.
type cluster struct {
	dir      string
	log      *os.File            // what its programs say
	owner    *syscall.Credential // who runs it, when not ourselves
	server   []string            // the server's program, and how it is called
	postgres *exec.Cmd
	watchdog *exec.Cmd
	lifeline *os.File // its closing, by whatever ends this process, sets the watchdog off
}

// The watchdog outlives this process just long enough to clear up after it.
const watchdog = `cat >/dev/null
if read -r pid <"$1/data/postmaster.pid"; then
	kill -QUIT "$pid"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -e "$1/data/postmaster.pid" ] || break
		sleep 0.1
	done
fi
rm -rf "$1"`

// forTests are settings of a cluster in which nothing is meant to last.
var forTests = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"max_connections=200", "shared_buffers=32MB", "max_wal_size=256MB", "autovacuum_naptime=10s",
	"max_parallel_workers_per_gather=0", "jit=off",
}

func startCluster(bin binaries, settings []string) (*cluster, error) {
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := makeFolder(owner)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, owner: owner}
	if err := c.start(bin, settings); err != nil {
		c.stopServer()
		said, _ := os.ReadFile(filepath.Join(dir, "log"))
		c.stop()
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	return c, nil
}

// makeFolder makes the cluster's folder. A socket lies in it, and a socket's
// path may be no longer than some hundred bytes.
func makeFolder(owner *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 || owner != nil {
		parent = "/tmp" // short, and every user's
	}
	dir, err := os.MkdirTemp(parent, "mindflow-pg-")
	if err == nil && owner != nil {
		err = os.Chown(dir, int(owner.Uid), int(owner.Gid))
	}
	return dir, err
}

// unprivileged answers whom to run the server as: PostgreSQL refuses root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil // as ourselves
	}
	for _, name := range [...]string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil && uid != 0 {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

func (c *cluster) start(bin binaries, settings []string) error {
	var err error
	if c.log, err = os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if err := c.guard(); err != nil {
		return fmt.Errorf("start the watchdog: %w", err)
	}
	if bin.embedded != "" {
		dir, err := c.unpack(bin.embedded)
		if err != nil {
			return fmt.Errorf("copy %s: %w", bin.embedded, err)
		}
		bin.dir = dir
	}
	// Where collations differ from a C database's the tests ought to notice:
	// hence an English one, from ICU, so that it needs no locale installed.
	initdb := c.command(filepath.Join(bin.dir, "initdb"), "-D", c.data(), "-U", "postgres", "-E", "UTF8",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "-A", "trust", "--no-sync", "--no-instructions")
	if err := initdb.Run(); err != nil {
		return fmt.Errorf("initdb (it must be built with ICU): %w", err)
	}
	c.server = []string{filepath.Join(bin.dir, "postgres"), "-D", c.data(), "-k", c.dir}
	where := []string{ // a socket in a folder of ours: nobody else's way in
		"listen_addresses=", "port=5432", "unix_socket_permissions=0700", "logging_collector=off",
	}
	for _, setting := range slices.Concat(where, settings) {
		c.server = append(c.server, "-c", setting)
	}
	return c.serve()
}

// serve starts the server in a folder that is made.
func (c *cluster) serve() error {
	server := c.command(c.server[0], c.server[1:]...)
	if err := server.Start(); err != nil {
		return err
	}
	c.postgres = server
	return c.untilReady()
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// command runs a program as the cluster's owner, what it says going to the log.
func (c *cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), program, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.Stdout, cmd.Stderr = c.log, c.log
	// In a session of its own, so that an interrupt at the terminal ends the
	// tests first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.owner}
	return cmd
}

// guard starts the watchdog.
func (c *cluster) guard() error {
	far, near, err := os.Pipe()
	if err != nil {
		return err
	}
	defer far.Close()
	c.lifeline = near
	guard := c.command("/bin/sh", "-c", watchdog, "sh", c.dir)
	guard.Dir, guard.Stdin = "/", far
	if err := guard.Start(); err != nil {
		return err
	}
	c.watchdog = guard
	return nil
}

// untilReady waits until the server says in its pid file that it is ready.
// That file is in a folder of ours, so no other server can be taken for it.
func (c *cluster) untilReady() error {
	for range 3000 {
		lines, _ := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
		if status := strings.Split(string(lines), "\n"); len(status) > 7 && status[0] == strconv.Itoa(c.postgres.Process.Pid) && strings.TrimSpace(status[7]) == "ready" {
			return nil
		}
		var ended syscall.WaitStatus
		if pid, _ := syscall.Wait4(c.postgres.Process.Pid, &ended, syscall.WNOHANG, nil); pid != 0 {
			c.postgres = nil
			return fmt.Errorf("postgres ended at once (exit status %d)", ended.ExitStatus())
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("postgres was not ready after 30 seconds")
}

// url is the server's own database; others are named in its place.
func (c *cluster) url() string {
	q := url.Values{"host": {c.dir}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: q.Encode()}
	return u.String()
}

// stopServer ends the server without ceremony.
func (c *cluster) stopServer() {
	if c.postgres != nil {
		_ = c.postgres.Process.Signal(syscall.SIGQUIT)
		_ = c.postgres.Wait()
		c.postgres = nil
	}
}

// stop ends the server and removes its folder.
func (c *cluster) stop() {
	c.stopServer()
	if c.lifeline != nil {
		_ = c.lifeline.Close()
	}
	if c.watchdog != nil {
		_ = c.watchdog.Wait()
	}
	if c.log != nil {
		_ = c.log.Close()
	}
	_ = os.RemoveAll(c.dir)
}

// unpack copies an npm package's native folder into the cluster's own, where
// its owner may read it, and adds the symbolic links that npm cannot carry.
func (c *cluster) unpack(native string) (string, error) {
	to := filepath.Join(c.dir, "native")
	if err := os.CopyFS(to, os.DirFS(native)); err != nil {
		return "", err
	}
	if err := link(to); err != nil {
		return "", err
	}
	if c.owner == nil {
		return filepath.Join(to, "bin"), nil
	}
	return filepath.Join(to, "bin"), filepath.WalkDir(to, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(c.owner.Uid), int(c.owner.Gid))
	})
}

// link makes the links that native's pg-symlinks.json lists, in paths that
// begin with "native/", unless the package's own script already has.
func link(native string) error {
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		at := filepath.Join(filepath.Dir(native), filepath.FromSlash(l.Target))
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(to, at); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

package release

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mindflow/test/deploy/debian"
)

// newMachine is a fleet of one host that systemd runs, with the older package as it is after its installation: on SQLite.
func newMachine(t *testing.T) (*fleet, *debian.Machine) {
	t.Helper()
	m := debian.Boot(t)
	h := &host{name: "a", root: m.Root, url: "http://127.0.0.1:8000", http: m.HTTP()}
	f := &fleet{t: t, dir: t.TempDir(), hosts: []*host{h}}
	cmd := m.Command(context.Background(), "bash", "-c")
	var enter strings.Builder
	enter.WriteString("exec env -i " + strings.Join(cmd.Env[:3], " "))
	for _, word := range cmd.Args {
		fmt.Fprintf(&enter, " %q", word)
	}
	enter.WriteString(` "$command"`)
	must(t, os.WriteFile(f.ssh(), fmt.Appendf(nil, ssh, f.dir, enter.String()), 0o755))
	h.write(t, "older.deb", read(t, olderPackage(t)))
	m.Run(t, "dpkg", "-i", "/older.deb")
	h.set(t, "SHUTDOWN_DELAY=500ms", "RATE_LIMIT_USER=off", "RATE_LIMIT_READ=off", "RATE_LIMIT_AUTH=off", "RATE_LIMIT_SIGNIN=off", "SIGNUP=open")
	m.Run(t, "systemctl", "restart", "mindflow")
	h.serves(t, "7.0.0")
	return f, m
}

// set adds settings, for the next start.
func (h *host) set(t *testing.T, settings ...string) {
	t.Helper()
	path := filepath.Join(h.root, "etc/mindflow/mindflow.env")
	content := read(t, path) + strings.Join(settings, "\n") + "\n"
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// Without the socket that systemd holds, requests are refused while the server restarts.
func TestAReleaseToOneHostUnderSystemdLosesNoRequest(t *testing.T) {
	t.Parallel()
	f, m := newMachine(t)
	h := f.hosts[0]
	p := signUpBy(t, &http.Transport{DialContext: m.Dial, MaxIdleConnsPerHost: 16}, h.url)
	h.set(t, "SIGNUP=closed") // the newer server lets nobody register: the smoke test has its account opened
	end := p.load(t)
	f.run(good.pack(t)).is(t, 0, "a serve 8.0.0, schema "+newest)
	end()
	h.serves(t, "8.0.0")
	p.intact(t)

	// systemd starts one that ends at its start again and again; a release does not wait for that.
	f.impatient().run(crashing.pack(t)).is(t, 1, "the health check failed: a: ", "a serve 8.0.0 as before")
	h.serves(t, "8.0.0")
	if state := m.Run(t, "systemctl", "is-active", "mindflow.service", "mindflow.socket"); state != "active\nactive\n" {
		t.Errorf("the units are %q", state)
	}
	p.intact(t)
}

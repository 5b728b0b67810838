package release

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/test/deploy/debian"
	"mindflow/test/stage"
)

// sshd lets a user in who may sudo, by ssh itself. What it answers is what release.sh calls as ssh.
func (f *fleet) sshd(t *testing.T) (client, known string) {
	t.Helper()
	stage.Installed(t, "ssh", "openssh-client")
	h, dir, address := f.hosts[0], t.TempDir(), stage.FreeAddress(t)
	_, port, _ := strings.Cut(address, ":")
	key := filepath.Join(dir, "key")
	run(t, exec.CommandContext(context.Background(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key))
	debian.Run(t, h.root, "useradd", "--create-home", "--shell", "/bin/sh", "deployer")
	h.write(t, "etc/sudoers.d/deployer", "deployer ALL=(root) NOPASSWD: ALL\n")
	h.write(t, "home/deployer/.ssh/authorized_keys", read(t, key+".pub"))
	debian.Run(t, h.root, "chown", "-R", "deployer:", "/home/deployer/.ssh")
	must(t, os.MkdirAll(filepath.Join(h.root, "run/sshd"), 0o755))
	known = filepath.Join(dir, "known_hosts")
	write(t, known, "a "+read(t, filepath.Join(h.root, "etc/ssh/ssh_host_ed25519_key.pub")))

	var said stage.Logbook
	cmd := debian.Command(context.Background(), h.root, "/usr/sbin/sshd", "-D", "-e", "-p", port, "-o", "ListenAddress=127.0.0.1", "-o", "PasswordAuthentication=no")
	cmd.Stderr = &said
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", said.String())
		}
	})
	stage.Eventually(t, 10*time.Second, "sshd listens", func() bool { return strings.Contains(said.String(), "Server listening") })
	config := filepath.Join(dir, "config")
	write(t, config, fmt.Sprintf("Host a\n\tHostName 127.0.0.1\n\tPort %s\n\tHostKeyAlias a\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n\tStrictHostKeyChecking yes\n", port, key, known))
	must(t, os.Chmod(config, 0o600))
	client = filepath.Join(dir, "ssh")
	write(t, client, "#!/bin/sh\nexec ssh -F "+config+" \"$@\"\n")
	return client, known
}

func TestAReleaseGoesBySSHAndSudo(t *testing.T) {
	if !long() {
		t.Skip("in the long form")
	}
	t.Parallel()
	f := newFleetWith(t, []string{"openssh-server", "sudo"}, "a")
	p := signUp(t, f.hosts[0].url)
	p.keep(t, "a task")
	before := f.data()
	client, known := f.sshd(t)
	f.settings = []string{"RELEASE_SSH=" + client, "RELEASE_USER=deployer"}
	pack := good.pack(t)

	host := read(t, known)
	run(t, exec.CommandContext(context.Background(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", known+".other"))
	write(t, known, "a "+read(t, known+".other.pub"))
	f.run(pack).is(t, 1, "a cannot be reached: ", "Host key verification failed", "Nothing was changed.")
	write(t, known, host)

	f.impatient().run(crashing.pack(t)).is(t, 1, "the health check failed: a: ", "a serve 7.0.0 as before")
	unchanged(t, before, f.data())
	seen := watched(t)
	f.run(pack).is(t, 0, "a serve 8.0.0, schema "+newest)
	for _, line := range seen() {
		t.Errorf("any process could read: %s", line)
	}

	// The connections end, and with them what keeps the lock; the step that runs on the host goes on.
	var said bytes.Buffer
	cmd := f.command(t.Context(), &said, better.pack(t))
	cmd.Env = append(cmd.Env, "HEALTH_SECONDS=60")
	must(t, cmd.Start())
	stage.Eventually(t, 60*time.Second, "the host is switched", func() bool {
		_, body := get(oneTime, f.hosts[0].url+"/health")
		return strings.Contains(body, "8.1.0")
	})
	must(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL))
	_ = cmd.Wait()
	f.next("--rollback").is(t, 0, "done: a serve the version before 8.1.0, 8.0.0, schema "+newest)
	f.serve("8.0.0")
	p.intact(t)
}

// watched looks at what all processes were called with, until the function it answers is called. That says what of it was secret.
func watched(t *testing.T) (end func() []string) {
	t.Helper()
	stop, ended, looks := make(chan struct{}), make(chan struct{}), 0
	found := map[string]bool{}
	go func() {
		defer close(ended)
		for ; ; looks++ {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range all {
				raw, _ := os.ReadFile(path)
				words := strings.ReplaceAll(string(raw), "\x00", " ")
				// What the host's part is made of is in the arguments of ssh; only what comes in its place is secret.
				if strings.Contains(words, `{"email":"release-`) || strings.Contains(words, " eyJ") {
					found[words[max(0, len(words)-200):]] = true
				}
			}
		}
	}()
	return func() []string {
		close(stop)
		<-ended
		t.Logf("looked %d times", looks)
		var lines []string
		for words := range found {
			lines = append(lines, words)
		}
		return lines
	}
}

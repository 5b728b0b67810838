package install_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// doctl stands in for DigitalOcean's program: it writes down what it is asked.
const doctl = `#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in
*'ssh-key list'*) printf 'aa:bb\ncc:dd\n' ;;
*'droplet list'*Name*) [ ! -e "$ASKED.made" ] || echo mindflow-prod ;;
*'droplet list'*PublicIPv4*) echo 192.0.2.7 ;;
*'droplet create'*) touch "$ASKED.made" ;;
*'firewall list'*) [ ! -e "$ASKED.firewall" ] || echo mindflow ;;
*'firewall create'*) touch "$ASKED.firewall" ;;
esac
`

func TestTheMachineIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "doctl"), []byte(doctl), 0o755); err != nil {
		t.Fatal(err)
	}
	create := func(words ...string) (string, string) {
		t.Helper()
		asked := filepath.Join(dir, "asked")
		_ = os.Remove(asked)
		cmd := exec.CommandContext(t.Context(), "../../../deploy/digitalocean/create.sh", words...)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "ASKED="+asked)
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		calls, err := os.ReadFile(asked)
		if err != nil {
			t.Fatal(err)
		}
		return string(said), string(calls)
	}
	said, calls := create("--dry-run")
	contains(t, said, "would: doctl compute droplet create mindflow-prod", "would: doctl compute firewall create")
	if strings.Contains(calls, " create ") {
		t.Errorf("a dry run asks for %s", calls)
	}
	said, calls = create()
	contains(t, calls, "droplet create mindflow-prod --region sfo3 --size s-1vcpu-2gb --image ubuntu-24-04-x64 --ssh-keys aa:bb,cc:dd --enable-monitoring --enable-backups",
		"--tag-names mindflow --user-data-file", "ports:22,", "ports:80,", "ports:443,")
	contains(t, said, "192.0.2.7", "deploy/install.sh")
	if _, calls = create(); strings.Contains(calls, " create ") {
		t.Errorf("the second time it makes %s", calls)
	}
	cmd := exec.CommandContext(t.Context(), "../../../deploy/digitalocean/create.sh", "--what")
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 2 {
		t.Errorf("a word it does not know: exit code %d", cmd.ProcessState.ExitCode())
	}
}

// TestUserDataHasNoSecret looks for what would be one: whatever runs on a
// machine can read its user data.
func TestUserDataHasNoSecret(t *testing.T) {
	text, err := os.ReadFile("../../../deploy/digitalocean/cloud-init.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(text), "#cloud-config\n", "ssh_pwauth: false")
	if found := regexp.MustCompile(`(?i)passw(or)?d\s*[:=]|secret\w*\s*[:=]|token\s*[:=]|PRIVATE KEY|[0-9a-f]{32}`).Find(text); found != nil {
		t.Errorf("there is %q", found)
	}
}

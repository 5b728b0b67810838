package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file of settings has several readers besides systemd, each a program of its own
// that is alone on a machine. What they read is what the server gets from systemd.
// Seen red with scripts that kept the backslashes of a value in quotes.
func TestWhoeverReadsAFileOfSettingsReadsTheSame(t *testing.T) {
	const content = "# PLAIN=no\n; QUOTED=no\n\nPLAIN=postgres://a:b@127.0.0.1/x?y=z#w\nQUOTED=\"a word\"  \nSINGLE='it is $HOME \\\" '\n" +
		"ESCAPED=\"a \\\"b\\\" \\\\ \\$c \\`d\"\nNOTHING=\nBLANKS=  \n  INDENTED=yes\nlower=yes\nexport EXPORTED=no\n" +
		"RUN=$(echo no) `echo no`\nMAIL=Ada <ada@example.org>\nTWICE=first\nTWICE=second\nno setting\n=no\nLAST=yes"
	want := map[string]string{
		"PLAIN": "postgres://a:b@127.0.0.1/x?y=z#w", "QUOTED": "a word", "SINGLE": `it is $HOME \" `, "ESCAPED": "a \"b\" \\ $c `d", "NOTHING": "", "BLANKS": "",
		"INDENTED": "yes", "lower": "yes", "RUN": "$(echo no) `echo no`", "MAIL": "Ada <ada@example.org>", "TWICE": "second", "LAST": "yes",
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "mindflow.env")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// A script that would become another user stays who it is, and tells what environment root has by then.
	for name, script := range map[string]string{
		"setpriv": "env >>" + dir + "/setpriv.env\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n",
		"id":      "[ \"$*\" = '-u mindflow' ] || exec /usr/bin/id \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, withFile(map[string]string{}, content)); diff != "" {
		t.Errorf("the doctor (-want +got):\n%s", diff)
	}
	for script, read := range map[string]string{
		"install.sh":                   "DATA_DIR=/; with_settings env -0",
		"drill/mindflow-restore-drill": "with_settings env -0",
		"package/mindflow-admin":       "also=; with_settings env -0",
		"release-host.sh":              "settings=(\"$settings\"); load; as_service env -0",
	} {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", "set -euo pipefail\n"+functions(t, "../../deploy/"+script)+"\nexport DATA_DIR=/; settings="+file+" owner_settings=/dev/null\n"+read)
		cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=/"}
		said, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v", script, err)
			continue
		}
		got := map[string]string{}
		for pair := range strings.SplitSeq(strings.TrimSuffix(string(said), "\x00"), "\x00") {
			name, value, _ := strings.Cut(pair, "=")
			got[name] = value
		}
		maps.DeleteFunc(got, func(name, _ string) bool { // the shell's own
			return strings.Contains(" PATH HOME PWD OLDPWD SHLVL _ DATA_DIR BACKUP_DIR LISTEN_ADDR ", " "+name+" ")
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
		// Whom they belong to may write them: with PATH or LD_PRELOAD they would say what root runs.
		roots, err := os.ReadFile(filepath.Join(dir, "setpriv.env"))
		if os.Getuid() == 0 && err != nil {
			t.Errorf("%s becomes nobody else: %v", script, err)
		}
		for name := range want {
			if strings.Contains("\n"+string(roots), "\n"+name+"=") {
				t.Errorf("%s: root has %s of the settings in its environment", script, name)
			}
		}
		_ = os.Remove(filepath.Join(dir, "setpriv.env"))
	}
}

// functions are those of a shell script, without what it does by itself.
func functions(t *testing.T, script string) string {
	t.Helper()
	content, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	inside := false
	for line := range strings.Lines(string(content)) {
		begins := strings.Contains(line, "() {") && !strings.HasPrefix(line, "\t")
		if inside || begins {
			all.WriteString(line)
		}
		inside = (inside || begins) && !strings.HasPrefix(line, "}") && (!begins || !strings.HasSuffix(strings.TrimSpace(line), "}"))
	}
	return all.String()
}

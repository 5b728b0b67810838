package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mindflow/internal/client"
	"mindflow/test/stage"
)

func TestWhatALineGoesOnWith(t *testing.T) {
	s := newShell(t)
	for _, account := range []client.Account{
		{Server: "http://127.0.0.1:8000", Email: "ada@example.com"},
		{Server: "https://mind.example.org", Email: "ada@example.com"},
		{Server: "https://mind.example.org", Email: "bob@example.com"},
	} {
		s.keep(t, client.Credentials{Server: account.Server, Email: account.Email, RefreshToken: "r"})
	}
	for line, want := range map[string]string{
		"mindflow l":                              "list login logout",
		"mindflow li":                             "list",
		"mindflow op":                             "", // hidden
		"mindflow comp":                           "completion",
		"mindflow --account bob@example.com acc":  "accounts",
		"mindflow migrate u":                      "up",
		"mindflow migrate st":                     "status stamp",
		"mindflow list --so":                      "--sort",
		"mindflow list --a":                       "--account --all",
		"mindflow list --status ":                 "open all pending in_progress snoozed completed cancelled",
		"mindflow list --status=p":                "pending",
		"mindflow list --sort -p":                 "-priority -position",
		"mindflow projects --d":                   "--deleted",
		"mindflow trash --json --co":              "--color",
		"mindflow trash p":                        "purge",
		"mindflow list --all --color a":           "auto always",
		"mindflow list --sort=-d":                 "-due_date",
		"mindflow list --limit ":                  "",
		"mindflow list --limit 3 --js":            "--json",
		"mindflow list ":                          "",
		"mindflow import ":                        "taskwarrior todotxt todoist csv",
		"mindflow import t":                       "taskwarrior todotxt todoist",
		"mindflow import taskwarrior ":            ":files",
		"mindflow import taskwarrior ab":          ":files",
		"mindflow import --user a@b taskwarrior ": ":files",
		"mindflow import taskwarrior x --user ":   "",
		"mindflow import taskwarrior x ":          "",
		"mindflow completion ":                    "bash zsh fish",
		"mindflow use a":                          "ada@example.com@127.0.0.1:8000 ada@example.com@mind.example.org",
		"mindflow use bob@":                       "example.com",
		"mindflow next --account=b":               "bob@example.com",
		"mindflow next --server ":                 "http://127.0.0.1:8000 https://mind.example.org",
		"mindflow next --server http:":            "//127.0.0.1:8000",
		"mindflow add 'Write list' --pri":         "--priority",
		"mindflow add \"--\" --pri":               "",
		`mindflow add a\ b --ti`:                  "--time",
		"mindflow frobnicate ":                    "",
		"mindflow list --frob=":                   "",
		"mindflow":                                "",
		"mindflow  next   --j":                    "--json",
	} {
		if got := strings.Fields(s.must(t, "complete", "bash", line)); strings.Join(got, " ") != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	same(t, s.must(t, "complete", "fish", "sno"), "snooze\tPut a task out of sight until later\n")
	same(t, s.must(t, "complete", "zsh", "use", "ada@example.com@1"), "ada@example.com@127.0.0.1\\:8000:\n")
	same(t, s.must(t, "complete", "fish", "list", "--status=pen"), "--status=pending\t\n")
	if out := s.must(t, "complete", "fish", ""); !strings.Contains(out, "serve\t") || strings.Contains(out, "complete\t") {
		t.Error(out)
	}
	if r := s.run(t, "complete", "bash"); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
}

// inShell runs a script of a shell that finds the program, in a folder with a
// file named tasks.json.
func inShell(t *testing.T, shell string, args ...string) string {
	t.Helper()
	path := stage.Installed(t, shell, shell)
	tests, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"mindflow": "#!/bin/sh\n" + asProgram + "=1 exec '" + tests + "' \"$@\"\n", "tasks.json": "[]",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), path, args...)
	command.Dir = dir
	command.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir, "TERM=dumb", "GOCOVERDIR=" + t.TempDir()}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestCompletionInBash(t *testing.T) {
	out := inShell(t, "bash", "--norc", "-c", `
source <(mindflow completion bash)
complete -p mindflow
tab() {
	COMP_LINE=$1 COMP_POINT=${#1}
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_mindflow mindflow "${COMP_WORDS[COMP_CWORD]}" ''
	echo "${COMPREPLY[@]}"
}
tab 'mindflow sn' mindflow sn
tab 'mindflow list --status=c' mindflow list --status = c
tab 'mindflow import taskwarrior ta' mindflow import taskwarrior ta
`)
	same(t, out, "complete -F _mindflow mindflow\nsnooze\ncompleted cancelled\ntasks.json\n")
}

func TestCompletionInFish(t *testing.T) {
	out := inShell(t, "fish", "--no-config", "-c", `
mindflow completion fish | source
complete -C 'mindflow sno'
complete -C 'mindflow list --sort -pri'
complete -C 'mindflow import taskwarrior tas'
`)
	same(t, out, "snooze\tPut a task out of sight until later\n-priority\ntasks.json\n")
}

func TestCompletionInZsh(t *testing.T) {
	out := inShell(t, "zsh", "-f", "-c", `
autoload -U compinit && compinit -u
source <(mindflow completion zsh)
print $_comps[mindflow]
_describe() { print -l -- ${(P)2} }
_files() { print files }
words=(mindflow sno) CURRENT=2 _mindflow
words=(mindflow list --status=pen) CURRENT=3 _mindflow
words=(mindflow import taskwarrior '') CURRENT=4 _mindflow
words=(mindflow list --limit '') CURRENT=4 _mindflow
print end
`)
	same(t, out, "_mindflow\nsnooze:Put a task out of sight until later\n--status=pending:\nfiles\nend\n")
}

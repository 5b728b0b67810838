package release

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

func TestTheOlderServerServesOnTheNewerSchema(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { olderOnNewer(t, "sqlite:///"+filepath.Join(t.TempDir(), "mindflow.db")) })
	t.Run("postgres", func(t *testing.T) {
		if storetest.Postgres(t) == "" {
			t.Skip("without PostgreSQL")
		}
		olderOnNewer(t, storetest.Empty(t, storetest.PostgreSQL))
	})
}

func olderOnNewer(t *testing.T, database string) {
	old, newer := programs(t)
	command := func(program string, words ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.Background(), program, words...)
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "ENVIRONMENT=production", "PUBLIC_URL=https://mind.example.org",
			"SECRET_KEY=a secret key of the tests that is long enough", "DATABASE_URL=" + database, "SHUTDOWN_DELAY=0s",
		}
		return cmd
	}
	run(t, command(newer, "migrate"))
	address := stage.FreeAddress(t)
	server := command(old, "serve")
	server.Env = append(server.Env, "LISTEN_ADDR="+address)
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	stage.Eventually(t, 20*time.Second, "the older server is ready", func() bool {
		status, _ := get(oneTime, "http://"+address+"/health/ready")
		return status == 200
	})
	walk(t, signUp(t, "http://"+address))
	backup := filepath.Join(t.TempDir(), "all.backup")
	run(t, command(old, "backup", backup))
	run(t, command(old, "backup", "--verify", backup))
}

// walk is what a person does, on every kind of thing there is. Each answer must be one.
func walk(t *testing.T, p *person) {
	t.Helper()
	known := map[string]string{}
	for _, step := range []struct{ named, method, path, body string }{
		{"", "GET", "/api/auth/me", ""},
		{"", "PATCH", "/api/auth/me", `{"full_name": "Ada"}`},
		{"", "GET", "/api/sessions", ""},
		{"token", "POST", "/api/tokens", `{"name": "script", "scopes": ["tasks:read"]}`},
		{"", "GET", "/api/tokens", ""},
		{"", "DELETE", "/api/tokens/{token}", ""},
		{"", "GET", "/api/grants", ""},
		{"project", "POST", "/api/projects", `{"name": "Garden"}`},
		{"", "PATCH", "/api/projects/{project}", `{"name": "The garden"}`},
		{"", "GET", "/api/projects", ""},
		{"task", "POST", "/api/tasks", `{"title": "Water the plants", "project_id": "{project}", "tags": ["home"], "recurrence": {"rule": "FREQ=DAILY"}, "due_date": "2031-01-01"}`},
		{"other", "POST", "/api/tasks/quick", `{"text": "call Ada tomorrow #phone"}`},
		{"again", "POST", "/api/tasks", `{"title": "Stretch", "recurrence": {"rule": "FREQ=DAILY"}, "due_date": "2031-01-01"}`},
		{"", "POST", "/api/tasks/parse", `{"text": "call Ada tomorrow"}`},
		{"step", "POST", "/api/tasks", `{"title": "Fill the can", "parent_id": "{task}"}`},
		{"", "GET", "/api/tasks/{task}/steps", ""},
		{"", "GET", "/api/tasks/{task}/dependencies", ""},
		{"", "GET", "/api/tasks", ""},
		{"", "GET", "/api/tasks/pending", ""},
		{"", "GET", "/api/tasks/best", ""},
		{"", "GET", "/api/tasks/ranked", ""},
		{"", "PATCH", "/api/tasks/{task}", `{"title": "Water all plants"}`},
		{"", "POST", "/api/tasks/{other}/snooze", `{"until": "2031-01-01T08:00:00Z"}`},
		{"", "POST", "/api/tasks/{task}/complete", ""},
		{"", "POST", "/api/tasks/{again}/skip", ""},
		{"", "POST", "/api/tasks/{other}/complete", ""},
		{"", "POST", "/api/tasks/{other}/reopen", ""},
		{"", "DELETE", "/api/tasks/{other}", ""},
		{"", "GET", "/api/trash", ""},
		{"", "POST", "/api/tasks/{other}/restore", ""},
		{"", "POST", "/api/projects/{project}/archive", ""},
		{"", "POST", "/api/projects/{project}/unarchive", ""},
		{"change", "GET", "/api/changes?limit=1", ""},
		{"", "POST", "/api/undo", `{"change": "{change}"}`},
		{"", "POST", "/api/import/todotxt", "(A) Buy seeds"},
		{"", "GET", "/api/templates", ""},
		{"", "GET", "/api/reminders", ""},
		{"", "GET", "/api/preferences", ""},
		{"", "GET", "/api/export/json", ""},
	} {
		path, body := step.path, step.body
		for name, id := range known {
			path, body = strings.ReplaceAll(path, "{"+name+"}", id), strings.ReplaceAll(body, "{"+name+"}", id)
		}
		answer, err := p.send(step.method, path, body)
		if err != nil {
			t.Error(err)
			continue
		}
		if step.named != "" {
			named := regexp.MustCompile(`"(?:id|change)":"?([^",}]+)`).FindSubmatch(answer)
			if named == nil {
				t.Fatalf("%s %s names nothing: %s", step.method, path, answer)
			}
			known[step.named] = string(named[1])
		}
	}
}

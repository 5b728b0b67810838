package faults

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/test/stage"
)

// attach lets strace look at a server's system calls, or meddle with them,
// until stop. Where there is no strace the test is skipped; under CI=true it fails.
func attach(t *testing.T, s *server, args ...string) (stop func()) {
	t.Helper()
	program := stage.Installed(t, "strace", "strace")
	cmd := exec.CommandContext(context.Background(), program, append([]string{"-f", "-p", strconv.Itoa(s.cmd.Process.Pid)}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Signal(os.Interrupt) // it lets go of the server, which goes on
			_ = cmd.Wait()
		}
	}
	t.Cleanup(stop)
	attached := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(said)
		lines.Scan()
		attached <- lines.Text()
		_, _ = io.Copy(io.Discard, said)
	}()
	select {
	case line := <-attached:
		if !strings.Contains(line, "attached") {
			t.Fatalf("strace: %s", line)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("strace does not attach")
	}
	return stop
}

// embedded starts a server on SQLite, and answers the file's name.
func embedded(t *testing.T, settings ...string) (*server, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mindflow.db")
	return start(t, append(settings, "DATABASE_URL=sqlite:///"+file)...).ready(), file
}

var (
	logWritten = regexp.MustCompile(`(?:pwrite64|pwritev|write)\(\d+<[^>]*-wal>`)
	logSynced  = regexp.MustCompile(`(?:fsync|fdatasync)\(\d+<[^>]*-wal>`)
	answerSent = regexp.MustCompile(`write\(\d+<(?:TCP|socket)[^"]*"HTTP/1\.1 (\d+)`)
	thread     = regexp.MustCompile(`^(\d+) +`)
)

// order reads what strace wrote: every answer to a change must find the log
// written since the last one, and synced since it was written. It answers how
// many there were, and what is out of order.
func order(trace io.Reader) (answers int, wrong []string) {
	written, synced := false, true
	syncing := map[string]bool{} // by thread
	lines := bufio.NewScanner(trace)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		of := thread.FindString(line)
		over := strings.Contains(line, "= 0") && !strings.Contains(line, "<unfinished")
		switch {
		case logWritten.MatchString(line):
			written, synced = true, false
			clear(syncing) // a sync that began before does not count
		case logSynced.MatchString(line):
			syncing[of] = true
			if over {
				synced = true
			}
		case strings.Contains(line, "sync resumed>") && syncing[of] && over:
			synced = true
		case answerSent.MatchString(line):
			answers++
			if !written {
				wrong = append(wrong, "nothing was written before "+line)
			}
			if !synced {
				wrong = append(wrong, "it was not synced before "+line)
			}
			written = false
		}
	}
	return answers, wrong
}

// changes are one request of every kind that changes something, in an order that works.
func changes(t *testing.T, p *person, round int) []func() (int, []byte) {
	t.Helper()
	send := func(method, path, body string, header ...string) func() (int, []byte) {
		return func() (int, []byte) {
			status, raw, _, err := p.try(method, path, body, header...)
			if err != nil {
				return 0, []byte(err.Error())
			}
			return status, raw
		}
	}
	id := "/api/tasks/" + mindflow.NewID[mindflow.Task](time.Now()).String()
	return []func() (int, []byte){
		send("POST", "/api/auth/register", `{"email": "another@example.com", "password": "`+password+`"}`),
		func() (int, []byte) { return p.signIn("/api/auth/login", p.account()) },
		func() (int, []byte) {
			return p.signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, p.refresh))
		},
		send("POST", "/api/tasks", fmt.Sprintf(`{"id": %q, "title": "made"}`, strings.TrimPrefix(id, "/api/tasks/"))),
		send("POST", "/api/tasks", `{"title": "made once"}`, "Idempotency-Key", fmt.Sprint("made-", round)),
		send("PATCH", id, `{"title": "changed"}`),
		send("PUT", id, `{"title": "changed again"}`),
		send("POST", id+"/snooze?hours=2", ""),
		send("POST", id+"/complete", ""),
		send("POST", id+"/reopen", ""),
		send("DELETE", id, ""),
		send("POST", id+"/restore", ""),
		send("PUT", "/api/preferences", fmt.Sprintf(`{"weight_urgency": %d}`, 41+round)),
		send("POST", "/api/import/todotxt", fmt.Sprintf("one %d\ntwo\n", round)),
		send("POST", "/api/import/todotxt", fmt.Sprintf("three %d\n", round), "Idempotency-Key", fmt.Sprint("imported-", round)),
		func() (int, []byte) {
			return send("POST", "/api/auth/logout", fmt.Sprintf(`{"refresh_token": %q}`, p.refresh))()
		},
		func() (int, []byte) { return p.signIn("/api/auth/login", p.account()) },
		send("POST", "/api/auth/revoke", ""),
	}
}

// The sync comes before the answer, whatever is written. Seen red with
// synchronous=OFF, where nothing is synced.
func TestNoAnswerLeavesBeforeItsSync(t *testing.T) {
	s, _ := embedded(t)
	ada := signUp(t, s.url, "ada@example.com")
	trace := filepath.Join(t.TempDir(), "trace")
	for round := range often(1, 20) {
		stop := attach(t, s, "-yy", "-s", "24", "-o", trace, "-e", "trace=write,writev,pwrite64,pwritev,fsync,fdatasync,sendto,sendmsg")
		all := changes(t, ada, round)
		if round > 0 {
			all = all[1:] // the other one is registered
		}
		for i, change := range all {
			if status, raw := change(); status < 200 || status > 204 {
				t.Fatalf("change %d: %d %s", i, status, raw)
			}
		}
		stop()
		file, err := os.Open(trace)
		if err != nil {
			t.Fatal(err)
		}
		answers, wrong := order(file)
		_ = file.Close()
		if answers != len(all) {
			t.Errorf("%d answers of %d are in the trace", answers, len(all))
		}
		for _, line := range wrong {
			t.Error(line)
		}
		if status, raw := ada.signIn("/api/auth/login", ada.account()); status != http.StatusOK {
			t.Fatalf("%d %s", status, raw)
		}
	}
}

// The reading of a trace must be able to fail.
func TestTracesOutOfOrderAreSeen(t *testing.T) {
	const (
		write  = "7 pwrite64(5</x/mindflow.db-wal>, \"a\", 4096, 0) = 4096\n"
		sync   = "7 fdatasync(5</x/mindflow.db-wal>) = 0\n"
		begin  = "7 fdatasync(5</x/mindflow.db-wal> <unfinished ...>\n"
		end    = "7 <... fdatasync resumed>) = 0\n"
		failed = "7 fdatasync(5</x/mindflow.db-wal>) = -1 EIO (Input/output error) (INJECTED)\n"
		answer = "9 write(8<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"HTTP/1.1 201 Created\\r\\n\"..., 300) = 300\n"
	)
	for trace, want := range map[string]int{
		write + sync + answer:            0,
		write + begin + end + answer:     0,
		write + begin + answer + end:     1,
		write + answer + sync:            1,
		write + failed + answer:          1,
		sync + write + answer:            1,
		begin + write + end + answer:     1,
		answer:                           1,
		write + sync + answer + answer:   1,
		write + write + sync + answer:    0,
		write + sync + write + answer:    1,
		"3 " + write[2:] + sync + answer: 0,
	} {
		if answers, wrong := order(strings.NewReader(trace)); len(wrong) != want || answers == 0 {
			t.Errorf("%q: %q, %d wrong expected", trace, wrong, want)
		}
	}
}

package watch

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	// selector is what an expression reads: a name that some program tells, with the labels that are meant.
	selector = regexp.MustCompile(`\b(?:mindflow|process|go|node|alertmanager|prometheus|ALERTS|up)(?:[_:][\w:]*)?\b(?:\{[^}]*\})?`)
	// failing is what is there while something fails only.
	failing = regexp.MustCompile(`status=~?"5|^ALERTS`)
	// unknown is what the kernel of a container may not tell.
	unknown = regexp.MustCompile(`^node_timex_`)
)

// asked are all expressions: those of the dashboard, of the rules, and of the guide.
func asked(t *testing.T) []string {
	t.Helper()
	all := append(queries(t), triggers(t)...)
	for _, text := range strings.Split(read(t, rules), "\n      - ")[1:] {
		_, expr, _ := strings.Cut(text, "expr: ")
		expr, _, _ = strings.Cut(expr, "\n        for: ")
		var lines []string
		for line := range strings.SplitSeq(strings.TrimLeft(expr, ">|-"), "\n") {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "- name:") && !strings.HasPrefix(line, "rules:") {
				lines = append(lines, line)
			}
		}
		all = append(all, strings.Join(lines, " "))
	}
	return all
}

// selectors are what the expressions read, each once.
func selectors(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, expr := range asked(t) {
		all = append(all, selector.FindAllString(expr, -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// finds waits until whatever is read is there, with the labels that are meant, and
// each panel of the dashboard shows something: all of those that are wanted. The
// server is used meanwhile.
func (w *watching) finds(end time.Time, wanted func(string) bool, use func()) {
	w.t.Helper()
	var left []string
	for _, s := range selectors(w.t) {
		if wanted(s) && !unknown.MatchString(s) {
			left = append(left, s)
		}
	}
	for _, q := range queries(w.t) {
		if wanted(q) {
			left = append(left, strings.NewReplacer("$__rate_interval", "1m", "offset 1d", "offset 2s").Replace(q))
		}
	}
	if len(left) == 0 {
		w.t.Error("nothing is asked")
	}
	for len(left) > 0 {
		use()
		left = slices.DeleteFunc(left, func(q string) bool { v := w.value(q); return v != "" && v != "NaN" })
		if time.Now().After(end) {
			w.t.Errorf("nothing is found for\n%s", strings.Join(left, "\n"))
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// use has a person use a server: they open an account, come in, make a task and ask
// for the best. Then somebody tries passwords until that is refused. It answers the
// person's token.
func use(t *testing.T, address string) (token string) {
	t.Helper()
	register(t, address)
	const account = `{"email": "ada@example.com", "password": "correct horse battery"}`
	var got struct {
		Access string `json:"access_token"`
	}
	if raw := send(t, http.MethodPost, address+"/api/auth/login", "", account, http.StatusOK); json.Unmarshal(raw, &got) != nil || got.Access == "" {
		t.Fatalf("nobody is let in: %s", raw)
	}
	for range 3 {
		send(t, http.MethodPost, address+"/api/tasks", got.Access, `{"title": "Water the plants"}`, http.StatusCreated)
		send(t, http.MethodGet, address+"/api/tasks/best", got.Access, "", http.StatusOK)
	}
	send(t, http.MethodGet, address+"/api/tasks/best", "", "", http.StatusUnauthorized)
	for range 3 {
		send(t, http.MethodPost, address+"/api/auth/login", "", strings.Replace(account, "horse", "cow", 1), 0)
	}
	return got.Access
}

// send sends one request, whose answer has this status; 0 is any.
func send(t *testing.T, method, url, token, body string, status int) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil || status != 0 && answer.StatusCode != status {
		t.Fatalf("%s %s: %d %v %s", method, url, answer.StatusCode, err, raw)
	}
	return raw
}

// certificateOf is what is written of a certificate that holds.
func certificateOf(t *testing.T) string {
	t.Helper()
	port, trusted := shows(t, "localhost", time.Now().Add(60*24*time.Hour))
	return look(t, []string{"SSL_CERT_FILE=" + trusted}, net.JoinHostPort("localhost", port))
}

// Where nothing waits, nothing was given up and nobody came, the panel that says so
// shows nought. Seen red with panels that showed nothing then.
func TestAQuietServerShowsNoughtWaiting(t *testing.T) {
	type sample struct {
		Labels string  `json:"labels"`
		Value  float64 `json:"value"`
	}
	type question struct {
		Expr    string   `json:"expr"`
		At      string   `json:"eval_time"`
		Samples []sample `json:"exp_samples"`
	}
	var asked []question
	for _, p := range panels(t) {
		if slices.Contains([]string{"The oldest", "Given up", "Alerts"}, p.Title) {
			asked = append(asked, question{p.Targets[0].Expr, "1m", []sample{{"{}", 0}}})
		}
	}
	if len(asked) != 3 {
		t.Fatalf("%d panels say that nothing waits", len(asked))
	}
	file, err := json.Marshal(map[string]any{"tests": []any{map[string]any{
		"interval":         "15s",
		"input_series":     []any{map[string]string{"series": `up{job="mindflow", instance="a"}`, "values": "1x10"}},
		"promql_expr_test": asked,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "quiet.yml")
	write(t, path, string(file))
	output(t, "promtool", "test", "rules", path)
}

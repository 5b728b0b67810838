package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
)

// brokenServer serves with reports to an endpoint, is asked for what its
// database cannot do, and stops. It answers what arrived at the endpoint, and
// the log.
func brokenServer(t *testing.T, environment string) (reports, log string) {
	t.Helper()
	var mu sync.Mutex
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		reports += string(body)
	}))
	defer endpoint.Close()
	s := newShell(t)
	s.env["DATABASE_URL"] = storetest.URL(t, storetest.SQLite)
	s.env["SENTRY_DSN"] = strings.Replace(endpoint.URL, "://", "://key@", 1) + "/1"
	s.env["ENVIRONMENT"], s.env["SECRET_KEY"], s.env["SHUTDOWN_DELAY"] = environment, strings.Repeat("k", 32), "0s"
	s.env["LOG_LEVEL"], s.env["SLOW_STATEMENT"] = "info", "1us"
	s.clock.tick = time.Microsecond // each statement is slow
	stop := s.serve(t)
	if r := s.enter(t, password, "login", "--register", "--email=ada@example.com"); r.code != exitDone {
		t.Fatal(r.err)
	}
	breakSchema(t, s.env["DATABASE_URL"])
	if r := s.run(t, "add", "Buy a canary"); r.code == exitDone {
		t.Error("a task was added to a broken database")
	}
	r := stop()
	if r.code != exitDone {
		t.Errorf("%+v", r)
	}
	mu.Lock()
	defer mu.Unlock()
	return reports, r.err
}

func TestReportsAreOnTheirWayBeforeTheServerEnds(t *testing.T) {
	reports, log := brokenServer(t, "production")
	for _, want := range []string{
		`"release":"mindflow@` + version + `"`, `"environment":"production"`, `"transaction":"POST /api/tasks/quick"`, "has no column named title",
		`"message":"quick-task"`, `"message":"signed in"`, `"user":{"id":"`, `"request_id":"`,
	} {
		if !strings.Contains(reports, want) {
			t.Errorf("the report lacks %s: %s", want, reports)
		}
	}
	if told := reports + log; strings.Contains(told, "canary") || strings.Contains(told, "ada@") || strings.Contains(told, password) {
		t.Errorf("they tell too much: %s\n%s", reports, log)
	}
	// Production's log is for programs.
	requests, slow := 0, 0
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		if record["msg"] == "request" && record["request_id"] != "" && fmt.Sprint(record["took_ms"]) != "" {
			requests++
		}
		if sql, _ := record["sql"].(string); record["msg"] == "slow statement" && record["level"] == "WARN" && record["request_id"] != nil && strings.Contains(sql, "$1") {
			slow++
		}
	}
	if slow < 10 {
		t.Errorf("the log tells of %d slow statements:\n%s", slow, log)
	}
	if requests < 3 {
		t.Errorf("the log tells of %d requests:\n%s", requests, log)
	}
}

func TestTestsSendNoReports(t *testing.T) {
	reports, log := brokenServer(t, "testing")
	if reports != "" {
		t.Errorf("reported: %s", reports)
	}
	if strings.HasPrefix(log, "{") || !strings.Contains(log, " ERR request request_id=") {
		t.Errorf("the log is not for people:\n%s", log)
	}
}

// breakSchema takes a column away that every task needs.
func breakSchema(t *testing.T, url string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:///"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE tasks RENAME COLUMN title TO lost`); err != nil {
		t.Fatal(err)
	}
}

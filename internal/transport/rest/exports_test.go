package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
	"mindflow/test/hostile"
)

// furnished makes tasks of every kind, and answers how many of them an export holds.
func furnished(p person) int {
	p.srv.t.Helper()
	made := 0
	create := func(body string) string {
		p.srv.clock.Move(time.Second)
		made++
		return p.create(body)
	}
	create(`{"title": "Whole", "description": "two\nlines; \"quoted\", 'so'", "priority": 5, "due_date": "2026-12-04", "start_date": "2026-12-01", "effort_estimate_minutes": 30, "preferred_time": "evening", "tags": ["a,b", "c;d", "e\\f", "=g"]}`)
	create(`{"title": "At an instant", "due_date": "2026-12-03T23:00:00Z"}`)
	create(`{"title": "=HYPERLINK(\"http://127.0.0.1\")", "description": "@SUM(A1)\n-1"}`)
	p.do("POST /api/tasks/"+create(`{"title": "'=not mine"}`)+"/complete", "").want(http.StatusOK)
	p.do("PATCH /api/tasks/"+create(`{"title": "In progress"}`), `{"status": "in_progress"}`).want(http.StatusOK)
	p.do("PATCH /api/tasks/"+create(`{"title": "Cancelled"}`), `{"status": "cancelled"}`).want(http.StatusOK)
	p.do("POST /api/tasks/"+create(`{"title": "Snoozed"}`)+"/snooze?hours=48", "").want(http.StatusOK)
	p.do("POST /api/tasks/"+create(`{"title": "Woken by now"}`)+"/snooze?hours=1", "").want(http.StatusOK)
	for _, title := range hostile.Texts {
		body, _ := json.Marshal(map[string]any{"title": title, "description": title})
		create(string(body))
	}
	p.do("DELETE /api/tasks/"+p.create(`{"title": "Deleted"}`), "").want(http.StatusNoContent)
	p.srv.clock.Move(2 * time.Hour)
	return made
}

type anyTask = map[string]any

// all walks the list of somebody's tasks, oldest first.
func (p person) all() []anyTask {
	p.srv.t.Helper()
	var all []anyTask
	for cursor := ""; ; {
		var page struct {
			Tasks      []anyTask `json:"tasks"`
			NextCursor *string   `json:"next_cursor"`
		}
		p.do("GET /api/tasks?sort=created_at&limit=200"+cursor, "").want(http.StatusOK).into(&page)
		all = append(all, page.Tasks...)
		if page.NextCursor == nil {
			return all
		}
		cursor = "&cursor=" + *page.NextCursor
	}
}

func TestAnExportAsJSONHoldsTasksAndPreferencesAsTheyAreAnswered(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "Pacific/Kiritimati"), srv.person("eve@example.com", "UTC")
		made := furnished(ada)
		eve.create(`{"title": "Eve's"}`)
		a := ada.do("GET /api/export/json", "").want(http.StatusOK)
		if got, want := a.header.Get("Content-Disposition"), `attachment; filename="mindflow-2026-11-28.json"`; got != want {
			t.Errorf("it is called %s, want %s: it is that day on Kiritimati already", got, want)
		}
		if got := a.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("it is %s", got)
		}
		if !strings.Contains(a.header.Get("Cache-Control"), "no-store") || a.header.Get("RateLimit") != "" && !strings.Contains(a.header.Get("RateLimit"), "reads") {
			t.Errorf("headers %v", a.header)
		}
		var got struct {
			ExportedAt  string    `json:"exported_at"`
			Preferences anyTask   `json:"preferences"`
			Tasks       []anyTask `json:"tasks"`
		}
		a.into(&got)
		var preferences anyTask
		ada.do("GET /api/preferences", "").into(&preferences)
		if len(got.Tasks) != made || got.ExportedAt != srv.clock.Now().Format(mindflow.InstantLayout) {
			t.Errorf("%d tasks at %s, want %d", len(got.Tasks), got.ExportedAt, made)
		}
		if diff := cmp.Diff(ada.all(), got.Tasks); diff != "" {
			t.Errorf("tasks differ (-listed +exported):\n%s", diff)
		}
		if diff := cmp.Diff(preferences, got.Preferences); diff != "" {
			t.Errorf("preferences differ (-answered +exported):\n%s", diff)
		}
		if a := srv.person("new@example.com", "UTC").do("GET /api/export/json", "").want(http.StatusOK); a.at("tasks") != "[]" {
			t.Errorf("nothing is exported as %s", a.body)
		}
	})
}

// whose are the fields that differ between two people's copies of a task.
var whose = []string{"id", "workspace_id", "user_id", "version"}

func TestAnExportAsCSVIsImportedAsTheSameTasks(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada, eve := srv.person("ada@example.com", "Europe/Berlin"), srv.person("eve@example.com", "America/New_York")
		made := furnished(ada)
		a := ada.do("GET /api/export/csv", "").want(http.StatusOK)
		if got, want := a.header.Get("Content-Disposition"), `attachment; filename="mindflow-2026-11-27.csv"`; got != want {
			t.Errorf("it is called %s, want %s", got, want)
		}
		const url = "POST /api/import/csv"
		eve.do(url, string(a.body)).want(http.StatusOK).has(fmt.Sprintf("created=%d; known=0; skipped=0; failed=0; lost=0; remarks=[]", made))
		eve.do(url, string(a.body)).want(http.StatusOK).has(fmt.Sprintf("created=0; known=%d; remarks=[]", made))
		want, got := ada.all(), eve.all()
		for _, tasks := range [][]anyTask{want, got} {
			for _, task := range tasks {
				for _, field := range whose {
					delete(task, field)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tasks differ (-ada's +eve's):\n%s", diff)
		}
	})
}

func TestAnExportIsReadPageByPage(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		for _, n := range []int{1, 199, 200, 201, 401} { // in all: 1, 200, 400, 601, 1002
			var file strings.Builder
			file.WriteString("title\n")
			for i := range n {
				fmt.Fprintf(&file, "%d of %d\n", i, n)
			}
			ada.do("POST /api/import/csv", file.String()).want(http.StatusOK)
			listed := ada.all()
			var exported struct{ Tasks []anyTask }
			ada.do("GET /api/export/json", "").want(http.StatusOK).into(&exported)
			ids := map[any]bool{}
			for _, task := range exported.Tasks {
				ids[task["id"]] = true
			}
			rows := strings.Count(string(ada.do("GET /api/export/csv", "").want(http.StatusOK).body), "\r\n")
			if len(ids) != len(listed) || len(exported.Tasks) != len(listed) || rows != len(listed)+1 {
				t.Errorf("of %d tasks, %d are exported as JSON, %d of them different, and %d rows as CSV", len(listed), len(exported.Tasks), len(ids), rows)
			}
		}
	})
}

func TestOnlyWhoIsSignedInExportsAndOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		srv.nobody().do("GET /api/export/json", "").want(http.StatusUnauthorized)
		ada := srv.person("ada@example.com", "UTC")
		ada.do("GET /api/export/xml", "").want(http.StatusUnprocessableEntity).has("errors.0.field=format")
		ada.do("POST /api/export/json", "{}").want(http.StatusMethodNotAllowed)
	})
}

// What breaks in the middle must not look like the whole: the answer breaks off,
// and is not ended.
func TestAnExportThatFailsBreaksOff(t *testing.T) {
	t.Parallel()
	srv := newServer(t, storetest.SQLite)
	ada := srv.person("ada@example.com", "UTC")
	long := strings.Repeat("😀", mindflow.MaxDescription) // four bytes each
	var file strings.Builder
	file.WriteString("title,description\n")
	for i := range 1_200 { // twice what the connection's buffers hold: some four megabytes here, and little there
		fmt.Fprintf(&file, "%d,%s\n", i, long)
	}
	ada.do("POST /api/import/csv", file.String()).want(http.StatusOK)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.http.URL+"/api/export/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+ada.token)
	narrow := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(16 << 10)
		}
		return conn, err
	}}}
	defer narrow.CloseIdleConnections()
	response, err := narrow.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := srv.store.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Errorf("after %d bytes the export ends as if it were whole", n)
	}
	srv.http.Close() // waits for the request
	if log := srv.log.String(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "panic") {
		t.Errorf("the log says %s", log[max(0, len(log)-600):])
	}
}

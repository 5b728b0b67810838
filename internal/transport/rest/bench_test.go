package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

// BenchmarkRoute measures each route without a network: a SQLite file, one user
// with 10,000 open tasks of 500 characters.
func BenchmarkRoute(b *testing.B) {
	s := storetest.OpenAt(b, storetest.SQLite, time.Now)
	h, session, token, ids := benchHandler(b, s)
	var n atomic.Int64
	again := repeating(b, h, session)
	for _, route := range []struct {
		name    string
		request func(i int64) *http.Request
	}{
		{"create", func(i int64) *http.Request {
			return benchRequest(b.Context(), "POST /api/tasks", fmt.Sprintf(`{"title": "made %d", "description": %q, "priority": 3}`, i, strings.Repeat("d", 500)))
		}},
		{"quick", func(i int64) *http.Request {
			return benchRequest(b.Context(), "POST /api/tasks/quick", fmt.Sprintf(`{"text": "Write report %d tomorrow due in 9 days at 5pm p1 @work ~2h remind me 1h before"}`, i))
		}},
		{"patch", func(i int64) *http.Request {
			return benchRequest(b.Context(), "PATCH /api/tasks/"+ids[i%int64(len(ids))], fmt.Sprintf(`{"title": "changed %d"}`, i))
		}},
		{"read", func(i int64) *http.Request {
			return benchRequest(b.Context(), "GET /api/tasks/"+ids[i*7919%int64(len(ids))], "")
		}},
		{"list50", func(int64) *http.Request { return benchRequest(b.Context(), "GET /api/tasks?limit=50", "") }},
		{"best", func(int64) *http.Request { return benchRequest(b.Context(), "GET /api/tasks/best", "") }},
		{"ranked", func(int64) *http.Request { return benchRequest(b.Context(), "GET /api/tasks/ranked", "") }},
		{"repeat", func(int64) *http.Request {
			return benchRequest(b.Context(), "POST /api/tasks/"+again()+"/complete", "")
		}},
	} {
		for _, by := range []struct{ name, token string }{{route.name, session}, {route.name + "-by-token", token}} {
			b.Run(by.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r := route.request(n.Add(1))
					r.Header.Set("Authorization", "Bearer "+by.token)
					w := connection{httptest.NewRecorder()}
					h.ServeHTTP(w, r)
					if w.Code >= http.StatusBadRequest {
						b.Fatalf("%d %s", w.Code, w.Body)
					}
				}
			})
		}
	}
}

// repeating makes a task that repeats daily, and answers with each call the id of
// the occurrence that is to be done next.
func repeating(b *testing.B, h http.Handler, token string) func() string {
	b.Helper()
	today := mindflow.DayOf(time.Now().UTC())
	r := benchRequest(b.Context(), "POST /api/tasks", fmt.Sprintf(`{"title": "again", "due_date": %q, "recurrence": {"rule": "FREQ=DAILY"}}`, today))
	r.Header.Set("Authorization", "Bearer "+token)
	w := connection{httptest.NewRecorder()}
	h.ServeHTTP(w, r)
	var series struct{ ID mindflow.TaskID }
	if err := json.Unmarshal(w.Body.Bytes(), &series); err != nil || w.Code != http.StatusCreated {
		b.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	id, slot := series.ID, today
	return func() string {
		present := id
		slot++
		id = mindflow.OccurrenceID(series.ID, slot.String(), present)
		return present.String()
	}
}

// connection takes deadlines, as a real one does: who cannot makes errors of them.
type connection struct{ *httptest.ResponseRecorder }

// SetReadDeadline takes any.
func (connection) SetReadDeadline(time.Time) error { return nil }

func benchRequest(ctx context.Context, request, body string) *http.Request {
	method, path, _ := strings.Cut(request, " ")
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(ctx, method, path, content)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// seldom is a limit that is held and never met.
var seldom = mindflow.Rate{Limit: mindflow.MaxRateLimit, Per: time.Second}

// benchHandler is the API with its user's access token, personal token and
// tasks, made once.
func benchHandler(b *testing.B, s *store.Store) (h http.Handler, session, token string, tasks []string) {
	b.Helper()
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(s, signer, app.Settings{
		AccessTokenTTL: 24 * time.Hour, RefreshTokenTTL: 24 * time.Hour, SnapshotTTL: 5 * time.Minute,
		Limiter: ratelimit.NewMemory(time.Now), Limits: app.Limits{Changes: seldom, Reads: seldom},
	})
	u, err := a.Register(b.Context(), mindflow.Registration{Email: "ada@example.com", Password: password}, mindflow.ThroughAPI)
	if err != nil {
		b.Fatal(err)
	}
	signed, err := a.Login(b.Context(), "ada@example.com", password, "")
	if err != nil {
		b.Fatal(err)
	}
	me, err := a.Authenticate(b.Context(), signed.Access, mindflow.ThroughAPI)
	if err != nil {
		b.Fatal(err)
	}
	made, err := a.MakeToken(b.Context(), me, mindflow.TokenDraft{Name: "bench", Scopes: mindflow.Grantable.Names()})
	if err != nil {
		b.Fatal(err)
	}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	return rest.New(a, slog.New(slog.DiscardHandler), rest.Settings{Version: "7.0.0", Site: web.Placeholder()}).Handler(), signed.Access, made.Secret, makeTasks(b, s, actor, 10_000)
}

// makeTasks puts many open tasks straight into the database and answers their ids.
func makeTasks(tb testing.TB, s *store.Store, actor mindflow.Actor, tasks int) []string {
	tb.Helper()
	const batch = 500
	ids := make([]string, 0, tasks)
	now := s.Now()
	for len(ids) < tasks {
		made := len(ids)
		err := s.Write(tb.Context(), func(tx *store.Tx) error {
			if err := tx.Lock(actor.WorkspaceID); err != nil {
				return err
			}
			if _, err := tx.Standing(actor.UserID, actor.WorkspaceID); err != nil {
				return err
			}
			ids = ids[:made]
			for i := made; i < min(made+batch, tasks); i++ {
				at := now.Add(time.Duration(i-tasks) * time.Second)
				task := mindflow.Task{
					ID: mindflow.NewID[mindflow.Task](at), WorkspaceID: actor.WorkspaceID, UserID: actor.UserID,
					Title: fmt.Sprintf("task %d", i), Description: strings.Repeat("x", 500), Status: mindflow.StatusPending, Priority: 1 + i%5,
					Due: mindflow.OnDay(mindflow.DayOf(now) + mindflow.Day(i%60)), EffortMinutes: 1 + i%120, PreferredTime: mindflow.PreferredTimes[i%3],
					Version: 1, CreatedAt: at, UpdatedAt: at,
				}
				if _, err := tx.CreateTask(task, "", actor, mindflow.TaskCreated); err != nil {
					return err
				}
				ids = append(ids, task.ID.String())
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return ids
}

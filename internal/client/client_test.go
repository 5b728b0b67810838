package client_test

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/app"
	"mindflow/internal/client"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const (
	email    = "ada@example.com"
	password = "correct horse battery"
)

// server is a real one, with a clock that can be moved on and a place to stand
// between it and its clients.
type server struct {
	url       string
	later     atomic.Int64 // nanoseconds
	refreshes atomic.Int32
	// between, when set, takes the place of the server's handler.
	between atomic.Pointer[func(w http.ResponseWriter, r *http.Request, next http.Handler)]
}

func (s *server) now() time.Time { return time.Now().Add(time.Duration(s.later.Load())) }

// expire lets an hour pass: access tokens expire, refresh tokens do not.
func (s *server) expire() { s.later.Add(int64(time.Hour)) }

func (s *server) stand(between func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	s.between.Store(&between)
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(storetest.OpenAt(t, storetest.SQLite, s.now), signer, app.Settings{
		AccessTokenTTL: 15 * time.Minute, RefreshTokenTTL: 720 * time.Hour, SnapshotTTL: 5 * time.Minute,
	})
	api := rest.New(a, slog.New(slog.DiscardHandler), rest.Settings{Version: "test", Site: http.NotFoundHandler()}).Handler()
	running := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/auth/refresh" {
			s.refreshes.Add(1)
		}
		if r.Header.Get("X-Client") != "cli" {
			t.Errorf("%s came without X-Client: cli", r.URL.Path)
		}
		if between := s.between.Load(); between != nil {
			(*between)(w, r, api)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(running.Close)
	s.url = running.URL
	return s
}

func (s *server) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(s.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signIn opens an account and answers a client that speaks for it, and where
// its credentials are.
func (s *server) signIn(t *testing.T) (*client.Client, *client.CredentialsFile, string) {
	t.Helper()
	c := s.client(t)
	if _, err := c.Register(t.Context(), client.Registration{Email: email, Password: password, Timezone: "Europe/Berlin"}); err != nil {
		t.Fatal(err)
	}
	tokens, err := c.Login(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config", "mindflow", "credentials.json")
	file := client.KeepCredentials(path)
	kept := client.Credentials{Server: c.Server(), Email: email, AccessToken: tokens.AccessToken, RefreshToken: tokens.RefreshToken}
	if err := file.Save(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	return c.As(file), file, path
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	_ = refusal(t, err, status)
}

// refusal is an error of a status the server answered.
func refusal(t *testing.T, err error, status int) *client.Error {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || e.Status != status {
		t.Fatalf("the error is %v; wanted one with status %d", err, status)
	}
	return e
}

func TestAnAddressMustBeThatOfAServer(t *testing.T) {
	for _, address := range []string{"", "localhost:8000", "ftp://example.com", "http://", "http://u:p@example.com", "http://a/?q=1", "http://a/#x", "http://\x00"} {
		if _, err := client.New(address, nil); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	c, err := client.New("https://example.com/mindflow/", &http.Client{})
	if err != nil || c.Server() != "https://example.com/mindflow" {
		t.Errorf("server %v, error %v", c.Server(), err)
	}
}

func TestAccounts(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	me, err := c.Me(t.Context())
	if err != nil || me.Email != email || me.ID.IsZero() || me.FullName != nil || me.CreatedAt == "" {
		t.Errorf("me: %+v, %v", me, err)
	}
	p, err := c.Preferences(t.Context())
	if err != nil || p.Timezone != "Europe/Berlin" || p.WeightUrgency != 40_00 || p.Windows["morning"].Start != "06:00" {
		t.Errorf("preferences: %+v, %v", p, err)
	}
	_, err = c.Register(t.Context(), client.Registration{Email: email, Password: password})
	refusedWith(t, err, http.StatusConflict)
	_, err = c.Login(t.Context(), email, "a wrong password")
	refusedWith(t, err, http.StatusUnauthorized)

	tokens, err := c.Login(t.Context(), email, password)
	if err != nil || tokens.TokenType != "bearer" || tokens.ExpiresIn != 900 {
		t.Errorf("login: %+v, %v", tokens, err)
	}
	next, err := c.Refresh(t.Context(), tokens.RefreshToken)
	if err != nil || next.RefreshToken == tokens.RefreshToken {
		t.Errorf("refresh: %v", err)
	}
	if err := c.Logout(t.Context(), next.RefreshToken); err != nil {
		t.Error(err)
	}
	_, err = c.Refresh(t.Context(), next.RefreshToken)
	refusedWith(t, err, http.StatusUnauthorized)
}

func TestARefusalNamesEveryBadField(t *testing.T) {
	s := newServer(t)
	_, err := s.client(t).Register(t.Context(), client.Registration{Email: "nobody", Password: "short", Timezone: "Mars/Base"})
	e := refusal(t, err, http.StatusUnprocessableEntity)
	if len(e.Fields) != 3 || e.RequestID == "" || e.Title == "" {
		t.Errorf("%+v", e)
	}
	want := "Some fields are not valid: email must be an e-mail address; password must be at least 12 characters; timezone must be an IANA time zone, such as Europe/Berlin"
	if e.Error() != want {
		t.Errorf("it reads %q", e)
	}
}

func TestATaskFromItsMakingToItsEnd(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	ctx := t.Context()
	var nothing *client.NothingToDoError
	if _, err := c.Best(ctx); !errors.As(err, &nothing) || !nothing.Next.IsZero() || err.Error() != "nothing is to be done now" {
		t.Errorf("best of nothing: %v", err)
	}

	id := mindflow.NewID[mindflow.Task](s.now())
	made, err := c.CreateTask(ctx, client.Draft{
		ID: client.Set(id), Title: client.Set("Tom & Jerry <3"), Description: client.Set("note"), Priority: client.Set(4),
		DueDate: client.Set("2030-01-02 17:00"), StartDate: client.Set("2020-01-01"), EffortMinutes: client.Set(30),
		PreferredTime: client.Set("morning"), Tags: client.Set([]string{"a", "b"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if made.ID != id || made.Title != "Tom & Jerry <3" || *made.DueDate != "2030-01-02T16:00:00Z" || *made.StartDate != "2020-01-01" ||
		*made.EffortMinutes != 30 || *made.PreferredTime != "morning" || !slices.Equal(made.Tags, []string{"a", "b"}) || made.ETag != `"1"` {
		t.Errorf("made %+v", made)
	}
	read, err := c.Task(ctx, id)
	if diff := cmp.Diff(made, read); err != nil || diff != "" {
		t.Errorf("read: %v %s", err, diff)
	}
	edited, err := c.EditTask(ctx, id, client.Draft{EffortMinutes: client.Clear[int](), Status: client.Set(mindflow.StatusInProgress)}, made.ETag)
	if err != nil || edited.EffortMinutes != nil || edited.Status != mindflow.StatusInProgress || *edited.Description != "note" || edited.ETag != `"2"` {
		t.Errorf("edited: %+v, %v", edited, err)
	}
	_, err = c.EditTask(ctx, id, client.Draft{Title: client.Set("too late")}, made.ETag)
	refusedWith(t, err, http.StatusPreconditionFailed)

	best, err := c.Best(ctx)
	r := best.Reasoning
	if err != nil || best.Task.ID != id || best.Score != r.TotalScore ||
		r.DeadlineUrgencyScore+r.PriorityScore+r.EffortBonusScore+r.TimeOfDayScore != r.TotalScore {
		t.Errorf("best: %+v, %v", best, err)
	}
	none := mindflow.Hundredths(0)
	ranked, err := c.Ranked(ctx, client.RankedQuery{
		Limit: 1, WeightUrgency: &none, WeightPriority: new(mindflow.Hundredths(2_50)), WeightEffort: &none, TimeOfDayBonus: &none,
	})
	if err != nil || ranked.Total != 1 || ranked.Tasks[0].Score != 10_00 || ranked.NextCursor != nil {
		t.Errorf("ranked: %+v, %v", ranked, err)
	}
	done, err := c.CompleteTask(ctx, id, client.Completion{})
	if err != nil || done.Status != mindflow.StatusCompleted || done.CompletedAt == nil {
		t.Errorf("done: %+v, %v", done, err)
	}
	_, err = c.Task(ctx, mindflow.NewID[mindflow.Task](s.now()))
	refusedWith(t, err, http.StatusNotFound)

	_, err = c.CreateTask(ctx, client.Draft{Title: client.Set("later"), StartDate: client.Set("2090-01-01T10:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Best(ctx); !errors.As(err, &nothing) || nothing.Next.Year() != 2090 || err.Error() != "nothing is to be done before 2090-01-01T10:00:00Z" {
		t.Errorf("best of what starts later: %v", err)
	}
}

func TestListsAreWalkedFromPageToPage(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	titles := []string{"one", "two", "three", "four", "five"}
	for _, title := range titles {
		if _, err := c.CreateTask(t.Context(), client.Draft{
			Title: client.Set(title), DueDate: client.Set("2030-01-01"), Tags: client.Set([]string{"t"}),
		}); err != nil {
			t.Fatal(err)
		}
	}
	q := client.TaskQuery{
		Statuses: []mindflow.Status{mindflow.StatusPending, mindflow.StatusSnoozed}, Priorities: []int{3}, Tags: []string{"t", "u"},
		DueAfter: "2029-12-31", DueBefore: "2030-01-02", Sort: "created_at", Limit: 2,
	}
	var walked []string
	for task, err := range c.AllTasks(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		walked = append(walked, task.Title)
	}
	if !slices.Equal(walked, titles) {
		t.Errorf("walked %v", walked)
	}
	q.Search = "EE"
	for task, err := range c.AllTasks(t.Context(), q) {
		if err != nil || task.Title != "three" {
			t.Errorf("found %q, %v", task.Title, err)
		}
		break
	}
	q.Sort = "colour"
	for _, err := range c.AllTasks(t.Context(), q) {
		refusedWith(t, err, http.StatusUnprocessableEntity)
	}
	ranked, err := c.Ranked(t.Context(), client.RankedQuery{Limit: 3})
	if err != nil || len(ranked.Tasks) != 3 || ranked.NextCursor == nil {
		t.Fatalf("ranked: %+v, %v", ranked, err)
	}
	ranked, err = c.Ranked(t.Context(), client.RankedQuery{Limit: 3, Cursor: *ranked.NextCursor})
	if err != nil || len(ranked.Tasks) != 2 {
		t.Errorf("second page: %+v, %v", ranked, err)
	}
}

func TestImport(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	file := `[{"uuid":"11111111-1111-4111-8111-111111111111","description":"a","status":"pending","entry":"20260101T000000Z"}, 7]`
	tried, err := c.Import(t.Context(), client.Import{Format: "taskwarrior", DryRun: true}, strings.NewReader(file))
	if err != nil || !tried.DryRun || tried.Created != 1 || tried.Failed != 1 || len(tried.Remarks) == 0 {
		t.Errorf("dry run: %+v, %v", tried, err)
	}
	s.expire() // the access token expires; the file cannot be sent twice
	report, err := c.Import(t.Context(), client.Import{Format: "taskwarrior", Timezone: "Europe/Berlin"}, io.MultiReader(strings.NewReader(file)))
	if err != nil || report.DryRun || report.Created != 1 {
		t.Errorf("import: %+v, %v", report, err)
	}
	report, err = c.Import(t.Context(), client.Import{Format: "csv", Columns: map[string]string{"title": "Task: what", "due_date": "When"}}, strings.NewReader("\"Task: what\",When\na,2026-12-03\n"))
	if err != nil || report.Created != 1 {
		t.Errorf("csv: %+v, %v", report, err)
	}
	_, err = c.Import(t.Context(), client.Import{Format: "carrier-pigeon"}, strings.NewReader(file))
	if err == nil {
		t.Error("an unknown format was taken")
	}
	_, err = s.client(t).Import(t.Context(), client.Import{Format: "taskwarrior"}, strings.NewReader(file))
	if !errors.Is(err, client.ErrSignedOut) {
		t.Errorf("without a login: %v", err)
	}
}

func TestWithoutALoginNothingIsAsked(t *testing.T) {
	s := newServer(t)
	if _, err := s.client(t).Me(t.Context()); !errors.Is(err, client.ErrSignedOut) {
		t.Error(err)
	}
	file := client.KeepCredentials(filepath.Join(t.TempDir(), "none"))
	if _, err := s.client(t).As(file).Best(t.Context()); !errors.Is(err, client.ErrSignedOut) {
		t.Error(err)
	}
}

func TestTokensGoToTheServerThatGaveThem(t *testing.T) {
	s := newServer(t)
	_, file, _ := s.signIn(t)
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	c, err := client.New(other.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.As(file).Me(t.Context()); !errors.Is(err, client.ErrSignedOut) || reached {
		t.Errorf("reached: %v, error: %v", reached, err)
	}

	s.stand(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	_, err = s.client(t).As(file).Me(t.Context())
	refusedWith(t, err, http.StatusTemporaryRedirect)
	if reached {
		t.Error("a redirect was followed")
	}
}

func TestAServerThatIsNotThere(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	lost, err := client.New(gone.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = lost.Login(t.Context(), email, password)
	if !errors.Is(err, client.ErrUnreachable) || !strings.HasPrefix(err.Error(), "no server answers at "+gone.URL+": dial ") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Me(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrUnreachable) {
		t.Error(err)
	}
	impatient, err := client.New(s.url, &http.Client{Timeout: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := impatient.Login(t.Context(), email, password); !errors.Is(err, client.ErrUnreachable) {
		t.Error(err)
	}
}

func TestAServerThatCannotBeTrusted(t *testing.T) {
	safe := httptest.NewUnstartedServer(http.NotFoundHandler())
	safe.Config.ErrorLog = log.New(io.Discard, "", 0)
	safe.StartTLS() // with a certificate nobody vouches for
	defer safe.Close()
	open := httptest.NewServer(http.NotFoundHandler())
	defer open.Close()
	for _, address := range []string{safe.URL, strings.Replace(open.URL, "http:", "https:", 1)} {
		c, err := client.New(address, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Login(t.Context(), email, password)
		if !errors.Is(err, client.ErrUntrusted) || errors.Is(err, client.ErrUnreachable) {
			t.Errorf("%s: %v", address, err)
		}
	}
	nothing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer nothing.Close()
	c, err := client.New(nothing.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), email, password); !errors.Is(err, client.ErrNotMindFlow) {
		t.Error(err)
	}
}

func TestASnooze(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	task, err := c.CreateTask(t.Context(), client.Draft{Title: client.Set("x")})
	if err != nil {
		t.Fatal(err)
	}
	hours := 2
	for name, row := range map[string]struct {
		snooze client.Snooze
		want   time.Duration
	}{
		"when nothing is said": {client.Snooze{}, 3 * time.Hour},
		"hours":                {client.Snooze{Hours: &hours}, 2 * time.Hour},
		"a duration":           {client.Snooze{Duration: "30m"}, 30 * time.Minute},
		"an instant":           {client.Snooze{Until: s.now().Add(time.Hour).Format(time.RFC3339)}, time.Hour},
	} {
		snoozed, err := c.SnoozeTask(t.Context(), task.ID, row.snooze)
		if err != nil || snoozed.SnoozedUntil == nil || snoozed.ETag == "" {
			t.Errorf("%s: %+v, %v", name, snoozed, err)
			continue
		}
		until, err := time.Parse(time.RFC3339, *snoozed.SnoozedUntil)
		if took := until.Sub(s.now()); err != nil || took > row.want || took < row.want-time.Minute {
			t.Errorf("%s: until %s, %v", name, until, err)
		}
	}
	hours = 0
	_, err = c.SnoozeTask(t.Context(), task.ID, client.Snooze{Hours: &hours})
	refusedWith(t, err, http.StatusUnprocessableEntity)
}

func TestAnswersThatAreNotAServersOwn(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		check  func(t *testing.T, err error)
	}{
		"a proxy's page": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<h1>down</h1>", http.StatusBadGateway) },
			func(t *testing.T, err error) {
				t.Helper()
				if e := refusal(t, err, http.StatusBadGateway); !strings.Contains(e.Error(), "502 Bad Gateway") {
					t.Error(e)
				}
			},
		},
		"a page where JSON should be": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
			func(t *testing.T, err error) {
				t.Helper()
				if !errors.Is(err, client.ErrNotMindFlow) ||
					!strings.HasSuffix(err.Error(), ` does not answer as a MindFlow server does: it sent "text/html; charset=utf-8" where JSON should be`) {
					t.Error(err)
				}
			},
		},
		"nothing at that address is not nothing to do": {
			func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
			func(t *testing.T, err error) {
				t.Helper()
				refusedWith(t, err, http.StatusNotFound)
			},
		},
		"a way to elsewhere": {
			func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://elsewhere.example.com/api", http.StatusMovedPermanently)
			},
			func(t *testing.T, err error) {
				t.Helper()
				if e := refusal(t, err, http.StatusMovedPermanently); !errors.Is(e, client.ErrNotMindFlow) ||
					!strings.HasSuffix(e.Error(), "; it points to https://elsewhere.example.com") {
					t.Error(e)
				}
			},
		},
		"half an answer": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, `{"task": {`)
			},
			func(t *testing.T, err error) {
				t.Helper()
				if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "broke off") {
					t.Error(err)
				}
			},
		},
		"an answer without end": {
			func(w http.ResponseWriter, _ *http.Request) {
				for block := strings.Repeat(" ", 1<<16); ; {
					if _, err := io.WriteString(w, block); err != nil {
						return
					}
				}
			},
			func(t *testing.T, err error) {
				t.Helper()
				if err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
					t.Error(err)
				}
			},
		},
		"too many requests": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"title":"Too Many Requests","status":429,"detail":"Slow down","request_id":"r1"}`)
			},
			func(t *testing.T, err error) {
				t.Helper()
				if e := refusal(t, err, http.StatusTooManyRequests); e.RetryAfter != 7*time.Second || e.Error() != "Slow down" {
					t.Error(e)
				}
			},
		},
		"the server's own fault": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"title":"Internal Server Error","status":500,"detail":"Something went wrong","request_id":"r1"}`)
			},
			func(t *testing.T, err error) {
				t.Helper()
				if err == nil || err.Error() != "Something went wrong (request r1)" || errors.Is(err, client.ErrNotMindFlow) {
					t.Error(err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.stand(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { row.answer(w, r) })
			_, err := c.Best(t.Context())
			row.check(t, err)
		})
	}
}

// Fails when the second try brings another key: there are two tasks then.
func TestAChangeWhoseAnswerGotLostIsSentAgainAndDoneOnce(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	for name, lose := range map[string]func(w http.ResponseWriter, status int){
		"before it began": func(http.ResponseWriter, int) { panic(http.ErrAbortHandler) },
		"half way": func(w http.ResponseWriter, status int) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "{")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int32
			var keys [2]string
			s.stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				try := tries.Add(1)
				keys[(try-1)%2] = r.Header.Get("Idempotency-Key")
				if try != 1 {
					next.ServeHTTP(w, r)
					return
				}
				unheard := httptest.NewRecorder()
				next.ServeHTTP(unheard, r)
				lose(w, unheard.Code)
			})
			task, err := c.CreateTask(t.Context(), client.Draft{Title: client.Set(name)})
			if err != nil || task.Title != name || tries.Load() != 2 || keys[0] != keys[1] || len(keys[0]) < 20 {
				t.Errorf("%d tries with keys %q: %+v, %v", tries.Load(), keys, task, err)
			}
			page, err := c.ListTasks(t.Context(), client.TaskQuery{Search: name})
			if err != nil || len(page.Tasks) != 1 || page.Tasks[0].ID != task.ID {
				t.Errorf("there are %+v, %v", page.Tasks, err)
			}
			tries.Store(2) // nothing is lost any more
			if _, err := c.CompleteTask(t.Context(), task.ID, client.Completion{}); err != nil || tries.Load() != 3 || keys[0] == keys[1] {
				t.Errorf("the next call: %d tries with keys %q, %v", tries.Load()-2, keys, err)
			}
		})
	}
}

// Fails when everything that is not answered is sent again.
func TestWhatCannotHaveBeenDoneOrIsNoChangeIsSentOnce(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	var tries atomic.Int32
	s.stand(func(http.ResponseWriter, *http.Request, http.Handler) { tries.Add(1); panic(http.ErrAbortHandler) })
	for name, row := range map[string]struct {
		call func() error
		want int32
	}{
		// Go's own transport may send a request with a key once more over a new connection.
		"a change that is lost twice": {func() error { _, err := c.CreateTask(t.Context(), client.Draft{}); return err }, 2},
		"an edit": {func() error {
			_, err := c.EditTask(t.Context(), mindflow.NewID[mindflow.Task](s.now()), client.Draft{}, "")
			return err
		}, 1},
	} {
		tries.Store(0)
		if err := row.call(); !errors.Is(err, client.ErrUnreachable) || tries.Load() != row.want && (row.want == 1 || tries.Load() != 3) {
			t.Errorf("%s: %d tries, %v", name, tries.Load(), err)
		}
	}
}

func TestAnExportIsHandedOnOrBreaksOff(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	if _, err := c.CreateTask(t.Context(), client.Draft{Title: client.Set("one")}); err != nil {
		t.Fatal(err)
	}
	s.expire() // the token is renewed first
	var out strings.Builder
	if err := c.Export(t.Context(), "json", &out); err != nil || !strings.Contains(out.String(), `"title":"one"`) || !strings.HasSuffix(out.String(), "]}\n") {
		t.Errorf("%q, %v", out.String(), err)
	}
	refusedWith(t, c.Export(t.Context(), "pdf", &out), http.StatusUnprocessableEntity)
	s.stand(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	if err := c.Export(t.Context(), "csv", io.Discard); err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("half an export: %v", err)
	}
}

func TestATemplateFromItsMakingToItsEnd(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	ctx := t.Context()
	top, err := c.CreateTask(ctx, client.Draft{Title: client.Set("Trip"), DueDate: client.Set("2030-01-02")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateTask(ctx, client.Draft{Title: client.Set("Pack"), ParentID: client.Set(top.ID)}); err != nil {
		t.Fatal(err)
	}
	id := mindflow.NewID[mindflow.Template](s.now())
	made, err := c.CreateTemplate(ctx, client.TemplateDraft{ID: client.Set(id), FromTask: top.ID, Day: "2030-01-01"})
	if err != nil || made.ID != id || made.Name != "Trip" || made.Kind != "task" || made.Tasks != 2 || made.Content.Task.Due.Days != 1 || made.ETag != `"1"` {
		t.Fatalf("%+v, %v", made, err)
	}
	read, err := c.Template(ctx, id)
	if diff := cmp.Diff(made, read); err != nil || diff != "" {
		t.Errorf("read: %v %s", err, diff)
	}
	content := made.Content
	content.Task.Steps = nil
	edited, err := c.EditTemplate(ctx, id, client.TemplateDraft{Name: "Trips", Content: &content}, made.ETag)
	if err != nil || edited.Name != "Trips" || edited.Tasks != 1 || edited.Content.Task.Steps != nil {
		t.Errorf("%+v, %v", edited, err)
	}
	_, err = c.EditTemplate(ctx, id, client.TemplateDraft{Name: "Late"}, made.ETag)
	refusedWith(t, err, http.StatusPreconditionFailed)
	if list, err := c.Templates(ctx); err != nil || len(list) != 1 || list[0] != edited.ListedTemplate {
		t.Errorf("%+v, %v", list, err)
	}
	house, err := c.CreateProject(ctx, client.ProjectDraft{Name: client.Set("House")})
	if err != nil {
		t.Fatal(err)
	}
	used, err := c.UseTemplate(ctx, id, client.TemplateUse{Date: "2031-05-01", Name: "Rome", ProjectID: house.ID})
	if err != nil || used.Project != nil || used.Tasks != 1 || used.Task.Title != "Rome" || *used.Task.DueDate != "2031-05-02" || *used.Task.ProjectID != house.ID {
		t.Errorf("%+v, %v", used, err)
	}
	again, err := c.CreateTemplate(ctx, client.TemplateDraft{FromProject: house.ID})
	if err != nil || again.Kind != "project" || again.Content.Project.Name != "House" {
		t.Errorf("%+v, %v", again, err)
	}
	if used, err := c.UseTemplate(ctx, again.ID, client.TemplateUse{}); err != nil || used.Task != nil || used.Project.Name != "House" || used.Tasks != 1 {
		t.Errorf("%+v, %v", used, err)
	}
	refusedWith(t, c.DeleteTemplate(ctx, id, made.ETag), http.StatusPreconditionFailed)
	if err := c.DeleteTemplate(ctx, id, edited.ETag); err != nil {
		t.Error(err)
	}
	_, err = c.Template(ctx, id)
	refusedWith(t, err, http.StatusNotFound)
}

// Each of these is one request; what they mean is the server's and tested there.
func TestChangesTheTrashAndOccurrences(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	task, err := c.QuickAdd(ctx, client.Draft{Text: client.Set("Water every day")})
	must(err)
	first, err := c.EditOccurrence(ctx, task.ID, client.Draft{Title: client.Set("Water all")}, mindflow.EditAlone, task.ETag)
	must(err)
	skipped, err := c.SkipTask(ctx, first.ID)
	must(err)
	next, err := mindflow.ParseID[mindflow.Task](skipped.Recurrence.Next.ID)
	must(err)
	if again, err := c.Task(ctx, next); err != nil || again.Title != "Water" {
		t.Errorf("the next one is %+v, %v", again, err)
	}
	page, err := c.Changes(ctx, client.ChangeQuery{Task: next, Limit: 1})
	if err != nil || len(page.Changes) != 1 || !page.Changes[0].Undoable || page.Changes[0].Count != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	_, err = c.EditTask(ctx, next, client.Draft{Priority: client.Set(5)}, "")
	must(err)
	_, err = c.Undo(ctx, page.Changes[0].ID)
	if e := refusal(t, err, http.StatusConflict); len(e.Overwrites) != 1 || *e.Overwrites[0].TaskID != next || !slices.Equal(e.Overwrites[0].Fields, []string{"priority"}) {
		t.Errorf("%+v", e.Overwrites)
	}
	must(c.DeleteTask(ctx, next))
	trash, err := c.Trash(ctx, 10, "")
	if err != nil || len(trash.Tasks) != 1 || trash.Tasks[0].GoneAt == "" {
		t.Errorf("%+v, %v", trash, err)
	}
	_, err = c.RestoreTask(ctx, next)
	must(err)
	must(c.DeleteTask(ctx, next))
	must(c.PurgeTask(ctx, next))
	_, err = c.RestoreTask(ctx, next)
	refusedWith(t, err, http.StatusNotFound)
	if read, err := c.ParseTask(ctx, "x every! 3 days"); err != nil || read.Title != "x" || read.Recurrence.From != "completion" || read.DueDate == nil {
		t.Errorf("%+v, %v", read, err)
	}
	done, err := c.CreateTask(ctx, client.Draft{Title: client.Set("whole")})
	must(err)
	_, err = c.CreateTask(ctx, client.Draft{Title: client.Set("step"), ParentID: client.Set(done.ID)})
	must(err)
	if done, err = c.CompleteTask(ctx, done.ID, client.Completion{WithSteps: true}); err != nil || done.Steps.Done != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	change, err := c.Changes(ctx, client.ChangeQuery{Limit: 1})
	must(err)
	if undone, err := c.Undo(ctx, change.Changes[0].ID); err != nil || len(undone.Tasks) != 2 {
		t.Errorf("%+v, %v", undone, err)
	}
}

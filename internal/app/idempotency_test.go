package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// servers are two over one database, with a clock that can be moved on.
type servers struct {
	t      *testing.T
	url    string
	later  atomic.Int64 // nanoseconds
	stores [2]*store.Store
	apps   [2]*app.App
	ada    mindflow.Actor
}

func (s *servers) now() time.Time { return time.Now().Add(time.Duration(s.later.Load())) }

func (s *servers) open(url string) (*store.Store, *app.App) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), url, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = db.Close() })
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return db, app.New(db, signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: time.Hour})
}

func newServers(t *testing.T, url string) *servers {
	t.Helper()
	s := &servers{t: t, url: url}
	for i := range s.apps {
		s.stores[i], s.apps[i] = s.open(url)
	}
	now := s.stores[0].Now()
	u := mindflow.User{ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now), Email: "ada@example.com", CreatedAt: now}
	s.ada = mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	if err := s.stores[0].Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.CreateUser(u, "no password", mindflow.DefaultPreferences(mindflow.Zone{}), s.ada)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func eachServers(t *testing.T, test func(t *testing.T, s *servers)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Parallel()
		test(t, newServers(t, storetest.URL(t, kind)))
	})
}

// onPostgres runs a test where servers may be several.
func onPostgres(t *testing.T, test func(t *testing.T, s *servers)) {
	t.Helper()
	t.Parallel()
	if storetest.Postgres(t) != "" {
		test(t, newServers(t, storetest.URL(t, storetest.PostgreSQL)))
	}
}

// keyed is ada with a key for making a task.
func (s *servers) keyed(name string) mindflow.Actor {
	ada := s.ada
	ada.Key = &mindflow.IdempotencyKey{Name: name, Route: "POST /api/tasks", Hash: strings.Repeat("a", 64)}
	return ada
}

// add makes a task with a key on one of the servers.
func (s *servers) add(ctx context.Context, server int, name string) (mindflow.Task, error) {
	task, created, err := s.apps[server].CreateTask(ctx, s.keyed(name), mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Some(name)})
	if err == nil && !created {
		err = errors.New("it says the task was there")
	}
	return task, err
}

// made counts the tasks there are, by title.
func (s *servers) made() map[string]int {
	s.t.Helper()
	events, err := s.stores[0].Events(s.t.Context(), s.ada.WorkspaceID, 0, 1<<20)
	if err != nil {
		s.t.Fatal(err)
	}
	titles := map[string]int{}
	for _, e := range events {
		if title, ok := e.Changes["title"].After.(string); ok {
			titles[title]++
		}
	}
	return titles
}

// sql runs a statement past the store.
func (s *servers) sql(statement string) {
	s.t.Helper()
	driver, source := "pgx", s.url
	if path, ok := strings.CutPrefix(s.url, "sqlite:///"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(s.t.Context(), statement); err != nil {
		s.t.Fatal(err)
	}
}

// hold keeps a server's transaction open until it is let go.
func (s *servers) hold(server int, begin func(tx *store.Tx) error) (letGo func()) {
	s.t.Helper()
	held, gate := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.stores[server].Write(s.t.Context(), func(tx *store.Tx) error {
			err := begin(tx)
			close(held)
			<-gate
			return err
		}); err != nil {
			s.t.Error(err)
		}
	})
	<-held
	return func() { close(gate); all.Wait() }
}

// Fails when a field of a task is left out of its JSON, or a date loses its kind.
func TestAnAnswerIsKeptWithoutLoss(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := app.MadeTask{Task: anyTask(r), Created: rapid.Bool().Draw(r, "created")}
		kept, err := app.EncodeAnswer(want)
		if err != nil {
			r.Fatal(err)
		}
		var got app.MadeTask
		if err := app.DecodeAnswer(kept, &got); err != nil {
			r.Fatal(err)
		}
		if !reflect.DeepEqual(want, got) {
			r.Errorf("kept %+v\nas %s\nread %+v", want, kept, got)
		}
		if len(kept) > app.MaxAnswer {
			r.Errorf("a task takes %d bytes", len(kept))
		}
	})
}

func anyTask(r *rapid.T) mindflow.Task {
	id := rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) [16]byte { return [16]byte(b) })
	instant := rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64Range(0, 253_339_228_799_999_999), mindflow.UTC))
	when := rapid.OneOf(
		rapid.Just(mindflow.When{}),
		rapid.Map(rapid.Int32Range(int32(mindflow.FirstDay), int32(mindflow.LastDay)), func(d int32) mindflow.When { return mindflow.OnDay(mindflow.Day(d)) }),
		rapid.Map(instant, mindflow.AtInstant),
	)
	text := func(n int) *rapid.Generator[string] { return rapid.StringN(0, n, -1) }
	return mindflow.Task{
		ID: id.Draw(r, "id"), WorkspaceID: id.Draw(r, "workspace"), UserID: id.Draw(r, "user"), AssigneeID: id.Draw(r, "assignee"),
		Title: text(mindflow.MaxTitle).Draw(r, "title"), Description: text(mindflow.MaxDescription).Draw(r, "description"),
		Status: rapid.SampledFrom(mindflow.Statuses).Draw(r, "status"), Priority: rapid.IntRange(1, 5).Draw(r, "priority"),
		Due: when.Draw(r, "due"), Start: when.Draw(r, "start"), SnoozedUntil: instant.Draw(r, "snoozed"),
		EffortMinutes: rapid.IntRange(0, mindflow.MaxEffort).Draw(r, "effort"),
		PreferredTime: rapid.SampledFrom(append(mindflow.PreferredTimes, mindflow.AnyTime)).Draw(r, "preferred"),
		Tags:          rapid.OneOf(rapid.Just[[]string](nil), rapid.SliceOfN(text(mindflow.MaxTag), 0, mindflow.MaxTags)).Draw(r, "tags"),
		Version:       mindflow.Version(rapid.Int64Range(1, 1<<62).Draw(r, "version")),
		CreatedAt:     instant.Draw(r, "created"), UpdatedAt: instant.Draw(r, "updated"), CompletedAt: instant.Draw(r, "completed"), DeletedAt: instant.Draw(r, "deleted"),
		Woken: rapid.Bool().Draw(r, "woken"), SleptUntil: instant.Draw(r, "slept"),
	}
}

// An answer may be kept by one version and read by the next: a change that
// fails here needs both forms to be read.
func TestAnAnswerOfAnEarlierVersionIsRead(t *testing.T) {
	t.Parallel()
	const kept = `{"Task":{"ID":"0193a5c0-0000-7000-8000-00000000000a","WorkspaceID":"0193a5c0-0000-7000-8000-00000000000b","UserID":"0193a5c0-0000-7000-8000-00000000000c","AssigneeID":"00000000-0000-0000-0000-000000000000","Title":"a","Description":"","Status":"snoozed","Priority":3,"Due":"2026-11-27","Start":"2026-11-26T16:00:00Z","SnoozedUntil":"2026-11-27T17:00:00Z","EffortMinutes":0,"PreferredTime":"","Tags":null,"Version":1,"CreatedAt":"2026-11-25T10:00:00.123456Z","UpdatedAt":"2026-11-25T10:00:00.123456Z","CompletedAt":"0001-01-01T00:00:00Z","DeletedAt":"0001-01-01T00:00:00Z","Woken":false,"SleptUntil":"0001-01-01T00:00:00Z"},"Created":true}`
	var made app.MadeTask
	if err := app.DecodeAnswer(kept, &made); err != nil {
		t.Fatal(err)
	}
	if again, err := app.EncodeAnswer(made); err != nil || again != kept {
		t.Errorf("it is kept as %s now (%v)", again, err)
	}
}

// Fails on PostgreSQL when the wait for the workspace is what is bounded: with
// many keys in line some are told that their request is running.
func TestABusyWorkspaceIsNotABusyKey(t *testing.T) {
	onPostgres(t, func(t *testing.T, s *servers) {
		const writers = 50
		letGo := s.hold(0, func(tx *store.Tx) error { return tx.Lock(s.ada.WorkspaceID) })
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				if _, err := s.add(t.Context(), i%2, fmt.Sprint(i)); err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
			})
		}
		time.Sleep(2500 * time.Millisecond) // longer than anybody waits for a key
		letGo()
		all.Wait()
		if n := len(s.made()); n != writers {
			t.Errorf("made %d tasks", n)
		}
	})
}

// Fails when who asks on another server waits for the workspace instead.
func TestWhileARequestRunsElsewhereARepeatIsToldSo(t *testing.T) {
	onPostgres(t, func(t *testing.T, s *servers) {
		letGo := s.hold(0, func(tx *store.Tx) error { return tx.LockOnce(s.keyed("k")) })
		start := time.Now()
		_, err := s.add(t.Context(), 1, "k")
		if took := time.Since(start); !errors.Is(err, store.ErrRunning) || took < 2*time.Second || took > 3*time.Second {
			t.Errorf("after %v told %v", took, err)
		}
		time.AfterFunc(500*time.Millisecond, letGo) // nothing was done, as it turns out
		if _, err := s.add(t.Context(), 1, "k"); err != nil {
			t.Error(err)
		}
	})
}

// Fails when repeats stand in line behind the first for as long as it takes.
func TestARepeatOnTheSameServerWaitsTwoSeconds(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		letGo := s.hold(0, func(tx *store.Tx) error { return tx.Lock(s.ada.WorkspaceID) })
		var all sync.WaitGroup
		var made, running atomic.Int32
		for range 8 {
			all.Go(func() {
				switch _, err := s.add(t.Context(), 0, "k"); {
				case err == nil:
					made.Add(1)
				case errors.Is(err, store.ErrRunning):
					running.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		for until := time.Now().Add(20 * time.Second); running.Load() < 7 && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
		}
		letGo()
		all.Wait()
		if made.Load() != 1 || running.Load() != 7 {
			t.Errorf("%d made, %d told that it runs", made.Load(), running.Load())
		}
	})
}

// Fails when the key is not looked up before the change.
func TestOfClientsThatHangUpAndAskAgainEachIsServedOnce(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		const keys = 40
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() {
				name := fmt.Sprint("task ", i)
				var answers []mindflow.Task
				for try := range 4 {
					ctx, hangUp := context.WithCancel(t.Context())
					if try < 3 {
						time.AfterFunc(time.Duration(rand.IntN(4000))*time.Microsecond, hangUp)
					}
					task, err := s.add(ctx, rand.IntN(2), name)
					if err == nil {
						answers = append(answers, task)
					} else if try == 3 || !errors.Is(err, context.Canceled) {
						t.Errorf("try %d: %v", try, err)
					}
					hangUp()
				}
				for _, task := range answers {
					if !reflect.DeepEqual(task, answers[0]) {
						t.Errorf("%+v\nand %+v", task, answers[0])
					}
				}
			})
		}
		all.Wait()
		for name, n := range s.made() {
			if n != 1 {
				t.Errorf("%s was made %d times", name, n)
			}
		}
		if n := len(s.made()); n != keys {
			t.Errorf("made %d tasks", n)
		}
	})
}

// Fails when the key is kept in a transaction of its own: the task it answers
// with is not there.
func TestARequestWhoseCommitFailedIsDoneOnceByItsRepeat(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		breakCommit, mend := []string{
			`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`,
			`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`,
		}, `DROP TRIGGER refuse ON tasks`
		if strings.HasPrefix(s.url, "sqlite") {
			breakCommit, mend = []string{
				`CREATE TABLE refused (id INTEGER REFERENCES elsewhere (id) DEFERRABLE INITIALLY DEFERRED)`, `CREATE TABLE elsewhere (id INTEGER PRIMARY KEY)`,
				`CREATE TRIGGER refuse AFTER INSERT ON tasks BEGIN INSERT INTO refused VALUES (1); END`,
			}, `DROP TRIGGER refuse`
		}
		for _, statement := range breakCommit {
			s.sql(statement)
		}
		if _, err := s.add(t.Context(), 0, "k"); mindflow.KindOf(err) != mindflow.KindUnavailable {
			t.Errorf("the COMMIT did not fail: %v", err)
		}
		s.sql(mend)
		first, err := s.add(t.Context(), 1, "k")
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.add(t.Context(), 0, "k")
		if n := s.made()["k"]; err != nil || n != 1 || !reflect.DeepEqual(first, again) {
			t.Errorf("made %d times, %v", n, err)
		}
	})
}

// The COMMIT lands, and its answer is lost on the way. Fails when the key is
// kept in a transaction after the COMMIT.
func TestARequestWhoseCommitWasNotHeardOfIsNotDoneAgain(t *testing.T) {
	onPostgres(t, func(t *testing.T, s *servers) {
		_, broken := s.open(deafTo(t, s.url, "commit"))
		_, _, err := broken.CreateTask(t.Context(), s.keyed("k"), mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Some("k")})
		if mindflow.KindOf(err) != mindflow.KindUnavailable || s.made()["k"] != 1 {
			t.Errorf("told %v, made %d times", err, s.made()["k"])
		}
		again, err := s.add(t.Context(), 1, "k")
		if err != nil || again.Title != "k" || s.made()["k"] != 1 {
			t.Errorf("told %v, made %d times", err, s.made()["k"])
		}
	})
}

// deafTo stands between a server and its database: it passes a word on, and
// ends the connection instead of passing the answer back.
func deafTo(t *testing.T, database, word string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	network, address := "tcp", u.Host
	if dir := u.Query().Get("host"); dir != "" {
		network, address = "unix", dir+"/.s.PGSQL."+orElse(u.Query().Get("port"), "5432")
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			behind, err := new(net.Dialer).DialContext(t.Context(), network, address)
			if err != nil {
				_ = client.Close()
				continue
			}
			go between(client, behind, word)
		}
	}()
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return u.String()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func between(client, database net.Conn, word string) {
	var deaf atomic.Bool
	go func() {
		_, _ = io.Copy(writer(func(b []byte) (int, error) {
			if deaf.Load() {
				_ = client.Close() // the answer is there: it is done
				return 0, io.ErrClosedPipe
			}
			return client.Write(b)
		}), database)
		_ = client.Close()
	}()
	_, _ = io.Copy(writer(func(b []byte) (int, error) {
		if strings.Contains(strings.ToLower(string(b)), word) {
			deaf.Store(true)
		}
		return database.Write(b)
	}), client)
	_ = database.Close()
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// Fails when the answer is looked up before the roles are read.
func TestWhoLostTheirRoleIsNotAnsweredAsBefore(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		if _, err := s.add(t.Context(), 0, "k"); err != nil {
			t.Fatal(err)
		}
		s.sql(`UPDATE members SET role = 'viewer'`)
		if _, err := s.add(t.Context(), 0, "k"); mindflow.KindOf(err) != mindflow.KindForbidden {
			t.Errorf("told %v", err)
		}
	})
}

func TestKeysAreForgottenWhenTheirTimeIsOver(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		const old = 2*app.PurgeBite + 3
		if err := s.stores[0].Write(t.Context(), func(tx *store.Tx) error {
			for i := range old {
				if err := tx.KeepAnswer(s.keyed(fmt.Sprint("old ", i)), "{}", tx.Now().Add(time.Hour)); err != nil {
					return err
				}
			}
			return tx.KeepAnswer(s.keyed("new"), "{}", tx.Now().Add(time.Hour+time.Nanosecond*1000))
		}); err != nil {
			t.Fatal(err)
		}
		s.later.Store(int64(30 * time.Minute))
		if n, err := s.apps[0].PurgeIdempotencyKeys(t.Context()); n != 0 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
		first, err := s.add(t.Context(), 0, "k") // for a day
		if err != nil {
			t.Fatal(err)
		}
		s.later.Store(int64(2 * time.Hour))
		if n, err := s.apps[0].PurgeIdempotencyKeys(t.Context()); n != old+1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
		if again, err := s.add(t.Context(), 0, "k"); err != nil || again.ID != first.ID {
			t.Errorf("%v, %v", again.ID, err)
		}
	})
}

// importing is ada with a key for taking in a file.
func (s *servers) importing(name string) mindflow.Actor {
	ada := s.keyed(name)
	ada.Key.Route = "POST /api/import/{format}"
	return ada
}

func (s *servers) importFile(server int, file io.Reader) (app.ImportReport, error) {
	return s.apps[server].Import(s.t.Context(), s.importing("file"), app.Import{Format: "todotxt"}, file)
}

// Fails when the claim is not kept up, or does not reach the other server.
func TestWhileAnImportRunsARepeatIsToldSo(t *testing.T) {
	url := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) {
		s := newServers(t, url)
		out, in := io.Pipe()
		var all sync.WaitGroup
		all.Go(func() {
			report, err := s.importFile(0, out)
			if err != nil || report.Created != 2 {
				t.Errorf("%+v, %v", report, err)
			}
		})
		fmt.Fprintln(in, "one")
		for range 2 {
			time.Sleep(5 * time.Minute) // much longer than a claim holds
			start := time.Now()
			_, err := s.importFile(1, strings.NewReader("one\ntwo\n"))
			if took := time.Since(start); !errors.Is(err, store.ErrRunning) || took != 2*time.Second {
				t.Errorf("after %v told %v", took, err)
			}
		}
		fmt.Fprintln(in, "two")
		in.Close()
		all.Wait()
		report, err := s.importFile(1, strings.NewReader("one\ntwo\n"))
		if err != nil || report.Created != 2 {
			t.Errorf("%+v, %v", report, err)
		}
		for _, store := range s.stores {
			_ = store.Close()
		}
	})
}

func TestAnImportThatDiedWithItsServerIsDoneAgainSoon(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		ada := s.importing("file")
		claim := mindflow.NewID[store.KeyedRequest](s.now())
		if err := s.stores[0].Write(t.Context(), func(tx *store.Tx) error {
			return tx.ClaimRequest(ada, claim, tx.Now().Add(time.Minute), tx.Now().Add(24*time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.importFile(1, strings.NewReader("one\n")); !errors.Is(err, store.ErrRunning) {
			t.Errorf("told %v", err)
		}
		s.later.Store(int64(time.Minute))
		if report, err := s.importFile(1, strings.NewReader("one\n")); err != nil || report.Created != 1 {
			t.Errorf("%+v, %v", report, err)
		}
		// Should the first not have died after all, it is told that it is not the one.
		err := s.stores[0].Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.RenewClaim(ada, claim, tx.Now().Add(time.Hour)), tx.ReleaseClaim(ada, claim),
				tx.AnswerClaim(ada, claim, "", "{}", tx.Now().Add(time.Hour)))
		})
		if !errors.Is(err, store.ErrRunning) {
			t.Errorf("told %v", err)
		}
		if report, err := s.importFile(0, strings.NewReader("one\n")); err != nil || report.Created != 1 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// Fails when a claim outlives its import, whatever way that ends.
func TestAnImportThatBreaksOffLeavesItsKeyFree(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		broken := errors.New("the line broke")
		if _, err := s.importFile(0, io.MultiReader(strings.NewReader("one\n"), reader(func() error { return broken }))); !errors.Is(err, broken) {
			t.Errorf("told %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = s.importFile(0, reader(func() error { panic("broken") }))
		}()
		report, err := s.importFile(1, strings.NewReader("one\ntwo\n"))
		if err != nil || report.Created != 1 || report.Known != 1 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

type reader func() error

func (r reader) Read([]byte) (int, error) { return 0, r() }

func TestALongReportIsCutBeforeItIsAnswered(t *testing.T) {
	eachServers(t, func(t *testing.T, s *servers) {
		// Each line has a long remark about what was not understood.
		var file strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&file, "task %d due:%s\n", i, strings.Repeat("x", 2000))
		}
		first, err := s.importFile(0, strings.NewReader(file.String()))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := app.EncodeAnswer(first)
		if err != nil || len(kept) > app.MaxAnswer || len(first.Remarks)+first.Omitted < 1000 {
			t.Errorf("%d bytes, %d remarks and %d omitted, %v", len(kept), len(first.Remarks), first.Omitted, err)
		}
		again, err := s.importFile(1, strings.NewReader(file.String()))
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Errorf("%d remarks and %d omitted, %v", len(again.Remarks), again.Omitted, err)
		}
	})
}

package app_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/formats/archive"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// furnished is a database with something in every table that is backed up.
func furnished(t *testing.T, kind storetest.Kind, tasks int) *store.Store {
	t.Helper()
	s := storetest.OpenAt(t, kind, time.Now)
	a := newApp(t, s)
	for _, email := range []string{"ada@example.com", "grace@example.com"} {
		actor := register(t, a, email)
		makeToken(t, a, signedIn(t, a, email))
		if _, err := a.RegisterClient(t.Context(), netip.Addr{}, mindflow.ClientDraft{Name: "Client", RedirectURIs: []string{"https://a.example/cb"}}); err != nil {
			t.Fatal(err)
		}
		if email != "ada@example.com" { // who signs in by the password alone
			withFactors(t, s, actor.UserID)
		}
		for i := range tasks {
			draft := mindflow.Draft{
				Title:       mindflow.Some(fmt.Sprintf("Task %d: \"quotes\" <b>&</b> é 👩‍🚀", i)),
				Description: mindflow.Some("Two\nlines\tand \\ a tab"), Tags: mindflow.Some([]string{"home", "Über"}),
			}
			if i%3 == 0 {
				draft.DueDate = mindflow.Some("2026-12-24")
			} else if i%3 == 1 {
				draft.DueDate = mindflow.Some("2026-12-24T10:00:00+01:00")
			}
			task, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft)
			if err != nil {
				t.Fatal(err)
			}
			if i%4 == 0 {
				if err := a.DeleteTask(t.Context(), actor, task.ID, mindflow.Match{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, _, err := a.CreateProject(t.Context(), actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some("House & garden")})
		if err != nil {
			t.Fatal(err)
		}
		content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "Trip"}}
		if _, _, err := a.CreateTemplate(t.Context(), actor, app.NewTemplate{Name: "Trip", Content: &content}); err != nil {
			t.Fatal(err)
		}
		_, err = a.Import(t.Context(), actor, app.Import{Format: "todotxt"}, strings.NewReader("(A) Call Ann @phone due:2026-11-23\nx 2026-11-20 Done\n"))
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func newApp(t *testing.T, s *store.Store) *app.App {
	t.Helper()
	signer, err := credentials.NewSigner([]string{strings.Repeat("k", 32)}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return app.New(s, signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: time.Minute})
}

func register(t *testing.T, a *app.App, email string) mindflow.Actor {
	t.Helper()
	user, err := a.Register(t.Context(), mindflow.Registration{Email: email, Password: "correct horse battery"}, mindflow.ThroughAPI)
	if err != nil {
		t.Fatal(err)
	}
	return mindflow.Actor{UserID: user.ID, WorkspaceID: user.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
}

func backup(t *testing.T, s *store.Store, key archive.Key) app.BackupReport {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.backup")
	report, err := app.Backup(t.Context(), s, path, app.BackupOptions{Key: key, MadeBy: "test"})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != report.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	return report
}

// restored is a fresh database filled with a backup.
func restored(t *testing.T, kind storetest.Kind, file string, key archive.Key) *store.Store {
	t.Helper()
	url := storetest.URL(t, kind)
	if _, err := restore(t, url, file, app.RestoreOptions{Key: key}); err != nil {
		t.Fatal(err)
	}
	return storetest.Open(t, url, time.Now)
}

func restore(t *testing.T, url, file string, o app.RestoreOptions) (app.BackupReport, error) {
	t.Helper()
	return app.Restore(t.Context(), storetest.OpenSchema(t, url), file, o)
}

// Fails when a value changes on its way between the databases, or the order of
// rows differs between them.
func TestABackupGoesFromEitherDatabaseToEitherWithTheSameContent(t *testing.T) {
	key, err := archive.ParseKey("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	storetest.EachKind(t, func(t *testing.T, from storetest.Kind) {
		s := furnished(t, from, 20)
		first := backup(t, s, archive.Key{})
		for table, rows := range first.Rows {
			if rows == 0 && table != "system_events" && table != "idempotency_keys" {
				t.Errorf("the test has nothing in %s", table)
			}
		}
		if again := backup(t, s, key); again.SHA256 != first.SHA256 || !again.Encrypted || first.Encrypted {
			t.Errorf("%+v and %+v", first, again)
		}
		read, err := app.VerifyBackup(t.Context(), first.File, app.BackupOptions{Key: key})
		if err != nil || read.SHA256 != first.SHA256 || read.Bytes != first.Bytes || read.Encrypted {
			t.Errorf("%+v, %v", read, err)
		}
		storetest.EachKind(t, func(t *testing.T, to storetest.Kind) {
			moved := restored(t, to, first.File, key)
			if second := backup(t, moved, archive.Key{}); second.SHA256 != first.SHA256 || second.Total != first.Total {
				t.Errorf("%+v became %+v", first, second)
			}
			// It is a database to work with.
			a := newApp(t, moved)
			tokens, err := a.Login(t.Context(), "ada@example.com", "correct horse battery", "")
			if err != nil {
				t.Fatal(err)
			}
			actor, err := a.Authenticate(t.Context(), tokens.Access, mindflow.ThroughAPI)
			if err != nil {
				t.Fatal(err)
			}
			if best, err := a.BestTask(t.Context(), actor); err != nil || best.Task.Title != "Call Ann" {
				t.Errorf("%+v, %v", best, err)
			}
			if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Some("new")}); err != nil {
				t.Error(err)
			}
		})
	})
}

// What is written while a backup runs is in it as a whole or not at all. Fails
// when the tables are not read at one moment.
func TestABackupIsOfOneMoment(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := furnished(t, kind, 5)
		a := newApp(t, s)
		actor := register(t, a, "busy@example.com")
		ctx, cancel := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		written := make(chan struct{})
		for range 3 {
			writers.Go(func() {
				for ctx.Err() == nil {
					_, _, err := a.CreateTask(ctx, actor, mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Some("x")})
					if err != nil && ctx.Err() == nil {
						t.Error(err)
					}
					select {
					case written <- struct{}{}:
					default:
					}
				}
			})
		}
		before := int64(0)
		for range 5 {
			<-written
			report := backup(t, s, archive.Key{})
			if report.Rows["tasks"] != report.Rows["task_texts"] || report.Rows["tasks"] <= before {
				t.Errorf("%v after %d", report.Rows, before)
			}
			before = report.Rows["tasks"]
			// Each event of a created task has its task, and each task its event.
			tasks, created := map[string]bool{}, map[string]bool{}
			if err := eachRow(report.File, func(table string, row map[string]any) {
				switch table {
				case "tasks":
					tasks[row["id"].(string)] = true
				case "events":
					if verb := row["verb"]; verb == "task.created" || verb == "task.imported" {
						created[row["task_id"].(string)] = true
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
			if len(tasks) != len(created) {
				t.Errorf("%d tasks, %d events of their creation", len(tasks), len(created))
			}
		}
		cancel()
		writers.Wait()
	})
}

func eachRow(file string, tell func(table string, row map[string]any)) error {
	content, err := os.Open(file)
	if err != nil {
		return err
	}
	defer content.Close()
	var table string
	var columns []string
	_, _, err = archive.Read(content, archive.Key{}, archive.Sink{
		Table: func(name string, names []string) error { table, columns = name, names; return nil },
		Row: func(values []any) error {
			row := map[string]any{}
			for i, column := range columns {
				row[column] = values[i]
			}
			tell(table, row)
			return nil
		},
	})
	return err
}

func TestOnlyAnEmptyDatabaseIsFilled(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		file := backup(t, furnished(t, kind, 3), archive.Key{}).File
		url := storetest.URL(t, kind)
		s := storetest.Open(t, url, time.Now)
		register(t, newApp(t, s), "somebody@example.com")
		before := backup(t, s, archive.Key{}).SHA256
		_, err := restore(t, url, file, app.RestoreOptions{})
		if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "The database is not empty: there are rows in ") {
			t.Errorf("%v", err)
		}
		if after := backup(t, s, archive.Key{}).SHA256; after != before {
			t.Error("it was changed all the same")
		}
	})
}

// Fails when anything is written before the whole file was read.
func TestADamagedBackupLeavesTheDatabaseAsItIs(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		report := backup(t, furnished(t, kind, 30), archive.Key{})
		content, err := os.ReadFile(report.File)
		if err != nil {
			t.Fatal(err)
		}
		url := storetest.URL(t, kind)
		s := storetest.Open(t, url, time.Now)
		empty := backup(t, s, archive.Key{}).SHA256
		damaged := filepath.Join(t.TempDir(), "damaged.backup")
		for name, bytes := range map[string][]byte{
			"cut off": content[:len(content)*3/4], "empty": nil, "foreign": []byte("PK\x03\x04 and so on, for some bytes more"),
			"changed": append(append([]byte{}, content[:len(content)/2]...), append([]byte{content[len(content)/2] ^ 0x10}, content[len(content)/2+1:]...)...),
		} {
			if err := os.WriteFile(damaged, bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := restore(t, url, damaged, app.RestoreOptions{}); !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrForeign) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := restore(t, url, filepath.Join(t.TempDir(), "none"), app.RestoreOptions{}); !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		if after := backup(t, s, archive.Key{}).SHA256; after != empty {
			t.Error("something was written")
		}
		// And it may be filled still.
		if _, err := restore(t, url, report.File, app.RestoreOptions{}); err != nil {
			t.Error(err)
		}
	})
}

// mass adds tasks by an import, which makes many at once.
func mass(t *testing.T, s *store.Store, email string, tasks int) {
	t.Helper()
	a := newApp(t, s)
	user, _, err := s.UserByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	actor := mindflow.Actor{UserID: user.ID, WorkspaceID: user.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	var file strings.Builder
	for i := range tasks {
		fmt.Fprintf(&file, "Task %d of many @home\n", i)
	}
	report, err := a.Import(t.Context(), actor, app.Import{Format: "todotxt"}, strings.NewReader(file.String()))
	if err != nil || report.Created != tasks {
		t.Fatalf("%+v, %v", report, err)
	}
}

// A restore that is broken off half way leaves an empty database, which can be
// filled again.
func TestARestoreIsKeptAsAWholeOrNotAtAll(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		from := furnished(t, kind, 20)
		mass(t, from, "ada@example.com", 3000)
		report := backup(t, from, archive.Key{})
		url := storetest.URL(t, kind)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := app.Restore(ctx, storetest.OpenSchema(t, url), report.File, app.RestoreOptions{Progress: func(int64) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("told %v", err)
		}
		s := storetest.Open(t, url, time.Now)
		if total := backup(t, s, archive.Key{}).Total; total != 0 {
			t.Errorf("%d rows are there", total)
		}
		if _, err := restore(t, url, report.File, app.RestoreOptions{}); err != nil {
			t.Error(err)
		}
		if again := backup(t, s, archive.Key{}); again.SHA256 != report.SHA256 {
			t.Errorf("%+v", again)
		}
	})
}

// A backup of an older schema is restored at that one, and then migrated.
func TestABackupOfAnOlderSchemaIsMigratedAfterwards(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s := storetest.Open(t, url, time.Now)
		a := newApp(t, s)
		register(t, a, "ada@example.com")
		schema := storetest.OpenSchema(t, url)
		if _, _, err := schema.Down(t.Context(), 1, true); err != nil {
			t.Fatal(err)
		}
		report := backup(t, s, archive.Key{})
		if _, there := report.Rows["idempotency_keys"]; report.SchemaVersion != 1 || there {
			t.Fatalf("%+v", report)
		}
		storetest.EachKind(t, func(t *testing.T, to storetest.Kind) {
			moved := restored(t, to, report.File, archive.Key{}) // into a database of the newest schema
			if behind, err := moved.Behind(t.Context()); err != nil || behind != 0 {
				t.Errorf("behind by %d, %v", behind, err)
			}
			if _, err := newApp(t, moved).Login(t.Context(), "ada@example.com", "correct horse battery", ""); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestABackupOfANewerSchemaIsRefused(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		file := filepath.Join(t.TempDir(), "newer.backup")
		to, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := archive.NewWriter(to, archive.Header{SchemaVersion: 9000}, archive.Key{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = restore(t, storetest.URL(t, kind), file, app.RestoreOptions{})
		if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "restore it with a newer one") {
			t.Errorf("%v", err)
		}
	})
}

// A whole file may still not be what a database makes of it: here the rows stand
// in another order than its own. Fails when nobody reads back what was written.
func TestWhatReadsBackAsSomethingElseIsNotKept(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		schema := storetest.OpenSchema(t, url)
		file := filepath.Join(t.TempDir(), "other.backup")
		to, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := archive.NewWriter(to, archive.Header{SchemaVersion: schema.Head()}, archive.Key{})
		if err != nil {
			t.Fatal(err)
		}
		written := errors.Join(
			w.Table("workspaces", []string{"compacted_seq", "created_at", "id", "name"}),
			w.Row([]any{int64(0), int64(1), "01890000-0000-7000-8000-00000000000b", "B"}),
			w.Row([]any{int64(0), int64(1), "01890000-0000-7000-8000-00000000000a", "A"}),
		)
		_, err = w.Close()
		if err := errors.Join(written, err, to.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Restore(t.Context(), schema, file, app.RestoreOptions{}); err == nil || !strings.Contains(err.Error(), "is not what the backup holds; nothing was kept") {
			t.Errorf("told %v", err)
		}
		if total := backup(t, storetest.Open(t, url, time.Now), archive.Key{}).Total; total != 0 {
			t.Errorf("%d rows are there", total)
		}
	})
}

func TestSessionsAreRestoredUnlessTheyShallEnd(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := storetest.OpenAt(t, kind, time.Now)
		a := newApp(t, s)
		register(t, a, "ada@example.com")
		tokens, err := a.Login(t.Context(), "ada@example.com", "correct horse battery", "")
		if err != nil {
			t.Fatal(err)
		}
		personal := makeToken(t, a, signedIn(t, a, "ada@example.com"))
		report := backup(t, s, archive.Key{})
		for _, end := range []bool{false, true} {
			o := app.RestoreOptions{}
			if end {
				o.EndSessionsAt = time.Now()
			}
			url := storetest.URL(t, kind)
			if _, err := restore(t, url, report.File, o); err != nil {
				t.Fatal(err)
			}
			moved := newApp(t, storetest.Open(t, url, time.Now))
			_, _, err := moved.Refresh(t.Context(), tokens.Refresh)
			if (err != nil) != end {
				t.Errorf("sessions end: %t; a token of before is told %v", end, err)
			}
			if _, err := moved.Authenticate(t.Context(), personal.Secret, mindflow.ThroughAPI); (err != nil) != end {
				t.Errorf("sessions end: %t; a personal token of before is told %v", end, err)
			}
		}
	})
}

func TestTheFolderKeepsTheNewestBackups(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, _ mindflow.Actor) {
		dir := filepath.Join(t.TempDir(), "back[ups]")
		b := app.Backups{Dir: dir, Keep: 3}
		if _, err := b.Newest(); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Error(err)
		}
		if _, err := a.DailyBackup(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		others := []string{"mindflow-20200101T000000Z.backup.gpg", "notes.txt", "mindflow-yesterday.backup", ".mindflow-backup-new.tmp", ".mindflow-backup-old.tmp"}
		for _, name := range others {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			at := clock.Now().Add(100 * time.Hour)
			if strings.Contains(name, "old") {
				at = clock.Now().Add(-time.Hour)
			}
			if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
				t.Fatal(err)
			}
		}
		for day := 1; day <= 5; day++ {
			clock.jump(friday.Add(time.Duration(day) * 24 * time.Hour))
			if _, err := a.DailyBackup(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{
			".mindflow-backup-new.tmp", "mindflow-20200101T000000Z.backup.gpg", "mindflow-20261130T080000Z.backup",
			"mindflow-20261201T080000Z.backup", "mindflow-20261202T080000Z.backup", "mindflow-yesterday.backup", "notes.txt",
		}
		wantFiles(t, dir, want)
		if at, err := b.Newest(); err != nil || !at.Equal(friday.Add(5*24*time.Hour)) {
			t.Errorf("%v, %v", at, err)
		}
		// One that fails leaves the older ones, and nothing of its own.
		clock.jump(friday.Add(6 * 24 * time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.DailyBackup(ctx, b); err == nil {
			t.Error("it did not fail")
		}
		wantFiles(t, dir, want)
	})
}

// A clock that was ahead for a while has left backups with names of days to
// come. Fails when the one made today counts as the oldest and goes at once.
func TestABackupStaysWhereTheClockWasAheadOnce(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, _ mindflow.Actor) {
		b := app.Backups{Dir: t.TempDir(), Keep: 2}
		for day := range 2 {
			clock.jump(friday.Add(time.Duration(30+day) * 24 * time.Hour))
			if _, err := a.DailyBackup(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		clock.jump(friday)
		report, err := a.DailyBackup(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.VerifyBackup(t.Context(), report.File, app.BackupOptions{}); err != nil {
			t.Errorf("the backup made last: %v", err)
		}
		wantFiles(t, b.Dir, []string{filepath.Base(report.File), "mindflow-20261228T080000Z.backup"})
	})
}

func wantFiles(t *testing.T, dir string, want []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("there are %q, want %q", names, want)
	}
}

func TestTheNewestBackupIsLookedAt(t *testing.T) {
	s := storetest.OpenAt(t, storetest.SQLite, time.Now)
	dir, key := t.TempDir(), func(text string) archive.Key {
		t.Helper()
		k, err := archive.ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if _, err := (app.Backups{Dir: dir}).Look(t.Context()); mindflow.KindOf(err) != mindflow.KindNotFound {
		t.Error(err)
	}
	if _, err := (app.Backups{Dir: filepath.Join(dir, "none")}).Look(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	const passphrase = "a passphrase of the tests"
	newest := filepath.Join(dir, "mindflow-20261127T030000Z.backup")
	for _, file := range []string{filepath.Join(dir, "mindflow-20261126T030000Z.backup"), newest} {
		if _, err := app.Backup(t.Context(), s, file, app.BackupOptions{Key: key(passphrase)}); err != nil {
			t.Fatal(err)
		}
	}
	look := func(k string) app.BackupFound {
		t.Helper()
		found, err := app.Backups{Dir: dir, Key: key(k)}.Look(t.Context())
		if err != nil || found.File != newest || !found.MadeAt.Equal(time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)) {
			t.Fatalf("%+v, %v", found, err)
		}
		return found
	}
	if found := look(passphrase); found.Broken != nil {
		t.Errorf("%+v", found)
	}
	if found := look("another passphrase it is"); !errors.Is(found.Broken, archive.ErrWrongKey) {
		t.Errorf("%+v", found)
	}
	if err := os.WriteFile(newest, []byte("no backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := look(passphrase); !errors.Is(found.Broken, archive.ErrForeign) {
		t.Errorf("%+v", found)
	}
}

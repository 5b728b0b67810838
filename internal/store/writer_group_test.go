package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// grouped runs a test on a SQLite store in a bubble. Time stands still there
// while anybody runs, so no group grows old by chance; and a goroutine the
// store leaves behind fails the test.
func grouped(t *testing.T, test func(t *testing.T, s *store.Store, file string)) {
	t.Helper()
	url := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(t, s, strings.TrimPrefix(url, "sqlite:///"))
	})
}

// a change writes something, or fails.
type change = func(tx *store.Tx) error

// keep is a change that keeps a name.
func keep(name string) change {
	return func(tx *store.Tx) error { return keepIn(tx, name) }
}

func keepIn(tx *store.Tx, name string) error {
	return tx.Exec(`INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, 0)`,
		mindflow.NewID[mindflow.Workspace](tx.Now()).String(), name)
}

// kept lists the names that were kept, sorted.
func kept(t *testing.T, s *store.Store) []string {
	t.Helper()
	names, err := s.Lines(t.Context(), `SELECT name FROM workspaces`)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func wantKept(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	if got := kept(t, s); !slices.Equal(got, names) {
		t.Errorf("kept %q, want %q", got, names)
	}
}

// together has the first change hold the writer until all the others wait for
// it, in their order, and answers what became of each.
func together(t *testing.T, s *store.Store, changes ...change) []error {
	t.Helper()
	gate := make(chan struct{})
	outcomes := make([]error, len(changes))
	var all sync.WaitGroup
	for i, fn := range changes {
		all.Go(func() {
			outcomes[i] = s.Write(t.Context(), func(tx *store.Tx) error {
				<-gate
				return fn(tx)
			})
		})
		synctest.Wait()
	}
	close(gate)
	all.Wait()
	return outcomes
}

// many are n changes that each keep a name of their own.
func many(n int) []change {
	changes := make([]change, n)
	for i := range changes {
		changes[i] = keep(fmt.Sprintf("%03d", i))
	}
	return changes
}

func noErrors(t *testing.T, outcomes []error) {
	t.Helper()
	for i, err := range outcomes {
		if err != nil {
			t.Errorf("change %d: %v", i, err)
		}
	}
}

// commits counts the transactions in the log of a SQLite file: the frame that
// ends one names the size of the database after it.
func commits(t *testing.T, file string) int {
	t.Helper()
	log, err := os.ReadFile(file + "-wal")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if len(log) < 32 {
		return 0
	}
	frame := 24 + int(binary.BigEndian.Uint32(log[8:]))
	salt := log[16:24]
	n := 0
	for at := 32; at+frame <= len(log) && bytes.Equal(log[at+8:at+16], salt); at += frame {
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			n++
		}
	}
	return n
}

// Fails when waiting answers nobody, or when a change answers before the COMMIT.
func TestWritesThatWaitAreCommittedTogether(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		before := commits(t, file)
		noErrors(t, together(t, s, many(50)...))
		if n := commits(t, file) - before; n != 1 {
			t.Errorf("50 writes took %d transactions, not one", n)
		}
		if n := len(kept(t, s)); n != 50 {
			t.Errorf("kept %d of 50", n)
		}
	})
}

func TestALoneWriteWaitsForNobody(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		start, before := time.Now(), commits(t, file)
		for _, fn := range many(10) {
			if err := s.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("ten writes, one after the other, slept for %v", waited)
		}
		if n := commits(t, file) - before; n != 10 {
			t.Errorf("ten writes, one after the other, took %d transactions", n)
		}
	})
}

// Fails when the size of a group is not looked at.
func TestAGroupClosesAtItsSize(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		before := commits(t, file)
		noErrors(t, together(t, s, many(store.MaxGroup)...))
		if n := commits(t, file) - before; n != 1 {
			t.Errorf("a full group took %d transactions", n)
		}
	})
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		before := commits(t, file)
		noErrors(t, together(t, s, many(2*store.MaxGroup+1)...))
		if n := commits(t, file) - before; n != 3 {
			t.Errorf("two full groups and one more took %d transactions", n)
		}
	})
}

// Fails when the age of a group is not looked at.
func TestAGroupClosesAtItsAge(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		before := commits(t, file)
		slow := func(tx *store.Tx) error {
			time.Sleep(store.MaxGroupAge + time.Microsecond)
			return keepIn(tx, "slow")
		}
		noErrors(t, together(t, s, append([]change{slow}, many(20)...)...))
		if n := commits(t, file) - before; n != 2 {
			t.Errorf("one slow write and 20 behind it took %d transactions, not two", n)
		}
	})
}

// Fails when Write answers as soon as its change has run.
func TestAnAnswerComesOnceTheChangeIsKept(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		var all sync.WaitGroup
		for i := range 32 {
			all.Go(func() {
				name := fmt.Sprintf("%03d", i)
				if err := s.Write(t.Context(), keep(name)); err != nil {
					t.Error(err)
				}
				if n, err := s.Number(t.Context(), `SELECT count(*) FROM workspaces WHERE name = $1`, name); n != 1 || err != nil {
					t.Errorf("a reader finds %d of what was answered (%v)", n, err)
				}
			})
		}
		all.Wait()
	})
}

// Fails when a member's context is not looked at before it starts.
func TestAClientWhoHangsUpBeforeItsTurnLosesOnlyItsOwnChange(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		ctx, hangUp := context.WithCancel(t.Context())
		gate := make(chan struct{})
		outcomes := make([]error, 3)
		var all sync.WaitGroup
		for i, of := range []context.Context{t.Context(), ctx, t.Context()} {
			all.Go(func() {
				outcomes[i] = s.Write(of, func(tx *store.Tx) error {
					<-gate
					return keepIn(tx, fmt.Sprint(i))
				})
			})
			synctest.Wait()
		}
		hangUp()
		synctest.Wait() // it answers at once, while the writer is still busy
		if !errors.Is(outcomes[1], context.Canceled) {
			t.Errorf("who hung up was told %v", outcomes[1])
		}
		close(gate)
		all.Wait()
		if outcomes[0] != nil || outcomes[2] != nil {
			t.Errorf("the others were told %v", outcomes)
		}
		wantKept(t, s, "0", "2")

		// Taken up or not, a change whose client is gone already does not run.
		for range 50 {
			if err := s.Write(ctx, keep("gone")); !errors.Is(err, context.Canceled) {
				t.Errorf("a client gone before was told %v", err)
			}
		}
		wantKept(t, s, "0", "2")
	})
}

// Fails when those who wait are not counted, or stay counted once they are taken up.
func TestItIsCrowdedWhileChangesWait(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		if s.Crowded() {
			t.Error("crowded before the first change")
		}
		crowded := []bool{}
		look := func(*store.Tx) error { crowded = append(crowded, s.Crowded()); return nil }
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		if err := s.Write(ctx, look); !errors.Is(err, context.Canceled) {
			t.Errorf("who had hung up was told %v", err)
		}
		crowded = nil
		noErrors(t, together(t, s, look, look, look))
		if want := []bool{true, true, false}; !slices.Equal(crowded, want) {
			t.Errorf("crowded: %v, want %v", crowded, want)
		}
	})
}

// Fails when the statements of a change run under its client's context.
func TestAClientWhoHangsUpInMidWriteBreaksNothing(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		for round := range 20 {
			before := commits(t, file)
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			gate := make(chan struct{})
			outcomes, runs := make([]error, 8), make([]int, 8)
			var all sync.WaitGroup
			for i := range outcomes {
				of := t.Context()
				if i == 3 {
					of = ctx
				}
				all.Go(func() {
					outcomes[i] = s.Write(of, func(tx *store.Tx) error {
						<-gate
						runs[i]++
						if i == 3 { // while a statement of its own runs, or just before it
							go hangUp()
							if round%2 == 0 {
								<-ctx.Done()
							}
						}
						for part := range 5 { // few enough that the log does not start over
							if err := keepIn(tx, fmt.Sprintf("%d %d %d", round, i, part)); err != nil {
								return err
							}
						}
						return nil
					})
				})
				synctest.Wait()
			}
			close(gate)
			all.Wait()
			noErrors(t, outcomes)
			if slices.Max(runs) != 1 {
				t.Errorf("a change ran more than once: %v", runs)
			}
			if n := commits(t, file) - before; n != 1 {
				t.Errorf("the group took %d transactions", n)
			}
		}
		if n := len(kept(t, s)); n != 20*8*5 {
			t.Errorf("kept %d rows, not %d", n, 20*8*5)
		}
	})
}

// Fails when a group whose member failed half way is not run again, with savepoints.
func TestAFailedChangeTakesNobodyWithIt(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		before := commits(t, file)
		refused := mindflow.Conflict("no")
		outcomes := together(t, s,
			keep("a"),
			func(tx *store.Tx) error { return errors.Join(keepIn(tx, "lost"), refused) },
			keep("b"),
			func(tx *store.Tx) error { // a statement that fails, by itself
				return errors.Join(keepIn(tx, "lost"), tx.Exec(`INSERT INTO workspaces (id) VALUES ('x')`))
			},
			keep("c"),
		)
		if outcomes[0] != nil || outcomes[2] != nil || outcomes[4] != nil {
			t.Errorf("the others were told %v", outcomes)
		}
		if !errors.Is(outcomes[1], refused) || outcomes[3] == nil || mindflow.KindOf(outcomes[3]) != mindflow.KindInternal {
			t.Errorf("the failed were told %v and %v", outcomes[1], outcomes[3])
		}
		if n := commits(t, file) - before; n != 1 {
			t.Errorf("the group took %d transactions", n)
		}
		wantKept(t, s, "a", "b", "c")
	})
}

// Fails when the writer does not catch a change's panic: the program ends.
func TestAPanicBelongsToItsCaller(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		var caught any
		gate := make(chan struct{})
		var all sync.WaitGroup
		outcomes := make([]error, 2)
		all.Go(func() {
			outcomes[0] = s.Write(t.Context(), func(tx *store.Tx) error { <-gate; return keepIn(tx, "a") })
		})
		synctest.Wait()
		all.Go(func() {
			defer func() { caught = recover() }()
			_ = s.Write(t.Context(), func(tx *store.Tx) error { panic(keepIn(tx, "lost") == nil) })
			t.Error("a change that panicked was answered")
		})
		synctest.Wait()
		all.Go(func() { outcomes[1] = s.Write(t.Context(), keep("b")) })
		synctest.Wait()
		close(gate)
		all.Wait()
		noErrors(t, outcomes)
		p, ok := caught.(*mindflow.Panic)
		if !ok || p.Reason != true || !strings.Contains(strings.Join(p.Stack(), "\n"), "TestAPanicBelongsToItsCaller") {
			t.Errorf("the caller caught %v", caught)
		}
		wantKept(t, s, "a", "b")
	})
}

// vanish has SQLite end the transaction by itself, as it does when the disk is
// full.
func vanish(tx *store.Tx) error {
	return tx.Exec(`INSERT OR ROLLBACK INTO workspaces (id, name, created_at) VALUES (NULL, 'x', 1)`)
}

// Fails when the members of a vanished group are not run again.
func TestWhenTheTransactionVanishesEachMemberRunsAgainAlone(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		runs := make([]int, 4)
		counted := func(i int, fn change) change {
			return func(tx *store.Tx) error { runs[i]++; return fn(tx) }
		}
		refused := errors.New("refused")
		outcomes := together(t, s,
			counted(0, keep("a")),
			counted(1, func(tx *store.Tx) error { // first by itself, then between savepoints
				return errors.Join(keepIn(tx, "lost"), refused)
			}),
			counted(2, func(tx *store.Tx) error {
				if runs[2] == 1 {
					return vanish(tx)
				}
				return keepIn(tx, "b")
			}),
			counted(3, keep("c")), // waits for the next group
		)
		if outcomes[0] != nil || !errors.Is(outcomes[1], refused) || outcomes[2] != nil || outcomes[3] != nil {
			t.Errorf("told %v", outcomes)
		}
		if want := []int{3, 3, 2, 1}; !slices.Equal(runs, want) {
			t.Errorf("the changes ran %v times, want %v", runs, want)
		}
		wantKept(t, s, "a", "b", "c")
	})
}

// Fails when a change whose transaction vanished twice is taken for kept.
func TestAChangeThatBreaksTheTransactionTwiceIsRefused(t *testing.T) {
	for name, ends := range map[string]change{
		"and says so":      func(*store.Tx) error { return errors.New("disk full") },
		"and says nothing": func(*store.Tx) error { return nil },
		"and panics":       func(*store.Tx) error { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			grouped(t, func(t *testing.T, s *store.Store, _ string) {
				var caught any
				outcomes := together(t, s, keep("a"), func(tx *store.Tx) (err error) {
					if err := vanish(tx); err == nil {
						t.Error("the transaction is still there")
					}
					defer func() { // together's goroutine shall live
						if caught = recover(); caught != nil {
							err = fmt.Errorf("panicked: %v", caught)
						}
					}()
					return ends(tx)
				}, keep("b"))
				if outcomes[0] != nil || outcomes[2] != nil {
					t.Errorf("the others were told %v", outcomes)
				}
				if outcomes[1] == nil {
					t.Error("the change was answered as kept")
				}
				if name == "and says nothing" && mindflow.KindOf(outcomes[1]) != mindflow.KindUnavailable {
					t.Errorf("it was told %v", outcomes[1])
				}
				wantKept(t, s, "a", "b")
			})
		})
	}
}

// SQLite's own case: the disk is full. Fails when such an error keeps the kind internal.
func TestAFullDiskIsFull(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		fill := func(tx *store.Tx) error {
			if _, err := tx.Number("PRAGMA max_page_count = 1"); err != nil { // as small as it is already
				return err
			}
			for range 100 {
				if err := keepIn(tx, strings.Repeat("x", 10_000)); err != nil {
					return err
				}
			}
			return nil
		}
		outcomes := together(t, s, keep("a"), fill, keep("b"))
		if outcomes[0] != nil {
			t.Errorf("who came before was told %v", outcomes[0])
		}
		if mindflow.KindOf(outcomes[1]) != mindflow.KindFull {
			t.Errorf("who filled it was told %v", outcomes[1])
		}
		if names := kept(t, s); len(names) > 2 || names[0] != "a" {
			t.Errorf("kept %.20q", names)
		}
	})
}

// brokenReference makes COMMIT fail: it checks deferred references.
func brokenReference(tx *store.Tx) error {
	return errors.Join(
		tx.Exec("PRAGMA defer_foreign_keys = ON"),
		tx.Exec(`INSERT INTO task_texts (workspace_id, task_id, description, search_key) VALUES ('w', 't', '', '')`))
}

// Fails when the error of COMMIT reaches nobody, or the connection stays in
// its broken transaction.
func TestWhenCommitFailsEveryMemberHearsThatItIsUnknown(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		refused := mindflow.Conflict("no")
		outcomes := together(t, s, keep("lost"), brokenReference, keep("lost too"), func(*store.Tx) error { return refused })
		for i, err := range outcomes[:3] {
			if mindflow.KindOf(err) != mindflow.KindUnavailable {
				t.Errorf("change %d was told %v", i, err)
			}
		}
		if !errors.Is(outcomes[3], refused) {
			t.Errorf("a change refused by itself was told %v", outcomes[3])
		}
		wantKept(t, s)
		if err := s.Write(t.Context(), keep("next")); err != nil {
			t.Errorf("the next change: %v", err)
		}
		wantKept(t, s, "next")

		// Run apart, the others do not hear of it.
		tries := 0
		outcomes = together(t, s, keep("a"), brokenReference, func(tx *store.Tx) error {
			if tries++; tries < 3 { // by itself, and between savepoints
				return vanish(tx)
			}
			return keepIn(tx, "b")
		})
		if outcomes[0] != nil || mindflow.KindOf(outcomes[1]) != mindflow.KindUnavailable || outcomes[2] != nil {
			t.Errorf("told %v", outcomes)
		}
		wantKept(t, s, "a", "b", "next")
	})
}

// Fails when Close does not wait, or leaves a goroutine behind (the bubble says so).
func TestCloseWaitsForTheWriteUnderWay(t *testing.T) {
	url := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		gate := make(chan struct{})
		var all sync.WaitGroup
		var underWay, late, waits, closed error
		closing := false
		all.Go(func() {
			underWay = s.Write(t.Context(), func(tx *store.Tx) error { <-gate; return keepIn(tx, "under way") })
		})
		synctest.Wait()
		all.Go(func() { waits = s.Write(t.Context(), keep("waits")) })
		synctest.Wait()
		all.Go(func() { closed = s.Close(); closing = true })
		synctest.Wait()
		late = s.Write(t.Context(), keep("late"))
		if closing {
			t.Error("closed in mid-write")
		}
		close(gate)
		all.Wait()
		if underWay != nil || closed != nil {
			t.Errorf("the write under way: %v; Close: %v", underWay, closed)
		}
		if mindflow.KindOf(late) != mindflow.KindUnavailable || mindflow.KindOf(waits) != mindflow.KindUnavailable {
			t.Errorf("who came too late was told %v, who waited %v", late, waits)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
		s, err = store.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		wantKept(t, s, "under way")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Fails when only the first of those who wait is answered: the last would wait
// as many times as long as there are others.
func TestAFileThatAnotherProgramHoldsIsUnavailable(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		other, err := sql.Open("sqlite", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		other.SetMaxOpenConns(1)
		if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		start := time.Now() // the bubble's time: nobody sleeps for real
		var all sync.WaitGroup
		outcomes := make([]error, 4)
		for i := range outcomes {
			all.Go(func() { outcomes[i] = s.Write(t.Context(), keep("lost")) })
		}
		all.Wait()
		if waited := time.Since(start); waited < 4*time.Second || waited > 6*time.Second {
			t.Errorf("they waited for %v", waited)
		}
		for _, err := range outcomes {
			if mindflow.KindOf(err) != mindflow.KindUnavailable {
				t.Errorf("told %v", err)
			}
		}
		if _, err := other.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), keep("after")); err != nil {
			t.Errorf("once it is free again: %v", err)
		}
		wantKept(t, s, "after")
	})
}

// Fails when a file that cannot be opened for a while stays unavailable for good.
func TestAFileThatIsGoneForAWhileIsOpenedAgain(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		hidden := file + ".hidden"
		move := func(from, to string) {
			for _, end := range []string{"", "-wal", "-shm"} {
				if err := os.Rename(from+end, to+end); err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Fatal(err)
				}
			}
		}
		if err := s.Write(t.Context(), keep("before")); err != nil {
			t.Fatal(err)
		}
		move(file, hidden)
		if err := os.Mkdir(file, 0o700); err != nil { // what is no file cannot be opened
			t.Fatal(err)
		}
		for range 3 {
			if err := s.Write(t.Context(), brokenReference); mindflow.KindOf(err) != mindflow.KindUnavailable {
				t.Errorf("told %v", err)
			}
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		move(hidden, file)
		if err := s.Write(t.Context(), keep("after")); err != nil {
			t.Errorf("once it is back: %v", err)
		}
		wantKept(t, s, "after", "before")
	})
}

// Fails with synchronous=FULL and the log left out: what was answered would
// stand in memory only.
func TestWhatWasAnsweredSurvivesWithoutACleanEnd(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, file string) {
		noErrors(t, together(t, s, many(20)...))
		// The files as they lie there now, as after kill -9.
		crashed := filepath.Join(t.TempDir(), "crashed.db")
		for _, end := range []string{"", "-wal"} {
			content, err := os.ReadFile(file + end)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(crashed+end, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again, err := store.Open(t.Context(), "sqlite:///"+crashed, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(kept(t, again)); n != 20 {
			t.Errorf("%d of 20 survived", n)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		for pragma, want := range map[string]int{"synchronous": 2, "foreign_keys": 1} {
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				if n, err := tx.Number("PRAGMA " + pragma); n != want || err != nil {
					t.Errorf("%s is %d, want %d (%v)", pragma, n, want, err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Fails when the writer's loop does not catch its own panic: the program ends.
// Fails, too, when it closes the group's members without telling them: a change
// nobody kept is answered as kept.
func TestAPanicOfTheWriterIsToldAndDoesNotStopIt(t *testing.T) {
	grouped(t, func(t *testing.T, s *store.Store, _ string) {
		var mend func()
		var caught any
		func() {
			defer func() { caught = recover() }()
			_ = s.Write(t.Context(), func(tx *store.Tx) error {
				mend = tx.BreakWriter()
				return keepIn(tx, "lost")
			})
			t.Error("a change was answered whose writer broke")
		}()
		if p, ok := caught.(*mindflow.Panic); !ok || !strings.Contains(strings.Join(p.Stack(), "\n"), "writer_group.go") {
			t.Errorf("the caller caught %v", caught)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { mend(); return keepIn(tx, "next") }); err != nil {
			t.Error(err)
		}
		wantKept(t, s, "next")
	})
}

// lines is a log that several goroutines write.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func TestACheckpointThatFailsIsLoggedOnce(t *testing.T) {
	var log lines
	s, err := store.Open(t.Context(), storetest.URL(t, storetest.SQLite), time.Now, store.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if round == 0 {
				tx.BreakCheckpoints()
			}
			for i := range 1100 {
				if err := keepIn(tx, fmt.Sprint(round, i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(5 * time.Second); log.String() == "" && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := log.String(); strings.Count(got, "checkpoint failed") != 1 || !strings.Contains(got, "level=ERROR") {
		t.Errorf("the log reads %q", got)
	}
}

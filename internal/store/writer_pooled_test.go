package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// pooled runs a test on PostgreSQL.
func pooled(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	if storetest.Postgres(t) == "" {
		return // Postgres has said so loudly
	}
	test(t, storetest.OpenAt(t, storetest.PostgreSQL, time.Now))
}

// Fails when 40P01 is not retried.
func TestOfTwoDeadlockedChangesBothLand(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		a, b := newPerson(t, s, "a@example.com"), newPerson(t, s, "b@example.com")
		var meet sync.WaitGroup
		meet.Add(2)
		var runs atomic.Int32
		cross := func(first, second mindflow.Actor) error {
			once := sync.OnceFunc(func() { meet.Done(); meet.Wait() })
			rename := `UPDATE workspaces SET name = name || '!' WHERE id = $1`
			return s.Write(t.Context(), func(tx *store.Tx) error {
				runs.Add(1)
				if err := tx.Exec(`SET LOCAL deadlock_timeout = '20ms'`); err != nil {
					return err
				}
				if err := tx.Exec(rename, first.WorkspaceID.String()); err != nil {
					return err
				}
				once() // both hold their first row now
				return tx.Exec(rename, second.WorkspaceID.String())
			})
		}
		var all sync.WaitGroup
		var errs [2]error
		all.Go(func() { errs[0] = cross(a, b) })
		all.Go(func() { errs[1] = cross(b, a) })
		all.Wait()
		if errs[0] != nil || errs[1] != nil {
			t.Errorf("told %v and %v", errs[0], errs[1])
		}
		if runs.Load() < 3 {
			t.Errorf("there was no deadlock: %d runs", runs.Load())
		}
		wantKept(t, s, "Personal!!", "Personal!!")
	})
}

// Fails when 40001 is not retried.
func TestOfTwoChangesThatCannotBeSerialisedBothLand(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		var meet, all sync.WaitGroup
		meet.Add(2)
		var runs atomic.Int32
		for i := range 2 {
			once := sync.OnceFunc(func() { meet.Done(); meet.Wait() })
			all.Go(func() {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					runs.Add(1)
					if err := tx.Exec(`SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`); err != nil {
						return err
					}
					n, err := tx.Number(`SELECT count(*) FROM workspaces`)
					if err != nil {
						return err
					}
					once()
					return keepIn(tx, fmt.Sprintf("%d before, by %d", n, i))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if names := kept(t, s); len(names) != 2 || runs.Load() < 3 {
			t.Errorf("kept %q in %d runs", names, runs.Load())
		}
	})
}

func TestAChangeIsNotRetriedForEver(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		runs := 0
		err := s.Write(t.Context(), func(*store.Tx) error {
			runs++
			return fmt.Errorf("lock: %w", &pgconn.PgError{Code: "40001"})
		})
		if mindflow.KindOf(err) != mindflow.KindUnavailable || runs != store.MaxWriteTries {
			t.Errorf("%d runs, told %v", runs, err)
		}
		runs = 0
		err = s.Write(t.Context(), func(*store.Tx) error {
			runs++
			return &pgconn.PgError{Code: "23505"}
		})
		if mindflow.KindOf(err) != mindflow.KindInternal || runs != 1 {
			t.Errorf("a broken rule of the schema: %d runs, told %v", runs, err)
		}
		runs = 0
		s.LongestChange(30 * time.Millisecond)
		err = s.Write(t.Context(), func(*store.Tx) error {
			runs++
			time.Sleep(40 * time.Millisecond)
			return &pgconn.PgError{Code: "40001"}
		})
		if mindflow.KindOf(err) != mindflow.KindUnavailable || runs != 1 {
			t.Errorf("out of time: %d runs, told %v", runs, err)
		}
	})
}

// Fails when the time a change may take is not bounded.
func TestAChangeDoesNotWaitForEverForALock(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "a@example.com")
		holds, gate := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				close(holds)
				<-gate
				return keepIn(tx, "first")
			}); err != nil {
				t.Error(err)
			}
		})
		<-holds
		s.LongestChange(100 * time.Millisecond)
		start := time.Now()
		err := inWorkspace(t, s, a, func(tx *store.Tx) error { return keepIn(tx, "lost") })
		if waited := time.Since(start); mindflow.KindOf(err) != mindflow.KindUnavailable || waited > 5*time.Second {
			t.Errorf("after %v told %v", waited, err)
		}
		close(gate)
		all.Wait()
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error { return keepIn(tx, "next") }); err != nil {
			t.Error(err)
		}
		wantKept(t, s, "Personal", "first", "next")
	})
}

func TestAStatementBrokenOffByTheServerCostsOnlyItsOwnChange(t *testing.T) {
	for name, broken := range map[string]change{
		"cancelled": func(tx *store.Tx) error {
			return errors.Join(tx.Exec(`SET LOCAL statement_timeout = '20ms'`), tx.Exec(`SELECT pg_sleep(10)`))
		},
		"connection ended": func(tx *store.Tx) error { return tx.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`) },
		"failure swallowed": func(tx *store.Tx) error {
			_ = tx.Exec(`SELECT 1/0`) // COMMIT then rolls back
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			pooled(t, func(t *testing.T, s *store.Store) {
				var all sync.WaitGroup
				for i := range 8 {
					all.Go(func() {
						if i == 3 {
							err := s.Write(t.Context(), func(tx *store.Tx) error {
								if err := keepIn(tx, "lost"); err != nil {
									return err
								}
								return broken(tx)
							})
							if mindflow.KindOf(err) != mindflow.KindUnavailable {
								t.Errorf("told %v", err)
							}
							return
						}
						if err := s.Write(t.Context(), keep(fmt.Sprint(i))); err != nil {
							t.Errorf("another: %v", err)
						}
					})
				}
				all.Wait()
				wantKept(t, s, "0", "1", "2", "4", "5", "6", "7")
			})
		})
	}
}

// Fails when the statements of a change run under its client's context.
func TestAClientWhoHangsUpInMidWriteIsStillAnsweredOnPostgreSQL(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		for round := range 20 {
			ctx, hangUp := context.WithCancel(t.Context())
			err := s.Write(ctx, func(tx *store.Tx) error {
				go hangUp()
				if round%2 == 0 {
					<-ctx.Done()
				}
				for range 5 {
					if err := keepIn(tx, "x"); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("round %d: %v", round, err)
			}
			hangUp()
			if err := s.Write(ctx, keep("gone")); !errors.Is(err, context.Canceled) {
				t.Errorf("a client gone before was told %v", err)
			}
		}
		if n := len(kept(t, s)); n != 100 {
			t.Errorf("kept %d of 100", n)
		}
	})
}

func TestAPanicRollsBackOnPostgreSQL(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		for range 30 { // more than there are connections: none may be lost
			func() {
				defer func() {
					if recover() != "broken" {
						t.Error("the panic did not reach its caller")
					}
				}()
				_ = s.Write(t.Context(), func(tx *store.Tx) error {
					if err := keepIn(tx, "lost"); err != nil {
						return err
					}
					panic("broken")
				})
			}()
		}
		if err := s.Write(t.Context(), keep("next")); err != nil {
			t.Fatal(err)
		}
		wantKept(t, s, "next")
	})
}

// Fails when changes that wait for one workspace may take every connection.
func TestReadsGoOnWhileManyChangesWaitForOneWorkspace(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "read me"))
		held, release := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		var written atomic.Int32
		all.Go(func() {
			if err := inWorkspace(t, s, a, func(*store.Tx) error { close(held); <-release; return nil }); err != nil {
				t.Error(err)
			}
		})
		<-held
		for range 2 * store.MaxPostgres {
			all.Go(func() {
				if err := inWorkspace(t, s, a, func(*store.Tx) error { written.Add(1); return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for range 20 { // while the others come to wait
			if _, err := s.Task(ctx, a.WorkspaceID, task.ID, s.Now()); err != nil {
				t.Fatalf("a read was told %v", err)
			}
			time.Sleep(5 * time.Millisecond)
		}
		if written.Load() != 0 {
			t.Error("the workspace was not held")
		}
		close(release)
		all.Wait()
	})
}

// Fails when a client who hangs up keeps waiting for a seat.
func TestWhoHangsUpBeforeTheirTurnIsLetGo(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		release := make(chan struct{})
		var all sync.WaitGroup
		var underWay sync.WaitGroup
		underWay.Add(store.MaxWriting)
		for range store.MaxWriting {
			all.Go(func() {
				if err := s.Write(t.Context(), func(*store.Tx) error { underWay.Done(); <-release; return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		underWay.Wait()
		ctx, hangUp := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, hangUp)
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.Lock(a.WorkspaceID) }); !errors.Is(err, context.Canceled) {
			t.Errorf("told %v", err)
		}
		close(release)
		all.Wait()
	})
}

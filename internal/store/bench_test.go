package store_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// filled is a SQLite store with one person and n open tasks of 500-character
// descriptions.
func filled(b *testing.B, n int) (*store.Store, mindflow.Actor, []mindflow.TaskID) {
	b.Helper()
	s := storetest.OpenAt(b, storetest.SQLite, time.Now)
	now := s.Now()
	u := mindflow.User{ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now), Email: "ada@example.com", CreatedAt: now}
	a := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI}
	if err := s.Write(b.Context(), func(tx *store.Tx) error {
		_, err := tx.CreateUser(u, "hash", mindflow.DefaultPreferences(mindflow.Zone{}), a)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	ids := make([]mindflow.TaskID, n)
	for from := 0; from < n; from += 500 {
		err := s.Write(b.Context(), func(tx *store.Tx) error {
			if err := tx.Lock(a.WorkspaceID); err != nil {
				return err
			}
			if _, err := tx.Standing(a.UserID, a.WorkspaceID); err != nil {
				return err
			}
			for i := from; i < min(from+500, n); i++ {
				now := s.Now()
				t := mindflow.Task{
					ID: mindflow.NewID[mindflow.Task](now), WorkspaceID: a.WorkspaceID, UserID: a.UserID,
					Title: fmt.Sprintf("Task number %d", i), Description: strings.Repeat("word ", 100), Status: mindflow.StatusPending,
					Priority: 1 + i%5, Tags: []string{"home", "errands"}, EffortMinutes: 10 * (i % 8), Version: 1, CreatedAt: now, UpdatedAt: now,
				}
				if i%2 == 0 {
					t.Due = mindflow.OnDay(mindflow.Day(20000 + i%400))
				}
				ids[i] = t.ID
				if _, err := tx.CreateTask(t, "", a, mindflow.TaskCreated); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s, a, ids
}

// processorTime reports the CPU an operation takes, which other programs on the
// machine disturb less than the time that passes.
func processorTime(b *testing.B) func() {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric(float64((used()-before).Microseconds())/float64(b.N), "cpu-µs/op") }
}

func BenchmarkListOf50(b *testing.B) {
	s, a, _ := filled(b, 10_000)
	q := mindflow.TaskQuery{Order: mindflow.NewestFirst, Limit: 50, At: s.Now()}
	b.ReportAllocs()
	defer processorTime(b)()
	for b.Loop() {
		if _, err := s.ListTasks(b.Context(), a.WorkspaceID, q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOneTask(b *testing.B) {
	s, a, ids := filled(b, 1_000)
	b.ReportAllocs()
	defer processorTime(b)()
	for b.Loop() {
		if _, err := s.Task(b.Context(), a.WorkspaceID, ids[500], s.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAllFacts(b *testing.B) {
	s, a, _ := filled(b, 10_000)
	b.ReportAllocs()
	defer processorTime(b)()
	for b.Loop() {
		if _, err := s.Facts(b.Context(), a.WorkspaceID, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// changed runs a change of the workspace, as a request makes it.
func changed(b *testing.B, s *store.Store, a mindflow.Actor, fn func(*store.Tx) error) error {
	b.Helper()
	return s.Write(b.Context(), func(tx *store.Tx) error {
		if err := tx.Lock(a.WorkspaceID); err != nil {
			return err
		}
		if _, err := tx.Standing(a.UserID, a.WorkspaceID); err != nil {
			return err
		}
		return fn(tx)
	})
}

// created adds a task.
func created(b *testing.B, s *store.Store, a mindflow.Actor) error {
	b.Helper()
	return changed(b, s, a, func(tx *store.Tx) error {
		now := s.Now()
		_, err := tx.CreateTask(mindflow.Task{
			ID: mindflow.NewID[mindflow.Task](now), WorkspaceID: a.WorkspaceID, UserID: a.UserID,
			Title: "A task", Description: strings.Repeat("word ", 100), Status: mindflow.StatusPending,
			Priority: 3, Version: 1, CreatedAt: now, UpdatedAt: now,
		}, "", a, mindflow.TaskCreated)
		return err
	})
}

// by16 measures a change made by 16 at once.
func by16(b *testing.B, change func() error) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(16 / runtime.GOMAXPROCS(0))
	defer processorTime(b)()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := change(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkCreateTask(b *testing.B) {
	s, a, _ := filled(b, 1_000)
	b.ReportAllocs()
	defer processorTime(b)()
	for b.Loop() {
		if err := created(b, s, a); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCreateTaskBy16 is what group commit is for.
func BenchmarkCreateTaskBy16(b *testing.B) {
	s, a, _ := filled(b, 10_000)
	by16(b, func() error { return created(b, s, a) })
}

// BenchmarkSaveTaskBy16 changes tasks at random.
func BenchmarkSaveTaskBy16(b *testing.B) {
	s, a, ids := filled(b, 10_000)
	by16(b, func() error {
		return changed(b, s, a, func(tx *store.Tx) error {
			before, err := tx.Task(ids[rand.IntN(len(ids))])
			if err != nil {
				return err
			}
			after := before
			after.Priority = 1 + before.Priority%5
			_, err = tx.SaveTask(before, after, a, mindflow.TaskUpdated)
			return err
		})
	})
}

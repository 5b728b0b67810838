package store_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// A workspace may have 200,000 tasks, a tree 1,000 steps, and a log millions of
// events: whoever goes through all of the former for each of the others keeps
// everybody's changes waiting. Seen red for each of the statements: with JOIN for
// CROSS JOIN, with steps that are counted where they are found, with parents named
// once, with an order that the log has by itself, and without the last migration.
func TestWhatIsAroundATaskOrAChangeIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	s := storetest.OpenAt(t, storetest.SQLite, time.Now)
	a := newPerson(t, s, "ada@example.com")
	parent := create(t, s, a, newTask(s, a, "parent"))
	step := newTask(s, a, "step")
	step.Details.ParentID = parent.ID
	create(t, s, a, step)
	statements := watched(s)
	both := []mindflow.TaskID{parent.ID, step.ID}
	edit(t, s, a, step.ID, mindflow.TaskCompleted, func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, s.Now() })
	err := inWorkspace(t, s, a, func(tx *store.Tx) error {
		_, _, err := tx.Ancestors(step.ID, parent.ID)
		for _, read := range []func() error{
			func() error { _, err := tx.Steps(parent.ID); return err },
			func() error { _, err := tx.StepsOf(both); return err },
			func() error { _, err := tx.Strays(both); return err },
			func() error { _, err := tx.Depth(both); return err },
			func() error { _, err := tx.EventsOf("call", 10); return err },
			func() error {
				return tx.Later(1, store.LaterOf{Tasks: both}, func(mindflow.Event) bool { return true })
			},
			func() error {
				_, err := s.EventsOfCalls(t.Context(), a.WorkspaceID, []string{"one", "two"})
				return err
			},
			func() error { _, err := s.Changes(t.Context(), a.WorkspaceID, mindflow.TaskID{}, 100, 10); return err },
			func() error { _, err := s.Changes(t.Context(), a.WorkspaceID, step.ID, 100, 10); return err },
			func() error {
				_, err := s.ListTasks(t.Context(), a.WorkspaceID, mindflow.TaskQuery{Blocked: mindflow.Some(true), Order: mindflow.Order{Field: mindflow.ByTitle}, Limit: 10})
				return err
			},
		} {
			if err == nil {
				err = read()
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := statements()
	if len(found) < 14 {
		t.Errorf("only %d statements", len(found))
	}
	for _, statement := range found {
		plan, err := s.Plan(t.Context(), statement)
		if err != nil {
			t.Fatal(statement, err)
		}
		if slices.ContainsFunc(plan, func(line string) bool { return throughout(statement, line) }) {
			t.Errorf("%s\ngoes\n%s", statement, strings.Join(plan, "\n"))
		}
	}
}

// throughout reports whether a line of a plan says that all tasks or events of a
// workspace are gone through. A list may do that, once: not for each of what its
// tasks wait for. The last event of a log is found by its index.
func throughout(statement, line string) bool {
	whole := strings.HasSuffix(line, "(workspace_id=?)") || strings.HasSuffix(line, "(workspace_id=?) LEFT-JOIN") || strings.HasSuffix(line, "(workspace_id=? AND seq>?)")
	if strings.Contains(statement, "ORDER BY t.title_key") && strings.HasPrefix(line, "SEARCH t ") {
		return false
	}
	return whole && !strings.Contains(statement, "SELECT max(l.seq)")
}

// watched answers what answers the statements a store has run since, without those
// that only write.
func watched(s *store.Store) func() []string {
	var mu sync.Mutex
	seen := map[string]bool{}
	s.Watch(func(ctx context.Context, span mindflow.Span) (context.Context, func(error)) {
		if reads := strings.TrimSpace(span.SQL); reads != "" && !strings.HasPrefix(reads, "INSERT") && !strings.HasPrefix(reads, "EXPLAIN") {
			mu.Lock()
			defer mu.Unlock()
			seen[span.SQL] = true
		}
		return ctx, func(error) {}
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(maps.Keys(seen))
	}
}

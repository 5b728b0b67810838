package store_test

import (
	"strings"
	"testing"
	"time"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// A workspace may have 200,000 steps, and a tree 1,000: whoever goes through all
// of the former for each of the latter keeps everybody's changes waiting. Seen
// red with JOIN for CROSS JOIN, with steps that are counted where they are found,
// and with parents named once.
func TestWhatIsAroundATaskIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	s := storetest.OpenAt(t, storetest.SQLite, time.Now)
	for name, statement := range store.AroundTasks {
		plan, err := s.Plan(t.Context(), statement)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, line := range plan {
			if strings.Contains(line, "(workspace_id=?)") {
				t.Errorf("%s: %s, in\n%s", name, line, strings.Join(plan, "\n"))
			}
		}
	}
}

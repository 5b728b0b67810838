package store_test

import (
	"slices"
	"testing"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// notPersonal are columns that name a user or a workspace, in rows that are not
// for that reason theirs.
var notPersonal = []string{
	"tasks assignee_id", // who shall do it, in somebody's workspace
	"events actor_id",   // who did it, there
}

// Fails when a new table holds what is somebody's and is not erased with them.
func TestEveryTableThatNamesAPersonIsErased(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.URL(t, kind))
		found := 0
		for table, columns := range contentOf(t, schema) {
			for column := range columns {
				if !slices.Contains([]string{"user_id", "workspace_id", "session_id", "assignee_id", "actor_id"}, column) {
					continue
				}
				found++
				if !slices.Contains(store.Belongings(), table) && !slices.Contains(notPersonal, table+" "+column) {
					t.Errorf("%s has %s, and stays", table, column)
				}
			}
		}
		if found < 10 {
			t.Errorf("%d such columns: did the walk look at all?", found)
		}
	})
}

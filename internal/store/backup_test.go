package store_test

import (
	"slices"
	"testing"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when a step adds a table that nobody has decided about: whether a
// backup holds it.
func TestEveryTableIsBackedUpOrLeftOutOnPurpose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tables, err := s.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		known := append(store.BackedUp(), store.LeftOut...)
		for _, table := range tables {
			if table != store.VersionTable && !slices.Contains(known, table) {
				t.Errorf("table %s is neither backed up nor left out", table)
			}
		}
		for _, table := range known {
			if !slices.Contains(tables, table) {
				t.Errorf("there is no table %s", table)
			}
		}
		if len(tables) < 12 {
			t.Errorf("only %q", tables)
		}
		// Numbers and texts are the same on both databases; nothing else is.
		types, err := s.ColumnTypes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			if !slices.Contains([]string{"TEXT", "INTEGER", "BLOB", "uuid", "text", "bigint", "integer", "bytea"}, kind) {
				t.Errorf("a backup cannot hold a column of type %s", kind)
			}
		}
	})
}

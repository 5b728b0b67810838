package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
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

// A step that is taken while a backup is read would change how tables look that
// were not read yet: PostgreSQL's snapshot holds rows only. Their columns would
// then be those of another version than the backup says, and nobody could
// restore it. Fails, on PostgreSQL, when the tables are not held from the start.
func TestNoStepChangesATableBeforeTheBackupCameToIt(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s, schema := storetest.Open(t, url, time.Now), storetest.OpenSchema(t, url)
		if kind == storetest.PostgreSQL {
			execute(t, schema, `SET lock_timeout = '50ms'`)
		}
		read := map[string][]string{}
		if err := s.Dump(t.Context(), store.Content{
			Schema: func(int64) error { return nil },
			Table: func(name string, columns []string) error {
				if len(read) == 0 {
					_, err := schema.DB().ExecContext(t.Context(), `ALTER TABLE events ADD COLUMN colour TEXT`)
					if kind == storetest.PostgreSQL && (err == nil || !strings.Contains(err.Error(), "lock timeout")) {
						t.Errorf("a step was told %v", err)
					}
				}
				read[name] = columns
				return nil
			},
			Row: func([]any) error { return nil },
		}); err != nil {
			t.Fatal(err)
		}
		if columns := read["events"]; len(columns) == 0 || slices.Contains(columns, "colour") {
			t.Errorf("the backup holds events with %q", columns)
		}
		execute(t, schema, `DROP TABLE events`) // held no longer
	})
}

// Somebody adds a row after the database was found empty. Fails when nobody
// looks again once the tables are locked.
func TestARowThatComesAtTheLastMomentKeepsARestoreOut(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		schema, other := storetest.OpenSchema(t, url), storetest.OpenSchema(t, url)
		tx, err := other.DB().BeginTx(t.Context(), nil)
		if err == nil {
			_, err = tx.ExecContext(t.Context(), later["system_events"])
		}
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() {
			err := schema.Restore(t.Context(), schema.Head(), func(*store.Filling) error {
				t.Error("it is filled")
				return nil
			})
			refused(t, err, mindflow.KindConflict, "The database is not empty: there are rows in system_events")
		})
		time.Sleep(500 * time.Millisecond) // it has seen none, and waits
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
}

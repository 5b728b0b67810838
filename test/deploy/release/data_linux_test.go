package release

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mindflow/internal/formats/archive"
)

// rows are all rows of a database by their table, as a backup has them.
type rows map[string]map[string]bool

// data is what the database holds, read from a backup that the installed program makes.
func (f *fleet) data() rows {
	f.t.Helper()
	f.mindflow("backup /tmp/all.backup")
	file, err := os.Open(filepath.Join(f.hosts[0].root, "tmp/all.backup"))
	must(f.t, err)
	defer file.Close()
	all, at := rows{}, ""
	_, _, err = archive.Read(file, archive.Key{}, archive.Sink{
		Table: func(name string, columns []string) error {
			at = name + " (" + strings.Join(columns, ", ") + ")"
			all[at] = map[string]bool{}
			return nil
		},
		Row: func(values []any) error {
			row, err := json.Marshal(values)
			all[at][string(row)] = true
			return err
		},
	})
	must(f.t, err)
	return all
}

// unchanged fails the test unless a database holds what it held before, to the last column. Of a smoke test's account
// nothing may be there but the notes that it was erased.
func unchanged(t *testing.T, before, after rows) {
	t.Helper()
	if len(before) == 0 || !slices.Equal(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))) {
		t.Errorf("the tables are %q, and were %q", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
	held := 0
	for table, was := range before {
		is := after[table]
		held += len(was)
		for row := range was {
			if !is[row] {
				t.Errorf("of %s a row is gone, or is another now: %s", table, row)
			}
		}
		for row := range is {
			if !was[row] && (!strings.HasPrefix(table, "system_events ") || !strings.Contains(row, `"user.erased"`)) {
				t.Errorf("in %s is a row that was not there: %s", table, row)
			}
		}
	}
	if !t.Failed() {
		t.Logf("%d rows are as they were", held)
	}
}

package store

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const schemaStep = `SELECT max(version_id) FROM goose_db_version`

// Ready reports whether the database answers and its schema has every step this
// program needs, in one statement. Unlike other reads it heeds its context on
// both databases.
func (s *Store) Ready(ctx context.Context) error {
	newest, err := s.dialect.newestStep()
	if err != nil {
		return err
	}
	var step int64
	if err := s.readers.QueryRowContext(ctx, schemaStep).Scan(&step); err != nil {
		return fmt.Errorf("read the schema's step: %w", err)
	}
	if step < newest {
		return fmt.Errorf("the schema is at step %d of %d", step, newest)
	}
	return nil
}

// newestStep is the number of the last step there is.
func (d dialect) newestStep() (int64, error) {
	_, steps, _, err := d.migrations()
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(steps, "*.sql") // in order
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("there are no migrations: %w", err)
	}
	number, _, _ := strings.Cut(path.Base(names[len(names)-1]), "_")
	return strconv.ParseInt(number, 10, 64)
}

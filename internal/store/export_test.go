package store

import (
	"context"
	"database/sql"
	"io/fs"
	"regexp"
	"time"
)

// What tests reach for beneath the store's own words.

// Exec runs any statement within the change.
func (tx *Tx) Exec(query string, args ...any) error {
	_, err := tx.exec(query, args...)
	return err
}

// BreakWriter has SQLite's writer itself panic, once this change is done, until
// a later change mends it.
func (tx *Tx) BreakWriter() (mend func()) {
	w := tx.s.writer.(*groupWriter)
	whole := w.checkpoints
	w.checkpoints = nil
	return func() { w.checkpoints = whole }
}

// BreakCheckpoints has every checkpoint fail from this change on.
func (tx *Tx) BreakCheckpoints() { _ = tx.s.writer.(*groupWriter).checkpoints.file.Close() }

// Number reads one number within the change.
func (tx *Tx) Number(query string, args ...any) (int, error) {
	n := 0
	err := one(tx, query, args, &n)
	return n, err
}

// Number reads one number.
func (s *Store) Number(ctx context.Context, query string, args ...any) (int, error) {
	n := 0
	err := one(s.read(ctx), query, args, &n)
	return n, err
}

// Lines reads a column of texts.
func (s *Store) Lines(ctx context.Context, query string) ([]string, error) {
	var lines []string
	err := each(s.read(ctx), query, nil, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		lines = append(lines, line)
		return err
	})
	return lines, err
}

// One reads a single row of rows that are open already.
func One(rows *sql.Rows, dest ...any) error { return one(opened{rows}, "", nil, dest...) }

type opened struct{ rows *sql.Rows }

func (o opened) query(string, ...any) (*sql.Rows, error) { return o.rows, nil }

func (o opened) broke(err error) error { return err }

func (o opened) begin(string) func(error) { return func(error) {} }

// UseSteps replaces the steps of this program.
func (s *Schema) UseSteps(folder fs.FS) error {
	steps, err := readSteps(folder)
	s.steps = steps
	return err
}

// Shape is everything the database says about its tables.
func (s *Schema) Shape(ctx context.Context) ([]string, error) {
	return s.dialect.shapeOf(plain{ctx, s.db})
}

// Difference lists what a shape lacks of another, and what it has beyond it.
func Difference(is, wanted []string) []string { return shape(is).difference(wanted) }

// Loses answers what a step says that its way down loses.
func (s *Schema) Loses(version int64) (losses []string, declared bool) {
	for _, step := range s.steps {
		if step.Version == version {
			for _, l := range step.loses {
				losses = append(losses, l.String())
			}
			declared = step.declares
		}
	}
	return losses, declared
}

// DB is the connection that changes the schema.
func (s *Schema) DB() *sql.DB { return s.db }

// PlainSQL and ParseStep read definitions and the files of steps.
func PlainSQL(text string) string { return plainSQL(text) }

// ParseStep reads the file of a step.
func ParseStep(file, text string) (Step, error) {
	s, err := parseStep(file, text)
	return s.Step, err
}

// IsPostgres reports which database it is.
func (s *Store) IsPostgres() bool { return s.dialect.postgres }

// LongestChange sets how long a change on PostgreSQL may take.
func (s *Store) LongestChange(d time.Duration) { s.writer.(*pooledWriter).longest = d }

// Retryable and Failed say how the store reads an error of its database.
func (s *Store) Retryable(err error) bool { return s.dialect.retryable(err) }

// Full reports whether the database has no room.
func (s *Store) Full(err error) bool { return s.dialect.full(err) }

// Failed reports whether the database could not do its part.
func (s *Store) Failed(err error) bool { return s.dialect.failed(err) }

// What the writers go by.
const (
	MaxGroup      = maxGroup
	MaxGroupAge   = maxGroupAge
	MaxWriteTries = maxWriteTries
	MaxPrepared   = maxPrepared
	MaxPostgres   = maxPostgres
	MaxWriting    = maxWriting
)

// Rows runs a query under the caller's own context.
func (s *Store) Rows(ctx context.Context, query string) (*sql.Rows, error) {
	return s.readers.QueryContext(ctx, query)
}

// LeftOut are the tables that are not backed up.
var LeftOut = leftOut

// VersionTable is where the steps are recorded.
const VersionTable = versionTable

// BackedUp names the tables of a backup.
func BackedUp() []string {
	names := make([]string, len(backedUp))
	for i, table := range backedUp {
		names[i] = table.name
	}
	return names
}

// Tables names the tables there are.
func (s *Store) Tables(ctx context.Context) ([]string, error) { return s.dialect.tables(s.read(ctx)) }

// ColumnTypes names the types of the tables' columns.
func (s *Store) ColumnTypes(ctx context.Context) ([]string, error) {
	if s.dialect.postgres {
		return s.Lines(ctx, `SELECT DISTINCT CAST(data_type AS TEXT) FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> '`+versionTable+`'`)
	}
	return s.Lines(ctx, `SELECT DISTINCT c.type FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name <> '`+versionTable+`' AND m.name NOT LIKE 'sqlite%'`)
}

// Belongings are the tables that are erased with a user.
func Belongings() []string {
	var tables []string
	for _, b := range belongings {
		tables = append(tables, b.table)
	}
	return tables
}

// Plan is how SQLite goes about a statement.
func (s *Store) Plan(ctx context.Context, statement string) ([]string, error) {
	var plan []string
	err := each(s.read(ctx), "EXPLAIN QUERY PLAN "+regexp.MustCompile(`\$\d+`).ReplaceAllString(statement, "'x'"), nil, func(rows *sql.Rows) error {
		var line string
		var number int
		err := rows.Scan(&number, &number, &number, &line)
		plan = append(plan, line)
		return err
	})
	return plan, err
}

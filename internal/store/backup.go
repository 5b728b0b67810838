package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// kept is a table that is backed up, with the columns its rows are ordered by.
type kept struct{ name, key string }

// backedUp are the tables of a backup, each after those it refers to.
// Sessions and grants are among them, so that people and their programs stay
// signed in when a database moves; whoever restores an old backup can end them. So are idempotency keys, so that a
// request repeated after a move is not done twice.
var backedUp = []kept{
	{"workspaces", "id"},
	{"users", "id"},
	{"members", "workspace_id, user_id"},
	{"user_preferences", "user_id"},
	{"sessions", "id"},
	{"refresh_tokens", "token_hash"},
	{"clients", "id"},
	{"grants", "id"},
	{"grant_tokens", "token_hash"},
	{"second_factors", "user_id"},
	{"recovery_codes", "user_id, code_hash"},
	{"passkeys", "id"},
	{"projects", "workspace_id, id"},
	{"templates", "workspace_id, id"},
	{"tasks", "workspace_id, id"},
	{"task_texts", "workspace_id, task_id"},
	{"task_sources", "workspace_id, format, source_id"},
	{"events", "workspace_id, seq"},
	{"system_events", "id"},
	{"idempotency_keys", "workspace_id, user_id, route, name"},
}

// leftOut are the tables that are not backed up. Jobs are work that is owed now:
// a copy of the database must not send again what the original has sent. Links
// and codes are over soon, and one that was used must not come back to life;
// challenges end sooner than a backup can be brought back.
var leftOut = []string{"authorization_codes", "jobs", "links", "spent_challenges"}

// Content takes in what a database holds, table by table. The names of columns
// are in order; a value is nil, an int64, a string or a []byte.
type Content struct {
	Schema func(version int64) error
	Table  func(name string, columns []string) error
	Row    func(values []any) error
}

// Dump tells all that is backed up, as it stood at one moment, while others read
// and write. The values of a row are good until the next.
func (s *Store) Dump(ctx context.Context, to Content) error {
	tx, err := s.readers.BeginTx(ctx, s.dialect.snapshot())
	if err != nil {
		return fmt.Errorf("begin: %w", s.explain(told(err)))
	}
	defer tx.Rollback() // it has only read
	q := plain{ctx, tx}
	if err := s.holdStill(ctx, tx); err != nil {
		return s.explain(err)
	}
	return s.explain(dump(q, s.dialect, to))
}

// holdStill keeps steps away from the tables of a backup until its transaction
// ends. It comes before the first look: what is seen then is seen of rows only,
// and tables would be read as they are by the time it is their turn.
func (s *Store) holdStill(ctx context.Context, tx *sql.Tx) error {
	before, err := s.dialect.tables(s.read(ctx))
	if err != nil {
		return err
	}
	var names []string
	for _, table := range backedUp {
		if slices.Contains(before, table.name) {
			names = append(names, table.name)
		}
	}
	hold := s.dialect.still(names)
	if hold == "" || len(names) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, hold); err != nil {
		return told(err)
	}
	after, err := s.dialect.tables(plain{ctx, tx})
	if err == nil && !slices.Equal(before, after) {
		err = mindflow.Unavailable("The schema was just being changed; try again")
	}
	return err
}

func dump(q querier, d dialect, to Content) error {
	taken, err := takenSteps(d, q)
	if err != nil {
		return err
	}
	if err := to.Schema(newest(taken)); err != nil {
		return err
	}
	tables, err := d.tables(q)
	if err != nil {
		return err
	}
	for _, table := range backedUp {
		if !slices.Contains(tables, table.name) {
			continue // of a later step
		}
		if err := dumpTable(q, table, to); err != nil {
			return fmt.Errorf("table %s: %w", table.name, err)
		}
	}
	return nil
}

// newest is the version of a schema that has taken steps.
func newest(taken []Step) int64 {
	version := int64(0)
	for _, step := range taken {
		version = max(version, step.Version)
	}
	return version
}

func dumpTable(q querier, table kept, to Content) error {
	rows, err := q.query("SELECT * FROM " + table.name + " ORDER BY " + table.key)
	if err != nil {
		return told(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	ordered := slices.Sorted(slices.Values(columns))
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i, column := range columns {
		at, _ := slices.BinarySearch(ordered, column)
		dest[i] = &values[at]
	}
	if err := to.Table(table.name, ordered); err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return told(err)
		}
		if err := to.Row(values); err != nil {
			return err
		}
	}
	return told(rows.Err())
}

// Filling is a restore under way: rows come table by table and are kept together.
type Filling struct {
	tx      *sql.Tx
	ctx     context.Context //nolint:containedctx // as long as the restore
	dialect dialect
	insert  string
	perRow  int
	batch   int
	waiting []any
}

// maxParameters bounds those of one statement: both databases take as many.
const maxParameters = 2000

// Table begins a table, which must be one that is backed up.
func (f *Filling) Table(name string, columns []string) error {
	if err := f.flush(); err != nil {
		return err
	}
	if !slices.ContainsFunc(backedUp, func(t kept) bool { return t.name == name }) {
		return mindflow.Conflict("The backup holds the table " + name + ", which this version of mindflow does not know")
	}
	f.perRow, f.batch = len(columns), max(1, maxParameters/len(columns))
	f.insert = "INSERT INTO " + name + " (" + strings.Join(columns, ", ") + ") VALUES "
	return nil
}

// Row adds a row to the table begun last.
func (f *Filling) Row(values []any) error {
	f.waiting = append(f.waiting, values...)
	if len(f.waiting) < f.batch*f.perRow {
		return nil
	}
	return f.flush()
}

// flush writes the rows that wait, in one statement.
func (f *Filling) flush() error {
	if len(f.waiting) == 0 {
		return nil
	}
	var w strings.Builder
	w.WriteString(f.insert)
	for i := range f.waiting {
		switch {
		case i == 0:
			w.WriteByte('(')
		case i%f.perRow == 0:
			w.WriteString("), (")
		default:
			w.WriteString(", ")
		}
		w.WriteString(f.dialect.mark(i + 1))
	}
	w.WriteByte(')')
	_, err := f.tx.ExecContext(f.ctx, w.String(), f.waiting...)
	f.waiting = f.waiting[:0]
	return err
}

// EndSessions ends every session and every grant at a moment.
func (f *Filling) EndSessions(at time.Time) error {
	if err := f.flush(); err != nil {
		return err
	}
	tables, err := f.dialect.tables(plain{f.ctx, f.tx})
	for _, table := range []string{"sessions", "grants"} {
		if err == nil && slices.Contains(tables, table) {
			_, err = f.tx.ExecContext(f.ctx, `UPDATE `+table+` SET ended_at = $1 WHERE ended_at IS NULL`, at.UnixMicro()) //nolint:gosec // one of the two named above
		}
	}
	return err
}

// Dump tells what the database holds now, as another would see it once this is
// kept.
func (f *Filling) Dump(to Content) error {
	if err := f.flush(); err != nil {
		return err
	}
	return dump(plain{f.ctx, f.tx}, f.dialect, to)
}

// Restore fills an empty database with what fn gives it, all of it or nothing.
// The rows are those of a version of the schema: the database is brought to that
// version first, and to the newest one afterwards.
func (s *Schema) Restore(ctx context.Context, version int64, fn func(*Filling) error) error {
	if version > s.Head() {
		return mindflow.Conflict(fmt.Sprintf("The backup's schema has version %d, and this program knows %d at the most; restore it with a newer one", version, s.Head()))
	}
	if !slices.ContainsFunc(s.steps, func(known step) bool { return known.Version == version }) {
		return mindflow.Conflict(fmt.Sprintf("The backup's schema has version %d, which this program does not know", version))
	}
	if err := s.empty(plain{ctx, s.db}); err != nil {
		return s.explain("restore", err)
	}
	if _, err := s.Up(ctx, version); err != nil {
		return err
	}
	if _, _, err := s.Down(ctx, version, false); err != nil {
		return err
	}
	err := s.alone(ctx, func() error {
		return s.within(ctx, func(tx *sql.Tx) error { return s.fill(ctx, tx, version, fn) })
	})
	if err != nil {
		return s.explain("restore", err)
	}
	_, err = s.Up(ctx, s.Head())
	return err
}

// empty is an error when there is a row that a restore would have to live with.
func (s *Schema) empty(q querier) error {
	tables, err := s.dialect.tables(q)
	if err != nil {
		return err
	}
	for _, table := range backedUp {
		if !slices.Contains(tables, table.name) {
			continue
		}
		n := 0
		err := one(q, "SELECT 1 FROM "+table.name+" LIMIT 1", nil, &n)
		if err == nil {
			return mindflow.Conflict("The database is not empty: there are rows in " + table.name + "; a backup is restored into an empty one only")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return nil
}

func (s *Schema) fill(ctx context.Context, tx *sql.Tx, version int64, fn func(*Filling) error) error {
	q := plain{ctx, tx}
	tables, err := s.dialect.tables(q)
	if err != nil {
		return err
	}
	for _, table := range backedUp {
		if lock := s.dialect.alone(table.name); lock != "" && slices.Contains(tables, table.name) {
			if _, err := tx.ExecContext(ctx, lock); err != nil {
				return err
			}
		}
	}
	// Somebody may have come between the first look and the locks.
	taken, err := takenSteps(s.dialect, q)
	if err != nil {
		return err
	}
	if newest(taken) != version {
		return mindflow.Conflict("The schema was changed meanwhile")
	}
	if err := s.empty(q); err != nil {
		return err
	}
	f := &Filling{tx: tx, ctx: ctx, dialect: s.dialect}
	if err := fn(f); err != nil {
		return err
	}
	if err := f.flush(); err != nil {
		return err
	}
	return s.referencesHold(q)
}

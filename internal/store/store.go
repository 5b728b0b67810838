package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// Store is one database. Reads run on a pool; Write is the only way to change
// anything.
type Store struct {
	dialect dialect
	readers *sql.DB
	writer  writer
	clock   func() time.Time
	watch   mindflow.Watch
	log     *slog.Logger
	jobs    chan struct{} // holds something once a commit brought a job

	prepared   sync.Map // query text → *sql.Stmt on readers
	nPrepared  atomic.Int32
	statements atomic.Int64
	groups     groups
}

// writer runs a change in a transaction and answers once it is kept, or not.
type writer interface {
	write(ctx context.Context, fn func(*Tx) error) error
	crowded() bool
	waiters() int // whose turn has not come
	close() error
}

// Open connects to the database a URL names: sqlite:///relative/path,
// sqlite:////absolute/path, postgres://… or postgresql://…. It does not
// migrate. The clock says what time it is; instants are cut to microseconds.
func Open(ctx context.Context, url string, clock func() time.Time, options ...Option) (*Store, error) {
	d, err := dialectOf(url)
	if err != nil {
		return nil, err
	}
	s := &Store{
		dialect: d, clock: func() time.Time { return clock().UTC().Truncate(time.Microsecond) },
		log: slog.New(slog.DiscardHandler), jobs: make(chan struct{}, 1),
	}
	for _, option := range options {
		option(s)
	}
	if s.readers, err = d.openReaders(); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if s.writer, err = d.openWriter(ctx, s); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.readers.Close())
	}
	return s, nil
}

// Option changes how a store is opened.
type Option func(*Store)

// WithLog says where the store tells what goes wrong while nobody waits for an
// answer.
func WithLog(log *slog.Logger) Option { return func(s *Store) { s.log = log } }

// Close waits for the writes under way and lets go of the database, the writer
// last.
func (s *Store) Close() error {
	return errors.Join(s.readers.Close(), s.writer.close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return told(s.readers.PingContext(ctx)) }

// Now is the present moment by the store's clock, in whole microseconds.
func (s *Store) Now() time.Time { return s.clock() }

// Statements counts the SQL statements sent since the store was opened, those
// that frame a transaction aside.
func (s *Store) Statements() int64 { return s.statements.Load() }

// Write runs fn in one transaction. fn may run more than once, does no I/O but
// by its Tx, and waits for nothing. What it changed is on disk when Write
// answers nil; an error means that nothing of it was kept, except when it is
// of the kind unavailable, which may leave that unknown.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) (err error) {
	ctx, end := s.watch.Begin(ctx, mindflow.Span{Name: "write"})
	defer func() { end(err) }()
	return s.explain(s.writer.write(ctx, fn))
}

// Crowded reports whether changes wait for their turn now, so that who has many
// can let the others go first.
func (s *Store) Crowded() bool { return s.writer.crowded() }

var errFull = mindflow.Full("The server has no room left; nothing was stored")

// explain gives what the database could not do its name among the errors that
// reach people; any other error stays as it is.
func (s *Store) explain(err error) error {
	if err == nil || mindflow.KindOf(err) != mindflow.KindInternal {
		return err
	}
	switch {
	case s.dialect.full(err):
		return fmt.Errorf("%w (%w)", errFull, err)
	case s.dialect.failed(err):
		return fmt.Errorf("%w (%w)", mindflow.Unavailable("The database could not do that now; try again"), err)
	}
	return err
}

// uncommitted names the failure of a COMMIT. A database that has no room has
// kept nothing; of any other failure nobody can say what was kept.
func (s *Store) uncommitted(err error) error {
	if s.dialect.full(err) {
		return fmt.Errorf("commit: %w (%w)", errFull, told(err))
	}
	return fmt.Errorf("commit: %w (%w)", mindflow.Unavailable("It may not have been stored; look before you repeat it"), told(err))
}

// querier is how a statement reaches the database: in a transaction, or on the
// pool of readers.
type querier interface {
	query(query string, args ...any) (*sql.Rows, error)
	// begin tells the watch that a statement begins whose rows will be read.
	begin(query string) (end func(error))
	// broke hears of a failure: a reader names it, a transaction remembers it.
	broke(err error) error
}

// reader reads outside any transaction.
type reader struct {
	s   *Store
	ctx context.Context //nolint:containedctx // lives as long as one call
}

func (s *Store) read(ctx context.Context) reader {
	return reader{s, s.dialect.readContext(ctx)}
}

// maxPrepared bounds the statements kept prepared: lists have many forms.
const maxPrepared = 200

func (r reader) query(query string, args ...any) (*sql.Rows, error) {
	r.s.statements.Add(1)
	stmt, err := r.s.prepare(r.ctx, query) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return nil, r.broke(err)
	}
	var rows *sql.Rows
	if stmt != nil {
		rows, err = stmt.QueryContext(r.ctx, args...)
	} else {
		rows, err = r.s.readers.QueryContext(r.ctx, query, args...)
	}
	return rows, r.broke(err)
}

func (r reader) broke(err error) error { return r.s.explain(told(err)) }

func (r reader) begin(query string) func(error) {
	_, end := r.s.watch.Begin(r.ctx, mindflow.Span{Name: "statement", SQL: query})
	return end
}

// prepare answers the prepared statement for a query, or nil once too many are kept.
func (s *Store) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.prepared.Load(query); ok {
		return stmt.(*sql.Stmt), nil
	}
	if s.nPrepared.Load() >= maxPrepared {
		return nil, nil //nolint:nilnil // no statement is a way of running it
	}
	stmt, err := s.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if first, taken := s.prepared.LoadOrStore(query, stmt); taken {
		return first.(*sql.Stmt), stmt.Close() //nolint:sqlclosecheck // the other one is kept
	}
	s.nPrepared.Add(1)
	return stmt, nil
}

// one reads a single row; no row is sql.ErrNoRows.
func one(q querier, query string, args []any, dest ...any) error {
	found := false
	err := each(q, query, args, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	return err
}

// errEnough is answered by a scan that needs no further row.
var errEnough = errors.New("no further row is needed")

// each reads every row with scan, or as many as that needs.
func each(q querier, query string, args []any, scan func(*sql.Rows) error) (err error) {
	end := q.begin(query)
	defer func() { end(err) }()
	rows, err := q.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		switch err := scan(rows); {
		case err == errEnough: //nolint:errorlint // this very one
			return nil
		case err != nil:
			return told(err)
		}
	}
	return q.broke(rows.Err())
}

// absent turns "no row" into the product's word for it.
func absent(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return mindflow.NotFound(what)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

// nullable is nil for a zero value, for columns that may be NULL.
func nullable[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// micros is an instant as it is kept, NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return mindflow.UTC(n.Int64)
}

// where collects the conditions of a query and their arguments.
type where struct {
	conditions []string
	args       []any
}

// arg adds an argument and answers its placeholder.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// and adds a condition.
func (w *where) and(condition string) { w.conditions = append(w.conditions, condition) }

// in adds a condition that a column holds one of the values.
func in[T any](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	w.and(column + " IN " + list(w, values))
}

// list answers values in brackets, as a statement names them.
func list[T any](w *where, values []T) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = w.arg(v)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

func (w *where) String() string { return strings.Join(w.conditions, " AND ") }

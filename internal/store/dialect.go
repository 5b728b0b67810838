package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is the whole seam between the two databases.
type dialect struct {
	postgres bool
	source   string // SQLite: the file; PostgreSQL: the URL
}

// dialectOf reads a database URL.
func dialectOf(raw string) (dialect, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	switch {
	case ok && scheme == "sqlite":
		path, hasPath := strings.CutPrefix(rest, "/")
		if !hasPath || path == "" || path == ":memory:" || strings.ContainsAny(path, "?#") {
			return dialect{}, errors.New("a SQLite URL must be sqlite:///relative/path or sqlite:////absolute/path")
		}
		return dialect{source: filepath.Clean(path)}, nil // a doubled slash would name another machine to SQLite
	case ok && (scheme == "postgres" || scheme == "postgresql" || scheme == "postgresql+asyncpg"):
		return dialect{postgres: true, source: "postgres://" + rest}, nil
	}
	return dialect{}, errors.New("a database URL must start with sqlite:/// or postgres://")
}

// maxPostgres is how many connections one server holds at the most.
const maxPostgres = 24

func (d dialect) openReaders() (*sql.DB, error) {
	if d.postgres {
		if _, err := pgx.ParseConfig(d.source); err != nil {
			return nil, err // the driver would say so only when it connects
		}
		db, err := sql.Open("pgx", d.source)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(maxPostgres)
		db.SetMaxIdleConns(maxPostgres)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return db, nil
	}
	if err := d.makeFile(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", d.sqliteDSN("deferred", "foreign_keys(1)", "query_only(1)"))
	if err != nil {
		return nil, err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// sqliteDSN names the file with the settings every connection has; begin is how
// its transactions begin, more are settings of its own. The driver sets them in
// the order of the alphabet, so none can be set twice. A commit syncs the log
// before it answers (synchronous=FULL in WAL mode).
func (d dialect) sqliteDSN(begin string, more ...string) string {
	pragmas := append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(" + strconv.Itoa(tooLongLog) + ")", "temp_store(MEMORY)", "cache_size(-4096)",
	}, more...)
	q := url.Values{"_pragma": pragmas, "_txlock": {begin}}
	return d.uri(q)
}

func (d dialect) uri(q url.Values) string {
	return "file:" + (&url.URL{Path: d.source}).EscapedPath() + "?" + q.Encode()
}

// makeFile makes SQLite's file where there is none. It holds password hashes:
// made here, it is the owner's alone. One that is there is not opened: closing
// it would let go of what this process has locked in it.
func (d dialect) makeFile() error {
	if err := os.MkdirAll(filepath.Dir(d.source), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(d.source, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func (d dialect) openWriter(ctx context.Context, s *Store) (writer, error) {
	if d.postgres {
		return newPooledWriter(s), nil
	}
	return openGroupWriter(ctx, s, d)
}

// readContext is the context reads run under. SQLite answers at once, and
// watching for a hang-up would cost more than the read.
func (d dialect) readContext(ctx context.Context) context.Context {
	if d.postgres {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// remote reports whether each statement is a journey to another program.
func (d dialect) remote() bool { return d.postgres }

// locksRows reports whether writers lock rows. SQLite's is alone from its BEGIN on.
func (d dialect) locksRows() bool { return d.postgres }

// forUpdate locks the rows of a SELECT.
func (d dialect) forUpdate() string {
	if d.locksRows() {
		return " FOR UPDATE"
	}
	return ""
}

// takes is true where nobody else holds a number; it is held from then on until
// the transaction ends. Only for a database that locks rows.
func (d dialect) takes(number string) string { return "pg_try_advisory_xact_lock(" + number + ")" }

// snapshot is how a transaction begins that sees one moment and only reads. One
// of SQLite's readers does so anyway.
func (d dialect) snapshot() *sql.TxOptions {
	if d.postgres {
		return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	return nil
}

// still keeps tables from being changed, though not their rows, until the
// transaction ends; empty where a snapshot holds them, too.
func (d dialect) still(tables []string) string {
	if d.postgres {
		return "LOCK TABLE " + strings.Join(tables, ", ") + " IN ACCESS SHARE MODE"
	}
	return ""
}

// tables names the tables there are, in the place where ours are, in order.
func (d dialect) tables(q querier) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`
	if d.postgres {
		query = `SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)
			AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY relname`
	}
	return column(q, query)
}

// skipLocked locks the rows of a SELECT, but for those that others hold.
func (d dialect) skipLocked() string {
	if d.locksRows() {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// contains is true where a text column holds a piece, both folded already.
func (d dialect) contains(column, piece string) string {
	if d.postgres {
		return "strpos(" + column + ", " + piece + ") > 0"
	}
	return "instr(" + column + ", " + piece + ") > 0"
}

// idsIn is what a statement reads a column's ids from that have a space between
// them, and how each of them is compared with an id.
func (d dialect) idsIn(column string) (from, id string) {
	if d.postgres {
		return "unnest(string_to_array(" + column + ", ' ')) AS listed(id)", "CAST(listed.id AS UUID)"
	}
	return `json_each('["' || replace(` + column + `, ' ', '","') || '"]') AS listed`, "listed.value"
}

// retryable reports whether a transaction failed only because of another one.
func (d dialect) retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// failed reports whether the database could not do its part, whatever it was
// asked: it is full, busy, broken off or shutting down.
func (d dialect) failed(err error) bool {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &pg):
		switch pg.Code[:min(2, len(pg.Code))] {
		case "08", "40", "53", "57", "58": // connection, other transactions, resources, operator, system
			return true
		}
		return false
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
			return true
		}
		return false
	}
	return errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &network) ||
		errors.Is(err, context.DeadlineExceeded)
}

// mark stands for the n-th argument, where all stand in their order. Of thousands
// with names SQLite would look each up among all.
func (d dialect) mark(n int) string {
	if d.postgres {
		return "$" + strconv.Itoa(n)
	}
	return "?"
}

// full reports whether the database has no room to store anything.
func (d dialect) full(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "53100"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && lite.Code()&0xff == sqlite3.SQLITE_FULL
}

// MissingFile answers the file of a SQLite URL if it is not there: opening it
// would make it.
func MissingFile(raw string) (file string, missing bool) {
	d, err := dialectOf(raw)
	if err != nil || d.postgres {
		return "", false
	}
	_, err = os.Stat(d.source)
	return d.source, errors.Is(err, fs.ErrNotExist)
}

// Redacted is a database URL without its password, for people to read.
func Redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Sprintf("%.8s…", raw)
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

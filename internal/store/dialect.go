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
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mindflow/internal/store/migrations"
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
		return dialect{source: path}, nil
	case ok && (scheme == "postgres" || scheme == "postgresql" || scheme == "postgresql+asyncpg"):
		return dialect{postgres: true, source: "postgres://" + rest}, nil
	}
	return dialect{}, errors.New("a database URL must start with sqlite:/// or postgres://")
}

// migrations are the steps of the schema. On PostgreSQL a lock sees to it that
// one server takes them and the others wait; SQLite has no such lock.
func (d dialect) migrations() (goose.Dialect, fs.FS, []goose.ProviderOption, error) {
	if !d.postgres {
		steps, err := fs.Sub(migrations.SQLite, "sqlite")
		return goose.DialectSQLite3, steps, nil, err
	}
	steps, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		return "", nil, nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // look every second, for five minutes
	return goose.DialectPostgres, steps, []goose.ProviderOption{goose.WithSessionLocker(locker)}, err
}

// migratesAlone reports whether no other program can take a step meanwhile.
func (d dialect) migratesAlone() bool { return d.postgres }

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
	if err := os.MkdirAll(filepath.Dir(d.source), 0o700); err != nil {
		return nil, err
	}
	// The file holds password hashes: made here, it is the owner's alone.
	file, err := os.OpenFile(d.source, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", d.sqliteDSN("query_only(1)"))
	if err != nil {
		return nil, err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// sqliteDSN names the file with the settings every connection has. A commit
// syncs the log before it answers (synchronous=FULL in WAL mode).
func (d dialect) sqliteDSN(extra ...string) string {
	pragmas := append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"wal_autocheckpoint(" + strconv.Itoa(tooLongLog) + ")", "temp_store(MEMORY)", "cache_size(-4096)",
	}, extra...)
	q := url.Values{"_pragma": pragmas, "_txlock": {"deferred"}}
	return "file:" + (&url.URL{Path: d.source}).EscapedPath() + "?" + q.Encode()
}

// openMigrator answers connections that may change the schema.
func (d dialect) openMigrator() (*sql.DB, error) {
	if d.postgres {
		return sql.Open("pgx", d.source)
	}
	return sql.Open("sqlite", d.sqliteDSN())
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

// contains is true where a text column holds a piece, both folded already.
func (d dialect) contains(column, piece string) string {
	if d.postgres {
		return "strpos(" + column + ", " + piece + ") > 0"
	}
	return "instr(" + column + ", " + piece + ") > 0"
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

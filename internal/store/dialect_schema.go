package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"net/url"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mindflow/internal/store/migrations"
)

// How the two databases differ for who changes the schema.

// versions keeps, in goose's table, which steps were taken.
func (d dialect) versions() (database.Store, error) {
	if d.postgres {
		return database.NewStore(database.DialectPostgres, versionTable)
	}
	return database.NewStore(database.DialectSQLite3, versionTable)
}

// versionTable is goose's, where the steps taken are recorded.
const versionTable = "goose_db_version"

// hasVersions asks whether the table of versions is there.
func (d dialect) hasVersions() string {
	if d.postgres {
		return `SELECT count(*) FROM pg_class WHERE oid = to_regclass('` + versionTable + `')`
	}
	return `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '` + versionTable + `'`
}

// onlyReadVersions takes from everybody but its owner what would change the table
// of versions: rights on all tables there will be, as the server's role has them,
// reach this one too, and who writes in it has the next migration take a step
// twice, or none. Where one role has everything, it is the owner. It is empty for
// a database without roles.
func (d dialect) onlyReadVersions() string {
	if !d.postgres {
		return ``
	}
	return `
DO $$
DECLARE
	given record;
BEGIN
	FOR given IN
		SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role, a.privilege_type AS privilege
		  FROM pg_class v CROSS JOIN LATERAL aclexplode(v.relacl) AS a
		 WHERE v.oid = to_regclass('` + versionTable + `') AND pg_has_role(v.relowner, 'USAGE')
		   AND a.grantee <> v.relowner AND a.privilege_type <> 'SELECT'
	LOOP
		EXECUTE format('REVOKE %s ON ` + versionTable + ` FROM %s CASCADE', given.privilege, given.role);
	END LOOP;
END $$`
}

// readSteps reads the steps of this program.
func (d dialect) readSteps() ([]step, error) {
	folder, all := stepFolders[0], migrations.SQLite
	if d.postgres {
		folder, all = stepFolders[1], migrations.Postgres
	}
	files, err := fs.Sub(all, folder)
	if err != nil {
		return nil, err
	}
	return readSteps(files)
}

// openMigrator answers one connection that may change the schema. It is never
// replaced by another: on PostgreSQL it holds the lock.
func (d dialect) openMigrator() (*sql.DB, error) {
	var db *sql.DB
	if d.postgres {
		config, err := pgx.ParseConfig(d.source)
		if err != nil {
			return nil, err
		}
		config.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec // what was prepared may not hold after a step
		db = sql.OpenDB(&onlyOne{Connector: stdlib.GetConnector(*config, stdlib.OptionAfterConnect(forSteps))})
	} else {
		err := d.makeFile()
		if err != nil {
			return nil, err
		}
		// A step may replace a table others refer to: references are checked at
		// its end, by brokenReferences.
		if db, err = sql.Open("sqlite", d.sqliteDSN("immediate", "foreign_keys(0)")); err != nil {
			return nil, err
		}
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// forSteps prepares a connection to PostgreSQL. The server looks whether a
// program that is at a long step is still there: when it was killed, its
// transaction and its lock end with it. A step that waits for a table makes
// everybody else wait behind it, so it waits for a few seconds only.
func forSteps(ctx context.Context, conn *pgx.Conn) error {
	// Not every system can look; then the lock goes when the statement ends.
	if _, err := conn.Exec(ctx, `SET client_connection_check_interval = '1s'`); err != nil && conn.IsClosed() {
		return err
	}
	_, err := conn.Exec(ctx, `SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
		SET lock_timeout = '10s'; SET TimeZone = 'UTC'`)
	return err
}

// onlyOne connects once: who held a lock on a connection that broke off shall
// not go on with another.
type onlyOne struct {
	driver.Connector

	done atomic.Bool
}

var errBrokeOff = errors.New("the connection that held the migration's lock broke off")

func (o *onlyOne) Connect(ctx context.Context) (driver.Conn, error) {
	if o.done.Load() {
		return nil, errBrokeOff
	}
	conn, err := o.Connector.Connect(ctx)
	if err == nil {
		o.done.Store(true)
	}
	return conn, err
}

// migrationLock is the lock on changing the schema, as one program asks for
// it: take answers false while another has it. Either database lets go of it
// when the program dies.
type migrationLock interface {
	take(ctx context.Context) (bool, error)
	release(ctx context.Context) error
}

func (d dialect) migrationLock(db *sql.DB) (migrationLock, error) {
	if d.postgres {
		return &advisoryLock{db: db}, nil
	}
	// SQLite has no such lock, but a second file can be one: nothing is ever
	// written to it. It stays where it is; who removed it would let two in.
	beside, err := sql.Open("sqlite", dialect{source: d.source + "-migrating"}.uri(url.Values{"_pragma": {"busy_timeout(0)"}}))
	if err != nil {
		return nil, err
	}
	beside.SetMaxOpenConns(1)
	return &fileLock{db: beside}, nil
}

// advisoryLock is PostgreSQL's. Asking again and again, rather than waiting in
// one statement, holds up nobody who waits for all statements to end.
type advisoryLock struct {
	db    *sql.DB
	taken bool
}

func (l *advisoryLock) take(ctx context.Context) (bool, error) {
	err := l.db.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, lock.DefaultLockID).Scan(&l.taken)
	return l.taken, err
}

func (l *advisoryLock) release(ctx context.Context) error {
	if !l.taken {
		return nil
	}
	_, err := l.db.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lock.DefaultLockID)
	if errors.Is(err, errBrokeOff) {
		return nil // the lock went with its connection
	}
	return err
}

// fileLock is an exclusive transaction on a SQLite file of its own.
type fileLock struct {
	db   *sql.DB
	conn *sql.Conn
}

func (l *fileLock) take(ctx context.Context) (bool, error) {
	if l.conn == nil {
		var err error
		if l.conn, err = l.db.Conn(ctx); err != nil {
			return false, err
		}
	}
	_, err := l.conn.ExecContext(ctx, `BEGIN EXCLUSIVE`)
	var lite *sqlite.Error
	if errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY {
		return false, nil
	}
	return err == nil, err
}

// release closes what take opened, taken or not.
func (l *fileLock) release(context.Context) error {
	if l.conn == nil {
		return l.db.Close()
	}
	return errors.Join(l.conn.Close(), l.db.Close()) // a transaction ends with its connection
}

// alone keeps others from changing a table while a step takes it away.
func (d dialect) alone(table string) string {
	if d.postgres {
		return `LOCK TABLE ` + table + ` IN ACCESS EXCLUSIVE MODE`
	}
	return `` // a step's BEGIN has locked the file
}

// brokenReferences lists references to rows that are not there, for a database
// that does not look by itself while a step runs.
func (d dialect) brokenReferences() string {
	if d.postgres {
		return ``
	}
	return `SELECT "table" || ' → ' || parent FROM pragma_foreign_key_check`
}

// mayNot reports whether the database refused because of who asked.
func (d dialect) mayNot(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

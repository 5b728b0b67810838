package store

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"mindflow/internal/mindflow"
)

// Condition is what the database says of itself.
func (s *Store) Condition(ctx context.Context) (mindflow.DatabaseCondition, error) {
	read := s.fileCondition
	if s.dialect.postgres {
		read = s.serverCondition
	}
	c, err := read(s.read(ctx))
	if err != nil {
		return c, fmt.Errorf("read the database's condition: %w", err)
	}
	return c, nil
}

func (s *Store) fileCondition(q reader) (mindflow.DatabaseCondition, error) {
	c := mindflow.DatabaseCondition{Folder: filepath.Dir(s.dialect.source)}
	var version string
	err := one(q, `SELECT sqlite_version(), encoding FROM pragma_encoding`, nil, &version, &c.Encoding)
	c.Product = "SQLite " + version
	return c, err
}

const serverCondition = `
SELECT current_setting('server_version'), CAST(current_setting('server_version_num') AS INTEGER),
       pg_encoding_to_char(d.encoding), d.datcollate, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT),
       coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), ''), CAST(current_user AS TEXT)
  FROM pg_database d
 WHERE d.datname = current_database()`

func (s *Store) serverCondition(q reader) (mindflow.DatabaseCondition, error) {
	var c mindflow.DatabaseCondition
	var version string
	var clock int64
	if err := one(q, serverCondition, nil, &version, &c.Version, &c.Encoding, &c.Locale, &clock, &c.Folder, &c.Role.Name); err != nil {
		return c, err
	}
	c.Product, c.Clock = "PostgreSQL "+version, mindflow.UTC(clock)
	c.Folder = s.dialect.folder(c.Folder)
	var err error
	for _, read := range []struct {
		query string
		into  *[]string
	}{{rolePowers, &c.Role.Powers}, {roleLacks, &c.Role.Lacks}, {roleLacksLater, &c.Role.LacksLater}} {
		if *read.into, err = column(q, read.query); err != nil {
			return c, err
		}
	}
	return c, nil
}

// What a role may do that changes tables, in words.
const rolePowers = `
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'may create tables in the schema ' || current_schema()
 WHERE has_schema_privilege(current_schema(), 'CREATE')
   AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper)
UNION ALL
SELECT 'owns ' || count(*) || ' tables'
  FROM pg_class
 WHERE relkind IN ('r', 'p') AND relnamespace = CAST(current_schema() AS regnamespace) AND pg_has_role(relowner, 'USAGE')
   AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper)
HAVING count(*) > 0
UNION ALL
SELECT 'may write in ' || CAST(relname AS TEXT) || ', which says what the schema is'
  FROM pg_class
 WHERE oid = to_regclass('` + versionTable + `') AND NOT pg_has_role(relowner, 'USAGE')
   AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')`

const rights = `(VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS needed(privilege)`

// The table of versions is only read by the server.
const roleLacks = `
SELECT needed.privilege || ' on ' || CAST(t.relname AS TEXT)
  FROM pg_class t CROSS JOIN ` + rights + `
 WHERE t.relkind IN ('r', 'p') AND t.relnamespace = CAST(current_schema() AS regnamespace)
   AND NOT has_table_privilege(t.oid, needed.privilege)
   AND (t.relname <> '` + versionTable + `' OR needed.privilege = 'SELECT')
 ORDER BY t.relname, needed.privilege`

// Tables to come will belong to whoever owns those there are. Who has that role
// needs no right on them.
const roleLacksLater = `
SELECT needed.privilege
  FROM pg_class v CROSS JOIN ` + rights + `
 WHERE v.oid = to_regclass('` + versionTable + `')
   AND NOT pg_has_role(v.relowner, 'USAGE')
   AND NOT EXISTS (
       SELECT 1 FROM pg_default_acl a CROSS JOIN LATERAL aclexplode(a.defaclacl) AS given
        WHERE a.defaclrole = v.relowner AND a.defaclobjtype = 'r' AND a.defaclnamespace IN (0, v.relnamespace)
          AND given.privilege_type = needed.privilege
          AND (given.grantee = 0 OR pg_has_role(given.grantee, 'USAGE')))
 ORDER BY needed.privilege`

// usualFolder is where the files are of a PostgreSQL that came as a package, for
// a role that is not told.
const usualFolder = "/var/lib/postgresql"

// folder is where a server's files are, if they are on this machine. What it says
// may be hidden from the role.
func (d dialect) folder(said string) string {
	config, err := pgx.ParseConfig(d.source)
	if err != nil || !onThisMachine(config.Host) {
		return ""
	}
	for _, folder := range []string{said, usualFolder} {
		if _, err := os.Stat(folder); folder != "" && err == nil {
			return folder
		}
	}
	return ""
}

// onThisMachine reports whether a host is a folder with a socket, or this machine's own name or address.
func onThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return filepath.IsAbs(host) || host == "localhost" || err == nil && address.IsLoopback()
}

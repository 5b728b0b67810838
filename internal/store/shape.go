package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// shape is everything a database says about its tables, a sorted line for each
// table, column, constraint, index, view, trigger and function. Two databases
// of one kind have the same shape when the same can be kept in them: neither
// the order of columns nor how a definition was written matters. The table of
// versions is no part of it. A line is a kind, the name of the table followed
// by a dot unless it is about a table itself, and more.
type shape []string

// difference lists what a shape lacks of another, and what it has beyond it. Of
// a table that is not there at all it says only that.
func (s shape) difference(wanted shape) []string {
	return append(s.lacks(wanted, "missing: "), wanted.lacks(s, "extra: ")...)
}

func (s shape) lacks(wanted shape, say string) []string {
	mine := s.tables()
	var lines []string
	for _, line := range wanted {
		_, found := slices.BinarySearch(s, line)
		if table := tableOf(line); !found && (table == "" || mine[table]) {
			lines = append(lines, say+line)
		}
	}
	return lines
}

func (s shape) tables() map[string]bool {
	tables := map[string]bool{}
	for _, line := range s {
		if name, ok := strings.CutPrefix(line, "table "); ok {
			name, _, _ = strings.Cut(name, " ")
			tables[name] = true
		}
	}
	return tables
}

// tableOf is the table that a line about a part of one belongs to.
func tableOf(line string) string {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "column", "constraint", "index", "trigger":
		table, _, _ := strings.Cut(rest, ".")
		return table
	}
	return ""
}

// connection is one of database/sql's, a pool of them, or a transaction.
type connection interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// plain reads on a connection as it is.
type plain struct {
	ctx context.Context //nolint:containedctx // lives as long as one call
	on  connection
}

func (p plain) query(query string, args ...any) (*sql.Rows, error) {
	return p.on.QueryContext(p.ctx, query, args...)
}

func (plain) begin(string) func(error) { return func(error) {} }

func (plain) broke(err error) error { return err }

// column reads a column of texts.
func column(q querier, query string, args ...any) (found []string, err error) {
	err = each(q, query, args, func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		found = append(found, text)
		return err
	})
	return found, err
}

// shapeOf reads the shape of the schema a connection works in.
func (d dialect) shapeOf(q querier) (shape, error) {
	read := sqliteShape
	if d.postgres {
		read = postgresShape
	}
	lines, err := read(q)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// ours limits a query of PostgreSQL's catalogue to the present schema, without
// what extensions brought along.
func ours(class, oid, namespace string) string {
	return namespace + ` = CAST(current_schema() AS regnamespace) AND NOT EXISTS (
		SELECT FROM pg_depend x WHERE x.classid = CAST('` + class + `' AS regclass) AND x.objid = ` + oid + ` AND x.deptype = 'e')`
}

var postgresCatalogue = []string{
	`SELECT CASE relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' ELSE 'table ' END || relname ||
		CASE relpersistence WHEN 'u' THEN ' UNLOGGED' ELSE '' END ||
		CASE WHEN relkind IN ('v', 'm') THEN ': ' || pg_get_viewdef(oid) ELSE '' END
		FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'S', 'v', 'm') AND relname NOT LIKE '` + versionTable + `%' AND ` + ours("pg_class", "pg_class.oid", "relnamespace"),
	`SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
		CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END ||
		CASE WHEN a.attidentity <> '' THEN ' IDENTITY' WHEN a.attgenerated <> '' THEN ' GENERATED ' ELSE '' END ||
		coalesce(' DEFAULT ' || pg_get_expr(f.adbin, f.adrelid), '') ||
		CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || l.collname ELSE '' END
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum LEFT JOIN pg_collation l ON l.oid = a.attcollation
		WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND c.relname <> '` + versionTable + `' AND ` + ours("pg_class", "c.oid", "c.relnamespace"),
	`SELECT 'constraint ' || c.relname || '.' || n.conname || ' ' || pg_get_constraintdef(n.oid)
		FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
		WHERE n.contype <> 'n' AND c.relname <> '` + versionTable + `' AND ` + ours("pg_class", "c.oid", "n.connamespace"),
	`SELECT 'index ' || c.relname || '.' || pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relkind IN ('r', 'p', 'm') AND c.relname <> '` + versionTable + `' AND ` + ours("pg_class", "c.oid", "c.relnamespace"),
	`SELECT 'trigger ' || c.relname || '.' || pg_get_triggerdef(g.oid)
		FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal AND ` + ours("pg_class", "c.oid", "c.relnamespace"),
	`SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.prokind IN ('f', 'p') AND ` + ours("pg_proc", "p.oid", "p.pronamespace"),
}

func postgresShape(q querier) ([]string, error) {
	var name string
	if err := one(q, `SELECT current_schema()`, nil, &name); err != nil {
		return nil, err
	}
	prefix := strings.NewReplacer(name+".", "", `"`+name+`".`, "")
	var lines []string
	for _, query := range postgresCatalogue {
		found, err := column(q, query)
		if err != nil {
			return nil, err
		}
		for _, line := range found {
			lines = append(lines, prefix.Replace(line))
		}
	}
	return lines, nil
}

const sqliteDefinitions = `
SELECT type, name, tbl_name, sql
  FROM sqlite_master
 WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name <> '` + versionTable + `'`

func sqliteShape(q querier) (lines []string, err error) {
	err = each(q, sqliteDefinitions, nil, func(rows *sql.Rows) error {
		var kind, name, table, definition string
		if err := rows.Scan(&kind, &name, &table, &definition); err != nil {
			return err
		}
		lines = append(lines, sqliteLines(kind, name, table, plainSQL(definition))...)
		return nil
	})
	return lines, err
}

// sqliteLines are the lines of one definition.
func sqliteLines(kind, name, table, definition string) []string {
	switch kind {
	case "index", "trigger":
		return []string{kind + " " + table + "." + definition}
	case "view":
		return []string{kind + " " + name + " " + definition}
	}
	clauses, options := clausesOf(definition)
	lines := []string{strings.TrimSpace("table " + name + " " + options)}
	for _, clause := range clauses {
		what := "column "
		switch word, _, _ := strings.Cut(clause, " "); word {
		case "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN":
			what = "constraint "
		}
		lines = append(lines, what+name+"."+clause)
	}
	return lines
}

// plainSQL is a definition without comments, without quotes around plain names
// and with single blanks: SQLite keeps definitions as they were typed, and
// quotes names when it edits one.
func plainSQL(text string) string {
	var b strings.Builder
	blank := false
	put := func(piece string) {
		written := b.String()
		if blank && written != "" && !strings.HasSuffix(written, "(") && piece != "," && piece != ")" {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteString(piece)
	}
	until := func(end string, from int) int {
		if at := strings.Index(text[from:], end); at >= 0 {
			return from + at + len(end)
		}
		return len(text)
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "--"):
			i, blank = until("\n", i), true
		case strings.HasPrefix(text[i:], "/*"):
			i, blank = until("*/", i+2), true
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i, blank = i+1, true
		case c == '\'':
			end := until("'", i+1)
			put(text[i:end])
			i = end
		case c == '"' || c == '`':
			end := until(string(c), i+1)
			if name := strings.Trim(text[i:end], string(c)); isPlainName(name) {
				put(name)
			} else {
				put(text[i:end])
			}
			i = end
		default:
			put(text[i : i+1])
			i++
		}
	}
	return b.String()
}

func isPlainName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
}

// clausesOf cuts a plain CREATE TABLE into what stands between its brackets and
// what stands behind them.
func clausesOf(definition string) (clauses []string, options string) {
	_, inside, _ := strings.Cut(definition, "(")
	depth, begin := 1, 0
	for i := 0; i < len(inside); i++ {
		switch inside[i] {
		case '\'':
			if end := strings.IndexByte(inside[i+1:], '\''); end >= 0 {
				i += end + 1
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return append(clauses, strings.TrimSpace(inside[begin:i])), strings.TrimSpace(inside[i+1:])
			}
		case ',':
			if depth == 1 {
				clauses, begin = append(clauses, strings.TrimSpace(inside[begin:i])), i+1
			}
		}
	}
	return clauses, ""
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// oldTable is a table of the Python service.
type oldTable struct {
	name        string
	columns     []oldColumn
	constraints []string // those that rows are trusted by
}

type oldColumn struct {
	name, form string
	required   bool
}

// The forms of columns, as PostgreSQL names them.
const (
	oldTime  = "timestamp without time zone"
	oldClock = "character varying(8)"
)

// The Python service's tables, those that others refer to first.
var (
	oldUsers = oldTable{"users", []oldColumn{
		{"id", "uuid", true},
		{"email", "character varying(255)", true},
		{"password_hash", "character varying(255)", true},
		{"full_name", "character varying(255)", false},
		{"plan", "character varying(50)", false},
		{"is_active", "boolean", false},
		{"created_at", oldTime, false},
		{"updated_at", oldTime, false},
	}, []string{"PRIMARY KEY (id)", "UNIQUE (email)"}}

	oldPreferences = oldTable{"user_preferences", []oldColumn{
		{"id", "uuid", true},
		{"user_id", "uuid", false},
		{"weight_urgency", "integer", false},
		{"weight_priority", "integer", false},
		{"weight_impact", "integer", false},
		{"weight_effort", "integer", false},
		{"timezone", "character varying(50)", false},
		{"work_start_time", oldClock, false},
		{"work_end_time", oldClock, false},
		{"enable_habit_learning", "boolean", false},
	}, []string{"PRIMARY KEY (id)", "UNIQUE (user_id)", "FOREIGN KEY (user_id) REFERENCES users(id)"}}

	oldTasks = oldTable{"tasks", []oldColumn{
		{"id", "uuid", true},
		{"user_id", "uuid", true},
		{"title", "character varying(256)", true},
		{"description", "text", false},
		{"status", "character varying(50)", false},
		{"priority", "integer", false},
		{"due_date", oldTime, false},
		{"snoozed_until", oldTime, false},
		{"created_at", oldTime, false},
		{"updated_at", oldTime, false},
		{"completed_at", oldTime, false},
		{"effort_estimate_minutes", "integer", false},
		{"tags", "character varying(500)", false},
	}, []string{"PRIMARY KEY (id)", "FOREIGN KEY (user_id) REFERENCES users(id)"}}

	oldAudit = oldTable{"audit_logs", []oldColumn{
		{"id", "uuid", true},
		{"timestamp", oldTime, true},
		{"user_id", "uuid", false},
		{"action", "character varying(100)", true},
		{"resource_id", "uuid", false},
		{"result", "character varying(20)", true},
		{"error_message", "text", false},
		{"request_duration_ms", "integer", false},
	}, []string{"PRIMARY KEY (id)", "FOREIGN KEY (user_id) REFERENCES users(id)"}}

	oldTables = []oldTable{oldUsers, oldPreferences, oldTasks, oldAudit}
)

// describe is a column as it is compared and told.
func (c oldColumn) describe() string {
	if c.required {
		return c.form + " not null"
	}
	return c.form
}

const (
	encodingHere = `SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()`

	// Whatever holds rows or shows them: tables, views, foreign tables. What
	// belongs to an extension is its own.
	relationsHere = `
SELECT c.relname
  FROM pg_class c
 WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.relname`

	columnsHere = `
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attname`

	constraintsHere = `
SELECT pg_get_constraintdef(k.oid)
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
 WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relname = $1 AND k.contype IN ('p', 'u', 'f')`
)

// holdsOld reports whether the database is the Python service's still.
func (s *Schema) holdsOld(ctx context.Context) bool {
	if !s.dialect.postgres {
		return false
	}
	there, err := column(plain{ctx, s.db}, relationsHere)
	if err != nil {
		return false
	}
	found, err := differences(plain{ctx, s.db}, withoutVersions(there))
	return err == nil && len(found) == 0
}

// withoutVersions leaves out the table of versions: without a step in it, it
// only says that somebody tried to migrate.
func withoutVersions(there []string) []string {
	return slices.DeleteFunc(there, func(name string) bool { return name == versionTable })
}

// differences says in what the tables there are differ from the Python
// service's, nothing if they are the same. Indexes and defaults may differ:
// rows mean the same without them.
func differences(q querier, there []string) ([]string, error) {
	var found []string
	for _, table := range oldTables {
		if !slices.Contains(there, table.name) {
			found = append(found, "table "+table.name+" is missing")
			continue
		}
		more, err := table.differences(q)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	for _, name := range there {
		if !slices.ContainsFunc(oldTables, func(t oldTable) bool { return t.name == name }) {
			found = append(found, "table or view "+name+" is not one of its own")
		}
	}
	return found, nil
}

func (t oldTable) differences(q querier) ([]string, error) {
	there, err := t.columnsThere(q)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, want := range t.columns {
		is, ok := there[want.name]
		switch {
		case !ok:
			found = append(found, fmt.Sprintf("column %s.%s is missing", t.name, want.name))
		case is.describe() != want.describe():
			found = append(found, fmt.Sprintf("column %s.%s is %s, not %s", t.name, want.name, is.describe(), want.describe()))
		}
		delete(there, want.name)
	}
	for name := range there {
		found = append(found, fmt.Sprintf("column %s.%s is not one of its own", t.name, name))
	}
	constraints, err := column(q, constraintsHere, t.name)
	for _, want := range t.constraints {
		if !slices.ContainsFunc(constraints, func(is string) bool { return strings.HasPrefix(is, want) }) {
			found = append(found, fmt.Sprintf("table %s lacks %s", t.name, want))
		}
	}
	slices.Sort(found)
	return found, err
}

func (t oldTable) columnsThere(q querier) (map[string]oldColumn, error) {
	there := map[string]oldColumn{}
	return there, each(q, columnsHere, []any{t.name}, func(rows *sql.Rows) error {
		var c oldColumn
		err := rows.Scan(&c.name, &c.form, &c.required)
		there[c.name] = c
		return err
	})
}

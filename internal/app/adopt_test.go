package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	neturl "net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// leftBehind is a database as the Python service left it, with its warts.
func leftBehind(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../formats/phase4/testdata/dump.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// bare is the Python service's tables without a row.
func bare(t *testing.T) string {
	t.Helper()
	tables, _, _ := strings.Cut(leftBehind(t), "INSERT INTO")
	return tables
}

// nasty is what the service, or somebody at its database, could have written.
const nasty = `
INSERT INTO users VALUES
 ('00000000-0000-4000-8000-000000000001', '  Zoe@Example.COM ', 'x', repeat('n', 255), NULL, NULL, NULL, NULL),
 ('00000000-0000-4000-8000-000000000002', 'no address', '$2a$12$v3LuMGxgJDan8GzOGkd83usTEOJ5K/2yKwlgy.YBM4.hh7RQfrMmq', E'Bell\x07 e\u0301', '', false, '0001-01-01 00:00:00', 'infinity'),
 ('00000000-0000-4000-8000-000000000003', 'nobody@example.com', '', NULL, 'pro', true, '2025-01-01 00:00:00.123456', '-infinity');
INSERT INTO user_preferences VALUES
 ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('00000000-0000-4000-9000-000000000002', '00000000-0000-4000-8000-000000000002', -5, 2000000000, 0, 10, ' Europe/Berlin ', '25:99', '', true),
 ('00000000-0000-4000-9000-000000000003', NULL, 1, 2, 3, 4, 'UTC', '08:00', '16:00', false),
 ('00000000-0000-4000-9000-000000000004', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO tasks (id, user_id, title, description, status, priority, due_date, snoozed_until, created_at, updated_at, completed_at, effort_estimate_minutes, tags) VALUES
 ('10000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('10000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', E' \t\n ', '', 'snoozed', 0, '0001-01-01 00:00:00', NULL, '0001-01-01 00:00:00', 'infinity', NULL, 0, ''),
 ('10000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001', E'Tabs\there\x1b[31m', E'a\r\nb\x07c', 'snoozed', 6, 'infinity', '0001-01-01 00:00:00', '0044-03-15 12:00:00 BC', '2025-01-02 03:04:05', NULL, -1, ' , ,,'),
 ('10000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000001', 'Future', 'x', 'snoozed', -2147483648, '-infinity', 'infinity', '2025-01-02 03:04:05', '2024-01-02 03:04:05', '2025-02-02 03:04:05', 2147483647, 'A,a,Á,á, Á '),
 ('10000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000001', 'Hidden', 'x', 'pending', 3, '2026-12-01 10:00:00.654321', '2026-12-24 10:00:00.5', '2025-01-02 03:04:05.123456', '2025-01-02 03:04:05.123456', NULL, 30, repeat('t', 51)),
 ('10000000-0000-4000-8000-000000000006', '00000000-0000-4000-8000-000000000001', 'Past snooze', 'x', 'in_progress', 3, NULL, '2025-01-24 10:00:00', '2025-01-02 03:04:05', '2025-01-02 03:04:05', '2025-01-02 03:04:05', 30, '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22'),
 ('10000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-000000000001', 'Done', 'x', 'completed', 3, NULL, '2026-12-24 10:00:00', '2025-01-02 03:04:05', '2025-03-02 03:04:05', NULL, 30, 'ok'),
 ('10000000-0000-4000-8000-000000000008', '00000000-0000-4000-8000-000000000001', 'Archived', 'x', 'archived', 3, NULL, NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', '2025-03-02 03:04:04', 30, 'ok'),
 ('10000000-0000-4000-8000-000000000009', '00000000-0000-4000-8000-000000000001', 'Shouted', 'x', ' In-Progress', 3, NULL, NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', NULL, 30, 'ok'),
 ('10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000001', 'Whatever', 'x', 'whatever', 3, NULL, NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', NULL, 30, 'ok'),
 ('10000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000001', repeat('long ', 51), repeat('d', 1900), 'cancelled', 3, NULL, NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', NULL, 30, 'ok'),
 ('10000000-0000-4000-8000-00000000000c', '00000000-0000-4000-8000-000000000001', repeat('🌱', 256), repeat('ä', 5000), 'pending', 3, '99999-01-01 00:00:00', NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', NULL, 10080, 'ok'),
 ('10000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-000000000003', 'Without preferences', 'x', 'completed', 3, NULL, NULL, '2025-01-02 03:04:05', '2025-03-02 03:04:05', 'infinity', 10081, 'ok');
INSERT INTO audit_logs VALUES
 ('20000000-0000-4000-8000-000000000001', 'infinity', '00000000-0000-4000-8000-000000000001', '', NULL, '', '', -1),
 ('20000000-0000-4000-8000-000000000002', '0001-01-01 00:00:00', '00000000-0000-4000-8000-000000000001', 'A', '10000000-0000-4000-8000-000000000001', 'success', E'line\nline', NULL),
 ('20000000-0000-4000-8000-000000000003', '2025-01-01 00:00:00', '00000000-0000-4000-8000-000000000001', 'B', '10000000-0000-4000-8000-00000000000d', 'success', NULL, 0),
 ('20000000-0000-4000-8000-000000000004', '2025-01-01 00:00:00', NULL, 'C', '10000000-0000-4000-8000-00000000000d', 'success', NULL, 0),
 ('20000000-0000-4000-8000-000000000005', '-infinity', NULL, 'D', NULL, 'error', 'x', 2147483647);
`

// adoptedAt is the moment of these adoptions.
var adoptedAt = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// opened opens a database as it is then.
func opened(t *testing.T, url string) *store.Store {
	t.Helper()
	return storetest.Open(t, url, func() time.Time { return adoptedAt })
}

// remarks collects what is said.
type remarks []app.AdoptRemark

func (r *remarks) listener() app.AdoptListener {
	return app.AdoptListener{
		Remark:   func(one app.AdoptRemark) error { *r = append(*r, one); return nil },
		Progress: func(int) {},
	}
}

// raw reads rows of a database as JSON objects.
func raw(t *testing.T, url, query string) []map[string]any {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `SELECT CAST(row_to_json(r) AS TEXT) FROM (`+query+`) r`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	found := make([]map[string]any, len(lines))
	for i, line := range lines {
		read := json.NewDecoder(strings.NewReader(line))
		read.UseNumber()
		if err := read.Decode(&found[i]); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// everything is all a database holds, a line a row.
func everything(t *testing.T, url string) []string {
	t.Helper()
	var lines []string
	for _, table := range []string{"users", "user_preferences", "tasks", "audit_logs"} {
		for _, row := range raw(t, url, `SELECT * FROM `+table+` ORDER BY id`) {
			lines = append(lines, fmt.Sprint(table, row))
		}
	}
	return lines
}

// bag gathers every value of rows: their columns, and what events say.
type bag map[string]bool

func (b bag) add(value any) {
	switch v := value.(type) {
	case nil:
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = fmt.Sprint(one)
		}
		b[strings.Join(texts, ",")] = true
	case map[string]any:
		for _, one := range v {
			b.add(one)
		}
	case string:
		b[v] = true
		if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
			read, inner := json.NewDecoder(strings.NewReader(v)), any(nil)
			read.UseNumber()
			if read.Decode(&inner) == nil {
				b.add(inner)
			}
		}
	default:
		b[fmt.Sprint(v)] = true
	}
}

// holds reports whether a value of an old row is among those of the new ones,
// as it was or as the microseconds it means.
func (b bag) holds(value any) bool {
	text := fmt.Sprint(value)
	if b[text] || b[strings.Replace(text, "T", " ", 1)] {
		return true
	}
	at, err := time.Parse("2006-01-02T15:04:05", text)
	return err == nil && b[strconv.FormatInt(at.UnixMicro(), 10)]
}

// Fails when one field of any table is neither brought over nor kept; tried
// with the plan, the tags and the duration of an audit row.
func TestEveryValueOfTheOldDatabaseStandsSomewhereInTheNewOne(t *testing.T) {
	for name, content := range map[string]string{"the service's": leftBehind(t), "a nasty one": bare(t) + nasty, "both": leftBehind(t) + nasty} {
		t.Run(name, func(t *testing.T) {
			before, url := storetest.Filled(t, content), storetest.Filled(t, content)
			var said remarks
			report, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, true, said.listener())
			if err != nil {
				t.Fatal(err)
			}
			places := map[string]string{ // for each old table the rows that speak of an id
				"users": `SELECT u.id AS of, u.*, e.changes FROM users u
					JOIN events e ON e.workspace_id = u.workspace_id AND e.verb = 'user.adopted'`,
				"user_preferences": `SELECT u.id AS of, p.*, e.changes FROM users u JOIN user_preferences p ON p.user_id = u.id
					JOIN events e ON e.workspace_id = u.workspace_id AND e.verb = 'user.adopted'
					UNION ALL SELECT s.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.changes FROM system_events s`,
				"tasks": `SELECT t.id AS of, t.*, x.description, e.changes FROM tasks t
					JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id
					JOIN events e ON e.workspace_id = t.workspace_id AND e.task_id = t.id AND e.verb = 'task.adopted' AND e.seq = t.changed_seq`,
				"audit_logs": `SELECT e.id AS of, e.at, e.actor_id, e.changes, e.id FROM events e WHERE e.verb = 'audit.adopted'
					UNION ALL SELECT s.id, s.at, NULL, s.changes, s.id FROM system_events s`,
			}
			values := 0
			for table, query := range places {
				found := map[string]bag{}
				for _, row := range raw(t, url, query) {
					id := fmt.Sprint(row["of"])
					if found[id] == nil {
						found[id] = bag{}
					}
					found[id].add(row)
				}
				for _, row := range raw(t, before, `SELECT * FROM `+table) {
					of := row["id"]
					if table == "user_preferences" && row["user_id"] != nil {
						of = row["user_id"]
					}
					for field, value := range row {
						if value == nil {
							continue
						}
						if values++; !found[fmt.Sprint(of)].holds(value) {
							t.Errorf("%s %v: %s %q stands nowhere", table, row["id"], field, value)
						}
					}
				}
			}
			t.Logf("%d values, %+v", values, report)
			if values < 100 || !report.Applied {
				t.Errorf("%d values, %+v", values, report)
			}
			logsAreWhole(t, url)
			if rows := raw(t, url, `SELECT password_hash FROM users ORDER BY id`); !cmp.Equal(rows, raw(t, before, `SELECT password_hash FROM users ORDER BY id`)) {
				t.Error("the password hashes are not the same")
			}
		})
	}
}

// logsAreWhole checks that the sequence of each log has no gap and goes by
// time, and that each workspace's facts are those of its open tasks.
func logsAreWhole(t *testing.T, url string) {
	t.Helper()
	for _, row := range raw(t, url, `SELECT e.workspace_id FROM events e
		JOIN (SELECT workspace_id, max(seq) AS seq FROM events GROUP BY workspace_id) l USING (workspace_id, seq)
		LEFT JOIN (SELECT t.workspace_id, count(*) AS tasks, sum(coalesce(json_array_length(CAST(t.tags AS json)), 0)) AS tags,
				sum(octet_length(t.title) + octet_length(x.description)
				  + coalesce((SELECT sum(octet_length(j.value)) FROM json_array_elements_text(CAST(t.tags AS json)) AS j (value)), 0)) AS bytes
			FROM tasks t JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id GROUP BY t.workspace_id) h ON h.workspace_id = e.workspace_id
		WHERE e.total_tasks <> coalesce(h.tasks, 0) OR e.total_tags <> coalesce(h.tags, 0) OR e.total_bytes <> coalesce(h.bytes, 0)
		   OR e.total_tasks IS NULL OR e.total_tags IS NULL OR e.total_bytes IS NULL`) {
		t.Errorf("the log says something else than what there is: %v", row)
	}
	s := opened(t, url)
	for _, row := range raw(t, url, `SELECT id, workspace_id FROM users`) {
		w, err := mindflow.ParseID[mindflow.Workspace](fmt.Sprint(row["workspace_id"]))
		if err != nil {
			t.Fatal(err)
		}
		events, err := s.Events(t.Context(), w, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		last := time.Time{}
		for i, e := range events {
			if e.Seq != int64(i+1) || e.At.Before(last) && e.Verb == mindflow.AuditAdopted {
				t.Errorf("event %d has sequence %d, at %v after %v", i+1, e.Seq, e.At, last)
			}
			last = e.At
		}
	}
}

func TestAfterAdoptingTheSchemaIsThatOfAFreshDatabase(t *testing.T) {
	shape := func(url string) []map[string]any {
		return slices.Concat(
			raw(t, url, `SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, ordinal_position FROM information_schema.columns
				WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 7`),
			raw(t, url, `SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`),
			raw(t, url, `SELECT CAST(CAST(conrelid AS regclass) AS TEXT) AS t, conname, pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = CAST('public' AS regnamespace) ORDER BY 1, 2`),
			raw(t, url, `SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg%' ORDER BY 1`),
			raw(t, url, `SELECT version_id, is_applied FROM goose_db_version ORDER BY 1`),
		)
	}
	fresh := shape(storetest.URL(t, storetest.PostgreSQL))
	for name, content := range map[string]string{"full": leftBehind(t), "empty": bare(t)} {
		t.Run(name, func(t *testing.T) {
			url := storetest.Filled(t, content)
			schema := storetest.OpenSchema(t, url)
			var said remarks
			if _, err := app.Adopt(t.Context(), schema, adoptedAt, true, said.listener()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fresh, shape(url)); diff != "" {
				t.Errorf("-fresh +adopted:\n%s", diff)
			}
			if n, err := opened(t, url).Migrate(t.Context()); n != 0 || err != nil {
				t.Errorf("%d steps more, %v", n, err)
			}
			_, err := app.Adopt(t.Context(), schema, adoptedAt, true, said.listener())
			if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "was adopted on 2026-11-25") {
				t.Errorf("once more: %v", err)
			}
		})
	}
}

func TestADryRunSaysWhatHappensAndChangesNothing(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t)+nasty)
	before := everything(t, url)
	schema := storetest.OpenSchema(t, url)
	var dry, done remarks
	wouldBe, err := app.Adopt(t.Context(), schema, adoptedAt, false, dry.listener())
	if err != nil || wouldBe.Applied {
		t.Fatalf("%+v, %v", wouldBe, err)
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after the dry run:\n%s", diff)
	}
	is, err := app.Adopt(t.Context(), schema, adoptedAt, true, done.listener())
	wouldBe.Applied = true
	if err != nil || is != wouldBe || !cmp.Equal(dry, done) {
		t.Errorf("it is %+v and was said to be %+v, %v:\n%s", is, wouldBe, err, cmp.Diff(dry, done))
	}
	shut := 0
	for _, r := range done {
		if r.Table == "users" && r.Field == "password_hash" {
			shut++
		}
	}
	if shut != 2 { // Zoe's, and the one that is empty
		t.Errorf("of %d accounts it says that nobody can sign in", shut)
	}
	want := app.Adoption{Applied: true, Accounts: 6, Disabled: 3, Tasks: 73, Entries: 25, System: 7, Changed: is.Changed}
	if is != want || is.Changed != len(done) {
		t.Errorf("%+v, %d remarks", is, len(done))
	}
}

func TestWhatIsNotThePythonServicesIsRefused(t *testing.T) {
	old := bare(t)
	for name, row := range map[string]struct{ content, want string }{
		"nothing":               {`SELECT 1`, "table users is missing"},
		"a column more":         {old + `ALTER TABLE tasks ADD COLUMN color TEXT`, "column tasks.color is not one of its own"},
		"a column less":         {old + `ALTER TABLE tasks DROP COLUMN tags`, "column tasks.tags is missing"},
		"another type":          {old + `ALTER TABLE tasks ALTER COLUMN due_date TYPE TIMESTAMP WITH TIME ZONE`, "column tasks.due_date is timestamp with time zone, not timestamp without time zone"},
		"another length":        {old + `ALTER TABLE tasks ALTER COLUMN title TYPE VARCHAR(300)`, "column tasks.title is character varying(300) not null, not character varying(256) not null"},
		"a table more":          {old + `CREATE TABLE projects (id INTEGER)`, "table or view projects is not one of its own"},
		"a view":                {old + `CREATE VIEW open AS SELECT * FROM tasks`, "table or view open is not one of its own"},
		"a table less":          {old + `DROP TABLE audit_logs`, "table audit_logs is missing"},
		"rows without a user":   {old + `ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey`, "table tasks lacks FOREIGN KEY (user_id) REFERENCES users(id)"},
		"addresses that repeat": {old + `ALTER TABLE users DROP CONSTRAINT users_email_key`, "table users lacks UNIQUE (email)"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := storetest.OpenSchema(t, storetest.Filled(t, row.content))
			for _, apply := range []bool{false, true} {
				var said remarks
				_, err := app.Adopt(t.Context(), schema, adoptedAt, apply, said.listener())
				if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), row.want) || len(said) > 0 {
					t.Errorf("%v, %v", err, said)
				}
			}
		})
	}
	for name, row := range map[string]struct{ url, want string }{
		"SQLite":         {storetest.URL(t, storetest.SQLite), "names a SQLite file"},
		"MindFlow's own": {storetest.URL(t, storetest.PostgreSQL), "there is nothing to adopt"},
	} {
		t.Run(name, func(t *testing.T) {
			var said remarks
			if _, err := app.Adopt(t.Context(), storetest.OpenSchema(t, row.url), adoptedAt, true, said.listener()); mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), row.want) {
				t.Error(err)
			}
		})
	}
}

// A migration tried on the old database leaves a table behind, and no more.
func TestADatabaseSomebodyTriedToMigrateIsAdopted(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t))
	schema := storetest.OpenSchema(t, url)
	if n, err := opened(t, url).Migrate(t.Context()); n != 0 || mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "mindflow migrate adopt") {
		t.Fatalf("%d steps, %v", n, err)
	}
	var said remarks
	for _, apply := range []bool{false, true} {
		if report, err := app.Adopt(t.Context(), schema, adoptedAt, apply, said.listener()); err != nil || report.Applied != apply {
			t.Errorf("%+v, %v", report, err)
		}
	}
}

func TestAddressesThatDifferInFormOnlyAreRefusedByName(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t)+`
INSERT INTO users (id, email, password_hash) VALUES
 ('f0000000-0000-4000-8000-000000000001', 'ADA@example.com', 'x'), ('f0000000-0000-4000-8000-000000000002', ' Ada@example.com', 'x');
INSERT INTO tasks (id, user_id, title) VALUES ('f0000000-0000-4000-8000-000000000003', 'f0000000-0000-4000-8000-000000000001', 'x')`)
	before := everything(t, url)
	for _, apply := range []bool{false, true} {
		var said remarks
		report, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, apply, said.listener())
		if mindflow.KindOf(err) != mindflow.KindConflict || report.Refused != 2 || report.Applied || report.Tasks != 61 {
			t.Errorf("%+v, %v", report, err)
		}
		refused := slices.DeleteFunc(said, func(r app.AdoptRemark) bool { return !r.Refused })
		if len(refused) != 2 || refused[0].ID != "f0000000-0000-4000-8000-000000000001" || !strings.Contains(refused[0].Message, "dcf8be74-4a60-4ac6-b8a5-80ca815d0bd2") {
			t.Errorf("%+v", refused)
		}
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

func TestATableSomebodyUsesIsNotTakenAway(t *testing.T) {
	t.Parallel() // it waits for a lock, as long as the program does
	url := storetest.Filled(t, leftBehind(t))
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `BEGIN; UPDATE tasks SET priority = priority`); err != nil {
		t.Fatal(err)
	}
	var said remarks
	if _, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, false, said.listener()); err != nil {
		t.Errorf("the dry run needs no lock: %v", err)
	}
	_, err = app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, true, said.listener())
	if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), "stop the Python service first") {
		t.Error(err)
	}
}

// Fails when the old tables are dropped with CASCADE.
func TestWhatOthersHungOnTheOldTablesIsNotDropped(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t)+`CREATE SCHEMA reports; CREATE VIEW reports.open AS SELECT title FROM tasks;`)
	before := everything(t, url)
	var said remarks
	if _, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, true, said.listener()); err == nil || !strings.Contains(err.Error(), "other objects depend on it") {
		t.Error(err)
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

// Fails when rows are counted by what was read of them, and not by what stands
// there afterwards.
func TestATableIsNotDroppedBeforeEachOfItsRowsStandsElsewhere(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t))
	before := everything(t, url)
	err := storetest.OpenSchema(t, url).Adopt(t.Context(), adoptedAt, true, func(a *store.Adoption) error {
		for range a.Audit("") {
			continue
		}
		for range a.StrayPreferences() {
			continue
		}
		for old, err := range a.Users() { // reads everything, and adds nothing
			if err != nil {
				return err
			}
			for range a.Audit(old.User["id"]) {
				continue
			}
			for range a.Tasks(old.User["id"]) {
				continue
			}
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "3 rows of users would be lost") {
		t.Error(err)
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

// A reference that was never checked lets rows be of a user who is not there.
// Fails when readers may end before their rows do.
func TestRowsOfAUserWhoIsNotThereAreNotLost(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t)+`
		ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey;
		INSERT INTO tasks (id, user_id, title) VALUES ('10000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-0000000000bb', 'Whose?');
		ALTER TABLE tasks ADD CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID`)
	before := everything(t, url)
	for _, apply := range []bool{false, true} {
		var said remarks
		_, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, apply, said.listener())
		if err == nil || !strings.Contains(err.Error(), "Row 10000000-0000-4000-8000-0000000000aa of tasks belongs to a user who is not there") {
			t.Errorf("told %v", err)
		}
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

// A policy hides rows even from the tables' owner. Fails when what cannot be
// seen is dropped with its table.
func TestRowsThatAPolicyHidesAreNotLost(t *testing.T) {
	const role = "mindflow_test_owner"
	drop := func() {
		ctx := context.WithoutCancel(t.Context())
		conn, err := pgx.Connect(ctx, storetest.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(ctx) }()
		if _, err := conn.Exec(ctx, `DROP ROLE IF EXISTS `+role); err != nil {
			t.Error(err)
		}
	}
	drop()
	t.Cleanup(drop) // after the database is gone
	url := storetest.Filled(t, leftBehind(t)+`
		CREATE ROLE `+role+` LOGIN;
		GRANT ALL ON SCHEMA public TO `+role+`;
		DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO `+role+`', current_database()); END $$;
		ALTER TABLE users OWNER TO `+role+`; ALTER TABLE user_preferences OWNER TO `+role+`;
		ALTER TABLE tasks OWNER TO `+role+`; ALTER TABLE audit_logs OWNER TO `+role+`;
		ALTER TABLE tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
		CREATE POLICY mine ON tasks USING (priority > 2)`)
	before := everything(t, url)
	owners, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	owners.User = neturl.User(role)
	for _, apply := range []bool{false, true} {
		var said remarks
		_, err := app.Adopt(t.Context(), storetest.OpenSchema(t, owners.String()), adoptedAt, apply, said.listener())
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("told %v", err)
		}
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

func TestAnErrorOnTheWayChangesNothing(t *testing.T) {
	url := storetest.Filled(t, leftBehind(t))
	before := everything(t, url)
	n, broken := 0, errors.New("the terminal is gone")
	_, err := app.Adopt(t.Context(), storetest.OpenSchema(t, url), adoptedAt, true, app.AdoptListener{Remark: func(app.AdoptRemark) error {
		if n++; n == 20 {
			return broken
		}
		return nil
	}, Progress: func(int) {}})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	if diff := cmp.Diff(before, everything(t, url)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

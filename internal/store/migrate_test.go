package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// shape is everything a database says about its tables.
func shape(t *testing.T, schema *store.Schema) []string {
	t.Helper()
	lines, err := schema.Shape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func up(t *testing.T, schema *store.Schema, to int64) {
	t.Helper()
	if _, err := schema.Up(t.Context(), to); err != nil {
		t.Fatal(err)
	}
}

// downTo takes steps back, whatever is lost.
func downTo(t *testing.T, schema *store.Schema, to int64) {
	t.Helper()
	if _, _, err := schema.Down(t.Context(), to, true); err != nil {
		t.Fatal(err)
	}
}

// execute runs statements straight on the database.
func execute(t *testing.T, schema *store.Schema, script string) {
	t.Helper()
	if _, err := schema.DB().ExecContext(t.Context(), script); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

func number(t *testing.T, schema *store.Schema, query string) int {
	t.Helper()
	n := 0
	if err := schema.DB().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// version is the newest version taken.
func version(t *testing.T, schema *store.Schema) int64 {
	t.Helper()
	steps, err := schema.Steps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for _, step := range steps {
		if step.Taken() {
			last = step.Version
		}
	}
	return last
}

// refused checks that somebody is told why it was not done.
func refused(t *testing.T, err error, kind mindflow.Kind, says ...string) {
	t.Helper()
	if mindflow.KindOf(err) != kind {
		t.Errorf("refused with %v", err)
		return
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("it says %q, without %q", err, part)
		}
	}
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		s, schema := storetest.Open(t, url, time.Now), storetest.OpenSchema(t, url)
		all, err := s.Behind(t.Context())
		if err != nil || all == 0 {
			t.Errorf("behind by %d, %v", all, err)
		}
		if n, err := s.Migrate(t.Context()); n != all || err != nil {
			t.Errorf("migrated %d of %d steps: %v", n, all, err)
		}
		if n, err := s.Behind(t.Context()); n != 0 || err != nil {
			t.Errorf("behind by %d, %v", n, err)
		}
		once := shape(t, schema)
		if n, err := s.Migrate(t.Context()); n != 0 || err != nil {
			t.Errorf("migrated %d steps again: %v", n, err)
		}
		if diff := cmp.Diff(once, shape(t, schema)); diff != "" || len(once) < 100 {
			t.Errorf("%d lines of schema (-once +twice):\n%s", len(once), diff)
		}
		newPerson(t, s, "ada@example.com")
	})
}

func TestMigratingMakesAllTables(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.URL(t, kind))
		lines := shape(t, schema)
		for _, table := range []string{
			"workspaces", "users", "members", "user_preferences", "sessions", "refresh_tokens",
			"tasks", "task_texts", "task_sources", "events",
		} {
			if !slices.ContainsFunc(lines, func(line string) bool { return line == "table "+table || strings.HasPrefix(line, "table "+table+" ") }) {
				t.Errorf("there is no table %s", table)
			}
		}
	})
}

func TestTheVersionIsTracked(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.Empty(t, kind))
		steps, err := schema.Steps(t.Context())
		if err != nil || len(steps) == 0 || steps[0].Name != "foundation" || steps[0].Taken() {
			t.Fatalf("%+v, %v", steps, err)
		}
		for _, step := range steps {
			done, err := schema.Up(t.Context(), step.Version)
			if err != nil || len(done) != 1 || done[0].Version != step.Version || done[0].Name != step.Name {
				t.Errorf("step %s: %v, %v", step, done, err)
			}
			now, err := schema.Steps(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, is := range now {
				if is.Taken() != (is.Version <= step.Version) {
					t.Errorf("at version %d: %+v", step.Version, is)
				}
				if since := time.Since(is.TakenAt); is.Taken() && (since < -time.Minute || since > time.Minute) {
					t.Errorf("step %s was taken at %v", is, is.TakenAt)
				}
			}
		}
		if head := schema.Head(); version(t, schema) != head {
			t.Errorf("at version %d, not %d", version(t, schema), head)
		}
	})
}

func TestBothDatabasesHaveTheSameSteps(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	var lists [2][]store.Step
	for i, kind := range []storetest.Kind{storetest.SQLite, storetest.PostgreSQL} {
		var err error
		if lists[i], err = storetest.OpenSchema(t, storetest.Empty(t, kind)).Steps(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(lists[0], lists[1]); diff != "" {
		t.Errorf("steps (-sqlite +postgres):\n%s", diff)
	}
}

// atFirst are rows of the first version, which is released: this text does not
// change when the schema does.
const atFirst = `
INSERT INTO workspaces (id, name, created_at) VALUES ('01890000-0000-7000-8000-00000000000a', 'Ada', 1);
INSERT INTO users (id, email, email_key, full_name, password_hash, workspace_id, created_at, disabled_at)
	VALUES ('01890000-0000-7000-8000-00000000000b', 'Ada@x.org', 'ada@x.org', 'Ada', 'hash', '01890000-0000-7000-8000-00000000000a', 2, 3);
INSERT INTO members (workspace_id, user_id, role, created_at)
	VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000b', 'owner', 4);
INSERT INTO user_preferences (user_id, timezone, weight_urgency, weight_priority, weight_effort, time_of_day_bonus,
	morning_start, morning_end, afternoon_start, afternoon_end, evening_start, evening_end, version)
	VALUES ('01890000-0000-7000-8000-00000000000b', 'UTC', 4000, 1000, 1000, 10, 360, 720, 720, 1080, 1080, 1320, 1);
INSERT INTO sessions (id, user_id, created_at, expires_at, ended_at)
	VALUES ('01890000-0000-7000-8000-00000000000c', '01890000-0000-7000-8000-00000000000b', 5, 6, 7);
INSERT INTO refresh_tokens (token_hash, session_id, expires_at, used_at, successor_hash, regranted_at, replaced_until_at)
	VALUES ('th', '01890000-0000-7000-8000-00000000000c', 8, 9, 'sh', 10, 11);
INSERT INTO tasks (workspace_id, id, user_id, assignee_id, title, title_key, status, priority, due_at, start_on, effort_estimate_minutes,
	preferred_time, tags, tag_keys, version, changed_seq, created_at, updated_at, draft_hash)
	VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000d', '01890000-0000-7000-8000-00000000000b',
	'01890000-0000-7000-8000-00000000000b', 'Tom & Jerry', 'tom & jerry', 'pending', 3, 12, '2026-11-27', 30, 'morning', '["a"]', '["a"]', 2, 2, 13, 14, 'dh');
INSERT INTO task_texts (workspace_id, task_id, description, search_key)
	VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000d', 'It''s é', 'it''s é');
INSERT INTO task_sources (workspace_id, format, source_id, task_id, imported_at)
	VALUES ('01890000-0000-7000-8000-00000000000a', 'csv', '1', '01890000-0000-7000-8000-00000000000d', 15);
INSERT INTO events (workspace_id, seq, id, at, verb, schema_version, actor_id, channel, task_id, changes)
	VALUES ('01890000-0000-7000-8000-00000000000a', 1, '01890000-0000-7000-8000-00000000000e', 16, 'task.created', 1,
	'01890000-0000-7000-8000-00000000000b', 'api', '01890000-0000-7000-8000-00000000000d', '{}');`

// later are rows for the tables that steps after the first made: a new table
// gets one here.
var later = map[string]string{
	"grants": `INSERT INTO grants (id, user_id, kind, name, scopes, created_at, expires_at, seen_at)
		VALUES ('01890000-0000-7000-8000-000000000010', '01890000-0000-7000-8000-00000000000b', 'token', 'script', 'tasks:read', 20, 21, 22);
		INSERT INTO grant_tokens (token_hash, grant_id, kind, expires_at)
		VALUES ('gh', '01890000-0000-7000-8000-000000000010', 'access', 21)`,
	"clients": `INSERT INTO clients (id, name, redirect_uris, created_at, used_at)
		VALUES ('01890000-0000-7000-8000-000000000011', 'Client', 'https://a.example/cb', 20, 21)`,
	"authorization_codes": `INSERT INTO authorization_codes (code_hash, grant_id, user_id, session_id, client_id, name, address, redirect_uri, challenge, scopes, audience, created_at, expires_at, used_at)
		VALUES ('ch', '01890000-0000-7000-8000-000000000012', '01890000-0000-7000-8000-00000000000b', '01890000-0000-7000-8000-00000000000c', 'c', 'Client', 'a', 'r', 'x', 'tasks:read', 'u', 20, 21, 22)`,
	"system_events": `INSERT INTO system_events (id, at, verb, changes) VALUES ('01890000-0000-7000-8000-00000000000f', 1, 'database.adopted', '{}')`,
	"jobs": `INSERT INTO jobs (id, queue, kind, payload, asked, run_at, attempts, created_at)
		VALUES ('01890000-0000-7000-8000-00000000000f', 'q', 'k', '{}', 1, 18, 0, 19)`,
	"links": `INSERT INTO links (purpose, whose, id, token_hash, user_id, email, created_at, expires_at, used_at)
		VALUES ('verify', 'w', '01890000-0000-7000-8000-00000000000f', 'h', '01890000-0000-7000-8000-00000000000b', 'Ada@x.org', 20, 21, 22)`,
	"passkeys": `INSERT INTO passkeys (id, user_id, name, credential, public_key, sign_count, copyable, copied, transports, created_at, seen_at)
		VALUES ('01890000-0000-7000-8000-000000000011', '01890000-0000-7000-8000-00000000000b', 'Phone', 'c', 'k', 23, 1, 0, 'internal', 24, 25)`,
	"recovery_codes": `INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ('01890000-0000-7000-8000-00000000000b', 'rh', 26)`,
	"second_factors": `INSERT INTO second_factors (user_id, sealed, created_at, confirmed_at, last_step, wrong)
		VALUES ('01890000-0000-7000-8000-00000000000b', 's', 27, 28, 29, 0)`,
	"projects": `INSERT INTO projects (workspace_id, id, name, name_key, version, changed_seq, created_at, updated_at, archived_at)
		VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-000000000012', 'House', 'house', 1, 1, 31, 32, 33)`,
	"templates": `INSERT INTO templates (workspace_id, id, name, name_key, content, kind, tasks, version, changed_seq, created_at, updated_at)
		VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-000000000013', 'Trip', 'trip', '{}', 'task', 36, 1, 1, 34, 35)`,
	"spent_challenges": `INSERT INTO spent_challenges (challenge_hash, expires_at) VALUES ('ch', 30)`,
	"idempotency_keys": `INSERT INTO idempotency_keys (workspace_id, user_id, route, name, request_hash, answer, expires_at)
		VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000b', 'POST /api/tasks', 'k', 'h', '{}', 17)`,
}

// content is what stands in each column of each table.
type content map[string]map[string][]string

// contentOf reads all rows, each column in the order of its values.
func contentOf(t *testing.T, schema *store.Schema) content {
	t.Helper()
	found := content{}
	for _, line := range shape(t, schema) {
		kind, rest, _ := strings.Cut(line, " ")
		if table, _, _ := strings.Cut(rest, " "); kind == "table" {
			found[table] = rowsOf(t, schema, table)
		}
	}
	return found
}

func rowsOf(t *testing.T, schema *store.Schema, table string) map[string][]string {
	t.Helper()
	rows, err := schema.DB().QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for _, name := range names {
		columns[name] = []string{}
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			columns[name] = append(columns[name], fmt.Sprint(values[i]))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, column := range columns {
		slices.Sort(column)
	}
	return columns
}

// fillTables puts rows into every table.
func fillTables(t *testing.T, schema *store.Schema) {
	t.Helper()
	for _, table := range slices.Sorted(maps.Keys(later)) {
		execute(t, schema, later[table])
	}
	for table, columns := range contentOf(t, schema) {
		for _, values := range columns {
			if len(values) == 0 {
				t.Errorf("table %s is empty: a new table gets a row in \"later\", in this file", table)
			}
			break
		}
	}
}

func TestWhatTheFirstVersionKeptIsStillThereAtTheNewest(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.Empty(t, kind))
		up(t, schema, 1)
		execute(t, schema, atFirst)
		before := contentOf(t, schema)
		if len(before) != 10 {
			t.Errorf("%d tables", len(before))
		}
		up(t, schema, schema.Head())
		after := contentOf(t, schema)
		for table, columns := range before {
			for column, values := range columns {
				if diff := cmp.Diff(values, after[table][column]); diff != "" {
					t.Errorf("%s.%s (-before +after):\n%s", table, column, diff)
				}
			}
		}
	})
}

// Every step, from the newest down: it takes back exactly what it says it
// loses, nothing else changes, and up again the schema is the one before.
// Fails when a step's "loses" lacks what its way down drops, or when its way
// back up makes another index, default or constraint.
func TestEveryStepGoesDownAndUpAgainAndKeepsWhatItDoesNotSayItLoses(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.Empty(t, kind))
		up(t, schema, 1)
		execute(t, schema, atFirst)
		up(t, schema, schema.Head())
		fillTables(t, schema)
		steps, err := schema.Steps(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, step := range slices.Backward(steps) {
			at, below := step.Version, int64(0)
			if i > 0 {
				below = steps[i-1].Version
			}
			losses, declared := schema.Loses(at)
			if !declared {
				t.Errorf("step %d does not say what its way down loses: it needs a line \"-- loses: table, table.column\" or \"-- loses: nothing\"", at)
			}
			before, rows := shape(t, schema), contentOf(t, schema)
			downTo(t, schema, below)
			fewer := contentOf(t, schema)
			up(t, schema, at)
			if lines := store.Difference(shape(t, schema), before); len(lines) > 0 {
				t.Errorf("after step %d down and up again:\n%s", at, strings.Join(lines, "\n"))
			}
			again := contentOf(t, schema)
			for table, columns := range rows {
				for column, values := range columns {
					lost := slices.Contains(losses, table) || slices.Contains(losses, table+"."+column)
					_, there := fewer[table][column]
					if !there && !lost {
						t.Errorf("step %d takes away %s.%s and does not say so", at, table, column)
					}
					if diff := cmp.Diff(values, again[table][column]); diff != "" && !lost {
						t.Errorf("step %d changed %s.%s (-before +again):\n%s", at, table, column, diff)
					}
				}
			}
			for _, loss := range losses {
				table, column, _ := strings.Cut(loss, ".")
				if _, there := rows[table][column]; rows[table] == nil || column != "" && !there {
					t.Errorf("step %d says it loses %s, which there is not", at, loss)
				}
			}
			downTo(t, schema, below)
		}
		if left := shape(t, schema); len(left) > 0 {
			t.Errorf("left at the bottom: %q", left)
		}
	})
}

// Templates could be kept before their kind and size had columns: both follow from
// what is in them.
func TestWhatATemplateMakesIsKnownOfThoseFromBefore(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := storetest.OpenSchema(t, storetest.Empty(t, kind))
		up(t, schema, 14)
		execute(t, schema, `INSERT INTO workspaces (id, name, created_at) VALUES ('01890000-0000-7000-8000-00000000000a', 'Ada', 1)`)
		for i, content := range []mindflow.TemplateContent{
			{Task: &mindflow.TemplateTask{Title: `"title":`, Description: `{"project":`, Steps: []mindflow.TemplateTask{{Title: "x", Steps: []mindflow.TemplateTask{{Title: "y"}}}}}},
			{Project: &mindflow.TemplateProject{Name: `"title":`, Tasks: []mindflow.TemplateTask{{Title: "x"}, {Title: "y"}}}},
			{Project: &mindflow.TemplateProject{Name: "empty", Tasks: []mindflow.TemplateTask{}}},
		} {
			encoded, err := json.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			execute(t, schema, fmt.Sprintf(`INSERT INTO templates (workspace_id, id, name, name_key, content, version, changed_seq, created_at, updated_at)
				VALUES ('01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000001%d', 'x', 'x', '%s', 1, 1, 2, 3)`, i, encoded))
		}
		up(t, schema, 15)
		for i, want := range []string{"task 3", "project 2", "project 0"} {
			makes, tasks := "", 0
			row := schema.DB().QueryRowContext(t.Context(), fmt.Sprintf(`SELECT kind, tasks FROM templates WHERE id = '01890000-0000-7000-8000-00000000001%d'`, i))
			if err := row.Scan(&makes, &tasks); err != nil || fmt.Sprint(makes, " ", tasks) != want {
				t.Errorf("%d makes %s %d, %v; want %s", i, makes, tasks, err, want)
			}
		}
	})
}

func TestABrokenDatabaseIsNotMigrated(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		s := storetest.Open(t, storetest.Empty(t, kind), time.Now)
		write(t, s, func(tx *store.Tx) error { return tx.Exec(`CREATE TABLE tasks (somebody_elses INTEGER)`) })
		if n, err := s.Migrate(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "migrate: step 1 foundation: ") {
			t.Errorf("%d steps, %v", n, err)
		}
		if n, err := s.Behind(t.Context()); n == 0 || err != nil {
			t.Errorf("behind by %d, %v", n, err)
		}
	})
}

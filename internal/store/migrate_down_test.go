package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Three versions of people and what they keep.
var menagerie = []string{
	"-- +goose Up\nCREATE TABLE people (id BIGINT NOT NULL PRIMARY KEY);\n" +
		"-- +goose Down\n-- loses: people\nDROP TABLE people;\n",
	"-- +goose Up\nALTER TABLE people ADD COLUMN name TEXT;\nCREATE TABLE pets (id BIGINT NOT NULL PRIMARY KEY, person_id BIGINT NOT NULL REFERENCES people (id));\n" +
		"-- +goose Down\n-- loses: people.name, pets\nDROP TABLE pets;\nALTER TABLE people DROP COLUMN name;\n",
	"-- +goose Up\nCREATE INDEX people_by_name ON people (name);\n" +
		"-- +goose Down\n-- loses: nothing\nDROP INDEX people_by_name;\n",
}

func TestGoingDownIsRefusedWhereItWouldLoseSomething(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := withSteps(t, storetest.Empty(t, kind), menagerie...)
		up(t, schema, math.MaxInt64)
		execute(t, schema, `INSERT INTO people (id, name) VALUES (1, 'Ada'), (2, NULL), (3, 'Bob')`)
		execute(t, schema, `INSERT INTO pets (id, person_id) VALUES (1, 3)`)
		if steps, lost, err := schema.Down(t.Context(), store.ToBefore, false); len(steps) != 1 || steps[0].Version != 3 || len(lost) > 0 || err != nil {
			t.Errorf("a step that loses nothing: %v, %v, %v", steps, lost, err)
		}
		before := contentOf(t, schema)
		_, _, err := schema.Down(t.Context(), store.ToBefore, false)
		refused(t, err, mindflow.KindConflict, "would lose name in 2 rows of people, 1 row of pets; with --lose-data")
		_, _, err = schema.Down(t.Context(), 0, false)
		refused(t, err, mindflow.KindConflict, "name in 2 rows of people, 1 row of pets, 3 rows of people;")
		if diff := cmp.Diff(before, contentOf(t, schema)); diff != "" || version(t, schema) != 2 {
			t.Errorf("at version %d (-before +after):\n%s", version(t, schema), diff)
		}
		steps, lost, err := schema.Down(t.Context(), 1, true)
		want := []store.Loss{{Table: "people", Column: "name", Rows: 2}, {Table: "pets", Rows: 1}}
		if err != nil || len(steps) != 1 || !slices.Equal(lost, want) {
			t.Errorf("accepted: %v, %v, %v", steps, lost, err)
		}
		if n := number(t, schema, `SELECT count(*) FROM people`); n != 3 {
			t.Errorf("%d people are left", n)
		}
		execute(t, schema, `DELETE FROM people`)
		up(t, schema, math.MaxInt64)
		if steps, _, err := schema.Down(t.Context(), 0, false); len(steps) != 3 || err != nil {
			t.Errorf("empty tables are no loss: %v, %v", steps, err)
		}
		if steps, _, err := schema.Down(t.Context(), store.ToBefore, false); len(steps) != 0 || err != nil {
			t.Errorf("below the bottom: %v, %v", steps, err)
		}
	})
}

// Somebody adds a row after the rows were counted and before they are taken
// away. Fails when they are not counted again in the step's own transaction.
func TestARowThatComesAtTheLastMomentIsNotLost(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		schema, other := withSteps(t, url, menagerie...), storetest.OpenSchema(t, url)
		up(t, schema, 1)
		tx, err := other.DB().BeginTx(t.Context(), nil)
		if err == nil {
			_, err = tx.ExecContext(t.Context(), `INSERT INTO people (id) VALUES (7)`)
		}
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() {
			_, _, err := schema.Down(t.Context(), 0, false)
			refused(t, err, mindflow.KindConflict, "would lose 1 row of people")
		})
		time.Sleep(500 * time.Millisecond) // it has counted none, and waits
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		all.Wait()
		if n := number(t, other, `SELECT id FROM people`); n != 7 {
			t.Errorf("person %d is left", n)
		}
	})
}

func TestAStepThatDoesNotSayWhatItLosesIsNotTakenBackUnasked(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := withSteps(t, storetest.Empty(t, kind), strings.ReplaceAll(menagerie[0], "-- loses: people\n", ""))
		up(t, schema, math.MaxInt64)
		_, _, err := schema.Down(t.Context(), store.ToBefore, false)
		refused(t, err, mindflow.KindConflict, "Step 1 of_test does not say")
		if _, _, err := schema.Down(t.Context(), store.ToBefore, true); err != nil {
			t.Error(err)
		}
	})
}

// Two people added a step each, and the one with the greater number was first.
func TestAStepThatComesLateIsTakenInItsTurn(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		schema := withSteps(t, url, menagerie[0], "-- +goose Up\nCREATE TABLE late (id BIGINT);\n-- +goose Down\n-- loses: late\nDROP TABLE late;\n", menagerie[1])
		early := stepFiles(menagerie[0], "", menagerie[1])
		delete(early, "00002_of_test.sql")
		before := storetest.OpenSchema(t, url)
		if err := before.UseSteps(early); err != nil {
			t.Fatal(err)
		}
		up(t, before, math.MaxInt64)
		if steps, err := schema.Up(t.Context(), math.MaxInt64); len(steps) != 1 || steps[0].Version != 2 || err != nil {
			t.Errorf("%v, %v", steps, err)
		}
		steps, _, err := schema.Down(t.Context(), 1, false)
		if err != nil || len(steps) != 2 || steps[0].Version != 3 || steps[1].Version != 2 {
			t.Errorf("back: %v, %v", steps, err)
		}
	})
}

func TestAStepThatFailsLeavesNothingOfItself(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		schema := withSteps(t, storetest.Empty(t, kind), menagerie[0], "-- +goose Up\nINSERT INTO people (id) VALUES (1);\nCREATE TABLE pets (id BIGINT);\nINSERT INTO nowhere (id) VALUES (1);\n-- +goose Down\n-- loses: nothing\n")
		steps, err := schema.Up(t.Context(), math.MaxInt64)
		if len(steps) != 1 || err == nil || !strings.HasPrefix(err.Error(), "migrate: step 2 of_test: ") || version(t, schema) != 1 {
			t.Errorf("%v, %v, at version %d", steps, err, version(t, schema))
		}
		if tables := contentOf(t, schema); len(tables) != 1 || len(tables["people"]["id"]) != 0 {
			t.Errorf("it left %v", tables)
		}
	})
}

// SQLite changes a column by making the table anew. Fails when references are
// enforced meanwhile: dropping the old table then takes the pets along.
func TestATableThatIsMadeAnewKeepsWhatRefersToIt(t *testing.T) {
	anew := "CREATE TABLE people_anew (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL);\n%s" +
		"DROP TABLE people;\nALTER TABLE people_anew RENAME TO people;\n-- +goose Down\n-- loses: nothing\n"
	cascading := strings.ReplaceAll(menagerie[1], "people (id)", "people (id) ON DELETE CASCADE")
	for name, c := range map[string]struct{ copied, problem string }{
		"all people":  {"INSERT INTO people_anew SELECT id, coalesce(name, '') FROM people;\n", ""},
		"some people": {"INSERT INTO people_anew SELECT id, name FROM people WHERE id = 2;\n", "1 rows would refer to rows that are not there, such as pets → people"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := withSteps(t, storetest.Empty(t, storetest.SQLite), menagerie[0], cascading, "-- +goose Up\n"+fmt.Sprintf(anew, c.copied))
			up(t, schema, 2)
			execute(t, schema, `INSERT INTO people (id, name) VALUES (1, NULL), (2, 'Bob'); INSERT INTO pets (id, person_id) VALUES (1, 1)`)
			_, err := schema.Up(t.Context(), 3)
			if c.problem == "" && err != nil || c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)) {
				t.Errorf("made anew: %v", err)
			}
			if n := number(t, schema, `SELECT count(*) FROM people JOIN pets ON person_id = people.id`); n != 1 {
				t.Errorf("%d pets are left", n)
			}
		})
	}
}

func TestStampingRecordsOnly(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.Empty(t, kind)
		schema := withSteps(t, url, menagerie...)
		// Somebody made it by hand, in another order and writing.
		execute(t, schema, `CREATE TABLE "people" (name TEXT, -- a name
			id BIGINT NOT NULL, PRIMARY KEY (id))`)
		execute(t, schema, `CREATE TABLE pets (id BIGINT NOT NULL PRIMARY KEY, person_id BIGINT NOT NULL REFERENCES people (id))`)
		if kind == storetest.SQLite { // which keeps how a key was written
			execute(t, schema, `DROP TABLE pets; DROP TABLE people`)
			execute(t, schema, "CREATE TABLE `people` (name TEXT, -- a name\n id   BIGINT NOT NULL /* a key */ PRIMARY KEY)")
			execute(t, schema, `CREATE TABLE "pets" ("id" BIGINT NOT NULL PRIMARY KEY , person_id BIGINT NOT NULL REFERENCES "people" ( id ))`)
		}
		execute(t, schema, `INSERT INTO people (id, name) VALUES (1, 'Ada')`)
		before, rows := shape(t, schema), contentOf(t, schema)
		for _, wrong := range []int64{0, 1, 3} {
			refused(t, schema.Stamp(t.Context(), wrong), mindflow.KindConflict, fmt.Sprintf("The schema is not that of version %d:\n  ", wrong))
		}
		refused(t, schema.Stamp(t.Context(), 0), mindflow.KindConflict, "\n  extra: table people\n  extra: table pets")
		refused(t, schema.Stamp(t.Context(), 1), mindflow.KindConflict, "\n  extra: column people.name")
		refused(t, schema.Stamp(t.Context(), 3), mindflow.KindConflict, "\n  missing: index people.")
		if v := version(t, schema); v != 0 {
			t.Errorf("refused, it is at version %d", v)
		}
		for range 2 {
			if err := schema.Stamp(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
			if v := version(t, schema); v != 2 {
				t.Errorf("at version %d", v)
			}
		}
		if diff := cmp.Diff(before, shape(t, schema)); diff != "" {
			t.Errorf("the schema changed (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(rows, contentOf(t, schema)); diff != "" {
			t.Errorf("rows changed (-before +after):\n%s", diff)
		}
		if steps, err := schema.Up(t.Context(), math.MaxInt64); len(steps) != 1 || err != nil {
			t.Errorf("from there: %v, %v", steps, err)
		}
		execute(t, schema, `DROP INDEX people_by_name`)
		if err := schema.Stamp(t.Context(), 2); err != nil || version(t, schema) != 2 {
			t.Errorf("back: %v, at version %d", err, version(t, schema))
		}
	})
}

func TestStampingRefusesWhateverDiffers(t *testing.T) {
	changes := map[string]string{
		`CREATE INDEX more ON tasks (title)`:                             "extra: index tasks.CREATE INDEX more",
		`DROP INDEX tasks_by_change`:                                     "missing: index tasks.CREATE INDEX tasks_by_change",
		`ALTER TABLE tasks ADD COLUMN colour TEXT`:                       "extra: column tasks.colour",
		`ALTER TABLE tasks RENAME COLUMN title TO heading`:               "missing: column tasks.title",
		`ALTER TABLE events RENAME TO audit_logs`:                        "missing: table events",
		`CREATE VIEW v AS SELECT id FROM tasks`:                          "extra: view v",
		`ALTER TABLE users ALTER COLUMN full_name DROP NOT NULL`:         "missing: column users.full_name text NOT NULL",
		`ALTER TABLE users ALTER COLUMN full_name SET DEFAULT 'x'`:       "extra: column users.full_name text NOT NULL DEFAULT 'x'",
		`ALTER TABLE users ALTER COLUMN email_key TYPE TEXT`:             "missing: column users.email_key text NOT NULL COLLATE C",
		`ALTER TABLE sessions ALTER COLUMN expires_at TYPE INTEGER`:      "missing: column sessions.expires_at bigint NOT NULL",
		`ALTER TABLE tasks DROP CONSTRAINT tasks_priority_check`:         "missing: constraint tasks.tasks_priority_check",
		`ALTER TABLE members DROP CONSTRAINT members_user_id_fkey`:       "missing: constraint members.members_user_id_fkey",
		`ALTER TABLE users DROP CONSTRAINT users_email_key_key`:          "missing: constraint users.users_email_key_key UNIQUE",
		`ALTER TABLE events SET UNLOGGED`:                                "extra: table events UNLOGGED",
		`CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS 'SELECT 1'`: "extra: function CREATE OR REPLACE FUNCTION f()",
	}
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		for change, says := range changes {
			if kind == storetest.SQLite && (strings.Contains(says, "text") || strings.Contains(says, "bigint") || strings.Contains(says, "_check") ||
				strings.Contains(says, "key") || strings.Contains(says, "UNLOGGED") || strings.Contains(says, "function")) {
				continue
			}
			t.Run(change[:min(len(change), 40)], func(t *testing.T) {
				schema := storetest.OpenSchema(t, storetest.URL(t, kind))
				if err := schema.Stamp(t.Context(), schema.Head()); err != nil {
					t.Errorf("as it was made: %v", err)
				}
				execute(t, schema, change)
				refused(t, schema.Stamp(t.Context(), schema.Head()), mindflow.KindConflict, says)
			})
		}
	})
}

func TestAVersionIsANumberOrHead(t *testing.T) {
	schema := withSteps(t, storetest.Empty(t, storetest.SQLite), menagerie...)
	for text, want := range map[string]int64{"0": 0, "2": 2, "00003": 3, "head": 3} {
		if v, err := schema.Version(text); v != want || err != nil {
			t.Errorf("%s: %d, %v", text, v, err)
		}
	}
	for _, text := range []string{"", "4", "-1", "base", "1.0"} {
		_, err := schema.Version(text)
		refused(t, err, mindflow.KindInvalid, "must be head, or from 0 to 3")
	}
}

// A newer program's steps leave what this one uses: it can serve, not go down.
func TestASchemaThatIsAheadIsServedButNotTakenBack(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s, schema := storetest.Open(t, url, time.Now), storetest.OpenSchema(t, url)
		execute(t, schema, fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, true)`, schema.Head()+1))
		execute(t, schema, `CREATE TABLE of_tomorrow (id BIGINT)`)
		if n, err := s.Behind(t.Context()); n != 0 || err != nil {
			t.Errorf("behind by %d, %v", n, err)
		}
		newPerson(t, s, "ada@example.com")
		if n, err := s.Migrate(t.Context()); n != 0 || err != nil {
			t.Errorf("took %d steps, %v", n, err)
		}
		steps, err := schema.Steps(t.Context())
		if last := steps[len(steps)-1]; err != nil || last.Known() || !last.Taken() || last.Version != schema.Head()+1 {
			t.Errorf("%+v, %v", steps, err)
		}
		_, _, err = schema.Down(t.Context(), store.ToBefore, true)
		refused(t, err, mindflow.KindConflict, "made by a newer program")
	})
}

// server opens a database as a role that may use its tables and no more.
func asServer(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	role := "server_of_" + strings.TrimPrefix(u.Path, "/")
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`CREATE ROLE ` + role + ` LOGIN PASSWORD 'server'`,
		`ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ` + role,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if _, err := db.Exec(`DROP OWNED BY ` + role + `; DROP ROLE ` + role); err != nil { //nolint:noctx // the test's own is over
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	u.User = url.UserPassword(role, "server")
	return u.String()
}

func TestARoleThatMayNotChangeTheSchemaIsToldSo(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	owners := storetest.Empty(t, storetest.PostgreSQL)
	servers := asServer(t, owners)
	s, schema := storetest.Open(t, servers, time.Now), storetest.OpenSchema(t, servers)
	if n, err := s.Behind(t.Context()); n == 0 || err != nil {
		t.Errorf("behind by %d, %v", n, err)
	}
	if steps, err := schema.Steps(t.Context()); len(steps) == 0 || steps[0].Taken() || err != nil {
		t.Errorf("%v, %v", steps, err)
	}
	_, err := schema.Up(t.Context(), schema.Head())
	refused(t, err, mindflow.KindForbidden, "MIGRATE_DATABASE_URL", "permission denied")
	owner := storetest.OpenSchema(t, owners)
	up(t, owner, owner.Head())
	newPerson(t, s, "ada@example.com") // by the rights it got before the tables were made
	if n, err := s.Behind(t.Context()); n != 0 || err != nil {
		t.Errorf("behind by %d, %v", n, err)
	}
	if steps, err := schema.Up(t.Context(), schema.Head()); len(steps) != 0 || err != nil {
		t.Errorf("with nothing to do: %v, %v", steps, err)
	}
	_, _, err = schema.Down(t.Context(), store.ToBefore, true)
	refused(t, err, mindflow.KindForbidden, "MIGRATE_DATABASE_URL")
	refused(t, schema.Stamp(t.Context(), 1), mindflow.KindForbidden, "MIGRATE_DATABASE_URL")
}

// The server reads which steps were taken, and that is all: seen red while the
// rights on tables to come reached the table of versions, too.
func TestTheServersRoleWritesNoVersions(t *testing.T) {
	if storetest.Postgres(t) == "" {
		return
	}
	owners := storetest.Empty(t, storetest.PostgreSQL)
	servers := asServer(t, owners)
	db, err := sql.Open("pgx", servers)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	owner := storetest.OpenSchema(t, owners)
	mayOnlyRead := func(after string) {
		t.Helper()
		var n int
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM goose_db_version`).Scan(&n); err != nil || n < 2 {
			t.Errorf("after %s: %d versions, %v", after, n, err)
		}
		for _, statement := range []string{
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`,
			`UPDATE goose_db_version SET is_applied = false`, `DELETE FROM goose_db_version`, `TRUNCATE goose_db_version`,
		} {
			var refused *pgconn.PgError
			if _, err := db.ExecContext(t.Context(), statement); !errors.As(err, &refused) || refused.Code != "42501" {
				t.Errorf("after %s: %s: %v", after, statement, err)
			}
		}
	}
	up(t, owner, 1)
	mayOnlyRead("the first step")
	storetest.Execute(t, owners, `GRANT ALL ON goose_db_version TO PUBLIC`)
	up(t, owner, owner.Head())
	mayOnlyRead("a right that everybody has had")
	storetest.Execute(t, owners, `DROP TABLE goose_db_version`)
	if err := owner.Stamp(t.Context(), owner.Head()); err != nil {
		t.Fatal(err)
	}
	mayOnlyRead("a stamp")
}

func TestReadingTheFileOfAStep(t *testing.T) {
	step, err := store.ParseStep("00012_some_thing.sql", "-- What it is for.\n\n-- +goose Up\nSELECT 1;\n\n-- +goose Down\n-- loses: nothing\n")
	if step.Version != 12 || step.Name != "some_thing" || err != nil {
		t.Errorf("%+v, %v", step, err)
	}
	for name, c := range map[string]struct{ file, text string }{
		"no number":          {"a_b.sql", "-- +goose Up\n-- +goose Down\n"},
		"number zero":        {"0_b.sql", "-- +goose Up\n-- +goose Down\n"},
		"no name":            {"00001_.sql", "-- +goose Up\n-- +goose Down\n"},
		"no way down":        {"00001_a.sql", "-- +goose Up\nSELECT 1;\n"},
		"down before up":     {"00001_a.sql", "-- +goose Down\n-- +goose Up\n"},
		"a mark before both": {"00001_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose Down\n"},
		"SQL before both":    {"00001_a.sql", "SELECT 1;\n-- +goose Up\n-- +goose Down\n"},
	} {
		if step, err := store.ParseStep(c.file, c.text); err == nil {
			t.Errorf("%s: %+v", name, step)
		}
	}
}

func TestANewStepGetsAFileForEachDatabase(t *testing.T) {
	dir := t.TempDir()
	if _, err := store.CreateStep(dir, "x"); err == nil {
		t.Error("a folder without steps was taken for theirs")
	}
	for file, text := range map[string]string{"sqlite/00001_a.sql": menagerie[0], "postgres/00001_a.sql": menagerie[0], "postgres/00002_b.sql": menagerie[1]} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := store.CreateStep(dir, " Tasks: a Colour, Größe! ")
	want := []string{filepath.Join(dir, "sqlite/00003_tasks_a_colour_gr_e.sql"), filepath.Join(dir, "postgres/00003_tasks_a_colour_gr_e.sql")}
	if err != nil || !slices.Equal(files, want) {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			_, err = store.ParseStep(file, string(text))
		}
		if err != nil {
			t.Error(err)
		}
	}
	_, err = store.CreateStep(dir, "ß!")
	refused(t, err, mindflow.KindInvalid, "name must have letters or digits")
}

func TestDefinitionsAreComparedByWhatTheySay(t *testing.T) {
	for typed, plain := range map[string]string{
		"CREATE  TABLE \"a\"\n( b TEXT,-- c\n\td  INTEGER /* e */ )": "CREATE TABLE a (b TEXT, d INTEGER)",
		`CREATE TABLE a (b TEXT DEFAULT ' -- "x"  ''y'' ')`:          `CREATE TABLE a (b TEXT DEFAULT ' -- "x"  ''y'' ')`,
		"CREATE TABLE \"A b\" (`c` TEXT) -- the end":                 `CREATE TABLE "A b" (c TEXT)`,
		"CREATE TABLE a (b TEXT) /* no end":                          "CREATE TABLE a (b TEXT)",
	} {
		if got := store.PlainSQL(typed); got != plain {
			t.Errorf("%q reads %q, not %q", typed, got, plain)
		}
	}
}

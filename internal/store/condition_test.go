package store_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// as is a database's URL for another role.
func as(t *testing.T, database, role string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "secret")
	return u.String()
}

func condition(t *testing.T, database string) mindflow.DatabaseCondition {
	t.Helper()
	c, err := storetest.Open(t, database, time.Now).Condition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestADatabaseSaysHowItIs(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		c := condition(t, storetest.URL(t, kind))
		if !slices.Contains([]string{"UTF8", "UTF-8"}, c.Encoding) || c.Folder == "" {
			t.Errorf("%+v", c)
		}
		if kind == storetest.SQLite {
			if !strings.HasPrefix(c.Product, "SQLite 3.") || !c.Clock.IsZero() || c.Role.Name != "" {
				t.Errorf("%+v", c)
			}
			return
		}
		if !strings.HasPrefix(c.Product, "PostgreSQL 1") || c.Version < 150000 || time.Since(c.Clock).Abs() > time.Minute {
			t.Errorf("%+v", c)
		}
		if !slices.Equal(c.Role.Powers, []string{"is a superuser"}) || len(c.Role.Lacks)+len(c.Role.LacksLater) > 0 {
			t.Errorf("%+v", c.Role)
		}
	})
}

// A role that has what it needs and no more, and then each thing that is wrong
// with one. Seen red with default privileges of another role taken for the owner's.
func TestTheServersRoleSaysWhatItMayDo(t *testing.T) {
	owner, role := storetest.Role(t), storetest.Role(t)
	database := storetest.Filled(t, `ALTER SCHEMA public OWNER TO `+owner)
	schema := storetest.OpenSchema(t, as(t, database, owner))
	if _, err := schema.Up(t.Context(), schema.Head()); err != nil {
		t.Fatal(err)
	}
	check := func(powers, lacks, later string) {
		t.Helper()
		got := condition(t, as(t, database, role)).Role
		if got.Name != role || strings.Join(got.Powers, ", ") != powers || strings.Join(got.Lacks, ", ") != lacks || strings.Join(got.LacksLater, ", ") != later {
			t.Errorf("%s %q %q %q", got.Name, got.Powers, got.Lacks, got.LacksLater)
		}
	}
	all := condition(t, as(t, database, role)).Role
	if len(all.Lacks) < 50 || len(all.LacksLater) != 4 || len(all.Powers) > 0 {
		t.Errorf("%+v", all)
	}
	storetest.Execute(t, database, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+role)
	check("may write in goose_db_version, which says what the schema is", "", "DELETE, INSERT, SELECT, UPDATE")
	if _, err := schema.Up(t.Context(), schema.Head()); err != nil {
		t.Fatal(err)
	}
	check("", "", "DELETE, INSERT, SELECT, UPDATE")
	storetest.Execute(t, database, `ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO `+role) // of whoever says so
	check("", "", "DELETE, INSERT, SELECT, UPDATE")
	storetest.Execute(t, database, `ALTER DEFAULT PRIVILEGES FOR ROLE `+owner+` IN SCHEMA public GRANT SELECT, INSERT, DELETE ON TABLES TO `+role)
	check("", "", "UPDATE")
	storetest.Execute(t, database, `ALTER DEFAULT PRIVILEGES FOR ROLE `+owner+` GRANT UPDATE ON TABLES TO `+role+`; REVOKE UPDATE ON tasks FROM `+role)
	check("", "UPDATE on tasks", "")
	storetest.Execute(t, database, `GRANT UPDATE ON tasks TO `+role+`; GRANT CREATE ON SCHEMA public TO `+role)
	check("may create tables in the schema public", "", "")
	got := condition(t, as(t, database, owner)).Role
	if len(got.Powers) != 2 || !strings.HasPrefix(got.Powers[1], "owns ") || len(got.Lacks)+len(got.LacksLater) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestADatabaseThatIsNotThereHasNoCondition(t *testing.T) {
	s, err := store.Open(t.Context(), "postgres://nobody:hidden@127.0.0.1:1/none", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Condition(t.Context()); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Error(err)
	}
}

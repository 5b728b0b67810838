package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"mindflow/internal/mindflow"
)

// Adoption is the taking over of the Python service's database, under way. Rows
// of the old tables come out of it, in the order of their users; what is added
// goes to the new ones. When it is a dry run, it goes nowhere.
type Adoption struct {
	ctx    context.Context //nolint:containedctx // lives as long as one call
	schema *Schema
	conn   *sql.Conn
	tx     *sql.Tx
	now    time.Time
	apply  bool

	users, tasks, audit, stray *cursor

	home    mindflow.WorkspaceID // the last event's
	end     logEnd               // of its log
	ids     idTexts
	targets []*target
	waiting int // rows
	written int // rows
	// analyzeAt is how many written rows make the planner look again.
	analyzeAt int
}

// aside is the schema the old tables wait in while the new ones are filled.
const aside = "mindflow_adopting"

// target is a new table and the rows on their way to it.
type target struct {
	table   string
	columns []string
	rows    [][]any
}

// What is added, in the order in which tables refer to one another.
const (
	toWorkspaces = iota
	toUsers
	toMembers
	toPreferences
	toTasks
	toTaskTexts
	toEvents
	toSystemEvents
)

func newTargets() []*target {
	targets := make([]*target, toSystemEvents+1)
	for i, insert := range []string{
		insertWorkspace, insertUser, insertMember, insertPreferences, insertTask, insertTaskText, insertEvent, insertSystemEvent,
	} {
		targets[i] = targetOf(insert)
	}
	targets[toUsers].columns = append(targets[toUsers].columns, "disabled_at")
	return targets
}

// targetOf finds the table and the columns in an INSERT.
func targetOf(insert string) *target {
	_, insert, _ = strings.Cut(insert, "INSERT INTO ")
	table, rest, _ := strings.Cut(insert, " (")
	columns, _, _ := strings.Cut(rest, ")")
	return &target{table: table, columns: strings.FieldsFunc(columns, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })}
}

// Adopt takes over, in place, a database that the Python service left: fn reads
// the old rows and adds the new ones. All of it is one transaction, under the
// lock of migrations, in which the old tables go away once every row of theirs
// stands elsewhere; an error leaves them as they were. Without apply it is a
// dry run: nothing is locked or changed, and what fn adds goes nowhere.
//
// A database that is not the Python service's is a conflict, and its message
// says what differs.
func (s *Schema) Adopt(ctx context.Context, now time.Time, apply bool, fn func(*Adoption) error) error {
	if !s.dialect.postgres {
		return mindflow.Conflict("The Python service's database is on PostgreSQL; DATABASE_URL names a SQLite file")
	}
	adopt := func() error {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		a := &Adoption{ctx: ctx, schema: s, conn: conn, now: now.UTC().Truncate(time.Microsecond), apply: apply, targets: newTargets()}
		return a.run(fn)
	}
	if !apply {
		return s.explain("adopt", adopt())
	}
	return s.explain("adopt", s.alone(ctx, adopt))
}

func (a *Adoption) run(fn func(*Adoption) error) (err error) {
	options := &sql.TxOptions{}
	if !a.apply {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	if a.tx, err = a.conn.BeginTx(a.ctx, options); err != nil {
		return err
	}
	defer func() { _ = a.tx.Rollback() }() // nothing after a commit; also on a panic
	if err := a.settle(); err != nil {
		return err
	}
	if a.apply {
		if err := a.moveAside(); err != nil {
			return err
		}
	}
	if err := a.open(); err != nil {
		return err
	}
	if err := fn(a); err != nil {
		return err
	}
	if err := a.everyRowWasRead(); err != nil {
		return err
	}
	if !a.apply {
		return nil
	}
	if err := a.finish(); err != nil {
		return err
	}
	return a.tx.Commit()
}

func (a *Adoption) plain() plain { return plain{a.ctx, a.tx} }

func (a *Adoption) exec(statements ...string) error {
	for _, statement := range statements {
		if _, err := a.tx.ExecContext(a.ctx, statement); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}

// settle makes the session write as the readers of rows expect, and show all
// of them or none, and refuses what is not the Python service's.
func (a *Adoption) settle() error {
	if err := a.exec(`SET LOCAL datestyle = 'ISO, YMD'`, `SET LOCAL row_security = off`); err != nil {
		return err
	}
	var encoding string
	if err := one(a.plain(), encodingHere, nil, &encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return mindflow.Conflict("The database keeps text as " + encoding + "; it has to be UTF8, so copy it into one that is")
	}
	return a.refuseOthers()
}

func (a *Adoption) refuseOthers() error {
	there, err := column(a.plain(), relationsHere)
	if err != nil {
		return err
	}
	taken, err := takenSteps(a.schema.dialect, a.plain())
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return a.refuseOurs(there)
	}
	found, err := differences(a.plain(), withoutVersions(there))
	if err != nil || len(found) == 0 {
		return err
	}
	return mindflow.Conflict("This is not the database of the Python service:\n  " + strings.Join(found, "\n  "))
}

// refuseOurs says whether the database was adopted or is MindFlow's from the
// beginning.
func (a *Adoption) refuseOurs(there []string) error {
	if slices.Contains(there, "system_events") {
		var at int64
		err := one(a.plain(), `SELECT at FROM system_events WHERE verb = $1`, []any{string(mindflow.DatabaseAdopted)}, &at)
		if err == nil {
			return mindflow.Conflict("This database was adopted on " + mindflow.UTC(at).Format(time.DateOnly) + " already")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return mindflow.Conflict("This database is MindFlow's own already: there is nothing to adopt")
}

// moveAside locks the old tables, puts them where they are in nobody's way, and
// makes the new ones.
func (a *Adoption) moveAside() error {
	names := make([]string, len(oldTables))
	for i, t := range oldTables {
		names[i] = t.name
	}
	if err := a.exec(`LOCK TABLE ` + strings.Join(names, ", ") + ` IN ACCESS EXCLUSIVE MODE`); err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "55P03" {
			return mindflow.Conflict("Somebody uses the tables; stop the Python service first")
		}
		return err
	}
	if err := a.refuseOthers(); err != nil { // it may have changed before the lock
		return err
	}
	if err := a.exec(`CREATE SCHEMA ` + aside); err != nil {
		return err
	}
	for _, name := range names {
		if err := a.exec(`ALTER TABLE ` + name + ` SET SCHEMA ` + aside); err != nil {
			return err
		}
	}
	for _, step := range a.schema.steps {
		if err := a.schema.run(a.ctx, a.tx, step.up); err != nil {
			return fmt.Errorf("step %s: %w", step, err)
		}
	}
	return a.schema.record(a.ctx, a.tx, a.schema.Head())
}

// pgx lends fn the connection beneath the transaction.
func (a *Adoption) pgx(fn func(*pgx.Conn) error) error {
	return a.conn.Raw(func(driver any) error { return fn(driver.(*stdlib.Conn).Conn()) })
}

// old names an old table where it stands.
func (a *Adoption) old(t oldTable) string {
	if a.apply {
		return aside + "." + t.name
	}
	return t.name
}

// open starts reading the old tables.
func (a *Adoption) open() error {
	var users, tasks, audit, stray oldQuery
	users.add("u", "", oldUsers)
	users.add("p", ofPreferences, oldPreferences)
	tasks.add("t", "", oldTasks)
	audit.add("a", "", oldAudit)
	audit.names = append(audit.names, "task_id") // the resource, if it is a task of the user's
	audit.texts = append(audit.texts, "CAST(t.id AS TEXT)")
	stray.add("p", "", oldPreferences)
	for _, c := range []struct {
		to    **cursor
		table oldTable
		rest  string
		query oldQuery
	}{
		{&a.users, oldUsers, ` FROM ` + a.old(oldUsers) + ` u LEFT JOIN ` + a.old(oldPreferences) + ` p ON p.user_id = u.id ORDER BY u.id`, users},
		{&a.tasks, oldTasks, ` FROM ` + a.old(oldTasks) + ` t ORDER BY t.user_id, t.id`, tasks},
		{&a.audit, oldAudit, ` FROM ` + a.old(oldAudit) + ` a LEFT JOIN ` + a.old(oldTasks) + ` t ON t.id = a.resource_id AND t.user_id = a.user_id
 ORDER BY a.user_id NULLS FIRST, a.timestamp, a.id`, audit},
		{&a.stray, oldPreferences, ` FROM ` + a.old(oldPreferences) + ` p WHERE p.user_id IS NULL ORDER BY p.id`, stray},
	} {
		var err error
		if *c.to, err = openCursor(a.ctx, a.tx, c.table, c.query, c.rest); err != nil {
			return err
		}
	}
	return nil
}

// Now is the moment of the adoption.
func (a *Adoption) Now() time.Time { return a.now }

// StrayPreferences yields the rows of user_preferences that are nobody's.
func (a *Adoption) StrayPreferences() iter.Seq2[OldRow, error] { return a.stray.all(a.ctx) }

// OldUser is a row of users, and the user's row of user_preferences, nil if
// there is none.
type OldUser struct{ User, Preferences OldRow }

// Users yields the users by id.
func (a *Adoption) Users() iter.Seq2[OldUser, error] {
	return func(yield func(OldUser, error) bool) {
		for row, err := range a.users.all(a.ctx) {
			if !yield(split(row), err) {
				return
			}
		}
	}
}

// ofPreferences is before the names of the second table's columns.
const ofPreferences = "preferences."

func split(row OldRow) OldUser {
	var u OldUser
	for name, value := range row {
		to := &u.User
		if column, ok := strings.CutPrefix(name, ofPreferences); ok {
			to, name = &u.Preferences, column
		}
		if *to == nil {
			*to = OldRow{}
		}
		(*to)[name] = value
	}
	return u
}

// Audit yields the rows of audit_logs of a user by time; those of nobody, when
// the id is empty, come before all users'. A column task_id repeats the
// resource where that is a task of the user's.
func (a *Adoption) Audit(user string) iter.Seq2[OldRow, error] { return a.audit.of(a.ctx, user) }

// Tasks yields the rows of tasks of a user by id.
func (a *Adoption) Tasks(user string) iter.Seq2[OldRow, error] { return a.tasks.of(a.ctx, user) }

// AddUser adds a user with the personal workspace and preferences.
func (a *Adoption) AddUser(u mindflow.User, passwordHash string, p mindflow.Preferences) error {
	at := u.CreatedAt.UnixMicro()
	workspace, user := u.WorkspaceID.String(), u.ID.String()
	return errors.Join(
		a.add(toWorkspaces, workspace, personal, at),
		a.add(toUsers, user, u.Email, mindflow.Fold(u.Email), u.FullName, passwordHash, workspace, at, micros(u.DisabledAt)),
		a.add(toMembers, workspace, user, string(mindflow.Owner), at),
		a.add(toPreferences, preferenceColumns(u.ID, p)...),
	)
}

// AddTask adds a task and the event that tells of it.
func (a *Adoption) AddTask(t mindflow.Task, e mindflow.Event) error {
	a.enter(t.WorkspaceID)
	a.end.usage = a.end.usage.Plus(mindflow.UsageOf(t))
	seq, err := a.AddEvent(e)
	return errors.Join(err, a.add(toTasks, newTaskColumns(t, seq, "", &a.ids)...), a.add(toTaskTexts, taskTextColumns(t, &a.ids)...))
}

// AddEvent appends an event to its workspace's log and answers its place there.
// The events of a workspace have to come one after the other.
func (a *Adoption) AddEvent(e mindflow.Event) (int64, error) {
	a.enter(e.WorkspaceID)
	a.end.seq++
	e.Seq = a.end.seq
	columns, err := eventColumns(e, a.end.usage, &a.ids)
	if err != nil {
		return e.Seq, err
	}
	return e.Seq, a.add(toEvents, columns...)
}

// enter begins the log of a workspace, unless that is the one at hand.
func (a *Adoption) enter(w mindflow.WorkspaceID) {
	if w != a.home {
		a.home, a.end = w, logEnd{}
	}
}

// AddSystemEvent adds an entry that belongs to no workspace.
func (a *Adoption) AddSystemEvent(e mindflow.SystemEvent) error {
	columns, err := systemEventColumns(e)
	if err != nil {
		return err
	}
	return a.add(toSystemEvents, columns...)
}

// atOnce is how many rows wait until they are written.
const atOnce = 4000

func (a *Adoption) add(to int, columns ...any) error {
	if !a.apply {
		return nil
	}
	a.targets[to].rows = append(a.targets[to].rows, columns)
	if a.waiting++; a.waiting < atOnce {
		return nil
	}
	return a.flush()
}

func (a *Adoption) flush() error {
	a.waiting = 0
	for _, t := range a.targets {
		if len(t.rows) == 0 {
			continue
		}
		if err := a.pgx(func(c *pgx.Conn) error {
			_, err := c.CopyFrom(a.ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(t.rows))
			return err
		}); err != nil {
			return fmt.Errorf("fill %s: %w", t.table, err)
		}
		a.written += len(t.rows)
		clear(t.rows)
		t.rows = t.rows[:0]
	}
	if a.written < a.analyzeAt {
		return nil
	}
	a.analyzeAt = 2 * a.written
	return a.analyze()
}

// analyze tells the planner how large the new tables are, each time they have
// doubled: references are checked by a plan that is kept, and one made for
// empty tables reads all of one for each row of another.
func (a *Adoption) analyze() error {
	for _, t := range a.targets {
		if err := a.exec(`ANALYZE ` + t.table); err != nil {
			return err
		}
	}
	return nil
}

// everyRowWasRead minds rows of users who are not there, which references that
// were never checked let in, and readers that were left too early.
func (a *Adoption) everyRowWasRead() error {
	for _, c := range []*cursor{a.users, a.tasks, a.audit, a.stray} {
		row, err := c.peek(a.ctx)
		if err != nil {
			return err
		}
		switch {
		case row == nil:
		case row["user_id"] != "":
			return mindflow.Conflict(fmt.Sprintf("Row %s of %s belongs to a user who is not there: give it to somebody, or take it away", row["id"], c.table))
		default:
			return fmt.Errorf("row %s of %s was not read", row["id"], c.table)
		}
	}
	return nil
}

// missing counts rows that stand nowhere else: each names the old table, which
// stands where %s is, and what has to be there of each row.
var missing = []struct {
	table oldTable
	query string
}{
	{oldUsers, `SELECT count(*) FROM %s o WHERE NOT EXISTS (
	SELECT 1 FROM users u JOIN members m ON m.workspace_id = u.workspace_id AND m.user_id = u.id JOIN user_preferences p ON p.user_id = u.id
	 WHERE u.id = o.id AND u.password_hash = o.password_hash)`},
	{oldTasks, `SELECT count(*) FROM %s o WHERE NOT EXISTS (
	SELECT 1 FROM users u JOIN tasks t ON t.workspace_id = u.workspace_id JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id
	 WHERE u.id = o.user_id AND t.id = o.id)`},
	{oldAudit, `SELECT count(*) FROM %s o WHERE o.user_id IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM events e WHERE e.id = o.id AND e.actor_id = o.user_id AND e.verb = 'audit.adopted')`},
	{oldAudit, `SELECT count(*) FROM %s o WHERE o.user_id IS NULL AND NOT EXISTS (
	SELECT 1 FROM system_events s WHERE s.id = o.id AND s.verb = 'audit.adopted')`},
	{oldPreferences, `SELECT count(*) FROM %s o WHERE o.user_id IS NULL AND NOT EXISTS (SELECT 1 FROM system_events s WHERE s.id = o.id)`},
}

// finish writes what still waits, makes sure that every old row stands
// elsewhere, and lets the old tables go.
func (a *Adoption) finish() error {
	if err := a.flush(); err != nil {
		return err
	}
	for _, c := range []*cursor{a.users, a.tasks, a.audit, a.stray} {
		if err := a.exec(`CLOSE ` + c.name()); err != nil {
			return err
		}
	}
	if err := a.analyze(); err != nil {
		return err
	}
	for _, m := range missing {
		n := 0
		if err := one(a.plain(), fmt.Sprintf(m.query, a.old(m.table)), nil, &n); err != nil {
			return fmt.Errorf("check %s: %w", m.table.name, err)
		}
		if n > 0 {
			return fmt.Errorf("%d rows of %s would be lost", n, m.table.name)
		}
	}
	// Without CASCADE: what somebody else hung on to them is not ours to drop.
	for _, t := range slices.Backward(oldTables) {
		if err := a.exec(`DROP TABLE ` + a.old(t)); err != nil {
			return err
		}
	}
	return a.exec(`DROP SCHEMA ` + aside)
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"mindflow/internal/mindflow"
)

// Schema is the tables of one database, and the steps that make them. What
// changes them runs alone: of several programs that try, one does it and the
// others wait. Each step is one transaction, so that a killed program leaves a
// schema between two steps.
type Schema struct {
	dialect dialect
	db      *sql.DB
	steps   []step
}

// OpenSchema connects to the database a URL names, as a role that may change
// its tables.
func OpenSchema(url string) (*Schema, error) {
	d, err := dialectOf(url)
	if err != nil {
		return nil, err
	}
	return openSchema(d)
}

func openSchema(d dialect) (*Schema, error) {
	steps, err := d.readSteps()
	if err != nil {
		return nil, err
	}
	db, err := d.openMigrator()
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &Schema{dialect: d, db: db, steps: steps}, nil
}

// Close lets go of the database.
func (s *Schema) Close() error { return s.db.Close() }

// Head is the newest version this program knows.
func (s *Schema) Head() int64 { return s.steps[len(s.steps)-1].Version }

// Version reads a version as people write it: a number, or "head".
func (s *Schema) Version(text string) (int64, error) { return parseVersion(text, s.steps) }

// Steps lists the steps this program knows or the database has taken, by their
// versions. It changes nothing and waits for nobody.
func (s *Schema) Steps(ctx context.Context) ([]Step, error) {
	taken, err := s.taken(ctx)
	return merged(s.steps, taken), s.explain("read migrations", err)
}

func (s *Schema) taken(ctx context.Context) ([]Step, error) {
	return takenSteps(s.dialect, plain{ctx, s.db})
}

// versionsTaken lists when which step was taken, in goose's table.
const versionsTaken = `SELECT version_id, tstamp FROM ` + versionTable + ` WHERE version_id > 0 ORDER BY version_id`

func takenSteps(d dialect, q querier) ([]Step, error) {
	recorded := 0
	if err := one(q, d.hasVersions(), nil, &recorded); err != nil || recorded == 0 {
		return nil, err
	}
	var steps []Step
	err := each(q, versionsTaken, nil, func(rows *sql.Rows) error {
		var step Step
		err := rows.Scan(&step.Version, &step.TakenAt)
		steps = append(steps, step)
		return err
	})
	return steps, err
}

// merged are steps that are known or taken, in the order of their versions.
func merged(known []step, taken []Step) []Step {
	all := slices.Clone(taken)
	for _, step := range known {
		at, found := slices.BinarySearchFunc(all, step.Version, func(s Step, v int64) int { return int(s.Version - v) })
		if found {
			all[at].Name = step.Name
		} else {
			all = slices.Insert(all, at, step.Step)
		}
	}
	return all
}

// Up takes the steps that are missing, up to a version, and answers them; one
// that came late, with a number below the newest taken, is taken too. A killed
// Up is resumed by the next.
func (s *Schema) Up(ctx context.Context, to int64) ([]Step, error) {
	var done []Step
	err := s.alone(ctx, func() error {
		provider, err := s.provider(false)
		if err != nil || to == 0 {
			return err
		}
		results, err := provider.UpTo(ctx, to)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			results = partial.Applied
		}
		for _, result := range results {
			done = append(done, s.named(result.Source.Version))
		}
		if err != nil && s.holdsOld(ctx) {
			return mindflow.Conflict("This is the database of the Python service; \"mindflow migrate adopt\" takes it over")
		}
		if err != nil {
			return s.failed(err)
		}
		return s.within(ctx, func(tx *sql.Tx) error { return s.guardVersions(ctx, tx) })
	})
	return done, s.explain("migrate", err)
}

// guardVersions sees to it that nobody but the owner of the schema says which
// steps were taken.
func (s *Schema) guardVersions(ctx context.Context, tx *sql.Tx) error {
	query := s.dialect.onlyReadVersions()
	if query == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, query)
	return err
}

// Loss is what a way down took away, or would: rows of a table, or what rows
// held in a column.
type Loss struct {
	Table, Column string
	Rows          int
}

func (l Loss) String() string {
	rows := "rows"
	if l.Rows == 1 {
		rows = "row"
	}
	if l.Column == "" {
		return fmt.Sprintf("%d %s of %s", l.Rows, rows, l.Table)
	}
	return fmt.Sprintf("%s in %d %s of %s", l.Column, l.Rows, rows, l.Table)
}

// Back is the version a schema at the newest of taken steps has before it.
func Back(steps []Step) int64 {
	version, before := int64(0), int64(0)
	for _, step := range steps {
		if step.Taken() {
			version, before = step.Version, version
		}
	}
	return before
}

// ToBefore asks Down for the version before the present one.
const ToBefore = -1

// Down takes steps back, the newest first, down to a version, and answers them
// with what was lost. Unless the loss is accepted, it changes nothing when
// there would be one.
func (s *Schema) Down(ctx context.Context, to int64, accepted bool) (done []Step, lost []Loss, err error) {
	err = s.alone(ctx, func() error {
		taken, err := s.taken(ctx)
		if err != nil {
			return err
		}
		if to == ToBefore {
			to = Back(taken)
		}
		back := slices.DeleteFunc(taken, func(step Step) bool { return step.Version <= to })
		slices.Reverse(back)
		for _, step := range back {
			would, err := s.wouldLose(ctx, step.Version, accepted)
			if err != nil {
				return err
			}
			lost = append(lost, would...)
		}
		if len(lost) > 0 && !accepted {
			return tooMuch(lost)
		}
		provider, err := s.provider(accepted)
		if err != nil {
			return err
		}
		for _, step := range back {
			if _, err := provider.ApplyVersion(ctx, step.Version, false); err != nil {
				return s.failed(err)
			}
			done = append(done, s.named(step.Version))
		}
		return nil
	})
	if err != nil {
		lost = nil
	}
	return done, lost, s.explain("migrate down", err)
}

// wouldLose counts what going down from a version would take away now.
func (s *Schema) wouldLose(ctx context.Context, version int64, accepted bool) ([]Loss, error) {
	at := slices.IndexFunc(s.steps, func(known step) bool { return known.Version == version })
	switch {
	case at < 0:
		return nil, mindflow.Conflict(fmt.Sprintf("Version %d was made by a newer program; go down with that one", version))
	case !s.steps[at].declares && !accepted:
		return nil, mindflow.Conflict(fmt.Sprintf("Step %s does not say what going down from it loses; with --lose-data it is done all the same", s.steps[at]))
	}
	return losses(plain{ctx, s.db}, s.steps[at])
}

func tooMuch(lost []Loss) error {
	what := make([]string, len(lost))
	for i, loss := range lost {
		what[i] = loss.String()
	}
	return mindflow.Conflict("Going down would lose " + strings.Join(what, ", ") + "; with --lose-data it is done all the same")
}

// losses counts what a step's way down takes away.
func losses(q querier, from step) ([]Loss, error) {
	var lost []Loss
	for _, l := range from.loses {
		what := cmp.Or(l.column, "*")
		found := Loss{l.table, l.column, 0}
		if err := one(q, `SELECT count(`+what+`) FROM `+l.table, nil, &found.Rows); err != nil {
			return nil, fmt.Errorf("count what step %s loses: %w", from, err)
		}
		if found.Rows > 0 {
			lost = append(lost, found)
		}
	}
	return lost, nil
}

// Stamp records that the schema is at a version, and changes nothing else. It
// refuses a schema that the steps to that version do not make.
func (s *Schema) Stamp(ctx context.Context, version int64) error {
	err := s.alone(ctx, func() error {
		made, err := s.made(ctx, version)
		if err != nil {
			return fmt.Errorf("make the schema of version %d to compare with: %w", version, err)
		}
		return s.within(ctx, func(tx *sql.Tx) error {
			is, err := s.dialect.shapeOf(plain{ctx, tx})
			if err != nil {
				return err
			}
			if lines := is.difference(made); len(lines) > 0 {
				return mindflow.Conflict(fmt.Sprintf("The schema is not that of version %d:\n  %s", version, strings.Join(lines, "\n  ")))
			}
			if err := s.record(ctx, tx, version); err != nil {
				return err
			}
			return s.guardVersions(ctx, tx)
		})
	})
	return s.explain("stamp", err)
}

// record makes the table of versions say that the steps to a version were taken.
func (s *Schema) record(ctx context.Context, tx *sql.Tx, version int64) error {
	versions, err := s.dialect.versions()
	if err != nil {
		return err
	}
	exists := 0
	if err := one(plain{ctx, tx}, s.dialect.hasVersions(), nil, &exists); err != nil {
		return err
	}
	if exists == 0 {
		err := errors.Join(versions.CreateVersionTable(ctx, tx), versions.Insert(ctx, tx, database.InsertRequest{Version: 0}))
		if err != nil {
			return err
		}
	}
	taken, err := takenSteps(s.dialect, plain{ctx, tx})
	if err != nil {
		return err
	}
	for _, step := range merged(s.steps, taken) {
		switch {
		case step.Version <= version && !step.Taken():
			err = versions.Insert(ctx, tx, database.InsertRequest{Version: step.Version})
		case step.Version > version && step.Taken():
			err = versions.Delete(ctx, tx, step.Version)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// made is the shape that the steps to a version make, found by taking them in
// a place that is gone afterwards.
func (s *Schema) made(ctx context.Context, version int64) (made shape, err error) {
	db := s.db
	if !s.dialect.postgres {
		if db, err = sql.Open("sqlite", ":memory:"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		db.SetMaxOpenConns(1)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // nothing of it is to stay
	if s.dialect.postgres {
		if _, err := tx.ExecContext(ctx, `CREATE SCHEMA mindflow_to_compare; SET LOCAL search_path = mindflow_to_compare`); err != nil {
			return nil, err
		}
	}
	for _, step := range s.steps {
		if step.Version > version {
			break
		}
		if _, err := tx.ExecContext(ctx, step.up); err != nil {
			return nil, fmt.Errorf("step %s: %w", step, err)
		}
	}
	return s.dialect.shapeOf(plain{ctx, tx})
}

// within runs fn in one transaction.
func (s *Schema) within(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// provider is goose's, which takes the steps in order, a transaction each, and
// records them. The steps are scripts of ours, so that what a way down loses is
// counted in the transaction that loses it.
func (s *Schema) provider(accepted bool) (*goose.Provider, error) {
	steps := make([]*goose.Migration, len(s.steps))
	for i, step := range s.steps {
		steps[i] = goose.NewGoMigration(step.Version,
			&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error { return s.run(ctx, tx, step.up) }},
			&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
				if err := s.keeps(ctx, tx, step); err != nil && !accepted {
					return err
				}
				return s.run(ctx, tx, step.down)
			}})
	}
	dialect := goose.DialectSQLite3
	if s.dialect.postgres {
		dialect = goose.DialectPostgres
	}
	return goose.NewProvider(dialect, s.db, nil, goose.WithGoMigrations(steps...),
		goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
}

// keeps is an error when a way down would lose something, and sees to it that
// nothing is added meanwhile.
func (s *Schema) keeps(ctx context.Context, tx *sql.Tx, from step) error {
	for _, l := range from.loses {
		if lock := s.dialect.alone(l.table); lock != "" {
			if _, err := tx.ExecContext(ctx, lock); err != nil {
				return err
			}
		}
	}
	lost, err := losses(plain{ctx, tx}, from)
	if err == nil && len(lost) > 0 {
		err = tooMuch(lost)
	}
	return err
}

// run runs a script of a step.
func (s *Schema) run(ctx context.Context, tx *sql.Tx, script string) error {
	if _, err := tx.ExecContext(ctx, script); err != nil {
		return err
	}
	return s.referencesHold(plain{ctx, tx})
}

// referencesHold is an error where rows refer to rows that are not there, for a
// database that has not looked by itself.
func (s *Schema) referencesHold(q querier) error {
	query := s.dialect.brokenReferences()
	if query == "" {
		return nil
	}
	broken, err := column(q, query)
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("%d rows would refer to rows that are not there, such as %s", len(broken), broken[0])
	}
	return err
}

// failed names the step that goose failed at.
func (s *Schema) failed(err error) error {
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return fmt.Errorf("step %s: %w", s.named(partial.Failed.Source.Version), partial.Err)
	}
	return err
}

func (s *Schema) named(version int64) Step {
	for _, step := range s.steps {
		if step.Version == version {
			return step.Step
		}
	}
	return Step{Version: version}
}

const (
	// patience is how long one program waits for another to migrate.
	patience = 5 * time.Minute
	// lookAgain is how often it looks.
	lookAgain = 100 * time.Millisecond
)

// alone runs fn while no other program changes the schema.
func (s *Schema) alone(ctx context.Context, fn func() error) (err error) {
	lock, err := s.dialect.migrationLock(s.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release(context.WithoutCancel(ctx))) }()
	waiting := time.NewTimer(patience)
	defer waiting.Stop()
	for {
		taken, err := lock.take(ctx)
		if err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
		if taken {
			return fn()
		}
		select {
		case <-time.After(lookAgain):
		case <-waiting.C:
			return mindflow.Unavailable("Another program is migrating this database, and has not finished within five minutes")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// explain says what was being done, and what to do about a role that may not.
func (s *Schema) explain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case s.dialect.mayNot(err):
		return fmt.Errorf("%s: %w (%w)", doing, mindflow.Forbidden("the database's role may not do that; name one that may change the schema in MIGRATE_DATABASE_URL"), err)
	case mindflow.KindOf(err) != mindflow.KindInternal:
		return err
	}
	if connect, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return fmt.Errorf("%s: %w", doing, told(connect))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Migrate brings the schema to the newest step and answers how many steps that
// took.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	schema, err := openSchema(s.dialect)
	if err != nil {
		return 0, err
	}
	steps, err := schema.Up(ctx, math.MaxInt64)
	return len(steps), errors.Join(err, schema.Close())
}

// Behind reports how many steps of this program the schema lacks. A schema that
// is ahead is none's concern: a newer program's steps leave what this one uses.
func (s *Store) Behind(ctx context.Context) (int, error) {
	known, err := s.dialect.readSteps()
	if err != nil {
		return 0, err
	}
	taken, err := takenSteps(s.dialect, s.read(ctx))
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	behind := 0
	for _, step := range merged(known, taken) {
		if !step.Taken() {
			behind++
		}
	}
	return behind, nil
}

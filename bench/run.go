package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// options of a run: what the flags set, and the sizes a test makes smaller.
type options struct {
	binary, product, dir, database string
	duration                       time.Duration // measured time of a row at each number of connections
	special                        time.Duration // measured time of a special row
	warm                           time.Duration // before each of them, not counted
	rounds                         int
	conns                          []int
	big, small, imported, huge     int  // tasks
	workspaces, each               int  // of tasks
	size                           bool // the situations of size instead of the table
	starts, colds                  int
	benchtime                      string   // of the product's own benchmarks
	settings                       []string // further environment of the server
	only                           []string // rows; empty: all of them, and every situation
}

func defaults() options {
	return options{
		duration: 3 * time.Second, special: 6 * time.Second, warm: 150 * time.Millisecond, rounds: 3, conns: []int{1, 16, 64},
		big: 10_000, small: 1_000, imported: 10_000, huge: 100_000,
		workspaces: 500, each: 1_000, starts: 10, colds: 100, benchtime: "1s",
	}
}

// quick keeps the sizes, which the figures depend on, and shortens the time, which their steadiness depends on.
func (o options) quick() options {
	o.duration, o.special, o.rounds = 500*time.Millisecond, 2*time.Second, 1
	o.starts, o.colds, o.benchtime = 3, 50, "200ms"
	return o
}

// justRows is for work on a route: its rows beside the floor, in seconds.
func (o options) justRows(names []string) options {
	o.only, o.conns = names, []int{contractConns}
	return o
}

// bench is one run.
type bench struct {
	o        options
	dir      string
	progress io.Writer
	report   *report
	floor    *floorProcess
	// big has the 10,000 tasks, small the 1,000, and the creator's grow with each create, so that theirs do not.
	big, small, creator *person
	linked              *person // whose tasks wait for each other
	huge                *person // of size
	// repeater has tasks that repeat, which again knows.
	repeater *person
	again    repeating
}

// measure runs everything. What fails is named in the report; what does not depend on it is still measured.
func measure(ctx context.Context, o options, progress io.Writer) *report {
	b := &bench{o: o, progress: progress, report: &report{Began: time.Now().UTC(), Notes: []string{}, Failures: []string{}, options: o}}
	if o.database != "" {
		b.report.Database = "PostgreSQL"
	} else {
		b.report.Database = "SQLite"
	}
	if err := b.all(ctx); err != nil {
		b.check("run", err)
	}
	if err := ctx.Err(); err != nil {
		b.check("run", fmt.Errorf("interrupted: %w", err))
	}
	b.report.judge()
	return b.report
}

func (b *bench) all(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp(b.o.dir, "mindflow-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := os.Mkdir(b.spec().dataDir, 0o700); err != nil {
		return err
	}
	binary, err := os.Stat(b.o.binary)
	if err != nil {
		return fmt.Errorf("find the server (make build makes it): %w", err)
	}
	b.report.BinaryMB = float64(binary.Size()) / 1e6
	if b.report.Machine, err = describe(b.dir); err != nil {
		return err
	}
	if m := b.report.Machine; m.Load > float64(m.Cores)/2 {
		b.report.Notes = append(b.report.Notes, fmt.Sprintf("Others were using this machine (load %.1f at %d cores before the "+
			"run): only CPU per request, syncs, RSS and sizes can be trusted.", m.Load, m.Cores))
	}
	if b.report.Machine.Memory && b.o.database == "" {
		b.report.Notes = append(b.report.Notes, "The data lay in memory (tmpfs), where a sync costs nothing: the figures of "+
			"writes are too good. Choose a folder on a disk with -dir.")
	}

	if b.o.size {
		return b.sizes(ctx)
	}
	if err := b.underLoad(ctx); err != nil || len(b.o.only) > 0 {
		return err
	}
	b.report.Starts = b.measureStarts(ctx)
	b.report.Cold = b.measureCold(ctx, b.big, "best, cold", b.o.colds)
	b.report.doubtCold()
	b.report.Syncs = b.measureSyncs(ctx)
	if b.report.Ranking, err = b.measureRanking(ctx); err != nil {
		b.report.Notes = append(b.report.Notes, "Ranking: not measured: "+err.Error())
	}
	if err := b.measureAllocs(ctx); err != nil {
		b.report.Notes = append(b.report.Notes, "Allocations: not measured: "+err.Error())
	}
	b.report.placeSyncs()
	return nil
}

// underLoad is the part measured on one long-running server.
func (b *bench) underLoad(ctx context.Context) (err error) {
	if err := b.startFloor(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.floor.stop()) }()
	s, err := startServer(ctx, b.spec())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()

	b.say("fill: %s and %s tasks", thousands(b.o.big), thousands(b.o.small))
	if err := b.fillPeople(ctx, s, []newcomer{
		{&b.big, "big", b.o.big}, {&b.small, "small", b.o.small}, {&b.creator, "creator", 0}, {&b.repeater, "repeater", 0}, {&b.linked, "linked", b.o.big},
	}); err != nil {
		return err
	}
	if b.again, err = b.repeater.repeat(ctx, s.base, slices.Max(b.o.conns)); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if err := b.linked.link(ctx, s.base, b.o.big/linkedShare); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	b.measureRows(ctx, s)
	if len(b.o.only) > 0 {
		return nil
	}
	b.report.AfterWrite = b.measureAfterWrite(ctx, s, b.big, "best after a write, paced readers", readersEvery)
	b.report.AfterWriteUnpaced = b.measureAfterWrite(ctx, s, b.big, "best after a write, unpaced readers", 0)
	b.report.AfterWriteLinked = b.measureAfterWrite(ctx, s, b.linked, "best after a write, linked tasks", readersEvery)
	b.report.Bulk = b.measureBulk(ctx, s, b.small)
	b.report.Import = b.measureImport(ctx, s, "import beside writers", 0)
	b.report.ImportPaced = b.measureImport(ctx, s, "import beside paced writers", writesEvery)
	if b.report.AfterLoad, err = memoryOf(s.pid); err != nil {
		return fmt.Errorf("the server after the load: %w", err)
	}
	return nil
}

// newcomer is a person still to be registered, with so many tasks.
type newcomer struct {
	who   **person
	name  string
	tasks int
}

func (b *bench) fillPeople(ctx context.Context, s *server, people []newcomer) (err error) {
	for _, p := range people {
		if *p.who, err = register(ctx, s.base, p.name); err != nil {
			return fmt.Errorf("register: %w", err)
		}
		if p.tasks > 0 {
			if err = (*p.who).fill(ctx, s.base, p.tasks); err != nil {
				return fmt.Errorf("fill: %w", err)
			}
		}
	}
	return nil
}

func (b *bench) spec() serverSpec {
	return serverSpec{binary: b.o.binary, dataDir: filepath.Join(b.dir, "data"), database: b.o.database, settings: b.o.settings}
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "bench: "+format+"\n", args...)
}

// check records a failure, which makes the run's exit code 1.
func (b *bench) check(what string, err error) {
	if err != nil {
		b.report.Failures = append(b.report.Failures, what+": "+err.Error())
	}
}

// checkPass records that a pass had failures, with the first as an example, or that it measured nothing.
func (b *bench) checkPass(what string, p pass) {
	switch {
	case p.failed > 0:
		b.check(what, fmt.Errorf("%d of %d requests failed: %s", p.failed, p.sent, first(p.failures)))
	case len(p.samples) == 0:
		b.check(what, errors.New("no request was answered in time to be counted"))
	}
}

func first(of []string) string {
	if len(of) == 0 {
		return "none"
	}
	return of[0]
}

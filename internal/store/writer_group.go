package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// A group closes when it has this many members, or is this old, or nobody waits.
const (
	maxGroup    = 64
	maxGroupAge = 2 * time.Millisecond
)

// groupWriter is SQLite's one writer. Changes that wait at the same time are
// committed together, one sync for all. When one of them fails half way, all
// are run again with a savepoint for each.
type groupWriter struct {
	s       *Store
	db      *sql.DB
	ctx     context.Context //nolint:containedctx // the writer's own life
	cancel  context.CancelFunc
	queue   chan *member
	wait    atomic.Int32 // how many wait to be taken up
	closing chan struct{}
	closed  sync.Once
	ended   chan struct{}

	conn        *connStatements // nil after it was given up
	checkpoints *checkpointer
}

// member is one change that waits to be written.
type member struct {
	ctx      context.Context //nolint:containedctx // the caller's, looked at before it starts
	fn       func(*Tx) error
	err      error
	panicked *mindflow.Panic
	enqueued bool
	done     chan struct{}
}

// errGone tells the pool to drop a connection instead of handing it on.
var errGone = driver.ErrBadConn

var errShutDown = mindflow.Unavailable("The server is shutting down")

func openGroupWriter(ctx context.Context, s *Store, d dialect) (*groupWriter, error) {
	db, err := sql.Open("sqlite", d.sqliteDSN("deferred", "foreign_keys(1)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2) // the writer's and the checkpointer's
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &groupWriter{
		s: s, db: db, ctx: own, cancel: cancel,
		queue: make(chan *member), closing: make(chan struct{}), ended: make(chan struct{}),
	}
	if err := w.connect(); err != nil {
		cancel()
		return nil, errors.Join(err, db.Close())
	}
	if w.checkpoints, err = startCheckpointer(own, db, d.source, s.log); err != nil {
		cancel()
		return nil, errors.Join(err, db.Close())
	}
	go w.loop()
	return w, nil
}

func (w *groupWriter) write(ctx context.Context, fn func(*Tx) error) error {
	m := &member{ctx: ctx, fn: fn, done: make(chan struct{})}
	w.wait.Add(1)
	select {
	case w.queue <- m:
	case <-ctx.Done():
		w.wait.Add(-1)
		return ctx.Err()
	case <-w.closing:
		w.wait.Add(-1)
		return errShutDown
	}
	// Once taken up, the outcome is waited for, whatever the caller's context:
	// an answer must say what happened.
	<-m.done
	if m.panicked != nil {
		panic(m.panicked)
	}
	return m.err
}

func (w *groupWriter) crowded() bool { return w.wait.Load() > 0 }

func (w *groupWriter) waiters() int { return int(w.wait.Load()) }

func (w *groupWriter) close() error {
	w.closed.Do(func() { close(w.closing) })
	<-w.ended
	w.cancel()
	err := w.db.Close()
	if closing := w.checkpoints.close(); !errors.Is(closing, os.ErrClosed) {
		err = errors.Join(err, closing)
	}
	return err
}

func (w *groupWriter) loop() {
	defer close(w.ended)
	defer w.checkpoints.stop()
	for {
		select {
		case first := <-w.queue:
			w.wait.Add(-1)
			w.runGroup(first)
			if err := mindflow.Catch(w.startLogOver); err != nil {
				w.s.log.ErrorContext(w.ctx, "the write-ahead log could not start over", "error", err)
			}
		case <-w.closing:
			w.disconnect()
			return
		}
	}
}

// runGroup commits first together with all who wait meanwhile.
func (w *groupWriter) runGroup(first *member) {
	group := []*member{first}
	defer func() {
		if reason := recover(); reason != nil { // ours, not a change's: nobody can say what was kept
			w.broke(group, mindflow.Caught(reason))
		}
		for _, m := range group {
			close(m.done)
		}
	}()
	if err := w.begin(); err != nil {
		w.refuse(&group, err)
		return
	}
	opened := time.Now() //nolint:forbidigo // an age, not a moment: the monotonic clock
	saved := false       // whether each member has a savepoint
	for m := first; m != nil; m = w.waiting(len(group), opened) {
		if m != first {
			group = append(group, m)
		}
		ok := false
		if saved {
			ok = w.runSaved(m)
		} else if ok = w.runMember(m); !ok {
			saved = true
			ok = w.startAgain(group)
		}
		if !ok {
			w.runApart(group)
			return
		}
	}
	w.commit(group)
}

// broke hands a panic of the writer to everybody in the group, and starts over
// on a new connection: the changes to come are not to blame.
func (w *groupWriter) broke(group []*member, p *mindflow.Panic) {
	for _, m := range group {
		m.panicked = p
	}
	_ = mindflow.Catch(w.reopen)
}

// refuse answers everybody who waits that the database does not let them in:
// they have waited as long as the first.
func (w *groupWriter) refuse(group *[]*member, err error) {
	asked := time.Now() //nolint:forbidigo // an age, not a moment: the monotonic clock
	for m := (*group)[0]; m != nil; m = w.waiting(len(*group), asked) {
		if m != (*group)[0] {
			*group = append(*group, m)
		}
		m.err = err
	}
}

// waiting answers the next member of the group, or nil when it should close:
// fuller groups sync less.
func (w *groupWriter) waiting(size int, opened time.Time) *member {
	if size >= maxGroup || time.Since(opened) > maxGroupAge { //nolint:forbidigo // an age, too
		return nil
	}
	for range 2 {
		select {
		case m := <-w.queue:
			w.wait.Add(-1)
			return m
		default:
			runtime.Gosched() // a turn for requests about to come: where there are none, no time passes
		}
	}
	return nil
}

// runMember runs one change as it comes, without a savepoint, which would cost
// each a sixth of its time. It answers false when the change failed and left
// something to undo, or its transaction may be gone.
func (w *groupWriter) runMember(m *member) bool {
	if m.panicked, m.err = nil, m.ctx.Err(); m.err != nil {
		return true
	}
	tx := w.call(m)
	return !tx.failed && (tx.changes == 0 || m.err == nil && m.panicked == nil)
}

// startAgain undoes a group and runs it again with a savepoint for each
// member. It answers false when its transaction is gone, again.
func (w *groupWriter) startAgain(group []*member) bool {
	_ = w.frame("ROLLBACK") // there may be none left
	if w.begin() != nil {
		return false
	}
	for _, m := range group {
		if !w.runSaved(m) {
			return false
		}
	}
	return true
}

// runSaved runs one change between savepoints. It answers false when the
// group's transaction is gone and took the others' changes with it.
func (w *groupWriter) runSaved(m *member) bool {
	if m.panicked, m.err = nil, m.ctx.Err(); m.err != nil {
		return true
	}
	if err := w.frame("SAVEPOINT member"); err != nil {
		return false
	}
	w.call(m)
	if m.err == nil && m.panicked == nil {
		return w.frame("RELEASE member") == nil
	}
	return w.frame("ROLLBACK TO member") == nil && w.frame("RELEASE member") == nil
}

// call runs a change and catches its panic, which belongs to the caller.
func (w *groupWriter) call(m *member) (tx *Tx) {
	tx = &Tx{s: w.s, ctx: m.ctx, now: w.s.Now(), run: w.conn.run}
	defer func() {
		if reason := recover(); reason != nil {
			m.panicked = mindflow.Caught(reason)
		}
		m.enqueued = tx.enqueued
		w.checkpoints.wrote(tx.changes)
	}()
	m.err = tx.finish(m.fn(tx))
	return tx
}

// startLogOver copies the last piece of the write-ahead log while nobody
// appends to it: the next change then starts it over.
func (w *groupWriter) startLogOver() error {
	if w.checkpoints.copied.Swap(false) {
		_ = w.frame(checkpoint) // what it cannot copy now, it does the next time
	}
	return nil
}

// runApart runs each member of a group whose transaction vanished again, in a
// transaction of its own, once.
func (w *groupWriter) runApart(group []*member) {
	_ = w.frame("ROLLBACK") // most likely there is none left
	for _, m := range group {
		if m.panicked, m.err = nil, w.begin(); m.err != nil {
			continue
		}
		if !w.runSaved(m) {
			m.err = errors.Join(m.err, w.reopen())
			if m.err == nil {
				m.err = mindflow.Unavailable("It could not be stored; try again")
			}
			continue
		}
		w.commit([]*member{m})
	}
}

// commit keeps a group. When COMMIT fails nobody can say what was kept: every
// member whose change was in it hears so, and the connection is opened anew.
func (w *groupWriter) commit(group []*member) {
	err := w.frame("COMMIT")
	if err == nil {
		w.s.groups.committed(len(group))
		for _, m := range group {
			w.s.committed(m.enqueued && m.err == nil)
		}
		return
	}
	for _, m := range group {
		if m.err == nil && m.panicked == nil {
			m.err = w.s.uncommitted(err)
		}
	}
	_ = w.reopen() // the next begin tries again
}

func (w *groupWriter) begin() error {
	if w.conn == nil {
		if err := w.connect(); err != nil {
			return fmt.Errorf("reopen database: %w (%w)", mindflow.Unavailable("The database cannot be reached"), err)
		}
	}
	if err := w.conn.wait(w.ctx, "BEGIN IMMEDIATE"); err != nil {
		return errors.Join(fmt.Errorf("begin: %w (%w)", mindflow.Unavailable("The database is busy"), told(err)), w.reopen())
	}
	return nil
}

// frame runs a statement that frames a transaction.
func (w *groupWriter) frame(statement string) error {
	if w.conn == nil {
		return errGone
	}
	_, err := w.conn.run(statement).exec()
	return told(err)
}

func (w *groupWriter) connect() error {
	conn, err := w.db.Conn(w.ctx)
	if err != nil {
		return told(err)
	}
	w.conn = &connStatements{ctx: context.WithoutCancel(w.ctx), conn: conn, kept: map[string]*sql.Stmt{}}
	return nil
}

func (w *groupWriter) reopen() error {
	w.disconnect()
	return w.connect()
}

// disconnect gives the connection up for good, so that the pool makes a new one.
func (w *groupWriter) disconnect() {
	if w.conn == nil {
		return
	}
	for _, stmt := range w.conn.kept {
		_ = stmt.Close()
	}
	_ = w.conn.conn.Raw(func(any) error { return errGone })
	_ = w.conn.conn.Close()
	w.conn = nil
}

// prepared statements of one connection, for a transaction framed by hand.
type connStatements struct {
	// Never ends: the driver watches a context that can, with a goroutine for each statement.
	ctx  context.Context //nolint:containedctx // as long as the connection
	conn *sql.Conn
	kept map[string]*sql.Stmt
}

func (c *connStatements) run(query string) statement { return connStatement{c, query} }

// wait runs a statement that may have to wait for another program, until ctx ends.
func (c *connStatements) wait(ctx context.Context, query string) error {
	stmt, err := connStatement{c, query}.stmt() //nolint:sqlclosecheck // kept as long as the connection
	if err == nil {
		_, err = stmt.ExecContext(ctx)
	}
	return err
}

type connStatement struct {
	c   *connStatements
	sql string
}

func (s connStatement) stmt() (*sql.Stmt, error) {
	if stmt := s.c.kept[s.sql]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.c.conn.PrepareContext(s.c.ctx, s.sql)
	if err == nil {
		s.c.kept[strings.Clone(s.sql)] = stmt
	}
	return stmt, err
}

// maxKept bounds the texts of statements that are kept prepared, in bytes: those
// that write many rows have as many forms.
const maxKept = 4 << 10

func (s connStatement) query(args ...any) (*sql.Rows, error) {
	if len(s.sql) > maxKept {
		return s.c.conn.QueryContext(s.c.ctx, s.sql, args...)
	}
	stmt, err := s.stmt() //nolint:sqlclosecheck // kept as long as the connection
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(s.c.ctx, args...)
}

func (s connStatement) exec(args ...any) (sql.Result, error) {
	if len(s.sql) > maxKept {
		return s.c.conn.ExecContext(s.c.ctx, s.sql, args...)
	}
	stmt, err := s.stmt() //nolint:sqlclosecheck // kept as long as the connection
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(s.c.ctx, args...)
}

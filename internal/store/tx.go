package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/mindflow"
)

// Tx is a change under way. Its methods take no context: they run under the
// writer's, so that a client who hangs up cannot break anybody else's change.
type Tx struct {
	s    *Store
	ctx  context.Context //nolint:containedctx // whose change it is, for the watch alone
	now  time.Time
	run  func(query string) statement
	home mindflow.WorkspaceID
	logs map[mindflow.WorkspaceID]*logEnd
	ids  idTexts

	told     int64             // sequence of the last event of the home's log that can be undone; zero while there is none
	call     mindflow.ChangeID // the call it is a part of, and what is recorded from now on; empty while that is one event
	undoes   mindflow.ChangeID // which change this one takes back
	changes  int               // statements that changed a row
	failed   bool              // a statement did not get through: the transaction may be gone
	enqueued bool              // a job that may be taken up at once

	projects []mindflow.Project // of the home, once they are read
	project  mindflow.Project   // the one that was looked up last
	parents  []mindflow.TaskID  // whose steps have changed
	reminded []Reminding        // of what people are to be reminded of at other moments than before
}

// statement runs one SQL text within the transaction.
type statement interface {
	query(args ...any) (*sql.Rows, error)
	exec(args ...any) (sql.Result, error)
}

// Now is the moment of the change.
func (tx *Tx) Now() time.Time { return tx.now }

func (tx *Tx) query(query string, args ...any) (*sql.Rows, error) {
	tx.s.statements.Add(1)
	rows, err := tx.run(query).query(args...)
	return rows, tx.broke(err)
}

func (tx *Tx) begin(query string) func(error) {
	_, end := tx.s.watch.Begin(tx.ctx, mindflow.Span{Name: "statement", SQL: query})
	return end
}

func (tx *Tx) exec(query string, args ...any) (sql.Result, error) {
	tx.s.statements.Add(1)
	end := tx.begin(query)
	result, err := tx.run(query).exec(args...)
	err = tx.broke(err)
	end(err)
	if err != nil {
		return result, err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		tx.changes++
	}
	return result, nil
}

// broke leaves a failure among the internal ones: the writer has to know it,
// and gives it its name for people once it gives up.
func (tx *Tx) broke(err error) error {
	tx.failed = tx.failed || err != nil
	return told(err)
}

// count runs a statement and answers how many rows it changed.
func (tx *Tx) count(query string, args ...any) (int, error) {
	result, err := tx.exec(query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// must runs a statement that has to change exactly one row.
func (tx *Tx) must(query string, args ...any) error {
	n, err := tx.count(query, args...)
	if err == nil && n != 1 {
		err = fmt.Errorf("changed %d rows, not one: %.60s", n, query)
	}
	return err
}

// Lock takes the workspaces' rows, always in the same order, so that changes
// of one workspace stand in line. The first one named is the transaction's
// home. It must be the first statement of a transaction.
func (tx *Tx) Lock(workspaces ...mindflow.WorkspaceID) error { return tx.lock(nil, workspaces) }

func (tx *Tx) lock(alone *int64, workspaces []mindflow.WorkspaceID) error {
	tx.home = workspaces[0]
	if !tx.s.dialect.locksRows() {
		return nil
	}
	ids := make([]string, len(workspaces))
	for i, id := range workspaces {
		ids[i] = id.String()
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var w where
	in(&w, "id", ids)
	if alone != nil {
		w.and(tx.s.dialect.takes(w.arg(*alone)))
	}
	found := 0
	err := each(tx, "SELECT id FROM workspaces WHERE "+w.String()+" ORDER BY id"+tx.s.dialect.forUpdate(), w.args,
		func(rows *sql.Rows) error {
			found++
			var id string
			return rows.Scan(&id)
		})
	if err != nil {
		return fmt.Errorf("lock workspaces: %w", err)
	}
	if found != len(ids) {
		return mindflow.NotFound("workspace")
	}
	tx.now = tx.s.Now() // the wait for the lock may have been long: later changes have later moments
	return nil
}

// logEnd is where the log of a workspace ends, and what the workspace holds.
type logEnd struct {
	seq        int64
	usage, was mindflow.Usage // now, and before the change
	next       mindflow.Usage // what of it takes the place of what is over
	grows      bool           // by an event that does not ease
}

// log is where a workspace's log ends; where nobody has read it, it begins.
func (tx *Tx) log(workspace mindflow.WorkspaceID) *logEnd {
	end := tx.logs[workspace]
	if end == nil {
		end = &logEnd{}
		if tx.logs == nil {
			tx.logs = map[mindflow.WorkspaceID]*logEnd{}
		}
		tx.logs[workspace] = end
	}
	return end
}

const lastEvent = `
SELECT seq, coalesce(total_tasks, -seq), coalesce(total_tags, 0), coalesce(total_bytes, 0)
  FROM events
 WHERE workspace_id = $1
 ORDER BY seq DESC
 LIMIT 1`

// readEnd reads where the log of a locked workspace ends, for a change that is
// nobody's.
func (tx *Tx) readEnd(workspace mindflow.WorkspaceID) error {
	end := tx.log(workspace)
	u := &end.was
	err := one(tx, lastEvent, []any{textOf(&tx.ids, workspace)}, &end.seq, &u.Tasks, &u.Tags, &u.Bytes)
	if err == nil {
		err = tx.recount(workspace, end)
	}
	return absent(err, "workspace")
}

const textsOfTasks = `SELECT t.title, x.description, t.tags FROM ` + taskTables + ` WHERE t.workspace_id = $1`

// recount makes up for a last event that does not say what the workspace holds,
// as those do not which a server of before the totals writes beside this one.
// Its count of tasks reads as a negative one.
func (tx *Tx) recount(workspace mindflow.WorkspaceID, end *logEnd) error {
	if end.was.Tasks < 0 {
		holds := mindflow.Usage{Events: end.was.Events}
		err := each(tx, textsOfTasks, []any{textOf(&tx.ids, workspace)}, func(rows *sql.Rows) error {
			var t mindflow.Task
			var tags sql.NullString
			if err := rows.Scan(&t.Title, &t.Description, &tags); err != nil {
				return err
			}
			err := readTags(tags, &t)
			holds = holds.Plus(mindflow.UsageOf(t))
			return err
		})
		if err != nil {
			return fmt.Errorf("count what the workspace holds: %w", err)
		}
		end.was = holds
	}
	end.usage = end.was
	return nil
}

// Growth is what the change makes of what the transaction's home holds. Standing
// has read what it held before.
func (tx *Tx) Growth() mindflow.Growth {
	end := tx.log(tx.home)
	return mindflow.Growth{Before: end.was, After: end.usage, Next: end.next, Eases: !end.grows}
}

// InPlace has fn make what takes the place of something that is over.
func (tx *Tx) InPlace(fn func() error) error {
	end := tx.log(tx.home)
	before, grows := end.usage, end.grows
	err := fn()
	end.next, end.grows = end.next.Plus(end.usage).Minus(before), grows
	return err
}

// Standing reads what a user may do in the locked workspaces, where each one's
// log ends, and what each holds. A workspace the user is no member of is missing.
func (tx *Tx) Standing(user mindflow.UserID, workspaces ...mindflow.WorkspaceID) (map[mindflow.WorkspaceID]mindflow.Role, error) {
	query, args := standingInOne, []any{textOf(&tx.ids, user), textOf(&tx.ids, workspaces[0])}
	if len(workspaces) > 1 {
		w := where{args: args[:1]}
		ids := make([]string, len(workspaces))
		for i, id := range workspaces {
			ids[i] = id.String()
		}
		in(&w, "m.workspace_id", ids)
		query, args = standing+" AND "+w.String(), w.args
	}
	roles := make(map[mindflow.WorkspaceID]mindflow.Role, len(workspaces))
	tx.logs = make(map[mindflow.WorkspaceID]*logEnd, len(workspaces))
	err := each(tx, query, args, func(rows *sql.Rows) error {
		var id mindflow.WorkspaceID
		var role mindflow.Role
		end := &logEnd{}
		u := &end.was
		if err := rows.Scan(&id, &role, &end.seq, &u.Tasks, &u.Tags, &u.Bytes, &u.Events); err != nil {
			return err
		}
		roles[id], tx.logs[id] = role, end
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	for id, end := range tx.logs {
		if err := tx.recount(id, end); err != nil {
			return nil, err
		}
	}
	return roles, nil
}

const (
	standing = `
SELECT m.workspace_id, m.role, coalesce(e.seq, 0),
       coalesce(e.total_tasks, -e.seq, 0), coalesce(e.total_tags, 0), coalesce(e.total_bytes, 0), coalesce(e.seq, 0) - w.compacted_seq
  FROM members m
  JOIN workspaces w ON w.id = m.workspace_id
  LEFT JOIN events e
    ON e.workspace_id = m.workspace_id
   AND e.seq = (SELECT max(l.seq) FROM events l WHERE l.workspace_id = m.workspace_id)
 WHERE m.user_id = $1`
	standingInOne = standing + ` AND m.workspace_id = $2`
)

// Change names what undoes the change: the call of its events, or its one event.
// It is empty while nothing has been recorded that can be undone.
func (tx *Tx) Change() mindflow.ChangeID {
	if tx.call == "" && tx.told != 0 {
		return mindflow.ChangeAt(tx.told)
	}
	return tx.call
}

// next is the sequence the next event of a workspace gets.
func (tx *Tx) next(workspace mindflow.WorkspaceID) int64 { return tx.log(workspace).seq + 1 }

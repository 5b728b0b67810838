package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/mindflow"
)

// Reminding is a task of which people are to be reminded at other moments than
// before a change; Before is zero for one that is new.
type Reminding struct{ Before, After mindflow.Task }

// noteReminders remembers a task that people are to be reminded of at other
// moments than before.
func (tx *Tx) noteReminders(before, after *mindflow.Task) {
	was, is := before.Reminds(), after.Reminds()
	if !was && !is ||
		was && is && before.Due.Equal(after.Due) && slices.Equal(before.Details.Reminders, after.Details.Reminders) {
		return
	}
	tx.reminded = append(tx.reminded, Reminding{*before, *after})
}

// Reminded are the tasks for which the transaction has changed when people are to
// be reminded of them, in the order of the changes.
func (tx *Tx) Reminded() []Reminding { return tx.reminded }

// reminds are the open tasks that somebody has asked to be reminded of. Details are
// JSON; few tasks have any.
const reminds = `t.details LIKE '%"reminders":%' AND t.deleted_at IS NULL AND t.status IN ('pending', 'in_progress', 'snoozed')`

const remindedByDay = "SELECT " + taskColumns + " FROM " + taskTables + `
 WHERE t.workspace_id = $1 AND t.due_on IS NOT NULL AND ` + reminds

// RemindedByDay are the tasks of the transaction's home that people are to be
// reminded of by the clock of their zone.
func (tx *Tx) RemindedByDay() ([]mindflow.Task, error) {
	return readTasks(tx, remindedByDay, []any{textOf(&tx.ids, tx.home)})
}

const allReminding = "SELECT " + taskColumns + " FROM " + taskTables + `
 WHERE t.id > $1 AND ` + reminds + `
 ORDER BY t.id
 LIMIT $2`

// Reminding are the tasks of all workspaces that people are to be reminded of,
// after an id, in the order of their ids.
func (s *Store) Reminding(ctx context.Context, after mindflow.TaskID, limit int) ([]mindflow.Task, error) {
	return readTasks(s.read(ctx), allReminding, []any{after.String(), limit})
}

const (
	insertJobs = `
INSERT INTO jobs (id, queue, kind, key, payload, request_id, asked, run_at, attempts, created_at)
VALUES `
	unlessAsked = ` ON CONFLICT (kind, key) WHERE key IS NOT NULL AND ` + unfinished + ` DO UPDATE SET payload = excluded.payload`
)

// LeaveReminders leaves reminders, by as few statements as can be. Their keys
// differ, and what waits by one of them already is the same.
func (tx *Tx) LeaveReminders(jobs []mindflow.Job) error {
	rows := make([][]any, len(jobs))
	for i, j := range jobs {
		rows[i] = []any{
			j.ID.String(), string(j.Queue), j.Kind, j.Key, j.Payload, nullable(j.RequestID), 1,
			j.RunAt.UnixMicro(), 0, j.CreatedAt.UnixMicro(),
		}
		tx.enqueued = tx.enqueued || !j.RunAt.After(tx.now)
	}
	if err := tx.mustMany(insertJobs, unlessAsked, rows); err != nil {
		return fmt.Errorf("leave reminders: %w", err)
	}
	return nil
}

// waits are jobs of the queue of reminders that nobody has taken up yet.
var waits = "queue = '" + string(mindflow.Reminders) + "' AND attempts = 0 AND " + unfinished

// DropReminders takes away the reminders with some keys, unless somebody has
// taken them up.
func (tx *Tx) DropReminders(keys []string) error {
	for some := range slices.Chunk(keys, manyRows) {
		var w where
		w.and(waits)
		in(&w, "key", some)
		if _, err := tx.exec("DELETE FROM jobs WHERE "+w.String(), w.args...); err != nil {
			return fmt.Errorf("drop reminders: %w", err)
		}
	}
	return nil
}

// DropLateReminders takes at most limit reminders away that nobody has taken up
// until a moment, and answers how many.
func (tx *Tx) DropLateReminders(until time.Time, limit int) (int, error) {
	return tx.count("DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE "+waits+" AND run_at < $1 LIMIT $2)", until.UnixMicro(), limit)
}

// Reminders are the payloads of what is left to remind a person of between two
// moments, the next one first; at most limit.
func (s *Store) Reminders(ctx context.Context, user mindflow.UserID, from, until time.Time, limit int) ([]string, error) {
	upcoming := "SELECT payload FROM jobs WHERE " + ofPerson + " AND " + waits + " AND run_at > $2 AND run_at <= $3 ORDER BY run_at, id LIMIT $4"
	var payloads []string
	args := []any{user.String(), from.UnixMicro(), until.UnixMicro(), limit}
	err := each(s.read(ctx), upcoming, args, func(rows *sql.Rows) error {
		var payload string
		err := rows.Scan(&payload)
		payloads = append(payloads, payload)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return payloads, nil
}

// ofPerson are the reminders of the user $1, whose id begins their keys.
const ofPerson = `kind = 'reminder' AND substr(key, 1, 36) = $1`

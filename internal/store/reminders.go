package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// noteReminders remembers a task that people are to be reminded of at other
// moments than before. What is left for moments that have become wrong stays: who
// takes it up sees that.
func (tx *Tx) noteReminders(before, after *mindflow.Task) {
	if !after.Reminds() ||
		before.Reminds() && before.Due.Equal(after.Due) && slices.Equal(before.Details.Reminders, after.Details.Reminders) {
		return
	}
	tx.reminded = append(tx.reminded, *after)
}

// Reminded are the tasks for which the transaction has changed when people are to
// be reminded of them, as they are now.
func (tx *Tx) Reminded() []mindflow.Task { return tx.reminded }

const tasksReminding = "SELECT " + taskColumns + " FROM " + taskTables + `
 WHERE t.workspace_id = $1 AND t.details LIKE '%"reminders":%' AND t.deleted_at IS NULL AND t.status NOT IN ('completed', 'cancelled')`

// noteZone remembers all tasks of the home that people are to be reminded of: in
// another zone that may be at another moment.
func (tx *Tx) noteZone() error {
	tasks, err := readTasks(tx, tasksReminding, []any{textOf(&tx.ids, tx.home)})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Reminds() {
			tx.reminded = append(tx.reminded, t)
		}
	}
	return nil
}

const (
	insertJobs = `
INSERT INTO jobs (id, queue, kind, key, payload, request_id, asked, run_at, attempts, created_at)
VALUES `
	unlessAsked = ` ON CONFLICT (kind, key) WHERE key IS NOT NULL AND ` + unfinished + ` DO UPDATE SET payload = excluded.payload`
)

// EnqueueReminders leaves reminders, by as few statements as can be. Their keys
// differ, and what waits by one of them already is the same.
func (tx *Tx) EnqueueReminders(jobs []mindflow.Job) error {
	rows := make([][]any, len(jobs))
	for i, j := range jobs {
		rows[i] = slices.Insert(slices.Insert(jobColumns(j), 6, any(1)), 8, any(0))
		tx.enqueued = tx.enqueued || !j.RunAt.After(tx.now)
	}
	if err := tx.mustMany(insertJobs, unlessAsked, rows); err != nil {
		return fmt.Errorf("leave reminders: %w", err)
	}
	return nil
}

// Reminders are what is left to remind people of until a moment, by jobs whose
// keys begin with a prefix, the next one first; at most limit.
func (s *Store) Reminders(ctx context.Context, prefix string, until time.Time, limit int) ([]mindflow.Job, error) {
	const upcoming = `
SELECT id, kind, key, payload, run_at
  FROM jobs
 WHERE queue = $1 AND run_at <= $2 AND key LIKE $3 AND attempts = 0 AND ` + unfinished + `
 ORDER BY run_at, id
 LIMIT $4`
	var jobs []mindflow.Job
	args := []any{string(mindflow.Reminders), until.UnixMicro(), strings.ReplaceAll(prefix, "%", "") + "%", limit}
	err := each(s.read(ctx), upcoming, args, func(rows *sql.Rows) error {
		j := mindflow.Job{Queue: mindflow.Reminders}
		var at int64
		err := rows.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &at)
		j.RunAt = mindflow.UTC(at)
		jobs = append(jobs, j)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return jobs, nil
}

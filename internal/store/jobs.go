package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// A job's run_at is when it may be taken up next; while somebody holds it, when
// their lease ends. So "may be taken up" is one comparison, whatever became of
// who took it up before.
const unfinished = `finished_at IS NULL AND failed_at IS NULL`

// What is asked for again while it waits is not asked for twice, and while it is
// being done it is done once more: what the first time has read may be too old.
const enqueue = `
INSERT INTO jobs (id, queue, kind, key, payload, request_id, asked, run_at, attempts, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 0, $8)
    ON CONFLICT (kind, key) WHERE key IS NOT NULL AND ` + unfinished + ` DO UPDATE
       SET asked = jobs.asked + 1, payload = excluded.payload, request_id = excluded.request_id,
           run_at = CASE WHEN jobs.attempts = 0 AND excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END`

// Enqueue leaves a job to be done once the change is kept, and not otherwise. Of
// jobs with the same kind and key only one stays unfinished: it takes the newest
// payload and the earliest moment, and when it is under way it is done again.
// One that has failed keeps the moment it waits for.
func (tx *Tx) Enqueue(j mindflow.Job) error {
	if err := tx.must(enqueue, jobColumns(j)...); err != nil {
		return fmt.Errorf("enqueue job: %w", err)
	}
	tx.enqueued = tx.enqueued || !j.RunAt.After(tx.now)
	return nil
}

const enqueueOnce = `
INSERT INTO jobs (id, queue, kind, key, payload, request_id, asked, run_at, attempts, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 0, $8)
    ON CONFLICT (id) DO NOTHING`

// EnqueueOnce leaves a job unless there is, or was, one with its id.
func (tx *Tx) EnqueueOnce(j mindflow.Job) error {
	if _, err := tx.exec(enqueueOnce, jobColumns(j)...); err != nil {
		return fmt.Errorf("enqueue job: %w", err)
	}
	tx.enqueued = tx.enqueued || !j.RunAt.After(tx.now)
	return nil
}

func jobColumns(j mindflow.Job) []any {
	return []any{
		j.ID.String(), string(j.Queue), j.Kind, nullable(j.Key), j.Payload, nullable(j.RequestID),
		j.RunAt.UnixMicro(), j.CreatedAt.UnixMicro(),
	}
}

// JobKnown reports whether there is a job with an id, whatever became of it.
func (s *Store) JobKnown(ctx context.Context, id mindflow.JobID) (bool, error) {
	n := 0
	err := one(s.read(ctx), `SELECT count(*) FROM jobs WHERE id = $1`, []any{id.String()}, &n)
	return n > 0, err
}

// committed hears of every commit, and wakes whoever waits for jobs.
func (s *Store) committed(enqueued bool) {
	if !enqueued {
		return
	}
	select {
	case s.jobs <- struct{}{}:
	default: // somebody is being woken already
	}
}

// Enqueued holds something once jobs that may be taken up at once were
// committed through this store. It is for one listener.
func (s *Store) Enqueued() <-chan struct{} { return s.jobs }

// due are the jobs of a queue that may be taken up, of the kinds somebody knows.
func due(queue mindflow.Queue, kinds []string) *where {
	w := &where{}
	w.and("queue = " + w.arg(string(queue)))
	w.and(unfinished)
	in(w, "kind", kinds)
	return w
}

// NextJobAt is the earliest moment at which a job of a queue, of one of the
// kinds, may be taken up; not found when there is none.
func (s *Store) NextJobAt(ctx context.Context, queue mindflow.Queue, kinds []string) (time.Time, error) {
	w := due(queue, kinds)
	var at int64
	err := one(s.read(ctx), "SELECT run_at FROM jobs WHERE "+w.String()+" ORDER BY run_at LIMIT 1", w.args, &at)
	return mindflow.UTC(at), absent(err, "job")
}

// ClaimJob takes up the job of a queue that waits longest, of one of the kinds,
// and holds it under the name of a lease until a moment. Nobody else gets it
// before then. Not found when none is due.
func (tx *Tx) ClaimJob(queue mindflow.Queue, kinds []string, lease string, until time.Time) (mindflow.Job, error) {
	w := due(queue, kinds)
	w.and("run_at <= " + w.arg(tx.now.UnixMicro()))
	claim := "UPDATE jobs SET attempts = attempts + 1, leased_by = " + w.arg(lease) + ", run_at = " + w.arg(until.UnixMicro()) +
		" WHERE id = (SELECT id FROM jobs WHERE " + w.String() + " ORDER BY run_at, id LIMIT 1" + tx.s.dialect.skipLocked() + ")" +
		" RETURNING id, queue, kind, key, payload, request_id, asked, run_at, attempts, created_at"
	j := mindflow.Job{Lease: lease}
	var key, request sql.NullString
	var runAt, created int64
	err := one(tx, claim, w.args, &j.ID, &j.Queue, &j.Kind, &key, &j.Payload, &request, &j.Asked, &runAt, &j.Attempts, &created)
	j.Key, j.RequestID, j.RunAt, j.CreatedAt = key.String, request.String, mindflow.UTC(runAt), mindflow.UTC(created)
	if err == nil {
		tx.changes++
	}
	return j, absent(err, "job")
}

// held runs a statement on a job that must still be held under its lease; not
// found when it is not.
func (tx *Tx) held(query string, args ...any) error {
	n, err := tx.count(query, args...)
	if err == nil && n == 0 {
		err = mindflow.NotFound("job")
	}
	return err
}

// RenewJob holds a job for longer. Not found when somebody else has it now.
func (tx *Tx) RenewJob(j mindflow.Job, until time.Time) error {
	return tx.held(`UPDATE jobs SET run_at = $3 WHERE id = $1 AND leased_by = $2`, j.ID.String(), j.Lease, until.UnixMicro())
}

// What was asked for again meanwhile begins anew instead.
const finishJob = `
UPDATE jobs
   SET leased_by = NULL, last_error = NULL,
       finished_at = CASE WHEN asked = $3 THEN $4 ELSE finished_at END,
       payload = CASE WHEN asked = $3 THEN '{}' ELSE payload END,
       attempts = CASE WHEN asked = $3 THEN attempts ELSE 0 END,
       run_at = CASE WHEN asked = $3 THEN run_at ELSE $4 END
 WHERE id = $1 AND leased_by = $2`

// FinishJob says that a job is done.
func (tx *Tx) FinishJob(j mindflow.Job) error {
	return tx.held(finishJob, j.ID.String(), j.Lease, j.Asked, tx.now.UnixMicro())
}

const retryJob = `UPDATE jobs SET leased_by = NULL, run_at = $3, last_error = $4 WHERE id = $1 AND leased_by = $2`

// RetryJob gives a job back after a failure, to be taken up again at a moment.
func (tx *Tx) RetryJob(j mindflow.Job, at time.Time, reason string) error {
	return tx.held(retryJob, j.ID.String(), j.Lease, at.UnixMicro(), reason)
}

const failJob = `
UPDATE jobs
   SET leased_by = NULL, last_error = $5,
       failed_at = CASE WHEN asked = $3 THEN $4 ELSE failed_at END,
       attempts = CASE WHEN asked = $3 THEN attempts ELSE 0 END,
       run_at = CASE WHEN asked = $3 THEN run_at ELSE $4 END
 WHERE id = $1 AND leased_by = $2`

// FailJob gives a job up. It is kept, to be looked at.
func (tx *Tx) FailJob(j mindflow.Job, reason string) error {
	return tx.held(failJob, j.ID.String(), j.Lease, j.Asked, tx.now.UnixMicro(), reason)
}

// ReturnJob gives a job back as if it had not been taken up.
func (tx *Tx) ReturnJob(j mindflow.Job) error {
	err := tx.held(`UPDATE jobs SET leased_by = NULL, run_at = $3, attempts = attempts - 1 WHERE id = $1 AND leased_by = $2`,
		j.ID.String(), j.Lease, tx.now.UnixMicro())
	tx.enqueued = tx.enqueued || err == nil
	return err
}

const queueLengths = `
SELECT queue,
       sum(CASE WHEN failed_at IS NULL AND run_at <= $1 THEN 1 ELSE 0 END),
       sum(CASE WHEN failed_at IS NULL AND run_at > $1 THEN 1 ELSE 0 END),
       sum(CASE WHEN failed_at IS NOT NULL THEN 1 ELSE 0 END),
       min(CASE WHEN failed_at IS NULL AND run_at <= $1 THEN run_at END)
  FROM jobs
 WHERE finished_at IS NULL
 GROUP BY queue
 ORDER BY queue`

// QueueLengths is how much waits in each queue at a moment.
func (s *Store) QueueLengths(ctx context.Context, now time.Time) ([]mindflow.QueueLength, error) {
	var lengths []mindflow.QueueLength
	err := each(s.read(ctx), queueLengths, []any{now.UnixMicro()}, func(rows *sql.Rows) error {
		var l mindflow.QueueLength
		var oldest sql.NullInt64
		err := rows.Scan(&l.Queue, &l.Due, &l.Later, &l.Failed, &oldest)
		l.Oldest = instant(oldest)
		lengths = append(lengths, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read queues: %w", err)
	}
	return lengths, nil
}

const failedJobs = `
SELECT id, queue, kind, request_id, attempts, created_at, failed_at, last_error
  FROM jobs
 WHERE failed_at IS NOT NULL
 ORDER BY failed_at DESC, id
 LIMIT $1`

// FailedJobs reads at most limit jobs that were given up, the last one first.
func (s *Store) FailedJobs(ctx context.Context, limit int) ([]mindflow.FailedJob, error) {
	var failed []mindflow.FailedJob
	err := each(s.read(ctx), failedJobs, []any{limit}, func(rows *sql.Rows) error {
		var f mindflow.FailedJob
		var request sql.NullString
		var created, at int64
		err := rows.Scan(&f.Job.ID, &f.Job.Queue, &f.Job.Kind, &request, &f.Job.Attempts, &created, &at, &f.Reason)
		f.Job.RequestID, f.Job.CreatedAt, f.FailedAt = request.String, mindflow.UTC(created), mindflow.UTC(at)
		failed = append(failed, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read failed jobs: %w", err)
	}
	return failed, nil
}

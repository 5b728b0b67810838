package app

import (
	"context"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Queue is where jobs wait, for whoever runs them.
type Queue struct{ store *store.Store }

// Queue is the house's.
func (a *App) Queue() *Queue { return &Queue{a.store} }

// QueueLengths is how much waits in each queue now.
func (a *App) QueueLengths(ctx context.Context) ([]mindflow.QueueLength, error) {
	return a.store.QueueLengths(ctx, a.now())
}

// Enqueued holds something once a job was left that may be taken up at once.
func (q *Queue) Enqueued() <-chan struct{} { return q.store.Enqueued() }

// Now is the present moment by the clock that jobs go by.
func (q *Queue) Now() time.Time { return q.store.Now() }

// NextAt is the earliest moment at which a job of a queue, of one of the kinds,
// may be taken up; not found when there is none. It only reads.
func (q *Queue) NextAt(ctx context.Context, queue mindflow.Queue, kinds []string) (time.Time, error) {
	return q.store.NextJobAt(ctx, queue, kinds)
}

// EnqueueOnce leaves a job unless there is, or was, one with its id.
func (q *Queue) EnqueueOnce(ctx context.Context, j mindflow.Job) error {
	if known, err := q.store.JobKnown(ctx, j.ID); err != nil || known {
		return err
	}
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.EnqueueOnce(j) })
}

// Claim takes up the job that waits longest, for so long; not found when none
// is due. The name is of whoever takes it up.
func (q *Queue) Claim(ctx context.Context, queue mindflow.Queue, kinds []string, name string, lease time.Duration) (mindflow.Job, error) {
	var job mindflow.Job
	err := q.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		held := name + " " + mindflow.NewID[mindflow.Job](tx.Now()).String()
		job, err = tx.ClaimJob(queue, kinds, held, tx.Now().Add(lease))
		return err
	})
	return job, err
}

// Renew holds a job for so long from now on; not found when it was lost.
func (q *Queue) Renew(ctx context.Context, j mindflow.Job, lease time.Duration) error {
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.RenewJob(j, tx.Now().Add(lease)) })
}

// Finish says that a job is done.
func (q *Queue) Finish(ctx context.Context, j mindflow.Job) error {
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.FinishJob(j) })
}

// Retry gives a job back after a failure, to be taken up again after a while.
func (q *Queue) Retry(ctx context.Context, j mindflow.Job, after time.Duration, reason string) error {
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.RetryJob(j, tx.Now().Add(after), reason) })
}

// Fail gives a job up.
func (q *Queue) Fail(ctx context.Context, j mindflow.Job, reason string) error {
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.FailJob(j, reason) })
}

// Return gives a job back as if it had not been taken up.
func (q *Queue) Return(ctx context.Context, j mindflow.Job) error {
	return q.store.Write(ctx, func(tx *store.Tx) error { return tx.ReturnJob(j) })
}

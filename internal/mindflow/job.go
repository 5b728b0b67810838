package mindflow

import (
	"crypto/sha256"
	"time"
)

// Job is work that is left to be done after a change, or at a time of day. It
// is done at least once: whoever does it must be able to do it again.
type Job struct {
	ID    JobID
	Queue Queue
	// Kind says what is to be done.
	Kind string
	// Key, when set, stands for the thing it is done to: of one kind and key
	// there is one unfinished job, however often it is asked for.
	Key string
	// Payload is JSON. It holds ids rather than what people wrote.
	Payload string
	// RequestID is that of the request that asked for it; empty when nobody did.
	RequestID string
	// RunAt is when it may be taken up.
	RunAt time.Time
	// Attempts counts how often it was taken up, this time included.
	Attempts  int
	CreatedAt time.Time
	// Lease is the name under which it is held now, new with each time.
	Lease string
	// Asked counts how often it was asked for until it was taken up.
	Asked int64
}

// Queue is a line that jobs stand in. Those of one wait for none of another.
type Queue string

// Housekeeping is the queue of what keeps the house in order: nobody waits for it.
const Housekeeping Queue = "housekeeping"

// NewJob is a job that may be taken up at a moment, made for nobody's request.
func NewJob(queue Queue, kind string, at time.Time) Job {
	return Job{ID: NewID[Job](at), Queue: queue, Kind: kind, Payload: "{}", RunAt: at, CreatedAt: at}
}

// On makes a job the one of its kind on a day: however many servers ask for it,
// it has the same id.
func (j Job) On(day Day) Job {
	sum := sha256.Sum256([]byte(j.Kind + " " + day.String()))
	copy(j.ID[:], sum[:])
	j.ID[6] = j.ID[6]&0x0f | 0x80 // version 8 (RFC 9562): what it is made of is our own affair
	j.ID[8] = j.ID[8]&0x3f | 0x80
	return j
}

// QueueLength is how much waits in a queue.
type QueueLength struct {
	Queue Queue
	// Due could be taken up now, Later not yet; those at work count as later.
	Due, Later int
	// Failed were given up, and are kept to be looked at.
	Failed int
	// Oldest is since when the one that waits longest could have been taken
	// up; zero when none waits.
	Oldest time.Time
}

// FailedJob is one that was given up, and why.
type FailedJob struct {
	Job      Job
	Reason   string
	FailedAt time.Time
}

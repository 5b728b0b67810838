package telemetry

import (
	"context"
	"sync"
	"time"

	"mindflow/internal/mindflow"
)

// kept is a value that is expensive to know. It is read again when somebody
// asks and it has grown old, by one at a time, and nobody waits for long: they
// get the one before.
type kept[T any] struct {
	read  func(context.Context) (T, error)
	clock func() time.Time
	fresh time.Duration // how long it is good enough

	mu      sync.Mutex
	value   T
	asOf    time.Time     // zero until it was read once
	cost    time.Duration // of the last reading
	reading chan struct{} // closed when the reading under way ends
}

const (
	// patience is how long one who asks waits: a scrape answers within a second
	// even when the database does not.
	patience = 400 * time.Millisecond
	// longestReading is when a reading is given up.
	longestReading = 10 * time.Second
	// readingShare keeps readings below a twentieth of the time, however long
	// each of them takes.
	readingShare = 20
)

// get answers the value and when it was so; false while it is not known at all.
func (k *kept[T]) get(ctx context.Context) (T, time.Time, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	if k.asOf.IsZero() || now.Sub(k.asOf).Abs() >= max(k.fresh, readingShare*k.cost) {
		ended := k.start(ctx)
		k.mu.Unlock()
		timer := time.NewTimer(patience)
		select {
		case <-ended:
		case <-timer.C:
		}
		timer.Stop()
		k.mu.Lock()
	}
	return k.value, k.asOf, !k.asOf.IsZero()
}

// start begins a reading, unless there is one, and answers what its end closes.
func (k *kept[T]) start(ctx context.Context) <-chan struct{} {
	if k.reading != nil {
		return k.reading
	}
	ended := make(chan struct{})
	k.reading = ended
	go func() {
		ctx, cancel := context.WithTimeout(ctx, longestReading)
		defer cancel()
		began := k.clock()
		var value T
		err := mindflow.Catch(func() (err error) {
			value, err = k.read(ctx)
			return err
		})
		k.mu.Lock()
		defer k.mu.Unlock()
		if err == nil {
			k.value, k.asOf = value, k.clock()
			k.cost = k.asOf.Sub(began)
		}
		k.reading = nil
		close(ended)
	}()
	return ended
}

// wait waits for the reading under way, no longer than the context.
func (k *kept[T]) wait(ctx context.Context) {
	k.mu.Lock()
	ended := k.reading
	k.mu.Unlock()
	if ended == nil {
		return
	}
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

package ratelimit

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"mindflow/internal/mindflow"
)

// Shared holds rates for all servers that use the same Redis, and each of them
// in its own memory too: a slot must be free in both. So what this server
// knows outlives Redis, and whom it refuses by itself costs Redis nothing.
//
// Where Redis does not answer in time, this server goes on by its memory alone
// and looks for Redis in the background until it is back.
type Shared struct {
	memory *Memory
	redis  *Redis
	log    *slog.Logger

	alone   atomic.Bool
	looking sync.WaitGroup
	ctx     context.Context //nolint:containedctx // ends with the limiter
	stop    context.CancelFunc
}

// lookEvery is how often a Redis that is gone is looked for.
const lookEvery = 250 * time.Millisecond

// NewShared joins a memory and a Redis, which Close closes.
func NewShared(memory *Memory, r *Redis, log *slog.Logger) *Shared {
	ctx, stop := context.WithCancel(context.Background())
	return &Shared{memory: memory, redis: r, log: log, ctx: ctx, stop: stop}
}

// Take takes a slot of a key within a rate, if one is free.
func (s *Shared) Take(ctx context.Context, key mindflow.LimitKey, rate mindflow.Rate) mindflow.Taken {
	own := s.memory.Take(ctx, key, rate)
	own.OwnAt = own.At
	if !own.Allowed || s.alone.Load() {
		return own
	}
	taken, err := s.redis.Take(ctx, key, rate)
	if err != nil {
		s.lost(err)
		return own
	}
	taken.OwnAt = own.At
	if !taken.Allowed {
		s.memory.GiveBack(ctx, key, own)
	}
	return taken
}

// GiveBack frees a slot that was taken.
func (s *Shared) GiveBack(ctx context.Context, key mindflow.LimitKey, taken mindflow.Taken) {
	if !taken.Allowed {
		return
	}
	own := taken
	own.At = taken.OwnAt
	s.memory.GiveBack(ctx, key, own)
	if s.alone.Load() {
		return
	}
	if err := s.redis.GiveBack(ctx, key, taken); err != nil {
		s.lost(err)
	}
}

// Ping reports whether Redis answers.
func (s *Shared) Ping(ctx context.Context) error { return s.redis.Ping(ctx) }

// Close ends the search for Redis and closes the connections to it.
func (s *Shared) Close() error {
	s.stop()
	s.looking.Wait()
	return s.redis.Close()
}

// lost goes on alone, and says so once.
func (s *Shared) lost(err error) {
	if s.ctx.Err() != nil || !s.alone.CompareAndSwap(false, true) {
		return
	}
	s.log.WarnContext(s.ctx, "redis does not answer: this server counts its rate limits alone", "error", err)
	s.looking.Go(s.look)
}

// probe is a key of nobody's.
var probe = mindflow.LimitKey{What: mindflow.LimitedReads}

// look waits until Redis takes slots again: one that only answers may still
// be loading, or read-only.
func (s *Shared) look() {
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-every.C:
		}
		err := mindflow.Catch(func() error {
			_, err := s.redis.Take(s.ctx, probe, mindflow.Rate{Limit: 1, Per: time.Millisecond})
			return err
		})
		if err == nil {
			s.alone.Store(false)
			s.log.InfoContext(s.ctx, "redis is back: rate limits are shared again")
			return
		}
	}
}

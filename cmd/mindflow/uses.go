package main

import (
	"context"
	"time"
)

// usesTime is how often it is written down which tokens were used.
const usesTime = 10 * time.Second

// keepUses writes down which tokens were used, from time to time and at the
// end, until it is stopped.
func (h *house) keepUses(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	keep := func(ctx context.Context) {
		if err := h.app.KeepUses(ctx); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "the last uses of some tokens are not written down", "error", err)
		}
	}
	go func() {
		defer close(done)
		ticker := time.NewTicker(usesTime)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				keep(ctx)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
		last, gaveUp := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
		defer gaveUp()
		keep(last)
	}
}

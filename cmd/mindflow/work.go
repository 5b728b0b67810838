package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
)

// The kinds of work there is for a time of day.
const (
	sweeping = "sweep"
	// sweepTime is when it is done, UTC.
	sweepTime = 4 * time.Hour
)

// startWork runs what is left to be done, by this server and by others on the
// same database.
func (h *house) startWork() *jobs.Runner {
	host, _ := os.Hostname() // only for people who look
	line := jobs.Line{Queue: mindflow.Housekeeping, Workers: 1, Handlers: map[string]jobs.Handler{sweeping: h.sweep}}
	return jobs.Start(h.app.Queue(), h.log, jobs.Settings{
		Name: fmt.Sprintf("%s/%d", host, os.Getpid()), Lines: []jobs.Line{line},
		Schedule: []jobs.Daily{{Queue: mindflow.Housekeeping, Kind: sweeping, At: sweepTime}},
	})
}

// sweep takes away what is over.
func (h *house) sweep(ctx context.Context, _ mindflow.Job) error {
	swept, err := h.app.Sweep(ctx)
	if err == nil {
		h.log.InfoContext(ctx, "swept", "sessions", swept.Sessions, "refresh_tokens", swept.RefreshTokens, "jobs", swept.Jobs,
			"tasks", swept.Tasks, "idempotency_keys", swept.IdempotencyKeys)
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
)

// The kinds of work there is for a time of day.
const (
	sweeping  = "sweep"
	backingUp = "backup"
	reminding = "reminders"
	// sweepTime is when it is done, UTC.
	sweepTime = 4 * time.Hour
)

// startWork runs what is left to be done, by this server and by others on the
// same database.
func (h *house) startWork() *jobs.Runner { return jobs.Start(h.app.Queue(), h.log, h.work()) }

// work is who does what, and when.
func (h *house) work() jobs.Settings {
	host, _ := os.Hostname() // only for people who look
	line := jobs.Line{
		Queue: mindflow.Housekeeping, Workers: 1, Loud: true,
		Handlers: map[string]jobs.Handler{
			sweeping:  h.sweep,
			reminding: func(ctx context.Context, _ mindflow.Job) error { return h.app.LeaveAllReminders(ctx) },
		},
	}
	schedule := []jobs.Daily{
		{Queue: mindflow.Housekeeping, Kind: sweeping, At: sweepTime},
		{Queue: mindflow.Housekeeping, Kind: reminding}, // also at the first start after a restore
	}
	if h.config.BackupDir != "" {
		line.Handlers[backingUp] = h.backUp
		schedule = append(schedule, jobs.Daily{Queue: mindflow.Housekeeping, Kind: backingUp, At: h.config.BackupAt()})
	}
	lines := []jobs.Line{line}
	if h.app.Mailing() != mindflow.MailNever { // else they wait for a server that sends them
		lines = append(lines, jobs.Line{
			Queue: mindflow.Mails, Workers: mailWorkers, Handlers: map[string]jobs.Handler{app.MailJob: h.mail(h.app.DeliverMail)},
		}, jobs.Line{
			Queue: mindflow.Reminders, Workers: mailWorkers, Handlers: map[string]jobs.Handler{app.ReminderJob: h.mail(h.app.Remind)},
		})
	}
	return jobs.Settings{Name: fmt.Sprintf("%s/%d", host, os.Getpid()), Lines: lines, Schedule: schedule}
}

// backups is the folder of daily backups.
func (h *house) backups() app.Backups {
	return app.Backups{Dir: h.config.BackupDir, Keep: h.config.BackupKeep, Key: h.backupKey, MadeBy: version}
}

// backUp adds a backup to the folder.
func (h *house) backUp(ctx context.Context, _ mindflow.Job) error {
	report, err := h.app.DailyBackup(ctx, h.backups())
	if err == nil {
		h.log.InfoContext(ctx, "backed up", "file", report.File, "rows", report.Total, "bytes", report.Bytes, "sha256", report.SHA256)
	}
	return err
}

// sweep takes away what is over.
func (h *house) sweep(ctx context.Context, _ mindflow.Job) error {
	swept, err := h.app.Sweep(ctx)
	if err == nil {
		h.log.InfoContext(ctx, "swept", "sessions", swept.Sessions, "refresh_tokens", swept.RefreshTokens,
			"grants", swept.Grants, "grant_tokens", swept.GrantTokens, "clients", swept.Clients,
			"codes", swept.Codes, "links", swept.Links, "challenges", swept.Challenges, "resealed", swept.Resealed,
			"accounts", swept.Accounts, "jobs", swept.Jobs,
			"tasks", swept.Tasks, "projects", swept.Projects, "templates", swept.Templates,
			"events", swept.Events, "idempotency_keys", swept.IdempotencyKeys)
	}
	return err
}

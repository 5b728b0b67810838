package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/config"
	"mindflow/internal/credentials"
	"mindflow/internal/egress"
	"mindflow/internal/formats/archive"
	"mindflow/internal/mindflow"
	"mindflow/internal/ratelimit"
	"mindflow/internal/store"
	"mindflow/internal/telemetry"
)

// house is everything wired together.
type house struct {
	config     config.Config
	store      *store.Store
	app        *app.App
	log        *slog.Logger
	reports    *telemetry.Reports        // nil where none are sent
	tracing    *telemetry.Tracing        // the same
	statements *telemetry.StatementTimes // nil where no metrics are served
	redis      *ratelimit.Shared         // nil where each server counts alone

	backupKey archive.Key
}

// withHouse lends fn the wired house over a database that a server has served:
// where the settings name another by mistake, nothing is made or migrated.
func withHouse(c *console, fn func(ctx context.Context, h *house) error) (err error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return err
	}
	if file, missing := store.MissingFile(settings.DatabaseURL); missing {
		return fmt.Errorf("there is no database at %s; name the server's in DATABASE_URL or DATA_DIR", file)
	}
	h, err := build(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := h.upToDate(c.ctx); err != nil {
		return err
	}
	return fn(c.ctx, h)
}

// build reads the settings and wires the house. The caller closes it.
func build(c *console) (*house, error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return nil, err
	}
	h := &house{config: settings, log: logger(c, settings)}
	if to := settings.ReportsTo(); to != "" {
		h.reports, err = telemetry.NewReports(telemetry.ReportSettings{
			DSN: to, Release: version, Environment: settings.Environment, Clock: c.clock,
		})
		if err != nil {
			return nil, err
		}
		h.log = h.reports.Reporting(h.log)
	}
	if h.tracing, err = telemetry.StartTracing(c.ctx, c.env, version, h.log); err != nil {
		return nil, errors.Join(err, h.close())
	}
	if err := h.wire(c); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *house) wire(c *console) (err error) {
	if h.backupKey, err = archive.ParseKey(h.config.BackupKey); err != nil {
		return err
	}
	secrets, err := h.config.Secrets()
	if err != nil {
		return err
	}
	signer, err := credentials.NewSigner(secrets, c.clock)
	if err != nil {
		return err
	}
	if h.store, err = store.Open(c.ctx, h.config.DatabaseURL, c.clock, store.WithLog(h.log)); err != nil {
		return err
	}
	watch := h.watch(c)
	h.store.Watch(watch)
	limiter, err := h.limiter(c)
	if err != nil {
		return err
	}
	mailer, err := h.mailer()
	if err != nil {
		return err
	}
	var documents app.ClientDocuments
	if h.config.ClientDocuments {
		documents = egress.NewDocuments(egress.New(egress.Settings{Networks: h.config.EgressAllow}), c.clock, h.log)
	}
	h.app = app.New(h.store, signer, app.Settings{
		AccessTokenTTL: h.config.AccessTokenTTL, RefreshTokenTTL: h.config.RefreshTokenTTL, SnapshotTTL: h.config.ScoreCacheTTL,
		Quotas: h.config.Quotas(), EventRetention: h.config.EventRetention, Watch: watch, Log: h.log,
		Limits: h.limits(), Limiter: limiter,
		Mailer: mailer, Mailing: h.config.Mailing(), PublicURL: h.config.WebURL(), Signup: h.config.Signup,
		Documents: documents,
	})
	return nil
}

// watch is who wants to know what is done: it costs every statement a little.
func (h *house) watch(c *console) mindflow.Watch {
	var watch mindflow.Watch
	if h.reports != nil {
		watch = watch.And(telemetry.NoteSpans)
	}
	watch = watch.And(h.tracing.Watch())
	slow := h.config.SlowStatement
	if slow <= 0 || !h.log.Enabled(c.ctx, slog.LevelWarn) {
		slow = math.MaxInt64 // nobody hears of any
	}
	if h.config.MetricsAddr != "" {
		h.statements = telemetry.NewStatementTimes()
	}
	if slow < math.MaxInt64 || h.statements != nil {
		watch = watch.And(telemetry.TimeStatements(h.statements, h.log, c.clock, slow))
	}
	if h.log.Enabled(c.ctx, slog.LevelDebug) {
		watch = watch.And(telemetry.LogSpans(h.log, c.clock))
	}
	return watch
}

func logger(c *console, settings config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(settings.Level())) // checked with the settings
	return telemetry.NewLog(c.err, telemetry.LogSettings{
		Level: level, JSON: settings.LogFormat == "json", Color: c.coloured(c.err),
	})
}

// prepare migrates in development, and refuses a schema that is behind
// otherwise, and a folder for backups that takes none.
func (h *house) prepare(ctx context.Context) error {
	if h.config.BackupDir != "" {
		if err := h.backups().Prepare(); err != nil {
			return fmt.Errorf("BACKUP_DIR cannot be used: %w", err)
		}
	}
	if h.config.Environment == config.Development {
		schema, err := store.OpenSchema(h.config.SchemaURL())
		if err != nil {
			return err
		}
		_, err = schema.Up(ctx, schema.Head())
		return errors.Join(err, schema.Close())
	}
	return h.upToDate(ctx)
}

// upToDate refuses a schema that is behind.
func (h *house) upToDate(ctx context.Context) error {
	behind, err := h.store.Behind(ctx)
	if err == nil && behind > 0 {
		err = fmt.Errorf("the database's schema is %s behind; run \"mindflow migrate\" first", stepsOf(behind))
	}
	return err
}

// closingTime is what the database gets to let go, on top of the time there is
// to finish.
const closingTime = 2 * time.Second

// close lets go of the database and of Redis, and sends the reports and traces
// that wait. None of it holds the program up if it hangs.
func (h *house) close() error {
	err := h.closeStore()
	if h.redis != nil {
		err = errors.Join(err, h.redis.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), closingTime)
	defer cancel()
	if h.reports != nil {
		h.reports.Close(ctx)
	}
	if lost := h.tracing.Close(ctx); lost != nil {
		h.log.WarnContext(ctx, "traces are lost", "error", lost)
	}
	return err
}

func (h *house) closeStore() error {
	if h.store == nil {
		return nil
	}
	closed := make(chan error, 1)
	go func() { closed <- h.store.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closingTime):
		return errors.New("the database did not let go in time")
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"mindflow/internal/app"
	"mindflow/internal/config"
	"mindflow/internal/credentials"
	"mindflow/internal/store"
	"mindflow/internal/telemetry"
)

// house is everything wired together.
type house struct {
	config config.Config
	store  *store.Store
	app    *app.App
	log    *slog.Logger
}

// build reads the settings and wires the house. The caller closes the store.
func build(c *console) (*house, error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return nil, err
	}
	log := logger(c, settings)
	s, err := store.Open(c.ctx, settings.DatabaseURL, c.clock, store.WithLog(log))
	if err != nil {
		return nil, err
	}
	h, err := wire(c, settings, s, log)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return h, nil
}

func wire(c *console, settings config.Config, s *store.Store, log *slog.Logger) (*house, error) {
	secrets, err := settings.Secrets()
	if err != nil {
		return nil, err
	}
	signer, err := credentials.NewSigner(secrets, c.clock)
	if err != nil {
		return nil, err
	}
	return &house{
		config: settings, store: s, log: log,
		app: app.New(s, signer, app.Settings{
			AccessTokenTTL: settings.AccessTokenTTL, RefreshTokenTTL: settings.RefreshTokenTTL, SnapshotTTL: settings.ScoreCacheTTL,
		}),
	}, nil
}

func logger(c *console, settings config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(settings.Level())) // checked with the settings
	return telemetry.NewLog(c.err, telemetry.LogSettings{
		Level: level, JSON: settings.LogFormat == "json", Color: c.coloured(c.err),
	})
}

// prepare migrates in development, and refuses a schema that is behind
// otherwise.
func (h *house) prepare(ctx context.Context) error {
	if h.config.Environment == config.Development {
		schema, err := store.OpenSchema(h.config.SchemaURL())
		if err != nil {
			return err
		}
		_, err = schema.Up(ctx, schema.Head())
		return errors.Join(err, schema.Close())
	}
	behind, err := h.store.Behind(ctx)
	if err == nil && behind > 0 {
		err = fmt.Errorf("the database's schema is %d steps behind; run \"mindflow migrate\" first", behind)
	}
	return err
}

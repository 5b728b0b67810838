package store

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"
)

// Migrate brings the schema to the newest step and answers how many steps that
// took. Of several servers that start at once on PostgreSQL, one migrates and
// the others wait for it; on SQLite they look again.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	steps := 0
	err := s.migrating(func(p *goose.Provider) error {
		var err error
		for range 1 + len(p.ListSources()) {
			var results []*goose.MigrationResult
			results, err = p.Up(ctx)
			steps += len(results)
			if err == nil || s.dialect.migratesAlone() {
				return err
			}
			// It may be that another program took that step first; then the
			// next look finds it taken.
		}
		return err
	})
	if err != nil {
		return steps, fmt.Errorf("migrate: %w", err)
	}
	return steps, nil
}

// Behind reports how many steps the schema lacks.
func (s *Store) Behind(ctx context.Context) (int, error) {
	behind := 0
	err := s.migrating(func(p *goose.Provider) error {
		states, err := p.Status(ctx)
		for _, state := range states {
			if state.State == goose.StatePending {
				behind++
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	return behind, nil
}

// migrating lends fn the steps of the schema, on connections of its own: the
// readers cannot write, and the writer is never given away.
func (s *Store) migrating(fn func(*goose.Provider) error) error {
	dialect, steps, options, err := s.dialect.migrations()
	if err != nil {
		return err
	}
	db, err := s.dialect.openMigrator()
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := goose.NewProvider(dialect, db, steps, options...)
	if err != nil {
		return err
	}
	return fn(p)
}

package main

import (
	"errors"
	"fmt"

	"mindflow/internal/config"
	"mindflow/internal/store"
)

type migrateCommand struct {
	Up struct{} `cmd:"" default:"1" help:"Apply every step that is missing."`
}

func (migrateCommand) Run(c *console) (err error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return err
	}
	s, err := store.Open(c.ctx, settings.SchemaURL(), c.clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	steps, err := s.Migrate(c.ctx)
	if err == nil {
		_, err = fmt.Fprintf(c.out, "The schema is up to date; %d steps applied.\n", steps)
	}
	return err
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

type exportCommand struct {
	Format string `arg:"" enum:"json,csv" help:"json: your preferences and tasks, with all there is to know of them. csv: a table of the tasks, which \"mindflow import csv\" takes in again."`
	Output string `short:"o" placeholder:"FILE" complete:"files" help:"The file to write, which must not be there yet; else the export is printed."`
}

// Run writes all tasks that are not deleted, completed ones too.
func (cmd exportCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	if cmd.Output == "" {
		return api.Export(c.ctx, cmd.Format, c.out)
	}
	return writeNew(cmd.Output, func(to io.Writer) error { return api.Export(c.ctx, cmd.Format, to) })
}

// writeNew writes a file for its owner alone. What could not be written whole is
// taken away again.
func writeNew(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; name another file", name)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

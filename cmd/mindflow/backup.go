package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/config"
	"mindflow/internal/formats/archive"
	"mindflow/internal/store"
)

type backupCommand struct {
	File   string `arg:"" complete:"files" help:"The file to write. One that is there is replaced once the new one is whole."`
	Verify bool   `help:"Write nothing: read the file, and say what it holds."`
	JSON   bool   `name:"json" help:"Print the report as JSON."`
}

// Run writes a backup, or reads one. The server may be running.
func (cmd backupCommand) Run(c *console) (err error) {
	settings, key, err := backupSettings(c)
	if err != nil {
		return err
	}
	progress := &rowsLine{to: c.err}
	options := app.BackupOptions{Key: key, MadeBy: version, Progress: progress.show}
	var report app.BackupReport
	if cmd.Verify {
		report, err = app.VerifyBackup(c.ctx, cmd.File, options)
	} else {
		var s *store.Store
		if s, err = store.Open(c.ctx, settings.DatabaseURL, c.clock); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		report, err = app.Backup(c.ctx, s, cmd.File, options)
	}
	progress.end()
	if err != nil {
		return err
	}
	return printBackup(c.out, report, cmd.JSON, map[bool]string{true: "holds", false: "written:"}[cmd.Verify])
}

type restoreCommand struct {
	File        string `arg:"" complete:"files" help:"The backup."`
	EndSessions bool   `help:"Sign everybody and their tokens out: a backup brings back what was ended since."`
	JSON        bool   `name:"json" help:"Print the report as JSON."`
}

// Run fills an empty database with a backup.
func (cmd restoreCommand) Run(c *console) error {
	settings, key, err := backupSettings(c)
	if err != nil {
		return err
	}
	schema, err := store.OpenSchema(settings.SchemaURL())
	if err != nil {
		return err
	}
	progress := &rowsLine{to: c.err}
	options := app.RestoreOptions{Key: key, Progress: progress.show}
	if cmd.EndSessions {
		options.EndSessionsAt = c.clock()
	}
	report, err := app.Restore(c.ctx, schema, cmd.File, options)
	progress.end()
	if err := errors.Join(err, schema.Close()); err != nil {
		return err
	}
	return printBackup(c.out, report, cmd.JSON, "restored:")
}

func backupSettings(c *console) (config.Config, archive.Key, error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return settings, archive.Key{}, err
	}
	key, err := archive.ParseKey(settings.BackupKey)
	return settings, key, err
}

// printedBackup is a report as scripts read it.
type printedBackup struct {
	File          string           `json:"file"`
	Bytes         int64            `json:"bytes"`
	Encrypted     bool             `json:"encrypted"`
	CreatedAt     time.Time        `json:"created_at"`
	SchemaVersion int64            `json:"schema_version"`
	Rows          map[string]int64 `json:"rows"`
	Total         int64            `json:"total"`
	SHA256        string           `json:"sha256"`
}

func printBackup(to io.Writer, r app.BackupReport, asJSON bool, did string) error {
	if asJSON {
		return writeJSON(to, printedBackup(r))
	}
	form := "not encrypted"
	if r.Encrypted {
		form = "encrypted"
	}
	_, err := fmt.Fprintf(to, "%s %s %d rows of %s (schema %d), %d bytes, %s.\nSHA-256 of the content: %s\n",
		printable(r.File), did, r.Total, r.CreatedAt.UTC().Format(time.RFC3339), r.SchemaVersion, r.Bytes, form, r.SHA256)
	return err
}

// rowsLine shows how many rows have been written, on one line that it writes over.
type rowsLine struct {
	to    io.Writer
	shown bool
}

func (p *rowsLine) show(rows int64) {
	p.shown = true
	fmt.Fprintf(p.to, "\r%d rows", rows)
}

func (p *rowsLine) end() {
	if p.shown {
		fmt.Fprintln(p.to)
	}
}

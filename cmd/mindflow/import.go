package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mindflow/internal/app"
	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type importCommand struct {
	Format   string            `arg:"" complete:"formats" help:"The file's format: taskwarrior, todotxt, todoist or csv."`
	File     string            `arg:"" complete:"files" help:"The file, or - for standard input."`
	User     string            `required:"" placeholder:"EMAIL" help:"Whose tasks they become."`
	DryRun   bool              `help:"Say what would happen, and change nothing."`
	Timezone string            `placeholder:"ZONE" help:"The zone the file was written in, such as Europe/Berlin: midnight there is read as a day."`
	Map      map[string]string `mapsep:"none" placeholder:"FIELD=COLUMN" help:"The column a field stands in, such as due_date=\"Due on\"; once for each field. For csv: columns that bear a field's name need none."`
	JSON     bool              `name:"json" help:"Print the report as JSON."`
}

// Run imports a file straight to the database. The server may be running.
func (cmd importCommand) Run(c *console) error {
	file, size, err := open(c, cmd.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return withHouse(c, func(ctx context.Context, h *house) error { return cmd.take(ctx, c, h, file, size) })
}

func (cmd importCommand) take(ctx context.Context, c *console, h *house, file io.Reader, size int64) error {
	actor, err := h.app.ActorByEmail(ctx, cmd.User, mindflow.ThroughCLI)
	if err != nil {
		if mindflow.KindOf(err) == mindflow.KindNotFound {
			return fmt.Errorf("there is no account for %s on this database; register it first", cmd.User)
		}
		return err
	}
	progress := &progressLine{to: c.err, size: size}
	report, err := h.app.Import(ctx, actor, app.Import{
		Format: cmd.Format, DryRun: cmd.DryRun, Timezone: cmd.Timezone, Columns: cmd.Map, File: cmd.called(), Progress: progress.show,
	}, file)
	progress.end()
	if mindflow.KindOf(err) == mindflow.KindNotFound {
		return fmt.Errorf("%w: there is no importer for %q; there are taskwarrior, todotxt, todoist and csv", errUsage, cmd.Format)
	}
	return errors.Join(err, cmd.print(c.out, report))
}

// called is what the file is called; empty for standard input.
func (cmd importCommand) called() string {
	if cmd.File == "-" {
		return ""
	}
	return strings.ToValidUTF8(filepath.Base(cmd.File), "")
}

func open(c *console, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(c.in), 0, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

func (cmd importCommand) print(to io.Writer, r app.ImportReport) error {
	if cmd.JSON {
		return writeJSON(to, asAnswered(r))
	}
	for _, remark := range r.Remarks {
		fmt.Fprintf(to, "%-8s %s: %s\n", remark.Kind, printable(remark.Place), printable(remark.Message))
	}
	if r.Omitted > 0 {
		fmt.Fprintf(to, "… and %d remarks more\n", r.Omitted)
	}
	did := "created"
	if r.DryRun {
		did = "would be created (dry run: nothing was changed)"
	}
	if r.Projects > 0 {
		fmt.Fprintf(to, "%d projects are new.\n", r.Projects)
	}
	if r.Gained > 0 {
		fmt.Fprintf(to, "%d of the known tasks gain what they did not have.\n", r.Gained)
	}
	_, err := fmt.Fprintf(to, "%d tasks %s; %d were known already, %d skipped, %d could not be read, %d pieces lost.\n",
		r.Created, did, r.Known, r.Skipped, r.Failed, r.Lost)
	return err
}

// asAnswered is a report with the names the API gives it.
func asAnswered(r app.ImportReport) client.ImportReport {
	report := client.ImportReport{
		Format: r.Format, DryRun: r.DryRun, Created: r.Created, Known: r.Known, Gained: r.Gained, Projects: r.Projects, Skipped: r.Skipped,
		Failed: r.Failed, Lost: r.Lost, Omitted: r.Omitted,
	}
	for _, remark := range r.Remarks {
		report.Remarks = append(report.Remarks, client.ImportRemark{
			Kind: string(remark.Kind), Place: remark.Place, Message: remark.Message,
		})
	}
	return report
}

// progressLine shows how far a long import has come, on one line that it
// writes over.
type progressLine struct {
	to    io.Writer
	size  int64
	calls int
}

// every so many transactions a line is shown.
const every = 50

func (p *progressLine) show(r app.ImportReport) {
	if p.calls++; p.calls%every != 0 {
		return
	}
	share := ""
	if p.size > 0 {
		share = fmt.Sprintf("%3d %%, ", min(100, 100*r.Bytes/p.size))
	}
	fmt.Fprintf(p.to, "\r%s%d tasks", share, r.Created+r.Known)
}

func (p *progressLine) end() {
	if p.calls >= every {
		fmt.Fprintln(p.to)
	}
}

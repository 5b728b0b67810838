package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"mindflow/internal/config"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

type migrateCommand struct {
	Up      migrateUpCommand      `cmd:"" default:"1" help:"Take the steps that are missing. This is what migrate alone does."`
	Down    migrateDownCommand    `cmd:"" help:"Take the newest step back, if nothing is lost by it."`
	Status  migrateStatusCommand  `cmd:"" help:"List the steps, and which of them the database has taken."`
	History migrateHistoryCommand `cmd:"" help:"List the steps, the newest first."`
	Current migrateCurrentCommand `cmd:"" help:"Say which version the database's schema is at."`
	Create  migrateCreateCommand  `cmd:"" help:"Write the files of a new step, in the source tree."`
	Stamp   migrateStampCommand   `cmd:"" help:"Record that the schema is at a version, and change nothing else."`
	Adopt   adoptCommand          `cmd:"" help:"Take over the database of the Python service, in place."`
}

// withSchema opens the database as the role that may change its tables.
func withSchema(c *console, fn func(*store.Schema) error) (err error) {
	settings, err := config.Load(c.env)
	if err != nil {
		return err
	}
	schema, err := store.OpenSchema(settings.SchemaURL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, schema.Close()) }()
	return fn(schema)
}

// versionOf reads the version a person names.
func versionOf(schema *store.Schema, text string) (int64, error) {
	version, err := schema.Version(text)
	if err != nil {
		return 0, misused(err)
	}
	return version, nil
}

// misused says what was wrong with what a person named.
func misused(err error) error {
	for _, field := range mindflow.FieldsOf(err) {
		err = fmt.Errorf("%w: %s %s", errUsage, field.Field, field.Message)
	}
	return err
}

type migrateUpCommand struct {
	To string `default:"head" placeholder:"VERSION" help:"Go no further than this version."`
}

// Run takes the steps that are missing.
func (cmd migrateUpCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		to, err := versionOf(schema, cmd.To)
		if err != nil {
			return err
		}
		steps, err := schema.Up(c.ctx, to)
		if err == nil && to < schema.Head() {
			_, err = fmt.Fprintf(c.out, "The schema is at version %d or later; %s applied.\n", to, stepsOf(len(steps)))
		} else if err == nil {
			_, err = fmt.Fprintf(c.out, "The schema is up to date; %s applied.\n", stepsOf(len(steps)))
		}
		return err
	})
}

// stepsOf is so many steps, in words.
func stepsOf(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}

type migrateDownCommand struct {
	To       string `placeholder:"VERSION" help:"Go down to this version; else to the one before the present one."`
	LoseData bool   `help:"Go down even if data is lost by it."`
}

// Run takes steps back.
func (cmd migrateDownCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) (err error) {
		to := int64(store.ToBefore)
		if cmd.To != "" {
			if to, err = versionOf(schema, cmd.To); err != nil {
				return err
			}
		}
		steps, lost, err := schema.Down(c.ctx, to, cmd.LoseData)
		var text strings.Builder
		for _, step := range steps {
			fmt.Fprintf(&text, "Took back %s.\n", step)
		}
		for _, loss := range lost {
			fmt.Fprintf(&text, "Lost %s.\n", loss)
		}
		if err == nil && len(steps) == 0 {
			text.WriteString("There was nothing to take back.\n")
		}
		_, printed := fmt.Fprint(c.out, text.String())
		return errors.Join(err, printed)
	})
}

// listedStep is a step as scripts read it.
type listedStep struct {
	Version int64      `json:"version"`
	Name    string     `json:"name,omitempty"`
	State   string     `json:"state"`
	TakenAt *time.Time `json:"applied_at"`
}

// newListedStep says what has become of a step: it is applied, pending, or
// unknown, which is applied by a newer program.
func newListedStep(step store.Step) listedStep {
	listed := listedStep{Version: step.Version, Name: step.Name, State: "pending"}
	if step.Taken() {
		listed.State, listed.TakenAt = "applied", &step.TakenAt
	}
	if !step.Known() {
		listed.State = "unknown"
	}
	return listed
}

func (l listedStep) line() string {
	name, when := l.Name, l.State
	if l.State == "unknown" {
		name = "(of a newer program)"
	}
	if l.TakenAt != nil {
		when = l.TakenAt.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return fmt.Sprintf("%d\t%s\t%s", l.Version, name, when)
}

// standing is how a database stands to the steps of this program.
type standing struct {
	Version int64        `json:"version"`
	Head    int64        `json:"head"`
	Behind  int          `json:"behind"`
	Steps   []listedStep `json:"steps"`
}

func standingOf(c *console, schema *store.Schema) (standing, error) {
	steps, err := schema.Steps(c.ctx)
	s := standing{Head: schema.Head(), Steps: []listedStep{}}
	for _, step := range steps {
		s.Steps = append(s.Steps, newListedStep(step))
		if step.Taken() {
			s.Version = step.Version
		} else {
			s.Behind++
		}
	}
	return s, err
}

// sentence says where the schema is.
func (s standing) sentence() string {
	where := fmt.Sprintf("The schema is at version %d", s.Version)
	if s.Version == 0 {
		where = "The schema has not been made yet"
	}
	switch {
	case s.Behind > 0:
		return where + fmt.Sprintf(", behind by %d; the newest is version %d.", s.Behind, s.Head)
	case s.Version > s.Head:
		return where + fmt.Sprintf(", made by a newer program than this one, which knows version %d.", s.Head)
	}
	return where + ", the newest."
}

// stepTable lays steps out in columns.
func stepTable(steps []listedStep) string {
	var text strings.Builder
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "VERSION\tNAME\tAPPLIED")
	for _, step := range steps {
		fmt.Fprintln(columns, step.line())
	}
	_ = columns.Flush() // a Builder takes everything
	return text.String()
}

type listing struct {
	JSON bool `name:"json" help:"Print JSON and nothing else."`
}

// print prints what is to be read, by a script or by a person.
func (l listing) print(c *console, value any, text string) error {
	if l.JSON {
		return writeJSON(c.out, value)
	}
	_, err := fmt.Fprint(c.out, text)
	return err
}

type migrateStatusCommand struct{ listing }

// Run lists the steps and where the database stands.
func (cmd migrateStatusCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		s, err := standingOf(c, schema)
		if err != nil {
			return err
		}
		return cmd.print(c, s, stepTable(s.Steps)+s.sentence()+"\n")
	})
}

type migrateHistoryCommand struct{ listing }

// Run lists the steps, the newest first.
func (cmd migrateHistoryCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		s, err := standingOf(c, schema)
		if err != nil {
			return err
		}
		slices.Reverse(s.Steps)
		return cmd.print(c, s.Steps, stepTable(s.Steps))
	})
}

type migrateCurrentCommand struct{ listing }

// Run says which version the schema is at.
func (cmd migrateCurrentCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		s, err := standingOf(c, schema)
		if err != nil {
			return err
		}
		current := struct {
			listedStep

			Head   int64 `json:"head"`
			Behind int   `json:"behind"`
		}{listedStep{State: "pending"}, s.Head, s.Behind}
		text := "0"
		for _, step := range s.Steps {
			if step.TakenAt != nil {
				current.listedStep = step
				text = strings.ReplaceAll(step.line(), "\t", "  ")
			}
		}
		if s.Behind == 0 && s.Version == s.Head {
			text += "  (head)"
		}
		return cmd.print(c, current, text+"\n")
	})
}

type migrateStampCommand struct {
	Version string `arg:"" help:"The version, or head for the newest."`
}

// Run records a version.
func (cmd migrateStampCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		version, err := versionOf(schema, cmd.Version)
		if err != nil {
			return err
		}
		if err := schema.Stamp(c.ctx, version); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "The schema is recorded to be at version %d.\n", version)
		return err
	})
}

type migrateCreateCommand struct {
	Name string `arg:"" help:"What the step does, in a few words."`
	Dir  string `placeholder:"FOLDER" help:"Where the steps are; else found from the present folder."`
}

// stepsInSource is where the steps are in the source tree.
var stepsInSource = filepath.Join("internal", "store", "migrations")

// Run writes the files of a new step.
func (cmd migrateCreateCommand) Run(c *console) error {
	find := findSteps
	if cmd.Dir != "" {
		find = func() (string, error) { return filepath.Abs(cmd.Dir) }
	}
	dir, err := find()
	if err != nil {
		return err
	}
	files, err := store.CreateStep(dir, cmd.Name)
	var text strings.Builder
	for _, file := range files {
		text.WriteString(file + "\n")
	}
	_, printed := fmt.Fprint(c.out, text.String())
	return errors.Join(misused(err), printed)
}

// findSteps looks for the source tree around the present folder.
func findSteps() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		found := filepath.Join(dir, stepsInSource)
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", fmt.Errorf("there is no %s here or above: run it in the source tree, or name the folder with --dir", stepsInSource)
		}
		dir = above
	}
}

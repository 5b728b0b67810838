package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pressly/goose/v3"

	"mindflow/internal/mindflow"
)

// Step is one change of the schema, from the version before to its own.
type Step struct {
	Version int64
	Name    string // empty when this program does not know the step
	// TakenAt is when the database took it; zero: not yet.
	TakenAt time.Time
}

// Known reports whether this program has the step. One it does not know was
// taken by a newer one.
func (s Step) Known() bool { return s.Name != "" }

// Taken reports whether the database has taken it.
func (s Step) Taken() bool { return !s.TakenAt.IsZero() }

func (s Step) String() string { return strings.TrimSpace(fmt.Sprintf("%d %s", s.Version, s.Name)) }

// step is a step as its file says it.
type step struct {
	Step

	up, down string
	// loses is what its way down takes away; declares is whether the file says so.
	loses    []loss
	declares bool
}

// loss is a table, or a column of it, whose content a way down takes away.
type loss struct{ table, column string }

func (l loss) String() string {
	if l.column == "" {
		return l.table
	}
	return l.table + "." + l.column
}

// Marks in the files of steps. The first two are goose's.
const (
	markUp    = "-- +goose Up"
	markDown  = "-- +goose Down"
	markOther = "-- +goose "
	markLoses = "-- loses:"
)

// readSteps reads the files of a folder, in the order of their versions.
func readSteps(folder fs.FS) ([]step, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	var steps []step
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		read, err := parseStep(name, string(text))
		if err != nil {
			return nil, fmt.Errorf("read step %s: %w", name, err)
		}
		steps = append(steps, read)
	}
	slices.SortFunc(steps, func(a, b step) int { return int(a.Version - b.Version) })
	return steps, nil
}

// parseStep reads a file. Each direction is one script that runs in one
// transaction, whatever it holds: so goose's marks for single statements mean
// nothing here, and one that would leave the transaction is refused.
func parseStep(file, text string) (step, error) {
	var s step
	var err error
	if s.Version, err = goose.NumericComponent(file); err != nil {
		return s, err
	}
	_, s.Name, _ = strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
	var script *string
	for line := range strings.Lines(text) {
		switch mark := strings.TrimSpace(line); {
		case mark == markUp:
			script = &s.up
		case mark == markDown:
			script = &s.down
		case strings.HasPrefix(mark, markOther):
			return s, fmt.Errorf("%q is not for steps here: each way is one script in one transaction", mark)
		case strings.HasPrefix(mark, markLoses):
			s.declares = true
			s.loses = append(s.loses, parseLosses(strings.TrimPrefix(mark, markLoses))...)
		case script != nil:
			*script += line
		case mark != "" && !strings.HasPrefix(mark, "--"):
			return s, fmt.Errorf("something stands before %q", markUp)
		}
	}
	if s.Name == "" || script != &s.down {
		return s, errors.New("a step has a name, a way up and, after it, a way down")
	}
	return s, nil
}

func parseLosses(text string) []loss {
	var losses []loss
	for what := range strings.SplitSeq(text, ",") {
		table, column, _ := strings.Cut(strings.TrimSpace(what), ".")
		if table != "" && table != "nothing" {
			losses = append(losses, loss{table, column})
		}
	}
	return losses
}

// newStep is what the file of a new step begins with.
const newStep = markUp + "\n\n" + markDown + "\n" + markLoses + " nothing\n"

// stepFolders are the folders below a folder of steps, one for each database.
var stepFolders = []string{"sqlite", "postgres"}

// CreateStep writes the files of the next step, one for each database, into
// the folder that holds theirs, and answers their names.
func CreateStep(dir, name string) ([]string, error) {
	name = strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "_")
	if name == "" {
		return nil, mindflow.InvalidField("name", "must have letters or digits")
	}
	last := int64(0)
	for _, folder := range stepFolders {
		steps, err := readSteps(os.DirFS(filepath.Join(dir, folder)))
		if err != nil {
			return nil, err
		}
		if len(steps) == 0 {
			return nil, fmt.Errorf("there are no steps in %s", filepath.Join(dir, folder))
		}
		last = max(last, steps[len(steps)-1].Version)
	}
	var files []string
	for _, folder := range stepFolders {
		file := filepath.Join(dir, folder, fmt.Sprintf("%05d_%s.sql", last+1, name))
		if err := writeNew(file, newStep); err != nil {
			return files, fmt.Errorf("create step: %w", err)
		}
		files = append(files, file)
	}
	return files, nil
}

// writeNew writes a file that must not be there yet.
func writeNew(name, text string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// parseVersion reads the version a person names: a number, or "head" for the
// newest there is.
func parseVersion(text string, steps []step) (int64, error) {
	if text == "head" {
		return steps[len(steps)-1].Version, nil
	}
	version, err := strconv.ParseInt(text, 10, 64)
	known := version == 0 || slices.ContainsFunc(steps, func(s step) bool { return s.Version == version })
	if err != nil || !known {
		return 0, mindflow.InvalidField("version", fmt.Sprintf("must be head, or from 0 to %d", steps[len(steps)-1].Version))
	}
	return version, nil
}

package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mindflow/internal/app/can"
	"mindflow/internal/formats"
	"mindflow/internal/formats/all"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Import asks for a file of another program to be taken in.
type Import struct {
	Format string
	DryRun bool
	// Timezone, when set, is the zone the file was written in: midnight there
	// is a day. Empty reads dates as they stand.
	Timezone string
	// Columns says in which column of the file a field stands, for formats that
	// leave it open.
	Columns map[string]string
	// File is what the file is called, without its folder; empty where that is not
	// known.
	File string
	// Progress, when set, hears about every transaction.
	Progress func(ImportReport)
}

// ImportReport says what an import did, or in a dry run would do.
type ImportReport struct {
	Format  string
	DryRun  bool
	Bytes   int64 // of the file, dealt with so far
	Created int
	Known   int // imported before
	// Gained is how many of the known were given what the file says of their project,
	// steps, dependencies and repeats, and they did not have.
	Gained   int `json:",omitzero"`
	Projects int `json:",omitzero"` // made for them
	Skipped  int // understood, and deliberately not made a task
	Failed   int // could not be read
	Lost     int // notes about something that found no place
	// Remarks are at most maxRemarks about what went well, and as many about
	// what did not; Omitted counts those beyond.
	Remarks []ImportRemark
	Omitted int
}

// ImportRemark says something about one place in the file.
type ImportRemark struct {
	Kind    RemarkKind
	Place   string
	Message string
}

// RemarkKind says what a remark is about.
type RemarkKind string

// The kinds of remarks.
const (
	RemarkChanged RemarkKind = "changed" // kept in another form or field
	RemarkLost    RemarkKind = "lost"
	RemarkSkipped RemarkKind = "skipped"
	RemarkFailed  RemarkKind = "failed"
)

const (
	maxRemarks = 1000
	// maxFailed is how much may not be readable before a file is given up: what
	// no task comes of is not bounded by how many there may be.
	maxFailed = 100_000
	// importRows bounds a transaction, so that nobody waits long for an import.
	importRows = 8
)

var errUnreadable = &mindflow.Error{
	Kind: mindflow.KindInvalid, Message: "More than 100000 pieces of the file cannot be read; send it again once it is mended, nothing will be doubled",
}

// importing is an import under way.
type importing struct {
	a      *App
	actor  mindflow.Actor
	in     Import
	zone   mindflow.Zone // in which the file's days are
	report ImportReport
	batch  []*formats.Entry
	seen   map[sourceHash]bool // in the batch; in a dry run, which writes nothing to find again, in the whole file
	kept   [2]int              // remarks about what went well, and about what did not
	links  []*linkedEntry      // of the file, to be taken in at its end
	refs   int                 // how many others these name
	names  map[string]string   // what entries call others, and the source ids of these

	// In a dry run, what would be there by now.
	held     mindflow.Usage
	projects []mindflow.Project
	series   map[string]bool
	fresh    map[mindflow.TaskID]mindflow.ProjectID // new tasks, by made-up ids, and where they are
}

// Import takes in a file. What was imported before is not created again,
// whatever became of it; so an import that broke off can simply be repeated.
// On an error the report says what was done until then.
func (a *App) Import(ctx context.Context, actor mindflow.Actor, in Import, file io.Reader) (ImportReport, error) {
	if err := can.Edit.Within(actor.Scopes); err != nil { // a dry run, too: it says what is there
		return ImportReport{}, err
	}
	actor = actor.InOneCall(a.now())
	if actor.Key != nil {
		return a.importOnce(ctx, actor, in, file)
	}
	return a.importFile(ctx, actor, in, file)
}

func (a *App) importFile(ctx context.Context, actor mindflow.Actor, in Import, file io.Reader) (ImportReport, error) {
	run := &importing{
		a: a, actor: actor, in: in, seen: map[sourceHash]bool{}, names: map[string]string{},
		series: map[string]bool{}, fresh: map[mindflow.TaskID]mindflow.ProjectID{},
		report: ImportReport{Format: in.Format, DryRun: in.DryRun},
	}
	format, ok := all.Named(in.Format)
	if !ok {
		return run.report, mindflow.NotFound("import format")
	}
	options, err := run.options(ctx, format)
	if err != nil {
		return run.report, err
	}
	run.zone = options.Zone
	if in.DryRun {
		if err := run.pretend(ctx); err != nil {
			return run.report, err
		}
	}
	for item, err := range format.Read(file, options) {
		if err != nil {
			if ctx.Err() == nil { // what came before it is taken in all the same
				err = errors.Join(err, run.flush(ctx))
			}
			return run.report, err
		}
		run.report.Bytes = item.Offset
		if err := run.take(ctx, item); err != nil {
			return run.report, err
		}
	}
	err = run.flush(ctx)
	if err == nil {
		err = run.link(ctx)
	}
	return run.report, err
}

// maxFileName bounds a file's name, as file systems do.
const maxFileName = 255

func (run *importing) options(ctx context.Context, format formats.Format) (formats.Options, error) {
	o := formats.Options{Columns: run.in.Columns, Now: run.a.now()}
	var bad []mindflow.FieldError
	o.Name = strings.TrimSuffix(run.in.File, path.Ext(run.in.File))
	if !utf8.ValidString(o.Name) || len(o.Name) > maxFileName {
		bad = append(bad, mindflow.FieldError{Field: "file", Message: fmt.Sprintf("must be a file's name of at most %d bytes", maxFileName)})
	}
	if run.in.Timezone != "" {
		zone, err := mindflow.LoadZone(run.in.Timezone)
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: "timezone", Message: err.Error()})
		}
		o.Zone, o.HasZone = zone, true
	}
	if why := notMapped(format, run.in.Columns); why != "" {
		bad = append(bad, mindflow.FieldError{Field: "map", Message: why})
	}
	if len(bad) > 0 {
		return o, mindflow.Invalid(bad...)
	}
	if o.HasZone {
		return o, nil
	}
	p, err := run.a.preferencesOf(ctx, run.actor)
	o.Zone = p.Zone
	return o, err
}

// notMapped says why columns of the format cannot be mapped like this.
func notMapped(format formats.Format, columns map[string]string) string {
	if len(columns) > 0 && len(format.Columns) == 0 {
		return "goes with a format whose columns have no names of their own, such as csv"
	}
	for field, column := range columns {
		if column == "" || !slices.Contains(format.Columns, field) {
			return "must name fields and their columns; the fields are " + strings.Join(format.Columns, ", ")
		}
	}
	return ""
}

func (run *importing) take(ctx context.Context, item formats.Item) error {
	switch {
	case item.Problem != nil && run.report.Failed == maxFailed:
		return errors.Join(errUnreadable, run.flush(ctx))
	case item.Problem != nil:
		run.report.Failed++
		run.remark(RemarkFailed, item.Problem.Place, item.Problem.Message)
	case item.Skipped != nil:
		run.report.Skipped++
		run.remark(RemarkSkipped, item.Skipped.Place, item.Skipped.Message)
	case item.Note != nil:
		run.note(*item.Note)
	case item.Entry != nil:
		hash := hashOf(item.Entry.SourceID)
		if run.seen[hash] {
			run.report.Known++
			return nil
		}
		run.seen[hash] = true
		run.batch = append(run.batch, item.Entry)
		run.named(item.Entry)
	}
	if len(run.batch) < importRows {
		return nil
	}
	return run.flush(ctx)
}

// sourceHash stands for a source id, which may be long.
type sourceHash [16]byte

func hashOf(source string) sourceHash {
	sum := sha256.Sum256([]byte(source))
	return sourceHash(sum[:16])
}

func (run *importing) note(n formats.Note) {
	kind := RemarkChanged
	if n.Lost {
		kind = RemarkLost
		run.report.Lost++
	}
	run.remark(kind, n.Place, n.Message)
}

func (run *importing) remark(kind RemarkKind, place, message string) {
	bad := kind == RemarkFailed || kind == RemarkLost
	kept := &run.kept[map[bool]int{true: 1}[bad]]
	if *kept == maxRemarks {
		run.report.Omitted++
		return
	}
	*kept++
	run.report.Remarks = append(run.report.Remarks, ImportRemark{kind, place, message})
}

// flush writes the batch in one transaction, or in a dry run counts it.
func (run *importing) flush(ctx context.Context) error {
	if len(run.batch) == 0 {
		return nil
	}
	done, err := run.write(ctx)
	if err != nil {
		return run.cutShort(err)
	}
	run.report.Projects += done.projects
	for i, entry := range run.batch {
		run.told(entry, done.taken[i])
	}
	run.batch = run.batch[:0]
	if !run.in.DryRun {
		clear(run.seen) // the database remembers them now
	}
	if run.in.Progress != nil {
		run.in.Progress(run.report)
	}
	return nil
}

// told reports what became of an entry, and keeps what is left to be done with it.
func (run *importing) told(entry *formats.Entry, is taken) {
	if is.known {
		run.report.Known++
	} else {
		run.report.Created++
		for _, n := range entry.Notes {
			run.note(n)
		}
	}
	for _, n := range is.notes {
		run.note(n)
	}
	if len(is.gained) > 0 {
		run.report.Gained++
		run.note(gainedNote(entry.Place, is.gained))
	}
	if !is.whole {
		run.linksOf(entry, is)
	}
}

func gainedNote(place string, gained []string) formats.Note {
	return formats.Note{Place: place, Message: "it was imported before, and gains " + strings.Join(gained, " and ")}
}

// cutShort says how far an import came before the workspace was full.
func (run *importing) cutShort(err error) error {
	full, ok := errors.AsType[*mindflow.Error](err)
	if !ok || full.Kind != mindflow.KindFull {
		return err
	}
	if run.in.DryRun {
		return mindflow.Full(fmt.Sprintf("%s. %d tasks of the file would be taken in before that", full.Message, run.report.Created))
	}
	return mindflow.Full(fmt.Sprintf("%s. %d tasks of the file were taken in before that; with more room, send it again", full.Message, run.report.Created))
}

// write takes in the batch and answers what became of it.
func (run *importing) write(ctx context.Context) (done batchDone, err error) {
	if run.in.DryRun {
		return run.pretendBatch(ctx)
	}
	began := time.Now() //nolint:forbidigo // a duration, not a moment: the monotonic clock
	done, err = write(ctx, run.a, run.actor, can.Edit, func(tx *store.Tx) (batchDone, error) {
		b := importBatch{run: run, tx: tx, now: tx.Now(), series: map[string]bool{}}
		return b.take()
	})
	run.giveWay(ctx, err, began)
	return done, err
}

// giveWay gives others their turn where they wait, for as long as one's own took.
func (run *importing) giveWay(ctx context.Context, err error, began time.Time) {
	if err == nil && run.a.store.Crowded() {
		pause(ctx, time.Since(began)) //nolint:forbidigo // a duration, not a moment: the monotonic clock
	}
}

// pause waits, unless nobody does any more.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}

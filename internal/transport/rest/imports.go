package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// MaxImport is the most bytes that a file to import may have.
const MaxImport = 50 << 20

// importTime bounds how long a file may take to arrive.
const importTime = 10 * time.Minute

// How slowly it may arrive: a file that trickles would keep its place from
// others for all that time.
const (
	minRate  = 4 << 10 // bytes a second, on the whole
	leniency = 10 * time.Second
)

// steady reads a file that arrives, and gives up on one that trickles. Only the
// time that is spent waiting for it counts.
type steady struct {
	io.Reader

	until  func(time.Time) error // sets the connection's deadline
	last   time.Time             // no later than that
	waited time.Duration
	read   int64
	broken error // why no more will come
}

func (s *steady) Read(p []byte) (int, error) {
	began := time.Now() //nolint:forbidigo // a deadline of the connection
	allowed := leniency + time.Duration(s.read)*time.Second/minRate
	deadline := began.Add(allowed - s.waited)
	if deadline.After(s.last) {
		deadline = s.last
	}
	_ = s.until(deadline) // tests' connections have none
	n, err := s.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		_ = s.until(time.Time{}) // what is done with it takes its own time
	}
	s.read += int64(n)
	s.waited += time.Since(began) //nolint:forbidigo // as above
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken = err
	}
	return n, err
}

type importInput struct {
	Format   string   `path:"format" doc:"The file's format: what Taskwarrior exports, a todo.txt file, what Todoist exports as CSV, or any CSV file whose first row names the columns" enum:"taskwarrior,todotxt,todoist,csv"`
	DryRun   bool     `query:"dry_run" doc:"Say what would happen, and change nothing"`
	Timezone string   `query:"timezone" doc:"The zone the file was written in: midnight there is read as a day"`
	File     string   `query:"file" doc:"For todoist: what the file is called, such as Work.csv. Its tasks come into a project of that name"`
	Map      []string `query:"map,explode" doc:"For csv: a field and the column it stands in, such as due_date:Due; once for each such field. Columns that bear a field's name need none. Fields: id, title, description, status, priority, due_date, start_date, snoozed_until, effort_estimate_minutes, preferred_time, tags, created_at, updated_at, completed_at, project, parent_id, blocked_by, recurrence, recurrence_from"`

	columns map[string]string
	file    *steady
}

// Resolve takes the body as it streams in.
func (in *importInput) Resolve(ctx huma.Context) []error {
	in.columns = map[string]string{}
	for _, pair := range in.Map {
		field, column, ok := strings.Cut(pair, ":")
		if _, twice := in.columns[field]; twice || !ok {
			return details("query", []mindflow.FieldError{{Field: "map", Message: "must be a field, a colon and a column's name, each field once"}})
		}
		in.columns[field] = column
	}
	r, w := humago.Unwrap(ctx)
	deadline := time.Now().Add(importTime)                                        //nolint:forbidigo // a deadline of the connection
	_ = http.NewResponseController(w).SetWriteDeadline(deadline.Add(time.Minute)) // the answer comes after the file
	in.file = &steady{Reader: http.MaxBytesReader(w, r.Body, MaxImport), until: ctx.SetReadDeadline, last: deadline}
	return nil
}

type remarkView struct {
	Kind    app.RemarkKind `json:"kind" enum:"changed,lost,skipped,failed"`
	Place   string         `json:"place" doc:"Where in the file"`
	Message string         `json:"message"`
}

type importReply struct {
	Body struct {
		Format   string       `json:"format"`
		DryRun   bool         `json:"dry_run"`
		Created  int          `json:"created" doc:"Tasks made, or in a dry run to be made"`
		Known    int          `json:"known" doc:"Imported before, and not made again"`
		Gained   int          `json:"gained" doc:"Of those known: given what the file says of their project, steps, dependencies and repeats, which they did not have"`
		Projects int          `json:"projects" doc:"Projects made for the tasks, or in a dry run to be made"`
		Skipped  int          `json:"skipped" doc:"Understood, and deliberately not made a task"`
		Failed   int          `json:"failed" doc:"Could not be read"`
		Lost     int          `json:"lost" doc:"Pieces that found no place"`
		Remarks  []remarkView `json:"remarks" nullable:"false" doc:"What is to be said about single places in the file"`
		Omitted  int          `json:"omitted" doc:"Remarks beyond the first thousand"`
	}
}

func (a *API) importFile(ctx context.Context, in *importInput) (*importReply, error) {
	report, err := a.app.Import(ctx, actorOf(ctx), app.Import{
		Format: in.Format, DryRun: in.DryRun, Timezone: in.Timezone, Columns: in.columns, File: in.File,
	}, in.file)
	if in.file.broken == nil && ctx.Err() == nil {
		_, _ = io.Copy(io.Discard, in.file) // who still sends does not read yet: closed upon, they would miss the answer
	}
	switch {
	case err != nil && mindflow.KindOf(err) == mindflow.KindInternal && in.file.broken != nil:
		p := missingFile(in.file.broken)
		p.RequestID = requestID(ctx)
		return nil, p
	case err != nil:
		return nil, a.problem(ctx, err)
	}
	return viewImport(report), nil
}

// missingFile says why the rest of a file is not there.
func missingFile(err error) *Problem {
	const again = "send it again, nothing will be doubled"
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return problemOf(http.StatusRequestEntityTooLarge, "The file is larger than 50 MiB; what came before that has been imported, and a repeat will not double it")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemOf(http.StatusRequestTimeout, "The file did not arrive in time; "+again)
	}
	return problemOf(http.StatusBadRequest, "The file did not arrive whole; "+again)
}

func viewImport(report app.ImportReport) *importReply {
	r := &importReply{}
	b := &r.Body
	b.Format, b.DryRun, b.Created, b.Known = report.Format, report.DryRun, report.Created, report.Known
	b.Gained, b.Projects = report.Gained, report.Projects
	b.Skipped, b.Failed, b.Lost, b.Omitted = report.Skipped, report.Failed, report.Lost, report.Omitted
	b.Remarks = make([]remarkView, len(report.Remarks))
	for i, remark := range report.Remarks {
		b.Remarks[i] = remarkView(remark)
	}
	return r
}

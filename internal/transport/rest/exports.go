package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type exportInput struct {
	Format string `path:"format" doc:"json is one object with your preferences, projects and tasks, as other routes answer them; csv is a table with a row for each task, which an import takes in again" enum:"json,csv"`
}

// exportView documents what an export as JSON holds; exported writes it.
type exportView struct {
	ExportedAt  string          `json:"exported_at" format:"date-time"`
	Preferences preferencesView `json:"preferences"`
	Projects    []ProjectView   `json:"projects" nullable:"false" doc:"In their manual order, archived ones too"`
	Tasks       []taskView      `json:"tasks" nullable:"false" doc:"In the order of their ids"`
}

// exported writes an export in one format.
type exported struct {
	contentType  string
	begin        func([]byte, app.Export) ([]byte, error)
	task         func([]byte, *mindflow.Task) []byte
	between, end string
}

func exportedAs(format string, e app.Export) exported {
	if format == "csv" {
		begin := func(b []byte, e app.Export) ([]byte, error) { return e.AppendCSVHeader(b), nil }
		return exported{"text/csv; charset=utf-8; header=present", begin, e.AppendCSV, "", ""}
	}
	return exported{"application/json", beginJSON, appendTask, ",\n", "\n]}\n"}
}

func beginJSON(b []byte, e app.Export) ([]byte, error) {
	preferences, err := json.Marshal(viewPreferences(e.Preferences).Body)
	if err != nil {
		return b, err
	}
	views := make([]ProjectView, len(e.Projects))
	for i, p := range e.Projects {
		views[i] = viewProject(p.Project)
	}
	projects, err := json.Marshal(views)
	b = append(e.At.AppendFormat(append(b, `{"exported_at":"`...), mindflow.InstantLayout), `","preferences":`...)
	b = append(append(b, preferences...), `,"projects":`...)
	return append(append(b, projects...), `,"tasks":[`+"\n"...), err
}

func (a *API) export(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	export, err := a.app.Export(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	as := exportedAs(in.Format, export)
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", as.contentType)
		out.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="mindflow-%s.%s"`, export.Day(), in.Format))
		if err := as.write(out, export); err != nil { //nolint:contextcheck // out has it
			mindflow.TraceOf(ctx).Failed(err)
			panic(http.ErrAbortHandler) // who has read a part of it must not take that for all
		}
	}}, nil
}

// pageTime is how long a page may take to be sent.
const pageTime = 30 * time.Second

// write sends the export page by page, to whoever takes them.
func (as exported) write(out huma.Context, export app.Export) error {
	_, w := humago.Unwrap(out)
	connection := http.NewResponseController(w)
	b, err := as.begin(nil, export)
	if err != nil {
		return err
	}
	first := true
	for tasks, err := range export.Pages(out.Context()) {
		if err != nil {
			return err
		}
		for i := range tasks {
			if !first {
				b = append(b, as.between...)
			}
			b, first = as.task(b, &tasks[i]), false
		}
		_ = connection.SetWriteDeadline(time.Now().Add(pageTime)) //nolint:forbidigo // a deadline of the connection
		if _, err := w.Write(b); err != nil {
			panic(http.ErrAbortHandler) // they are gone, which is no fault of ours
		}
		b = b[:0]
	}
	_, _ = w.Write(append(b, as.end...))
	return nil
}

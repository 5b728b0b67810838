package app

import (
	"context"
	"iter"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/formats/csvfile"
	"mindflow/internal/mindflow"
)

// Export is everything in a person's workspace, whatever its status, but for
// what was deleted.
type Export struct {
	At          time.Time // when it began: snoozes read as they do then
	Preferences mindflow.Preferences
	Projects    []mindflow.ListedProject // in their manual order

	app   *App
	actor mindflow.Actor
	first []mindflow.Task
	ways  map[mindflow.ProjectID][]string // to each project, by names from the top
}

// exportPage is how many tasks are in memory at once.
const exportPage = 200

// Export begins an export. It reads the first tasks, so that most of what can go
// wrong does so before anything is answered.
func (a *App) Export(ctx context.Context, actor mindflow.Actor) (Export, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return Export{}, err
	}
	e := Export{At: a.now(), app: a, actor: actor}
	var err error
	if e.Preferences, err = a.preferencesOf(ctx, actor); err != nil {
		return e, err
	}
	if err := e.findWays(ctx); err != nil {
		return e, err
	}
	e.first, err = e.after(ctx, mindflow.TaskID{})
	return e, err
}

// findWays finds out how the projects are called, with the one each is beneath.
func (e *Export) findWays(ctx context.Context) error {
	list, err := e.app.store.Projects(ctx, e.actor.WorkspaceID, false)
	slices.SortFunc(list, func(x, y mindflow.ListedProject) int { return byPlace(x.Project, y.Project) })
	e.Projects = list
	names := make(map[mindflow.ProjectID]string, len(list))
	for _, p := range list {
		names[p.ID] = p.Name
	}
	e.ways = make(map[mindflow.ProjectID][]string, len(list))
	for _, p := range list {
		way := []string{p.Name}
		if above, there := names[p.ParentID]; there {
			way = []string{above, p.Name}
		}
		e.ways[p.ID] = way
	}
	return err
}

// Pages yields the tasks, a few hundred at a time, in the order of their ids. An
// error is the last thing it yields.
//
// Each page is as it stood when it was read, not all of them at one moment: for
// that the database would have to keep its past for as long as somebody
// downloads. Since ids never change, what was there all the time comes exactly
// once; what is created or deleted meanwhile may be in it or not.
func (e Export) Pages(ctx context.Context) iter.Seq2[[]mindflow.Task, error] {
	return func(yield func([]mindflow.Task, error) bool) {
		page := e.first
		for len(page) > 0 {
			last := page[len(page)-1].ID
			if !yield(page, nil) || len(page) < exportPage {
				return
			}
			var err error
			if page, err = e.after(ctx, last); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

func (e Export) after(ctx context.Context, id mindflow.TaskID) ([]mindflow.Task, error) {
	tasks, err := e.app.store.TasksAfter(ctx, e.actor.WorkspaceID, id, exportPage)
	for i, t := range tasks {
		tasks[i] = t.At(e.At)
	}
	return tasks, err
}

// Day is the day on which it began, for the person.
func (e Export) Day() mindflow.Day { return e.Preferences.Zone.Today(e.At) }

// AppendCSVHeader and AppendCSV append the export's tasks as the CSV file that
// an import takes in again.
func (Export) AppendCSVHeader(b []byte) []byte { return csvfile.AppendHeader(b) }

// AppendCSV appends one task's row.
func (e Export) AppendCSV(b []byte, t *mindflow.Task) []byte {
	return csvfile.AppendTask(b, t, e.ways[t.Details.ProjectID])
}

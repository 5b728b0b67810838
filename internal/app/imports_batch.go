package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// importBatch takes in some entries in one transaction, or in a dry run in none.
type importBatch struct {
	run *importing
	tx  *store.Tx // nil in a dry run
	now time.Time

	known  map[string]store.Source
	tasks  map[mindflow.TaskID]mindflow.Task // the known ones that may gain something
	series map[string]bool                   // taken in with the batch

	done    batchDone
	savings []store.Saving
	linked  []string // sources of which nothing is left to be taken in
}

// batchDone is what became of a batch.
type batchDone struct {
	taken    []taken // entry by entry
	projects int     // made
}

// taken is what became of an entry.
type taken struct {
	id      mindflow.TaskID
	project mindflow.ProjectID
	known   bool     // imported before
	gained  []string // and what it has now and had not
	notes   []formats.Note
	whole   bool // nothing is left to be taken in of it
	crowded bool // there is no room for its project: the next time there may be
}

// gives reports whether an entry says something that servers of before had no
// place for.
func gives(e *formats.Entry) bool {
	return len(e.Links.Project) > 0 || !e.Task.Details.Recurrence.IsZero() || linksOthers(e)
}

// linksOthers reports whether it says something of other entries.
func linksOthers(e *formats.Entry) bool { return e.Links.Parent != "" || len(e.Links.BlockedBy) > 0 }

// sources are the source ids of the batch, and of the series in it.
func (b *importBatch) sources() []string {
	sources := make([]string, 0, len(b.run.batch))
	for _, e := range b.run.batch {
		sources = append(sources, e.SourceID)
		if e.Links.Series != "" {
			sources = append(sources, e.Links.Series)
		}
	}
	return sources
}

// mayGain are the tasks that were imported before, by a server that had no place
// for all that the file says of them.
func (b *importBatch) mayGain() []mindflow.TaskID {
	var ids []mindflow.TaskID
	for _, e := range b.run.batch {
		if source, known := b.known[e.SourceID]; known && !source.Linked && gives(e) {
			ids = append(ids, source.TaskID)
		}
	}
	return ids
}

func (b *importBatch) take() (batchDone, error) {
	var err error
	if b.known, err = b.tx.Imported(b.run.in.Format, b.sources()); err != nil {
		return b.done, err
	}
	if b.tasks, err = b.tx.TasksNamed(b.mayGain()); err != nil {
		return b.done, err
	}
	if err := b.each(); err != nil {
		return b.done, err
	}
	if err := b.save(); err != nil {
		return b.done, err
	}
	return b.done, b.tx.LinkedSources(b.run.in.Format, b.linked)
}

// save keeps what has gained something so far.
func (b *importBatch) save() error {
	_, err := b.tx.SaveTasks(b.savings, b.run.actor)
	b.savings = nil
	return err
}

func (b *importBatch) each() error {
	for i, e := range b.run.batch {
		var is taken
		var err error
		if source, known := b.known[e.SourceID]; known {
			is, err = b.gain(e, source)
		} else {
			is, err = b.create(e, b.now.Add(time.Duration(i)*time.Microsecond)) // they keep their order
		}
		if err != nil {
			return err
		}
		b.done.taken = append(b.done.taken, is)
	}
	return nil
}

// create makes a task of an entry, at a moment unless the file says when.
func (b *importBatch) create(e *formats.Entry, at time.Time) (taken, error) {
	t := e.Task
	is := taken{whole: !linksOthers(e)}
	t.ID = mindflow.NewID[mindflow.Task](at)
	t.WorkspaceID, t.UserID, t.Version = b.run.actor.WorkspaceID, b.run.actor.UserID, 1
	t.CreatedAt = orNow(t.CreatedAt, at)
	t.UpdatedAt = orNow(t.UpdatedAt, t.CreatedAt)
	if t.Status == mindflow.StatusCompleted {
		t.CompletedAt = orNow(t.CompletedAt, t.UpdatedAt)
	}
	t, err := b.inProject(t, e, &is)
	if err != nil {
		return is, err
	}
	if t, err = b.repeating(t, e, &is); err != nil {
		return is, err
	}
	is.id, is.project = t.ID, t.Details.ProjectID
	if b.tx == nil {
		is.id = madeUp(e.SourceID)
		b.run.fresh[is.id] = is.project
		b.run.held = b.run.held.Plus(mindflow.UsageOf(t)).Plus(mindflow.Usage{Events: 1})
		return is, nil
	}
	if _, err := b.tx.CreateTask(t, "", b.run.actor, mindflow.TaskImported); err != nil {
		return is, err
	}
	return is, b.tx.RememberSource(b.run.in.Format, e.SourceID, t.ID, is.whole)
}

// madeUp stands for the id of a task that a dry run does not make.
func madeUp(source string) mindflow.TaskID { return mindflow.TaskID(hashOf(source)) }

// inProject is a new task in the project its entry names. Where the workspace has
// no room for another project, that becomes a tag.
func (b *importBatch) inProject(t mindflow.Task, e *formats.Entry, is *taken) (mindflow.Task, error) {
	if len(e.Links.Project) == 0 {
		return t, nil
	}
	id, ok, err := b.project(e.Links.Project)
	t.Details.ProjectID = id
	if err != nil || ok {
		return t, err
	}
	name := strings.Join(e.Links.Project, ".")
	tag := "project:" + name
	n := formats.Note{Place: e.Place, Message: manyProjects}
	if len(t.Tags) < mindflow.MaxTags && mindflow.Length(tag) <= mindflow.MaxTag {
		t.Tags = append(slices.Clip(t.Tags), tag)
		n.Message += fmt.Sprintf("its project became the tag %q", tag)
	} else {
		n.Lost = true
		n.Message += fmt.Sprintf("its project %q is lost", name)
	}
	is.notes = append(is.notes, n)
	return t, nil
}

var manyProjects = fmt.Sprintf("there are %d projects, as many as there may be: ", mindflow.MaxProjects)

// project is the project at the end of a way from the top, made where it is not
// there. It answers how far it came, and false, where there is no room for more.
func (b *importBatch) project(way []string) (mindflow.ProjectID, bool, error) {
	var id mindflow.ProjectID
	for _, name := range way {
		all, err := b.projects()
		if err != nil {
			return id, false, err
		}
		next, found := projectUnder(all, id, name)
		if !found && len(all) >= mindflow.MaxProjects {
			return id, false, nil
		}
		if !found {
			at := b.now.Add(time.Duration(b.done.projects) * time.Microsecond)
			next = mindflow.Project{
				ID: mindflow.NewID[mindflow.Project](at), WorkspaceID: b.run.actor.WorkspaceID, ParentID: id, Name: name,
				Version: 1, CreatedAt: at, UpdatedAt: at,
			}
			if err := b.makeProject(next); err != nil {
				return id, false, err
			}
		}
		id = next.ID
	}
	return id, true, nil
}

// projectUnder is the project of a name beneath another, or at the top. Archived
// ones hide what is in them, and so do not count.
func projectUnder(all []mindflow.Project, parent mindflow.ProjectID, name string) (mindflow.Project, bool) {
	for _, p := range projectsNamed(all, name) {
		if p.ParentID == parent && p.ArchivedAt.IsZero() {
			return p, true
		}
	}
	return mindflow.Project{}, false
}

func (b *importBatch) projects() ([]mindflow.Project, error) {
	if b.tx == nil {
		return b.run.projects, nil
	}
	return b.tx.Projects()
}

func (b *importBatch) makeProject(p mindflow.Project) error {
	b.done.projects++
	if b.tx == nil {
		b.run.projects = append(b.run.projects, p)
		b.run.held = b.run.held.Plus(mindflow.Usage{Events: 1})
		return nil
	}
	return makeProject(b.tx, b.run.actor, p, "")
}

// repeating is a task that repeats as its entry says, unless its series was taken
// in before: that goes on with the task that was first.
func (b *importBatch) repeating(t mindflow.Task, e *formats.Entry, is *taken) (mindflow.Task, error) {
	r := e.Task.Details.Recurrence
	t.Details.Recurrence = mindflow.Recurrence{}
	if r.IsZero() {
		return t, nil
	}
	if b.hasSeries(e) {
		is.notes = append(is.notes, formats.Note{Place: e.Place, Message: "another task of its series was imported before, and repeats: it is a single task"})
		return t, nil
	}
	after := t
	after.Details.Recurrence = r
	after, err := settleRecurrence(t, after)
	switch {
	case mindflow.KindOf(err) == mindflow.KindInvalid:
		is.notes = append(is.notes, formats.Note{Place: e.Place, Lost: true, Message: fmt.Sprintf("it does not repeat: %q %s", r.Rule, mindflow.FieldsOf(err)[0].Message)})
		return t, nil
	case err != nil:
		return t, err
	}
	return after, b.takeSeries(e, t.ID)
}

func (b *importBatch) hasSeries(e *formats.Entry) bool {
	series := e.Links.Series
	_, known := b.known[series]
	return series != "" && series != e.SourceID && (known || b.series[series] || b.run.series[series])
}

func (b *importBatch) takeSeries(e *formats.Entry, id mindflow.TaskID) error {
	series := e.Links.Series
	if series == "" || series == e.SourceID {
		return nil
	}
	b.series[series] = true
	if b.tx == nil {
		b.run.series[series] = true
		return nil
	}
	return b.tx.RememberSource(b.run.in.Format, series, id, true)
}

// gain gives a task that was imported before what the file says of it and it does
// not have. What it has stays: it is the person's own.
func (b *importBatch) gain(e *formats.Entry, source store.Source) (taken, error) {
	is := taken{id: source.TaskID, known: true, whole: true}
	before, may := b.tasks[source.TaskID]
	if !may || !before.DeletedAt.IsZero() {
		return is, nil
	}
	after, err := b.gainProject(before, e, &is)
	if err != nil {
		return is, err
	}
	if after, err = b.gainRepeats(after, e, &is); err != nil {
		return is, err
	}
	is.project = after.Details.ProjectID
	if is.whole = !linksOthers(e) && !is.crowded; is.whole {
		b.linked = append(b.linked, e.SourceID)
	}
	if len(is.gained) == 0 {
		return is, nil
	}
	if b.tx == nil {
		b.run.held = b.run.held.Plus(mindflow.Usage{Events: 1})
		return is, nil
	}
	return is, b.keep(before, after)
}

// keep has a task saved with the others of the batch. One with steps takes them
// along, which others of the batch may be.
func (b *importBatch) keep(before, after mindflow.Task) error {
	if !before.HasSteps || before.Details.ProjectID == after.Details.ProjectID {
		b.savings = append(b.savings, store.Saving{Before: before, After: after, Verb: mindflow.TaskUpdated})
		return nil
	}
	if err := b.save(); err != nil {
		return err
	}
	after, err := settleStep(b.tx, b.run.actor, before, after)
	if err == nil {
		_, err = b.tx.SaveTask(before, after, b.run.actor, mindflow.TaskUpdated)
	}
	if err == nil {
		b.tasks, err = b.tx.TasksNamed(b.mayGain())
	}
	return err
}

// gainProject puts a task that is in no project into that of its entry. Where there is
// no room for that one it stays as it is, so that a later import finds it so.
func (b *importBatch) gainProject(t mindflow.Task, e *formats.Entry, is *taken) (mindflow.Task, error) {
	if len(e.Links.Project) == 0 || !t.Details.ProjectID.IsZero() || !t.Details.ParentID.IsZero() {
		return t, nil
	}
	id, ok, err := b.project(e.Links.Project)
	name := strings.Join(e.Links.Project, ".")
	switch {
	case err != nil:
		return t, err
	case !ok:
		is.crowded = true
		is.notes = append(is.notes, formats.Note{Place: e.Place, Lost: true, Message: manyProjects + fmt.Sprintf("it is not put into its project %q", name)})
		return t, nil
	}
	t.Details.ProjectID = id
	is.gained = append(is.gained, "its project "+mindflow.Quoted(name))
	return t, nil
}

func (b *importBatch) gainRepeats(t mindflow.Task, e *formats.Entry, is *taken) (mindflow.Task, error) {
	r := e.Task.Details.Recurrence
	if r.IsZero() || !t.Details.Recurrence.IsZero() || !t.Status.Open() || b.hasSeries(e) {
		return t, nil
	}
	after := t
	after.Details.Recurrence = r
	if t.Due.IsZero() {
		after.Due = e.Task.Due
	}
	after, err := settleRecurrence(t, after)
	if mindflow.KindOf(err) == mindflow.KindInvalid || err == nil && after.Start.Misses(after.Due, b.run.zone) {
		return t, nil // by now it is otherwise than the file has it
	}
	if err != nil {
		return t, err
	}
	is.gained = append(is.gained, "how it repeats")
	return after, b.takeSeries(e, t.ID)
}

// pretend begins a dry run: it reads what is there.
func (run *importing) pretend(ctx context.Context) error {
	home := run.actor.WorkspaceID
	var err error
	if run.held, err = run.a.store.Usage(ctx, home); err != nil {
		return err
	}
	for _, deleted := range []bool{false, true} { // those count, too, until they are gone
		list, err := run.a.store.Projects(ctx, home, deleted)
		if err != nil {
			return err
		}
		for _, p := range list {
			run.projects = append(run.projects, p.Project)
		}
	}
	return nil
}

// pretendBatch answers what would become of the batch, and refuses what would not
// fit: so a dry run ends where the import would.
func (run *importing) pretendBatch(ctx context.Context) (batchDone, error) {
	b := importBatch{run: run, now: run.a.now(), series: map[string]bool{}}
	before, home := run.held, run.actor.WorkspaceID
	var err error
	if b.known, err = run.a.store.Imported(ctx, home, run.in.Format, b.sources()); err != nil {
		return b.done, err
	}
	tasks, err := run.a.store.Tasks(ctx, home, b.mayGain())
	if err != nil {
		return b.done, err
	}
	b.tasks = make(map[mindflow.TaskID]mindflow.Task, len(tasks))
	for _, t := range tasks {
		b.tasks[t.ID] = t
	}
	if err := b.each(); err != nil {
		return b.done, err
	}
	return b.done, run.a.settings.Quotas.Check(mindflow.Growth{Before: before, After: run.held})
}

package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Undone says what an undoing has done.
type Undone struct {
	Undone mindflow.ChangeID // what was taken back
	Change mindflow.ChangeID `json:"By"` // what takes that back again; kept beside the answer's own Change
	Tasks  []mindflow.TaskID // whose fields are as they were before
}

// Undo takes a change back: each field it has changed is again what it was
// before, all of them or none. Fields that nobody touched since are restored
// though others of the task have changed; where one has been, it is refused, and
// says which later edits it would overwrite. What was created goes to the trash.
// Undoing is a change itself, so that undoing it does again what was undone.
func (a *App) Undo(ctx context.Context, actor mindflow.Actor, change mindflow.ChangeID) (Undone, error) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return Undone{}, err
	}
	actor = actor.InOneCall(a.now())
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (Undone, error) {
		u := undoing{tx: tx, actor: actor, zone: p.Zone}
		if err := u.read(change); err != nil {
			return Undone{}, err
		}
		if err := u.checkLater(); err != nil {
			return Undone{}, err
		}
		tx.Undoing(u.change)
		if err := u.takeBack(); err != nil {
			return Undone{}, err
		}
		return Undone{Undone: u.change, Change: tx.Change(), Tasks: u.tasks()}, nil
	})
}

// undoing is a change on its way back.
type undoing struct {
	tx     *store.Tx
	actor  mindflow.Actor
	zone   mindflow.Zone
	change mindflow.ChangeID
	first  int64     // sequence of its first event
	things []changed // in the order in which they were changed first
}

// changed is what a change did to one thing.
type changed struct {
	thing

	created bool
	fields  mindflow.Changes
}

// thing is what events are about: a task; what its kind says, by its subject; or
// the actor's preferences.
type thing struct {
	kind    string // as Verb.Kind says it
	task    mindflow.TaskID
	subject mindflow.SubjectID
}

func thingOf(e mindflow.Event) thing { return thing{e.Verb.Kind(), e.TaskID, e.Subject} }

// touches reports whether a change to some fields is one to what would be
// restored. Of what was created everything is.
func (c changed) touches(fields mindflow.Changes) bool {
	if c.created {
		return true
	}
	for name := range fields {
		if _, both := c.fields[name]; both {
			return true
		}
	}
	return false
}

// read finds the change, and refuses one that cannot be undone whatever came after it.
func (u *undoing) read(change mindflow.ChangeID) error {
	events, err := u.tx.EventsOf(change, mindflow.MaxUndone+1)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return u.missing(change)
	}
	if why := notUndoable(events, u.tx.Now().Add(-mindflow.UndoTime).UnixMicro()); why != "" {
		return mindflow.Conflict(why)
	}
	u.change, u.first, u.things = events[0].ChangeID(), events[0].Seq, changedBy(events)
	return nil
}

// missing says why there is no such change.
func (u *undoing) missing(change mindflow.ChangeID) error {
	seq, single := change.Seq()
	if !single {
		return mindflow.NotFound("change")
	}
	compacted, err := u.tx.CompactedUpTo()
	if err == nil && seq > compacted {
		err = mindflow.NotFound("change")
	}
	if err == nil {
		err = mindflow.Conflict(tooLongAgo)
	}
	return err
}

const tooLongAgo = "It was changed more than 30 days ago, which is as far back as can be undone"

// notUndoable says why a change cannot be undone, whatever came after it; empty
// when it can.
func notUndoable(events []mindflow.Event, since int64) string {
	if len(events) > mindflow.MaxUndone {
		return fmt.Sprintf("It changed more than %d things at once, which cannot be undone", mindflow.MaxUndone)
	}
	for _, e := range events {
		switch {
		case !e.Verb.Undoable():
			return "Only changes to what you plan with can be undone, not those to accounts, and not what is gone for good"
		case e.At.UnixMicro() < since:
			return tooLongAgo
		}
	}
	return ""
}

// changedBy is what events of one change did, thing by thing.
func changedBy(events []mindflow.Event) []changed {
	var things []changed
	place := map[thing]int{}
	for _, e := range events {
		i, known := place[thingOf(e)]
		if !known {
			i = len(things)
			place[thingOf(e)] = i
			things = append(things, changed{thing: thingOf(e), created: e.Verb.Creates()})
		}
		things[i].fields = things[i].fields.ThenChanged(e.Changes)
	}
	return things
}

func (u *undoing) tasks() []mindflow.TaskID {
	ids := []mindflow.TaskID{}
	for _, c := range u.things {
		if !c.task.IsZero() {
			ids = append(ids, c.task)
		}
	}
	return ids
}

const (
	// maxOverwrites bounds how many later edits a refusal names.
	maxOverwrites = 20
	// maxLater bounds how many are looked for before undoing is refused: a log may
	// hold millions of edits of what a change was about.
	maxLater = 1000
)

// checkLater refuses an undoing that would overwrite later edits.
func (u *undoing) checkLater() error {
	l := newLaterEdits(u.change, u.first, u.things)
	var of store.LaterOf
	for _, c := range u.things {
		of = addTo(of, c)
	}
	err := u.tx.Later(u.first, of, func(e mindflow.Event) bool {
		l.see(e)
		return !l.enough()
	})
	if err != nil {
		return err
	}
	if !l.refuse() {
		return nil
	}
	tasks, err := u.tx.TasksNamed(l.tasks())
	if err != nil {
		return err
	}
	if l.already == nil && anyGone(l.tasks(), tasks, u.tx.Now()) {
		return errGone
	}
	return l.refusal(tasks)
}

// addTo adds a thing to those that later edits are looked for by.
func addTo(of store.LaterOf, c changed) store.LaterOf {
	switch {
	case !c.task.IsZero():
		of.Tasks = append(of.Tasks, c.task)
	case !c.subject.IsZero():
		of.Subjects = append(of.Subjects, c.subject)
	default:
		of.Preferences = true
	}
	return of
}

// laterEdits hold what came after a change against it, the newest first. A later
// change that was undone itself, and its undoing, come to nothing together.
type laterEdits struct {
	change  mindflow.ChangeID
	first   int64 // sequence of its first event
	things  map[thing]changed
	undone  map[mindflow.ChangeID]bool
	pending map[mindflow.ChangeID][]mindflow.Event // undoings of what has not been seen yet
	over    []mindflow.Event                       // what would be overwritten
	already *mindflow.Event                        // what has undone it
}

func newLaterEdits(change mindflow.ChangeID, first int64, things []changed) *laterEdits {
	l := &laterEdits{
		change: change, first: first, things: map[thing]changed{}, undone: map[mindflow.ChangeID]bool{},
		pending: map[mindflow.ChangeID][]mindflow.Event{},
	}
	for _, c := range things {
		l.things[c.thing] = c
	}
	return l
}

func (l *laterEdits) see(e mindflow.Event) {
	id := e.ChangeID()
	if e.Seq < l.first || l.enough() {
		return
	}
	delete(l.pending, id) // an undoing and what it undid are both later
	switch {
	case id == l.change, l.undone[id]:
		return
	case e.Undoes == l.change:
		l.already = l.kept(e)
		return
	case e.Undoes != "":
		l.undone[e.Undoes] = true
	}
	switch c, known := l.things[thingOf(e)]; {
	case !known || !c.touches(e.Changes):
	case e.Undoes != "":
		l.pending[e.Undoes] = append(l.pending[e.Undoes], *l.kept(e))
	default:
		l.over = append(l.over, *l.kept(e))
	}
}

// enough reports whether no further edit need be seen.
func (l *laterEdits) enough() bool { return len(l.over) >= maxLater }

// kept is a later edit without the values of its fields, which may be long texts
// of thousands of tasks; of these, those that undoing would overwrite.
func (l *laterEdits) kept(e mindflow.Event) *mindflow.Event {
	names := make(mindflow.Changes, len(e.Changes))
	for name := range l.shared(e) {
		names[name] = mindflow.Change{}
	}
	e.Changes = names
	return &e
}

// overwritten are the later edits that undoing would overwrite, the newest first.
func (l *laterEdits) overwritten() []mindflow.Event {
	over := slices.Clone(l.over)
	for _, undoings := range l.pending { // of what was before the change
		over = append(over, undoings...)
	}
	slices.SortFunc(over, func(a, b mindflow.Event) int { return cmp.Compare(b.Seq, a.Seq) })
	return over
}

// changed are the tasks that the change is about.
func (l *laterEdits) changed() []mindflow.TaskID {
	var ids []mindflow.TaskID
	for about := range l.things {
		if !about.task.IsZero() {
			ids = append(ids, about.task)
		}
	}
	return ids
}

// refuse reports whether the change cannot be undone.
func (l *laterEdits) refuse() bool { return l.already != nil || len(l.over) > 0 || len(l.pending) > 0 }

// tasks are those that a refusal names.
func (l *laterEdits) tasks() []mindflow.TaskID {
	var ids []mindflow.TaskID
	over := l.overwritten()
	for _, e := range over[:min(len(over), maxOverwrites)] {
		if !e.TaskID.IsZero() {
			ids = append(ids, e.TaskID)
		}
	}
	return ids
}

// refusal says that the change was undone already, or which edits undoing it
// would overwrite, with the titles of tasks; nil when it can be undone.
func (l *laterEdits) refusal(tasks map[mindflow.TaskID]mindflow.Task) error {
	if l.already != nil {
		return &mindflow.Error{
			Kind: mindflow.KindConflict, Message: "It has been undone already; undo that to have it again",
			Overwrites: []mindflow.Overwrite{overwriteOf(*l.already, "")},
		}
	}
	over := l.overwritten()
	if len(over) == 0 {
		return nil
	}
	e := &mindflow.Error{Kind: mindflow.KindConflict, Message: refused(over[0], len(over)-1)}
	for _, o := range over[:min(len(over), maxOverwrites)] {
		e.Overwrites = append(e.Overwrites, overwriteOf(o, tasks[o.TaskID].Title))
	}
	return e
}

// shared is the part of a later edit that undoing would overwrite.
func (l *laterEdits) shared(e mindflow.Event) mindflow.Changes {
	shared := maps.Clone(e.Changes)
	if c := l.things[thingOf(e)]; !c.created {
		maps.DeleteFunc(shared, func(name string, _ mindflow.Change) bool {
			_, both := c.fields[name]
			return !both
		})
	}
	return shared
}

func refused(e mindflow.Event, more int) string {
	what := fmt.Sprintf("Undoing it would overwrite a later change (%s, through %s, at %s, of %s)",
		e.Verb, e.Through(), e.At.Format("2006-01-02T15:04:05Z"), e.Changes.Listed())
	switch {
	case more+1 >= maxLater:
		what += " and at least " + strconv.Itoa(more) + " more"
	case more > 0:
		what += fmt.Sprintf(" and %d more", more)
	}
	return what
}

func overwriteOf(e mindflow.Event, title string) mindflow.Overwrite {
	return mindflow.Overwrite{
		Change: e.ChangeID(), At: e.At, Verb: e.Verb, Through: e.Through(), TaskID: e.TaskID, Subject: e.Subject,
		Title: title, Fields: e.Changes.Names(),
	}
}

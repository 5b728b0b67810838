package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// ChangeList asks for what has happened, the newest first.
type ChangeList struct {
	Task   mindflow.TaskID // to it alone; zero: to everything
	Limit  int             // 0: the default
	Cursor string
}

// ChangePage is one page of what has happened; Next is empty on the last one.
type ChangePage struct {
	Changes []ToldChange
	Next    string
}

// ToldChange is a change, and whether it can be undone.
type ToldChange struct {
	ID      mindflow.ChangeID
	At      time.Time
	Verbs   []mindflow.Verb // all that happened, in order, each once
	ActorID mindflow.UserID
	Through string
	Undoes  mindflow.ChangeID // empty when it undoes none
	// Count is how many things it changed, Tasks at most maxNamedTasks of them that are
	// tasks, as they are called now.
	Count   int
	Tasks   []mindflow.TaskName
	Changes mindflow.Changes // of its one thing, without what is large; nil when there are several
	// Refusal is why it cannot be undone now; nil when it can.
	Refusal error
}

const (
	// maxNamedTasks bounds the tasks that are named of one change.
	maxNamedTasks = 5
	// maxTold bounds the events a page is about: it may have fewer changes than
	// asked for.
	maxTold = 5000
)

type changeCursor struct {
	Before int64           `json:"b"`
	Task   mindflow.TaskID `json:"t"`
}

var errChangeCursor = mindflow.InvalidField("cursor", "is not a cursor of this list; start again without one")

// Check reports what is illegal about the question.
func (l ChangeList) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	if err := checkPage(&l.Limit); err != nil {
		bad = append(bad, mindflow.FieldError{Field: "limit", Message: err.Error()})
	}
	if _, err := l.before(); err != nil {
		bad = append(bad, mindflow.FieldsOf(err)...)
	}
	return bad
}

// before is the sequence before which the page begins.
func (l ChangeList) before() (int64, error) {
	const end = 1 << 62
	if l.Cursor == "" {
		return end, nil
	}
	var c changeCursor
	if err := decodeCursor(l.Cursor, &c); err != nil || c.Task != l.Task || c.Before < 1 {
		return 0, errChangeCursor
	}
	return c.Before, nil
}

// Changes reads one page of what has happened to what the actor plans with.
func (a *App) Changes(ctx context.Context, actor mindflow.Actor, l ChangeList) (ChangePage, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return ChangePage{}, err
	}
	if bad := l.Check(); len(bad) > 0 {
		return ChangePage{}, mindflow.Invalid(bad...)
	}
	before, _ := l.before() // checked
	_ = checkPage(&l.Limit)
	logged, err := a.store.Changes(ctx, actor.WorkspaceID, l.Task, before, l.Limit+1)
	if err != nil {
		return ChangePage{}, err
	}
	logged, more := fitting(logged, l.Limit)
	now := a.now()
	t := telling{a: a, ctx: ctx, actor: actor, now: now, since: now.Add(-mindflow.UndoTime)}
	page := ChangePage{}
	if page.Changes, err = t.tell(logged); err != nil {
		return page, err
	}
	if more {
		page.Next = encodeCursor(changeCursor{logged[len(logged)-1].Last.Seq, l.Task})
	}
	return page, nil
}

// fitting cuts a page to its limit, and to so many events as are read for one.
func fitting(logged []store.LoggedChange, limit int) (page []store.LoggedChange, more bool) {
	events := 0
	for i, c := range logged {
		events += min(c.Count, mindflow.MaxUndone+1)
		if i == limit || i > 0 && events > maxTold {
			return logged[:i], true
		}
	}
	return logged, false
}

// telling finds out what is to be told of changes.
type telling struct {
	a     *App
	ctx   context.Context //nolint:containedctx // as long as one call
	actor mindflow.Actor
	now   time.Time
	since time.Time // from when on changes can be undone
}

func (t telling) tell(logged []store.LoggedChange) ([]ToldChange, error) {
	events, err := t.events(logged)
	if err != nil {
		return nil, err
	}
	told, edits := make([]ToldChange, len(logged)), make([]*laterEdits, len(logged))
	var ids []mindflow.TaskID
	for i, c := range logged {
		told[i] = toldOf(events[i], c.Count)
		for _, name := range told[i].Tasks {
			ids = append(ids, name.ID)
		}
		if why := notUndoable(events[i], t.since.UnixMicro()); why != "" {
			told[i].Refusal = mindflow.Conflict(why)
		} else {
			edits[i] = newLaterEdits(told[i].ID, c.First, changedBy(events[i]))
			ids = append(ids, edits[i].changed()...)
		}
	}
	if err := t.see(edits); err != nil {
		return nil, err
	}
	for _, l := range edits {
		if l != nil {
			ids = append(ids, l.tasks()...)
		}
	}
	tasks, err := t.tasks(ids)
	if err != nil {
		return nil, err
	}
	for i := range told {
		for j, name := range told[i].Tasks {
			told[i].Tasks[j].Title = tasks[name.ID].Title
		}
		if edits[i] == nil {
			continue
		}
		if edits[i].already == nil && anyGone(edits[i].changed(), tasks, t.now) {
			told[i].Refusal = errGone
		} else {
			told[i].Refusal = edits[i].refusal(tasks)
		}
	}
	return told, nil
}

// anyGone reports whether one of the tasks can come back no more.
func anyGone(ids []mindflow.TaskID, tasks map[mindflow.TaskID]mindflow.Task, now time.Time) bool {
	return slices.ContainsFunc(ids, func(id mindflow.TaskID) bool {
		task, there := tasks[id]
		return !there || mindflow.IsGone(task.DeletedAt, now)
	})
}

// events are those of each change. Of one that is too large to be undone the
// last stands for all.
func (t telling) events(logged []store.LoggedChange) ([][]mindflow.Event, error) {
	var calls []string
	places := map[string]int{}
	events := make([][]mindflow.Event, len(logged))
	for i, c := range logged {
		if call := c.Last.Program.CallID; call != "" && c.Count > 1 && c.Count <= mindflow.MaxUndone {
			calls = append(calls, call)
			places[call] = i
		} else {
			events[i] = []mindflow.Event{c.Last}
		}
	}
	read, err := t.a.store.EventsOfCalls(t.ctx, t.actor.WorkspaceID, calls)
	for _, e := range read {
		i := places[e.Program.CallID]
		events[i] = append(events[i], e)
	}
	return events, err
}

// see shows each change's later edits to it, all of them read at once.
func (t telling) see(edits []*laterEdits) error {
	about := map[thing][]*laterEdits{}
	first := int64(0)
	var of store.LaterOf
	edits = slices.DeleteFunc(slices.Clone(edits), func(l *laterEdits) bool { return l == nil })
	for _, l := range edits {
		if first == 0 || l.first < first {
			first = l.first
		}
		for _, c := range l.things {
			if len(about[c.thing]) == 0 {
				of = addTo(of, c)
			}
			about[c.thing] = append(about[c.thing], l)
		}
	}
	open := len(edits)
	return t.a.store.Later(t.ctx, t.actor.WorkspaceID, first, of, func(e mindflow.Event) bool {
		for _, l := range about[thingOf(e)] {
			before := l.enough()
			if l.see(e); l.enough() && !before {
				open--
			}
		}
		return open > 0
	})
}

// tasks reads tasks by their ids.
func (t telling) tasks(ids []mindflow.TaskID) (map[mindflow.TaskID]mindflow.Task, error) {
	slices.SortFunc(ids, func(x, y mindflow.TaskID) int { return strings.Compare(string(x[:]), string(y[:])) })
	read, err := t.a.store.Tasks(t.ctx, t.actor.WorkspaceID, slices.Compact(ids))
	found := make(map[mindflow.TaskID]mindflow.Task, len(read))
	for _, task := range read {
		found[task.ID] = task
	}
	return found, err
}

// toldOf is a change by its events.
func toldOf(events []mindflow.Event, count int) ToldChange {
	last, things := events[len(events)-1], changedBy(events)
	c := ToldChange{
		ID: last.ChangeID(), At: last.At, ActorID: last.ActorID, Through: last.Through(), Undoes: last.Undoes, Count: len(things),
	}
	if count > len(events) {
		c.Count = count // not all of them were read
	}
	for _, e := range events {
		if !slices.Contains(c.Verbs, e.Verb) {
			c.Verbs = append(c.Verbs, e.Verb)
		}
	}
	for _, ch := range things {
		if !ch.task.IsZero() && len(c.Tasks) < maxNamedTasks {
			c.Tasks = append(c.Tasks, mindflow.TaskName{ID: ch.task})
		}
	}
	if c.Count == 1 {
		c.Changes = things[0].fields.Told()
	}
	return c
}

// recentChanges is how far back LastChange looks.
const recentChanges = 50

// LastChange is the actor's last change through the same program that still
// stands: it was not undone, undoes none, is of a kind that can be undone, and of
// nothing that is gone for good.
func (a *App) LastChange(ctx context.Context, actor mindflow.Actor) (mindflow.ChangeID, error) {
	page, err := a.Changes(ctx, actor, ChangeList{Limit: recentChanges})
	if err != nil {
		return "", err
	}
	mine := mindflow.Event{Channel: actor.Channel}
	if actor.Program != nil {
		mine.Program = *actor.Program
	}
	undone := map[mindflow.ChangeID]bool{}
	for _, c := range page.Changes {
		if undone[c.ID] {
			continue
		}
		if c.Undoes != "" {
			undone[c.Undoes] = true
			continue
		}
		forGood := errors.Is(c.Refusal, errGone) || slices.ContainsFunc(c.Verbs, func(v mindflow.Verb) bool { return !v.Undoable() })
		if c.ActorID == actor.UserID && c.Through == mine.Through() && !forGood {
			return c.ID, nil
		}
	}
	return "", mindflow.NotFound("change of yours to take back")
}

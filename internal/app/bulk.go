package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// MaxBulk bounds how many tasks are changed at once.
const MaxBulk = 1000

// BulkAction is what is done to each task, besides what is set.
type BulkAction string

// The actions.
const (
	BulkComplete BulkAction = "complete"
	BulkReopen   BulkAction = "reopen"
	BulkCancel   BulkAction = "cancel"
	BulkSnooze   BulkAction = "snooze"
	BulkDelete   BulkAction = "delete"
	BulkRestore  BulkAction = "restore"
)

// BulkActions lists them.
var BulkActions = []BulkAction{BulkComplete, BulkReopen, BulkCancel, BulkSnooze, BulkDelete, BulkRestore}

// Bulk asks for many tasks to be changed alike: all of them, or none.
type Bulk struct {
	IDs        []mindflow.TaskID
	Set        mindflow.Draft
	AddTags    []string
	RemoveTags []string
	Action     BulkAction      // empty: none
	Snooze     mindflow.Snooze // with the action snooze
	// EvenIfBlocked completes tasks though something they wait for is open.
	EvenIfBlocked bool
}

// BulkDone says which tasks were changed, and which were like that already.
type BulkDone struct {
	Changed   []mindflow.TaskID
	Unchanged []mindflow.TaskID
	Change    mindflow.ChangeID `json:"By"` // empty when none has changed
}

// Check reports everything that is illegal about it, whatever the tasks.
func (b Bulk) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	refuse := func(field, message string) { bad = append(bad, mindflow.FieldError{Field: field, Message: message}) }
	if len(b.IDs) == 0 || len(b.IDs) > MaxBulk {
		refuse("ids", fmt.Sprintf("must be from 1 to %d", MaxBulk))
	}
	d := b.Set
	for field, said := range map[string]bool{"set.parent_id": d.ParentID.Set, "set.blocked_by": d.BlockedBy.Set, "set.recurrence": d.Recurrence.Set} {
		if said {
			refuse(field, "is changed task by task")
		}
	}
	for _, f := range d.Validate() {
		refuse("set."+f.Field, f.Message)
	}
	for field, tags := range map[string][]string{"add_tags": b.AddTags, "remove_tags": b.RemoveTags} {
		for range (mindflow.Draft{Tags: mindflow.Some(tags)}).Validate() {
			refuse(field, fmt.Sprintf("must be at most %d names of 1 to %d characters", mindflow.MaxTags, mindflow.MaxTag))
			break
		}
	}
	if b.Action != "" && !slices.Contains(BulkActions, b.Action) {
		refuse("action", "must be complete, reopen, cancel, snooze, delete or restore")
	}
	if b.Action != "" && (d.Status.Set || d.SnoozedUntil.Set) {
		refuse("action", "cannot be combined with a status or a snooze that is set")
	}
	if b.Action == BulkDelete && b.edits() {
		refuse("action", "cannot be delete where something is set too: nothing is left to be changed")
	}
	if b.Action != BulkSnooze && b.Snooze != (mindflow.Snooze{}) {
		refuse("action", "must be snooze where it is said for how long")
	}
	if b.Action == "" && !b.edits() {
		refuse("action", "is missing, and so is what shall be set")
	}
	slices.SortFunc(bad, func(x, y mindflow.FieldError) int { return strings.Compare(x.Field, y.Field) })
	return bad
}

// edits reports whether fields are set.
func (b Bulk) edits() bool {
	d := b.Set
	return d.Title.Set || d.Description.Set || d.Status.Set || d.Priority.Set || d.DueDate.Set || d.StartDate.Set || d.SnoozedUntil.Set ||
		d.EffortMinutes.Set || d.PreferredTime.Set || d.Tags.Set || d.AssigneeID.Set || d.ProjectID.Set || d.Reminders.Set ||
		len(b.AddTags) > 0 || len(b.RemoveTags) > 0
}

// ChangeTasks changes many tasks in one transaction, each with its event: one
// change, which is undone as one. An error names the tasks it is about, and
// nothing has changed. The number of its statements does not grow with the tasks.
func (a *App) ChangeTasks(ctx context.Context, actor mindflow.Actor, b Bulk) (BulkDone, error) {
	if bad := b.Check(); len(bad) > 0 {
		return BulkDone{}, mindflow.Invalid(bad...)
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return BulkDone{}, err
	}
	actor = actor.InOneCall(a.now())
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (BulkDone, error) {
		run := bulkRun{tx: tx, actor: actor, zone: p.Zone, bulk: b, place: map[mindflow.TaskID]int{}}
		return run.all()
	})
}

// bulkRun is a bulk change under way.
type bulkRun struct {
	tx    *store.Tx
	actor mindflow.Actor
	zone  mindflow.Zone
	bulk  Bulk
	until time.Time // of a snooze

	nexts   []following
	savings []store.Saving
	place   map[mindflow.TaskID]int // in savings
}

func (r *bulkRun) all() (BulkDone, error) {
	done := BulkDone{Changed: []mindflow.TaskID{}, Unchanged: []mindflow.TaskID{}}
	if err := r.each(); err != nil {
		return done, err
	}
	asked := len(r.savings)
	if err := r.withSteps(); err != nil {
		return done, err
	}
	if err := r.check(); err != nil {
		return done, err
	}
	if err := r.makeWay(); err != nil {
		return done, err
	}
	for _, s := range r.savings[:asked] {
		if s.Before.Same(s.After) {
			done.Unchanged = append(done.Unchanged, s.Before.ID)
		} else {
			done.Changed = append(done.Changed, s.Before.ID)
		}
	}
	if _, err := r.tx.SaveTasks(r.savings, r.actor); err != nil {
		return done, err
	}
	err := checkPlaces(r.tx, r.savings)
	if err == nil {
		err = r.tx.InPlace(r.passOn)
	}
	done.Change = r.tx.Change()
	return done, err
}

// each works out what becomes of each task, or names those that refuse.
func (r *bulkRun) each() error {
	if r.bulk.Action == BulkSnooze {
		var err error
		if r.until, err = r.bulk.Snooze.End(r.tx.Now(), r.zone); err != nil {
			return err
		}
	}
	found, err := r.tx.TasksNamed(r.bulk.IDs)
	if err != nil {
		return err
	}
	var bad bulkRefusals
	for i, id := range r.bulk.IDs {
		if _, twice := r.place[id]; twice {
			continue
		}
		before, there := found[id]
		if !there || !before.DeletedAt.IsZero() && r.bulk.Action != BulkRestore {
			bad.add(i, id, mindflow.NotFound("task"))
			continue
		}
		if r.bulk.Action != BulkRestore {
			before = before.At(r.tx.Now())
		}
		after, err := r.change(before)
		if err != nil && mindflow.KindOf(err) == mindflow.KindInternal {
			return err
		}
		if err != nil {
			bad.add(i, id, err)
			continue
		}
		r.put(before, after)
	}
	return bad.err()
}

// put notes what becomes of a task, unless that is known.
func (r *bulkRun) put(before, after mindflow.Task) {
	if _, known := r.place[before.ID]; known {
		return
	}
	r.place[before.ID] = len(r.savings)
	verb := mindflow.VerbOf(before, after)
	if !before.DeletedAt.IsZero() {
		verb = mindflow.TaskRestored
	}
	r.savings = append(r.savings, store.Saving{Before: before, After: after, Verb: verb})
}

// change is what becomes of one task, by the rules of a single edit.
func (r *bulkRun) change(t mindflow.Task) (mindflow.Task, error) {
	after := t
	if r.bulk.edits() {
		d := r.bulk.Set
		if len(r.bulk.AddTags) > 0 || len(r.bulk.RemoveTags) > 0 {
			d.Tags = mindflow.Some(r.tags(t))
		}
		var err error
		if after, err = d.Apply(t, r.zone, r.tx.Now()); err == nil {
			after, err = settleRecurrence(t, after)
		}
		if err != nil {
			return t, err
		}
	}
	now := r.tx.Now()
	switch r.bulk.Action {
	case BulkComplete:
		return after.Completed(now)
	case BulkReopen:
		return after.Reopened(), nil
	case BulkCancel:
		return after.Cancelled()
	case BulkSnooze:
		return after.Snoozed(r.until, now)
	case BulkDelete:
		return after.Deleted(now), nil
	case BulkRestore:
		return after.Restored(now)
	}
	return after, nil
}

// tags are a task's, or those it is given, with some more and without others.
func (r *bulkRun) tags(t mindflow.Task) []string {
	tags := t.Tags
	if r.bulk.Set.Tags.Set {
		tags = r.bulk.Set.Tags.Value
	}
	away := map[string]bool{}
	for _, tag := range r.bulk.RemoveTags {
		away[mindflow.Fold(mindflow.Tidy(tag))] = true
	}
	kept := []string{}
	for _, tag := range slices.Concat(tags, r.bulk.AddTags) {
		if !away[mindflow.Fold(mindflow.Tidy(tag))] {
			kept = append(kept, tag)
		}
	}
	return kept
}

// withSteps has steps follow the tasks they are steps of: into another project,
// into the trash and out of it.
func (r *bulkRun) withSteps() error {
	var above []mindflow.TaskID
	for _, s := range r.savings {
		was, is := s.Before, s.After
		if was.HasSteps && (was.Details.ProjectID != is.Details.ProjectID || was.DeletedAt.IsZero() != is.DeletedAt.IsZero()) {
			above = append(above, was.ID)
		}
	}
	steps, err := r.tx.StepsOf(above)
	if err != nil {
		return err
	}
	at := r.tx.Now() // by this moment, later than any other, they are known when they come back
	for _, s := range steps {
		if r.bulk.Action == BulkDelete && !s.DeletedAt.Before(at) {
			at = s.DeletedAt.Add(time.Microsecond)
		}
	}
	for i := range r.savings {
		if r.bulk.Action == BulkDelete {
			r.savings[i].After.DeletedAt = at
		}
	}
	for _, s := range steps {
		root := r.savings[r.place[s.Root]]
		after := s.Task
		after.Details.ProjectID = root.After.Details.ProjectID
		switch {
		case r.bulk.Action == BulkDelete && s.DeletedAt.IsZero():
			after.DeletedAt = at
		case r.bulk.Action == BulkRestore && s.DeletedAt.Equal(root.Before.DeletedAt):
			after.DeletedAt = time.Time{}
		}
		r.put(s.Task, after)
	}
	return nil
}

// check holds the tasks as they shall be against everything else.
func (r *bulkRun) check() error {
	if err := checkSurroundings(r.tx, r.actor, r.savings); err != nil {
		return err
	}
	if r.bulk.EvenIfBlocked {
		return nil
	}
	waits := map[mindflow.TaskID]bool{}
	for _, s := range r.savings {
		if s.After.Status == mindflow.StatusCompleted && s.Before.Status != mindflow.StatusCompleted {
			note(waits, s.After.Details.BlockedBy)
		}
	}
	var open []mindflow.TaskID
	for id := range waits {
		if i, among := r.place[id]; !among || r.savings[i].After.Status.Open() {
			open = append(open, id)
		}
	}
	if len(open) == 0 {
		return nil
	}
	slices.SortFunc(open, func(x, y mindflow.TaskID) int { return slices.Compare(x[:], y[:]) })
	names, err := r.tx.OpenAmong(open)
	if err != nil || len(names) == 0 {
		return err
	}
	return r.blocked(names)
}

// blocked refuses, with the tasks that wait for something open.
func (r *bulkRun) blocked(open []mindflow.TaskName) error {
	err, _ := errors.AsType[*mindflow.Error](mindflow.Blocked(open))
	for i, id := range r.bulk.IDs {
		s := r.savings[r.place[id]]
		if slices.ContainsFunc(open, func(o mindflow.TaskName) bool { return slices.Contains(s.After.Details.BlockedBy, o.ID) }) {
			err.Fields = append(err.Fields, mindflow.FieldError{Field: fmt.Sprintf("ids[%d]", i), Message: id.String() + " waits for something open"})
		}
	}
	return err
}

// following is what comes after a task that is over.
type following struct{ over, next mindflow.Task }

// makeWay works out what comes after those that repeat and are done, as passOn
// does for one.
func (r *bulkRun) makeWay() error {
	for i := range r.savings {
		s := &r.savings[i]
		again := s.After.Details.Recurrence
		if again.IsZero() || !isDone(s.Before.Status, s.After.Status) {
			continue
		}
		next, ok, err := nextOf(&s.After, r.tx.Now())
		if err != nil {
			return err
		}
		if ok {
			r.nexts = append(r.nexts, following{s.After, next})
		}
	}
	return nil
}

// passOn keeps what comes next. What has steps, or was made before, is seen to
// one by one.
func (r *bulkRun) passOn() error {
	ids := make([]mindflow.TaskID, len(r.nexts))
	for i, f := range r.nexts {
		ids[i] = f.next.ID
	}
	known, err := r.tx.TasksNamed(ids)
	if err != nil {
		return err
	}
	var fresh []mindflow.Task
	for _, f := range r.nexts {
		if _, there := known[f.next.ID]; !there && !f.over.HasSteps {
			fresh = append(fresh, f.next)
		} else if err := makeOccurrence(r.tx, r.actor, f.over, f.next); err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return r.tx.CreateTasks(fresh, r.actor, mindflow.TaskCreated)
}

// bulkRefusals collect which tasks refuse a change, and why.
type bulkRefusals struct {
	first  error
	fields []mindflow.FieldError
}

// maxRefusals bounds how many tasks an error names.
const maxRefusals = 100

func (r *bulkRefusals) add(i int, id mindflow.TaskID, err error) {
	if r.first == nil {
		r.first = err
	}
	if len(r.fields) < maxRefusals {
		r.fields = append(r.fields, mindflow.FieldError{Field: fmt.Sprintf("ids[%d]", i), Message: id.String() + ": " + err.Error()})
	}
}

func (r *bulkRefusals) err() error {
	e, ok := errors.AsType[*mindflow.Error](r.first)
	if !ok {
		return r.first
	}
	return &mindflow.Error{Kind: e.Kind, Message: e.Message, Fields: r.fields}
}

package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
	"mindflow/internal/store"
)

// SkipTask gives up the present occurrence of a task that repeats, and makes the
// next one. Doing it again changes nothing.
func (a *App) SkipTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, m mindflow.Match) (mindflow.Task, error) {
	return a.changeTo(ctx, actor, id, m, isOver, func(_ *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		if t.Details.Recurrence.IsZero() {
			return t, mindflow.Conflict("Only a task that repeats can be skipped; cancel or delete it instead")
		}
		return t.Cancelled()
	})
}

// isDone reports whether a task has been completed just now.
func isDone(before, after mindflow.Status) bool {
	return before.Open() && after == mindflow.StatusCompleted
}

// isOver reports whether a task has been completed or given up just now.
func isOver(before, after mindflow.Status) bool { return before.Open() && !after.Open() }

// settleRecurrence works out where a series starts whose rule is new, or which is
// moved from here on. A rule that stays needs nothing: its slot is known.
func settleRecurrence(before, after mindflow.Task) (mindflow.Task, error) {
	r := after.Details.Recurrence
	if r.IsZero() || r.Slot != "" {
		return after, nil
	}
	rule, err := recurrence.Parse(r.Rule)
	if err != nil {
		return after, mindflow.InvalidField("recurrence.rule", err.Error())
	}
	was := before.Details.Recurrence
	if r.Start == "" && rule.String() == was.Rule && r.From == was.From {
		after.Details.Recurrence = was // it was only written otherwise
		return after, nil
	}
	zone, err := mindflow.LoadZone(r.Timezone)
	if err != nil {
		return after, fmt.Errorf("zone of a recurrence: %w", err)
	}
	start, dated := recurrence.StartAt(after.Due, zone)
	switch {
	case !dated:
		return after, mindflow.InvalidField("due_date", "is required: it is what a repeat counts from")
	case r.Start != "":
		if rule, err = moved(rule, was, start); err != nil {
			return after, err
		}
	}
	if _, err := rule.From(start); err != nil {
		return after, mindflow.InvalidField("recurrence.rule", err.Error())
	}
	if r.Series.IsZero() {
		r.Series = after.ID
	}
	r.Rule, r.Start, r.Slot = rule.String(), start.Wall(start.Day()), start.Wall(start.Day())
	after.Details.Recurrence = r
	return after, nil
}

// moved is the rule of a series whose present occurrence is moved, with those
// that follow. What was before is over, and counted.
func moved(rule recurrence.Rule, was mindflow.Recurrence, to recurrence.Start) (recurrence.Rule, error) {
	start, slot, err := placesOf(was)
	if err != nil {
		return rule, err
	}
	if was.From == mindflow.FromSchedule && rule.Counted() {
		series, err := rule.From(start)
		if err != nil {
			return rule, fmt.Errorf("series of a recurrence: %w", err)
		}
		rule, _ = rule.Less(series.Before(slot.Day()))
	}
	rule, ok := rule.MovedTo(slot.Day(), to)
	if !ok {
		return rule, mindflow.InvalidField("due_date", "is no day of the rule; change the rule, too, or move this occurrence alone")
	}
	return rule, nil
}

// placesOf are the start of a series, and where its rule put the present occurrence.
func placesOf(r mindflow.Recurrence) (start, slot recurrence.Start, err error) {
	zone, err := mindflow.LoadZone(r.Timezone)
	if err == nil {
		start, err = recurrence.ParseStart(r.Start, zone)
	}
	if err == nil {
		slot, err = recurrence.ParseStart(r.Slot, zone)
	}
	if err != nil {
		err = fmt.Errorf("places of a recurrence: %w", err)
	}
	return start, slot, err
}

// nextOf is what comes after a task that is over at the moment now, which the task
// then names; false when it was the last. A task that was reopened has one
// already, and gets no other.
func nextOf(t *mindflow.Task, now time.Time) (mindflow.Task, bool, error) {
	r := &t.Details.Recurrence
	if !r.NextID.IsZero() {
		return mindflow.Task{}, false, nil
	}
	next, ok, err := nextOccurrence(*t, now)
	if err == nil && ok {
		r.NextID, r.NextDue = next.ID, next.Due.String()
	}
	return next, ok, err
}

// passOn keeps a task that is over together with the one that comes after it, if
// there is one.
func passOn(tx *store.Tx, actor mindflow.Actor, before, after mindflow.Task) (mindflow.Task, error) {
	verb := mindflow.VerbOf(before, after)
	next, ok, err := nextOf(&after, tx.Now())
	if err != nil {
		return before, err
	}
	if !ok {
		return tx.SaveTask(before, after, actor, verb)
	}
	tx.InOneCall()
	saved, err := tx.SaveTask(before, after, actor, verb)
	if err != nil {
		return saved, err
	}
	return saved, tx.InPlace(func() error { return makeOccurrence(tx, actor, saved, next) })
}

// makeOccurrence keeps the occurrence that comes after one that is over, with its
// steps. Its id may be known: if it was made before and taken back since, it is
// there again; else it stays as it is.
func makeOccurrence(tx *store.Tx, actor mindflow.Actor, over, next mindflow.Task) error {
	made, err := tx.CreateTask(next, "", actor, mindflow.TaskCreated)
	if err != nil {
		return err
	}
	if made {
		return copySteps(tx, actor, over, next)
	}
	known, err := tx.DeletedTask(next.ID)
	if err != nil || known.DeletedAt.IsZero() {
		return err
	}
	next.Version, next.CreatedAt, next.UpdatedAt = known.Version, known.CreatedAt, known.UpdatedAt
	if _, err := tx.SaveTask(known, next, actor, mindflow.TaskRestored); err != nil {
		return err
	}
	if err := restoreSteps(tx, actor, known); err != nil {
		return err
	}
	steps, err := stepsBeneath(tx, over)
	if err != nil {
		return err
	}
	copies, err := stepsBeneath(tx, known)
	if err != nil {
		return err
	}
	return takeAlong(tx, actor, steps, copiesOf(over, next, steps, copies), nil)
}

// copiesOf finds the copies that were made of the steps of a task for the next one:
// those of the same title beneath the copy of what the step is beneath.
func copiesOf(over, next mindflow.Task, steps, copies []store.TaskStep) map[mindflow.TaskID]mindflow.TaskID {
	to := map[mindflow.TaskID]mindflow.TaskID{over.ID: next.ID}
	single := func(s store.TaskStep) bool { return s.DeletedAt.IsZero() && s.Details.Recurrence.IsZero() }
	for _, s := range steps { // those higher up come first
		parent, copied := to[s.Details.ParentID]
		if !copied || !single(s) {
			continue
		}
		i := slices.IndexFunc(copies, func(c store.TaskStep) bool { return c.Details.ParentID == parent && c.Title == s.Title && single(c) })
		if i >= 0 {
			to[s.ID] = copies[i].ID
			copies = slices.Delete(copies, i, i+1)
		}
	}
	return to
}

// copySteps gives an occurrence the steps of the one before it, all to be done,
// their dates as far from its own. A step that repeats is not made anew: its own
// series goes on, as a step of the next one.
func copySteps(tx *store.Tx, actor mindflow.Actor, over, next mindflow.Task) error {
	steps, err := stepsBeneath(tx, over)
	if err != nil || len(steps) == 0 {
		return err
	}
	start, slot, err := placesOf(next.Details.Recurrence)
	if err != nil {
		return err
	}
	_, was, err := placesOf(over.Details.Recurrence)
	if err != nil {
		return err
	}
	days := int(slot.Day() - was.Day())
	ids := map[mindflow.TaskID]mindflow.TaskID{over.ID: next.ID}
	copies := make([]mindflow.Task, 0, len(steps))
	places := map[mindflow.TaskID]string{}
	for i, s := range steps { // those higher up come first
		parent, copied := ids[s.Details.ParentID]
		at := tx.Now().Add(time.Duration(i) * time.Microsecond) // they keep their order
		if !s.Details.Recurrence.IsZero() {
			places[s.ID] = cmp.Or(s.Details.Position, mindflow.PlaceAt(at))
			continue
		}
		if !copied || !s.DeletedAt.IsZero() {
			continue
		}
		made := anew(s.Task, days, start.Zone())
		made.Due, made.Details.ParentID = shifted(s.Due, days, start.Zone()), parent
		made.ID, made.CreatedAt, made.UpdatedAt = mindflow.NewID[mindflow.Task](at), at, at
		ids[s.ID] = made.ID
		copies = append(copies, made)
	}
	for i, s := range copies {
		copies[i].Details.BlockedBy = within(s.Details.BlockedBy, ids)
	}
	if len(copies) > 0 {
		if err := tx.CreateTasks(copies, actor, mindflow.TaskCreated); err != nil {
			return err
		}
	}
	return takeAlong(tx, actor, steps, ids, places)
}

// takeAlong makes the open occurrences of steps that repeat steps of what comes
// after the tasks they were steps of, in places among those. Those that are over stay
// where they were done.
func takeAlong(tx *store.Tx, actor mindflow.Actor, steps []store.TaskStep, to map[mindflow.TaskID]mindflow.TaskID, places map[mindflow.TaskID]string) error {
	var along []store.TaskStep
	for _, s := range steps {
		if _, known := to[s.Details.ParentID]; known && s.DeletedAt.IsZero() && s.Status.Open() && !s.Details.Recurrence.IsZero() {
			along = append(along, s)
		}
	}
	return saveSteps(tx, actor, along, mindflow.TaskUpdated, func(t mindflow.Task) (mindflow.Task, error) {
		t.Details.ParentID, t.Details.Position = to[t.Details.ParentID], cmp.Or(places[t.ID], t.Details.Position)
		return t, nil
	})
}

// within are the ids of copies, of those that were copied.
func within(ids []mindflow.TaskID, copies map[mindflow.TaskID]mindflow.TaskID) []mindflow.TaskID {
	var found []mindflow.TaskID
	for _, id := range ids {
		if to, copied := copies[id]; copied {
			found = append(found, to)
		}
	}
	return found
}

// nextOccurrence is the task that comes after one that is over at the moment now;
// false when it was the last.
func nextOccurrence(t mindflow.Task, now time.Time) (mindflow.Task, bool, error) {
	start, slot, err := placesOf(t.Details.Recurrence)
	if err != nil {
		return t, false, err
	}
	rule, err := recurrence.Parse(t.Details.Recurrence.Rule)
	if err != nil {
		return t, false, fmt.Errorf("rule of a recurrence: %w", err)
	}
	next := t.Details.Recurrence
	next.Alone = nil
	var day mindflow.Day
	var ok bool
	if next.From == mindflow.FromCompletion {
		rule, day, ok = sinceDone(rule, start, slot.Day(), now)
		next.Rule, next.Start = rule.String(), start.Wall(day)
	} else if series, err := rule.From(start); err == nil {
		day, ok = series.Ahead(slot.Day(), now)
	}
	if !ok {
		return t, false, nil
	}
	next.Slot = start.Wall(day)
	made, err := occurrence(t, next, start, slot.Day(), day)
	made.ID = mindflow.OccurrenceID(next.Series, next.Slot, t.ID)
	made.CreatedAt, made.UpdatedAt = now, now
	return made, true, err
}

// sinceDone is the first day of a rule that is counted from the day on which the
// occurrence before was done, and the rule for what is left. One that names days
// names none twice, though it was done early.
func sinceDone(rule recurrence.Rule, start recurrence.Start, slot mindflow.Day, now time.Time) (recurrence.Rule, mindflow.Day, bool) {
	left, ok := rule.Less(1)
	if !ok {
		return rule, 0, false
	}
	done := start.Zone().Today(now)
	series, err := left.Endless().Clamped(done).From(start.Moved(done))
	if err != nil {
		return rule, 0, false // nothing is left of the years
	}
	if rule.Named() {
		done = max(done, slot)
	}
	day, ok := series.After(done)
	return left, day, ok
}

// occurrence is a task as it is to be done again, on another day of its series.
// What was otherwise for the one before alone is as it was before that, and what
// it waited for is done.
func occurrence(t mindflow.Task, next mindflow.Recurrence, start recurrence.Start, from, to mindflow.Day) (mindflow.Task, error) {
	if err := t.Details.Recurrence.PutBack(&t); err != nil {
		return t, fmt.Errorf("put back: %w", err)
	}
	made := anew(t, int(to-from), start.Zone())
	made.Due, made.Details.BlockedBy, made.Details.Recurrence = start.On(to), nil, next
	if made.Start.Misses(made.Due, start.Zone()) {
		made.Start = mindflow.When{}
	}
	return made, nil
}

// anew is a task to be done again, so many days later, without an id of its own.
func anew(t mindflow.Task, days int, z mindflow.Zone) mindflow.Task {
	made := mindflow.Task{
		WorkspaceID: t.WorkspaceID, UserID: t.UserID, AssigneeID: t.AssigneeID, Title: t.Title, Description: t.Description,
		Status: mindflow.StatusPending, Priority: t.Priority, Start: shifted(t.Start, days, z),
		EffortMinutes: t.EffortMinutes, PreferredTime: t.PreferredTime, Tags: t.Tags, Version: 1, Details: t.Details,
	}
	made.Details.Reminders = make([]mindflow.Reminder, 0, len(t.Details.Reminders))
	for _, r := range t.Details.Reminders {
		if !r.At.IsZero() {
			r.At, _ = shifted(mindflow.AtInstant(r.At), days, z).Instant()
		}
		made.Details.Reminders = append(made.Details.Reminders, r)
	}
	return made
}

// shifted is a date so many days later, at the same time on the wall.
func shifted(w mindflow.When, days int, z mindflow.Zone) mindflow.When {
	if day, ok := w.Day(); ok {
		return mindflow.OnDay(day + mindflow.Day(days)) //nolint:gosec // between two days of a series
	}
	at, ok := w.Instant()
	if !ok {
		return w
	}
	wall := at.In(z.Location())
	year, month, day := wall.Date()
	hour, minute, second := wall.Clock()
	return mindflow.AtInstant(z.Instant(time.Date(year, month, day+days, hour, minute, second, 0, time.UTC)))
}

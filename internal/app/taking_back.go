package app

import (
	"fmt"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// takeBack makes everything what it was before the change. Projects come before
// the tasks that are in them, and go after them.
func (u *undoing) takeBack() error {
	byKind := map[string][]changed{}
	for _, c := range u.things {
		byKind[c.kind] = append(byKind[c.kind], c)
	}
	projects := byKind["project"]
	for _, kind := range []struct {
		name string
		back func([]changed) error
	}{
		{"project", u.takeBackProjects},
		{"task", u.takeBackTasks},
		{"template", u.takeBackTemplates},
		{"preferences", u.takeBackPreferences},
	} {
		if list := byKind[kind.name]; len(list) > 0 {
			if err := kind.back(list); err != nil {
				return err
			}
			delete(byKind, kind.name)
		}
	}
	if len(byKind) > 0 {
		return mindflow.Conflict("It changed something that this server cannot undo")
	}
	return u.takeAwayProjects(projects)
}

// noLonger says that what was before is against a rule now.
func noLonger(err error) error {
	if mindflow.KindOf(err) != mindflow.KindInvalid {
		return err
	}
	return &mindflow.Error{
		Kind: mindflow.KindConflict, Message: "What it was before is not possible any more", Fields: mindflow.FieldsOf(err),
	}
}

var errGone = mindflow.Conflict("Something that it changed is gone for good")

func (u *undoing) takeBackTasks(list []changed) error {
	found, err := u.tx.TasksNamed(u.tasks())
	if err != nil {
		return err
	}
	savings := make([]store.Saving, 0, len(list))
	for _, c := range list {
		before, there := found[c.task]
		if !there || mindflow.IsGone(before.DeletedAt, u.tx.Now()) {
			return errGone
		}
		after, err := u.before(c, before)
		if err != nil {
			return err
		}
		savings = append(savings, store.Saving{Before: before, After: after, Verb: mindflow.TaskUndone})
	}
	if err := checkSurroundings(u.tx, u.actor, savings); err != nil {
		return noLonger(err)
	}
	if _, err := u.tx.SaveTasks(savings, u.actor); err != nil {
		return err
	}
	return noLonger(checkPlaces(u.tx, savings))
}

// before is a task as it was before the change, but for what has happened to
// other fields of it since.
func (u *undoing) before(c changed, t mindflow.Task) (mindflow.Task, error) {
	if c.created {
		return t.Deleted(u.tx.Now()), nil
	}
	after := t
	for name, change := range c.fields {
		var err error
		if after, err = after.With(name, change.Before); err != nil {
			return t, err
		}
	}
	if (!after.Due.Equal(t.Due) || !after.Start.Equal(t.Start)) && after.Start.Misses(after.Due, u.zone) {
		return t, noLonger(mindflow.InvalidField("start_date", "would come after due_date: one of them has changed since"))
	}
	return after, nil
}

// checkSurroundings holds tasks as they shall be again against who and what they
// name. In the trash they break no rule.
func checkSurroundings(tx *store.Tx, actor mindflow.Actor, savings []store.Saving) error {
	members := map[mindflow.UserID]bool{}
	for _, s := range savings {
		before, after := s.Before, s.After
		if !after.DeletedAt.IsZero() {
			continue
		}
		if !members[after.AssigneeID] && after.AssigneeID != before.AssigneeID {
			if err := checkAssignee(tx, actor, before, after); err != nil {
				return err
			}
			members[after.AssigneeID] = true
		}
		if after.Details.ProjectID.IsZero() || after.Details.ProjectID == before.Details.ProjectID && before.DeletedAt.IsZero() {
			continue
		}
		projects, err := tx.Projects()
		if err != nil {
			return err
		}
		if _, err := present(projects, after.Details.ProjectID); err != nil {
			return mindflow.InvalidField("project_id", "its project is deleted")
		}
		if err := checkProject(tx, before, after); err != nil {
			return err
		}
	}
	return nil
}

// checkPlaces refuses tasks, as they have just been kept, that stand beneath one
// that is not there, in another project than that, beneath themselves, too deep,
// or that wait for each other in a circle. It costs nothing where none has moved.
func checkPlaces(tx *store.Tx, savings []store.Saving) error {
	var near, moved, waiting []mindflow.TaskID
	for _, s := range savings {
		was, is := s.Before.Details, s.After.Details
		if s.Before.HasSteps || !is.ParentID.IsZero() {
			near = append(near, s.After.ID)
		}
		if !is.ParentID.IsZero() && is.ParentID != was.ParentID {
			moved = append(moved, s.After.ID)
		}
		if len(is.BlockedBy) > 0 && !slices.Equal(is.BlockedBy, was.BlockedBy) {
			waiting = append(waiting, s.After.ID)
		}
	}
	if err := checkParents(tx, near, moved); err != nil {
		return err
	}
	return checkCircles(tx, waiting)
}

func checkParents(tx *store.Tx, near, moved []mindflow.TaskID) error {
	stray, err := tx.Strays(near)
	switch {
	case err != nil:
		return err
	case len(stray) > 0:
		return mindflow.InvalidField("parent_id", mindflow.Listed(stray)+" would be left without the task it is a step of, or in another project than that")
	}
	depth, err := tx.Depth(moved)
	if err == nil && depth > mindflow.MaxStepDepth {
		err = mindflow.InvalidField("parent_id", fmt.Sprintf("steps nest at most %d deep, and not beneath themselves", mindflow.MaxStepDepth))
	}
	return err
}

func checkCircles(tx *store.Tx, waiting []mindflow.TaskID) error {
	if len(waiting) == 0 {
		return nil
	}
	known, err := tx.Waiters(waiting)
	if err != nil {
		return err
	}
	circle := depend.CircleAmong(waiting, func(id mindflow.TaskID) []mindflow.TaskID { return known[id].For })
	if len(circle) == 0 {
		return nil
	}
	return mindflow.InvalidField("blocked_by", leadsInCircle(circle, func(id mindflow.TaskID) mindflow.TaskName { return known[id].TaskName }))
}

// takeBackTemplates makes templates what they were before.
func (u *undoing) takeBackTemplates(list []changed) error {
	for _, c := range list {
		before, err := u.tx.Template(mindflow.TemplateID(c.subject))
		if err != nil {
			return unless(err, errGone)
		}
		if mindflow.IsGone(before.DeletedAt, u.tx.Now()) {
			return errGone
		}
		after, err := c.templateBefore(before, u.tx.Now())
		if err != nil {
			return err
		}
		if _, err := u.tx.SaveTemplate(before, after, u.actor); err != nil {
			return err
		}
	}
	return nil
}

// templateBefore is a template as it was before the change.
func (c changed) templateBefore(t mindflow.Template, now time.Time) (mindflow.Template, error) {
	if c.created {
		t.DeletedAt = now
		return t, nil
	}
	for name, change := range c.fields {
		var err error
		if t, err = t.With(name, change.Before); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (u *undoing) takeBackPreferences(list []changed) error {
	if err := can.Own.Within(u.actor.Scopes); err != nil {
		return err
	}
	before, err := u.tx.Preferences(u.actor.UserID)
	if err != nil {
		return err
	}
	draft, err := mindflow.PreferencesDraftOf(list[0].fields)
	if err != nil {
		return err
	}
	after, err := draft.Apply(before)
	if err != nil {
		return noLonger(err)
	}
	changes := mindflow.PreferenceChanges(before, after)
	if len(changes) == 0 {
		return nil
	}
	_, err = savePreferences(u.tx, before, after, changes, u.actor)
	return err
}

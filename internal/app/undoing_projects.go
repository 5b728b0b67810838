package app

import (
	"slices"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// takeBackProjects makes projects what they were before, but for those that were
// not there: they go when their tasks have gone.
func (u *undoing) takeBackProjects(list []changed) error {
	return u.saveProjects(list, func(after mindflow.Project) bool { return after.DeletedAt.IsZero() })
}

// takeAwayProjects takes those away, unless something is in them that the change
// does not speak of.
func (u *undoing) takeAwayProjects(list []changed) error {
	return u.saveProjects(list, func(after mindflow.Project) bool { return !after.DeletedAt.IsZero() })
}

func (u *undoing) saveProjects(list []changed, now func(after mindflow.Project) bool) error {
	if len(list) == 0 {
		return nil
	}
	all, err := u.tx.Projects()
	if err != nil {
		return err
	}
	present := slices.Clone(all) // as they will be
	var savings []store.ProjectSaving
	for _, c := range list {
		i := slices.IndexFunc(all, func(p mindflow.Project) bool { return p.Subject() == c.subject })
		if i < 0 || mindflow.IsGone(all[i].DeletedAt, u.tx.Now()) {
			return errGone
		}
		after, err := c.projectBefore(all[i], u.tx.Now())
		if err != nil {
			return err
		}
		if now(after) {
			present[i] = after
			savings = append(savings, store.ProjectSaving{Before: all[i], After: after})
		}
	}
	for _, s := range savings {
		if err := u.mayBe(present, s); err != nil {
			return noLonger(err)
		}
	}
	if err := u.shelve(savings); err != nil {
		return err
	}
	_, err = u.tx.SaveProjects(savings, u.actor)
	return err
}

// projectBefore is a project as it was before the change.
func (c changed) projectBefore(p mindflow.Project, now time.Time) (mindflow.Project, error) {
	if c.created {
		return p.Deleted(now), nil
	}
	for name, change := range c.fields {
		var err error
		if p, err = p.With(name, change.Before); err != nil {
			return p, err
		}
	}
	return p, nil
}

// mayBe refuses a project as it was before where that does not fit any more what
// the others are by now.
func (u *undoing) mayBe(all []mindflow.Project, s store.ProjectSaving) error {
	p := s.After
	if !p.DeletedAt.IsZero() {
		if !s.Before.DeletedAt.IsZero() {
			return nil
		}
		tasks, err := u.tx.TasksIn([]mindflow.ProjectID{p.ID}, time.Time{})
		if err == nil && (len(tasks) > 0 || len(presentUnder(all, p)) > 0) {
			err = mindflow.Conflict("There is something in the project by now; move or delete that first")
		}
		return err
	}
	was := s.Before
	if !was.DeletedAt.IsZero() {
		was.ParentID = mindflow.ProjectID{} // its place is looked at anew
	}
	if s.Before.ArchivedAt.IsZero() == p.ArchivedAt.IsZero() || !p.ArchivedAt.IsZero() {
		return fits(all, was, p)
	}
	parent, err := present(all, p.ParentID)
	if err == nil && !parent.ArchivedAt.IsZero() {
		return mindflow.Conflict("Its parent project is archived; unarchive that one")
	}
	return fits(all, was, p)
}

// shelve puts tasks away, or takes them up, with the projects they are in.
func (u *undoing) shelve(savings []store.ProjectSaving) error {
	byMoment := map[time.Time][]mindflow.ProjectID{}
	for _, s := range savings {
		if !s.Before.ArchivedAt.Equal(s.After.ArchivedAt) {
			byMoment[s.After.ArchivedAt] = append(byMoment[s.After.ArchivedAt], s.After.ID)
		}
	}
	for at, ids := range byMoment {
		if err := u.tx.ShelveTasks(ids, at); err != nil {
			return err
		}
	}
	return nil
}

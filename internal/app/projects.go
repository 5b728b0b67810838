package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// CreateProject adds a project. A client may bring its id, as that of a task.
func (a *App) CreateProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, d mindflow.ProjectDraft) (mindflow.Project, bool, error) {
	now, hash := a.now(), ""
	if id.IsZero() {
		id = mindflow.NewID[mindflow.Project](now)
	} else {
		encoded, err := json.Marshal(d)
		if err != nil {
			return mindflow.Project{}, false, err
		}
		sum := sha256.Sum256(encoded)
		hash = hex.EncodeToString(sum[:])
	}
	project, err := d.Apply(mindflow.Project{ID: id, WorkspaceID: actor.WorkspaceID, Version: 1, CreatedAt: now, UpdatedAt: now})
	if err != nil {
		return project, false, err
	}
	made, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (madeProject, error) {
		if hash != "" {
			if first, err := sameProject(tx, id, hash); mindflow.KindOf(err) != mindflow.KindNotFound {
				return madeProject{Project: first}, err
			}
		}
		return madeProject{project, true}, makeProject(tx, actor, project, hash)
	})
	return made.Project, made.Created, err
}

// madeProject is a project, and whether it was made just now.
type madeProject struct {
	Project mindflow.Project
	Created bool
}

// sameProject answers the project that took an id first, if the draft was the same.
func sameProject(tx *store.Tx, id mindflow.ProjectID, hash string) (mindflow.Project, error) {
	first, err := tx.ProjectDraftHash(id)
	if err != nil {
		return mindflow.Project{}, err
	}
	project, err := tx.Project(id)
	if err == nil && (first != hash || !project.DeletedAt.IsZero()) {
		err = mindflow.Conflict("There is another project with this id")
	}
	return project, err
}

// makeProject adds a project where there is room for it and it fits.
func makeProject(tx *store.Tx, actor mindflow.Actor, p mindflow.Project, hash string) error {
	all, err := tx.Projects()
	if err != nil {
		return err
	}
	if len(all) >= mindflow.MaxProjects {
		return mindflow.Full(fmt.Sprintf("The workspace holds %d projects already, as many as it may; deleted ones count until they are gone, after 31 days", mindflow.MaxProjects))
	}
	if err := fits(all, mindflow.Project{}, p); err != nil {
		return err
	}
	if created, err := tx.CreateProject(p, hash, actor); err != nil || created {
		return err
	}
	return mindflow.Conflict("There is another project with this id")
}

// fits refuses a project under a parent that cannot have it: projects nest two
// deep, so that no cycle can come about either.
func fits(all []mindflow.Project, before, p mindflow.Project) error {
	if p.ParentID.IsZero() || p.ParentID == before.ParentID {
		return nil
	}
	if p.ParentID == p.ID {
		return mindflow.InvalidField("parent_id", "must be another project")
	}
	for _, other := range all {
		if other.ParentID == p.ID && other.DeletedAt.IsZero() {
			return mindflow.InvalidField("parent_id", "must be null: the project has sub-projects, and those can have none")
		}
	}
	parent, err := present(all, p.ParentID)
	switch {
	case err != nil:
		return mindflow.InvalidField("parent_id", "must be a project that is there")
	case !parent.ParentID.IsZero():
		return mindflow.InvalidField("parent_id", "must be a project at the top: sub-projects have none themselves")
	case !parent.ArchivedAt.IsZero():
		return mindflow.Conflict("The parent project is archived; unarchive it first")
	}
	return nil
}

// present is the project with an id, unless it is deleted.
func present(all []mindflow.Project, id mindflow.ProjectID) (mindflow.Project, error) {
	for _, p := range all {
		if p.ID == id && p.DeletedAt.IsZero() {
			return p, nil
		}
	}
	return mindflow.Project{}, mindflow.NotFound("project")
}

// Project reads a project.
func (a *App) Project(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID) (mindflow.Project, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return mindflow.Project{}, err
	}
	return a.store.Project(ctx, actor.WorkspaceID, id)
}

// Projects reads all projects, or the deleted ones, in their manual order.
func (a *App) Projects(ctx context.Context, actor mindflow.Actor, deleted bool) ([]mindflow.ListedProject, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	list, err := a.store.Projects(ctx, actor.WorkspaceID, deleted)
	slices.SortFunc(list, func(x, y mindflow.ListedProject) int { return byPlace(x.Project, y.Project) })
	return list, err
}

// byPlace compares projects in their manual order.
func byPlace(x, y mindflow.Project) int {
	return cmp.Or(strings.Compare(x.PlaceKey(), y.PlaceKey()), bytes.Compare(x.ID[:], y.ID[:]))
}

// checkProject refuses to put a task into a project that is not there or is
// archived. One that is in its project already may stay.
func checkProject(tx *store.Tx, before, after mindflow.Task) error {
	id := after.Details.ProjectID
	if id.IsZero() || id == before.Details.ProjectID {
		return nil
	}
	p, err := tx.Project(id)
	switch kind := mindflow.KindOf(err); {
	case err != nil && kind != mindflow.KindNotFound:
		return err
	case err != nil || !p.DeletedAt.IsZero():
		return mindflow.InvalidField("project_id", "must be a project that is there")
	case !p.ArchivedAt.IsZero():
		return mindflow.Conflict("The project is archived; unarchive it first, or choose another one")
	}
	return nil
}

// checkProjectThere refuses to bring a task back without the project it is in.
func checkProjectThere(tx *store.Tx, t mindflow.Task) error {
	if t.DeletedAt.IsZero() || t.Details.ProjectID.IsZero() {
		return nil
	}
	p, err := tx.Project(t.Details.ProjectID)
	if err == nil && !p.DeletedAt.IsZero() {
		err = mindflow.Conflict("Its project is deleted; restore that, " + p.ID.String())
	}
	return unless(err, nil)
}

// intoProject is a task in the project of a name, if one is given.
func intoProject(tx *store.Tx, actor mindflow.Actor, t mindflow.Task, name string) (mindflow.Task, error) {
	if name == "" {
		return t, nil
	}
	p, err := projectNamed(tx, actor, name)
	t.Details.ProjectID = p.ID
	return t, err
}

// projectNamed is the project of a name, whatever its case, of several the oldest.
// It is made where none is there but archived ones, which hide what is in them.
func projectNamed(tx *store.Tx, actor mindflow.Actor, name string) (mindflow.Project, error) {
	name, why := mindflow.ParseProjectName(name)
	if why != "" {
		return mindflow.Project{}, mindflow.InvalidField("project", why)
	}
	all, err := tx.Projects()
	if err != nil {
		return mindflow.Project{}, err
	}
	if found := projectsNamed(all, name); len(found) > 0 && found[0].ArchivedAt.IsZero() {
		return found[0], nil
	}
	at := tx.Now()
	for slices.ContainsFunc(all, func(p mindflow.Project) bool { return p.CreatedAt.Equal(at) }) {
		at = at.Add(time.Microsecond) // of several that are made at once, each comes after the one before
	}
	p := mindflow.Project{
		ID: mindflow.NewID[mindflow.Project](at), WorkspaceID: actor.WorkspaceID, Name: name, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	tx.InOneCall() // with the task it is made for
	return p, makeProject(tx, actor, p, "")
}

// projectsNamed are the projects of a name that are there, archived ones last,
// else the oldest first.
func projectsNamed(all []mindflow.Project, name string) []mindflow.Project {
	var found []mindflow.Project
	key := mindflow.Fold(name)
	for _, p := range all {
		if p.DeletedAt.IsZero() && mindflow.Fold(p.Name) == key {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(x, y mindflow.Project) int {
		if x.ArchivedAt.IsZero() != y.ArchivedAt.IsZero() {
			return map[bool]int{true: -1, false: 1}[x.ArchivedAt.IsZero()]
		}
		return cmp.Or(x.CreatedAt.Compare(y.CreatedAt), bytes.Compare(x.ID[:], y.ID[:]))
	})
	return found
}

// EditProject changes what a draft names and keeps the rest.
func (a *App) EditProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, d mindflow.ProjectDraft, m mindflow.Match) (mindflow.Project, error) {
	return a.changeProject(ctx, actor, id, m, func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
		after, err := d.Apply(p)
		if err == nil {
			err = fits(all, p, after)
		}
		if err != nil {
			return p, err
		}
		return tx.SaveProject(p, after, actor)
	})
}

// ArchiveProject puts a project away with its sub-projects: their tasks are not
// ranked, and not in lists that do not ask for them. Doing it again changes nothing.
func (a *App) ArchiveProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) (mindflow.Project, error) {
	return a.changeProject(ctx, actor, id, m, func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
		if !p.ArchivedAt.IsZero() {
			return p, nil
		}
		at := tx.Now() // what has been put away with it is known by that moment
		together := []mindflow.Project{p}
		for _, sub := range presentUnder(all, p) {
			if sub.ArchivedAt.IsZero() {
				together = append(together, sub)
			} else if !sub.ArchivedAt.Before(at) {
				at = sub.ArchivedAt.Add(time.Microsecond)
			}
		}
		if err := tx.ShelveTasks(projectIDs(together), at); err != nil {
			return p, err
		}
		return saveTogether(tx, actor, together, func(p mindflow.Project) mindflow.Project { return p.Archived(at) })
	})
}

// UnarchiveProject takes a project up again, with the sub-projects that were put
// away together with it. Doing it again changes nothing.
func (a *App) UnarchiveProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) (mindflow.Project, error) {
	return a.changeProject(ctx, actor, id, m, func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
		if p.ArchivedAt.IsZero() {
			return p, nil
		}
		if parent, err := present(all, p.ParentID); err == nil && !parent.ArchivedAt.IsZero() {
			return p, mindflow.Conflict("Its parent project is archived; unarchive that one")
		}
		together := []mindflow.Project{p}
		for _, sub := range presentUnder(all, p) {
			if sub.ArchivedAt.Equal(p.ArchivedAt) {
				together = append(together, sub)
			}
		}
		if err := tx.ShelveTasks(projectIDs(together), time.Time{}); err != nil {
			return p, err
		}
		return saveTogether(tx, actor, together, mindflow.Project.Unarchived)
	})
}

// DeleteProject takes a project away with its sub-projects and all their tasks,
// by an event each; together they can be restored for 30 days.
func (a *App) DeleteProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) error {
	_, err := a.changeProject(ctx, actor, id, m, func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
		return deleteProject(tx, actor, all, p)
	})
	return err
}

func deleteProject(tx *store.Tx, actor mindflow.Actor, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
	together := append([]mindflow.Project{p}, presentUnder(all, p)...)
	tasks, err := tx.TasksIn(projectIDs(together), time.Time{})
	if err != nil {
		return p, err
	}
	// What has gone together is known by its moment, so that is later than those
	// at which parts of it were deleted before.
	last, err := tx.LastDeleted(projectIDs(together))
	if err != nil {
		return p, err
	}
	for _, sub := range all {
		if sub.ParentID == p.ID && sub.DeletedAt.After(last) {
			last = sub.DeletedAt
		}
	}
	at := tx.Now()
	if !last.Before(at) {
		at = last.Add(time.Microsecond)
	}
	deleted, err := saveTogether(tx, actor, together, func(p mindflow.Project) mindflow.Project { return p.Deleted(at) })
	if err != nil {
		return p, err
	}
	return deleted, saveTasks(tx, actor, tasks, mindflow.TaskDeleted, func(t mindflow.Task) (mindflow.Task, error) { return t.Deleted(at), nil })
}

// RestoreProject brings a deleted project back, with exactly what was deleted
// together with it. Doing it again changes nothing.
func (a *App) RestoreProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match) (mindflow.Project, error) {
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (mindflow.Project, error) {
		all, err := tx.Projects()
		if err != nil {
			return mindflow.Project{}, err
		}
		i := slices.IndexFunc(all, func(p mindflow.Project) bool { return p.ID == id })
		if i < 0 {
			return mindflow.Project{}, mindflow.NotFound("project")
		}
		p := all[i]
		if _, err := p.Restored(tx.Now()); err != nil {
			return p, err
		}
		if err := m.Check(p.ETag()); err != nil || p.DeletedAt.IsZero() {
			return p, err
		}
		return restoreProject(tx, actor, all, p)
	})
}

func restoreProject(tx *store.Tx, actor mindflow.Actor, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
	if !p.ParentID.IsZero() {
		parent, err := present(all, p.ParentID)
		switch {
		case err != nil:
			return p, mindflow.Conflict("Its parent project is deleted; restore that, " + p.ParentID.String())
		case !parent.ParentID.IsZero():
			return p, mindflow.Conflict("Its parent project is a sub-project now, and those have none themselves; move that to the top first")
		case !parent.ArchivedAt.IsZero() && p.ArchivedAt.IsZero():
			return p, mindflow.Conflict("Its parent project is archived; unarchive that first")
		}
	}
	together := []mindflow.Project{p}
	for _, sub := range all {
		if sub.ParentID == p.ID && sub.DeletedAt.Equal(p.DeletedAt) {
			together = append(together, sub)
		}
	}
	tasks, err := tx.TasksIn(projectIDs(together), p.DeletedAt)
	if err != nil {
		return p, err
	}
	back := func(p mindflow.Project) mindflow.Project { p.DeletedAt = time.Time{}; return p }
	restored, err := saveTogether(tx, actor, together, back)
	if err != nil {
		return p, err
	}
	return restored, saveTasks(tx, actor, tasks, mindflow.TaskRestored, func(t mindflow.Task) (mindflow.Task, error) { return t.Restored(tx.Now()) })
}

// changeProject reads a project, checks the condition, and has change keep what
// it makes of it.
func (a *App) changeProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, m mindflow.Match,
	change func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error),
) (mindflow.Project, error) {
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (mindflow.Project, error) {
		all, err := tx.Projects()
		if err != nil {
			return mindflow.Project{}, err
		}
		p, err := present(all, id)
		if err != nil {
			return p, err
		}
		if err := m.Check(p.ETag()); err != nil {
			return p, err
		}
		return change(tx, all, p)
	})
}

// presentUnder are the sub-projects of a project that are not deleted.
func presentUnder(all []mindflow.Project, p mindflow.Project) []mindflow.Project {
	var subs []mindflow.Project
	for _, sub := range all {
		if sub.ParentID == p.ID && sub.DeletedAt.IsZero() {
			subs = append(subs, sub)
		}
	}
	return subs
}

func projectIDs(list []mindflow.Project) []mindflow.ProjectID {
	ids := make([]mindflow.ProjectID, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

// saveTogether keeps what change makes of each project, as one call, and answers
// the first.
func saveTogether(tx *store.Tx, actor mindflow.Actor, list []mindflow.Project, change func(mindflow.Project) mindflow.Project) (mindflow.Project, error) {
	tx.InOneCall()
	savings := make([]store.ProjectSaving, len(list))
	for i, p := range list {
		savings[i] = store.ProjectSaving{Before: p, After: change(p)}
	}
	kept, err := tx.SaveProjects(savings, actor)
	if err != nil {
		return list[0], err
	}
	return kept[0], nil
}

// saveTasks keeps what change makes of each task.
func saveTasks(tx *store.Tx, actor mindflow.Actor, tasks []mindflow.Task, verb mindflow.Verb, change func(mindflow.Task) (mindflow.Task, error)) error {
	list := make([]store.Saving, len(tasks))
	for i, t := range tasks {
		after, err := change(t)
		if err != nil {
			return err
		}
		list[i] = store.Saving{Before: t, After: after, Verb: verb}
	}
	_, err := tx.SaveTasks(list, actor)
	return err
}

// ProjectCalled is which project a list is asked for by a name, or by an id: in the
// words of TaskList.Project.
func (a *App) ProjectCalled(ctx context.Context, actor mindflow.Actor, name string) (string, error) {
	if _, err := mindflow.ParseID[mindflow.Project](name); err == nil || name == "" || name == noProject {
		return name, nil
	}
	list, err := a.Projects(ctx, actor, false)
	if err != nil {
		return "", err
	}
	all := make([]mindflow.Project, len(list))
	for i, p := range list {
		all[i] = p.Project
	}
	found := projectsNamed(all, mindflow.Tidy(name))
	if len(found) == 0 {
		there := choices(all, func(p mindflow.Project) string { return strconv.Quote(p.Name) })
		return "", mindflow.InvalidField("project", "is the name of no project; there are "+there)
	}
	return found[0].ID.String(), nil
}

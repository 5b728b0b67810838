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
	"strings"

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
